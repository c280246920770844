//! Maps.

use podarium_api::go_template::{Map, Value};

use super::{Row, map_of, string_of, text_of};

type Done = Result<Value, String>;

fn dict(a: &[Value]) -> Done {
    Ok(Value::map(a.chunks(2).map(|pair| (string_of(&pair[0]), pair.get(1).cloned().unwrap_or_else(|| Value::text(""))))))
}

/// Puts what is missing (or, with `overwrite`, everything) from one map into another.
fn merge_into(target: &Map, source: &Map, overwrite: bool) {
    let entries: Vec<(String, Value)> = source.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    for (name, value) in entries {
        let known = target.borrow().get(&name).cloned();
        match (known, value) {
            (Some(Value::Map(inner)), Value::Map(other)) => merge_into(&inner, &other, overwrite),
            (Some(known), value) => {
                // An empty value counts as missing, on either side.
                let replace = if overwrite { value.truth() } else { !known.truth() && value.truth() };
                if replace {
                    target.borrow_mut().insert(name, value);
                }
            }
            (None, value) => drop(target.borrow_mut().insert(name, value)),
        }
    }
}

fn merged(a: &[Value], overwrite: bool) -> Done {
    let target = map_of(&a[0])?;
    for source in &a[1..] {
        if let Value::Nil = source {
            continue;
        }
        merge_into(&target, &map_of(source)?, overwrite);
    }
    Ok(Value::Map(target))
}

fn filtered(a: &[Value], keep: bool) -> Done {
    let map = map_of(&a[0])?;
    let names: Vec<&str> = a[1..].iter().map(text_of).collect::<Result<_, _>>()?;
    let kept = map.borrow().iter().filter(|(name, _)| names.contains(&name.as_str()) == keep).map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>();
    Ok(Value::map(kept))
}

fn dig(a: &[Value]) -> Done {
    let (keys, default, map) = (&a[..a.len() - 2], &a[a.len() - 2], &a[a.len() - 1]);
    let mut at = Value::Map(map_of(map)?);
    for key in keys {
        match at.get(text_of(key)?) {
            Some(found) => at = found,
            None => return Ok(default.clone()),
        }
    }
    Ok(at)
}

pub const FUNCTIONS: &[Row] = &[
    ("deepCopy", 1, 1, |a| Ok(a[0].deep_clone())),
    ("mustDeepCopy", 1, 1, |a| Ok(a[0].deep_clone())),
    ("dict", 0, usize::MAX, dict),
    ("dig", 3, usize::MAX, dig),
    ("get", 2, 2, |a| Ok(map_of(&a[0])?.borrow().get(text_of(&a[1])?).cloned().unwrap_or_else(|| Value::text("")))),
    ("hasKey", 2, 2, |a| Ok(Value::Bool(map_of(&a[0])?.borrow().contains_key(text_of(&a[1])?)))),
    ("keys", 0, usize::MAX, |a| {
        let mut found = Vec::new();
        for map in a {
            found.extend(map_of(map)?.borrow().keys().map(Value::text));
        }
        Ok(Value::list(found))
    }),
    ("merge", 1, usize::MAX, |a| merged(a, false)),
    ("mustMerge", 1, usize::MAX, |a| merged(a, false)),
    ("mergeOverwrite", 1, usize::MAX, |a| merged(a, true)),
    ("mustMergeOverwrite", 1, usize::MAX, |a| merged(a, true)),
    ("omit", 1, usize::MAX, |a| filtered(a, false)),
    ("pick", 1, usize::MAX, |a| filtered(a, true)),
    ("pluck", 1, usize::MAX, |a| {
        let name = text_of(&a[0])?;
        let mut found = Vec::new();
        for map in &a[1..] {
            found.extend(map_of(map)?.borrow().get(name).cloned());
        }
        Ok(Value::list(found))
    }),
    ("set", 3, 3, |a| {
        let map = map_of(&a[0])?;
        map.borrow_mut().insert(text_of(&a[1])?.to_owned(), a[2].clone());
        Ok(Value::Map(map))
    }),
    ("unset", 2, 2, |a| {
        let map = map_of(&a[0])?;
        map.borrow_mut().remove(text_of(&a[1])?);
        Ok(Value::Map(map))
    }),
    ("values", 1, 1, |a| Ok(Value::list(map_of(&a[0])?.borrow().values().cloned().collect()))),
];
