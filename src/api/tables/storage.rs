//! The rows of volumes, claims, storage classes and drivers.
//!
//! Models: pkg/printers/internalversion/printers.go (printPersistentVolume and the like), v1.36.
//! Simplified: nothing.

use jiff::Timestamp;

use crate::quantity::Quantity;
use crate::time::age;
use crate::{CSIDriver, Cell, ObjectMeta, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment};

/// Under this annotation stood the class before there was a field for it.
const OLD_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// `RWO,ROX`: the access modes in a fixed order.
pub fn access_modes(modes: Option<&Vec<String>>) -> String {
    const SHORT: &[(&str, &str)] = &[("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let given = |mode: &str| modes.into_iter().flatten().any(|given| given == mode);
    let short: Vec<&str> = SHORT.iter().filter(|(mode, _)| given(mode)).map(|(_, short)| *short).collect();
    short.join(",")
}

fn class(meta: &ObjectMeta, named: Option<&String>) -> String {
    let noted = meta.annotations.as_ref().and_then(|annotations| annotations.get(OLD_CLASS));
    noted.or(named).cloned().unwrap_or_default()
}

fn phase(meta: &ObjectMeta, phase: Option<&String>) -> String {
    if meta.deletion_timestamp.is_some() { "Terminating".to_owned() } else { phase.cloned().unwrap_or_default() }
}

fn or_unset(value: &Option<String>) -> String {
    value.clone().unwrap_or_else(|| "<unset>".to_owned())
}

pub(crate) fn persistent_volume_row(volume: &PersistentVolume, now: Timestamp) -> Vec<Cell> {
    let (meta, spec) = (&volume.metadata, &volume.spec);
    let claim = spec.claim_ref.as_ref().map(|claim| {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        format!("{}/{}", text(&claim.namespace), text(&claim.name))
    });
    let size = spec.capacity.as_ref().and_then(|capacity| capacity.get("storage")).map(Quantity::of).unwrap_or_default();
    vec![
        meta.name.clone().into(),
        size.to_string().into(),
        access_modes(spec.access_modes.as_ref()).into(),
        spec.persistent_volume_reclaim_policy.clone().unwrap_or_default().into(),
        phase(meta, volume.status.phase.as_ref()).into(),
        claim.unwrap_or_default().into(),
        class(meta, spec.storage_class_name.as_ref()).into(),
        or_unset(&spec.volume_attributes_class_name).into(),
        volume.status.reason.clone().unwrap_or_default().into(),
        age(meta.creation_timestamp.as_ref(), now).into(),
        or_unset(&spec.volume_mode).into(),
    ]
}

pub(crate) fn persistent_volume_claim_row(claim: &PersistentVolumeClaim, now: Timestamp) -> Vec<Cell> {
    let (meta, spec, status) = (&claim.metadata, &claim.spec, &claim.status);
    let volume = spec.volume_name.clone().unwrap_or_default();
    let (capacity, modes) = if volume.is_empty() {
        (String::new(), String::new())
    } else {
        let size = status.capacity.as_ref().and_then(|capacity| capacity.get("storage")).map(Quantity::of).unwrap_or_default();
        (size.to_string(), access_modes(status.access_modes.as_ref()))
    };
    vec![
        meta.name.clone().into(),
        phase(meta, status.phase.as_ref()).into(),
        volume.into(),
        capacity.into(),
        modes.into(),
        class(meta, spec.storage_class_name.as_ref()).into(),
        or_unset(&spec.volume_attributes_class_name).into(),
        age(meta.creation_timestamp.as_ref(), now).into(),
        or_unset(&spec.volume_mode).into(),
    ]
}

/// Whether a claim that names no class gets this one.
pub fn is_default_class(meta: &ObjectMeta) -> bool {
    const MARKS: &[&str] = &["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    let annotations = meta.annotations.as_ref();
    MARKS.iter().any(|mark| annotations.and_then(|annotations| annotations.get(*mark)).is_some_and(|value| value == "true"))
}

pub(crate) fn storage_class_row(class: &StorageClass, now: Timestamp) -> Vec<Cell> {
    let mut name = class.metadata.name.clone().unwrap_or_default();
    if is_default_class(&class.metadata) {
        name.push_str(" (default)");
    }
    vec![
        name.into(),
        class.provisioner.clone().into(),
        class.reclaim_policy.as_deref().unwrap_or("Delete").into(),
        class.volume_binding_mode.as_deref().unwrap_or("Immediate").into(),
        class.allow_volume_expansion.unwrap_or(false).into(),
        age(class.metadata.creation_timestamp.as_ref(), now).into(),
    ]
}

pub(crate) fn csi_driver_row(driver: &CSIDriver, now: Timestamp) -> Vec<Cell> {
    let spec = &driver.spec;
    let modes = spec.volume_lifecycle_modes.clone().unwrap_or_default().join(",");
    let requests = spec.token_requests.as_ref().map(|requests| {
        let audiences: Vec<&str> = requests.iter().map(|request| request.audience.as_str()).collect();
        audiences.join(",")
    });
    vec![
        driver.metadata.name.clone().into(),
        spec.attach_required.unwrap_or(true).into(),
        spec.pod_info_on_mount.unwrap_or(false).into(),
        spec.storage_capacity.unwrap_or(false).into(),
        or_unset(&requests).into(),
        spec.requires_republish.unwrap_or(false).into(),
        if modes.is_empty() { "<none>".to_owned() } else { modes }.into(),
        age(driver.metadata.creation_timestamp.as_ref(), now).into(),
    ]
}

pub(crate) fn volume_attachment_row(attachment: &VolumeAttachment, now: Timestamp) -> Vec<Cell> {
    let (meta, spec) = (&attachment.metadata, &attachment.spec);
    vec![
        meta.name.clone().into(),
        spec.attacher.clone().into(),
        spec.source.persistent_volume_name.clone().unwrap_or_default().into(),
        spec.node_name.clone().into(),
        attachment.status.attached.into(),
        age(meta.creation_timestamp.as_ref(), now).into(),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(row: &[Cell]) -> Vec<&str> {
        row.iter().map(|cell| cell.as_str().unwrap()).collect()
    }

    #[test]
    fn claims_show_what_they_have_and_not_what_they_want() {
        let cases = [
            (json!({"accessModes": ["ReadWriteOnce"]}), json!({"phase": "Pending"}), ["Pending", "", "", "", ""]),
            (
                json!({"volumeName": "disk", "storageClassName": "fast"}),
                json!({"phase": "Bound", "capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteMany", "ReadWriteOnce", "ReadWriteOnce"]}),
                ["Bound", "disk", "2Gi", "RWO,RWX", "fast"],
            ),
            (json!({"volumeName": "disk"}), json!({"phase": "Lost"}), ["Lost", "disk", "0", "", ""]),
        ];
        for (spec, status, expected) in cases {
            let claim: PersistentVolumeClaim = serde_json::from_value(json!({"metadata": {"name": "c"}, "spec": spec, "status": status})).unwrap();
            assert_eq!(texts(&persistent_volume_claim_row(&claim, Timestamp::UNIX_EPOCH))[1..6], expected, "{spec}");
        }
    }

    #[test]
    fn volumes_show_their_claim_and_class() {
        let volume: PersistentVolume = serde_json::from_value(json!({
            "metadata": {"name": "v", "annotations": {"volume.beta.kubernetes.io/storage-class": "old"}},
            "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOncePod"], "persistentVolumeReclaimPolicy": "Retain",
                "claimRef": {"namespace": "shop", "name": "data"}, "storageClassName": "new", "volumeMode": "Block"},
            "status": {"phase": "Bound"}
        }))
        .unwrap();
        let row = persistent_volume_row(&volume, Timestamp::UNIX_EPOCH);
        let expected = ["v", "1Gi", "RWOP", "Retain", "Bound", "shop/data", "old", "<unset>", "", "<unknown>", "Block"];
        assert_eq!(texts(&row), expected);
    }

    #[test]
    fn the_default_class_is_marked() {
        let class: StorageClass = serde_json::from_value(json!({
            "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}, "provisioner": "example.com/disk"
        }))
        .unwrap();
        let row = storage_class_row(&class, Timestamp::UNIX_EPOCH);
        assert_eq!((row[0].clone(), row[2].clone(), row[4].clone()), (json!("standard (default)"), json!("Delete"), json!(false)));
    }
}
