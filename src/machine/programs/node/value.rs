//! Values, and the heap that objects and scopes live in.
//!
//! The heap is an arena of numbered cells, so that a clone of it is a clone of the whole program. What nothing leads to
//! any more is swept away between two turns of the event loop, when no value is in the hands of Rust code.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_sim::Time;

use super::run::Native;
use super::syntax::{Class, Function, Name};
use crate::{ConnectionId, ExchangeId};

/// Names a cell of the heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub u32);

#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Name),
    Object(Id),
}

impl Value {
    pub fn is_missing(&self) -> bool {
        matches!(self, Value::Undefined | Value::Null)
    }

    pub fn truthy(&self) -> bool {
        match self {
            Value::Undefined | Value::Null => false,
            Value::Bool(value) => *value,
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Text(text) => !text.is_empty(),
            Value::Object(_) => true,
        }
    }

    /// `===`
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => a == b,
            _ => false,
        }
    }

    pub fn id(&self) -> Option<Id> {
        match self {
            Value::Object(id) => Some(*id),
            _ => None,
        }
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text.into())
    }
}

/// A property's value, or the functions behind it.
#[derive(Clone, Debug)]
pub struct Slot {
    pub value: Value,
    pub getter: Option<Id>,
    pub setter: Option<Id>,
    /// Loops and listings pass it by.
    pub hidden: bool,
}

impl Slot {
    pub fn of(value: Value) -> Slot {
        Slot { value, getter: None, setter: None, hidden: false }
    }
}

/// What an object is beside its properties.
#[derive(Clone, Debug)]
pub enum Class_ {
    Plain,
    Array(Vec<Value>),
    Function(Closure),
    Native(Native, Name, Vec<Value>),
    Bound(Value, Value, Vec<Value>),
    Error,
    /// Milliseconds since 1970.
    Date(f64),
    Regex(Name, Name),
    Map(Vec<(Value, Value)>),
    Set(Vec<Value>),
    Bytes(Arc<Vec<u8>>),
    Promise(Promise),
    Timer(u64),
    Server,
    Request,
    Response(Answer),
    Client(Asking),
}

#[derive(Clone, Debug)]
pub struct Closure {
    pub code: Arc<Function>,
    pub scope: Id,
    /// An arrow function's.
    pub this: Value,
    /// The object whose prototype `super` means.
    pub home: Option<Id>,
    /// Of a class: it can only be called with `new`.
    pub class: Option<Arc<Class>>,
    pub file: Name,
}

#[derive(Clone, Debug, Default)]
pub struct Promise {
    /// Kept (true) or broken, and with what.
    pub settled: Option<(bool, Value)>,
    /// Who waits: what to call when it is kept, when it is broken, and the promise that depends on it.
    pub waiting: Vec<(Value, Value, Id)>,
    pub handled: bool,
}

/// An answer of a server in the making.
#[derive(Clone, Debug)]
pub struct Answer {
    pub to: ConnectionId,
    pub headers: Vec<(String, String)>,
    /// The headers have been fixed before the length of the body was known.
    pub head_written: bool,
    pub body: Vec<u8>,
    pub ended: bool,
}

/// A request to another server in the making.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    pub url: String,
    pub method: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub sent: Option<ExchangeId>,
    pub deadline: Option<Time>,
}

#[derive(Clone, Debug)]
pub struct Object {
    pub proto: Option<Id>,
    pub class: Class_,
    /// In the order in which they were added.
    pub properties: Vec<(Name, Slot)>,
    pub frozen: bool,
}

impl Object {
    pub fn new(proto: Option<Id>, class: Class_) -> Object {
        Object { proto, class, properties: Vec::new(), frozen: false }
    }

    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.properties.iter().find(|(known, _)| known.as_ref() == name).map(|(_, slot)| slot)
    }

    pub fn set(&mut self, name: &str, value: Value) {
        match self.properties.iter_mut().find(|(known, _)| known.as_ref() == name) {
            Some((_, slot)) => slot.value = value,
            None => self.properties.push((name.into(), Slot::of(value))),
        }
    }

    pub fn set_hidden(&mut self, name: &str, value: Value) {
        self.properties.retain(|(known, _)| known.as_ref() != name);
        self.properties.push((name.into(), Slot { hidden: true, ..Slot::of(value) }));
    }
}

/// The variables of a function or block.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub parent: Option<Id>,
    pub variables: Vec<(Name, Variable)>,
}

#[derive(Clone, Debug)]
pub struct Variable {
    /// `None`: it is declared and has not been reached yet.
    pub value: Option<Value>,
    pub constant: bool,
}

