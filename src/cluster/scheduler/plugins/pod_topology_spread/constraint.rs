//! A spread constraint, ready for use, and where a pod's constraints come from.
//!
//! Models: pkg/scheduler/framework/plugins/podtopologyspread/{common.go,plugin.go}, plugins/helper/spread.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::TopologySpreadConstraint;
use podarium_api::selector::LabelSelector;
use podarium_api::{Node, Pod, Resource as _};

use crate::scheduler::framework::affinity_term::Labels;
use crate::scheduler::framework::node_selector::RequiredNodeAffinity;
use crate::scheduler::framework::toleration::find_untolerated;
use super::PodTopologySpread;
use crate::scheduler::listers::{Listers, key};
use crate::scheduler::topologies::{HOSTNAME, ZONE};

/// The mild constraints of a scheduler that nobody configured.
pub fn system_defaults() -> Vec<TopologySpreadConstraint> {
    let over = |topology_key: &str, max_skew: i32| TopologySpreadConstraint {
        max_skew,
        topology_key: topology_key.to_owned(),
        when_unsatisfiable: SOFT.to_owned(),
        ..TopologySpreadConstraint::default()
    };
    vec![over(HOSTNAME, 3), over(ZONE, 5)]
}

/// Whether the pods of its domains are counted; a soft spread over hosts looks at the hosts one by one.
pub fn is_counted(raw: &TopologySpreadConstraint) -> bool {
    raw.when_unsatisfiable == HARD || raw.topology_key != HOSTNAME
}

const HARD: &str = "DoNotSchedule";
const SOFT: &str = "ScheduleAnyway";

#[derive(Clone, Debug)]
pub struct Constraint {
    pub max_skew: i32,
    pub topology_key: String,
    pub selector: LabelSelector,
    pub min_domains: i32,
    /// Whether nodes that the pod's node affinity, or an untolerated taint, rules out are left out of the count.
    pub honors_node_affinity: bool,
    pub honors_node_taints: bool,
}

impl Constraint {
    fn new(raw: &TopologySpreadConstraint, pod_labels: Option<&Labels>) -> Self {
        let mut selector = raw.label_selector.as_ref().map_or(LabelSelector::Nothing, LabelSelector::of);
        let own: BTreeMap<String, String> = raw
            .match_label_keys
            .iter()
            .flatten()
            .filter_map(|key| Some((key.clone(), pod_labels?.get(key)?.clone())))
            .collect();
        if let LabelSelector::All(requirements) = &selector
            && !own.is_empty()
        {
            let mut all = LabelSelector::from_labels(&own).requirements().to_vec();
            all.extend(requirements.iter().cloned());
            selector = LabelSelector::from_requirements(all);
        }
        Constraint {
            max_skew: raw.max_skew,
            topology_key: raw.topology_key.clone(),
            selector,
            min_domains: raw.min_domains.unwrap_or(1),
            honors_node_affinity: raw.node_affinity_policy.as_deref() != Some("Ignore"),
            honors_node_taints: raw.node_taints_policy.as_deref() == Some("Honor"),
        }
    }

    /// Whether the pods of this node count.
    pub fn includes(&self, pod: &Pod, node: &Node, required: &RequiredNodeAffinity) -> bool {
        (!self.honors_node_affinity || required.matches(node))
            && (!self.honors_node_taints
                || find_untolerated(node.spec.taints.as_deref(), pod.spec.tolerations.as_deref()).is_none())
    }
}

impl PodTopologySpread {
    pub fn hard_constraints(&self, pod: &Pod, listers: &Listers) -> Vec<Constraint> {
        self.constraints(pod, listers, HARD)
    }

    /// The soft constraints, and whether they are left out of account for nodes without their labels.
    pub fn soft_constraints(&self, pod: &Pod, listers: &Listers) -> (Vec<Constraint>, bool) {
        let requires_labels = has_own(pod) || !self.system_defaults;
        (self.constraints(pod, listers, SOFT), requires_labels)
    }

    fn constraints(&self, pod: &Pod, listers: &Listers, action: &str) -> Vec<Constraint> {
        let is_of = |raw: &&TopologySpreadConstraint| raw.when_unsatisfiable == action;
        if has_own(pod) {
            let own = pod.spec.topology_spread_constraints.iter().flatten().filter(is_of);
            return own.map(|raw| Constraint::new(raw, pod.meta().labels.as_ref())).collect();
        }
        let mut defaults = self.defaults.iter().filter(is_of).peekable();
        if defaults.peek().is_none() {
            return Vec::new();
        }
        let Some(selector) = default_selector(pod, listers) else { return Vec::new() };
        let with_selector = |raw| Constraint { selector: selector.clone(), ..Constraint::new(raw, pod.meta().labels.as_ref()) };
        defaults.map(with_selector).collect()
    }
}

fn has_own(pod: &Pod) -> bool {
    pod.spec.topology_spread_constraints.as_ref().is_some_and(|own| !own.is_empty())
}

/// What the services and the owner of a pod select; `None` when that is nothing in particular.
fn default_selector(pod: &Pod, listers: &Listers) -> Option<LabelSelector> {
    let pod_labels = pod.meta().labels.as_ref();
    let mut of_services = Labels::new();
    for service in listers.services_in(pod.namespace()) {
        let Some(selector) = &service.spec.selector else { continue };
        if LabelSelector::from_labels(selector).matches(pod_labels) {
            of_services.extend(selector.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }
    let mut requirements = LabelSelector::from_labels(&of_services).requirements().to_vec();
    let owner = pod.meta().owner_references.iter().flatten().find(|owner| owner.controller == Some(true));
    if let Some(owner) = owner {
        let named = (owner.api_version.as_str(), owner.kind.as_str());
        let selector = match named {
            ("apps/v1", "ReplicaSet") => listers.replica_set(pod.namespace(), &owner.name).map(|owner| Arc::new(owner.spec.selector.clone())),
            ("apps/v1", "StatefulSet") => listers.other_owners.get(&("StatefulSet", key(pod.namespace(), &owner.name))).cloned(),
            ("v1", "ReplicationController") => {
                listers.other_owners.get(&("ReplicationController", key(pod.namespace(), &owner.name))).cloned()
            }
            _ => None,
        };
        requirements.extend(selector.iter().flat_map(|raw| LabelSelector::of(raw).requirements().to_vec()));
    }
    (!requirements.is_empty()).then(|| LabelSelector::from_requirements(requirements))
}

/// Whether the node has all the topologies.
pub fn has_all_topologies(labels: &Labels, constraints: &[Constraint]) -> bool {
    constraints.iter().all(|constraint| labels.contains_key(&constraint.topology_key))
}
