//! ReplicaSet.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeReplicaSet), v1.36.
//! Simplified: nothing.

use podarium_api::ReplicaSet;
use podarium_api::selector::LabelSelector;

use super::events::events;
use super::metadata;
use super::page::Page;
use super::pod_template::pod_template;
use super::related::Related;
use super::workload::{conditions, pods_status};

pub fn describe(page: &mut Page, rs: &ReplicaSet, related: &Related) {
    metadata::name(page, &rs.metadata);
    page.field(0, "Selector", LabelSelector::of(&rs.spec.selector).shown());
    metadata::labels_and_annotations(page, &rs.metadata);
    metadata::controlled_by(page, &rs.metadata);
    page.field(0, "Replicas", format_args!("{} current / {} desired", rs.status.replicas, rs.spec.replicas.unwrap_or_default()));
    match related.failure("pods", "") {
        Some(why) => page.field(0, "Pods Status", format_args!("error in fetching pods: {why}")),
        None => pods_status(page, &rs.metadata, related),
    }
    pod_template(page, &rs.spec.template.clone().unwrap_or_default());
    conditions(page, rs.status.conditions.as_ref());
    events(page, related);
}
