//! Where the pods of a DaemonSet belong: on the nodes that its node selector and affinity choose and whose taints it
//! tolerates. It tolerates the taints of sick and cordoned nodes by itself, since agents are needed just there.
//!
//! Models: pkg/controller/daemon/daemon_controller.go (NodeShouldRunDaemonPod), util/daemonset_util.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    Affinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec, PodTemplateSpec, Taint, Toleration,
};
use podarium_api::{DaemonSet, Node, Pod, Resource as _};

use super::super::history::REVISION_LABEL;
use crate::scheduler::framework::node_selector::{RequiredNodeAffinity, required_terms};
use crate::scheduler::framework::toleration::{NO_EXECUTE, find_untolerated, tolerated};

const GENERATION_LABEL: &str = "pod-template-generation";

/// What every pod of a DaemonSet tolerates.
const TOLERATED: &[(&str, &str)] = &[
    ("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"), ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule"),
];
/// And what those do that use the network of their node.
const WITHOUT_NETWORK: (&str, &str) = ("node.kubernetes.io/network-unavailable", "NoSchedule");

fn add_tolerations(spec: &mut PodSpec) {
    let own_network = (spec.host_network == Some(true)).then_some(&WITHOUT_NETWORK);
    let tolerations = spec.tolerations.get_or_insert_default();
    for (key, effect) in TOLERATED.iter().chain(own_network) {
        let wanted = Toleration {
            key: Some((*key).to_owned()),
            operator: Some("Exists".to_owned()),
            effect: Some((*effect).to_owned()),
            ..Toleration::default()
        };
        let is_same = |toleration: &&mut Toleration| {
            let value = toleration.value.as_deref().unwrap_or_default();
            toleration.key == wanted.key && toleration.operator == wanted.operator && toleration.effect == wanted.effect && value.is_empty()
        };
        match tolerations.iter_mut().find(is_same) {
            Some(own) => *own = wanted,
            None => tolerations.push(wanted),
        }
    }
}

/// The template for pods of this version.
pub fn pod_template(set: &DaemonSet, hash: &str) -> PodTemplateSpec {
    let mut template = set.spec.template.clone();
    add_tolerations(template.spec.get_or_insert_default());
    let labels = template.metadata.get_or_insert_default().labels.get_or_insert_default();
    if let Some(generation) = set.template_generation() {
        labels.insert(GENERATION_LABEL.to_owned(), generation.to_string());
    }
    if !hash.is_empty() {
        labels.insert(REVISION_LABEL.to_owned(), hash.to_owned());
    }
    template
}

/// Ties a pod to a node, whatever nodes it asked for: the set has looked at that already.
pub fn pin(spec: &mut PodSpec, node: &str) {
    let name = NodeSelectorRequirement { key: "metadata.name".to_owned(), operator: "In".to_owned(), values: Some(vec![node.to_owned()]) };
    let terms = vec![NodeSelectorTerm { match_fields: Some(vec![name]), ..NodeSelectorTerm::default() }];
    let affinity: &mut Affinity = spec.affinity.get_or_insert_default();
    let node_affinity = affinity.node_affinity.get_or_insert_default();
    node_affinity.required_during_scheduling_ignored_during_execution = Some(NodeSelector { node_selector_terms: terms });
}

/// The node that a pod is on or is tied to.
pub fn target_node(pod: &Pod) -> Option<&str> {
    if let Some(node) = pod.spec.node_name.as_deref().filter(|node| !node.is_empty()) {
        return Some(node);
    }
    let fields = required_terms(pod)?.iter().flat_map(|term| term.match_fields.iter().flatten());
    let by_name = fields.into_iter().find(|field| field.key == "metadata.name" && field.operator == "In")?;
    match by_name.values.as_deref() {
        Some([node]) => Some(node),
        _ => None,
    }
}

/// Whether a pod is of the current version, by its hash or, from old times, by the generation of the template.
pub fn is_updated(set: &DaemonSet, pod: &Pod, hash: &str) -> bool {
    let label = |name: &str| pod.metadata.labels.as_ref().and_then(|labels| labels.get(name));
    let generation = set.template_generation().map(|generation| generation.to_string());
    (!hash.is_empty() && label(REVISION_LABEL).is_some_and(|value| value == hash))
        || generation.is_some_and(|generation| label(GENERATION_LABEL) == Some(&generation))
}

/// What a set makes of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// A pod is made there if there is none.
    pub should_run: bool,
    /// A pod that is there may stay.
    pub may_stay: bool,
}

/// What a set asks of its nodes.
pub struct Placement {
    node_name: Option<String>,
    affinity: RequiredNodeAffinity,
    tolerations: Vec<Toleration>,
}

impl Placement {
    pub fn of(set: &DaemonSet) -> Self {
        let mut spec = set.spec.template.spec.clone().unwrap_or_default();
        add_tolerations(&mut spec);
        let tolerations = spec.tolerations.clone().unwrap_or_default();
        let node_name = spec.node_name.clone().filter(|node| !node.is_empty());
        let pod = Pod { spec: Arc::new(spec.into()), ..Pod::default() };
        Placement { node_name, affinity: RequiredNodeAffinity::of(&pod), tolerations }
    }

