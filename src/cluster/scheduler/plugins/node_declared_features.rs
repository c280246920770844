//! NodeDeclaredFeatures: a pod that uses something that not every kubelet can do goes only to nodes that declare it in
//! their status.
//!
//! Models: pkg/scheduler/framework/plugins/nodedeclaredfeatures/nodedeclaredfeatures.go,
//! k8s.io/component-helpers/nodedeclaredfeatures/features, v1.36.
//! Simplified: nothing.

use podarium_api::{Pod, Resource as _};

use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource, QueueingHint};
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::node_info::NodeInfo;
use crate::scheduler::framework::plugin::{EventHint, Filter, Handle, Plugin, PreFilter, PreFilterResult};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;

#[derive(Debug)]
pub struct NodeDeclaredFeatures;

const UNSATISFIED: &str = "node(s) didn't match Pod's required features";
const NODE_CHANGE: ClusterEvent = ClusterEvent::new(EventResource::Node, ActionType::ADD.or(ActionType::UPDATE_NODE_DECLARED_FEATURE));
const POD_CHANGE: ClusterEvent = ClusterEvent::new(EventResource::Pod, ActionType::UPDATE);

/// The features that a pod needs of its node.
fn required(pod: &Pod) -> Vec<&'static str> {
    let spec = &pod.spec;
    let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let mut rules = containers.flat_map(|container| container.restart_policy_rules.iter().flatten());
    let mut features = Vec::new();
    if rules.any(|rule| rule.action == "RestartAllContainers") {
        features.push("RestartAllContainersOnContainerExits");
    }
    if spec.host_network == Some(true) && spec.host_users == Some(false) {
        features.push("UserNamespacesHostNetworkSupport");
    }
    features
}

impl Plugin for NodeDeclaredFeatures {
    fn name(&self) -> &'static str {
        "NodeDeclaredFeatures"
    }
    fn as_pre_filter(&self) -> Option<&dyn PreFilter> {
        Some(self)
    }
    fn as_filter(&self) -> Option<&dyn Filter> {
        Some(self)
    }
    fn events(&self) -> &'static [EventHint] {
        &[EventHint { event: NODE_CHANGE, hint: declares_something_else }, EventHint { event: POD_CHANGE, hint: needs_something_else }]
    }
}

fn declares_something_else(_: &Listers, _: &PodInfo, change: &Change) -> QueueingHint {
    let Change::Node { old, new: Some(new) } = change else { return QueueingHint::Skip };
    old.as_ref().is_none_or(|old| old.status.declared_features != new.status.declared_features).into()
}

fn needs_something_else(_: &Listers, pod: &PodInfo, change: &Change) -> QueueingHint {
    match change {
        Change::Pod { old: Some(old), new: Some(new) } if *new.uid() == *pod.uid => (required(old) != required(new)).into(),
        _ => QueueingHint::Skip,
    }
}

impl PreFilter for NodeDeclaredFeatures {
    fn pre_filter(&self, _: Handle, _: &mut CycleState, pod: &PodInfo) -> Result<PreFilterResult, Status> {
        if required(&pod.pod).is_empty() { Err(Status::skip()) } else { Ok(None) }
    }
}

impl Filter for NodeDeclaredFeatures {
    fn filter(&self, _: &CycleState, pod: &PodInfo, node: &NodeInfo) -> Result<(), Status> {
        let declared = node.node().status.declared_features.as_deref().unwrap_or_default();
        let has = |feature: &&str| declared.iter().any(|other| other == feature);
        if required(&pod.pod).iter().all(has) { Ok(()) } else { Err(Status::unresolvable(UNSATISFIED)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::{Scene, node, pod};
    use serde_json::json;

    #[test]
    fn only_nodes_that_declare_the_feature_will_do() {
        let rules = json!([{ "name": "c", "restartPolicyRules": [{ "action": "RestartAllContainers", "exitCodes": { "operator": "In", "values": [1] } }] }]);
        let restarts = || pod("p").spec("containers", rules.clone()).info();
        let namespaced = || pod("p").spec("hostNetwork", json!(true)).spec("hostUsers", json!(false)).info();
        let refused = |pod: &PodInfo, features: serde_json::Value| {
            let info = NodeInfo::of(node("n").status("declaredFeatures", features).arc());
            NodeDeclaredFeatures.filter(&CycleState::default(), pod, &info).err().map(|status| status.message())
        };
        let no = Some(UNSATISFIED.to_owned());
        assert_eq!(refused(&restarts(), json!(null)), no);
        assert_eq!(refused(&restarts(), json!(["RestartAllContainersOnContainerExits", "Other"])), None);
        assert_eq!(refused(&namespaced(), json!(["RestartAllContainersOnContainerExits"])), no);
        assert_eq!(refused(&namespaced(), json!(["UserNamespacesHostNetworkSupport"])), None);
        let skipped = NodeDeclaredFeatures.pre_filter(Scene::default().handle(), &mut CycleState::default(), &pod("p").info());
        assert!(skipped.is_err(), "other pods do not care");
    }
}
