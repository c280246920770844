//! Answers as the client wants them: JSON or YAML, the object itself, a table for people, metadata alone.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go,
//! apiserver/pkg/endpoints/handlers/responsewriters/writers.go, v1.36.
//! Simplified: the objects in the rows of a table do not say who owns their fields.

use std::sync::Arc;

use podarium_api::custom::Definition;
use podarium_api::managed_fields::Managed;
use podarium_api::versions::Version;
use podarium_api::{InGoOrder, Kind, Object, Status, Written, WrittenMetadata, flow_control};
use podarium_machine::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::{Value, json};

use super::accept::{self, Agreed, Encoding, Form};
use super::custom::columns;
use super::documents::{CustomList, Each, List, Partial, Row, Shown, Table};
use super::text::{compact, content_type, encode};
use super::{Query, ResourcePath};
use crate::apiserver::Reply;
use crate::component::WatchChange;
use crate::store::Lines;

/// How one client wants its answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendering {
    agreed: Agreed,
    /// How an error is written, which is no table.
    pub error: Encoding,
    /// What a table's rows carry beside their cells.
    include: Include,
    /// The version in which objects are shown, if it is not the stored one.
    version: Option<&'static Version>,
    /// The version of a custom kind in which objects are shown.
    definition: Option<Arc<Definition>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Include {
    None,
    Metadata,
    Object,
    Unknown(String),
}

impl Rendering {
    pub fn new(http: &HttpRequest, query: &Query, agreed: Agreed, path: &ResourcePath) -> Self {
        let include = match query.get("includeObject") {
            Some("None") => Include::None,
            Some("Object") => Include::Object,
            None | Some("Metadata") => Include::Metadata,
            Some(other) => Include::Unknown(other.to_owned()),
        };
        Rendering { agreed, error: accept::for_error(http, query), include, version: path.version, definition: path.definition.clone() }
    }

    /// An error about an object, with the group of the version in which the client speaks.
    pub fn in_group(&self, status: Status) -> Status {
        match self.version {
            Some(version) => status.in_group(version.group),
            None => status,
        }
    }

    /// Tables are for people, who would not see who owns which fields.
    pub fn shows_managed_fields(&self) -> bool {
        self.agreed.form != Form::Table
    }

    /// The whole answer of a request that went well. `managed` says who owns what of its objects.
    pub fn answer(&self, code: u16, reply: &Reply, managed: &[Managed], now: jiff::Timestamp) -> HttpResponse {
        match self.reply(code, reply, managed, now) {
            Ok(response) => response,
            Err(status) => error(&status, self.error),
        }
    }

    /// Whether an object comes in its stored form, as JSON without blanks.
    pub fn is_line(&self) -> bool {
        self.is_as_stored() && self.agreed.encoding == Encoding::Json
    }

    /// The answer to whoever has made a change, which is what others are told of it.
    pub fn change(&self, code: u16, object: &Object, managed: &Managed, lines: &Lines, now: jiff::Timestamp) -> HttpResponse {
        let text = lines.get_or_write(WatchChange::Modified, || compact(&self.object(object, Some(managed), now, true)));
        HttpResponse { status: code, headers: content_type(self.agreed.encoding.media_type()), body: [text, b"\n"].concat() }
    }

    /// Why no table can be made, which is noticed only when the answer is written.
    pub fn check(&self) -> Result<(), Status> {
        match &self.include {
            Include::Unknown(value) if self.agreed.form == Form::Table => Err(Status::bad_request(format!(
                "Unable to convert to Table as requested: includeObject: Invalid value: {value:?}: must be 'Metadata', 'Object', 'None', or empty"
            ))),
            _ => Ok(()),
        }
    }

