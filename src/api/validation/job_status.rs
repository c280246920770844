//! The status of a Job: whoever runs Jobs may only move them forward.
//!
//! Most rules look only at what an update changes, so that a status that is already odd can still be written.
//!
//! Models: pkg/apis/batch/validation/validation.go (ValidateJobUpdateStatus), pkg/registry/batch/job/strategy.go
//! (getStatusValidationOptions), v1.36.
//! Simplified: nothing.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use serde_json::json;

use super::{job, job_policies, metadata, nonnegative, text};
use crate::Job;
use crate::condition::{Condition as _, get_condition};
use crate::field::{FieldError, Path};

fn has(job: &Job, type_: &str) -> bool {
    get_condition(&job.status.conditions, type_).is_some_and(|condition| condition.is_true())
}

fn is_finished(job: &Job) -> bool {
    has(job, "Complete") || has(job, "Failed")
}

/// Whether a suspended Job's template may still change: it never started, or has come to rest.
pub(super) fn may_change_template(job: &Job) -> bool {
    job.spec.suspend == Some(true) && (job.status.start_time.is_none() || has(job, "Suspended")) && job.status.active.unwrap_or(0) == 0
}

/// What an update changes.
struct Changes<'a> {
    new: &'a Job,
    old: &'a Job,
    path: Path,
}

impl Changes<'_> {
    fn condition(&self, type_: &str) -> bool {
        has(self.new, type_) != has(self.old, type_)
    }

    fn finished(&self) -> bool {
        is_finished(self.new) != is_finished(self.old)
    }

    fn start_time(&self) -> bool {
        self.new.status.start_time != self.old.status.start_time
    }

    fn completion_time(&self) -> bool {
        self.new.status.completion_time != self.old.status.completion_time
    }

    fn conditions(&self, why: impl Into<String>) -> FieldError {
        FieldError::invalid_whole(self.path.child("conditions"), why)
    }
}

pub(crate) fn validate_update(new: &Job, old: &Job) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let changes = Changes { new, old, path: Path::new("status") };
    errors.extend(counts(&changes));
    errors.extend(uncounted(&changes));
    errors.extend(completion(&changes));
    errors.extend(finished(&changes));
    errors.extend(indexes(&changes));
    errors.extend(ready_and_terminating(&changes));
    errors.extend(criteria(&changes));
    errors.extend(only_forward(&changes));
    errors
}

fn counts(changes: &Changes<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let status = &changes.new.status;
    let counts = [
        ("active", status.active), ("succeeded", status.succeeded), ("failed", status.failed), ("ready", status.ready),
        ("terminating", status.terminating),
    ];
    for (name, count) in counts {
        nonnegative(&mut errors, &changes.path.child(name), count.unwrap_or(0));
    }
    errors
}

fn uncounted(changes: &Changes<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let Some(pods) = &changes.new.status.uncounted_terminated_pods else { return errors };
    let path = changes.path.child("uncountedTerminatedPods");
    let mut seen: Vec<&str> = Vec::new();
    for (name, uids) in [("succeeded", &pods.succeeded), ("failed", &pods.failed)] {
        for (index, uid) in super::list(uids).iter().enumerate() {
            let field = path.child(name).index(index);
            if uid.is_empty() {
                errors.push(FieldError::invalid(field, "", "must not be empty"));
            } else if seen.contains(&uid.as_str()) {
                errors.push(FieldError::duplicate(field, uid.as_str()));
            } else {
                seen.push(uid);
            }
        }
    }
    errors
}

