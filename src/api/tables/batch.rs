//! The tables of Jobs and CronJobs.
//!
//! Models: pkg/printers/internalversion/printers.go (printJob, printCronJob), v1.36.
//! Simplified: nothing.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector as RawSelector;

use super::columns::{AGE, NAME, column};
use super::workload::containers;
use crate::condition::{Condition as _, get_condition};
use crate::selector::LabelSelector;
use crate::time::{age, human_duration};
use crate::{Cell, Column, CronJob, Job};

const CONTAINERS: &str = "Names of each container in the template.";
const IMAGES: &str = "Images referenced by each container in the template.";
const SELECTOR: &str = "A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors";

pub(crate) const JOB: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Status", "string", "", 0, "Status of the job."),
    column("Completions", "string", "", 0, "The number of pods which reached phase Succeeded. The value increases monotonically for a given spec. However, it may decrease in reaction to scale down of elastic indexed jobs."),
    column("Duration", "string", "", 0, "Time required to complete the job."),
    column("Age", "string", "", 0, AGE),
    column("Containers", "string", "", 1, CONTAINERS),
    column("Images", "string", "", 1, IMAGES),
    column("Selector", "string", "", 1, SELECTOR),
];

pub(crate) const CRON_JOB: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Schedule", "string", "", 0, "The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron."),
    column("Timezone", "string", "", 0, "The time zone name for the given schedule, see https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not specified, this will default to the time zone of the kube-controller-manager process. The set of valid time zone names and the time zone offset is loaded from the system-wide time zone database by the API server during CronJob validation and the controller manager during execution. If no system-wide time zone database can be found a bundled version of the database is used instead. If the time zone name becomes invalid during the lifetime of a CronJob or due to a change in host configuration, the controller will stop creating new new Jobs and will create a system event with the reason UnknownTimeZone. More information can be found in https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones"),
    column("Suspend", "boolean", "", 0, "This flag tells the controller to suspend subsequent executions, it does not apply to already started executions.  Defaults to false."),
    column("Active", "integer", "", 0, "A list of pointers to currently running jobs."),
    column("Last Schedule", "string", "", 0, "Information when was the last time the job was successfully scheduled."),
    column("Age", "string", "", 0, AGE),
    column("Containers", "string", "", 1, CONTAINERS),
    column("Images", "string", "", 1, IMAGES),
    column("Selector", "string", "", 1, SELECTOR),
];

fn selector_text(selector: Option<&RawSelector>) -> String {
    LabelSelector::from_raw(selector).map_or_else(|_| "<error>".to_owned(), |matcher| if selector.is_none() { "<none>".to_owned() } else { matcher.shown() })
}

/// The first of these states that holds.
fn status_word(job: &Job) -> &'static str {
    let has = |type_: &str| get_condition(&job.status.conditions, type_).is_some_and(|condition| condition.is_true());
    match () {
        () if has("Complete") => "Complete",
        () if has("Failed") => "Failed",
        () if job.metadata.deletion_timestamp.is_some() => "Terminating",
        () if has("Suspended") => "Suspended",
        () if has("FailureTarget") => "FailureTarget",
        () if has("SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    }
}

fn completions(job: &Job) -> String {
    let succeeded = job.status.succeeded.unwrap_or(0);
    match (job.spec.completions, job.spec.parallelism.unwrap_or(0)) {
        (Some(completions), _) => format!("{succeeded}/{completions}"),
        (None, parallelism) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

/// How long it took, or takes so far.
fn duration(job: &Job, now: Timestamp) -> String {
    let Some(start) = &job.status.start_time else { return String::new() };
    let end = job.status.completion_time.as_ref().map_or(now, |end| end.0);
    let nanos = end.duration_since(start.0).as_nanos();
    if nanos < -1_000_000_000 {
        return "<invalid>".to_owned();
    }
    human_duration(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)))
}

pub(crate) fn job_row(job: &Job, now: Timestamp) -> Vec<Cell> {
    let (names, images) = containers(Some(&job.spec.template));
    vec![
        job.metadata.name.clone().into(),
        status_word(job).into(),
        completions(job).into(),
        duration(job, now).into(),
        age(job.metadata.creation_timestamp.as_ref(), now).into(),
        names.into(),
        images.into(),
        selector_text(job.spec.selector.as_ref()).into(),
    ]
}

pub(crate) fn cron_job_row(cron_job: &CronJob, now: Timestamp) -> Vec<Cell> {
    let (spec, status) = (&cron_job.spec, &cron_job.status);
    let template = spec.job_template.spec.as_ref();
    let (names, images) = containers(template.map(|job| &job.template));
    let suspend = spec.suspend.map_or("<unset>", |suspend| if suspend { "True" } else { "False" });
    vec![
        cron_job.metadata.name.clone().into(),
        spec.schedule.clone().into(),
        spec.time_zone.clone().unwrap_or_else(|| "<none>".to_owned()).into(),
        suspend.into(),
        status.active.as_ref().map_or(0, Vec::len).into(),
        status.last_schedule_time.as_ref().map_or_else(|| "<none>".to_owned(), |last| age(Some(last), now)).into(),
        age(cron_job.metadata.creation_timestamp.as_ref(), now).into(),
        names.into(),
        images.into(),
        selector_text(template.and_then(|job| job.selector.as_ref())).into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn row(job: Value) -> Value {
        let job: Job = serde_json::from_value(job).unwrap();
        json!(job_row(&job, "2026-01-05T09:10:00Z".parse().unwrap()))
    }

    #[test]
    fn a_job_shows_its_state_its_completions_and_how_long_it_took() {
        let meta = json!({"name": "j", "creationTimestamp": "2026-01-05T09:00:00Z"});
        let template = json!({"spec": {"containers": [{"name": "c", "image": "i"}]}});
        let condition = |type_: &str| json!([{"type": type_, "status": "True"}]);
        let cases = [
            (json!({"completions": 5}), json!({"succeeded": 2, "startTime": "2026-01-05T09:09:30Z"}), json!(["Running", "2/5", "30s"])),
            (json!({"parallelism": 3}), json!({}), json!(["Running", "0/1 of 3", ""])),
            (json!({"parallelism": 1}), json!({"conditions": condition("Suspended")}), json!(["Suspended", "0/1", ""])),
            (
                json!({"completions": 1}),
                json!({"succeeded": 1, "startTime": "2026-01-05T09:00:00Z", "completionTime": "2026-01-05T09:02:13Z", "conditions": condition("Complete")}),
                json!(["Complete", "1/1", "2m13s"]),
            ),
            (json!({"completions": 1}), json!({"conditions": condition("FailureTarget")}), json!(["FailureTarget", "0/1", ""])),
        ];
        for (mut spec, status, shown) in cases {
            spec["template"] = template.clone();
            spec["selector"] = json!({"matchLabels": {"a": "b"}});
            let row = row(json!({"metadata": meta, "spec": spec, "status": status}));
            assert_eq!(json!(row.as_array().unwrap()[1..4]), shown);
            assert_eq!(json!(row.as_array().unwrap()[4..]), json!(["10m", "c", "i", "a=b"]));
        }
    }
}
