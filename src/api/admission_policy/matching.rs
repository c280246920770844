//! Rules that say which requests something is about: operations, groups, versions, resources, scope.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules/rules.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::admissionregistration::v1::{NamedRuleWithOperations, RuleWithOperations};

/// A request, as far as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Requested<'a> {
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    pub operation: &'a str,
    pub group: &'a str,
    pub version: &'a str,
    pub resource: &'a str,
    pub subresource: &'a str,
    pub name: &'a str,
    /// Empty for cluster-scoped objects.
    pub namespace: &'a str,
}

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    operations: &'a [String],
    groups: &'a [String],
    versions: &'a [String],
    resources: &'a [String],
    scope: &'a str,
    names: &'a [String],
}

impl<'a> From<&'a NamedRuleWithOperations> for Rule<'a> {
    fn from(rule: &'a NamedRuleWithOperations) -> Self {
        Rule {
            operations: rule.operations.as_deref().unwrap_or_default(),
            groups: rule.api_groups.as_deref().unwrap_or_default(),
            versions: rule.api_versions.as_deref().unwrap_or_default(),
            resources: rule.resources.as_deref().unwrap_or_default(),
            scope: rule.scope.as_deref().unwrap_or("*"),
            names: rule.resource_names.as_deref().unwrap_or_default(),
        }
    }
}

impl<'a> From<&'a RuleWithOperations> for Rule<'a> {
    fn from(rule: &'a RuleWithOperations) -> Self {
        Rule {
            operations: rule.operations.as_deref().unwrap_or_default(),
            groups: rule.api_groups.as_deref().unwrap_or_default(),
            versions: rule.api_versions.as_deref().unwrap_or_default(),
            resources: rule.resources.as_deref().unwrap_or_default(),
            scope: rule.scope.as_deref().unwrap_or("*"),
            names: &[],
        }
    }
}

/// The rules of a list that may be missing.
pub fn rules_of<'a, T>(rules: Option<&'a Vec<T>>) -> Vec<Rule<'a>>
where
    Rule<'a>: From<&'a T>,
{
    rules.into_iter().flatten().map(Rule::from).collect()
}

impl Rule<'_> {
    fn matches(&self, request: &Requested<'_>) -> bool {
        let any = |all: &[String], wanted: &str| all.iter().any(|one| one == "*" || one == wanted);
        let is_namespace = request.group.is_empty() && request.resource == "namespaces";
        let namespaced = !is_namespace && !request.namespace.is_empty();
        let scope = match self.scope {
            "Namespaced" => namespaced,
            "Cluster" => !namespaced,
            _ => true,
        };
        let resource = self.resources.iter().any(|one| {
            let (resource, part) = one.split_once('/').unwrap_or((one, ""));
            (resource == "*" || resource == request.resource) && (part == "*" || part == request.subresource)
        });
        let name = self.names.is_empty() || self.names.iter().any(|name| name == request.name);
        any(self.operations, request.operation) && any(self.groups, request.group) && any(self.versions, request.version) && scope && resource && name
    }
}

/// Whether any of the rules is about the request.
pub fn matches_rules(rules: &[Rule<'_>], request: &Requested<'_>) -> bool {
    rules.iter().any(|rule| rule.matches(request))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_match_by_all_of_their_parts() {
        let request = Requested { operation: "CREATE", group: "apps", version: "v1", resource: "deployments", subresource: "", name: "web", namespace: "shop" };
        let matches = |rule: serde_json::Value, request: &Requested<'_>| {
            let rule: NamedRuleWithOperations = serde_json::from_value(rule).unwrap();
            matches_rules(&[Rule::from(&rule)], request)
        };
        let rule = |operations: &[&str], groups: &[&str], resources: &[&str]| json!({"operations": operations, "apiGroups": groups, "apiVersions": ["v1"], "resources": resources});
        assert!(matches(rule(&["CREATE"], &["apps"], &["deployments"]), &request));
        assert!(matches(rule(&["*"], &["*"], &["*"]), &request));
        assert!(!matches(rule(&["UPDATE"], &["apps"], &["deployments"]), &request));
        assert!(!matches(rule(&["CREATE"], &[""], &["deployments"]), &request));
        assert!(!matches(rule(&["CREATE"], &["apps"], &["deployments/scale"]), &request));
        let scale = Requested { subresource: "scale", ..request };
        assert!(matches(rule(&["CREATE"], &["apps"], &["deployments/*"]), &scale));
        assert!(!matches(rule(&["CREATE"], &["apps"], &["*"]), &scale));
        assert!(matches(rule(&["CREATE"], &["apps"], &["*/scale"]), &scale));
    }
}
