//! The parts of a schema: items, properties, additional properties, and all schemas below one.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/structural.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{JSONSchemaPropsOrArray, JSONSchemaPropsOrBool, JSONSchemaPropsOrStringArray};

use super::Schema;

/// The schema of a list's items.
pub(crate) fn items(schema: &Schema) -> Option<&Schema> {
    match schema.items.as_ref()? {
        JSONSchemaPropsOrArray::Schema(items) => Some(items),
        JSONSchemaPropsOrArray::Schemas(_) => None,
    }
}

/// The schema of a map's values, if the schema says anything of further properties: `Some(None)` for `true` and `false`.
pub(crate) fn additional(schema: &Schema) -> Option<Option<&Schema>> {
    Some(match schema.additional_properties.as_ref()? {
        JSONSchemaPropsOrBool::Schema(values) => Some(values),
        JSONSchemaPropsOrBool::Bool(_) => None,
    })
}

/// The schema of a map's values.
pub(crate) fn values(schema: &Schema) -> Option<&Schema> {
    additional(schema).flatten()
}

pub(crate) fn property<'a>(schema: &'a Schema, name: &str) -> Option<&'a Schema> {
    schema.properties.as_ref()?.get(name)
}

/// Whether any schema at or below this one is as wanted. Nothing below one that is, is looked at.
pub(crate) fn any(schema: &Schema, wanted: &mut dyn FnMut(&Schema) -> bool) -> bool {
    wanted(schema) || children(schema).into_iter().any(|child| any(child, wanted))
}

fn children(schema: &Schema) -> Vec<&Schema> {
    let mut found: Vec<&Schema> = Vec::new();
    match &schema.items {
        Some(JSONSchemaPropsOrArray::Schema(items)) => found.push(items),
        Some(JSONSchemaPropsOrArray::Schemas(all)) => found.extend(all),
        None => {}
    }
    for list in [&schema.all_of, &schema.any_of, &schema.one_of] {
        found.extend(list.iter().flatten());
    }
    found.extend(schema.not.as_deref());
    for map in [&schema.properties, &schema.pattern_properties, &schema.definitions] {
        found.extend(map.iter().flat_map(|map| map.values()));
    }
    for either in [&schema.additional_properties, &schema.additional_items] {
        if let Some(JSONSchemaPropsOrBool::Schema(inner)) = either {
            found.push(inner);
        }
    }
    for dependency in schema.dependencies.iter().flat_map(|map| map.values()) {
        if let JSONSchemaPropsOrStringArray::Schema(inner) = dependency {
            found.push(inner);
        }
    }
    found
}
