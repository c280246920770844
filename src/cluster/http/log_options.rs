//! What a request for a log may ask: checked before anything else of it is looked at.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePodLogOptions), v1.36.
//! Simplified: nothing.

use podarium_api::field::FieldError;
use podarium_api::{Status, decode};

use super::Query;

/// The server's complaint about the options of a log request.
pub(crate) fn check(query: &Query, pod: &str) -> Result<(), Status> {
    let (tail, limit, since) = (query.number("tailLines")?, query.number("limitBytes")?, query.number("sinceSeconds")?);
    let since_time = query.get("sinceTime").filter(|text| !text.is_empty());
    if let Some(text) = since_time.filter(|text| text.parse::<jiff::Timestamp>().is_err()) {
        return Err(Status::bad_request(decode::time_error(text)));
    }
    let mut errors = Vec::new();
    if let Some(lines) = tail.filter(|lines| *lines < 0) {
        errors.push(FieldError::invalid("tailLines", lines, "must be greater than or equal to 0"));
    }
    if let Some(bytes) = limit.filter(|bytes| *bytes < 1) {
        errors.push(FieldError::invalid("limitBytes", bytes, "must be greater than 0"));
    }
    if since.is_some() && since_time.is_some() {
        errors.push(FieldError::forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
    } else if let Some(seconds) = since.filter(|seconds| *seconds < 1) {
        errors.push(FieldError::invalid("sinceSeconds", seconds, "must be greater than 0"));
    }
    // Streams cannot be asked for apart yet.
    if query.get("stream").is_some() {
        errors.push(FieldError::forbidden("stream", "may not be specified"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid_kind("", "PodLogOptions", pod, &errors)) }
}
