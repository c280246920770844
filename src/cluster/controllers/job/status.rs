//! The conditions of a Job.
//!
//! Models: pkg/controller/job/job_controller.go (newCondition, ensureJobConditionStatus), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::batch::v1::JobCondition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use podarium_api::Job;
use podarium_api::condition::{Condition as _, get_condition};

pub(super) fn has(job: &Job, type_: &str) -> bool {
    true_condition(job, type_).is_some()
}

pub(super) fn true_condition<'a>(job: &'a Job, type_: &str) -> Option<&'a JobCondition> {
    get_condition(&job.status.conditions, type_).filter(|condition| condition.is_true())
}

pub(super) fn is_finished(job: &Job) -> bool {
    has(job, "Complete") || has(job, "Failed")
}

pub(super) fn is_suspended(job: &Job) -> bool {
    job.spec.suspend == Some(true)
}

pub(super) fn condition(type_: &str, status: &str, reason: &str, message: &str, now: &Time) -> JobCondition {
    JobCondition {
        type_: type_.to_owned(),
        status: status.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_probe_time: Some(now.clone()),
        last_transition_time: Some(now.clone()),
    }
}

/// Puts the condition in the place of the one of its type, or at the end. One that would say "not" for the first time
/// says nothing, and is left out. Returns whether anything changed.
pub(super) fn ensure(conditions: &mut Option<Vec<JobCondition>>, new: JobCondition) -> bool {
    let list = conditions.get_or_insert_default();
    match list.iter_mut().find(|old| old.type_ == new.type_) {
        Some(old) if (&old.status, &old.reason, &old.message) == (&new.status, &new.reason, &new.message) => false,
        Some(old) => {
            *old = new;
            true
        }
        None if new.status == "False" => {
            if list.is_empty() {
                *conditions = None;
            }
            false
        }
        None => {
            list.push(new);
            true
        }
    }
}
