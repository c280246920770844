//! A type of the API, as merging sees it: which of its lists are merged by which key.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/meta.go, v1.36.
//! Simplified: a field that the type does not have is merged like a plain one; decoding reports it.

use super::merge_keys::{Field, TYPES};
use crate::Kind;

/// A type, by its name; the empty name is one without any special field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schema(&'static str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    /// Maps are merged, lists are replaced.
    Default,
    Merge,
    Replace,
}

/// How one field is merged.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldRule {
    pub strategy: Strategy,
    /// Whether a patch names all keys that stay, since the value is a union (one of several volume sources).
    pub retain_keys: bool,
    /// Empty for lists of plain values.
    pub merge_key: &'static str,
    /// The type of the value, or of the list's elements.
    pub schema: Schema,
}

impl Schema {
    pub fn of(kind: Kind) -> Self {
        Schema(kind.info().kind)
    }

    pub fn name(self) -> &'static str {
        self.0
    }

    pub fn field(self, name: &str) -> FieldRule {
        let fields: &[Field] = TYPES.binary_search_by_key(&self.0, |(name, _)| name).map(|at| TYPES[at].1).unwrap_or_default();
        let (_, element, strategies, merge_key) = fields.iter().find(|(field, ..)| *field == name).unwrap_or(&("", "", "", ""));
        let has = |strategy: &str| strategies.split(',').any(|one| one == strategy);
        let strategy = match () {
            () if has("merge") => Strategy::Merge,
            () if has("replace") => Strategy::Replace,
            () => Strategy::Default,
        };
        FieldRule { strategy, retain_keys: has("retainKeys"), merge_key, schema: Schema(element) }
    }
}
