//! Warnings of nodes, and of labels of nodes that have newer names.
//!
//! Models: pkg/api/node/util.go, pkg/registry/core/node/strategy.go (nodeWarnings), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{NodeSelectorTerm, PodSpec};
use k8s_openapi::api::node::v1::Scheduling;

use crate::field::Path;
use crate::validation::{ip, list, text};
use crate::{Node, name_rules};

const OLD_LABELS: &[(&str, &str)] = &[
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    ("failure-domain.beta.kubernetes.io/region", "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"),
    ("failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"),
    ("beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"),
    ("app.kubernetes.io/created-by", "deprecated since v1.9"),
    ("scheduler.alpha.kubernetes.io/preferAvoidPods", "deprecated since v1.22; use Taints and Tolerations instead"),
    ("node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"),
];

/// What a writer should know of a label, if it is an old one.
pub(crate) fn old_label(key: &str) -> Option<&'static str> {
    OLD_LABELS.iter().find(|(old, _)| *old == key).map(|(_, why)| *why)
}

/// Old labels in the node selector and the node affinity of a pod.
pub(super) fn labels_of_pod(spec: &PodSpec, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    for (key, _) in spec.node_selector.iter().flatten() {
        warnings.extend(old_label(key).map(|why| format!("{}: {why}", path.child("nodeSelector").key(key))));
    }
    let Some(affinity) = spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref()) else { return warnings };
    let path = path.child("affinity").child("nodeAffinity");
    if let Some(selector) = &affinity.required_during_scheduling_ignored_during_execution {
        let path = path.child("requiredDuringSchedulingIgnoredDuringExecution").child("nodeSelectorTerms");
        for (index, one) in selector.node_selector_terms.iter().enumerate() {
            warnings.extend(term(one, false, &path.index(index)));
        }
    }
    for (index, wish) in list(&affinity.preferred_during_scheduling_ignored_during_execution).iter().enumerate() {
        let path = path.child("preferredDuringSchedulingIgnoredDuringExecution").index(index).child("preference");
        warnings.extend(term(&wish.preference, true, &path));
    }
    warnings
}

pub(crate) fn term(term: &NodeSelectorTerm, check_values: bool, path: &Path) -> Vec<String> {
    let mut warnings = Vec::new();
    for (index, expression) in list(&term.match_expressions).iter().enumerate() {
        let path = path.child("matchExpressions").index(index);
        warnings.extend(old_label(&expression.key).map(|why| format!("{}: {} is {why}", path.child("key"), expression.key)));
        for (index, value) in list(&expression.values).iter().enumerate().filter(|_| check_values) {
            let faults = name_rules::label_value(value).into_iter();
            warnings.extend(faults.map(|fault| format!("{}: {value} is invalid, {fault}", path.child("values").index(index))));
        }
    }
    warnings
}

pub(crate) fn of_node(node: &Node) -> Vec<String> {
    let path = Path::new("spec");
    let mut warnings = Vec::new();
    if node.spec.config_source.is_some() {
        warnings.push("spec.configSource: the feature is removed".to_owned());
    }
    if !text(&node.spec.external_id).is_empty() {
        warnings.push("spec.externalID: this field is deprecated, and is unused by Kubernetes".to_owned());
    }
    for (index, network) in list(&node.spec.pod_cidrs).iter().enumerate() {
        warnings.extend(ip::unusual_network(network, &path.child("podCIDRs").index(index)));
    }
    warnings
}

/// Old labels by which a RuntimeClass selects its nodes.
pub(crate) fn of_runtime_class(scheduling: Option<&Scheduling>) -> Vec<String> {
    let keys = scheduling.and_then(|scheduling| scheduling.node_selector.as_ref()).into_iter().flatten().map(|(key, _)| key);
    keys.filter_map(|key| old_label(key)).map(|why| format!("scheduling.nodeSelector: {why}")).collect()
}
