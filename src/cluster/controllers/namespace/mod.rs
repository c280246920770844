//! The namespace controller: empties a namespace that was deleted, pods first, and lets it go when nothing is left.
//!
//! A namespace has a finalizer of its own kind (`spec.finalizers: [kubernetes]`). While it stands, the namespace is
//! Terminating: nothing new can be made in it, and this controller deletes what is there, round after round.
//!
//! Models: pkg/controller/namespace/{namespace_controller.go,deletion/namespaced_resources_deleter.go}, v1.36.
//! Simplified: failed rounds are retried with the common back-off, whose longest wait is 1,000 s instead of 60 s.

mod conditions;

use std::sync::Arc;
use std::time::Duration;

use podarium_api::pod_state::is_pod_terminal;
use podarium_api::{Kind, Namespace, Object, Pod, Resource as _};

use super::{Controller, Enqueue, Stop, Sync, custom_kinds};
use crate::apiserver::{Body, Filter, Propagation, Reply, Request, Subresource};
use crate::client::{Caches, Change};
use crate::store::Key;
use conditions::Findings;

const FINALIZER: &str = "kubernetes";
/// Time for all API servers to notice that nothing may be made any more.
const GRACE: Duration = Duration::from_secs(5);
/// How long finalizers are thought to take.
const FINALIZER_ESTIMATE: u64 = 15;

#[derive(Clone, Debug, Default)]
pub struct NamespaceController;

impl Controller for NamespaceController {
    const NAME: &'static str = "namespace-controller";
    const WORKERS: usize = 10;
    const CLIENT: (f64, u32) = (20.0, 100);

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::Namespace, Filter::all()), (Kind::CustomResourceDefinition, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if let Some(Object::Namespace(namespace)) = &change.new
            && namespace.metadata.deletion_timestamp.is_some()
        {
            enqueue.add_after(change.key.clone(), GRACE);
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let mut namespace = match ctx.get_live::<Namespace>(key)? {
            Ok(namespace) => namespace,
            Err(status) if status.is_not_found() => return Ok(()),
            Err(status) => return Err(status.into()),
        };
        let Some(deleted_at) = namespace.metadata.deletion_timestamp.clone() else { return Ok(()) };
        if namespace.status.phase.as_deref() != Some("Terminating") {
            let mut terminating = (*namespace).clone();
            Arc::make_mut(&mut terminating.status).phase = Some("Terminating".to_owned());
            namespace = ctx.update_status(terminating)??;
        }
        if namespace.spec.finalizers.as_ref().is_none_or(Vec::is_empty) {
            return Ok(());
        }
        let age = ctx.epoch().timestamp(ctx.now()).duration_since(deleted_at.0);
        let age = Duration::try_from(age).unwrap_or(Duration::ZERO);
        let (findings, estimate) = delete_content(ctx, &key.name, age)?;
        let mut reported = (*namespace).clone();
        let now = ctx.epoch().seconds(ctx.now());
        if findings.update(&mut Arc::make_mut(&mut reported.status).conditions, &now)
            && let Ok(written) = ctx.update_status(reported)?
        {
            namespace = written;
        }
        if !findings.errors.is_empty() {
            return Err(Stop::Failed(findings.errors.join(", ")));
        }
        if estimate > 0 {
            ctx.requeue_after(key, Duration::from_secs(estimate / 2 + 1));
            return Ok(());
        }
        finalize(ctx, namespace)
    }
}

/// One round: deletes everything in the namespace, pods first and the rest only when no pod is left. Also says for how
/// many seconds what is left may take.
fn delete_content(ctx: &mut Sync<'_>, namespace: &str, age: Duration) -> Result<(Findings, u64), Stop> {
    let mut findings = Findings::default();
    let mut estimate = delete_kind(ctx, Kind::Pod, namespace, age, &mut findings)?;
    if !findings.remaining.is_empty() {
        // Until the pods are gone, what remains is not reported.
        findings.remaining.clear();
        findings.finalizers.clear();
        return Ok((findings, estimate));
    }
    let custom: Vec<Kind> = custom_kinds(ctx.caches()).collect();
    for kind in Kind::ALL.iter().copied().chain(custom).filter(|kind| kind.info().namespaced && *kind != Kind::Pod && kind.verbs().contains(&"deletecollection")) {
        estimate = estimate.max(delete_kind(ctx, kind, namespace, age, &mut findings)?);
    }
    Ok((findings, estimate))
}

