//! Ratcheting: an update is not refused for what it leaves as it was. So a schema can become stricter without making
//! every stored object unchangeable.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/cel/common/equality.go (CorrelatedObject), v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::Schema;

/// The stored value that belongs to the one in hand, if there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Old<'a>(pub Option<&'a Value>);

impl<'a> Old<'a> {
    pub fn none() -> Self {
        Old(None)
    }

    pub fn field(self, name: &str) -> Self {
        Old(self.0.and_then(|old| old.as_object()).and_then(|old| old.get(name)))
    }

    /// Items belong together in lists that are maps, by their keys, and in no others.
    pub fn item(self, list: &Schema, item: &Value) -> Self {
        if list.x_kubernetes_list_type.as_deref() != Some("map") {
            return Old(None);
        }
        let keys = list.x_kubernetes_list_map_keys.as_deref().unwrap_or_default();
        let Some(old) = self.0.and_then(Value::as_array) else { return Old(None) };
        Old(old.iter().find(|old| keys.iter().all(|key| old.get(key) == item.get(key))))
    }

    pub fn is(self, value: &Value) -> bool {
        self.0.is_some_and(|old| same(old, value))
    }
}

/// Equality as the server has it: an empty map or list is as good as none of it, and 1.0 is 1.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right)),
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}
