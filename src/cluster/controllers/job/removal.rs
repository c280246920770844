//! Taking pods away: those of a Job that is over, and those that are too many.
//!
//! Models: pkg/controller/job/job_controller.go (deleteActivePods, deleteJobPods, activePodsForRemoval), v1.36.
//! Simplified: nothing.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;
use podarium_api::pod_state::{max_restarts, node_name, phase, pod_condition, pod_is_ready};
use podarium_api::{Job, Kind, Pod, Resource as _, Status};

use super::super::{Stop, Sync};
use super::JobController;
use super::indexes::{completion_index, is_indexed};
use super::pods::is_tracked;
use super::run::count;
use super::tracking::untrack;
use crate::apiserver::{Reply, Request};
use crate::client::EventType;
use crate::store::Key;

#[derive(Default)]
pub(super) struct Removed {
    pub all: i32,
    pub ready: i32,
    pub failure: Option<String>,
}

impl Removed {
    /// Tells of a deletion; whether it is sure that the pod goes.
    fn note(&mut self, ctx: &mut Sync<'_>, job: &Job, pod: &Pod, answer: Result<Reply, Status>) -> bool {
        let about = Arc::new(job.clone()).into_object();
        let mut asked = true;
        match answer {
            Ok(_) => ctx.event(&about, EventType::Normal, "SuccessfulDelete", format!("Deleted pod: {}", pod.name())),
            Err(status) if status.is_not_found() => asked = false,
            Err(status) => {
                ctx.event(&about, EventType::Warning, "FailedDelete", format!("Error deleting: {status}"));
                self.all -= 1;
                self.failure.get_or_insert(format!("unable to delete pods: {status}"));
                asked = false;
            }
        }
        self.ready += i32::from(pod_is_ready(pod));
        asked
    }
}

/// Deletes the pods of a Job that is over. They stay held until they are counted.
pub(super) fn all(ctx: &mut Sync<'_>, job: &Job, pods: &[Arc<Pod>]) -> Result<Removed, Stop> {
    let requests = pods.iter().map(|pod| Request::delete(Kind::Pod, &Key::of_meta(&pod.metadata))).collect();
    let mut removed = Removed { all: count(pods.len()), ..Removed::default() };
    for (pod, answer) in pods.iter().zip(ctx.all(requests)?) {
        removed.note(ctx, job, pod, answer);
    }
    Ok(removed)
}

/// Deletes pods that are too many. They are let go first: they count neither as succeeded nor as failed.
pub(super) fn surplus(ctx: &mut Sync<'_>, key: &Key, job: &Job, pods: &[Arc<Pod>]) -> Result<Removed, Stop> {
    let mut removed = Removed { all: count(pods.len()), ..Removed::default() };
    let observed = |ctx: &mut Sync<'_>, pod: &Pod| {
        let (job, pod) = (key.clone(), Key::of_meta(&pod.metadata));
        ctx.remember(move |controller: &mut JobController| controller.expectations.deletion_observed(&job, &pod));
    };
    let held: Vec<&Arc<Pod>> = pods.iter().filter(|pod| is_tracked(pod)).collect();
    let mut stuck: Vec<&str> = Vec::new();
    let answers = ctx.all(held.iter().map(|pod| untrack(pod)).collect())?;
    for (pod, answer) in held.iter().zip(answers) {
        let Err(status) = answer else { continue };
        stuck.push(pod.uid());
        observed(ctx, pod);
        if !status.is_not_found() {
            removed.all -= 1;
            removed.failure.get_or_insert(format!("removing completion finalizer: {status}"));
        }
    }
    let free: Vec<&Arc<Pod>> = pods.iter().filter(|pod| !stuck.contains(&pod.uid())).collect();
    let answers = ctx.all(free.iter().map(|pod| Request::delete(Kind::Pod, &Key::of_meta(&pod.metadata))).collect())?;
    for (pod, answer) in free.into_iter().zip(answers) {
        if !removed.note(ctx, job, pod, answer) {
            observed(ctx, pod);
        }
    }
    Ok(removed)
}

