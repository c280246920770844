//! `kubectl auth reconcile -f`: makes roles and bindings give at least what a file says, without taking anything away
//! unless that is asked for.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/auth/reconcile.go, staging/src/k8s.io/component-helpers/auth/rbac/reconciliation, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::PolicyRule;
use podarium_api::policy_rules::parts;
use serde_json::{Value, json};

use crate::builder::{Builder, Info};
use crate::client::{Call, JSON, Write};
use crate::cmd::change::{DRY_RUN, DryRun, FILES, PRINT};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::unstructured::{annotation, items, set, text};

pub const COMMAND: Command = Command::new("reconcile", &[OWN, PRINT, FILES, DRY_RUN], run);

const OWN: &[Flag] = &[Flag::bool("remove-extra-permissions"), Flag::bool("remove-extra-subjects")];

/// An object with this annotation set to `false` is left alone.
const AUTO_UPDATE: &str = "rbac.authorization.kubernetes.io/autoupdate";

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    kubectl.require_files()?;
    if !kubectl.flags.args.is_empty() {
        return fail("no arguments are allowed");
    }
    let dry_run = match caught(kubectl.dry_run())? {
        Ok(dry_run) => dry_run,
        Err(failure) => return fail(format!("error accessing --dry-run flag for command reconcile: {failure}")),
    };
    if dry_run == DryRun::Server {
        return fail("--dry-run=server for command reconcile is not supported yet");
    }
    let printer = kubectl.change_printer("reconciled", dry_run)?;
    // The namespace is what the file says, and nothing where it says nothing.
    let found = Builder { as_written: true, ..Builder::of(kubectl, &[]) }.find(kubectl)?;
    let mut failures = found.failures;
    for info in found.infos.iter().filter(|info| info.mapping.group == "rbac.authorization.k8s.io") {
        match caught(reconcile(kubectl, info, dry_run == DryRun::Client))? {
            Ok(done) => {
                kubectl.print_object(&printer, &done.object)?;
                kubectl.eprint(&done.said)?;
            }
            Err(failure) => failures.push(failure),
        }
    }
    all_of(failures)
}

/// The object as it is afterwards, and what had to be done.
struct Done {
    object: Value,
    said: String,
}

/// What has to be done to an object.
struct Plan {
    wanted: Value,
    /// `create`, `update`, `recreate`; empty where nothing is to be done.
    operation: &'static str,
    /// Titles and lines: what was missing, and what was too much.
    differences: Vec<(&'static str, Vec<String>)>,
}

fn reconcile(kubectl: &mut Kubectl<'_, '_>, info: &Info, dry_run: bool) -> Outcome<Done> {
    let binding = info.mapping.kind.ends_with("Binding");
    let existing = match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
        Ok(existing) => existing,
        Err(failure) if failure.is_not_found() => Value::Null,
        Err(failure) => return Err(failure.into()),
    };
    let plan = match (&existing, binding) {
        (Value::Null, true) => Plan { wanted: info.object.clone(), operation: "create", differences: vec![(MISSING_SUBJECTS, shown_subjects(&subjects(&info.object)))] },
        (Value::Null, false) => Plan { wanted: info.object.clone(), operation: "create", differences: vec![(MISSING_RULES, shown_rules(&rules(&info.object)))] },
        (existing, true) => plan_binding(existing, &info.object, kubectl.flags.bool("remove-extra-subjects")),
        (existing, false) => plan_role(existing, &info.object, kubectl.flags.bool("remove-extra-permissions")),
    };
    let protected = annotation(&existing, AUTO_UPDATE) == Some("false");
    let said = said(&plan, protected);
    let mut object = plan.wanted;
    if dry_run || protected || plan.operation.is_empty() {
        return Ok(Done { object, said });
    }
    if plan.operation == "update" {
        object = kubectl.replace(&info.mapping, &info.namespace, &info.name, &object, &Write::default())?;
        return Ok(Done { object, said });
    }
    if plan.operation == "recreate" {
        kubectl.delete(&info.mapping, &info.namespace, &info.name, &json!({"preconditions": {"uid": text(&existing, "/metadata/uid")}}))?;
    }
    if info.mapping.namespaced {
        ensure_namespace(kubectl, &info.namespace)?;
    }
    object = kubectl.create(&info.mapping, &info.namespace, &object, &Write::default())?;
    Ok(Done { object, said })
}

