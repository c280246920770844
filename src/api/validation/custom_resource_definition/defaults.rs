//! Defaults inside a schema must fit the schema.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go, v1.36.
//! Simplified: defaults inside the metadata of embedded objects are checked against their schema alone.

use crate::custom::rules::Rules;
use crate::custom::schema::{self, Old, Patterns, Schema, items};
use crate::field::{FieldError, Path};

pub(super) fn validate(schema: &Schema, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    walk(schema, path, &mut errors);
    errors
}

fn walk(schema: &Schema, path: &Path, errors: &mut Vec<FieldError>) {
    if let Some(default) = &schema.default {
        errors.extend(check(schema, &default.0, &path.child("default")));
    }
    if let Some(inner) = items(schema) {
        walk(inner, &path.child("items"), errors);
    }
    for (name, inner) in schema.properties.iter().flatten() {
        walk(inner, &path.child("properties").key(name), errors);
    }
}

fn check(schema: &Schema, default: &serde_json::Value, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let embedded = schema.x_kubernetes_embedded_resource == Some(true);
    let mut pruned = default.clone();
    schema::prune(&mut pruned, Some(schema), embedded);
    if pruned != *default {
        errors.push(FieldError::invalid(path, default.clone(), "must not have unknown fields"));
    }
    let mut wrong = schema::validate(default, Old::none(), schema, &Patterns::of(schema), &path.to_string());
    // The path stands before the field only; the text names the value as if it were the whole.
    for error in &mut wrong {
        error.detail = error.detail.replacen(&path.to_string(), "", 1).trim_start_matches('.').to_owned();
    }
    if wrong.is_empty()
        && let Some(rules) = Rules::of_default(schema)
    {
        wrong.extend(rules.validate_at(default, Some(default), path));
        if wrong.is_empty() {
            wrong.extend(rules.validate_at(default, None, path));
        }
    }
    errors.extend(wrong);
    errors
}
