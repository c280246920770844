//! PodResizeValidator: nobody can ask for more than the node has at all.
//!
//! Models: plugin/pkg/admission/podresize/admission.go, v1.36.
//! Simplified: the cause in the details of the answer.

use podarium_api::quantity::Quantity;
use podarium_api::resource::{pod_requests, resource_list};
use podarium_api::{Kind, Node, Object, Resource as _, Status};

use super::Attributes;
use crate::apiserver::Subresource;
use crate::store::Key;

pub(super) fn validate(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    let (Object::Pod(pod), Some(Object::Pod(old)), Some(Subresource::Resize)) = (&*attributes.object, attributes.old, attributes.subresource) else {
        return Ok(());
    };
    let Some(name) = pod.spec.node_name.as_deref().filter(|name| !name.is_empty()) else { return Ok(()) };
    if pod.metadata.generation == old.metadata.generation {
        return Ok(());
    }
    let node = attributes.store.get(Kind::Node, &Key::new("", name)).and_then(Node::from_object);
    let Some(node) = node else { return Err(attributes.forbidden(format!("node {name:?} not found"))) };
    let os = node.metadata.labels.as_ref().and_then(|labels| labels.get("kubernetes.io/os"));
    if let Some(os) = os.filter(|os| *os != "linux") {
        return Err(attributes.forbidden(format!("pod resize is only supported on linux nodes, node {name:?} is {os:?}")));
    }
    let (requests, allocatable) = (pod_requests(&pod.spec), resource_list(node.status.allocatable.as_ref()));
    let mut faults = Vec::new();
    for (resource, amount) in [("cpu", Quantity::milli_value as fn(Quantity) -> i64), ("memory", Quantity::value)] {
        let (asked, has) = (requests.get(resource).copied().unwrap_or_default(), allocatable.get(resource).copied().unwrap_or_default());
        if asked > has {
            faults.push(format!("{resource}, requested: {}, allocatable: {}", amount(asked), amount(has)));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(attributes.forbidden(format!("node didn't have enough allocatable resources: {}", faults.join("; "))))
}
