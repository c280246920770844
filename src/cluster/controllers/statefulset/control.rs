//! One step of a StatefulSet towards what it declares: first its replicas are made and mended in order, then those that
//! are too many go, then those of the old version are replaced.
//!
//! In order means that each pod waits for those before it to be available: nothing is made, taken away or replaced while
//! one of them is not. `Parallel` does not wait.
//!
//! Models: pkg/controller/statefulset/stateful_set_control.go, v1.36.
//! Simplified: in parallel, only the pods of a batch that are to be made are made at the same time; the others are looked
//! at one after the other.

use std::cmp::Reverse;
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::StatefulSetStatus;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use podarium_api::owner::is_terminating;
use podarium_api::pod_state::{is_pod_terminal, phase, pod_is_available};
use podarium_api::selector::LabelSelector;
use podarium_api::{Pod, Resource as _, StatefulSet};

use super::super::{Stop, Sync, history};
use super::claims::{self, aggregate};
use super::identity::{self, Version, in_range, new_versioned_pod, ordinal, start};
use super::revisions::{self, Revisions};
use super::status::{self, is_created, is_running_and_ready};
use super::{pods, rolling};

/// What a step sees.
pub struct Step<'a> {
    pub set: &'a Arc<StatefulSet>,
    /// The set with the new template.
    pub updated: Arc<StatefulSet>,
    pub revisions: Revisions,
    pub ordered: bool,
    pub now: Timestamp,
    /// The pods that the set wants, by number; some only planned.
    pub replicas: Vec<Arc<Pod>>,
    /// The pods that are too many, the highest number first.
    pub condemned: Vec<Arc<Pod>>,
}

/// What the step came to: everything that could be done now is done, or it went through to the end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Through,
    Waits,
}

/// Brings the set a step nearer and reports it.
pub fn update(ctx: &mut Sync<'_>, set: &Arc<StatefulSet>, selector: &LabelSelector, pods: &[Arc<Pod>]) -> Result<StatefulSetStatus, Stop> {
    let mut known = history::list(ctx, &**set, selector);
    history::sort(&mut known);
    let revisions = match revisions::current_and_update(ctx, set, &known) {
        Err(Stop::Pending) => return Err(Stop::Pending),
        Err(failed) => {
            revisions::truncate(ctx, set, pods, &known, None)?;
            return Err(failed);
        }
        Ok(revisions) => revisions,
    };
    let step = Step::new(set, revisions, pods, ctx.epoch().timestamp(ctx.now()));
    let (status, failure) = step.take(ctx, pods)?;
    let written = status::write(ctx, set, status)?;
    revisions::truncate(ctx, set, pods, &known, Some(&step.revisions))?;
    match (failure, written) {
        (Some(failure), _) => Err(Stop::Failed(failure)),
        (None, written) => Ok(written?),
    }
}

impl<'a> Step<'a> {
    fn new(set: &'a Arc<StatefulSet>, revisions: Revisions, pods: &[Arc<Pod>], now: Timestamp) -> Self {
        let current = revisions::template(set, &revisions.current);
        let update = revisions::template(set, &revisions.update);
        let (replicas, condemned) = sort_out(set, &revisions, (&current, &update), pods);
        let mut updated = (**set).clone();
        Arc::make_mut(&mut updated.spec).template = update;
        let ordered = set.spec.pod_management_policy.as_deref() != Some("Parallel");
        Step { set, updated: Arc::new(updated), revisions, ordered, now, replicas, condemned }
    }

    pub fn is_available(&self, pod: &Pod) -> bool {
        pod_is_available(pod, self.set.spec.min_ready_seconds.unwrap_or(0), self.now)
    }

    pub fn is_unavailable(&self, pod: &Pod) -> bool {
        !self.is_available(pod) || is_terminating(&pod.metadata)
    }

    fn status(&self) -> StatefulSetStatus {
        status::calculate(self.set, &self.revisions, self.replicas.iter().chain(&self.condemned), self.now)
    }

    /// Does what can be done now. Gives the status and what went wrong.
    fn take(&self, ctx: &mut Sync<'_>, pods: &[Arc<Pod>]) -> Result<(StatefulSetStatus, Option<String>), Stop> {
        if is_terminating(&self.set.metadata) {
            return Ok((status::calculate(self.set, &self.revisions, pods, self.now), None));
        }
        for part in [Self::make_replicas, Self::release_claims, Self::remove_condemned] {
            match part(self, ctx)? {
                Ok(Progress::Through) => {}
                Ok(Progress::Waits) => return Ok((self.status(), None)),
                Err(failure) => return Ok((self.status(), Some(failure))),
            }
        }
        let mut status = self.status();
        let failure = rolling::replace_old(ctx, self, &mut status)?;
        Ok((status, failure))
    }

    /// The replicas, one after the other, or in batches of 1, 2, 4, …
    fn make_replicas(&self, ctx: &mut Sync<'_>) -> Result<Result<Progress, String>, Stop> {
        if self.ordered {
            for pod in &self.replicas {
                match self.process_replica(ctx, pod)? {
                    Ok(Progress::Through) => {}
                    waits_or_fails => return Ok(waits_or_fails),
                }
            }
            return Ok(Ok(Progress::Through));
        }
        let mut rest = self.replicas.as_slice();
        for size in super::super::replicaset::batches(rest.len()) {
            let (batch, others) = rest.split_at(size);
            rest = others;
            let failures = self.process_batch(ctx, batch)?;
            if !failures.is_empty() {
                return Ok(Err(aggregate(failures)));
            }
        }
        Ok(Ok(Progress::Through))
    }

