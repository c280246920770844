//! Schemas of a definition, as OpenAPI v3 and Kubernetes' extensions of it allow them.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
//! (ValidateCustomResourceDefinitionOpenAPISchema, specStandardValidatorV3), v1.36.
//! Simplified: properties are looked at in alphabetical order; the reference takes them in any.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{JSONSchemaPropsOrArray, JSONSchemaPropsOrBool};
use serde_json::json;

use crate::custom::schema::{Schema, items, values};
use crate::custom::{field_path, rules};
use crate::field::{FieldError, Path};

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];

/// Where in the schema we are.
#[derive(Clone)]
struct Place {
    path: Path,
    root: bool,
    inside_meta: bool,
    /// Why no default may be here.
    no_default: Option<String>,
    /// The list or map whose items cannot be told apart between two versions of an object.
    uncorrelatable: Option<Path>,
    /// The types of CEL for this schema; `None` where rules are not looked at.
    rules: Option<rules::Scope>,
}

/// Errors of the schema and, after all of them, those of its rules.
#[derive(Default)]
struct Found {
    schema: Vec<FieldError>,
    rules: Vec<FieldError>,
    /// What each expression may cost.
    costs: Vec<(Path, u64)>,
}

impl Found {
    fn add(&mut self, other: Found) {
        self.schema.extend(other.schema);
        self.rules.extend(other.rules);
        self.costs.extend(other.costs);
    }
}

/// Checks a whole schema; rules only if the schema is otherwise good (`with_rules`).
pub(super) fn validate(schema: &Schema, path: &Path, with_rules: bool) -> Vec<FieldError> {
    let place = Place {
        path: path.clone(),
        root: true,
        inside_meta: false,
        no_default: None,
        uncorrelatable: None,
        rules: with_rules.then(rules::Scope::root),
    };
    let found = check(schema, &place);
    [found.schema, found.rules, rules::total_errors(found.costs, path)].concat()
}

fn check(schema: &Schema, place: &Place) -> Found {
    let mut found = Found { schema: unsupported(schema, place), ..Found::default() };
    children(schema, place, &mut found);
    found.schema.extend(extensions(schema, &place.path));
    for (index, rule) in schema.x_kubernetes_validations.iter().flatten().enumerate() {
        found.schema.extend(rules::form_errors(rule, &place.path.child("x-kubernetes-validations").index(index)));
        if let Some(field) = rule.field_path.as_deref().filter(|field| !field.is_empty())
            && field_path::resolve(field, schema, true).is_err()
        {
            let at = place.path.child("x-kubernetes-validations").index(index).child("fieldPath");
            found.schema.push(FieldError::invalid(at, field, "must be a valid path"));
        }
    }
    if found.schema.is_empty()
        && let Some(scope) = &place.rules
    {
        let checked = rules::check(schema, *scope, place.uncorrelatable.as_ref(), &place.path);
        found.rules.extend(checked.errors);
        found.costs.extend(checked.costs);
    }
    found
}

