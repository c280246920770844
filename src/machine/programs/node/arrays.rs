//! Arrays.

use super::run::{Abrupt, Call, Native, Outcome, Run};
use super::value::{Class_, Value};

pub fn install(run: &mut Run<'_, '_>) {
    run.constructor("Array", array, STATICS, METHODS);
}

fn array(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    match call.args {
        [Value::Number(length)] if *length >= 0.0 && length.fract() == 0.0 && *length <= 1e6 => Ok(run.array(vec![Value::Undefined; *length as usize])),
        [Value::Number(_)] => run.throw("RangeError", "Invalid array length"),
        items => Ok(run.array(items.to_vec())),
    }
}

const STATICS: &[(&str, Native)] = &[
    ("isArray", |run, call| Ok(matches!(run.class(&call.arg(0)), Some(Class_::Array(_))).into())),
    ("of", |run, call| Ok(run.array(call.args.to_vec()))),
    ("from", |run, call| {
        let of = call.arg(0);
        let items = match run.class(&of) {
            Some(Class_::Plain) => {
                let length = run.get(&of, "length")?;
                let length = run.number(&length)?;
                let mut items = Vec::new();
                for index in 0..if length.is_finite() { length.clamp(0.0, 1e6) as usize } else { 0 } {
                    items.push(run.get(&of, &index.to_string())?);
                }
                items
            }
            _ => run.items(&of)?,
        };
        if !run.is_callable(&call.arg(1)) {
            return Ok(run.array(items));
        }
        let mut mapped = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            mapped.push(run.call(&call.arg(1), Value::Undefined, &[item, Value::Number(index as f64)])?);
        }
        Ok(run.array(mapped))
    }),
];

/// The items of `this`, as a copy.
fn own(run: &mut Run<'_, '_>, call: &Call<'_>) -> Result<Vec<Value>, Abrupt> {
    match run.class(call.this) {
        Some(Class_::Array(items)) => Ok(items.clone()),
        Some(_) => {
            let length = run.get(call.this, "length")?;
            let length = run.number(&length)?.clamp(0.0, 1e6) as usize;
            (0..length).map(|index| run.get(call.this, &index.to_string())).collect()
        }
        None => run.items(call.this),
    }
}

fn change<T>(run: &mut Run<'_, '_>, call: &Call<'_>, change: impl FnOnce(&mut Vec<Value>) -> T) -> Result<T, Abrupt> {
    if let Some(id) = call.this.id() {
        let object = run.vm.heap.object_mut(id);
        if object.frozen {
            return run.type_error("Cannot add property, object is not extensible");
        }
        if let Class_::Array(items) = &mut object.class {
            return Ok(change(items));
        }
    }
    run.not_simulated("methods of arrays on other things")
}

/// Calls the function with each item, until `stop` says that it is enough.
fn each(run: &mut Run<'_, '_>, call: &Call<'_>, mut stop: impl FnMut(usize, &Value, Value) -> bool) -> Result<(), Abrupt> {
    let function = call.arg(0);
    if !run.is_callable(&function) {
        let what = run.inspect(&function);
        return run.type_error(&format!("{what} is not a function"));
    }
    for (index, item) in own(run, call)?.into_iter().enumerate() {
        let result = run.call(&function, call.arg(1), &[item.clone(), Value::Number(index as f64), call.this.clone()])?;
        if stop(index, &item, result) {
            break;
        }
    }
    Ok(())
}

/// A place in a list: from its end if it is negative.
pub fn place(run: &mut Run<'_, '_>, value: &Value, length: usize, otherwise: usize) -> Result<usize, Abrupt> {
    if matches!(value, Value::Undefined) {
        return Ok(otherwise);
    }
    let number = run.number(value)?;
    let number = if number.is_nan() { 0.0 } else { number.trunc() };
    Ok(if number < 0.0 { (length as f64 + number).max(0.0) } else { number.min(length as f64) } as usize)
}

