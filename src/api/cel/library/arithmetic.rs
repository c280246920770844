//! Operators: arithmetic, comparison, membership.
//!
//! Models: github.com/google/cel-go/common/stdlib/standard.go, common/overloads, v0.26 as v1.36 has it.
//! Simplified: nothing.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::SignedDuration;

use super::super::value::{Fault, Key, Value, no_overload};
use Value::{Bytes, Double, Duration, Int, List, Map, Text, Timestamp, Uint};

pub(super) fn call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    Some(match (name, values) {
        ("_==_", [left, right]) => Ok(Value::Bool(left.equals(right))),
        ("_!=_", [left, right]) => Ok(Value::Bool(!left.equals(right))),
        ("!_", [Value::Bool(set)]) => Ok(Value::Bool(!set)),
        ("-_", [Int(number)]) => number.checked_neg().map(Int).ok_or_else(|| overflow("integer")),
        ("-_", [Double(number)]) => Ok(Double(-number)),
        ("_<_", [left, right]) => left.compare(right).map(|order| Value::Bool(order == Ordering::Less)),
        ("_<=_", [left, right]) => left.compare(right).map(|order| Value::Bool(order != Ordering::Greater)),
        ("_>_", [left, right]) => left.compare(right).map(|order| Value::Bool(order == Ordering::Greater)),
        ("_>=_", [left, right]) => left.compare(right).map(|order| Value::Bool(order != Ordering::Less)),
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [left, right]) => arithmetic(name, left, right),
        ("@in", [item, List(items)]) => Ok(Value::Bool(items.iter().any(|other| other.equals(item)))),
        ("@in", [item, Map(entries)]) => Ok(Value::Bool(Key::of(item).is_some_and(|key| entries.contains_key(&key)))),
        ("_[_]", [of, at]) => index(of, at),
        ("_[?_]", [of, at]) => optional_index(of, at),
        _ => return None,
    })
}

fn overflow(what: &str) -> Fault {
    if what == "integer" { "integer overflow".to_owned() } else { format!("{what} overflow") }
}

fn arithmetic(name: &str, left: &Value, right: &Value) -> Result<Value, Fault> {
    match (left, right) {
        (Int(left), Int(right)) => integers(name, *left, *right),
        (Uint(left), Uint(right)) => unsigned(name, *left, *right),
        (Double(left), Double(right)) => Ok(Double(match name {
            "_+_" => left + right,
            "_-_" => left - right,
            "_*_" => left * right,
            "_/_" => left / right,
            _ => return Err(no_overload()),
        })),
        (Text(left), Text(right)) if name == "_+_" => Ok(Value::from(format!("{left}{right}"))),
        (Bytes(left), Bytes(right)) if name == "_+_" => Ok(Bytes([&left[..], &right[..]].concat().into())),
        (List(left), List(right)) if name == "_+_" => Ok(List(Arc::new(left.iter().chain(right.iter()).cloned().collect()))),
        _ => times(name, left, right),
    }
}

fn integers(name: &str, left: i64, right: i64) -> Result<Value, Fault> {
    let result = match name {
        "_+_" => left.checked_add(right),
        "_-_" => left.checked_sub(right),
        "_*_" => left.checked_mul(right),
        _ if right == 0 => return Err(if name == "_/_" { "division by zero" } else { "modulus by zero" }.to_owned()),
        "_/_" => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.map(Int).ok_or_else(|| overflow("integer"))
}

fn unsigned(name: &str, left: u64, right: u64) -> Result<Value, Fault> {
    let result = match name {
        "_+_" => left.checked_add(right),
        "_-_" => left.checked_sub(right),
        "_*_" => left.checked_mul(right),
        _ if right == 0 => return Err(if name == "_/_" { "division by zero" } else { "modulus by zero" }.to_owned()),
        "_/_" => left.checked_div(right),
        _ => left.checked_rem(right),
    };
    result.map(Uint).ok_or_else(|| overflow("unsigned integer"))
}

fn times(name: &str, left: &Value, right: &Value) -> Result<Value, Fault> {
    let moved = |at: &jiff::Timestamp, nanos: i64| at.checked_add(SignedDuration::from_nanos(nanos)).map(Timestamp).map_err(|_| overflow("timestamp"));
    match (name, left, right) {
        ("_+_", Timestamp(at), Duration(by)) | ("_+_", Duration(by), Timestamp(at)) => moved(at, *by),
        ("_-_", Timestamp(at), Duration(by)) => moved(at, by.checked_neg().ok_or_else(|| overflow("duration"))?),
        ("_-_", Timestamp(left), Timestamp(right)) => {
            i64::try_from(left.duration_since(*right).as_nanos()).map(Duration).map_err(|_| overflow("duration"))
        }
        ("_+_", Duration(left), Duration(right)) => left.checked_add(*right).map(Duration).ok_or_else(|| overflow("duration")),
        ("_-_", Duration(left), Duration(right)) => left.checked_sub(*right).map(Duration).ok_or_else(|| overflow("duration")),
        _ => Err(no_overload()),
    }
}

fn index(of: &Value, at: &Value) -> Result<Value, Fault> {
    match (of, at) {
        (List(items), at) => {
            let Some(Key::Int(index)) = Key::of(at) else { return Err(no_overload()) };
            usize::try_from(index).ok().and_then(|index| items.get(index)).cloned().ok_or_else(|| format!("index out of bounds: {index}"))
        }
        (Map(entries), at) => {
            let key = Key::of(at).ok_or_else(no_overload)?;
            entries.get(&key).cloned().ok_or_else(|| format!("no such key: {}", super::text::show(at)))
        }
        (Value::Optional(_), at) => optional_index(of, at),
        _ => Err(no_overload()),
    }
}

fn optional_index(of: &Value, at: &Value) -> Result<Value, Fault> {
    match of {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(inner)) => optional_index(inner, at),
        List(_) | Map(_) => Ok(Value::Optional(index(of, at).ok().map(Arc::new))),
        _ => Err(no_overload()),
    }
}
