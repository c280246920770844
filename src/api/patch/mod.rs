//! Patches: changes to an object that say only what changes.
//!
//! Three forms come in over the API. A *JSON patch* is a list of operations; a *merge patch* is a piece of the object
//! that replaces lists as a whole; a *strategic merge patch* knows Kubernetes' types and merges lists by key, so that
//! changing one container leaves the others alone. The other direction, from two objects to a patch, is what
//! `kubectl apply` computes.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go, v1.36.
//! Simplified: server-side apply is not a patch of this module.

mod diff;
mod merge_keys;
mod schema;
mod strategic;

pub use diff::{create_three_way, create_two_way};
pub use strategic::{PatchError, strategic_merge};

use serde_json::{Value, json};

use crate::decode::{Decoded, decode_value};
use crate::field::FieldError;
use crate::{Kind, Object, Status, custom};

const MAX_OPERATIONS: usize = 10_000;

/// The forms of patches, by the media types of their requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchType {
    Json,
    Merge,
    Strategic,
    Apply,
}

impl PatchType {
    pub const ALL: &'static [PatchType] = &[PatchType::Json, PatchType::Merge, PatchType::Strategic, PatchType::Apply];

    pub fn media_type(self) -> &'static str {
        match self {
            PatchType::Json => "application/json-patch+json",
            PatchType::Merge => "application/merge-patch+json",
            PatchType::Strategic => "application/strategic-merge-patch+json",
            PatchType::Apply => "application/apply-patch+yaml",
        }
    }

    /// The form that a `Content-Type` names; parameters after `;` do not count.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let plain = media_type.split(';').next().unwrap_or_default().trim();
        PatchType::ALL.iter().copied().find(|patch_type| patch_type.media_type() == plain)
    }
}

/// The patched JSON of an object.
pub fn apply(kind: Kind, patch_type: PatchType, current: &Value, patch: &Value) -> Result<Value, Status> {
    match patch_type {
        PatchType::Strategic if matches!(kind, Kind::Custom(_)) => Err(not_of_custom_kinds()),
        PatchType::Json => json_patch(current, patch),
        PatchType::Merge => {
            require_object(patch, "error decoding patch: ")?;
            let mut patched = current.clone();
            json_patch::merge(&mut patched, patch);
            Ok(patched)
        }
        PatchType::Strategic if patch.is_null() => Ok(current.clone()),
        PatchType::Strategic => {
            require_object(patch, "")?;
            strategic_merge(kind, current, patch).map_err(PatchError::into_status)
        }
        PatchType::Apply => Err(Status::not_simulated("server-side apply")),
    }
}

/// The patched object, read but neither defaulted nor validated. What does not fit the type is an error of the patch.
pub fn apply_to_object(patch_type: PatchType, current: &Object, patch: &Value) -> Result<Decoded, Status> {
    if let Some(patched) = apply_to_parts(patch_type, current, patch) {
        return Ok(patched);
    }
    let kind = current.kind();
    let patched = apply(kind, patch_type, &current.to_value(), patch)?;
    if let Object::Custom(current) = current {
        return custom::decode_value(current.definition(), patched.clone()).map_err(|why| unreadable(patch_type, patch, &patched, &why));
    }
    if let Some(why) = other_type(kind, &patched) {
        return Err(unreadable(patch_type, patch, &patched, &why));
    }
    decode_value(kind, &patched).map_err(|why| unreadable(patch_type, patch, &patched, &why))
}

/// Why an object that says that it is of another kind or version is not read.
fn other_type(kind: Kind, patched: &Value) -> Option<String> {
    let (info, api_version) = (kind.info(), kind.info().api_version());
    let said = |name: &str| patched.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (version, name) = (said("apiVersion").unwrap_or(&api_version), said("kind").unwrap_or(info.kind));
    let differs = version != api_version || name != info.kind;
    differs.then(|| format!("no kind {name:?} is registered for version {version:?} in scheme {:?}", crate::decode::SCHEME))
}

