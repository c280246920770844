//! The tables that the API server makes, printed: headings, wide columns, labels, kinds in front of names.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/printers/tableprinter.go, v1.36.
//! Simplified: objects that are no table are shown by name and age.

use serde_json::Value;

use crate::unstructured::{items, name, namespace, strings, text};

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

/// A table as lines of cells with tabs between them.
pub fn lines(table: &Value, options: &TableOptions, headers: bool) -> String {
    let columns = items(table, "/columnDefinitions");
    let shown = |column: &&(usize, &Value)| options.wide || column.1.get("priority").and_then(Value::as_i64).unwrap_or(0) == 0;
    let columns: Vec<(usize, &Value)> = columns.iter().enumerate().collect::<Vec<_>>().iter().filter(shown).copied().collect();
    let mut out = String::new();
    if headers && !options.no_headers {
        let mut heads: Vec<String> = Vec::new();
        heads.extend(options.with_namespace.then(|| "NAMESPACE".to_owned()));
        heads.extend(columns.iter().map(|(_, column)| text(column, "/name").to_uppercase()));
        heads.extend(options.label_columns.iter().map(|key| key.rsplit('/').next().unwrap_or_default().to_uppercase()));
        heads.extend(options.show_labels.then(|| "LABELS".to_owned()));
        out.push_str(&heads.join("\t"));
        out.push('\n');
    }
    for row in items(table, "/rows") {
        row_into(&mut out, row, &columns, options);
    }
    out
}

fn row_into(out: &mut String, row: &Value, columns: &[(usize, &Value)], options: &TableOptions) {
    let object = row.get("object").unwrap_or(&Value::Null);
    let mut cells: Vec<String> = Vec::new();
    cells.extend(options.with_namespace.then(|| namespace(object).to_owned()));
    for (at, column) in columns {
        let cell = items(row, "/cells").get(*at).map(cell_text).unwrap_or_default();
        match &options.kind {
            Some(kind) if text(column, "/format") == "name" => cells.push(format!("{kind}/{cell}")),
            _ => cells.push(cell),
        }
    }
    let labels = strings(object, "/metadata/labels");
    for key in &options.label_columns {
        cells.push(labels.get(key).cloned().unwrap_or_default());
    }
    if options.show_labels {
        cells.push(show_labels(&labels));
    }
    out.push_str(&cells.join("\t"));
    out.push('\n');
}

/// `a=1,b=2`, or `<none>`.
pub fn show_labels(labels: &std::collections::BTreeMap<String, String>) -> String {
    if labels.is_empty() {
        return "<none>".to_owned();
    }
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

/// A cell; what follows its first line is left out.
fn cell_text(cell: &Value) -> String {
    match cell {
        Value::String(text) => match text.split_once(['\n', '\r', '\u{c}']) {
            Some((first, _)) => format!("{first}..."),
            None => text.clone(),
        },
        other => other.to_string(),
    }
}

/// A table for what the server did not tabulate.
pub fn of_object(object: &Value, age: &str) -> Value {
    serde_json::json!({
        "kind": "Table",
        "columnDefinitions": [{"name": "Name", "format": "name", "priority": 0}, {"name": "Age", "priority": 0}],
        "rows": [{"cells": [name(object), age], "object": object}],
    })
}
