//! The three-way merge.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go (CreateThreeWayMergePatch), v1.36.
//! Simplified: the result is worked out as an object, and the patch is the difference to what there is.

use serde_json::{Map, Value};

use super::lists::{ListKind, list_kind, retains_keys};

/// What there shall be. `original` is what was applied last, `modified` what is applied now, `current` what there is.
pub fn merge(original: &Value, modified: &Value, current: &Value) -> Value {
    merge_at(original, modified, current, &mut Vec::new())
}

fn merge_at<'v>(original: &'v Value, modified: &'v Value, current: &Value, path: &mut Vec<&'v str>) -> Value {
    match (modified, current) {
        (Value::Object(wanted), Value::Object(there)) => fields(original, wanted, there, path),
        (Value::Array(wanted), Value::Array(there)) => match list_kind(path) {
            ListKind::Atomic => modified.clone(),
            ListKind::Set => set(original, wanted, there),
            ListKind::ByKey(key) => by_key(original, wanted, there, key, path),
        },
        _ => without_nulls(modified),
    }
}

fn fields<'v>(original: &'v Value, wanted: &'v Map<String, Value>, there: &Map<String, Value>, path: &mut Vec<&'v str>) -> Value {
    let mut merged = there.clone();
    for name in original.as_object().into_iter().flatten().map(|(name, _)| name) {
        if !wanted.contains_key(name) {
            merged.remove(name);
        }
    }
    for (name, value) in wanted {
        path.push(name);
        match there.get(name) {
            _ if value.is_null() => {
                merged.remove(name);
            }
            None => {
                merged.insert(name.clone(), without_nulls(value));
            }
            Some(current) => {
                let before = original.get(name).unwrap_or(&Value::Null);
                merged.insert(name.clone(), merge_at(before, value, current, path));
            }
        }
        path.pop();
    }
    if retains_keys(path) && &merged != there {
        merged.retain(|name, _| wanted.contains_key(name));
    }
    Value::Object(merged)
}

/// Elements of the file come in the order of the file, what others have added stays behind them.
fn by_key<'v>(original: &'v Value, wanted: &'v [Value], there: &[Value], key: &str, path: &mut Vec<&'v str>) -> Value {
    let before = original.as_array().map_or(&[][..], Vec::as_slice);
    let same = |a: &Value, b: &Value| a.get(key).is_some() && a.get(key) == b.get(key);
    let mut merged: Vec<Value> = Vec::new();
    for element in wanted {
        let was = before.iter().find(|was| same(was, element)).unwrap_or(&Value::Null);
        merged.push(match there.iter().find(|current| same(current, element)) {
            Some(current) => merge_at(was, element, current, path),
            None => without_nulls(element),
        });
    }
    let added_by_others = |current: &&Value| !wanted.iter().any(|element| same(element, current)) && !before.iter().any(|was| same(was, current));
    merged.extend(there.iter().filter(added_by_others).cloned());
    // When nothing but the order differs, nothing differs.
    if merged.len() == there.len() && merged.iter().all(|element| there.contains(element)) && wanted.len() < there.len() {
        return Value::Array(there.to_vec());
    }
    Value::Array(merged)
}

fn set(original: &Value, wanted: &[Value], there: &[Value]) -> Value {
    let before = original.as_array().map_or(&[][..], Vec::as_slice);
    let mut merged: Vec<Value> = there.iter().filter(|value| wanted.contains(value) || !before.contains(value)).cloned().collect();
    merged.extend(wanted.iter().filter(|value| !there.contains(value)).cloned());
    Value::Array(merged)
}

/// A field that is written as `null` is one that is not there.
pub(super) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::merge_patch;
    use super::*;

    #[test]
    fn a_field_that_left_the_file_is_removed_and_one_of_others_stays() {
        let original = json!({"spec": {"replicas": 3, "paused": true}});
        let modified = json!({"spec": {"replicas": 5}});
        let current = json!({"spec": {"replicas": 3, "paused": true, "progressDeadlineSeconds": 600}});
        assert_eq!(merge(&original, &modified, &current), json!({"spec": {"replicas": 5, "progressDeadlineSeconds": 600}}));
    }

    #[test]
    fn replicas_that_are_not_in_the_file_are_left_to_the_autoscaler() {
        let file = json!({"spec": {"x": 1}});
        let current = json!({"spec": {"x": 1, "replicas": 7}});
        assert_eq!(merge_patch(&current, &merge(&file, &file, &current)), json!({}));
    }

    #[test]
    fn containers_are_merged_by_name() {
        let original = json!({"spec": {"containers": [{"name": "a", "image": "a:1"}, {"name": "old", "image": "o"}]}});
        let modified = json!({"spec": {"containers": [{"name": "a", "image": "a:2"}]}});
        let current = json!({"spec": {"containers": [
            {"name": "a", "image": "a:1", "imagePullPolicy": "IfNotPresent"}, {"name": "old", "image": "o"}, {"name": "injected", "image": "i"}]}});
        let expected = json!({"spec": {"containers": [{"name": "a", "image": "a:2", "imagePullPolicy": "IfNotPresent"}, {"name": "injected", "image": "i"}]}});
        assert_eq!(merge(&original, &modified, &current), expected);
    }

    #[test]
    fn a_strategy_that_changes_loses_what_belonged_to_the_other() {
        let modified = json!({"spec": {"strategy": {"type": "Recreate"}}});
        let current = json!({"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}}}});
        let merged = merge(&Value::Null, &modified, &current);
        assert_eq!(merged, json!({"spec": {"strategy": {"type": "Recreate"}}}));
        assert_eq!(merge_patch(&current, &merged), json!({"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null}}}));
    }
}
