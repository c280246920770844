//! Values of templates: Go's nil, booleans, numbers, strings, lists and maps, and things of the host.
//!
//! Models: reflect.Value as text/template uses it, Go 1.26.
//! Simplified: a map's keys are strings; of numbers there are int, int64 and float64.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

pub type Map = Rc<RefCell<BTreeMap<String, Value>>>;

/// A value. Maps are shared: who changes one changes it for all that have it, as in Go.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Nil,
    Bool(bool),
    Int(i64),
    /// What Kubernetes makes of a whole number in a document.
    Int64(i64),
    Float(f64),
    Text(Rc<str>),
    List(Rc<Vec<Value>>),
    Map(Map),
    /// Something with fields and methods of its own.
    Native(Rc<dyn Native>),
}

/// A thing of the host, as Go has structs with methods.
pub trait Native: fmt::Debug {
    /// How it is printed.
    fn text(&self) -> String;
    /// A field, or a method with arguments; `None`: there is none of that name.
    fn get(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>>;
    /// Its fields, for those that go through them all.
    fn entries(&self) -> BTreeMap<String, Value> {
        BTreeMap::new()
    }
}

impl Value {
    pub fn text(text: impl AsRef<str>) -> Value {
        Value::Text(text.as_ref().into())
    }

    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Rc::new(items))
    }

    pub fn map(entries: impl IntoIterator<Item = (String, Value)>) -> Value {
        Value::Map(Rc::new(RefCell::new(entries.into_iter().collect())))
    }

    /// What Go's `encoding/json` makes of a document: every number is a float64.
    pub fn from_json(value: &serde_json::Value) -> Value {
        match value {
            serde_json::Value::Null => Value::Nil,
            serde_json::Value::Bool(flag) => Value::Bool(*flag),
            serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or(0.0)),
            serde_json::Value::String(text) => Value::text(text),
            serde_json::Value::Array(items) => Value::list(items.iter().map(Value::from_json).collect()),
            serde_json::Value::Object(fields) => Value::map(fields.iter().map(|(name, value)| (name.clone(), Value::from_json(value)))),
        }
    }

    /// The reverse; a whole float is an integer, as Go's encoder writes it.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Nil => serde_json::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Int(number) | Value::Int64(number) => (*number).into(),
            Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => (*number as i64).into(),
            Value::Float(number) => (*number).into(),
            Value::Text(text) => text.as_ref().into(),
            Value::List(items) => serde_json::Value::Array(items.iter().map(Value::to_json).collect()),
            Value::Map(map) => serde_json::Value::Object(map.borrow().iter().map(|(name, value)| (name.clone(), value.to_json())).collect()),
            Value::Native(thing) => serde_json::Value::Object(thing.entries().iter().map(|(name, value)| (name.clone(), value.to_json())).collect()),
        }
    }

    /// A copy that shares nothing.
    pub fn deep_clone(&self) -> Value {
        match self {
            Value::Map(map) => Value::map(map.borrow().iter().map(|(name, value)| (name.clone(), value.deep_clone()))),
            Value::List(items) => Value::list(items.iter().map(Value::deep_clone).collect()),
            other => other.clone(),
        }
    }

    /// Whether `if` takes it for true.
    pub fn truth(&self) -> bool {
        match self {
            Value::Nil => false,
            Value::Bool(flag) => *flag,
            Value::Int(number) | Value::Int64(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::List(items) => !items.is_empty(),
            Value::Map(map) => !map.borrow().is_empty(),
            Value::Native(_) => true,
        }
    }

    /// The name of its type in Go.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Nil => "<nil>",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Int64(_) => "int64",
            Value::Float(_) => "float64",
            Value::Text(_) => "string",
            Value::List(_) => "[]interface {}",
            Value::Map(_) => "map[string]interface {}",
            Value::Native(_) => "struct",
        }
    }

    /// The kind of its type in Go.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Value::Nil => "invalid",
            Value::List(_) => "slice",
            Value::Map(_) => "map",
            other => other.type_name(),
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An entry of a map, or a field of something of the host.
    pub fn get(&self, name: &str) -> Option<Value> {
        match self {
            Value::Map(map) => map.borrow().get(name).cloned(),
            Value::Native(thing) => thing.get(name, &[]).and_then(Result::ok),
            _ => None,
        }
    }
}

/// `reflect.DeepEqual`
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Nil, Value::Nil) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) | (Value::Int64(a), Value::Int64(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Map(a), Value::Map(b)) => *a.borrow() == *b.borrow(),
            _ => false,
        }
    }
}
