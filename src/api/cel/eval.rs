//! Running an expression.
//!
//! `&&` and `||` do not care about an error on one side if the other decides; `all` and `exists` neither.
//!
//! Models: github.com/google/cel-go/interpreter, v0.26 as v1.36 has it.
//! Simplified: costs are counted by steps and sizes, so the limit of a runaway expression is reached near, not at, the
//! reference's count.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::library::authorizer::{Answer, Asking, Question};
use super::ast::{Expr, Fold, Gather, Kind};
use super::checker::dotted;
use super::library;
use super::signatures;
use super::value::{Fault, Key, Struct, Value, no_overload};

/// What one run may cost.
pub(crate) const COST_LIMIT: u64 = 1_000_000;

/// What a question to the authorizer costs.
const CHECK_COST: u64 = 350_000;

/// What variables hold.
pub(crate) trait Activation {
    fn find(&self, name: &str) -> Option<Result<Value, Fault>>;

    /// Who answers whether somebody may do something, if anybody does.
    fn decide(&self, _question: &Question) -> Answer {
        Answer { error: "nobody answers".to_owned(), ..Answer::default() }
    }
}

impl Activation for BTreeMap<&str, Value> {
    fn find(&self, name: &str) -> Option<Result<Value, Fault>> {
        self.get(name).cloned().map(Ok)
    }
}

/// The value, and what it cost.
pub(super) fn run(expr: &Expr, variables: &dyn Activation) -> (Result<Value, Fault>, u64) {
    let runner = Runner { variables, cost: Cell::new(0) };
    let result = runner.eval(expr, &Scope { parent: None, names: &[] });
    (result, runner.cost.get())
}

struct Runner<'a> {
    variables: &'a dyn Activation,
    cost: Cell<u64>,
}

/// The variables of macros, inner ones first.
struct Scope<'a> {
    parent: Option<&'a Scope<'a>>,
    names: &'a [(&'a str, Value)],
}

impl Scope<'_> {
    fn find(&self, name: &str) -> Option<&Value> {
        self.names.iter().find(|(known, _)| *known == name).map(|(_, value)| value).or_else(|| self.parent?.find(name))
    }
}

