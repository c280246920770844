//! Volumes: what kind each is, and what it holds.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeVolumes), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    DownwardAPIVolumeSource, EphemeralVolumeSource, PersistentVolumeClaimTemplate, ProjectedVolumeSource, Volume,
};
use podarium_api::quantity::Quantity;
use serde_json::json;

use super::containers::Setting;
use super::metadata;
use super::page::{Page, text, text_or};
use super::storage_sources::{self, Of};

pub fn volumes(page: &mut Page, volumes: Option<&Vec<Volume>>, setting: Setting) {
    let volumes = volumes.map(Vec::as_slice).unwrap_or_default();
    let title = format!("{}Volumes", setting.title_indent());
    if volumes.is_empty() {
        return page.field(0, &title, "<none>");
    }
    page.line(0, format_args!("{title}:"));
    for volume in volumes {
        page.line(1, format_args!("{}{}:", setting.name_indent(), volume.name));
        source(page, volume);
    }
}

/// The kind of the volume and the fields of that kind.
fn source(page: &mut Page, volume: &Volume) {
    if let Some(dir) = &volume.empty_dir {
        let limit = dir.size_limit.as_ref().map(Quantity::of).filter(|limit| limit.sign() > 0);
        page.field(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)");
        page.field(2, "Medium", text(&dir.medium));
        page.field(2, "SizeLimit", limit.map_or_else(|| "<unset>".to_owned(), |limit| limit.to_string()));
    } else if let Some(ephemeral) = &volume.ephemeral {
        ephemeral_claim(page, ephemeral);
    } else if let Some(downward) = &volume.downward_api {
        downward_items(page, downward);
    } else if let Some(projected) = &volume.projected {
        projections(page, projected);
    } else if let Some(csi) = &volume.csi {
        page.field(2, "Type", "CSI (a Container Storage Interface (CSI) volume source)");
        page.field(2, "Driver", &csi.driver);
        page.field(2, "FSType", text(&csi.fs_type));
        page.field(2, "ReadOnly", csi.read_only == Some(true));
        csi_attributes(page, csi.volume_attributes.as_ref());
    } else if !storage_sources::describe(page, &json!(volume), Of::Pod) {
        page.line(1, "<unknown>");
    }
}

fn projections(page: &mut Page, projected: &ProjectedVolumeSource) {
    page.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
    for source in projected.sources.iter().flatten() {
        if let Some(secret) = &source.secret {
            page.field(2, "SecretName", &secret.name);
            page.field(2, "Optional", secret.optional == Some(true));
        } else if source.downward_api.is_some() {
            page.field(2, "DownwardAPI", "true");
        } else if let Some(map) = &source.config_map {
            page.field(2, "ConfigMapName", &map.name);
            page.field(2, "Optional", map.optional == Some(true));
        } else if let Some(token) = &source.service_account_token {
            page.field(2, "TokenExpirationSeconds", token.expiration_seconds.unwrap_or_default());
        }
    }
}

fn downward_items(page: &mut Page, downward: &DownwardAPIVolumeSource) {
    page.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)");
    page.line(2, "Items:");
    for item in downward.items.iter().flatten() {
        if let Some(field) = &item.field_ref {
            page.line(3, format_args!("{} -> {}", field.field_path, item.path));
        }
        if let Some(field) = &item.resource_field_ref {
            page.line(3, format_args!("{} -> {}", field.resource, item.path));
        }
    }
}

/// The attributes are indented once more for each part that the reference writes.
pub(super) fn csi_attributes(page: &mut Page, attributes: Option<&BTreeMap<String, String>>) {
    let pairs: Vec<String> = attributes.into_iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
    if pairs.is_empty() {
        return page.field(2, "VolumeAttributes", "<none>");
    }
    for (index, pair) in pairs.iter().enumerate() {
        let start = if index == 0 { "    VolumeAttributes:\t" } else { "        \t" };
        page.line(0, format_args!("{start}    {}", metadata::shortened(pair, 140)));
    }
}

fn ephemeral_claim(page: &mut Page, ephemeral: &EphemeralVolumeSource) {
    page.field(2, "Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)");
    if let Some(template) = &ephemeral.volume_claim_template {
        page.nested(2, |page| claim_template(page, template));
    }
}

/// A claim that is made with the pod: it has no name, state or capacity of its own yet.
fn claim_template(page: &mut Page, template: &PersistentVolumeClaimTemplate) {
    let (meta, spec) = (template.metadata.clone().unwrap_or_default(), &template.spec);
    page.field(0, "StorageClass", text(&spec.storage_class_name));
    page.field(0, "Volume", text(&spec.volume_name));
    metadata::labels_and_annotations(page, &meta);
    page.field(0, "Capacity", if text_or(&spec.volume_name, "").is_empty() { "" } else { "0" });
    page.field(0, "Access Modes", "");
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
}
