//! From an HTTP request to the plain request: verb, options, body.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/{create,update,patch,delete}.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::selector::{FieldSelector, LabelSelector};
use podarium_api::{Kind, Status, compat, custom, decode};
use podarium_machine::HttpRequest;
use serde_json::Value;

use super::path::ResourcePath;
use super::{Query, write_options};
use crate::apiserver::strictly;
use crate::apiserver::{Body, FieldValidation, Filter, Options, PatchType, Propagation, Request, Subresource, User, Verb};

/// The request, and warnings about its body.
pub(super) fn request(http: &HttpRequest, user: &User, path: &ResourcePath, query: &Query) -> Result<(Request, Vec<String>), Status> {
    let verb = verb(&http.method, path, query)?;
    let subresource = path.subresource.as_deref().map(subresource).transpose()?;
    let mut options = options(query)?;
    let user_agent = http.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
    options.user_agent = Some(user_agent.map_or("", |(_, value)| value).to_owned());
    let mut warnings = Vec::new();
    let body = match verb {
        Verb::Create | Verb::Update => {
            write_options::check(query, verb)?;
            read_object(http, path, subresource, options.field_validation, &mut warnings)?
        }
        Verb::Patch => read_patch(http, path, query)?,
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
    let request = Request {
        user: user.clone(),
        verb,
        kind: path.kind,
        namespace,
        name: path.name.as_str().into(),
        subresource,
        body,
        filter,
        options,
    };
    Ok((request, warnings))
}

fn field_selector(path: &ResourcePath, query: &Query) -> Result<FieldSelector, Status> {
    let bad = |error: podarium_api::selector::SelectorError| Status::bad_request(error.0);
    let fields = FieldSelector::parse(query.get("fieldSelector").unwrap_or_default()).map_err(bad)?;
    let known: Vec<&str> = match &path.definition {
        Some(definition) => definition.selectable_fields().collect(),
        None => path.kind.selectable_field_names(),
    };
    fields.check_names(path.kind, &known).map_err(|error| {
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
        "token" => Subresource::Token,
        "exec" | "attach" | "portforward" | "proxy" | "ephemeralcontainers" | "resize" => {
            return Err(Status::not_simulated(&format!("the subresource {name}")));
        }
        _ => return Err(Status::no_such_path()),
    })
}

fn options(query: &Query) -> Result<Options, Status> {
    let limit = query.number("limit").and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    let dry_run = query.get("dryRun") == Some("All");
    let field_validation = match query.get("fieldValidation") {
        Some("Strict") => FieldValidation::Strict,
        Some("Ignore") => FieldValidation::Ignore,
        _ => FieldValidation::Warn,
    };
    Ok(Options {
        field_validation,
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

fn content_type(http: &HttpRequest) -> &str {
    let content = http.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    content.map_or("", |(_, value)| value.split(';').next().unwrap_or_default().trim())
}

fn patch_type(http: &HttpRequest, path: &ResourcePath) -> Result<PatchType, Status> {
    let found = PatchType::from_media_type(content_type(http));
    if path.definition.is_some() && found.is_none_or(|found| found == PatchType::Strategic) {
        return Err(podarium_api::patch::not_of_custom_kinds());
    }
    PatchType::from_media_type(content_type(http)).ok_or_else(|| {
        Status::new(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/apply-patch+cbor, application/strategic-merge-patch+json",
        )
    })
}

fn read_patch(http: &HttpRequest, path: &ResourcePath, query: &Query) -> Result<Body, Status> {
    let patch_type = patch_type(http, path)?;
    write_options::check_patch(query, patch_type)?;
    let patch = match patch_type {
        PatchType::Apply => {
            serde_yaml::from_slice(&http.body).map_err(|error| Status::bad_request(format!("error decoding YAML: error converting YAML to JSON: yaml: {error}")))?
        }
        _ => parse(http)?,
    };
    Ok(Body::Patch(patch_type, patch))
}

fn read_object(http: &HttpRequest, path: &ResourcePath, subresource: Option<Subresource>, validation: FieldValidation, warnings: &mut Vec<String>) -> Result<Body, Status> {
    if matches!(subresource, Some(Subresource::Scale | Subresource::Binding | Subresource::Eviction)) {
        return parse(http).map(Body::Value);
    }
    if subresource == Some(Subresource::Token) {
        return strictly(decode::decode_bytes(Kind::TokenRequest, &http.body)?, validation, warnings).map(Body::Object);
    }
    let yaml = content_type(http).contains("yaml");
    let decoded = if let Some(definition) = &path.definition {
        if yaml { custom::decode_yaml(definition, &http.body)? } else { custom::decode_bytes(definition, &http.body)? }
    } else if path.old_version.is_some() {
        decode::decode(path.kind, compat::to_current(parse(http)?)?)?
    } else if yaml {
        decode::decode_yaml(path.kind, &http.body)?
    } else {
        decode::decode_bytes(path.kind, &http.body)?
    };
    strictly(decoded, validation, warnings).map(Body::Object)
}
