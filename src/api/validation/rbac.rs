//! Roles and bindings: rules that are about something, and subjects that can be.
//!
//! Models: pkg/apis/rbac/validation/validation.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject};
use serde_json::json;

use super::{invalid_each, list, metadata, text};
use crate::field::{FieldError, Path};
use crate::name_rules;
use crate::selector::LabelSelector;

const GROUP: &str = "rbac.authorization.k8s.io";

pub(crate) fn role(role: &Role) -> Vec<FieldError> {
    let mut errors = metadata::validate(&role.metadata, true, name_rules::path_segment);
    errors.extend(rules(list(&role.rules), true));
    errors
}

pub(crate) fn cluster_role(role: &ClusterRole) -> Vec<FieldError> {
    let mut errors = metadata::validate(&role.metadata, false, name_rules::path_segment);
    errors.extend(rules(list(&role.rules), false));
    if let Some(aggregation) = &role.aggregation_rule {
        let path = Path::new("aggregationRule").child("clusterRoleSelectors");
        let selectors = list(&aggregation.cluster_role_selectors);
        if selectors.is_empty() {
            errors.push(FieldError::required(&path, "at least one clusterRoleSelector required if aggregationRule is non-nil"));
        }
        for (index, selector) in selectors.iter().enumerate() {
            errors.extend(metadata::label_selector(Some(selector), &path.index(index)));
            // What cannot be read as a selector is said once more, of the whole.
            if LabelSelector::from_raw(Some(selector)).is_err() {
                errors.push(FieldError::invalid(path.index(index), json!(null), "invalid label selector."));
            }
        }
    }
    errors
}

fn rules(rules: &[PolicyRule], namespaced: bool) -> Vec<FieldError> {
    let path = Path::new("rules");
    rules.iter().enumerate().flat_map(|(index, one)| rule(one, namespaced, &path.index(index))).collect()
}

fn rule(rule: &PolicyRule, namespaced: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if rule.verbs.is_empty() {
        errors.push(FieldError::required(path.child("verbs"), "verbs must contain at least one value"));
    }
    let urls = list(&rule.non_resource_urls);
    let (groups, resources) = (list(&rule.api_groups), list(&rule.resources));
    if !urls.is_empty() {
        let mut wrong = |why: &str| errors.push(FieldError::invalid(path.child("nonResourceURLs"), json!(urls), why));
        if namespaced {
            wrong("namespaced rules cannot apply to non-resource URLs");
        }
        if !groups.is_empty() || !resources.is_empty() || !list(&rule.resource_names).is_empty() {
            wrong("rules cannot apply to both regular resources and non-resource URLs");
        }
        return errors;
    }
    if groups.is_empty() {
        errors.push(FieldError::required(path.child("apiGroups"), "resource rules must supply at least one api group"));
    }
    if resources.is_empty() {
        errors.push(FieldError::required(path.child("resources"), "resource rules must supply at least one resource"));
    }
    errors
}

pub(crate) fn role_binding(binding: &RoleBinding) -> Vec<FieldError> {
    let mut errors = metadata::validate(&binding.metadata, true, name_rules::path_segment);
    errors.extend(role_ref(&binding.role_ref, &["Role", "ClusterRole"]));
    errors.extend(subjects(list(&binding.subjects), true));
    errors
}

pub(crate) fn cluster_role_binding(binding: &ClusterRoleBinding) -> Vec<FieldError> {
    let mut errors = metadata::validate(&binding.metadata, false, name_rules::path_segment);
    errors.extend(role_ref(&binding.role_ref, &["ClusterRole"]));
    errors.extend(subjects(list(&binding.subjects), false));
    errors
}

fn role_ref(role: &RoleRef, kinds: &[&str]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("roleRef");
    if text(&role.api_group) != GROUP {
        errors.push(FieldError::not_supported(path.child("apiGroup"), text(&role.api_group), &[GROUP]));
    }
    if !kinds.contains(&role.kind.as_str()) {
        errors.push(FieldError::not_supported(path.child("kind"), role.kind.as_str(), kinds));
    }
    if role.name.is_empty() {
        errors.push(FieldError::required(path.child("name"), ""));
    } else {
        invalid_each(&mut errors, &path.child("name"), role.name.as_str(), name_rules::path_segment(&role.name));
    }
    errors
}

