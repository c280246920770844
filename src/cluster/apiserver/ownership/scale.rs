//! Writes through `/scale`: the writer owns the replicas of what is scaled.
//!
//! Models: pkg/registry/apps/deployment/storage/storage.go (scaleUpdatedObjectInfo), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::managed_fields::{
    BEFORE_FIRST_APPLY, Managed, NOTHING, Operation, PathElement, Type, Write, Writer, compare, empty_object, scale, validate,
};
use podarium_api::{Object, Status};
use serde_json::Value;

use super::apply::check_configuration;
use crate::apiserver::{ApiServer, Call};
use crate::store::Key;

/// Where an object has its replicas.
fn replicas(object: &Object) -> Vec<PathElement> {
    let path = match object {
        Object::Custom(custom) => custom.replicas_path(),
        _ => vec!["spec", "replicas"],
    };
    path.into_iter().map(PathElement::field).collect()
}

impl ApiServer {
    /// Who owns what of the Scale of an object.
    pub(in crate::apiserver) fn owners_of_scale(&self, object: &Object) -> Managed {
        scale::of_scale(&self.managed(object.kind(), &Key::of(object)).read_back(), &replicas(object))
    }

    /// The record of `old` after its Scale has become `wanted`.
    pub(in crate::apiserver) fn track_scale(&mut self, old: &Object, current: &Value, wanted: &Value, call: &mut Call) {
        if call.managed.is_some() {
            return;
        }
        let parent = self.managed(old.kind(), &Key::of(old)).read_back();
        let owners = scale::of_scale(&parent, &replicas(old));
        let Some(schema) = Type::of_kind(scale::SCALE_VERSION, "Scale") else { return };
        let write = self.write_of_scale(&call.manager, Operation::Update, call);
        // Replicas that nobody owns stay unowned, as everything does in an object without entries.
        let owners = if owners.is_empty() { owners } else { write.update(&owners, &compare(schema, current, wanted)) };
        call.managed = Some(scale::to_parent(&parent, &owners, &old.kind().info().api_version(), &replicas(old)));
    }

    /// The Scale of `old` with a configuration applied to it, server-side.
    pub(in crate::apiserver) fn apply_scale(&mut self, old: &Object, current: &Value, configuration: &Value, force: bool, call: &mut Call) -> Result<Value, Status> {
        check_configuration("autoscaling", "v1", "Scale", configuration)?;
        let Some(schema) = Type::of_kind(scale::SCALE_VERSION, "Scale") else { return Err(Status::no_such_path()) };
        validate(schema, configuration, false).map_err(|why| Status::new(500, "", format!("failed to create typed patch object: {why}")))?;
        let parent = self.managed(old.kind(), &Key::of(old)).read_back();
        let mut owners = scale::of_scale(&parent, &replicas(old));
        if owners.is_empty() {
            let before = self.write_of_scale(BEFORE_FIRST_APPLY, Operation::Update, call);
            owners = before.update(&owners, &compare(schema, &empty_object(scale::SCALE_VERSION, "Scale"), current));
        }
        let write = self.write_of_scale(&call.manager, Operation::Apply, call);
        let applied = write.apply(schema, current, configuration, &owners, force).map_err(|conflicts| conflicts.into_status())?;
        call.managed = Some(scale::to_parent(&parent, &applied.managed, &old.kind().info().api_version(), &replicas(old)));
        Ok(applied.object.unwrap_or_else(|| current.clone()))
    }

    fn write_of_scale(&self, manager: &str, operation: Operation, call: &Call) -> Write {
        let writer = Writer { manager: manager.to_owned(), operation, api_version: scale::SCALE_VERSION.to_owned(), subresource: "scale".to_owned() };
        Write { writer: Arc::new(writer), now: self.epoch.seconds(call.now).0.as_second(), reset: NOTHING, versions_alike: false }
    }
}
