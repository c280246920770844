//! ReplicationControllers.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidateReplicationController…), v1.36.
//! Simplified: nothing.

use serde_json::json;

use super::workload::ReplicaCounts;
use super::{metadata, nonnegative, pod, text};
use crate::ReplicationController;
use crate::field::{FieldError, Path};
use crate::selector::LabelSelector;

pub(crate) fn create(set: &ReplicationController) -> Vec<FieldError> {
    let mut errors = metadata::validate(&set.metadata, true, metadata::SUBDOMAIN);
    // This kind's name is checked by a newer rule, which counts bytes.
    for error in &mut errors {
        error.detail = error.detail.replace("no more than 253 characters", "no more than 253 bytes");
    }
    errors.extend(spec(set));
    errors
}

pub(crate) fn update(new: &ReplicationController, old: &ReplicationController) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(spec(new));
    errors
}

pub(crate) fn status_update(new: &ReplicationController, old: &ReplicationController) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let status = &new.status;
    let counts = ReplicaCounts {
        replicas: status.replicas,
        fully_labeled: status.fully_labeled_replicas,
        ready: status.ready_replicas,
        available: status.available_replicas,
        terminating: None,
        observed_generation: status.observed_generation,
    };
    errors.extend(counts.validate());
    errors
}

fn spec(set: &ReplicationController) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    let spec = &set.spec;
    nonnegative(&mut errors, &path.child("minReadySeconds"), spec.min_ready_seconds.unwrap_or(0));
    let selector = LabelSelector::from_labels(&spec.selector.clone().unwrap_or_default());
    if selector.is_empty() {
        errors.push(FieldError::required(path.child("selector"), ""));
    }
    match spec.replicas {
        None => errors.push(FieldError::required(path.child("replicas"), "")),
        Some(replicas) => nonnegative(&mut errors, &path.child("replicas"), replicas),
    }
    let path = path.child("template");
    let Some(template) = &spec.template else {
        errors.push(FieldError::required(path, ""));
        return errors;
    };
    let labels = template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    if !selector.is_empty() && !selector.matches(labels) {
        let why = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid(path.child("metadata").child("labels"), json!(labels), why));
    }
    errors.extend(pod::template(template, &path));
    let pod = template.spec.clone().unwrap_or_default();
    if text(&pod.restart_policy) != "Always" {
        errors.push(FieldError::not_supported(path.child("spec").child("restartPolicy"), text(&pod.restart_policy), &["Always"]));
    }
    if pod.active_deadline_seconds.is_some() {
        let why = "activeDeadlineSeconds in ReplicationController is not Supported";
        errors.push(FieldError::forbidden(path.child("spec").child("activeDeadlineSeconds"), why));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Strategy as _;

    fn faults(change: serde_json::Value) -> Vec<String> {
        let mut spec = json!({"replicas": 1, "selector": {"a": "b"}, "template": {"metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "c", "image": "i"}]}}});
        json_patch::merge(&mut spec, &change);
        let mut set: ReplicationController =
            serde_json::from_value(json!({"metadata": {"name": "abc", "namespace": "default"}, "spec": spec})).unwrap();
        set.set_defaults();
        create(&set).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn controllers_say_what_they_want_and_how_to_make_it() {
        let cases = [
            (json!({}), vec![]),
            (json!({"template": {"spec": {"containers": [{"name": "c", "image": "i"}], "restartPolicy": "OnFailure"}}}),
                vec!["spec.template.spec.restartPolicy: Unsupported value: \"OnFailure\": supported values: \"Always\""]),
            (json!({"replicas": -1}), vec!["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]),
            (json!({"minReadySeconds": -2}), vec!["spec.minReadySeconds: Invalid value: -2: must be greater than or equal to 0"]),
            (json!({"template": null}), vec!["spec.template: Required value"]),
            (json!({"selector": null, "template": {"metadata": {"labels": null}}}), vec!["spec.selector: Required value"]),
            (json!({"selector": {"a": "c"}}),
                vec!["spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`"]),
            (json!({"template": {"spec": {"activeDeadlineSeconds": 5}}}),
                vec!["spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicationController is not Supported"]),
        ];
        for (change, wanted) in cases {
            assert_eq!(faults(change.clone()), wanted, "{change}");
        }
    }
}
