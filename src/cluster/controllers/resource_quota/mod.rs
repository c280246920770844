//! The resource quota controller: counts what the objects of a namespace use, for quotas that are new or changed and when
//! something goes. What is added in between the API server charges by itself.
//!
//! Models: pkg/controller/resourcequota/{resource_quota_controller,resource_quota_monitor}.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::resource::{raw_resource_list, resource_list};
use podarium_api::{Kind, Object, ResourceQuota};

use super::{Controller, Enqueue, Stop, Sync, custom_kinds};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::quota;
use crate::store::Key;

/// All quotas are counted anew this often (`--resource-quota-sync-period`).
const RESYNC: Duration = Duration::from_secs(5 * 60);

#[derive(Clone, Debug, Default)]
pub struct ResourceQuotaController;

/// The key that stands for counting all quotas anew.
fn everything() -> Key {
    Key::new("", "")
}

impl Controller for ResourceQuotaController {
    const NAME: &'static str = "resourcequota-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        quota::counted_kinds().map(|kind| (kind, Filter::all())).collect()
    }

    fn watches_custom_kinds() -> bool {
        true
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if let Some(Object::ResourceQuota(new)) = &change.new
            && !matches!(&change.old, Some(Object::ResourceQuota(old)) if old.spec.hard == new.spec.hard)
        {
            enqueue.add(change.key.clone());
        }
        let now = enqueue.epoch().timestamp(enqueue.now()).as_second();
        let concerned = caches.list_in::<ResourceQuota>(&change.key.namespace).filter(|_| quota::is_counted(change.kind));
        let mut concerned = concerned.filter(|quota| !quota::matching(change.kind, hard_names(quota)).is_empty()).peekable();
        // Most namespaces have no quota, and need not ask further.
        if concerned.peek().is_some() && gives_back(change, now) {
            concerned.for_each(|quota| enqueue.add(Key::of_meta(&quota.metadata)));
        }
    }

    fn on_start(&mut self, enqueue: &mut Enqueue<'_>) {
        enqueue.add_after(everything(), RESYNC);
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        if *key == everything() {
            for quota in ctx.caches().list::<ResourceQuota>() {
                ctx.requeue_after(&Key::of_meta(&quota.metadata), Duration::ZERO);
            }
            ctx.requeue_after(key, RESYNC);
            return Ok(());
        }
        let caches = ctx.caches();
        let Some(limit) = caches.get::<ResourceQuota>(key) else { return Ok(()) };
        let now = ctx.epoch().timestamp(ctx.now()).as_second();
        let used = quota::total(limit, custom_kinds(caches), |kind| caches.of_namespace(kind, &key.namespace), now);
        let status = &limit.status;
        let current = status.hard.is_some()
            && status.used.is_some()
            && resource_list(status.hard.as_ref()) == resource_list(limit.spec.hard.as_ref())
            && resource_list(status.used.as_ref()) == used;
        if current {
            return Ok(());
        }
        let mut next = (**limit).clone();
        let status = Arc::make_mut(&mut next.status);
        status.hard.clone_from(&limit.spec.hard);
        status.used = Some(raw_resource_list(&used));
        ctx.update_status(next)??;
        Ok(())
    }
}

fn hard_names(quota: &ResourceQuota) -> impl Iterator<Item = &String> {
    quota.status.hard.iter().flatten().map(|(name, _)| name)
}

/// Whether a change makes room: something is gone, a pod has ended, a Service has given up its ports.
fn gives_back(change: &Change, now: i64) -> bool {
    match (&change.old, &change.new) {
        (_, None) => true,
        (Some(old @ Object::Pod(_)), Some(new)) => quota::usage(old, now).contains_key("pods") && !quota::usage(new, now).contains_key("pods"),
        (Some(Object::Service(old)), Some(Object::Service(new))) => {
            let counted = |kind: &Option<String>| kind.clone().filter(|kind| matches!(kind.as_str(), "NodePort" | "LoadBalancer"));
            counted(&old.spec.type_) != counted(&new.spec.type_)
        }
        _ => false,
    }
}
