//! A question to the API server: who am I? It is what `kubectl auth whoami` asks.
//!
//! Models: pkg/registry/authentication/selfsubjectreview/rest.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::authentication::v1::SelfSubjectReview;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl};

resource_impl!(SelfSubjectReview, metadata);

impl Strategy for SelfSubjectReview {
    const INFO: ResourceInfo = ResourceInfo {
        group: "authentication.k8s.io",
        version: "v1",
        kind: "SelfSubjectReview",
        plural: "selfsubjectreviews",
        singular: "selfsubjectreview",
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
