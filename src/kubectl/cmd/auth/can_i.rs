//! `kubectl auth can-i`: whether one may do something, or all that one may do.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/auth/cani.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::PolicyRule;
use serde_json::{Value, json};

use crate::client::{Call, JSON};
use crate::cmd::change::ALL_NAMESPACES;
use crate::command::Command;
use crate::failure::{Failure, Outcome, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::policy_rules;
use crate::printers::tabwriter::TABLE;
use crate::unstructured::{flag, items, text};

pub const COMMAND: Command = Command::new("can-i", &[OWN, ALL_NAMESPACES], run);

const OWN: &[Flag] = &[Flag::bool("quiet").short('q'), Flag::text("subresource"), Flag::bool("list"), Flag::bool("no-headers")];

const RESOURCE_VERBS: &[&str] = &[
    "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use", "bind", "impersonate", "*", "approve",
    "sign", "escalate", "attest",
];
const PATH_VERBS: &[&str] = &["get", "put", "post", "head", "options", "delete", "patch", "*"];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if kubectl.flags.bool("list") { list(kubectl) } else { check(kubectl) }
}

fn warn(kubectl: &mut Kubectl<'_, '_>, text: &str) -> Outcome<()> {
    kubectl.eprint(&format!("Warning: {text}\n"))
}

/// What the question is about.
struct Target {
    group: String,
    resource: String,
    name: String,
    mapping: Option<Mapping>,
}

fn check(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let args = kubectl.flags.args.clone();
    let [verb, what] = args.as_slice() else {
        return fail("you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.");
    };
    let subresource = kubectl.flags.text("subresource").to_owned();
    let namespace = if kubectl.flags.bool("all-namespaces") { String::new() } else { kubectl.namespace()? };
    let attributes = if what.starts_with('/') {
        if !subresource.is_empty() {
            return fail("--subresource can not be used with NonResourceURL");
        }
        if !PATH_VERBS.contains(&verb.as_str()) {
            warn(kubectl, &format!("verb '{verb}' is not a known verb\n"))?;
        }
        json!({"nonResourceAttributes": {"path": what, "verb": verb}})
    } else {
        let target = target(kubectl, what)?;
        if !kubectl.flags.bool("all-namespaces") {
            warn_of(kubectl, &target, verb)?;
        }
        json!({"resourceAttributes": {
            "namespace": namespace, "verb": verb, "group": target.group, "resource": target.resource, "subresource": subresource, "name": target.name,
        }})
    };
    if kubectl.flags.bool("no-headers") {
        return fail("--no-headers cannot be set without --list specified");
    }
    let question = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "metadata": {}, "spec": attributes});
    let answer = kubectl.send(&Call::new("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews").body(JSON, &question))?;
    let allowed = flag(&answer, "/status/allowed");
    let mut said = if allowed { "yes".to_owned() } else { "no".to_owned() };
    if !allowed {
        for why in [text(&answer, "/status/reason"), text(&answer, "/status/evaluationError")] {
            if !why.is_empty() {
                said.push_str(&format!(" - {why}"));
            }
        }
    }
    if !kubectl.flags.bool("quiet") {
        kubectl.print(&format!("{said}\n"))?;
    }
    if allowed { Ok(()) } else { Err(Failure::Exit(1).into()) }
}

/// `deployments.apps/web`: the resource, which need not exist, and a name.
fn target(kubectl: &mut Kubectl<'_, '_>, what: &str) -> Outcome<Target> {
    let (word, name) = what.split_once('/').unwrap_or((what, ""));
    let plain = |resource: &str| Target { group: String::new(), resource: resource.to_owned(), name: name.to_owned(), mapping: None };
    if word == "*" {
        return Ok(plain(word));
    }
    let lower = word.to_lowercase();
    if let Some(mapping) = kubectl.type_of(&lower)? {
        let (group, resource) = (mapping.group.clone(), mapping.resource.clone());
        return Ok(Target { group, resource, name: name.to_owned(), mapping: Some(mapping) });
    }
    // Users and groups are no resources that a server lists, and yet one may be allowed to impersonate them.
    if !matches!(lower.as_str(), "users" | "groups") {
        let text = match lower.split_once('.') {
            None => format!("the server doesn't have a resource type '{lower}'\n"),
            Some((resource, group)) => format!("the server doesn't have a resource type '{resource}' in group '{group}'\n"),
        };
        warn(kubectl, &text)?;
    }
    Ok(plain(word))
}

fn warn_of(kubectl: &mut Kubectl<'_, '_>, target: &Target, verb: &str) -> Outcome<()> {
    if let Some(mapping) = target.mapping.as_ref().filter(|mapping| !mapping.namespaced) {
        let text = match mapping.group.as_str() {
            "" => format!("resource '{}' is not namespace scoped\n", mapping.resource),
            group => format!("resource '{}' is not namespace scoped in group '{group}'\n", mapping.resource),
        };
        warn(kubectl, &text)?;
    }
    if RESOURCE_VERBS.contains(&verb) {
        return Ok(());
    }
    warn(kubectl, &format!("verb '{verb}' is not a known verb\n"))
}

fn list(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if !kubectl.flags.args.is_empty() {
        return fail("list option must be specified with no arguments");
    }
    let flags = &kubectl.flags;
    if flags.bool("quiet") || flags.bool("all-namespaces") || !flags.text("subresource").is_empty() {
        return fail("list option can't be specified with neither quiet, all-namespaces nor subresource options");
    }
    let namespace = kubectl.namespace()?;
    let question = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "metadata": {}, "spec": {"namespace": namespace}});
    let answer = kubectl.send(&Call::new("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews").body(JSON, &question))?;
    if flag(&answer, "/status/incomplete") {
        warn(kubectl, &format!("the list may be incomplete: {}", text(&answer, "/status/evaluationError")))?;
    }
    let rules = items(&answer, "/status/resourceRules").iter().chain(items(&answer, "/status/nonResourceRules"));
    let rules: Vec<PolicyRule> = rules.filter_map(|rule: &Value| serde_json::from_value(rule.clone()).ok()).collect();
    let mut page = String::new();
    if !kubectl.flags.bool("no-headers") {
        page.push_str(&format!("{}\n", policy_rules::COLUMNS.join("\t")));
    }
    for row in policy_rules::rows(&rules) {
        page.push_str(&format!("{}\n", row.join("\t")));
    }
    kubectl.print(&TABLE.align(&page))
}
