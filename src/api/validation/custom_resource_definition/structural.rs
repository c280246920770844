//! Structural schemas: every field is specified outside of `allOf`, `anyOf`, `oneOf` and `not`, with its type.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{validation.go,complete.go}, v1.36.
//! Simplified: nothing.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaPropsOrArray;

use crate::custom::schema::{Schema, additional, any, items, pattern_error, property, values};
use crate::field::{FieldError, Path};

#[derive(Clone, Copy, PartialEq)]
enum Level {
    Root,
    Item,
    Field,
}

/// Why there is no structural form of the schema at all. Most of it OpenAPI's own checks say too.
pub(super) fn obstacle(schema: &Schema) -> Option<String> {
    fn said(schema: &Schema) -> Option<String> {
        let text = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
        let filled = |map: &Option<std::collections::BTreeMap<String, Schema>>| map.as_ref().is_some_and(|map| !map.is_empty());
        let unsupported = [
            ("id", text(&schema.id)), ("schema", text(&schema.schema)), ("$ref", text(&schema.ref_path)), ("patternProperties", filled(&schema.pattern_properties)),
            ("dependencies", schema.dependencies.as_ref().is_some_and(|all| !all.is_empty())), ("additionalItems", schema.additional_items.is_some()),
            ("definitions", filled(&schema.definitions)),
        ];
        if let Some((name, _)) = unsupported.into_iter().find(|(_, set)| *set) {
            return Some(format!("OpenAPIV3Schema '{name}' is not supported"));
        }
        if schema.x_kubernetes_preserve_unknown_fields == Some(false) {
            return Some("internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined".to_owned());
        }
        let array = matches!(&schema.items, Some(JSONSchemaPropsOrArray::Schemas(all)) if !all.is_empty());
        array.then(|| "OpenAPIV3Schema 'items' must be a schema, but is an array".to_owned())
    }
    let mut why = None;
    any(schema, &mut |schema| {
        why = said(schema);
        why.is_some()
    });
    why
}

pub(super) fn validate(schema: &Schema, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    invariants(schema, Level::Root, path, &mut errors);
    complete(schema, path, &mut errors);
    errors.sort_by_key(ToString::to_string);
    errors
}

fn is(flag: Option<bool>) -> bool {
    flag == Some(true)
}

fn type_of(schema: &Schema) -> &str {
    schema.type_.as_deref().unwrap_or_default()
}

fn invariants(schema: &Schema, level: Level, path: &Path, errors: &mut Vec<FieldError>) {
    if type_of(schema) == "array" && items(schema).is_none() {
        errors.push(FieldError::required(path.child("items"), "must be specified"));
    }
    if let Some(inner) = items(schema) {
        invariants(inner, Level::Item, &path.child("items"), errors);
    }
    for (name, inner) in schema.properties.iter().flatten() {
        invariants(inner, Level::Field, &path.child("properties").key(name), errors);
    }
    if additional(schema).is_some() && level == Level::Root {
        errors.push(FieldError::forbidden(path.child("additionalProperties"), "must not be used at the root"));
    }
    if let Some(inner) = values(schema) {
        invariants(inner, Level::Field, &path.child("additionalProperties"), errors);
    }
    extensions(schema, path, errors);
    let skip_any = is_int_or_string(schema.any_of.as_deref());
    let skip_first = schema.all_of.as_ref().and_then(|all| all.first()).is_some_and(|first| is_int_or_string(first.any_of.as_deref()));
    value_validation(schema, skip_any, skip_first, path, errors);
    check_type(schema, level, path, errors);
    check_meta(schema, level, path, errors);
}

/// `anyOf: [{type: integer}, {type: string}]`, the one place where a type may stand in a combination.
fn is_int_or_string(any_of: Option<&[Schema]>) -> bool {
    let only = |schema: &Schema, name: &str| *schema == Schema { type_: Some(name.to_owned()), ..Schema::default() };
    matches!(any_of, Some([first, second]) if only(first, "integer") && only(second, "string"))
}

fn extensions(schema: &Schema, path: &Path, errors: &mut Vec<FieldError>) {
    if !is(schema.x_kubernetes_int_or_string) {
        return;
    }
    for (name, set) in [
        ("x-kubernetes-preserve-unknown-fields", schema.x_kubernetes_preserve_unknown_fields),
        ("x-kubernetes-embedded-resource", schema.x_kubernetes_embedded_resource),
    ] {
        if is(set) {
            errors.push(FieldError::invalid(path.child(name), true, "must be false if x-kubernetes-int-or-string is true"));
        }
    }
}

