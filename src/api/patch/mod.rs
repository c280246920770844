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
mod operations;
mod schema;
mod shown;
mod strategic;

pub use diff::{create_three_way, create_two_way};
pub use operations::{Undone, json_operations};
pub use strategic::{PatchError, strategic_merge};

use serde_json::Value;

use crate::decode::{Decoded, decode_unstructured, decode_value, go_kind, restored, unreadable_type};
use crate::field::FieldError;
use crate::managed_fields::Type;
use crate::versions::Version;
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

/// The patched object, read but neither defaulted nor validated. What does not fit the type is an error of the patch. With a
/// version, the patch is about the object as that version shows it.
pub fn apply_to_object(patch_type: PatchType, current: &Object, patch: &Value, version: Option<&Version>) -> Result<Decoded, Status> {
    if version.is_none() && let Some(patched) = apply_to_parts(patch_type, current, patch) {
        return Ok(patched);
    }
    let (kind, shown) = (current.kind(), shown_in(version, current));
    let patched = apply(kind, patch_type, &shown, patch)?;
    let refused = |why: &str| unreadable(patch_type, type_of(kind, version), &shown, patch, &patched, why);
    if let Object::Custom(current) = current {
        return custom::decode_value(current.definition(), patched.clone()).map_err(|why| refused(&why));
    }
    if patch_type != PatchType::Strategic && let Some(why) = unreadable_type(&patched) {
        return Err(refused(&why));
    }
    if let Some(why) = other_type(kind, version, &patched) {
        return Err(refused(&why));
    }
    let read = |value: &Value| if patch_type == PatchType::Strategic { decode_unstructured(kind, value) } else { decode_value(kind, value) };
    let Some(version) = version else { return read(&patched).map_err(|why| refused(&why)) };
    let mut decoded = read(&version.to_stored(patched.clone())?).map_err(|why| refused(&version.in_its_words(&why)))?;
    decoded.strict_errors.iter_mut().for_each(|error| *error = version.in_its_words(error));
    Ok(decoded)
}

/// The object as a version shows it.
pub fn shown_in(version: Option<&Version>, object: &Object) -> Value {
    match version {
        Some(version) => version.from_stored(object.to_value()),
        None => object.to_value(),
    }
}

/// The type of a kind in a version.
pub fn type_of(kind: Kind, version: Option<&Version>) -> Option<Type> {
    Type::of_kind(&version.map_or_else(|| kind.info().api_version(), Version::api_version), kind.info().kind)
}

/// Why an object that says that it is of another kind or version is not read.
fn other_type(kind: Kind, version: Option<&Version>, patched: &Value) -> Option<String> {
    let (info, api_version) = (kind.info(), version.map_or_else(|| kind.info().api_version(), Version::api_version));
    let said = |name: &str| patched.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (version, name) = (said("apiVersion").unwrap_or(&api_version), said("kind").unwrap_or(info.kind));
    if (version == api_version || version == info.api_version()) && name == info.kind {
        return None;
    }
    let other = Kind::ALL.iter().find(|other| other.info().kind == name && other.info().api_version() == version);
    Some(match other.map(|other| decode_value(*other, patched)) {
        Some(Ok(_)) => crate::decode::unknown_conversion(kind, name),
        // It is read as what it says that it is.
        Some(Err(why)) => why,
        None => format!("no kind {name:?} is registered for version {version:?} in scheme {:?}", crate::decode::SCHEME),
    })
}

/// The same for a patch that names the parts of the object that it changes, as that of a status does: the others are
/// not looked at, and stay the very same. `None` where this does not work, or where there is something wrong to be told.
fn apply_to_parts(patch_type: PatchType, current: &Object, patch: &Value) -> Option<Decoded> {
    let names = patch.as_object().filter(|_| matches!(patch_type, PatchType::Merge | PatchType::Strategic))?;
    let kind = current.kind();
    if names.keys().any(|name| name.starts_with('$')) || other_type(kind, None, patch).is_some() || unreadable_type(patch).is_some() {
        return None;
    }
    let is_changed = |part: &str| names.contains_key(part);
    let changed = kind.empty()?.with_parts_of(current, &is_changed)?;
    let patched = apply(kind, patch_type, &changed.to_value(), patch).ok()?;
    let decoded = decode_value(kind, &patched).ok()?;
    Some(Decoded { object: current.with_parts_of(&decoded.object, &is_changed)?, ..decoded })
}

/// The answer when the patched object, which is of this type and was `current`, cannot be read, or not strictly.
pub fn unreadable(patch_type: PatchType, of: Option<Type>, current: &Value, patch: &Value, patched: &Value, why: &str) -> Status {
    let restored = restored(why, patch).filter(|_| patch_type == PatchType::Strategic);
    let why = restored.as_deref().unwrap_or(why);
    let shown = match patch_type {
        PatchType::Strategic => strategic::go_text(&strategic::left_over(patch, Some(current))),
        _ => shown::shown(patch_type, of, patch, patched),
    };
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
    // Nothing is a patch to the library that merges, and then no good one.
    if patch.is_null() && !prefix.is_empty() {
        return Err(Status::bad_request("Invalid JSON Patch"));
    }
    let found = go_kind(patch);
    Err(Status::bad_request(format!("{prefix}json: cannot unmarshal {found} into Go value of type map[string]interface {{}}")))
}

fn json_patch(current: &Value, patch: &Value) -> Result<Value, Status> {
    if patch.is_null() {
        return Ok(current.clone());
    }
    let Some(operations) = patch.as_array() else {
        let found = go_kind(patch);
        return Err(Status::bad_request(format!("error decoding patch: json: cannot unmarshal {found} into Go value of type []handlers.jsonPatchOp")));
    };
    if operations.len() > MAX_OPERATIONS {
        let text = format!("The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {}", operations.len());
        return Err(Status::too_large(&text));
    }
    json_operations(current, operations).map_err(|_| Status::rejected())
}

/// The fields of a JSON patch's operations that there are not.
pub fn unknown_fields(patch: &Value) -> Vec<String> {
    const KNOWN: [&str; 4] = ["from", "op", "path", "value"];
    let operations = patch.as_array().into_iter().flatten().enumerate();
    let named = operations.flat_map(|(index, operation)| operation.as_object().into_iter().flat_map(|fields| fields.keys()).map(move |name| (index, name)));
    named.filter(|(_, name)| !KNOWN.contains(&name.as_str())).map(|(index, name)| format!("json patch unknown field \"[{index}].{name}\"")).collect()
}

#[cfg(test)]
mod tests;
