//! Whether the Job is over: what was decided before comes first, then failures, then successes.
//!
//! Models: pkg/controller/job/job_controller.go (syncJob), pkg/controller/job/indexed_job_utils.go, v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::batch::v1::JobCondition;
use podarium_api::pod_state::phase;
use podarium_api::{Job, Pod};

use super::super::Sync;
use super::backoff::finished_at;
use super::failure_policy::{Verdict, judge as judge_pod};
use super::indexes::{Indexes, absolute_failures, completion_index, failures, is_indexed, valid_index};
use super::pods::{is_failed, is_tracked};
use super::run::Run;
use super::{status, success_policy};

pub(super) fn judge(ctx: &mut Sync<'_>, run: &mut Run) {
    run.end = decided_before(run).or_else(|| limits(ctx, run));
    if is_indexed(&run.job) {
        indexes(run);
    }
}

fn decided_before(run: &Run) -> Option<JobCondition> {
    if let Some(met) = status::true_condition(&run.job, "SuccessCriteriaMet") {
        return Some(met.clone());
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    if let Some(target) = status::true_condition(&run.job, "FailureTarget") {
        return Some(run.condition("Failed", &text(&target.reason), &text(&target.message)));
    }
    let policy = run.job.spec.pod_failure_policy.as_ref();
    run.pods.iter().filter(|pod| policy.is_some() && is_failed(pod, &run.job)).find_map(|pod| match judge_pod(policy, pod) {
        Verdict::FailJob(why) => Some(run.condition("FailureTarget", "PodFailurePolicy", &why)),
        _ => None,
    })
}

fn limits(ctx: &mut Sync<'_>, run: &Run) -> Option<JobCondition> {
    let limit = run.job.spec.backoff_limit.unwrap_or(6);
    if run.failed > limit || restarted_too_often(&run.job, &run.pods, limit) {
        return Some(run.condition("FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit"));
    }
    let deadline = run.job.spec.active_deadline_seconds.filter(|_| !status::is_suspended(&run.job))?;
    let start = run.job.status.start_time.as_ref()?;
    let passed = Duration::try_from(run.now.duration_since(start.0)).unwrap_or_default();
    let deadline = Duration::from_secs(u64::try_from(deadline).unwrap_or(0));
    if passed >= deadline {
        return Some(run.condition("FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline"));
    }
    ctx.requeue_after(&run.key, deadline - passed);
    None
}

/// Where containers are restarted in place, restarts are the failures.
fn restarted_too_often(job: &Job, pods: &[Arc<Pod>], limit: i32) -> bool {
    if job.spec.template.spec.as_ref().and_then(|spec| spec.restart_policy.as_deref()) != Some("OnFailure") {
        return false;
    }
    let alive = pods.iter().filter(|pod| matches!(phase(pod), "Running" | "Pending"));
    let statuses = alive.flat_map(|pod| pod.status.init_container_statuses.iter().chain(&pod.status.container_statuses).flatten());
    let restarts: i32 = statuses.map(|status| status.restart_count).sum();
    if limit == 0 { restarts > 0 } else { restarts >= limit }
}

fn indexes(run: &mut Run) {
    let completions = run.job.spec.completions.unwrap_or(0);
    run.previous_indexes = Indexes::parse(run.job.status.completed_indexes.as_deref().unwrap_or_default(), completions);
    let succeeded = run.pods.iter().filter(|pod| phase(pod) == "Succeeded" && is_tracked(pod));
    run.succeeded_indexes = run.previous_indexes.with(succeeded.filter_map(|pod| valid_index(pod, &run.job)));
    run.succeeded = run.succeeded_indexes.total();
    if let Some(limit) = run.job.spec.backoff_limit_per_index {
        let failed = failed_indexes(run, u32::try_from(limit).unwrap_or(0));
        if run.end.is_none() {
            run.end = too_many_failed(run, &failed);
        }
        run.failed_indexes = Some(failed);
        run.delayed = delayed(run);
    }
    if run.end.is_none()
        && let Some(why) = success_policy::met(run.job.spec.success_policy.as_ref(), completions, &run.succeeded_indexes)
    {
        run.end = Some(run.condition("SuccessCriteriaMet", "SuccessPolicy", &why));
    }
}

fn too_many_failed(run: &Run, failed: &Indexes) -> Option<JobCondition> {
    if run.job.spec.max_failed_indexes.is_some_and(|most| failed.total() > most) {
        let why = "Job has exceeded the specified maximal number of failed indexes";
        return Some(run.condition("FailureTarget", "MaxFailedIndexesExceeded", why));
    }
    let none_left = failed.total() + run.succeeded_indexes.total() >= run.job.spec.completions.unwrap_or(0);
    (failed.total() > 0 && none_left).then(|| run.condition("FailureTarget", "FailedIndexes", "Job has failed indexes"))
}

fn failed_indexes(run: &Run, limit: u32) -> Indexes {
    let job = &run.job;
    let before = Indexes::parse(job.status.failed_indexes.as_deref().unwrap_or_default(), job.spec.completions.unwrap_or(0));
    let over = |pod: &Pod| {
        is_failed(pod, job)
            && match judge_pod(job.spec.pod_failure_policy.as_ref(), pod) {
                Verdict::FailIndex => true,
                Verdict::Ignore => false,
                Verdict::Count | Verdict::FailJob(_) => failures(pod) >= limit,
            }
    };
    before.with(run.pods.iter().filter(|pod| is_tracked(pod) && over(pod)).filter_map(|pod| valid_index(pod, job)))
}

fn delayed(run: &Run) -> BTreeMap<i32, Arc<Pod>> {
    let running: BTreeSet<i32> = run.active.iter().filter_map(|pod| completion_index(pod)).collect();
    let mut delayed: BTreeMap<i32, Arc<Pod>> = BTreeMap::new();
    for pod in run.not_yet_counted(&BTreeSet::new(), |pod| is_failed(pod, &run.job)) {
        let Some(index) = valid_index(&pod, &run.job) else { continue };
        let is_over = run.succeeded_indexes.has(index) || run.failed_indexes.as_ref().is_some_and(|failed| failed.has(index));
        if is_over || running.contains(&index) {
            continue;
        }
        let later = |other: &Arc<Pod>| absolute_failures(other) <= absolute_failures(&pod) && finished_at(&pod) >= finished_at(other);
        if delayed.get(&index).is_none_or(later) {
            delayed.insert(index, pod);
        }
    }
    delayed
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn restarts_count_as_failures_where_containers_are_restarted() {
        let job = |policy: &str| -> Job { serde_json::from_value(json!({"spec": {"template": {"spec": {"restartPolicy": policy, "containers": []}}}})).unwrap() };
        let pod = |phase: &str, restarts: i32| -> Arc<Pod> {
            let status = json!({"name": "c", "image": "", "imageID": "", "ready": false, "restartCount": restarts});
            Arc::new(serde_json::from_value(json!({"status": {"phase": phase, "containerStatuses": [status]}})).unwrap())
        };
        let cases = [("OnFailure", "Running", 2, 2, true), ("OnFailure", "Running", 1, 2, false), ("OnFailure", "Failed", 9, 2, false), ("OnFailure", "Pending", 1, 0, true), ("OnFailure", "Running", 0, 0, false), ("Never", "Running", 9, 2, false)];
        for (policy, phase, restarts, limit, over) in cases {
            assert_eq!(restarted_too_often(&job(policy), &[pod(phase, restarts)], limit), over, "{policy}, {phase}, {restarts} of {limit}");
        }
    }
}
