//! Making a strategic merge patch out of two or three versions of an object.
//!
//! `kubectl apply` knows three: what was applied last time (`original`), what is applied now (`modified`), and what the
//! server has (`current`). Additions and changes are the difference from `current` to `modified`; deletions are what
//! was in `original` and is no longer in `modified`. What others have set in `current` stays.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go (diffMaps, CreateThreeWayMergePatch), v1.36.
//! Simplified: conflicts are always overwritten, as `kubectl apply` does by default.

use serde_json::{Value, json};

use super::schema::{Schema, Strategy};
use super::strategic::{
    DELETE_PRIMITIVES, DIRECTIVE, MergeOptions, Object, PatchError, RETAIN_KEYS, SET_ORDER, deduplicate, element_kind, go_text,
    key_of, merge_map,
};
use crate::Kind;

#[derive(Clone, Copy, Debug, Default)]
struct DiffOptions {
    ignore_changes: bool,
    ignore_deletions: bool,
    /// Whether the map being compared is a union, whose patch lists the keys that stay.
    retain_keys: bool,
}

/// The patch that makes `modified` out of `original`.
pub fn create_two_way(kind: Kind, original: &Value, modified: &Value) -> Result<Value, PatchError> {
    diff_maps(&object(original)?, &object(modified)?, Schema::of(kind), DiffOptions::default()).map(Value::Object)
}

/// The patch that `kubectl apply` sends. `original` is `null` if the object was not applied before.
pub fn create_three_way(kind: Kind, original: &Value, modified: &Value, current: &Value) -> Result<Value, PatchError> {
    let schema = Schema::of(kind);
    let (original, modified, current) = (object(original)?, object(modified)?, object(current)?);
    let changes = diff_maps(&current, &modified, schema, DiffOptions { ignore_deletions: true, ..Default::default() })?;
    let deletions = diff_maps(&original, &modified, schema, DiffOptions { ignore_changes: true, ..Default::default() })?;
    let options = MergeOptions { act_on_directives: false, ignore_unmatched_nulls: false };
    merge_map(deletions, changes, schema, options).map(Value::Object)
}

fn object(value: &Value) -> Result<Object, PatchError> {
    match value {
        Value::Null => Ok(Object::new()),
        Value::Object(object) => Ok(object.clone()),
        other => Err(PatchError::bad_type("map[string]interface {}", other)),
    }
}

fn diff_maps(original: &Object, modified: &Object, schema: Schema, options: DiffOptions) -> Result<Object, PatchError> {
    let mut patch = Object::new();
    for (key, new) in modified {
        let Some(old) = original.get(key) else {
            if !options.ignore_changes {
                patch.insert(key.clone(), new.clone());
            }
            continue;
        };
        if key == DIRECTIVE {
            if !old.is_string() || !new.is_string() {
                return Err(PatchError::Other(format!("invalid value for special key: {DIRECTIVE}")));
            }
            if old != new {
                patch.insert(key.clone(), new.clone());
            }
            continue;
        }
        let rule = schema.field(key);
        match (old, new) {
            (Value::Object(old), Value::Object(new)) if rule.strategy != Strategy::Replace => {
                let inner = diff_maps(old, new, rule.schema, DiffOptions { retain_keys: rule.retain_keys, ..options })?;
                if !inner.is_empty() {
                    patch.insert(key.clone(), Value::Object(inner));
                }
            }
            // What is replaced as a whole is in every patch, changed or not: so a PodDisruptionBudget is always "configured".
            (Value::Object(_), Value::Object(_)) if !options.ignore_changes => {
                patch.insert(key.clone(), new.clone());
            }
            (Value::Array(old), Value::Array(new)) if rule.strategy == Strategy::Merge => {
                diff_lists(&mut patch, key, old, new, schema, DiffOptions { retain_keys: rule.retain_keys, ..options })?;
            }
            (old, new) if old != new && !options.ignore_changes => {
                patch.insert(key.clone(), new.clone());
            }
            _ => {}
        }
    }
    if !options.ignore_deletions {
        for key in original.keys().filter(|key| !modified.contains_key(*key)) {
            patch.insert(key.clone(), Value::Null);
        }
    }
    let lost = original.iter().any(|(key, value)| !value.is_null() && !modified.contains_key(key));
    if options.retain_keys && (!patch.is_empty() || lost) {
        let kept: Vec<&String> = modified.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key).collect();
        if !kept.is_empty() {
            patch.insert(RETAIN_KEYS.to_owned(), json!(kept));
        }
    }
    Ok(patch)
}

