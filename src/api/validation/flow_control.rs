//! Validation of flow schemas: which requests they take, and where they send them.
//!
//! Models: pkg/apis/flowcontrol/validation/validation.go, v1.36.
//! Simplified: a bad spec of a fixed schema is shown as JSON.

use k8s_openapi::api::flowcontrol::v1::{FlowSchemaSpec, NonResourcePolicyRule, PolicyRulesWithSubjects, ResourcePolicyRule, Subject};
use serde_json::json;

use super::{list, metadata, text};
use crate::field::{FieldError, Path};
use crate::{FlowSchema, flow_control, name_rules};

/// Verbs in the order of the alphabet, as the reference lists them.
const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
const METHODS: &[&str] = &["ByNamespace", "ByUser"];
const SUBJECTS: &[&str] = &["Group", "ServiceAccount", "User"];

pub(crate) fn flow_schema(schema: &FlowSchema) -> Vec<FieldError> {
    let mut errors = metadata::validate(&schema.metadata, false, metadata::SUBDOMAIN);
    let name = text(&schema.metadata.name);
    errors.extend(spec(name, &schema.spec));
    if let Some(fixed) = flow_control::mandatory_flow_schema(name).filter(|fixed| fixed.spec != schema.spec) {
        errors.push(FieldError::invalid("spec", json!(*schema.spec), format!("spec of '{}' must equal the fixed value", text(&fixed.metadata.name))));
    }
    errors.extend(flow_schema_status(schema));
    errors
}

pub(crate) fn flow_schema_status(schema: &FlowSchema) -> Vec<FieldError> {
    conditions(list(&schema.status.conditions).iter().map(|condition| text(&condition.type_)))
}

/// Conditions have a type, each its own.
pub(super) fn conditions<'a>(types: impl Iterator<Item = &'a str>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for (index, type_) in types.enumerate() {
        let path = Path::new("status").child("conditions").index(index).child("type");
        if !seen.insert(type_) {
            errors.push(FieldError::duplicate(&path, type_));
        }
        if type_.is_empty() {
            errors.push(FieldError::required(&path, ""));
        }
    }
    errors
}

fn spec(name: &str, spec: &FlowSchemaSpec) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    let precedence = spec.matching_precedence.unwrap_or(0);
    let mut bad = |why: &str| errors.push(FieldError::invalid(path.child("matchingPrecedence"), precedence, why));
    if precedence <= 0 {
        bad("must be a positive value");
    }
    if precedence > 10_000 {
        bad("must not be greater than 10000");
    }
    if precedence == 1 && name != "exempt" {
        bad("only the schema named 'exempt' may have matchingPrecedence 1");
    }
    if let Some(method) = spec.distinguisher_method.as_ref().filter(|method| !METHODS.contains(&method.type_.as_str())) {
        let shown = json!({"Type": method.type_}).to_string();
        errors.push(FieldError::not_supported(path.child("distinguisherMethod").child("type"), method.type_.as_str(), METHODS).shown_as(shown));
    }
    let level = path.child("priorityLevelConfiguration").child("name");
    match spec.priority_level_configuration.name.as_str() {
        "" => errors.push(FieldError::required(level, "must reference a priority level")),
        name => super::invalid_each(&mut errors, &level, name, name_rules::dns1123_subdomain(name)),
    }
    for (index, rule) in list(&spec.rules).iter().enumerate() {
        errors.extend(rules(rule, &path.child("rules").index(index)));
    }
    errors
}