fn delete_kind(ctx: &mut Sync<'_>, kind: Kind, namespace: &str, age: Duration, findings: &mut Findings) -> Result<u64, Stop> {
    let patience = if kind == Kind::Pod { graceful_termination(ctx, namespace, age)? } else { 0 };
    let filter = Filter::namespace(namespace);
    if let Err(status) = ctx.send(Request::delete_collection(kind, filter.clone()).propagation(Propagation::Background))? {
        findings.errors.push(status.to_string());
        return Ok(patience);
    }
    let left = list(ctx, kind, filter)?;
    if left.is_empty() {
        return Ok(0);
    }
    let info = kind.info();
    findings.remaining.insert(format!("{}.{}", info.plural, info.group), left.len());
    let mut waits_for_finalizers = false;
    for finalizer in left.iter().flat_map(|object| object.meta().finalizers.iter().flatten()) {
        *findings.finalizers.entry(finalizer.clone()).or_default() += 1;
        waits_for_finalizers = true;
    }
    if patience == 0 && !waits_for_finalizers {
        let (group, version, plural) = (info.group, info.version, info.plural);
        findings.errors.push(format!("unexpected items still remain in namespace: {namespace} for gvr: {group}/{version}, Resource={plural}"));
    }
    Ok(if patience == 0 && waits_for_finalizers { FINALIZER_ESTIMATE } else { patience })
}

/// The longest grace period of the pods in seconds, or 0 once that much time has passed.
fn graceful_termination(ctx: &mut Sync<'_>, namespace: &str, age: Duration) -> Result<u64, Stop> {
    let pods = list(ctx, Kind::Pod, Filter::namespace(namespace))?;
    let running = pods.iter().filter_map(Pod::from_object).filter(|pod| !is_pod_terminal(pod));
    let longest = running.filter_map(|pod| pod.spec.termination_grace_period_seconds).max().unwrap_or(0);
    let longest = u64::try_from(longest).unwrap_or(0);
    Ok(if age >= Duration::from_secs(longest) { 0 } else { longest })
}

fn list(ctx: &mut Sync<'_>, kind: Kind, filter: Filter) -> Result<Vec<Object>, Stop> {
    match ctx.send(Request::list(kind, filter))?? {
        Reply::List { items, .. } => Ok(items),
        _ => Ok(Vec::new()),
    }
}

/// Takes the controller's finalizer off the namespace, upon which it is gone.
fn finalize(ctx: &mut Sync<'_>, namespace: Arc<Namespace>) -> Result<(), Stop> {
    let key = Key::of_meta(&namespace.metadata);
    let mut finalized = (*namespace).clone();
    if let Some(finalizers) = &mut Arc::make_mut(&mut finalized.spec).finalizers {
        finalizers.retain(|finalizer| finalizer != FINALIZER);
    }
    let request = Request::update(finalized.clone());
    let body = Body::Object(Arc::new(finalized).into_object());
    match ctx.send(request.with_subresource(Subresource::Finalize, body))? {
        Err(status) if status.is_not_found() => Ok(()),
        Err(status) => Err(Stop::Failed(format!("{key}: {status}"))),
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::component::WatchChange;
    use crate::controllers::testbed::TestBed;

    #[test]
    fn a_deleted_namespace_is_emptied_and_goes() {
        let mut bed = TestBed::new();
        bed.create(Kind::Namespace, json!({"metadata": {"name": "shop"}}));
        bed.run(1.0);
        let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}});
        bed.create(Kind::Deployment, json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}}));
        bed.run(4.0);
        bed.delete(Kind::Namespace, "shop");
        bed.run(1.0);
        assert_eq!(bed.get::<Namespace>("shop").status.phase.as_deref(), Some("Terminating"));
        bed.run(20.0);
        assert!(bed.cluster.get::<Namespace>(&Key::new("", "shop")).is_none());
        let left = Kind::ALL.iter().flat_map(|kind| bed.cluster.store().list(*kind, Some("shop"))).count();
        assert_eq!(left, 0);
    }

    #[test]
    fn a_finalizer_on_something_inside_holds_the_namespace_up() {
        let mut bed = TestBed::new();
        bed.create(Kind::Namespace, json!({"metadata": {"name": "shop"}}));
        bed.create(Kind::ConfigMap, json!({"metadata": {"name": "kept", "namespace": "shop", "finalizers": ["example.com/wait"]}}));
        bed.delete(Kind::Namespace, "shop");
        bed.run(10.0);
        let conditions = bed.get::<Namespace>("shop").status.conditions.clone().unwrap();
        let of = |type_: &str| conditions.iter().find(|condition| condition.type_ == type_).unwrap().message.clone().unwrap();
        assert_eq!(of("NamespaceFinalizersRemaining"), "Some content in the namespace has finalizers remaining: example.com/wait in 1 resource instances");
        assert_eq!(of("NamespaceContentRemaining"), "Some resources are remaining: configmaps. has 1 resource instances");
        bed.request(Request::patch(Kind::ConfigMap, &Key::new("shop", "kept"), crate::apiserver::PatchType::Merge, json!({"metadata": {"finalizers": null}}))).result.unwrap();
        bed.run(20.0);
        assert!(bed.cluster.get::<Namespace>(&Key::new("", "shop")).is_none());
        assert_eq!(bed.count(Kind::Namespace, WatchChange::Deleted), 1);
    }
}
