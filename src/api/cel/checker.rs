//! Checking: what type an expression has, and what is wrong with it before it is ever run.
//!
//! Models: github.com/google/cel-go/checker/{checker.go,errors.go}, v0.26 as v1.36 has it.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::{Expr, Field, Fold, Gather, Kind};
use super::signatures::{self, CIDR, IP, Overload, VARIABLES};
use super::source::Issue;
use super::types::{Found, Type};
use super::value::Value;

/// The variables that an expression may name.
pub(crate) type Variables = BTreeMap<String, Type>;

/// The struct that a mutation by configuration makes; its parts are named by where they stand: `Object.spec`.
pub(crate) const OBJECT: &str = "Object";
/// An operation of a JSON patch.
pub(crate) const JSON_PATCH: &str = "JSONPatch";
/// A variable of this name, which no text can name, lets an expression make these.
pub(crate) const MAKES_OBJECTS: &str = "{}";
/// A variable of this name lets an expression give names to values: `cel.bind(name, value, expression)`.
pub(crate) const BINDS: &str = "{bind}";

/// The names of types, which stand for themselves.
const TYPE_NAMES: &[(&str, Type)] = &[
    ("bool", Type::Bool), ("bytes", Type::Bytes), ("double", Type::Double), ("int", Type::Int), ("null_type", Type::Null),
    ("string", Type::Text), ("uint", Type::Uint),
];

/// The type of the whole, or what is wrong; names that are not known after the first are not told twice.
pub(super) fn check(expr: &Expr, variables: &Variables) -> Result<Type, Vec<Issue>> {
    let mut checker = Checker::new(variables);
    let found = checker.check(expr);
    if checker.issues.is_empty() { Ok(checker.found.finish(&found)) } else { Err(checker.issues) }
}

/// The types of an expression's parts, by where they lie in memory.
pub(super) type Types = BTreeMap<usize, Type>;

/// The types of all parts of an expression in which nothing is wrong.
pub(super) fn types(expr: &Expr, variables: &Variables) -> Types {
    let mut checker = Checker { seen: Some(Types::new()), ..Checker::new(variables) };
    checker.check(expr);
    let seen = checker.seen.take().unwrap_or_default();
    seen.into_iter().map(|(part, of)| (part, checker.found.finish(&of))).collect()
}

struct Checker {
    scopes: Vec<Variables>,
    found: Found,
    /// In how many calls of `format` the expression stands: in them a literal may hold values of several types.
    mixed: usize,
    issues: Vec<Issue>,
    /// The types of the parts, if anybody wants to know.
    seen: Option<Types>,
}

impl Checker {
    fn new(variables: &Variables) -> Self {
        Checker { scopes: vec![variables.clone()], found: Found::default(), mixed: 0, issues: Vec::new(), seen: None }
    }

    fn fail(&mut self, at: usize, message: String) -> Type {
        self.issues.push(Issue::new(at, message));
        Type::Error
    }