fn rules(rule: &PolicyRulesWithSubjects, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if rule.subjects.is_empty() {
        errors.push(FieldError::required(path.child("subjects"), "subjects must contain at least one value"));
    }
    for (index, one) in rule.subjects.iter().enumerate() {
        errors.extend(subject(one, &path.child("subjects").index(index)));
    }
    let (resources, others) = (list(&rule.resource_rules), list(&rule.non_resource_rules));
    if resources.is_empty() && others.is_empty() {
        errors.push(FieldError::required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"));
    }
    for (index, rule) in resources.iter().enumerate() {
        errors.extend(resource_rule(rule, &path.child("resourceRules").index(index)));
    }
    for (index, rule) in others.iter().enumerate() {
        errors.extend(non_resource_rule(rule, &path.child("nonResourceRules").index(index)));
    }
    errors
}

fn subject(subject: &Subject, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let kind = subject.kind.as_str();
    if !SUBJECTS.contains(&kind) {
        return vec![FieldError::not_supported(path.child("kind"), kind, SUBJECTS)];
    }
    let parts = [
        ("ServiceAccount", "serviceAccount", subject.service_account.is_some()),
        ("User", "user", subject.user.is_some()),
        ("Group", "group", subject.group.is_some()),
    ];
    if let Some((of, field, _)) = parts.iter().find(|(of, _, given)| *of == kind && !given) {
        errors.push(FieldError::required(path.child(field), format!("{field} is required when subject kind is '{of}'")));
    }
    let named = |name: &str, field: &str| name.is_empty().then(|| FieldError::required(path.child(field).child("name"), ""));
    match kind {
        "User" => errors.extend(subject.user.as_ref().and_then(|user| named(&user.name, "user"))),
        "Group" => errors.extend(subject.group.as_ref().and_then(|group| named(&group.name, "group"))),
        _ => {
            if let Some(account) = &subject.service_account {
                let at = path.child("serviceAccount");
                errors.extend(named(&account.name, "serviceAccount"));
                if !account.name.is_empty() && account.name != "*" {
                    super::invalid_each(&mut errors, &at.child("name"), account.name.as_str(), name_rules::dns1123_subdomain(&account.name));
                }
                match account.namespace.as_str() {
                    "" => errors.push(FieldError::required(at.child("namespace"), "must specify namespace for service account")),
                    namespace => super::invalid_each(&mut errors, &at.child("namespace"), namespace, name_rules::dns1123_label(namespace)),
                }
            }
        }
    }
    // The reference names what is too much in this order.
    let order: [&str; 2] = match kind {
        "ServiceAccount" => ["user", "group"],
        "User" => ["serviceAccount", "group"],
        _ => ["serviceAccount", "user"],
    };
    for field in order {
        if let Some((of, ..)) = parts.iter().find(|(_, name, given)| *name == field && *given) {
            errors.push(FieldError::forbidden(path.child(field), format!("{field} is forbidden when subject kind is not '{of}'")));
        }
    }
    errors
}

fn has_wildcard(texts: &[String]) -> bool {
    texts.iter().any(|text| text == "*")
}

fn verbs(verbs: &[String], path: &Path) -> Option<FieldError> {
    let path = path.child("verbs");
    if verbs.is_empty() {
        return Some(FieldError::required(path, "verbs must contain at least one value"));
    }
    if has_wildcard(verbs) {
        return (verbs.len() > 1).then(|| FieldError::invalid(path, verbs.to_vec(), "if '*' is present, must not specify other verbs"));
    }
    let unknown = verbs.iter().any(|verb| !VERBS.contains(&verb.as_str()));
    unknown.then(|| FieldError::not_supported(path, verbs.to_vec(), VERBS))
}

fn resource_rule(rule: &ResourcePolicyRule, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = verbs(&rule.verbs, path).into_iter().collect();
    let fields = [
        ("apiGroups", &rule.api_groups, "resource rules must supply at least one api group", "if '*' is present, must not specify other api groups"),
        ("resources", &rule.resources, "resource rules must supply at least one resource", "if '*' is present, must not specify other resources"),
    ];
    for (name, values, missing, mixed) in fields {
        if values.is_empty() {
            errors.push(FieldError::required(path.child(name), missing));
        } else if values.len() > 1 && has_wildcard(values) {
            errors.push(FieldError::invalid(path.child(name), values.clone(), mixed));
        }
    }
    let (at, namespaces) = (path.child("namespaces"), list(&rule.namespaces));
    if namespaces.is_empty() && rule.cluster_scope != Some(true) {
        errors.push(FieldError::required(at, "resource rules that are not cluster scoped must supply at least one namespace"));
    } else if has_wildcard(namespaces) {
        if namespaces.len() > 1 {
            errors.push(FieldError::invalid(at, namespaces.to_vec(), "if '*' is present, must not specify other namespaces"));
        }
    } else {
        for (index, namespace) in namespaces.iter().enumerate() {
            let faults = name_rules::dns1123_label(namespace);
            let why = |fault: String| FieldError::invalid(at.index(index), namespace.as_str(), format!("each member of this list must be '*' or a DNS-1123 label; {fault}"));
            errors.extend(faults.into_iter().map(why));
        }
    }
    errors
}

fn non_resource_rule(rule: &NonResourcePolicyRule, path: &Path) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = verbs(&rule.verbs, path).into_iter().collect();
    let (at, urls) = (path.child("nonResourceURLs"), &rule.non_resource_urls);
    if urls.is_empty() {
        errors.push(FieldError::required(at, "nonResourceURLs must contain at least one value"));
    } else if has_wildcard(urls) {
        if urls.len() > 1 {
            errors.push(FieldError::invalid(at, urls.clone(), "if '*' is present, must not specify other non-resource URLs"));
        }
    } else {
        for (index, url) in urls.iter().enumerate() {
            errors.extend(url_fault(url).map(|why| FieldError::invalid(at.index(index), url.as_str(), why)));
        }
    }
    errors
}

