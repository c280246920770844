//! Service.

use k8s_openapi::api::core::v1::{ServiceSpec, ServiceStatus};

use crate::{Cell, ResourceInfo, Strategy, spec_and_status_kind};

spec_and_status_kind! {
    /// Service.
    Service, "v1", spec: ServiceSpec, status: ServiceStatus
}

impl Strategy for Service {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Service",
        plural: "services",
        singular: "service",
        short_names: &["svc"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
