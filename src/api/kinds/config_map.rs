//! ConfigMap.

pub use k8s_openapi::api::core::v1::ConfigMap;

use crate::{Cell, ResourceInfo, Strategy, resource_impl};

resource_impl!(ConfigMap, metadata);

impl Strategy for ConfigMap {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "ConfigMap",
        plural: "configmaps",
        singular: "configmap",
        short_names: &["cm"],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
