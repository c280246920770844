//! CronJobs: the schedule, its time zone, and the Job that is made each time.
//!
//! Models: pkg/apis/batch/validation/validation.go (ValidateCronJobCreate, ValidateCronJobUpdate), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::batch::v1::CronJobSpec;
use serde_json::json;

use super::{job, metadata, nonnegative, one_of, text};
use crate::CronJob;
use crate::cron::{Schedule, time_zone};
use crate::field::{FieldError, Path};

/// Jobs are named after the CronJob with eleven characters more, and 63 is the limit.
const MAX_NAME: usize = 52;

pub(crate) fn validate(cron_job: &CronJob) -> Vec<FieldError> {
    let mut errors = metadata::validate(&cron_job.metadata, true, metadata::SUBDOMAIN);
    errors.extend(spec(&cron_job.spec, None, &Path::new("spec")));
    let name = text(&cron_job.metadata.name);
    if name.len() > MAX_NAME {
        errors.push(FieldError::invalid("metadata.name", name, "must be no more than 52 characters"));
    }
    errors
}

pub(crate) fn validate_update(new: &CronJob, old: &CronJob) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(spec(&new.spec, Some(&old.spec), &Path::new("spec")));
    errors
}

fn spec(new: &CronJobSpec, old: Option<&CronJobSpec>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if new.schedule.is_empty() {
        errors.push(FieldError::required(path.child("schedule"), ""));
    } else {
        let zone_in_schedule = old.is_some_and(|old| old.schedule.contains("TZ"));
        errors.extend(schedule(new, zone_in_schedule, &path.child("schedule")));
    }
    nonnegative(&mut errors, &path.child("startingDeadlineSeconds"), new.starting_deadline_seconds.unwrap_or(0));
    if old.is_none_or(|old| old.time_zone != new.time_zone) {
        errors.extend(zone(new.time_zone.as_deref(), &path.child("timeZone")));
    }
    let policies = &["Allow", "Forbid", "Replace"];
    one_of(&mut errors, &path.child("concurrencyPolicy"), new.concurrency_policy.as_deref(), policies);
    errors.extend(template(new, &path.child("jobTemplate").child("spec")));
    for (name, limit) in [("successfulJobsHistoryLimit", new.successful_jobs_history_limit), ("failedJobsHistoryLimit", new.failed_jobs_history_limit)] {
        nonnegative(&mut errors, &path.child(name), limit.unwrap_or(0));
    }
    errors
}

/// A zone in the schedule itself is only let through where it already was.
fn schedule(spec: &CronJobSpec, zone_allowed: bool, path: &Path) -> Vec<FieldError> {
    let text = spec.schedule.as_str();
    let mut errors = Vec::new();
    errors.extend(Schedule::parse(text).err().map(|why| FieldError::invalid(path, text, why)));
    if text.contains("TZ") {
        if !zone_allowed {
            errors.push(FieldError::invalid(path, text, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
        } else if spec.time_zone.is_some() {
            errors.push(FieldError::invalid(path, text, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
        }
    }
    errors
}

fn zone(name: Option<&str>, path: &Path) -> Vec<FieldError> {
    let Some(name) = name else { return Vec::new() };
    if name.is_empty() {
        return vec![FieldError::invalid(path, "", "timeZone must be nil or non-empty string")];
    }
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte);
    let bad_part = |part: &str| {
        matches!(part, "" | "." | "..") || part.starts_with('-') || part.len() > 14 || !part.bytes().all(good)
    };
    if name.split('/').any(bad_part) {
        return vec![FieldError::invalid(path, name, format!("unknown time zone {name}"))];
    }
    let mut errors = Vec::new();
    if name.eq_ignore_ascii_case("Local") {
        let why = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        errors.push(FieldError::invalid(path, name, why));
    }
    errors.extend(time_zone(name).err().map(|why| FieldError::invalid(path, name, why)));
    errors
}

fn template(spec: &CronJobSpec, path: &Path) -> Vec<FieldError> {
    let spec = spec.job_template.spec.clone().unwrap_or_default();
    let mut errors = job::spec(&spec, path);
    if let Some(selector) = &spec.selector {
        errors.push(FieldError::invalid(path.child("selector"), json!(selector), "`selector` will be auto-generated"));
    }
    if spec.manual_selector == Some(true) {
        errors.push(FieldError::not_supported(path.child("manualSelector"), true, &["nil", "false"]));
    }
    errors
}
