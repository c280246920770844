//! PersistentVolume.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describePersistentVolume), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{CSIPersistentVolumeSource, NodeSelectorTerm};
use podarium_api::PersistentVolume;
use podarium_api::quantity::Quantity;
use podarium_api::access_modes;
use serde_json::json;

use super::events::events;
use super::metadata;
use super::page::{Page, text};
use super::related::Related;
use super::storage_sources::{self, Of};

pub fn describe(page: &mut Page, volume: &PersistentVolume, related: &Related) {
    let (meta, spec) = (&volume.metadata, &volume.spec);
    page.field(0, "Name", text(&meta.name));
    metadata::labels_and_annotations(page, meta);
    page.field(0, "Finalizers", metadata::go_list(meta.finalizers.as_deref()));
    page.field(0, "StorageClass", text(&spec.storage_class_name));
    metadata::status(page, meta, text(&volume.status.phase));
    let claim = spec.claim_ref.as_ref().map(|claim| format!("{}/{}", text(&claim.namespace), text(&claim.name)));
    page.field(0, "Claim", claim.unwrap_or_default());
    page.field(0, "Reclaim Policy", text(&spec.persistent_volume_reclaim_policy));
    page.field(0, "Access Modes", access_modes(spec.access_modes.as_ref()));
    if let Some(mode) = &spec.volume_mode {
        page.field(0, "VolumeMode", mode);
    }
    let size = spec.capacity.as_ref().and_then(|capacity| capacity.get("storage")).map(Quantity::of).unwrap_or_default();
    page.field(0, "Capacity", size);
    node_affinity(page, volume);
    page.field(0, "Message", text(&volume.status.message));
    page.line(0, "Source:");
    source(page, volume);
    events(page, related);
}

fn node_affinity(page: &mut Page, volume: &PersistentVolume) {
    let Some(required) = volume.spec.node_affinity.as_ref().and_then(|affinity| affinity.required.as_ref()) else {
        return page.field(0, "Node Affinity", "<none>");
    };
    page.field(0, "Node Affinity", "");
    if required.node_selector_terms.is_empty() {
        return page.field(1, "Required Terms", "<none>");
    }
    page.field(1, "Required Terms", "");
    for (index, term) in required.node_selector_terms.iter().enumerate() {
        term_lines(page, index, term);
    }
}

fn term_lines(page: &mut Page, index: usize, term: &NodeSelectorTerm) {
    let title = format!("Term {index}");
    let mut requirements = term.match_expressions.iter().flatten().map(|requirement| {
        let values = requirement.values.as_deref().unwrap_or_default();
        let values = if values.is_empty() { String::new() } else { format!(" [{}]", values.join(", ")) };
        format!("{} {}{values}", requirement.key, requirement.operator.to_lowercase())
    });
    page.field(2, &title, requirements.next().unwrap_or_else(|| "<none>".to_owned()));
    for requirement in requirements {
        page.write(2, format_args!("\t{requirement}\n"));
    }
}

fn source(page: &mut Page, volume: &PersistentVolume) {
    if let Some(csi) = &volume.spec.csi {
        csi_source(page, csi);
    } else if !storage_sources::describe(page, &json!(*volume.spec), Of::PersistentVolume) {
        page.line(1, "<unknown>");
    }
}

fn csi_source(page: &mut Page, csi: &CSIPersistentVolumeSource) {
    page.field(2, "Type", "CSI (a Container Storage Interface (CSI) volume source)");
    page.field(2, "Driver", &csi.driver);
    page.field(2, "FSType", text(&csi.fs_type));
    page.field(2, "VolumeHandle", &csi.volume_handle);
    page.field(2, "ReadOnly", csi.read_only == Some(true));
    super::volumes::csi_attributes(page, csi.volume_attributes.as_ref());
}
