//! Endpoints.

pub use k8s_openapi::api::core::v1::Endpoints;

use crate::{Cell, ResourceInfo, Strategy, resource_impl};

resource_impl!(Endpoints, metadata);

impl Strategy for Endpoints {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Endpoints",
        plural: "endpoints",
        singular: "endpoints",
        short_names: &["ep"],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
