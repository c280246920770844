//! The tables that the API server makes, printed: headings, wide columns, labels, kinds in front of names.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/printers/tableprinter.go, v1.36.
//! Simplified: objects that are no table are shown by name and age.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::Deserialize;
use serde_json::Value;

use crate::unstructured::{items, name, or_none};

/// A table of the API server's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    pub kind: String,
    #[serde(default, deserialize_with = "or_none")]
    pub metadata: ListMeta,
    /// A watch says them once.
    #[serde(default, deserialize_with = "or_none")]
    pub column_definitions: Vec<Column>,
    #[serde(default, deserialize_with = "or_none")]
    pub rows: Vec<Row>,
    /// The object of each row, where whole objects were asked for.
    #[serde(skip)]
    pub objects: Vec<Value>,
}

/// What of a list's metadata kubectl goes by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListMeta {
    #[serde(default, deserialize_with = "or_none")]
    pub resource_version: String,
    #[serde(default, deserialize_with = "or_none", rename = "continue")]
    pub next: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Column {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub format: String,
    #[serde(default)]
    pub priority: i64,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct Row {
    #[serde(default, deserialize_with = "or_none")]
    pub cells: Vec<Value>,
    #[serde(default, deserialize_with = "or_none")]
    pub object: RowObject,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub struct RowObject {
    #[serde(default, deserialize_with = "or_none")]
    pub metadata: RowMetadata,
}

/// What of a row's object is shown, or gone by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowMetadata {
    #[serde(default)]
    pub namespace: String,
    #[serde(default, deserialize_with = "or_none")]
    pub resource_version: String,
    #[serde(default, deserialize_with = "or_none")]
    pub labels: Labels,
}

/// Labels as they are shown: `a=1,b=2`, in the order of their names. Neither names nor values have such signs in them.
#[derive(Clone, Debug, Default)]
pub struct Labels(String);

impl Labels {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.split(',').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key).map(|(_, value)| value)
    }
}

/// A text of a document, which is not copied where nothing in it is escaped.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Labels;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("labels")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Labels, A::Error> {
                let mut pairs: Vec<(Text<'de>, Text<'de>)> = Vec::with_capacity(4);
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                pairs.sort_unstable();
                let mut shown = String::with_capacity(64);
                for (Text(name), Text(value)) in &pairs {
                    let comma = if shown.is_empty() { "" } else { "," };
                    let _ = write!(shown, "{comma}{name}={value}");
                }
                Ok(Labels(shown))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

impl Table {
    /// What a table says of itself, beside its rows.
    pub fn head(&self) -> Value {
        serde_json::json!({"apiVersion": "meta.k8s.io/v1", "kind": "Table", "metadata": {"resourceVersion": self.metadata.resource_version}})
    }

    /// A table, if this text is one; with whole objects if these are wanted.
    pub fn read(text: &[u8], whole: bool) -> Option<Table> {
        let mut table = serde_json::from_slice::<Table>(text).ok().filter(|table| table.kind == "Table")?;
        if whole {
            let text: Value = serde_json::from_slice(text).ok()?;
            table.objects = items(&text, "/rows").iter().map(|row| row["object"].clone()).collect();
        }
        Some(table)
    }

    /// A table for what the server did not tabulate.
    pub fn of_object(object: &Value, age: &str) -> Table {
        let column = |name: &str, format: &str| Column { name: name.to_owned(), format: format.to_owned(), priority: 0 };
        let row = Row { cells: vec![name(object).into(), age.into()], object: RowObject::deserialize(object).unwrap_or_default() };
        Table { column_definitions: vec![column("Name", "name"), column("Age", "")], rows: vec![row], objects: vec![object.clone()], ..Table::default() }
    }
}

/// What of a table is shown.
#[derive(Clone, Debug, Default)]
pub struct TableOptions {
    pub no_headers: bool,
    pub with_namespace: bool,
    /// `pod` or `deployment.apps`, to stand before names.
    pub kind: Option<String>,
    pub wide: bool,
    pub show_labels: bool,
    pub label_columns: Vec<String>,
}

/// A table as lines of cells with tabs between them. `order` says which row comes when, if not the server's order.
pub fn lines(table: &Table, order: Option<&[usize]>, options: &TableOptions, headers: bool) -> String {
    let shown = |column: &(usize, &Column)| options.wide || column.1.priority == 0;
    let columns: Vec<(usize, &Column)> = table.column_definitions.iter().enumerate().filter(shown).collect();
    let mut out = String::new();
    if headers && !options.no_headers {
        let mut heads: Vec<String> = Vec::new();
        heads.extend(options.with_namespace.then(|| "NAMESPACE".to_owned()));
        heads.extend(columns.iter().map(|(_, column)| column.name.to_uppercase()));
        heads.extend(options.label_columns.iter().map(|key| key.rsplit('/').next().unwrap_or_default().to_uppercase()));
        heads.extend(options.show_labels.then(|| "LABELS".to_owned()));
        out.push_str(&heads.join("\t"));
        out.push('\n');
    }
    match order {
        Some(order) => order.iter().for_each(|at| row_into(&mut out, &table.rows[*at], &columns, options)),
        None => table.rows.iter().for_each(|row| row_into(&mut out, row, &columns, options)),
    }
    out
}

fn row_into(out: &mut String, row: &Row, columns: &[(usize, &Column)], options: &TableOptions) {
    let metadata = &row.object.metadata;
    let start = out.len();
    if options.with_namespace {
        out.push_str(&metadata.namespace);
        out.push('\t');
    }
    for (at, column) in columns {
        if let Some(kind) = options.kind.as_ref().filter(|_| column.format == "name") {
            out.push_str(kind);
            out.push('/');
        }
        if let Some(cell) = row.cells.get(*at) {
            cell_into(out, cell);
        }
        out.push('\t');
    }
    for key in &options.label_columns {
        out.push_str(metadata.labels.get(key).unwrap_or_default());
        out.push('\t');
    }
    if options.show_labels {
        out.push_str(if metadata.labels.0.is_empty() { "<none>" } else { &metadata.labels.0 });
        out.push('\t');
    }
    // The last cell is ended by the line.
    if out.len() > start {
        out.pop();
    }
    out.push('\n');
}

/// `a=1,b=2`, or `<none>`.
pub fn show_labels(labels: &BTreeMap<String, String>) -> String {
    if labels.is_empty() {
        return "<none>".to_owned();
    }
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

/// A cell; what follows its first line is left out.
fn cell_into(out: &mut String, cell: &Value) {
    match cell {
        Value::String(text) => match text.split_once(['\n', '\r', '\u{c}']) {
            Some((first, _)) => {
                out.push_str(first);
                out.push_str("...");
            }
            None => out.push_str(text),
        },
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_are_read_in_the_order_of_their_names_and_found_by_them() {
        let read = |text: &str| serde_json::from_str::<RowMetadata>(text).expect("metadata").labels;
        let labels = read(r#"{"namespace": "n", "labels": {"b/x": "2", "a": "", "c": "\u0041"}}"#);
        assert_eq!(labels.0, "a=,b/x=2,c=A");
        assert_eq!((labels.get("a"), labels.get("b/x"), labels.get("c"), labels.get("x")), (Some(""), Some("2"), Some("A"), None));
        assert_eq!((read(r#"{"labels": null}"#).0, read("{}").0), (String::new(), String::new()));
        let row = RowObject::deserialize(&json!({"metadata": {"labels": {"k": "v"}}})).expect("an object");
        assert_eq!(row.metadata.labels.0, "k=v");
    }
}
