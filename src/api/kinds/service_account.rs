//! ServiceAccount.

pub use k8s_openapi::api::core::v1::ServiceAccount;

use crate::{Cell, ResourceInfo, Strategy, resource_impl};

resource_impl!(ServiceAccount, metadata);

impl Strategy for ServiceAccount {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "ServiceAccount",
        plural: "serviceaccounts",
        singular: "serviceaccount",
        short_names: &["sa"],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
