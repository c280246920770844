//! An object on its way through kustomizations, and its names.
//!
//! Models: sigs.k8s.io/kustomize/api/{resource,resmap}, sigs.k8s.io/kustomize/kyaml/resid, as kubectl v1.36 uses them.
//! Simplified: nothing.

use std::fmt;

use serde_json::Value;

use super::fields::Gvk;
use crate::failure::{Outcome, fail};
use crate::unstructured::{name, namespace};

/// What an object is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Id {
    pub gvk: Gvk,
    pub name: String,
    pub namespace: String,
}

impl Id {
    pub fn of(object: &Value) -> Self {
        Id { gvk: Gvk::of(object), name: name(object).to_owned(), namespace: namespace(object).to_owned() }
    }

    pub fn is_cluster_wide(&self) -> bool {
        CLUSTER_WIDE.contains(&self.gvk.kind.as_str())
    }

    /// No namespace is the default one; objects of the cluster have a place of their own.
    pub fn effective_namespace(&self) -> &str {
        match self.namespace.as_str() {
            _ if self.is_cluster_wide() => "_non_namespaceable_",
            "" => "default",
            namespace => namespace,
        }
    }

    pub fn equals(&self, other: &Id) -> bool {
        self.name == other.name && self.gvk == other.gvk && self.effective_namespace() == other.effective_namespace()
    }

    /// As Go prints all of its fields.
    pub fn in_go(&self) -> String {
        let Gvk { group, version, kind } = &self.gvk;
        let wide = self.is_cluster_wide();
        format!("resid.ResId{{Gvk:resid.Gvk{{Group:{group:?}, Version:{version:?}, Kind:{kind:?}, isClusterScoped:{wide}}}, Name:{:?}, Namespace:{:?}}}", self.name, self.namespace)
    }
}

/// `Deployment.v1.apps/web.[noNs]`.
impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        write!(out, "{}/{}.{}", self.gvk, part(&self.name, "[noName]"), part(&self.namespace, "[noNs]"))
    }
}

/// An object, what it was called before, and where it comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Resource {
    pub object: Value,
    /// The oldest comes first; what it is called now is not among them.
    pub previous: Vec<Id>,
    pub prefixes: Vec<String>,
    pub suffixes: Vec<String>,
    /// Its name gets the hash of its data at the end.
    pub hashes: bool,
    /// The variables that take their values from it.
    pub variables: Vec<String>,
    /// The text of the annotation that says where it comes from, and of those who changed it.
    pub origin: Option<String>,
    pub transformations: String,
}

impl Resource {
    pub fn new(object: Value) -> Self {
        Resource { object, ..Resource::default() }
    }

    pub fn id(&self) -> Id {
        Id::of(&self.object)
    }

    pub fn kind(&self) -> &str {
        crate::unstructured::text(&self.object, "/kind")
    }

    pub fn name(&self) -> &str {
        name(&self.object)
    }

    pub fn namespace(&self) -> &str {
        namespace(&self.object)
    }

    pub fn original_id(&self) -> Id {
        self.previous.first().cloned().unwrap_or_else(|| self.id())
    }

    /// All that it was called, and what it is called now.
    pub fn ids(&self) -> Vec<Id> {
        self.previous.iter().cloned().chain([self.id()]).collect()
    }

    /// Keeps what it is called now, before that changes.
    pub fn remember(&mut self) {
        let mut id = self.id();
        id.namespace = id.effective_namespace().to_owned();
        self.previous.push(id);
    }

    pub fn rename(&mut self, name: String) {
        self.object["metadata"]["name"] = name.into();
    }

    /// The object, with what the build keeps in annotations of its own.
    pub fn with_previous(&self) -> Value {
        let mut object = self.object.clone();
        let all = |part: &dyn Fn(&Id) -> &str| self.previous.iter().map(part).collect::<Vec<_>>().join(",");
        if !self.previous.is_empty() {
            for (key, value) in [("Kinds", all(&|id| &id.gvk.kind)), ("Names", all(&|id| &id.name)), ("Namespaces", all(&|id| &id.namespace))] {
                object["metadata"]["annotations"][format!("internal.config.kubernetes.io/previous{key}")] = value.into();
            }
        }
        object
    }
}

/// Adds an object; no two may be called the same.
pub(super) fn append(resources: &mut Vec<Resource>, one: Resource) -> Outcome<()> {
    let id = one.id();
    if resources.iter().any(|known| known.id().equals(&id)) {
        return fail(format!("may not add resource with an already registered id: {id}"));
    }
    resources.push(one);
    Ok(())
}

/// The places of the objects that are or were called so.
pub(super) fn called(resources: &[Resource], fits: impl Fn(&Id) -> bool) -> Vec<usize> {
    resources.iter().enumerate().filter(|(_, one)| one.ids().iter().any(&fits)).map(|(at, _)| at).collect()
}

const CLUSTER_WIDE: &[&str] = &[
    "APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "ComponentStatus", "CustomResourceDefinition",
    "FlowSchema", "IngressClass", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration", "Namespace", "Node",
    "PersistentVolume", "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
];
