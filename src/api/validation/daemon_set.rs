//! DaemonSets.
//!
//! Models: pkg/apis/apps/validation/validation.go (ValidateDaemonSet…), v1.36.
//! Simplified: nothing; the template generation cannot be wrong, since the server alone sets it.

use k8s_openapi::api::apps::v1::{DaemonSetUpdateStrategy, RollingUpdateDaemonSet};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector as RawSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;

use super::workload::{self, count_or_percent, is_empty_selector, more_than_all, number, shown};
use super::{metadata, nonnegative, pod, text};
use crate::DaemonSet;
use crate::field::{FieldError, Path};
use crate::selector::LabelSelector;

pub(crate) fn create(set: &DaemonSet) -> Vec<FieldError> {
    let mut errors = metadata::validate(&set.metadata, true, metadata::SUBDOMAIN);
    errors.extend(spec(set));
    errors
}

pub(crate) fn update(new: &DaemonSet, old: &DaemonSet) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(workload::immutable_selector(&new.spec.selector, &old.spec.selector));
    errors.extend(spec(new));
    errors
}

pub(crate) fn status_update(new: &DaemonSet, old: &DaemonSet) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let path = Path::new("status");
    let status = &new.status;
    let counts = [
        ("currentNumberScheduled", i64::from(status.current_number_scheduled)),
        ("numberMisscheduled", i64::from(status.number_misscheduled)),
        ("desiredNumberScheduled", i64::from(status.desired_number_scheduled)),
        ("numberReady", i64::from(status.number_ready)),
        ("observedGeneration", status.observed_generation.unwrap_or(0)),
        ("updatedNumberScheduled", i64::from(status.updated_number_scheduled.unwrap_or(0))),
        ("numberAvailable", i64::from(status.number_available.unwrap_or(0))),
        ("numberUnavailable", i64::from(status.number_unavailable.unwrap_or(0))),
        ("collisionCount", i64::from(status.collision_count.unwrap_or(0))),
    ];
    for (name, count) in counts {
        nonnegative(&mut errors, &path.child(name), count);
    }
    let collisions = status.collision_count.unwrap_or(0);
    if collisions < old.status.collision_count.unwrap_or(0) {
        errors.push(FieldError::invalid(path.child("collisionCount"), collisions, "cannot be decremented"));
    }
    errors
}

fn spec(set: &DaemonSet) -> Vec<FieldError> {
    let path = Path::new("spec");
    let spec = &set.spec;
    let missing = spec.selector == RawSelector::default();
    let mut errors = metadata::label_selector(Some(&spec.selector), &path.child("selector"));
    let labels = spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    // A missing selector selects nothing, so it does not match the template.
    if LabelSelector::from_raw((!missing).then_some(&spec.selector)).is_ok_and(|selector| !selector.matches(labels)) {
        let why = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid(path.child("template").child("metadata").child("labels"), json!(labels), why));
    }
    if !missing && is_empty_selector(&spec.selector) {
        errors.push(FieldError::invalid(path.child("selector"), json!({}), "empty selector is invalid for daemonset"));
    }
    errors.extend(pod::template(&spec.template, &path.child("template")));
    let pod = spec.template.spec.clone().unwrap_or_default();
    let pod_path = path.child("template").child("spec");
    if text(&pod.restart_policy) != "Always" {
        errors.push(FieldError::not_supported(pod_path.child("restartPolicy"), text(&pod.restart_policy), &["Always"]));
    }
    if pod.active_deadline_seconds.is_some() {
        let why = "activeDeadlineSeconds in DaemonSet is not Supported";
        errors.push(FieldError::forbidden(pod_path.child("activeDeadlineSeconds"), why));
    }
    nonnegative(&mut errors, &path.child("minReadySeconds"), spec.min_ready_seconds.unwrap_or(0));
    errors.extend(strategy(&spec.update_strategy.clone().unwrap_or_default(), &path.child("updateStrategy")));
    nonnegative(&mut errors, &path.child("revisionHistoryLimit"), spec.revision_history_limit.unwrap_or(0));
    errors
}

