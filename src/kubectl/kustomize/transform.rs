//! What a kustomization does to all of its objects: namespace, prefix, suffix, labels, annotations, replicas, images.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/builtins, as kubectl v1.36 uses them.
//! Simplified: nothing.

use serde_json::Value;

use super::fields::{Field, SELECTORS, TEMPLATE_ANNOTATIONS, TEMPLATE_LABELS, add_pairs, visit};
use super::resource::Resource;
use crate::failure::{Outcome, fail};
use crate::unstructured::{flag, items, strings, text};

/// All of it, in kustomize's order.
pub(super) fn transform(kustomization: &Value, resources: &mut [Resource]) -> Outcome<()> {
    namespace(text(kustomization, "/namespace"), resources);
    affix(text(kustomization, "/namePrefix"), text(kustomization, "/nameSuffix"), resources);
    for entry in items(kustomization, "/labels") {
        let pairs: Vec<(String, String)> = strings(entry, "/pairs").into_iter().collect();
        let selectors = flag(entry, "/includeSelectors");
        labels(&pairs, selectors, selectors || flag(entry, "/includeTemplates"), resources);
    }
    let common: Vec<(String, String)> = strings(kustomization, "/commonLabels").into_iter().collect();
    if !common.is_empty() {
        labels(&common, true, true, resources);
    }
    let annotations: Vec<(String, String)> = strings(kustomization, "/commonAnnotations").into_iter().collect();
    if !annotations.is_empty() {
        for one in resources.iter_mut() {
            add_pairs(&mut one.object, "metadata/annotations", true, &annotations);
            add_at(one, TEMPLATE_ANNOTATIONS, &annotations);
        }
    }
    for entry in items(kustomization, "/replicas") {
        replicas(text(entry, "/name"), &entry["count"], resources)?;
    }
    for entry in items(kustomization, "/images") {
        for one in resources.iter_mut() {
            images(&mut one.object, entry);
        }
    }
    Ok(())
}

fn add_at(one: &mut Resource, places: &[Field], pairs: &[(String, String)]) {
    let kind = one.kind().to_owned();
    for place in places.iter().filter(|place| place.is_for(&kind)) {
        add_pairs(&mut one.object, place.path, place.create, pairs);
    }
}

fn labels(pairs: &[(String, String)], selectors: bool, templates: bool, resources: &mut [Resource]) {
    for one in resources {
        add_pairs(&mut one.object, "metadata/labels", true, pairs);
        if selectors {
            add_at(one, SELECTORS, pairs);
        }
        if templates {
            add_at(one, TEMPLATE_LABELS, pairs);
        }
    }
}

fn namespace(namespace: &str, resources: &mut [Resource]) {
    if namespace.is_empty() {
        return;
    }
    for one in resources {
        match one.kind() {
            "Namespace" => one.rename(namespace.to_owned()),
            _ if one.is_namespaced() => one.object["metadata"]["namespace"] = namespace.into(),
            _ => {}
        }
        if matches!(one.kind(), "RoleBinding" | "ClusterRoleBinding") {
            for subject in one.object["subjects"].as_array_mut().into_iter().flatten() {
                if text(subject, "/kind") == "ServiceAccount" && text(subject, "/name") == "default" {
                    subject["namespace"] = namespace.into();
                }
            }
        }
        let service = match one.kind() {
            "APIService" => "spec/service/namespace",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => "webhooks/clientConfig/service/namespace",
            _ => continue,
        };
        visit(&mut one.object, service, false, &mut |value| *value = namespace.into());
    }
}

fn affix(prefix: &str, suffix: &str, resources: &mut [Resource]) {
    if prefix.is_empty() && suffix.is_empty() {
        return;
    }
    for one in resources.iter_mut().filter(|one| !matches!(one.kind(), "Namespace" | "CustomResourceDefinition" | "APIService")) {
        one.rename(format!("{prefix}{}{suffix}", one.name()));
    }
}

fn replicas(name: &str, count: &Value, resources: &mut [Resource]) -> Outcome<()> {
    let mut found = false;
    for one in resources.iter_mut().filter(|one| matches!(one.kind(), "Deployment" | "ReplicationController" | "ReplicaSet" | "StatefulSet")) {
        if one.was_called(name) {
            one.object["spec"]["replicas"] = count.clone();
            found = true;
        }
    }
    if found {
        return Ok(());
    }
    fail(format!("resource with name {name} does not match a config with the following GVK [Deployment.[noVer].[noGrp] StatefulSet.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] ReplicationController.[noVer].[noGrp]]"))
}

/// Images of containers, wherever in the object they are.
fn images(value: &mut Value, entry: &Value) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if matches!(name.as_str(), "containers" | "initContainers") {
                    for container in inner.as_array_mut().into_iter().flatten() {
                        if let Some(changed) = container["image"].as_str().and_then(|image| image_after(image, entry)) {
                            container["image"] = changed.into();
                        }
                    }
                }
                images(inner, entry);
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| images(one, entry)),
        _ => {}
    }
}

/// `name:tag@digest`, of which the entry may change each part; nothing if it is for another image.
fn image_after(image: &str, entry: &Value) -> Option<String> {
    let (rest, digest) = image.split_once('@').map_or((image, ""), |(rest, digest)| (rest, digest));
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (rest, ""),
    };
    if name != text(entry, "/name") {
        return None;
    }
    let given = |field: &str| match &entry[field] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let (new_name, new_tag, new_digest) = (given("newName"), given("newTag"), given("digest"));
    let name = if new_name.is_empty() { name.to_owned() } else { new_name };
    let (tag, digest) = match (new_tag.is_empty(), new_digest.is_empty()) {
        (true, true) => (tag.to_owned(), digest.to_owned()),
        _ => (new_tag, new_digest),
    };
    let suffix = given("tagSuffix");
    let tag = if tag.is_empty() && suffix.is_empty() { String::new() } else { format!(":{tag}{suffix}") };
    let digest = if digest.is_empty() { String::new() } else { format!("@{digest}") };
    Some(format!("{name}{tag}{digest}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_of_an_image_are_changed() {
        for (image, entry, after) in [
            ("nginx:1", json!({"name": "nginx", "newTag": "2"}), Some("nginx:2")),
            ("reg:5000/nginx", json!({"name": "reg:5000/nginx", "newName": "x"}), Some("x")),
            ("nginx:1@sha256:a", json!({"name": "nginx", "digest": "sha256:b"}), Some("nginx@sha256:b")),
            ("nginx:1", json!({"name": "redis", "newTag": "2"}), None),
        ] {
            assert_eq!(image_after(image, &entry).as_deref(), after, "{image}");
        }
    }
}
