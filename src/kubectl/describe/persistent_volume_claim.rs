//! PersistentVolumeClaim, with the pods that use it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describePersistentVolumeClaim, getPodsForPVC), v1.36.
//! Simplified: nothing.

use podarium_api::quantity::Quantity;
use podarium_api::access_modes;
use podarium_api::{PersistentVolumeClaim, Pod, Resource as _};

use super::events::events;
use super::metadata;
use super::page::{Page, date, text};
use super::related::Related;

pub fn describe(page: &mut Page, claim: &PersistentVolumeClaim, related: &Related) {
    let (meta, spec, status) = (&claim.metadata, &claim.spec, &claim.status);
    metadata::name(page, meta);
    page.field(0, "StorageClass", text(&spec.storage_class_name));
    metadata::status(page, meta, text(&status.phase));
    page.field(0, "Volume", text(&spec.volume_name));
    metadata::labels_and_annotations(page, meta);
    page.field(0, "Finalizers", metadata::go_list(meta.finalizers.as_deref()));
    let (mut capacity, mut modes) = (String::new(), String::new());
    if !text(&spec.volume_name).is_empty() {
        let held = status.capacity.as_ref().and_then(|capacity| capacity.get("storage")).map(Quantity::of).unwrap_or_default();
        capacity = held.to_string();
        modes = access_modes(status.access_modes.as_ref());
    }
    page.field(0, "Capacity", capacity);
    page.field(0, "Access Modes", modes);
    if let Some(mode) = &spec.volume_mode {
        page.field(0, "VolumeMode", mode);
    }
    if let Some(source) = &spec.data_source {
        page.line(0, "DataSource:");
        if let Some(group) = &source.api_group {
            page.field(1, "APIGroup", group);
        }
        page.field(1, "Kind", &source.kind);
        page.field(1, "Name", &source.name);
    }
    page.list("Used By", users(claim, &related.pods).into_iter().map(|pod| pod.name().to_owned()));
    conditions(page, claim);
    events(page, related);
}

fn conditions(page: &mut Page, claim: &PersistentVolumeClaim) {
    let conditions = claim.status.conditions.as_deref().unwrap_or_default();
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.row(1, &["Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message"]);
    page.row(1, &["----", "------", "-----------------", "------------------", "------", "-------"]);
    for condition in conditions {
        let (probed, changed) = (date(condition.last_probe_time.as_ref()), date(condition.last_transition_time.as_ref()));
        let cells = [&condition.type_, &condition.status, &probed, &changed, text(&condition.reason)].map(|cell| format!("{cell} "));
        let [type_, status, probed, changed, reason] = &cells;
        page.row(1, &[type_, status, &probed[..probed.len()], changed, reason, text(&condition.message)]);
    }
}

/// The pods that name the claim, and those that own it.
fn users<'p>(claim: &PersistentVolumeClaim, pods: &'p [Pod]) -> Vec<&'p Pod> {
    let names = |pod: &&Pod| {
        let mut sources = pod.spec.volumes.iter().flatten().filter_map(|volume| volume.persistent_volume_claim.as_ref());
        sources.any(|source| source.claim_name == claim.name())
    };
    let mut users: Vec<&Pod> = pods.iter().filter(names).collect();
    for owner in claim.metadata.owner_references.iter().flatten().filter(|owner| owner.kind == "Pod") {
        let owning = pods.iter().find(|pod| pod.uid() == owner.uid);
        if let Some(pod) = owning.filter(|pod| users.iter().all(|user| user.uid() != pod.uid())) {
            users.push(pod);
        }
    }
    users
}
