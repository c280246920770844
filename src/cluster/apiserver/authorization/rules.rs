//! Rules of roles: whether one allows a request, whether some cover others, and how they are written in an error.
//!
//! Models: pkg/apis/rbac/v1/evaluation_helpers.go, pkg/registry/rbac/validation/policy_compact.go,
//! staging/src/k8s.io/component-helpers/auth/rbac/validation/policy_comparator.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::rbac::v1::PolicyRule;
use podarium_api::policy_rules::{parts, words};

use super::Attributes;

const ALL: &str = "*";

fn has(words: &[String], word: &str) -> bool {
    words.iter().any(|one| one == word)
}

fn has_or_all(words: &[String], word: &str) -> bool {
    words.iter().any(|one| one == ALL || one == word)
}

/// Whether the rule allows the request.
pub(super) fn allows(rule: &PolicyRule, request: &Attributes<'_>) -> bool {
    if !has_or_all(&rule.verbs, &request.verb) {
        return false;
    }
    if !request.is_resource() {
        return words(&rule.non_resource_urls).iter().any(|url| url == ALL || url_covers(url, &request.path));
    }
    let names = words(&rule.resource_names);
    has_or_all(words(&rule.api_groups), &request.group) && resource_matches(rule, request) && (names.is_empty() || has(names, &request.name))
}

fn resource_matches(rule: &PolicyRule, request: &Attributes<'_>) -> bool {
    words(&rule.resources).iter().any(|resource| {
        if resource == ALL {
            return true;
        }
        if request.subresource.is_empty() {
            return *resource == *request.resource;
        }
        let Some((of, subresource)) = resource.split_once('/') else { return false };
        subresource == request.subresource && (of == ALL || of == request.resource)
    })
}

/// `/healthz/*` covers `/healthz/etcd`.
fn url_covers(pattern: &str, path: &str) -> bool {
    pattern == path || pattern.ends_with(ALL) && path.starts_with(pattern.trim_end_matches('*'))
}

/// Which of the wanted rules, broken into their smallest parts, the held ones do not cover.
pub(super) fn missing(held: &[PolicyRule], wanted: &[PolicyRule]) -> Vec<PolicyRule> {
    let parts = wanted.iter().flat_map(parts);
    parts.filter(|part| !held.iter().any(|rule| covers(rule, part))).collect()
}

fn covers(rule: &PolicyRule, part: &PolicyRule) -> bool {
    let all = |held: &[String], wanted: &[String]| wanted.iter().all(|word| has_or_all(held, word));
    let resource_covered = |wanted: &String| {
        let held = words(&rule.resources);
        has_or_all(held, wanted) || wanted.split_once('/').is_some_and(|(_, subresource)| has(held, &format!("*/{subresource}")))
    };
    let names = words(&rule.resource_names);
    all(&rule.verbs, &part.verbs)
        && all(words(&rule.api_groups), words(&part.api_groups))
        && words(&part.resources).iter().all(resource_covered)
        && words(&part.non_resource_urls).iter().all(|url| words(&rule.non_resource_urls).iter().any(|held| url_covers(held, url)))
        && (names.is_empty() || !words(&part.resource_names).is_empty() && words(&part.resource_names).iter().all(|name| has(names, name)))
}

/// The missing parts as people read them: one line for each resource, sorted.
pub(super) fn describe(parts: Vec<PolicyRule>) -> String {
    let mut by_resource: BTreeMap<(Option<Vec<String>>, Option<Vec<String>>, Option<Vec<String>>), PolicyRule> = BTreeMap::new();
    let mut lines = Vec::new();
    for part in parts {
        if part.non_resource_urls.is_some() {
            lines.push(compact(&part));
            continue;
        }
        let key = (part.api_groups.clone(), part.resources.clone(), part.resource_names.clone());
        match by_resource.get_mut(&key) {
            Some(rule) => rule.verbs.extend(part.verbs),
            None => {
                by_resource.insert(key, part);
            }
        }
    }
    lines.extend(by_resource.values().map(compact));
    lines.sort();
    lines.dedup();
    lines.join("\n")
}

