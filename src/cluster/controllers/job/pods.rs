//! Which pods are the Job's, and what each of them counts as.
//!
//! Models: pkg/controller/job/job_controller.go (getPodsForJob, isPodFailed), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::owner::{is_controlled_by, is_terminating};
use podarium_api::pod_state::{is_pod_terminal, phase};
use podarium_api::selector::LabelSelector;
use podarium_api::{Job, Pod, Resource as _};

use super::super::claim::claim_holding;
use super::super::{Stop, Sync};
use super::TRACKING;

/// The pods that belong to the Job from now on; orphans with its labels are adopted and held.
pub(super) fn claimed(ctx: &mut Sync<'_>, job: &Arc<Job>) -> Result<Vec<Arc<Pod>>, Stop> {
    let selector = LabelSelector::from_raw(job.spec.selector.as_ref()).map_err(|error| Stop::Failed(format!("couldn't convert Job selector: {}", error.0)))?;
    let caches = ctx.caches();
    let mut candidates: Vec<Arc<Pod>> = caches.owned_by::<Pod>(job.uid()).chain(caches.orphans_in::<Pod>(job.namespace())).cloned().collect();
    candidates.sort_by(|a, b| a.name().cmp(b.name()));
    let mut pods = claim_holding(ctx, job, |pod: &Pod| selector.matches(pod.metadata.labels.as_ref()), candidates, Some(TRACKING))?;
    for pod in pods.iter_mut().filter(|pod| !is_controlled_by(&pod.metadata, job.uid())) {
        if !is_tracked(pod) {
            Arc::make_mut(pod).metadata.finalizers.get_or_insert_default().push(TRACKING.to_owned());
        }
    }
    Ok(pods)
}

pub(super) fn is_tracked(pod: &Pod) -> bool {
    pod.metadata.finalizers.iter().flatten().any(|finalizer| finalizer == TRACKING)
}

/// Whether a pod is replaced only once it has ended, and not as soon as it is told to go.
pub(super) fn replaces_only_ended(job: &Job) -> bool {
    job.spec.pod_replacement_policy.as_deref() == Some("Failed") || job.spec.pod_failure_policy.is_some()
}

pub(super) fn is_failed(pod: &Pod, job: &Job) -> bool {
    phase(pod) == "Failed" || !replaces_only_ended(job) && is_terminating(&pod.metadata) && phase(pod) != "Succeeded"
}

/// On its way out, but not ended yet.
pub(super) fn is_going(pod: &Pod) -> bool {
    is_terminating(&pod.metadata) && !is_pod_terminal(pod)
}