/// The same for a patch that names the parts of the object that it changes, as that of a status does: the others are
/// not looked at, and stay the very same. `None` where this does not work, or where there is something wrong to be told.
fn apply_to_parts(patch_type: PatchType, current: &Object, patch: &Value) -> Option<Decoded> {
    let names = patch.as_object().filter(|_| matches!(patch_type, PatchType::Merge | PatchType::Strategic))?;
    let kind = current.kind();
    if names.keys().any(|name| name.starts_with('$')) || other_type(kind, patch).is_some() {
        return None;
    }
    let is_changed = |part: &str| names.contains_key(part);
    let changed = kind.empty()?.with_parts_of(current, &is_changed)?;
    let patched = apply(kind, patch_type, &changed.to_value(), patch).ok()?;
    let Decoded { object, strict_errors } = decode_value(kind, &patched).ok()?;
    Some(Decoded { object: current.with_parts_of(&object, &is_changed)?, strict_errors })
}

/// The answer when the patched object cannot be read, or not strictly.
pub fn unreadable(patch_type: PatchType, patch: &Value, patched: &Value, why: &str) -> Status {
    let shown = if patch_type == PatchType::Strategic { strategic::go_text(patch) } else { patched.to_string() };
    let error = FieldError::invalid("patch", shown, why);
    let status = Status::new(422, "Invalid", format!(" \"\" is invalid: {error}"));
    status.with_cause(&error.field, error.error_type.reason(), error.body())
}

/// Nobody says of custom kinds by which keys their lists are merged.
pub fn not_of_custom_kinds() -> Status {
    let types = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
    Status::new(415, "UnsupportedMediaType", format!("the body of the request was in an unknown format - accepted media types include: {types}"))
}

fn require_object(patch: &Value, prefix: &str) -> Result<(), Status> {
    if patch.is_object() {
        return Ok(());
    }
    let found = strategic::go_kind(patch);
    Err(Status::bad_request(format!("{prefix}json: cannot unmarshal {found} into Go value of type map[string]interface {{}}")))
}

fn json_patch(current: &Value, patch: &Value) -> Result<Value, Status> {
    let Some(operations) = patch.as_array() else {
        let found = strategic::go_kind(patch);
        return Err(Status::bad_request(format!("error decoding patch: json: cannot unmarshal {found} into Go value of type []handlers.jsonPatchOp")));
    };
    if operations.len() > MAX_OPERATIONS {
        let text = format!("The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {}", operations.len());
        return Err(Status::too_large(&text));
    }
    json_operations(current, operations).map_err(|_| Status::rejected())
}

/// Why an operation of a JSON patch was not done.
pub(crate) enum Undone {
    TestFailed,
    Malformed(String),
    /// The object as it was then.
    Unfit { operation: Value, object: Value, why: String },
}

/// The value after the operations of a JSON patch, as Go's library does them: what is to be replaced need not be there if
/// its object is, and a negative index counts from the end.
pub(crate) fn json_operations(current: &Value, operations: &[Value]) -> Result<Value, Undone> {
    let mut patched = current.clone();
    for operation in operations {
        let mut operation = operation.clone();
        for name in ["path", "from"] {
            if let Some(path) = operation.get(name).and_then(Value::as_str).and_then(|path| from_the_end(&patched, path)) {
                operation[name] = path.into();
            }
        }
        let path = operation.get("path").and_then(Value::as_str).unwrap_or_default();
        let is_new = path.rsplit_once('/').is_some_and(|(parent, _)| patched.pointer(parent).is_some_and(Value::is_object)) && patched.pointer(path).is_none();
        if operation["op"] == "replace" && is_new {
            operation["op"] = "add".into();
        }
        let one: json_patch::Patch = serde_json::from_value(json!([operation])).map_err(|error| Undone::Malformed(error.to_string()))?;
        match json_patch::patch(&mut patched, &one) {
            Ok(()) => {}
            Err(error) if matches!(error.kind, json_patch::PatchErrorKind::TestFailed) => return Err(Undone::TestFailed),
            Err(error) => return Err(Undone::Unfit { operation, object: patched, why: error.to_string() }),
        }
    }
    Ok(patched)
}

/// The path with negative indexes replaced by those that they mean, if it has any.
fn from_the_end(value: &Value, path: &str) -> Option<String> {
    let (mut at, mut changed, mut out) = (value, false, String::new());
    for part in path.split('/').skip(1) {
        let index = at.as_array().and_then(|items| items.len().checked_sub(part.strip_prefix('-')?.parse().ok()?));
        let part = index.map_or_else(|| part.to_owned(), |index| index.to_string());
        changed |= index.is_some();
        out = format!("{out}/{part}");
        at = at.pointer(&format!("/{part}")).unwrap_or(&Value::Null);
    }
    changed.then_some(out)
}

#[cfg(test)]
mod tests;
