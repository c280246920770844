//! Secret.

pub use k8s_openapi::api::core::v1::Secret;

use crate::{Cell, ResourceInfo, Strategy, resource_impl};

resource_impl!(Secret, metadata);

impl Strategy for Secret {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Secret",
        plural: "secrets",
        singular: "secret",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
