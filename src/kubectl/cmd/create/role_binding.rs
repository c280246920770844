//! `kubectl create rolebinding|clusterrolebinding NAME --clusterrole=view --user=jane`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/{create_rolebinding,create_clusterrolebinding}.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const ROLE_BINDING: Command = Command::new("rolebinding", &[SUBJECTS, ROLE, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run_role_binding);
pub const CLUSTER_ROLE_BINDING: Command = Command {
    required: &["clusterrole"],
    ..Command::new("clusterrolebinding", &[SUBJECTS, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run_cluster_role_binding)
};

const SUBJECTS: &[Flag] =
    &[Flag::text("clusterrole"), Flag::new("user", Takes::Repeated, ""), Flag::new("group", Takes::Repeated, ""), Flag::new("serviceaccount", Takes::Repeated, "")];
const ROLE: &[Flag] = &[Flag::text("role")];
const GROUP: &str = "rbac.authorization.k8s.io";

fn subjects(kubectl: &Kubectl<'_, '_>) -> Outcome<Vec<Value>> {
    let mut subjects = Vec::new();
    for (kind, flag) in [("User", "user"), ("Group", "group")] {
        subjects.extend(kubectl.flags.list(flag).iter().map(|name| json!({"apiGroup": GROUP, "kind": kind, "name": name})));
    }
    for account in kubectl.flags.list("serviceaccount") {
        match account.split(':').collect::<Vec<_>>().as_slice() {
            [namespace, name] if !namespace.is_empty() && !name.is_empty() => {
                subjects.push(json!({"kind": "ServiceAccount", "name": name, "namespace": namespace}));
            }
            _ => return fail("serviceaccount must be <namespace>:<name>"),
        }
    }
    Ok(subjects)
}

fn binding(kind: &str, name: &str, role: (&str, &str), subjects: Vec<Value>) -> Value {
    let mut binding = json!({
        "apiVersion": format!("{GROUP}/v1"), "kind": kind, "metadata": {"name": name},
        "roleRef": {"apiGroup": GROUP, "kind": role.0, "name": role.1},
    });
    if !subjects.is_empty() {
        binding["subjects"] = subjects.into();
    }
    binding
}

fn run_role_binding(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let role = match (kubectl.flags.text("clusterrole"), kubectl.flags.text("role")) {
        (cluster_role, "") if !cluster_role.is_empty() => ("ClusterRole", cluster_role.to_owned()),
        ("", role) if !role.is_empty() => ("Role", role.to_owned()),
        _ => return fail("exactly one of clusterrole or role must be specified"),
    };
    let subjects = subjects(kubectl)?;
    send(kubectl, binding("RoleBinding", &name, (role.0, &role.1), subjects), "failed to create rolebinding: ")
}

fn run_cluster_role_binding(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let role = kubectl.flags.text("clusterrole").to_owned();
    let subjects = subjects(kubectl)?;
    send(kubectl, binding("ClusterRoleBinding", &name, ("ClusterRole", &role), subjects), "failed to create clusterrolebinding: ")
}