    fn process_batch(&self, ctx: &mut Sync<'_>, batch: &[Arc<Pod>]) -> Result<Vec<String>, Stop> {
        let (planned, present): (Vec<Arc<Pod>>, Vec<Arc<Pod>>) = batch.iter().cloned().partition(|pod| !is_created(pod));
        let planned: Vec<Arc<Pod>> = planned.into_iter().filter(|pod| !claims::is_blocked(ctx, self.set, pod)).collect();
        let mut failures = pods::create(ctx, self.set, &planned)?;
        for pod in present {
            failures.extend(self.process_replica(ctx, &pod)?.err());
        }
        Ok(failures)
    }

    fn process_replica(&self, ctx: &mut Sync<'_>, pod: &Arc<Pod>) -> Result<Result<Progress, String>, Stop> {
        if is_pod_terminal(pod) {
            // It is made anew when it is gone.
            let deleted = if is_terminating(&pod.metadata) { Ok(()) } else { pods::delete(ctx, self.set, pod)? };
            return Ok(deleted.map(|()| Progress::Waits));
        }
        if !is_created(pod) {
            if claims::is_blocked(ctx, self.set, pod) {
                return Ok(Ok(Progress::Waits));
            }
            let failures = pods::create(ctx, self.set, std::slice::from_ref(pod))?;
            return Ok(if failures.is_empty() { Ok(Progress::Waits) } else { Err(aggregate(failures)) });
        }
        if phase(pod) == "Pending"
            && let Err(failure) = pods::create_missing_claims(ctx, self.set, pod)?
        {
            return Ok(Err(failure));
        }
        if self.ordered && (is_terminating(&pod.metadata) || !is_running_and_ready(pod) || !self.is_available(pod)) {
            return Ok(Ok(Progress::Waits));
        }
        let in_order = identity::identity_matches(self.set, pod)
            && identity::storage_matches(self.set, pod)
            && claims::match_retention(ctx, &self.updated, pod);
        if in_order {
            return Ok(Ok(Progress::Through));
        }
        Ok(pods::update(ctx, &self.updated, pod)?.map(|()| Progress::Through))
    }

    /// The claims of pods that are too many may go with them.
    fn release_claims(&self, ctx: &mut Sync<'_>) -> Result<Result<Progress, String>, Stop> {
        for pod in &self.condemned {
            if !claims::match_retention(ctx, &self.updated, pod)
                && let Err(failure) = claims::apply_retention(ctx, &self.updated, pod)?
            {
                return Ok(Err(failure));
            }
        }
        Ok(Ok(Progress::Through))
    }

    /// The pods that are too many go, the highest number first, in order each after the one above it is gone.
    fn remove_condemned(&self, ctx: &mut Sync<'_>) -> Result<Result<Progress, String>, Stop> {
        let unavailable = |pod: &&Arc<Pod>| self.is_unavailable(pod);
        let first_unavailable = self.replicas.iter().find(unavailable).or_else(|| self.condemned.iter().rfind(unavailable));
        let mut failures = Vec::new();
        for pod in &self.condemned {
            if is_terminating(&pod.metadata) {
                if self.ordered {
                    return Ok(Ok(Progress::Waits));
                }
                continue;
            }
            let healthy = is_running_and_ready(pod) && self.is_available(pod);
            if self.ordered && !healthy && !first_unavailable.is_some_and(|first| Arc::ptr_eq(first, pod)) {
                return Ok(Ok(Progress::Waits));
            }
            match pods::delete(ctx, self.set, pod)? {
                Ok(()) if self.ordered => return Ok(Ok(Progress::Waits)),
                Ok(()) => {}
                Err(failure) => failures.push(failure),
            }
        }
        Ok(if failures.is_empty() { Ok(Progress::Through) } else { Err(aggregate(failures)) })
    }
}

/// The pods by number with the missing ones planned, and those beyond the range, the highest first.
fn sort_out(
    set: &StatefulSet,
    revisions: &Revisions,
    templates: (&PodTemplateSpec, &PodTemplateSpec),
    pods: &[Arc<Pod>],
) -> (Vec<Arc<Pod>>, Vec<Arc<Pod>>) {
    let count = identity::replicas(set);
    let mut replicas: Vec<Option<Arc<Pod>>> = vec![None; usize::try_from(count).unwrap_or(0)];
    let mut condemned = Vec::new();
    for pod in pods {
        let Some(ordinal) = ordinal(pod) else { continue };
        if !in_range(set, ordinal) {
            condemned.push(pod.clone());
        } else if let Ok(place) = usize::try_from(ordinal - start(set)) {
            replicas[place] = Some(pod.clone());
        }
    }
    condemned.sort_by_key(|pod| Reverse(ordinal(pod)));
    let current = Version { template: templates.0, revision: revisions.current.name() };
    let update = Version { template: templates.1, revision: revisions.update.name() };
    let plan = |place: i32| Arc::new(new_versioned_pod(set, &current, &update, start(set) + place));
    let replicas = (0..).zip(replicas).map(|(place, pod)| pod.unwrap_or_else(|| plan(place))).collect();
    (replicas, condemned)
}