fn url_fault(url: &str) -> Option<&'static str> {
    let stars = url.matches('*').count();
    match url {
        "" => Some("must not be empty"),
        "/" => None,
        _ if !url.starts_with('/') => Some("must start with slash"),
        _ if url.contains(' ') => Some("must not contain white-space"),
        _ if url.contains("//") => Some("must not contain double slash"),
        _ if stars > 1 || stars == 1 && !url.ends_with("/*") => Some("wildcard can only do suffix matching"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Kind, Object};

    fn errors(name: &str, spec: Value) -> Vec<String> {
        let value = json!({"apiVersion": "flowcontrol.apiserver.k8s.io/v1", "kind": "FlowSchema", "metadata": {"name": name}, "spec": spec});
        let mut object = Kind::FlowSchema.parse(value).unwrap();
        object.set_defaults();
        let Object::FlowSchema(schema) = object else { panic!("not a flow schema") };
        flow_schema(&schema).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn schemas_are_refused_in_the_words_of_the_reference() {
        let rule = |subject: Value, rule: Value| json!({"priorityLevelConfiguration": {"name": "system"}, "rules": [{"subjects": [subject], "resourceRules": [rule]}]});
        let all = json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "namespaces": ["*"]});
        let user = json!({"kind": "User", "user": {"name": "jane"}});
        let cases: Vec<(Value, &[&str])> = vec![
            (rule(user.clone(), all.clone()), &[]),
            (json!({"priorityLevelConfiguration": {"name": ""}}), &["spec.priorityLevelConfiguration.name: Required value: must reference a priority level"]),
            (
                json!({"priorityLevelConfiguration": {"name": "system"}, "matchingPrecedence": 1}),
                &["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
            ),
            (
                json!({"priorityLevelConfiguration": {"name": "system"}, "matchingPrecedence": 10001}),
                &["spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000"],
            ),
            (
                rule(json!({"kind": "User", "group": {"name": "g"}}), all.clone()),
                &[
                    "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
                    "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
                ],
            ),
            (
                rule(user.clone(), json!({"verbs": ["feed"], "apiGroups": [], "resources": ["a", "*"]})),
                &[
                    "spec.rules[0].resourceRules[0].verbs: Unsupported value: [\"feed\"]: supported values: \"create\", \"delete\", \"deletecollection\", \"get\", \"list\", \"patch\", \"proxy\", \"update\", \"watch\"",
                    "spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group",
                    "spec.rules[0].resourceRules[0].resources: Invalid value: [\"a\",\"*\"]: if '*' is present, must not specify other resources",
                    "spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace",
                ],
            ),
        ];
        for (spec, expected) in cases {
            assert_eq!(errors("fs", spec.clone()), expected, "{spec}");
        }
    }

    #[test]
    fn what_is_mandatory_stays_as_it_is() {
        let spec = json!({"priorityLevelConfiguration": {"name": "system"}, "matchingPrecedence": 10000});
        let found = errors("catch-all", spec);
        assert!(found.iter().any(|error| error.ends_with("spec of 'catch-all' must equal the fixed value")), "{found:?}");
        for schema in flow_control::flow_schemas() {
            assert_eq!(flow_schema(&schema), [], "{:?}", schema.metadata.name);
        }
    }
}
