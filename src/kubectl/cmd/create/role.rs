//! `kubectl create role|clusterrole NAME --verb=get --resource=pods`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/{create_role,create_clusterrole}.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Failure, Outcome, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const ROLE: Command = Command::new("role", &[OWN, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run_role);
pub const CLUSTER_ROLE: Command = Command::new("clusterrole", &[OWN, CLUSTER, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run_cluster_role);

const OWN: &[Flag] = &[Flag::new("verb", Takes::List, ""), Flag::new("resource", Takes::List, ""), Flag::new("resource-name", Takes::Repeated, "")];
const CLUSTER: &[Flag] = &[Flag::new("non-resource-url", Takes::List, ""), Flag::new("aggregation-rule", Takes::List, "")];

const RESOURCE_VERBS: &[&str] = &[
    "*", "get", "delete", "list", "create", "update", "patch", "watch", "proxy", "deletecollection", "use", "bind", "escalate", "impersonate",
];
const PATH_VERBS: &[&str] = &["*", "get", "post", "put", "delete", "patch", "head", "options"];

/// Verbs that mean something for a few resources only.
const SPECIAL: &[(&str, &[(&str, &str)])] = &[
    ("use", &[("policy", "podsecuritypolicies"), ("extensions", "podsecuritypolicies")]),
    ("bind", &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles")]),
    ("escalate", &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles")]),
    ("impersonate", &[("", "users"), ("", "serviceaccounts"), ("", "groups"), ("authentication.k8s.io", "userextras")]),
];

/// `pods`, `deployments.apps/scale`
struct Wanted {
    group: String,
    resource: String,
    subresource: String,
}

fn distinct(words: Vec<String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for word in words {
        if !distinct.contains(&word) {
            distinct.push(word);
        }
    }
    distinct
}

fn verbs(kubectl: &Kubectl<'_, '_>) -> Vec<String> {
    let verbs = distinct(kubectl.flags.list("verb"));
    if verbs.iter().any(|verb| verb == "*") { vec!["*".to_owned()] } else { verbs }
}

fn resources(kubectl: &Kubectl<'_, '_>) -> Vec<Wanted> {
    let mut resources = Vec::new();
    for word in kubectl.flags.list("resource") {
        let (path, subresource) = word.split_once('/').unwrap_or((&word, ""));
        let (resource, group) = path.split_once('.').unwrap_or((path, ""));
        let wanted = Wanted { group: group.to_owned(), resource: resource.to_owned(), subresource: subresource.to_owned() };
        if word == "*" {
            return vec![wanted];
        }
        resources.push(wanted);
    }
    resources
}

/// Finds the resources among those of the server, and complains of what makes no sense.
fn validate(kubectl: &mut Kubectl<'_, '_>, verbs: &[String], resources: &mut [Wanted]) -> Outcome<()> {
    for verb in verbs.iter().filter(|verb| !RESOURCE_VERBS.contains(&verb.as_str())) {
        kubectl.eprint(&format!("Warning: '{verb}' is not a standard resource verb\n"))?;
    }
    let mut words = Vec::new();
    for wanted in resources {
        if wanted.resource.is_empty() {
            return fail("resource must be specified if apiGroup/subresource specified");
        }
        if wanted.resource == "*" {
            continue;
        }
        let word = if wanted.group.is_empty() { wanted.resource.clone() } else { format!("{}.{}", wanted.resource, wanted.group) };
        let found = kubectl.type_of(&word)?;
        let known = found.is_some();
        if let Some(mapping) = found {
            wanted.group = mapping.group;
            wanted.resource = mapping.resource;
        }
        let mut special = false;
        for (verb, targets) in SPECIAL.iter().filter(|(verb, _)| verbs.iter().any(|one| one == verb)) {
            if !targets.contains(&(wanted.group.as_str(), wanted.resource.as_str())) {
                return fail(format!("can not perform '{verb}' on '{}' in group '{}'", wanted.resource, wanted.group));
            }
            special = true;
        }
        if !known && !special {
            let place = if wanted.group.is_empty() { String::new() } else { format!(" in group {:?}", wanted.group) };
            return Err(Failure::Plain(format!("the server doesn't have a resource type {:?}{place}", wanted.resource)).into());
        }
        words.push(word);
    }
    // For its rules the reference looks for them once more, and so warns twice.
    words.iter().try_for_each(|word| kubectl.type_of(word).map(|_| ()))
}

/// One rule for each group, and one for paths.
fn rules(verbs: &[String], resources: &[Wanted], names: &[String], urls: &[String]) -> Vec<Value> {
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for wanted in resources {
        let resource = if wanted.subresource.is_empty() { wanted.resource.clone() } else { format!("{}/{}", wanted.resource, wanted.subresource) };
        let list = groups.entry(&wanted.group).or_default();
        if !list.contains(&resource) {
            list.push(resource);
        }
    }
    let mut rules: Vec<Value> = Vec::new();
    for (group, resources) in groups {
        let mut rule = json!({"apiGroups": [group], "resources": resources, "verbs": verbs});
        if !names.is_empty() {
            rule["resourceNames"] = json!(names);
        }
        rules.push(rule);
    }
    if !urls.is_empty() {
        rules.push(json!({"nonResourceURLs": urls, "verbs": verbs}));
    }
    rules
}

fn run_role(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let (verbs, mut resources) = (verbs(kubectl), resources(kubectl));
    let names = distinct(kubectl.flags.list("resource-name"));
    if verbs.is_empty() {
        return fail("at least one verb must be specified");
    }
    if resources.is_empty() {
        return fail("at least one resource must be specified");
    }
    validate(kubectl, &verbs, &mut resources)?;
    let rules = rules(&verbs, &resources, &names, &[]);
    send(kubectl, json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": name}, "rules": rules}), "")
}

fn run_cluster_role(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let (verbs, mut resources) = (verbs(kubectl), resources(kubectl));
    let names = distinct(kubectl.flags.list("resource-name"));
    let urls = distinct(kubectl.flags.list("non-resource-url"));
    let aggregation = kubectl.flags.list("aggregation-rule");
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name}});
    if !aggregation.is_empty() {
        if !urls.is_empty() || !verbs.is_empty() || !resources.is_empty() || !names.is_empty() {
            return fail("aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames");
        }
        let labels: BTreeMap<String, String> = aggregation.iter().filter_map(|pair| pair.split_once('=')).map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let mut role = role;
        role["aggregationRule"] = json!({"clusterRoleSelectors": [{"matchLabels": labels}]});
        role["rules"] = Value::Null;
        return send(kubectl, role, "");
    }
    if verbs.is_empty() {
        return fail("at least one verb must be specified");
    }
    if resources.is_empty() && urls.is_empty() {
        return fail("one of resource or nonResourceURL must be specified");
    }
    if !resources.is_empty() {
        validate(kubectl, &verbs, &mut resources)?;
    }
    validate_urls(&verbs, &urls)?;
    let mut role = role;
    role["rules"] = rules(&verbs, &resources, &names, &urls).into();
    send(kubectl, role, "")
}

fn validate_urls(verbs: &[String], urls: &[String]) -> Outcome<()> {
    if urls.is_empty() {
        return Ok(());
    }
    if let Some(verb) = verbs.iter().find(|verb| !PATH_VERBS.contains(&verb.as_str())) {
        return fail(format!("invalid verb: '{verb}' for nonResourceURL"));
    }
    for url in urls.iter().filter(|url| *url != "*") {
        if !url.starts_with('/') {
            return fail("nonResourceURL should start with /");
        }
        if url[..url.len() - 1].contains('*') {
            return fail("nonResourceURL only supports wildcard matches when '*' is at the end");
        }
    }
    Ok(())
}
