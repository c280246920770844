//! The operations of a JSON patch, as the library does them that Kubernetes uses: what is to be replaced need not be there if its object
//! is, a negative index counts from the end, and a value that is not said is nothing.
//!
//! Models: gopkg.in/evanphx/json-patch.v4/patch.go.
//! Simplified: nothing.

use serde_json::Value;

/// Why an operation was not done, in the words of the library.
#[derive(Debug, PartialEq)]
pub enum Undone {
    /// A test found something else: the patch is for another object.
    TestFailed(String),
    Refused(String),
}

impl Undone {
    pub fn text(&self) -> &str {
        match self {
            Undone::TestFailed(text) | Undone::Refused(text) => text,
        }
    }
}

const MISSING: &str = "missing value";

/// The value after all operations.
pub fn json_operations(current: &Value, operations: &[Value]) -> Result<Value, Undone> {
    let mut patched = current.clone();
    for operation in operations {
        let op = operation.get("op").and_then(Value::as_str).unwrap_or("unknown");
        match op {
            "test" => test(&patched, operation)?,
            "add" => add(&mut patched, operation).map_err(Undone::Refused)?,
            "remove" => remove(&mut patched, operation).map_err(Undone::Refused)?,
            "replace" => replace(&mut patched, operation).map_err(Undone::Refused)?,
            "move" => move_value(&mut patched, operation).map_err(Undone::Refused)?,
            "copy" => copy(&mut patched, operation).map_err(Undone::Refused)?,
            other => return Err(Undone::Refused(format!("Unexpected kind: {other}"))),
        }
    }
    Ok(patched)
}

/// A path that an operation says.
fn said<'o>(operation: &'o Value, name: &str) -> Result<&'o str, String> {
    match operation.get(name) {
        Some(Value::String(path)) => Ok(path),
        None | Some(Value::Null) if name == "from" => Err(format!("operation, missing from field: {MISSING}")),
        None | Some(Value::Null) => Err(format!("operation missing path field: {MISSING}")),
        Some(other) => Err(format!("json: cannot unmarshal {} into Go value of type string", super::go_kind(other))),
    }
}

fn value_of(operation: &Value) -> Value {
    operation.get("value").cloned().unwrap_or_default()
}

/// The key behind the last slash, and the keys before it. What stands before the first slash does not count.
fn keys(path: &str) -> Option<(Vec<String>, String)> {
    let decoded = |part: &str| part.replace("~1", "/").replace("~0", "~");
    let mut parts: Vec<String> = path.split('/').skip(1).map(decoded).collect();
    let key = parts.pop()?;
    Some((parts, key))
}

/// The object or the list that a path leads into, and the key there.
fn container<'v>(whole: &'v mut Value, path: &str) -> Option<(&'v mut Value, String)> {
    let (parts, key) = keys(path)?;
    let mut at = whole;
    for part in parts {
        at = match at {
            Value::Object(fields) => fields.get_mut(&part)?,
            Value::Array(items) => {
                let index = position(&part, items.len()).ok()?;
                items.get_mut(index)?
            }
            _ => return None,
        };
    }
    (at.is_object() || at.is_array()).then_some((at, key))
}

/// The index that a key means in a list of so many.
fn position(key: &str, length: usize) -> Result<usize, String> {
    let index: i64 = key.parse().map_err(|_| format!("strconv.Atoi: parsing {key:?}: invalid syntax"))?;
    let found = if index < 0 { length.checked_sub(index.unsigned_abs() as usize) } else { usize::try_from(index).ok() };
    found.ok_or_else(|| invalid_index(index))
}

fn invalid_index(index: i64) -> String {
    format!("Unable to access invalid index: {index}: invalid index referenced")
}

/// What a container has under a key; of an object that may be nothing.
fn get(container: &Value, key: &str) -> Result<Value, String> {
    match container {
        Value::Array(items) => {
            let index = position(key, items.len())?;
            items.get(index).cloned().ok_or_else(|| invalid_index(index as i64))
        }
        other => Ok(other.get(key).cloned().unwrap_or_default()),
    }
}

