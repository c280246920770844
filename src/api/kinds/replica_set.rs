//! ReplicaSet.

use k8s_openapi::api::apps::v1::{ReplicaSetSpec, ReplicaSetStatus};

use crate::{Cell, ResourceInfo, Strategy, spec_and_status_kind};

spec_and_status_kind! {
    /// ReplicaSet.
    ReplicaSet, "apps/v1", spec: ReplicaSetSpec, status: ReplicaSetStatus
}

impl Strategy for ReplicaSet {
    const INFO: ResourceInfo = ResourceInfo {
        group: "apps",
        version: "v1",
        kind: "ReplicaSet",
        plural: "replicasets",
        singular: "replicaset",
        short_names: &["rs"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
