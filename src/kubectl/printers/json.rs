//! JSON as Go writes it: sorted names, four spaces, `<`, `>` and `&` as `\u003c`, `\u003e` and `\u0026`.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/printers/json.go, v1.36.
//! Simplified: KYAML of objects that kubectl itself made has the order of fields of the usual kinds.

use std::fmt::Write as _;

use podarium_api::InGoOrder;
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

/// An object of the API with its fields in the order of its Go type, on one line.
pub fn compact_object(value: &Value) -> String {
    let text = if value["items"].is_array() { list_in_go_order(value) } else { serde_json::to_string(&InGoOrder::new(value)).unwrap_or_default() };
    // These stand in texts only.
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// A list, whose items may be silent about what they are.
fn list_in_go_order(list: &Value) -> String {
    let (version, kind) = (list["apiVersion"].as_str().unwrap_or_default(), list["kind"].as_str().unwrap_or_default());
    let (group, version) = version.split_once('/').unwrap_or(("core", version));
    let of_items = format!("{}/{version}.{}", group.split('.').next().unwrap_or_default(), kind.trim_end_matches("List"));
    let one = |part: InGoOrder<'_>| serde_json::to_string(&part).unwrap_or_default();
    let items = list["items"].as_array().into_iter().flatten();
    let items: Vec<String> = items.map(|item| one(if item["kind"].is_string() { InGoOrder::new(item) } else { InGoOrder::part(item, &of_items) })).collect();
    let field = |name: &str| list.get(name).map(|value| format!("\"{name}\":{},", one(InGoOrder::part(value, "meta/v1.ListMeta")))).unwrap_or_default();
    format!("{{{}{}{}\"items\":[{}]}}", field("kind"), field("apiVersion"), field("metadata"), items.join(","))
}

/// The same on several lines.
pub fn pretty_object(value: &Value) -> String {
    let (mut out, mut indent, mut in_text, mut escaped) = (String::new(), 0, false, false);
    let text = compact_object(value);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if in_text {
            out.push(letter);
            in_text = escaped || letter != '"';
            escaped = letter == '\\' && !escaped;
            continue;
        }
        match letter {
            '{' | '[' => {
                out.push(letter);
                if let Some(end) = letters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                    continue;
                }
                indent += 1;
                new_line(&mut out, Some(indent));
            }
            '}' | ']' => {
                indent -= 1;
                new_line(&mut out, Some(indent));
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                new_line(&mut out, Some(indent));
            }
            ':' => out.push_str(": "),
            other => {
                out.push(other);
                in_text = other == '"';
            }
        }
    }
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
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"b": "<\\\"", "a": "x:,{"}, "name": "n"}, "spec": {"containers": [], "volumes": [{}]}});
        assert_eq!(
            pretty_object(&pod),
            "{\n    \"kind\": \"Pod\",\n    \"apiVersion\": \"v1\",\n    \"metadata\": {\n        \"name\": \"n\",\n        \"labels\": {\n            \"a\": \"x:,{\",\n            \"b\": \"\\u003c\\\\\\\"\"\n        }\n    },\n    \"spec\": {\n        \"volumes\": [\n            {}\n        ],\n        \"containers\": []\n    }\n}\n"
        );
        assert_eq!(pretty(&json!({"a": [1], "b": {}})), "{\n    \"a\": [\n        1\n    ],\n    \"b\": {}\n}\n");
    }
}
