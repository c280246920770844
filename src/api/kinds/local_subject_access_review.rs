//! A question to the API server: may this user do that in this namespace? It is answered and not kept.
//!
//! Models: pkg/registry/authorization/localsubjectaccessreview/rest.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::authorization::v1::LocalSubjectAccessReview;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl, validation};

resource_impl!(LocalSubjectAccessReview, metadata);

impl Strategy for LocalSubjectAccessReview {
    const INFO: ResourceInfo = ResourceInfo {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "LocalSubjectAccessReview",
        plural: "localsubjectaccessreviews",
        singular: "localsubjectaccessreview",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    const VERBS: &'static [&'static str] = &["create"];

    fn validate(&self) -> Vec<FieldError> {
        validation::review::local_subject_access_review(self)
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        default_row(&self.metadata)
    }
}
