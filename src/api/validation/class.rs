//! Classes that pods name: of priority and of runtime.
//!
//! Models: pkg/apis/scheduling/validation/validation.go, pkg/apis/node/validation/validation.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{ResourceRequirements, Toleration};
use serde_json::json;

use super::{invalid_each, list, metadata, resources, scheduling, text};
use crate::field::{FieldError, Path};
use crate::{PriorityClass, RuntimeClass, name_rules};

/// Above this the system's own classes begin.
const HIGHEST: i32 = 1_000_000_000;
const SYSTEM_PREFIX: &str = "system-";
const SYSTEM: [(&str, i32); 2] = [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

pub(crate) fn priority_class(class: &PriorityClass) -> Vec<FieldError> {
    let mut errors = metadata::validate(&class.metadata, false, metadata::SUBDOMAIN);
    if text(&class.metadata.name).starts_with(SYSTEM_PREFIX) {
        if let Some(fault) = not_of_the_system(class) {
            let why = format!("priority class names with '{SYSTEM_PREFIX}' prefix are reserved for system use only. error: {fault}");
            errors.push(FieldError::forbidden("metadata.name", why));
        }
    } else if class.value.unwrap_or(0) > HIGHEST {
        errors.push(FieldError::forbidden("value", format!("maximum allowed value of a user defined priority is {HIGHEST}")));
    }
    match class.preemption_policy.as_deref() {
        None | Some("PreemptLowerPriority" | "Never") => {}
        Some("") => errors.push(FieldError::required("preemptionPolicy", "")),
        Some(other) => errors.push(FieldError::not_supported("preemptionPolicy", other, &["PreemptLowerPriority", "Never"])),
    }
    errors
}

fn not_of_the_system(class: &PriorityClass) -> Option<String> {
    let name = text(&class.metadata.name);
    let Some((_, value)) = SYSTEM.iter().find(|(known, _)| *known == name) else {
        return Some(format!("{name} is not a known system priority class"));
    };
    if class.value != Some(*value) {
        return Some(format!("value of {name} PriorityClass must be {value}"));
    }
    class.global_default.unwrap_or(false).then(|| format!("globalDefault of {name} PriorityClass must be false"))
}

pub(crate) fn priority_class_update(new: &PriorityClass, old: &PriorityClass) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    if new.value != old.value {
        errors.push(FieldError::forbidden("value", "may not be changed in an update."));
    }
    errors.extend(metadata::immutable(&json!(new.preemption_policy), &json!(old.preemption_policy), &Path::new("preemptionPolicy")));
    errors
}

pub(crate) fn runtime_class(class: &RuntimeClass) -> Vec<FieldError> {
    let mut errors = metadata::validate_any(&class.metadata, false, metadata::SUBDOMAIN);
    if class.handler.is_empty() {
        errors.push(FieldError::required("handler", ""));
    } else {
        invalid_each(&mut errors, &Path::new("handler"), class.handler.as_str(), name_rules::dns1123_label(&class.handler));
    }
    if let Some(overhead) = &class.overhead {
        let limits = ResourceRequirements { limits: overhead.pod_fixed.clone(), ..ResourceRequirements::default() };
        errors.extend(resources::requirements(&limits, resources::container_resource_name, &BTreeSet::new(), &Path::new("overhead")));
    }
    if let Some(part) = &class.scheduling {
        let path = Path::new("scheduling");
        errors.extend(metadata::labels(part.node_selector.as_ref(), &path.child("nodeSelector")));
        let (path, all) = (path.child("tolerations"), list(&part.tolerations));
        errors.extend(scheduling::tolerations(all, &path));
        let same = |one: &Toleration, other: &Toleration| {
            (&one.key, &one.operator, &one.value, &one.effect) == (&other.key, &other.operator, &other.value, &other.effect)
        };
        for (index, one) in all.iter().enumerate() {
            if all[..index].iter().any(|before| same(before, one)) {
                errors.push(FieldError::duplicate(path.index(index), json!(one)).of_struct("Toleration"));
            }
        }
    }
    errors
}

pub(crate) fn runtime_class_update(new: &RuntimeClass, old: &RuntimeClass) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(metadata::immutable(&json!(new.handler), &json!(old.handler), &Path::new("handler")));
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn the_highest_priorities_are_the_systems() {
        let reserved = "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: ";
        let cases = [
            (json!({"metadata": {"name": "high"}, "value": 1_000_000_000}), vec![]),
            (json!({"metadata": {"name": "high"}, "value": 1_000_000_001}), vec!["value: Forbidden: maximum allowed value of a user defined priority is 1000000000".to_owned()]),
            (json!({"metadata": {"name": "system-mine"}, "value": 1}), vec![format!("{reserved}system-mine is not a known system priority class")]),
            (json!({"metadata": {"name": "system-node-critical"}, "value": 1}), vec![format!("{reserved}value of system-node-critical PriorityClass must be 2000001000")]),
            (json!({"metadata": {"name": "high"}, "value": 1, "preemptionPolicy": "Sometimes"}), vec!["preemptionPolicy: Unsupported value: \"Sometimes\": supported values: \"PreemptLowerPriority\", \"Never\"".to_owned()]),
        ];
        for (value, expected) in cases {
            let errors: Vec<String> = Kind::PriorityClass.parse(value.clone()).unwrap().validate().iter().map(ToString::to_string).collect();
            assert_eq!(errors, expected, "{value}");
        }
    }
}
