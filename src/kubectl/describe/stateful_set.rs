//! StatefulSet.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeStatefulSet), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use podarium_api::quantity::Quantity;
use podarium_api::selector::LabelSelector;

use super::events::events;
use super::metadata;
use super::page::{Page, date, text};
use super::pod_template::pod_template;
use super::probe::port_text;
use super::related::Related;
use super::workload::pods_status;

pub fn describe(page: &mut Page, set: &StatefulSet, related: &Related) {
    let (meta, spec) = (&set.metadata, set.spec.clone().unwrap_or_default());
    let replicas = set.status.as_ref().map_or(0, |status| status.replicas);
    metadata::name(page, meta);
    page.field(0, "CreationTimestamp", date(meta.creation_timestamp.as_ref()));
    page.field(0, "Selector", LabelSelector::of(&spec.selector));
    metadata::labels_and_annotations(page, meta);
    page.field(0, "Replicas", format_args!("{} desired | {replicas} total", spec.replicas.unwrap_or_default()));
    let strategy = spec.update_strategy.unwrap_or_default();
    page.field(0, "Update Strategy", text(&strategy.type_));
    let rolling = strategy.rolling_update.unwrap_or_default();
    if let Some(partition) = rolling.partition {
        page.field(1, "Partition", partition);
        if let Some(most) = &rolling.max_unavailable {
            page.field(1, "MaxUnavailable", port_text(most));
        }
    }
    pods_status(page, meta, related);
    pod_template(page, &spec.template);
    claims(page, &spec.volume_claim_templates.unwrap_or_default());
    events(page, related);
}

/// The claims that each pod gets.
fn claims(page: &mut Page, claims: &[PersistentVolumeClaim]) {
    if claims.is_empty() {
        return page.field(0, "Volume Claims", "<none>");
    }
    page.line(0, "Volume Claims:");
    for claim in claims {
        let spec = claim.spec.clone().unwrap_or_default();
        page.field(1, "Name", text(&claim.metadata.name));
        page.field(1, "StorageClass", text(&spec.storage_class_name));
        for (title, pairs) in [("Labels", &claim.metadata.labels), ("Annotations", &claim.metadata.annotations)] {
            let pairs: Vec<String> = pairs.iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
            let value = if pairs.is_empty() { "<none>".to_owned() } else { pairs.join("\n  \t") };
            page.field(1, title, value);
        }
        let requests = spec.resources.and_then(|resources| resources.requests).unwrap_or_default();
        let capacity = requests.get("storage").map_or_else(|| "<default>".to_owned(), |amount| Quantity::of(amount).to_string());
        page.field(1, "Capacity", capacity);
        page.field(1, "Access Modes", format_args!("[{}]", spec.access_modes.unwrap_or_default().join(" ")));
    }
}
