//! Custom kinds: a document for each group and version that has some, made from their schemas when somebody asks.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/{v2,builder}, v1.36.
//! Simplified: the document of version 2 does not describe them; one document is written at once, not some time after its
//! definition.

use std::collections::BTreeMap;

use podarium_api::custom::Definition;
use podarium_api::{CustomResourceDefinition, Kind, Resource as _};
use serde_json::{Map, Value, json};

use super::super::custom;
use super::documents::{Document, tag, version_3};
use super::operations::{Body, PathItem};
use super::paths::Served;
use crate::store::Store;

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";
const CONVENTIONS: &str = "More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";

/// By their paths, `apis/stable.example.com/v1`.
pub(super) fn documents(store: &Store) -> BTreeMap<String, Document> {
    let mut found: BTreeMap<(String, String), (Vec<PathItem>, Map<String, Value>)> = BTreeMap::new();
    let kinds = store.list(Kind::CustomResourceDefinition, None).filter_map(CustomResourceDefinition::from_object);
    for definition in kinds.flat_map(|kind| kind.definitions.all_served()) {
        let info = definition.info();
        let (items, schemas) = found.entry((info.group.to_owned(), info.version.to_owned())).or_default();
        items.extend(paths(definition));
        let (own, list) = (name(definition, info.kind), name(definition, definition.list_kind()));
        schemas.insert(list, list_schema(definition, &own));
        schemas.insert(own, schema(definition));
    }
    let document = |((group, version), (items, schemas)): ((String, String), (Vec<PathItem>, Map<String, Value>))| {
        let mut value = version_3(&items, &tag(&group, &version), &[&format!("{META}.ObjectMeta"), &format!("{META}.ListMeta")]);
        keep_forms(&mut value["paths"]);
        value["info"] = json!({"title": "Kubernetes CRD Swagger", "version": "v0.1.0"});
        if let Some(all) = value["components"]["schemas"].as_object_mut() {
            all.extend(schemas);
        }
        (format!("apis/{group}/{version}"), Document::new(&value))
    };
    found.into_iter().map(document).collect()
}

/// `com.example.stable.v1.CronTab`.
fn name(definition: &Definition, kind: &str) -> String {
    let info = definition.info();
    let domain: Vec<&str> = info.group.split('.').rev().collect();
    format!("{}.{}.{kind}", domain.join("."), info.version)
}

fn paths(definition: &Definition) -> Vec<PathItem> {
    let info = definition.info();
    let offered = custom::resource(definition, false, None);
    let served = Served {
        group: info.group,
        version: info.version,
        info,
        verbs: offered.verbs.into_iter().filter(|verb| *verb != "watch").collect(),
        parts: offered.parts,
        definition: name(definition, info.kind),
        list: name(definition, definition.list_kind()),
    };
    let mut items = served.paths();
    // Nothing is made by a patch here, as far as the documents say.
    for operation in items.iter_mut().flat_map(|item| &mut item.operations).filter(|operation| matches!(operation.body, Body::Patch)) {
        operation.codes = &[200];
    }
    items
}

/// What bodies of custom kinds are written in: not in protobuf, and a patch has no strategy.
const FORMS: &[&str] = &["application/json", "application/yaml", "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

fn keep_forms(value: &mut Value) {
    let Some(fields) = value.as_object_mut() else { return };
    for (name, value) in fields {
        match value {
            Value::Object(forms) if name == "content" => forms.retain(|form, _| FORMS.contains(&form.as_str())),
            other => keep_forms(other),
        }
    }
}

/// What a kind says of itself, beside its fields.
fn type_meta(group_version_kind: (&str, &str, &str)) -> Value {
    let (group, version, kind) = group_version_kind;
    json!([{"group": group, "version": version, "kind": kind}])
}

/// The fields that every object has.
fn identity(properties: &mut Map<String, Value>, metadata: &str, description: &str) {
    let all = podarium_api::openapi::definitions();
    let of_pod = |field: &str| all["io.k8s.api.core.v1.Pod"]["properties"][field].clone();
    properties.insert("apiVersion".to_owned(), of_pod("apiVersion"));
    properties.insert("kind".to_owned(), of_pod("kind"));
    properties.insert("metadata".to_owned(), json!({"description": description, "allOf": [{"$ref": format!("#/components/schemas/{META}.{metadata}")}]}));
}

fn schema(definition: &Definition) -> Value {
    let info = definition.info();
    let mut schema = completed(definition.schema_value());
    if !schema.is_object() {
        schema = json!({"type": "object"});
    }
    schema["x-kubernetes-group-version-kind"] = type_meta((info.group, info.version, info.kind));
    if !schema["properties"].is_object() {
        schema["properties"] = json!({});
    }
    if let Some(properties) = schema["properties"].as_object_mut() {
        identity(properties, "ObjectMeta", &format!("Standard object's metadata. {CONVENTIONS}#metadata"));
    }
    schema
}

fn list_schema(definition: &Definition, own: &str) -> Value {
    let info = definition.info();
    let mut properties = Map::new();
    identity(&mut properties, "ListMeta", &format!("Standard list metadata. {CONVENTIONS}#types-kinds"));
    let items = json!({"description": format!("List of {}. {CONVENTIONS}", info.plural), "type": "array", "items": {"$ref": format!("#/components/schemas/{own}")}});
    properties.insert("items".to_owned(), items);
    json!({
        "description": format!("{} is a list of {}", definition.list_kind(), info.kind),
        "type": "object",
        "required": ["items"],
        "properties": properties,
        "x-kubernetes-group-version-kind": type_meta((info.group, info.version, definition.list_kind())),
    })
}

/// A schema with what its extensions mean, for readers who do not know them.
fn completed(schema: &Value) -> Value {
    let mut out = match schema {
        Value::Object(fields) => Value::Object(fields.iter().map(|(name, value)| (name.clone(), completed(value))).collect()),
        Value::Array(items) => items.iter().map(completed).collect(),
        other => other.clone(),
    };
    if out["x-kubernetes-int-or-string"] == true && out.get("anyOf").is_none() && out.get("allOf").is_none() {
        out["anyOf"] = json!([{"type": "integer"}, {"type": "string"}]);
    }
    if out["x-kubernetes-embedded-resource"] == true {
        if !out["properties"].is_object() {
            out["properties"] = json!({});
        }
        if let Some(properties) = out["properties"].as_object_mut() {
            identity(properties, "ObjectMeta", &format!("Standard object's metadata. {CONVENTIONS}#metadata"));
        }
    }
    out
}
