//! An object on its way through kustomizations, and the order in which objects come out.
//!
//! Models: sigs.k8s.io/kustomize/api/{resource,resmap}, as kubectl v1.36 uses them.
//! Simplified: nothing.

use serde_json::Value;

use crate::unstructured::{name, namespace, text};

/// An object and the names that it has had.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub object: Value,
    /// What it was called at first, and then.
    pub names: Vec<String>,
    /// Its name gets the hash of its data at the end.
    pub hashes: bool,
}

impl Resource {
    pub fn new(object: Value) -> Self {
        let names = vec![name(&object).to_owned()];
        Resource { object, names, hashes: false }
    }

    pub fn kind(&self) -> &str {
        text(&self.object, "/kind")
    }

    pub fn group(&self) -> &str {
        text(&self.object, "/apiVersion").split_once('/').map_or("", |(group, _)| group)
    }

    pub fn version(&self) -> &str {
        let version = text(&self.object, "/apiVersion");
        version.split_once('/').map_or(version, |(_, version)| version)
    }

    pub fn name(&self) -> &str {
        name(&self.object)
    }

    pub fn namespace(&self) -> &str {
        namespace(&self.object)
    }

    pub fn is_namespaced(&self) -> bool {
        !CLUSTER_WIDE.contains(&self.kind())
    }

    pub fn rename(&mut self, name: String) {
        self.object["metadata"]["name"] = name.clone().into();
        self.names.push(name);
    }

    /// Whether it has, or had, this name.
    pub fn was_called(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// `Deployment.v1.apps/web.[noNs]`, as messages name it.
    pub fn id(&self) -> String {
        let group = if self.group().is_empty() { "[noGrp]" } else { self.group() };
        let namespace = if self.namespace().is_empty() { "[noNs]" } else { self.namespace() };
        format!("{}.{}.{group}/{}.{namespace}", self.kind(), self.version(), self.name())
    }
}

const CLUSTER_WIDE: &[&str] = &[
    "APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "ComponentStatus", "CustomResourceDefinition",
    "FlowSchema", "IngressClass", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "Namespace", "Node",
    "PersistentVolume", "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
];

const FIRST: &[&str] = &[
    "Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount", "PodSecurityPolicy", "Role", "ClusterRole", "RoleBinding",
    "ClusterRoleBinding", "ConfigMap", "Secret", "Endpoints", "Service", "LimitRange", "PriorityClass", "PersistentVolume", "PersistentVolumeClaim",
    "Deployment", "StatefulSet", "CronJob", "PodDisruptionBudget",
];
const LAST: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// What others stand on comes before them; what watches over them comes last.
pub(super) fn sort(resources: &mut [Resource]) {
    let place = |kind: &str| match (FIRST.iter().position(|first| *first == kind), LAST.contains(&kind)) {
        (Some(at), _) => at,
        (None, false) => FIRST.len(),
        (None, true) => FIRST.len() + 1,
    };
    resources.sort_by_cached_key(|one| {
        let kind = format!("{}_{}_{}", one.group(), one.version(), one.kind());
        (place(one.kind()), kind, one.namespace().to_owned(), one.name().to_owned())
    });
}
