//! Recording a write: its manager, and what becomes of the entries.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/fieldmanager.go,
//! staging/src/k8s.io/apiserver/pkg/endpoints/handlers/create.go (managerOrUserAgent), v1.36.
//! Simplified: a write in a version of 2019 is recorded in the current one.

use std::borrow::Cow;

use podarium_api::managed_fields::{
    Comparison, Managed, Operation, Reset, Type, Write, Writer, compare, compare_objects, empty_object, is_reset, manager_of_user_agent,
    new_object_fields,
};
use podarium_api::versions::Version;
use podarium_api::{Kind, Object};
use serde_json::Value;

use super::show::shown;
use crate::apiserver::{ApiServer, Call, Request, Subresource};
use crate::store::Key;

/// The name of who writes: what the request says, what the user agent tells, or which component it is.
pub(crate) fn manager_of(request: &Request) -> String {
    if !request.options.field_manager.is_empty() {
        return request.options.field_manager.clone();
    }
    let manager = match &request.options.user_agent {
        Some(user_agent) => manager_of_user_agent(user_agent),
        None => component(request.user.name()).to_owned(),
    };
    if manager.is_empty() { "unknown".to_owned() } else { manager }
}

/// The program behind a user of the cluster: all controllers are one program.
fn component(user: &str) -> &str {
    match user.strip_prefix("system:").unwrap_or(user) {
        node if node.starts_with("node") => "kubelet",
        account if account.starts_with("serviceaccount:kube-system:") => "kube-controller-manager",
        "apiserver" => "kube-apiserver",
        other => other,
    }
}

impl ApiServer {
    /// A write of the request in hand.
    pub(super) fn write_of(&mut self, kind: Kind, subresource: Option<Subresource>, operation: Operation, manager: &str, call: &Call) -> Write {
        let info = kind.info();
        let name = subresource.map_or("", Subresource::name);
        let version = call.version.filter(|version| Type::of_kind(&version.api_version(), info.kind).is_some());
        let api_version = version.map_or_else(|| info.api_version(), Version::api_version);
        let writer = Writer { manager: manager.to_owned(), operation, api_version, subresource: name.to_owned() };
        Write {
            writer: self.owners.writer(writer),
            now: self.epoch.seconds(call.now).0.as_second(),
            versions_alike: matches!(kind, Kind::Custom(_)),
            reset: if matches!(kind, Kind::Custom(_)) { Reset::of_custom(name, info.has_status) } else { Reset::of(info.kind, name, info.has_status) },
        }
    }

    /// The record of a new object, before admission changes it.
    pub(in crate::apiserver) fn track_create(&mut self, object: &Object, subresource: Option<Subresource>, call: &mut Call) {
        if call.managed.is_some() {
            return;
        }
        let object = &*as_inside(object);
        let write = self.write_of(object.kind(), subresource, Operation::Update, &call.manager, call);
        let given = object.meta().managed_fields.as_deref().and_then(|entries| Managed::decode(entries).ok()).filter(|given| !given.is_empty());
        call.managed = Some(match given {
            // Entries that came with the object lose all of its fields to its creator.
            Some(given) => write.update(&given, &differences(None, object, call)),
            None if call.version.is_some() => write.created(write.owned_by_creator(&differences(None, object, call))),
            None => self.owners.created(object, &write),
        });
    }

    /// The record of an object after an update or a patch, before admission changes it.
    pub(in crate::apiserver) fn track_update(&mut self, object: &Object, old: &Object, subresource: Option<Subresource>, call: &mut Call) {
        if call.managed.is_some() {
            return;
        }
        let stored = self.managed(old.kind(), &Key::of(old));
        let before = entries_of_request(object, &stored, subresource);
        if before.is_empty() {
            // Whoever asked for entries to be forgotten is not recorded again until the first apply.
            call.managed = Some(before);
            return;
        }
        let write = self.write_of(old.kind(), subresource, Operation::Update, &call.manager, call);
        let object = &*as_inside(object);
        call.managed = Some(match other_version(old.kind(), call) {
            None => self.owners.updated(&before, &write, old, object),
            Some(_) => self.owners.share(write.update(&before, &differences(Some(old), object, call)), &stored),
        });
    }

    /// The record of an object whose status the server itself has changed on the way.
    pub(in crate::apiserver) fn managed_after_own_write(&mut self, old: &Object, new: &Object, call: &Call) -> Managed {
        let before = self.managed(old.kind(), &Key::of(old));
        let write = self.write_of(old.kind(), Some(Subresource::Status), Operation::Update, "kube-apiserver", call);
        self.owners.updated(&before, &write, old, new)
    }

