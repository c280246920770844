//! DaemonSet.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeDaemonSet), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::apps::v1::DaemonSet;
use podarium_api::selector::LabelSelector;
use podarium_api::selector::format_labels;

use super::events::events;
use super::metadata;
use super::page::Page;
use super::pod_template::pod_template;
use super::related::Related;
use super::workload::pods_status;

pub fn describe(page: &mut Page, set: &DaemonSet, related: &Related) {
    let (spec, status) = (set.spec.clone().unwrap_or_default(), set.status.clone().unwrap_or_default());
    metadata::name(page, &set.metadata);
    page.field(0, "Selector", LabelSelector::of(&spec.selector));
    let node_selector = spec.template.spec.as_ref().and_then(|spec| spec.node_selector.as_ref());
    page.field(0, "Node-Selector", format_labels(node_selector));
    metadata::labels_and_annotations(page, &set.metadata);
    let counts = [
        ("Desired Number of Nodes Scheduled", status.desired_number_scheduled),
        ("Current Number of Nodes Scheduled", status.current_number_scheduled),
        ("Number of Nodes Scheduled with Up-to-date Pods", status.updated_number_scheduled.unwrap_or_default()),
        ("Number of Nodes Scheduled with Available Pods", status.number_available.unwrap_or_default()),
        ("Number of Nodes Misscheduled", status.number_misscheduled),
    ];
    // These are no cells: their names would push all values far to the right.
    for (name, count) in counts {
        page.line(0, format_args!("{name}: {count}"));
    }
    pods_status(page, &set.metadata, related);
    pod_template(page, &spec.template);
    events(page, related);
}
