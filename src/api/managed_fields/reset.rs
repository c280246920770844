//! Fields that a request cannot set, whatever it says: the status through the main resource, the spec through `/status`.
//! Nobody comes to own a field by a request that could not set it.
//!
//! Models: the GetResetFields of pkg/registry/*/*/strategy.go, v1.36.
//! Simplified: nothing of the kinds that are served.

use super::compare::Comparison;
use super::set::FieldSet;

/// What a request of some kind may not set: these fields, and what is below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset(&'static [&'static [&'static str]]);

pub const NOTHING: Reset = Reset(&[]);
const STATUS: Reset = Reset(&[&["status"]]);
const SPEC: Reset = Reset(&[&["spec"]]);
const METADATA_AND_SPEC: Reset = Reset(&[&["metadata"], &["spec"]]);

impl Reset {
    /// Of a built-in kind, for the main resource (`""`) or a subresource.
    pub fn of(kind: &str, subresource: &str, has_status: bool) -> Self {
        match (kind, subresource) {
            ("CertificateSigningRequest", "") => Reset(&[&["spec"], &["status"]]),
            ("CertificateSigningRequest", "status") => Reset(&[&["spec"], &["status", "conditions"]]),
            ("CertificateSigningRequest", "approval") => Reset(&[&["spec"], &["status", "certificate"]]),
            ("Deployment", "status") => Reset(&[&["spec"], &["metadata", "labels"]]),
            ("Pod", "status") => Reset(&[&["spec"], &["metadata", "deletionTimestamp"], &["metadata", "ownerReferences"]]),
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
        self.0.iter().fold(set.clone(), |set, path| set.recursive_difference(&FieldSet::of_fields(path)))
    }

    pub fn filter_comparison(self, comparison: &Comparison) -> Comparison {
        comparison.filtered(|set| self.filter(set))
    }
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
    }
}
