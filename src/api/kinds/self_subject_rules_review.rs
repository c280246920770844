//! A question to the API server: what may I do in this namespace? It is what `kubectl auth can-i --list` asks.
//!
//! Models: pkg/registry/authorization/selfsubjectrulesreview/rest.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::authorization::v1::SelfSubjectRulesReview;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl};

resource_impl!(SelfSubjectRulesReview, metadata);

impl Strategy for SelfSubjectRulesReview {
    const INFO: ResourceInfo = ResourceInfo {
        group: "authorization.k8s.io",
        version: "v1",
        kind: "SelfSubjectRulesReview",
        plural: "selfsubjectrulesreviews",
        singular: "selfsubjectrulesreview",
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
