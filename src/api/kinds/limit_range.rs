//! The least and the most that a container, pod or claim of a namespace may ask for, and what it gets if it says nothing.
//!
//! Models: pkg/registry/core/limitrange/strategy.go, pkg/apis/core/v1/defaults.go (SetDefaults_LimitRangeItem), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::LimitRangeSpec;

use crate::field::FieldError;
use crate::kinds::default_row;
use crate::{Cell, ResourceInfo, Strategy, defaults, spec_and_status_kind, validation};

spec_and_status_kind! {
    /// LimitRange.
    LimitRange, "v1", spec: LimitRangeSpec
}

impl Strategy for LimitRange {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "LimitRange",
        plural: "limitranges",
        singular: "limitrange",
        short_names: &["limits"],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        Arc::make_mut(&mut self.spec).limits.iter_mut().for_each(defaults::quantities::limit_range_item);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::limit_range::limit_range(self)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        default_row(&self.metadata)
    }
}
