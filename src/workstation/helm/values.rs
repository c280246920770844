//! Values: `--set`, `-f`, and how those of a user, a chart and its dependencies come together.
//!
//! Models: helm.sh/helm/pkg/{strvals,cli/values,chart/common/util}, v4.2.3.
//! Simplified: no `--set-literal`; `import-values` of dependencies is refused; nothing is logged of a map where the chart
//! has none.

use serde_json::{Map, Value, json};

use super::chart::Chart;

/// How `--set` reads what stands behind the `=`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Text,
    Json,
}

/// Puts `a.b[0].c=value,d=e` into values.
pub fn set(values: &mut Value, text: &str, kind: Kind) -> Result<(), String> {
    if kind == Kind::Json {
        let Some((path, json)) = text.split_once('=') else {
            let whole: Value = serde_json::from_str(text).map_err(|error| format!("failed parsing --set-json data JSON: {text}: {error}"))?;
            merge(values, whole);
            return Ok(());
        };
        let value: Value = serde_json::from_str(json).map_err(|error| format!("failed parsing --set-json data {text}: {error}"))?;
        let keys = parse_path(path)?;
        return put(values, &keys, value);
    }
    for part in split_outside(text, ',') {
        if part.is_empty() {
            continue;
        }
        let Some(at) = find_outside(&part, '=') else { return Err(format!("key {part:?} has no value")) };
        let keys = parse_path(&part[..at])?;
        let source = &part[at + 1..];
        let value = match source.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some("") => json!([]),
            Some(inner) => Value::Array(split_outside(inner, ',').iter().map(|item| typed(&unescape(item), kind)).collect()),
            None => typed(&unescape(source), kind),
        };
        put(values, &keys, value)?;
    }
    Ok(())
}

fn typed(text: &str, kind: Kind) -> Value {
    if kind == Kind::Text {
        return text.into();
    }
    match text.to_lowercase().as_str() {
        "true" => return true.into(),
        "false" => return false.into(),
        "null" => return Value::Null,
        _ => {}
    }
    // A leading zero makes a text of a number.
    if (text == "0" || !text.starts_with('0'))
        && let Ok(number) = text.parse::<i64>()
    {
        return number.into();
    }
    text.into()
}

fn unescape(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            other => out.push(other),
        }
    }
    out
}

/// Where a character stands that is not escaped and not in braces.
fn find_outside(text: &str, wanted: char) -> Option<usize> {
    let (mut depth, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' if wanted == ',' => depth += 1,
            '}' if wanted == ',' && depth > 0 => depth -= 1,
            c if c == wanted && depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

fn split_outside(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = find_outside(rest, separator) {
        parts.push(rest[..at].to_owned());
        rest = &rest[at + 1..];
    }
    parts.push(rest.to_owned());
    parts
}

enum Key {
    Name(String),
    Index(usize),
}

fn parse_path(path: &str) -> Result<Vec<Key>, String> {
    let mut keys = Vec::new();
    for part in split_outside(path, '.') {
        let (name, mut indexes) = part.split_once('[').map_or((part.as_str(), ""), |(name, rest)| (name, rest));
        if !name.is_empty() {
            keys.push(Key::Name(unescape(name)));
        }
        while !indexes.is_empty() {
            let Some((number, rest)) = indexes.split_once(']') else { return Err(format!("error parsing index: unexpected end in {part:?}")) };
            let index: usize = number.parse().map_err(|_| format!("error parsing index: strconv.Atoi: parsing {number:?}: invalid syntax"))?;
            if index > 65_536 {
                return Err(format!("index of {index} is greater than maximum supported index of 65536"));
            }
            keys.push(Key::Index(index));
            indexes = rest.strip_prefix('[').unwrap_or("");
        }
    }
    if keys.is_empty() {
        return Err(format!("key {path:?} has no value"));
    }
    Ok(keys)
}

fn put(values: &mut Value, keys: &[Key], value: Value) -> Result<(), String> {
    let Some((first, rest)) = keys.split_first() else {
        *values = value;
        return Ok(());
    };
    match first {
        Key::Name(name) => {
            if !values.is_object() {
                *values = json!({});
            }
            let map = values.as_object_mut().expect("it was just made a map");
            put(map.entry(name.clone()).or_insert(Value::Null), rest, value)
        }
        Key::Index(index) => {
            if !values.is_array() {
                *values = json!([]);
            }
            let list = values.as_array_mut().expect("it was just made a list");
            while list.len() <= *index {
                list.push(Value::Null);
            }
            put(&mut list[*index], rest, value)
        }
    }
}

/// Lays one map over another: what is a map on both sides is merged.
pub fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                match under.get_mut(&name) {
                    Some(inner) if inner.is_object() && value.is_object() => merge(inner, value),
                    _ => drop(under.insert(name, value)),
                }
            }
        }
        (under, over) => *under = over,
    }
}

