//! The merge patch that makes one object of another.
//!
//! Models: RFC 7386.
//! Simplified: nothing.

use serde_json::{Map, Value};

/// `{}` when nothing differs.
pub fn merge_patch(from: &Value, to: &Value) -> Value {
    let (Value::Object(from), Value::Object(to)) = (from, to) else { return to.clone() };
    let mut patch = Map::new();
    for name in from.keys().filter(|name| !to.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    for (name, value) in to {
        match from.get(name) {
            Some(same) if same == value => {}
            Some(Value::Object(before)) if value.is_object() => {
                patch.insert(name.clone(), merge_patch(&Value::Object(before.clone()), value));
            }
            _ => {
                patch.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(patch)
}
