//! Where the data of a PersistentVolume lies: one source, with what that source needs.
//!
//! Models: pkg/apis/core/validation/validation.go (validate…PersistentVolumeSource), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    AzureDiskVolumeSource, AzureFilePersistentVolumeSource, CSIPersistentVolumeSource, FCVolumeSource,     FlockerVolumeSource, GlusterfsPersistentVolumeSource, ISCSIPersistentVolumeSource, PersistentVolumeSpec, QuobyteVolumeSource,
    SecretReference, StorageOSPersistentVolumeSource,
};

use super::{invalid_each, list, text, volume};
use crate::field::{FieldError, Path};
use crate::name_rules;

/// The names of the sources, as the spec has them.
pub(super) const NAMES: &[&str] = &[
    "gcePersistentDisk", "awsElasticBlockStore", "hostPath", "glusterfs", "nfs", "rbd", "iscsi", "cinder", "cephfs", "fc",
    "flocker", "flexVolume", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "photonPersistentDisk", "portworxVolume",
    "scaleIO", "local", "storageos", "csi",
];
const PARTITION: &str = "must be between 1 and 255, inclusive";

pub(super) fn validate(spec: &PersistentVolumeSpec, volume_name: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut found = 0;
    let sources = block_devices(spec, path).into_iter().chain(file_servers(spec, volume_name, path)).chain(others(spec, path));
    let mut sources: Vec<(usize, &str, Vec<FieldError>)> =
        sources.filter_map(|(order, name, own)| own.map(|own| (order, name, own))).collect();
    sources.sort_by_key(|(order, ..)| *order);
    for (_, name, own) in sources {
        // Of all sources a flex volume alone does not mind others before it.
        if found > 0 && name != "flexVolume" {
            errors.push(FieldError::forbidden(path.child(name), "may not specify more than 1 volume type"));
        } else {
            errors.extend(own);
        }
        found += 1;
    }
    if found == 0 {
        errors.push(FieldError::required(path, "must specify a volume type"));
    }
    errors
}

