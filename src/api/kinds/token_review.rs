//! A question to the API server: whose token is this?
//!
//! Models: pkg/registry/authentication/tokenreview/rest.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::authentication::v1::TokenReview;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl};

resource_impl!(TokenReview, metadata);

impl Strategy for TokenReview {
    const INFO: ResourceInfo = ResourceInfo {
        group: "authentication.k8s.io",
        version: "v1",
        kind: "TokenReview",
        plural: "tokenreviews",
        singular: "tokenreview",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    const VERBS: &'static [&'static str] = &["create"];

    fn validate(&self) -> Vec<FieldError> {
        Vec::new()
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        default_row(&self.metadata)
    }
}
