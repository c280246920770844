//! Objects as kubectl handles most of them: plain JSON, so that it can show kinds that it has never heard of.
//!
//! Paths are JSON pointers: `text(&pod, "/metadata/name")`. What is missing is empty.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/unstructured/helpers.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

pub fn text<'v>(object: &'v Value, pointer: &str) -> &'v str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub fn int(object: &Value, pointer: &str) -> Option<i64> {
    object.pointer(pointer).and_then(Value::as_i64)
}

pub fn flag(object: &Value, pointer: &str) -> bool {
    object.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

pub fn items<'v>(object: &'v Value, pointer: &str) -> &'v [Value] {
    object.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A map of strings (labels, annotations), sorted.
pub fn strings(object: &Value, pointer: &str) -> BTreeMap<String, String> {
    let fields = object.pointer(pointer).and_then(Value::as_object);
    fields.into_iter().flatten().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// The fields of an object, sorted by name.
pub fn fields<'v>(object: &'v Value, pointer: &str) -> Vec<(&'v String, &'v Value)> {
    let mut fields: Vec<_> = object.pointer(pointer).and_then(Value::as_object).into_iter().flatten().collect();
    fields.sort_by_key(|(name, _)| *name);
    fields
}

pub fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

pub fn namespace(object: &Value) -> &str {
    text(object, "/metadata/namespace")
}

/// Sets a field, making the objects on the way: `set(&mut pod, "/metadata/labels/app", "web".into())`.
pub fn set(object: &mut Value, pointer: &str, value: Value) {
    let mut here = object;
    for part in pointer.split('/').skip(1) {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let name = part.replace("~1", "/").replace("~0", "~");
        here = &mut here[name];
    }
    *here = value;
}

/// Takes a field out, if it is there.
pub fn remove(object: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let name = name.replace("~1", "/").replace("~0", "~");
    object.pointer_mut(parent)?.as_object_mut()?.remove(&name)
}

/// A key as a part of a JSON pointer.
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The annotation of an object.
pub fn annotation<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    object.pointer(&format!("/metadata/annotations/{}", escape(key)))?.as_str()
}

/// `null` is as good as nothing.
pub(crate) fn or_none<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
