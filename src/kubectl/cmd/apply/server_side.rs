//! `kubectl apply --server-side`: sends the file as a configuration and lets the server merge it.
//!
//! An object that was applied client-side before is taken over: its annotation gets an owner of its own, and what
//! client-side apply owned becomes server-side apply's.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/apply/apply.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::command::{Applying, warn_if_deleting};
use crate::apply::upgrade;
use crate::builder::Info;
use crate::client::{Call, PatchType};
use crate::cmd::change::{DryRun, LAST_APPLIED};
use crate::failure::{Failure, Outcome, caught};
use crate::kubectl::Kubectl;
use crate::printers::json as json_printer;
use crate::unstructured::{annotation, name, namespace};

pub const MANAGER: &str = "kubectl";
/// Who owns the annotation of an object that has become server-side apply's.
const ANNOTATION_MANAGER: &str = "kubectl-last-applied";
const TRIES: u32 = 5;

const ADVICE: &str = "Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the `--force-conflicts` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts";

pub(super) fn apply(kubectl: &mut Kubectl<'_, '_>, info: &Info, applying: &mut Applying) -> Outcome<()> {
    let subresource = kubectl.flags.text("subresource").to_owned();
    let mut object = match caught(send(kubectl, info, applying, &applying.manager, &subresource, &info.object))? {
        Ok(object) => object,
        Err(failure) if failure.is_conflict() => return Err(Failure::Message(format!("{}\n{ADVICE}", failure.text())).into()),
        Err(failure) => return Err(failure.into()),
    };
    match caught(keep_annotation(kubectl, info, applying, &object))? {
        Err(failure) => kubectl.eprint(&format!(
            "Warning: failed to migrate kubectl.kubernetes.io/last-applied-configuration for Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: {}\n",
            failure.text()
        ))?,
        Ok(kept) => {
            object = kept.unwrap_or(object);
            object = migrate(kubectl, info, applying, object)?;
        }
    }
    warn_if_deleting(kubectl, &object)?;
    applying.done(kubectl, "serverside-applied", object)
}

fn send(kubectl: &mut Kubectl<'_, '_>, info: &Info, applying: &Applying, manager: &str, subresource: &str, object: &Value) -> Outcome<Value> {
    let mut path = info.mapping.path(&info.namespace, &info.name);
    if !subresource.is_empty() {
        path = format!("{path}/{subresource}");
    }
    let mut call = Call::new("PATCH", path)
        .raw_body(PatchType::Apply.content(), json_printer::compact(object).into_bytes())
        .query("fieldManager", manager)
        .query("fieldValidation", applying.validation)
        .query("force", if kubectl.flags.bool("force-conflicts") { "true" } else { "false" });
    if applying.dry_run == DryRun::Server {
        call = call.query("dryRun", "All");
    }
    kubectl.send(&call)
}

/// Gives the annotation an owner of its own, so that it does not go with the fields of client-side apply.
fn keep_annotation(kubectl: &mut Kubectl<'_, '_>, info: &Info, applying: &Applying, object: &Value) -> Outcome<Option<Value>> {
    let Some(last) = annotation(object, LAST_APPLIED).filter(|_| applying.manager == MANAGER) else { return Ok(None) };
    if upgrade::annotation_owners(object, "Apply").next().is_some() {
        return Ok(None);
    }
    let mut annotation_alone = json!({
        "apiVersion": info.mapping.api_version(),
        "kind": info.mapping.kind,
        "metadata": {"annotations": {LAST_APPLIED: last}, "name": name(object)},
    });
    if !namespace(object).is_empty() {
        annotation_alone["metadata"]["namespace"] = namespace(object).into();
    }
    send(kubectl, info, applying, ANNOTATION_MANAGER, "", &annotation_alone).map(Some)
}

/// Makes what client-side apply owns server-side apply's, and applies again so that dropped fields go.
fn migrate(kubectl: &mut Kubectl<'_, '_>, info: &Info, applying: &Applying, mut object: Value) -> Outcome<Value> {
    let managers: Vec<String> = upgrade::annotation_owners(&object, "Update").map(str::to_owned).collect();
    let mut tries = 0;
    loop {
        let Some(patch) = upgrade::patch(&object, &managers, &applying.manager) else { return Ok(object) };
        match caught(kubectl.patch(&info.mapping, &info.namespace, &info.name, (PatchType::Json, &patch), &applying.write()))? {
            Ok(migrated) => {
                object = migrated;
                break;
            }
            Err(failure) => {
                tries += 1;
                if failure.is_conflict() && tries < TRIES {
                    object = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
                    continue;
                }
                kubectl.eprint(&format!(
                    "Warning: server rejected managed fields migration to Server-Side Apply. This is non-fatal and will be retried next time you apply. Error: {}\n",
                    failure.text()
                ))?;
                return Ok(object);
            }
        }
    }
    match caught(send(kubectl, info, applying, &applying.manager, "", &info.object))? {
        Ok(object) => Ok(object),
        Err(failure) => {
            kubectl.eprint(&format!(
                "Warning: failed to re-apply configuration after performing Server-Side Apply migration. This is non-fatal and will be retried next time you apply. Error: {}\n",
                failure.text()
            ))?;
            Ok(object)
        }
    }
}
