//! The patch to send: strategic for kinds that kubectl knows, a merge patch for others.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/apply/patcher.go, v1.36.
//! Simplified: the server's schemas are not asked; built-in kinds are known.

use podarium_api::Kind;
use podarium_api::patch::{create_three_way, create_two_way};
use serde_json::Value;

use super::{merge, merge_patch};
use crate::client::PatchType;
use crate::mapping::Mapping;

fn known(mapping: &Mapping) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| {
        let info = kind.info();
        info.group == mapping.group && info.version == mapping.version && info.kind == mapping.kind
    })
}

/// From what was applied last, what is applied now, and what there is.
pub fn three_way(mapping: &Mapping, original: &Value, modified: &Value, current: &Value) -> (PatchType, Value) {
    let strategic = known(mapping).and_then(|kind| create_three_way(kind, original, modified, current).ok());
    match strategic {
        Some(patch) => (PatchType::Strategic, patch),
        None => (PatchType::Merge, merge_patch(current, &merge(original, modified, current))),
    }
}

/// From what there is to what there shall be.
pub fn two_way(mapping: &Mapping, current: &Value, wanted: &Value) -> (PatchType, Value) {
    let strategic = known(mapping).and_then(|kind| create_two_way(kind, current, wanted).ok());
    match strategic {
        Some(patch) => (PatchType::Strategic, patch),
        None => (PatchType::Merge, merge_patch(current, wanted)),
    }
}
