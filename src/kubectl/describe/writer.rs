//! The lines of a description: indented by levels, with tabs between columns.
//!
//! Models: the PrefixWriter of staging/src/k8s.io/kubectl/pkg/describe/describe.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::printers::tabwriter::DESCRIPTION;
use crate::unstructured::{items, text};

/// Longer annotations are cut off.
const MAX_ANNOTATION: usize = 140;

#[derive(Default)]
pub struct Writer {
    out: String,
}

impl Writer {
    /// Text at a level, two spaces each.
    pub fn write(&mut self, level: usize, text: impl AsRef<str>) {
        self.out.push_str(&"  ".repeat(level));
        self.out.push_str(text.as_ref());
    }

    /// `LABEL:<tab>VALUE`
    pub fn field(&mut self, level: usize, label: &str, value: impl std::fmt::Display) {
        self.write(level, format!("{label}:\t{value}\n"));
    }

    /// With its columns aligned.
    pub fn aligned(&self) -> String {
        DESCRIPTION.align(&self.out)
    }

    /// With its tabs as they are.
    pub fn raw(self) -> String {
        self.out
    }

    pub fn labels(&mut self, title: &str, labels: &BTreeMap<String, String>) {
        let lines = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        self.multiline(title, lines);
    }

    pub fn annotations(&mut self, title: &str, annotations: &BTreeMap<String, String>) {
        let mut lines = Vec::new();
        for (key, value) in annotations.iter().filter(|(key, _)| *key != crate::cmd::LAST_APPLIED) {
            let value = value.strip_suffix('\n').unwrap_or(value);
            if value.len() + key.len() + 2 > MAX_ANNOTATION || value.contains('\n') {
                let cut = value.split('\n').map(|line| match line.char_indices().nth(MAX_ANNOTATION - 2) {
                    Some((at, _)) => format!("\n\t  {}...", &line[..at]),
                    None => format!("\n\t  {line}"),
                });
                lines.push(format!("{key}:{}", cut.collect::<String>()));
            } else {
                lines.push(format!("{key}: {value}"));
            }
        }
        self.multiline(title, lines);
    }

    pub fn tolerations(&mut self, title: &str, tolerations: &[Value]) {
        let mut sorted: Vec<&Value> = tolerations.iter().collect();
        sorted.sort_by_key(|toleration| text(toleration, "/key"));
        self.multiline(title, sorted.into_iter().map(toleration).collect());
    }

    pub fn taints(&mut self, title: &str, taints: &[Value]) {
        let mut sorted: Vec<&Value> = taints.iter().collect();
        sorted.sort_by_key(|taint| format!("{},{}", text(taint, "/effect"), text(taint, "/key")));
        let line = |taint: &Value| match (text(taint, "/key"), text(taint, "/value"), text(taint, "/effect")) {
            (key, "", "") => key.to_owned(),
            (key, value, "") => format!("{key}={value}:"),
            (key, "", effect) => format!("{key}:{effect}"),
            (key, value, effect) => format!("{key}={value}:{effect}"),
        };
        self.multiline(title, sorted.into_iter().map(line).collect());
    }

    /// A title, and lines in the column behind it.
    pub fn multiline(&mut self, title: &str, lines: Vec<String>) {
        if lines.is_empty() {
            return self.field(0, title, "<none>");
        }
        self.write(0, format!("{title}:\t{}\n", lines.join("\n\t")));
    }

    /// Quantities, by name.
    pub fn quantities(&mut self, level: usize, object: &Value, pointer: &str) {
        for (name, quantity) in crate::unstructured::fields(object, pointer) {
            self.field(level, name, quantity.as_str().map_or_else(|| quantity.to_string(), str::to_owned));
        }
    }
}

fn toleration(toleration: &Value) -> String {
    let (key, value, effect) = (text(toleration, "/key"), text(toleration, "/value"), text(toleration, "/effect"));
    let mut line = key.to_owned();
    if !value.is_empty() {
        line.push_str(&format!("={value}"));
    }
    if !effect.is_empty() {
        line.push_str(&format!(":{effect}"));
    }
    if text(toleration, "/operator") == "Exists" && value.is_empty() {
        line.push_str(if key.is_empty() && effect.is_empty() { "op=Exists" } else { " op=Exists" });
    }
    if let Some(seconds) = toleration.get("tolerationSeconds").and_then(Value::as_i64) {
        line.push_str(&format!(" for {seconds}s"));
    }
    line
}

/// `ReplicaSet/web-555bb6c4f`, of who controls an object.
pub fn controller(object: &Value) -> Option<String> {
    let owners = items(object, "/metadata/ownerReferences");
    let owner = owners.iter().find(|owner| owner.get("controller").and_then(Value::as_bool) == Some(true))?;
    Some(format!("{}/{}", text(owner, "/kind"), text(owner, "/name")))
}
