//! The state of a running program, and what everything in it rests on: properties, calls, conversions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use podarium_sim::Time;

use super::lexer::Pos;
use super::syntax::{Name, Pattern};
use super::trace::Version;
use super::value::{Class_, Closure, Heap, Id, Intrinsics, Object, Scope, Slot, Value, Variable, number_text, text_number};
use crate::{Signal, Sys};

/// The steps that one turn of the event loop may take. Real programs that need more are not slow but busy, for longer
/// than a simulation wants to compute.
const FUEL: u64 = 3_000_000;
/// How deep calls may be nested.
const DEEPEST: usize = 110;
/// How many cells may be on the heap.
const MOST_CELLS: usize = 2_000_000;

pub type Native = fn(&mut Run<'_, '_>, &Call<'_>) -> Outcome;
pub type Outcome = Result<Value, Abrupt>;

/// What ends a turn early.
#[derive(Debug)]
pub enum Abrupt {
    Throw(Value),
    Exit(i32),
    NotSimulated(String),
}

/// What a native function is called with.
pub struct Call<'c> {
    pub this: &'c Value,
    pub args: &'c [Value],
    /// What it carries with it.
    pub data: &'c [Value],
    pub is_new: bool,
}

impl Call<'_> {
    pub fn arg(&self, index: usize) -> Value {
        self.args.get(index).cloned().unwrap_or_default()
    }
}

/// A call under way.
#[derive(Clone, Debug)]
pub struct Frame {
    /// As a stack trace shows it; empty for a function without a name that belongs to nobody.
    pub label: String,
    /// Where the caller was.
    pub caller: Pos,
    pub caller_file: Name,
}

#[derive(Clone, Debug)]
pub struct Timer {
    pub due: Time,
    pub every: Option<std::time::Duration>,
    pub function: Value,
    pub args: Vec<Value>,
    pub object: Id,
    pub keeps_alive: bool,
}

/// Something to call as soon as the code that runs has ended.
#[derive(Clone, Debug)]
pub struct Job {
    pub function: Value,
    pub this: Value,
    pub args: Vec<Value>,
    /// The promise that takes what comes of it.
    pub promise: Option<Id>,
}

/// The program as a plain value.
#[derive(Clone, Debug)]
pub struct Vm {
    pub heap: Heap,
    pub intrinsics: Intrinsics,
    pub global: Id,
    pub global_object: Id,
    /// The exports of the modules that were loaded, by path or by name.
    pub modules: BTreeMap<String, Value>,
    pub sources: BTreeMap<Name, Arc<str>>,
    pub frames: Vec<Frame>,
    pub here: Pos,
    pub file: Name,
    /// Where the last error was thrown.
    pub thrown: (Name, Pos),
    /// What a stack trace ends with: how the event loop came to call.
    pub below: Vec<String>,
    /// The name of the property under which Node itself calls the next function.
    pub called_as: Option<&'static str>,
    /// How deep the object was that was printed last.
    pub shown_depth: usize,
    pub fuel: u64,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
    pub timers: BTreeMap<u64, Timer>,
    pub next_timer: u64,
    pub jobs: VecDeque<Job>,
    pub immediates: VecDeque<Job>,
    /// Ports, and the servers that listen there.
    pub servers: Vec<(u16, Id)>,
    pub clients: Vec<Id>,
    pub signals: VecDeque<Signal>,
    pub version: Version,
    pub unhandled: Vec<Id>,
    /// `console.time`
    pub marks: Vec<(String, Time)>,
    pub indent: usize,
}

/// A turn: the program and the computer that it runs on.
pub struct Run<'a, 'b> {
    pub vm: &'a mut Vm,
    pub sys: &'a mut Sys<'b>,
}

/// Steps and errors.
impl Run<'_, '_> {
    pub fn refuel(&mut self) {
        self.vm.fuel = FUEL;
    }

    pub fn step(&mut self) -> Result<(), Abrupt> {
        if self.vm.fuel == 0 || self.vm.heap.len() > MOST_CELLS {
            return self.not_simulated("a program that computes for that long without a pause");
        }
        self.vm.fuel -= 1;
        Ok(())
    }

    pub fn not_simulated<T>(&self, what: &str) -> Result<T, Abrupt> {
        Err(Abrupt::NotSimulated(what.to_owned()))
    }

