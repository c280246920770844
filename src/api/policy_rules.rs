//! Rules of roles, taken apart, so that they can be compared and grouped.
//!
//! Models: staging/src/k8s.io/component-helpers/auth/rbac/validation/policy_comparator.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::PolicyRule;

/// The words of an optional list.
pub fn words(list: &Option<Vec<String>>) -> &[String] {
    list.as_deref().unwrap_or_default()
}

/// The rule as rules of one verb, one group, one resource and at most one name each.
pub fn parts(rule: &PolicyRule) -> Vec<PolicyRule> {
    let one = |word: &String| Some(vec![word.clone()]);
    let mut parts = Vec::new();
    for group in words(&rule.api_groups) {
        for resource in words(&rule.resources) {
            for verb in &rule.verbs {
                let part = PolicyRule { api_groups: one(group), resources: one(resource), verbs: vec![verb.clone()], ..PolicyRule::default() };
                match words(&rule.resource_names) {
                    [] => parts.push(part),
                    names => parts.extend(names.iter().map(|name| PolicyRule { resource_names: one(name), ..part.clone() })),
                }
            }
        }
    }
    for url in words(&rule.non_resource_urls) {
        parts.extend(rule.verbs.iter().map(|verb| PolicyRule { non_resource_urls: one(url), verbs: vec![verb.clone()], ..PolicyRule::default() }));
    }
    parts
}
