//! Patches: JSON patch, merge patch, strategic merge patch.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go, v1.36.
//! Simplified: a strategic merge patch is applied as a merge patch: lists are replaced whole.

use podarium_api::{Kind, Status};
use serde_json::Value;

pub(super) fn json(mut current: Value, patch: &Value) -> Result<Value, Status> {
    let patch: json_patch::Patch = serde_json::from_value(patch.clone()).map_err(|error| Status::bad_request(error.to_string()))?;
    json_patch::patch(&mut current, &patch).map_err(|error| Status::new(422, "Invalid", format!("the server rejected our request due to an error in our request: {error}")))?;
    Ok(current)
}

pub(super) fn merge(mut current: Value, patch: &Value) -> Result<Value, Status> {
    json_patch::merge(&mut current, patch);
    Ok(current)
}

pub(super) fn strategic(_kind: Kind, current: Value, patch: &Value) -> Result<Value, Status> {
    merge(current, patch)
}
