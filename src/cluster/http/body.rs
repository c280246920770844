//! From an HTTP request to the plain request: verb, options, body.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,update,patch,delete}.go, v1.36.
//! Simplified: field validation ignores unknown fields so far.

use std::sync::Arc;

use podarium_api::selector::{FieldSelector, LabelSelector};
use podarium_api::{Object, Status};
use podarium_machine::HttpRequest;
use serde_json::Value;

use super::path::ResourcePath;
use super::{ADMIN, Query};
use crate::apiserver::{Body, Filter, Options, PatchType, Propagation, Request, Subresource, Verb};

pub(super) fn request(http: &HttpRequest, path: &ResourcePath, query: &Query) -> Result<Request, Status> {
    let verb = verb(&http.method, path, query)?;
    let subresource = path.subresource.as_deref().map(subresource).transpose()?;
    let mut options = options(query)?;
    let body = match verb {
        Verb::Create | Verb::Update => read_object(http, path, subresource)?,
        Verb::Patch => Body::Patch(patch_type(http)?, parse(http)?),
        Verb::Delete | Verb::DeleteCollection => {
            delete_options(http, &mut options)?;
            Body::None
        }
        _ => Body::None,
    };
    let namespace: Arc<str> = path.namespace.as_str().into();
    let filter = Filter {
        namespace: (!namespace.is_empty()).then(|| namespace.clone()),
        labels: LabelSelector::parse(query.get("labelSelector").unwrap_or_default())
            .map_err(|error| Status::bad_request(format!("unable to parse requirement: {}", error.0)))?,
        fields: field_selector(path, query)?,
    };
    Ok(Request {
        user: ADMIN.into(),
        verb,
        kind: path.kind,
        namespace,
        name: path.name.as_str().into(),
        subresource,
        body,
        filter,
        options,
    })
}

fn field_selector(path: &ResourcePath, query: &Query) -> Result<FieldSelector, Status> {
    let bad = |error: podarium_api::selector::SelectorError| Status::bad_request(error.0);
    let fields = FieldSelector::parse(query.get("fieldSelector").unwrap_or_default()).map_err(bad)?;
    fields.check(path.kind).map_err(|error| {
        let info = path.kind.info();
        Status::bad_request(format!(
            "Unable to find {:?} that match label selector {:?}, field selector {:?}: {}",
            format!("{}/{}, Resource={}", info.group, info.version, info.plural).trim_start_matches('/'),
            query.get("labelSelector").unwrap_or_default(),
            query.get("fieldSelector").unwrap_or_default(),
            error.0
        ))
    })?;
    Ok(fields)
}

fn verb(method: &str, path: &ResourcePath, query: &Query) -> Result<Verb, Status> {
    let collection = path.name.is_empty();
    Ok(match (method, collection) {
        ("GET" | "HEAD", false) => Verb::Get,
        ("GET" | "HEAD", true) if query.flag("watch") => Verb::Watch,
        ("GET" | "HEAD", true) => Verb::List,
        ("POST", true) => Verb::Create,
        ("POST", false) if path.subresource.is_some() => Verb::Create,
        ("PUT", false) => Verb::Update,
        ("PATCH", false) => Verb::Patch,
        ("DELETE", false) => Verb::Delete,
        ("DELETE", true) => Verb::DeleteCollection,
        _ => return Err(Status::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")),
    })
}

fn subresource(name: &str) -> Result<Subresource, Status> {
    Ok(match name {
        "status" => Subresource::Status,
        "scale" => Subresource::Scale,
        "binding" => Subresource::Binding,
        "eviction" => Subresource::Eviction,
        "finalize" => Subresource::Finalize,
        "exec" | "attach" | "portforward" | "proxy" | "token" | "ephemeralcontainers" | "resize" => {
            return Err(Status::not_simulated(&format!("the subresource {name}")));
        }
        _ => return Err(Status::no_such_path()),
    })
}

fn options(query: &Query) -> Result<Options, Status> {
    let limit = query.number("limit").and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    let dry_run = match query.get("dryRun") {
        None => false,
        Some("All") => true,
        Some(other) => return Err(Status::new(422, "Invalid", format!("dryRun: Unsupported value: {other:?}: supported values: \"All\""))),
    };
    Ok(Options {
        dry_run,
        field_manager: query.get("fieldManager").unwrap_or_default().to_owned(),
        force: query.flag("force"),
        grace_period_seconds: query.number("gracePeriodSeconds"),
        propagation: query.get("propagationPolicy").map(propagation).transpose()?,
        resource_version: query.get("resourceVersion").map(str::to_owned),
        limit,
        continue_token: query.get("continue").map(str::to_owned),
        ..Options::default()
    })
}

fn propagation(name: &str) -> Result<Propagation, Status> {
    match name {
        "Orphan" => Ok(Propagation::Orphan),
        "Background" => Ok(Propagation::Background),
        "Foreground" => Ok(Propagation::Foreground),
        other => Err(Status::new(422, "Invalid", format!("DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: {other:?}: supported values: \"Background\", \"Foreground\", \"Orphan\""))),
    }
}

fn parse(http: &HttpRequest) -> Result<Value, Status> {
    let yaml = http.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("content-type") && value.contains("yaml"));
    if yaml {
        return serde_yaml::from_slice(&http.body).map_err(|error| Status::bad_request(format!("error converting YAML to JSON: {error}")));
    }
    serde_json::from_slice(&http.body).map_err(|error| Status::bad_request(format!("couldn't get version/kind; json parse error: {error}")))
}