/// The pods to remove, at least so many: those of indexes that are there twice or not at all, then the least useful.
pub(super) fn candidates(job: &Job, active: &[Arc<Pod>], at_least: usize) -> Vec<Arc<Pod>> {
    let (mut surplus, left) = if is_indexed(job) { duplicates(job, active) } else { (Vec::new(), active.to_vec()) };
    if surplus.len() < at_least {
        surplus.extend(least_useful(left).into_iter().take(at_least - surplus.len()));
    }
    surplus
}

fn duplicates(job: &Job, active: &[Arc<Pod>]) -> (Vec<Arc<Pod>>, Vec<Arc<Pod>>) {
    let completions = job.spec.completions.unwrap_or(0);
    let mut sorted = active.to_vec();
    sorted.sort_by_key(|pod| completion_index(pod).unwrap_or(-1));
    let (mut surplus, mut left) = (Vec::new(), Vec::new());
    for group in sorted.chunk_by(|a, b| completion_index(a) == completion_index(b)) {
        match completion_index(&group[0]) {
            Some(index) if index < completions => {
                let mut ranked = least_useful(group.to_vec());
                left.extend(ranked.pop());
                surplus.extend(ranked);
            }
            _ => surplus.extend(group.iter().cloned()),
        }
    }
    (surplus, left)
}

/// The pods in the order in which they should go: those on no node first, then pending, unready, ready for a shorter
/// time, restarted more often, younger.
fn least_useful(mut pods: Vec<Arc<Pod>>) -> Vec<Arc<Pod>> {
    let phase_order = |pod: &Pod| match phase(pod) {
        "Unknown" => 1,
        "Running" => 2,
        _ => 0,
    };
    let ready_since = |pod: &Pod| pod_condition(pod, "Ready").and_then(|condition| condition.last_transition_time.as_ref()).map(|time| time.0);
    let created = |pod: &Pod| pod.metadata.creation_timestamp.as_ref().map(|time| time.0);
    pods.sort_by(|a, b| {
        let both_ready = pod_is_ready(a) && pod_is_ready(b);
        let by_ready_time = if both_ready { younger_first(ready_since(a), ready_since(b)) } else { Ordering::Equal };
        (node_name(a).is_some().cmp(&node_name(b).is_some()))
            .then_with(|| phase_order(a).cmp(&phase_order(b)))
            .then_with(|| pod_is_ready(a).cmp(&pod_is_ready(b)))
            .then(by_ready_time)
            .then_with(|| max_restarts(b).cmp(&max_restarts(a)))
            .then_with(|| younger_first(created(a), created(b)))
    });
    pods
}

/// A missing time counts as the youngest.
fn younger_first(a: Option<Timestamp>, b: Option<Timestamp>) -> Ordering {
    a.is_some().cmp(&b.is_some()).then_with(|| b.cmp(&a))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(name: &str, index: Option<i32>, phase: &str) -> Arc<Pod> {
        let annotations = index.map(|index| json!({"batch.kubernetes.io/job-completion-index": index.to_string()}));
        Arc::new(serde_json::from_value(json!({"metadata": {"name": name, "uid": name, "annotations": annotations}, "spec": {"containers": [], "nodeName": "n"}, "status": {"phase": phase}})).unwrap())
    }

    #[test]
    fn surplus_indexes_go_first_then_the_least_useful_pods() {
        let indexed: Job = serde_json::from_value(json!({"spec": {"completionMode": "Indexed", "completions": 3}})).unwrap();
        let plain = Job::default();
        let pods = [pod("a", Some(0), "Running"), pod("b", Some(0), "Pending"), pod("c", None, "Running"), pod("d", Some(7), "Running"), pod("e", Some(1), "Pending")];
        let names = |job: &Job, at_least: usize| {
            let mut names: Vec<String> = candidates(job, &pods, at_least).iter().map(|pod| pod.name().to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&indexed, 0), ["b", "c", "d"]);
        assert_eq!(names(&indexed, 4), ["b", "c", "d", "e"]);
        assert_eq!(names(&plain, 0), Vec::<String>::new());
        assert_eq!(names(&plain, 2), ["b", "e"]);
    }
}
