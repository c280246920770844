//! Applying a strategic merge patch.
//!
//! The directives in a patch: `$patch: delete|replace|merge` inside a map or a list element, `$retainKeys` (all other keys
//! of this map go), `$setElementOrder/<list>` (the order of the merged list), `$deleteFromPrimitiveList/<list>`.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/strategicpatch/patch.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value};

use super::schema::{Schema, Strategy};
use crate::{Kind, Status};

pub(super) const DIRECTIVE: &str = "$patch";
pub(super) const RETAIN_KEYS: &str = "$retainKeys";
pub(super) const SET_ORDER: &str = "$setElementOrder";
pub(super) const DELETE_PRIMITIVES: &str = "$deleteFromPrimitiveList";

pub(super) type Object = Map<String, Value>;

/// Why a patch cannot be applied or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    #[error("lists of lists are not supported")]
    ListOfLists,
    #[error("invalid patch format of primitive list")]
    PrimitiveList,
    #[error("invalid patch format of retainKeys")]
    RetainKeys,
    #[error("invalid patch format of setElementOrder list")]
    SetElementOrder,
    #[error("{0}")]
    Other(String),
}

impl PatchError {
    pub(super) fn no_merge_key(element: &Value, key: &str) -> Self {
        PatchError::Other(format!("map: {} does not contain declared merge key: {key}", go_text(element)))
    }

    pub(super) fn bad_type(expected: &str, found: &Value) -> Self {
        PatchError::Other(format!("expected a {expected}, but received a {}", go_type(found)))
    }

    pub(super) fn into_status(self) -> Status {
        match self {
            PatchError::PrimitiveList | PatchError::RetainKeys | PatchError::SetElementOrder => Status::bad_request(self.to_string()),
            PatchError::ListOfLists => Status::rejected(),
            PatchError::Other(text) => Status::new(500, "", text),
        }
    }
}

/// The two ways of merging: a patch into an object, or a patch into a patch (which keeps directives and nulls).
#[derive(Clone, Copy, Debug)]
pub(super) struct MergeOptions {
    /// Whether `$deleteFromPrimitiveList` and `$retainKeys` act now.
    pub act_on_directives: bool,
    /// Whether a `null` for a key that is not there is forgotten.
    pub ignore_unmatched_nulls: bool,
}

/// The object with the patch applied.
pub fn strategic_merge(kind: Kind, original: &Value, patch: &Value) -> Result<Value, PatchError> {
    let object = |value: &Value| value.as_object().cloned().ok_or_else(|| PatchError::bad_type("map[string]interface {}", value));
    let options = MergeOptions { act_on_directives: true, ignore_unmatched_nulls: true };
    merge_map(object(original)?, object(patch)?, Schema::of(kind), options).map(Value::Object)
}

pub(super) fn merge_map(mut original: Object, mut patch: Object, schema: Schema, options: MergeOptions) -> Result<Object, PatchError> {
    if let Some(directive) = patch.remove(DIRECTIVE) {
        return match directive.as_str() {
            Some("replace") => Ok(patch),
            Some("delete") => Ok(Object::new()),
            _ => {
                patch.insert(DIRECTIVE.to_owned(), directive.clone());
                let (found, map) = (go_string(&directive), go_text(&Value::Object(patch)));
                Err(PatchError::Other(format!("unknown patch type: {found} in map: {map}")))
            }
        };
    }
    retain_keys(&mut original, &mut patch, options)?;
    merge_ordered_lists(&mut original, &mut patch, schema, options)?;
    for (key, value) in patch {
        merge_field(&mut original, key, value, schema, options)?;
    }
    Ok(original)
}

fn merge_field(original: &mut Object, key: String, mut value: Value, schema: Schema, options: MergeOptions) -> Result<(), PatchError> {
    let deletes = key.starts_with(DELETE_PRIMITIVES);
    if deletes && !options.act_on_directives {
        original.insert(key, value);
        return Ok(());
    }
    let name = if deletes { list_name(&key, DELETE_PRIMITIVES)? } else { key };
    if value.is_null() {
        original.remove(&name);
        if options.ignore_unmatched_nulls {
            return Ok(());
        }
    }
    let merged = match (original.remove(&name), value) {
        (Some(old), value) if deletes && go_type(&old) != go_type(&value) => Some(old),
        (None, _) if deletes => None,
        (Some(Value::Object(old)), Value::Object(new)) => {
            let rule = schema.field(&name);
            Some(Value::Object(if rule.strategy == Strategy::Replace { new } else { merge_map(old, new, rule.schema, options)? }))
        }
        (Some(Value::Array(old)), Value::Array(new)) => Some(Value::Array(merge_list(old, new, schema, &name, deletes, options)?)),
        (_, new) => {
            value = new;
            if options.ignore_unmatched_nulls {
                discard_nulls(&mut value);
            }
            without_directives(value)
        }
    };
    if let Some(merged) = merged {
        original.insert(name, merged);
    }
    Ok(())
}

