//! Who may talk to the pods that it selects, and whom they may talk to.
//!
//! Models: pkg/registry/networking/networkpolicy/strategy.go, pkg/apis/networking/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::networking::v1::NetworkPolicySpec;

use crate::field::FieldError;
use crate::selector::LabelSelector;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// NetworkPolicy.
    NetworkPolicy, "networking.k8s.io/v1", spec: NetworkPolicySpec
}

impl Strategy for NetworkPolicy {
    const INFO: ResourceInfo = ResourceInfo {
        group: "networking.k8s.io",
        version: "v1",
        kind: "NetworkPolicy",
        plural: "networkpolicies",
        singular: "networkpolicy",
        short_names: &["netpol"],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        spec.pod_selector.get_or_insert_default();
        let into = spec.ingress.iter_mut().flatten().filter_map(|rule| rule.ports.as_mut());
        let out = spec.egress.iter_mut().flatten().filter_map(|rule| rule.ports.as_mut());
        for port in into.chain(out).flatten() {
            port.protocol.get_or_insert_with(|| "TCP".to_owned());
        }
        if spec.policy_types.as_ref().is_none_or(Vec::is_empty) {
            let mut types = vec!["Ingress".to_owned()];
            if spec.egress.as_ref().is_some_and(|rules| !rules.is_empty()) {
                types.push("Egress".to_owned());
            }
            spec.policy_types = Some(types);
        }
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn counts_sent_empty() -> &'static [&'static str] {
        &["spec"]
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::network_policy::validate(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::network_policy::validate_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        validation::network_policy::warnings(self)
    }

    fn columns() -> Vec<Column> {
        tables::networking_columns::NETWORK_POLICY.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        let selector = self.spec.pod_selector.clone().unwrap_or_default();
        let text = LabelSelector::of(&selector).to_string();
        vec![
            self.metadata.name.clone().into(),
            if text.is_empty() { "<none>".to_owned() } else { text }.into(),
            crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into(),
        ]
    }
}