    /// Throws a new error of this kind.
    pub fn throw<T>(&mut self, kind: &'static str, message: &str) -> Result<T, Abrupt> {
        let error = self.error(kind, message);
        self.vm.thrown = (self.vm.file.clone(), self.vm.here);
        Err(Abrupt::Throw(Value::Object(error)))
    }

    pub fn type_error<T>(&mut self, message: &str) -> Result<T, Abrupt> {
        self.throw("TypeError", message)
    }

    pub fn error(&mut self, kind: &'static str, message: &str) -> Id {
        let proto = self.vm.intrinsics.get(kind).copied();
        let mut object = Object::new(proto, Class_::Error);
        object.set_hidden("message", message.into());
        object.set_hidden("\0made", format!("{}\0{}\0{}", self.vm.file, self.vm.here.line, self.vm.here.column).into());
        let id = self.vm.heap.add_object(object);
        self.capture_stack(id);
        id
    }

    /// Gives an error its stack trace.
    pub fn capture_stack(&mut self, error: Id) {
        let value = Value::Object(error);
        let title = self.error_title(&value);
        let trace: String = self.trace().iter().map(|line| format!("\n    at {line}")).collect();
        self.vm.heap.object_mut(error).set_hidden("stack", format!("{title}{trace}").into());
    }

    /// `TypeError: x is not a function`
    pub fn error_title(&self, error: &Value) -> String {
        let part = |name: &str| self.look(error, name).map(|value| self.plain_text(&value)).unwrap_or_default();
        let (name, message) = (part("name"), part("message"));
        match (name.as_str(), message.as_str()) {
            (name, "") => name.to_owned(),
            ("", message) => message.to_owned(),
            (name, message) => format!("{name}: {message}"),
        }
    }
}

/// Making things.
impl Run<'_, '_> {
    pub fn intrinsic(&self, name: &str) -> Id {
        *self.vm.intrinsics.get(name).unwrap_or_else(|| panic!("there is a {name}"))
    }

    pub fn add(&mut self, proto: &str, class: Class_) -> Id {
        let proto = self.intrinsic(proto);
        self.vm.heap.add_object(Object::new(Some(proto), class))
    }

    pub fn plain(&mut self) -> Id {
        self.add("Object", Class_::Plain)
    }

    pub fn array(&mut self, items: Vec<Value>) -> Value {
        Value::Object(self.add("Array", Class_::Array(items)))
    }

    pub fn native(&mut self, name: &str, native: Native) -> Value {
        self.native_with(name, native, Vec::new())
    }

    /// A native function that carries something with it.
    pub fn native_with(&mut self, name: &str, native: Native, data: Vec<Value>) -> Value {
        Value::Object(self.add("Function", Class_::Native(native, name.into(), data)))
    }

    /// Sets methods of an object.
    pub fn methods(&mut self, of: Id, methods: &[(&str, Native)]) {
        for (name, native) in methods {
            let method = self.native(name, *native);
            self.vm.heap.object_mut(of).set_hidden(name, method);
        }
    }

    pub fn set_own(&mut self, of: Id, name: &str, value: impl Into<Value>) {
        self.vm.heap.object_mut(of).set(name, value.into());
    }

    pub fn set_hidden(&mut self, of: Id, name: &str, value: impl Into<Value>) {
        self.vm.heap.object_mut(of).set_hidden(name, value.into());
    }
}

/// Properties.
impl Run<'_, '_> {
    pub fn object(&self, id: Id) -> &Object {
        self.vm.heap.object(id)
    }

    pub fn class(&self, value: &Value) -> Option<&Class_> {
        value.id().map(|id| &self.object(id).class)
    }

    pub fn is_callable(&self, value: &Value) -> bool {
        matches!(self.class(value), Some(Class_::Function(_) | Class_::Native(..) | Class_::Bound(..)))
    }

    fn proto_of(&self, value: &Value) -> Option<Id> {
        match value {
            Value::Text(_) => Some(self.intrinsic("String")),
            Value::Number(_) => Some(self.intrinsic("Number")),
            Value::Bool(_) => Some(self.intrinsic("Boolean")),
            Value::Object(id) => Some(*id),
            _ => None,
        }
    }