/// Makes the namespace if it is not there. Who may not do that goes on all the same.
fn ensure_namespace(kubectl: &mut Kubectl<'_, '_>, namespace: &str) -> Outcome<()> {
    if namespace.is_empty() {
        return fail("resource name may not be empty");
    }
    let why = match caught(kubectl.send(&Call::get(format!("/api/v1/namespaces/{namespace}"))))? {
        Ok(_) => return Ok(()),
        Err(why) => why,
    };
    if !matches!(why.reason(), "NotFound" | "Forbidden") {
        return Err(why.into());
    }
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
    match caught(kubectl.send(&Call::new("POST", "/api/v1/namespaces").body(JSON, &object)))? {
        Err(why) if !matches!(why.reason(), "AlreadyExists" | "Forbidden") => Err(why.into()),
        _ => Ok(()),
    }
}

const MISSING_SUBJECTS: &str = "missing subjects added";
const MISSING_RULES: &str = "missing rules added";

/// What is said on standard error.
fn said(plan: &Plan, protected: bool) -> String {
    if plan.operation.is_empty() {
        return String::new();
    }
    let caveat = if protected { format!(", but object opted out ({AUTO_UPDATE}: false)") } else { String::new() };
    let mut out = format!("\treconciliation required {}{caveat}\n", plan.operation);
    for (title, lines) in plan.differences.iter().filter(|(_, lines)| !lines.is_empty()) {
        out.push_str(&format!("\t{title}:\n"));
        out.extend(lines.iter().map(|line| format!("\t\t{line}\n")));
    }
    out
}

/// The object with the labels and annotations that are asked for.
fn labelled(existing: &Value, asked: &Value) -> Value {
    let mut wanted = existing.clone();
    for part in ["labels", "annotations"] {
        for (name, value) in asked["metadata"][part].as_object().into_iter().flatten() {
            wanted["metadata"][part][name] = value.clone();
        }
    }
    wanted
}

fn plan_binding(existing: &Value, asked: &Value, exact: bool) -> Plan {
    // The role of a binding cannot be changed, so the binding is made anew.
    if role_of(existing) != role_of(asked) {
        return Plan { wanted: asked.clone(), operation: "recreate", differences: Vec::new() };
    }
    let mut wanted = labelled(existing, asked);
    let (held, asked) = (subjects(existing), subjects(asked));
    let without = |all: &[Value], others: &[Value]| {
        let mut left: Vec<Value> = Vec::new();
        for one in all.iter().filter(|one| !others.contains(one)) {
            if !left.contains(one) {
                left.push(one.clone());
            }
        }
        left
    };
    let (missing, extra) = (without(&asked, &held), without(&held, &asked));
    if exact && !(missing.is_empty() && extra.is_empty()) {
        set(&mut wanted, "/subjects", asked.into());
    } else if !missing.is_empty() {
        set(&mut wanted, "/subjects", held.into_iter().chain(missing.iter().cloned()).collect());
    }
    let mut differences = vec![(MISSING_SUBJECTS, shown_subjects(&missing))];
    if exact {
        differences.push(("extra subjects removed", shown_subjects(&extra)));
    }
    Plan { operation: if wanted == *existing { "" } else { "update" }, wanted, differences }
}

fn plan_role(existing: &Value, asked: &Value, exact: bool) -> Plan {
    let mut wanted = labelled(existing, asked);
    let (held, expected) = (rules(existing), rules(asked));
    let aggregates = |role: &Value| role.get("aggregationRule").is_some_and(Value::is_object);
    let missing = uncovered(&expected, &held);
    // What both gather from other roles is nobody's surplus.
    let extra = if aggregates(existing) && aggregates(asked) { Vec::new() } else { uncovered(&held, &expected) };
    if exact && !(missing.is_empty() && extra.is_empty()) {
        set(&mut wanted, "/rules", json!(expected));
    } else if !missing.is_empty() {
        let all: Vec<&PolicyRule> = held.iter().chain(&missing).collect();
        set(&mut wanted, "/rules", json!(all));
    }
    aggregate(&mut wanted, existing, asked, exact);
    let mut differences = vec![(MISSING_RULES, shown_rules(&missing))];
    if exact {
        differences.push(("extra rules removed", shown_rules(&extra)));
    }
    Plan { operation: if wanted == *existing { "" } else { "update" }, wanted, differences }
}

