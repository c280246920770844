//! JSON in Go's order.
//!
//! Models: the order of fields in staging/src/k8s.io/api, v1.36.
//! Simplified: what is in a map of structs has the order of names.

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::go_fields::{LIST, Struct};

/// A value whose fields come in Go's order where it is a struct there, and in that of their names elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct InGoOrder<'a> {
    value: &'a Value,
    order: Order,
}

#[derive(Clone, Copy, Debug)]
enum Order {
    /// What is below may still say what it is.
    Names,
    Struct(&'static Struct),
    /// A list of such structs.
    List(&'static Struct),
    /// The same for everything below.
    Fields(&'static [&'static str]),
}

impl<'a> InGoOrder<'a> {
    /// An object that says what it is.
    pub fn new(value: &'a Value) -> Self {
        let text = |field: &str| value[field].as_str();
        let Some(kind) = text("kind") else { return InGoOrder { value, order: Order::Names } };
        // The documents of discovery are older than versions.
        let of = |kind: &str| Struct::of(text("apiVersion").unwrap_or("v1"), kind);
        let list = || kind.strip_suffix("List").filter(|_| value["items"].is_array()).and_then(of).map(Order::List);
        InGoOrder { value, order: of(kind).map(Order::Struct).or_else(list).unwrap_or(Order::Names) }
    }

    /// A part of an object, by its struct: `meta/v1.ListMeta`.
    pub fn part(value: &'a Value, name: &str) -> Self {
        InGoOrder { value, order: Struct::named(name).map_or(Order::Names, Order::Struct) }
    }

    /// A value that is no object of the API. Fields that are not named come last.
    pub fn listed(value: &'a Value, fields: &'static [&'static str]) -> Self {
        InGoOrder { value, order: Order::Fields(fields) }
    }

    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// The fields of an object, in their order.
    pub fn fields(&self) -> Option<Vec<(&'a str, InGoOrder<'a>)>> {
        let object = self.value.as_object()?;
        let mut fields: Vec<_> = object.iter().map(|(name, value)| (self.place(name), name.as_str(), self.below(name, value))).collect();
        // Names are sorted already.
        fields.sort_by_key(|(place, ..)| *place);
        Some(fields.into_iter().map(|(_, name, value)| (name, value)).collect())
    }

    /// The items of a list.
    pub fn items(&self) -> Option<Vec<InGoOrder<'a>>> {
        let below = |value| match self.order {
            Order::Names => InGoOrder::new(value),
            order => InGoOrder { value, order },
        };
        Some(self.value.as_array()?.iter().map(below).collect())
    }

    fn place(&self, name: &str) -> usize {
        let place = match self.order {
            Order::Names => None,
            Order::Struct(known) => known.place(name, &mut 0),
            Order::List(_) => LIST.iter().position(|known| *known == name),
            Order::Fields(fields) => fields.iter().position(|known| *known == name),
        };
        place.unwrap_or(usize::MAX)
    }

    fn below(&self, name: &str, value: &'a Value) -> InGoOrder<'a> {
        match self.order {
            Order::Fields(_) => InGoOrder { value, order: self.order },
            Order::List(item) if name == "items" => InGoOrder { value, order: Order::Struct(item) },
            Order::List(_) if name == "metadata" => InGoOrder::part(value, "meta/v1.ListMeta"),
            Order::Struct(known) => match known.place(name, &mut 0).and_then(|place| known.fields()[place].inside()) {
                Some(inside) => InGoOrder { value, order: Order::Struct(inside) },
                None => InGoOrder::new(value),
            },
            Order::Names | Order::List(_) => InGoOrder::new(value),
        }
    }
}

impl Serialize for InGoOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.fields(), self.items()) {
            (Some(fields), _) => serializer.collect_map(fields),
            (_, Some(items)) => serializer.collect_seq(items),
            _ => self.value.serialize(serializer),
        }
    }
}

/// The same for JSON that is a `String`.
pub fn escaped_text(json: String) -> String {
    String::from_utf8(escaped(json.into_bytes())).expect("what is escaped stays text")
}

/// JSON that could stand in a page, as Go writes it: `<` as `\u003c`. What is escaped is only ever found in texts.
pub fn escaped(json: Vec<u8>) -> Vec<u8> {
    let mut next = next_escaped(&json);
    if next == json.len() {
        return json;
    }
    let mut out = Vec::with_capacity(json.len() + json.len() / 16);
    let mut rest = json.as_slice();
    while next < rest.len() {
        let (text, length): (&[u8], usize) = match &rest[next..] {
            [b'<', ..] => (b"\\u003c", 1),
            [b'>', ..] => (b"\\u003e", 1),
            [b'&', ..] => (b"\\u0026", 1),
            [0xe2, 0x80, 0xa8, ..] => (b"\\u2028", 3),
            [0xe2, 0x80, 0xa9, ..] => (b"\\u2029", 3),
            _ => (&[0xe2], 1),
        };
        out.extend_from_slice(&rest[..next]);
        out.extend_from_slice(text);
        rest = &rest[next + length..];
        next = next_escaped(rest);
    }
    out.extend_from_slice(rest);
    out
}

/// Where the next byte is that may have to be escaped.
fn next_escaped(json: &[u8]) -> usize {
    let end = memchr::memchr3(b'<', b'>', b'&', json).unwrap_or(json.len());
    memchr::memchr(0xe2, &json[..end]).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn structs_are_known_by_what_they_say_or_by_what_holds_them() {
        let text = |value: Value| serde_json::to_string(&InGoOrder::new(&value)).unwrap();
        let scale = json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"creationTimestamp": "t", "name": "a", "resourceVersion": "1"}});
        assert_eq!(text(scale), r#"{"kind":"Scale","apiVersion":"autoscaling/v1","metadata":{"name":"a","resourceVersion":"1","creationTimestamp":"t"}}"#);
        let list = json!({"kind": "APIResourceList", "groupVersion": "v1", "resources": [{"kind": "Pod", "name": "pods", "shortNames": ["po"], "verbs": ["get"]}]});
        assert_eq!(text(list), r#"{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"pods","kind":"Pod","verbs":["get"],"shortNames":["po"]}]}"#);
        let list = json!({"kind": "PodList", "apiVersion": "v1", "metadata": {"continue": "c", "resourceVersion": "1"}, "items": [{"metadata": {"labels": {}, "name": "a"}}]});
        assert_eq!(text(list), r#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1","continue":"c"},"items":[{"metadata":{"name":"a","labels":{}}}]}"#);
        assert_eq!(text(json!({"kind": "Tab", "apiVersion": "ex.com/v1"})), r#"{"apiVersion":"ex.com/v1","kind":"Tab"}"#);
        let listed = json!({"a": [{"z": 1, "b": 2}], "z": 3});
        assert_eq!(serde_json::to_string(&InGoOrder::listed(&listed, &["z"])).unwrap(), r#"{"z":3,"a":[{"z":1,"b":2}]}"#);
    }

    #[test]
    fn what_could_be_a_page_is_escaped() {
        assert_eq!(escaped("\"<é & \u{2028}>\"".into()), b"\"\\u003c\xc3\xa9 \\u0026 \\u2028\\u003e\"");
    }
}
