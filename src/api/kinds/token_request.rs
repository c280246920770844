//! Asks for a token of a service account. It is no resource of its own: it is sent to `serviceaccounts/token`.
//!
//! Models: pkg/registry/core/serviceaccount/storage/token.go, pkg/apis/authentication/v1/defaults.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::authentication::v1::TokenRequest;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, resource_impl, validation};

resource_impl!(TokenRequest, metadata);

/// How long a token lives unless it says otherwise.
const HOUR_SECONDS: i64 = 3600;

impl Strategy for TokenRequest {
    const INFO: ResourceInfo = ResourceInfo {
        group: "authentication.k8s.io",
        version: "v1",
        kind: "TokenRequest",
        plural: "tokenrequests",
        singular: "tokenrequest",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    const VERBS: &'static [&'static str] = &[];

    fn set_defaults(&mut self) {
        self.spec.get_or_insert_default().expiration_seconds.get_or_insert(HOUR_SECONDS);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::review::token_request(self)
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        default_row(&self.metadata)
    }
}