/// `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`
fn compact(rule: &PolicyRule) -> String {
    let parts = [
        ("APIGroups", words(&rule.api_groups)),
        ("Resources", words(&rule.resources)),
        ("NonResourceURLs", words(&rule.non_resource_urls)),
        ("ResourceNames", words(&rule.resource_names)),
        ("Verbs", &rule.verbs),
    ];
    let parts: Vec<String> = parts.iter().filter(|(_, words)| !words.is_empty()).map(|(name, words)| format!("{name}:{}", quoted(words))).collect();
    format!("{{{}}}", parts.join(", "))
}

/// A list as Go's `%q` writes it: `["a" "b"]`.
pub(super) fn quoted<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("{:?}", word.as_ref())).collect();
    format!("[{}]", words.join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::apiserver::User;

    fn rule(value: serde_json::Value) -> PolicyRule {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_rule_allows_what_all_its_parts_match() {
        let user = User::named("jane");
        let pods = |verb| Attributes::resource(&user, verb, "", "pods", "shop");
        let named = json!({"apiGroups": [""], "resources": ["pods"], "resourceNames": ["web"], "verbs": ["get"]});
        let cases = [
            (json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}), pods("get"), true),
            (json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}), pods("list"), false),
            (json!({"apiGroups": ["apps"], "resources": ["pods"], "verbs": ["get"]}), pods("get"), false),
            (json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}), pods("get"), true),
            (json!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}), pods("get").of_subresource("log"), true),
            (json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}), pods("get").of_subresource("log"), false),
            (json!({"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}), pods("get").of_subresource("log"), true),
            (json!({"apiGroups": [""], "resources": ["*/log"], "verbs": ["get"]}), pods("get").of_subresource("log"), true),
            (json!({"apiGroups": [""], "resources": ["*/log"], "verbs": ["get"]}), pods("get"), false),
            (named.clone(), pods("get").named("web"), true),
            (named.clone(), pods("get").named("other"), false),
            (named, pods("list"), false),
            (json!({"nonResourceURLs": ["/healthz/*"], "verbs": ["get"]}), Attributes::path(&user, "get", "/healthz/etcd"), true),
            (json!({"nonResourceURLs": ["/healthz/*"], "verbs": ["get"]}), Attributes::path(&user, "get", "/healthz"), false),
            (json!({"nonResourceURLs": ["*"], "verbs": ["get"]}), pods("get"), false),
        ];
        for (value, request, expected) in cases {
            assert_eq!(allows(&rule(value.clone()), &request), expected, "{value} {request:?}");
        }
    }

    #[test]
    fn what_is_not_covered_is_named_by_resource() {
        let held = [
            rule(json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]})),
            rule(json!({"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["a"], "verbs": ["get"]})),
            rule(json!({"nonResourceURLs": ["/healthz/*"], "verbs": ["get"]})),
        ];
        let cases = [
            (json!({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}), ""),
            (json!({"apiGroups": [""], "resources": ["pods"], "resourceNames": ["x"], "verbs": ["get"]}), ""),
            (json!({"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["get", "list"]}),
                "{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\"]}\n{APIGroups:[\"\"], Resources:[\"services\"], Verbs:[\"get\" \"list\"]}"),
            (json!({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}), "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}"),
            (json!({"nonResourceURLs": ["/healthz/etcd"], "verbs": ["get"]}), ""),
            (json!({"nonResourceURLs": ["/metrics"], "verbs": ["get"]}), "{NonResourceURLs:[\"/metrics\"], Verbs:[\"get\"]}"),
        ];
        for (value, expected) in cases {
            assert_eq!(describe(missing(&held, &[rule(value.clone())])), expected, "{value}");
        }
    }
}