impl Runner<'_> {
    fn pay(&self, cost: u64) -> Result<(), Fault> {
        self.cost.set(self.cost.get().saturating_add(cost));
        if self.cost.get() > COST_LIMIT { Err("operation cancelled: actual cost limit exceeded".to_owned()) } else { Ok(()) }
    }

    fn eval(&self, expr: &Expr, scope: &Scope<'_>) -> Result<Value, Fault> {
        match &expr.kind {
            Kind::Literal(value) => Ok(value.clone()),
            Kind::Identifier(name) => {
                self.pay(1)?;
                self.name(name.trim_start_matches('.'), scope)
            }
            Kind::Select { of, field, test } => self.select(of, field, *test, scope),
            Kind::OptionalSelect { of, field } => match self.eval(of, scope)? {
                Value::Optional(None) => Ok(Value::Optional(None)),
                Value::Optional(Some(inner)) => Ok(optional_field(&inner, field)),
                other => Ok(optional_field(&other, field)),
            },
            Kind::Call { function, target, arguments } => self.call(function, target.as_deref(), arguments, scope),
            Kind::List(items) => {
                let mut list = Vec::new();
                for (item, optional) in items {
                    match (self.eval(item, scope)?, optional) {
                        (Value::Optional(value), true) => list.extend(value.map(|value| (*value).clone())),
                        (value, _) => list.push(value),
                    }
                }
                self.pay(10)?;
                Ok(list.into())
            }
            Kind::Map(entries) => {
                let mut map = BTreeMap::new();
                for (key, value, optional) in entries {
                    let key = Key::of(&self.eval(key, scope)?).ok_or("unsupported key type")?;
                    match (self.eval(value, scope)?, optional) {
                        (Value::Optional(None), true) => {}
                        (Value::Optional(Some(value)), true) => {
                            map.insert(key, (*value).clone());
                        }
                        (value, _) => {
                            if map.insert(key.clone(), value).is_some() {
                                return Err(format!("Failed with repeated key {}", library::text::show(&key.value())));
                            }
                        }
                    }
                }
                self.pay(30)?;
                Ok(Value::Map(Arc::new(map)))
            }
            Kind::Struct { name, fields } => {
                let mut made = BTreeMap::new();
                for field in fields {
                    match (self.eval(&field.value, scope)?, field.optional) {
                        (Value::Optional(None), true) => {}
                        (Value::Optional(Some(value)), true) => {
                            made.insert(field.name.as_str().into(), (*value).clone());
                        }
                        (value, _) => {
                            made.insert(field.name.as_str().into(), value);
                        }
                    }
                }
                self.pay(40)?;
                Ok(Value::Struct(Arc::new(Struct { name: name.trim_start_matches('.').into(), fields: made })))
            }
            Kind::Fold(fold) => self.fold(fold, scope),
            Kind::Bind { name, value, body } => {
                let names = [(name.as_str(), self.eval(value, scope)?)];
                self.eval(body, &Scope { parent: Some(scope), names: &names })
            }
            Kind::WithOptional { of, name, body, flat } => match self.eval(of, scope)? {
                Value::Optional(None) => Ok(Value::Optional(None)),
                Value::Optional(Some(value)) => {
                    let names = [(name.as_str(), (*value).clone())];
                    let result = self.eval(body, &Scope { parent: Some(scope), names: &names })?;
                    Ok(if *flat { result } else { Value::some(result) })
                }
                _ => Err(no_overload()),
            },
        }
    }

    fn name(&self, name: &str, scope: &Scope<'_>) -> Result<Value, Fault> {
        if let Some(value) = scope.find(name) {
            return Ok(value.clone());
        }
        match self.variables.find(name) {
            Some(value) => value,
            None => match name {
                "bool" | "bytes" | "double" | "int" | "null_type" | "string" | "uint" | "list" | "map" | "type" => Ok(Value::Type(name.into())),
                _ => Err(format!("no such attribute(s): {name}")),
            },
        }
    }

    fn select(&self, of: &Expr, field: &str, test: bool, scope: &Scope<'_>) -> Result<Value, Fault> {
        if let Some(name) = dotted(of).map(|prefix| format!("{prefix}.{field}")) {
            if let Some(value) = self.variables.find(&name) {
                return value;
            }
            if matches!(name.as_str(), "google.protobuf.Timestamp" | "google.protobuf.Duration") {
                return Ok(Value::Type(name.into()));
            }
        }
        let value = self.eval(of, scope)?;
        self.pay(u64::from(!test))?;
        let key = Key::Text(field.into());
        match &value {
            Value::Struct(made) if test => Ok(Value::Bool(made.fields.contains_key(field))),
            Value::Struct(made) => made.fields.get(field).cloned().ok_or_else(|| format!("no such key: {field}")),
            Value::Map(entries) if test => Ok(Value::Bool(entries.contains_key(&key))),
            Value::Map(entries) => entries.get(&key).cloned().ok_or_else(|| format!("no such key: {field}")),
            Value::Optional(None) if test => Ok(Value::Bool(false)),
            Value::Optional(None) => Ok(Value::Optional(None)),
            Value::Optional(Some(inner)) if test => Ok(Value::Bool(matches!(optional_field(inner, field), Value::Optional(Some(_))))),
            Value::Optional(Some(inner)) => Ok(optional_field(inner, field)),
            _ if test => Err(no_overload()),
            // What has no fields lacks this one, too.
            _ => Err(format!("no such key: {field}")),
        }
    }

    fn call(&self, function: &str, target: Option<&Expr>, arguments: &[Expr], scope: &Scope<'_>) -> Result<Value, Fault> {
        match (function, arguments) {
            ("_&&_", [left, right]) => return self.decide(left, right, false, scope),
            ("_||_", [left, right]) => return self.decide(left, right, true, scope),
            ("_?_:_", [condition, yes, no]) => {
                return match self.eval(condition, scope)? {
                    Value::Bool(true) => self.eval(yes, scope),
                    Value::Bool(false) => self.eval(no, scope),
                    _ => Err(no_overload()),
                };
            }
            ("or" | "orValue", [other]) if target.is_some() => {
                let value = target.map(|target| self.eval(target, scope)).transpose()?;
                return match (value, function) {
                    (Some(Value::Optional(None)), _) => self.eval(other, scope),
                    (Some(Value::Optional(Some(value))), "orValue") => Ok((*value).clone()),
                    (Some(value @ Value::Optional(_)), _) => Ok(value),
                    _ => Err(no_overload()),
                };
            }
            _ => {}
        }
        let qualified = target.and_then(dotted).map(|prefix| format!("{prefix}.{function}")).filter(|name| signatures::is_function(name));
        let mut values = Vec::with_capacity(arguments.len() + 1);
        if let (Some(target), None) = (target, &qualified) {
            values.push(self.eval(target, scope)?);
        }
        for argument in arguments {
            values.push(self.eval(argument, scope)?);
        }
        self.pay(1 + values.iter().map(|value| library::cost(function, value)).sum::<u64>())?;
        if let Some(question) = library::authorizer::question(function, &values) {
            self.pay(CHECK_COST)?;
            return Ok(Asking::Decided(self.variables.decide(&question)).value());
        }
        library::call(qualified.as_deref().unwrap_or(function), &values)
    }

    /// `&&` and `||`: either side may decide, and an error counts only if none does.
    fn decide(&self, left: &Expr, right: &Expr, deciding: bool, scope: &Scope<'_>) -> Result<Value, Fault> {
        let first = self.eval(left, scope);
        if first == Ok(Value::Bool(deciding)) {
            return first;
        }
        let second = self.eval(right, scope);
        match (first, second) {
            (_, Ok(Value::Bool(value))) if value == deciding => Ok(Value::Bool(deciding)),
            (Ok(Value::Bool(_)), Ok(Value::Bool(value))) => Ok(Value::Bool(value)),
            (Err(fault), _) | (_, Err(fault)) => Err(fault),
            _ => Err(no_overload()),
        }
    }

    fn fold(&self, fold: &Fold, scope: &Scope<'_>) -> Result<Value, Fault> {
        let range = self.eval(&fold.range, scope)?;
        let pairs: Vec<(Value, Value)> = match &range {
            Value::List(items) if fold.second.is_some() => items.iter().enumerate().map(|(index, item)| (Value::Int(i64::try_from(index).unwrap_or(i64::MAX)), item.clone())).collect(),
            Value::List(items) => items.iter().map(|item| (item.clone(), Value::Null)).collect(),
            Value::Map(entries) => entries.iter().map(|(key, value)| (key.value(), value.clone())).collect(),
            _ => return Err(no_overload()),
        };
        let mut gathered = Gathered::default();
        for (first, second) in pairs {
            self.pay(1)?;
            let key = Key::of(&first);
            let names = [(fold.first.as_str(), first), (fold.second.as_deref().unwrap_or_default(), second)];
            let names = &names[..if fold.second.is_some() { 2 } else { 1 }];
            let inner = Scope { parent: Some(scope), names };
            let condition = fold.condition.as_ref().map(|condition| self.eval(condition, &inner));
            if gathered.decided(fold.what, condition)? {
                return Ok(Value::Bool(fold.what == Gather::Exists));
            }
            if gathered.skip {
                continue;
            }
            if let Some(result) = &fold.result {
                gathered.add(fold.what, key, self.eval(result, &inner)?)?;
            }
        }
        gathered.finish(fold.what)
    }
}

