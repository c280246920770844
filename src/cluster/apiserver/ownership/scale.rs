//! Recording a write through `/scale`: its writer owns the replicas of what is scaled.
//!
//! Models: pkg/registry/apps/deployment/storage/storage.go (scaleUpdatedObjectInfo), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::managed_fields::{NOTHING, Operation, PathElement, Type, Write, Writer, compare, scale};
use podarium_api::Object;
use serde_json::Value;

use crate::apiserver::{ApiServer, Call};
use crate::store::Key;

impl ApiServer {
    /// The record of `old` after its Scale has become `wanted`.
    pub(in crate::apiserver) fn track_scale(&mut self, old: &Object, current: &Value, wanted: &Value, call: &mut Call) {
        let replicas = [PathElement::field("spec"), PathElement::field("replicas")];
        let parent = self.managed(old.kind(), &Key::of(old));
        let owners = scale::of_scale(&parent, &replicas);
        let Some(schema) = Type::of_kind(scale::SCALE_VERSION, "Scale") else { return };
        let writer = Writer {
            manager: call.manager.clone(),
            operation: Operation::Update,
            api_version: scale::SCALE_VERSION.to_owned(),
            subresource: "scale".to_owned(),
        };
        let write = Write { writer: Arc::new(writer), now: self.epoch.seconds(call.now).0.as_second(), reset: NOTHING };
        // Replicas that nobody owns stay unowned, as everything does in an object without entries.
        let owners = if owners.is_empty() { owners } else { write.update(&owners, &compare(schema, current, wanted)) };
        call.managed = Some(scale::to_parent(&parent, &owners, &old.kind().info().api_version(), &replicas));
    }
}
