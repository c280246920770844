//! What the documents of Kubernetes say of a type beyond its fields: which are required, how lists are merged, defaults.
//!
//! The data in `additions.json` is a line for each definition: `required`, `x` (extensions of the whole type), `fields`
//! (extensions of its fields), `defaults`; and for lists of objects `list` (the type of the items) with the descriptions.
//!
//! Models: api/openapi-spec, v1.36.
//! Simplified: types in alpha and beta are left out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Addition {
    pub required: Option<Vec<String>>,
    pub x: Map<String, Value>,
    pub fields: BTreeMap<String, Map<String, Value>>,
    pub defaults: Map<String, Value>,
    pub list: Option<String>,
    pub description: Option<String>,
    pub items: Option<String>,
    pub metadata: Option<String>,
}

static ADDITIONS: LazyLock<BTreeMap<String, Addition>> =
    LazyLock::new(|| serde_json::from_str(include_str!("additions.json")).expect("the additions to the schemas are JSON"));

pub(super) fn all() -> &'static BTreeMap<String, Addition> {
    &ADDITIONS
}
