//! KYAML, `-o kyaml`: YAML in braces, which no indentation can break.
//!
//! Models: sigs.k8s.io/yaml/kyaml/kyaml.go, staging/src/k8s.io/cli-runtime/pkg/printers/kyaml.go, v1.36.
//! Simplified: nothing.

use podarium_api::InGoOrder;
use serde_json::Value;

use super::json::Order;

/// A document with the line of dashes in front.
pub fn document(value: &Value) -> String {
    document_in(value, Order::Names)
}

/// The same with the fields in another order.
pub fn document_in(value: &Value, order: Order) -> String {
    let mut out = "---\n".to_owned();
    node(&mut out, order.of(value), 0);
    out.push('\n');
    out
}

fn pad(out: &mut String, indent: usize) {
    out.push_str(&"  ".repeat(indent));
}

fn node(out: &mut String, ordered: InGoOrder<'_>, indent: usize) {
    let items = ordered.items().unwrap_or_default();
    match ordered.value() {
        Value::Object(fields) if fields.is_empty() => out.push_str("{}"),
        Value::Object(_) => {
            out.push_str("{\n");
            for (name, value) in ordered.fields().unwrap_or_default() {
                pad(out, indent + 1);
                if needs_quotes(name) {
                    string(out, name, indent + 2);
                } else {
                    out.push_str(name);
                }
                out.push_str(": ");
                node(out, value, indent + 1);
                out.push_str(",\n");
            }
            pad(out, indent);
            out.push('}');
        }
        Value::Array(_) if items.is_empty() => out.push_str("[]"),
        Value::Array(_) if items.iter().all(|item| item.value().is_object() || item.value().is_array()) => {
            out.push('[');
            for (at, item) in items.into_iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                node(out, item, indent);
            }
            out.push(']');
        }
        Value::Array(_) => {
            out.push_str("[\n");
            for item in items {
                pad(out, indent + 1);
                node(out, item, indent + 1);
                out.push_str(",\n");
            }
            pad(out, indent);
            out.push(']');
        }
        Value::String(text) => string(out, text, indent + 1),
        other => out.push_str(&other.to_string()),
    }
}

/// In quotes; each line of several on a line of its own.
fn string(out: &mut String, text: &str, indent: usize) {
    let several = text.contains('\n');
    out.push('"');
    if several {
        out.push_str("\\\n");
    }
    for c in text.chars() {
        if out.ends_with('\n') {
            pad(out, indent);
            // A space in front would be lost.
            out.push(if c.is_whitespace() && c != '\n' { '\\' } else { ' ' });
        }
        match c {
            '\n' => out.push_str("\\n\\\n"),
            '\t' => out.push('\t'),
            '"' | '\\' => out.extend(['\\', c]),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            '\0' => out.push_str("\\0"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{a0}' => out.push_str("\\_"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            c if c < ' ' || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    if several {
        if !out.ends_with('\n') {
            out.push_str("\\\n");
        }
        pad(out, indent);
    }
    out.push('"');
}

/// Whether a name could be read as something else than a text.
fn needs_quotes(text: &str) -> bool {
    let lower = text.to_lowercase();
    let bare = text.replace('_', "");
    let digits = bare.trim_start_matches(['+', '-']);
    let based = ["0x", "0b", "0o", "0X", "0B", "0O"].iter().any(|prefix| digits.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_hexdigit())));
    let words = ["", "~", "null", "true", "y", "yes", "on", "false", "n", "no", "off", "t", "f", "0", "1", ".inf", "-.inf", "+.inf", ".nan"];
    let looks_like_time = text.len() > 4 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit) && text.as_bytes()[4] == b'-';
    if words.contains(&lower.as_str()) || based || bare.parse::<f64>().is_ok() || looks_like_time {
        return true;
    }
    let count = text.chars().count();
    !text.chars().enumerate().all(|(at, c)| c.is_alphanumeric() || c == '_' || at > 0 && at + 1 < count && matches!(c, '-' | '.' | '/'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_written_in_braces() {
        let value = json!({"kind": "ConfigMap", "data": {"a.conf": "x = 1\n  y\n", "yes": "\"q\""}, "list": [{"a": 1}, {"b": []}], "words": ["a", 1], "none": {}});
        let expected = "---\n{\n  data: {\n    a.conf: \"\\\n       x = 1\\n\\\n      \\  y\\n\\\n      \",\n    \"yes\": \"\\\"q\\\"\",\n  },\n  kind: \"ConfigMap\",\n  list: [{\n    a: 1,\n  }, {\n    b: [],\n  }],\n  none: {},\n  words: [\n    \"a\",\n    1,\n  ],\n}\n";
        assert_eq!(document(&value), expected);
    }
}
