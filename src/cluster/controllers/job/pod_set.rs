//! Bringing the number of running pods to what the Job wants now.
//!
//! Models: pkg/controller/job/job_controller.go (manageJob), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{EnvVar, EnvVarSource, ObjectFieldSelector, PodTemplateSpec};
use podarium_api::owner::controller_reference;
use podarium_api::{Job, ObjectMeta, Pod, Resource as _};

use super::super::replicaset::batches;
use super::super::{Stop, Sync};
use super::backoff::remaining_of_index;
use super::failure_policy::{Verdict, judge};
use super::indexes::{COMPLETION_INDEX, FAILURE_COUNT, IGNORED_FAILURE_COUNT, Indexes, completion_index, failures, ignored_failures, is_indexed};
use super::pods::{is_going, replaces_only_ended};
use super::run::{Run, count};
use super::{BATCH, JobController, TRACKING, removal, status};
use crate::apiserver::Request;
use crate::client::EventType;
use crate::store::Key;

/// At most so many pods are made or removed at a time.
const MOST_AT_ONCE: usize = 500;
/// The longest prefix of a pod's name.
const MAX_PREFIX: usize = 58;

/// The number of active pods afterwards, and why something failed.
type Outcome = (i32, Option<String>);

pub(super) fn manage(ctx: &mut Sync<'_>, run: &mut Run) -> Result<Outcome, Stop> {
    let active = count(run.active.len());
    if status::is_suspended(&run.job) {
        let doomed = removal::candidates(&run.job, &run.active, run.active.len());
        return remove(ctx, run, &doomed);
    }
    let parallelism = run.job.spec.parallelism.unwrap_or(1);
    let wanted = match run.job.spec.completions {
        // The first success of a work queue ends it: what runs may finish, nothing new begins.
        None if run.succeeded > 0 => active,
        None => parallelism,
        Some(completions) => (completions - run.succeeded).min(parallelism).max(0),
    };
    let at_least = usize::try_from(active - wanted).unwrap_or(0);
    let mut doomed = removal::candidates(&run.job, &run.active, at_least);
    doomed.truncate(MOST_AT_ONCE);
    if !doomed.is_empty() {
        return remove(ctx, run, &doomed);
    }
    let terminating = if replaces_only_ended(&run.job) { run.terminating } else { 0 };
    match usize::try_from(wanted - terminating - active) {
        Ok(missing) if missing > 0 => add(ctx, run, missing),
        _ => Ok((active, None)),
    }
}

fn remove(ctx: &mut Sync<'_>, run: &mut Run, doomed: &[Arc<Pod>]) -> Result<Outcome, Stop> {
    let (key, now) = (run.key.clone(), ctx.now());
    let keys: Vec<Key> = doomed.iter().map(|pod| Key::of_meta(&pod.metadata)).collect();
    ctx.remember(move |controller: &mut JobController| controller.expectations.expect_deletions(&key, keys, now));
    let removed = removal::surplus(ctx, &run.key, &run.job, doomed)?;
    run.terminating += removed.all;
    run.ready -= removed.ready;
    Ok((count(run.active.len()) - removed.all, removed.failure))
}

fn add(ctx: &mut Sync<'_>, run: &Run, missing: usize) -> Result<Outcome, Stop> {
    let per_index = run.job.spec.backoff_limit_per_index.is_some();
    let wait = if per_index { Duration::ZERO } else { run.record.remaining(run.now) };
    let missing = missing.min(MOST_AT_ONCE);
    let mut indexes: Vec<Option<i32>> = vec![None; missing];
    let mut wait = wait;
    if wait.is_zero() && is_indexed(&run.job) {
        let pending = pending_indexes(run, missing);
        let waits: Vec<Duration> = pending.iter().map(|index| if per_index { remaining_of_index(run.delayed.get(index), run.now) } else { Duration::ZERO }).collect();
        indexes = pending.iter().zip(&waits).filter(|(_, wait)| wait.is_zero()).map(|(index, _)| Some(*index)).collect();
        if indexes.is_empty() {
            wait = waits.into_iter().min().unwrap_or_default();
        }
    }
    if !wait.is_zero() {
        ctx.requeue_after(&run.key, wait.max(BATCH));
        return Ok((0, None));
    }
    create(ctx, run, &indexes)
}

/// The first indexes that neither run nor are over.
fn pending_indexes(run: &Run, missing: usize) -> Vec<i32> {
    let going = run.pods.iter().filter(|pod| replaces_only_ended(&run.job) && is_going(pod));
    let mut taken: Indexes = run.succeeded_indexes.with(run.active.iter().chain(going).filter_map(|pod| completion_index(pod)));
    if let Some(failed) = &run.failed_indexes {
        taken = taken.merge(failed);
    }
    taken.gaps(missing, run.job.spec.completions.unwrap_or(0))
}

