//! From an HTTP request to the plain request: verb, options, body. What is wrong is noticed in the order of the reference.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,update,patch,delete,get}.go, v1.36.
//! Simplified: a patch that cannot be parsed is refused before the object is looked for.

use std::sync::Arc;

use podarium_api::selector::{FieldSelector, LabelSelector, SelectorError};
use podarium_api::{Kind, Status, custom, decode};
use podarium_machine::HttpRequest;
use serde_json::Value;

use super::accept::{self, Agreed, Route, header};
use super::path::ResourcePath;
use super::{Query, options, resources};
use crate::apiserver::{Body, Filter, Options, PatchType, Request, Subresource, User, Verb, strictly};

/// How large a body may be.
const MAX_BODY_BYTES: usize = 3 * 1024 * 1024;
const UNKNOWN_FORMAT: &str = "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf";

/// The request, and how it is answered. Warnings about its body are told even if it is refused.
pub(super) fn request(http: &HttpRequest, user: &User, path: &ResourcePath, query: &Query, known: &decode::KnownSpecs, warnings: &mut Vec<String>) -> Result<(Request, Agreed), Status> {
    let verb = verb(&http.method, path, query)?;
    let patch = if verb == Verb::Patch { Some(patch_type(http, path)?) } else { None };
    let mut agreed = accept::agree(http, query, route(verb, path))?;
    let (mut options, body) = match verb {
        Verb::Get => (Options { resource_version: query.get("resourceVersion").map(str::to_owned), ..Options::default() }, Body::None),
        Verb::List | Verb::Watch => {
            let options = options::list(query, verb == Verb::Watch)?;
            if verb == Verb::Watch {
                agreed = accept::agree(http, query, Route::Watch)?;
            }
            (options, Body::None)
        }
        Verb::Create => {
            content_type(http)?;
            check_size(http)?;
            let mut options = options::write(query, "CreateOptions", None)?;
            let body = read_object(http, path, &mut options, known, warnings)?;
            (options, body)
        }
        Verb::Update => {
            check_size(http)?;
            let mut options = options::write(query, "UpdateOptions", None)?;
            content_type(http)?;
            let body = read_object(http, path, &mut options, known, warnings)?;
            (options, body)
        }
        Verb::Patch => {
            let patch = patch.unwrap_or(PatchType::Merge);
            check_size(http)?;
            let options = options::write(query, "PatchOptions", Some(patch))?;
            let (value, objections) = parse_patch(http, patch)?;
            (Options { objections, ..options }, Body::Patch(patch, value))
        }
        Verb::Delete => {
            check_size(http)?;
            (options::delete(http, query)?, Body::None)
        }
        Verb::DeleteCollection => {
            let lists = options::list(query, false)?;
            check_size(http)?;
            let deletes = options::delete(http, query)?;
            let Options { resource_version, resource_version_match, limit, continue_token, .. } = lists;
            (Options { resource_version, resource_version_match, limit, continue_token, ..deletes }, Body::None)
        }
    };
    // A binding that is not sent to its pod's path names the pod itself.
    let name = match &body {
        Body::Value(value) if path.name.is_empty() => value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default(),
        _ => &path.name,
    };
    let name: Arc<str> = if verb == Verb::Watch { "".into() } else { name.into() };
    options.user_agent = Some(header(http, "User-Agent").to_owned());
    let namespace: Arc<str> = path.namespace.as_str().into();
    let request = Request {
        user: user.clone(),
        verb,
        kind: path.kind,
        namespace: namespace.clone(),
        name,
        subresource: path.subresource.map(subresource).transpose()?,
        body,
        filter: filter(path, query, verb, namespace)?,
        options,
    };
    Ok((request, agreed))
}

fn route(verb: Verb, path: &ResourcePath) -> Route {
    match verb {
        Verb::List | Verb::Watch => Route::List,
        Verb::Get if path.subresource.is_some_and(|subresource| subresource.name == "log") => Route::Text,
        Verb::Create if path.subresource.is_some_and(|subresource| matches!(subresource.name, "binding" | "eviction" | "token")) => Route::Answer,
        Verb::Create if !path.kind.verbs().contains(&"get") => Route::Answer,
        _ => Route::Object,
    }
}

