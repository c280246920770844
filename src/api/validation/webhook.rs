//! Where a webhook is: a URL, or a Service with a path.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/util/webhook/validation.go, v1.36.
//! Simplified: a URL is split by hand, so one that Go cannot read at all may pass.

use crate::field::{FieldError, Path};
use crate::name_rules;

const FORM: &str = "; desired format: https://host[/path]";

pub(crate) fn url(url: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = rest.split_once("://").unwrap_or(("", rest));
    let authority = if scheme.is_empty() { "" } else { rest.split('/').next().unwrap_or_default() };
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    if scheme != "https" {
        errors.push(FieldError::invalid(path, scheme, format!("'https' is the only allowed URL scheme{FORM}")));
    }
    if host.is_empty() {
        errors.push(FieldError::invalid(path, host, format!("host must be specified{FORM}")));
    }
    if let Some(user) = user {
        errors.push(FieldError::invalid(path, user, "user information is not permitted in the URL"));
    }
    if !fragment.is_empty() {
        errors.push(FieldError::invalid(path, fragment, "fragments are not permitted in the URL"));
    }
    if !query.is_empty() {
        errors.push(FieldError::invalid(path, query, "query parameters are not permitted in the URL"));
    }
    errors
}

pub(crate) fn service(name: &str, namespace: &str, url_path: Option<&str>, port: Option<i32>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, value) in [("name", name), ("namespace", namespace)] {
        if value.is_empty() {
            errors.push(FieldError::required(path.child(field), ""));
        }
    }
    let port = port.unwrap_or(443);
    let faults = name_rules::port_number(i64::from(port));
    if !faults.is_empty() {
        errors.push(FieldError::invalid(path.child("port"), port, format!("port is not valid: {}", faults.join(", "))));
    }
    let (Some(url_path), field) = (url_path, path.child("path")) else { return errors };
    let mut invalid = |why: String| errors.push(FieldError::invalid(&field, url_path, why));
    match url_path {
        "" | "/" => return errors,
        "//" => {
            invalid("segment[0] may not be empty".to_owned());
            return errors;
        }
        _ => {}
    }
    if !url_path.starts_with('/') {
        invalid("must start with a '/'".to_owned());
    }
    let steps = url_path.get(1..).unwrap_or_default();
    for (index, step) in steps.strip_suffix('/').unwrap_or(steps).split('/').enumerate() {
        if step.is_empty() {
            invalid(format!("segment[{index}] may not be empty"));
            continue;
        }
        name_rules::dns1123_subdomain(step).into_iter().for_each(|fault| invalid(format!("segment[{index}]: {fault}")));
    }
    errors
}
