//! Parts of a definition as the server's internal types show them in error texts: Go's own field names, all of them.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/{types.go,types_jsonschema.go}, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{CustomResourceDefinitionVersion, ValidationRule};

use crate::custom::schema::Schema;

/// The fields of a schema in their order, each with its name in JSON and what it shows when it is not set.
#[rustfmt::skip]
const SCHEMA: &[(&str, &str, &str)] = &[
    ("ID", "id", "\"\""), ("Schema", "$schema", "\"\""), ("Ref", "$ref", "null"), ("Description", "description", "\"\""),
    ("Type", "type", "\"\""), ("Nullable", "nullable", "false"), ("Format", "format", "\"\""), ("Title", "title", "\"\""),
    ("Default", "default", "null"), ("Maximum", "maximum", "null"), ("ExclusiveMaximum", "exclusiveMaximum", "false"),
    ("Minimum", "minimum", "null"), ("ExclusiveMinimum", "exclusiveMinimum", "false"), ("MaxLength", "maxLength", "null"),
    ("MinLength", "minLength", "null"), ("Pattern", "pattern", "\"\""), ("MaxItems", "maxItems", "null"),
    ("MinItems", "minItems", "null"), ("UniqueItems", "uniqueItems", "false"), ("MultipleOf", "multipleOf", "null"),
    ("Enum", "enum", "null"), ("MaxProperties", "maxProperties", "null"), ("MinProperties", "minProperties", "null"),
    ("Required", "required", "null"), ("Items", "items", "null"), ("AllOf", "allOf", "null"), ("OneOf", "oneOf", "null"),
    ("AnyOf", "anyOf", "null"), ("Not", "not", "null"), ("Properties", "properties", "null"),
    ("AdditionalProperties", "additionalProperties", "null"), ("PatternProperties", "patternProperties", "null"),
    ("Dependencies", "dependencies", "null"), ("AdditionalItems", "additionalItems", "null"), ("Definitions", "definitions", "null"),
    ("ExternalDocs", "externalDocs", "null"), ("Example", "example", "null"),
    ("XPreserveUnknownFields", "x-kubernetes-preserve-unknown-fields", "null"),
    ("XEmbeddedResource", "x-kubernetes-embedded-resource", "false"), ("XIntOrString", "x-kubernetes-int-or-string", "false"),
    ("XListMapKeys", "x-kubernetes-list-map-keys", "null"), ("XListType", "x-kubernetes-list-type", "null"),
    ("XMapType", "x-kubernetes-map-type", "null"), ("XValidations", "x-kubernetes-validations", "null"),
];

/// JSON as Go writes it, which escapes what HTML would read.
fn text(value: &Value) -> String {
    crate::escaped_text(value.to_string())
}

fn members(parts: impl IntoIterator<Item = (String, String)>) -> String {
    let parts: Vec<String> = parts.into_iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
    format!("{{{}}}", parts.join(","))
}

pub(super) fn schema(schema: &Schema) -> String {
    of_schema(&crate::wire::whole_numbers(schema))
}

fn of_schema(value: &Value) -> String {
    members(SCHEMA.iter().map(|(name, field, zero)| {
        let shown = value.get(field).map_or_else(|| (*zero).to_owned(), |value| of_field(field, value));
        ((*name).to_owned(), shown)
    }))
}

fn of_field(field: &str, value: &Value) -> String {
    let list = |items: &[Value]| format!("[{}]", items.iter().map(of_schema).collect::<Vec<_>>().join(","));
    match (field, value) {
        ("items", Value::Array(items)) => format!("{{\"Schema\":null,\"JSONSchemas\":{}}}", list(items)),
        ("items", inner) => format!("{{\"Schema\":{},\"JSONSchemas\":null}}", of_schema(inner)),
        ("additionalProperties" | "additionalItems", Value::Bool(allows)) => format!("{{\"Allows\":{allows},\"Schema\":null}}"),
        ("additionalProperties" | "additionalItems", inner) => format!("{{\"Allows\":true,\"Schema\":{}}}", of_schema(inner)),
        ("not", inner) => of_schema(inner),
        ("allOf" | "oneOf" | "anyOf", Value::Array(items)) => list(items),
        ("properties" | "patternProperties" | "definitions", Value::Object(all)) => members(all.iter().map(|(name, inner)| (name.clone(), of_schema(inner)))),
        ("x-kubernetes-validations", Value::Array(rules)) => {
            format!("[{}]", rules.iter().filter_map(|rule| serde_json::from_value(rule.clone()).ok()).map(|rule| self::rule(&rule)).collect::<Vec<_>>().join(","))
        }
        ("dependencies", Value::Object(all)) => members(all.iter().map(|(name, one)| (name.clone(), dependency(one)))),
        ("externalDocs", docs) => format!("{{\"Description\":{},\"URL\":{}}}", text(&docs["description"]), text(&docs["url"])),
        (_, value) => text(value),
    }
}