    pub fn verdict(&self, node: &Node) -> Verdict {
        let named = self.node_name.as_deref().is_none_or(|name| name == node.name());
        if !named || !self.affinity.matches(node) {
            return Verdict { should_run: false, may_stay: false };
        }
        let taints: Option<&[Taint]> = node.spec.taints.as_deref();
        let tolerations = Some(self.tolerations.as_slice());
        if find_untolerated(taints, tolerations).is_none() {
            return Verdict { should_run: true, may_stay: true };
        }
        let evicts = |taint: &Taint| taint.effect == NO_EXECUTE && !tolerated(tolerations, taint);
        Verdict { should_run: false, may_stay: !taints.into_iter().flatten().any(evicts) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn set(spec: Value) -> DaemonSet {
        serde_json::from_value(json!({"metadata": {"name": "agent"}, "spec": {"selector": {}, "template": {"spec": spec}}})).unwrap()
    }

    fn node(labels: Value, taints: Value) -> Node {
        serde_json::from_value(json!({"metadata": {"name": "n1", "labels": labels}, "spec": {"taints": taints}})).unwrap()
    }

    #[test]
    fn selectors_and_taints_decide_where_a_pod_belongs() {
        let taint = |key: &str, effect: &str| json!([{"key": key, "effect": effect}]);
        let affinity = |expression: Value| json!({"containers": [], "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [expression]}}}});
        let cases = [
            ("plain", json!({"containers": []}), json!({}), json!([]), (true, true)),
            ("selected", json!({"containers": [], "nodeSelector": {"disk": "ssd"}}), json!({"disk": "ssd"}), json!([]), (true, true)),
            ("not selected", json!({"containers": [], "nodeSelector": {"disk": "ssd"}}), json!({}), json!([]), (false, false)),
            ("named", json!({"containers": [], "nodeName": "n1"}), json!({}), json!([]), (true, true)),
            ("other name", json!({"containers": [], "nodeName": "n2"}), json!({}), json!([]), (false, false)),
            ("affinity", affinity(json!({"matchExpressions": [{"key": "type", "operator": "In", "values": ["test"]}]})), json!({"type": "test"}), json!([]), (true, true)),
            ("no affinity", affinity(json!({"matchExpressions": [{"key": "type", "operator": "In", "values": ["x"]}]})), json!({"type": "test"}), json!([]), (false, false)),
            ("field", affinity(json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n2"]}]})), json!({}), json!([]), (false, false)),
            ("no schedule", json!({"containers": []}), json!({}), taint("x", "NoSchedule"), (false, true)),
            ("no execute", json!({"containers": []}), json!({}), taint("x", "NoExecute"), (false, false)),
            ("rather not", json!({"containers": []}), json!({}), taint("x", "PreferNoSchedule"), (true, true)),
            ("cordoned", json!({"containers": []}), json!({}), taint("node.kubernetes.io/unschedulable", "NoSchedule"), (true, true)),
            ("not ready", json!({"containers": []}), json!({}), taint("node.kubernetes.io/not-ready", "NoExecute"), (true, true)),
            ("no network", json!({"containers": []}), json!({}), taint("node.kubernetes.io/network-unavailable", "NoSchedule"), (false, true)),
            ("own network", json!({"containers": [], "hostNetwork": true}), json!({}), taint("node.kubernetes.io/network-unavailable", "NoSchedule"), (true, true)),
            ("tolerated", json!({"containers": [], "tolerations": [{"operator": "Exists"}]}), json!({}), taint("x", "NoExecute"), (true, true)),
        ];
        for (name, spec, labels, taints, (should_run, may_stay)) in cases {
            assert_eq!(Placement::of(&set(spec)).verdict(&node(labels, taints)), Verdict { should_run, may_stay }, "{name}");
        }
    }

    #[test]
    fn tolerations_are_added_once_and_lose_their_end() {
        let key = "node.kubernetes.io/not-ready";
        let own = json!([{"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}, {"key": "x", "operator": "Exists"}]);
        let template = pod_template(&set(json!({"containers": [], "tolerations": own})), "h");
        let tolerations = template.spec.unwrap().tolerations.unwrap();
        assert_eq!(tolerations.len(), 7);
        assert_eq!((tolerations[0].key.as_deref(), tolerations[0].toleration_seconds), (Some(key), None));
    }

    #[test]
    fn a_pod_is_tied_to_its_node_whatever_else_it_asked_for() {
        let asks = json!({"containers": [], "affinity": {"podAffinity": {}, "nodeAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [], "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms":
                [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {"matchExpressions": [{"key": "b", "operator": "Exists"}]}]}}}});
        let mut spec: PodSpec = serde_json::from_value(asks).unwrap();
        pin(&mut spec, "n7");
        assert!(spec.affinity.as_ref().is_some_and(|affinity| affinity.pod_affinity.is_some()));
        let pod = Pod { spec: Arc::new(spec.into()), ..Pod::default() };
        assert_eq!(target_node(&pod), Some("n7"));
        assert_eq!(required_terms(&pod).map(<[NodeSelectorTerm]>::len), Some(1));
        assert_eq!(target_node(&Pod::default()), None);
    }
}