fn strategy(strategy: &DaemonSetUpdateStrategy, path: &Path) -> Vec<FieldError> {
    match (text(&strategy.type_), &strategy.rolling_update) {
        ("OnDelete", _) => Vec::new(),
        ("RollingUpdate", None) => vec![FieldError::required(path.child("rollingUpdate"), "")],
        ("RollingUpdate", Some(rolling)) => rolling_update(rolling, &path.child("rollingUpdate")),
        (type_, rolling) => {
            let zero = IntOrString::Int(0);
            let in_go = rolling.as_ref().map(|rolling| {
                let (unavailable, surge) = (rolling.max_unavailable.as_ref().unwrap_or(&zero), rolling.max_surge.as_ref().unwrap_or(&zero));
                format!("{{\"MaxUnavailable\":{},\"MaxSurge\":{}}}", shown(unavailable), shown(surge))
            });
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":{}}}", json!(type_), in_go.unwrap_or_else(|| "null".to_owned()));
            vec![FieldError::not_supported(path, type_, &["RollingUpdate", "OnDelete"]).shown_as(shown)]
        }
    }
}

/// One of the two says how an update proceeds: old pods go first, or new ones come first.
fn rolling_update(rolling: &RollingUpdateDaemonSet, path: &Path) -> Vec<FieldError> {
    let zero = IntOrString::Int(0);
    let unavailable = (rolling.max_unavailable.as_ref().unwrap_or(&zero), path.child("maxUnavailable"));
    let surge = (rolling.max_surge.as_ref().unwrap_or(&zero), path.child("maxSurge"));
    let mut errors = Vec::new();
    for (value, path) in [&unavailable, &surge] {
        errors.extend(count_or_percent(value, path));
    }
    for (value, path) in [&unavailable, &surge] {
        errors.extend(more_than_all(value, path));
    }
    match (number(unavailable.0) != 0, number(surge.0) != 0) {
        (true, true) => errors.push(FieldError::invalid(&surge.1, shown(surge.0), "may not be set when maxUnavailable is non-zero")),
        (false, false) => errors.push(FieldError::required(&unavailable.1, "cannot be 0 when maxSurge is 0")),
        _ => {}
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Strategy as _;

    fn set(change: serde_json::Value) -> DaemonSet {
        let mut object = json!({"metadata": {"name": "abc", "namespace": "default", "resourceVersion": "1"},
            "spec": {"selector": {"matchLabels": {"a": "b"}},
                "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}});
        json_patch::merge(&mut object, &change);
        let mut set: DaemonSet = serde_json::from_value(object).unwrap();
        set.set_defaults();
        set
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn new_sets_are_refused_field_by_field() {
        let rolling = |unavailable: serde_json::Value, surge: serde_json::Value| {
            json!({"spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": unavailable, "maxSurge": surge}}}})
        };
        let mismatch = "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`";
        let cases = [
            (json!({}), vec![]),
            (rolling(json!(0), json!("25%")), vec![]),
            (rolling(json!(0), json!(0)), vec!["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"]),
            (rolling(json!(1), json!(1)), vec!["spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"]),
            (rolling(json!("101%"), json!(0)), vec!["spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%"]),
            (rolling(json!(-1), json!(0)), vec!["spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: -1: must be greater than or equal to 0"]),
            (json!({"spec": {"updateStrategy": {"type": "foo"}}}),
                vec!["spec.updateStrategy: Unsupported value: {\"Type\":\"foo\",\"RollingUpdate\":null}: supported values: \"RollingUpdate\", \"OnDelete\""]),
            (json!({"spec": {"selector": {"matchLabels": {"a": "c"}}}}), vec![mismatch]),
            (json!({"spec": {"selector": {"matchLabels": null}}}), vec![mismatch]),
            (json!({"spec": {"selector": {"matchLabels": {"a": null}}}}), vec!["spec.selector: Invalid value: {}: empty selector is invalid for daemonset"]),
            (json!({"spec": {"minReadySeconds": -1, "revisionHistoryLimit": -1}}), vec![
                "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
                "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
            ]),
            (json!({"spec": {"template": {"spec": {"restartPolicy": "OnFailure", "activeDeadlineSeconds": 3}}}}), vec![
                "spec.template.spec.restartPolicy: Unsupported value: \"OnFailure\": supported values: \"Always\"",
                "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported",
            ]),
        ];
        for (change, wanted) in cases {
            assert_eq!(texts(&create(&set(change.clone()))), wanted, "{change}");
        }
    }

    #[test]
    fn the_selector_stays() {
        let other = set(json!({"spec": {"selector": {"matchLabels": {"a": null, "c": "d"}}, "template": {"metadata": {"labels": {"c": "d"}}}}}));
        assert_eq!(texts(&update(&other, &set(json!({})))), ["spec.selector: Invalid value: {\"matchLabels\":{\"c\":\"d\"}}: field is immutable"]);
    }
}
