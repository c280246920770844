//! CronJob.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeCronJob), v1.36.
//! Simplified: nothing.

use std::fmt::Display;

use k8s_openapi::api::batch::v1::{CronJob, JobSpec};
use podarium_api::selector::LabelSelector;

use super::events::events;
use super::metadata;
use super::page::{Page, date, text};
use super::pod_template::pod_template;
use super::related::Related;

fn or_unset<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "<unset>".to_owned(), |value| value.to_string())
}

pub fn describe(page: &mut Page, cron_job: &CronJob, related: &Related) {
    let (spec, status) = (cron_job.spec.clone(), cron_job.status.clone().unwrap_or_default());
    metadata::name(page, &cron_job.metadata);
    metadata::labels_and_annotations(page, &cron_job.metadata);
    page.field(0, "Schedule", &spec.schedule);
    page.field(0, "Concurrency Policy", text(&spec.concurrency_policy));
    page.field(0, "Suspend", or_unset(spec.suspend.map(|suspend| if suspend { "True" } else { "False" })));
    page.field(0, "Time Zone", or_unset(spec.time_zone.as_ref()));
    page.field(0, "Successful Job History Limit", or_unset(spec.successful_jobs_history_limit));
    page.field(0, "Failed Job History Limit", or_unset(spec.failed_jobs_history_limit));
    page.field(0, "Starting Deadline Seconds", or_unset(spec.starting_deadline_seconds.map(|seconds| format!("{seconds}s"))));
    job_template(page, &spec.job_template.spec.unwrap_or_default());
    let last = status.last_schedule_time.as_ref();
    page.field(0, "Last Schedule Time", or_unset(last.map(|last| date(Some(last)))));
    let active: Vec<&str> = status.active.iter().flatten().map(|job| text(&job.name)).collect();
    page.field(0, "Active Jobs", if active.is_empty() { "<none>".to_owned() } else { active.join(", ") });
    events(page, related);
}

fn job_template(page: &mut Page, job: &JobSpec) {
    page.field(0, "Selector", or_unset(job.selector.as_ref().map(LabelSelector::of)));
    page.field(0, "Parallelism", or_unset(job.parallelism));
    page.field(0, "Completions", or_unset(job.completions));
    if let Some(seconds) = job.active_deadline_seconds {
        page.field(0, "Active Deadline Seconds", format_args!("{seconds}s"));
    }
    pod_template(page, &job.template);
}
