//! Whether the parts of the control plane are well. It is stored nowhere: each question is answered by asking them.
//!
//! Models: pkg/registry/core/componentstatus/rest.go, v1.36.
//! Simplified: nothing; who asks the components is the API server.

pub use k8s_openapi::api::core::v1::ComponentStatus;

use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables};

resource_impl!(ComponentStatus, metadata);

impl Strategy for ComponentStatus {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "ComponentStatus",
        plural: "componentstatuses",
        singular: "componentstatus",
        short_names: &["cs"],
        categories: &[],
        namespaced: false,
        has_status: false,
    };
    const VERBS: &'static [&'static str] = &["get", "list"];

    fn deprecation() -> Option<&'static str> {
        Some("v1 ComponentStatus is deprecated in v1.19+")
    }

    fn columns() -> Vec<Column> {
        tables::columns::COMPONENT_STATUS.to_vec()
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        let healthy = self.conditions.iter().flatten().find(|condition| condition.type_ == "Healthy");
        let status = healthy.map_or("Unknown", |condition| if condition.status == "True" { "Healthy" } else { "Unhealthy" });
        let message = healthy.and_then(|condition| condition.message.clone()).unwrap_or_default();
        let error = healthy.and_then(|condition| condition.error.clone()).unwrap_or_default();
        vec![self.metadata.name.clone().into(), status.into(), message.into(), error.into()]
    }
}