fn delete_options(http: &HttpRequest, options: &mut Options) -> Result<(), Status> {
    if http.body.is_empty() {
        return Ok(());
    }
    let body = parse(http)?;
    if let Some(seconds) = body.get("gracePeriodSeconds").and_then(Value::as_i64) {
        options.grace_period_seconds = Some(seconds);
    }
    if let Some(policy) = body.get("propagationPolicy").and_then(Value::as_str) {
        options.propagation = Some(propagation(policy)?);
    }
    if body.get("orphanDependents").and_then(Value::as_bool) == Some(true) {
        options.propagation = Some(Propagation::Orphan);
    }
    let precondition = |name: &str| body.pointer(&format!("/preconditions/{name}")).and_then(Value::as_str).map(str::to_owned);
    options.precondition_uid = precondition("uid");
    options.precondition_resource_version = precondition("resourceVersion");
    options.dry_run |= body.get("dryRun").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    Ok(())
}

fn patch_type(http: &HttpRequest) -> Result<PatchType, Status> {
    let content = http.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let content = content.map_or("", |(_, value)| value.split(';').next().unwrap_or_default().trim());
    Ok(match content {
        "application/json-patch+json" => PatchType::Json,
        "application/merge-patch+json" => PatchType::Merge,
        "application/strategic-merge-patch+json" => PatchType::Strategic,
        "application/apply-patch+yaml" | "application/apply-patch+cbor" => PatchType::Apply,
        _ => {
            return Err(Status::new(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/apply-patch+cbor, application/strategic-merge-patch+json",
            ));
        }
    })
}

fn read_object(http: &HttpRequest, path: &ResourcePath, subresource: Option<Subresource>) -> Result<Body, Status> {
    let value = parse(http)?;
    if matches!(subresource, Some(Subresource::Scale | Subresource::Binding | Subresource::Eviction)) {
        return Ok(Body::Value(value));
    }
    let info = path.kind.info();
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if !kind.is_empty() && kind != info.kind {
        return Err(Status::bad_request(format!("{kind} in version {:?} cannot be handled as a {}: no kind {kind:?} is registered for version {api_version:?} in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"", info.version, info.kind)));
    }
    if !api_version.is_empty() && api_version != info.api_version() {
        return Err(Status::bad_request(format!("the API version in the data ({api_version}) does not match the expected API version ({})", info.api_version())));
    }
    let object: Object = path.kind.parse(value).map_err(|error| {
        Status::bad_request(format!("{} in version {:?} cannot be handled as a {}: {error}", info.kind, info.version, info.kind))
    })?;
    Ok(Body::Object(object))
}