/// What a fold has so far.
#[derive(Default)]
struct Gathered {
    list: Vec<Value>,
    map: BTreeMap<Key, Value>,
    count: usize,
    /// The first error, which counts only if nothing decides.
    fault: Option<Fault>,
    /// The element at hand does not count.
    skip: bool,
}

impl Gathered {
    /// Takes in the condition of one element; whether the whole is decided.
    fn decided(&mut self, what: Gather, condition: Option<Result<Value, Fault>>) -> Result<bool, Fault> {
        self.skip = false;
        let holds = match condition {
            None => return Ok(false),
            Some(Ok(Value::Bool(holds))) => holds,
            other => {
                let fault = other.and_then(Result::err).unwrap_or_else(no_overload);
                if !matches!(what, Gather::All | Gather::Exists) || fault.starts_with("operation cancelled") {
                    return Err(fault);
                }
                self.fault.get_or_insert(fault);
                return Ok(false);
            }
        };
        self.count += usize::from(holds);
        self.skip = !holds;
        Ok(match what {
            Gather::All => !holds,
            Gather::Exists => holds,
            _ => false,
        })
    }

    fn add(&mut self, what: Gather, key: Option<Key>, result: Value) -> Result<(), Fault> {
        match (what, result) {
            (Gather::Map, result) => {
                self.map.insert(key.ok_or_else(no_overload)?, result);
            }
            (Gather::Entries, Value::Map(entries)) => {
                for (key, value) in entries.iter() {
                    if self.map.insert(key.clone(), value.clone()).is_some() {
                        return Err(format!("insert failed: key {} already exists", library::text::show(&key.value())));
                    }
                }
            }
            (Gather::Entries, _) => return Err(no_overload()),
            (_, result) => self.list.push(result),
        }
        Ok(())
    }

    fn finish(self, what: Gather) -> Result<Value, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        Ok(match what {
            Gather::All => Value::Bool(true),
            Gather::Exists => Value::Bool(false),
            Gather::ExistsOne => Value::Bool(self.count == 1),
            Gather::List => self.list.into(),
            Gather::Map | Gather::Entries => Value::Map(Arc::new(self.map)),
        })
    }
}

fn optional_field(value: &Value, field: &str) -> Value {
    match value {
        Value::Map(entries) => Value::Optional(entries.get(&Key::Text(field.into())).cloned().map(Arc::new)),
        _ => Value::Optional(None),
    }
}
