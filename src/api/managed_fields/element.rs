//! One step of a path into an object: a field, an element of a list by its keys, a value of a set, or an index.
//!
//! Written as `f:spec`, `k:{"name":"app"}`, `v:"finalizer"`, `i:0` in FieldsV1, and as `.spec`, `[name="app"]`,
//! `[="finalizer"]`, `[0]` for people.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/{fieldpath/element.go,fieldpath/serialize-pe.go,value/value.go}, v1.36.
//! Simplified: nothing.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathElement {
    Field(Cow<'static, str>),
    /// The keys in the order of their names.
    Key(Box<[(Cow<'static, str>, Value)]>),
    Value(Value),
    Index(i64),
}

impl PathElement {
    pub fn field(name: &str) -> Self {
        PathElement::Field(Cow::Owned(name.to_owned()))
    }

    pub(super) fn known(name: &'static str) -> Self {
        PathElement::Field(Cow::Borrowed(name))
    }

    /// The keys in any order.
    pub fn keys(mut keys: Vec<(Cow<'static, str>, Value)>) -> Self {
        keys.sort_by(|(a, _), (b, _)| a.cmp(b));
        PathElement::Key(keys.into())
    }

    /// Reads `f:spec`. `Ok(None)` is a kind of step that a later version may know; it is skipped.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        let bytes = text.as_bytes();
        if bytes.len() < 2 {
            return Err("key must be 2 characters long:".to_owned());
        }
        if bytes[1] != b':' {
            return Err(format!("missing colon: {text}"));
        }
        let rest = &text[2..];
        let json = |text: &str| serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
        Ok(Some(match bytes[0] {
            b'f' => PathElement::field(rest),
            b'v' => PathElement::Value(json(rest)?),
            b'k' => match json(rest)? {
                Value::Object(keys) => PathElement::keys(keys.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect()),
                other => return Err(format!("expected object, got {other}")),
            },
            b'i' => PathElement::Index(rest.parse().map_err(|_| format!("strconv.Atoi: parsing {rest:?}: invalid syntax"))?),
            _ => return Ok(None),
        }))
    }

    /// As FieldsV1 names it.
    pub fn serialized(&self) -> String {
        match self {
            PathElement::Field(name) => ["f:", name].concat(),
            PathElement::Key(keys) => {
                let keys: Vec<String> = keys.iter().map(|(name, value)| format!("{}:{}", json_text(&Value::from(name.as_ref())), json_text(value))).collect();
                format!("k:{{{}}}", keys.join(","))
            }
            PathElement::Value(value) => format!("v:{}", json_text(value)),
            PathElement::Index(index) => format!("i:{index}"),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            PathElement::Field(_) => 0,
            PathElement::Key(_) => 1,
            PathElement::Value(_) => 2,
            PathElement::Index(_) => 3,
        }
    }
}

/// JSON as Go writes it: with `<`, `>` and `&` as escapes.
fn json_text(value: &Value) -> String {
    crate::escaped_text(value.to_string())
}

impl PartialOrd for PathElement {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PathElement {
    /// Fields before keys before values before indices.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (PathElement::Field(a), PathElement::Field(b)) => a.cmp(b),
            (PathElement::Key(a), PathElement::Key(b)) => {
                for ((name, value), (other_name, other_value)) in a.iter().zip(b.iter()) {
                    let order = name.cmp(other_name).then_with(|| compare_values(value, other_value));
                    if order != Ordering::Equal {
                        return order;
                    }
                }
                a.len().cmp(&b.len())
            }
            (PathElement::Value(a), PathElement::Value(b)) => compare_values(a, b),
            (PathElement::Index(a), PathElement::Index(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl fmt::Display for PathElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PathElement::Field(name) => write!(f, ".{name}"),
            PathElement::Key(keys) => {
                let keys: Vec<String> = keys.iter().map(|(name, value)| format!("{name}={}", shown(value))).collect();
                write!(f, "[{}]", keys.join(","))
            }
            PathElement::Value(value) => write!(f, "[={}]", shown(value)),
            PathElement::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// A value for people: text in quotes, a list in brackets.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => fields.iter().map(|(name, value)| format!("{name}={}", shown(value))).collect(),
        other => other.to_string(),
    }
}

/// Whether two values are the same; `1` and `1.0` are.
pub(super) fn equal_values(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64() && (x.is_f64() || y.is_f64()),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal_values(x, y)),
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(name, x)| y.get(name).is_some_and(|y| equal_values(x, y)))
        }
        _ => a == b,
    }
}

/// The order of values: numbers, text, flags, lists, maps, null.
fn compare_values(a: &Value, b: &Value) -> Ordering {
    fn rank(value: &Value) -> u8 {
        match value {
            Value::Number(_) => 0,
            Value::String(_) => 1,
            Value::Bool(_) => 2,
            Value::Array(_) => 3,
            Value::Object(_) => 4,
            Value::Null => 5,
        }
    }
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => match (x.as_i64(), y.as_i64()) {
            (Some(x), Some(y)) => x.cmp(&y),
            _ => x.as_f64().unwrap_or(0.0).total_cmp(&y.as_f64().unwrap_or(0.0)),
        },
        (Value::String(x), Value::String(y)) => x.cmp(y),
        (Value::Bool(x), Value::Bool(y)) => x.cmp(y),
        (Value::Array(x), Value::Array(y)) => {
            x.iter().zip(y).map(|(x, y)| compare_values(x, y)).find(|order| order.is_ne()).unwrap_or_else(|| x.len().cmp(&y.len()))
        }
        (Value::Object(_), Value::Object(_)) => a.to_string().cmp(&b.to_string()),
        _ => rank(a).cmp(&rank(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_written_as_they_are_read() {
        for text in ["f:spec", "f:", r#"k:{"containerPort":80,"protocol":"TCP"}"#, r#"v:"a""#, "v:1", "v:true", "i:3"] {
            assert_eq!(PathElement::parse(text).unwrap().unwrap().serialized(), text);
        }
        let unsorted = PathElement::parse(r#"k:{"protocol":"TCP","containerPort":80}"#).unwrap().unwrap();
        assert_eq!(unsorted.serialized(), r#"k:{"containerPort":80,"protocol":"TCP"}"#);
        assert_eq!(PathElement::parse("x:later"), Ok(None));
        for (bad, why) in [("f", "key must be 2 characters long:"), ("ff:a", "missing colon: ff:a"), ("i:x", "strconv.Atoi: parsing \"x\": invalid syntax")] {
            assert_eq!(PathElement::parse(bad), Err(why.to_owned()));
        }
        assert_eq!(PathElement::Value("<&>".into()).serialized(), r#"v:"\u003c\u0026\u003e""#);
    }

    #[test]
    fn people_read_paths_with_dots_and_brackets() {
        let shown = |text: &str| PathElement::parse(text).unwrap().unwrap().to_string();
        assert_eq!(shown("f:spec"), ".spec");
        assert_eq!(shown(r#"k:{"containerPort":80,"protocol":"TCP"}"#), "[containerPort=80,protocol=\"TCP\"]");
        assert_eq!(shown(r#"v:"a""#), "[=\"a\"]");
        assert_eq!(shown("i:2"), "[2]");
    }

    #[test]
    fn numbers_are_ordered_as_numbers() {
        let key = |port: i64| PathElement::keys(vec![("containerPort".into(), port.into())]);
        let mut keys = [key(8080), key(80), key(9)];
        keys.sort();
        assert_eq!(keys, [key(9), key(80), key(8080)]);
        assert!(PathElement::field("z") < key(1) && key(1) < PathElement::Value("a".into()));
        assert!(equal_values(&1.into(), &1.0.into()));
    }
}
