//! Where a pod may run: affinity, tolerations, topology spread, gates; and the taints of nodes.
//!
//! Models: pkg/apis/core/validation/validation.go (validateAffinity, ValidateTolerations,
//! validateTopologySpreadConstraints, validateNodeTaints), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{
    Affinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm, PodSpec, Taint, Toleration,
    TopologySpreadConstraint, WeightedPodAffinityTerm,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde_json::json;

use super::{invalid_each, list, metadata, text};
use crate::field::{FieldError, Path};
use crate::name_rules;

const EFFECTS: &[&str] = &["NoSchedule", "PreferNoSchedule", "NoExecute"];

pub(crate) fn affinity(affinity: &Affinity, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    if let Some(node) = &affinity.node_affinity {
        let path = path.child("nodeAffinity");
        if let Some(selector) = &node.required_during_scheduling_ignored_during_execution {
            errors.extend(node_selector(selector, &path.child(required)));
        }
        for (index, term) in list(&node.preferred_during_scheduling_ignored_during_execution).iter().enumerate() {
            let path = path.child(preferred).index(index);
            errors.extend(weight(term.weight, &path));
            errors.extend(node_term(&term.preference, false, &path.child("preference")));
        }
    }
    type Terms<'a> = (&'a str, &'a Option<Vec<PodAffinityTerm>>, &'a Option<Vec<WeightedPodAffinityTerm>>);
    let towards = affinity.pod_affinity.as_ref().map(|pods| -> Terms<'_> {
        let wanted = &pods.preferred_during_scheduling_ignored_during_execution;
        ("podAffinity", &pods.required_during_scheduling_ignored_during_execution, wanted)
    });
    let against = affinity.pod_anti_affinity.as_ref().map(|pods| -> Terms<'_> {
        let wanted = &pods.preferred_during_scheduling_ignored_during_execution;
        ("podAntiAffinity", &pods.required_during_scheduling_ignored_during_execution, wanted)
    });
    for (name, musts, wishes) in towards.into_iter().chain(against) {
        let path = path.child(name);
        for (index, term) in list(musts).iter().enumerate() {
            errors.extend(pod_term(term, &path.child(required).index(index)));
        }
        for (index, term) in list(wishes).iter().enumerate() {
            let path = path.child(preferred).index(index);
            errors.extend(weight(term.weight, &path));
            errors.extend(pod_term(&term.pod_affinity_term, &path.child("podAffinityTerm")));
        }
    }
    errors
}

/// Terms of which a node must meet one.
pub(super) fn node_selector(selector: &NodeSelector, path: &Path) -> Vec<FieldError> {
    let path = path.child("nodeSelectorTerms");
    if selector.node_selector_terms.is_empty() {
        return vec![FieldError::required(&path, "must have at least one node selector term")];
    }
    selector.node_selector_terms.iter().enumerate().flat_map(|(index, term)| node_term(term, true, &path.index(index))).collect()
}

fn weight(weight: i32, path: &Path) -> Option<FieldError> {
    (!(1..=100).contains(&weight)).then(|| FieldError::invalid(path.child("weight"), weight, "must be in the range 1-100"))
}

fn node_term(term: &NodeSelectorTerm, check_values: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, requirement) in list(&term.match_expressions).iter().enumerate() {
        errors.extend(node_requirement(requirement, check_values, &path.child("matchExpressions").index(index)));
    }
    for (index, requirement) in list(&term.match_fields).iter().enumerate() {
        errors.extend(node_field(requirement, &path.child("matchFields").index(index)));
    }
    errors
}

