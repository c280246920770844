//! EndpointSlice.

pub use k8s_openapi::api::discovery::v1::EndpointSlice;

use crate::{Cell, ResourceInfo, Strategy, resource_impl};

resource_impl!(EndpointSlice, metadata);

impl Strategy for EndpointSlice {
    const INFO: ResourceInfo = ResourceInfo {
        group: "discovery.k8s.io",
        version: "v1",
        kind: "EndpointSlice",
        plural: "endpointslices",
        singular: "endpointslice",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}
