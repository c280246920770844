//! Counting what has ended, each pod once: its uid goes into the status, its finalizer comes off, it becomes part of a
//! count. The last write says that the Job is over.
//!
//! Models: pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::batch::v1::{JobStatus, UncountedTerminatedPods};
use podarium_api::pod_state::phase;
use podarium_api::{Job, Kind, Pod, Resource as _};
use serde_json::json;

use super::super::{Stop, Sync};
use super::failure_policy::{Verdict, judge};
use super::indexes::{completion_index, is_indexed, valid_index};
use super::pods::{is_failed, is_tracked};
use super::run::{Run, count};
use super::{JobController, TRACKING, revision, status};
use crate::apiserver::{PatchType, Request};
use crate::client::EventType;
use crate::store::Key;

/// A status names at most so many pods.
const MOST_UNCOUNTED: usize = 500;

/// Lets a pod go.
pub(super) fn untrack(pod: &Pod) -> Request {
    let patch = json!({"metadata": {"$deleteFromPrimitiveList/finalizers": [TRACKING]}});
    Request::patch(Kind::Pod, &Key::of_meta(&pod.metadata), PatchType::Strategic, patch)
}

/// The pods that are to be let go, and what the status says about them.
struct Counting {
    let_go: Vec<Arc<Pod>>,
    new_indexes: Vec<i32>,
    flush: bool,
    /// There were too many for one look.
    more: bool,
}

pub(super) fn track(ctx: &mut Sync<'_>, mut run: Run, flush: bool) -> Result<(), Stop> {
    let mut held: BTreeSet<String> =
        run.pods.iter().filter(|pod| is_tracked(pod) && !run.removing.contains(pod.uid())).map(|pod| pod.uid().to_owned()).collect();
    let cleaned = count_let_go(run.status(), &held);
    let mut counting = count_ended(&mut run);
    counting.flush |= flush || cleaned;
    if is_indexed(&run.job) {
        counting.flush |= report_indexes(&mut run, &counting.new_indexes);
    }
    counting.flush |= announce_end(&mut run);
    if counting.flush {
        write(ctx, &mut run, "adding uncounted pods to status")?;
        let (key, record) = (run.key.clone(), run.record.clone());
        ctx.remember(move |controller: &mut JobController| {
            controller.backoff.insert(key, record);
        });
    }
    let failure = let_go(ctx, &run, &counting.let_go, &mut held)?;
    let mut changed = count_let_go(run.status(), &held);
    if let Some(why) = failure {
        if changed {
            write(ctx, &mut run, "removing uncounted pods from status")?;
        }
        return Err(Stop::Failed(format!("tracking status: {why}")));
    }
    let over = !counting.more && finish(&mut run);
    changed |= over;
    if changed {
        write(ctx, &mut run, "removing uncounted pods from status")?;
    }
    if over {
        tell(ctx, &run);
        let uid = run.job.uid().to_owned();
        ctx.remember(move |controller: &mut JobController| {
            controller.finished.insert(uid);
        });
    }
    Ok(())
}

fn write(ctx: &mut Sync<'_>, run: &mut Run, doing: &str) -> Result<(), Stop> {
    let written = ctx.update_status(run.job.clone())?.map_err(|status| {
        if status.is_namespace_terminating() { status.into() } else { Stop::Failed(format!("tracking status: {doing}: {status}")) }
    })?;
    run.job = (*written).clone();
    let (key, version) = (run.key.clone(), revision(&run.job));
    ctx.remember(move |controller: &mut JobController| {
        controller.written.insert(key, version);
    });
    Ok(())
}

fn uncounted(status: &mut JobStatus) -> &mut UncountedTerminatedPods {
    status.uncounted_terminated_pods.get_or_insert_default()
}

/// Pods that are no longer held become part of the counts.
fn count_let_go(status: &mut JobStatus, held: &BTreeSet<String>) -> bool {
    let keep = |uids: &mut Option<Vec<String>>| {
        let before = uids.as_ref().map_or(0, Vec::len);
        uids.iter_mut().for_each(|uids| uids.retain(|uid| held.contains(uid)));
        *uids = uids.take().filter(|uids| !uids.is_empty());
        count(before - uids.as_ref().map_or(0, Vec::len))
    };
    let pods = uncounted(status);
    let (succeeded, failed) = (keep(&mut pods.succeeded), keep(&mut pods.failed));
    let add = |total: &mut Option<i32>, more: i32| {
        let sum = total.unwrap_or(0) + more;
        *total = (sum != 0).then_some(sum);
    };
    add(&mut status.succeeded, succeeded);
    add(&mut status.failed, failed);
    succeeded > 0 || failed > 0
}

fn may_be_let_go(run: &Run, pod: &Pod, failed: bool) -> bool {
    if run.job.metadata.deletion_timestamp.is_some() || run.end.is_some() || phase(pod) == "Succeeded" {
        return true;
    }
    let waits = completion_index(pod).and_then(|index| run.delayed.get(&index)).is_some_and(|delayed| delayed.uid() == pod.uid());
    failed && !waits
}