fn node_requirement(requirement: &NodeSelectorRequirement, check_values: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let values = list(&requirement.values);
    match requirement.operator.as_str() {
        "In" | "NotIn" if values.is_empty() => {
            errors.push(FieldError::required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors.push(FieldError::forbidden(path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
        "Gt" | "Lt" if values.len() != 1 => {
            errors.push(FieldError::required(path.child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
        other => errors.push(FieldError::invalid(path.child("operator"), other, "not a valid selector operator")),
    }
    invalid_each(&mut errors, &path.child("key"), requirement.key.as_str(), name_rules::label_key(&requirement.key));
    for (index, value) in values.iter().enumerate().filter(|_| check_values) {
        invalid_each(&mut errors, &path.child("values").index(index), value.as_str(), name_rules::label_value(value));
    }
    errors
}

fn node_field(requirement: &NodeSelectorRequirement, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let values = list(&requirement.values);
    match requirement.operator.as_str() {
        "In" | "NotIn" if values.len() != 1 => {
            let why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            errors.push(FieldError::required(path.child("values"), why));
        }
        "In" | "NotIn" => {}
        other => errors.push(FieldError::invalid(path.child("operator"), other, "not a valid selector operator")),
    }
    if requirement.key != "metadata.name" {
        errors.push(FieldError::invalid(path.child("key"), requirement.key.as_str(), "not a valid field selector key"));
        return errors;
    }
    for (index, value) in values.iter().enumerate() {
        invalid_each(&mut errors, &path.child("values").index(index), value.as_str(), name_rules::dns1123_subdomain(value));
    }
    errors
}

fn pod_term(term: &PodAffinityTerm, path: &Path) -> Vec<FieldError> {
    let mut errors = metadata::label_selector(term.label_selector.as_ref(), &path.child("labelSelector"));
    errors.extend(metadata::label_selector(term.namespace_selector.as_ref(), &path.child("namespaceSelector")));
    for namespace in list(&term.namespaces) {
        invalid_each(&mut errors, &path.child("namespace"), namespace.as_str(), name_rules::dns1123_label(namespace));
    }
    errors.extend(label_keys(list(&term.match_label_keys), list(&term.mismatch_label_keys), term.label_selector.as_ref(), path));
    let key = path.child("topologyKey");
    if term.topology_key.is_empty() {
        errors.push(FieldError::required(&key, "can not be empty"));
    }
    invalid_each(&mut errors, &key, term.topology_key.as_str(), name_rules::label_key(&term.topology_key));
    errors
}

pub(crate) fn tolerations(tolerations: &[Toleration], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, toleration) in tolerations.iter().enumerate() {
        let path = path.index(index);
        let (key, operator, value) = (text(&toleration.key), text(&toleration.operator), text(&toleration.value));
        let effect = text(&toleration.effect);
        if !key.is_empty() {
            invalid_each(&mut errors, &path.child("key"), key, name_rules::label_key(key));
        } else if operator != "Exists" {
            let why = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.push(FieldError::invalid(path.child("operator"), operator, why));
        }
        if toleration.toleration_seconds.is_some() && effect != "NoExecute" {
            errors.push(FieldError::invalid(path.child("effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
        }
        let field = path.child("operator");
        match operator {
            "Equal" | "" => {
                let faults = name_rules::label_value(value);
                if !faults.is_empty() {
                    errors.push(FieldError::invalid(field, value, faults.join(";")));
                }
            }
            "Exists" if !value.is_empty() => {
                errors.push(FieldError::invalid(field, value, "value must be empty when `operator` is 'Exists'"));
            }
            "Exists" => {}
            "Lt" | "Gt" => errors.push(FieldError::not_supported(field, operator, &["Equal", "Exists", "Lt", "Gt"])),
            _ => errors.push(FieldError::not_supported(field, operator, &["Equal", "Exists"])),
        }
        if !effect.is_empty() && !EFFECTS.contains(&effect) {
            errors.push(FieldError::not_supported(path.child("effect"), effect, EFFECTS));
        }
    }
    errors
}

pub(crate) fn taints(taints: &[Taint], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, taint) in taints.iter().enumerate() {
        let path = path.index(index);
        invalid_each(&mut errors, &path.child("key"), taint.key.as_str(), name_rules::label_key(&taint.key));
        let value = text(&taint.value);
        let faults = name_rules::label_value(value);
        if !faults.is_empty() {
            errors.push(FieldError::invalid(path.child("value"), value, faults.join(";")));
        }
        super::one_of(&mut errors, &path.child("effect"), Some(&taint.effect), EFFECTS);
        if !seen.insert((&taint.effect, &taint.key)) {
            let shown = json!({"Key": taint.key, "Value": value, "Effect": taint.effect, "TimeAdded": taint.time_added});
            let order = ["Key", "Value", "Effect", "TimeAdded"].map(|name| format!("{name:?}:{}", shown[name]));
            let error = FieldError::duplicate(path, shown).shown_as(format!("{{{}}}", order.join(",")));
            errors.push(error.with_detail("taints must be unique by key and effect pair"));
        }
    }
    errors
}

pub(crate) fn spread(constraints: &[TopologySpreadConstraint], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, constraint) in constraints.iter().enumerate() {
        let own = path.index(index);
        if constraint.max_skew <= 0 {
            errors.push(FieldError::invalid(own.child("maxSkew"), constraint.max_skew, "must be greater than zero"));
        }
        if constraint.topology_key.is_empty() {
            errors.push(FieldError::required(own.child("topologyKey"), "can not be empty"));
        }
        let action = constraint.when_unsatisfiable.as_str();
        if !matches!(action, "DoNotSchedule" | "ScheduleAnyway") {
            errors.push(FieldError::not_supported(own.child("whenUnsatisfiable"), action, &["DoNotSchedule", "ScheduleAnyway"]));
        }
        let same = |other: &TopologySpreadConstraint| {
            other.topology_key == constraint.topology_key && other.when_unsatisfiable == constraint.when_unsatisfiable
        };
        if constraints[index + 1..].iter().any(same) {
            let value = format!("{{{}, {action}}}", constraint.topology_key);
            errors.push(FieldError::duplicate(own.child("{topologyKey, whenUnsatisfiable}"), value));
        }
        if let Some(domains) = constraint.min_domains {
            if domains <= 0 {
                errors.push(FieldError::invalid(own.child("minDomains"), domains, "must be greater than zero"));
            }
            if action != "DoNotSchedule" {
                let why = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
                errors.push(FieldError::invalid(own.child("minDomains"), domains, why));
            }
        }
        for (name, policy) in [("nodeAffinityPolicy", &constraint.node_affinity_policy), ("nodeTaintsPolicy", &constraint.node_taints_policy)] {
            if let Some(policy) = policy.as_deref().filter(|policy| !matches!(*policy, "Honor" | "Ignore")) {
                errors.push(FieldError::not_supported(own.child(name), policy, &["Honor", "Ignore"]));
            }
        }
        errors.extend(label_keys(list(&constraint.match_label_keys), &[], constraint.label_selector.as_ref(), &own));
        errors.extend(metadata::label_selector(constraint.label_selector.as_ref(), &own.child("labelSelector")));
    }
    errors
}

/// Keys whose values on the pod itself become part of the selector. By now they are in it, behind what the writer wrote; so
/// a key that the writer asked for too is there twice.
fn label_keys(keys: &[String], unlike: &[String], selector: Option<&LabelSelector>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (name, keys) in [("matchLabelKeys", keys), ("mismatchLabelKeys", unlike)] {
        let field = path.child(name);
        if selector.is_none() && !keys.is_empty() {
            errors.push(FieldError::forbidden(field, "must not be specified when labelSelector is not set"));
            continue;
        }
        for (index, key) in keys.iter().enumerate() {
            invalid_each(&mut errors, &field.index(index), key.as_str(), name_rules::label_key(key));
        }
    }
    if let Some(selector) = selector {
        let mut selected: BTreeSet<&String> = selector.match_labels.iter().flatten().map(|(key, _)| key).collect();
        for expression in list(&selector.match_expressions) {
            let index = keys.iter().rposition(|key| *key == expression.key);
            if let Some(index) = index.filter(|_| selected.contains(&expression.key)) {
                errors.push(FieldError::invalid(path.index(index), expression.key.as_str(), "exists in both matchLabelKeys and labelSelector"));
            }
            selected.insert(&expression.key);
        }
    }
    for (index, key) in keys.iter().enumerate().filter(|(_, key)| unlike.contains(key)) {
        let field = path.child("matchLabelKeys").index(index);
        errors.push(FieldError::invalid(field, key.as_str(), "exists in both matchLabelKeys and mismatchLabelKeys"));
    }
    errors
}

/// Readiness gates and scheduling gates, whose names follow the rule of label keys.
pub(crate) fn gates(spec: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, gate) in list(&spec.readiness_gates).iter().enumerate() {
        let field = path.child("readinessGates").index(index).child("conditionType");
        invalid_each(&mut errors, &field, gate.condition_type.as_str(), name_rules::label_key(&gate.condition_type));
    }
    let mut seen = BTreeSet::new();
    for (index, gate) in list(&spec.scheduling_gates).iter().enumerate() {
        let field = path.child("schedulingGates").index(index);
        invalid_each(&mut errors, &field, gate.name.as_str(), name_rules::label_key(&gate.name));
        if !seen.insert(&gate.name) {
            errors.push(FieldError::duplicate(field, gate.name.as_str()));
        }
    }
    errors
}