    /// What is not a slot: the length and items of arrays and texts.
    fn own_special(&self, value: &Value, key: &str) -> Option<Value> {
        match value {
            Value::Text(text) => match key {
                "length" => Some(Value::Number(text.encode_utf16().count() as f64)),
                _ => {
                    let index: usize = index_of(key)?;
                    text.chars().nth(index).map(|c| c.to_string().into())
                }
            },
            Value::Object(id) => match &self.object(*id).class {
                Class_::Array(items) => match key {
                    "length" => Some(Value::Number(items.len() as f64)),
                    _ => items.get(index_of(key)?).cloned(),
                },
                Class_::Bytes(bytes) => match key {
                    "length" => Some(Value::Number(bytes.len() as f64)),
                    _ => bytes.get(index_of(key)?).map(|byte| Value::Number(f64::from(*byte))),
                },
                Class_::Function(closure) => match key {
                    "name" => Some(Value::Text(closure.code.name.clone())),
                    "length" => Some(Value::Number(closure.code.parameters.iter().take_while(|(_, default)| default.is_none()).count() as f64)),
                    _ => None,
                },
                Class_::Native(_, name, _) if key == "name" => Some(Value::Text(name.clone())),
                Class_::Map(entries) if key == "size" => Some(Value::Number(entries.len() as f64)),
                Class_::Set(items) if key == "size" => Some(Value::Number(items.len() as f64)),
                _ => None,
            },
            _ => None,
        }
    }

    fn find_slot(&self, value: &Value, key: &str) -> Option<&Slot> {
        let mut next = self.proto_of(value);
        while let Some(id) = next {
            let object = self.object(id);
            if let Some(slot) = object.slot(key) {
                return Some(slot);
            }
            next = object.proto;
        }
        None
    }

    /// A property without calling anything.
    pub fn look(&self, value: &Value, key: &str) -> Option<Value> {
        self.own_special(value, key).or_else(|| self.find_slot(value, key).map(|slot| slot.value.clone()))
    }

    /// A property; getters are called.
    pub fn get(&mut self, value: &Value, key: &str) -> Outcome {
        if value.is_missing() {
            let what = self.plain_text(value);
            let message = match self.vm.version.major < 16 {
                true => format!("Cannot read property '{key}' of {what}"),
                false => format!("Cannot read properties of {what} (reading '{key}')"),
            };
            return self.type_error(&message);
        }
        if let Some(found) = self.own_special(value, key) {
            return Ok(found);
        }
        if key == "__proto__" {
            return Ok(value.id().and_then(|id| self.object(id).proto).map_or(Value::Null, Value::Object));
        }
        let Some(slot) = self.find_slot(value, key) else { return Ok(Value::Undefined) };
        match (slot.getter, slot.setter) {
            (Some(getter), _) => self.call(&Value::Object(getter), value.clone(), &[]),
            (None, Some(_)) => Ok(Value::Undefined),
            (None, None) => Ok(slot.value.clone()),
        }
    }

    pub fn set(&mut self, target: &Value, key: &str, value: Value) -> Result<(), Abrupt> {
        if target.is_missing() {
            let what = self.plain_text(target);
            let message = match self.vm.version.major < 16 {
                true => format!("Cannot set property '{key}' of {what}"),
                false => format!("Cannot set properties of {what} (setting '{key}')"),
            };
            return self.type_error(&message);
        }
        let Some(id) = target.id() else { return Ok(()) };
        if let Some(setter) = self.find_slot(target, key).and_then(|slot| slot.setter) {
            return self.call(&Value::Object(setter), target.clone(), &[value]).map(|_| ());
        }
        if self.find_slot(target, key).is_some_and(|slot| slot.getter.is_some()) {
            return Ok(());
        }
        let object = self.vm.heap.object_mut(id);
        if object.frozen {
            return Ok(());
        }
        match (&mut object.class, index_of(key)) {
            (Class_::Array(items), Some(index)) => {
                if index >= items.len() {
                    if index > items.len() + 1_000_000 {
                        return self.not_simulated("arrays that long");
                    }
                    items.resize(index + 1, Value::Undefined);
                }
                items[index] = value;
            }
            (Class_::Array(items), None) if key == "length" => {
                if let Value::Number(length) = value
                    && length <= 10_000_000.0
                {
                    items.resize(length as usize, Value::Undefined);
                }
            }
            (Class_::Bytes(bytes), Some(index)) => {
                if let (Value::Number(number), true) = (value, index < bytes.len()) {
                    Arc::make_mut(bytes)[index] = number as i64 as u8;
                }
            }
            _ if key == "__proto__" => object.proto = value.id(),
            _ => object.set(key, value),
        }
        Ok(())
    }

