//! Job.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeJob), v1.36.
//! Simplified: nothing.

use std::time::Duration;

use k8s_openapi::api::batch::v1::{Job, JobSpec, JobStatus};
use podarium_api::selector::LabelSelector;
use podarium_api::time::human_duration;

use super::events::events;
use super::metadata;
use super::page::{Page, date, text};
use super::pod_template::pod_template;
use super::related::Related;

/// Of a longer list of completed indexes, what follows the next comma is left out.
const INDEXES_SHOWN: usize = 50;

pub fn describe(page: &mut Page, job: &Job, related: &Related) {
    let (spec, status) = (job.spec.clone().unwrap_or_default(), job.status.clone().unwrap_or_default());
    metadata::name(page, &job.metadata);
    page.field(0, "Selector", spec.selector.as_ref().map(LabelSelector::of).map_or_else(String::new, |selector| selector.to_string()));
    metadata::labels_and_annotations(page, &job.metadata);
    metadata::controlled_by(page, &job.metadata);
    settings(page, &spec);
    times(page, &status);
    if let Some(seconds) = spec.active_deadline_seconds {
        page.field(0, "Active Deadline Seconds", format_args!("{seconds}s"));
    }
    pods(page, &status);
    if spec.completion_mode.as_deref() == Some("Indexed") {
        page.field(0, "Completed Indexes", indexes(text(&status.completed_indexes)));
    }
    pod_template(page, &spec.template);
    events(page, related);
}

fn settings(page: &mut Page, spec: &JobSpec) {
    if let Some(parallelism) = spec.parallelism {
        page.field(0, "Parallelism", parallelism);
    }
    page.field(0, "Completions", spec.completions.map_or_else(|| "<unset>".to_owned(), |completions| completions.to_string()));
    if let Some(mode) = &spec.completion_mode {
        page.field(0, "Completion Mode", mode);
    }
    if let Some(suspend) = spec.suspend {
        page.field(0, "Suspend", suspend);
    }
    if let Some(limit) = spec.backoff_limit {
        page.field(0, "Backoff Limit", limit);
    }
    if let Some(seconds) = spec.ttl_seconds_after_finished {
        page.field(0, "TTL Seconds After Finished", seconds);
    }
}

fn times(page: &mut Page, status: &JobStatus) {
    let (start, end) = (status.start_time.as_ref(), status.completion_time.as_ref());
    if start.is_some() {
        page.field(0, "Start Time", date(start));
    }
    if end.is_some() {
        page.field(0, "Completed At", date(end));
    }
    if let (Some(start), Some(end)) = (start, end) {
        let seconds = end.0.duration_since(start.0).as_secs();
        page.field(0, "Duration", human_duration(Duration::from_secs(u64::try_from(seconds).unwrap_or(0))));
    }
}

fn pods(page: &mut Page, status: &JobStatus) {
    let count = |number: Option<i32>| number.unwrap_or_default();
    let ready = status.ready.map_or_else(String::new, |ready| format!(" ({ready} Ready)"));
    page.field(0, "Pods Statuses", format_args!(
        "{} Active{ready} / {} Succeeded / {} Failed", count(status.active), count(status.succeeded), count(status.failed)
    ));
}

fn indexes(all: &str) -> String {
    if all.is_empty() {
        return "<none>".to_owned();
    }
    match all.get(INDEXES_SHOWN..).and_then(|rest| rest.find(',')) {
        Some(comma) => format!("{}...", &all[..=INDEXES_SHOWN + comma]),
        None => all.to_owned(),
    }
}
