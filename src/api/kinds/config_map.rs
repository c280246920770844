//! ConfigMap.

pub use k8s_openapi::api::core::v1::ConfigMap;

use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables};

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

    fn columns() -> Vec<Column> {
        tables::columns::CONFIG_MAP.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        let keys = self.data.as_ref().map_or(0, |data| data.len()) + self.binary_data.as_ref().map_or(0, |data| data.len());
        vec![self.metadata.name.clone().into(), keys.into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