/// The place of a source in the order in which they are looked at, its name in errors, and what is wrong with it.
type Checked = (usize, &'static str, Option<Vec<FieldError>>);

fn block_devices(spec: &PersistentVolumeSpec, path: &Path) -> Vec<Checked> {
    let at = |name: &str| path.child(name);
    let plain = |id_name: &str, id: &str, path: &Path| required(id, &path.child(id_name)).into_iter().collect::<Vec<_>>();
    vec![
        (1, "gcePersistentDisk", spec.gce_persistent_disk.as_ref().map(|source| disk("pdName", &source.pd_name, source.partition, &at("persistentDisk")))),
        (2, "awsElasticBlockStore", spec.aws_elastic_block_store.as_ref().map(|source| disk("volumeID", &source.volume_id, source.partition, &at("awsElasticBlockStore")))),
        (4, "flocker", spec.flocker.as_ref().map(|source| flocker(source, &at("flocker")))),
        (6, "rbd", spec.rbd.as_ref().map(|source| {
            let mut errors: Vec<FieldError> = Vec::new();
            if source.monitors.is_empty() {
                errors.push(FieldError::required(at("rbd").child("monitors"), ""));
            }
            errors.extend(required(&source.image, &at("rbd").child("image")));
            errors
        })),
        (10, "cinder", spec.cinder.as_ref().map(|source| {
            let mut errors = plain("volumeID", &source.volume_id, &at("cinder"));
            errors.extend(source.secret_ref.as_ref().map(|secret| secret_names(secret, &at("cinder").child("secretRef"))).unwrap_or_default());
            errors
        })),
        (11, "fc", spec.fc.as_ref().map(|source| fibre_channel(source, &at("fc")))),
        (14, "vsphereVolume", spec.vsphere_volume.as_ref().map(|source| plain("volumePath", &source.volume_path, &at("vsphereVolume")))),
        (15, "photonPersistentDisk", spec.photon_persistent_disk.as_ref().map(|source| plain("pdID", &source.pd_id, &at("photonPersistentDisk")))),
        (16, "portworxVolume", spec.portworx_volume.as_ref().map(|source| plain("volumeID", &source.volume_id, &at("portworxVolume")))),
        (17, "azureDisk", spec.azure_disk.as_ref().map(|source| azure_disk(source, &at("azureDisk")))),
        (18, "scaleIO", spec.scale_io.as_ref().map(|source| {
            let path = at("scaleIO");
            let mut errors = plain("gateway", &source.gateway, &path);
            errors.extend(plain("system", &source.system, &path));
            errors.extend(plain("volumeName", text(&source.volume_name), &path));
            errors
        })),
    ]
}

fn file_servers(spec: &PersistentVolumeSpec, volume_name: &str, path: &Path) -> Vec<Checked> {
    let at = |name: &str| path.child(name);
    vec![
        (3, "glusterfs", spec.glusterfs.as_ref().map(|source| glusterfs(source, &at("glusterfs")))),
        (5, "nfs", spec.nfs.as_ref().map(|source| volume::nfs(source, &at("nfs")))),
        (7, "quobyte", spec.quobyte.as_ref().map(|source| quobyte(source, &at("quobyte")))),
        (8, "cephFS", spec.cephfs.as_ref().map(|source| {
            let missing = source.monitors.is_empty().then(|| FieldError::required(at("cephfs").child("monitors"), ""));
            missing.into_iter().collect()
        })),
        (9, "iscsi", spec.iscsi.as_ref().map(|source| iscsi(source, volume_name, &at("iscsi")))),
        (13, "azureFile", spec.azure_file.as_ref().map(|source| azure_file(source, &at("azureFile")))),
    ]
}

fn others(spec: &PersistentVolumeSpec, path: &Path) -> Vec<Checked> {
    let at = |name: &str| path.child(name);
    vec![
        (0, "hostPath", spec.host_path.as_ref().map(|source| volume::host_path(source, &at("hostPath")))),
        (12, "flexVolume", spec.flex_volume.as_ref().map(|source| flex(&source.driver, source.options.as_ref(), &at("flexVolume")))),
        (19, "local", spec.local.as_ref().map(|source| {
            let mut errors = match source.path.as_str() {
                "" => vec![FieldError::required(at("local").child("path"), "")],
                local => volume::no_backsteps(local, &at("local").child("path")).into_iter().collect(),
            };
            if spec.node_affinity.is_none() {
                errors.push(FieldError::required(at("nodeAffinity"), "Local volume requires node affinity"));
            }
            errors
        })),
        (20, "storageos", spec.storageos.as_ref().map(|source| storage_os(source, &at("storageos")))),
        (21, "csi", spec.csi.as_ref().map(|source| csi(source, &at("csi")))),
    ]
}

/// A disk that is named by its cloud, and maybe one partition of it.
pub(super) fn disk(id_name: &str, id: &str, partition: Option<i32>, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required(id, &path.child(id_name)).into_iter().collect();
    let partition = partition.unwrap_or(0);
    if !(0..=255).contains(&partition) {
        errors.push(FieldError::invalid(path.child("partition"), partition, PARTITION));
    }
    errors
}

pub(super) fn required(value: &str, path: &Path) -> Option<FieldError> {
    value.is_empty().then(|| FieldError::required(path, ""))
}

/// A path without `.`, `..` and doubled slashes, as Go's `path.Clean` gives it.
pub(super) fn cleaned(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." && (path.starts_with('/') || parts.last().is_some_and(|last| *last != "..")) {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    match (path.starts_with('/'), parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn secret_names(secret: &SecretReference, path: &Path) -> Vec<FieldError> {
    let fields = [("name", &secret.name), ("namespace", &secret.namespace)];
    fields.into_iter().filter_map(|(name, value)| required(text(value), &path.child(name))).collect()
}

pub(super) fn flocker(source: &FlockerVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match (text(&source.dataset_name), text(&source.dataset_uuid)) {
        ("", "") => errors.push(FieldError::required(path, "one of datasetName and datasetUUID is required")),
        ("", _) | (_, "") => {}
        _ => errors.push(FieldError::invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously")),
    }
    if text(&source.dataset_name).contains('/') {
        errors.push(FieldError::invalid(path.child("datasetName"), text(&source.dataset_name), "must not contain '/'"));
    }
    errors
}

pub(super) fn fibre_channel(source: &FCVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (targets, ids) = (list(&source.target_wwns), list(&source.wwids));
    let field = path.child("targetWWNs");
    if targets.is_empty() && ids.is_empty() {
        errors.push(FieldError::required(&field, "must specify either targetWWNs or wwids, but not both"));
    }
    if !targets.is_empty() && !ids.is_empty() {
        errors.push(FieldError::invalid(&field, targets.to_vec(), "targetWWNs and wwids can not be specified simultaneously"));
    }
    if !targets.is_empty() {
        match source.lun {
            None => errors.push(FieldError::required(path.child("lun"), "lun is required if targetWWNs is specified")),
            Some(lun) if !(0..=255).contains(&lun) => errors.push(FieldError::invalid(path.child("lun"), lun, name_rules::inclusive_range(0, 255))),
            Some(_) => {}
        }
    }
    errors
}

pub(super) fn azure_disk(source: &AzureDiskVolumeSource, path: &Path) -> Vec<FieldError> {
    const CACHING: &[&str] = &["None", "ReadOnly", "ReadWrite"];
    const KINDS: &[&str] = &["Dedicated", "Managed", "Shared"];
    const MANAGED: &str = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
    const BLOB: &str = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";
    let mut errors: Vec<FieldError> = required(&source.disk_name, &path.child("diskName")).into_iter().collect();
    errors.extend(required(&source.disk_uri, &path.child("diskURI")));
    if let Some(mode) = source.caching_mode.as_deref().filter(|mode| !CACHING.contains(mode)) {
        errors.push(FieldError::not_supported(path.child("cachingMode"), mode, CACHING));
    }
    if let Some(kind) = source.kind.as_deref() {
        if !KINDS.contains(&kind) {
            errors.push(FieldError::not_supported(path.child("kind"), kind, KINDS));
        }
        let (prefix, form) = if kind == "Managed" { ("/subscriptions/", MANAGED) } else { ("https://", BLOB) };
        if !source.disk_uri.starts_with(prefix) {
            errors.push(FieldError::not_supported(path.child("diskURI"), source.disk_uri.as_str(), &[form]));
        }
    }
    errors
}

fn glusterfs(source: &GlusterfsPersistentVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required(&source.endpoints, &path.child("endpoints")).into_iter().collect();
    errors.extend(required(&source.path, &path.child("path")));
    let field = path.child("endpointsNamespace");
    match source.endpoints_namespace.as_deref() {
        None => {}
        Some("") => errors.push(FieldError::invalid(field, "", "if the endpointnamespace is set, it must be a valid namespace name")),
        Some(namespace) => invalid_each(&mut errors, &field, namespace, name_rules::dns1123_label(namespace)),
    }
    errors
}

pub(super) fn quobyte(source: &QuobyteVolumeSource, path: &Path) -> Vec<FieldError> {
    const PAIRS: &str = "must be a host:port pair or multiple pairs separated by commas";
    let mut errors = Vec::new();
    if source.registry.is_empty() {
        errors.push(FieldError::required(path.child("registry"), PAIRS));
    } else if text(&source.tenant).len() >= 65 {
        errors.push(FieldError::required(path.child("tenant"), "must be a UUID and may not exceed a length of 64 characters"));
    } else {
        let is_pair = |pair: &str| pair.rsplit_once(':').is_some_and(|(host, _)| !host.contains(':') || host.starts_with('['));
        let wrong = source.registry.split(',').filter(|pair| !is_pair(pair)).count();
        errors.extend((0..wrong).map(|_| FieldError::invalid(path.child("registry"), source.registry.as_str(), PAIRS)));
    }
    errors.extend(required(&source.volume, &path.child("volume")));
    errors
}

fn iscsi(source: &ISCSIPersistentVolumeSource, volume_name: &str, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required(&source.target_portal, &path.child("targetPortal")).into_iter().collect();
    if source.initiator_name.is_some() && volume_name.len() + 1 + source.target_portal.len() > 64 {
        let why = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";
        errors.push(FieldError::invalid(path.child("targetportal"), source.target_portal.as_str(), why));
    }
    match source.iqn.as_str() {
        "" => errors.push(FieldError::required(path.child("iqn"), "")),
        name => errors.extend(malformed_iscsi_name(name, false, &path.child("iqn"))),
    }
    if !(0..=255).contains(&source.lun) {
        errors.push(FieldError::invalid(path.child("lun"), source.lun, name_rules::inclusive_range(0, 255)));
    }
    let authenticated = source.chap_auth_discovery == Some(true) || source.chap_auth_session == Some(true);
    match &source.secret_ref {
        None if authenticated => errors.push(FieldError::required(path.child("secretRef"), "")),
        None => {}
        Some(secret) => errors.extend(required(text(&secret.name), &path.child("secretRef").child("name"))),
    }
    errors.extend(source.initiator_name.as_deref().and_then(|name| malformed_iscsi_name(name, false, &path.child("initiatorname"))));
    errors
}

/// What is wrong with a name of iSCSI. Of a volume of a pod (`in_pod`) it is said how one begins.
pub(super) fn malformed_iscsi_name(name: &str, in_pod: bool, path: &Path) -> Option<FieldError> {
    let known = !in_pod || ["iqn", "eui", "naa"].iter().any(|prefix| name.starts_with(prefix));
    let why = if known { "must be valid format" } else { "must be valid format starting with iqn, eui, or naa" };
    (!is_iscsi_name(name)).then(|| FieldError::invalid(path, name, why))
}

/// `iqn.2016-04.com.example:disk`, `eui.` with 16 letters or digits, `naa.` with 32.
fn is_iscsi_name(name: &str) -> bool {
    let identifier = |rest: &str, length: usize| {
        let bytes = rest.as_bytes();
        bytes.len() == length + 1 && bytes[1..].iter().all(u8::is_ascii_alphanumeric)
    };
    if let Some(rest) = name.strip_prefix("eui") {
        return identifier(rest, 16);
    }
    if let Some(rest) = name.strip_prefix("naa") {
        return identifier(rest, 32);
    }
    let Some(rest) = name.strip_prefix("iqn.").filter(|rest| rest.len() > 8 && rest.is_ascii()) else { return false };
    let (date, rest) = rest.as_bytes().split_at(8);
    let dated = date[..4].iter().chain(&date[5..7]).all(u8::is_ascii_digit) && date[4] == b'-' && date[7] == b'.';
    let Some(colon) = rest.iter().position(|byte| *byte == b':') else { return false };
    let (authority, own) = (&rest[..colon], &rest[colon + 1..]);
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.".contains(byte);
    let barred = |byte: &u8| byte.is_ascii_whitespace() || b",;*&$|".contains(byte);
    dated && !authority.is_empty() && authority.iter().all(plain) && !own.is_empty() && !own.iter().any(barred)
}

fn azure_file(source: &AzureFilePersistentVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required(&source.secret_name, &path.child("secretName")).into_iter().collect();
    errors.extend(required(&source.share_name, &path.child("shareName")));
    errors.extend(source.secret_namespace.as_deref().and_then(|namespace| required(namespace, &path.child("secretNamespace"))));
    errors
}

pub(super) fn flex(driver: &str, options: Option<&BTreeMap<String, String>>, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required(driver, &path.child("driver")).into_iter().collect();
    for key in options.into_iter().flatten().map(|(key, _)| key) {
        let namespace = format!(".{}", key.split('/').next().unwrap_or_default().to_lowercase());
        if namespace.ends_with(".kubernetes.io") || namespace.ends_with(".k8s.io") {
            let why = "kubernetes.io and k8s.io namespaces are reserved";
            errors.push(FieldError::invalid(path.child("options").key(key), key.as_str(), why));
        }
    }
    errors
}

fn storage_os(source: &StorageOSPersistentVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match text(&source.volume_name) {
        "" => errors.push(FieldError::required(path.child("volumeName"), "")),
        name => invalid_each(&mut errors, &path.child("volumeName"), name, name_rules::dns1123_label(name)),
    }
    let namespace = text(&source.volume_namespace);
    if !namespace.is_empty() {
        invalid_each(&mut errors, &path.child("volumeNamespace"), namespace, name_rules::dns1123_label(namespace));
    }
    if let Some(secret) = &source.secret_ref {
        let path = path.child("secretRef");
        errors.extend(required(text(&secret.name), &path.child("name")));
        errors.extend(required(text(&secret.namespace), &path.child("namespace")));
    }
    errors
}

/// The name of a storage driver: a DNS name, in any case.
pub(super) fn driver_name(name: &str, path: &Path) -> Vec<FieldError> {
    if name.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let mut errors = Vec::new();
    if name.len() > 63 {
        errors.push(FieldError::too_long(path, 63));
    }
    invalid_each(&mut errors, path, name, name_rules::dns1123_subdomain(&name.to_lowercase()));
    errors
}

fn csi(source: &CSIPersistentVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors = driver_name(&source.driver, &path.child("driver"));
    errors.extend(required(&source.volume_handle, &path.child("volumeHandle")));
    // The secret for staging is not looked at.
    let secrets = [
        ("controllerPublishSecretRef", &source.controller_publish_secret_ref),
        ("controllerExpandSecretRef", &source.controller_expand_secret_ref),
        ("nodePublishSecretRef", &source.node_publish_secret_ref),
        ("nodeExpandSecretRef", &source.node_expand_secret_ref),
    ];
    for (name, secret) in secrets {
        let Some(secret) = secret else { continue };
        let path = path.child(name);
        let names: [(&str, &str, super::metadata::NameRule); 2] =
            [("name", text(&secret.name), name_rules::dns1123_subdomain), ("namespace", text(&secret.namespace), name_rules::dns1123_label)];
        for (field, value, rule) in names {
            match value {
                "" => errors.push(FieldError::required(path.child(field), "")),
                value => invalid_each(&mut errors, &path.child(field), value, rule(value)),
            }
        }
    }
    errors
}
