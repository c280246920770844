//! The service-account controller: every namespace has a service account `default`.
//!
//! Models: pkg/controller/serviceaccount/serviceaccounts_controller.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, Namespace, Object, ObjectMeta, ServiceAccount, Status};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct ServiceAccountController;

impl Controller for ServiceAccountController {
    const NAME: &'static str = "service-account-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![
            (Kind::Namespace, Filter::all()),
            (Kind::ServiceAccount, Filter::all()),
        ]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Namespace(_) if change.new.is_some() => enqueue.add(change.key.clone()),
            Object::ServiceAccount(_) if change.new.is_none() => {
                enqueue.add(Key::new("", &change.key.namespace));
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(namespace) = ctx.caches().get::<Namespace>(key) else { return Ok(()) };
        if namespace.status.phase.as_deref() == Some("Terminating") {
            return Ok(());
        }
        let name = &key.name;
        if ctx.caches().get::<ServiceAccount>(&Key::new(name, "default")).is_none() {
            let account = ServiceAccount { metadata: meta(name, "default"), ..ServiceAccount::default() };
            unless_there(ctx.create(account)?)?;
        }
        Ok(())
    }
}

fn meta(namespace: &str, name: &str) -> ObjectMeta {
    ObjectMeta { namespace: Some(namespace.to_owned()), name: Some(name.to_owned()), ..ObjectMeta::default() }
}

/// Somebody else may have made it first, or the namespace may be going: both are fine.
pub(super) fn unless_there<T>(created: Result<T, Status>) -> Result<(), Stop> {
    match created {
        Err(status) if !status.is_already_exists() && !status.is_namespace_terminating() => Err(status.into()),
        _ => Ok(()),
    }
}
