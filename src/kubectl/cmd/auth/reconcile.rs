//! `kubectl auth reconcile -f`: makes roles and bindings give at least what a file says, without taking anything away
//! unless that is asked for.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/auth/reconcile.go, staging/src/k8s.io/component-helpers/auth/rbac/reconciliation, v1.36.
//! Simplified: namespaces of Roles are not made; an object that opts out is reconciled all the same.

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
        let Done { object, said } = reconcile(kubectl, &info, bindings, dry_run)?;
        kubectl.print_object(&printer, &object)?;
        kubectl.eprint(&said)?;
    }
    Ok(())
}

/// The object as it is afterwards, and what had to be done.
struct Done {
    object: Value,
    said: String,
}

fn reconcile(kubectl: &mut Kubectl<'_, '_>, info: &Info, binding: bool, dry_run: DryRun) -> Outcome<Done> {
    let write = Write { dry_run: dry_run == DryRun::Server, ..Write::default() };
    let existing = match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
        Ok(existing) => existing,
        Err(failure) if failure.is_not_found() => {
            let said = said(kubectl, "create", &Value::Null, &info.object);
            let object = if dry_run == DryRun::Client { info.object.clone() } else { kubectl.create(&info.mapping, &info.namespace, &info.object, &write)? };
            return Ok(Done { object, said });
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
    if wanted == existing {
        return Ok(Done { object: wanted, said: String::new() });
    }
    let said = said(kubectl, if recreate { "recreate" } else { "update" }, &existing, &info.object);
    let object = if dry_run == DryRun::Client { wanted } else { write_out(kubectl, info, (&existing, &wanted), recreate, &write)? };
    Ok(Done { object, said })
}

fn write_out(kubectl: &mut Kubectl<'_, '_>, info: &Info, (existing, wanted): (&Value, &Value), recreate: bool, write: &Write<'_>) -> Outcome<Value> {
    if recreate {
        kubectl.delete(&info.mapping, &info.namespace, &info.name, &json!({"preconditions": {"uid": text(existing, "/metadata/uid")}}))?;
        return kubectl.create(&info.mapping, &info.namespace, wanted, write);
    }
    kubectl.replace(&info.mapping, &info.namespace, &info.name, wanted, write)
}

/// What is said on standard error: what was missing, and with `--remove-extra-…` what was too much.
fn said(kubectl: &Kubectl<'_, '_>, operation: &str, existing: &Value, asked: &Value) -> String {
    let mut out = format!("\treconciliation required {operation}\n");
    let mut part = |head: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            out.push_str(&format!("\t{head}:\n"));
            out.extend(lines.iter().map(|line| format!("\t\t{line}\n")));
        }
    };
    let list = |object: &Value| object["subjects"].as_array().cloned().unwrap_or_default();
    let key = |subject: &Value| (text(subject, "/kind").to_owned(), text(subject, "/namespace").to_owned(), text(subject, "/name").to_owned());
    let without = |all: Vec<Value>, others: &[Value]| all.into_iter().filter(|one| !others.iter().any(|other| key(other) == key(one))).map(|one| shown_subject(&one)).collect::<Vec<_>>();
    part("missing subjects added", without(list(asked), &list(existing)));
    if kubectl.flags.bool("remove-extra-subjects") {
        part("extra subjects removed", without(list(existing), &list(asked)));
    }
    let read = |value: &Value| -> Vec<PolicyRule> { serde_json::from_value(value["rules"].clone()).unwrap_or_default() };
    let uncovered = |all: Vec<PolicyRule>, by: &[PolicyRule]| all.iter().filter(|rule| !by.iter().any(|other| covers(other, rule))).map(shown_rule).collect::<Vec<_>>();
    part("missing rules added", uncovered(read(asked), &read(existing)));
    if kubectl.flags.bool("remove-extra-permissions") {
        part("extra rules removed", uncovered(read(existing), &read(asked)));
    }
    out
}

fn shown_subject(subject: &Value) -> String {
    let part = |name: &str| text(subject, &format!("/{name}")).to_owned();
    format!("{{Kind:{} APIGroup:{} Name:{} Namespace:{}}}", part("kind"), part("apiGroup"), part("name"), part("namespace"))
}

fn shown_rule(rule: &PolicyRule) -> String {
    let words = |words: &Option<Vec<String>>| words.as_deref().unwrap_or_default().join(" ");
    format!(
        "{{Verbs:[{}] APIGroups:[{}] Resources:[{}] ResourceNames:[{}] NonResourceURLs:[{}]}}",
        rule.verbs.join(" "),
        words(&rule.api_groups),
        words(&rule.resources),
        words(&rule.resource_names),
        words(&rule.non_resource_urls)
    )
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