    fn reply(&self, code: u16, reply: &Reply, managed: &[Managed], now: jiff::Timestamp) -> Result<HttpResponse, Status> {
        self.check()?;
        let encoding = self.agreed.encoding;
        match reply {
            Reply::Object(object) if self.agreed.form == Form::MetadataList => Err(not_a_list(object.kind(), "")),
            Reply::Object(object) => Ok(encode(code, &self.object(object, managed.first(), now, true), encoding)),
            Reply::List { kind, .. } if self.agreed.form == Form::Metadata => Err(not_a_list(*kind, "List")),
            Reply::List { kind, items, resource_version, continue_token, remaining } => {
                // A list of what is not stored has no version.
                let mut metadata = if *resource_version == 0 { json!({}) } else { json!({"resourceVersion": resource_version.to_string()}) };
                // Lists of custom kinds say that there is no more, too.
                if continue_token.is_some() || (self.definition.is_some() && self.agreed.form == Form::Plain) {
                    metadata["continue"] = json!(continue_token.as_deref().unwrap_or_default());
                }
                if let Some(remaining) = remaining {
                    metadata["remainingItemCount"] = json!(remaining);
                }
                let items = items.iter().enumerate().map(|(at, object)| (object, managed.get(at)));
                Ok(self.list(code, *kind, items, metadata, now))
            }
            Reply::Success { kind, name, uid } => {
                let info = kind.info();
                let mut details = json!({"name": name, "kind": info.plural, "uid": uid});
                let group = self.version.map_or(info.group, |version| version.group);
                if !group.is_empty() {
                    details["group"] = group.into();
                }
                let success = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details});
                Ok(encode(code, &InGoOrder::new(&success), encoding))
            }
            Reply::Value(value) if self.agreed.form == Form::Table && value["kind"] == "Scale" => Ok(encode(code, &self.scale_table(value, now), encoding)),
            Reply::Value(value) => Ok(encode(code, &InGoOrder::new(value), encoding)),
        }
    }

    fn list<'a>(&self, code: u16, kind: Kind, items: impl Iterator<Item = (&'a Object, Option<&'a Managed>)> + Clone, metadata: Value, now: jiff::Timestamp) -> HttpResponse {
        let encoding = self.agreed.encoding;
        match self.agreed.form {
            Form::Table => {
                let mut in_order: Vec<&Object> = items.map(|(object, _)| object).collect();
                in_order.sort_by_key(|object| match *object {
                    Object::FlowSchema(schema) => Some(flow_control::matching_order(schema)),
                    _ => None,
                });
                let rows = Each(in_order.into_iter().map(|object| self.row(object, now)));
                encode(code, &self.table(columns(kind, self.definition.as_deref()), rows, metadata), encoding)
            }
            Form::Plain => {
                let name = self.definition.as_ref().map_or_else(|| format!("{}List", kind.info().kind), |definition| definition.list_kind().to_owned());
                let items = Each(items.map(|(object, managed)| self.whole(object, managed, self.definition.is_some())));
                match &self.definition {
                    Some(_) => encode(code, &CustomList { kind: name, api_version: self.api_version(kind), metadata, items }, encoding),
                    None => encode(code, &List { kind: name, api_version: self.api_version(kind), metadata, items }, encoding),
                }
            }
            Form::Metadata | Form::MetadataList => {
                let items = Each(items.map(|(object, managed)| self.metadata_of(object, managed)));
                let (kind, api_version) = ("PartialObjectMetadataList", self.meta_version().to_owned());
                // Go writes a list that nobody has made as `null`.
                if items.0.clone().next().is_none() {
                    let empty = json!({"kind": kind, "apiVersion": api_version, "metadata": metadata, "items": null});
                    return encode(code, &InGoOrder::new(&empty), encoding);
                }
                encode(code, &List { kind: kind.to_owned(), api_version, metadata, items }, encoding)
            }
        }
    }

    /// One object alone, or as a watch event carries it; a watch names a table's columns only once.
    pub(super) fn object<'a>(&self, object: &'a Object, managed: Option<&'a Managed>, now: jiff::Timestamp, with_columns: bool) -> Shown<'a> {
        match self.agreed.form {
            Form::Table => {
                // What is not stored has no version.
                let metadata = object.meta().resource_version.as_ref().map_or_else(|| json!({}), |revision| json!({"resourceVersion": revision}));
                let columns = if with_columns { columns(object.kind(), self.definition.as_deref()) } else { Vec::new() };
                Shown::Table(Box::new(self.table(columns, vec![self.row(object, now)], metadata)))
            }
            Form::Metadata | Form::MetadataList => self.metadata_of(object, managed),
            Form::Plain => self.whole(object, managed, true),
        }
    }

    /// Whether an object is shown in its stored form, to this client as to others.
    pub fn is_as_stored(&self) -> bool {
        self.agreed.form == Form::Plain && self.version.is_none() && self.definition.is_none()
    }

    /// The version in which objects of this kind are shown.
    pub fn api_version(&self, kind: Kind) -> String {
        match (self.version, &self.definition) {
            (Some(version), _) => version.api_version(),
            (None, Some(definition)) => definition.info().api_version(),
            (None, None) => kind.info().api_version(),
        }
    }

    /// The object in the version that was asked for. In a list the kind is said once for all.
    fn whole<'a>(&self, object: &'a Object, managed: Option<&'a Managed>, typed: bool) -> Shown<'a> {
        let value = |object: &Object, typed| Written { object, managed, typed, verbatim: false }.to_value();
        match (object, &self.definition, self.version) {
            (Object::Custom(custom), Some(definition), _) => Shown::Converted(value(&custom.in_version(definition).into_object(), typed)),
            (_, _, Some(version)) => {
                let mut value = version.from_stored(value(object, true));
                if let Some(fields) = value.as_object_mut().filter(|_| !typed) {
                    fields.remove("kind");
                    fields.remove("apiVersion");
                }
                Shown::Converted(value)
            }
            _ => Shown::Stored(Written { object, managed, typed, verbatim: self.agreed.encoding == Encoding::Json }),
        }
    }

    fn row<'a>(&self, object: &'a Object, now: jiff::Timestamp) -> Row<'a> {
        let cells = match (object, &self.definition) {
            (Object::Custom(custom), Some(definition)) => custom.in_version(definition).into_object().row(now),
            _ => object.row(now),
        };
        let object = match self.include {
            // A bookmark keeps its metadata, for the annotation in it.
            Include::None if !is_end_of_initial_events(object) => None,
            Include::Object => Some(self.whole(object, None, true)),
            _ => Some(self.metadata_of(object, None)),
        };
        Row { cells, object }
    }

    fn meta_version(&self) -> &'static str {
        if self.agreed.beta { "meta.k8s.io/v1beta1" } else { "meta.k8s.io/v1" }
    }

    fn metadata_of<'a>(&self, object: &'a Object, managed: Option<&'a Managed>) -> Shown<'a> {
        Shown::Metadata(Partial { kind: "PartialObjectMetadata", api_version: self.meta_version(), metadata: WrittenMetadata { object, managed, alone: true, verbatim: self.agreed.encoding == Encoding::Json } })
    }

    fn table<R>(&self, column_definitions: Vec<Value>, rows: R, metadata: Value) -> Table<R> {
        Table { kind: "Table", api_version: self.meta_version(), metadata, column_definitions, rows }
    }

    fn scale_table(&self, scale: &Value, now: jiff::Timestamp) -> impl Serialize {
        let column = |name: &str, kind: &str, description: &str| json!({"name": name, "type": kind, "format": "", "description": description, "priority": 0});
        let described: Vec<Value> = columns(Kind::Pod, None);
        let text = |name: &str| described.iter().find(|column| column["name"] == name).and_then(|column| column["description"].as_str()).unwrap_or_default();
        let columns = vec![
            column("Name", "string", text("Name")),
            column("Desired", "integer", "replicas is the desired number of instances for the scaled object."),
            column("Available", "integer", "replicas is the actual number of observed instances of the scaled object."),
            column("Age", "string", text("Age")),
        ];
        let created = serde_json::from_value(scale["metadata"]["creationTimestamp"].clone()).ok();
        let age = podarium_api::time::age(created.as_ref(), now);
        let replicas = |pointer: &str| scale.pointer(pointer).and_then(Value::as_i64).unwrap_or(0);
        let cells = json!([scale["metadata"]["name"], replicas("/spec/replicas"), replicas("/status/replicas"), age]);
        let metadata = json!({"kind": "PartialObjectMetadata", "apiVersion": self.meta_version(), "metadata": scale["metadata"]});
        self.table(columns, vec![json!({"cells": cells, "object": metadata})], json!({"resourceVersion": scale["metadata"]["resourceVersion"]}))
    }
}