/// Notes the pods that have ended since the last look.
fn count_ended(run: &mut Run) -> Counting {
    let indexed = is_indexed(&run.job);
    let mut counting = Counting { let_go: Vec::new(), new_indexes: Vec::new(), flush: false, more: false };
    let mut pods = run.pods.clone();
    if indexed {
        pods.sort_by_key(|pod| completion_index(pod).unwrap_or(-1));
    }
    // A Job that succeeds forgives the pods that it stops; one that fails does not.
    let all_failed = run.end.as_ref().is_some_and(|end| end.type_ != "SuccessCriteriaMet");
    pods.retain(|pod| is_tracked(pod) && !run.removing.contains(pod.uid()));
    for pod in &pods {
        let failed = is_failed(pod, &run.job);
        if !may_be_let_go(run, pod, failed) {
            continue;
        }
        counting.let_go.push(pod.clone());
        let uid = pod.uid().to_owned();
        if phase(pod) == "Succeeded" && !run.uncounted_failed.contains(&uid) {
            if indexed {
                let new = valid_index(pod, &run.job).filter(|index| !run.previous_indexes.has(*index));
                counting.flush |= new.is_some();
                counting.new_indexes.extend(new);
            } else if !run.uncounted_succeeded.contains(&uid) {
                counting.flush = true;
                uncounted(run.status()).succeeded.get_or_insert_default().push(uid);
            }
        } else if failed || all_failed {
            let has_place = !indexed || valid_index(pod, &run.job).is_some();
            let counts = judge(run.job.spec.pod_failure_policy.as_ref(), pod) != Verdict::Ignore;
            if has_place && counts && !run.uncounted_failed.contains(&uid) {
                counting.flush = true;
                uncounted(run.status()).failed.get_or_insert_default().push(uid);
            }
        }
        let named = uncounted(run.status());
        let named = named.succeeded.as_ref().map_or(0, Vec::len) + named.failed.as_ref().map_or(0, Vec::len);
        if counting.new_indexes.len() + named >= MOST_UNCOUNTED {
            counting.more = true;
            break;
        }
    }
    counting
}

fn report_indexes(run: &mut Run, new: &[i32]) -> bool {
    run.succeeded_indexes = run.succeeded_indexes.with(new.iter().copied());
    let text = run.succeeded_indexes.to_string();
    let total = run.succeeded_indexes.total();
    let failed = run.failed_indexes.as_ref().map(ToString::to_string);
    let status = run.status();
    let changed = text != status.completed_indexes.as_deref().unwrap_or_default() || failed != status.failed_indexes;
    status.succeeded = (total != 0).then_some(total);
    status.completed_indexes = (!text.is_empty()).then_some(text);
    status.failed_indexes = failed;
    changed
}

/// The end is announced before pods are let go, and becomes final after that.
fn announce_end(run: &mut Run) -> bool {
    let Some(end) = run.end.clone() else { return false };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (type_, announced) = match end.type_.as_str() {
        "FailureTarget" => ("Failed", false),
        "SuccessCriteriaMet" => ("Complete", status::has(&run.job, "SuccessCriteriaMet")),
        _ => return false,
    };
    run.end = Some(run.condition(type_, &text(&end.reason), &text(&end.message)));
    if !announced {
        run.status().conditions.get_or_insert_default().push(end);
    }
    !announced
}

fn let_go(ctx: &mut Sync<'_>, run: &Run, pods: &[Arc<Pod>], held: &mut BTreeSet<String>) -> Result<Option<String>, Stop> {
    if pods.is_empty() {
        return Ok(None);
    }
    let (key, uids) = (run.key.clone(), pods.iter().map(|pod| pod.uid().to_owned()).collect::<Vec<_>>());
    ctx.remember(move |controller: &mut JobController| controller.removals.entry(key).or_default().extend(uids));
    let mut failure = None;
    for (pod, answer) in pods.iter().zip(ctx.all(pods.iter().map(|pod| untrack(pod)).collect())?) {
        if let Err(status) = answer {
            let (key, uid) = (run.key.clone(), pod.uid().to_owned());
            ctx.remember(move |controller: &mut JobController| {
                controller.removals.entry(key).or_default().remove(&uid);
            });
            if !status.is_not_found() {
                failure.get_or_insert(status.to_string());
                continue;
            }
        }
        held.remove(pod.uid());
    }
    Ok(failure)
}

/// Puts the last condition into the status, once every pod is counted and none is on its way out.
fn finish(run: &mut Run) -> bool {
    let Some(end) = run.end.clone() else { return false };
    let named = uncounted(run.status()).clone();
    if named.succeeded.is_some() || named.failed.is_some() || run.terminating > 0 {
        return false;
    }
    let completed = (end.type_ == "Complete").then(|| end.last_transition_time.clone()).flatten();
    let status = run.status();
    status::ensure(&mut status.conditions, end);
    if completed.is_some() {
        status.completion_time = completed;
    }
    true
}

fn tell(ctx: &mut Sync<'_>, run: &Run) {
    let Some(end) = &run.end else { return };
    let about = Arc::new(Job::clone(&run.job)).into_object();
    if end.type_ == "Complete" {
        if run.job.spec.completions.is_some_and(|completions| run.job.status.succeeded.unwrap_or(0) > completions) {
            let why = "Too many succeeded pods running after completion count reached";
            ctx.event(&about, EventType::Warning, "TooManySucceededPods", why);
        }
        ctx.event(&about, EventType::Normal, "Completed", "Job completed");
    } else {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        ctx.event(&about, EventType::Warning, &text(&end.reason), text(&end.message));
    }
}
