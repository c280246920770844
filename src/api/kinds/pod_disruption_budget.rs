//! How many pods of an application may be taken down on purpose at a time. Evictions ask it; crashes do not.
//!
//! Models: pkg/registry/policy/poddisruptionbudget/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::policy::v1::{PodDisruptionBudgetSpec, PodDisruptionBudgetStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// PodDisruptionBudget.
    PodDisruptionBudget, "policy/v1", spec: PodDisruptionBudgetSpec, status: PodDisruptionBudgetStatus
}

impl Strategy for PodDisruptionBudget {
    const INFO: ResourceInfo = ResourceInfo {
        group: "policy",
        version: "v1",
        kind: "PodDisruptionBudget",
        plural: "poddisruptionbudgets",
        singular: "poddisruptionbudget",
        short_names: &["pdb"],
        categories: &[],
        namespaced: true,
        has_status: true,
    };

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
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::disruption_budget::spec(self)
    }

    fn validate_last(&self) -> Vec<FieldError> {
        validation::metadata::validate(&self.metadata, true, crate::name_rules::path_segment)
    }

    fn validate_update(&self, _old: &Self) -> Vec<FieldError> {
        validation::disruption_budget::spec(self)
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        validation::disruption_budget::status(self)
    }

    fn columns() -> Vec<Column> {
        tables::disruption_budget::COLUMNS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::disruption_budget::row(self, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn faults_are_told_in_the_reference_words() {
        let cases = [
            (json!({"minAvailable": "50%"}), vec![]),
            (json!({"minAvailable": 3, "selector": {}, "unhealthyPodEvictionPolicy": "AlwaysAllow"}), vec![]),
            (json!({"minAvailable": 1, "maxUnavailable": 1, "selector": {}}), vec![
                "spec: Invalid value: {\"MinAvailable\":1,\"Selector\":{},\"MaxUnavailable\":1,\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set",
            ]),
            (json!({"minAvailable": "101%"}), vec!["spec.minAvailable: Invalid value: \"101%\": must not be greater than 100%"]),
            (json!({"maxUnavailable": -1}), vec!["spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0"]),
            (json!({"maxUnavailable": "many"}), vec![
                "spec.maxUnavailable: Invalid value: \"many\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
            ]),
            (json!({"unhealthyPodEvictionPolicy": "Never"}), vec![
                "spec.unhealthyPodEvictionPolicy: Unsupported value: \"Never\": supported values: \"AlwaysAllow\", \"IfHealthyBudget\"",
            ]),
        ];
        for (spec, expected) in cases {
            let budget: PodDisruptionBudget = serde_json::from_value(json!({"metadata": {"name": "b", "namespace": "n"}, "spec": spec})).unwrap();
            let faults: Vec<String> = budget.validate().iter().map(ToString::to_string).collect();
            assert_eq!(faults, expected, "{spec}");
        }
    }

    #[test]
    fn a_status_has_proper_conditions_and_counts() {
        let mut budget = PodDisruptionBudget::default();
        budget.metadata.resource_version = Some("1".to_owned());
        let old = budget.clone();
        let time = "2026-01-05T09:00:00Z";
        budget.status = Arc::new(serde_json::from_value(json!({
            "disruptionsAllowed": -1,
            "conditions": [
                {"type": "DisruptionAllowed", "status": "True", "reason": "SufficientPods", "message": "", "lastTransitionTime": time},
                {"type": "DisruptionAllowed", "status": "Yes", "reason": "", "message": "", "lastTransitionTime": time},
            ],
        })).unwrap());
        let faults: Vec<String> = budget.validate_status_update(&old).iter().map(ToString::to_string).collect();
        assert_eq!(faults, [
            "status.conditions[1].type: Duplicate value: \"DisruptionAllowed\"",
            "status.conditions[1].status: Unsupported value: \"Yes\": supported values: \"False\", \"True\", \"Unknown\"",
            "status.conditions[1].reason: Required value",
            "status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0",
        ]);
    }
}
