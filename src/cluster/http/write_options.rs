//! The options of a write as query parameters: who writes, whether it is a dry run, what becomes of unknown fields.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go (Create-, Update-, PatchOptions), v1.36.
//! Simplified: nothing.

use podarium_api::Status;
use podarium_api::field::FieldError;
use podarium_api::managed_fields::validate_field_manager;
use serde_json::json;

use super::Query;
use crate::apiserver::{PatchType, Verb};

/// The options of a create or an update.
pub(super) fn check(query: &Query, verb: Verb) -> Result<(), Status> {
    answer(if verb == Verb::Create { "CreateOptions" } else { "UpdateOptions" }, shared_errors(query))
}

/// Those of a patch: an apply needs a manager, and nothing else can be forced.
pub(super) fn check_patch(query: &Query, patch_type: PatchType) -> Result<(), Status> {
    let mut errors = Vec::new();
    if patch_type == PatchType::Apply {
        if query.get("fieldManager").is_none() {
            errors.push(FieldError::required("fieldManager", "is required for apply patch"));
        }
    } else if query.get("force").is_some() {
        errors.push(FieldError::forbidden("force", "may not be specified for non-apply patch"));
    }
    errors.extend(shared_errors(query));
    answer("PatchOptions", errors)
}

fn shared_errors(query: &Query) -> Vec<FieldError> {
    let mut errors = validate_field_manager(query.get("fieldManager").unwrap_or_default(), "fieldManager");
    if let Some(dry_run) = query.get("dryRun").filter(|value| *value != "All") {
        errors.push(FieldError::not_supported("dryRun", json!([dry_run]), &["All"]));
    }
    if let Some(validation) = query.get("fieldValidation").filter(|value| !["Ignore", "Strict", "Warn"].contains(value)) {
        errors.push(FieldError::not_supported("fieldValidation", validation, &["", "Ignore", "Strict", "Warn"]));
    }
    errors
}

fn answer(kind: &str, errors: Vec<FieldError>) -> Result<(), Status> {
    if errors.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let text = if let [only] = texts.as_slice() { only.clone() } else { format!("[{}]", texts.join(", ")) };
    let mut status = Status::new(422, "Invalid", format!("{kind}.meta.k8s.io \"\" is invalid: {text}"));
    for error in &errors {
        status = status.with_cause(&error.field, error.error_type.reason(), error.body());
    }
    let mut status = status.as_meta().clone();
    let details = status.details.get_or_insert_default();
    details.group = Some("meta.k8s.io".to_owned());
    details.kind = Some(kind.to_owned());
    Err(Status::from_meta(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_make_no_sense_are_refused() {
        let patch = |query: &str, patch_type| check_patch(&Query::parse(query), patch_type).map_err(|status| status.message().to_owned());
        assert_eq!(patch("fieldManager=a&force=true", PatchType::Apply), Ok(()));
        assert_eq!(
            patch("", PatchType::Apply),
            Err("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch".to_owned())
        );
        assert_eq!(
            patch("force=false&fieldValidation=x", PatchType::Merge),
            Err("PatchOptions.meta.k8s.io \"\" is invalid: [force: Forbidden: may not be specified for non-apply patch, fieldValidation: Unsupported value: \"x\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"]".to_owned())
        );
        let create = check(&Query::parse("dryRun=Some"), Verb::Create).unwrap_err();
        assert_eq!(create.message(), "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"");
    }
}
