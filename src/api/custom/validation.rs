//! What the API server refuses in a custom resource.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/{validator.go,strategy.go,status_strategy.go}, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::schema::{self, Old};
use super::CustomObject;
use crate::field::{ErrorType, FieldError};
use crate::validation::metadata;

/// An error after which the rules of the schema are not looked at.
fn blocks(error: &FieldError) -> bool {
    matches!(error.error_type, ErrorType::NotSupported | ErrorType::Required | ErrorType::TooLong | ErrorType::TooMany | ErrorType::TypeInvalid)
}

impl CustomObject {
    fn schema_errors(&self, value: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let Some(schema) = self.definition.schema() else { return Vec::new() };
        schema::validate(value, Old(old), schema, self.definition.patterns(), "")
    }

    fn embedded_errors(&self, value: &Value) -> Vec<FieldError> {
        self.definition.schema().map(|schema| schema::validate_embedded(value, schema)).unwrap_or_default()
    }

    fn list_errors(&self, value: &Value) -> Vec<FieldError> {
        self.definition.schema().map(|schema| schema::validate_list_types(value, schema)).unwrap_or_default()
    }

    /// The rules in CEL, unless the object is so wrong that they could not be asked.
    fn rule_errors(&self, value: &Value, old: Option<&Value>, errors: &mut Vec<FieldError>) {
        let Some(rules) = self.definition.rules() else { return };
        if errors.iter().any(blocks) {
            let why = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
            errors.push(FieldError::invalid("<nil>", Value::Null, why));
        } else {
            errors.extend(rules.validate(value, old));
        }
    }

    pub(crate) fn validate(&self) -> Vec<FieldError> {
        let value = self.to_value();
        let mut errors = metadata::validate_any(&self.metadata, self.definition.info().namespaced, metadata::SUBDOMAIN);
        errors.extend(self.schema_errors(&value, None));
        errors.extend(self.validate_scale(true));
        errors.extend(self.embedded_errors(&value));
        errors.extend(self.list_errors(&value));
        self.rule_errors(&value, None, &mut errors);
        errors
    }

    pub(crate) fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let (value, before) = (self.to_value(), old.to_value());
        let mut errors = metadata::validate_update_any(&self.metadata, &old.metadata);
        errors.extend(self.schema_errors(&value, Some(&before)));
        errors.extend(self.validate_scale(true));
        errors.extend(self.embedded_errors(&value));
        if self.list_errors(&before).is_empty() {
            errors.extend(self.list_errors(&value));
        }
        self.rule_errors(&value, Some(&before), &mut errors);
        errors
    }

    pub(crate) fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        let (value, before) = (self.to_value(), old.to_value());
        let mut errors = metadata::validate_update_any(&self.metadata, &old.metadata);
        let status_schema = self.definition.schema().and_then(|schema| schema::property(schema, "status"));
        if let (Some(schema), Some(status)) = (status_schema, value.get("status")) {
            errors.extend(schema::validate(status, Old(before.get("status")), schema, self.definition.patterns(), "status"));
        }
        errors.extend(self.validate_scale(false));
        if self.list_errors(&before).is_empty() {
            errors.extend(self.list_errors(&value));
        }
        self.rule_errors(&value, Some(&before), &mut errors);
        errors
    }
}
