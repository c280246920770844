//! Objects of a schema as CEL sees them: the types of their fields, and their values.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/cel/common/{schemas.go,valuesunstructured.go}, v1.36.
//! Simplified: lists that are sets or maps compare and add like plain lists.

use std::sync::Arc;

use serde_json::Value;

use super::schema::{Schema, items, property, values};
use crate::cel::{self, Described, Extent, Type, escape, go_duration, is_reserved};

/// The largest request that is taken, in bytes, from which follows how large a value without a limit can be.
const REQUEST: u64 = 3 * 1024 * 1024;

/// How large a schema's values can be, and how many bytes the smallest of them takes as JSON.
pub(super) struct Measure {
    pub extent: Extent,
    pub least: u64,
}

impl Measure {
    fn plain(least: u64, most: u64) -> Self {
        Measure { extent: Extent { most, ..Extent::default() }, least }
    }
}

/// The measure of a schema's values; `None` where `type_of` says nothing either.
pub(super) fn measure(schema: &Schema, root: bool) -> Option<Measure> {
    let embedded = |schema: &Schema| schema.x_kubernetes_embedded_resource == Some(true);
    let limit = |limit: Option<i64>| limit.map(|limit| u64::try_from(limit).unwrap_or(0));
    let longest = limit(schema.max_length);
    if schema.x_kubernetes_int_or_string == Some(true) {
        return Some(Measure::plain(1, longest.map_or(REQUEST - 2, |longest| longest.saturating_mul(4))));
    }
    Some(match schema.type_.as_deref()? {
        "array" => {
            let inner = items(schema)?;
            let inner = measure(inner, embedded(inner))?;
            let most = limit(schema.max_items).unwrap_or((REQUEST - 2) / (inner.least + 1));
            Measure { extent: Extent { most, inner: Some(Box::new(inner.extent)), ..Extent::default() }, least: 2 }
        }
        "object" => match values(schema) {
            Some(inner) => {
                let inner = measure(inner, embedded(inner))?;
                let most = limit(schema.max_properties).unwrap_or((REQUEST - 2) / (inner.least + 6));
                let keys = Some(Box::default());
                Measure { extent: Extent { most, inner: Some(Box::new(inner.extent)), keys, ..Extent::default() }, least: 2 }
            }
            None => measure_fields(schema, root),
        },
        "string" => match schema.format.as_deref() {
            Some("byte") => Measure::plain(2, longest.unwrap_or(REQUEST - 2)),
            Some("duration") => Measure::plain(3, 32),
            Some("date") => Measure::plain(12, 12),
            Some("date-time") => Measure::plain(21, 32),
            _ => {
                let listed = schema.enum_.as_ref().filter(|all| !all.is_empty());
                let listed = listed.map(|all| all.iter().filter_map(|value| value.0.as_str()).map(|text| text.len() as u64).max().unwrap_or(0));
                Measure::plain(2, longest.map(|longest| longest.saturating_mul(4)).or(listed).unwrap_or(REQUEST - 2))
            }
        },
        "boolean" => Measure::plain(4, 0),
        "number" | "integer" => Measure::plain(1, 0),
        _ => return None,
    })
}

fn measure_fields(schema: &Schema, root: bool) -> Measure {
    let mut whole = Measure::plain(2, 0);
    for (name, inner) in schema.properties.iter().flatten() {
        let Some(found) = measure(inner, inner.x_kubernetes_embedded_resource == Some(true)) else { continue };
        let required = schema.required.iter().flatten().any(|required| required == name);
        if required && inner.default.is_none() {
            whole.least += name.len() as u64 + found.least + 4;
        }
        if let Some(escaped) = escape(name) {
            whole.extent.fields.extend(is_reserved(name).then(|| (name.clone(), found.extent.clone())));
            whole.extent.fields.insert(escaped, found.extent);
        }
    }
    if root {
        let text = || Measure::plain(2, REQUEST - 2).extent;
        let names = ["name", "generateName"].map(|field| (field.to_owned(), text()));
        whole.extent.fields.extend(["apiVersion", "kind"].map(|field| (field.to_owned(), text())));
        whole.extent.fields.insert("metadata".to_owned(), Extent { fields: names.into(), ..Extent::default() });
    }
    whole
}

