//! What came out of templates: documents, hooks among them, and the order in which kinds are made.
//!
//! Models: helm.sh/helm/pkg/release/v1/util, v4.2.3.
//! Simplified: nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Kinds in the order in which they are installed.
const INSTALL_ORDER: &[&str] = &[
    "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap",
    "StorageClass", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding", "ClusterRoleBindingList", "Role",
    "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job",
    "CronJob", "IngressClass", "Ingress", "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
];

/// Kinds in the order in which they are removed.
const UNINSTALL_ORDER: &[&str] = &[
    "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService", "Ingress", "IngressClass", "Service", "CronJob", "Job", "StatefulSet", "HorizontalPodAutoscaler",
    "Deployment", "ReplicaSet", "ReplicationController", "Pod", "DaemonSet", "RoleBindingList", "RoleBinding", "RoleList", "Role", "ClusterRoleBindingList", "ClusterRoleBinding",
    "ClusterRoleList", "ClusterRole", "CustomResourceDefinition", "PersistentVolumeClaim", "PersistentVolume", "StorageClass", "ConfigMap", "SecretList", "Secret", "ServiceAccount",
    "PodDisruptionBudget", "PodSecurityPolicy", "LimitRange", "ResourceQuota", "NetworkPolicy", "Namespace", "PriorityClass",
];

/// A document, the template that it came from, and its kind.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub path: String,
    pub text: String,
    pub kind: String,
}

/// Documents of a text, each without blanks before it.
pub fn split(text: &str) -> Vec<String> {
    let (mut documents, mut current, mut rest) = (Vec::new(), String::new(), text.trim_start());
    // A separator stands at the beginning of a line; blanks around it belong to it.
    while let Some(at) = (if rest.starts_with("---") { Some(0) } else { rest.find("\n---").map(|at| at + 1) }) {
        current.push_str(rest[..at].trim_end());
        documents.push(std::mem::take(&mut current));
        rest = rest[at + 3..].trim_start();
    }
    current.push_str(rest);
    documents.push(current);
    documents.into_iter().filter(|text| !text.trim().is_empty()).map(|text| text.trim_start().to_owned()).collect()
}

fn place(order: &[&str], kind: &str) -> (usize, String) {
    match order.iter().position(|known| *known == kind) {
        Some(at) => (at, String::new()),
        None => (order.len(), kind.to_owned()),
    }
}

/// Hooks and ordinary documents of rendered files.
pub fn sort(files: &BTreeMap<String, String>) -> Result<(Vec<Value>, Vec<Manifest>), String> {
    let (mut hooks, mut manifests) = (Vec::new(), Vec::new());
    for (path, text) in files {
        for document in split(text) {
            let data: Value = match serde_yaml::from_str(&document) {
                Ok(data) => data,
                Err(error) => return Err(format!("YAML parse error on {path}: error converting YAML to JSON: {}", podarium_kubectl::manifest::go_yaml_error(&error))),
            };
            if !data.is_object() && !data.is_null() {
                let kind = match &data {
                    Value::String(_) => "string",
                    Value::Number(_) => "number",
                    Value::Bool(_) => "bool",
                    _ => "array",
                };
                return Err(format!("YAML parse error on {path}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type util.SimpleHead"));
            }
            let kind = data["kind"].as_str().unwrap_or_default().to_owned();
            let annotation = |name: &str| data.pointer(&format!("/metadata/annotations/{}", name.replace('/', "~1"))).and_then(Value::as_str).map(str::to_owned);
            let Some(events) = annotation("helm.sh/hook") else {
                manifests.push(Manifest { path: path.clone(), text: document, kind });
                continue;
            };
            let words = |text: &str| text.split(',').map(|word| word.trim().to_lowercase()).collect::<Vec<_>>();
            let known = ["pre-install", "post-install", "pre-delete", "post-delete", "pre-upgrade", "post-upgrade", "pre-rollback", "post-rollback", "test"];
            let events: Vec<String> = words(&events).into_iter().map(|event| if event == "test-success" { "test".to_owned() } else { event }).collect();
            if events.iter().any(|event| !known.contains(&event.as_str())) {
                continue;
            }
            let mut hook = json!({
                "name": data.pointer("/metadata/name").cloned().unwrap_or_default(),
                "kind": kind,
                "path": path,
                "manifest": document,
                "events": events,
                "last_run": {"phase": ""},
            });
            let weight = annotation("helm.sh/hook-weight").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
            if weight != 0 {
                hook["weight"] = weight.into();
            }
            if let Some(policies) = annotation("helm.sh/hook-delete-policy") {
                hook["delete_policies"] = words(&policies).into();
            }
            if let Some(policies) = annotation("helm.sh/hook-output-log-policy") {
                hook["output_log_policies"] = words(&policies).into();
            }
            hooks.push(hook);
        }
    }
    manifests.sort_by_key(|manifest| place(INSTALL_ORDER, &manifest.kind));
    hooks.sort_by_key(|hook| place(INSTALL_ORDER, hook["kind"].as_str().unwrap_or_default()));
    Ok((hooks, manifests))
}

/// The documents of a release's manifest, in the order in which they are removed.
pub fn for_removal(manifest: &str) -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = split(manifest).into_iter().filter_map(|text| serde_yaml::from_str::<Value>(&text).ok().map(|data| (text, data))).filter(|(_, data)| data.is_object()).collect();
    found.sort_by_key(|(_, data)| place(UNINSTALL_ORDER, data["kind"].as_str().unwrap_or_default()));
    found
}
