//! Lists.

use podarium_api::go_template::Value;

use super::{Row, int_of, is_empty, list_of, string_of};

type Done = Result<Value, String>;

fn without(a: &[Value]) -> Done {
    Ok(Value::list(list_of("without", &a[0])?.iter().filter(|item| !a[1..].contains(item)).cloned().collect()))
}

fn uniq(a: &[Value]) -> Done {
    let mut found: Vec<Value> = Vec::new();
    for item in list_of("uniq", &a[0])?.iter() {
        if !found.contains(item) {
            found.push(item.clone());
        }
    }
    Ok(Value::list(found))
}

fn append(a: &[Value]) -> Done {
    let mut items = match &a[0] {
        Value::List(items) => items.as_ref().clone(),
        other => return Err(format!("Cannot push on type {}", other.kind_name())),
    };
    items.push(a[1].clone());
    Ok(Value::list(items))
}

fn prepend(a: &[Value]) -> Done {
    let items = match &a[0] {
        Value::List(items) => items.clone(),
        other => return Err(format!("Cannot prepend on type {}", other.kind_name())),
    };
    Ok(Value::list(std::iter::once(a[1].clone()).chain(items.iter().cloned()).collect()))
}

fn first(a: &[Value]) -> Done {
    Ok(list_of("first", &a[0])?.first().cloned().unwrap_or_default())
}

fn last(a: &[Value]) -> Done {
    Ok(list_of("last", &a[0])?.last().cloned().unwrap_or_default())
}

fn rest(a: &[Value]) -> Done {
    Ok(Value::list(list_of("rest", &a[0])?.iter().skip(1).cloned().collect()))
}

fn initial(a: &[Value]) -> Done {
    let items = list_of("initial", &a[0])?;
    Ok(Value::list(items[..items.len().saturating_sub(1)].to_vec()))
}

fn reverse(a: &[Value]) -> Done {
    Ok(Value::list(list_of("reverse", &a[0])?.iter().rev().cloned().collect()))
}

fn compact(a: &[Value]) -> Done {
    Ok(Value::list(list_of("compact", &a[0])?.iter().filter(|item| !is_empty(item)).cloned().collect()))
}

fn has(a: &[Value]) -> Done {
    match &a[1] {
        Value::Nil => Ok(Value::Bool(false)),
        list => Ok(Value::Bool(list_of("has", list)?.contains(&a[0]))),
    }
}

fn slice(a: &[Value]) -> Done {
    let items = list_of("slice", &a[0])?;
    let place = |at: usize, default: usize| a.get(at).map_or(Ok(default), |value| int_of(value).map(|number| usize::try_from(number).unwrap_or(0).min(items.len())));
    let (from, to) = (place(1, 0)?, place(2, items.len())?);
    Ok(Value::list(items.get(from..to).unwrap_or_default().to_vec()))
}

fn chunk(a: &[Value]) -> Done {
    let size = usize::try_from(int_of(&a[0])?).unwrap_or(1).max(1);
    Ok(Value::list(list_of("chunk", &a[1])?.chunks(size).map(|part| Value::list(part.to_vec())).collect()))
}

fn until(from: i64, to: i64, step: i64) -> Vec<Value> {
    let (mut items, mut at) = (Vec::new(), from);
    while step > 0 && at < to || step < 0 && at > to {
        items.push(Value::Int(at));
        at += step;
        if items.len() > 1 << 16 {
            break;
        }
    }
    items
}

fn seq(a: &[Value]) -> Done {
    let numbers: Vec<i64> = a.iter().map(int_of).collect::<Result<_, _>>()?;
    let (from, step, to) = match numbers.as_slice() {
        [to] => (1, if *to < 1 { -1 } else { 1 }, *to),
        [from, to] => (*from, if to < from { -1 } else { 1 }, *to),
        [from, step, to] => (*from, *step, *to),
        _ => return Ok(Value::text("")),
    };
    let items = until(from, to + step.signum(), step);
    Ok(Value::text(items.iter().map(string_of).collect::<Vec<_>>().join(" ")))
}

pub const FUNCTIONS: &[Row] = &[
    ("append", 2, 2, append),
    ("mustAppend", 2, 2, append),
    ("push", 2, 2, append),
    ("mustPush", 2, 2, append),
    ("chunk", 2, 2, chunk),
    ("compact", 1, 1, compact),
    ("mustCompact", 1, 1, compact),
    ("concat", 0, usize::MAX, |a| {
        let mut items = Vec::new();
        for list in a {
            items.extend(list_of("concat", list)?.iter().cloned());
        }
        Ok(Value::list(items))
    }),
    ("first", 1, 1, first),
    ("mustFirst", 1, 1, first),
    ("has", 2, 2, has),
    ("mustHas", 2, 2, has),
    ("initial", 1, 1, initial),
    ("mustInitial", 1, 1, initial),
    ("last", 1, 1, last),
    ("mustLast", 1, 1, last),
    ("list", 0, usize::MAX, |a| Ok(Value::list(a.to_vec()))),
    ("tuple", 0, usize::MAX, |a| Ok(Value::list(a.to_vec()))),
    ("prepend", 2, 2, prepend),
    ("mustPrepend", 2, 2, prepend),
    ("rest", 1, 1, rest),
    ("mustRest", 1, 1, rest),
    ("reverse", 1, 1, reverse),
    ("mustReverse", 1, 1, reverse),
    ("seq", 0, usize::MAX, seq),
    ("mustSlice", 1, 3, slice),
    ("sortAlpha", 1, 1, |a| match &a[0] {
        Value::List(items) => {
            let mut texts: Vec<String> = items.iter().map(string_of).collect();
            texts.sort();
            Ok(Value::list(texts.iter().map(Value::text).collect()))
        }
        other => Ok(Value::list(vec![Value::text(string_of(other))])),
    }),
    ("uniq", 1, 1, uniq),
    ("mustUniq", 1, 1, uniq),
    ("until", 1, 1, |a| {
        let count = int_of(&a[0])?;
        Ok(Value::list(until(0, count, if count < 0 { -1 } else { 1 })))
    }),
    ("untilStep", 3, 3, |a| Ok(Value::list(until(int_of(&a[0])?, int_of(&a[1])?, int_of(&a[2])?)))),
    ("without", 1, usize::MAX, without),
    ("mustWithout", 1, usize::MAX, without),
    ("all", 0, usize::MAX, |a| Ok(Value::Bool(a.iter().all(|value| !is_empty(value))))),
    ("any", 0, usize::MAX, |a| Ok(Value::Bool(a.iter().any(|value| !is_empty(value))))),
];
