//! Custom resources in the API server: definitions are its registry of custom kinds.
//!
//! A stored CustomResourceDefinition carries what the server needs to serve its versions, so the registry is the store
//! itself: it is cloned, rewound and branched with it. Objects are stored in one version and read in any.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go,
//! pkg/registry/customresourcedefinition/etcd.go, v1.36.
//! Simplified: a webhook that converts objects is not called; asking for another version than the stored one says so.

use std::sync::Arc;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinitionCondition;
use podarium_api::custom::Definition;
use podarium_api::{CustomResourceDefinition, Kind, Object, Resource as _, Status};

use super::write::uid_conflict;
use super::{ApiServer, Call, Options, Reply};
use crate::store::{Key, Store};

/// The finalizer that keeps a definition until its instances are gone.
pub(crate) const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

impl Store {
    /// The definition that makes a kind of this plural and group.
    pub fn definition(&self, group: &str, plural: &str) -> Option<&Arc<CustomResourceDefinition>> {
        let key = Key::new("", &format!("{plural}.{group}"));
        CustomResourceDefinition::from_object(self.get(Kind::CustomResourceDefinition, &key)?)
    }

    /// The version by which a request of this kind reads and writes objects; `None` for built-in kinds.
    pub fn version_of(&self, kind: Kind) -> Option<&Arc<Definition>> {
        let Kind::Custom(custom) = kind else { return None };
        let info = custom.info();
        let definitions = &self.definition(info.group, info.plural)?.definitions;
        definitions.served(info.version).or_else(|| definitions.storage())
    }
}

/// Sets a condition of a definition; the time changes only with the status.
pub(crate) fn set_condition(definition: &mut CustomResourceDefinition, mut condition: CustomResourceDefinitionCondition) {
    let status = Arc::make_mut(&mut definition.status);
    let conditions = status.conditions.get_or_insert_default();
    match conditions.iter_mut().find(|found| found.type_ == condition.type_) {
        Some(found) => {
            if found.status == condition.status {
                condition.last_transition_time.clone_from(&found.last_transition_time);
            }
            *found = condition;
        }
        None => conditions.push(condition),
    }
}

impl ApiServer {
    /// The object as the store keeps it: a custom one in its kind's storage version, a definition with what it makes.
    pub(super) fn as_stored(&self, object: Object, key: &Key) -> Object {
        match object {
            Object::Custom(object) => {
                let info = object.definition().info();
                let definition = self.store.definition(info.group, info.plural).and_then(|definition| definition.definitions.storage());
                match definition {
                    Some(storage) if !Arc::ptr_eq(storage, object.definition()) => object.in_version(storage).into_object(),
                    _ => Object::Custom(object),
                }
            }
            Object::CustomResourceDefinition(mut definition) => {
                let previous = self.store.get(Kind::CustomResourceDefinition, key).and_then(CustomResourceDefinition::from_object);
                Arc::make_mut(&mut definition).establish(previous.map(|previous| &**previous));
                Object::CustomResourceDefinition(definition)
            }
            other => other,
        }
    }

    /// What every answer about this kind, or this version of it, warns of.
    pub(crate) fn deprecation(&self, kind: Kind) -> Option<String> {
        match self.store.version_of(kind) {
            Some(definition) => definition.deprecation_warning(),
            None => kind.deprecation().map(str::to_owned),
        }
    }

    /// The stored object in the version of the request.
    pub(super) fn stored_as_asked(&self, kind: Kind, key: &Key) -> Result<Object, Status> {
        let stored = self.stored(kind, key)?;
        let (Object::Custom(object), Some(definition)) = (stored, self.store.version_of(kind)) else { return Ok(stored.clone()) };
        if definition.converts_by_webhook() && definition != object.definition() {
            let version = definition.info().version;
            return Err(Status::not_simulated(&format!("the conversion webhook of {} for version {version}", definition.info().group_resource())));
        }
        Ok(object.in_version(definition).into_object())
    }

    /// Nothing new is made of a kind that is going away.
    pub(super) fn check_definition(&self, object: &Object) -> Result<(), Status> {
        let Object::Custom(object) = object else { return Ok(()) };
        let info = object.definition().info();
        let definition = self.store.definition(info.group, info.plural);
        if definition.is_some_and(|definition| definition.is("Terminating")) {
            let name = super::admission::name_of(&object.metadata);
            return Err(Status::forbidden(object.kind(), name, "create not allowed while custom resource definition is terminating"));
        }
        Ok(())
    }

    /// The first request to delete a definition: its instances go first.
    pub(super) fn begin_delete_definition(&mut self, definition: &Arc<CustomResourceDefinition>, key: Key, options: &Options, call: &Call) -> Result<Reply, Status> {
        let meta = &definition.metadata;
        if let Some(uid) = options.precondition_uid.as_ref().filter(|uid| Some(*uid) != meta.uid.as_ref()) {
            return Err(uid_conflict(Kind::CustomResourceDefinition, &key, uid, meta.uid.as_deref().unwrap_or_default()));
        }
        let mut next = (**definition).clone();
        let now = self.epoch.seconds(call.now);
        next.metadata.deletion_timestamp = Some(now.clone());
        let finalizers = next.metadata.finalizers.get_or_insert_default();
        if !finalizers.iter().any(|finalizer| finalizer == CLEANUP) {
            finalizers.push(CLEANUP.to_owned());
        }
        set_condition(&mut next, CustomResourceDefinitionCondition {
            type_: "Terminating".to_owned(),
            status: "True".to_owned(),
            reason: Some("InstanceDeletionPending".to_owned()),
            message: Some("CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon".to_owned()),
            last_transition_time: Some(now),
            ..CustomResourceDefinitionCondition::default()
        });
        let next = Arc::new(next).into_object();
        Ok(Reply::Object(if call.dry_run { next } else { self.commit(Kind::CustomResourceDefinition, key, Some(next), call) }))
    }
}
