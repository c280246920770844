//! What an expression may cost at most, told before it is ever run from how large its variables can be.
//!
//! Models: github.com/google/cel-go/checker/cost.go, ext/{lists.go,sets.go}, v0.26,
//! staging/src/k8s.io/apiserver/pkg/cel/library/cost.go, v1.36.
//! Simplified: the authorizer, of which the rules of custom objects know nothing, costs a step like any function.

use std::collections::BTreeMap;

use super::ast::{Expr, Fold, Gather, Kind};
use super::checker::Types;
use super::signatures::{CIDR, FORMAT, IP, QUANTITY, SEMVER, URL};
use super::types::Type;
use super::value::Value;

/// How large a value can be, and what is in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extent {
    /// The most characters, bytes, elements or entries.
    pub most: u64,
    /// The elements of a list, the values of a map.
    pub inner: Option<Box<Extent>>,
    /// Of a map: its keys, of which nothing is known.
    pub keys: Option<Box<Extent>>,
    pub fields: BTreeMap<String, Extent>,
    /// What a field of any other name holds.
    pub others: Option<Box<Extent>>,
}

/// From and to how much.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Size {
    min: u64,
    max: u64,
}

const UNKNOWN: Size = Size { min: 0, max: u64::MAX };
/// What it costs to make a list, a map and a message.
const LIST: u64 = 10;
const MAP: u64 = 30;
const MESSAGE: u64 = 40;
/// What a character costs that is read, and one of a pattern.
const PER_CHARACTER: f64 = 0.1;
const PER_PATTERN_CHARACTER: f64 = 0.25;
/// The longest pattern behind a named format.
const FORMAT_PATTERN: f64 = 128.0;
const FORMAT_SIZE: u64 = 64;

impl Size {
    fn fixed(size: u64) -> Self {
        Size { min: size, max: size }
    }

    fn union(self, other: Size) -> Self {
        Size { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    fn add(self, other: Size) -> Self {
        Size { min: self.min.saturating_add(other.min), max: self.max.saturating_add(other.max) }
    }

    fn multiply(self, other: Size) -> Self {
        Size { min: self.min.saturating_mul(other.min), max: self.max.saturating_mul(other.max) }
    }
}

/// A size times a share of a step, rounded up.
fn scaled(size: u64, factor: f64) -> u64 {
    // A cast of a number that is too large gives the largest.
    (size as f64 * factor).ceil() as u64
}

/// How large what is in a list or map can be.
#[derive(Clone, Copy, Debug)]
struct Entries {
    list: bool,
    key: Size,
    value: Size,
}

impl Entries {
    fn union(one: Option<Entries>, other: Option<Entries>) -> Option<Entries> {
        let (one, other) = (one?, other?);
        Some(Entries { list: one.list, key: one.key.union(other.key), value: one.value.union(other.value) })
    }
}

/// A variable of a macro.
#[derive(Clone, Copy)]
struct Local<'a> {
    extent: Option<&'a Extent>,
    size: Option<Size>,
}

/// The most that the expression costs. Every variable is as large as `root`.
pub(super) fn estimate(expr: &Expr, types: &Types, root: &Extent) -> u64 {
    Estimator { types, root, extents: BTreeMap::new(), sizes: BTreeMap::new(), entries: BTreeMap::new(), locals: BTreeMap::new() }.cost(expr)
}

struct Estimator<'a> {
    types: &'a Types,
    root: &'a Extent,
    /// What is known of expressions, by where they lie in memory.
    extents: BTreeMap<usize, &'a Extent>,
    sizes: BTreeMap<usize, Size>,
    entries: BTreeMap<usize, Entries>,
    locals: BTreeMap<String, Vec<Local<'a>>>,
}

fn key(expr: &Expr) -> usize {
    std::ptr::from_ref(expr) as usize
}

fn is_scalar(of: &Type) -> bool {
    match of {
        Type::Bool | Type::Double | Type::Duration | Type::Int | Type::Timestamp | Type::Uint => true,
        Type::Optional(inner) => is_scalar(inner),
        _ => false,
    }
}

fn is(of: &Type, what: fn(&Type) -> bool) -> bool {
    of.is_dyn() || matches!(of, Type::Variable(_)) || what(of)
}

