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
mod shown;
mod strategic;

pub use diff::{create_three_way, create_two_way};
pub use strategic::{PatchError, strategic_merge};

use serde_json::{Value, json};

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
        let Some(operation) = as_go_reads(&patched, operation)? else { continue };
        let one: json_patch::Patch = serde_json::from_value(json!([operation])).map_err(|error| Undone::Malformed(error.to_string()))?;
        match json_patch::patch(&mut patched, &one) {
            Ok(()) => {}
            Err(error) if matches!(error.kind, json_patch::PatchErrorKind::TestFailed) => return Err(Undone::TestFailed),
            Err(error) => return Err(Undone::Unfit { operation, object: patched, why: error.to_string() }),
        }
    }
    Ok(patched)
}

/// The operation as Go's library reads it: a value that is not said is nothing, and so is what is copied from nowhere.
/// `None` if nothing is left to be done.
fn as_go_reads(value: &Value, operation: &Value) -> Result<Option<Value>, Undone> {
    let mut operation = operation.clone();
    for name in ["path", "from"] {
        // What stands before the first slash does not count.
        let rest = operation.get(name).and_then(Value::as_str).and_then(|path| path.find('/').filter(|at| *at > 0).map(|at| path[at..].to_owned()));
        if let Some(rest) = rest {
            operation[name] = rest.into();
        }
        if let Some(path) = operation.get(name).and_then(Value::as_str).and_then(|path| from_the_end(value, path)) {
            operation[name] = path.into();
        }
    }
    let text = |operation: &Value, name: &str| operation.get(name).and_then(Value::as_str).map(str::to_owned);
    let (Some(path), Some(op)) = (text(&operation, "path"), text(&operation, "op")) else { return Ok(Some(operation)) };
    let in_object = |path: &str| path.rsplit_once('/').is_some_and(|(parent, _)| value.pointer(parent).is_some_and(Value::is_object));
    let is_new = |path: &str| in_object(path) && value.pointer(path).is_none();
    match op.as_str() {
        "add" | "replace" | "test" if operation.get("value").is_none() => operation["value"] = Value::Null,
        "copy" if text(&operation, "from").is_some_and(|from| is_new(&from)) => operation = json!({"op": "add", "path": path, "value": null}),
        _ => {}
    }
    match op.as_str() {
        "add" if path.is_empty() => return Err(Undone::Malformed("the whole is no place".to_owned())),
        "test" if operation["value"].is_null() && is_new(&path) => return Ok(None),
        "replace" if is_new(&path) => operation["op"] = "add".into(),
        _ => {}
    }
    Ok(Some(operation))
}

/// The path with indexes that only Go reads replaced by those that they mean, if it has any.
fn from_the_end(value: &Value, path: &str) -> Option<String> {
    let (mut at, mut changed, mut out) = (value, false, String::new());
    for part in path.split('/').skip(1) {
        let index = at.as_array().and_then(|items| match part.strip_prefix('-') {
            Some(from_end) => items.len().checked_sub(from_end.parse().ok()?),
            // `01` is a number to Go.
            None => part.parse().ok().filter(|_| part.len() > 1 && part.starts_with('0')),
        });
        let part = index.map_or_else(|| part.to_owned(), |index| index.to_string());
        changed |= index.is_some();
        out = format!("{out}/{part}");
        at = at.pointer(&format!("/{part}")).unwrap_or(&Value::Null);
    }
    changed.then_some(out)
}

#[cfg(test)]
mod tests;