#[derive(Clone, Debug)]
enum Cell {
    Free,
    Object(Object),
    Scope(Scope),
}

#[derive(Clone, Debug, Default)]
pub struct Heap {
    cells: Vec<Cell>,
    free: Vec<u32>,
    /// How many were taken since the last sweep.
    pub taken: usize,
}

impl Heap {
    fn add(&mut self, cell: Cell) -> Id {
        self.taken += 1;
        match self.free.pop() {
            Some(index) => {
                self.cells[index as usize] = cell;
                Id(index)
            }
            None => {
                self.cells.push(cell);
                Id(u32::try_from(self.cells.len() - 1).expect("a heap of less than four billion cells"))
            }
        }
    }

    pub fn add_object(&mut self, object: Object) -> Id {
        self.add(Cell::Object(object))
    }

    pub fn add_scope(&mut self, scope: Scope) -> Id {
        self.add(Cell::Scope(scope))
    }

    pub fn object(&self, id: Id) -> &Object {
        match &self.cells[id.0 as usize] {
            Cell::Object(object) => object,
            _ => panic!("a value leads to an object"),
        }
    }

    pub fn object_mut(&mut self, id: Id) -> &mut Object {
        match &mut self.cells[id.0 as usize] {
            Cell::Object(object) => object,
            _ => panic!("a value leads to an object"),
        }
    }

    pub fn scope(&self, id: Id) -> &Scope {
        match &self.cells[id.0 as usize] {
            Cell::Scope(scope) => scope,
            _ => panic!("a closure leads to a scope"),
        }
    }

    pub fn scope_mut(&mut self, id: Id) -> &mut Scope {
        match &mut self.cells[id.0 as usize] {
            Cell::Scope(scope) => scope,
            _ => panic!("a closure leads to a scope"),
        }
    }

    pub fn len(&self) -> usize {
        self.cells.len() - self.free.len()
    }

    /// Frees what no root leads to.
    pub fn sweep(&mut self, roots: Vec<Id>) {
        let mut kept = vec![false; self.cells.len()];
        let mut open = roots;
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut kept[id.0 as usize], true) {
                continue;
            }
            match &self.cells[id.0 as usize] {
                Cell::Free => {}
                Cell::Scope(scope) => {
                    open.extend(scope.parent);
                    open.extend(scope.variables.iter().filter_map(|(_, variable)| variable.value.as_ref()?.id()));
                }
                Cell::Object(object) => {
                    open.extend(object.proto);
                    for (_, slot) in &object.properties {
                        open.extend(slot.value.id().into_iter().chain(slot.getter).chain(slot.setter));
                    }
                    object.class.leads_to(&mut open);
                }
            }
        }
        for (index, kept) in kept.into_iter().enumerate() {
            if !kept && !matches!(self.cells[index], Cell::Free) {
                self.cells[index] = Cell::Free;
                self.free.push(index as u32);
            }
        }
        self.taken = 0;
    }
}

impl Class_ {
    fn leads_to(&self, open: &mut Vec<Id>) {
        match self {
            Class_::Array(items) | Class_::Set(items) | Class_::Native(_, _, items) => open.extend(items.iter().filter_map(Value::id)),
            Class_::Function(closure) => {
                open.push(closure.scope);
                open.extend(closure.this.id());
                open.extend(closure.home);
            }
            Class_::Bound(of, this, items) => {
                open.extend([of, this].into_iter().chain(items).filter_map(Value::id));
            }
            Class_::Map(entries) => open.extend(entries.iter().flat_map(|(key, value)| [key, value]).filter_map(Value::id)),
            Class_::Promise(promise) => {
                open.extend(promise.settled.iter().filter_map(|(_, value)| value.id()));
                for (kept, broken, next) in &promise.waiting {
                    open.extend([kept, broken].into_iter().filter_map(Value::id));
                    open.push(*next);
                }
            }
            _ => {}
        }
    }
}

/// The prototypes and constructors that everything stands on, by name.
pub type Intrinsics = BTreeMap<&'static str, Id>;

/// A number as JavaScript writes it.
pub fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let size = number.abs();
    if !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        return match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        };
    }
    format!("{number}")
}

/// What a text says as a number.
pub fn text_number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).map_or(f64::NAN, |value| value as f64);
        }
    }
    match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust reads some words as numbers that JavaScript does not.
        text if text.chars().any(|c| c.is_alphabetic() && !matches!(c, 'e' | 'E')) => f64::NAN,
        text => text.parse().unwrap_or(f64::NAN),
    }
}

/// As the operators on bits see a number.
pub fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    number.trunc().rem_euclid(4_294_967_296.0) as u32 as i32
}