/// The selectors of the roles that a role gathers.
fn aggregate(wanted: &mut Value, existing: &Value, asked: &Value, exact: bool) {
    const SELECTORS: &str = "/aggregationRule/clusterRoleSelectors";
    let (held, expected) = (items(existing, SELECTORS), items(asked, SELECTORS));
    let missing: Vec<Value> = expected.iter().filter(|one| !held.contains(one)).cloned().collect();
    if asked.get("aggregationRule").is_none_or(Value::is_null) {
        if let Some(fields) = wanted.as_object_mut() {
            fields.remove("aggregationRule");
        }
    } else if exact && (!missing.is_empty() || held.iter().any(|one| !expected.contains(one))) {
        wanted["aggregationRule"] = asked["aggregationRule"].clone();
    } else if !missing.is_empty() {
        wanted["aggregationRule"]["clusterRoleSelectors"] = held.iter().cloned().chain(missing).collect();
    }
}

fn role_of(binding: &Value) -> (&str, &str, &str) {
    (text(binding, "/roleRef/apiGroup"), text(binding, "/roleRef/kind"), text(binding, "/roleRef/name"))
}

fn subjects(object: &Value) -> Vec<Value> {
    items(object, "/subjects").to_vec()
}

fn shown_subjects(subjects: &[Value]) -> Vec<String> {
    let shown = |subject: &Value| {
        let part = |name: &str| text(subject, &format!("/{name}")).to_owned();
        format!("{{Kind:{} APIGroup:{} Name:{} Namespace:{}}}", part("kind"), part("apiGroup"), part("name"), part("namespace"))
    };
    subjects.iter().map(shown).collect()
}

fn rules(role: &Value) -> Vec<PolicyRule> {
    serde_json::from_value(role["rules"].clone()).unwrap_or_default()
}

fn shown_rules(rules: &[PolicyRule]) -> Vec<String> {
    let words = |words: &Option<Vec<String>>| words.as_deref().unwrap_or_default().join(" ");
    let shown = |rule: &PolicyRule| {
        format!(
            "{{Verbs:[{}] APIGroups:[{}] Resources:[{}] ResourceNames:[{}] NonResourceURLs:[{}]}}",
            rule.verbs.join(" "),
            words(&rule.api_groups),
            words(&rule.resources),
            words(&rule.resource_names),
            words(&rule.non_resource_urls)
        )
    };
    rules.iter().map(shown).collect()
}

/// The smallest parts of some rules that none of the others allows.
fn uncovered(rules: &[PolicyRule], by: &[PolicyRule]) -> Vec<PolicyRule> {
    rules.iter().flat_map(parts).filter(|part| !by.iter().any(|rule| covers(rule, part))).collect()
}

/// Whether a rule allows what a part of another one allows.
fn covers(rule: &PolicyRule, part: &PolicyRule) -> bool {
    fn list(words: &Option<Vec<String>>) -> &[String] {
        words.as_deref().unwrap_or_default()
    }
    let any_or = |held: &[String], wanted: &[String]| held.iter().any(|one| one == "*") || wanted.iter().all(|word| held.contains(word));
    let resources = list(&rule.resources);
    let resource = |path: &String| resources.contains(path) || path.split_once('/').is_some_and(|(_, sub)| resources.contains(&format!("*/{sub}")));
    let url = |path: &String| list(&rule.non_resource_urls).iter().any(|held| held == path || held.ends_with('*') && path.starts_with(held.trim_end_matches('*')));
    let names = list(&rule.resource_names);
    any_or(&rule.verbs, &part.verbs)
        && any_or(list(&rule.api_groups), list(&part.api_groups))
        && (resources.iter().any(|one| one == "*") || list(&part.resources).iter().all(resource))
        && list(&part.non_resource_urls).iter().all(url)
        && (names.is_empty() || !list(&part.resource_names).is_empty() && list(&part.resource_names).iter().all(|name| names.contains(name)))
}
