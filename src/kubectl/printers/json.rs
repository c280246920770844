//! JSON as Go writes it: four spaces, `<`, `>` and `&` as `\u003c`, `\u003e` and `\u0026`.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/printers/json.go, v1.36.
//! Simplified: nothing.

use podarium_api::{InGoOrder, escaped, escaped_text};
use serde::Serialize;
use serde_json::Value;
use serde_json::ser::PrettyFormatter;

/// In which order the fields of what is printed come.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// That of their names, as in everything that the server sent.
    Names,
    /// That of the Go type of its kind, for objects that kubectl made itself.
    Kind,
    /// That of another Go type; those that are not listed come behind, sorted.
    Listed(&'static [&'static str]),
}

impl Order {
    pub fn of<'a>(&self, value: &'a Value) -> InGoOrder<'a> {
        match self {
            Order::Names => InGoOrder::listed(value, &[]),
            Order::Kind => InGoOrder::new(value),
            Order::Listed(fields) => InGoOrder::listed(value, fields),
        }
    }
}

/// Several lines, as `-o json` prints them.
pub fn pretty(value: &Value) -> String {
    pretty_in(value, Order::Names)
}

/// The same with the fields in another order.
pub fn pretty_in(value: &Value, order: Order) -> String {
    pretty_by(value, order, b"    ") + "\n"
}

/// The same with other steps, without an end of line.
pub fn pretty_by(value: &Value, order: Order, indent: &[u8]) -> String {
    let mut out = serde_json::Serializer::with_formatter(Vec::new(), PrettyFormatter::with_indent(indent));
    order.of(value).serialize(&mut out).expect("JSON can be written");
    text(out.into_inner())
}

/// One line in another order, without an end of line.
pub fn compact_in(value: &Value, order: Order) -> String {
    text(serde_json::to_vec(&order.of(value)).expect("JSON can be written"))
}

/// One line, without an end of line.
pub fn compact(value: &Value) -> String {
    escaped_text(value.to_string())
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(escaped(json)).expect("JSON is text")
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