/// The role of a binding is fixed: who may change the subjects is not thereby allowed to hand out another role.
pub(crate) fn role_ref_update(new: &RoleRef, old: &RoleRef) -> Option<FieldError> {
    let shown = || format!("{{\"APIGroup\":{},\"Kind\":{},\"Name\":{}}}", json!(text(&new.api_group)), json!(new.kind), json!(new.name));
    (new != old).then(|| FieldError::invalid("roleRef", json!(new), "cannot change roleRef").shown_as(shown()))
}

fn subjects(subjects: &[Subject], namespaced: bool) -> Vec<FieldError> {
    let path = Path::new("subjects");
    subjects.iter().enumerate().flat_map(|(index, one)| subject(one, namespaced, &path.index(index))).collect()
}

fn subject(subject: &Subject, namespaced: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (name, group) = (subject.name.as_str(), text(&subject.api_group));
    if name.is_empty() {
        errors.push(FieldError::required(path.child("name"), ""));
    }
    match subject.kind.as_str() {
        "ServiceAccount" => {
            if !name.is_empty() {
                invalid_each(&mut errors, &path.child("name"), name, name_rules::dns1123_subdomain(name));
            }
            if !group.is_empty() {
                errors.push(FieldError::not_supported(path.child("apiGroup"), group, &[""]));
            }
            if !namespaced && text(&subject.namespace).is_empty() {
                errors.push(FieldError::required(path.child("namespace"), ""));
            }
        }
        "User" | "Group" => {
            if group != GROUP {
                errors.push(FieldError::not_supported(path.child("apiGroup"), group, &[GROUP]));
            }
        }
        other => errors.push(FieldError::not_supported(path.child("kind"), other, &["ServiceAccount", "User", "Group"])),
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn errors(kind: Kind, value: serde_json::Value) -> Vec<String> {
        let mut object = kind.parse(value).unwrap();
        object.set_defaults();
        object.validate().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rules_are_about_resources_or_about_paths() {
        let role = |rule: serde_json::Value| json!({"metadata": {"name": "r", "namespace": "a"}, "rules": [rule]});
        let cases = [
            (json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}), vec![]),
            (json!({"apiGroups": [""], "resources": ["pods"], "verbs": []}), vec!["rules[0].verbs: Required value: verbs must contain at least one value"]),
            (json!({"nonResourceURLs": ["/healthz"], "verbs": ["get"]}), vec!["rules[0].nonResourceURLs: Invalid value: [\"/healthz\"]: namespaced rules cannot apply to non-resource URLs"]),
            (json!({"verbs": ["get"]}), vec!["rules[0].apiGroups: Required value: resource rules must supply at least one api group", "rules[0].resources: Required value: resource rules must supply at least one resource"]),
        ];
        for (rule, expected) in cases {
            assert_eq!(errors(Kind::Role, role(rule.clone())), expected, "{rule}");
        }
        let both = json!({"metadata": {"name": "r"}, "rules": [{"nonResourceURLs": ["/x"], "resources": ["pods"], "verbs": ["get"]}]});
        assert_eq!(errors(Kind::ClusterRole, both), ["rules[0].nonResourceURLs: Invalid value: [\"/x\"]: rules cannot apply to both regular resources and non-resource URLs"]);
        let aggregation = json!({"metadata": {"name": "a/b"}, "aggregationRule": {}});
        assert_eq!(
            errors(Kind::ClusterRole, aggregation),
            ["metadata.name: Invalid value: \"a/b\": may not contain '/'", "aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil"]
        );
    }

    #[test]
    fn subjects_are_users_groups_and_accounts() {
        let binding = |subject: serde_json::Value| json!({"metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "view"}, "subjects": [subject]});
        let cases = [
            (json!({"kind": "User", "name": "jane"}), vec![]),
            (json!({"kind": "Group", "name": ""}), vec!["subjects[0].name: Required value"]),
            (json!({"kind": "ServiceAccount", "name": "robot"}), vec!["subjects[0].namespace: Required value"]),
            (json!({"kind": "ServiceAccount", "name": "robot", "namespace": "a", "apiGroup": "x"}), vec!["subjects[0].apiGroup: Unsupported value: \"x\": supported values: \"\""]),
            (json!({"kind": "Robot", "name": "r"}), vec!["subjects[0].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", \"User\", \"Group\""]),
        ];
        for (subject, expected) in cases {
            assert_eq!(errors(Kind::ClusterRoleBinding, binding(subject.clone())), expected, "{subject}");
        }
        let role = json!({"metadata": {"name": "b"}, "roleRef": {"kind": "Role", "name": ""}});
        assert_eq!(
            errors(Kind::ClusterRoleBinding, role),
            ["roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"", "roleRef.name: Required value"]
        );
    }
}