    pub fn has(&self, value: &Value, key: &str) -> bool {
        self.own_special(value, key).is_some() || self.find_slot(value, key).is_some()
    }

    pub fn has_own(&self, value: &Value, key: &str) -> bool {
        self.own_special(value, key).is_some() || value.id().is_some_and(|id| self.object(id).slot(key).is_some())
    }

    /// The names of its own properties, as loops go through them: numbers first, in their order.
    pub fn keys(&self, value: &Value) -> Vec<Name> {
        let mut numbers: Vec<(usize, Name)> = Vec::new();
        match value {
            Value::Text(text) => numbers.extend((0..text.chars().count()).map(|index| (index, index.to_string().into()))),
            Value::Object(id) => match &self.object(*id).class {
                Class_::Array(items) => numbers.extend((0..items.len()).map(|index| (index, index.to_string().into()))),
                Class_::Bytes(bytes) => numbers.extend((0..bytes.len()).map(|index| (index, index.to_string().into()))),
                _ => {}
            },
            _ => return Vec::new(),
        }
        let mut words = Vec::new();
        if let Some(id) = value.id() {
            for (name, _) in self.object(id).properties.iter().filter(|(_, slot)| !slot.hidden) {
                match index_of(name) {
                    Some(index) => numbers.push((index, name.clone())),
                    None => words.push(name.clone()),
                }
            }
        }
        numbers.sort_by_key(|(index, _)| *index);
        numbers.into_iter().map(|(_, name)| name).chain(words).collect()
    }
}

/// The number of an item, if a property's name is one.
pub fn index_of(key: &str) -> Option<usize> {
    let first = key.as_bytes().first()?;
    (first.is_ascii_digit() && key.len() < 10 && (*first != b'0' || key.len() == 1)).then(|| key.parse().ok()).flatten()
}

/// Calls.
impl Run<'_, '_> {
    pub fn call(&mut self, function: &Value, this: Value, args: &[Value]) -> Outcome {
        self.step()?;
        match self.class(function).cloned() {
            Some(Class_::Native(native, _, data)) => native(self, &Call { this: &this, args, data: &data, is_new: false }),
            Some(Class_::Bound(of, this, bound)) => {
                let all: Vec<Value> = bound.iter().chain(args).cloned().collect();
                self.call(&of, this, &all)
            }
            Some(Class_::Function(closure)) => {
                if let Some(class) = &closure.class {
                    return self.type_error(&format!("Class constructor {} cannot be invoked without 'new'", class.name));
                }
                self.enter(&closure, this, args, false)
            }
            _ => self.type_error("value is not a function"),
        }
    }

    pub fn construct(&mut self, function: &Value, args: &[Value]) -> Outcome {
        self.step()?;
        match self.class(function).cloned() {
            Some(Class_::Native(native, ..)) => native(self, &Call { this: function, args, data: &[], is_new: true }),
            Some(Class_::Bound(of, _, bound)) => {
                let all: Vec<Value> = bound.iter().chain(args).cloned().collect();
                self.construct(&of, &all)
            }
            Some(Class_::Function(closure)) if !closure.code.is_arrow => {
                let proto = self.get(function, "prototype")?.id().unwrap_or_else(|| self.intrinsic("Object"));
                if closure.class.as_ref().is_some_and(|class| class.parent.is_some()) {
                    let class = closure.class.clone().expect("it was just there");
                    let parent = self.object(function.id().expect("a function is an object")).proto.map_or(Value::Null, Value::Object);
                    if class.constructor.is_none() {
                        let made = self.construct(&parent, args)?;
                        if let Some(id) = made.id() {
                            self.vm.heap.object_mut(id).proto = Some(proto);
                        }
                        return Ok(made);
                    }
                    // `super(…)` makes the object and leaves it in the scope's `this`.
                    let holder = self.plain();
                    self.set_hidden(holder, "\0class", function.clone());
                    self.set_hidden(holder, "\0proto", Value::Object(proto));
                    return self.enter(&closure, Value::Object(holder), args, true);
                }
                let this = Value::Object(self.vm.heap.add_object(Object::new(Some(proto), Class_::Plain)));
                let returned = self.enter(&closure, this.clone(), args, true)?;
                Ok(if returned.id().is_some() { returned } else { this })
            }
            _ => self.type_error("value is not a constructor"),
        }
    }

