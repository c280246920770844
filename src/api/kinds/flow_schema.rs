//! Sorts requests to the API server into priority levels: whose requests, to what, go where.
//!
//! Models: pkg/registry/flowcontrol/flowschema/strategy.go, pkg/apis/flowcontrol/v1/defaults.go, v1.36.
//! Simplified: requests are not queued, so a schema changes nothing of how fast one is answered.

use std::sync::Arc;

use k8s_openapi::api::flowcontrol::v1::{FlowSchemaSpec, FlowSchemaStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ObjectMeta, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// FlowSchema.
    FlowSchema, "flowcontrol.apiserver.k8s.io/v1", spec: FlowSchemaSpec, status: FlowSchemaStatus
}

impl Strategy for FlowSchema {
    const INFO: ResourceInfo = ResourceInfo {
        group: "flowcontrol.apiserver.k8s.io",
        version: "v1",
        kind: "FlowSchema",
        plural: "flowschemas",
        singular: "flowschema",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        if spec.matching_precedence.unwrap_or(0) == 0 {
            spec.matching_precedence = Some(1000);
        }
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        let resource_version = self.metadata.resource_version.take();
        self.metadata = ObjectMeta { resource_version, ..old.metadata.clone() };
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::flow_control::flow_schema(self)
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        validation::flow_control::flow_schema_status(self)
    }

    fn columns() -> Vec<Column> {
        tables::api_machinery::FLOW_SCHEMA.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::api_machinery::flow_schema_row(self, now)
    }
}
