//! From the body of a request to a custom object: read, freed of fields that the schema does not have, and given defaults.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go (schemaCoercingDecoder), v1.36.
//! Simplified: a wrong kind is refused before admission and not after it.

use std::sync::Arc;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;
use serde_json::{Map, Value};

use super::{CustomObject, Definition, schema};
use crate::decode::{Decoded, Metadata, decode_metadata, parse_json, parse_yaml, summary};
use crate::field::FieldError;
use crate::Status;

/// Reads a JSON body that is meant to be of this kind and version.
pub fn decode_bytes(definition: &Arc<Definition>, body: &[u8]) -> Result<Decoded, Status> {
    let (value, duplicates) = parse_json(body).map_err(|why| unrecognized(definition, &why, body))?;
    let mut decoded = decode_request(definition, value, body)?;
    decoded.strict_errors.splice(0..0, duplicates);
    Ok(decoded)
}

/// Reads a YAML body that is meant to be of this kind and version.
pub fn decode_yaml(definition: &Arc<Definition>, body: &[u8]) -> Result<Decoded, Status> {
    let value = parse_yaml(body).map_err(|why| unrecognized(definition, &why, body))?;
    let text = value.to_string();
    decode_request(definition, value, text.as_bytes())
}

fn unrecognized(definition: &Definition, why: &str, body: &[u8]) -> Status {
    Status::bad_request(format!("the object provided is unrecognized (must be of type {}): {why} ({})", definition.info().kind, summary(body)))
}

fn unreadable(definition: &Definition, why: &str) -> Status {
    let info = definition.info();
    Status::bad_request(format!("{} in version {:?} cannot be handled as a {}: {why}", info.kind, info.version, info.kind))
}

fn decode_request(definition: &Arc<Definition>, value: Value, body: &[u8]) -> Result<Decoded, Status> {
    let info = definition.info();
    let Some(object) = value.as_object() else {
        let why = format!("couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}", crate::decode::go_kind(&value));
        return Err(unrecognized(definition, &why, body));
    };
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, version) = (text("kind"), text("apiVersion"));
    if kind.is_empty() {
        let body = String::from_utf8_lossy(body);
        return Err(unrecognized(definition, &format!("Object 'Kind' is missing in '{}'", body.trim_end()), body.as_bytes()));
    }
    if version != info.api_version() {
        let expected = info.api_version();
        let refusal = Status::bad_request(format!("the API version in the data ({version}) does not match the expected API version ({expected})"));
        return match version.rsplit_once('/') {
            // The fields are looked at as that version has them, and none are known of a version that there is not.
            Some((group, version)) if group == info.group && kind == info.kind => {
                let decoded = decode_as(definition, definition.schema_of(version), value).map_err(|why| unreadable(definition, &why))?;
                Ok(Decoded { refusal: Some(refusal), ..decoded })
            }
            _ => Err(refusal),
        };
    }
    if kind != info.kind {
        let name = value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let error = FieldError::invalid("kind", kind.as_str(), format!("must be {}", info.kind));
        return Err(Status::invalid_kind(info.group, &kind, name, &[error]));
    }
    decode_value(definition, value).map_err(|why| unreadable(definition, &why))
}

/// Reads a value that is known to be of this kind. The error is the bare reason.
pub fn decode_value(definition: &Arc<Definition>, value: Value) -> Result<Decoded, String> {
    decode_as(definition, definition.schema(), value)
}

fn decode_as(definition: &Arc<Definition>, schema: Option<&JSONSchemaProps>, value: Value) -> Result<Decoded, String> {
    let Value::Object(mut fields) = value else { return Err("json: cannot unmarshal into Go value of type map[string]interface {}".to_owned()) };
    fields.remove("kind");
    fields.remove("apiVersion");
    let (metadata, unknown, sent_empty) = match fields.remove("metadata") {
        Some(metadata) if !metadata.is_null() => decode_metadata(&metadata)?,
        _ => Metadata::default(),
    };
    let mut object = CustomObject::new(definition.clone(), metadata, fields);
    let mut dropped = object.prune(schema)?;
    dropped.extend(unknown.into_iter().map(|field| format!("metadata.{field}")));
    let strict_errors = dropped.into_iter().map(|path| format!("unknown field {path:?}")).collect();
    object.set_defaults();
    Ok(Decoded { object: object.into_object(), strict_errors, sent_empty: sent_empty.within("metadata"), refusal: None })
}

impl CustomObject {
    /// Drops what the schema does not have, and `null` where it has no place. Gives the paths of unknown fields.
    pub(super) fn prune(&mut self, schema: Option<&JSONSchemaProps>) -> Result<Vec<String>, String> {
        let mut value = Value::Object(std::mem::take(Arc::make_mut(&mut self.fields)));
        let mut dropped = schema::prune(&mut value, schema, true);
        schema::drop_nulls(&mut value, schema);
        let coerced = schema.map(|schema| schema::coerce_embedded(&mut value, schema));
        self.fields = Arc::new(into_map(value));
        dropped.extend(coerced.transpose()?.unwrap_or_default());
        Ok(dropped)
    }

    pub(crate) fn set_defaults(&mut self) {
        let definition = self.definition.clone();
        let Some(schema) = definition.schema() else { return };
        let before = self.fields.clone();
        let mut value = Value::Object((*before).clone());
        schema::set_defaults(&mut value, schema);
        let mut fields = into_map(value);
        // The schema may speak of these, but they are not its to set.
        for name in ["apiVersion", "kind", "metadata"] {
            fields.remove(name);
        }
        if fields != *before {
            self.fields = Arc::new(fields);
        }
    }
}

fn into_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
