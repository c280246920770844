//! `kubectl apply --prune`: deletes what was applied before and is not in the files any more. `kubectl diff --prune` shows it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/apply/prune.go, pkg/cmd/diff/prune.go, pkg/util/prune/prune.go, v1.36.
//! Simplified: namespaces are gone through in the order of their names.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::command::{Applying, delete_options};
use crate::client::Call;
use crate::cmd::change::{DryRun, LAST_APPLIED};
use crate::failure::{Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::unstructured::{annotation, items, name, text};

/// What is pruned unless `--prune-allowlist` says otherwise: group and kind.
const DEFAULT: &[(&str, &str)] = &[
    ("", "ConfigMap"),
    ("", "Endpoints"),
    ("", "PersistentVolumeClaim"),
    ("", "Pod"),
    ("", "ReplicationController"),
    ("", "Secret"),
    ("", "Service"),
    ("batch", "Job"),
    ("batch", "CronJob"),
    ("networking.k8s.io", "Ingress"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("", "Namespace"),
    ("", "PersistentVolume"),
];

const DEPRECATED: &str = "Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.";

/// The types of `--prune-allowlist`, `core/v1/Pod` and the like.
pub fn resources(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Vec<Mapping>> {
    if !kubectl.flags.bool("prune") {
        return Ok(Vec::new());
    }
    let mut mappings = Vec::new();
    for given in kubectl.flags.list("prune-allowlist") {
        let [group, version, kind] = given.split('/').collect::<Vec<_>>()[..] else {
            return fail(format!("invalid GroupVersionKind format: {given}, please follow <group/version/kind>"));
        };
        let group = if group == "core" { "" } else { group };
        match kubectl.lookup(|mapper| mapper.kind(group, version, kind).cloned())? {
            Some(mapping) => mappings.push(mapping),
            None => return fail(format!("no matches for kind {kind:?} in version {:?}", format!("{group}/{version}").trim_start_matches('/'))),
        }
    }
    Ok(mappings)
}

/// An object that was applied before and now was not, with its type and the namespace in which it was found.
pub type Left = (Mapping, String, Value);

/// Goes through all types that are pruned, and stops at the first that cannot be listed.
pub fn each_left(
    kubectl: &mut Kubectl<'_, '_>, allowed: &[Mapping], namespaces: &BTreeSet<String>, visited: &BTreeSet<String>,
    mut found: impl FnMut(&mut Kubectl<'_, '_>, Left) -> Outcome<()>,
) -> Outcome<()> {
    let mut mappings = allowed.to_vec();
    if mappings.is_empty() {
        for (group, kind) in DEFAULT {
            // A kind that the server does not have has no objects.
            mappings.extend(kubectl.lookup(|mapper| mapper.kind(group, "v1", kind).cloned())?);
        }
        kubectl.log_warning("prune.go:71", DEPRECATED)?;
    }
    let everywhere = BTreeSet::from([String::new()]);
    for (namespaced, places) in [(true, namespaces), (false, &everywhere)] {
        for namespace in places {
            for mapping in mappings.iter().filter(|mapping| mapping.namespaced == namespaced) {
                let mut one = || {
                    for object in of_type(kubectl, namespace, mapping, visited)? {
                        found(kubectl, (mapping.clone(), namespace.clone(), object))?;
                    }
                    Ok(())
                };
                if let Err(failure) = caught(one())? {
                    let scope = if namespaced { "namespaced" } else { "nonNamespaced" };
                    return fail(format!("error pruning {scope} object {}/{}, Kind={}: {failure}", mapping.group, mapping.version, mapping.kind));
                }
            }
        }
    }
    Ok(())
}

fn of_type(kubectl: &mut Kubectl<'_, '_>, namespace: &str, mapping: &Mapping, visited: &BTreeSet<String>) -> Outcome<Vec<Value>> {
    let selector = kubectl.flags.text("selector").to_owned();
    let list = kubectl.send(&Call::get(mapping.path(namespace, "")).maybe("labelSelector", &selector))?;
    let left = items(&list, "/items").iter().filter(|item| annotation(item, LAST_APPLIED).is_some() && !visited.contains(text(item, "/metadata/uid")));
    Ok(left.map(|item| typed(mapping, item.clone())).collect())
}

/// The items of a list do not say what they are.
fn typed(mapping: &Mapping, mut object: Value) -> Value {
    object["apiVersion"] = mapping.api_version().into();
    object["kind"] = mapping.kind.clone().into();
    object
}

pub(super) fn prune(kubectl: &mut Kubectl<'_, '_>, applying: &Applying, allowed: &[Mapping]) -> Outcome<()> {
    each_left(kubectl, allowed, &applying.namespaces, &applying.visited, |kubectl, (mapping, namespace, object)| {
        kubectl.printed_yaml = false;
        delete(kubectl, applying, &mapping, &namespace, object)
    })
}

/// Deletes one object, and says so.
pub(super) fn delete(kubectl: &mut Kubectl<'_, '_>, applying: &Applying, mapping: &Mapping, namespace: &str, object: Value) -> Outcome<()> {
    if applying.dry_run != DryRun::Client {
        let mut options = delete_options(kubectl)?;
        if applying.dry_run == DryRun::Server {
            options["dryRun"] = json!(["All"]);
        }
        kubectl.delete(mapping, namespace, name(&object), &options)?;
    }
    let printer = kubectl.change_printer("pruned", applying.dry_run)?;
    kubectl.print_object(&printer, &typed(mapping, object))
}