fn flatten(run: &Run<'_, '_>, items: Vec<Value>, depth: usize, out: &mut Vec<Value>) {
    for item in items {
        match run.class(&item) {
            Some(Class_::Array(inner)) if depth > 0 => flatten(run, inner.clone(), depth - 1, out),
            _ => out.push(item),
        }
    }
}

fn join(run: &mut Run<'_, '_>, call: &Call<'_>, separator: &str) -> Outcome {
    if run.vm.frames.len() > 90 {
        return run.not_simulated("arrays that are nested that deep");
    }
    let mut parts = Vec::new();
    for item in own(run, call)? {
        parts.push(if item.is_missing() { "".into() } else { run.text(&item)? });
    }
    Ok(parts.join(separator).into())
}

/// Sorts by insertion into halves, so that a comparison of the program's own may say what it likes.
fn sorted(run: &mut Run<'_, '_>, items: Vec<Value>, by: &Value) -> Result<Vec<Value>, Abrupt> {
    if items.len() < 2 {
        return Ok(items);
    }
    let mut left = items;
    let right = left.split_off(left.len() / 2);
    let (left, right) = (sorted(run, left, by)?, sorted(run, right, by)?);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    let mut out = Vec::new();
    loop {
        match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => {
                let (a, b) = (a.clone(), b.clone());
                let right_first = if matches!(a, Value::Undefined) || matches!(b, Value::Undefined) {
                    matches!(a, Value::Undefined) && !matches!(b, Value::Undefined)
                } else if run.is_callable(by) {
                    let order = run.call(by, Value::Undefined, &[a, b])?;
                    run.number(&order)? > 0.0
                } else {
                    let (a, b) = (run.text(&a)?, run.text(&b)?);
                    a.encode_utf16().gt(b.encode_utf16())
                };
                out.extend(if right_first { right.next() } else { left.next() });
            }
            _ => {
                out.extend(left);
                out.extend(right);
                return Ok(out);
            }
        }
    }
}

