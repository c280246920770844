//! Which controller is responsible for the Ingresses of a class.
//!
//! Models: pkg/registry/networking/ingressclass/strategy.go, pkg/apis/networking/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::networking::v1::IngressClassSpec;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// IngressClass.
    IngressClass, "networking.k8s.io/v1", spec: IngressClassSpec
}

impl Strategy for IngressClass {
    const INFO: ResourceInfo = ResourceInfo {
        group: "networking.k8s.io",
        version: "v1",
        kind: "IngressClass",
        plural: "ingressclasses",
        singular: "ingressclass",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        if let Some(parameters) = &mut Arc::make_mut(&mut self.spec).parameters {
            parameters.scope.get_or_insert_with(|| "Cluster".to_owned());
        }
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::ingress::class(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::ingress::class_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::networking_columns::INGRESS_CLASS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::networking::ingress_class_row(self, now)
    }
}
