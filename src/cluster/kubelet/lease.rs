//! The node's lease: a small object that the kubelet renews every ten seconds, so that others know that it lives.
//!
//! Models: staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go, pkg/kubelet/kubelet.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::coordination::v1::LeaseSpec;
use podarium_api::{Kind, Lease, Node, Object, ObjectMeta, OwnerReference, Resource as _};

use super::agenda::Sleeper;
use super::kubelet::Kubelet;
use crate::apiserver::{Answer, Reply, Request};
use crate::cause::Cause;
use crate::component::{Ctx, RequestId};
use crate::store::Key;

const NAMESPACE: &str = "kube-node-lease";
const DURATION_SECONDS: i32 = 40;
const RENEW: Duration = Duration::from_secs(10);
/// Between two tries after an error, growing to the most.
const RETRY: Duration = Duration::from_millis(200);
const MOST: Duration = Duration::from_secs(7);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Get,
    Create,
    Renew,
}

#[derive(Clone, Debug, Default)]
pub(super) struct LeaseKeeper {
    latest: Option<Arc<Lease>>,
    asked: Option<(RequestId, Stage)>,
    failures: u32,
}

impl Kubelet {
    /// It is time to renew the lease, or to try again to get one.
    pub(super) fn renew_lease(&mut self, ctx: &mut Ctx<'_>) {
        if self.lease.asked.is_some() {
            return;
        }
        let key = Key::new(NAMESPACE, &self.host.config.name);
        let (request, stage) = match &self.lease.latest {
            None => (Request::get(Kind::Lease, &key), Stage::Get),
            Some(latest) => {
                let mut lease = (**latest).clone();
                Arc::make_mut(&mut lease.spec).renew_time = Some(ctx.epoch().micros(ctx.now()));
                (Request::update(lease), Stage::Renew)
            }
        };
        let id = ctx.request_after(request, Cause::Timer("lease"), Duration::ZERO);
        self.lease.asked = Some((id, stage));
    }

    pub(super) fn lease_answered(&mut self, id: RequestId, answer: &Answer, ctx: &mut Ctx<'_>) -> bool {
        let Some((_, stage)) = self.lease.asked.take_if(|(asked, _)| *asked == id) else { return false };
        match (&answer.result, stage) {
            (Ok(Reply::Object(Object::Lease(lease))), _) => {
                self.lease.latest = Some(lease.clone());
                self.lease.failures = 0;
                if stage == Stage::Get {
                    self.renew_lease(ctx);
                } else {
                    let next = ctx.now() + ctx.stream().jitter(RENEW, 0.04);
                    self.host.agenda.set(Sleeper::Lease, Some(next));
                }
            }
            (Err(status), Stage::Get) if status.is_not_found() => {
                let request = Request::create(self.new_lease(ctx));
                let id = ctx.request_after(request, Cause::Timer("lease"), Duration::ZERO);
                self.lease.asked = Some((id, Stage::Create));
            }
            _ => {
                // Somebody else wrote it, or the server did not answer: look again.
                self.lease.latest = None;
                let wait = (RETRY * 2u32.saturating_pow(self.lease.failures.min(8))).min(MOST);
                self.lease.failures += 1;
                self.host.agenda.set(Sleeper::Lease, Some(ctx.now() + wait));
            }
        }
        true
    }

    fn new_lease(&self, ctx: &Ctx<'_>) -> Lease {
        let name = &self.host.config.name;
        let node = self.informers.caches().get::<Node>(&Key::new("", name));
        let owner = node.map(|node| OwnerReference {
            api_version: "v1".to_owned(),
            kind: "Node".to_owned(),
            name: name.clone(),
            uid: node.uid().to_owned(),
            ..OwnerReference::default()
        });
        Lease {
            metadata: ObjectMeta {
                name: Some(name.clone()),
                namespace: Some(NAMESPACE.to_owned()),
                owner_references: owner.map(|owner| vec![owner]),
                ..ObjectMeta::default()
            },
            spec: Arc::new(LeaseSpec {
                holder_identity: Some(name.clone()),
                lease_duration_seconds: Some(DURATION_SECONDS),
                renew_time: Some(ctx.epoch().micros(ctx.now())),
                ..LeaseSpec::default()
            }),
        }
    }
}
