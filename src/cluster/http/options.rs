//! The options of a request: query parameters, or the body of a delete, and what is wrong with them.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go,
//! apimachinery/pkg/apis/meta/internalversion/{defaults.go,validation/validation.go}, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use podarium_api::Status;
use podarium_api::field::FieldError;
use podarium_api::managed_fields::validate_field_manager;
use podarium_machine::HttpRequest;
use serde_json::{Value, json};

use super::{Query, body};
use crate::apiserver::{FieldValidation, Options, PatchType, Propagation, VersionMatch};

/// The options of a list or a watch.
pub(super) fn list(query: &Query, watch: bool) -> Result<Options, Status> {
    let limit = query.number("limit")?.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
    let timeout_seconds = query.number("timeoutSeconds")?.and_then(|seconds| u64::try_from(seconds).ok()).filter(|seconds| *seconds > 0);
    let text = |name: &str| query.get(name).map(str::to_owned);
    let mut matching = query.get("resourceVersionMatch");
    let mut send_initial_events = query.switch("sendInitialEvents");
    // A watch from nowhere in particular begins with what there is.
    if watch && send_initial_events.is_none() && matching.is_none() && matches!(query.get("resourceVersion"), None | Some("0")) {
        send_initial_events = Some(true);
        matching = Some("NotOlderThan");
    }
    let errors = if watch { watch_errors(query, matching, send_initial_events) } else { list_errors(query, matching, send_initial_events) };
    refuse("ListOptions", &errors)?;
    Ok(Options {
        resource_version: text("resourceVersion"),
        resource_version_match: match matching {
            Some("Exact") => Some(VersionMatch::Exact),
            Some(_) => Some(VersionMatch::NotOlderThan),
            None => None,
        },
        limit,
        continue_token: text("continue"),
        send_initial_events,
        allow_watch_bookmarks: query.flag("allowWatchBookmarks"),
        timeout_seconds,
        ..Options::default()
    })
}

