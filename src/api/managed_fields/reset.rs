//! Fields that a request cannot set, whatever it says: the status through the main resource, the spec through `/status`.
//! Nobody comes to own a field by a request that could not set it.
//!
//! Models: the GetResetFields of pkg/registry/*/*/strategy.go, v1.36.
//! Simplified: nothing of the kinds that are served.

use super::compare::Comparison;
use super::element::PathElement;
use super::set::{FieldSet, Node};

/// What a request of some kind may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reset {
    /// All but these fields, and what is below them.
    Except(&'static [&'static [&'static str]]),
    /// Only these fields, and what is below them; `*` is every element.
    Only(&'static [&'static [&'static str]]),
}

pub const NOTHING: Reset = Reset::Except(&[]);
const STATUS: Reset = Reset::Except(&[&["status"]]);
const SPEC: Reset = Reset::Except(&[&["spec"]]);
const METADATA_AND_SPEC: Reset = Reset::Except(&[&["metadata"], &["spec"]]);

impl Reset {
    /// Of a built-in kind, for the main resource (`""`) or a subresource.
    pub fn of(kind: &str, subresource: &str, has_status: bool) -> Self {
        match (kind, subresource) {
            ("CertificateSigningRequest", "") => Reset::Except(&[&["spec"], &["status"]]),
            ("CertificateSigningRequest", "status") => Reset::Except(&[&["spec"], &["status", "conditions"]]),
            ("CertificateSigningRequest", "approval") => Reset::Except(&[&["spec"], &["status", "certificate"]]),
            ("Deployment", "status") => Reset::Except(&[&["spec"], &["metadata", "labels"]]),
            ("Pod", "status") => Reset::Except(&[&["spec"], &["metadata", "deletionTimestamp"], &["metadata", "ownerReferences"]]),
            ("Pod", "ephemeralcontainers") => Reset::Only(&[&["spec", "ephemeralContainers"]]),
            ("Pod", "resize") => Reset::Only(&[
                &["spec", "containers", "*", "resources"],
                &["spec", "containers", "*", "resizePolicy"],
                &["spec", "initContainers", "*", "resources"],
                &["spec", "initContainers", "*", "resizePolicy"],
            ]),
            ("APIService" | "FlowSchema" | "PriorityLevelConfiguration" | "ResourceClaim", "status") => METADATA_AND_SPEC,
            ("ServiceCIDR" | "ValidatingAdmissionPolicy" | "VolumeAttachment", "status") => METADATA_AND_SPEC,
            (_, "" | "finalize") if has_status => STATUS,
            (_, "status") => SPEC,
            _ => NOTHING,
        }
    }

    /// Of a custom resource.
    pub fn of_custom(subresource: &str, has_status: bool) -> Self {
        match subresource {
            "" if has_status => STATUS,
            "status" => METADATA_AND_SPEC,
            _ => NOTHING,
        }
    }

    pub fn filter(self, set: &FieldSet) -> FieldSet {
        match self {
            Reset::Except(paths) => paths.iter().fold(set.clone(), |set, path| set.recursive_difference(&FieldSet::of_fields(path))),
            Reset::Only(paths) => paths.iter().fold(FieldSet::default(), |kept, path| kept.union(&along(set, path))),
        }
    }

    pub fn filter_comparison(self, comparison: &Comparison) -> Comparison {
        comparison.filtered(|set| self.filter(set))
    }
}

/// What of the set lies on a path, towards it or below it.
fn along(set: &FieldSet, path: &[&'static str]) -> FieldSet {
    let Some((first, rest)) = path.split_first() else { return set.clone() };
    let matching = set.nodes().iter().filter(|node| *first == "*" || node.element == PathElement::known(first));
    FieldSet::from_nodes(matching.map(|node| Node::new(node.element.clone(), node.member, along(&node.children, rest))))
}

#[cfg(test)]
mod tests {
    use super::super::fields_v1;
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_request_cannot_set_is_left_out() {
        let set = fields_v1::from_value(&json!({"f:metadata": {"f:labels": {"f:a": {}}}, "f:spec": {"f:replicas": {}}, "f:status": {".": {}, "f:x": {}}})).unwrap();
        let kept = |kind: &str, subresource: &str| fields_v1::to_value(&Reset::of(kind, subresource, true).filter(&set));
        assert_eq!(kept("Deployment", ""), json!({"f:metadata": {"f:labels": {"f:a": {}}}, "f:spec": {"f:replicas": {}}}));
        assert_eq!(kept("Deployment", "status"), json!({"f:status": {".": {}, "f:x": {}}}));
        assert_eq!(kept("ReplicaSet", "status"), json!({"f:metadata": {"f:labels": {"f:a": {}}}, "f:status": {".": {}, "f:x": {}}}));
        let containers = json!({"f:spec": {"f:containers": {"k:{\"name\":\"a\"}": {"f:image": {}, "f:resources": {"f:limits": {"f:cpu": {}}}}}}});
        let resized = Reset::of("Pod", "resize", true).filter(&fields_v1::from_value(&containers).unwrap());
        assert_eq!(fields_v1::to_value(&resized), json!({"f:spec": {"f:containers": {"k:{\"name\":\"a\"}": {"f:resources": {"f:limits": {"f:cpu": {}}}}}}}));
    }
}
