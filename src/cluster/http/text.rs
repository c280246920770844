//! Values as text: JSON in one line or readable, YAML, plain text.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go, v1.36.
//! Simplified: nothing.

use podarium_api::{escaped, json};
use podarium_machine::HttpResponse;
use serde::Serialize;

use super::accept::Encoding;

/// JSON without blanks.
pub(super) fn compact(value: &impl Serialize) -> Vec<u8> {
    escaped(json(value))
}

/// One line of it.
pub(super) fn line(value: &impl Serialize) -> Vec<u8> {
    let mut out = compact(value);
    out.push(b'\n');
    out
}

pub(super) fn encode(status: u16, value: &impl Serialize, encoding: Encoding) -> HttpResponse {
    let body = match encoding {
        Encoding::Json => line(value),
        Encoding::Pretty => escaped(serde_json::to_vec_pretty(value).unwrap_or_default()),
        Encoding::Yaml => podarium_api::yaml::document(&serde_json::to_value(value).unwrap_or_default()).into_bytes(),
    };
    HttpResponse { status, headers: content_type(encoding.media_type()), body }
}

pub(super) fn content_type(media_type: &str) -> Vec<(String, String)> {
    vec![("Content-Type".to_owned(), media_type.to_owned())]
}

/// Plain text, as health checks and logs are.
pub(crate) fn plain(status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse { status, headers: content_type("text/plain; charset=utf-8"), body: body.into() }
}

/// The answer to a path that nothing knows.
pub(super) fn page_not_found() -> HttpResponse {
    plain(404, "404 page not found\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_as_go_writes_it() {
        let value = json!({"apiVersion": "v1", "items": [], "kind": "ConfigMapList", "metadata": {"a": "<none> & \u{2028}"}});
        let text = String::from_utf8(encode(200, &value, Encoding::Json).body).unwrap();
        assert_eq!(text, "{\"apiVersion\":\"v1\",\"items\":[],\"kind\":\"ConfigMapList\",\"metadata\":{\"a\":\"\\u003cnone\\u003e \\u0026 \\u2028\"}}\n");
        let pretty = String::from_utf8(encode(200, &json!({"a": [], "b": "<"}), Encoding::Pretty).body).unwrap();
        assert_eq!(pretty, "{\n  \"a\": [],\n  \"b\": \"\\u003c\"\n}");
        let yaml = String::from_utf8(encode(200, &json!({"items": [{"data": {}}], "apiVersion": "v1"}), Encoding::Yaml).body).unwrap();
        assert!(yaml.starts_with("apiVersion: v1\nitems:\n- data: {}\n"), "{yaml}");
    }
}
