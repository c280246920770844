//! `x-kubernetes-validations`: rules in CEL that objects must meet.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/{compilation.go,validation.go}, v1.36.
//! Simplified: rules are not evaluated yet.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::ValidationRule;
use serde_json::Value;

use super::schema::Schema;
use crate::field::{FieldError, Path};

#[derive(Clone, Debug)]
pub(crate) struct Rules;

impl Rules {
    pub fn of_default(_schema: &Schema) -> Option<Self> {
        None
    }
    pub fn validate(&self, _value: &Value, _old: Option<&Value>) -> Vec<FieldError> {
        Vec::new()
    }
    pub fn validate_at(&self, _value: &Value, _old: Option<&Value>, _path: &Path) -> Vec<FieldError> {
        Vec::new()
    }
}

#[derive(Clone)]
pub(crate) struct Scope;

impl Scope {
    pub fn root(_schema: &Schema) -> Self {
        Scope
    }
    pub fn values(&self, _schema: &Schema) -> Self {
        Scope
    }
    pub fn items(&self, _schema: &Schema) -> Self {
        Scope
    }
    pub fn property(&self, _schema: &Schema, _name: &str) -> Self {
        Scope
    }
}

pub(crate) fn compile_errors(_schema: &Schema, _scope: &Scope, _uncorrelatable: Option<&Path>, _path: &Path) -> Vec<FieldError> {
    Vec::new()
}

/// What is wrong with a rule before its expressions are read.
pub(crate) fn form_errors(rule: &ValidationRule, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (message, message_expression, field_path) = (text(&rule.message), text(&rule.message_expression), text(&rule.field_path));
    let broken = |text: &str| text.contains(['\n', '\r']);
    if rule.rule.trim().is_empty() {
        errors.push(FieldError::required(path.child("rule"), "rule is not specified"));
    } else if !message.is_empty() && message.trim().is_empty() {
        errors.push(FieldError::invalid(path.child("message"), message.as_str(), "must be non-empty if specified"));
    } else if broken(message.trim()) {
        errors.push(FieldError::invalid(path.child("message"), message.as_str(), "must not contain line breaks"));
    } else if broken(rule.rule.trim()) && message.trim().is_empty() {
        errors.push(FieldError::required(path.child("message"), "message must be specified if rule contains line breaks"));
    }
    if !message_expression.is_empty() && message_expression.trim().is_empty() {
        errors.push(FieldError::required(path.child("messageExpression"), "messageExpression must be non-empty if specified"));
    }
    const REASONS: &[&str] = &["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
    if let Some(reason) = rule.reason.as_deref().filter(|reason| !REASONS.contains(reason)) {
        errors.push(FieldError::not_supported(path.child("reason"), reason, REASONS));
    }
    if !field_path.is_empty() && field_path.trim().is_empty() {
        errors.push(FieldError::invalid(path.child("fieldPath"), field_path.as_str(), "must be non-empty if specified"));
    }
    if broken(&field_path) {
        errors.push(FieldError::invalid(path.child("fieldPath"), field_path.as_str(), "must not contain line breaks"));
    }
    errors
}
