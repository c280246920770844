//! Names in other objects follow when an object is renamed: `configMapKeyRef`, `serviceAccountName`, `scaleTargetRef`, …
//!
//! Models: sigs.k8s.io/kustomize/api/internal/konfig/builtinpluginconsts/namereference.go, as kubectl v1.36 uses it.
//! Simplified: references of the storage systems' own volumes are not followed.

use serde_json::Value;

use super::fields::visit;
use super::resource::Resource;
use crate::unstructured::text;

/// Below the spec of a pod.
const IN_POD: &[(&str, &str)] = &[
    ("ConfigMap", "volumes/configMap/name"),
    ("ConfigMap", "volumes/projected/sources/configMap/name"),
    ("ConfigMap", "CONTAINERS/env/valueFrom/configMapKeyRef/name"),
    ("ConfigMap", "CONTAINERS/envFrom/configMapRef/name"),
    ("Secret", "volumes/secret/secretName"),
    ("Secret", "volumes/projected/sources/secret/name"),
    ("Secret", "CONTAINERS/env/valueFrom/secretKeyRef/name"),
    ("Secret", "CONTAINERS/envFrom/secretRef/name"),
    ("Secret", "imagePullSecrets/name"),
    ("ServiceAccount", "serviceAccountName"),
    ("ServiceAccount", "serviceAccount"),
    ("PersistentVolumeClaim", "volumes/persistentVolumeClaim/claimName"),
    ("PriorityClass", "priorityClassName"),
];
const CONTAINERS: &[&str] = &["containers", "initContainers", "ephemeralContainers"];
/// Where the spec of a pod is.
const PODS: &[(&[&str], &str)] = &[
    (&["Pod"], "spec"),
    (&["ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"], "spec/template/spec"),
    (&["CronJob"], "spec/jobTemplate/spec/template/spec"),
];
/// Whose place refers to what.
const OTHERS: &[(&[&str], &str, &str)] = &[
    (&["StatefulSet"], "Service", "spec/serviceName"),
    (&["Ingress"], "Service", "spec/rules/http/paths/backend/service/name"),
    (&["Ingress"], "Service", "spec/defaultBackend/service/name"),
    (&["Ingress"], "Secret", "spec/tls/secretName"),
    (&["APIService"], "Service", "spec/service/name"),
    (&["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"], "Service", "webhooks/clientConfig/service/name"),
    (&["ServiceAccount"], "Secret", "imagePullSecrets/name"),
    (&["ServiceAccount"], "Secret", "secrets/name"),
    (&["PersistentVolumeClaim"], "PersistentVolume", "spec/volumeName"),
    (&["PersistentVolumeClaim", "PersistentVolume"], "StorageClass", "spec/storageClassName"),
    (&["Ingress"], "IngressClass", "spec/ingressClassName"),
];

/// Lets all names follow.
pub(super) fn follow(resources: &mut [Resource]) {
    let all = resources.to_vec();
    for resource in resources {
        let (kind, namespace) = (resource.kind().to_owned(), resource.namespace().to_owned());
        let named = |target: &str, name: &str| -> Option<&Resource> {
            let fits = |one: &&Resource| one.kind() == target && one.was_called(name) && (!one.is_namespaced() || one.namespace() == namespace || kind.starts_with("Cluster"));
            all.iter().find(fits)
        };
        let follow = |target: &str, value: &mut Value| {
            if let Some(found) = value.as_str().and_then(|name| named(target, name)) {
                *value = found.name().into();
            }
        };
        for (_, pod) in PODS.iter().filter(|(kinds, _)| kinds.contains(&kind.as_str())) {
            for (target, path) in IN_POD {
                let paths: Vec<String> = match path.strip_prefix("CONTAINERS/") {
                    Some(rest) => CONTAINERS.iter().map(|list| format!("{pod}/{list}/{rest}")).collect(),
                    None => vec![format!("{pod}/{path}")],
                };
                for path in paths {
                    visit(&mut resource.object, &path, false, &mut |value| follow(target, value));
                }
            }
        }
        for (_, target, path) in OTHERS.iter().filter(|(kinds, ..)| kinds.contains(&kind.as_str())) {
            visit(&mut resource.object, path, false, &mut |value| follow(target, value));
        }
        let by_kind: &[&str] = match kind.as_str() {
            "HorizontalPodAutoscaler" => &["spec/scaleTargetRef"],
            "RoleBinding" | "ClusterRoleBinding" => &["roleRef", "subjects"],
            _ => &[],
        };
        for path in by_kind {
            visit(&mut resource.object, path, false, &mut |value| match value {
                Value::Array(all) => all.iter_mut().for_each(|one| follow_pair(one, &named)),
                one => follow_pair(one, &named),
            });
        }
    }
}

/// A reference of kind and name; a ServiceAccount's namespace follows too.
fn follow_pair<'r>(value: &mut Value, named: &dyn Fn(&str, &str) -> Option<&'r Resource>) {
    let Some(found) = named(text(value, "/kind"), text(value, "/name")) else { return };
    value["name"] = found.name().into();
    if found.kind() == "ServiceAccount" && !found.namespace().is_empty() {
        value["namespace"] = found.namespace().into();
    }
}
