//! A room for names: objects in different namespaces may have the same name, and all go when the namespace goes.
//!
//! Models: pkg/registry/core/namespace/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{NamespaceSpec, NamespaceStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// Namespace.
    Namespace, "v1", spec: NamespaceSpec, status: NamespaceStatus
}

impl Strategy for Namespace {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Namespace",
        plural: "namespaces",
        singular: "namespace",
        short_names: &["ns"],
        categories: &[],
        namespaced: false,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        if let Some(name) = self.metadata.name.clone().filter(|name| !name.is_empty()) {
            self.metadata.labels.get_or_insert_default().insert("kubernetes.io/metadata.name".to_owned(), name);
        }
        if self.status.phase.as_deref().is_none_or(str::is_empty) {
            Arc::make_mut(&mut self.status).phase = Some("Active".to_owned());
        }
    }

    fn prepare_for_create(&mut self) {
        self.status = Arc::new(NamespaceStatus { phase: Some("Active".to_owned()), ..Default::default() });
        let finalizers = Arc::make_mut(&mut self.spec).finalizers.get_or_insert_default();
        if !finalizers.iter().any(|finalizer| finalizer == "kubernetes") {
            finalizers.push("kubernetes".to_owned());
        }
        // A generated name is known only now.
        let name = self.metadata.name.clone().unwrap_or_default();
        self.metadata.labels.get_or_insert_default().insert("kubernetes.io/metadata.name".to_owned(), name);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        self.spec = Arc::clone(&old.spec);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    const VERBS: &'static [&'static str] = &["create", "delete", "get", "list", "patch", "update", "watch"];

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        vec![("status.phase", self.status.phase.clone().unwrap_or_default())]
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::node::namespace(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::node::namespace_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::node::namespace_status_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::columns::NAMESPACE.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), self.status.phase.clone().unwrap_or_default().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
