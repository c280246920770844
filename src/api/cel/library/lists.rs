//! Functions of lists and sets.
//!
//! Models: github.com/google/cel-go/ext/{lists.go,sets.go}, staging/src/k8s.io/apiserver/pkg/cel/library/lists.go, v1.36.
//! Simplified: `sortBy` is not there.

use std::cmp::Ordering;
use std::sync::Arc;

use super::super::value::{Fault, Value};
use Value::{Bool, Int, List};

pub(super) fn call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    if let ("lists.range", [Int(count)]) = (name, values) {
        return Some(match usize::try_from(*count) {
            Ok(count) if count <= 1_000_000 => Ok((0..count).map(|index| Int(i64::try_from(index).unwrap_or(0))).collect::<Vec<_>>().into()),
            Ok(_) => Err("operation cancelled: actual cost limit exceeded".to_owned()),
            Err(_) => Ok(Vec::new().into()),
        });
    }
    let Some(List(items)) = values.first() else { return None };
    let list = |items: Vec<Value>| Ok(Value::from(items));
    Some(match (name, &values[1..]) {
        ("isSorted", []) => sorted(items).map(Bool),
        ("sum", []) => sum(items),
        ("min", []) => end(items, "min", Ordering::Less),
        ("max", []) => end(items, "max", Ordering::Greater),
        ("indexOf", [item]) => Ok(place(items.iter().position(|other| other.equals(item)))),
        ("lastIndexOf", [item]) => Ok(place(items.iter().rposition(|other| other.equals(item)))),
        ("slice", [Int(from), Int(to)]) => slice(items, *from, *to),
        ("flatten", []) => list(flatten(items, 1)),
        ("flatten", [Int(depth)]) if *depth < 0 => Err("level must be non-negative".to_owned()),
        ("flatten", [Int(depth)]) => list(flatten(items, *depth)),
        ("reverse", []) => list(items.iter().rev().cloned().collect()),
        ("distinct", []) => {
            let mut kept: Vec<Value> = Vec::new();
            for item in items.iter() {
                if !kept.iter().any(|other| other.equals(item)) {
                    kept.push(item.clone());
                }
            }
            list(kept)
        }
        ("sort", []) => {
            let mut ordered = (**items).clone();
            let mut fault = None;
            ordered.sort_by(|left, right| left.compare(right).unwrap_or_else(|why| {
                fault = Some(why);
                Ordering::Equal
            }));
            fault.map_or_else(|| list(ordered), |_| Err("list elements must have the same type".to_owned()))
        }
        ("first", []) => Ok(Value::Optional(items.first().cloned().map(Arc::new))),
        ("last", []) => Ok(Value::Optional(items.last().cloned().map(Arc::new))),
        ("sets.contains", [List(part)]) => Ok(Bool(contains(items, part))),
        ("sets.equivalent", [List(other)]) => Ok(Bool(contains(items, other) && contains(other, items))),
        ("sets.intersects", [List(other)]) => Ok(Bool(other.iter().any(|item| items.iter().any(|own| own.equals(item))))),
        _ => return None,
    })
}

fn contains(items: &[Value], part: &[Value]) -> bool {
    part.iter().all(|item| items.iter().any(|own| own.equals(item)))
}

fn place(found: Option<usize>) -> Value {
    Int(found.map_or(-1, |at| i64::try_from(at).unwrap_or(i64::MAX)))
}

fn sorted(items: &[Value]) -> Result<bool, Fault> {
    for pair in items.windows(2) {
        if pair[0].compare(&pair[1])? == Ordering::Greater {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An empty list has the sum of nothing, an int.
fn sum(items: &[Value]) -> Result<Value, Fault> {
    let Some((first, rest)) = items.split_first() else { return Ok(Int(0)) };
    rest.iter().try_fold(first.clone(), |total, item| super::call("_+_", &[total, item.clone()]))
}

fn end(items: &[Value], name: &str, wanted: Ordering) -> Result<Value, Fault> {
    let Some((first, rest)) = items.split_first() else { return Err(format!("{name} called on empty list")) };
    let mut best = first;
    for item in rest {
        if item.compare(best)? == wanted {
            best = item;
        }
    }
    Ok(best.clone())
}

fn slice(items: &[Value], from: i64, to: i64) -> Result<Value, Fault> {
    if from < 0 || to < 0 {
        return Err(format!("cannot slice({from}, {to}), negative indexes not supported"));
    }
    if from > to {
        return Err(format!("cannot slice({from}, {to}), start index must be less than or equal to end index"));
    }
    let range = usize::try_from(from).unwrap_or(usize::MAX)..usize::try_from(to).unwrap_or(usize::MAX);
    match items.get(range) {
        Some(part) => Ok(part.to_vec().into()),
        None => Err(format!("cannot slice({from}, {to}), list is length {}", items.len())),
    }
}

fn flatten(items: &[Value], depth: i64) -> Vec<Value> {
    let mut flat = Vec::new();
    for item in items {
        match item {
            List(inner) if depth > 0 => flat.extend(flatten(inner, depth - 1)),
            other => flat.push(other.clone()),
        }
    }
    flat
}
