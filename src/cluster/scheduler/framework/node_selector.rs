//! Which nodes a pod may run on, or would rather run on, by their labels.
//!
//! Models: k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{NodeSelectorRequirement, NodeSelectorTerm, PreferredSchedulingTerm};
use podarium_api::{Node, Pod, Resource as _};

use super::affinity_term::labels;

/// What a pod's `nodeSelector` and required node affinity ask for together.
#[derive(Clone, Debug, Default)]
pub struct RequiredNodeAffinity {
    node_selector: BTreeMap<String, String>,
    /// `None` without a required affinity; terms are alternatives, and no terms match no node.
    terms: Option<Vec<NodeSelectorTerm>>,
}

impl RequiredNodeAffinity {
    pub fn of(pod: &Pod) -> Self {
        RequiredNodeAffinity {
            node_selector: pod.spec.node_selector.clone().unwrap_or_default(),
            terms: required_terms(pod).map(<[NodeSelectorTerm]>::to_vec),
        }
    }

    /// Whether every node will do.
    pub fn is_empty(&self) -> bool {
        self.node_selector.is_empty() && self.terms.is_none()
    }

    pub fn matches(&self, node: &Node) -> bool {
        let labels = labels(node.meta());
        self.node_selector.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.terms.as_ref().is_none_or(|terms| terms.iter().any(|term| term_matches(term, node)))
    }
}

/// The terms of the required node affinity, if there is one.
pub fn required_terms(pod: &Pod) -> Option<&[NodeSelectorTerm]> {
    let affinity = pod.spec.affinity.as_ref()?.node_affinity.as_ref()?;
    Some(&affinity.required_during_scheduling_ignored_during_execution.as_ref()?.node_selector_terms)
}

/// The weighted wishes, those without a weight left out.
pub fn preferred_terms(pod: &Pod) -> Option<&[PreferredSchedulingTerm]> {
    let affinity = pod.spec.affinity.as_ref()?.node_affinity.as_ref()?;
    affinity.preferred_during_scheduling_ignored_during_execution.as_deref()
}

/// Whether a node satisfies all requirements of a term. A term without requirements is satisfied by no node.
pub fn term_matches(term: &NodeSelectorTerm, node: &Node) -> bool {
    let expressions = term.match_expressions.as_deref().unwrap_or_default();
    let fields = term.match_fields.as_deref().unwrap_or_default();
    if expressions.is_empty() && fields.is_empty() {
        return false;
    }
    let labels = labels(node.meta());
    expressions.iter().all(|requirement| requirement_matches(requirement, labels.get(&requirement.key).map(String::as_str)))
        && fields.iter().all(|requirement| requirement.key == "metadata.name" && requirement_matches(requirement, Some(node.name())))
}

fn requirement_matches(requirement: &NodeSelectorRequirement, value: Option<&str>) -> bool {
    let values = requirement.values.as_deref().unwrap_or_default();
    let listed = || value.is_some_and(|value| values.iter().any(|other| other == value));
    match requirement.operator.as_str() {
        "In" => listed(),
        "NotIn" => !listed(),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => numbers(value, values).is_some_and(|(value, bound)| value > bound),
        "Lt" => numbers(value, values).is_some_and(|(value, bound)| value < bound),
        _ => false,
    }
}

/// Both sides of a comparison; a label that is no number is neither greater nor less.
fn numbers(value: Option<&str>, values: &[String]) -> Option<(i64, i64)> {
    let [bound] = values else { return None };
    Some((value?.parse().ok()?, bound.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn matches(spec: serde_json::Value) -> bool {
        let node: Node = serde_json::from_value(json!({
            "metadata": { "name": "n1", "labels": { "zone": "a", "disk": "ssd", "cores": "16" } }
        }))
        .expect("a node");
        let pod: Pod = serde_json::from_value(json!({ "metadata": { "name": "p" }, "spec": spec })).expect("a pod");
        RequiredNodeAffinity::of(&pod).matches(&node)
    }

    fn expression(key: &str, operator: &str, values: &[&str]) -> serde_json::Value {
        required(json!([{ "matchExpressions": [{ "key": key, "operator": operator, "values": values }] }]))
    }

    fn required(terms: serde_json::Value) -> serde_json::Value {
        json!({ "containers": [], "affinity": { "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms } } } })
    }

    #[test]
    fn operators_compare_labels() {
        let cases = [
            ("zone", "In", &["a", "b"][..], true),
            ("zone", "In", &["c"], false),
            ("missing", "In", &["a"], false),
            ("zone", "NotIn", &["c"], true),
            ("zone", "NotIn", &["a"], false),
            ("missing", "NotIn", &["a"], true),
            ("disk", "Exists", &[], true),
            ("missing", "Exists", &[], false),
            ("missing", "DoesNotExist", &[], true),
            ("disk", "DoesNotExist", &[], false),
            ("cores", "Gt", &["8"], true),
            ("cores", "Gt", &["16"], false),
            ("cores", "Lt", &["32"], true),
            ("disk", "Gt", &["1"], false),
            ("missing", "Lt", &["1"], false),
            ("zone", "Near", &["a"], false),
        ];
        for (key, operator, values, expected) in cases {
            assert_eq!(matches(expression(key, operator, values)), expected, "{key} {operator} {values:?}");
        }
    }

    #[test]
    fn terms_are_alternatives_and_empty_ones_match_nothing() {
        let zone = |zone: &str| json!({ "matchExpressions": [{ "key": "zone", "operator": "In", "values": [zone] }] });
        assert!(matches(required(json!([zone("x"), zone("a")]))));
        assert!(!matches(required(json!([]))), "no terms");
        assert!(!matches(required(json!([{}]))), "an empty term");
        let field = |name: &str| json!({ "matchFields": [{ "key": "metadata.name", "operator": "In", "values": [name] }] });
        assert!(matches(required(json!([field("n1")]))));
        assert!(!matches(required(json!([field("n2")]))));
    }

    #[test]
    fn node_selector_and_affinity_hold_together() {
        let mut spec = expression("zone", "In", &["a"]);
        spec["nodeSelector"] = json!({ "disk": "ssd" });
        assert!(matches(spec.clone()));
        spec["nodeSelector"] = json!({ "disk": "hdd" });
        assert!(!matches(spec));
        assert!(matches(json!({ "containers": [] })), "a pod that asks for nothing");
    }
}
