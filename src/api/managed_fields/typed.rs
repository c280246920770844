//! Values with their types: which form a value takes, and by which path element an element of a list goes.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/typed/helpers.go, v1.36.
//! Simplified: nothing.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::element::PathElement;
use super::schema::{Elements, MapType, Plain, Schema};

/// The form that a type takes for a value.
pub(super) enum Form<S> {
    Map(MapType<S>),
    Plain(Plain),
    List(Elements, S),
    /// The type knows no form at all.
    Unknown,
}

/// The form of a type for this value. A value that the type does not allow, and null, take the first form that it has.
pub(super) fn form<S: Schema>(schema: S, value: Option<&Value>) -> Form<S> {
    let fitting = match value {
        Some(Value::Array(_)) => schema.list().map(|(elements, of)| Form::List(elements, of)),
        Some(Value::Object(_)) => schema.map().map(Form::Map),
        Some(Value::Null) | None => None,
        Some(_) => schema.plain().map(Form::Plain),
    };
    fitting
        .or_else(|| schema.map().map(Form::Map))
        .or_else(|| schema.plain().map(Form::Plain))
        .or_else(|| schema.list().map(|(elements, of)| Form::List(elements, of)))
        .unwrap_or(Form::Unknown)
}

impl<S> Form<S> {
    /// Whether both are maps, plain values or lists.
    pub fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// The fields of a value that is a map.
pub(super) fn map_of(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}

/// The elements of a value that is a list.
pub(super) fn list_of(value: Option<&Value>) -> Option<&Vec<Value>> {
    value.and_then(Value::as_array)
}

/// The type of a field, declared or not, and the name to keep.
pub(super) fn field_of<S: Schema>(schema: S, map: &MapType<S>, name: &str) -> (Cow<'static, str>, Option<S>) {
    match schema.field(name) {
        Some((name, of)) => (name, Some(of)),
        None => (Cow::Owned(name.to_owned()), map.others),
    }
}

/// By what an element of a set or of a keyed list is known.
pub(super) fn item_element<S: Schema>(schema: S, elements: Elements, item: &Value) -> Result<PathElement, String> {
    match elements {
        Elements::Atomic => Err("invalid indexing of non-associative list".to_owned()),
        Elements::Set => match item {
            Value::Object(_) => Err("associative list without keys has an element that's a map type".to_owned()),
            Value::Array(_) => Err("not supported: associative list with lists as elements".to_owned()),
            Value::Null => Err("associative list without keys has an element that's an explicit null".to_owned()),
            plain => Ok(PathElement::Value(plain.clone())),
        },
        Elements::Keyed => {
            let fields = match item {
                Value::Object(fields) => fields,
                Value::Null => return Err("associative list with keys may not have a null element".to_owned()),
                _ => return Err("associative list with keys may not have non-map elements".to_owned()),
            };
            let mut keys = Vec::new();
            let mut names = Vec::new();
            let mut index = 0;
            while let Some((name, default)) = schema.key(index) {
                if let Some(value) = fields.get(name).cloned().or(default) {
                    keys.push((Cow::Owned(name.to_owned()), value));
                }
                names.push(format!("{name:?}"));
                index += 1;
            }
            if keys.is_empty() {
                let names = names.join(" ");
                return Err(format!("associative list with keys has an element that omits all key fields [{names}] (and doesn't have default values for any key fields)"));
            }
            Ok(PathElement::keys(keys))
        }
    }
}
