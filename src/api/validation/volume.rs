//! Volumes: one source each, with what that source needs.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidateVolumes, validateVolumeSource), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{
    DownwardAPIVolumeFile, EphemeralVolumeSource, HostPathVolumeSource, KeyToPath, NFSVolumeSource, ProjectedVolumeSource, Volume,
};

use super::{container, invalid_each, list, one_of, persistent_volume_claim, text, volume_source};
use crate::field::{FieldError, Path};
use crate::name_rules;
use crate::quantity::Quantity;

const MODE: &str = "must be a number between 0 and 0777 (octal), both inclusive";

/// The names of the volumes that are in order, and what is wrong with the others.
pub(crate) fn validate_all<'a>(volumes: &'a [Volume], meta: Meta<'_>, path: &Path) -> (BTreeSet<&'a str>, Vec<FieldError>) {
    let mut names = BTreeSet::new();
    let mut errors = Vec::new();
    for (index, volume) in volumes.iter().enumerate() {
        let path = path.index(index);
        let mut own = source(volume, meta, &path);
        match volume.name.as_str() {
            "" => own.push(FieldError::required(path.child("name"), "")),
            name => invalid_each(&mut own, &path.child("name"), name, name_rules::dns1123_label(name)),
        }
        if names.contains(volume.name.as_str()) {
            own.push(FieldError::duplicate(path.child("name"), volume.name.as_str()));
        }
        if own.is_empty() {
            names.insert(volume.name.as_str());
        }
        errors.extend(own);
    }
    (names, errors)
}

/// Whose volumes these are: a pod's, or those of a template, which has no name.
#[derive(Clone, Copy)]
pub(crate) struct Meta<'a> {
    pub name: &'a str,
    pub is_pod: bool,
}