/// The list that a directive's key is about: `$setElementOrder/containers` is about `containers`.
fn list_name(key: &str, prefix: &str) -> Result<String, PatchError> {
    match key.split_once('/') {
        Some((found, name)) if found == prefix => Ok(name.to_owned()),
        _ if prefix == DELETE_PRIMITIVES => Err(PatchError::PrimitiveList),
        _ => Err(PatchError::SetElementOrder),
    }
}

fn retain_keys(original: &mut Object, patch: &mut Object, options: MergeOptions) -> Result<(), PatchError> {
    let Some(kept) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    if !options.act_on_directives {
        match original.get(RETAIN_KEYS) {
            Some(other) if *other != kept => {
                let text = format!("{} and {} are not deep equal: this may happen when calculating the 3-way diff patch", go_text(other), go_text(&kept));
                return Err(PatchError::Other(text));
            }
            _ => original.insert(RETAIN_KEYS.to_owned(), kept),
        };
        return Ok(());
    }
    let Value::Array(kept) = kept else { return Err(PatchError::RetainKeys) };
    let is_kept = |key: &str| kept.iter().any(|kept| kept == key);
    let is_directive = |key: &str| key.starts_with(DELETE_PRIMITIVES) || key.starts_with(SET_ORDER);
    if patch.iter().any(|(key, value)| !value.is_null() && !is_directive(key) && !is_kept(key)) {
        return Err(PatchError::RetainKeys);
    }
    original.retain(|key, _| is_kept(key));
    Ok(())
}

/// Merges the lists for which the patch gives the order, and takes them out of the patch.
fn merge_ordered_lists(original: &mut Object, patch: &mut Object, schema: Schema, options: MergeOptions) -> Result<(), PatchError> {
    let keys: Vec<String> = patch.keys().filter(|key| key.starts_with(SET_ORDER)).cloned().collect();
    for key in keys {
        let order = patch.remove(&key).unwrap_or_default();
        if !options.act_on_directives {
            match original.get(&key) {
                Some(other) if *other != order => return Err(PatchError::SetElementOrder),
                _ => original.insert(key.clone(), order.clone()),
            };
        }
        let Value::Array(order) = order else { return Err(PatchError::bad_type("[]interface {}", &order)) };
        let name = list_name(&key, SET_ORDER)?;
        let list = |value: Option<&Value>| match value {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items.clone())),
            Some(other) => Err(PatchError::bad_type("[]interface {}", other)),
        };
        let (old, new) = (list(original.get(&name))?, list(patch.get(&name))?);
        let rule = schema.field(&name);
        check_order(new.as_deref().unwrap_or_default(), &order, rule.merge_key)?;
        let merged = match (old.clone(), new.clone()) {
            (None, None) => continue,
            (Some(old), None) => old,
            (None, Some(new)) => match without_directives(Value::Array(new)) {
                Some(Value::Array(items)) => items,
                _ => continue,
            },
            (Some(old), Some(new)) => merge_list(old, new, schema, &name, false, options)?,
        };
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        element_kind(&[&old, &new])?;
        let server_order = order_after_merge(&old, &new, rule.merge_key)?;
        let ordered = in_order(merged, &order, &server_order, rule.merge_key)?;
        original.insert(name.clone(), Value::Array(ordered));
        patch.remove(&name);
    }
    Ok(())
}

/// The order that counts as the server's. The reference merges in place, so that in a list that has lost elements the
/// first of the new ones already stand where the lost ones were: `[1 2 4]` without 1 and with 3 counts as `[2 4 3]`.
fn order_after_merge(old: &[Value], new: &[Value], merge_key: &str) -> Result<Vec<Value>, PatchError> {
    if merge_key.is_empty() || new.is_empty() {
        return Ok(old.to_vec());
    }
    let (rest, added) = act_on_elements(old.to_vec(), new.to_vec(), merge_key)?;
    let known: Vec<Value> = rest.iter().filter_map(|element| element.get(merge_key).cloned()).collect();
    let fresh = added.into_iter().filter(|element| element.get(merge_key).is_none_or(|key| !known.contains(key)));
    Ok(rest.iter().cloned().chain(fresh).take(old.len()).collect())
}

