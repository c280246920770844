//! Whole objects inside an object (`x-kubernetes-embedded-resource`): they have a kind, a version and metadata.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta/{coerce.go,validation.go}, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::Schema;
use super::walk::{items, property, values};
use crate::field::FieldError;
use crate::{ObjectMeta, decode, name_rules, validation};

/// Calls `see` on every embedded object.
fn each(value: &mut Value, schema: &Schema, path: &str, see: &mut dyn FnMut(&mut Value, &str)) {
    if schema.x_kubernetes_embedded_resource == Some(true) {
        see(value, path);
    }
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(inner) = property(schema, name) {
                    each(value, inner, &below(name), see);
                } else if let Some(inner) = values(schema) {
                    each(value, inner, &format!("{path}[{name}]"), see);
                }
            }
        }
        Value::Array(list) => {
            let Some(inner) = items(schema) else { return };
            for (index, item) in list.iter_mut().enumerate() {
                each(item, inner, &format!("{path}[{index}]"), see);
            }
        }
        _ => {}
    }
}

/// Brings the metadata of embedded objects into form. Gives the paths of unknown fields, or what cannot be read.
pub(crate) fn coerce(value: &mut Value, schema: &Schema) -> Result<Vec<String>, String> {
    let (mut unknown, mut trouble) = (Vec::new(), None);
    each(value, schema, "", &mut |object, path| {
        let Some(metadata) = object.get_mut("metadata") else { return };
        match decode::decode_metadata(metadata) {
            Ok((meta, fields, _)) => {
                *metadata = serde_json::to_value(&meta).expect("metadata has only string keys");
                unknown.extend(fields.into_iter().map(|field| format!("{path}.metadata.{field}")));
            }
            Err(why) => trouble = Some(FieldError::invalid(format!("{path}.metadata"), metadata.clone(), why).to_string()),
        }
    });
    trouble.map_or(Ok(unknown), Err)
}

/// What is wrong with embedded objects as objects.
pub(crate) fn validate(value: &Value, schema: &Schema) -> Vec<FieldError> {
    let mut errors = Vec::new();
    each(&mut value.clone(), schema, "", &mut |object, path| check(object, path, &mut errors));
    errors
}

fn check(object: &Value, path: &str, errors: &mut Vec<FieldError>) {
    for name in ["apiVersion", "kind"] {
        let field = format!("{path}.{name}");
        match object.get(name) {
            None => errors.push(FieldError::required(field, "")),
            Some(Value::String(text)) if text.is_empty() => errors.push(FieldError::invalid(field, "", "must not be empty")),
            Some(Value::String(text)) => errors.extend(fault(name, text).map(|why| FieldError::invalid(field, text.as_str(), why))),
            Some(other) => errors.push(FieldError::invalid(field, other.clone(), "must be a string")),
        }
    }
    let Some(metadata) = object.get("metadata") else { return };
    match decode::decode_metadata(metadata) {
        Ok((mut meta, ..)) => {
            meta.name = meta.name.filter(|name| !name.is_empty()).or(Some("fakename".to_owned()));
            errors.extend(metadata_errors(&meta, path));
        }
        Err(why) => errors.push(FieldError::invalid(format!("{path}.metadata"), metadata.clone(), why)),
    }
}

fn metadata_errors(meta: &ObjectMeta, path: &str) -> Vec<FieldError> {
    let namespaced = meta.namespace.as_deref().is_some_and(|namespace| !namespace.is_empty());
    let segment = |name: &str| -> Vec<String> {
        match name {
            "." | ".." => vec![format!("may not be '{name}'")],
            _ => ["/", "%"].into_iter().filter(|part| name.contains(part)).map(|part| format!("may not contain '{part}'")).collect(),
        }
    };
    let mut errors = validation::metadata::validate_any(meta, namespaced, segment);
    for error in &mut errors {
        error.field = format!("{path}.{}", error.field);
    }
    errors
}

fn fault(name: &str, text: &str) -> Option<String> {
    if name == "apiVersion" {
        return (text.matches('/').count() > 1).then(|| format!("unexpected GroupVersion string: {text}"));
    }
    let faults = name_rules::dns1035_label(&text.to_lowercase());
    (!faults.is_empty()).then(|| format!("may have mixed case, but should otherwise match: {}", faults.join(",")))
}