/// The values that a chart is rendered with: the user's over the chart's own. What the user set to null is taken out.
pub fn coalesce(chart: &Chart, given: &Value) -> Value {
    let mut values = given.as_object().cloned().unwrap_or_default();
    fill(&mut values, chart.values.as_object());
    for dependency in &chart.dependencies {
        let name = dependency.name().to_owned();
        let own = match values.get(&name) {
            Some(Value::Object(map)) => Value::Object(map.clone()),
            _ => json!({}),
        };
        let mut own = own;
        if let Some(global) = values.get("global").filter(|global| global.is_object()) {
            let mut merged = own.get("global").cloned().unwrap_or_else(|| json!({}));
            merge(&mut merged, global.clone());
            own["global"] = merged;
        }
        values.insert(name, coalesce(dependency, &own));
    }
    Value::Object(values)
}

/// Puts in what is missing.
fn fill(values: &mut Map<String, Value>, defaults: Option<&Map<String, Value>>) {
    for (name, default) in defaults.into_iter().flatten() {
        match (values.get_mut(name), default) {
            (None, Value::Null) => {}
            (None, default) => drop(values.insert(name.clone(), default.clone())),
            // A null says that the chart's default is not wanted.
            (Some(Value::Null), _) => drop(values.remove(name)),
            (Some(Value::Object(inner)), Value::Object(default)) => fill(inner, Some(default)),
            _ => {}
        }
    }
}

/// Takes away the dependencies that conditions and tags switch off, and gives others the name that they are wanted by.
pub fn process_dependencies(chart: &mut Chart, given: &Value) -> Result<(), String> {
    let wanted: Vec<Value> = chart.metadata["dependencies"].as_array().cloned().unwrap_or_default();
    if wanted.iter().any(|entry| entry.get("import-values").is_some_and(|it| it.as_array().is_some_and(|list| !list.is_empty()))) {
        return Err("not simulated: import-values of a dependency".to_owned());
    }
    let values = coalesce(chart, given);
    let lookup = |path: &str| path.trim().split('.').try_fold(&values, |at, name| at.get(name)).and_then(Value::as_bool);
    chart.dependencies.retain_mut(|dependency| {
        let Some(entry) = wanted.iter().find(|entry| entry["name"].as_str() == Some(dependency.name())) else { return true };
        let mut enabled = true;
        let tags: Vec<bool> = entry["tags"].as_array().into_iter().flatten().filter_map(|tag| lookup(&format!("tags.{}", tag.as_str()?))).collect();
        if !tags.is_empty() {
            enabled = tags.contains(&true);
        }
        if let Some(found) = entry["condition"].as_str().and_then(|conditions| conditions.split(',').find_map(lookup)) {
            enabled = found;
        }
        if let Some(alias) = entry["alias"].as_str().filter(|alias| !alias.is_empty()) {
            dependency.metadata["name"] = alias.into();
        }
        enabled
    });
    for dependency in &mut chart.dependencies {
        let own = values.get(dependency.name()).cloned().unwrap_or_else(|| json!({}));
        process_dependencies(dependency, &own)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read_as_helm_reads_it() {
        for (text, wanted) in [
            ("a=1,b=x", json!({"a": 1, "b": "x"})),
            ("a.b.c=true", json!({"a": {"b": {"c": true}}})),
            ("l={1,two,null}", json!({"l": [1, "two", null]})),
            ("l[1].x=y", json!({"l": [null, {"x": "y"}]})),
            ("a\\.b=c\\,d", json!({"a.b": "c,d"})),
            ("a=007,b=0,c=,d=1.5", json!({"a": "007", "b": 0, "c": "", "d": "1.5"})),
            ("e={}", json!({"e": []})),
            ("n=null", json!({"n": null})),
        ] {
            let mut values = json!({});
            set(&mut values, text, Kind::Plain).unwrap();
            assert_eq!(values, wanted, "{text}");
        }
        let mut values = json!({});
        set(&mut values, "a=1", Kind::Text).unwrap();
        assert_eq!(values, json!({"a": "1"}));
        assert_eq!(set(&mut values, "a", Kind::Plain), Err("key \"a\" has no value".to_owned()));
    }

    #[test]
    fn a_null_takes_a_default_away() {
        let chart = Chart { values: json!({"a": {"b": 1, "c": 2}, "d": 3}), ..Chart::default() };
        assert_eq!(coalesce(&chart, &json!({"a": {"b": null}, "d": 4})), json!({"a": {"c": 2}, "d": 4}));
    }
}