    /// What a stack trace calls a function that is called on something.
    fn label(&mut self, closure: &Closure, this: &Value, is_new: bool) -> String {
        let name = closure.code.name.as_ref();
        let called_as = self.vm.called_as.take();
        if is_new {
            return format!("new {}", if name.is_empty() { "<anonymous>" } else { name });
        }
        let receiver = match this {
            Value::Object(id) if *id != self.vm.global_object => self.type_name(this),
            _ => String::new(),
        };
        if let Some(alias) = called_as {
            return if name.is_empty() { format!("{receiver}.{alias}") } else { format!("{receiver}.{name} [as {alias}]") };
        }
        match (receiver.as_str(), name) {
            ("", name) => name.to_owned(),
            (receiver, "") => format!("{receiver}.<anonymous>"),
            (receiver, name) => format!("{receiver}.{name}"),
        }
    }

    /// The name of the constructor that made something.
    pub fn type_name(&self, value: &Value) -> String {
        if self.is_callable(value)
            && let Some(Value::Text(name)) = self.look(value, "name")
        {
            return name.to_string();
        }
        let constructor = self.look(value, "constructor").unwrap_or_default();
        match self.look(&constructor, "name") {
            Some(Value::Text(name)) if !name.is_empty() => name.to_string(),
            _ => "Object".to_owned(),
        }
    }

    pub fn push_frame(&mut self, label: String, file: Name) -> Result<(), Abrupt> {
        if self.vm.frames.len() >= DEEPEST {
            return self.not_simulated("calls that are nested that deep (a function that calls itself for ever?)");
        }
        let caller_file = std::mem::replace(&mut self.vm.file, file);
        self.vm.frames.push(Frame { label, caller: self.vm.here, caller_file });
        Ok(())
    }

    pub fn pop_frame(&mut self) {
        if let Some(frame) = self.vm.frames.pop() {
            self.vm.here = frame.caller;
            self.vm.file = frame.caller_file;
        }
    }

    fn enter(&mut self, closure: &Closure, this: Value, args: &[Value], is_new: bool) -> Outcome {
        let code = closure.code.clone();
        let label = self.label(closure, &this, is_new);
        let this = match (code.is_arrow, this) {
            (true, _) => closure.this.clone(),
            (false, this) if this.is_missing() && !code.is_method => Value::Object(self.vm.global_object),
            (false, this) => this,
        };
        self.push_frame(label, closure.file.clone())?;
        let mut scope = Scope { parent: Some(closure.scope), variables: Vec::new() };
        let mut add = |name: Name, value: Value| scope.variables.push((name, Variable { value: Some(value), constant: false }));
        if !code.is_arrow {
            add("this".into(), this);
            if let Some(home) = closure.home {
                add("\0home".into(), Value::Object(home));
            }
        }
        for name in &code.vars {
            add(name.clone(), Value::Undefined);
        }
        if !code.is_arrow {
            let all = self.array(args.to_vec());
            scope.variables.push(("arguments".into(), Variable { value: Some(all), constant: false }));
        }
        let scope = self.vm.heap.add_scope(scope);
        let result = self.run_body(&code, scope, args);
        let result = match (result, is_new) {
            (Ok(returned), true) if returned.id().is_none() => Ok(self.variable(scope, "this").unwrap_or_default()),
            (result, _) => result,
        };
        // The place of what is not simulated is told at the very end.
        if !matches!(result, Err(Abrupt::NotSimulated(_))) {
            self.pop_frame();
        }
        result
    }

    fn run_body(&mut self, code: &super::syntax::Function, scope: Id, args: &[Value]) -> Outcome {
        for (index, (pattern, default)) in code.parameters.iter().enumerate() {
            let mut value = args.get(index).cloned().unwrap_or_default();
            if let (Value::Undefined, Some(default)) = (&value, default) {
                value = self.evaluate(default, scope)?;
            }
            self.bind_parameter(pattern, value, scope)?;
        }
        if let Some(rest) = &code.rest {
            let values = self.array(args.iter().skip(code.parameters.len()).cloned().collect());
            self.bind_parameter(rest, values, scope)?;
        }
        self.declare(&code.body.names, scope);
        match self.execute_all(&code.body.statements, scope)? {
            super::execute::Flow::Return(value) => Ok(value),
            _ => Ok(Value::Undefined),
        }
    }

