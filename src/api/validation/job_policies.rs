//! What counts as failure and as success of a Job: exit codes, conditions of pods, sets of indexes.
//!
//! Models: pkg/apis/batch/validation/validation.go (validatePodFailurePolicy, validateSuccessPolicy, validateIndexesFormat), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::batch::v1::{
    JobSpec, PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyOnPodConditionsPattern, PodFailurePolicyRule, SuccessPolicy,
    SuccessPolicyRule,
};
use serde_json::{Value, json};

use super::{invalid_each, list, nonnegative};
use crate::field::{FieldError, Path};
use crate::name_rules;

const ACTIONS: &[&str] = &["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS: &[&str] = &["In", "NotIn"];
const STATUSES: &[&str] = &["False", "True", "Unknown"];
const MAX_RULES: usize = 20;
const MAX_EXIT_CODES: usize = 255;
const MAX_CONDITIONS: usize = 20;
const MAX_INDEXES_TEXT: usize = 64 * 1024;

/// `valid values: ["In" "NotIn"]`, as Go prints a list of texts.
fn valid_values(values: &[&str]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    format!("valid values: [{}]", quoted.join(" "))
}

pub(super) fn pod_failure(job: &JobSpec, policy: &PodFailurePolicy, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = path.child("rules");
    if policy.rules.len() > MAX_RULES {
        errors.push(FieldError::too_many(&path, policy.rules.len(), MAX_RULES));
    }
    for (index, rule) in policy.rules.iter().enumerate() {
        errors.extend(failure_rule(job, rule, &path.index(index)));
    }
    errors
}

fn failure_rule(job: &JobSpec, rule: &PodFailurePolicyRule, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let action = path.child("action");
    match rule.action.as_str() {
        "" => errors.push(FieldError::required(action, valid_values(ACTIONS))),
        "FailIndex" if job.backoff_limit_per_index.is_none() => {
            errors.push(FieldError::invalid(action, "FailIndex", "requires the backoffLimitPerIndex to be set"));
        }
        other if !ACTIONS.contains(&other) => errors.push(FieldError::not_supported(action, other, ACTIONS)),
        _ => {}
    }
    let conditions = list(&rule.on_pod_conditions);
    if let Some(codes) = &rule.on_exit_codes {
        errors.extend(exit_codes(job, codes, &path.child("onExitCodes")));
    }
    if !conditions.is_empty() {
        errors.extend(pod_conditions(conditions, &path.child("onPodConditions")));
    }
    match (rule.on_exit_codes.is_some(), conditions.is_empty()) {
        (true, false) => errors.push(FieldError::invalid_whole(path, "specifying both OnExitCodes and OnPodConditions is not supported")),
        (false, true) => errors.push(FieldError::invalid_whole(path, "specifying one of OnExitCodes and OnPodConditions is required")),
        _ => {}
    }
    errors
}

fn pod_conditions(patterns: &[PodFailurePolicyOnPodConditionsPattern], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if patterns.len() > MAX_CONDITIONS {
        errors.push(FieldError::too_many(path, patterns.len(), MAX_CONDITIONS));
    }
    for (index, pattern) in patterns.iter().enumerate() {
        let path = path.index(index);
        invalid_each(&mut errors, &path.child("type"), pattern.type_.as_str(), name_rules::label_key(&pattern.type_));
        match pattern.status.as_deref().unwrap_or_default() {
            "" => errors.push(FieldError::required(path.child("status"), valid_values(STATUSES))),
            status if !STATUSES.contains(&status) => errors.push(FieldError::not_supported(path.child("status"), status, STATUSES)),
            _ => {}
        }
    }
    errors
}

fn exit_codes(job: &JobSpec, codes: &PodFailurePolicyOnExitCodesRequirement, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let operator = path.child("operator");
    match codes.operator.as_str() {
        "" => errors.push(FieldError::required(operator, valid_values(OPERATORS))),
        other if !OPERATORS.contains(&other) => errors.push(FieldError::not_supported(operator, other, OPERATORS)),
        _ => {}
    }
    if let Some(name) = &codes.container_name {
        let spec = job.template.spec.clone().unwrap_or_default();
        if !spec.containers.iter().chain(spec.init_containers.iter().flatten()).any(|container| container.name == *name) {
            let why = "must be one of the container or initContainer names in the pod template";
            errors.push(FieldError::invalid(path.child("containerName"), name.as_str(), why));
        }
    }
    let path = path.child("values");
    let values = &codes.values;
    if values.is_empty() {
        errors.push(FieldError::invalid(&path, Value::Null, "at least one value is required"));
    } else if values.len() > MAX_EXIT_CODES {
        errors.push(FieldError::too_many(&path, values.len(), MAX_EXIT_CODES));
    }
    for (index, value) in values.iter().enumerate() {
        if codes.operator == "In" && *value == 0 {
            errors.push(FieldError::invalid(path.index(index), 0, "must not be 0 for the In operator"));
        }
        if values[..index].contains(value) {
            errors.push(FieldError::duplicate(path.index(index), *value));
        }
    }
    if !values.is_sorted() {
        errors.push(FieldError::invalid(path, json!(values), "must be ordered"));
    }
    errors
}

pub(super) fn success(job: &JobSpec, policy: &SuccessPolicy, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = path.child("rules");
    if policy.rules.is_empty() {
        errors.push(FieldError::required(&path, "at least one rules must be specified when the successPolicy is specified"));
    }
    if policy.rules.len() > MAX_RULES {
        errors.push(FieldError::too_many(&path, policy.rules.len(), MAX_RULES));
    }
    for (index, rule) in policy.rules.iter().enumerate() {
        errors.extend(success_rule(rule, job.completions.unwrap_or(0), &path.index(index)));
    }
    errors
}

fn success_rule(rule: &SuccessPolicyRule, completions: i32, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if rule.succeeded_count.is_none() && rule.succeeded_indexes.is_none() {
        errors.push(FieldError::required(path, "at least one of succeededCount or succeededIndexes must be specified"));
    }
    let mut total = 0;
    if let Some(indexes) = &rule.succeeded_indexes {
        let field = path.child("succeededIndexes");
        if indexes.len() > MAX_INDEXES_TEXT {
            errors.push(FieldError::too_long(&field, MAX_INDEXES_TEXT));
        }
        match count_indexes(indexes, completions) {
            Ok(count) => total = count,
            Err(why) => errors.push(FieldError::invalid(field, indexes.as_str(), format!("error parsing succeededIndexes: {why}"))),
        }
    }
    if let Some(count) = rule.succeeded_count {
        let field = path.child("succeededCount");
        nonnegative(&mut errors, &field, count);
        if count > completions {
            let why = format!("must be less than or equal to {completions} (the number of specified completions)");
            errors.push(FieldError::invalid(&field, count, why));
        }
        if rule.succeeded_indexes.is_some() && count > total {
            let why = format!("must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)");
            errors.push(FieldError::invalid(field, count, why));
        }
    }
    errors
}

/// How many indexes `0-3,7` names.
pub(super) fn count_indexes(text: &str, completions: i32) -> Result<i32, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let mut last: Option<i32> = None;
    let mut total = 0;
    for part in text.split(',') {
        let (first, end) = interval(part, completions)?;
        if let Some(last) = last.filter(|last| *last >= first) {
            return Err(format!("non-increasing order, previous: {last}, current: {first}"));
        }
        total += end - first + 1;
        last = Some(end);
    }
    Ok(total)
}