fn verb(method: &str, path: &ResourcePath, query: &Query) -> Result<Verb, Status> {
    let named = !path.name.is_empty() && !path.watch;
    let in_namespace = !path.namespace.is_empty();
    let verb = resources::verb_of(method, &path.kind.info(), named, in_namespace, path.subresource).ok_or_else(Status::no_such_method)?;
    Ok(match verb {
        "list" if path.watch || query.flag("watch") => Verb::Watch,
        _ if path.watch => return Err(Status::no_such_method()),
        "list" => Verb::List,
        "get" => Verb::Get,
        "create" => Verb::Create,
        "update" => Verb::Update,
        "patch" => Verb::Patch,
        "delete" => Verb::Delete,
        _ => Verb::DeleteCollection,
    })
}

fn filter(path: &ResourcePath, query: &Query, verb: Verb, namespace: Arc<str>) -> Result<Filter, Status> {
    if !matches!(verb, Verb::List | Verb::Watch | Verb::DeleteCollection) {
        return Ok(Filter::default());
    }
    let bad = |error: SelectorError| Status::bad_request(error.0);
    let labels = LabelSelector::parse(query.get("labelSelector").unwrap_or_default()).map_err(bad)?;
    let mut fields = FieldSelector::parse(query.get("fieldSelector").unwrap_or_default()).map_err(bad)?;
    if let Some(version) = path.version {
        fields = fields.in_version(version).map_err(bad)?;
    }
    let known: Vec<&str> = match &path.definition {
        Some(definition) => definition.selectable_fields().collect(),
        None => path.kind.selectable_field_names(),
    };
    fields.check_names(path.kind, &known).map_err(bad)?;
    if !path.name.is_empty() {
        if !fields.is_empty() && fields.required("metadata.name") != Some(&path.name) {
            return Err(Status::bad_request("fieldSelector metadata.name doesn't match requested name"));
        }
        fields = FieldSelector::equal("metadata.name", &path.name);
    }
    Ok(Filter { namespace: (!namespace.is_empty()).then_some(namespace), labels, fields })
}

fn subresource(subresource: &resources::Subresource) -> Result<Subresource, Status> {
    Ok(match subresource.name {
        "status" => Subresource::Status,
        "scale" => Subresource::Scale,
        "binding" => Subresource::Binding,
        "eviction" => Subresource::Eviction,
        "finalize" => Subresource::Finalize,
        "log" => Subresource::Log,
        "token" => Subresource::Token,
        "approval" => Subresource::Approval,
        "ephemeralcontainers" => Subresource::EphemeralContainers,
        "resize" => Subresource::Resize,
        other => return Err(Status::not_simulated(&format!("the subresource {other}"))),
    })
}

/// The type of the body without its parameters; JSON if nothing is said.
fn content_type(http: &HttpRequest) -> Result<&str, Status> {
    match header(http, "Content-Type").split(';').next().unwrap_or_default().trim() {
        "" => Ok("application/json"),
        known @ ("application/json" | "application/yaml") => Ok(known),
        "application/vnd.kubernetes.protobuf" => Err(Status::new(
            415,
            "UnsupportedMediaType",
            "not simulated: bodies in application/vnd.kubernetes.protobuf; accepted media types include: application/json, application/yaml",
        )),
        _ => Err(Status::new(415, "UnsupportedMediaType", UNKNOWN_FORMAT)),
    }
}

fn check_size(http: &HttpRequest) -> Result<(), Status> {
    if http.body.len() > MAX_BODY_BYTES { Err(Status::too_large(&format!("limit is {MAX_BODY_BYTES}"))) } else { Ok(()) }
}

/// Reads a body that is no stored kind.
pub(super) fn parse(http: &HttpRequest, body: &[u8]) -> Result<Value, Status> {
    let parsed = if content_type(http)? == "application/yaml" { decode::parse_yaml(body) } else { decode::parse_json(body).map(|(value, _)| value) };
    parsed.map_err(Status::bad_request)
}

/// A route of its own for patches refuses other types before anything else is looked at.
fn patch_type(http: &HttpRequest, path: &ResourcePath) -> Result<PatchType, Status> {
    let wanted = header(http, "Content-Type");
    // The path of a custom kind is no route of its own.
    if path.definition.is_some() && PatchType::from_media_type(wanted).is_none_or(|found| found == PatchType::Strategic) {
        return Err(podarium_api::patch::not_of_custom_kinds());
    }
    PatchType::from_media_type(wanted).ok_or_else(|| Status::refused_route(415, "UnsupportedMediaType", "415: Unsupported Media Type"))
}

