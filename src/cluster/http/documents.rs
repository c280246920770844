//! The documents that answers are, as they are written: lists, tables, objects in one form or another. Nothing is built
//! of what is in the store; it goes straight into the text.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Cell, InGoOrder, Written, WrittenMetadata};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// An object as a client wants to see it.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Shown<'a> {
    Stored(Written<'a>),
    /// In another version than the stored one.
    #[serde(serialize_with = "ordered")]
    Converted(Value),
    Metadata(Partial<'a>),
    Table(Box<Table<Vec<Row<'a>>>>),
}

fn ordered<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    InGoOrder::new(value).serialize(serializer)
}

fn list_meta<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    InGoOrder::part(value, "meta/v1.ListMeta").serialize(serializer)
}

fn column_definitions<S: Serializer>(columns: &[Value], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(columns.iter().map(|column| InGoOrder::part(column, "meta/v1.TableColumnDefinition")))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Partial<'a> {
    pub kind: &'static str,
    pub api_version: &'static str,
    pub metadata: WrittenMetadata<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List<I> {
    pub kind: String,
    pub api_version: String,
    #[serde(serialize_with = "list_meta")]
    pub metadata: Value,
    pub items: I,
}

/// A list of custom objects, which is a map for the server.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomList<I> {
    pub api_version: String,
    pub items: I,
    pub kind: String,
    pub metadata: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Table<R> {
    pub kind: &'static str,
    pub api_version: &'static str,
    #[serde(serialize_with = "list_meta")]
    pub metadata: Value,
    #[serde(serialize_with = "column_definitions")]
    pub column_definitions: Vec<Value>,
    pub rows: R,
}

#[derive(Serialize)]
pub(super) struct Row<'a> {
    pub cells: Vec<Cell>,
    pub object: Option<Shown<'a>>,
}

/// A list that is made while it is written.
pub(super) struct Each<I>(pub I);

impl<T: Serialize, I: Iterator<Item = T> + Clone> Serialize for Each<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// One line of a watch.
#[derive(Serialize)]
pub(super) struct Line<T> {
    #[serde(rename = "type")]
    pub change: &'static str,
    pub object: T,
}
