//! Attaches disks: each VolumeAttachment with the driver's name becomes true after a while, and goes when it is deleted.
//!
//! Models: github.com/kubernetes-csi/external-attacher (pkg/controller/csi_handler.go).
//! Simplified: attaching always succeeds.

use std::sync::Arc;

use podarium_api::{Kind, Object, VolumeAttachment};

use super::{ATTACHING, Disks};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::controllers::{Controller, Enqueue, Stop, Sync};
use crate::store::Key;

#[derive(Clone, Debug)]
pub(super) struct Attacher {
    pub disks: Disks,
}

fn finalizer(driver: &str) -> String {
    format!("external-attacher/{}", driver.replace('.', "-"))
}

impl Controller for Attacher {
    const NAME: &'static str = "csi-attacher";
    const SERVICE_ACCOUNT: &'static str = "csi-driver";
    const WORKERS: usize = 10;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::VolumeAttachment, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if let Some(Object::VolumeAttachment(attachment)) = &change.new
            && attachment.spec.attacher == self.disks.driver()
        {
            let fresh = attachment.metadata.finalizers.as_ref().is_none_or(Vec::is_empty);
            if fresh {
                enqueue.add(change.key.clone());
            } else if attachment.metadata.deletion_timestamp.is_some() || !attachment.status.attached {
                enqueue.add_after(change.key.clone(), ATTACHING);
            }
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(attachment) = ctx.caches().get::<VolumeAttachment>(key).cloned() else {
            return Ok(());
        };
        let mut next = (*attachment).clone();
        let own = finalizer(self.disks.driver());
        let held = attachment.metadata.finalizers.iter().flatten().any(|finalizer| *finalizer == own);
        let written = match (attachment.metadata.deletion_timestamp.is_some(), held, attachment.status.attached) {
            (true, true, _) => {
                next.metadata.finalizers.iter_mut().for_each(|finalizers| finalizers.retain(|finalizer| *finalizer != own));
                ctx.update(next)?
            }
            (false, false, _) => {
                next.metadata.finalizers.get_or_insert_default().push(own);
                ctx.update(next)?
            }
            (false, true, false) => {
                Arc::make_mut(&mut next.status).attached = true;
                ctx.update_status(next)?
            }
            _ => return Ok(()),
        };
        match written {
            Err(status) if !status.is_not_found() => Err(status.into()),
            _ => Ok(()),
        }
    }
}
