//! TaintNodesByCondition: a new node is tainted not-ready until its kubelet says that it is ready.
//!
//! Models: plugin/pkg/admission/nodetaint/admission.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::Taint;
use podarium_api::{Object, Status};

use super::Attributes;
use crate::apiserver::Verb;

const NOT_READY: &str = "node.kubernetes.io/not-ready";

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.verb != Verb::Create {
        return Ok(());
    }
    let Object::Node(node) = attributes.object else { return Ok(()) };
    let spec = Arc::make_mut(&mut Arc::make_mut(node).spec);
    let taints = spec.taints.get_or_insert_default();
    if !taints.iter().any(|taint| taint.key == NOT_READY && taint.effect == "NoSchedule") {
        taints.push(Taint { key: NOT_READY.to_owned(), effect: "NoSchedule".to_owned(), ..Taint::default() });
    }
    Ok(())
}
