//! StorageClass, VolumeAttributesClass and CSINode.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeStorageClass, describeVolumeAttributesClass,
//! describeCSINode), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use podarium_api::selector::format_labels;
use podarium_api::{CSINode, StorageClass, VolumeAttributesClass};

use super::events::events;
use super::metadata;
use super::page::{Page, date, text};
use super::related::Related;

const DEFAULT: [&str; 2] = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

pub fn describe(page: &mut Page, class: &StorageClass, related: &Related) {
    let marked = |name: &str| class.metadata.annotations.as_ref().and_then(|all| all.get(name)).is_some_and(|value| value == "true");
    page.field(0, "Name", text(&class.metadata.name));
    page.field(0, "IsDefaultClass", if DEFAULT.into_iter().any(marked) { "Yes" } else { "No" });
    page.field(0, "Annotations", pairs(class.metadata.annotations.as_ref()));
    page.field(0, "Provisioner", &class.provisioner);
    page.field(0, "Parameters", pairs(class.parameters.as_ref()));
    let expands = class.allow_volume_expansion.map(|expands| if expands { "True" } else { "False" });
    page.field(0, "AllowVolumeExpansion", expands.unwrap_or("<unset>"));
    let options = class.mount_options.as_deref().unwrap_or_default();
    if options.is_empty() {
        page.field(0, "MountOptions", "<none>");
    } else {
        page.line(0, "MountOptions:");
        options.iter().for_each(|option| page.line(1, option));
    }
    if let Some(policy) = &class.reclaim_policy {
        page.field(0, "ReclaimPolicy", policy);
    }
    if let Some(mode) = &class.volume_binding_mode {
        page.field(0, "VolumeBindingMode", mode);
    }
    if let Some(topologies) = &class.allowed_topologies {
        page.field(0, "AllowedTopologies", if topologies.is_empty() { "<none>" } else { "" });
        for (index, term) in topologies.iter().enumerate() {
            let mut lines = term.match_label_expressions.iter().flatten().map(|expression| match expression.values.as_slice() {
                [] => format!("{} in", expression.key),
                values => format!("{} in [{}]", expression.key, values.join(", ")),
            });
            page.field(1, &format!("Term {index}"), lines.next().unwrap_or_else(|| "<none>".to_owned()));
            lines.for_each(|line| page.write(1, format_args!("\t{line}\n")));
        }
    }
    events(page, related);
}

fn pairs(map: Option<&BTreeMap<String, String>>) -> String {
    format_labels(map)
}

pub fn describe_attributes(page: &mut Page, class: &VolumeAttributesClass, related: &Related) {
    page.field(0, "Name", text(&class.metadata.name));
    page.field(0, "Annotations", pairs(class.metadata.annotations.as_ref()));
    page.field(0, "DriverName", &class.driver_name);
    page.field(0, "Parameters", pairs(class.parameters.as_ref()));
    events(page, related);
}

pub fn describe_node(page: &mut Page, node: &CSINode, related: &Related) {
    page.field(0, "Name", text(&node.metadata.name));
    metadata::labels_and_annotations(page, &node.metadata);
    page.field(0, "CreationTimestamp", date(node.metadata.creation_timestamp.as_ref()));
    page.line(0, "Spec:");
    if !node.spec.drivers.is_empty() {
        page.line(1, "Drivers:");
    }
    for driver in &node.spec.drivers {
        page.line(2, format_args!("{}:", driver.name));
        page.field(3, "Node ID", &driver.node_id);
        if let Some(count) = driver.allocatable.as_ref().and_then(|allocatable| allocatable.count) {
            page.line(3, "Allocatables:");
            page.field(4, "Count", count);
        }
        if driver.topology_keys.is_some() {
            page.field(3, "Topology Keys", metadata::go_list(driver.topology_keys.as_deref()));
        }
    }
    events(page, related);
}