fn completion(changes: &Changes<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let new = changes.new;
    let complete = has(new, "Complete");
    let (completed, failed) = (changes.condition("Complete"), changes.condition("Failed"));
    if (completed || failed) && complete && has(new, "Failed") {
        errors.push(changes.conditions("cannot set Complete=True and Failed=true conditions"));
    }
    if (completed || changes.condition("FailureTarget")) && complete && has(new, "FailureTarget") {
        errors.push(changes.conditions("cannot set Complete=True and FailureTarget=true conditions"));
    }
    let field = changes.path.child("completionTime");
    let completion_time = new.status.completion_time.as_ref();
    if completed || changes.completion_time() {
        if completion_time.is_some() && !complete {
            let why = "cannot set completionTime when there is no Complete=True condition";
            errors.push(FieldError::invalid(&field, json!(completion_time), why));
        }
        if completion_time.is_none() && complete {
            errors.push(FieldError::required(&field, "completionTime is required for Complete jobs"));
        }
    }
    if changes.start_time() || changes.completion_time() {
        let before = |end: &Time, start: &Time| end.0 < start.0;
        if let (Some(start), Some(end)) = (&new.status.start_time, completion_time)
            && before(end, start)
        {
            errors.push(FieldError::invalid(&field, json!(end), "must be equal to or after `startTime`"));
        }
    }
    if (failed || changes.new.status.failed_indexes != changes.old.status.failed_indexes) && has(new, "Failed") && !has(new, "FailureTarget") {
        errors.push(changes.conditions("cannot set Failed=True condition without the FailureTarget=true condition"));
    }
    if (completed || changes.condition("SuccessCriteriaMet")) && complete && !has(new, "SuccessCriteriaMet") {
        errors.push(changes.conditions("cannot set Complete=True condition without the SuccessCriteriaMet=true condition"));
    }
    errors
}

fn finished(changes: &Changes<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (new, old, path) = (changes.new, changes.old, &changes.path);
    if !is_finished(new) {
        return errors;
    }
    let status = &new.status;
    let active = status.active.unwrap_or(0);
    if (changes.finished() || active != old.status.active.unwrap_or(0)) && active > 0 {
        errors.push(FieldError::invalid(path.child("active"), active, "active>0 is invalid for finished job"));
    }
    let nothing_to_do = new.spec.suspend == Some(true) && new.spec.completions == Some(0);
    if (changes.finished() || changes.start_time()) && !nothing_to_do && status.start_time.is_none() {
        errors.push(FieldError::required(path.child("startTime"), "startTime is required for finished job"));
    }
    let uncounted = status.uncounted_terminated_pods.as_ref();
    let some_uncounted = uncounted.is_some_and(|pods| !super::list(&pods.succeeded).is_empty() || !super::list(&pods.failed).is_empty());
    if (changes.finished() || status.uncounted_terminated_pods != old.status.uncounted_terminated_pods) && some_uncounted {
        let error = FieldError::invalid(path.child("uncountedTerminatedPods"), json!(uncounted), "must be empty for finished job");
        errors.push(error.of_struct("UncountedTerminatedPods"));
    }
    errors
}

fn indexes(changes: &Changes<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (new, old) = (changes.new, changes.old);
    let completed = text(&new.status.completed_indexes);
    let completed_changed = completed != text(&old.status.completed_indexes);
    let failed = new.status.failed_indexes.as_deref();
    let failed_changed = new.status.failed_indexes != old.status.failed_indexes;
    let (completed_field, failed_field) = (changes.path.child("completedIndexes"), changes.path.child("failedIndexes"));
    if let Some(completions) = new.spec.completions {
        if completed_changed && let Err(why) = job_policies::count_indexes(completed, completions) {
            errors.push(FieldError::invalid(&completed_field, completed, format!("error parsing completedIndexes: {why}")));
        }
        if failed_changed
            && new.spec.backoff_limit_per_index.is_some()
            && let Some(failed) = failed
            && let Err(why) = job_policies::count_indexes(failed, completions)
        {
            errors.push(FieldError::invalid(&failed_field, failed, format!("error parsing failedIndexes: {why}")));
        }
    }
    if completed_changed && !completed.is_empty() && !job::is_indexed(&new.spec) {
        let why = "cannot set non-empty completedIndexes when non-indexed completion mode";
        errors.push(FieldError::invalid(completed_field, completed, why));
    }
    if failed_changed && new.spec.backoff_limit_per_index.is_none() && let Some(failed) = failed {
        let why = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
        errors.push(FieldError::invalid(&failed_field, failed, why));
    }
    if (failed_changed || completed_changed)
        && let (Some(completions), Some(failed)) = (new.spec.completions, failed)
        && let Some(index) = overlap(completed, failed, completions)
    {
        let why = format!("failedIndexes and completedIndexes overlap at index: {index}");
        errors.push(FieldError::invalid(failed_field, failed, why));
    }
    errors
}

