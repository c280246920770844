//! Events: the lax rules of `v1`, and the strict ones of `events.k8s.io/v1`.
//!
//! Models: pkg/apis/core/validation/events.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::{invalid_each, metadata, text};
use crate::field::{FieldError, Path};
use crate::{Event, name_rules};

/// What is asked in either version: an event lies in the namespace of what it is about, events about nodes in `default`.
pub(crate) fn lax(event: &Event) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let namespace = text(&event.metadata.namespace);
    let about = text(&event.involved_object.namespace);
    let path = Path::new("involvedObject").child("namespace");
    // Events with an event time come from newer reporters, which must say who they are.
    if event.event_time.is_none() {
        let agree = if about.is_empty() { matches!(namespace, "" | "default") } else { namespace == about };
        if !agree {
            errors.push(FieldError::invalid(path, about, "does not match event.namespace"));
        }
    } else {
        if about.is_empty() && !matches!(namespace, "default" | "kube-system") {
            errors.push(FieldError::invalid(path, about, "does not match event.namespace"));
        }
        let component = text(&event.reporting_component);
        if component.is_empty() {
            errors.push(FieldError::required("reportingController", ""));
        }
        invalid_each(&mut errors, &Path::new("reportingController"), component, name_rules::label_key(component));
        let texts = [("reportingInstance", &event.reporting_instance, 128), ("action", &event.action, 128), ("reason", &event.reason, 128)];
        for (name, value, most) in texts {
            match text(value).len() {
                0 => errors.push(FieldError::required(name, "")),
                length if length > most => errors.push(FieldError::invalid(name, "", format!("can have at most {most} characters"))),
                _ => {}
            }
        }
        if text(&event.message).len() > 1024 {
            errors.push(FieldError::invalid("message", "", "can have at most 1024 characters"));
        }
    }
    invalid_each(&mut errors, &Path::new("namespace"), namespace, name_rules::dns1123_subdomain(namespace));
    errors
}

/// What only the newer version asks of a new event.
pub(crate) fn strict(event: &Event) -> Vec<FieldError> {
    let mut errors = metadata::validate(&event.metadata, true, metadata::SUBDOMAIN);
    errors.extend(series(event));
    if event.event_time.is_none() {
        errors.push(FieldError::required("eventTime", ""));
    }
    let kind = text(&event.type_);
    if !matches!(kind, "Normal" | "Warning") {
        errors.push(FieldError::invalid("type", "", format!("has invalid value: {kind}")));
    }
    let source = event.source.clone().unwrap_or_default();
    let old = [
        ("firstTimestamp", event.first_timestamp.is_some()), ("lastTimestamp", event.last_timestamp.is_some()),
        ("count", event.count.unwrap_or(0) != 0), ("source", !text(&source.component).is_empty() || !text(&source.host).is_empty()),
    ];
    errors.extend(old.into_iter().filter(|(_, set)| *set).map(|(name, _)| FieldError::invalid(name, "", "needs to be unset")));
    errors
}

/// What only the newer version asks of an update: all but the series stays.
pub(crate) fn strict_update(new: &Event, old: &Event) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    if new.series != old.series {
        errors.extend(series(new));
    }
    let (now, was) = (json!(new), json!(old));
    let mut stays = |name: &str, json_name: &str| {
        let (now, was) = (&now[json_name], &was[json_name]);
        if now != was {
            let error = |value: Value| FieldError::invalid(name, value, "field is immutable");
            errors.push(match (now, json_name) {
                (now, "involvedObject" | "related") => error(now.clone()).of_struct("ObjectReference"),
                (Value::Null, "source") => error(json!({})).of_struct("EventSource"),
                (now, "source") => error(now.clone()).of_struct("EventSource"),
                (Value::Null, "count") => error(0.into()),
                (Value::Null, "eventTime" | "firstTimestamp" | "lastTimestamp") => error(Value::Null),
                (Value::Null, _) => error("".into()),
                (now, _) => error(now.clone()),
            });
        }
    };
    for name in ["involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "reason", "type", "eventTime", "action", "related"] {
        stays(name, name);
    }
    stays("reportingController", "reportingComponent");
    stays("reportingInstance", "reportingInstance");
    errors
}

fn series(event: &Event) -> Vec<FieldError> {
    let Some(series) = &event.series else { return Vec::new() };
    let mut errors = Vec::new();
    if series.count.unwrap_or(0) < 2 {
        errors.push(FieldError::invalid("series.count", "", "should be at least 2"));
    }
    if series.last_observed_time.is_none() {
        errors.push(FieldError::required("series.lastObservedTime", ""));
    }
    errors
}
