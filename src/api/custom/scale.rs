//! The scale subresource of a custom resource: paths that say where its replica counts are.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/etcd.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::CustomObject;
use crate::decode::go_type;
use crate::field::FieldError;

/// `.spec.replicas` as steps.
fn steps(path: &str) -> Vec<&str> {
    path.strip_prefix('.').unwrap_or(path).split('.').collect()
}

fn find<'a>(fields: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let steps = steps(path);
    let (first, rest) = steps.split_first()?;
    rest.iter().try_fold(fields.get(*first)?, |value, step| value.get(*step))
}

impl CustomObject {
    /// The numbers of replicas wanted and there, and the selector; `None` for a kind that cannot be scaled.
    pub fn scale(&self) -> Option<(Option<i64>, i64, String)> {
        let scale = self.definition.scale()?;
        let number = |path: &str| find(&self.fields, path).and_then(Value::as_i64);
        let selector = scale.label_selector_path.as_deref().and_then(|path| find(&self.fields, path)).and_then(Value::as_str);
        Some((number(&scale.spec_replicas_path), number(&scale.status_replicas_path).unwrap_or(0), selector.unwrap_or_default().to_owned()))
    }

    /// Where the number of wanted replicas is: `spec`, `replicas`.
    pub fn replicas_path(&self) -> Vec<&str> {
        self.definition.scale().map_or_else(Vec::new, |scale| steps(&scale.spec_replicas_path))
    }

    /// Sets the number of wanted replicas.
    pub fn set_replicas(&mut self, replicas: i64) {
        let definition = self.definition.clone();
        let Some(scale) = definition.scale() else { return };
        let steps = steps(&scale.spec_replicas_path);
        let Some((last, parents)) = steps.split_last() else { return };
        let mut at = Arc::make_mut(&mut self.fields);
        for parent in parents {
            let inner = at.entry(*parent).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(inner) = inner else { return };
            at = inner;
        }
        at.insert((*last).to_owned(), replicas.into());
    }

    pub(super) fn validate_scale(&self, with_spec: bool) -> Vec<FieldError> {
        let Some(scale) = self.definition.scale() else { return Vec::new() };
        let mut errors = Vec::new();
        let paths = [(with_spec, &scale.spec_replicas_path), (true, &scale.status_replicas_path)];
        for (_, path) in paths.into_iter().filter(|(wanted, _)| *wanted) {
            let Some(value) = find(&self.fields, path) else { continue };
            let trouble = match value.as_i64() {
                None => Some((0, format!(".{} accessor error: {} is of the type {}, expected int64", steps(path).join("."), go_text(value), go_type(value)))),
                Some(number) if number < 0 => Some((number, "should be a non-negative integer".to_owned())),
                Some(number) if number > i64::from(i32::MAX) => Some((number, format!("should be less than or equal to {}", i32::MAX))),
                Some(_) => None,
            };
            errors.extend(trouble.map(|(shown, why)| FieldError::invalid(path, shown, why)));
        }
        if let Some(path) = &scale.label_selector_path
            && let Some(value) = find(&self.fields, path).filter(|value| !value.is_string())
        {
            let why = format!(".{} accessor error: {} is of the type {}, expected string", steps(path).join("."), go_text(value), go_type(value));
            errors.push(FieldError::invalid(path, "", why));
        }
        errors
    }
}

fn go_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}
