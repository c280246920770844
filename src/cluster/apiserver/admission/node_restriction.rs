//! NodeRestriction: a kubelet writes only its own node, its own lease and the pods that run there. Roles cannot say this,
//! as they do not look into objects.
//!
//! Models: plugin/pkg/admission/noderestriction/admission.go, v1.36.
//! Simplified: claims' statuses, certificate requests and devices are not looked at.

use std::collections::BTreeMap;

use podarium_api::{Kind, Node, Object, Pod, Status};

use super::Attributes;
use crate::apiserver::{Subresource, Verb};
use crate::store::Key;

const MIRROR: &str = "kubernetes.io/config.mirror";

/// Labels of Kubernetes that a kubelet may put on its node, and the domains in which it may put any.
const KUBELET_LABELS: &[&str] = &[
    "kubernetes.io/hostname", "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region", "beta.kubernetes.io/instance-type",
    "node.kubernetes.io/instance-type", "kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os",
    "beta.kubernetes.io/arch",
];
const KUBELET_DOMAINS: &[&str] = &["kubelet.kubernetes.io", "node.kubernetes.io"];
const RESTRICTED_DOMAIN: &str = "node-restriction.kubernetes.io";

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    let Some(node) = attributes.user.node_name() else { return Ok(()) };
    let own = attributes.object.meta().name.as_deref() == Some(node);
    let fault = match (&*attributes.object, attributes.subresource) {
        (Object::Pod(pod), None) => return of_pod(attributes, node, pod),
        (Object::Pod(pod), Some(Subresource::Status)) => of_pod_status(attributes, node, pod),
        (Object::Node(of), None | Some(Subresource::Status)) => of_node(attributes, node, of),
        (Object::Lease(_), _) => {
            let namespace = attributes.object.meta().namespace.as_deref();
            if namespace != Some("kube-node-lease") {
                Some("can only access leases in the \"kube-node-lease\" system namespace".to_owned())
            } else {
                (!own).then(|| "can only access node lease with the same name as the requesting node".to_owned())
            }
        }
        _ => None,
    };
    fault.map_or(Ok(()), |why| Err(attributes.forbidden(why)))
}

fn of_pod(attributes: &Attributes<'_>, node: &str, pod: &Pod) -> Result<(), Status> {
    let on_node = pod.spec.node_name.as_deref() == Some(node);
    let fault = match attributes.verb {
        Verb::Create => mirror_fault(attributes, node, pod)?,
        Verb::Delete if on_node => None,
        Verb::Delete => Some(format!("node {node:?} can only delete pods with spec.nodeName set to itself")),
        _ => Some(format!("unexpected operation \"UPDATE\", node {node:?} can only create and delete mirror pods")),
    };
    fault.map_or(Ok(()), |why| Err(attributes.forbidden(why)))
}

/// What is wrong with a pod that stands for one that the kubelet runs by itself.
fn mirror_fault(attributes: &Attributes<'_>, node: &str, pod: &Pod) -> Result<Option<String>, Status> {
    if pod.metadata.annotations.as_ref().is_none_or(|annotations| !annotations.contains_key(MIRROR)) {
        return Ok(Some(format!("pod does not have {MIRROR:?} annotation, node {node:?} can only create mirror pods")));
    }
    if pod.spec.node_name.as_deref() != Some(node) {
        return Ok(Some(format!("node {node:?} can only create pods with spec.nodeName set to itself")));
    }
    let owner = match pod.metadata.owner_references.as_deref().unwrap_or_default() {
        [] => return Ok(Some(format!("node {node:?} can only create pods with an owner reference set to itself"))),
        [owner] => owner,
        _ => return Ok(Some(format!("node {node:?} can only create pods with a single owner reference set to itself"))),
    };
    if owner.api_version != "v1" || owner.kind != "Node" || owner.name != node {
        return Ok(Some(format!("node {node:?} can only create pods with an owner reference set to itself")));
    }
    if owner.controller != Some(true) {
        return Ok(Some(format!("node {node:?} can only create pods with a controller owner reference set to itself")));
    }
    if owner.block_owner_deletion == Some(true) {
        return Ok(Some(format!("node {node:?} must not set blockOwnerDeletion on an owner reference")));
    }
    let Some(found) = attributes.store.get(Kind::Node, &Key::new("", node)) else { return Err(Status::not_found(Kind::Node, node)) };
    let uid = found.meta().uid.as_deref().unwrap_or_default();
    Ok((owner.uid != uid).then(|| format!("node {node} UID mismatch: expected {} got {uid}", owner.uid)))
}

