//! Pod.

use k8s_openapi::api::core::v1::{PodSpec, PodStatus};

use crate::{Cell, ResourceInfo, Strategy, spec_and_status_kind};

spec_and_status_kind! {
    /// Pod.
    Pod, "v1", spec: PodSpec, status: PodStatus
}

impl Strategy for Pod {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Pod",
        plural: "pods",
        singular: "pod",
        short_names: &["po"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