/// Creates pods in batches of 1, 2, 4, …, so that one that may make none sends a single doomed request.
fn create(ctx: &mut Sync<'_>, run: &Run, indexes: &[Option<i32>]) -> Result<Outcome, Stop> {
    let (key, now, all) = (run.key.clone(), ctx.now(), indexes.len());
    ctx.remember(move |controller: &mut JobController| controller.expectations.expect_creations(&key, all, now));
    let about = Arc::new(run.job.clone()).into_object();
    let mut active = count(run.active.len() + all);
    let (mut asked, mut never_coming) = (0, 0);
    let mut failure = None;
    for batch in batches(all) {
        let requests = indexes[asked..asked + batch].iter().map(|index| Request::create(pod(run, *index))).collect();
        asked += batch;
        for answer in ctx.all(requests)? {
            match answer {
                Ok(reply) => {
                    let name = reply.object().and_then(|pod| pod.meta().name.clone()).unwrap_or_default();
                    ctx.event(&about, EventType::Normal, "SuccessfulCreate", format!("Created pod: {name}"));
                }
                // Nothing can be made in a namespace that goes away, and nothing need be said about it.
                Err(status) if status.is_namespace_terminating() => {}
                Err(status) => {
                    ctx.event(&about, EventType::Warning, "FailedCreate", format!("Error creating: {status}"));
                    never_coming += 1;
                    failure.get_or_insert(status.to_string());
                }
            }
        }
        if failure.is_some() {
            break;
        }
    }
    never_coming += all - asked;
    active -= count(never_coming);
    if never_coming > 0 {
        let key = run.key.clone();
        ctx.remember(move |controller: &mut JobController| controller.expectations.creations_observed(&key, never_coming));
    }
    Ok((active, failure))
}

fn pod(run: &Run, index: Option<i32>) -> Pod {
    let job = &run.job;
    let mut template: PodTemplateSpec = job.spec.template.clone();
    let mut meta = template.metadata.take().unwrap_or_default();
    let finalizers = meta.finalizers.get_or_insert_default();
    if !finalizers.iter().any(|finalizer| finalizer == TRACKING) {
        finalizers.push(TRACKING.to_owned());
    }
    let mut spec = template.spec.unwrap_or_default();
    let mut prefix = format!("{}-", job.name());
    if is_indexed(job) {
        for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
            say_index(container.env.get_or_insert_default());
        }
    }
    if let Some(index) = index {
        let annotations = meta.annotations.get_or_insert_default();
        annotations.insert(COMPLETION_INDEX.to_owned(), index.to_string());
        if job.spec.backoff_limit_per_index.is_some() {
            count_failures(annotations, job, run.delayed.get(&index));
        }
        meta.labels.get_or_insert_default().insert(COMPLETION_INDEX.to_owned(), index.to_string());
        spec.hostname = Some(format!("{}-{index}", job.name()));
        prefix = indexed_prefix(job.name(), index);
    }
    Pod {
        metadata: ObjectMeta {
            namespace: job.metadata.namespace.clone(),
            generate_name: Some(prefix),
            labels: meta.labels,
            annotations: meta.annotations,
            finalizers: meta.finalizers,
            owner_references: Some(vec![controller_reference(job)]),
            ..ObjectMeta::default()
        },
        spec: Arc::new(spec.into()),
        ..Pod::default()
    }
}

/// `job-7-`; a long name is cut so that the index stays.
fn indexed_prefix(name: &str, index: i32) -> String {
    let end = format!("-{index}-");
    let room = MAX_PREFIX.saturating_sub(end.len());
    let name = if name.len() > room { &name[..name.floor_char_boundary(room)] } else { name };
    format!("{name}{end}")
}

/// The variable `JOB_COMPLETION_INDEX`, unless the template has one of its own.
fn say_index(env: &mut Vec<EnvVar>) {
    const NAME: &str = "JOB_COMPLETION_INDEX";
    if env.iter().any(|variable| variable.name == NAME) {
        return;
    }
    let field = ObjectFieldSelector { field_path: format!("metadata.labels['{COMPLETION_INDEX}']"), ..ObjectFieldSelector::default() };
    let source = EnvVarSource { field_ref: Some(field), ..EnvVarSource::default() };
    env.push(EnvVar { name: NAME.to_owned(), value_from: Some(source), ..EnvVar::default() });
}

/// A pod takes over the failures of the one that it replaces, with that one's own.
fn count_failures(annotations: &mut std::collections::BTreeMap<String, String>, job: &Job, replaced: Option<&Arc<Pod>>) {
    let (mut counted, mut ignored) = (0, 0);
    if let Some(pod) = replaced {
        (counted, ignored) = (failures(pod), ignored_failures(pod));
        match judge(job.spec.pod_failure_policy.as_ref(), pod) {
            Verdict::Ignore => ignored += 1,
            _ => counted += 1,
        }
    }
    annotations.insert(FAILURE_COUNT.to_owned(), counted.to_string());
    if ignored > 0 {
        annotations.insert(IGNORED_FAILURE_COUNT.to_owned(), ignored.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_survives_a_long_name() {
        assert_eq!(indexed_prefix("pi", 7), "pi-7-");
        let long = indexed_prefix(&"x".repeat(60), 12);
        assert_eq!((long.len(), long.ends_with("x-12-")), (58, true));
    }
}
