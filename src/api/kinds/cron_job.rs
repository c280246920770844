//! Jobs by the clock: makes a Job whenever its schedule says so.
//!
//! Models: pkg/registry/batch/cronjob/strategy.go, pkg/apis/batch/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::batch::v1::{CronJobSpec, CronJobStatus};

use super::job;
use crate::defaults::{features, pod_spec};
use crate::field::{FieldError, Path};
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// CronJob.
    CronJob, "batch/v1", spec: CronJobSpec, status: CronJobStatus
}

impl Strategy for CronJob {
    const INFO: ResourceInfo = ResourceInfo {
        group: "batch",
        version: "v1",
        kind: "CronJob",
        plural: "cronjobs",
        singular: "cronjob",
        short_names: &["cj"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        spec.job_template.metadata.get_or_insert_default();
        job::default_template(spec.job_template.spec.get_or_insert_default());
        pod_spec::fill(&mut spec.concurrency_policy, "Allow");
        spec.suspend.get_or_insert(false);
        spec.successful_jobs_history_limit.get_or_insert(3);
        spec.failed_jobs_history_limit.get_or_insert(1);
    }

    fn prepare_for_create(&mut self) {
        if self.spec.job_template.spec.as_ref().map(|job| &job.template).is_some_and(|template| template.spec.as_ref().is_some_and(features::is_affected)) {
            let job = Arc::make_mut(&mut self.spec).job_template.spec.as_mut();
            job.into_iter().for_each(|job| features::drop_from_template(&mut job.template));
        }
        self.metadata.generation = Some(1);
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        if self.spec.job_template.spec.as_ref().map(|job| &job.template).is_some_and(|template| template.spec.as_ref().is_some_and(features::is_affected)) {
            let job = Arc::make_mut(&mut self.spec).job_template.spec.as_mut();
            job.into_iter().for_each(|job| features::drop_from_template(&mut job.template));
        }
        self.status = Arc::clone(&old.status);
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::cron_job::validate(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::cron_job::validate_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update(&self.metadata, &old.metadata)
    }

    fn warnings(&self) -> Vec<String> {
        let spec = self.spec.job_template.spec.clone().unwrap_or_default();
        warnings::job(self.metadata.name.as_deref().unwrap_or_default(), &spec, &Path::new("spec").child("jobTemplate").child("spec"))
    }

    fn columns() -> Vec<Column> {
        tables::batch::CRON_JOB.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::batch::cron_job_row(self, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn cron_job(name: &str, change: Value) -> CronJob {
        let mut value = json!({"metadata": {"name": name, "namespace": "n"}, "spec": {"schedule": "*/5 * * * *",
            "jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "OnFailure", "containers": [{"name": "c", "image": "i"}]}}}}}});
        json_patch::merge(&mut value, &json!({"spec": change}));
        let mut cron_job: CronJob = serde_json::from_value(value).unwrap();
        cron_job.set_defaults();
        cron_job.prepare_for_create();
        cron_job
    }

    #[test]
    fn faults_are_told_in_the_reference_words() {
        let zone = |zone: &str| json!({"timeZone": zone});
        let cases = [
            (json!({}), vec![]),
            (json!({"schedule": "@daily", "timeZone": "Europe/Berlin"}), vec![]),
            (json!({"schedule": ""}), vec!["spec.schedule: Required value"]),
            (json!({"schedule": "every minute"}), vec!["spec.schedule: Invalid value: \"every minute\": expected exactly 5 fields, found 2: [every minute]"]),
            (json!({"schedule": "TZ=UTC 0 * * * *"}), vec!["spec.schedule: Invalid value: \"TZ=UTC 0 * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead"]),
            (zone(""), vec!["spec.timeZone: Invalid value: \"\": timeZone must be nil or non-empty string"]),
            (zone("Mars/Base"), vec!["spec.timeZone: Invalid value: \"Mars/Base\": unknown time zone Mars/Base"]),
            (zone("Local"), vec!["spec.timeZone: Invalid value: \"Local\": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"]),
            (zone("../etc/passwd"), vec!["spec.timeZone: Invalid value: \"../etc/passwd\": unknown time zone ../etc/passwd"]),
            (zone("A/verylongcomponent"), vec!["spec.timeZone: Invalid value: \"A/verylongcomponent\": unknown time zone A/verylongcomponent"]),
            (json!({"concurrencyPolicy": "Maybe"}), vec!["spec.concurrencyPolicy: Unsupported value: \"Maybe\": supported values: \"Allow\", \"Forbid\", \"Replace\""]),
            (json!({"startingDeadlineSeconds": -1}), vec!["spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0"]),
            (json!({"jobTemplate": {"spec": {"manualSelector": true}}}), vec!["spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: \"nil\", \"false\""]),
            (json!({"failedJobsHistoryLimit": -1}), vec!["spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0"]),
        ];
        for (change, expected) in cases {
            let faults: Vec<String> = cron_job("tick", change.clone()).validate().iter().map(ToString::to_string).collect();
            assert_eq!(faults, expected, "{change}");
        }
        let long = "x".repeat(53);
        let faults = cron_job(&long, json!({})).validate();
        assert_eq!(faults[0].detail, "must be no more than 52 characters");
    }

    #[test]
    fn a_zone_in_the_schedule_is_kept_where_it_already_was() {
        let mut old = cron_job("tick", json!({"schedule": "TZ=UTC 0 * * * *"}));
        old.metadata.resource_version = Some("1".to_owned());
        assert_eq!(old.validate_update(&old), []);
        let mut both = old.clone();
        Arc::make_mut(&mut both.spec).time_zone = Some("UTC".to_owned());
        assert_eq!(both.validate_update(&old)[0].detail, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
    }
}
