//! PodTopologyLabels: a pod that is on a node carries the node's zone and region as labels of its own.
//!
//! Models: plugin/pkg/admission/podtopologylabels/admission.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::{Kind, Object, Status};

use super::Attributes;
use crate::store::{Key, Store};

const TOPOLOGY: [&str; 2] = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];

/// For pods that are made on a node; the others get their labels when they are bound.
pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.subresource.is_some() {
        return Ok(());
    }
    let Object::Pod(pod) = &mut *attributes.object else { return Ok(()) };
    let Some(node) = pod.spec.node_name.clone().filter(|node| !node.is_empty()) else { return Ok(()) };
    let labels = of_node(attributes.store, &node);
    if !labels.is_empty() {
        Arc::make_mut(pod).metadata.labels.get_or_insert_default().extend(labels);
    }
    Ok(())
}

/// The topology labels of a node.
pub(in crate::apiserver) fn of_node(store: &Store, node: &str) -> BTreeMap<String, String> {
    let node = store.get(Kind::Node, &Key::new("", node));
    let labels = node.and_then(|node| node.meta().labels.as_ref());
    let labels = labels.into_iter().flatten().filter(|(name, _)| TOPOLOGY.contains(&name.as_str()));
    labels.map(|(name, value)| (name.clone(), value.clone())).collect()
}
