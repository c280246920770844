//! `kubectl auth reconcile -f`: makes roles and bindings give at least what a file says, without taking anything away
//! unless that is asked for.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/auth/reconcile.go, staging/src/k8s.io/component-helpers/auth/rbac/reconciliation, v1.36.
//! Simplified: what is missing or too much is not listed on standard error; namespaces of Roles are not made.

use k8s_openapi::api::rbac::v1::PolicyRule;
use serde_json::{Value, json};

use crate::builder::{Builder, Info};
use crate::client::Write;
use crate::cmd::change::{DRY_RUN, DryRun, FILES, PRINT};
use crate::command::Command;
use crate::failure::{Outcome, caught, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::unstructured::{set, text};

pub const COMMAND: Command = Command::new("reconcile", &[OWN, PRINT, FILES, DRY_RUN], run);

const OWN: &[Flag] = &[Flag::bool("remove-extra-permissions"), Flag::bool("remove-extra-subjects")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if !kubectl.flags.args.is_empty() {
        return fail("no arguments are allowed");
    }
    kubectl.require_files()?;
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("reconciled", dry_run)?;
    for info in Builder::of(kubectl, &[]).find(kubectl)?.all()? {
        let rbac = info.mapping.group == "rbac.authorization.k8s.io";
        let bindings = matches!(info.mapping.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
        if !rbac {
            continue;
        }
        let object = reconcile(kubectl, &info, bindings, dry_run)?;
        kubectl.print_object(&printer, &object)?;
    }
    Ok(())
}

/// The object as it is afterwards.
fn reconcile(kubectl: &mut Kubectl<'_, '_>, info: &Info, binding: bool, dry_run: DryRun) -> Outcome<Value> {
    let write = Write { dry_run: dry_run == DryRun::Server, ..Write::default() };
    let existing = match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
        Ok(existing) => existing,
        Err(failure) if failure.is_not_found() => {
            if dry_run == DryRun::Client {
                return Ok(info.object.clone());
            }
            return kubectl.create(&info.mapping, &info.namespace, &info.object, &write);
        }
        Err(failure) => return Err(failure.into()),
    };
    let mut wanted = existing.clone();
    for part in ["labels", "annotations"] {
        for (name, value) in info.object["metadata"][part].as_object().into_iter().flatten() {
            wanted["metadata"][part][name] = value.clone();
        }
    }
    // The role of a binding cannot be changed, so the binding is made anew.
    let recreate = binding && role_of(&existing) != role_of(&info.object);
    if recreate {
        wanted = info.object.clone();
    } else if binding {
        let exact = kubectl.flags.bool("remove-extra-subjects");
        merge_subjects(&mut wanted, &info.object, exact);
    } else {
        let exact = kubectl.flags.bool("remove-extra-permissions");
        merge_rules(&mut wanted, &info.object, exact);
    }
    if dry_run == DryRun::Client || wanted == existing {
        return Ok(wanted);
    }
    if recreate {
        kubectl.delete(&info.mapping, &info.namespace, &info.name, &json!({"preconditions": {"uid": text(&existing, "/metadata/uid")}}))?;
        return kubectl.create(&info.mapping, &info.namespace, &wanted, &write);
    }
    kubectl.replace(&info.mapping, &info.namespace, &info.name, &wanted, &write)
}

fn role_of(binding: &Value) -> (&str, &str) {
    (text(binding, "/roleRef/kind"), text(binding, "/roleRef/name"))
}

fn merge_subjects(object: &mut Value, wanted: &Value, exact: bool) {
    let key = |subject: &Value| (text(subject, "/kind").to_owned(), text(subject, "/namespace").to_owned(), text(subject, "/name").to_owned());
    let list = |object: &Value| object["subjects"].as_array().cloned().unwrap_or_default();
    let mut subjects = list(object);
    let asked = list(wanted);
    if exact {
        subjects.retain(|subject| asked.iter().any(|other| key(other) == key(subject)));
    }
    for subject in asked {
        if !subjects.iter().any(|other| key(other) == key(&subject)) {
            subjects.push(subject);
        }
    }
    set(object, "/subjects", subjects.into());
}

fn merge_rules(object: &mut Value, wanted: &Value, exact: bool) {
    let read = |value: &Value| -> Vec<PolicyRule> { serde_json::from_value(value["rules"].clone()).unwrap_or_default() };
    let (held, asked) = (read(object), read(wanted));
    let covered = |rule: &PolicyRule, by: &[PolicyRule]| by.iter().any(|other| covers(other, rule));
    if exact && held.iter().any(|rule| !covered(rule, &asked)) {
        return set(object, "/rules", json!(asked));
    }
    let missing: Vec<PolicyRule> = asked.into_iter().filter(|rule| !covered(rule, &held)).collect();
    if !missing.is_empty() {
        let rules: Vec<PolicyRule> = held.into_iter().chain(missing).collect();
        set(object, "/rules", json!(rules));
    }
}

/// Whether one rule alone allows all that another allows.
fn covers(rule: &PolicyRule, other: &PolicyRule) -> bool {
    let all = |held: &[String], wanted: &[String]| wanted.iter().all(|word| held.iter().any(|one| one == "*" || one == word));
    fn list(words: &Option<Vec<String>>) -> &[String] {
        words.as_deref().unwrap_or_default()
    }
    let names = list(&rule.resource_names);
    all(&rule.verbs, &other.verbs)
        && all(list(&rule.api_groups), list(&other.api_groups))
        && all(list(&rule.resources), list(&other.resources))
        && all(list(&rule.non_resource_urls), list(&other.non_resource_urls))
        && (names.is_empty() || !list(&other.resource_names).is_empty() && all(names, list(&other.resource_names)))
}
