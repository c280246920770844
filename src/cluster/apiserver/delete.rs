//! Deleting: at once, gracefully, or when the last finalizer is gone.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/registry/{rest/delete.go,generic/registry/store.go},
//! pkg/registry/core/pod/strategy.go (CheckGracefulDelete), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Kind, Object, Pod, Status};

use super::write::uid_conflict;
use super::{ApiServer, Call, Options, Propagation, Reply, Request};
use crate::store::Key;

const ORPHAN: &str = "orphan";
const FOREGROUND: &str = "foregroundDeletion";

/// Kinds of which a delete that is done at once answers with the object; others answer `Success` alone.
const RETURNED: &[Kind] = &[
    Kind::Pod, Kind::Namespace, Kind::Service, Kind::ServiceAccount, Kind::PersistentVolume, Kind::PersistentVolumeClaim,
    Kind::StorageClass, Kind::VolumeAttachment, Kind::VolumeAttributesClass, Kind::CSIDriver, Kind::CSINode,
];

impl ApiServer {
    pub(super) fn delete(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        let key = request.key();
        warn_of_orphans(&request, call);
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
        let uid = object.meta().uid.clone().unwrap_or_default();
        let gone = Reply::Success { kind, name: key.name.clone(), uid };
        let Some(next) = self.marked(&object, options, call) else {
            if call.dry_run {
                return Ok(gone);
            }
            let last = self.remove(kind, key, object, call);
            return Ok(if RETURNED.contains(&kind) { Reply::Object(last) } else { gone });
        };
        if next == object || call.dry_run {
            return Ok(Reply::Object(next));
        }
        Ok(Reply::Object(self.commit(kind, key, Some(next), call)))
    }

    /// Takes an object out of the store, and gives back what it had been given.
    pub(super) fn remove(&mut self, kind: Kind, key: Key, object: Object, call: &Call) -> Object {
        self.allocator.release(&object);
        if self.store.get(kind, &key) != Some(&object) {
            // A last update came with the removal (its final finalizer went): watchers see that state as the last one.
            self.store.set_last_state(kind, &key, object);
        }
        self.commit(kind, key, None, call)
    }

    /// The object as it waits for its end, or `None` if it can go at once.
    fn marked(&self, object: &Object, options: &Options, call: &Call) -> Option<Object> {
        let mut next = object.clone();
        let grace = match object {
            Object::Pod(pod) => grace_period(pod, options),
            _ => 0,
        };
        let finalizers = finalizers(object, options);
        let has_finalizers = !finalizers.is_empty() || matches!(object, Object::Namespace(_));
        let pending = object.meta().deletion_timestamp.is_some();
        if grace == 0 && !has_finalizers {
            return None;
        }
        let meta = next.meta_mut();
        meta.finalizers = (!finalizers.is_empty()).then_some(finalizers);
        if pending {
            // Only a shorter period counts; a longer one does not bring the pod back.
            if meta.deletion_grace_period_seconds.is_some_and(|current| current <= grace) {
                return if meta.deletion_grace_period_seconds == Some(0) && !has_finalizers { None } else { Some(next) };
            }
        } else {
            meta.generation = meta.generation.map(|generation| generation + 1);
        }
        let wait = Duration::from_secs(u64::try_from(grace).unwrap_or(0));
        meta.deletion_timestamp = Some(self.epoch.seconds(call.now + wait));
        meta.deletion_grace_period_seconds = Some(grace);
        if let Object::Namespace(namespace) = &mut next {
            let namespace = Arc::make_mut(namespace);
            Arc::make_mut(&mut namespace.status).phase = Some("Terminating".to_owned());
            if namespace.spec.finalizers.as_ref().is_none_or(Vec::is_empty) && !finalizers_of(object) {
                return None;
            }
        }
        Some(next)
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

fn finalizers_of(object: &Object) -> bool {
    object.meta().finalizers.as_ref().is_some_and(|finalizers| !finalizers.is_empty())
}

fn check(object: &Object, key: &Key, options: &Options) -> Result<(), Status> {
    let (kind, meta) = (object.kind(), object.meta());
    if let Some(uid) = &options.precondition_uid
        && Some(uid) != meta.uid.as_ref()
    {
        return Err(uid_conflict(kind, &key.name, uid, meta.uid.as_deref().unwrap_or_default()));
    }
    if let Some(version) = &options.precondition_resource_version
        && Some(version) != meta.resource_version.as_ref()
    {
        let why = format!(
            "Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {}",
            meta.resource_version.as_deref().unwrap_or_default()
        );
        return Err(Status::conflict(kind, &key.name, &why));
    }
    Ok(())
}

/// How many seconds a pod gets: none if it runs nowhere or has ended.
fn grace_period(pod: &Pod, options: &Options) -> i64 {
    let asked = options.grace_period_seconds.or(pod.spec.termination_grace_period_seconds).unwrap_or(30);
    let asked = if asked < 0 { 1 } else { asked };
    let unscheduled = pod.spec.node_name.as_deref().unwrap_or_default().is_empty();
    let ended = matches!(pod.status.phase.as_deref(), Some("Succeeded" | "Failed"));
    if unscheduled || ended { 0 } else { asked }
}

/// The finalizers that the object has from now on: the propagation policy adds or takes away the collector's own.
fn finalizers(object: &Object, options: &Options) -> Vec<String> {
    let mut finalizers = object.meta().finalizers.clone().unwrap_or_default();
    let wanted = match options.propagation {
        Some(Propagation::Orphan) => Some(ORPHAN),
        Some(Propagation::Foreground) => Some(FOREGROUND),
        Some(Propagation::Background) => None,
        None if object.kind().orphans_dependents() && !finalizers.iter().any(|name| name == ORPHAN || name == FOREGROUND) => Some(ORPHAN),
        None => return finalizers,
    };
    finalizers.retain(|name| name != ORPHAN && name != FOREGROUND);
    finalizers.extend(wanted.map(str::to_owned));
    finalizers
}
