//! Volumes of a pod that lie in a cloud or in another storage system, most of them served by CSI drivers today.
//!
//! Models: pkg/apis/core/validation/validation.go (validate…VolumeSource), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{GitRepoVolumeSource, ISCSIVolumeSource, Volume};

use super::persistent_volume_source::{self as shared, required};
use super::volume::{self, Checked};
use super::{invalid_each, text};
use crate::field::{FieldError, Path};
use crate::name_rules;

pub(super) fn git_repo(source: &GitRepoVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required(&source.repository, &path.child("repository")).into_iter().collect();
    errors.extend(volume::descending_path(text(&source.directory), &path.child("directory")));
    errors
}

pub(super) fn disks(volume: &Volume, path: &Path) -> Vec<Checked> {
    vec![
        // The reference names this one by an older name of the field.
        ("gcePersistentDisk", volume.gce_persistent_disk.as_ref().map(|source| shared::disk("pdName", &source.pd_name, source.partition, &path.child("persistentDisk")))),
        ("awsElasticBlockStore", volume.aws_elastic_block_store.as_ref().map(|source| shared::disk("volumeID", &source.volume_id, source.partition, &path.child("awsElasticBlockStore")))),
    ]
}

pub(super) fn first_servers(volume: &Volume, path: &Path) -> Vec<Checked> {
    let at = |name: &str| path.child(name);
    vec![
        ("iscsi", volume.iscsi.as_ref().map(|source| iscsi(source, &at("iscsi")))),
        ("glusterfs", volume.glusterfs.as_ref().map(|source| {
            all_required(&[("endpoints", &source.endpoints), ("path", &source.path)], &at("glusterfs"))
        })),
        ("flocker", volume.flocker.as_ref().map(|source| shared::flocker(source, &at("flocker")))),
    ]
}

pub(super) fn second_servers(volume: &Volume, path: &Path) -> Vec<Checked> {
    let at = |name: &str| path.child(name);
    let monitors = |given: &[String], path: &Path| given.is_empty().then(|| FieldError::required(path.child("monitors"), ""));
    vec![
        ("rbd", volume.rbd.as_ref().map(|source| {
            let mut errors: Vec<FieldError> = monitors(&source.monitors, &at("rbd")).into_iter().collect();
            errors.extend(required(&source.image, &at("rbd").child("image")));
            errors
        })),
        ("cinder", volume.cinder.as_ref().map(|source| {
            let mut errors: Vec<FieldError> = required(&source.volume_id, &at("cinder").child("volumeID")).into_iter().collect();
            errors.extend(source.secret_ref.as_ref().and_then(|secret| required(&secret.name, &at("cinder").child("secretRef").child("name"))));
            errors
        })),
        ("cephFS", volume.cephfs.as_ref().map(|source| monitors(&source.monitors, &at("cephfs")).into_iter().collect())),
        ("quobyte", volume.quobyte.as_ref().map(|source| shared::quobyte(source, &at("quobyte")))),
    ]
}

pub(super) fn fibres(volume: &Volume, path: &Path) -> Vec<Checked> {
    let at = |name: &str| path.child(name);
    vec![
        ("fc", volume.fc.as_ref().map(|source| shared::fibre_channel(source, &at("fc")))),
        ("flexVolume", volume.flex_volume.as_ref().map(|source| shared::flex(&source.driver, source.options.as_ref(), &at("flexVolume")))),
    ]
}

pub(super) fn clouds(volume: &Volume, path: &Path) -> Vec<Checked> {
    let at = |name: &str| path.child(name);
    vec![
        ("azureFile", volume.azure_file.as_ref().map(|source| {
            all_required(&[("secretName", &source.secret_name), ("shareName", &source.share_name)], &at("azureFile"))
        })),
        ("vsphereVolume", volume.vsphere_volume.as_ref().map(|source| all_required(&[("volumePath", &source.volume_path)], &at("vsphereVolume")))),
        ("photonPersistentDisk", volume.photon_persistent_disk.as_ref().map(|source| all_required(&[("pdID", &source.pd_id)], &at("photonPersistentDisk")))),
        ("portworxVolume", volume.portworx_volume.as_ref().map(|source| all_required(&[("volumeID", &source.volume_id)], &at("portworxVolume")))),
        ("azureDisk", volume.azure_disk.as_ref().map(|source| shared::azure_disk(source, &at("azureDisk")))),
        ("storageos", volume.storageos.as_ref().map(|source| {
            let path = at("storageos");
            let mut errors = Vec::new();
            match text(&source.volume_name) {
                "" => errors.push(FieldError::required(path.child("volumeName"), "")),
                name => invalid_each(&mut errors, &path.child("volumeName"), name, name_rules::dns1123_label(name)),
            }
            if let Some(namespace) = source.volume_namespace.as_deref().filter(|namespace| !namespace.is_empty()) {
                invalid_each(&mut errors, &path.child("volumeNamespace"), namespace, name_rules::dns1123_label(namespace));
            }
            errors.extend(source.secret_ref.as_ref().and_then(|secret| required(&secret.name, &path.child("secretRef").child("name"))));
            errors
        })),
    ]
}

pub(super) fn drivers(volume: &Volume, path: &Path) -> Vec<Checked> {
    let at = |name: &str| path.child(name);
    vec![
        ("scaleIO", volume.scale_io.as_ref().map(|source| {
            all_required(&[("gateway", &source.gateway), ("system", &source.system), ("volumeName", text(&source.volume_name))], &at("scaleIO"))
        })),
        ("csi", volume.csi.as_ref().map(|source| {
            let path = at("csi");
            let mut errors = shared::driver_name(&source.driver, &path.child("driver"));
            match source.node_publish_secret_ref.as_ref().map(|secret| secret.name.as_str()) {
                None => {}
                Some("") => errors.push(FieldError::required(path.child("nodePublishSecretRef").child("name"), "")),
                Some(name) => invalid_each(&mut errors, &path.child("name"), name, name_rules::dns1123_subdomain(name)),
            }
            errors
        })),
    ]
}

fn all_required(fields: &[(&str, &str)], path: &Path) -> Vec<FieldError> {
    fields.iter().filter_map(|(name, value)| required(value, &path.child(name))).collect()
}

fn iscsi(source: &ISCSIVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required(&source.target_portal, &path.child("targetPortal")).into_iter().collect();
    match source.iqn.as_str() {
        "" => errors.push(FieldError::required(path.child("iqn"), "")),
        name => errors.extend(shared::malformed_iscsi_name(name, true, &path.child("iqn"))),
    }
    if !(0..=255).contains(&source.lun) {
        errors.push(FieldError::invalid(path.child("lun"), source.lun, name_rules::inclusive_range(0, 255)));
    }
    let authenticated = source.chap_auth_discovery == Some(true) || source.chap_auth_session == Some(true);
    if authenticated && source.secret_ref.is_none() {
        errors.push(FieldError::required(path.child("secretRef"), ""));
    }
    errors.extend(source.initiator_name.as_deref().and_then(|name| shared::malformed_iscsi_name(name, true, &path.child("initiatorname"))));
    errors
}

/// A name of the volume that is too long for what iSCSI makes of it.
pub(super) fn long_portal(volume: &Volume, path: &Path) -> Option<FieldError> {
    let source = volume.iscsi.as_ref().filter(|source| source.initiator_name.is_some())?;
    let why = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
    let too_long = volume.name.len() + 1 + source.target_portal.len() > 64;
    too_long.then(|| FieldError::invalid(path.child("name"), volume.name.as_str(), why))
}
