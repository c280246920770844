//! The meeting of client-side and server-side apply: `kubectl` may take over by force what its last-applied annotation
//! says that it set, and the annotation follows what it applies.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/{lastappliedmanager,lastappliedupdater}.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::compare::compare;
use super::conflict::Conflicts;
use super::entry::Managed;
use super::owned::field_set;
use super::schema::Schema;
use super::set::FieldSet;
use super::validate::validate;
use super::write::{Applied, Write};

pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// The manager for which the annotation counts.
const KUBECTL: &str = "kubectl";
/// All annotations of an object together may not be larger.
const MAX_ANNOTATION_BYTES: usize = 256 * 1024;

/// Applies, and heeds and keeps the annotation if it is `kubectl` that applies.
pub fn apply<S: Schema>(write: &Write, schema: S, live: &Value, configuration: &Value, managed: &Managed, force: bool) -> Result<Applied, Conflicts> {
    let by_kubectl = write.writer.manager == KUBECTL;
    let mut applied = match write.apply(schema, live, configuration, managed, force) {
        Err(conflicts) if by_kubectl => match allowed(schema, live, &write.writer.api_version) {
            Some(allowed) => {
                let left = conflicts.beyond(&allowed);
                if !left.is_empty() {
                    return Err(left);
                }
                write.apply(schema, live, configuration, managed, true)?
            }
            None => return Err(conflicts),
        },
        result => result?,
    };
    if by_kubectl {
        keep(live, configuration, &mut applied);
    }
    Ok(applied)
}

fn annotation(object: &Value) -> Option<&str> {
    object.get("metadata")?.get("annotations")?.get(LAST_APPLIED)?.as_str().filter(|text| !text.is_empty())
}

/// The fields that the annotation mentions and that still are as it says.
fn allowed<S: Schema>(schema: S, live: &Value, api_version: &str) -> Option<FieldSet> {
    let last: Value = serde_json::from_str(annotation(live)?).ok()?;
    if last.get("apiVersion")?.as_str() != Some(api_version) || validate(schema, &last, false).is_err() {
        return None;
    }
    let comparison = compare(schema, &last, live);
    Some(field_set(schema, &last).difference(&comparison.modified).difference(&comparison.added).difference(&comparison.removed))
}

/// Writes the configuration into the annotation, where the object has one.
fn keep(live: &Value, configuration: &Value, applied: &mut Applied) {
    let object = applied.object.as_ref().unwrap_or(live);
    if annotation(object).is_none() {
        return;
    }
    let mut plain = configuration.clone();
    if let Some(annotations) = plain.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.remove(LAST_APPLIED);
        if annotations.is_empty()
            && let Some(metadata) = plain.get_mut("metadata").and_then(Value::as_object_mut)
        {
            metadata.remove("annotations");
        }
    }
    // The reference ends its JSON with a line feed.
    let text = format!("{plain}\n");
    if annotation(object) == Some(&text) {
        return;
    }
    let mut object = object.clone();
    if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.insert(LAST_APPLIED.to_owned(), text.into());
        let size: usize = annotations.iter().map(|(name, value)| name.len() + value.as_str().map_or(0, str::len)).sum();
        if size > MAX_ANNOTATION_BYTES {
            annotations.remove(LAST_APPLIED);
        }
    }
    applied.object = Some(object);
}
