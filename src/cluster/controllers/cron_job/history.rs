//! The Jobs of a CronJob: which of them run, which have ended, and which are old enough to go.
//!
//! Models: pkg/controller/cronjob/cronjob_controllerv2.go (cleanupFinishedJobs, syncCronJob), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::condition::{Condition as _, get_condition};
use podarium_api::{CronJob, Job, Kind, Resource as _};

use super::super::{Stop, Sync};
use super::Look;
use crate::apiserver::{Propagation, Request};
use crate::client::EventType;
use crate::store::Key;

/// `Complete` or `Failed`, if the Job has ended.
fn ended(job: &Job) -> Option<&'static str> {
    let finished = |condition: &&_| {
        let condition: &&k8s_openapi::api::batch::v1::JobCondition = condition;
        condition.is_true()
    };
    let ended = job.status.conditions.iter().flatten().filter(finished).find(|condition| matches!(condition.type_(), "Complete" | "Failed"))?;
    Some(if ended.type_() == "Complete" { "Complete" } else { "Failed" })
}

impl Look {
    pub(super) fn is_active(&self, uid: &str) -> bool {
        self.status.active.iter().flatten().any(|job| job.uid.as_deref() == Some(uid))
    }

    fn forget(&mut self, uid: &str) {
        self.status.active.iter_mut().for_each(|active| active.retain(|job| job.uid.as_deref() != Some(uid)));
    }
}

/// Deletes the oldest Jobs that have ended, above what is to be kept.
pub(super) fn clean_up(ctx: &mut Sync<'_>, look: &mut Look, jobs: &[Arc<Job>]) -> Result<(), Stop> {
    let spec = look.cron_job.spec.clone();
    for (end, limit) in [("Complete", spec.successful_jobs_history_limit), ("Failed", spec.failed_jobs_history_limit)] {
        let Some(limit) = limit else { continue };
        let mut ended_so: Vec<&Arc<Job>> = jobs.iter().filter(|job| ended(job) == Some(end)).collect();
        ended_so.sort_by(|a, b| {
            let start = |job: &Job| job.status.start_time.as_ref().map(|time| time.0);
            // One that never started counts as the latest.
            (start(a).is_none().cmp(&start(b).is_none())).then_with(|| start(a).cmp(&start(b))).then_with(|| a.name().cmp(b.name()))
        });
        let surplus = ended_so.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        for job in &ended_so[..surplus] {
            look.changed |= delete(ctx, look, job)?;
        }
    }
    Ok(())
}

/// Deletes a Job with its pods.
pub(super) fn delete(ctx: &mut Sync<'_>, look: &mut Look, job: &Job) -> Result<bool, Stop> {
    let request = Request::delete(Kind::Job, &Key::of_meta(&job.metadata)).propagation(Propagation::Background);
    if let Err(status) = ctx.send(request)? {
        ctx.event(&look.about, EventType::Warning, "FailedDelete", format!("Deleted job: {status}"));
        return Ok(false);
    }
    look.forget(job.uid());
    ctx.event(&look.about, EventType::Normal, "SuccessfulDelete", format!("Deleted job {}", job.name()));
    Ok(true)
}

/// Brings the list of running Jobs up to date.
pub(super) fn reconcile(ctx: &mut Sync<'_>, look: &mut Look, key: &Key, jobs: &[Arc<Job>]) -> Result<(), Stop> {
    for job in jobs {
        let listed = look.is_active(job.uid());
        match ended(job) {
            None if !listed => {
                // The list in the cache may be older than the Job.
                let fresh = ctx.get_live::<CronJob>(key)??;
                if !fresh.status.active.iter().flatten().any(|other| other.uid.as_deref() == Some(job.uid())) {
                    let why = format!("Saw a job that the controller did not create or forgot: {}", job.name());
                    ctx.event(&look.about, EventType::Warning, "UnexpectedJob", why);
                }
            }
            None => {}
            Some(end) => {
                if listed {
                    look.forget(job.uid());
                    ctx.event(&look.about, EventType::Normal, "SawCompletedJob", format!("Saw completed job: {}, condition: {end}", job.name()));
                    look.changed = true;
                }
                note_success(look, job);
            }
        }
    }
    forget_missing(ctx, look, jobs)
}

fn note_success(look: &mut Look, job: &Job) {
    if get_condition(&job.status.conditions, "Complete").is_none_or(|condition| !condition.is_true()) {
        return;
    }
    let Some(completed) = &job.status.completion_time else { return };
    if look.status.last_successful_time.as_ref().is_none_or(|last| completed.0 > last.0) {
        look.status.last_successful_time = Some(completed.clone());
        look.changed = true;
    }
}

fn forget_missing(ctx: &mut Sync<'_>, look: &mut Look, jobs: &[Arc<Job>]) -> Result<(), Stop> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    for active in look.status.active.clone().unwrap_or_default() {
        if jobs.iter().any(|job| Some(job.uid()) == active.uid.as_deref()) {
            continue;
        }
        let name = text(&active.name);
        match ctx.get_live::<Job>(&Key::new(&text(&active.namespace), &name))? {
            Ok(_) => {}
            Err(status) if status.is_not_found() => {
                ctx.event(&look.about, EventType::Normal, "MissingJob", format!("Active job went missing: {name}"));
                look.forget(&text(&active.uid));
                look.changed = true;
            }
            Err(status) => return Err(status.into()),
        }
    }
    Ok(())
}
