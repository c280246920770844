//! Volumes of a pod or a template.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeVolumes), v1.36.
//! Simplified: hostPath, emptyDir, secret, configMap, persistentVolumeClaim, projected, downwardAPI; others by name.

use serde_json::Value;

use super::Writer;
use crate::unstructured::{flag, int, items, text};

pub fn volumes(writer: &mut Writer, volumes: &[Value], space: &str) {
    if volumes.is_empty() {
        return writer.write(0, format!("{space}Volumes:\t<none>\n"));
    }
    writer.write(0, format!("{space}Volumes:\n"));
    for volume in volumes {
        writer.write(1, format!("{}{}:\n", if space.is_empty() { "" } else { " " }, text(volume, "/name")));
        source(writer, volume);
    }
}

fn source(writer: &mut Writer, volume: &Value) {
    let or_unset = |value: &str, unset: &str| if value.is_empty() { unset.to_owned() } else { value.to_owned() };
    let mut say = |kind: &str, fields: &[(&str, String)]| {
        writer.field(2, "Type", kind);
        fields.iter().for_each(|(label, value)| writer.field(2, label, value));
    };
    if let Some(path) = volume.get("hostPath") {
        say("HostPath (bare host directory volume)", &[("Path", text(path, "/path").to_owned()), ("HostPathType", or_unset(text(path, "/type"), if path.get("type").is_some() { "" } else { "<none>" }))]);
    } else if let Some(empty) = volume.get("emptyDir") {
        say("EmptyDir (a temporary directory that shares a pod's lifetime)", &[("Medium", text(empty, "/medium").to_owned()), ("SizeLimit", or_unset(text(empty, "/sizeLimit"), "<unset>"))]);
    } else if let Some(secret) = volume.get("secret") {
        say("Secret (a volume populated by a Secret)", &[("SecretName", text(secret, "/secretName").to_owned()), ("Optional", flag(secret, "/optional").to_string())]);
    } else if let Some(map) = volume.get("configMap") {
        say("ConfigMap (a volume populated by a ConfigMap)", &[("Name", text(map, "/name").to_owned()), ("Optional", flag(map, "/optional").to_string())]);
    } else if let Some(claim) = volume.get("persistentVolumeClaim") {
        say(
            "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
            &[("ClaimName", text(claim, "/claimName").to_owned()), ("ReadOnly", flag(claim, "/readOnly").to_string())],
        );
    } else if let Some(downward) = volume.get("downwardAPI") {
        writer.write(2, "Type:\tDownwardAPI (a volume populated by information about the pod)\n    Items:\n");
        for item in items(downward, "/items") {
            if let Some(field) = item.get("fieldRef") {
                writer.write(3, format!("{} -> {}\n", text(field, "/fieldPath"), text(item, "/path")));
            }
            if let Some(resource) = item.get("resourceFieldRef") {
                writer.write(3, format!("{} -> {}\n", text(resource, "/resource"), text(item, "/path")));
            }
        }
    } else if let Some(projected) = volume.get("projected") {
        writer.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
        items(projected, "/sources").iter().for_each(|source| projection(writer, source));
    } else {
        writer.write(1, "<unknown>\n");
    }
}

fn projection(writer: &mut Writer, source: &Value) {
    if let Some(secret) = source.get("secret") {
        writer.field(2, "SecretName", text(secret, "/name"));
        writer.field(2, "Optional", flag(secret, "/optional"));
    } else if source.get("downwardAPI").is_some() {
        writer.field(2, "DownwardAPI", "true");
    } else if let Some(map) = source.get("configMap") {
        writer.field(2, "ConfigMapName", text(map, "/name"));
        writer.field(2, "Optional", flag(map, "/optional"));
    } else if let Some(token) = source.get("serviceAccountToken") {
        writer.field(2, "TokenExpirationSeconds", int(token, "/expirationSeconds").unwrap_or(0));
    }
}
