//! `kubectl apply --prune`: deletes what was applied before and is not in the files any more.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/apply/prune.go, pkg/util/prune/prune.go, v1.36.
//! Simplified: namespaces are gone through in the order of their names.

use super::command::{Applying, delete_options};
use crate::client::Call;
use crate::cmd::change::{DryRun, LAST_APPLIED};
use crate::failure::{Outcome, fail};
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
pub(super) fn resources(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Vec<Mapping>> {
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

pub(super) fn prune(kubectl: &mut Kubectl<'_, '_>, applying: &Applying, allowed: &[Mapping]) -> Outcome<()> {
    let mut mappings = allowed.to_vec();
    if mappings.is_empty() {
        for (group, kind) in DEFAULT {
            // A kind that the server does not have has no objects.
            mappings.extend(kubectl.lookup(|mapper| mapper.kind(group, "v1", kind).cloned())?);
        }
        let now = kubectl.now()?.to_zoned(jiff::tz::TimeZone::UTC);
        let pid = kubectl.process.pid().0;
        kubectl.eprint(&format!("W{} {pid:>7} prune.go:71] {DEPRECATED}\n", now.strftime("%m%d %H:%M:%S.%6f")))?;
    }
    for namespace in &applying.namespaces {
        for mapping in mappings.iter().filter(|mapping| mapping.namespaced) {
            of_type(kubectl, applying, namespace, mapping)?;
        }
    }
    for mapping in mappings.iter().filter(|mapping| !mapping.namespaced) {
        of_type(kubectl, applying, "", mapping)?;
    }
    Ok(())
}

fn of_type(kubectl: &mut Kubectl<'_, '_>, applying: &Applying, namespace: &str, mapping: &Mapping) -> Outcome<()> {
    let selector = kubectl.flags.text("selector").to_owned();
    let list = kubectl.send(&Call::get(mapping.path(namespace, "")).maybe("labelSelector", &selector))?;
    for item in items(&list, "/items") {
        let mut object = item.clone();
        if annotation(&object, LAST_APPLIED).is_none() || applying.visited.contains(text(&object, "/metadata/uid")) {
            continue;
        }
        object["apiVersion"] = mapping.api_version().into();
        object["kind"] = mapping.kind.clone().into();
        if applying.dry_run != DryRun::Client {
            let mut options = delete_options(kubectl)?;
            if applying.dry_run == DryRun::Server {
                options["dryRun"] = serde_json::json!(["All"]);
            }
            kubectl.delete(mapping, namespace, name(&object), &options)?;
        }
        let printer = kubectl.change_printer("pruned", applying.dry_run)?;
        kubectl.print_object(&printer, &object)?;
    }
    Ok(())
}
