//! `kubectl set subject rolebinding/rb --user=jane`: adds users, groups and service accounts to a binding.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_subject.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::template::{LOCAL_ALONE, OWN, find, send, told};
use crate::cmd::change::{ALL, DRY_RUN, DryRun, FILES, PRINT, SELECTOR};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command::new("subject", &[OWN, SUBJECTS, PRINT, FILES, DRY_RUN, ALL, SELECTOR], run);

const SUBJECTS: &[Flag] = &[Flag::new("user", Takes::Repeated, ""), Flag::new("group", Takes::Repeated, ""), Flag::new("serviceaccount", Takes::Repeated, "")];
const GROUP: &str = "rbac.authorization.k8s.io";

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("subjects updated", dry_run)?;
    let args = kubectl.flags.args.clone();
    let infos = find(kubectl, &args, Some(LOCAL_ALONE))?;
    if kubectl.flags.bool("local") && dry_run == DryRun::Server {
        return fail("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
    if kubectl.flags.bool("all") && !kubectl.flags.text("selector").is_empty() {
        return fail("cannot set --all and --selector at the same time");
    }
    let sorted = |flag: &str| kubectl.flags.list(flag).into_iter().collect::<BTreeSet<String>>();
    let (users, groups, accounts) = (sorted("user"), sorted("group"), sorted("serviceaccount"));
    if users.is_empty() && groups.is_empty() && accounts.is_empty() {
        return fail("you must specify at least one value of user, group or serviceaccount");
    }
    let of_cluster = infos.iter().any(|info| info.mapping.kind == "ClusterRoleBinding");
    let own = kubectl.namespace()?;
    let mut subjects: Vec<Value> = users.iter().map(|name| json!({"apiGroup": GROUP, "kind": "User", "name": name})).collect();
    subjects.extend(groups.iter().map(|name| json!({"apiGroup": GROUP, "kind": "Group", "name": name})));
    for account in &accounts {
        match account.split(':').collect::<Vec<_>>().as_slice() {
            ["", name] if of_cluster && !name.is_empty() => return fail("serviceaccount must be <namespace>:<name>, namespace must be specified"),
            [namespace, name] if !name.is_empty() => {
                let namespace = if namespace.is_empty() { own.as_str() } else { namespace };
                subjects.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
            }
            _ => return fail("serviceaccount must be <namespace>:<name>"),
        }
    }
    let mut failures = Vec::new();
    for info in infos {
        if !matches!(info.mapping.kind.as_str(), "RoleBinding" | "ClusterRoleBinding") {
            let why = format!("error: {} setting subjects is only supported for RoleBinding/ClusterRoleBinding\n", told(&info));
            failures.push(crate::failure::Failure::Message(why));
            continue;
        }
        let mut wanted = info.object.clone();
        let mut list = wanted["subjects"].as_array().cloned().unwrap_or_default();
        let before = list.len();
        for subject in &subjects {
            if !list[..before].contains(subject) {
                list.push(subject.clone());
            }
        }
        if list.len() == before {
            continue;
        }
        wanted["subjects"] = list.into();
        if let Err(failure) = caught(send(kubectl, &info, &wanted, dry_run, &printer, "subjects to rolebinding:"))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}
