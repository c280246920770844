//! The template that pods are made from.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (DescribePodTemplate), v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::Writer;
use super::container::{Context, containers};
use super::volume::volumes;
use crate::printers::table::show_labels;
use crate::unstructured::{int, items, strings, text};

pub fn pod_template(writer: &mut Writer, template: &Value) {
    writer.write(0, "Pod Template:\n");
    writer.labels("  Labels", &strings(template, "/metadata/labels"));
    let annotations = strings(template, "/metadata/annotations");
    if !annotations.is_empty() {
        writer.annotations("  Annotations", &annotations);
    }
    if !text(template, "/spec/serviceAccountName").is_empty() {
        writer.field(1, "Service Account", text(template, "/spec/serviceAccountName"));
    }
    let context = Context { pod: None, statuses: &[], inside: true };
    if !items(template, "/spec/initContainers").is_empty() {
        containers(writer, "Init Containers", items(template, "/spec/initContainers"), &context);
    }
    containers(writer, "Containers", items(template, "/spec/containers"), &context);
    volumes(writer, items(template, "/spec/volumes"), "  ");
    spread(writer, items(template, "/spec/topologySpreadConstraints"), "  ");
    if !text(template, "/spec/priorityClassName").is_empty() {
        writer.field(1, "Priority Class Name", text(template, "/spec/priorityClassName"));
    }
    writer.labels("  Node-Selectors", &strings(template, "/spec/nodeSelector"));
    writer.tolerations("  Tolerations", items(template, "/spec/tolerations"));
}

pub fn spread(writer: &mut Writer, constraints: &[Value], space: &str) {
    if constraints.is_empty() {
        return;
    }
    let mut sorted: Vec<&Value> = constraints.iter().collect();
    sorted.sort_by_key(|constraint| text(constraint, "/topologyKey"));
    let lines = sorted.into_iter().map(|constraint| {
        let mut line = format!(
            "{}:{} when max skew {} is exceeded",
            text(constraint, "/topologyKey"),
            text(constraint, "/whenUnsatisfiable"),
            int(constraint, "/maxSkew").unwrap_or(0)
        );
        if constraint.get("labelSelector").is_some() {
            line.push_str(&format!(" for selector {}", show_labels(&strings(constraint, "/labelSelector/matchLabels"))));
        }
        line
    });
    writer.multiline(&format!("{space}Topology Spread Constraints"), lines.collect());
}