    fn variable(&self, name: &str) -> Option<Type> {
        let name = name.strip_prefix('.').unwrap_or(name);
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).cloned()
    }

    fn check(&mut self, expr: &Expr) -> Type {
        let found = self.check_kind(expr);
        if let Some(seen) = &mut self.seen {
            seen.insert(std::ptr::from_ref(expr) as usize, found.clone());
        }
        found
    }

    fn check_kind(&mut self, expr: &Expr) -> Type {
        match &expr.kind {
            Kind::Literal(value) => type_of(value),
            Kind::Identifier(name) => self.check_identifier(expr.at, name),
            Kind::Select { of, field, test } => self.check_select(expr, of, field, *test),
            Kind::OptionalSelect { of, field } => {
                let of_type = self.check(of);
                let inner = self.field_of(expr.at, &of_type, field);
                match self.found.resolve(&inner) {
                    optional @ Type::Optional(_) => optional,
                    inner => Type::optional(inner),
                }
            }
            Kind::Call { function, target, arguments } => self.check_call(expr.at, function, target.as_deref(), arguments),
            Kind::List(items) => {
                let mut inner: Option<Type> = None;
                for (item, optional) in items {
                    let mut found = self.check(item);
                    if *optional {
                        found = self.unwrap_optional(item.at, &found);
                    }
                    inner = Some(self.joined(inner, found, item.at));
                }
                let inner = inner.unwrap_or_else(|| self.found.fresh());
                Type::list(inner)
            }
            Kind::Map(entries) => {
                let (mut keys, mut values): (Option<Type>, Option<Type>) = (None, None);
                for (key, value, optional) in entries {
                    let key_type = self.check(key);
                    keys = Some(self.joined(keys, key_type, key.at));
                    let mut value_type = self.check(value);
                    if *optional {
                        value_type = self.unwrap_optional(value.at, &value_type);
                    }
                    values = Some(self.joined(values, value_type, value.at));
                }
                let key = keys.unwrap_or_else(|| self.found.fresh());
                let value = values.unwrap_or_else(|| self.found.fresh());
                Type::map(key, value)
            }
            Kind::Struct { name, fields } => self.check_struct(expr.at, name.trim_start_matches('.'), fields),
            Kind::Fold(fold) => self.check_fold(expr.at, fold),
            Kind::Bind { name, value, body } => {
                let found = self.check(value);
                self.scopes.push(Variables::from([(name.clone(), found)]));
                let result = self.check(body);
                self.scopes.pop();
                result
            }
            Kind::WithOptional { of, name, body, flat } => {
                let found = self.check(of);
                let inner = self.unwrap_optional(of.at, &found);
                self.scopes.push(Variables::from([(name.clone(), inner)]));
                let result = self.check(body);
                self.scopes.pop();
                if *flat { result } else { Type::optional(result) }
            }
        }
    }

    fn check_struct(&mut self, at: usize, name: &str, fields: &[Field]) -> Type {
        let known = (name == OBJECT || name.starts_with("Object.") || name == JSON_PATCH) && self.variable(MAKES_OBJECTS).is_some();
        if !known {
            return self.fail(at, format!("undeclared reference to '{name}' (in container '')"));
        }
        for field in fields {
            let mut found = self.check(&field.value);
            if field.optional {
                found = self.unwrap_optional(field.value.at, &found);
            }
            let wanted = match (name, field.name.as_str()) {
                (JSON_PATCH, "op" | "path" | "from") => Type::Text,
                (JSON_PATCH, "value") => Type::Dyn,
                // The reference has no type for other fields, which no value has.
                (JSON_PATCH, other) => {
                    let found = self.found.finish(&found);
                    self.fail(field.at, format!("expected type of field '{other}' is '' but provided type is '{found}'"));
                    continue;
                }
                _ => Type::Dyn,
            };
            if !self.found.assign(&wanted, &found) {
                let found = self.found.finish(&found);
                self.fail(field.at, format!("expected type of field '{}' is '{wanted}' but provided type is '{found}'", field.name));
            }
        }
        Type::object(name, [])
    }

    fn check_identifier(&mut self, at: usize, name: &str) -> Type {
        if let Some(found) = self.variable(name) {
            return found;
        }
        match TYPE_NAMES.iter().find(|(known, _)| *known == name) {
            Some((_, named)) => Type::Type(Arc::new(named.clone())),
            None => match name {
                "list" => Type::Type(Arc::new(Type::list(Type::Dyn))),
                "map" => Type::Type(Arc::new(Type::map(Type::Dyn, Type::Dyn))),
                "type" => Type::Type(Arc::new(Type::Dyn)),
                _ => self.fail(at, format!("undeclared reference to '{}' (in container '')", name.trim_start_matches('.'))),
            },
        }
    }

    fn check_select(&mut self, expr: &Expr, of: &Expr, field: &str, test: bool) -> Type {
        // A variable may have a dotted name, such as `request.auth` of a library.
        if let Some(name) = dotted(of).map(|name| format!("{name}.{field}"))
            && let Some(found) = self.variable(&name)
        {
            return found;
        }
        if let Some("google.protobuf.Timestamp" | "google.protobuf.Duration") = dotted(expr).as_deref() {
            return Type::Type(Arc::new(if field == "Timestamp" { Type::Timestamp } else { Type::Duration }));
        }
        let of_type = self.check(of);
        let found = self.field_of(expr.at, &of_type, field);
        if test { Type::Bool } else { found }
    }

    fn unwrap_optional(&mut self, at: usize, of: &Type) -> Type {
        match self.found.resolve(of) {
            Type::Optional(inner) => (*inner).clone(),
            other if other.is_dyn() => Type::Dyn,
            other => {
                let wanted = Type::optional(other.clone());
                self.fail(at, format!("expected type '{wanted}' but found '{other}'"))
            }
        }
    }

    fn field_of(&mut self, at: usize, of: &Type, field: &str) -> Type {
        match self.found.resolve(of) {
            Type::Map(_, value) => (*value).clone(),
            // What a mutation makes may have any field.
            Type::Object(object) if object.name == OBJECT || object.name.starts_with("Object.") => Type::Dyn,
            Type::Object(object) => match object.fields.get(field) {
                Some(found) => found.clone(),
                None => self.fail(at, format!("undefined field '{field}'")),
            },
            Type::Optional(inner) => {
                let found = self.field_of(at, &inner, field);
                Type::optional(found)
            }
            Type::Error => Type::Error,
            found if found.is_dyn() => Type::Dyn,
            variable @ Type::Variable(_) => {
                self.found.assign(&variable, &Type::Dyn);
                Type::Dyn
            }
            // Most types of libraries are objects, of which nobody knows the fields.
            Type::Opaque(name) if name != IP && name != CIDR => self.fail(at, format!("unexpected failed resolution of '{name}'")),
            other => self.fail(at, format!("type '{other}' does not support field selection")),
        }
    }

    /// The type of elements so far with one more. Literals must be of one type, but for what is formatted.
    fn joined(&mut self, previous: Option<Type>, next: Type, at: usize) -> Type {
        let Some(previous) = previous else { return next };
        match self.found.join(previous.clone(), &next) {
            Some(joined) => joined,
            None if self.mixed > 0 => Type::Dyn,
            None => {
                let (wanted, found) = (self.found.finish(&previous), self.found.finish(&next));
                self.fail(at, format!("expected type '{wanted}' but found '{found}'"));
                previous
            }
        }
    }

    fn check_call(&mut self, at: usize, function: &str, target: Option<&Expr>, arguments: &[Expr]) -> Type {
        // `sets.contains(a, b)` is a function with a dotted name, not a call on a variable.
        let qualified = target.and_then(dotted).map(|prefix| format!("{prefix}.{function}")).filter(|name| signatures::is_function(name));
        let (name, target) = match &qualified {
            Some(name) => (name.as_str(), None),
            None => (function, target),
        };
        if !signatures::is_function(name) {
            for part in target.into_iter().chain(arguments) {
                self.check(part);
            }
            return self.fail(at, format!("undeclared reference to '{}' (in container '')", name.trim_start_matches('.')));
        }
        let formats = usize::from(name == "format");
        self.mixed += formats;
        let mut given: Vec<Type> = target.into_iter().map(|target| self.check(target)).collect();
        given.extend(arguments.iter().map(|argument| self.check(argument)));
        self.mixed -= formats;
        if matches!(name, "_&&_" | "_||_") {
            let wrong = arguments.iter().zip(&given).filter(|(argument, found)| !self.is_condition(argument.at, found)).count();
            return if wrong == 0 { Type::Bool } else { Type::Error };
        }
        self.resolve_overload(at, name, &given, target.is_some())
    }

    /// Whether a part is a truth value, as it must be; tells if not.
    fn is_condition(&mut self, at: usize, found: &Type) -> bool {
        let fits = self.found.assign(&Type::Bool, found);
        if !fits {
            let found = self.found.finish(found);
            self.fail(at, format!("expected type 'bool' but found '{found}'"));
        }
        fits
    }

    fn resolve_overload(&mut self, at: usize, name: &str, given: &[Type], member: bool) -> Type {
        let first = self.found.reserve(0);
        let count = signatures::overloads(name, first).len();
        let mut result: Option<Type> = None;
        let mut kept = self.found.clone();
        for index in 0..count {
            let first = self.found.reserve(VARIABLES);
            let overload: Overload = signatures::overloads(name, first).swap_remove(index);
            if overload.member != member || overload.arguments.len() != given.len() {
                continue;
            }
            let mut trial = self.found.clone();
            if !overload.arguments.iter().zip(given).all(|(wanted, given)| trial.assign(wanted, given)) {
                continue;
            }
            let found = trial.resolve(&overload.result);
            result = Some(match result {
                None => {
                    kept = trial;
                    found
                }
                Some(before) if kept.resolve(&before) == found => before,
                // Several ways to call it fit; which one is seen when it runs.
                Some(_) => Type::Dyn,
            });
        }
        match result {
            Some(found) => {
                kept.reserve(VARIABLES * count);
                self.found = kept;
                found
            }
            None => {
                let shown: Vec<String> = given.iter().map(|given| self.found.finish(given).to_string()).collect();
                let shown = match (member, shown.split_first()) {
                    (true, Some((receiver, rest))) => format!("{receiver}.({})", rest.join(", ")),
                    _ => format!("({})", shown.join(", ")),
                };
                if given.contains(&Type::Error) {
                    return Type::Error;
                }
                self.fail(at, format!("found no matching overload for '{name}' applied to '{shown}'"))
            }
        }
    }

    fn check_fold(&mut self, at: usize, fold: &Fold) -> Type {
        let range = self.check(&fold.range);
        let (first, second) = match self.found.resolve(&range) {
            Type::List(of) if fold.second.is_some() => (Type::Int, (*of).clone()),
            Type::List(of) => ((*of).clone(), Type::Dyn),
            Type::Map(key, value) => ((*key).clone(), (*value).clone()),
            Type::Error => (Type::Error, Type::Error),
            Type::Dyn => (Type::Dyn, Type::Dyn),
            variable @ Type::Variable(_) => {
                self.found.assign(&variable, &Type::Dyn);
                (Type::Dyn, Type::Dyn)
            }
            other => {
                self.fail(fold.range.at, format!("expression of type '{other}' cannot be range of a comprehension (must be list, map, or dynamic)"));
                (Type::Error, Type::Error)
            }
        };
        let key = first.clone();
        let mut scope = Variables::from([(fold.first.clone(), first)]);
        if let Some(name) = &fold.second {
            scope.insert(name.clone(), second);
        }
        self.scopes.push(scope);
        let condition = fold.condition.as_ref().map(|condition| (condition.at, self.check(condition)));
        let result = fold.result.as_ref().map(|result| self.check(result));
        self.scopes.pop();
        let gathered = match fold.what {
            Gather::All | Gather::Exists | Gather::ExistsOne => Type::Bool,
            Gather::List => Type::list(result.unwrap_or(Type::Dyn)),
            Gather::Map => Type::map(key, result.unwrap_or(Type::Dyn)),
            Gather::Entries => result.unwrap_or(Type::Dyn),
        };
        let Some((place, found)) = condition else { return gathered };
        if matches!(fold.what, Gather::All | Gather::Exists) {
            self.is_condition(place, &found);
        } else if !self.found.assign(&Type::Bool, &found) {
            // What the macro stands for says so: `condition ? gathered so far and one more : gathered so far`.
            let so_far = if fold.what == Gather::ExistsOne { Type::Int } else { self.found.finish(&gathered) };
            let found = self.found.finish(&found);
            self.fail(at, format!("found no matching overload for '_?_:_' applied to '({found}, {so_far}, {so_far})'"));
        }
        gathered
    }
}

/// `a.b.c` if the expression is only names.
pub(super) fn dotted(expr: &Expr) -> Option<String> {
    match &expr.kind {
        Kind::Identifier(name) => Some(name.trim_start_matches('.').to_owned()),
        Kind::Select { of, field, test: false } => Some(format!("{}.{field}", dotted(of)?)),
        _ => None,
    }
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Uint(_) => Type::Uint,
        Value::Double(_) => Type::Double,
        Value::Text(_) => Type::Text,
        Value::Bytes(_) => Type::Bytes,
        _ => Type::Dyn,
    }
}
