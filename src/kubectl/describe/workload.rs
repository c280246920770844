//! What the descriptions of controllers share: how many pods are in which phase, and their conditions.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (getPodStatusForController), v1.36.
//! Simplified: nothing.

use podarium_api::ObjectMeta;
use podarium_api::condition::Condition;
use podarium_api::owner::is_controlled_by;
use podarium_api::pod_state::phase;

use super::page::{Page, text};
use super::related::Related;

/// `3 Running / 0 Waiting / 0 Succeeded / 0 Failed`: the pods that this controller owns, by phase.
pub fn pods_status(page: &mut Page, meta: &ObjectMeta, related: &Related) {
    let own = || related.pods.iter().filter(|pod| is_controlled_by(&pod.metadata, text(&meta.uid)));
    let count = |wanted: &str| own().filter(|pod| phase(pod) == wanted).count();
    let (running, waiting, succeeded, failed) = (count("Running"), count("Pending"), count("Succeeded"), count("Failed"));
    page.field(0, "Pods Status", format_args!("{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed"));
}

/// Type, status and reason. A blank behind each type keeps the columns three apart, as the reference has them.
pub fn conditions<C: Condition>(page: &mut Page, conditions: Option<&Vec<C>>) {
    let conditions = conditions.map(Vec::as_slice).unwrap_or_default();
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.row(1, &["Type", "Status", "Reason"]);
    page.row(1, &["----", "------", "------"]);
    for condition in conditions {
        page.line(1, format_args!("{} \t{}\t{}", condition.type_(), condition.status(), condition.reason()));
    }
}
