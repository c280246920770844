//! The Job controller: runs pods until enough of them have succeeded, or too many have failed.
//!
//! No finished pod may be forgotten or counted twice, whatever happens between two steps. So each pod is held by the
//! finalizer `batch.kubernetes.io/job-tracking`; when it has ended, its uid is first written into the Job's status, then
//! the finalizer is taken off, then the uid becomes part of a count.
//!
//! Pods' news are looked at in batches, a second after the first.
//!
//! Models: pkg/controller/job/job_controller.go, v1.36.
//! Simplified: of the controller's own writes it waits only for those of the Job to come back; pod groups (alpha) are
//! not made.

mod backoff;
mod failure_policy;
mod indexes;
mod outcome;
mod pod_set;
mod pods;
mod removal;
mod run;
mod status;
mod success_policy;
#[cfg(test)]
mod tests;
mod tracking;
mod watching;

use std::sync::Arc;
use std::time::Duration;

use imbl::{OrdMap, OrdSet};
use podarium_api::{Job, Kind, Resource as _};

use super::expectations::Expectations;
use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

pub use watching::OrphanedPodController;

const TRACKING: &str = "batch.kubernetes.io/job-tracking";
const CONTROLLER_NAME: &str = "kubernetes.io/job-controller";
/// How long news of pods are collected before the Job is looked at.
const BATCH: Duration = Duration::from_secs(1);

#[derive(Clone, Default)]
pub struct JobController {
    expectations: Expectations,
    /// The pods of each Job whose finalizer was taken off, until that was seen.
    removals: OrdMap<Key, OrdSet<String>>,
    backoff: OrdMap<Key, backoff::Record>,
    /// Jobs that were reported as finished, until that was seen.
    finished: OrdSet<String>,
    /// The revision of the last write of each Job.
    written: OrdMap<Key, u64>,
}

impl JobController {
    fn forget(&mut self, key: &Key) {
        self.expectations.forget(key);
        self.removals.remove(key);
        self.backoff.remove(key);
        self.written.remove(key);
    }
}

/// Another controller runs this Job.
fn is_managed_elsewhere(job: &Job) -> bool {
    job.spec.managed_by.as_deref().is_some_and(|name| name != CONTROLLER_NAME)
}

fn revision(job: &Job) -> u64 {
    job.metadata.resource_version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0)
}

impl Controller for JobController {
    const NAME: &'static str = "job-controller";
    const WORKERS: usize = 5;
    const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::Job, Filter::all()), (Kind::Pod, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.kind {
            Kind::Job => watching::job_changed(self, change, enqueue),
            Kind::Pod => watching::pod_changed(self, change, caches, enqueue),
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(job) = ctx.caches().get::<Job>(key).cloned() else {
            let key = key.clone();
            ctx.remember(move |controller: &mut Self| controller.forget(&key));
            return Ok(());
        };
        if is_managed_elsewhere(&job) {
            return Ok(());
        }
        if status::is_finished(&job) {
            let (key, uid) = (key.clone(), job.uid().to_owned());
            ctx.remember(move |controller: &mut Self| {
                controller.backoff.remove(&key);
                controller.finished.remove(&uid);
            });
            return Ok(());
        }
        if self.finished.contains(job.uid()) {
            return Ok(());
        }
        if self.written.get(key).is_some_and(|written| revision(&job) < *written) {
            return Err(Stop::Failed("the Job's last write has not been seen yet".to_owned()));
        }
        if !matches!(job.spec.completion_mode.as_deref(), None | Some("NonIndexed" | "Indexed")) {
            let why = "Skipped Job sync because completion mode is unknown";
            ctx.event(&Arc::clone(&job).into_object(), EventType::Warning, "UnknownCompletionMode", why);
            return Ok(());
        }
        let satisfied = self.expectations.satisfied(key, ctx.now());
        let pods = pods::claimed(ctx, &job)?;
        let mut run = run::Run::new(self, key, &job, pods, ctx.epoch().timestamp(ctx.now()));
        run.begin();
        outcome::judge(ctx, &mut run);
        run.work(ctx, satisfied)
    }
}
