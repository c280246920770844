//! Namespace, with its quotas and limits.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeNamespace), v1.36.
//! Simplified: nothing.

use podarium_api::Namespace;

use super::page::{Page, date, text};
use super::related::Related;
use super::{limit_range, metadata, resource_quota};

pub fn describe(page: &mut Page, namespace: &Namespace, related: &Related) {
    page.field(0, "Name", text(&namespace.metadata.name));
    metadata::labels_and_annotations(page, &namespace.metadata);
    page.field(0, "Status", text(&namespace.status.phase));
    let conditions = namespace.status.conditions.as_deref().unwrap_or_default();
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.header(1, &["Type", "Status", "LastTransitionTime", "Reason", "Message"]);
    }
    for condition in conditions {
        let since = date(condition.last_transition_time.as_ref());
        page.row(1, &[&condition.type_, &condition.status, &since, text(&condition.reason), text(&condition.message)]);
    }
    page.line(0, "");
    resource_quota::of_namespace(page, &related.quotas);
    page.line(0, "");
    limit_range::of_namespace(page, &related.limit_ranges);
}
