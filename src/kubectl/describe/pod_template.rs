//! The pod template of a controller.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (DescribePodTemplate), v1.36.
//! Simplified: nothing.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{PodSchedulingGroup, PodTemplateSpec, TopologySpreadConstraint};
use podarium_api::selector::LabelSelector;
use serde_json::Value;

use super::containers::{Setting, containers};
use super::page::{Page, text};
use super::{metadata, tolerations, volumes};

/// The template of a revision as `kubectl rollout` shows it, which is not in columns.
pub fn template_text(template: &Value) -> String {
    let mut page = Page::new(Timestamp::UNIX_EPOCH);
    pod_template(&mut page, &serde_json::from_value(template.clone()).unwrap_or_default());
    page.raw()
}

pub fn pod_template(page: &mut Page, template: &PodTemplateSpec) {
    let meta = template.metadata.clone().unwrap_or_default();
    let spec = template.spec.clone().unwrap_or_default();
    page.line(0, "Pod Template:");
    metadata::labels(page, "  Labels", meta.labels.as_ref());
    if let Some(annotations) = meta.annotations.as_ref().filter(|annotations| !annotations.is_empty()) {
        metadata::annotations(page, "  Annotations", Some(annotations));
    }
    page.field_unless_empty(1, "Service Account", spec.service_account_name.as_deref());
    if let Some(init) = spec.init_containers.as_ref().filter(|init| !init.is_empty()) {
        containers(page, "Init Containers", init, None, Setting::Template);
    }
    containers(page, "Containers", &spec.containers, None, Setting::Template);
    volumes::volumes(page, spec.volumes.as_ref(), Setting::Template);
    spread_constraints(page, spec.topology_spread_constraints.as_ref(), Setting::Template);
    page.field_unless_empty(1, "Priority Class Name", spec.priority_class_name.as_deref());
    metadata::labels(page, "  Node-Selectors", spec.node_selector.as_ref());
    tolerations::tolerations(page, "  Tolerations", spec.tolerations.as_ref());
    scheduling_group(page, spec.scheduling_group.as_ref(), Setting::Template);
}

/// How evenly the pods must lie over zones or nodes, by the key of those.
pub fn spread_constraints(page: &mut Page, constraints: Option<&Vec<TopologySpreadConstraint>>, setting: Setting) {
    let mut constraints: Vec<_> = constraints.into_iter().flatten().collect();
    constraints.sort_by_key(|constraint| &constraint.topology_key);
    let indent = setting.title_indent();
    for (index, constraint) in constraints.into_iter().enumerate() {
        let start = if index == 0 { "Topology Spread Constraints:" } else { "" };
        let selector = constraint.label_selector.as_ref().map(|raw| format!(" for selector {}", LabelSelector::of(raw).shown()));
        page.line(0, format_args!(
            "{indent}{start}\t{}:{} when max skew {} is exceeded{}",
            constraint.topology_key, constraint.when_unsatisfiable, constraint.max_skew, selector.unwrap_or_default()
        ));
    }
}

pub fn scheduling_group(page: &mut Page, group: Option<&PodSchedulingGroup>, setting: Setting) {
    if let Some(group) = group {
        page.line(0, format_args!("{}SchedulingGroup:", setting.title_indent()));
        page.field(1, "PodGroupName", text(&group.pod_group_name));
    }
}
