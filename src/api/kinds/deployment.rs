//! Deployment.

use k8s_openapi::api::apps::v1::{DeploymentSpec, DeploymentStatus};

use crate::{Cell, ResourceInfo, Strategy, spec_and_status_kind};

spec_and_status_kind! {
    /// Deployment.
    Deployment, "apps/v1", spec: DeploymentSpec, status: DeploymentStatus
}

impl Strategy for Deployment {
    const INFO: ResourceInfo = ResourceInfo {
        group: "apps",
        version: "v1",
        kind: "Deployment",
        plural: "deployments",
        singular: "deployment",
        short_names: &["deploy"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