fn check_type(schema: &Schema, level: Level, path: &Path, errors: &mut Vec<FieldError>) {
    let (type_name, field) = (type_of(schema), path.child("type"));
    let embedded = is(schema.x_kubernetes_embedded_resource);
    if embedded && type_name != "object" {
        let why = "must be object if x-kubernetes-embedded-resource is true";
        errors.push(if type_name.is_empty() { FieldError::required(&field, why) } else { FieldError::invalid(&field, type_name, why) });
    } else if type_name.is_empty() && !is(schema.x_kubernetes_int_or_string) && !is(schema.x_kubernetes_preserve_unknown_fields) {
        errors.push(FieldError::required(&field, match level {
            Level::Root => "must not be empty at the root",
            Level::Item => "must not be empty for specified array items",
            Level::Field => "must not be empty for specified object fields",
        }));
    }
    if embedded && additional(schema).is_some() {
        errors.push(FieldError::forbidden(path.child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
    }
    if level == Level::Root && !type_name.is_empty() && type_name != "object" {
        errors.push(FieldError::invalid(field, type_name, "must be object at the root"));
    }
}

/// `apiVersion`, `kind` and `metadata` are what they are; a schema may only restrict the name.
fn check_meta(schema: &Schema, level: Level, path: &Path, errors: &mut Vec<FieldError>) {
    let embedded = is(schema.x_kubernetes_embedded_resource);
    let of_resource = level == Level::Root || embedded;
    for name in ["kind", "apiVersion"] {
        if let Some(inner) = property(schema, name).filter(|inner| of_resource && type_of(inner) != "string") {
            errors.push(FieldError::invalid(path.child("properties").key(name).child("type"), type_of(inner), "must be string"));
        }
    }
    if let Some(metadata) = property(schema, "metadata") {
        let path = path.child("properties").key("metadata");
        if of_resource && type_of(metadata) != "object" {
            errors.push(FieldError::invalid(path.child("type"), type_of(metadata), "must be object"));
        }
        if level == Level::Root {
            let mut rest = metadata.clone();
            let names_only = rest.properties.as_ref().is_some_and(|all| all.keys().all(|name| name == "name" || name == "generateName"));
            if names_only {
                rest.properties = None;
            }
            rest.type_ = None;
            rest.default = None;
            if rest != Schema::default() {
                errors.push(FieldError::forbidden(path, "must not specify anything other than name and generateName, but metadata is implicitly specified"));
            }
        }
    }
    let properties = schema.properties.as_ref().is_none_or(|properties| properties.is_empty());
    if embedded && !is(schema.x_kubernetes_preserve_unknown_fields) && properties {
        let why = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
        errors.push(FieldError::required(path.child("properties"), why));
    }
}

/// The combinations and the pattern of a schema.
fn value_validation(schema: &Schema, skip_any: bool, skip_first: bool, path: &Path, errors: &mut Vec<FieldError>) {
    if !skip_any {
        for (index, inner) in schema.any_of.iter().flatten().enumerate() {
            nested(inner, false, &path.child("anyOf").index(index), errors);
        }
    }
    for (index, inner) in schema.all_of.iter().flatten().enumerate() {
        nested(inner, skip_first && index == 0, &path.child("allOf").index(index), errors);
    }
    for (index, inner) in schema.one_of.iter().flatten().enumerate() {
        nested(inner, false, &path.child("oneOf").index(index), errors);
    }
    if let Some(inner) = &schema.not {
        nested(inner, false, &path.child("not"), errors);
    }
    let pattern = schema.pattern.as_deref().unwrap_or_default();
    if let Some(why) = pattern_error(pattern) {
        errors.push(FieldError::invalid(path.child("pattern"), pattern, format!("must be a valid regular expression, but isn't: {why}")));
    }
}

/// A schema inside a combination validates values; it specifies nothing.
fn nested(schema: &Schema, skip_any: bool, path: &Path, errors: &mut Vec<FieldError>) {
    value_validation(schema, skip_any, false, path, errors);
    if let Some(inner) = items(schema) {
        nested(inner, false, &path.child("items"), errors);
    }
    for (name, inner) in schema.properties.iter().flatten() {
        nested(inner, false, &path.child("properties").key(name), errors);
    }
    let text = |value: &Option<String>| value.as_ref().is_some_and(|value| !value.is_empty());
    let forbidden = [
        ("type", text(&schema.type_), "must be empty to be structural"),
        ("additionalProperties", schema.additional_properties.is_some(), "must be undefined to be structural"),
        ("default", schema.default.is_some(), "must be undefined to be structural"),
        ("title", text(&schema.title), "must be empty to be structural"),
        ("description", text(&schema.description), "must be empty to be structural"),
        ("nullable", is(schema.nullable), "must be false to be structural"),
        ("x-kubernetes-preserve-unknown-fields", is(schema.x_kubernetes_preserve_unknown_fields), "must be false to be structural"),
        ("x-kubernetes-embedded-resource", is(schema.x_kubernetes_embedded_resource), "must be false to be structural"),
        ("x-kubernetes-int-or-string", is(schema.x_kubernetes_int_or_string), "must be false to be structural"),
        ("x-kubernetes-list-map-keys", schema.x_kubernetes_list_map_keys.as_ref().is_some_and(|keys| !keys.is_empty()), "must be empty to be structural"),
        ("x-kubernetes-list-type", schema.x_kubernetes_list_type.is_some(), "must be undefined to be structural"),
        ("x-kubernetes-map-type", schema.x_kubernetes_map_type.is_some(), "must be undefined to be structural"),
        ("x-kubernetes-validations", schema.x_kubernetes_validations.as_ref().is_some_and(|rules| !rules.is_empty()), "must be empty to be structural"),
    ];
    errors.extend(forbidden.into_iter().filter(|(_, set, _)| *set).map(|(name, _, why)| FieldError::forbidden(path.child(name), why)));
    if property(schema, "metadata").is_some() {
        errors.push(FieldError::forbidden(path.child("properties").key("metadata"), "must not be specified in a nested context"));
    }
}

/// What the root's combinations speak of must be specified outside of them. (Those further inside are not looked at.)
fn complete(schema: &Schema, path: &Path, errors: &mut Vec<FieldError>) {
    combinations(schema, schema, path, path, errors);
}

fn combinations(schema: &Schema, outside: &Schema, path: &Path, outer: &Path, errors: &mut Vec<FieldError>) {
    if let Some(inner) = &schema.not {
        complete_nested(inner, Some(outside), &path.child("not"), outer, errors);
    }
    for (name, list) in [("allOf", &schema.all_of), ("anyOf", &schema.any_of), ("oneOf", &schema.one_of)] {
        for (index, inner) in list.iter().flatten().enumerate() {
            complete_nested(inner, Some(outside), &path.child(name).index(index), outer, errors);
        }
    }
}

fn complete_nested(schema: &Schema, outside: Option<&Schema>, path: &Path, outer: &Path, errors: &mut Vec<FieldError>) {
    let Some(outside) = outside else {
        errors.push(FieldError::required(outer, format!("because it is defined in {path}")));
        return;
    };
    combinations(schema, outside, path, outer, errors);
    if let Some(inner) = items(schema) {
        complete_nested(inner, items(outside), &path.child("items"), &outer.child("items"), errors);
    }
    for (name, inner) in schema.properties.iter().flatten() {
        let (below, above) = (path.child("properties").key(name), outer.child("properties").key(name));
        complete_nested(inner, property(outside, name), &below, &above, errors);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn errors(schema: Value) -> Vec<String> {
        let schema: Schema = serde_json::from_value(schema).unwrap();
        validate(&schema, &Path::new("s")).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_field_has_a_type_outside_of_combinations() {
        let cases = [
            (json!({"type": "object", "properties": {"a": {}}}), "s.properties[a].type: Required value: must not be empty for specified object fields"),
            (json!({"properties": {}}), "s.type: Required value: must not be empty at the root"),
            (json!({"type": "array", "items": {"type": "string"}}), "s.type: Invalid value: \"array\": must be object at the root"),
            (json!({"type": "object", "properties": {"a": {"type": "array"}}}), "s.properties[a].items: Required value: must be specified"),
            (json!({"type": "object", "additionalProperties": {"type": "string"}}), "s.additionalProperties: Forbidden: must not be used at the root"),
            (json!({"type": "object", "properties": {"metadata": {"type": "object", "properties": {"labels": {"type": "object"}}}}}), "s.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified"),
            (json!({"type": "object", "anyOf": [{"properties": {"a": {"pattern": "x"}}}]}), "s.properties[a]: Required value: because it is defined in s.anyOf[0].properties[a]"),
            (json!({"type": "object", "properties": {"a": {"type": "string", "allOf": [{"type": "string"}]}}}), "s.properties[a].allOf[0].type: Forbidden: must be empty to be structural"),
            (json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "["}}}), "s.properties[a].pattern: Invalid value: \"[\": must be a valid regular expression, but isn't: error parsing regexp: missing closing ]: `[`"),
        ];
        for (schema, text) in cases {
            assert_eq!(errors(schema.clone()), [text], "{schema}");
        }
        let good = json!({"type": "object", "properties": {
            "a": {"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]},
            "metadata": {"type": "object", "properties": {"name": {"type": "string", "pattern": "a"}}},
        }});
        assert_eq!(errors(good), Vec::<String>::new());
    }
}