impl<'a> Estimator<'a> {
    fn type_of(&self, expr: &Expr) -> &'a Type {
        self.types.get(&key(expr)).unwrap_or(&Type::Dyn)
    }

    fn local(&self, name: &str) -> Option<Local<'a>> {
        self.locals.get(name).and_then(|stack| stack.last()).copied()
    }

    fn extent(&self, expr: &Expr) -> Option<&'a Extent> {
        if let Kind::Identifier(name) = &expr.kind
            && let Some(local) = self.local(name)
        {
            return local.extent;
        }
        self.extents.get(&key(expr)).copied()
    }

    fn set_extent(&mut self, expr: &Expr, extent: Option<&'a Extent>) {
        if let Some(extent) = extent {
            self.extents.insert(key(expr), extent);
        }
    }

    fn size(&self, expr: &Expr) -> Option<Size> {
        if let Some(size) = self.sizes.get(&key(expr)) {
            return Some(*size);
        }
        let written = match &expr.kind {
            Kind::Literal(Value::Text(text)) => Some(text.chars().count() as u64),
            Kind::Literal(Value::Bytes(bytes)) => Some(bytes.len() as u64),
            Kind::Literal(_) => Some(1),
            Kind::List(items) => Some(items.len() as u64),
            Kind::Map(entries) => Some(entries.len() as u64),
            _ => None,
        };
        if let Some(size) = written {
            return Some(Size::fixed(size));
        }
        if let Some(extent) = self.extent(expr) {
            return Some(Size { min: 0, max: extent.most });
        }
        if is_scalar(self.type_of(expr)) {
            return Some(Size::fixed(1));
        }
        match &expr.kind {
            Kind::Identifier(name) => self.local(name).and_then(|local| local.size),
            _ => None,
        }
    }

    fn size_or_unknown(&self, expr: &Expr) -> Size {
        self.size(expr).unwrap_or(UNKNOWN)
    }

    fn most(&self, expr: &Expr) -> u64 {
        self.size_or_unknown(expr).max
    }

    fn entries_of(&self, expr: &Expr) -> Option<Entries> {
        self.entries.get(&key(expr)).copied()
    }

    fn set_entries(&mut self, expr: &Expr, entries: Option<Entries>) {
        if let Some(entries) = entries {
            self.entries.insert(key(expr), entries);
        }
    }

    fn set_size(&mut self, expr: &Expr, size: Option<Size>) {
        if let Some(size) = size {
            self.sizes.insert(key(expr), size);
        }
    }

    fn cost(&mut self, expr: &Expr) -> u64 {
        match &expr.kind {
            Kind::Literal(_) => 0,
            Kind::Identifier(name) => {
                let extent = self.local(name).map_or(Some(self.root), |local| local.extent);
                self.set_extent(expr, extent);
                1
            }
            // Whether a field is there costs nothing.
            Kind::Select { of, test: true, .. } => self.cost(of),
            Kind::Select { of, field, .. } => {
                let inner = self.cost(of);
                let extent = self.extent(of).and_then(|extent| extent.fields.get(field).or(extent.others.as_deref()));
                self.set_extent(expr, extent);
                let counts = matches!(self.type_of(of), Type::Map(..) | Type::Object(_) | Type::Variable(_));
                inner.saturating_add(u64::from(counts))
            }
            Kind::OptionalSelect { of, .. } => self.cost(of).saturating_add(1),
            Kind::Call { function, target, arguments } => self.call(expr, function, target.as_deref(), arguments),
            Kind::List(items) => {
                let mut cost = LIST;
                let mut inner = if items.is_empty() { Size::fixed(0) } else { Size { min: u64::MAX, max: 0 } };
                for (item, _) in items {
                    cost = cost.saturating_add(self.cost(item));
                    inner = inner.union(self.size_or_unknown(item));
                }
                self.set_entries(expr, Some(Entries { list: true, key: Size::fixed(1), value: inner }));
                cost
            }
            Kind::Map(entries) => {
                let none = if entries.is_empty() { Size::fixed(0) } else { Size { min: u64::MAX, max: 0 } };
                let (mut cost, mut keys, mut values) = (MAP, none, none);
                for (name, value, _) in entries {
                    cost = cost.saturating_add(self.cost(name)).saturating_add(self.cost(value));
                    keys = keys.union(self.size_or_unknown(name));
                    values = values.union(self.size_or_unknown(value));
                }
                self.set_entries(expr, Some(Entries { list: false, key: keys, value: values }));
                cost
            }
            Kind::Struct { fields, .. } => fields.iter().fold(MESSAGE, |cost, field| cost.saturating_add(self.cost(&field.value))),
            Kind::Fold(fold) => self.fold(expr, fold),
            Kind::Bind { name, value, body } => {
                let value_cost = self.cost(value);
                let bound = Local { extent: self.extent(value), size: self.size(value) };
                self.locals.entry(name.clone()).or_default().push(bound);
                let body_cost = self.cost(body);
                self.locals.entry(name.clone()).or_default().pop();
                // A fold over an empty list, which has to be made.
                LIST.saturating_add(value_cost).saturating_add(body_cost)
            }
            Kind::WithOptional { of, name, body, flat } => {
                // `of.hasValue() ? optional.of(bind(name, of.value(), body)) : optional.none()`
                let of_cost = self.cost(of);
                let bound = Local { extent: None, size: None };
                self.locals.entry(name.clone()).or_default().push(bound);
                let body_cost = self.cost(body);
                self.locals.entry(name.clone()).or_default().pop();
                let bind = LIST.saturating_add(1).saturating_add(of_cost).saturating_add(body_cost);
                let then = bind.saturating_add(u64::from(!flat));
                of_cost.saturating_add(1).saturating_add(then)
            }
        }
    }

    fn fold(&mut self, expr: &Expr, fold: &Fold) -> u64 {
        let start = match fold.what {
            Gather::All | Gather::Exists | Gather::ExistsOne => 0,
            Gather::List => LIST,
            Gather::Map | Gather::Entries => MAP,
        };
        let cost = self.cost(&fold.range).saturating_add(start);
        self.push_variables(fold);
        let condition = fold.condition.as_ref().map(|condition| self.cost(condition));
        let result = fold.result.as_ref().map_or(0, |result| self.cost(result));
        // What one element costs, the test whether to go on included.
        let tested = condition.unwrap_or(0);
        let each = match fold.what {
            Gather::All => tested.saturating_add(1 + 2),
            Gather::Exists => tested.saturating_add(1 + 3),
            Gather::ExistsOne => tested.saturating_add(2),
            Gather::List => tested.saturating_add(result).saturating_add(LIST + 2),
            Gather::Map => tested.saturating_add(result).saturating_add(3),
            Gather::Entries => tested.saturating_add(result).saturating_add(2),
        };
        let gathered = fold.result.as_ref().map(|result| self.size_or_unknown(result));
        for name in [Some(&fold.first), fold.second.as_ref()].into_iter().flatten() {
            self.locals.entry(name.clone()).or_default().pop();
        }
        let count = self.size_or_unknown(&fold.range);
        match fold.what {
            Gather::All | Gather::Exists | Gather::ExistsOne => self.set_size(expr, Some(Size::fixed(1))),
            Gather::List => {
                self.set_size(expr, Some(count));
                let value = gathered.unwrap_or(UNKNOWN).union(Size::fixed(0));
                self.set_entries(expr, Some(Entries { list: true, key: Size::fixed(1), value }));
            }
            Gather::Map | Gather::Entries => self.set_size(expr, Some(count)),
        }
        let last = if fold.what == Gather::ExistsOne { 2 } else { 1 };
        cost.saturating_add(last).saturating_add(count.max.saturating_mul(each))
    }

    /// The variables of a macro, which stand for what is in its range.
    fn push_variables(&mut self, fold: &Fold) {
        let entries = self.entries_of(&fold.range);
        let range = self.extent(&fold.range);
        let list = entries.map_or_else(|| matches!(self.type_of(&fold.range), Type::List(_)), |entries| entries.list);
        let value = Local { extent: range.and_then(|range| range.inner.as_deref()), size: entries.map(|entries| entries.value) };
        let keys = range.and_then(|range| range.keys.as_deref()).filter(|_| !list);
        let name = Local { extent: keys, size: entries.map(|entries| entries.key) };
        let first = if fold.second.is_none() && list { value } else { name };
        self.locals.entry(fold.first.clone()).or_default().push(first);
        if let Some(second) = &fold.second {
            self.locals.entry(second.clone()).or_default().push(value);
        }
    }

    fn call(&mut self, expr: &Expr, function: &str, target: Option<&Expr>, arguments: &[Expr]) -> u64 {
        if let ("dyn", None, [argument]) = (function, target, arguments) {
            let cost = self.cost(argument).saturating_add(1);
            self.set_size(expr, self.size(argument));
            self.set_entries(expr, self.entries_of(argument));
            return cost;
        }
        // A function with a dotted name has no target.
        let dotted = target.and_then(super::checker::dotted).map(|prefix| format!("{prefix}.{function}"));
        let dotted = dotted.filter(|name| super::signatures::is_function(name));
        let (function, target) = dotted.as_deref().map_or((function, target), |name| (name, None));
        let costs: Vec<u64> = arguments.iter().map(|argument| self.cost(argument)).collect();
        let target_cost = target.map_or(0, |target| self.cost(target));
        let (own, size) = self.function(expr, function, target, arguments, &costs);
        let indexed = match (function, arguments) {
            ("_[_]", [of, _]) => {
                let extent = self.extent(of).and_then(|extent| extent.inner.as_deref());
                self.set_extent(expr, extent);
                self.entries_of(of).map(|entries| entries.value)
            }
            _ => None,
        };
        let size = size.or(indexed).or_else(|| self.size(expr));
        self.set_size(expr, size);
        target_cost.saturating_add(own)
    }

    /// The cost of the call with its arguments, and how large the result can be where that is known.
    fn function(&mut self, expr: &Expr, function: &str, target: Option<&Expr>, arguments: &[Expr], costs: &[u64]) -> (u64, Option<Size>) {
        let sum = costs.iter().fold(0, |sum: u64, cost| sum.saturating_add(*cost));
        match (function, arguments) {
            ("_&&_" | "_||_", [_, _]) => return (sum, None),
            ("_?_:_", [_, yes, no]) => {
                let size = self.size_or_unknown(yes).union(self.size_or_unknown(no));
                self.set_entries(expr, Entries::union(self.entries_of(yes), self.entries_of(no)));
                return (costs[0].saturating_add(costs[1].max(costs[2])), Some(size));
            }
            _ => {}
        }
        let (cost, size) = self.own(expr, function, target, arguments);
        (cost.saturating_add(sum), size)
    }

    /// The cost of the call alone.
    fn own(&mut self, expr: &Expr, function: &str, target: Option<&Expr>, arguments: &[Expr]) -> (u64, Option<Size>) {
        if let Some(estimate) = self.of_libraries(function, target, arguments) {
            return estimate;
        }
        match (function, target, arguments) {
            ("format", Some(target), _) => (scaled(self.most(target), PER_CHARACTER), None),
            ("bytes", None, [from]) if is(self.type_of(from), |of| *of == Type::Text) => {
                let size = self.size_or_unknown(from);
                (scaled(size.max, PER_CHARACTER), Some(Size { min: size.min, max: size.max.wrapping_mul(4) }))
            }
            ("string", None, [from]) if *self.type_of(from) == Type::Bytes => {
                let size = self.size_or_unknown(from);
                (scaled(size.max, PER_CHARACTER), Some(Size { min: size.min / 4, max: size.max }))
            }
            ("strings.quote", None, [of]) => {
                let size = self.size_or_unknown(of);
                (scaled(size.max, PER_CHARACTER), Some(Size { min: size.min + 2, max: size.max.wrapping_mul(2).wrapping_add(2) }))
            }
            ("startsWith" | "endsWith", Some(_), [with]) => (scaled(self.most(with), PER_CHARACTER), None),
            ("@in", None, [_, within]) if is(self.type_of(within), |of| matches!(of, Type::List(_))) => (self.most(within), None),
            ("matches", Some(target), [pattern]) => (self.searched(target, pattern), None),
            ("contains", Some(target), [part]) => {
                let cost = scaled(self.most(target), PER_CHARACTER).saturating_mul(scaled(self.most(part), PER_CHARACTER));
                (cost, None)
            }
            ("_+_", None, [left, right]) => self.sum(expr, left, right),
            ("_==_" | "_!=_", None, [left, right]) => (scaled(self.most(left).min(self.most(right)), PER_CHARACTER), None),
            ("_<_" | "_<=_" | "_>_" | "_>=_", None, [left, right]) => {
                let text = |of: &Type| is(of, |of| matches!(of, Type::Text | Type::Bytes));
                let compared = scaled(self.most(left).min(self.most(right)), PER_CHARACTER);
                let (left, right) = (self.type_of(left), self.type_of(right));
                if !(text(left) && text(right)) {
                    (1, None)
                } else if left.is_dyn() && right.is_dyn() {
                    (compared.max(1), None)
                } else {
                    (compared, None)
                }
            }
            _ => (1, None),
        }
    }

    /// Adding: numbers at once, texts character by character.
    fn sum(&mut self, expr: &Expr, left: &Expr, right: &Expr) -> (u64, Option<Size>) {
        let size = self.size_or_unknown(left).add(self.size_or_unknown(right));
        let text = |of: &Type| is(of, |of| matches!(of, Type::Text | Type::Bytes));
        let list = |of: &Type| is(of, |of| matches!(of, Type::List(_)));
        let (one, other) = (self.type_of(left), self.type_of(right));
        let (texts, lists) = (text(one) && text(other), list(one) && list(other));
        if texts || lists {
            self.set_entries(expr, Entries::union(self.entries_of(left), self.entries_of(right)));
        }
        let cost = if texts { scaled(size.max, PER_CHARACTER) } else { 0 };
        // Where nothing is known of the types, every way to add is possible.
        let others = !texts || one.is_dyn() && other.is_dyn();
        (if others { cost.max(1) } else { cost }, (texts || lists).then_some(size))
    }

    /// A pattern that is looked for in a text.
    fn searched(&self, text: &Expr, pattern: &Expr) -> u64 {
        let text = scaled(self.most(text).saturating_add(1), PER_CHARACTER);
        text.saturating_mul(scaled(self.most(pattern), PER_PATTERN_CHARACTER))
    }

    /// The functions of Kubernetes' libraries and of CEL's own for lists and sets.
    fn of_libraries(&self, function: &str, target: Option<&Expr>, arguments: &[Expr]) -> Option<(u64, Option<Size>)> {
        let read = |expr: &Expr, times: f64| scaled(self.most(expr), times * PER_CHARACTER);
        Some(match (function, target, arguments) {
            ("slice", Some(target), [from, to]) => {
                let whole = |expr: &Expr, default: u64| match &expr.kind {
                    Kind::Literal(Value::Int(number)) => u64::try_from(*number).unwrap_or(0),
                    _ => default,
                };
                list_call(1.0, Size::fixed(whole(to, self.most(target)).wrapping_sub(whole(from, 0))))
            }
            ("lists.range", None, [to]) => list_call(1.0, Size::fixed(literal(to).unwrap_or(u64::MAX))),
            ("reverse", Some(target), []) => list_call(1.0, self.size_or_unknown(target)),
            ("flatten", Some(target), []) => list_call(1.0, self.size_or_unknown(target)),
            ("flatten", Some(target), [depth]) => list_call(literal(depth).unwrap_or(u64::MAX) as f64, self.size_or_unknown(target)),
            ("distinct", Some(target), []) => list_call(2.0, self.squared(target)),
            ("sort", Some(target), []) => {
                let texts = matches!(self.type_of(target), Type::List(of) if matches!(**of, Type::Text | Type::Bytes));
                list_call(if texts { 2.0 + PER_CHARACTER } else { 2.0 }, self.squared(target))
            }
            ("sets.contains" | "sets.intersects" | "sets.equivalent", None, [left, right]) => {
                let factor = if function == "sets.equivalent" { 2.0 } else { 1.0 };
                (scaled(self.most(left).saturating_mul(self.most(right)), factor).saturating_add(1), None)
            }
            ("_==_", None, [left, right]) => return self.same(left, right),
            ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf", Some(target), _) => (self.compared(target), None),
            ("url" | "jsonpatch.escapeKey", None, [text]) => (read(text, 1.0), Some(self.size_or_unknown(text))),
            ("lowerAscii" | "upperAscii" | "substring" | "trim", Some(target), _) => (read(target, 1.0), Some(self.size_or_unknown(target))),
            ("replace", Some(target), [from, to, ..]) => (read(target, 2.0), Some(self.replaced(target, from, to))),
            ("split", Some(target), _) => {
                let most = arguments.get(1).and_then(literal).unwrap_or_else(|| self.most(target));
                (read(target, 2.0), Some(Size { min: 0, max: most }))
            }
            ("join", Some(target), _) => {
                let size = self.joined(target, arguments.first());
                (scaled(size.max, PER_CHARACTER), Some(size))
            }
            ("find" | "findAll", Some(target), [pattern, ..]) => (self.searched(target, pattern), Some(Size { min: 0, max: self.most(target) })),
            ("cidr" | "isIP" | "isCIDR" | "ip" | "quantity" | "isQuantity" | "semver" | "isSemver", None, [text, ..]) => (read(text, 1.0), None),
            ("ip.isCanonical", None, [text]) => (read(text, 2.0), None),
            ("containsIP" | "containsCIDR", Some(_), [other]) => {
                let addresses = scaled(32, PER_CHARACTER);
                let masked = if function == "containsCIDR" { scaled(16, PER_CHARACTER) + 1 } else { 0 };
                let parsed = if is(self.type_of(other), |of| *of == Type::Text) { read(other, 1.0) } else { 0 };
                (parsed.saturating_add(addresses + masked), None)
            }
            ("validate", Some(_), [text]) => (scaled(read(text, 1.0), FORMAT_PATTERN * PER_PATTERN_CHARACTER), None),
            _ => return None,
        })
    }

    /// Values of the libraries' own types, which compare in a step or so.
    fn same(&self, left: &Expr, right: &Expr) -> Option<(u64, Option<Size>)> {
        match (self.type_of(left), self.type_of(right)) {
            (Type::Opaque(one), Type::Opaque(other)) if one == other => match *one {
                IP | CIDR | QUANTITY | SEMVER => Some((1, None)),
                FORMAT => Some((scaled(FORMAT_SIZE, PER_CHARACTER), None)),
                URL => Some((scaled(self.size(right).map_or(1, |size| size.max), PER_CHARACTER), None)),
                _ => None,
            },
            _ => None,
        }
    }

    fn squared(&self, expr: &Expr) -> Size {
        let size = self.size_or_unknown(expr);
        size.multiply(size)
    }

    /// How large the elements of a list can be, if it is one.
    fn element(&self, list: &Expr) -> Option<(Size, bool)> {
        let Type::List(of) = self.type_of(list) else { return None };
        let extent = self.extent(list).and_then(|extent| extent.inner.as_deref());
        Some((extent.map_or(UNKNOWN, |extent| Size { min: 0, max: extent.most }), matches!(**of, Type::Text | Type::Bytes)))
    }

    /// Every element compared once.
    fn compared(&self, target: &Expr) -> u64 {
        match self.element(target) {
            Some((size, texts)) => {
                let each = if texts { scaled(size.max, PER_CHARACTER).saturating_add(1) } else { 1 };
                self.most(target).saturating_mul(each)
            }
            None => scaled(self.most(target), PER_CHARACTER),
        }
    }

    fn joined(&self, target: &Expr, separator: Option<&Expr>) -> Size {
        let count = self.size_or_unknown(target);
        let size = self.element(target).map_or(Size::fixed(0), |(element, _)| count.multiply(element));
        let between = Size { min: count.min.saturating_sub(1), max: count.max.saturating_sub(1) };
        separator.map_or(size, |separator| size.add(self.size_or_unknown(separator).multiply(between)))
    }

    fn replaced(&self, target: &Expr, from: &Expr, to: &Expr) -> Size {
        let (size, from, to) = (self.size_or_unknown(target), self.size_or_unknown(from), self.size_or_unknown(to));
        // The longest: as many of the shortest parts as there can be, each replaced by the longest text.
        let (most, kept) = match from.min {
            0 => (size.max.saturating_add(1), size.max),
            shortest if to.max <= shortest => (0, size.max),
            shortest => (size.max.div_ceil(shortest), 0),
        };
        let (least, left) = match from.max {
            0 => (size.min.saturating_add(1), size.min),
            longest if longest <= to.min => (0, size.min),
            longest => (size.min.div_ceil(longest), 0),
        };
        Size { min: least, max: most }.multiply(to).add(Size { min: left, max: kept })
    }
}

fn literal(expr: &Expr) -> Option<u64> {
    match &expr.kind {
        Kind::Literal(Value::Int(number)) => Some(u64::try_from(*number).unwrap_or(0)),
        _ => None,
    }
}

/// A call that makes a list of this size.
fn list_call(factor: f64, size: Size) -> (u64, Option<Size>) {
    (scaled(size.max, factor).saturating_add(1 + LIST), Some(size))
}