/// The checks of one source, or nothing if the volume has no such source.
pub(super) type Checked = (&'static str, Option<Vec<FieldError>>);

fn source(volume: &Volume, meta: Meta<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut found = 0;
    for (name, own) in sources(volume, meta, path) {
        let Some(own) = own else { continue };
        if found > 0 {
            // The reference spells this one without its `d`.
            let name = if name == "downwardAPI" { "downwarAPI" } else { name };
            errors.push(FieldError::forbidden(path.child(name), "may not specify more than 1 volume type"));
        } else {
            errors.extend(own);
        }
        found += 1;
        if name == "iscsi" {
            errors.extend(volume_source::long_portal(volume, path));
        }
    }
    if found == 0 {
        errors.push(FieldError::required(path, "must specify a volume type"));
    }
    errors
}

/// The sources in the order in which they are looked at.
fn sources(volume: &Volume, meta: Meta<'_>, path: &Path) -> Vec<Checked> {
    let at = |name: &str| path.child(name);
    let mut checked = vec![
        ("emptyDir", volume.empty_dir.as_ref().map(|source| {
            let negative = source.size_limit.as_ref().map(Quantity::of).is_some_and(|limit| limit.sign() < 0);
            let why = "SizeLimit field must be a valid resource quantity";
            negative.then(|| FieldError::forbidden(at("emptyDir").child("sizeLimit"), why)).into_iter().collect()
        })),
        ("hostPath", volume.host_path.as_ref().map(|source| host_path(source, &at("hostPath")))),
        ("gitRepo", volume.git_repo.as_ref().map(|source| volume_source::git_repo(source, &at("gitRepo")))),
    ];
    checked.extend(volume_source::disks(volume, path));
    checked.push(("secret", volume.secret.as_ref().map(|source| {
        keyed(("secretName", text(&source.secret_name)), source.default_mode, list(&source.items), &at("secret"))
    })));
    checked.push(("nfs", volume.nfs.as_ref().map(|source| nfs(source, &at("nfs")))));
    checked.extend(volume_source::first_servers(volume, path));
    checked.push(("persistentVolumeClaim", volume.persistent_volume_claim.as_ref().map(|source| {
        required_text(&source.claim_name, &at("persistentVolumeClaim").child("claimName")).into_iter().collect()
    })));
    checked.extend(volume_source::second_servers(volume, path));
    checked.push(("downwardAPI", volume.downward_api.as_ref().map(|source| {
        let mut errors: Vec<FieldError> = mode(source.default_mode, &at("downwardAPI").child("defaultMode")).into_iter().collect();
        errors.extend(list(&source.items).iter().flat_map(|file| downward_file(file, &at("downwardAPI"))));
        errors
    })));
    checked.extend(volume_source::fibres(volume, path));
    checked.push(("configMap", volume.config_map.as_ref().map(|source| {
        keyed(("name", &source.name), source.default_mode, list(&source.items), &at("configMap"))
    })));
    checked.extend(volume_source::clouds(volume, path));
    checked.push(("projected", volume.projected.as_ref().map(|source| projected(source, &at("projected")))));
    checked.extend(volume_source::drivers(volume, path));
    checked.push(("ephemeral", volume.ephemeral.as_ref().map(|source| ephemeral(source, &volume.name, meta, path))));
    checked.push(("image", volume.image.as_ref().map(|source| {
        let missing = meta.is_pod && text(&source.reference).is_empty();
        let mut errors: Vec<FieldError> = missing.then(|| FieldError::required(at("image").child("reference"), "")).into_iter().collect();
        one_of(&mut errors, &at("image").child("pullPolicy"), source.pull_policy.as_deref(), &["Always", "IfNotPresent", "Never"]);
        errors
    })));
    checked
}

/// Volumes whose claim is the one that is made for another volume of the pod.
pub(crate) fn claims_of_others(volumes: &[Volume], meta: Meta<'_>, path: &Path) -> Vec<FieldError> {
    let made = |name: &str| volumes.iter().any(|volume| volume.ephemeral.is_some() && format!("{}-{}", meta.name, volume.name) == name);
    let claims = volumes.iter().enumerate().filter_map(|(index, volume)| Some((index, volume.persistent_volume_claim.as_ref()?.claim_name.as_str())));
    let faulty = claims.filter(|(_, name)| !meta.name.is_empty() && made(name));
    let why = "must not reference a PVC that gets created for an ephemeral volume";
    faulty.map(|(index, name)| FieldError::invalid(path.index(index).child("persistentVolumeClaim").child("claimName"), name, why)).collect()
}

/// A claim that is made for the pod, named after it and the volume.
fn ephemeral(source: &EphemeralVolumeSource, volume_name: &str, meta: Meta<'_>, path: &Path) -> Vec<FieldError> {
    let template_path = path.child("ephemeral").child("volumeClaimTemplate");
    let mut errors = match &source.volume_claim_template {
        Some(template) => persistent_volume_claim::template(template, &template_path),
        None => vec![FieldError::required(template_path, "")],
    };
    if !meta.name.is_empty() && !volume_name.is_empty() {
        let claim = format!("{}-{volume_name}", meta.name);
        let faults = name_rules::dns1123_subdomain(&claim);
        errors.extend(faults.into_iter().map(|fault| FieldError::invalid(path.child("name"), volume_name, format!("PVC name {claim:?}: {fault}"))));
    }
    errors
}

fn required_text(value: &str, path: &Path) -> Option<FieldError> {
    value.is_empty().then(|| FieldError::required(path, ""))
}

fn mode(mode: Option<i32>, path: &Path) -> Option<FieldError> {
    mode.filter(|mode| !(0..=0o777).contains(mode)).map(|mode| FieldError::invalid(path, mode, MODE))
}

pub(super) fn nfs(source: &NFSVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required_text(&source.server, &path.child("server")).into_iter().collect();
    errors.extend(required_text(&source.path, &path.child("path")));
    if !source.path.starts_with('/') {
        errors.push(FieldError::invalid(path.child("path"), source.path.as_str(), "must be an absolute path"));
    }
    errors
}

pub(super) fn host_path(source: &HostPathVolumeSource, path: &Path) -> Vec<FieldError> {
    const TYPES: &[&str] = &["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];
    if source.path.is_empty() {
        return vec![FieldError::required(path.child("path"), "")];
    }
    let mut errors: Vec<FieldError> = no_backsteps(&source.path, &path.child("path")).into_iter().collect();
    let type_ = text(&source.type_);
    if !TYPES.contains(&type_) {
        errors.push(FieldError::not_supported(path.child("type"), type_, TYPES));
    }
    errors
}

/// A ConfigMap or a Secret as a volume.
fn keyed((field, name): (&str, &str), default_mode: Option<i32>, items: &[KeyToPath], path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required_text(name, &path.child(field)).into_iter().collect();
    errors.extend(mode(default_mode, &path.child("defaultMode")));
    for (index, item) in items.iter().enumerate() {
        errors.extend(key_to_path(item, &path.child("items").index(index)));
    }
    errors
}

fn key_to_path(item: &KeyToPath, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = required_text(&item.key, &path.child("key")).into_iter().collect();
    errors.extend(required_text(&item.path, &path.child("path")));
    errors.extend(local_path(&item.path, &path.child("path")));
    errors.extend(mode(item.mode, &path.child("mode")));
    errors
}

fn projected(source: &ProjectedVolumeSource, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = mode(source.default_mode, &path.child("defaultMode")).into_iter().collect();
    let mut paths = BTreeSet::new();
    for (index, part) in list(&source.sources).iter().enumerate() {
        let own = path.child("sources").index(index);
        let secret = part.secret.as_ref().map(|secret| ("secret", secret.name.as_str(), list(&secret.items)));
        let config_map = part.config_map.as_ref().map(|map| ("configMap", map.name.as_str(), list(&map.items)));
        for (name, reference, items) in secret.into_iter().chain(config_map) {
            errors.extend(keyed(("name", reference), None, items, &own.child(name)));
            let repeated = items.iter().filter(|item| !item.path.is_empty() && !paths.insert(item.path.clone())).count();
            errors.extend((0..repeated).map(|_| FieldError::invalid(path, reference, "conflicting duplicate paths")));
        }
        if let Some(downward) = &part.downward_api {
            for file in list(&downward.items) {
                errors.extend(downward_file(file, &own.child("downwardAPI")));
                if !file.path.is_empty() && !paths.insert(file.path.clone()) {
                    errors.push(FieldError::invalid(path, file.path.as_str(), "conflicting duplicate paths"));
                }
            }
        }
        if let Some(token) = &part.service_account_token {
            let seconds = token.expiration_seconds.unwrap_or(0);
            let field = own.child("serviceAccountToken").child("expirationSeconds");
            if seconds < 600 {
                errors.push(FieldError::invalid(&field, seconds, "may not specify a duration less than 10 minutes"));
            }
            if seconds > 1 << 32 {
                errors.push(FieldError::invalid(&field, seconds, "may not specify a duration larger than 2^32 seconds"));
            }
            match token.path.as_str() {
                "" => errors.push(FieldError::required(path.child("path"), "")),
                token_path => errors.extend(local_path(token_path, &path.child("path"))),
            }
        }
        let others = [part.downward_api.is_some(), part.service_account_token.is_some(), part.cluster_trust_bundle.is_some(), part.pod_certificate.is_some()];
        let count = usize::from(secret.is_some()) + usize::from(config_map.is_some()) + others.into_iter().filter(|given| *given).count();
        if count > 1 {
            errors.push(FieldError::forbidden(own, "may not specify more than 1 volume type per source"));
        }
    }
    errors
}

fn downward_file(file: &DownwardAPIVolumeFile, path: &Path) -> Vec<FieldError> {
    const FIELDS: &[&str] = &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];
    let mut errors: Vec<FieldError> = required_text(&file.path, &path.child("path")).into_iter().collect();
    errors.extend(local_path(&file.path, &path.child("path")));
    match (&file.field_ref, &file.resource_field_ref) {
        (Some(field), resource) => {
            errors.extend(container::field_ref(field, FIELDS, &path.child("fieldRef")));
            if resource.is_some() {
                let why = "fieldRef and resourceFieldRef can not be specified simultaneously";
                errors.push(FieldError::invalid(path, "resource", why));
            }
        }
        (None, Some(resource)) => errors.extend(container::resource_ref(resource, true, &path.child("resourceFieldRef"))),
        (None, None) => errors.push(FieldError::required(path, "one of fieldRef and resourceFieldRef is required")),
    }
    errors.extend(mode(file.mode, &path.child("mode")));
    errors
}

pub(super) fn no_backsteps(target: &str, path: &Path) -> Option<FieldError> {
    target.split('/').any(|part| part == "..").then(|| FieldError::invalid(path, target, "must not contain '..'"))
}

/// A relative path that does not leave its directory.
pub(crate) fn descending_path(target: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if target.starts_with('/') {
        errors.push(FieldError::invalid(path, target, "must be a relative path"));
    }
    errors.extend(no_backsteps(target, path));
    errors
}

/// Such a path that does not start with the dots that the kubelet keeps for itself.
fn local_path(target: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = descending_path(target, path);
    if target.starts_with("..") && !target.starts_with("../") && target != ".." {
        errors.push(FieldError::invalid(path, target, "must not start with '..'"));
    }
    errors
}
