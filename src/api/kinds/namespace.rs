//! Namespace.

use k8s_openapi::api::core::v1::{NamespaceSpec, NamespaceStatus};

use crate::{Cell, ResourceInfo, Strategy, spec_and_status_kind};

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

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
