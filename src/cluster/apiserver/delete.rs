//! Deleting: at once, gracefully, or when the last finalizer is gone.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/registry/{rest/delete.go,generic/registry/store.go},
//! pkg/registry/core/pod/strategy.go (CheckGracefulDelete), pkg/registry/core/namespace/storage/storage.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Kind, Object, ObjectMeta, Pod, Status};

use super::{ApiServer, Call, Options, Propagation, Reply, Request, storage_rules};
use crate::store::Key;

const SYSTEM_CLASSES: &[&str] = &["system-node-critical", "system-cluster-critical"];
const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";

/// What a request for deletion means for an object with a grace period.
enum Grace {
    /// It has none, or it is over.
    None,
    /// The object waits already, and not longer than it is asked to.
    Pending,
    /// The object is to wait from now on; the seconds are in its metadata.
    Set(i64),
}

impl ApiServer {
    pub(super) fn delete(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        let key = request.key();
        warn_of_orphans(&request, call);
        // One by one, whether it is there or not; a deletion of all of them spares none.
        if request.kind == Kind::PriorityClass && SYSTEM_CLASSES.contains(&&*key.name) {
            return Err(Status::forbidden(request.kind, &key.name, "this is a system priority class and cannot be deleted"));
        }
        let object = self.stored(request.kind, &key)?.clone();
        self.delete_object(object, key, &request.options, call)
    }

    pub(super) fn delete_collection(&mut self, request: &Request, call: &mut Call) -> Result<Reply, Status> {
        warn_of_orphans(request, call);
        let listed = self.list(request)?;
        let Reply::List { items, .. } = &listed else { return Ok(listed) };
        for object in items {
            let key = Key::of(object);
            match self.delete_object(object.clone(), key, &request.options, call) {
                Err(status) if !status.is_not_found() => return Err(status),
                _ => {}
            }
        }
        call.accepted = false;
        Ok(listed)
    }

    pub(super) fn delete_object(&mut self, object: Object, key: Key, options: &Options, call: &mut Call) -> Result<Reply, Status> {
        let kind = object.kind();
        check(&object, &key, options)?;
        self.validate_admission(None, Some(&object), None, call)?;
        self.admit_delete(&object, call)?;
        if let Object::CustomResourceDefinition(definition) = &object
            && definition.metadata.deletion_timestamp.is_none()
        {
            return self.begin_delete_definition(definition, key, options, call);
        }
        if let Object::Namespace(namespace) = &object {
            let waits = namespace.metadata.deletion_timestamp.is_some();
            if waits && namespace.spec.finalizers.as_ref().is_some_and(|finalizers| !finalizers.is_empty()) {
                return Ok(Reply::Object(object));
            }
            if !waits {
                let next = self.terminating(&object, options, call);
                return Ok(Reply::Object(self.put(next, &object, key, call)));
            }
        }
        let mut next = object.clone();
        let grace = match &object {
            Object::Pod(pod) => self.grace(pod, next.meta_mut(), options, call),
            _ => Grace::None,
        };
        if matches!(grace, Grace::Pending) {
            return Ok(gone(object));
        }
        let finalizers = finalizers(&object, options);
        let waits_for_finalizers = !finalizers.is_empty();
        next.meta_mut().finalizers = waits_for_finalizers.then_some(finalizers);
        if waits_for_finalizers && matches!(grace, Grace::None) {
            self.mark(next.meta_mut(), call);
        }
        call.accepted = options.dependents_deleted_by_old_option;
        match grace {
            Grace::None if waits_for_finalizers => Ok(Reply::Object(self.put(next, &object, key, call))),
            Grace::Set(seconds) if waits_for_finalizers || seconds > 0 => Ok(Reply::Object(self.put(next, &object, key, call))),
            grace => {
                call.accepted = false;
                // A pod that need not wait is marked all the same before it goes, so that whoever watches sees why.
                let last = if matches!(grace, Grace::Set(_)) { self.put(next, &object, key.clone(), call) } else { object };
                Ok(gone(if call.dry_run { last } else { self.remove(kind, key, last, call) }))
            }
        }
    }

    /// Writes the next state of an object, unless that would change nothing or nothing is to be written.
    fn put(&mut self, next: Object, object: &Object, key: Key, call: &Call) -> Object {
        if next == *object || call.dry_run { next } else { self.commit(object.kind(), key, Some(next), call) }
    }

    /// Takes an object out of the store, and gives back what it had been given.
    pub(super) fn remove(&mut self, kind: Kind, key: Key, object: Object, call: &Call) -> Object {
        self.allocator.release(&object);
        let gone = self.commit(kind, key, None, call);
        // An address that cannot be given back stays taken, and nothing else is wrong.
        let _ = self.keep_address(None, Some(&gone), call);
        gone
    }

    /// A namespace that is to go. It has no grace period; what is in it goes first.
    fn terminating(&self, object: &Object, options: &Options, call: &Call) -> Object {
        let mut next = object.clone();
        let finalizers = finalizers(object, options);
        let meta = next.meta_mut();
        meta.finalizers = (!finalizers.is_empty()).then_some(finalizers);
        meta.deletion_timestamp = Some(self.epoch.seconds(call.now));
        if let Object::Namespace(namespace) = &mut next {
            Arc::make_mut(&mut Arc::make_mut(namespace).status).phase = Some("Terminating".to_owned());
        }
        next
    }