const METHODS: &[(&str, Native)] = &[
    ("push", |run, call| Ok(Value::Number(change(run, call, |items| {
        items.extend_from_slice(call.args);
        items.len() as f64
    })?))),
    ("pop", |run, call| Ok(change(run, call, Vec::pop)?.unwrap_or_default())),
    ("shift", |run, call| change(run, call, |items| if items.is_empty() { Value::Undefined } else { items.remove(0) })),
    ("unshift", |run, call| Ok(Value::Number(change(run, call, |items| {
        items.splice(0..0, call.args.iter().cloned());
        items.len() as f64
    })?))),
    ("reverse", |run, call| change(run, call, |items| items.reverse()).map(|()| call.this.clone())),
    ("sort", |run, call| {
        let items = own(run, call)?;
        let items = sorted(run, items, &call.arg(0))?;
        change(run, call, |own| *own = items)?;
        Ok(call.this.clone())
    }),
    ("splice", |run, call| {
        let length = own(run, call)?.len();
        let start = place(run, &call.arg(0), length, 0)?;
        let count = if call.args.len() < 2 { length - start } else { run.number(&call.arg(1))?.max(0.0) as usize };
        let end = (start + count).min(length);
        let taken: Vec<Value> = change(run, call, |items| items.splice(start..end, call.args.iter().skip(2).cloned()).collect())?;
        Ok(run.array(taken))
    }),
    ("fill", |run, call| {
        let length = own(run, call)?.len();
        let (start, end) = (place(run, &call.arg(1), length, 0)?, place(run, &call.arg(2), length, length)?);
        change(run, call, |items| items.iter_mut().take(end).skip(start).for_each(|item| *item = call.arg(0)))?;
        Ok(call.this.clone())
    }),
    ("slice", |run, call| {
        let items = own(run, call)?;
        let (start, end) = (place(run, &call.arg(0), items.len(), 0)?, place(run, &call.arg(1), items.len(), items.len())?);
        Ok(run.array(items.into_iter().take(end).skip(start).collect()))
    }),
    ("concat", |run, call| {
        let mut items = own(run, call)?;
        flatten(run, call.args.to_vec(), 1, &mut items);
        Ok(run.array(items))
    }),
    ("flat", |run, call| {
        let depth = if call.args.is_empty() { 1.0 } else { run.number(&call.arg(0))? };
        let (items, mut out) = (own(run, call)?, Vec::new());
        flatten(run, items, depth.clamp(0.0, 50.0) as usize, &mut out);
        Ok(run.array(out))
    }),
    ("join", |run, call| {
        let separator = if matches!(call.arg(0), Value::Undefined) { ",".into() } else { run.text(&call.arg(0))? };
        join(run, call, &separator)
    }),
    ("toString", |run, call| join(run, call, ",")),
    ("forEach", |run, call| each(run, call, |_, _, _| false).map(|()| Value::Undefined)),
    ("map", |run, call| {
        let mut out = Vec::new();
        each(run, call, |_, _, result| {
            out.push(result);
            false
        })?;
        Ok(run.array(out))
    }),
    ("filter", |run, call| {
        let mut out = Vec::new();
        each(run, call, |_, item, result| {
            out.extend(result.truthy().then(|| item.clone()));
            false
        })?;
        Ok(run.array(out))
    }),
    ("find", |run, call| {
        let mut found = Value::Undefined;
        each(run, call, |_, item, result| {
            if result.truthy() {
                found = item.clone();
            }
            result.truthy()
        })?;
        Ok(found)
    }),
    ("findIndex", |run, call| {
        let mut found = -1.0;
        each(run, call, |index, _, result| {
            if result.truthy() {
                found = index as f64;
            }
            result.truthy()
        })?;
        Ok(Value::Number(found))
    }),
    ("some", |run, call| {
        let mut any = false;
        each(run, call, |_, _, result| {
            any |= result.truthy();
            any
        })?;
        Ok(any.into())
    }),
    ("every", |run, call| {
        let mut all = true;
        each(run, call, |_, _, result| {
            all &= result.truthy();
            !all
        })?;
        Ok(all.into())
    }),
    ("reduce", |run, call| {
        let mut items = own(run, call)?.into_iter().enumerate();
        let mut value = match call.args.get(1) {
            Some(start) => start.clone(),
            None => match items.next() {
                Some((_, first)) => first,
                None => return run.type_error("Reduce of empty array with no initial value"),
            },
        };
        for (index, item) in items {
            value = run.call(&call.arg(0), Value::Undefined, &[value, item, Value::Number(index as f64), call.this.clone()])?;
        }
        Ok(value)
    }),
    ("indexOf", |run, call| {
        let found = own(run, call)?.iter().position(|item| item.same(&call.arg(0)));
        Ok(Value::Number(found.map_or(-1.0, |index| index as f64)))
    }),
    ("lastIndexOf", |run, call| {
        let found = own(run, call)?.iter().rposition(|item| item.same(&call.arg(0)));
        Ok(Value::Number(found.map_or(-1.0, |index| index as f64)))
    }),
    ("includes", |run, call| Ok(own(run, call)?.iter().any(|item| item.same(&call.arg(0))).into())),
    ("keys", |run, call| {
        let keys = (0..own(run, call)?.len()).map(|index| Value::Number(index as f64)).collect();
        Ok(run.array(keys))
    }),
    ("values", |run, call| {
        let items = own(run, call)?;
        Ok(run.array(items))
    }),
    ("entries", |run, call| {
        let items = own(run, call)?;
        let entries = items.into_iter().enumerate().map(|(index, item)| run.array(vec![Value::Number(index as f64), item])).collect();
        Ok(run.array(entries))
    }),
    ("at", |run, call| {
        let items = own(run, call)?;
        let index = run.number(&call.arg(0))?;
        let index = if index < 0.0 { items.len() as f64 + index } else { index };
        Ok(items.get(index as usize).filter(|_| index >= 0.0).cloned().unwrap_or_default())
    }),
];