fn insert(container: &mut Value, key: String, value: Value) -> Result<(), String> {
    match container {
        Value::Array(items) if key == "-" => items.push(value),
        Value::Array(items) => {
            let index = position(&key, items.len() + 1).map_err(|why| if why.starts_with("strconv") { format!("value was not a proper array index: '{key}': {why}") } else { why })?;
            if index > items.len() {
                return Err(invalid_index(index as i64));
            }
            items.insert(index, value);
        }
        other => other[key] = value,
    }
    Ok(())
}

fn take(container: &mut Value, key: &str) -> Result<(), String> {
    match container {
        Value::Array(items) => {
            let index = position(key, items.len())?;
            if index >= items.len() {
                return Err(invalid_index(index as i64));
            }
            items.remove(index);
            Ok(())
        }
        Value::Object(fields) => fields.remove(key).map(drop).ok_or_else(|| format!("Unable to remove nonexistent key: {key}: {MISSING}")),
        _ => Ok(()),
    }
}

fn add(whole: &mut Value, operation: &Value) -> Result<(), String> {
    let path = said(operation, "path").map_err(|_| format!("add operation failed to decode path: {MISSING}"))?;
    let Some((at, key)) = container(whole, path) else { return Err(format!("add operation does not apply: doc is missing path: \"{path}\": {MISSING}")) };
    insert(at, key, value_of(operation)).map_err(|why| format!("error in add for path: '{path}': {why}"))
}

fn remove(whole: &mut Value, operation: &Value) -> Result<(), String> {
    let path = said(operation, "path").map_err(|_| format!("remove operation failed to decode path: {MISSING}"))?;
    let Some((at, key)) = container(whole, path) else { return Err(format!("remove operation does not apply: doc is missing path: \"{path}\": {MISSING}")) };
    take(at, &key).map_err(|why| format!("error in remove for path: '{path}': {why}"))
}

fn replace(whole: &mut Value, operation: &Value) -> Result<(), String> {
    let path = said(operation, "path").map_err(|why| format!("replace operation failed to decode path: {why}"))?;
    let value = value_of(operation);
    if path.is_empty() {
        if !value.is_object() && !value.is_array() {
            return Err("replace operation value must be object or array: %!w(<nil>)".to_owned());
        }
        *whole = value;
        return Ok(());
    }
    let Some((at, key)) = container(whole, path) else { return Err(format!("replace operation does not apply: doc is missing path: {path}: {MISSING}")) };
    if get(at, &key).is_err() {
        return Err(format!("replace operation does not apply: doc is missing key: {path}: {MISSING}"));
    }
    match at {
        Value::Array(items) => {
            let index = position(&key, items.len())?;
            items[index] = value;
        }
        other => other[key] = value,
    }
    Ok(())
}

fn move_value(whole: &mut Value, operation: &Value) -> Result<(), String> {
    let from = said(operation, "from").map_err(|why| format!("move operation failed to decode from: {why}"))?;
    let Some((at, key)) = container(whole, from) else { return Err(format!("move operation does not apply: doc is missing from path: {from}: {MISSING}")) };
    let in_move = |why| format!("error in move for path: '{key}': {why}");
    let value = get(at, &key).map_err(in_move)?;
    take(at, &key).map_err(in_move)?;
    let path = said(operation, "path").map_err(|why| format!("move operation failed to decode path: {why}"))?;
    let Some((at, key)) = container(whole, path) else { return Err(format!("move operation does not apply: doc is missing destination path: {path}: {MISSING}")) };
    insert(at, key, value).map_err(|why| format!("error in move for path: '{path}': {why}"))
}

fn copy(whole: &mut Value, operation: &Value) -> Result<(), String> {
    let from = said(operation, "from").map_err(|why| format!("copy operation failed to decode from: {why}"))?;
    let Some((at, key)) = container(whole, from) else { return Err(format!("copy operation does not apply: doc is missing from path: {from}: {MISSING}")) };
    let value = get(at, &key).map_err(|why| format!("error in copy for from: '{from}': {why}"))?;
    let path = said(operation, "path").map_err(|_| format!("copy operation failed to decode path: {MISSING}"))?;
    let Some((at, key)) = container(whole, path) else { return Err(format!("copy operation does not apply: doc is missing destination path: {path}: {MISSING}")) };
    insert(at, key, value).map_err(|why| format!("error while adding value during copy: {why}"))
}