    fn bind_parameter(&mut self, pattern: &Pattern, value: Value, scope: Id) -> Result<(), Abrupt> {
        match pattern {
            Pattern::Name(name, _) => {
                self.define(scope, name, value, false);
                Ok(())
            }
            pattern => self.bind(pattern, value, scope, Some(super::syntax::Declares::Let)),
        }
    }
}

/// Variables.
impl Run<'_, '_> {
    /// Sets a variable of this very scope.
    pub fn define(&mut self, scope: Id, name: &Name, value: Value, constant: bool) {
        let variables = &mut self.vm.heap.scope_mut(scope).variables;
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, variable)) => *variable = Variable { value: Some(value), constant },
            None => variables.push((name.clone(), Variable { value: Some(value), constant })),
        }
    }

    /// The scope that has a variable.
    pub fn scope_of(&self, mut scope: Id, name: &str) -> Option<Id> {
        loop {
            let here = self.vm.heap.scope(scope);
            if here.variables.iter().any(|(known, _)| known.as_ref() == name) {
                return Some(scope);
            }
            scope = here.parent?;
        }
    }

    pub fn variable(&self, scope: Id, name: &str) -> Option<Value> {
        let found = self.scope_of(scope, name)?;
        let (_, variable) = self.vm.heap.scope(found).variables.iter().find(|(known, _)| known.as_ref() == name)?;
        variable.value.clone()
    }
}

/// Conversions.
impl Run<'_, '_> {
    /// A text without calling anything.
    pub fn plain_text(&self, value: &Value) -> String {
        match value {
            Value::Undefined => "undefined".to_owned(),
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => number_text(*number),
            Value::Text(text) => text.to_string(),
            Value::Object(_) => "[object Object]".to_owned(),
        }
    }

    /// A value that is no object: what `valueOf` or `toString` give.
    pub fn primitive(&mut self, value: &Value, prefers_text: bool) -> Outcome {
        let Value::Object(id) = value else { return Ok(value.clone()) };
        let prefers_text = prefers_text || matches!(self.object(*id).class, Class_::Date(_));
        let order = if prefers_text { ["toString", "valueOf"] } else { ["valueOf", "toString"] };
        for name in order {
            let method = self.get(value, name)?;
            if self.is_callable(&method) {
                let result = self.call(&method, value.clone(), &[])?;
                if result.id().is_none() {
                    return Ok(result);
                }
            }
        }
        self.type_error("Cannot convert object to primitive value")
    }

    pub fn text(&mut self, value: &Value) -> Result<Name, Abrupt> {
        match value {
            Value::Text(text) => Ok(text.clone()),
            Value::Object(_) => {
                let primitive = self.primitive(value, true)?;
                Ok(self.plain_text(&primitive).into())
            }
            value => Ok(self.plain_text(value).into()),
        }
    }

    pub fn number(&mut self, value: &Value) -> Result<f64, Abrupt> {
        Ok(match value {
            Value::Undefined => f64::NAN,
            Value::Null => 0.0,
            Value::Bool(value) => f64::from(u8::from(*value)),
            Value::Number(number) => *number,
            Value::Text(text) => text_number(text),
            Value::Object(_) => {
                let primitive = self.primitive(value, false)?;
                return self.number(&primitive);
            }
        })
    }

    /// The items of an array, a text, a set or a map, as `for … of` gives them.
    pub fn items(&mut self, value: &Value) -> Result<Vec<Value>, Abrupt> {
        match value {
            Value::Text(text) => return Ok(text.chars().map(|c| c.to_string().into()).collect()),
            Value::Object(id) => match &self.object(*id).class {
                Class_::Array(items) | Class_::Set(items) => return Ok(items.clone()),
                Class_::Bytes(bytes) => return Ok(bytes.iter().map(|byte| Value::Number(f64::from(*byte))).collect()),
                Class_::Map(entries) => {
                    let entries = entries.clone();
                    return Ok(entries.into_iter().map(|(key, value)| self.array(vec![key, value])).collect());
                }
                _ => {}
            },
            _ => {}
        }
        let what = match value {
            Value::Object(_) => "object is not iterable (cannot read property Symbol(Symbol.iterator))".to_owned(),
            value => format!("{} is not iterable", self.plain_text(value)),
        };
        self.type_error(&what)
    }
}