/// The first and the last index of `3-7`, or of `3`.
pub(super) fn interval(text: &str, completions: i32) -> Result<(i32, i32), String> {
    let parts: Vec<&str> = text.split('-').collect();
    if parts.len() > 2 {
        return Err(format!("the fragment {text:?} violates the requirement that an index interval can have at most two parts separated by '-'"));
    }
    let index = |text: &str| -> Result<i32, String> {
        let index: i64 = text.parse().map_err(|_| format!("cannot convert string to integer for index: {text:?}"))?;
        i32::try_from(index).ok().filter(|index| *index < completions).ok_or_else(|| format!("too large index: {text:?}"))
    };
    let first = index(parts[0])?;
    let Some(end) = parts.get(1) else { return Ok((first, first)) };
    let end = index(end)?;
    if first >= end {
        return Err(format!("non-increasing order, previous: {first}, current: {end}"));
    }
    Ok((first, end))
}

/// The policy as Go shows its struct.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_indexes_rise_and_stay_below_the_completions() {
        let cases = [
            ("", Ok(0)), ("0", Ok(1)), ("0-3,5", Ok(5)),
            ("1-2-3", Err("the fragment \"1-2-3\" violates the requirement that an index interval can have at most two parts separated by '-'")),
            ("a", Err("cannot convert string to integer for index: \"a\"")),
            ("1-b", Err("cannot convert string to integer for index: \"b\"")),
            ("10", Err("too large index: \"10\"")), ("3-10", Err("too large index: \"10\"")),
            ("3-3", Err("non-increasing order, previous: 3, current: 3")),
            ("3,2", Err("non-increasing order, previous: 3, current: 2")),
            ("0-3,3", Err("non-increasing order, previous: 3, current: 3")),
        ];
        for (text, expected) in cases {
            assert_eq!(count_indexes(text, 10), expected.map_err(str::to_owned), "{text}");
        }
    }
}
