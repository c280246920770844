//! DefaultBinder: binds a pod to its node by posting a Binding.
//!
//! Models: pkg/scheduler/framework/plugins/defaultbinder/default_binder.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{Binding, ObjectReference};
use podarium_api::ObjectMeta;

use crate::scheduler::framework::plugin::{Bind, Plugin};
use crate::scheduler::framework::pod_info::PodInfo;

#[derive(Debug)]
pub struct DefaultBinder;

impl Plugin for DefaultBinder {
    fn name(&self) -> &'static str {
        "DefaultBinder"
    }
    fn as_bind(&self) -> Option<&dyn Bind> {
        Some(self)
    }
}

impl Bind for DefaultBinder {
    /// The uid keeps a pod of the same name that came later from being bound by mistake.
    fn bind(&self, pod: &PodInfo, node: &str) -> Binding {
        Binding {
            metadata: ObjectMeta {
                namespace: Some(pod.namespace().to_owned()),
                name: Some(pod.name().to_owned()),
                uid: Some(pod.uid.to_string()),
                ..Default::default()
            },
            target: ObjectReference { kind: Some("Node".to_owned()), name: Some(node.to_owned()), ..Default::default() },
        }
    }
}