fn of_pod_status(attributes: &Attributes<'_>, node: &str, pod: &Pod) -> Option<String> {
    let Some(Object::Pod(old)) = attributes.old else { return None };
    if old.spec.node_name.as_deref() != Some(node) {
        return Some(format!("node {node:?} can only update pod status for pods with spec.nodeName set to itself"));
    }
    (old.metadata.labels != pod.metadata.labels).then(|| format!("node {node:?} cannot update labels through pod status"))
}

fn of_node(attributes: &Attributes<'_>, name: &str, node: &Node) -> Option<String> {
    let asked = node.metadata.name.as_deref().unwrap_or_default();
    if asked != name {
        return Some(format!("node {name:?} is not allowed to modify node {asked:?}"));
    }
    let Some(Object::Node(old)) = attributes.old.filter(|_| attributes.verb == Verb::Update) else {
        let labels = forbidden_labels(node.metadata.labels.as_ref(), None);
        let created = attributes.verb == Verb::Create && !labels.is_empty();
        return created.then(|| format!("node {name:?} is not allowed to set the following labels: {}", labels.join(", ")));
    };
    if node.spec.taints.as_deref().unwrap_or_default() != old.spec.taints.as_deref().unwrap_or_default() {
        return Some(format!("node {name:?} is not allowed to modify taints"));
    }
    if node.metadata.owner_references != old.metadata.owner_references {
        return Some(format!("node {name:?} is not allowed to modify ownerReferences"));
    }
    let labels = forbidden_labels(node.metadata.labels.as_ref(), old.metadata.labels.as_ref());
    (!labels.is_empty()).then(|| format!("is not allowed to modify labels: {}", labels.join(", ")))
}

/// The labels that differ and that are not for kubelets.
fn forbidden_labels<'a>(new: Option<&'a BTreeMap<String, String>>, old: Option<&'a BTreeMap<String, String>>) -> Vec<&'a str> {
    let get = |labels: Option<&'a BTreeMap<String, String>>, key: &str| labels.and_then(|labels| labels.get(key));
    let keys: std::collections::BTreeSet<&String> = new.into_iter().chain(old).flat_map(BTreeMap::keys).collect();
    let changed = keys.into_iter().filter(|key| get(new, key) != get(old, key));
    changed.map(String::as_str).filter(|key| is_forbidden(key)).collect()
}

fn is_forbidden(label: &str) -> bool {
    let Some((domain, _)) = label.split_once('/') else { return false };
    let within = |of: &str| domain == of || domain.ends_with(&format!(".{of}"));
    let of_kubelets = KUBELET_LABELS.contains(&label) || KUBELET_DOMAINS.iter().any(|of| within(of));
    within(RESTRICTED_DOMAIN) || (within("kubernetes.io") || within("k8s.io")) && !of_kubelets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_kubernetes_are_not_for_kubelets_but_for_a_few() {
        let cases = [
            ("app", false),
            ("example.com/a", false),
            ("kubernetes.io/hostname", false),
            ("node.kubernetes.io/anything", false),
            ("kubelet.kubernetes.io/anything", false),
            ("node-role.kubernetes.io/control-plane", true),
            ("node-restriction.kubernetes.io/team", true),
            ("foo.node-restriction.kubernetes.io/team", true),
            ("k8s.io/x", true),
        ];
        for (label, forbidden) in cases {
            assert_eq!(is_forbidden(label), forbidden, "{label}");
        }
    }
}
