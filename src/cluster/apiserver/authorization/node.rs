//! The node authorizer: a kubelet may read what the pods on its node need, write its own node, and no more.
//!
//! Models: plugin/pkg/auth/authorizer/node/node_authorizer.go, v1.36.
//! Simplified: the graph of what belongs to a node is read off the pods each time; an object or pod that does not exist
//! is answered with not found; devices have no kinds here.

use podarium_api::{Kind, Object, Pod, Resource as _};

use super::Attributes;
use crate::store::{Key, Store};

/// Resources that a kubelet may use like anybody with a role.
const STATIC: &[(&str, &str, &[&str])] = &[
    ("authentication.k8s.io", "tokenreviews", &["create"]),
    ("authorization.k8s.io", "subjectaccessreviews", &["create"]),
    ("authorization.k8s.io", "localsubjectaccessreviews", &["create"]),
    ("", "services", &["get", "list", "watch"]),
    ("", "events", &["create", "update", "patch"]),
    ("events.k8s.io", "events", &["create", "update", "patch"]),
    ("", "endpoints", &["get"]),
    ("certificates.k8s.io", "certificatesigningrequests", &["create", "get", "list", "watch"]),
    ("storage.k8s.io", "csidrivers", &["get", "list", "watch"]),
    ("node.k8s.io", "runtimeclasses", &["get", "list", "watch"]),
];

/// Allows the request, or gives the reason why not, which may be empty.
pub(super) fn authorize(store: &Store, node: &str, request: &Attributes<'_>) -> Result<(), String> {
    let request = &Question { store, node, request };
    match (&*request.request.group, &*request.request.resource) {
        ("", "secrets" | "configmaps") => request.read_for_pods(),
        ("", "persistentvolumeclaims") if request.request.subresource == "status" => {
            request.one_of(&["update", "patch"], "can only get/update/patch this type")?;
            request.related()
        }
        ("storage.k8s.io", "volumeattachments") => {
            request.one_of(&["get"], "can only get individual resources of this type")?;
            request.no_subresource("cannot get subresource")?;
            request.attachment()
        }
        ("", "persistentvolumeclaims" | "persistentvolumes") | ("resource.k8s.io", "resourceclaims") => {
            request.one_of(&["get"], "can only get individual resources of this type")?;
            request.no_subresource("cannot get subresource")?;
            request.related()
        }
        ("", "serviceaccounts") => request.service_account(),
        ("coordination.k8s.io", "leases") => request.lease(),
        ("storage.k8s.io", "csinodes") => {
            request.one_of(&["get", "create", "update", "patch", "delete"], "can only get, create, update, patch, or delete a CSINode")?;
            request.no_subresource("cannot authorize CSINode subresources")?;
            request.own_name("can only access CSINode with the same name as the requesting node")
        }
        ("", "nodes") => request.of_node(),
        ("", "pods") => request.of_pod(),
        (group, resource) => {
            let allowed = STATIC.iter().any(|(of, name, verbs)| *of == group && *name == resource && verbs.contains(&&*request.request.verb));
            (allowed && request.request.subresource.is_empty()).then_some(()).ok_or_else(String::new)
        }
    }
}

struct Question<'a> {
    store: &'a Store,
    node: &'a str,
    request: &'a Attributes<'a>,
}

