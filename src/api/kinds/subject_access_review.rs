//! A question to the API server: may this user do that? It is answered and not kept.
//!
//! Models: pkg/registry/authorization/subjectaccessreview/rest.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::authorization::v1::SubjectAccessReview;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl, validation};

resource_impl!(SubjectAccessReview, metadata);

impl Strategy for SubjectAccessReview {
    const INFO: ResourceInfo = ResourceInfo {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "SubjectAccessReview",
        plural: "subjectaccessreviews",
        singular: "subjectaccessreview",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: false,
    };

    const VERBS: &'static [&'static str] = &["create"];

    fn validate(&self) -> Vec<FieldError> {
        validation::review::subject_access_review(self)
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        default_row(&self.metadata)
    }
}
