//! How much of the API server the requests of a priority level may take, and how long their queues are.
//!
//! Models: pkg/registry/flowcontrol/prioritylevelconfiguration/strategy.go, pkg/apis/flowcontrol/v1/defaults.go, v1.36.
//! Simplified: requests are not queued, so a level limits nothing.

use std::sync::Arc;

use k8s_openapi::api::flowcontrol::v1::{PriorityLevelConfigurationSpec, PriorityLevelConfigurationStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ObjectMeta, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// PriorityLevelConfiguration.
    PriorityLevelConfiguration, "flowcontrol.apiserver.k8s.io/v1", spec: PriorityLevelConfigurationSpec, status: PriorityLevelConfigurationStatus
}

fn unless_set(field: &mut Option<i32>, default: i32) {
    if field.unwrap_or(0) == 0 {
        *field = Some(default);
    }
}

impl Strategy for PriorityLevelConfiguration {
    const INFO: ResourceInfo = ResourceInfo {
        group: "flowcontrol.apiserver.k8s.io",
        version: "v1",
        kind: "PriorityLevelConfiguration",
        plural: "prioritylevelconfigurations",
        singular: "prioritylevelconfiguration",
        short_names: &[],
        categories: &[],
        namespaced: false,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        if let Some(exempt) = &mut spec.exempt {
            exempt.nominal_concurrency_shares.get_or_insert(0);
            exempt.lendable_percent.get_or_insert(0);
        }
        if let Some(limited) = &mut spec.limited {
            limited.nominal_concurrency_shares.get_or_insert(30);
            limited.lendable_percent.get_or_insert(0);
            if let Some(queuing) = limited.limit_response.as_mut().and_then(|response| response.queuing.as_mut()) {
                unless_set(&mut queuing.hand_size, 8);
                unless_set(&mut queuing.queues, 64);
                unless_set(&mut queuing.queue_length_limit, 50);
            }
        }
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        let resource_version = self.metadata.resource_version.take();
        self.metadata = ObjectMeta { resource_version, ..old.metadata.clone() };
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::priority_level::priority_level(self)
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        validation::priority_level::status(self)
    }

    fn columns() -> Vec<Column> {
        tables::api_machinery::PRIORITY_LEVEL.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::api_machinery::priority_level_row(self, now)
    }
}
