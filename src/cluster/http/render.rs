//! Answers as the client wants them: JSON, a table for people, metadata alone.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go, v1.36.
//! Simplified: JSON only.

use std::sync::Arc;

use podarium_api::custom::Definition;
use podarium_api::{Kind, Object, compat};
use podarium_machine::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::custom::columns;
use super::{Query, ResourcePath};
use crate::apiserver::Reply;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Table,
    Metadata,
}

/// How one client wants its answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendering {
    pub format: Format,
    /// What a table's rows carry beside their cells: `None`, `Metadata` or `Object`.
    include: Include,
    /// The old version in which objects are shown.
    old_version: Option<String>,
    /// The version of a custom kind in which objects are shown.
    definition: Option<Arc<Definition>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Include {
    None,
    Metadata,
    Object,
}

impl Rendering {
    /// The first of the accepted forms that there is.
    pub fn of(request: &HttpRequest, query: &Query, path: &ResourcePath) -> Self {
        let accept = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("accept"));
        let forms = accept.map_or("", |(_, value)| value.as_str()).split(',');
        let format = forms
            .filter_map(|form| {
                let parts: Vec<&str> = form.split(';').map(str::trim).collect();
                match parts.as_slice() {
                    [media, ..] if media.contains("protobuf") || media.contains("cbor") => None,
                    parts if parts.contains(&"as=Table") => Some(Format::Table),
                    parts if parts.iter().any(|part| part.starts_with("as=PartialObjectMetadata")) => Some(Format::Metadata),
                    _ => Some(Format::Json),
                }
            })
            .next();
        let include = match query.get("includeObject") {
            Some("None") => Include::None,
            Some("Object") => Include::Object,
            _ => Include::Metadata,
        };
        Rendering { format: format.unwrap_or(Format::Json), include, old_version: path.old_version.clone(), definition: path.definition.clone() }
    }

    /// Tables are for people, who would not see who owns which fields.
    pub fn shows_managed_fields(&self) -> bool {
        self.format != Format::Table
    }

    pub fn reply(&self, reply: &Reply, now: jiff::Timestamp) -> Value {
        match (reply, self.format) {
            (Reply::Object(object), _) => self.object(object, now, true),
            (Reply::List { kind, items, resource_version }, Format::Table) => {
                let rows = items.iter().map(|object| self.row(object, now)).collect();
                self.table(*kind, rows, json!({"resourceVersion": resource_version.to_string()}), true)
            }
            (Reply::List { kind, items, resource_version }, format) => {
                let info = kind.info();
                let (api_version, list) = match format {
                    Format::Metadata => ("meta.k8s.io/v1".to_owned(), "PartialObjectMetadataList".to_owned()),
                    _ => (self.old_version.clone().unwrap_or_else(|| info.api_version()), self.definition.as_ref().map_or_else(|| format!("{}List", info.kind), |definition| definition.list_kind().to_owned())),
                };
                let items: Vec<Value> = items.iter().map(|object| self.item(object, now)).collect();
                // A list of what is not stored has no version.
                let metadata = if *resource_version == 0 { json!({}) } else { json!({"resourceVersion": resource_version.to_string()}) };
                json!({"kind": list, "apiVersion": api_version, "metadata": metadata, "items": items})
            }
            (Reply::Success { kind, name, uid }, _) => {
                let info = kind.info();
                let mut details = json!({"name": name, "kind": info.plural, "uid": uid});
                if !info.group.is_empty() {
                    details["group"] = info.group.into();
                }
                json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
            }
            (Reply::Value(value), _) => value.clone(),
        }
    }

    /// One object alone, or as a watch event carries it; a watch names a table's columns only once.
    pub fn object(&self, object: &Object, now: jiff::Timestamp, columns: bool) -> Value {
        match self.format {
            Format::Table => {
                let metadata = json!({"resourceVersion": object.meta().resource_version});
                self.table(object.kind(), vec![self.row(object, now)], metadata, columns)
            }
            Format::Metadata => metadata_of(object),
            Format::Json => self.value(object),
        }
    }

    /// The object in the version that was asked for.
    fn value(&self, object: &Object) -> Value {
        if let (Object::Custom(object), Some(definition)) = (object, &self.definition) {
            return object.in_version(definition).to_value();
        }
        match &self.old_version {
            Some(version) => compat::from_current(object.to_value(), version),
            None => object.to_value(),
        }
    }

    /// An object in a list, where the kind is said once for all.
    fn item(&self, object: &Object, _now: jiff::Timestamp) -> Value {
        if self.format == Format::Metadata {
            return metadata_of(object);
        }
        let mut value = self.value(object);
        // The items of a list of custom resources say each what they are.
        if let (Value::Object(fields), None) = (&mut value, &self.definition) {
            fields.remove("kind");
            fields.remove("apiVersion");
        }
        value
    }

    fn table(&self, kind: Kind, rows: Vec<Value>, metadata: Value, with_columns: bool) -> Value {
        let definitions = if with_columns { columns(kind, self.definition.as_deref()) } else { Vec::new() };
        json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata, "columnDefinitions": definitions, "rows": rows})
    }

    fn row(&self, object: &Object, now: jiff::Timestamp) -> Value {
        let cells = match (object, &self.definition) {
            (Object::Custom(custom), Some(definition)) => custom.in_version(definition).into_object().row(now),
            _ => object.row(now),
        };
        match self.include {
            Include::None => json!({"cells": cells}),
            Include::Metadata => json!({"cells": cells, "object": metadata_of(object)}),
            Include::Object => json!({"cells": cells, "object": self.value(object)}),
        }
    }
}

fn metadata_of(object: &Object) -> Value {
    let metadata = serde_json::to_value(object.meta()).expect("metadata has only string keys");
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata})
}

pub(super) fn json(status: u16, value: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: value.to_string().into_bytes(),
    }
}

pub(crate) fn text(status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse { status, headers: vec![("Content-Type".to_owned(), "text/plain".to_owned())], body: body.into() }
}
