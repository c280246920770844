//! Laying a configuration over an object, by the types: what server-side apply does with the values.
//!
//! Nothing is removed. Where both have a plain value or an atomic part, the configuration's counts. Lists keep the order
//! of the object where the configuration says nothing of it, and take the configuration's where it does.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/typed/merge.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value};

use super::element::PathElement;
use super::schema::{Elements, MapType, Schema};
use super::typed::{Form, field_of, form, item_element, list_of, map_of};

/// The object with the configuration laid over it.
pub fn merge<S: Schema>(schema: S, object: &Value, configuration: &Value) -> Value {
    walk(schema, Some(object), Some(configuration)).unwrap_or(Value::Null)
}

fn walk<S: Schema>(schema: S, left: Option<&Value>, right: Option<&Value>) -> Option<Value> {
    let decisive = if right.is_some() { right } else { left };
    match form(schema, decisive) {
        Form::Plain(_) | Form::Unknown => leaf(left, right),
        Form::Map(map) => {
            let empty = |value| map_of(value).is_none_or(Map::is_empty);
            if map.atomic || (empty(left) && empty(right)) { leaf(left, right) } else { map_fields(schema, &map, left, right) }
        }
        Form::List(elements, of) => {
            let empty = |value| list_of(value).is_none_or(|items| items.is_empty());
            if elements == Elements::Atomic || (empty(left) && empty(right)) {
                leaf(left, right)
            } else {
                list_items(schema, elements, of, list_of(left).map_or(&[], Vec::as_slice), list_of(right).map_or(&[], Vec::as_slice))
            }
        }
    }
}

fn leaf(left: Option<&Value>, right: Option<&Value>) -> Option<Value> {
    right.or(left).cloned()
}

fn map_fields<S: Schema>(schema: S, map: &MapType<S>, left: Option<&Value>, right: Option<&Value>) -> Option<Value> {
    let (left, right) = (map_of(left), map_of(right));
    let mut out = Map::new();
    let mut visit = |name: &str, left: Option<&Value>, right: Option<&Value>| {
        let merged = match field_of(schema, map, name).1 {
            Some(of) => walk(of, left, right),
            None => leaf(left, right),
        };
        out.extend(merged.map(|value| (name.to_owned(), value)));
    };
    for (name, value) in left.into_iter().flatten() {
        visit(name, Some(value), right.and_then(|fields| fields.get(name)));
    }
    for (name, value) in right.into_iter().flatten() {
        if left.is_none_or(|fields| !fields.contains_key(name)) {
            visit(name, None, Some(value));
        }
    }
    (!out.is_empty()).then_some(Value::Object(out))
}

/// A list with the element by which each item goes.
struct Items<'a>(Vec<(PathElement, &'a Value)>);

impl<'a> Items<'a> {
    fn of<S: Schema>(schema: S, elements: Elements, items: &'a [Value]) -> Self {
        Items(items.iter().filter_map(|item| Some((item_element(schema, elements, item).ok()?, item))).collect())
    }

    fn has(&self, element: &PathElement) -> bool {
        self.0.iter().any(|(other, _)| other == element)
    }

    /// The item to merge with; one that is there twice is merged with nothing.
    fn get(&self, element: &PathElement) -> Option<&'a Value> {
        let mut found = self.0.iter().filter(|(other, _)| other == element);
        let first = found.next().map(|(_, value)| *value);
        if found.next().is_some() { Some(&Value::Null) } else { first }
    }
}

fn list_items<S: Schema>(schema: S, elements: Elements, of: S, left: &[Value], right: &[Value]) -> Option<Value> {
    let (left, right) = (Items::of(schema, elements, left), Items::of(schema, elements, right));
    // What both have, in the order of the configuration.
    let mut shared = right.0.iter().map(|(element, _)| element).filter(|element| left.has(element));
    let mut next_shared = shared.next();
    let mut merged: Vec<&PathElement> = Vec::new();
    let mut out: Vec<Value> = Vec::new();
    let (mut l, mut r) = (0, 0);
    while l < left.0.len() || r < right.0.len() {
        if let (Some((mine, _)), Some((theirs, _))) = (left.0.get(l), right.0.get(r)) {
            if mine == theirs {
                merged.push(mine);
                out.extend(walk(of, left.get(mine), right.get(mine)));
                (l, r) = (l + 1, r + 1);
                next_shared = shared.next();
                continue;
            }
            if right.has(mine) && next_shared.is_some_and(|next| next != mine) {
                // It comes later in the configuration.
                l += 1;
                continue;
            }
        }
        if let Some((mine, value)) = left.0.get(l) {
            if !right.has(mine) {
                out.extend(walk(of, Some(value), None));
                l += 1;
                continue;
            }
            if merged.contains(&mine) {
                l += 1;
            }
        }
        if let Some((theirs, _)) = right.0.get(r) {
            merged.push(theirs);
            out.extend(walk(of, left.get(theirs), right.get(theirs)));
            r += 1;
            if next_shared == Some(theirs) {
                next_shared = shared.next();
            }
        }
    }
    (!out.is_empty()).then_some(Value::Array(out))
}

#[cfg(test)]
mod tests {
    use super::super::Type;
    use super::*;
    use serde_json::json;

    fn names(left: &[&str], right: &[&str]) -> Vec<String> {
        let pod = Type::of_kind("v1", "Pod").unwrap();
        let of = |names: &[&str]| json!({"metadata": {"finalizers": names}});
        let merged = merge(pod, &of(left), &of(right));
        merged["metadata"]["finalizers"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn lists_are_ordered_as_the_configuration_says() {
        let cases: [(&[&str], &[&str], &[&str]); 9] = [
            (&["a", "b"], &[], &["a", "b"]),
            (&[], &["a", "b"], &["a", "b"]),
            (&["a", "b"], &["b", "a"], &["b", "a"]),
            (&["a", "b", "c"], &["c"], &["a", "b", "c"]),
            (&["a", "b"], &["c", "a"], &["c", "a", "b"]),
            (&["a", "b", "c", "d"], &["d", "b"], &["a", "c", "d", "b"]),
            (&["a", "b", "c"], &["x", "c", "a"], &["b", "x", "c", "a"]),
            (&["a", "a", "b"], &["a"], &["a", "b"]),
            (&["a", "b", "a"], &["c", "b"], &["a", "c", "b", "a"]),
        ];
        for (left, right, expected) in cases {
            assert_eq!(names(left, right), expected, "{left:?} and {right:?}");
        }
    }

    #[test]
    fn maps_are_merged_and_atomic_parts_replaced() {
        let schema = Type::of_kind("apps/v1", "Deployment").unwrap();
        let object = json!({"metadata": {"labels": {"a": "1"}}, "spec": {"replicas": 1, "selector": {"matchLabels": {"a": "b"}}, "template": {"spec": {"containers": [{"name": "a", "image": "x", "ports": [{"containerPort": 1, "protocol": "TCP"}]}]}}}});
        let configuration = json!({"metadata": {"labels": {"b": "2"}}, "spec": {"selector": {"matchLabels": {"c": "d"}}, "template": {"spec": {"containers": [{"name": "a", "ports": [{"containerPort": 1, "name": "http"}]}, {"name": "b"}]}}}});
        assert_eq!(
            merge(schema, &object, &configuration),
            json!({"metadata": {"labels": {"a": "1", "b": "2"}}, "spec": {"replicas": 1, "selector": {"matchLabels": {"c": "d"}}, "template": {"spec": {"containers": [{"name": "a", "image": "x", "ports": [{"containerPort": 1, "protocol": "TCP", "name": "http"}]}, {"name": "b"}]}}}})
        );
    }
}
