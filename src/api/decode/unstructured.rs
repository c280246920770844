//! Objects that were put together as JSON and never were text: strategic patches and applied configurations. Go converts
//! them by other rules, with other errors.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/runtime/converter.go, v1.36.
//! Simplified: numbers are looked for by the names of their fields.

use std::borrow::Cow;

use serde_json::Value;

use super::{Decoded, decode_value, is_text};
use crate::Kind;

/// Reads a value that never was text, as Go converts it: a number that is too large for its field loses its upper bits.
pub fn decode_unstructured(kind: Kind, value: &Value) -> Result<Decoded, String> {
    let mut value = Cow::Borrowed(value);
    loop {
        let why = match decode_value(kind, &value) {
            Err(why) => why,
            decoded => return decoded,
        };
        let too_large = why.strip_prefix("json: cannot unmarshal number ").and_then(|rest| rest.split_once(" into Go struct field "));
        let place = too_large.and_then(|(number, rest)| Some((number.parse::<i64>().ok()?, rest.strip_suffix(" of type int32")?.rsplit('.').next()?)));
        if let Some((number, _)) = too_large.filter(|(_, place)| is_count_or_percent(place)) {
            return Err(format!("json: cannot unmarshal number {number} into Go value of type int32"));
        }
        let Some((number, field)) = place else {
            let base64 = || format!("error decoding from json: {why}");
            return Err(restored(&why, &value).unwrap_or_else(|| if why.starts_with("illegal base64") { base64() } else { why.clone() }));
        };
        if !wrap(value.to_mut(), field, number) {
            return Err(why);
        }
    }
}

/// Whether a field that errors call so may hold a text too, and so reads its values itself.
fn is_count_or_percent(place: &str) -> bool {
    let ends = [".targetPort of type int32", ".maxSurge of type int32", ".maxUnavailable of type int32", ".minAvailable of type int32"];
    ends.iter().any(|end| place.ends_with(end)) || ["HTTPGetAction.", "TCPSocketAction."].iter().any(|of| place.starts_with(of))
}

/// Cuts off the upper half of this number wherever a field of this name holds it.
fn wrap(value: &mut Value, field: &str, number: i64) -> bool {
    match value {
        Value::Object(fields) => fields.iter_mut().fold(false, |done, (name, inner)| {
            if name == field && inner.as_i64() == Some(number) {
                *inner = (number as i32).into();
                return true;
            }
            wrap(inner, field, number) | done
        }),
        Value::Array(items) => items.iter_mut().fold(false, |done, item| wrap(item, field, number) | done),
        _ => false,
    }
}

/// A misfit as it is told of what was no text when it was read: `cannot restore slice from string`.
pub(crate) fn restored(why: &str, whole: &Value) -> Option<String> {
    let (found, place) = why.strip_prefix("json: cannot unmarshal ")?.split_once(" into Go struct field ")?;
    let (place, wanted) = place.split_once(" of type ")?;
    let field = place.rsplit('.').next().unwrap_or_default();
    let kind = match found {
        "object" => "map",
        "array" => "slice",
        found if found.starts_with("number") => if has_fraction(whole, field) { "float64" } else { "int64" },
        other => other,
    };
    Some(match wanted {
        wanted if wanted.starts_with("[]") => format!("cannot restore slice from {kind}"),
        wanted if wanted.starts_with("map[") => format!("cannot restore map from {kind}"),
        "int32" | "int64" if kind == "float64" => format!("cannot convert {kind} to {wanted}"),
        "int32" | "int64" | "bool" | "float64" => format!("unrecognized type: {wanted}"),
        wanted if wanted != "string" && !is_text(wanted) => format!("cannot restore struct from: {kind}"),
        wanted if kind == "int64" => format!("cannot convert {kind} to {wanted}"),
        _ => "unrecognized type: string".to_owned(),
    })
}

/// Whether a number with a fraction is given for a field of this name, or for something in it.
fn has_fraction(value: &Value, field: &str) -> bool {
    let is_one = |value: &Value| value.is_f64() || value.as_object().is_some_and(|fields| fields.values().any(Value::is_f64));
    match value {
        Value::Object(fields) => fields.iter().any(|(name, inner)| (name == field && is_one(inner)) || has_fraction(inner, field)),
        Value::Array(items) => items.iter().any(|item| has_fraction(item, field)),
        _ => false,
    }
}