/// What OpenAPI has and CustomResourceDefinitions have not.
fn unsupported(schema: &Schema, place: &Place) -> Vec<FieldError> {
    let path = &place.path;
    let mut errors = Vec::new();
    let type_name = schema.type_.as_deref().unwrap_or_default();
    if !type_name.is_empty() && !TYPES.contains(&type_name) {
        errors.push(FieldError::not_supported(path.child("type"), type_name, TYPES));
    }
    if let (Some(_), Some(why)) = (&schema.default, &place.no_default) {
        errors.push(FieldError::forbidden(path.child("default"), format!("must not be set {why}").trim_end()));
    }
    let filled = |map: &Option<std::collections::BTreeMap<String, Schema>>| map.as_ref().is_some_and(|map| !map.is_empty());
    let forbidden = [
        ("id", schema.id.as_ref().is_some_and(|id| !id.is_empty()), "id is not supported"),
        ("additionalItems", schema.additional_items.is_some(), "additionalItems is not supported"),
        ("patternProperties", filled(&schema.pattern_properties), "patternProperties is not supported"),
        ("definitions", filled(&schema.definitions), "definitions is not supported"),
        ("dependencies", schema.dependencies.is_some(), "dependencies is not supported"),
        ("$ref", schema.ref_path.is_some(), "$ref is not supported"),
        ("type", type_name == "null", "type cannot be set to null, use nullable as an alternative"),
        ("items", matches!(&schema.items, Some(JSONSchemaPropsOrArray::Schemas(all)) if !all.is_empty()), "items must be a schema object and not an array"),
        ("x-kubernetes-embedded-resource", place.inside_meta && schema.x_kubernetes_embedded_resource == Some(true), "must not be used inside of resource meta"),
        ("uniqueItems", schema.unique_items == Some(true), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"),
    ];
    errors.extend(forbidden.into_iter().filter(|(_, set, _)| *set).map(|(name, _, why)| FieldError::forbidden(path.child(name), why)));
    errors
}

fn children(schema: &Schema, place: &Place, found: &mut Found) {
    let path = &place.path;
    let below = |path: Path| Place { path, root: false, rules: None, ..place.clone() };
    let properties = schema.properties.as_ref().is_some_and(|properties| !properties.is_empty());
    if let Some(additional) = &schema.additional_properties {
        if properties && *additional != JSONSchemaPropsOrBool::Bool(true) {
            found.schema.push(FieldError::forbidden(path.child("additionalProperties"), "additionalProperties and properties are mutual exclusive"));
        }
        if let Some(inner) = values(schema) {
            let mut at = below(path.child("additionalProperties"));
            if place.inside_meta {
                at.no_default = Some("inside additionalProperties applying to object metadata".to_owned());
            }
            at.rules = place.rules.as_ref().map(|scope| scope.below(schema, inner));
            found.add(check(inner, &at));
        }
    }
    for (name, inner) in schema.properties.iter().flatten() {
        let mut at = below(path.child("properties").key(name));
        let of_resource = place.root || schema.x_kubernetes_embedded_resource == Some(true);
        if of_resource && matches!(name.as_str(), "metadata" | "kind" | "apiVersion") {
            at.inside_meta = true;
            if place.root {
                at.no_default = Some(format!("in top-level {name}"));
            }
        }
        at.rules = place.rules.as_ref().map(|scope| scope.below(schema, inner));
        found.add(check(inner, &at));
    }
    if let Some(inner) = &schema.not {
        found.add(check(inner, &below(path.child("not"))));
    }
    for (name, list) in [("allOf", &schema.all_of), ("oneOf", &schema.one_of), ("anyOf", &schema.any_of)] {
        for (index, inner) in list.iter().flatten().enumerate() {
            found.add(check(inner, &below(path.child(name).index(index))));
        }
    }
    if let Some(inner) = items(schema) {
        let mut at = below(path.child("items"));
        if schema.x_kubernetes_list_type.as_deref() != Some("map") {
            at.uncorrelatable.get_or_insert_with(|| path.clone());
        }
        at.rules = place.rules.as_ref().map(|scope| scope.below(schema, inner));
        found.add(check(inner, &at));
    }
}

/// The rules of `x-kubernetes-list-type` and its relatives.
fn extensions(schema: &Schema, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let type_name = schema.type_.as_deref().unwrap_or_default();
    if schema.x_kubernetes_preserve_unknown_fields == Some(false) {
        errors.push(FieldError::invalid(path.child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
    }
    let (map_type, list_type) = (schema.x_kubernetes_map_type.as_deref(), schema.x_kubernetes_list_type.as_deref());
    if map_type.is_some() && type_name != "object" {
        let (field, why) = (path.child("type"), "must be object if x-kubernetes-map-type is specified");
        errors.push(if type_name.is_empty() { FieldError::required(field, why) } else { FieldError::invalid(field, type_name, why) });
    }
    if let Some(map_type) = map_type.filter(|map_type| !matches!(*map_type, "atomic" | "granular")) {
        errors.push(FieldError::not_supported(path.child("x-kubernetes-map-type"), map_type, &["atomic", "granular"]));
    }
    errors.extend(list_type_errors(schema, list_type, path));
    errors.extend(list_map_errors(schema, list_type, path));
    errors.extend(map_key_errors(schema, list_type, path));
    errors
}

fn list_type_errors(schema: &Schema, list_type: Option<&str>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let type_name = schema.type_.as_deref().unwrap_or_default();
    if list_type.is_some() && type_name != "array" {
        let (field, why) = (path.child("type"), "must be array if x-kubernetes-list-type is specified");
        errors.push(if type_name.is_empty() { FieldError::required(field, why) } else { FieldError::invalid(field, type_name, why) });
    } else if list_type == Some("set")
        && let Some(inner) = items(schema)
    {
        let why = "must be atomic as item of a list with x-kubernetes-list-type=set";
        let (inner_list, inner_map) = (inner.x_kubernetes_list_type.as_deref(), inner.x_kubernetes_map_type.as_deref());
        match inner.type_.as_deref() {
            Some("array") if inner_list.is_some_and(|list| list != "atomic") => {
                errors.push(FieldError::invalid(path.child("items").child("x-kubernetes-list-type"), json!(inner_list), why));
            }
            Some("object") if inner_map != Some("atomic") => {
                errors.push(FieldError::invalid(path.child("items").child("x-kubernetes-map-type"), json!(inner_list), why));
            }
            _ => {}
        }
    }
    if let Some(list_type) = list_type.filter(|list_type| !matches!(*list_type, "atomic" | "set" | "map")) {
        errors.push(FieldError::not_supported(path.child("x-kubernetes-list-type"), list_type, &["atomic", "set", "map"]));
    }
    errors
}

fn list_map_errors(schema: &Schema, list_type: Option<&str>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let keys = schema.x_kubernetes_list_map_keys.as_deref().unwrap_or_default();
    let field = path.child("x-kubernetes-list-map-keys");
    if !keys.is_empty() && list_type != Some("map") {
        let (field, why) = (path.child("x-kubernetes-list-type"), "must be map if x-kubernetes-list-map-keys is non-empty");
        errors.push(list_type.map_or_else(|| FieldError::required(&field, why), |list_type| FieldError::invalid(&field, list_type, why)));
    }
    if list_type != Some("map") {
        return errors;
    }
    if keys.is_empty() {
        errors.push(FieldError::required(&field, "must not be empty if x-kubernetes-list-type is map"));
    }
    let Some(inner) = items(schema) else {
        if schema.items.is_none() {
            errors.push(FieldError::required(path.child("items"), "must have a schema if x-kubernetes-list-type is map"));
        }
        return errors;
    };
    let inner_type = inner.type_.as_deref().unwrap_or_default();
    if inner_type != "object" {
        errors.push(FieldError::invalid(path.child("items").child("type"), inner_type, "must be object if parent array's x-kubernetes-list-type is map"));
        return errors;
    }
    for (index, key) in keys.iter().enumerate() {
        match inner.properties.as_ref().and_then(|properties| properties.get(key)) {
            Some(property) if matches!(property.type_.as_deref(), Some("array" | "object")) => {
                let at = path.child("items").child("properties").key(key).child("type");
                errors.push(FieldError::invalid(at, inner_type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
            }
            Some(_) => {}
            None => errors.push(FieldError::invalid(&field, json!(keys), "entries must all be names of item properties")),
        }
        if keys[..index].contains(key) {
            errors.push(FieldError::invalid(&field, json!(keys), "must not contain duplicate entries"));
        }
    }
    errors
}

/// Items of sets and maps are never null, and the keys of a map are always there.
fn map_key_errors(schema: &Schema, list_type: Option<&str>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (Some(inner), Some(list_type @ ("set" | "map"))) = (items(schema), list_type) else { return errors };
    let at = path.child("items");
    if inner.nullable == Some(true) {
        errors.push(FieldError::forbidden(at.child("nullable"), format!("cannot be nullable when x-kubernetes-list-type is {list_type}")));
    }
    let keys = schema.x_kubernetes_list_map_keys.as_deref().unwrap_or_default();
    for key in keys.iter().filter(|_| list_type == "map") {
        let Some(property) = inner.properties.as_ref().and_then(|properties| properties.get(key)) else { continue };
        let at = at.child("properties").key(key);
        let required = inner.required.iter().flatten().any(|name| name == key);
        if !required && property.default.is_none() {
            let why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            errors.push(FieldError::required(at.child("default"), why));
        }
        if property.nullable == Some(true) {
            errors.push(FieldError::forbidden(at.child("nullable"), "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"));
        }
    }
    errors
}
