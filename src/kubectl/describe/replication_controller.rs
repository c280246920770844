//! ReplicationController.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeReplicationController), v1.36.
//! Simplified: nothing.

use podarium_api::ReplicationController;
use podarium_api::selector::format_labels;

use super::events::events;
use super::metadata;
use super::page::Page;
use super::pod_template::pod_template;
use super::related::Related;
use super::workload::{conditions, pods_status};

pub fn describe(page: &mut Page, set: &ReplicationController, related: &Related) {
    let (spec, status) = (&set.spec, &set.status);
    metadata::name(page, &set.metadata);
    page.field(0, "Selector", format_labels(spec.selector.as_ref()));
    metadata::labels_and_annotations(page, &set.metadata);
    page.field(0, "Replicas", format_args!("{} current / {} desired", status.replicas, spec.replicas.unwrap_or_default()));
    pods_status(page, &set.metadata, related);
    pod_template(page, &spec.template.clone().unwrap_or_default());
    conditions(page, status.conditions.as_ref());
    events(page, related);
}