impl Question<'_> {
    fn one_of(&self, verbs: &[&str], otherwise: &str) -> Result<(), String> {
        verbs.contains(&&*self.request.verb).then_some(()).ok_or_else(|| otherwise.to_owned())
    }

    fn no_subresource(&self, otherwise: &str) -> Result<(), String> {
        self.request.subresource.is_empty().then_some(()).ok_or_else(|| otherwise.to_owned())
    }

    /// The name of a new object is not known here; the admission plugin NodeRestriction looks at it.
    fn own_name(&self, otherwise: &str) -> Result<(), String> {
        (self.request.verb == "create" || self.request.name == self.node).then_some(()).ok_or_else(|| otherwise.to_owned())
    }

    fn selects_own(&self, field: &str) -> bool {
        self.request.fields.and_then(|fields| fields.required(field)) == Some(self.node)
    }

    fn unrelated(&self) -> String {
        format!("no relationship found between node '{}' and this object", self.node)
    }

    fn read_for_pods(&self) -> Result<(), String> {
        self.one_of(&["get", "list", "watch"], "can only read resources of this type")?;
        self.no_subresource("cannot read subresource")?;
        if self.request.namespace.is_empty() {
            return Err("can only read namespaced object of this type".to_owned());
        }
        self.related()
    }

    /// Whether a pod on the node uses the object.
    fn related(&self) -> Result<(), String> {
        if self.request.name.is_empty() {
            return Err("No Object name found".to_owned());
        }
        let claim = self.claim_of_volume();
        let (namespace, resource, name) = match &claim {
            Some(key) => (&*key.namespace, "persistentvolumeclaims", &*key.name),
            None => (&*self.request.namespace, &*self.request.resource, &*self.request.name),
        };
        let used = self.store.pods_on(self.node, Some(namespace)).filter_map(Pod::from_object).any(|pod| uses(pod, resource, name));
        used.then_some(()).ok_or_else(|| self.unrelated())
    }

    /// The claim whose volume is asked for: a volume belongs to a node through the pods that use its claim.
    fn claim_of_volume(&self) -> Option<Key> {
        let Some(Object::PersistentVolume(volume)) = self.store.get(Kind::PersistentVolume, &Key::new("", &self.request.name)) else { return None };
        let claim = volume.spec.claim_ref.as_ref().filter(|_| self.request.resource == "persistentvolumes")?;
        Some(Key::new(claim.namespace.as_deref()?, claim.name.as_deref()?))
    }

    fn attachment(&self) -> Result<(), String> {
        match self.store.get(Kind::VolumeAttachment, &Key::new("", &self.request.name)) {
            Some(Object::VolumeAttachment(attachment)) if attachment.spec.node_name != self.node => Err(self.unrelated()),
            _ => Ok(()),
        }
    }

    fn service_account(&self) -> Result<(), String> {
        if self.request.verb == "get" && self.request.subresource.is_empty() {
            return self.read_for_pods();
        }
        if self.request.verb != "create" || self.request.name.is_empty() {
            return Err("can only create tokens for individual service accounts".to_owned());
        }
        if self.request.subresource != "token" {
            return Err("can only create token subresource of serviceaccount".to_owned());
        }
        self.related()
    }

    fn lease(&self) -> Result<(), String> {
        self.one_of(&["get", "create", "update", "patch", "delete"], "can only get, create, update, patch, or delete a node lease")?;
        if self.request.namespace != "kube-node-lease" {
            return Err("can only access leases in the \"kube-node-lease\" system namespace".to_owned());
        }
        self.own_name("can only access node lease with the same name as the requesting node")
    }

    fn of_node(&self) -> Result<(), String> {
        match (&*self.request.subresource, &*self.request.verb, &*self.request.name) {
            ("", "create" | "update" | "patch", _) | ("status", "update" | "patch", _) => Ok(()),
            ("", "get" | "list" | "watch", name) if name == self.node => Ok(()),
            ("", "get" | "list" | "watch", "") => Err(format!("node '{}' cannot read all nodes, only its own Node object", self.node)),
            ("", "get" | "list" | "watch", name) => Err(format!("node '{}' cannot read '{name}', only its own Node object", self.node)),
            _ => Err(String::new()),
        }
    }

    fn of_pod(&self) -> Result<(), String> {
        match (&*self.request.subresource, &*self.request.verb) {
            ("", "list" | "watch") if self.selects_own("spec.nodeName") => Ok(()),
            ("", "list" | "watch") if self.request.name.is_empty() => Err("can only list/watch pods with spec.nodeName field selector".to_owned()),
            ("", "get" | "list" | "watch") => match self.store.get(Kind::Pod, &Key::new(&self.request.namespace, &self.request.name)) {
                Some(Object::Pod(pod)) if pod.spec.node_name.as_deref() != Some(self.node) => Err(self.unrelated()),
                _ => Ok(()),
            },
            ("", "create" | "delete") | ("status", "update" | "patch") | ("eviction", "create") => Ok(()),
            _ => Err(String::new()),
        }
    }
}

/// Whether a pod names the object anywhere.
fn uses(pod: &Pod, resource: &str, name: &str) -> bool {
    let spec = &pod.spec;
    let mut volumes = spec.volumes.iter().flatten();
    let containers = || spec.init_containers.iter().flatten().chain(&spec.containers);
    match resource {
        "serviceaccounts" => spec.service_account_name.as_deref().unwrap_or("default") == name,
        "persistentvolumeclaims" => volumes.any(|volume| {
            let claim = volume.persistent_volume_claim.as_ref().is_some_and(|claim| claim.claim_name == name);
            claim || volume.ephemeral.is_some() && format!("{}-{}", pod.name(), volume.name) == name
        }),
        "secrets" => {
            let pulls = spec.image_pull_secrets.iter().flatten().any(|secret| secret.name == name);
            let env = containers().any(|container| {
                let whole = container.env_from.iter().flatten().filter_map(|source| source.secret_ref.as_ref()).any(|source| source.name == name);
                let keys = container.env.iter().flatten().filter_map(|var| var.value_from.as_ref()?.secret_key_ref.as_ref());
                whole || keys.into_iter().any(|key| key.name == name)
            });
            pulls || env || volumes.any(|volume| {
                let whole = volume.secret.as_ref().is_some_and(|secret| secret.secret_name.as_deref() == Some(name));
                let sources = volume.projected.iter().flat_map(|part| part.sources.iter().flatten());
                whole || sources.filter_map(|source| source.secret.as_ref()).any(|secret| secret.name == name)
            })
        }
        "configmaps" => {
            let env = containers().any(|container| {
                let whole = container.env_from.iter().flatten().filter_map(|source| source.config_map_ref.as_ref()).any(|source| source.name == name);
                let keys = container.env.iter().flatten().filter_map(|var| var.value_from.as_ref()?.config_map_key_ref.as_ref());
                whole || keys.into_iter().any(|key| key.name == name)
            });
            env || volumes.any(|volume| {
                let whole = volume.config_map.as_ref().is_some_and(|map| map.name == name);
                let sources = volume.projected.iter().flat_map(|part| part.sources.iter().flatten());
                whole || sources.filter_map(|source| source.config_map.as_ref()).any(|map| map.name == name)
            })
        }
        _ => false,
    }
}
