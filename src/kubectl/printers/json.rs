//! JSON as Go writes it: sorted names, four spaces, `<`, `>` and `&` as `\u003c`, `\u003e` and `\u0026`.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/printers/json.go, v1.36.
//! Simplified: the order of the fields of objects that kubectl itself made is known for the usual kinds.

use std::fmt::Write as _;

use serde_json::Value;

/// Several lines, as `-o json` prints them.
pub fn pretty(value: &Value) -> String {
    pretty_in(value, &[])
}

/// The same with the fields in the order of a Go type; those that are not listed come behind, sorted.
pub fn pretty_in(value: &Value, order: &[&str]) -> String {
    let mut out = String::new();
    write(&mut out, value, Some(0), order);
    out.push('\n');
    out
}

/// The order of fields in objects that kubectl makes itself.
pub const OBJECT: &[&str] = &[
    "kind", "apiVersion", "name", "generateName", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "labels", "annotations",
    "ownerReferences", "finalizers", "metadata", "verbs", "apiGroups", "schedule", "suspend", "parallelism", "completions", "replicas", "image", "command", "args", "ports",
    "protocol", "port", "targetPort", "nodePort", "envFrom", "env", "resources", "resourceNames", "nonResourceURLs", "minAvailable", "maxUnavailable",
    "selector", "template", "strategy", "volumes", "initContainers", "containers", "restartPolicy", "terminationGracePeriodSeconds", "dnsPolicy",
    "serviceAccountName", "serviceAccount", "nodeName", "securityContext", "scheduler", "schedulerName", "tolerations", "clusterIP", "type", "externalName",
    "secrets", "imagePullSecrets", "aggregationRule", "rules", "subjects", "roleRef", "spec", "immutable", "data", "binaryData", "value", "status", "username", "groups", "extra",
];

/// One line, without an end of line.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, None, &[]);
    out
}

fn write(out: &mut String, value: &Value, indent: Option<usize>, order: &[&str]) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            let place = |name: &str| order.iter().position(|known| *known == name).unwrap_or(order.len());
            sorted.sort_by_key(|(name, _)| (place(name), *name));
            list(out, indent, ('{', '}'), sorted, |out, (name, value), indent| {
                quote(out, name);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(out, value, indent, order);
            });
        }
        Value::Array(items) => list(out, indent, ('[', ']'), items.iter().collect(), |out, item, indent| write(out, item, indent, order)),
        Value::String(text) => quote(out, text),
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

fn list<T>(out: &mut String, indent: Option<usize>, ends: (char, char), items: Vec<T>, mut one: impl FnMut(&mut String, T, Option<usize>)) {
    out.push(ends.0);
    let inner = indent.map(|indent| indent + 1);
    let empty = items.is_empty();
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        new_line(out, inner);
        one(out, item, inner);
    }
    if !empty {
        new_line(out, indent);
    }
    out.push(ends.1);
}

fn new_line(out: &mut String, indent: Option<usize>) {
    if let Some(indent) = indent {
        out.push('\n');
        out.push_str(&"    ".repeat(indent));
    }
}

/// As Go's encoder quotes: what means something in HTML is escaped.
fn quote(out: &mut String, text: &str) {
    for c in serde_json::Value::from(text).to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_written_as_go_writes_it() {
        let value = json!({"b": [], "a": {"x": "<a&b>\u{1}é", "n": 1.5}, "c": [1, null]});
        assert_eq!(compact(&value), "{\"a\":{\"n\":1.5,\"x\":\"\\u003ca\\u0026b\\u003e\\u0001é\"},\"b\":[],\"c\":[1,null]}");
        assert_eq!(pretty(&json!({"a": [1], "b": {}})), "{\n    \"a\": [\n        1\n    ],\n    \"b\": {}\n}\n");
    }
}