/// The difference of two lists that are merged by key: the elements to add or change, those to delete, and the order.
fn diff_lists(patch: &mut Object, name: &str, old: &[Value], new: &[Value], schema: Schema, options: DiffOptions) -> Result<(), PatchError> {
    if old.is_empty() {
        if !new.is_empty() && !options.ignore_changes {
            patch.insert(name.to_owned(), json!(new));
        }
        return Ok(());
    }
    let order_key = || format!("{SET_ORDER}/{name}");
    if element_kind(&[old, new])? != "map" {
        let (added, deleted) = diff_scalars(old, new, options);
        if (!options.ignore_deletions && !deleted.is_empty()) || (!options.ignore_changes && old != new) {
            patch.insert(order_key(), json!(new));
        }
        if !added.is_empty() {
            patch.insert(name.to_owned(), Value::Array(added));
        }
        if !deleted.is_empty() {
            patch.insert(format!("{DELETE_PRIMITIVES}/{name}"), Value::Array(deleted));
        }
        return Ok(());
    }
    let rule = schema.field(name);
    let mut changes = Vec::new();
    for element in new {
        let key = key_of(element, rule.merge_key)?;
        match find(old, key, rule.merge_key)? {
            Some(Value::Object(old)) => {
                let mut inner = diff_maps(old, &object(element)?, rule.schema, options)?;
                if !inner.is_empty() {
                    inner.insert(rule.merge_key.to_owned(), key.clone());
                    changes.push(Value::Object(inner));
                }
            }
            _ if !options.ignore_changes => changes.push(element.clone()),
            _ => {}
        }
    }
    if !options.ignore_deletions {
        let mut gone = Vec::new();
        for element in old {
            let key = key_of(element, rule.merge_key)?;
            if find(new, key, rule.merge_key)?.is_none() {
                gone.push(json!({DIRECTIVE: "delete", rule.merge_key: key}));
            }
        }
        gone.sort_by_key(|element| go_text(&element[rule.merge_key]));
        changes.extend(gone);
    }
    let keys = |list: &[Value]| list.iter().map(|element| element.get(rule.merge_key).cloned()).collect::<Vec<_>>();
    let reordered = keys(old) != keys(new);
    if (!options.ignore_changes && (!changes.is_empty() || reordered)) || (!options.ignore_deletions && !changes.is_empty()) {
        let order: Vec<Value> = new.iter().map(|element| json!({rule.merge_key: element[rule.merge_key]})).collect();
        if !order.is_empty() {
            patch.insert(order_key(), Value::Array(order));
        }
    }
    if !changes.is_empty() {
        patch.insert(name.to_owned(), Value::Array(changes));
    }
    Ok(())
}

fn find<'a>(list: &'a [Value], key: &Value, merge_key: &str) -> Result<Option<&'a Value>, PatchError> {
    for element in list {
        // Keys are compared as text, so that 80 and "80" are the same port.
        if go_text(key_of(element, merge_key)?) == go_text(key) {
            return Ok(Some(element));
        }
    }
    Ok(None)
}

fn diff_scalars(old: &[Value], new: &[Value], options: DiffOptions) -> (Vec<Value>, Vec<Value>) {
    let missing_in = |list: &[Value], other: &[Value]| {
        let mut missing: Vec<Value> = list.iter().filter(|item| !other.contains(item)).cloned().collect();
        missing.sort_by_key(go_text);
        missing
    };
    let mut added = if options.ignore_changes { Vec::new() } else { missing_in(new, old) };
    added.sort_by_key(|item| new.iter().position(|other| other == item));
    let deleted = if options.ignore_deletions { Vec::new() } else { deduplicate(missing_in(old, new)) };
    (added, deleted)
}