/// The elements of the patch must stand in the order that the patch itself asks for.
fn check_order(patch: &[Value], order: &[Value], merge_key: &str) -> Result<(), PatchError> {
    if patch.is_empty() || order.is_empty() {
        return Ok(());
    }
    let mut wanted = order.iter();
    for element in patch.iter().filter(|element| element.get(DIRECTIVE).is_none()) {
        let key = key_of(element, merge_key)?;
        let found = wanted.any(|other| if merge_key.is_empty() { other == key } else { other.get(merge_key) == Some(key) });
        if !found {
            let (patch, order) = (go_text(&Value::Array(patch.to_vec())), go_text(&Value::Array(order.to_vec())));
            return Err(PatchError::Other(format!("The order in patch list:\n{patch}\n doesn't match {SET_ORDER} list:\n{order}\n")));
        }
    }
    Ok(())
}

/// What tells an element from the others: its merge key, or itself if it is a plain value.
pub(super) fn key_of<'a>(element: &'a Value, merge_key: &str) -> Result<&'a Value, PatchError> {
    if merge_key.is_empty() {
        return Ok(element);
    }
    match element.as_object() {
        None => Err(PatchError::bad_type("map[string]interface {}", element)),
        Some(object) => object.get(merge_key).ok_or_else(|| PatchError::no_merge_key(element, merge_key)),
    }
}

fn merge_list(old: Vec<Value>, new: Vec<Value>, schema: Schema, name: &str, deletes: bool, options: MergeOptions) -> Result<Vec<Value>, PatchError> {
    let rule = schema.field(name);
    if rule.strategy != Strategy::Merge && !deletes {
        return Ok(new);
    }
    if old.is_empty() && new.is_empty() {
        return Ok(old);
    }
    if element_kind(&[&old, &new])? != "map" {
        if deletes && options.act_on_directives {
            return Ok(old.into_iter().filter(|item| !new.contains(item)).collect());
        }
        let mut both = old.clone();
        both.extend(new.iter().cloned());
        return in_order(deduplicate(both), &new, &old, "");
    }
    if rule.merge_key.is_empty() {
        return Err(PatchError::Other(format!("cannot merge lists without merge key for {}", schema.name())));
    }
    let (old, new) = act_on_elements(old, new, rule.merge_key)?;
    let mut merged = old.clone();
    for element in &new {
        let key = key_of(element, rule.merge_key)?;
        let place = merged.iter_mut().find(|other| other.get(rule.merge_key) == Some(key));
        match (place, element) {
            (Some(place), Value::Object(patch)) => {
                let Value::Object(old) = place.take() else { return Err(PatchError::bad_type("map[string]interface {}", element)) };
                *place = Value::Object(merge_map(old, patch.clone(), rule.schema, options)?);
            }
            _ => merged.push(element.clone()),
        }
    }
    in_order(merged, &new, &old, rule.merge_key)
}

/// Carries out `$patch: delete` and `$patch: replace` in a list. Returns what is left of both lists.
fn act_on_elements(mut old: Vec<Value>, new: Vec<Value>, merge_key: &str) -> Result<(Vec<Value>, Vec<Value>), PatchError> {
    let mut rest = Vec::new();
    let mut replace = false;
    for element in new {
        match element.get(DIRECTIVE).map(go_string).as_deref() {
            None => rest.push(element),
            Some("delete") => {
                let key = key_of(&element, merge_key)?.clone();
                old.retain(|other| other.get(merge_key) != Some(&key));
            }
            Some("replace") => replace = true,
            Some("merge") => return Err(PatchError::Other("merging lists cannot yet be specified in the patch".to_owned())),
            Some(other) => return Err(PatchError::Other(format!("unknown patch type: {other} in map: {}", go_text(&element)))),
        }
    }
    Ok(if replace { (rest, Vec::new()) } else { (old, rest) })
}

/// Puts a merged list in order: the patch's elements as the patch has them, those of the server between them where
/// the server had them before.
fn in_order(merged: Vec<Value>, patch_order: &[Value], server_order: &[Value], merge_key: &str) -> Result<Vec<Value>, PatchError> {
    let place = |order: &[Value], element: &Value| {
        let key = if merge_key.is_empty() { Some(element) } else { element.get(merge_key) };
        order.iter().position(|other| if merge_key.is_empty() { Some(other) == key } else { other.get(merge_key) == key })
    };
    for element in merged.iter().chain(patch_order).chain(server_order) {
        key_of(element, merge_key)?;
    }
    let (mut patched, mut server): (Vec<Value>, Vec<Value>) = merged.into_iter().partition(|element| place(patch_order, element).is_some());
    sort_with_deletions_last(&mut patched, |element| place(patch_order, element));
    sort_with_deletions_last(&mut server, |element| place(server_order, element));
    let (mut patched, mut server) = (patched.into_iter().peekable(), server.into_iter().peekable());
    let mut out = Vec::new();
    loop {
        let server_first = match (server.peek(), patched.peek()) {
            (None, None) => return Ok(out),
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(left), Some(right)) => match (place(server_order, left), place(server_order, right)) {
                (Some(left), Some(right)) => left < right,
                _ => false,
            },
        };
        out.extend(if server_first { server.next() } else { patched.next() });
    }
}

