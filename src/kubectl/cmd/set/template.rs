//! Changing the pods that objects make: what `set image`, `env`, `resources` and `serviceaccount` have in common.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/helper.go, pkg/polymorphichelpers/updatepodspec.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use crate::builder::{Builder, Found, Info, MISSING_RESOURCE};
use crate::cmd::change::DryRun;
use crate::failure::{Outcome, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format::Printer;

pub const OWN: &[Flag] = &[Flag::bool("local"), Flag::new("field-manager", Takes::Text, "kubectl-set")];

/// Without a server there is nothing but files.
pub const LOCAL_ALONE: &str = "error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'";

/// The objects that are meant. `refused` is what is said where some are named and no server is to be asked, if anything is.
pub fn find(kubectl: &mut Kubectl<'_, '_>, resources: &[String], refused: Option<&str>) -> Outcome<Vec<Info>> {
    found(kubectl, resources, refused)?.all()
}

pub fn found(kubectl: &mut Kubectl<'_, '_>, resources: &[String], refused: Option<&str>) -> Outcome<Found> {
    let local = kubectl.flags.bool("local");
    let mut resources = resources;
    if local && !resources.is_empty() {
        if let Some(refused) = refused {
            return fail(refused);
        }
        resources = &[];
    }
    let all = kubectl.flags.bool("all");
    let by_files = !kubectl.flags.list("filename").is_empty() || !kubectl.flags.text("kustomize").is_empty();
    if !by_files && (local || resources.is_empty() && !all) {
        return fail(MISSING_RESOURCE);
    }
    let mut found = Builder { all: false, allow_empty_selector: all, latest: !local, local, ..Builder::of(kubectl, resources) }.find(kubectl)?;
    for info in &mut found.infos {
        info.mapping.require_typed()?;
        if local {
            as_typed(&mut info.object);
        }
    }
    Ok(found)
}

/// What a workload looks like once Go has read it into its type: some parts are there though they are empty.
fn as_typed(object: &mut Value) {
    let strategy = match object["kind"].as_str().unwrap_or_default() {
        "Deployment" => Some("strategy"),
        "DaemonSet" | "StatefulSet" => Some("updateStrategy"),
        "ReplicaSet" | "ReplicationController" | "Job" | "CronJob" | "Pod" => None,
        _ => return,
    };
    let empty = |value: &mut Value| {
        if value.is_null() {
            *value = Value::Object(serde_json::Map::new());
        }
    };
    if let Some(strategy) = strategy {
        empty(&mut object["spec"][strategy]);
    }
    empty(&mut object["status"]);
    let specs = ["/spec", "/spec/template/spec", "/spec/jobTemplate/spec/template/spec"];
    for spec in specs {
        for list in ["containers", "initContainers"] {
            let containers = object.pointer_mut(&format!("{spec}/{list}")).and_then(Value::as_array_mut);
            containers.into_iter().flatten().for_each(|container| empty(&mut container["resources"]));
        }
    }
}

/// The pod specification in an object.
pub fn pod_spec<'v>(info: &Info, object: &'v mut Value) -> Outcome<&'v mut Value> {
    let path = match info.mapping.kind.as_str() {
        "Pod" => "/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    match object.pointer_mut(path).filter(|spec| spec.get("containers").is_some()) {
        Some(spec) => Ok(spec),
        None => fail(format!("error: {} the object is not a pod or does not have a pod template: *{}.{}\n", told(info), info.mapping.version, info.mapping.kind)),
    }
}

/// How errors name an object: nobody knows the resource of what is in a file alone. The line that ends behind a group is kubectl's.
pub fn told(info: &Info) -> String {
    let kind = info.mapping.kind.to_lowercase();
    match info.mapping.group.as_str() {
        _ if !info.mapping.verbs.is_empty() => info.object_name(),
        "" => format!("{kind}/{}", info.name),
        group => format!("{kind}.{group}/{}\n", info.name),
    }
}

/// The containers whose names a pattern means: `*`, `web*`, `web`.
pub fn containers<'v>(spec: &'v mut Value, lists: &'v [&'v str], pattern: &'v str) -> Vec<&'v mut Value> {
    let named = move |container: &&mut Value| {
        let name = container["name"].as_str().unwrap_or_default();
        pattern.strip_suffix('*').map_or(name == pattern, |prefix| name.starts_with(prefix))
    };
    let fields = spec.as_object_mut().into_iter().flat_map(|fields| fields.iter_mut());
    let chosen = fields.filter(|(name, _)| lists.contains(&name.as_str()));
    chosen.flat_map(|(_, list)| list.as_array_mut().into_iter().flatten()).filter(named).collect()
}

/// Sends the object as it shall be, and says so. What does not differ is passed over.
pub fn send(kubectl: &mut Kubectl<'_, '_>, info: &Info, wanted: &Value, dry_run: DryRun, printer: &Printer, what: &str) -> Outcome<()> {
    let manager = kubectl.flags.text("field-manager").to_owned();
    let mut wanted = wanted.clone();
    kubectl.record(&mut wanted);
    match caught(kubectl.send_change(info, &wanted, dry_run, &manager))? {
        Ok(None) => Ok(()),
        Ok(Some(object)) => kubectl.print_object(printer, &object),
        Err(failure) => fail(format!("failed to patch {what} {failure}")),
    }
}
