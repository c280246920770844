//! The OpenAPI document of version 2 as protobuf, which kubectl wants for lists and for kinds that it does not know.
//!
//! Only what a client checks objects with is carried over: the definitions with their properties, types and kinds.
//!
//! Models: github.com/google/gnostic-models/openapiv2/OpenAPIv2.proto, as Kubernetes v1.36 serves it.
//! Simplified: paths, parameters, limits and examples are left out.

use http_body_util::{Either, Full};
use hyper::StatusCode;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use podarium_machine::HttpRequest;
use serde_json::{Map, Value};

use crate::exchange::{Answer, whole_body};

const MEDIA_TYPE: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
const SHORT: &str = "com.github.proto-openapi.spec.v2";

/// Whether a client asks for the document in this form; if so it is asked for as JSON.
pub fn asked_for(request: &mut HttpRequest) -> bool {
    if request.url.split('?').next() != Some("/openapi/v2") {
        return false;
    }
    let accept = request.headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("accept"));
    let Some((_, value)) = accept.filter(|(_, value)| value.contains(SHORT)) else { return false };
    "application/json".clone_into(value);
    true
}

/// The answer with the document as protobuf.
pub fn translated(answer: Answer) -> Answer {
    if answer.status() != StatusCode::OK {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let Some(bytes) = whole_body(body) else { return Answer::from_parts(head, Either::Left(Full::default())) };
    let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    Answer::from_parts(head, Either::Left(Full::new(encoded(&document).into())))
}

fn varint(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// A field that is a text or a message.
fn field(out: &mut Vec<u8>, number: usize, bytes: &[u8]) {
    varint(out, number << 3 | 2);
    varint(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn text(out: &mut Vec<u8>, number: usize, value: &Value) {
    if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
        field(out, number, text.as_bytes());
    }
}

fn encoded(document: &Value) -> Vec<u8> {
    let (mut out, mut info) = (Vec::new(), Vec::new());
    text(&mut out, 1, &document["swagger"]);
    text(&mut info, 1, &document["info"]["title"]);
    text(&mut info, 2, &document["info"]["version"]);
    field(&mut out, 2, &info);
    field(&mut out, 8, &[]);
    field(&mut out, 9, &named_schemas(document["definitions"].as_object()));
    out
}

/// Schemas by their names: definitions, and properties.
fn named_schemas(schemas: Option<&Map<String, Value>>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in schemas.into_iter().flatten() {
        let mut named = Vec::new();
        field(&mut named, 1, name.as_bytes());
        field(&mut named, 2, &schema(value));
        field(&mut out, 1, &named);
    }
    out
}

fn schema(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    text(&mut out, 1, &value["$ref"]);
    text(&mut out, 2, &value["format"]);
    text(&mut out, 4, &value["description"]);
    for name in value["required"].as_array().into_iter().flatten() {
        text(&mut out, 19, name);
    }
    if value["additionalProperties"].is_object() {
        let mut item = Vec::new();
        field(&mut item, 1, &schema(&value["additionalProperties"]));
        field(&mut out, 21, &item);
    }
    if value["type"].is_string() {
        let mut item = Vec::new();
        text(&mut item, 1, &value["type"]);
        field(&mut out, 22, &item);
    }
    if value["items"].is_object() {
        let mut item = Vec::new();
        field(&mut item, 1, &schema(&value["items"]));
        field(&mut out, 23, &item);
    }
    for one in value["allOf"].as_array().into_iter().flatten() {
        field(&mut out, 24, &schema(one));
    }
    if value["properties"].is_object() {
        field(&mut out, 25, &named_schemas(value["properties"].as_object()));
    }
    for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| name.starts_with("x-")) {
        // JSON is YAML.
        let (mut any, mut named) = (Vec::new(), Vec::new());
        field(&mut any, 2, format!("{value}\n").as_bytes());
        field(&mut named, 1, name.as_bytes());
        field(&mut named, 2, &any);
        field(&mut out, 31, &named);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_written_field_by_field() {
        assert_eq!(schema(&json!({"type": "string", "description": "x"})), [&[0x22, 1, b'x'][..], &[0xb2, 1, 8, 0x0a, 6], b"string"].concat());
        assert_eq!(schema(&json!({"$ref": "#/a"})), [&[0x0a, 3][..], b"#/a"].concat());
    }
}
