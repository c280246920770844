//! The Job of one time.
//!
//! Models: pkg/controller/cronjob/utils.go (getJobFromTemplate2), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use jiff::Timestamp;
use podarium_api::owner::controller_reference;
use podarium_api::{CronJob, Job, ObjectMeta, Resource as _};

use super::times::Plan;

const SCHEDULED: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/// The CronJob's name with the minutes since 1970.
pub(super) fn name(cron_job: &CronJob, time: Timestamp) -> String {
    format!("{}-{}", cron_job.name(), time.as_second() / 60)
}

pub(super) fn of(cron_job: &CronJob, plan: &Plan, time: Timestamp) -> Job {
    let template = &cron_job.spec.job_template;
    let meta = template.metadata.clone().unwrap_or_default();
    let mut annotations = meta.annotations.unwrap_or_default();
    annotations.insert(SCHEDULED.to_owned(), written(plan, time));
    Job {
        metadata: ObjectMeta {
            name: Some(name(cron_job, time)),
            namespace: cron_job.metadata.namespace.clone(),
            labels: meta.labels,
            annotations: Some(annotations),
            owner_references: Some(vec![controller_reference(cron_job)]),
            ..ObjectMeta::default()
        },
        spec: Arc::new(template.spec.clone().unwrap_or_default()),
        ..Job::default()
    }
}

/// `2026-01-05T09:05:00Z`, or with the zone's offset.
fn written(plan: &Plan, time: Timestamp) -> String {
    let offset = plan.zone.to_offset(time);
    let local = offset.to_datetime(time).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let seconds = offset.seconds();
    if seconds == 0 {
        return local + "Z";
    }
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{local}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_job_bears_its_minute_and_its_time() {
        let time: Timestamp = "2026-01-05T09:05:00Z".parse().unwrap();
        for (zone, shown) in [(None, "2026-01-05T09:05:00Z"), (Some("Europe/Berlin"), "2026-01-05T10:05:00+01:00"), (Some("America/St_Johns"), "2026-01-05T05:35:00-03:30")] {
            let cron_job: CronJob = serde_json::from_value(json!({"metadata": {"name": "tick", "namespace": "n", "uid": "u"}, "spec": {"schedule": "* * * * *", "timeZone": zone,
                "jobTemplate": {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}, "spec": {"completions": 3}}}}))
            .unwrap();
            let job = of(&cron_job, &Plan::of(&cron_job).unwrap(), time);
            assert_eq!(job.name(), "tick-29460065");
            assert_eq!(json!(job.metadata.annotations), json!({"c": "d", SCHEDULED: shown}));
            assert_eq!((json!(job.metadata.labels), job.spec.completions), (json!({"a": "b"}), Some(3)));
            assert_eq!(job.metadata.owner_references.unwrap()[0].kind, "CronJob");
        }
    }
}
