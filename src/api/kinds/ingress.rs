//! Rules by which requests from outside find their Service: by host and by path.
//!
//! Models: pkg/registry/networking/ingress/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::networking::v1::{IngressSpec, IngressStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

const OLD_CLASS: &str = "kubernetes.io/ingress.class";

spec_and_status_kind! {
    /// Ingress.
    Ingress, "networking.k8s.io/v1", spec: IngressSpec, status: IngressStatus
}

impl Strategy for Ingress {
    const INFO: ResourceInfo = ResourceInfo {
        group: "networking.k8s.io",
        version: "v1",
        kind: "Ingress",
        plural: "ingresses",
        singular: "ingress",
        short_names: &["ing"],
        categories: &[],
        namespaced: true,
        has_status: true,
    };

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
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::ingress::validate(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::ingress::validate_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::ingress::validate_status_update(self, old)
    }

    fn warns_on_update() -> bool {
        false
    }

    fn warnings(&self) -> Vec<String> {
        let noted = self.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(OLD_CLASS));
        if !noted || self.spec.ingress_class_name.is_some() {
            return Vec::new();
        }
        vec![format!("annotation {OLD_CLASS:?} is deprecated, please use 'spec.ingressClassName' instead")]
    }

    fn columns() -> Vec<Column> {
        tables::networking_columns::INGRESS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::networking::ingress_row(self, now)
    }
}
