//! A question to the API server: may I do that? It is what `kubectl auth can-i` asks.
//!
//! Models: pkg/registry/authorization/selfsubjectaccessreview/rest.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl, validation};

resource_impl!(SelfSubjectAccessReview, metadata);

impl Strategy for SelfSubjectAccessReview {
    const INFO: ResourceInfo = ResourceInfo {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "SelfSubjectAccessReview",
        plural: "selfsubjectaccessreviews",
        singular: "selfsubjectaccessreview",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    const VERBS: &'static [&'static str] = &["create"];

    fn validate(&self) -> Vec<FieldError> {
        validation::review::self_subject_access_review(self)
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        default_row(&self.metadata)
    }
}
