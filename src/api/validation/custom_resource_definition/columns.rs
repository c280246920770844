//! The columns, subresources and selectable fields of a version.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceColumnDefinition, CustomResourceSubresources, SelectableField,
};

use crate::custom::field_path;
use crate::custom::schema::Schema;
use crate::field::{FieldError, Path};
use crate::validation::text;

const MAX_SELECTABLE_FIELDS: usize = 8;
const TYPES: &str = "boolean,date,integer,number,string";
const FORMATS: &str = "byte,date,date-time,double,float,int32,int64,password";

pub(super) fn validate(column: &CustomResourceColumnDefinition, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if column.name.is_empty() {
        errors.push(FieldError::required(path.child("name"), ""));
    }
    if column.type_.is_empty() {
        errors.push(FieldError::required(path.child("type"), format!("must be one of {TYPES}")));
    } else if !TYPES.split(',').any(|known| known == column.type_) {
        errors.push(FieldError::invalid(path.child("type"), column.type_.as_str(), format!("must be one of {TYPES}")));
    }
    let format = text(&column.format);
    if !format.is_empty() && !FORMATS.split(',').any(|known| known == format) {
        errors.push(FieldError::invalid(path.child("format"), format, format!("must be one of {FORMATS}")));
    }
    let field = path.child("JSONPath");
    if column.json_path.is_empty() {
        errors.push(FieldError::required(field, ""));
    } else {
        errors.extend(simple_path(&column.json_path, &field));
    }
    errors
}

fn simple_path(json_path: &str, field: &Path) -> Option<FieldError> {
    (!json_path.starts_with('.')).then(|| FieldError::invalid(field, json_path, "must be a simple json path starting with ."))
}

pub(super) fn subresources(subresources: Option<&CustomResourceSubresources>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let Some(scale) = subresources.and_then(|subresources| subresources.scale.as_ref()) else { return errors };
    let mut check = |name: &str, json_path: &str, under: &[&str], why: &str| {
        let field = path.child(name);
        if let Some(error) = simple_path(json_path, &field) {
            errors.push(error);
        } else if !under.iter().any(|start| json_path.starts_with(start)) {
            errors.push(FieldError::invalid(field, json_path, why));
        }
    };
    for (name, json_path, under) in [("specReplicasPath", &scale.spec_replicas_path, "spec"), ("statusReplicasPath", &scale.status_replicas_path, "status")] {
        if !json_path.is_empty() {
            check(&format!("scale.{name}"), json_path, &[&format!(".{under}.")], &format!("should be a json path under .{under}"));
        }
    }
    let selector = text(&scale.label_selector_path);
    if !selector.is_empty() {
        check("scale.labelSelectorPath", selector, &[".spec.", ".status."], "should be a json path under either .spec or .status");
    }
    for (name, json_path) in [("specReplicasPath", &scale.spec_replicas_path), ("statusReplicasPath", &scale.status_replicas_path)] {
        if json_path.is_empty() {
            errors.push(FieldError::required(path.child("scale").child(name), ""));
        }
    }
    errors
}

pub(super) fn selectable_fields(fields: &[SelectableField], schema: &Schema, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let at = path.index(index).child("jsonPath");
        let json_path = field.json_path.as_str();
        if json_path.is_empty() {
            errors.push(FieldError::required(at, ""));
            continue;
        }
        let (found, target) = match field_path::resolve(json_path, schema, false) {
            Ok(resolved) => resolved,
            Err(why) => {
                errors.push(FieldError::invalid(at, json_path, format!("is an invalid path: {why}")));
                continue;
            }
        };
        if found.split(['.', '[']).next() == Some("metadata") {
            errors.push(FieldError::invalid(&at, json_path, "must not point to fields in metadata"));
        }
        if !matches!(target.type_.as_deref(), Some("string" | "boolean" | "integer")) {
            let why = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
            errors.push(FieldError::invalid(&at, json_path, why));
        }
        if seen.contains(&found) {
            errors.push(FieldError::duplicate(at, json_path));
        } else {
            seen.push(found);
        }
    }
    if seen.len() > MAX_SELECTABLE_FIELDS {
        errors.push(FieldError::too_many(path, seen.len(), MAX_SELECTABLE_FIELDS));
    }
    errors
}
