//! Rules of roles as people read them: broken down, put together by resource, sorted, in columns.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/util/rbac/rbac.go, pkg/describe/describe.go (CombineResourceGroup), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::PolicyRule;
use podarium_api::policy_rules::{parts, words};

/// The columns of rules.
pub const COLUMNS: [&str; 4] = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"];

/// One row for each resource and each path, sorted as the reference sorts them.
pub fn rows(rules: &[PolicyRule]) -> Vec<[String; 4]> {
    let mut compact: Vec<PolicyRule> = Vec::new();
    for part in rules.iter().flat_map(parts) {
        let same = |rule: &&mut PolicyRule| {
            part.non_resource_urls.is_none()
                && rule.non_resource_urls.is_none()
                && (&rule.api_groups, &rule.resources, &rule.resource_names) == (&part.api_groups, &part.resources, &part.resource_names)
        };
        match compact.iter_mut().find(same) {
            // Only within one rule may a verb stand twice.
            Some(rule) => {
                let known = rule.verbs.clone();
                rule.verbs.extend(part.verbs.into_iter().filter(|verb| !known.contains(verb)));
            }
            None => compact.push(part),
        }
    }
    compact.sort_by_key(go_string);
    compact.iter().map(row).collect()
}

/// `[get list]`
pub fn bracketed(words: &[String]) -> String {
    format!("[{}]", words.join(" "))
}

/// The rule as Go prints it, by which rules are sorted.
fn go_string(rule: &PolicyRule) -> String {
    format!(
        "&PolicyRule{{Verbs:{},APIGroups:{},Resources:{},ResourceNames:{},NonResourceURLs:{},}}",
        bracketed(&rule.verbs),
        bracketed(words(&rule.api_groups)),
        bracketed(words(&rule.resources)),
        bracketed(words(&rule.resource_names)),
        bracketed(words(&rule.non_resource_urls))
    )
}

fn row(rule: &PolicyRule) -> [String; 4] {
    let group = words(&rule.api_groups).first().map_or("", String::as_str);
    let resource = words(&rule.resources).first().map_or("", String::as_str);
    let combined = match (group, resource.split_once('/')) {
        ("", _) => resource.to_owned(),
        (group, None) => format!("{resource}.{group}"),
        (group, Some((of, subresource))) => format!("{of}.{group}/{subresource}"),
    };
    [combined, bracketed(words(&rule.non_resource_urls)), bracketed(words(&rule.resource_names)), bracketed(&rule.verbs)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_put_together_by_resource() {
        let rules: Vec<PolicyRule> = serde_json::from_value(serde_json::json!([
            {"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get", "list"]},
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "watch"]},
            {"apiGroups": ["apps"], "resources": ["deployments/scale"], "resourceNames": ["web"], "verbs": ["get"]},
            {"nonResourceURLs": ["/healthz"], "verbs": ["get"]},
        ]))
        .unwrap();
        let rows: Vec<String> = rows(&rules).iter().map(|row| row.join(" ")).collect();
        assert_eq!(
            rows,
            ["pods [] [] [get list watch]", "pods/log [] [] [get list]", " [/healthz] [] [get]", "deployments.apps/scale [] [web] [get]"]
        );
    }
}
