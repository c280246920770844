//! Values as text: JSON in one line or readable, YAML, plain text.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go, v1.36.
//! Simplified: `<`, `>` and `&` are written as they are.

use podarium_machine::HttpResponse;
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::Value;

use super::accept::Encoding;

/// What comes first in every object of the API.
const FIRST: &[&str] = &["type", "kind", "apiVersion", "metadata"];
/// The fields of an object's metadata, and those of a list's.
const METADATA: &[&str] = &["name", "generateName", "namespace", "uid", "resourceVersion", "continue", "remainingItemCount", "generation", "creationTimestamp"];
/// The documents of discovery in its older form, and what is in them.
const VERSIONS: &[&str] = &["kind", "versions"];
const GROUP: &[&str] = &["kind", "apiVersion", "name", "versions"];
const GROUPS: &[&str] = &["kind", "apiVersion", "groups"];
const RESOURCES: &[&str] = &["kind", "apiVersion", "groupVersion", "resources"];
const RESOURCE: &[&str] = &["name", "singularName", "namespaced", "group", "version", "kind", "verbs", "shortNames", "categories"];
/// The fields of a `Status`, of its details and of their causes.
const STATUS: &[&str] = &["kind", "apiVersion", "metadata", "status", "message", "reason", "details", "code"];
const DETAILS: &[&str] = &["name", "group", "kind", "uid", "causes"];
const CAUSE: &[&str] = &["reason", "message", "field"];

/// A value whose first levels are written in the order in which people know them.
pub(super) struct Ordered<'a> {
    value: &'a Value,
    levels: u8,
    first: &'static [&'static str],
}

impl<'a> Ordered<'a> {
    pub fn new(value: &'a Value) -> Self {
        let first = match value["kind"].as_str().unwrap_or_default() {
            "Status" => STATUS,
            "APIVersions" => VERSIONS,
            "APIGroup" => GROUP,
            "APIGroupList" => GROUPS,
            "APIResourceList" => RESOURCES,
            _ => FIRST,
        };
        Ordered { value, levels: 3, first }
    }

    fn inner(&self, name: &str, value: &'a Value) -> Self {
        let first = match name {
            "details" if self.first == STATUS => DETAILS,
            "causes" if self.first == DETAILS => CAUSE,
            "groups" if self.first == GROUPS => GROUP,
            "resources" if self.first == RESOURCES => RESOURCE,
            "metadata" => METADATA,
            _ if value["kind"] == "Status" => STATUS,
            _ => FIRST,
        };
        Ordered { value, levels: self.levels.saturating_sub(1), first }
    }
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Object(fields) if self.levels > 0 => {
                let mut out = serializer.serialize_map(Some(fields.len()))?;
                for name in self.first {
                    if let Some(value) = fields.get(*name) {
                        out.serialize_entry(name, &self.inner(name, value))?;
                    }
                }
                for (name, value) in fields.iter().filter(|(name, _)| !self.first.contains(&name.as_str())) {
                    out.serialize_entry(name, &self.inner(name, value))?;
                }
                out.end()
            }
            Value::Array(items) if self.levels > 0 => {
                let mut out = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    out.serialize_element(&Ordered { value: item, levels: self.levels.saturating_sub(1), first: self.first })?;
                }
                out.end()
            }
            other => other.serialize(serializer),
        }
    }
}

/// JSON without blanks.
pub(super) fn compact(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
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
        Encoding::Pretty => serde_json::to_vec_pretty(value).unwrap_or_default(),
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
    fn an_object_begins_with_what_it_is() {
        let value = json!({"apiVersion": "v1", "items": [{"data": {}, "metadata": {"name": "a"}}], "kind": "ConfigMapList", "metadata": {}});
        let text = String::from_utf8(encode(200, &Ordered::new(&value), Encoding::Json).body).unwrap();
        assert_eq!(text, "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[{\"metadata\":{\"name\":\"a\"},\"data\":{}}]}\n");
        let pretty = String::from_utf8(encode(200, &Ordered::new(&json!({"kind": "A", "a": []})), Encoding::Pretty).body).unwrap();
        assert_eq!(pretty, "{\n  \"kind\": \"A\",\n  \"a\": []\n}");
        let scale = json!({"kind": "Scale", "metadata": {"creationTimestamp": "t", "name": "a", "resourceVersion": "1"}});
        let text = String::from_utf8(encode(200, &Ordered::new(&scale), Encoding::Json).body).unwrap();
        assert_eq!(text, "{\"kind\":\"Scale\",\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"1\",\"creationTimestamp\":\"t\"}}\n");
        let list = json!({"kind": "APIResourceList", "groupVersion": "v1", "resources": [{"kind": "Pod", "name": "pods", "shortNames": ["po"], "verbs": ["get"]}]});
        let text = String::from_utf8(encode(200, &Ordered::new(&list), Encoding::Json).body).unwrap();
        assert!(text.contains("{\"name\":\"pods\",\"kind\":\"Pod\",\"verbs\":[\"get\"],\"shortNames\":[\"po\"]}"), "{text}");
        let yaml = String::from_utf8(encode(200, &value, Encoding::Yaml).body).unwrap();
        assert!(yaml.starts_with("apiVersion: v1\nitems:\n- data: {}\n"), "{yaml}");
    }
}