    /// The object is being deleted from now on, and waits for its finalizers alone.
    fn mark(&self, meta: &mut ObjectMeta, call: &Call) {
        if meta.deletion_timestamp.is_none() {
            meta.generation = meta.generation.map(|generation| generation + 1);
        }
        let now = self.epoch.seconds(call.now);
        if meta.deletion_timestamp.as_ref().is_none_or(|at| at.0 > now.0) {
            meta.deletion_timestamp = Some(now);
        }
        meta.deletion_grace_period_seconds = Some(0);
    }

    /// How long a pod waits, written to the metadata. A period once set can only be shortened.
    fn grace(&self, pod: &Pod, meta: &mut ObjectMeta, options: &Options, call: &Call) -> Grace {
        let asked = options.grace_period_seconds.map(|seconds| if seconds < 0 { 1 } else { seconds });
        let now = self.epoch.seconds(call.now);
        let wait = |seconds: i64| Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        if meta.deletion_timestamp.is_none() {
            let seconds = first_grace(pod, asked);
            meta.deletion_timestamp = Some(self.epoch.seconds(call.now + wait(seconds)));
            meta.deletion_grace_period_seconds = Some(seconds);
            meta.generation = meta.generation.map(|generation| generation + 1);
            return Grace::Set(seconds);
        }
        let current = meta.deletion_grace_period_seconds.unwrap_or(0);
        if current == 0 {
            return Grace::None;
        }
        let Some(mut seconds) = asked.filter(|asked| *asked < current) else { return Grace::Pending };
        let earlier = meta.deletion_timestamp.as_ref().map(|at| at.0 - wait(current) + wait(seconds));
        meta.deletion_timestamp = Some(match earlier {
            Some(at) if at >= now.0 => k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(at),
            _ => {
                // The whole period is over already; a graceful end still leaves the last word to the kubelet.
                seconds = seconds.min(1);
                now
            }
        });
        meta.deletion_grace_period_seconds = Some(seconds);
        Grace::Set(seconds)
    }
}

fn warn_of_orphans(request: &Request, call: &mut Call) {
    if request.kind == Kind::Job && request.options.propagation.is_none() {
        call.warnings.push(
            "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning"
                .to_owned(),
        );
    }
}

/// What is answered about an object that is gone, or that was being deleted before.
fn gone(object: Object) -> Reply {
    let kind = object.kind();
    if storage_rules::returns_deleted(&kind.info()) {
        return Reply::Object(object);
    }
    let meta = object.meta();
    Reply::Success { kind, name: meta.name.as_deref().unwrap_or_default().into(), uid: meta.uid.clone().unwrap_or_default() }
}

fn check(object: &Object, key: &Key, options: &Options) -> Result<(), Status> {
    let (kind, meta) = (object.kind(), object.meta());
    let (uid, version) = (meta.uid.as_deref().unwrap_or_default(), meta.resource_version.as_deref().unwrap_or_default());
    let namespace = kind == Kind::Namespace;
    if let Some(wanted) = options.precondition_uid.as_deref().filter(|wanted| *wanted != uid) {
        return Err(match namespace {
            true => Status::conflict(kind, &key.name, &format!("Precondition failed: UID in precondition: {wanted}, UID in object meta: {uid}")),
            false => Status::conflict_of_kind(kind, &key.name, &format!("the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated")),
        });
    }
    if let Some(wanted) = options.precondition_resource_version.as_deref().filter(|wanted| *wanted != version) {
        return Err(match namespace {
            true => Status::conflict(kind, &key.name, &format!("Precondition failed: ResourceVersion in precondition: {wanted}, ResourceVersion in object meta: {version}")),
            false => Status::conflict_of_kind(kind, &key.name, &format!("the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified")),
        });
    }
    Ok(())
}

/// How many seconds a pod gets when it is first asked to go: none if it runs nowhere or has ended.
fn first_grace(pod: &Pod, asked: Option<i64>) -> i64 {
    let seconds = asked.or(pod.spec.termination_grace_period_seconds).unwrap_or(30);
    let unscheduled = pod.spec.node_name.as_deref().unwrap_or_default().is_empty();
    let ended = matches!(pod.status.phase.as_deref(), Some("Succeeded" | "Failed"));
    match seconds {
        _ if unscheduled || ended => 0,
        seconds if seconds < 0 => 1,
        seconds => seconds,
    }
}

/// The finalizers that the object has from now on: the propagation policy adds or takes away the collector's own.
fn finalizers(object: &Object, options: &Options) -> Vec<String> {
    let mut finalizers = object.meta().finalizers.clone().unwrap_or_default();
    let has = |name: &str| finalizers.iter().any(|finalizer| finalizer == name);
    let wanted = match options.propagation {
        // Nobody collects what depends on events.
        _ if object.kind() == Kind::Event => None,
        Some(Propagation::Orphan) => Some(ORPHAN),
        Some(Propagation::Foreground) => Some(FOREGROUND),
        Some(Propagation::Background) => None,
        None if has(ORPHAN) || has(FOREGROUND) => return finalizers,
        None if object.kind().orphans_dependents() => Some(ORPHAN),
        None => return finalizers,
    };
    let own = |name: &str| name == ORPHAN || name == FOREGROUND;
    if finalizers.iter().filter(|name| own(name)).map(String::as_str).eq(wanted) {
        return finalizers;
    }
    finalizers.retain(|name| !own(name));
    finalizers.extend(wanted.map(str::to_owned));
    finalizers
}