    /// Whether a write that changes nothing of the object changes who owns what. New times alone do not count.
    pub(in crate::apiserver) fn owned_as_before(&self, kind: Kind, key: &Key, call: &mut Call) -> bool {
        let before = self.managed(kind, key);
        let same = call.managed.as_ref().is_none_or(|managed| managed.differs_only_in_times(&before));
        if same {
            call.managed = Some(before);
        }
        same
    }

    /// The object as a patch sees it: with its entries, if the patch speaks of them.
    pub(in crate::apiserver) fn patched_state<'a>(&self, old: &'a Object, patch: &Value) -> Cow<'a, Object> {
        if mentions_entries(patch) { Cow::Owned(self.with_entries(old)) } else { Cow::Borrowed(old) }
    }

    /// The object with its entries.
    pub(in crate::apiserver) fn with_entries(&self, old: &Object) -> Object {
        shown(old.clone(), &self.managed(old.kind(), &Key::of(old)))
    }

    /// The stored record of an object.
    pub(in crate::apiserver) fn managed(&self, kind: Kind, key: &Key) -> Managed {
        self.store.managed(kind, key).cloned().unwrap_or_default()
    }
}

/// The entries to go on from: those of the request if it has any that make sense, else the stored ones.
fn entries_of_request(object: &Object, stored: &Managed, subresource: Option<Subresource>) -> Managed {
    match object.meta().managed_fields.as_deref() {
        Some(entries) if subresource.is_none() => {
            if is_reset(entries) {
                return Managed::default();
            }
            let given = Managed::decode(entries).unwrap_or_default();
            if given.is_empty() || given == *stored { stored.clone() } else { given }
        }
        _ => stored.clone(),
    }
}

/// The version in which the write came and its type, if it is not the stored one.
fn other_version(kind: Kind, call: &Call) -> Option<(&'static Version, Type)> {
    let version = call.version?;
    Some((version, Type::of_kind(&version.api_version(), kind.info().kind)?))
}

/// What differs, or what a new object has, in the version in which the write came.
fn differences(old: Option<&Object>, new: &Object, call: &Call) -> Comparison {
    let kind = new.kind().info().kind;
    let Some((version, schema)) = other_version(new.kind(), call) else {
        return old.map_or_else(|| new_object_fields(new), |old| compare_objects(old, new));
    };
    let shown = |object: &Object| version.from_stored(object.to_value());
    let before = old.map_or_else(|| empty_object(&version.api_version(), kind), shown);
    compare(schema, &before, &shown(new))
}

/// The object as it comes back from its form inside the server, in which every DaemonSet counts its templates. Whoever writes
/// one owns the annotation that tells the number.
fn as_inside(object: &Object) -> Cow<'_, Object> {
    const COUNT: &str = "deprecated.daemonset.template.generation";
    if let Object::Job(job) = object
        && job.metadata.labels.as_ref().is_none_or(|labels| labels.is_empty())
        && let Some(labels) = job.spec.template.metadata.as_ref().and_then(|meta| meta.labels.clone()).filter(|labels| !labels.is_empty())
    {
        // A Job without labels has those of its template.
        let mut object = object.clone();
        object.meta_mut().labels = Some(labels);
        return Cow::Owned(object);
    }
    let has = |name: &str| object.meta().annotations.as_ref().is_some_and(|annotations| annotations.contains_key(name));
    if object.kind() != Kind::DaemonSet || has(COUNT) {
        return Cow::Borrowed(object);
    }
    let mut object = object.clone();
    object.meta_mut().annotations.get_or_insert_default().insert(COUNT.to_owned(), "0".to_owned());
    Cow::Owned(object)
}

fn mentions_entries(patch: &Value) -> bool {
    match patch {
        Value::Array(items) => items.iter().any(mentions_entries),
        Value::Object(fields) => fields.iter().any(|(name, value)| name == "managedFields" || mentions_entries(value)),
        Value::String(text) => text.starts_with("/metadata/managedFields"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_write_under_the_names_of_their_programs() {
        let cases = [
            ("system:node:worker-1", "kubelet"),
            ("system:serviceaccount:kube-system:deployment-controller", "kube-controller-manager"),
            ("system:kube-controller-manager", "kube-controller-manager"),
            ("system:kube-scheduler", "kube-scheduler"),
            ("system:apiserver", "kube-apiserver"),
        ];
        for (user, manager) in cases {
            assert_eq!(component(user), manager);
        }
    }
}
