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

use serde_json::Value;

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
    decode_value(kind, &patched).map_err(|why| unreadable(patch_type, patch, &patched, &why))
}

/// The same for a patch that names the parts of the object that it changes, as that of a status does: the others are
/// not looked at, and stay the very same. `None` where this does not work, or where there is something wrong to be told.
fn apply_to_parts(patch_type: PatchType, current: &Object, patch: &Value) -> Option<Decoded> {
    let names = patch.as_object().filter(|_| matches!(patch_type, PatchType::Merge | PatchType::Strategic))?;
    if names.keys().any(|name| name.starts_with('$')) {
        return None;
    }
    let is_changed = |part: &str| names.contains_key(part);
    let kind = current.kind();
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
    let parsed: Result<json_patch::Patch, _> = serde_json::from_value(patch.clone());
    let mut patched = current.clone();
    match parsed.map(|patch| json_patch::patch(&mut patched, &patch)) {
        Ok(Ok(())) => Ok(patched),
        _ => Err(Status::rejected()),
    }
}

#[cfg(test)]
mod tests;