/// What a property depends on: a schema, or other properties. Anything else than these reads as neither.
fn dependency(value: &Value) -> String {
    let (schema, properties) = match value {
        Value::Array(names) if names.is_empty() => ("null".to_owned(), "null".to_owned()),
        Value::Array(_) => ("null".to_owned(), text(value)),
        schema => (of_schema(schema), "null".to_owned()),
    };
    members([("Schema".to_owned(), schema), ("Property".to_owned(), properties)])
}

/// One of `x-kubernetes-validations`.
pub(crate) fn rule(rule: &ValidationRule) -> String {
    let plain = |value: &Option<String>| text(&json!(value.clone().unwrap_or_default()));
    members([
        ("Rule".to_owned(), text(&json!(rule.rule))),
        ("Message".to_owned(), plain(&rule.message)),
        ("MessageExpression".to_owned(), plain(&rule.message_expression)),
        ("Reason".to_owned(), text(&json!(rule.reason))),
        ("FieldPath".to_owned(), plain(&rule.field_path)),
        ("OptionalOldSelf".to_owned(), text(&json!(rule.optional_old_self))),
    ])
}

/// What is left in the versions once what they have in common stands in the spec.
pub(super) struct Left {
    pub schema: bool,
    pub subresources: bool,
    pub columns: bool,
    pub fields: bool,
}

pub(super) fn versions(versions: &[CustomResourceDefinitionVersion], left: &Left) -> String {
    if versions.is_empty() {
        return "null".to_owned();
    }
    let of = |version: &CustomResourceDefinitionVersion| version_text(version, left);
    format!("[{}]", versions.iter().map(of).collect::<Vec<_>>().join(","))
}

fn version_text(version: &CustomResourceDefinitionVersion, left: &Left) -> String {
    let inner = version.schema.as_ref().filter(|_| left.schema);
    let shown = inner.map(|schema| format!("{{\"OpenAPIV3Schema\":{}}}", schema.open_api_v3_schema.as_ref().map_or("null".to_owned(), self::schema)));
    let subresources = version.subresources.as_ref().filter(|_| left.subresources).map(|subresources| {
        let scale = subresources.scale.as_ref().map(|scale| members([
            ("SpecReplicasPath".to_owned(), text(&json!(scale.spec_replicas_path))),
            ("StatusReplicasPath".to_owned(), text(&json!(scale.status_replicas_path))),
            ("LabelSelectorPath".to_owned(), text(&json!(scale.label_selector_path))),
        ]));
        let status = if subresources.status.is_some() { "{}" } else { "null" };
        format!("{{\"Status\":{status},\"Scale\":{}}}", scale.unwrap_or_else(|| "null".to_owned()))
    });
    let columns = version.additional_printer_columns.as_ref().filter(|columns| left.columns && !columns.is_empty()).map(|columns| {
        let of = |column: &k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceColumnDefinition| members([
            ("Name".to_owned(), text(&json!(column.name))),
            ("Type".to_owned(), text(&json!(column.type_))),
            ("Format".to_owned(), text(&json!(column.format.clone().unwrap_or_default()))),
            ("Description".to_owned(), text(&json!(column.description.clone().unwrap_or_default()))),
            ("Priority".to_owned(), column.priority.unwrap_or(0).to_string()),
            ("JSONPath".to_owned(), text(&json!(column.json_path))),
        ]);
        format!("[{}]", columns.iter().map(of).collect::<Vec<_>>().join(","))
    });
    let fields = version.selectable_fields.as_ref().filter(|fields| left.fields && !fields.is_empty());
    let fields = fields.map(|fields| format!("[{}]", fields.iter().map(|field| format!("{{\"JSONPath\":{}}}", text(&json!(field.json_path)))).collect::<Vec<_>>().join(",")));
    let or_null = |shown: Option<String>| shown.unwrap_or_else(|| "null".to_owned());
    members([
        ("Name".to_owned(), text(&json!(version.name))),
        ("Served".to_owned(), version.served.to_string()),
        ("Storage".to_owned(), version.storage.to_string()),
        ("Deprecated".to_owned(), (version.deprecated == Some(true)).to_string()),
        ("DeprecationWarning".to_owned(), text(&json!(version.deprecation_warning))),
        ("Schema".to_owned(), or_null(shown)),
        ("Subresources".to_owned(), or_null(subresources)),
        ("AdditionalPrinterColumns".to_owned(), or_null(columns)),
        ("SelectableFields".to_owned(), or_null(fields)),
    ])
}
