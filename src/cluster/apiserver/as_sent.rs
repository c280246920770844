//! Errors about fields that were sent empty. Our types read an empty list, map or text like a missing one; Go's keep them
//! apart, and errors show which it was. So an error that shows nothing takes from the body what it was sent.
//!
//! Models: encoding/json as the API server uses it (nil and empty slices, maps and pointers to text), v1.36.
//! Simplified: values inside a shown struct stay as they are.

use podarium_api::managed_fields::{Schema as _, Type};
use podarium_api::{Kind, Status};
use serde_json::Value;

/// Errors of required texts that are pointers in Go: the end of the field, what is said of none, and of an empty one.
const TEXTS: &[(&str, &str, &str)] = &[
    (".sideEffects", "Required value: must specify one of None, NoneOnDryRun", "Unsupported value: \"\": supported values: \"None\", \"NoneOnDryRun\""),
    (".pathType", "Required value: pathType must be specified", "Unsupported value: \"\": supported values: \"Exact\", \"ImplementationSpecific\", \"Prefix\""),
];

/// What is said of a whole that lacks a list, and where that list is: the error shows the list.
const LISTS: &[(&str, &str)] = &[("either `defaultBackend` or `rules` must be specified", "spec.rules")];
/// What is a pointer in Go and a struct here: the field, what is shown of an empty one, what may be missing, and what is shown then.
const MISSING: &[(&str, &str, &str, &str)] = &[
    ("spec.selector", "Invalid value: {}: field is immutable", "spec.selector", "Invalid value: null: field is immutable"),
    ("spec.successPolicy", "Invalid value: {\"Rules\":[]}: field is immutable", "spec.successPolicy.rules", "Invalid value: {\"Rules\":null}: field is immutable"),
];

/// The error with empty values as they were in what was sent, an object of this kind.
pub(crate) fn as_sent(status: Status, kind: Kind, sent: &Value) -> Status {
    const NOTHING: &str = "Invalid value: null: ";
    let causes = status.as_meta().details.as_ref().and_then(|details| details.causes.as_ref());
    let concerns = |text: &str| text.starts_with(NOTHING) || MISSING.iter().any(|(_, empty, ..)| text == *empty) || TEXTS.iter().any(|(_, missing, _)| text == *missing);
    if status.reason() != "Invalid" || !causes.is_some_and(|causes| causes.iter().any(|cause| cause.message.as_deref().is_some_and(concerns))) {
        return status;
    }
    let mut meta = status.as_meta().clone();
    let mut message = meta.message.take().unwrap_or_default();
    for cause in meta.details.iter_mut().flat_map(|details| details.causes.iter_mut().flatten()) {
        let (Some(field), Some(text)) = (cause.field.as_deref(), cause.message.as_deref()) else { continue };
        let list = LISTS.iter().find(|(why, _)| text.strip_prefix(NOTHING) == Some(why)).map(|(_, list)| *list);
        let missing = MISSING.iter().find(|(place, empty, may_miss, _)| (field, text) == (*place, *empty) && at(sent, may_miss).is_none_or(Value::is_null));
        let shown = match at(sent, list.unwrap_or(field)) {
            _ if let Some((.., shown)) = missing => Some((*shown).to_owned()),
            Some(Value::Array(items)) if items.is_empty() => text.strip_prefix(NOTHING).map(|rest| format!("Invalid value: []: {rest}")),
            Some(Value::Object(fields)) if fields.is_empty() && is_map(kind, field) => text.strip_prefix(NOTHING).map(|rest| format!("Invalid value: {{}}: {rest}")),
            Some(Value::String(given)) if given.is_empty() => {
                TEXTS.iter().find(|(end, missing, _)| field.ends_with(end) && text == *missing).map(|(_, _, empty)| (*empty).to_owned())
            }
            _ => None,
        };
        if let Some(shown) = shown {
            message = message.replacen(&format!("{field}: {text}"), &format!("{field}: {shown}"), 1);
            if shown.starts_with("Unsupported value") {
                cause.reason = Some("FieldValueNotSupported".to_owned());
            }
            cause.message = Some(shown);
        }
    }
    meta.message = Some(message);
    Status::from_meta(meta)
}

/// Whether a field is a map, of which an empty one shows as `{}`. Others that are written in braces are structs.
fn is_map(kind: Kind, place: &str) -> bool {
    let info = kind.info();
    let schema = match Type::of_kind(&info.api_version(), info.kind) {
        Some(schema) => schema,
        // Of a custom kind the metadata alone are known.
        None if place.starts_with("metadata.") => return is_map(Kind::ConfigMap, place),
        None => return false,
    };
    matches!(type_at(schema, place), Some(Type::Map(_) | Type::AtomicMap(_)))
}

/// The type of such a place.
fn type_at(of: Type, place: &str) -> Option<Type> {
    if place.is_empty() {
        return Some(of);
    }
    if let Some((_, rest)) = place.strip_prefix('[').and_then(|place| place.split_once(']')) {
        let inner = of.list().map(|(_, inner)| inner).or_else(|| of.map()?.others)?;
        return type_at(inner, rest);
    }
    let place = place.strip_prefix('.').unwrap_or(place);
    let end = place.find(['.', '[']).unwrap_or(place.len());
    type_at(of.field(&place[..end])?.1, &place[end..])
}

/// What stands at a place like `spec.rules[0].http` or `metadata.annotations[a.b/c]`.
fn at<'a>(value: &'a Value, place: &str) -> Option<&'a Value> {
    if place.is_empty() {
        return Some(value);
    }
    if let Some((inside, rest)) = place.strip_prefix('[').and_then(|place| place.split_once(']')) {
        let inner = match value {
            Value::Array(items) => items.get(inside.parse::<usize>().ok()?)?,
            value => value.get(inside)?,
        };
        return at(inner, rest);
    }
    let place = place.strip_prefix('.').unwrap_or(place);
    let end = place.find(['.', '[']).unwrap_or(place.len());
    at(value.get(&place[..end])?, &place[end..])
}

#[cfg(test)]
mod tests {
    use podarium_api::field::FieldError;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_sent_empty_is_shown_empty() {
        let error = FieldError::invalid("spec.template.metadata.labels", Value::Null, "does not match");
        let said = |body: Value| as_sent(Status::invalid(Kind::Deployment, "web", std::slice::from_ref(&error)), Kind::Deployment, &body);
        let empty = said(json!({"spec": {"template": {"metadata": {"labels": {}}}}}));
        assert_eq!(empty.message(), "Deployment.apps \"web\" is invalid: spec.template.metadata.labels: Invalid value: {}: does not match");
        let missing = said(json!({"spec": {}}));
        assert_eq!(missing.message(), "Deployment.apps \"web\" is invalid: spec.template.metadata.labels: Invalid value: null: does not match");
    }

    #[test]
    fn the_schema_tells_maps_from_structs() {
        let map = |place: &str| is_map(Kind::Deployment, place);
        assert!(map("metadata.annotations") && map("spec.selector.matchLabels") && map("spec.template.spec.containers[0].resources.limits"));
        assert!(!map("spec.template.spec.securityContext") && !map("spec.selector") && !map("spec.nothing"));
    }

    #[test]
    fn places_lead_through_lists_and_maps() {
        let value = json!({"a": [{"b": {"x.y/z": 1}}]});
        assert_eq!(at(&value, "a[0].b[x.y/z]"), Some(&json!(1)));
        assert_eq!(at(&value, "a[1]"), None);
    }
}