/// The patch, and what a strict reader objects to in its text.
fn parse_patch(http: &HttpRequest, patch: PatchType) -> Result<(Value, Vec<String>), Status> {
    if patch == PatchType::Apply {
        let value = decode::parse_yaml(&http.body).map_err(|why| Status::bad_request(format!("error decoding YAML: error converting YAML to JSON: {why}")))?;
        return Ok((value, decode::repeated_yaml(&http.body).into_iter().collect()));
    }
    let (value, repeated) = decode::parse_json(&http.body).map_err(|why| {
        let why = why.trim_start_matches("couldn't get version/kind; json parse error: ");
        let prefix = if patch == PatchType::Strategic { "" } else { "error decoding patch: " };
        Status::bad_request(format!("{prefix}{why}"))
    })?;
    let objections = if patch == PatchType::Json { podarium_api::patch::unknown_fields(&value) } else { repeated };
    Ok((value, objections))
}

fn read_object(http: &HttpRequest, path: &ResourcePath, options: &mut Options, known: &decode::KnownSpecs, warnings: &mut Vec<String>) -> Result<Body, Status> {
    if path.subresource.is_some_and(|subresource| subresource.name == "token") {
        let yaml = content_type(http)? == "application/yaml";
        let decoded = if yaml { decode::decode_yaml(Kind::TokenRequest, &http.body)? } else { decode::decode_bytes(Kind::TokenRequest, &http.body)? };
        return strictly(decoded, options.field_validation, warnings).map(Body::Object);
    }
    if let Some(subresource) = path.subresource.filter(|subresource| !subresource.kind.is_empty()) {
        let value = parse(http, &http.body)?;
        check_kind(&value, subresource)?;
        return Ok(Body::Value(value));
    }
    let yaml = content_type(http)? == "application/yaml";
    let mut decoded = match path.version {
        None if path.definition.is_some() => read_custom(path, yaml, &http.body)?,
        Some(version) => {
            let mut decoded = decode::decode(path.kind, version.to_stored(parse(http, &http.body)?)?)
                .map_err(|status| Status::new(status.code(), status.reason(), version.in_its_words(status.message())))?;
            decoded.strict_errors.iter_mut().for_each(|error| *error = version.in_its_words(error));
            decoded
        }
        None if yaml => decode::decode_yaml(path.kind, &http.body)?,
        None if path.kind == Kind::Pod => decode::decode_pod(&http.body, known)?,
        None => decode::decode_bytes(path.kind, &http.body)?,
    };
    options.sent_empty = std::mem::take(&mut decoded.sent_empty);
    let read = strictly(decoded, options.field_validation, warnings).map(Body::Object);
    read.map_err(|status| match path.version {
        Some(version) => Status::new(status.code(), status.reason(), version.in_its_words(status.message())),
        None => status,
    })
}

fn read_custom(path: &ResourcePath, yaml: bool, body: &[u8]) -> Result<decode::Decoded, Status> {
    let definition = path.definition.as_ref().ok_or_else(Status::no_such_path)?;
    if yaml { custom::decode_yaml(definition, body) } else { custom::decode_bytes(definition, body) }
}

/// Whether a body is what its subresource takes.
fn check_kind(value: &Value, subresource: &resources::Subresource) -> Result<(), Status> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let (kind, version) = (text("kind"), text("apiVersion"));
    let wanted = subresource.kind;
    if !value.is_object() {
        return Err(Status::bad_request(format!("the object provided is unrecognized (must be of type {wanted}): couldn't get version/kind")));
    }
    let versions: &[&str] = match wanted {
        "Scale" => &["autoscaling/v1", "apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"],
        "Eviction" => &["policy/v1", "policy/v1beta1"],
        _ => &["v1"],
    };
    if kind.is_empty() || (kind == wanted && (version.is_empty() || versions.contains(&version))) {
        return Ok(());
    }
    let known = Kind::ALL.iter().any(|other| other.info().kind == kind && other.info().api_version() == version);
    if known {
        let group = match subresource.of {
            Some(("", _)) | None => "core",
            Some((group, _)) => group.split('.').next().unwrap_or_default(),
        };
        let of = version.split_once('/').map_or("v1", |(_, version)| version);
        return Err(Status::bad_request(format!("{kind} in version {of:?} cannot be handled as a {wanted}: converting (v1.{kind}) to ({group}.{wanted}): unknown conversion")));
    }
    let why = format!("no kind {kind:?} is registered for version {version:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
    let version = version.rsplit('/').next().unwrap_or_default();
    Err(Status::bad_request(format!("{kind} in version {version:?} cannot be handled as a {wanted}: {why}")))
}