/// How many values without a limit of their number fit into one request.
pub(super) fn most_values(least: u64) -> u64 {
    REQUEST / (least + 1)
}

/// The type of a schema's values; `None` if nothing is known of them. `root` is true for whole objects.
pub(super) fn type_of(schema: &Schema, root: bool) -> Option<Type> {
    cel::type_of(&schema, root, "selfType")
}

impl Described for &Schema {
    fn type_name(&self) -> &str {
        self.type_.as_deref().unwrap_or_default()
    }

    fn format(&self) -> &str {
        self.format.as_deref().unwrap_or_default()
    }

    fn is_int_or_string(&self) -> bool {
        self.x_kubernetes_int_or_string == Some(true)
    }

    fn is_embedded(&self) -> bool {
        self.x_kubernetes_embedded_resource == Some(true)
    }

    fn items(&self) -> Option<Self> {
        items(self)
    }

    fn values(&self) -> Option<Self> {
        values(self)
    }

    fn properties(&self) -> Vec<(&str, Self)> {
        self.properties.iter().flatten().map(|(name, inner)| (name.as_str(), inner)).collect()
    }
}

/// A value of a schema for CEL.
pub(super) fn to_cel(value: &Value, schema: &Schema, root: bool) -> cel::Value {
    if schema.x_kubernetes_int_or_string == Some(true) {
        return cel::Value::of_json(value);
    }
    match (value, schema.type_.as_deref()) {
        (Value::Object(fields), _) => match values(schema) {
            Some(inner) => cel::Value::map(fields.iter().map(|(name, value)| (name.as_str(), to_cel(value, inner, false)))),
            None => {
                let mut known: Vec<(String, cel::Value)> = Vec::new();
                for (name, value) in fields {
                    let meta = root && matches!(name.as_str(), "apiVersion" | "kind" | "metadata");
                    if meta {
                        known.push((name.clone(), cel::Value::of_json(value)));
                    } else if let (Some(inner), Some(escaped)) = (property(schema, name), escape(name)) {
                        let value = to_cel(value, inner, inner.x_kubernetes_embedded_resource == Some(true));
                        known.extend(is_reserved(name).then(|| (name.clone(), value.clone())));
                        known.push((escaped, value));
                    }
                }
                cel::Value::map(known.iter().map(|(name, value)| (name.as_str(), value.clone())))
            }
        },
        (Value::Array(list), _) => match items(schema) {
            Some(inner) => list.iter().map(|item| to_cel(item, inner, false)).collect::<Vec<_>>().into(),
            None => cel::Value::of_json(value),
        },
        (Value::Number(number), Some("number")) => cel::Value::Double(number.as_f64().unwrap_or(0.0)),
        (Value::Number(number), Some("integer")) if number.is_f64() => cel::Value::Int(number.as_f64().unwrap_or(0.0) as i64),
        (Value::String(text), Some("string")) => of_text(text, schema.format.as_deref()),
        _ => cel::Value::of_json(value),
    }
}

fn of_text(text: &str, format: Option<&str>) -> cel::Value {
    let read = match format {
        Some("byte") => serde_json::from_value::<k8s_openapi::ByteString>(text.into()).ok().map(|bytes| cel::Value::Bytes(Arc::from(bytes.0))),
        Some("duration") => go_duration(text).map(cel::Value::Duration),
        Some("date-time") => text.parse().ok().map(cel::Value::Timestamp),
        Some("date") => format!("{text}T00:00:00Z").parse().ok().map(cel::Value::Timestamp),
        _ => None,
    };
    read.unwrap_or_else(|| cel::Value::from(text))
}
