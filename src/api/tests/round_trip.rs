//! Objects of every kind, made up from the schemas: what is written is read back with every field, as JSON and as YAML, and
//! nothing that is done with an object panics, however strange it is.

use podarium_api::openapi::{definition_name, definitions};
use podarium_api::patch::{self, PatchType};
use podarium_api::{Kind, Part, decode, yaml};
use podarium_sim::Stream;
use serde_json::{Map, Value, json};

/// How deep an object is filled; schemas refer to themselves.
const DEPTH: usize = 7;

struct Made<'a> {
    stream: &'a mut Stream,
    /// Whether amounts and times are nonsense, for reading that may refuse them.
    wild: bool,
}

impl Made<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.definition(reference.trim_start_matches("#/definitions/"), depth);
        }
        if depth == 0 {
            return None;
        }
        match schema["type"].as_str() {
            Some("object") => match schema.get("additionalProperties") {
                Some(values) if values.is_object() => {
                    let value = self.value(values, depth - 1)?;
                    Some(json!({"example.com/a": value.clone(), "b": value}))
                }
                _ if schema["properties"].is_object() => self.object(schema, depth),
                _ => Some(json!({"a": {"b": [1, "c"]}})),
            },
            Some("array") => Some(json!([self.value(&schema["items"], depth - 1)?])),
            Some("boolean") => Some(json!(true)),
            Some("integer") => Some(json!(if self.wild { [i64::from(i32::MIN), -1, 7, i64::from(i32::MAX)][self.stream.below(4)] } else { 7 })),
            Some("number") => Some(json!(1.5)),
            Some("string") => Some(self.text(schema["format"].as_str().unwrap_or_default())),
            _ => Some(json!("a")),
        }
    }

    fn text(&mut self, format: &str) -> Value {
        let words = ["a", "Always", "web", "25%", "1Gi", "TCP", "-", "é/\u{1}", "None", "0.0.0.0/0", "*/5 * * * *"];
        match format {
            "date-time" => json!("2026-01-05T09:00:00Z"),
            "byte" => json!("aGVsbG8="),
            "int-or-string" => json!("25%"),
            _ if self.wild => json!(words[self.stream.below(words.len())]),
            _ => json!("a"),
        }
    }

    fn definition(&mut self, name: &str, depth: usize) -> Option<Value> {
        match name.rsplit('.').next() {
            Some("JSONSchemaPropsOrBool") => Some(json!(true)),
            Some("JSONSchemaPropsOrArray" | "JSONSchemaPropsOrStringArray") => Some(json!({"type": "string"})),
            Some("Quantity") => Some(json!("2")),
            Some("MicroTime") => Some(json!("2026-01-05T09:00:00.000000Z")),
            Some("FieldsV1" | "RawExtension" | "JSON") => Some(json!({"a": 1})),
            // A struct without fields.
            Some("CustomResourceSubresourceStatus") => Some(json!({})),
            _ if depth == 0 => None,
            _ => self.value(definitions().get(name)?, depth - 1),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let mut out = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            // Who owns which fields is not kept with the object; a link to itself is not kept at all.
            if matches!(name.as_str(), "managedFields" | "selfLink" | "apiVersion" | "kind") && property["description"].as_str().is_some_and(|text| text.len() > 150 || name == "selfLink") {
                continue;
            }
            if self.wild && self.stream.below(3) == 0 {
                continue;
            }
            if let Some(value) = self.value(property, depth - 1) {
                out.insert(name.clone(), value);
            }
        }
        (!out.is_empty()).then_some(Value::Object(out))
    }

    fn kind(&mut self, kind: Kind) -> Value {
        let info = kind.info();
        let mut value = self.definition(&definition_name(info.group, info.version, info.kind), DEPTH * 2).unwrap_or_else(|| json!({}));
        value["apiVersion"] = json!(info.api_version());
        value["kind"] = json!(info.kind);
        if !value["metadata"].is_object() {
            value["metadata"] = json!({});
        }
        value["metadata"]["name"] = json!("a");
        value
    }
}

/// What of `wanted` is not in `found`.
fn lost(wanted: &Value, found: &Value, path: &str, out: &mut Vec<String>) {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            for (name, value) in wanted {
                match found.get(name) {
                    Some(kept) => lost(value, kept, &format!("{path}.{name}"), out),
                    None => out.push(format!("{path}.{name}")),
                }
            }
        }
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
            wanted.iter().zip(found).for_each(|(wanted, found)| lost(wanted, found, &format!("{path}[]"), out));
        }
        _ if wanted == found => {}
        _ => out.push(format!("{path}: {wanted} became {found}")),
    }
}

#[test]
fn every_field_of_every_kind_is_kept() {
    let mut stream = Stream::new(1, "round trip");
    let mut failures = Vec::new();
    for kind in Kind::ALL.iter().copied() {
        let made = Made { stream: &mut stream, wild: false }.kind(kind);
        let read = match decode::decode(kind, made.clone()) {
            Ok(read) => read,
            Err(status) => {
                failures.push(format!("{kind:?}: {status}"));
                continue;
            }
        };
        failures.extend(read.strict_errors.iter().map(|error| format!("{kind:?}: {error}")));
        let written = read.object.to_value();
        let mut gone = Vec::new();
        lost(&made, &written, "", &mut gone);
        failures.extend(gone.into_iter().map(|path| format!("{kind:?}: {path} is lost")));
        let again = decode::decode_yaml(kind, yaml::document(&written).as_bytes()).unwrap_or_else(|status| panic!("{kind:?}: {status}"));
        if again.object != read.object {
            failures.push(format!("{kind:?} is not the same after YAML"));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn nothing_that_is_done_with_an_object_panics() {
    let now: jiff::Timestamp = "2026-01-05T09:10:00Z".parse().unwrap();
    let mut stream = Stream::new(2, "round trip");
    for round in 0..60 {
        for kind in Kind::ALL.iter().copied() {
            let made = Made { stream: &mut stream, wild: true }.kind(kind);
            let Ok(read) = decode::decode(kind, made) else { continue };
            let raw = read.object.clone();
            // Kubernetes itself prints one cell more of an IPAddress than there are columns.
            let extra = usize::from(kind == Kind::IPAddress);
            assert_eq!(raw.row(now).len(), kind.columns().len() + extra, "{kind:?} in round {round}");
            let mut object = read.object;
            object.set_defaults();
            object.prepare_for_create();
            let _ = object.validate();
            let _ = object.warnings();
            let _ = object.row(now);
            let other = Made { stream: &mut stream, wild: true }.kind(kind);
            for patch_type in [PatchType::Merge, PatchType::Strategic] {
                let Ok(patched) = patch::apply_to_object(patch_type, &object, &other, None) else { continue };
                let mut next = patched.object;
                next.set_defaults();
                next.prepare_for_update(&object);
                let _ = next.validate_update(&object);
                next.prepare_for_status_update(&object);
                let _ = next.validate_status_update(&object);
                for part in [Part::Approval, Part::EphemeralContainers, Part::Resize] {
                    let mut next = next.clone();
                    next.prepare_for_part_update(part, &object);
                    let _ = next.validate_part_update(part, &object);
                }
            }
        }
    }
}