fn list_errors(query: &Query, matching: Option<&str>, send_initial_events: Option<bool>) -> Vec<FieldError> {
    const FIELD: &str = "resourceVersionMatch";
    let mut errors = Vec::new();
    if let Some(matching) = matching {
        if query.get("resourceVersion").is_none() {
            errors.push(FieldError::forbidden(FIELD, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }
        if query.get("continue").is_some() {
            errors.push(FieldError::forbidden(FIELD, "resourceVersionMatch is forbidden when continue is provided"));
        }
        if !matches!(matching, "Exact" | "NotOlderThan") {
            errors.push(FieldError::not_supported(FIELD, matching, &["Exact", "NotOlderThan", ""]));
        }
        if matching == "Exact" && query.get("resourceVersion") == Some("0") {
            errors.push(FieldError::forbidden(FIELD, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        }
    }
    if send_initial_events.is_some() {
        errors.push(FieldError::forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    }
    errors
}

fn watch_errors(query: &Query, matching: Option<&str>, send_initial_events: Option<bool>) -> Vec<FieldError> {
    const FIELD: &str = "resourceVersionMatch";
    let mut errors = Vec::new();
    if send_initial_events.is_some() && matching != Some("NotOlderThan") {
        errors.push(FieldError::forbidden(FIELD, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
    }
    if let Some(matching) = matching {
        if send_initial_events.is_none() {
            errors.push(FieldError::forbidden(FIELD, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        }
        if matching != "NotOlderThan" {
            errors.push(FieldError::not_supported(FIELD, matching, &["NotOlderThan"]));
        }
        if query.get("continue").is_some() {
            errors.push(FieldError::forbidden(FIELD, "resourceVersionMatch is forbidden when continue is provided"));
        }
    }
    errors
}

/// The options of a create, an update or a patch; `kind` names them, e.g. `CreateOptions`.
pub(super) fn write(query: &Query, kind: &str, patch: Option<PatchType>) -> Result<Options, Status> {
    let manager = query.get("fieldManager").unwrap_or_default();
    let mut errors = Vec::new();
    match patch {
        Some(PatchType::Apply) if manager.is_empty() => errors.push(FieldError::required("fieldManager", "is required for apply patch")),
        Some(PatchType::Apply) | None => {}
        Some(_) if query.has("force") => errors.push(FieldError::forbidden("force", "may not be specified for non-apply patch")),
        Some(_) => {}
    }
    errors.extend(validate_field_manager(manager, "fieldManager"));
    let dry_run: Vec<&str> = query.each("dryRun").collect();
    errors.extend(dry_run_error(&dry_run));
    let validation = query.get("fieldValidation").unwrap_or_default();
    if !matches!(validation, "" | "Ignore" | "Warn" | "Strict") {
        errors.push(FieldError::not_supported("fieldValidation", validation, &["", "Ignore", "Strict", "Warn"]));
    }
    refuse(kind, &errors)?;
    Ok(Options {
        dry_run: !dry_run.is_empty(),
        field_manager: manager.to_owned(),
        force: query.flag("force"),
        field_validation: match validation {
            "Strict" => FieldValidation::Strict,
            "Ignore" => FieldValidation::Ignore,
            _ => FieldValidation::Warn,
        },
        ..Options::default()
    })
}

fn dry_run_error(dry_run: &[&str]) -> Option<FieldError> {
    let known = dry_run.iter().all(|value| *value == "All");
    // One value said twice is one value.
    let once: BTreeSet<&str> = dry_run.iter().copied().collect();
    (!known).then(|| FieldError::not_supported("dryRun", json!(once), &["All"]))
}

/// The options of a delete: its body, or without one its parameters.
pub(super) fn delete(http: &HttpRequest, query: &Query) -> Result<Options, Status> {
    let given = if http.body.is_empty() { from_query(query)? } else { from_body(http)? };
    let mut errors = Vec::new();
    let policy = given.get("propagationPolicy").and_then(Value::as_str);
    let orphan = given.get("orphanDependents").and_then(Value::as_bool);
    if let (Some(policy), Some(_)) = (policy, orphan) {
        errors.push(FieldError::invalid("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set"));
    }
    if let Some(policy) = policy.filter(|policy| !matches!(*policy, "Foreground" | "Background" | "Orphan")) {
        errors.push(FieldError::not_supported("propagationPolicy", policy, &["Foreground", "Background", "Orphan", "nil"]));
    }
    let dry_run: Vec<&str> = given.get("dryRun").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    errors.extend(dry_run_error(&dry_run));
    refuse("DeleteOptions", &errors)?;
    let precondition = |name: &str| given.pointer(&format!("/preconditions/{name}")).and_then(Value::as_str).map(str::to_owned);
    Ok(Options {
        dry_run: !dry_run.is_empty(),
        grace_period_seconds: given.get("gracePeriodSeconds").and_then(Value::as_i64),
        propagation: match policy {
            Some("Orphan") => Some(Propagation::Orphan),
            Some("Foreground") => Some(Propagation::Foreground),
            Some(_) => Some(Propagation::Background),
            None => orphan.map(|orphan| if orphan { Propagation::Orphan } else { Propagation::Background }),
        },
        dependents_deleted_by_old_option: orphan == Some(false),
        precondition_uid: precondition("uid"),
        precondition_resource_version: precondition("resourceVersion"),
        ..Options::default()
    })
}

fn from_query(query: &Query) -> Result<Value, Status> {
    let mut given = json!({});
    if let Some(seconds) = query.number("gracePeriodSeconds")? {
        given["gracePeriodSeconds"] = json!(seconds);
    }
    if let Some(policy) = query.get("propagationPolicy") {
        given["propagationPolicy"] = json!(policy);
    }
    if let Some(orphan) = query.switch("orphanDependents") {
        given["orphanDependents"] = json!(orphan);
    }
    let dry_run: Vec<&str> = query.each("dryRun").collect();
    if !dry_run.is_empty() {
        given["dryRun"] = json!(dry_run);
    }
    Ok(given)
}

/// The fields of DeleteOptions with the types that they have in Go.
const FIELDS: &[(&str, &str)] = &[
    ("apiVersion", "string"), ("kind", "string"), ("gracePeriodSeconds", "int64"), ("preconditions", "v1.Preconditions"), ("orphanDependents", "bool"),
    ("propagationPolicy", "v1.DeletionPropagation"), ("dryRun", "[]string"),
];

fn from_body(http: &HttpRequest) -> Result<Value, Status> {
    let given = body::parse(http, &http.body)?;
    let Some(fields) = given.as_object() else {
        return Err(Status::bad_request(format!(
            "couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}",
            podarium_api::decode::go_kind(&given)
        )));
    };
    for (name, type_) in FIELDS {
        let Some(value) = fields.get(*name).filter(|value| !value.is_null()) else { continue };
        let fits = match *type_ {
            "string" | "v1.DeletionPropagation" => value.is_string(),
            "int64" => value.is_i64(),
            "bool" => value.is_boolean(),
            "[]string" => value.is_array(),
            _ => value.is_object(),
        };
        if !fits {
            let found = match value {
                Value::Number(number) if *type_ == "int64" => format!("number {number}"),
                other => podarium_api::decode::go_kind(other).to_owned(),
            };
            return Err(Status::bad_request(format!("json: cannot unmarshal {found} into Go struct field DeleteOptions.{name} of type {type_}")));
        }
    }
    let kind = fields.get("kind").and_then(Value::as_str).unwrap_or("DeleteOptions");
    if !matches!(kind, "" | "DeleteOptions") {
        let version = fields.get("apiVersion").and_then(Value::as_str).unwrap_or_default();
        return Err(Status::bad_request(format!("no kind {kind:?} is registered for version {version:?} in scheme {META_SCHEME:?}")));
    }
    Ok(given)
}

/// Where the reference has the options of requests, as its errors say.
const META_SCHEME: &str = "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27";

fn refuse(kind: &str, errors: &[FieldError]) -> Result<(), Status> {
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid_options(kind, errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(result: Result<Options, Status>) -> String {
        result.unwrap_err().message().to_owned()
    }

    #[test]
    fn lists_and_watches_have_rules_for_their_versions() {
        let cases = [
            ("resourceVersionMatch=Exact", false, "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"),
            ("resourceVersionMatch=Foo&resourceVersion=1", false, "resourceVersionMatch: Unsupported value: \"Foo\": supported values: \"Exact\", \"NotOlderThan\", \"\""),
            ("resourceVersionMatch=Exact&resourceVersion=0", false, "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""),
            ("sendInitialEvents=true", false, "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"),
            ("sendInitialEvents=true", true, "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
            ("resourceVersionMatch=NotOlderThan&resourceVersion=5", true, "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
        ];
        for (query, watch, text) in cases {
            assert_eq!(refused(list(&Query::parse(query), watch)), format!("ListOptions.meta.k8s.io \"\" is invalid: {text}"), "{query}");
        }
        let from_nowhere = list(&Query::parse(""), true).unwrap();
        assert_eq!(from_nowhere.send_initial_events, Some(true));
        assert_eq!(list(&Query::parse("resourceVersion=7"), true).unwrap().send_initial_events, None);
    }

    #[test]
    fn writes_say_who_writes_and_how_strictly() {
        let cases = [
            ("dryRun=Some", None, "CreateOptions", "dryRun: Unsupported value: [\"Some\"]: supported values: \"All\""),
            ("fieldValidation=Loose", None, "CreateOptions", "fieldValidation: Unsupported value: \"Loose\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""),
            ("", Some(PatchType::Apply), "PatchOptions", "fieldManager: Required value: is required for apply patch"),
            ("force=true", Some(PatchType::Merge), "PatchOptions", "force: Forbidden: may not be specified for non-apply patch"),
            ("fieldManager=a%0Ab", None, "UpdateOptions", "fieldManager: Invalid value: \"a\\nb\": invalid character U+000A (at position 1)"),
        ];
        for (query, patch, kind, text) in cases {
            assert_eq!(refused(write(&Query::parse(query), kind, patch)), format!("{kind}.meta.k8s.io \"\" is invalid: {text}"), "{query}");
        }
    }

    #[test]
    fn a_delete_says_what_becomes_of_dependents() {
        let http = |body: &str| HttpRequest::new("DELETE", "/").body(body);
        let cases = [
            ("{\"propagationPolicy\":\"Never\"}", "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Never\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""),
            ("{\"propagationPolicy\":\"Orphan\",\"orphanDependents\":true}", "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set"),
            ("{\"gracePeriodSeconds\":\"1\"}", "json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64"),
            ("{\"kind\":\"Pod\"}", "no kind \"Pod\" is registered for version \"\" in scheme \"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\""),
        ];
        for (body, text) in cases {
            assert_eq!(refused(delete(&http(body), &Query::default())), text, "{body}");
        }
        let old = delete(&http("{\"orphanDependents\":false}"), &Query::default()).unwrap();
        assert_eq!((old.propagation, old.dependents_deleted_by_old_option), (Some(Propagation::Background), true));
        let by_query = delete(&http(""), &Query::parse("gracePeriodSeconds=0&propagationPolicy=Foreground&dryRun=All")).unwrap();
        assert_eq!((by_query.grace_period_seconds, by_query.propagation, by_query.dry_run), (Some(0), Some(Propagation::Foreground), true));
    }
}
