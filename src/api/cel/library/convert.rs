//! From one type to another, sizes, optionals.
//!
//! Models: github.com/google/cel-go/common/types (ConvertToType), cel/library.go, v0.26 as v1.36 has it.
//! Simplified: nothing.

use std::sync::Arc;

use super::super::duration;
use super::super::value::{Fault, Value};
use super::text::show;
use Value::{Bool, Bytes, Double, Duration, Int, List, Map, Optional, Text, Timestamp, Uint};

pub(super) fn call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    if let [value] = values
        && let Some(result) = convert(name, value)
    {
        return Some(result);
    }
    let length = |length: usize| Ok(Int(i64::try_from(length).unwrap_or(i64::MAX)));
    Some(match (name, values) {
        ("dyn", [value]) => Ok(value.clone()),
        ("type", [value]) => Ok(Value::Type(value.type_name().into())),
        ("size", [Text(text)]) => length(text.chars().count()),
        ("size", [Bytes(bytes)]) => length(bytes.len()),
        ("size", [List(items)]) => length(items.len()),
        ("size", [Map(entries)]) => length(entries.len()),
        ("optional.of", [value]) => Ok(Value::some(value.clone())),
        ("optional.ofNonZeroValue", [value]) => Ok(if value.is_zero() { Optional(None) } else { Value::some(value.clone()) }),
        ("optional.none", []) => Ok(Optional(None)),
        ("value", [Optional(value)]) => value.as_ref().map(|value| (**value).clone()).ok_or_else(|| "optional.none() dereference".to_owned()),
        ("hasValue", [Optional(value)]) => Ok(Bool(value.is_some())),
        ("unwrapOpt" | "optional.unwrap", [List(items)]) => {
            let values = items.iter().filter_map(|item| match item {
                Optional(value) => value.as_ref().map(|value| (**value).clone()),
                other => Some(other.clone()),
            });
            Ok(values.collect::<Vec<_>>().into())
        }
        _ => return None,
    })
}

fn convert(name: &str, value: &Value) -> Option<Result<Value, Fault>> {
    let range = |what: &str| format!("{what} overflow");
    Some(match (name, value) {
        ("int", Int(_)) | ("uint", Uint(_)) | ("double", Double(_)) | ("string", Text(_)) | ("bytes", Bytes(_)) | ("bool", Bool(_))
        | ("timestamp", Timestamp(_)) | ("duration", Duration(_)) => Ok(value.clone()),
        ("int", Uint(number)) => i64::try_from(*number).map(Int).map_err(|_| range("integer")),
        ("int", Double(number)) if number.abs() < 9.2e18 => Ok(Int(*number as i64)),
        ("int", Double(_)) => Err(range("integer")),
        ("int", Text(text)) => text.parse().map(Int).map_err(|_| number_fault("ParseInt", text)),
        ("int", Timestamp(at)) => Ok(Int(at.as_second())),
        ("int", Duration(nanos)) => Ok(Int(*nanos)),
        ("uint", Int(number)) => u64::try_from(*number).map(Uint).map_err(|_| range("unsigned integer")),
        ("uint", Double(number)) if *number >= 0.0 && *number < 1.8e19 => Ok(Uint(*number as u64)),
        ("uint", Double(_)) => Err(range("unsigned integer")),
        ("uint", Text(text)) => text.parse().map(Uint).map_err(|_| number_fault("ParseUint", text)),
        ("double", Int(number)) => Ok(Double(*number as f64)),
        ("double", Uint(number)) => Ok(Double(*number as f64)),
        ("double", Text(text)) => text.parse().map(Double).map_err(|_| number_fault("ParseFloat", text)),
        ("string", Bytes(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::from(text)),
            Err(_) => Err("invalid UTF-8 in bytes, cannot convert to string".to_owned()),
        },
        ("string", Bool(_) | Int(_) | Uint(_) | Double(_) | Timestamp(_) | Duration(_) | Value::Opaque(_)) => Ok(Value::from(show(value))),
        ("bytes", Text(text)) => Ok(Bytes(Arc::from(text.as_bytes()))),
        ("bool", Text(text)) => match &**text {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(Bool(true)),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(Bool(false)),
            _ => Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax")),
        },
        ("timestamp", Int(seconds)) => jiff::Timestamp::from_second(*seconds).map(Timestamp).map_err(|_| range("timestamp")),
        ("timestamp", Text(text)) => text.parse().map(Timestamp).map_err(|_| {
            let layout = "2006-01-02T15:04:05Z07:00";
            format!("parsing time {text:?} as {layout:?}: cannot parse {text:?} as \"2006\"")
        }),
        ("duration", Int(nanos)) => Ok(Duration(*nanos)),
        ("duration", Text(text)) => duration::parse(text).map(Duration).ok_or_else(|| format!("time: invalid duration {text:?}")),
        _ => return None,
    })
}

fn number_fault(function: &str, text: &str) -> Fault {
    format!("strconv.{function}: parsing {text:?}: invalid syntax")
}