/// The annotation of the bookmark that follows the events of what was there when a watch began.
pub(super) const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";

fn is_end_of_initial_events(object: &Object) -> bool {
    object.meta().annotations.as_ref().is_some_and(|annotations| annotations.contains_key(INITIAL_EVENTS_END))
}

/// A list was asked for as one object, or the other way around.
fn not_a_list(kind: Kind, list: &str) -> Status {
    let info = kind.info();
    if matches!(kind, Kind::Custom(_)) {
        let text = if list.is_empty() {
            "you requested PartialObjectMetadataList, but the requested object is not a list (*unstructured.Unstructured)"
        } else {
            "you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)"
        };
        return Status::new(406, "NotAcceptable", text);
    }
    let package = if info.group.is_empty() { "core" } else { info.group.split('.').next().unwrap_or_default() };
    let text = if list.is_empty() {
        format!("you requested PartialObjectMetadataList, but the requested object is not a list (*{package}.{})", info.kind)
    } else {
        format!("you requested PartialObjectMetadata, but the requested object is a list (*{package}.{}List)", info.kind)
    };
    Status::new(406, "NotAcceptable", text)
}

/// An error as it travels.
pub(crate) fn error(status: &Status, encoding: Encoding) -> HttpResponse {
    let value = serde_json::to_value(status.as_meta()).expect("a status has only string keys");
    let mut response = encode(status.code(), &InGoOrder::new(&value), encoding);
    if let Some(seconds) = status.as_meta().details.as_ref().and_then(|details| details.retry_after_seconds).filter(|seconds| *seconds > 0) {
        response.headers.push(("Retry-After".to_owned(), seconds.to_string()));
    }
    response
}
