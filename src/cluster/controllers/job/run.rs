//! One look at a Job: its pods sorted and counted, and what follows from them.
//!
//! Models: pkg/controller/job/job_controller.go (syncJob, syncJobCtx), v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{JobCondition, JobStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use podarium_api::pod_state::{is_pod_active, phase, pod_is_ready};
use podarium_api::{Job, Pod, Resource as _};

use super::super::{Stop, Sync};
use super::backoff::Record;
use super::failure_policy::{Verdict, judge};
use super::indexes::{Indexes, is_indexed, valid_index};
use super::pods::{is_failed, is_going, is_tracked};
use super::{JobController, pod_set, removal, status, tracking};
use crate::client::EventType;
use crate::store::Key;

pub(super) struct Run {
    pub key: Key,
    /// The Job as its status is going to be.
    pub job: Job,
    pub pods: Vec<Arc<Pod>>,
    pub active: Vec<Arc<Pod>>,
    pub ready: i32,
    pub terminating: i32,
    pub succeeded: i32,
    pub failed: i32,
    pub uncounted_succeeded: BTreeSet<String>,
    pub uncounted_failed: BTreeSet<String>,
    /// Pods whose finalizer was taken off, though the cache does not show it yet.
    pub removing: BTreeSet<String>,
    pub record: Record,
    pub previous_indexes: Indexes,
    pub succeeded_indexes: Indexes,
    pub failed_indexes: Option<Indexes>,
    /// The failed pod of each index that stays until its replacement is there, which takes over its count of failures.
    pub delayed: BTreeMap<i32, Arc<Pod>>,
    /// Why the Job is over, or going to be.
    pub end: Option<JobCondition>,
    pub now: Timestamp,
}

pub(super) fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl Run {
    pub fn new(controller: &JobController, key: &Key, job: &Arc<Job>, pods: Vec<Arc<Pod>>, now: Timestamp) -> Self {
        let mut job = (**job).clone();
        let uncounted = Arc::make_mut(&mut job.status).uncounted_terminated_pods.get_or_insert_default().clone();
        let active: Vec<Arc<Pod>> = pods.iter().filter(|pod| is_pod_active(pod)).cloned().collect();
        Run {
            key: key.clone(),
            ready: count(active.iter().filter(|pod| pod_is_ready(pod)).count()),
            terminating: count(pods.iter().filter(|pod| is_going(pod)).count()),
            active,
            succeeded: 0,
            failed: 0,
            uncounted_succeeded: uncounted.succeeded.unwrap_or_default().into_iter().collect(),
            uncounted_failed: uncounted.failed.unwrap_or_default().into_iter().collect(),
            removing: controller.removals.get(key).map(|uids| uids.iter().cloned().collect()).unwrap_or_default(),
            record: controller.backoff.get(key).cloned().unwrap_or_default(),
            previous_indexes: Indexes::default(),
            succeeded_indexes: Indexes::default(),
            failed_indexes: None,
            delayed: BTreeMap::new(),
            end: None,
            job,
            pods,
            now,
        }
    }

    pub fn status(&mut self) -> &mut JobStatus {
        Arc::make_mut(&mut self.job.status)
    }

    pub fn time(&self) -> Time {
        Time(Timestamp::from_second(self.now.as_second()).unwrap_or(Timestamp::MAX))
    }

    pub fn condition(&self, type_: &str, reason: &str, message: &str) -> JobCondition {
        status::condition(type_, "True", reason, message, &self.time())
    }

    /// Counts what has ended, and starts the clock of a Job that begins.
    pub fn begin(&mut self) {
        let succeeded = self.not_yet_counted(&self.uncounted_succeeded, |pod| phase(pod) == "Succeeded");
        let failed = self.not_yet_counted(&self.uncounted_failed, |pod| is_failed(pod, &self.job));
        let policy = self.job.spec.pod_failure_policy.as_ref();
        let counted = failed.iter().filter(|pod| judge(policy, pod) != Verdict::Ignore).count();
        let old = &self.job.status;
        self.succeeded = old.succeeded.unwrap_or(0) + count(succeeded.len() + self.uncounted_succeeded.len());
        self.failed = old.failed.unwrap_or(0) + count(counted + self.uncounted_failed.len());
        self.record = self.record.after(&succeeded, &failed);
        if self.job.status.start_time.is_none() && !status::is_suspended(&self.job) {
            let now = self.time();
            self.status().start_time = Some(now);
        }
    }

    /// Pods that are held and neither in the status nor in a count, of an index that the Job has.
    pub fn not_yet_counted(&self, uncounted: &BTreeSet<String>, is: impl Fn(&Pod) -> bool) -> Vec<Arc<Pod>> {
        let new = |pod: &Pod| is_tracked(pod) && !uncounted.contains(pod.uid()) && !self.removing.contains(pod.uid());
        let has_place = |pod: &Pod| !is_indexed(&self.job) || valid_index(pod, &self.job).is_some();
        self.pods.iter().filter(|pod| new(pod) && has_place(pod) && is(pod)).cloned().collect()
    }

    /// Brings the number of pods to what is wanted, or removes them if the Job is over; then reports.
    pub fn work(mut self, ctx: &mut Sync<'_>, satisfied: bool) -> Result<(), Stop> {
        let mut active = count(self.active.len());
        let mut suspension_changed = false;
        let mut failure = None;
        if self.end.is_some() {
            let removed = removal::all(ctx, &self.job, &self.active)?;
            // With pods left, or pods that the cache does not show yet, it cannot be declared over.
            if removed.all != active || !satisfied {
                self.end = None;
            }
            active -= removed.all;
            self.terminating += removed.all;
            self.ready -= removed.ready;
            failure = removed.failure;
        } else {
            let managed = satisfied && self.job.metadata.deletion_timestamp.is_none();
            if managed {
                (active, failure) = pod_set::manage(ctx, &mut self)?;
            }
            let complete = match self.job.spec.completions {
                None => self.succeeded > 0 && active == 0,
                Some(completions) => self.succeeded >= completions && active == 0,
            };
            if complete {
                self.end = Some(self.condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"));
            } else if managed {
                suspension_changed = self.note_suspension(ctx);
            }
        }
        let (ready, terminating) = (self.ready, self.terminating);
        let old = &self.job.status;
        let changed = active != old.active.unwrap_or(0) || Some(ready) != old.ready || Some(terminating) != old.terminating;
        let next = self.status();
        next.active = (active != 0).then_some(active);
        next.ready = Some(ready);
        next.terminating = Some(terminating);
        tracking::track(ctx, self, suspension_changed || changed)?;
        failure.map_or(Ok(()), |why| Err(Stop::Failed(why)))
    }

    fn note_suspension(&mut self, ctx: &mut Sync<'_>) -> bool {
        let now = self.time();
        let about = Arc::new(self.job.clone()).into_object();
        let suspended = status::is_suspended(&self.job);
        let (condition, reason, message) = if suspended { ("True", "JobSuspended", "Job suspended") } else { ("False", "JobResumed", "Job resumed") };
        let condition = status::condition("Suspended", condition, reason, message, &now);
        let status = self.status();
        if !status::ensure(&mut status.conditions, condition) {
            return false;
        }
        // The deadline does not run while the Job is suspended, and begins anew when it goes on.
        status.start_time = (!suspended).then_some(now);
        ctx.event(&about, EventType::Normal, if suspended { "Suspended" } else { "Resumed" }, message);
        true
    }
}