fn sort_with_deletions_last(list: &mut [Value], place: impl Fn(&Value) -> Option<usize>) {
    let is_deletion = |element: &Value| element.get(DIRECTIVE).is_some_and(|directive| directive == "delete");
    list.sort_by_key(|element| (is_deletion(element), place(element).unwrap_or(usize::MAX)));
}

pub(super) fn deduplicate(list: Vec<Value>) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for item in list {
        if !out.contains(&item) {
            out.push(item);
        }
    }
    out
}

/// What the elements of lists are, `map` or a plain type; they must all be the same.
pub(super) fn element_kind(lists: &[&[Value]]) -> Result<&'static str, PatchError> {
    let elements = lists.iter().copied().flatten();
    let mut found = "";
    for element in elements {
        let kind = match element {
            Value::Array(_) => return Err(PatchError::ListOfLists),
            Value::Object(_) => "map",
            other => go_type(other),
        };
        if !found.is_empty() && found != kind {
            let lists: Vec<String> = lists.iter().map(|list| go_text(&Value::Array(list.to_vec()))).collect();
            return Err(PatchError::Other(format!("list element types are not identical: [{}]", lists.join(" "))));
        }
        found = kind;
    }
    if found.is_empty() {
        return Err(PatchError::Other("no elements in any of the given slices".to_owned()));
    }
    Ok(found)
}

fn discard_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !value.is_null());
            object.values_mut().for_each(discard_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(discard_nulls),
        _ => {}
    }
}

/// The value without `$patch` markers; a map that has one is dropped as a whole.
fn without_directives(value: Value) -> Option<Value> {
    match value {
        Value::Object(object) if object.contains_key(DIRECTIVE) => None,
        Value::Object(object) => {
            let kept = object.into_iter().filter_map(|(key, value)| without_directives(value).map(|value| (key, value)));
            Some(Value::Object(kept.collect()))
        }
        Value::Array(items) => Some(Value::Array(items.into_iter().filter_map(without_directives).collect())),
        other => Some(other),
    }
}

/// A type as Go's `%s` prints it.
fn go_type(value: &Value) -> &'static str {
    if value.is_null() { "%!s(<nil>)" } else { crate::decode::go_type(value) }
}

/// A value as Go's `%s` prints it, which complains of what is no text.
fn go_string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_string).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => format!("map[{}]", fields.iter().map(|(key, value)| format!("{key}:{}", go_string(value))).collect::<Vec<_>>().join(" ")),
        Value::Null => go_type(value).to_owned(),
        other => format!("%!s({}={other})", go_type(other)),
    }
}

/// What the reference, which takes a patch apart while it applies it, has left of it then.
pub(super) fn left_over(patch: &Value, current: Option<&Value>) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let Some(Value::Object(current)) = current else {
        let mut new = Value::Object(patch.clone());
        discard_nulls(&mut new);
        return new;
    };
    if patch.contains_key(DIRECTIVE) {
        let is_replaced = patch[DIRECTIVE] == "replace";
        return Value::Object(patch.iter().filter(|(key, _)| !is_replaced || *key != DIRECTIVE).map(|(key, value)| (key.clone(), value.clone())).collect());
    }
    let is_ordered = |key: &str| patch.keys().any(|other| other.strip_prefix(SET_ORDER).and_then(|list| list.strip_prefix('/')) == Some(key));
    let is_done = |key: &str| key == RETAIN_KEYS || key.starts_with(SET_ORDER) || is_ordered(key);
    let retained = |key: &str| patch.get(RETAIN_KEYS).and_then(Value::as_array).is_none_or(|kept| kept.iter().any(|kept| kept == key));
    let left = |key: &str, value: &Value| match value {
        Value::Object(_) => left_over(value, current.get(key).filter(|_| retained(key))),
        Value::Array(_) if current.get(key).is_none_or(|old| !old.is_array()) => {
            let mut new = value.clone();
            discard_nulls(&mut new);
            new
        }
        other => other.clone(),
    };
    Value::Object(patch.iter().filter(|(key, _)| !is_done(key)).map(|(key, value)| (key.clone(), left(key, value))).collect())
}

/// A value as Go's `%v` prints it: `map[name:web ports:[80 443]]`.
pub(super) fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Object(object) => {
            let fields: Vec<String> = object.iter().map(|(key, value)| format!("{key}:{}", go_text(value))).collect();
            format!("map[{}]", fields.join(" "))
        }
        other => other.to_string(),
    }
}