/// The first index that stands in both sets. Parts that cannot be read have been reported already.
fn overlap(completed: &str, failed: &str, completions: i32) -> Option<i32> {
    let intervals = |text: &str| -> Vec<(i32, i32)> { text.split(',').filter_map(|part| job_policies::interval(part, completions).ok()).collect() };
    let (completed, failed) = (intervals(completed), intervals(failed));
    completed
        .iter()
        .flat_map(|one| failed.iter().map(move |other| (one, other)))
        .filter(|(one, other)| one.0 <= other.1 && other.0 <= one.1)
        .map(|(one, other)| one.0.max(other.0))
        .min()
}

fn ready_and_terminating(changes: &Changes<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (status, old) = (&changes.new.status, &changes.old.status);
    let terminating = status.terminating.unwrap_or(0);
    if (changes.finished() || status.terminating != old.terminating) && terminating > 0 && is_finished(changes.new) {
        let why = "terminating>0 is invalid for finished job";
        errors.push(FieldError::invalid(changes.path.child("terminating"), terminating, why));
    }
    let (active, ready) = (status.active.unwrap_or(0), status.ready.unwrap_or(0));
    if (status.ready != old.ready || active != old.active.unwrap_or(0)) && ready > active {
        errors.push(FieldError::invalid(changes.path.child("ready"), ready, "cannot set more ready pods than active"));
    }
    errors
}

fn criteria(changes: &Changes<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let new = changes.new;
    let met = has(new, "SuccessCriteriaMet");
    if met && has(new, "Failed") {
        errors.push(changes.conditions("cannot set SuccessCriteriaMet=True and Failed=true conditions"));
    }
    if met && has(new, "FailureTarget") {
        errors.push(changes.conditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"));
    }
    if new.spec.success_policy.is_some() && !met && has(new, "Complete") {
        errors.push(changes.conditions("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True"));
    }
    errors
}

/// What has ended stays ended, and counts do not fall.
fn only_forward(changes: &Changes<'_>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (new, old, path) = (changes.new, changes.old, &changes.path);
    for type_ in ["Failed", "Complete", "FailureTarget"] {
        if has(old, type_) && !has(new, type_) {
            errors.push(changes.conditions(format!("cannot disable the terminal {type_}=True condition")));
        }
    }
    let (failed, succeeded) = (new.status.failed.unwrap_or(0), new.status.succeeded.unwrap_or(0));
    if failed < old.status.failed.unwrap_or(0) {
        errors.push(FieldError::invalid(path.child("failed"), failed, "cannot decrease the failed counter"));
    }
    // An Indexed Job that is scaled down forgets the indexes that it no longer has.
    let scalable = job::is_indexed(&new.spec) && new.spec.completions == new.spec.parallelism;
    if !scalable && succeeded < old.status.succeeded.unwrap_or(0) {
        errors.push(FieldError::invalid(path.child("succeeded"), succeeded, "cannot decrease the succeeded counter"));
    }
    if let (Some(now), Some(before)) = (&new.status.completion_time, &old.status.completion_time)
        && now != before
    {
        errors.push(FieldError::invalid(path.child("completionTime"), json!(now), "field is immutable"));
    }
    let is_false = |job: &Job| get_condition(&job.status.conditions, "Suspended").is_some_and(|condition| condition.status() == "False");
    let resuming = has(old, "Suspended") && is_false(new);
    if changes.start_time() && !resuming && old.status.start_time.is_some() && new.spec.suspend != Some(true) {
        let why = "field is immutable for unsuspended job once set";
        errors.push(FieldError::invalid(path.child("startTime"), json!(new.status.start_time), why));
    }
    if has(old, "SuccessCriteriaMet") && !has(new, "SuccessCriteriaMet") {
        errors.push(changes.conditions("cannot disable the SuccessCriteriaMet=True condition"));
    }
    if has(old, "Complete") && !has(old, "SuccessCriteriaMet") && has(new, "SuccessCriteriaMet") {
        errors.push(changes.conditions("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"));
    }
    errors
}
