//! Values while an expression runs.
//!
//! Models: github.com/google/cel-go/common/types, staging/src/k8s.io/apiserver/pkg/cel/common/valuesunstructured.go, v1.36.
//! Simplified: nothing.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::library::opaque::Opaque;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    Timestamp(Timestamp),
    /// Nanoseconds.
    Duration(i64),
    List(Arc<Vec<Value>>),
    Map(Arc<BTreeMap<Key, Value>>),
    /// What an expression has made: `Object.spec{replicas: 3}`.
    Struct(Arc<Struct>),
    Optional(Option<Arc<Value>>),
    /// A type as a value, by its name.
    Type(Arc<str>),
    Opaque(Opaque),
}

/// A struct by the name of its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Struct {
    pub name: Arc<str>,
    pub fields: BTreeMap<Arc<str>, Value>,
}

/// What a map can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Text(Arc<str>),
}

impl Key {
    /// The key that a value is; numbers that are equal are one key.
    pub fn of(value: &Value) -> Option<Key> {
        Some(match value {
            Value::Bool(value) => Key::Bool(*value),
            Value::Int(value) => Key::Int(*value),
            Value::Uint(value) => i64::try_from(*value).map_or(Key::Uint(*value), Key::Int),
            Value::Double(value) if value.fract() == 0.0 && value.abs() < 9e18 => Key::Int(*value as i64),
            Value::Text(value) => Key::Text(value.clone()),
            _ => return None,
        })
    }

    pub fn value(&self) -> Value {
        match self {
            Key::Bool(value) => Value::Bool(*value),
            Key::Int(value) => Value::Int(*value),
            Key::Uint(value) => Value::Uint(*value),
            Key::Text(value) => Value::Text(value.clone()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text.into())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::List(Arc::new(items))
    }
}

/// What runs to this instead of a value; the text is the reference's.
pub(crate) type Fault = String;

pub(super) fn no_overload() -> Fault {
    "no such overload".to_owned()
}

impl Value {
    pub fn some(value: Value) -> Value {
        Value::Optional(Some(Arc::new(value)))
    }

    /// JSON without a schema: whole numbers are `int`, others `double`.
    pub fn of_json(value: &serde_json::Value) -> Value {
        match value {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(set) => Value::Bool(*set),
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(whole), _) => Value::Int(whole),
                (None, Some(whole)) => Value::Uint(whole),
                _ => Value::Double(number.as_f64().unwrap_or(0.0)),
            },
            serde_json::Value::String(text) => Value::from(text.as_str()),
            serde_json::Value::Array(items) => items.iter().map(Value::of_json).collect::<Vec<_>>().into(),
            serde_json::Value::Object(fields) => Value::map(fields.iter().map(|(name, value)| (name.as_str(), Value::of_json(value)))),
        }
    }

    pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
        Value::Map(Arc::new(entries.into_iter().map(|(name, value)| (Key::Text(name.into()), value)).collect()))
    }

    /// The value as JSON, if it can stand there.
    pub fn to_json(&self) -> Result<serde_json::Value, Fault> {
        use serde_json::Value as Json;
        Ok(match self {
            Value::Null | Value::Optional(None) => Json::Null,
            Value::Optional(Some(value)) => value.to_json()?,
            Value::Bool(set) => Json::Bool(*set),
            Value::Int(number) => (*number).into(),
            Value::Uint(number) => (*number).into(),
            Value::Double(number) => (*number).into(),
            Value::Text(text) => Json::String(text.to_string()),
            Value::Timestamp(_) | Value::Duration(_) => Json::String(super::library::text::show(self)),
            Value::List(items) => Json::Array(items.iter().map(Value::to_json).collect::<Result<_, _>>()?),
            Value::Struct(made) => made.fields.iter().map(|(name, value)| Ok((name.to_string(), value.to_json()?))).collect::<Result<serde_json::Map<_, _>, Fault>>()?.into(),
            Value::Map(entries) => {
                let entry = |(key, value): (&Key, &Value)| match key {
                    Key::Text(name) => Ok((name.to_string(), value.to_json()?)),
                    other => Err(format!("map key {:?} is not a string", super::library::text::show(&other.value()))),
                };
                entries.iter().map(entry).collect::<Result<serde_json::Map<_, _>, Fault>>()?.into()
            }
            other => return Err(format!("a value of type {} could not marshal to JSON", other.type_name())),
        })
    }

    pub fn type_name(&self) -> &str {
        match self {
            Value::Null => "null_type",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Uint(_) => "uint",
            Value::Double(_) => "double",
            Value::Text(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::Timestamp(_) => "google.protobuf.Timestamp",
            Value::Duration(_) => "google.protobuf.Duration",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Struct(made) => &made.name,
            Value::Optional(_) => "optional_type",
            Value::Type(_) => "type",
            Value::Opaque(opaque) => opaque.type_name(),
        }
    }

    /// Equality across the types of numbers.
    pub fn equals(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Int(_) | Value::Uint(_) | Value::Double(_), Value::Int(_) | Value::Uint(_) | Value::Double(_)) => {
                compare_numbers(self, other) == Some(Ordering::Equal)
            }
            (Value::List(left), Value::List(right)) => left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| left.equals(right)),
            (Value::Map(left), Value::Map(right)) => {
                left.len() == right.len() && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| value.equals(other)))
            }
            (Value::Optional(Some(left)), Value::Optional(Some(right))) => left.equals(right),
            _ => self == other,
        }
    }

    /// The order of two values of kinds that have one.
    pub fn compare(&self, other: &Value) -> Result<Ordering, Fault> {
        Ok(match (self, other) {
            (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
            (Value::Text(left), Value::Text(right)) => left.cmp(right),
            (Value::Bytes(left), Value::Bytes(right)) => left.cmp(right),
            (Value::Timestamp(left), Value::Timestamp(right)) => left.cmp(right),
            (Value::Duration(left), Value::Duration(right)) => left.cmp(right),
            (Value::Int(_) | Value::Uint(_) | Value::Double(_), Value::Int(_) | Value::Uint(_) | Value::Double(_)) => {
                compare_numbers(self, other).ok_or("NaN values cannot be ordered")?
            }
            _ => return Err(no_overload()),
        })
    }

    /// Whether there is nothing in it, for `optional.ofNonZeroValue`.
    pub fn is_zero(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Bool(set) => !set,
            Value::Int(number) => *number == 0,
            Value::Uint(number) => *number == 0,
            Value::Double(number) => *number == 0.0,
            Value::Text(text) => text.is_empty(),
            Value::Bytes(bytes) => bytes.is_empty(),
            Value::Duration(nanos) => *nanos == 0,
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
            Value::Struct(made) => made.fields.is_empty(),
            Value::Optional(value) => value.as_ref().is_none_or(|value| value.is_zero()),
            _ => false,
        }
    }
}

fn compare_numbers(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Uint(left), Value::Uint(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Uint(right)) => Some(i128::from(*left).cmp(&i128::from(*right))),
        (Value::Uint(left), Value::Int(right)) => Some(i128::from(*left).cmp(&i128::from(*right))),
        _ => number(left)?.partial_cmp(&number(right)?),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Uint(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        _ => None,
    }
}
