//! Starting the Job of the time that is due, unless it is too late, was started already, or another one still runs.
//!
//! Models: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use podarium_api::owner::is_controlled_by;
use podarium_api::{Job, Resource as _};

use super::super::{Stop, Sync};
use super::times::{Missed, Plan};
use super::{Look, history, new_job};
use crate::client::EventType;
use crate::store::Key;

/// Starts what is due; whether the CronJob is to be looked at again at the next time.
pub(super) fn start(ctx: &mut Sync<'_>, look: &mut Look, plan: &Plan) -> Result<bool, Stop> {
    let spec = look.cron_job.spec.clone();
    let due = match plan.due(&look.cron_job, &look.status, look.now, true) {
        Ok(due) => due,
        Err(why) => {
            ctx.event(&look.about, EventType::Warning, "InvalidSchedule", format!("invalid schedule: {} : {why}", spec.schedule));
            return Ok(false);
        }
    };
    let Some(time) = due.latest else { return Ok(true) };
    if due.missed == Missed::Many {
        let why = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
        ctx.event(&look.about, EventType::Warning, "TooManyMissedTimes", why);
    }
    let deadline = spec.starting_deadline_seconds.and_then(|seconds| time.checked_add(SignedDuration::from_secs(seconds)).ok());
    if deadline.is_some_and(|deadline| deadline < look.now) {
        let shown = time.strftime("%a, %d %b %Y %H:%M:%S +0000");
        ctx.event(&look.about, EventType::Warning, "MissSchedule", format!("Missed scheduled time to start a job: {shown}"));
        return Ok(true);
    }
    let name = new_job::name(&look.cron_job, time);
    let listed = look.status.active.iter().flatten().any(|job| job.name.as_deref() == Some(&name));
    if listed || look.status.last_schedule_time.as_ref().is_some_and(|last| last.0 == time) {
        return Ok(true);
    }
    let running = look.status.active.as_ref().is_some_and(|active| !active.is_empty());
    if running && spec.concurrency_policy.as_deref() == Some("Forbid") {
        let why = "Not starting job because prior execution is running and concurrency policy is Forbid";
        ctx.event(&look.about, EventType::Normal, "JobAlreadyActive", why);
        return Ok(true);
    }
    if spec.concurrency_policy.as_deref() == Some("Replace") {
        replace_running(ctx, look)?;
    }
    create(ctx, look, plan, time)
}

fn replace_running(ctx: &mut Sync<'_>, look: &mut Look) -> Result<(), Stop> {
    for active in look.status.active.clone().unwrap_or_default() {
        let key = Key::new(active.namespace.as_deref().unwrap_or_default(), active.name.as_deref().unwrap_or_default());
        let job = match ctx.get_live::<Job>(&key)? {
            Ok(job) => job,
            Err(status) => {
                ctx.event(&look.about, EventType::Warning, "FailedGet", format!("Get job: {status}"));
                return Err(status.into());
            }
        };
        if !history::delete(ctx, look, &job)? {
            return Err(Stop::Failed(format!("could not replace job {key}")));
        }
        look.changed = true;
    }
    Ok(())
}

fn create(ctx: &mut Sync<'_>, look: &mut Look, plan: &Plan, time: Timestamp) -> Result<bool, Stop> {
    let wanted = new_job::of(&look.cron_job, plan, time);
    let key = Key::of_meta(&wanted.metadata);
    let job = match ctx.create(wanted)? {
        Ok(job) => {
            ctx.event(&look.about, EventType::Normal, "SuccessfulCreate", format!("Created job {}", job.name()));
            job
        }
        // Either the status could not be written last time, or somebody else took the name.
        Err(status) if status.is_already_exists() => {
            let job = ctx.get_live::<Job>(&key)??;
            if !is_controlled_by(&job.metadata, look.cron_job.uid()) || look.is_active(job.uid()) {
                return Ok(false);
            }
            job
        }
        Err(status) if status.is_namespace_terminating() => return Err(status.into()),
        Err(status) => {
            ctx.event(&look.about, EventType::Warning, "FailedCreate", format!("Error creating job: {status}"));
            return Err(status.into());
        }
    };
    look.status.active.get_or_insert_default().push(reference(&job));
    look.status.last_schedule_time = Some(Time(time));
    look.changed = true;
    Ok(true)
}

fn reference(job: &Arc<Job>) -> ObjectReference {
    let meta = &job.metadata;
    ObjectReference {
        api_version: Some(Job::KIND.info().api_version()),
        kind: Some(Job::KIND.info().kind.to_owned()),
        name: meta.name.clone(),
        namespace: meta.namespace.clone(),
        resource_version: meta.resource_version.clone(),
        uid: meta.uid.clone(),
        ..ObjectReference::default()
    }
}