fn test(whole: &Value, operation: &Value) -> Result<(), Undone> {
    let path = said(operation, "path").map_err(|why| Undone::Refused(format!("test operation failed to decode path: {why}")))?;
    let found = match path {
        "" => whole.clone(),
        path => {
            let mut copy = whole.clone();
            let Some((at, key)) = container(&mut copy, path) else { return Err(Undone::Refused(format!("test operation does not apply: is missing path: {path}: {MISSING}"))) };
            get(at, &key).map_err(|why| Undone::Refused(format!("error in test for path: '{path}': {why}")))?
        }
    };
    if found == value_of(operation) { Ok(()) } else { Err(Undone::TestFailed(format!("testing value {path} failed: test failed"))) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_are_done_as_the_library_does_them() {
        let object = json!({"a": {"b": 1}, "l": [1, 2, 3], "a/b~": 0});
        for (operations, wanted) in [
            (json!([{"op": "add", "path": "/l/1", "value": 9}, {"op": "add", "path": "/l/-", "value": 8}]), json!({"a": {"b": 1}, "l": [1, 9, 2, 3, 8], "a/b~": 0})),
            (json!([{"op": "remove", "path": "/l/-1"}, {"op": "replace", "path": "/a/new", "value": 2}]), json!({"a": {"b": 1, "new": 2}, "l": [1, 2], "a/b~": 0})),
            (json!([{"op": "move", "from": "/a/b", "path": "/c"}, {"op": "copy", "from": "/nope", "path": "/d"}]), json!({"a": {}, "l": [1, 2, 3], "c": 1, "d": null, "a/b~": 0})),
            (json!([{"op": "remove", "path": "before/a~1b~0"}, {"op": "test", "path": "/nope"}]), json!({"a": {"b": 1}, "l": [1, 2, 3]})),
            (json!([{"op": "replace", "path": "", "value": {}}]), json!({})),
            (json!([{"op": "add", "path": "/l/-1", "value": 9}]), json!({"a": {"b": 1}, "l": [1, 2, 3, 9], "a/b~": 0})),
        ] {
            assert_eq!(json_operations(&object, operations.as_array().unwrap()), Ok(wanted), "{operations}");
        }
    }

    #[test]
    fn what_is_not_done_is_told_in_the_words_of_the_library() {
        let object = json!({"a": {"b": 1}, "l": [1]});
        for (operation, wanted) in [
            (json!({"op": "nope", "path": "/a"}), "Unexpected kind: nope"),
            (json!({"path": "/a"}), "Unexpected kind: unknown"),
            (json!({"op": "add", "path": "/x/y", "value": 1}), "add operation does not apply: doc is missing path: \"/x/y\": missing value"),
            (json!({"op": "add", "path": "/l/7", "value": 1}), "error in add for path: '/l/7': Unable to access invalid index: 7: invalid index referenced"),
            (json!({"op": "add", "path": "/l/x", "value": 1}), "error in add for path: '/l/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax"),
            (json!({"op": "remove", "path": "/a/c"}), "error in remove for path: '/a/c': Unable to remove nonexistent key: c: missing value"),
            (json!({"op": "remove", "path": "/l/3"}), "error in remove for path: '/l/3': Unable to access invalid index: 3: invalid index referenced"),
            (json!({"op": "replace", "path": "/l/3"}), "replace operation does not apply: doc is missing key: /l/3: missing value"),
            (json!({"op": "replace", "path": "/x/y"}), "replace operation does not apply: doc is missing path: /x/y: missing value"),
            (json!({"op": "move", "from": "/c", "path": "/d"}), "error in move for path: 'c': Unable to remove nonexistent key: c: missing value"),
            (json!({"op": "test", "path": "/a/b", "value": 2}), "testing value /a/b failed: test failed"),
            (json!({"op": "test", "path": "/a/b/c", "value": 2}), "test operation does not apply: is missing path: /a/b/c: missing value"),
            (json!({"op": "remove"}), "remove operation failed to decode path: missing value"),
        ] {
            assert_eq!(json_operations(&object, std::slice::from_ref(&operation)).unwrap_err().text(), wanted, "{operation}");
        }
    }
}
