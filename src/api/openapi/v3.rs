//! Definitions in the form of OpenAPI v3, where a reference has no siblings, and a field says its default.
//!
//! Models: vendor/k8s.io/kube-openapi/pkg/builder3, api/openapi-spec/v3, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::additions;
use super::definitions::definitions;

const V2: &str = "#/definitions/";
const V3: &str = "#/components/schemas/";

/// These definitions and all that they refer to.
pub fn components<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut waiting: Vec<String> = names.into_iter().map(str::to_owned).collect();
    while let Some(name) = waiting.pop() {
        if found.contains_key(&name) {
            continue;
        }
        let Some(definition) = definitions().get(&name) else { continue };
        let mut converted = convert(definition, &mut waiting);
        complete(&name, &mut converted);
        found.insert(name, converted);
    }
    found
}

fn complete(name: &str, definition: &mut Value) {
    let alternatives = match name {
        "io.k8s.apimachinery.pkg.api.resource.Quantity" => ["string", "number"],
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString" => ["integer", "string"],
        _ => {
            let Some(addition) = additions::all().get(name) else { return };
            for (field, default) in &addition.defaults {
                if let Some(property) = definition.pointer_mut(&format!("/properties/{}", field.replace('~', "~0").replace('/', "~1"))) {
                    with_default(property, default);
                }
            }
            return;
        }
    };
    if let Some(fields) = definition.as_object_mut() {
        fields.remove("type");
        fields.insert("oneOf".to_owned(), alternatives.iter().map(|type_| json!({"type": type_})).collect());
    }
}

fn with_default(property: &mut Value, default: &Value) {
    if let Some(reference) = property.get("$ref").cloned() {
        *property = json!({"allOf": [{"$ref": reference}]});
    }
    property["default"] = default.clone();
}

/// The same with references of version 3; what is referred to is noted.
fn convert(value: &Value, referred: &mut Vec<String>) -> Value {
    match value {
        Value::Object(fields) => {
            let mut out = Map::new();
            for (name, value) in fields {
                let value = match (name.as_str(), value) {
                    ("$ref", Value::String(reference)) => {
                        let name = reference.trim_start_matches(V2);
                        referred.push(name.to_owned());
                        json!(format!("{V3}{name}"))
                    }
                    _ => convert(value, referred),
                };
                out.insert(name.clone(), value);
            }
            // A schema may have a field of this name, which is no reference.
            if out.len() > 1
                && out.get("$ref").is_some_and(Value::is_string)
                && let Some(reference) = out.remove("$ref")
            {
                out.insert("allOf".to_owned(), json!([{"$ref": reference}]));
            }
            Value::Object(out)
        }
        Value::Array(items) => items.iter().map(|item| convert(item, referred)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_no_siblings() {
        let found = components(["io.k8s.api.apps.v1.Deployment"]);
        assert!(found.contains_key("io.k8s.api.core.v1.Container"), "what is referred to comes along");
        let spec = &found["io.k8s.api.apps.v1.Deployment"]["properties"]["spec"];
        assert_eq!(spec["allOf"], json!([{"$ref": "#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec"}]));
        assert_eq!((&spec["default"], spec.get("$ref")), (&json!({}), None));
        let props = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";
        let fields = components([props])[props]["properties"].clone();
        assert_eq!((&fields["$ref"]["type"], &fields["allOf"]["type"]), (&json!("string"), &json!("array")), "a field named $ref is no reference");
        let containers = &found["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"];
        assert_eq!(containers["items"], json!({"$ref": "#/components/schemas/io.k8s.api.core.v1.Container"}));
        assert_eq!(found["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]["oneOf"], json!([{"type": "integer"}, {"type": "string"}]));
    }
}
