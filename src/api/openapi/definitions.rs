//! All types of the API as definitions, in the form of OpenAPI v2.
//!
//! Models: api/openapi-spec/swagger.json, v1.36.
//! Simplified: types in alpha and beta are left out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::additions::{self, Addition};
use super::enums;
use super::names::group_version_kind;
use super::roots::ROOTS;

const PREFIX: &str = "#/definitions/";
const VERSION: &str = "APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources";
const KIND: &str = "Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds";
const LIST_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";

static DEFINITIONS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(build);

/// Every definition by its name. Made once, and the same every time.
pub fn definitions() -> &'static BTreeMap<String, Value> {
    &DEFINITIONS
}

fn build() -> BTreeMap<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/definitions".into());
    let mut generator = settings.into_generator();
    for subschema in ROOTS {
        subschema(&mut generator);
    }
    let mut found: BTreeMap<String, Value> = generator.take_definitions(true).into_iter().collect();
    for (name, addition) in additions::all() {
        if let Some(items) = &addition.list {
            found.insert(name.clone(), list(addition, items));
        }
    }
    for (name, value) in &mut found {
        if let Some(definition) = value.as_object_mut() {
            complete(name, definition);
        }
    }
    found
}

/// `PodList`: the type of a list of objects.
fn list(addition: &Addition, items: &str) -> Value {
    let mut of = json!({"type": "array", "items": {"$ref": format!("{PREFIX}{items}")}});
    let mut metadata = json!({"$ref": format!("{PREFIX}{LIST_META}")});
    for (value, description) in [(&mut of, &addition.items), (&mut metadata, &addition.metadata)] {
        if let Some(description) = description {
            value["description"] = json!(description);
        }
    }
    let properties = json!({
        "apiVersion": {"description": VERSION, "type": "string"}, "kind": {"description": KIND, "type": "string"},
        "items": of, "metadata": metadata,
    });
    let mut list = json!({"type": "object", "properties": properties, "required": ["items"]});
    if let Some(description) = &addition.description {
        list["description"] = json!(description);
    }
    list
}

/// Whether a type is a kind, with a version of its own.
fn is_kind(definition: &Map<String, Value>) -> bool {
    let has = |name: &str| definition.get("properties").is_some_and(|properties| properties.get(name).is_some());
    has("kind") && has("apiVersion") && has("metadata")
}

/// Kinds without metadata.
const BARE_KINDS: &[&str] = &["APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "DeleteOptions", "Status"];

fn complete(name: &str, definition: &mut Map<String, Value>) {
    if definition.remove("x-kubernetes-int-or-string").is_some() {
        definition.insert("type".to_owned(), json!("string"));
        if name.ends_with(".IntOrString") {
            definition.insert("format".to_owned(), json!("int-or-string"));
        }
    }
    let meta = name.starts_with("io.k8s.apimachinery.pkg.apis.meta.v1.");
    let kind = if meta { BARE_KINDS.iter().any(|kind| name.ends_with(&format!(".{kind}"))) } else { is_kind(definition) };
    if let Some((group, version, kind)) = group_version_kind(name).filter(|_| kind) {
        let group = if meta { "" } else { group };
        definition.insert("x-kubernetes-group-version-kind".to_owned(), json!([{"group": group, "version": version, "kind": kind}]));
    }
    let empty = Addition::default();
    let addition = additions::all().get(name).unwrap_or(&empty);
    definition.remove("required");
    if let Some(required) = addition.required.as_ref().or_else(|| addition.list.as_ref().map(|_| &*ITEMS)).filter(|required| !required.is_empty()) {
        definition.insert("required".to_owned(), json!(required));
    }
    definition.extend(addition.x.iter().filter(|(name, _)| name.starts_with("x-")).map(|(name, value)| (name.clone(), value.clone())));
    let Some(properties) = definition.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (field, extensions) in &addition.fields {
        if let Some(property) = properties.get_mut(field).and_then(Value::as_object_mut) {
            property.extend(extensions.clone());
        }
    }
    enums::add(name, properties);
}

static ITEMS: LazyLock<Vec<String>> = LazyLock::new(|| vec!["items".to_owned()]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        definitions().values().for_each(|definition| references(definition, &mut found));
        assert!(found.len() > 900, "{}", found.len());
        let lost: Vec<&String> = found.iter().filter(|reference| !reference.strip_prefix(PREFIX).is_some_and(|name| definitions().contains_key(name))).collect();
        assert_eq!(lost, Vec::<&String>::new());
    }

    #[test]
    fn definitions_say_what_merging_needs() {
        let of = |name: &str| &definitions()[name];
        let containers = &of("io.k8s.api.core.v1.PodSpec")["properties"]["containers"];
        assert_eq!(containers["x-kubernetes-patch-merge-key"], "name");
        assert_eq!(containers["x-kubernetes-list-map-keys"], json!(["name"]));
        assert_eq!(of("io.k8s.api.core.v1.PodSpec")["required"], json!(["containers"]));
        assert_eq!(of("io.k8s.api.apps.v1.DeploymentSpec")["required"], json!(["selector", "template"]));
        assert!(of("io.k8s.api.core.v1.ConfigMap").get("required").is_none());
        assert_eq!(of("io.k8s.api.apps.v1.Deployment")["x-kubernetes-group-version-kind"], json!([{"group": "apps", "version": "v1", "kind": "Deployment"}]));
        assert_eq!(of("io.k8s.api.core.v1.PodList")["properties"]["items"]["items"]["$ref"], "#/definitions/io.k8s.api.core.v1.Pod");
        assert_eq!(of("io.k8s.apimachinery.pkg.util.intstr.IntOrString")["format"], "int-or-string");
    }

    /// Every kind has a definition, and so has the list of every kind that is stored.
    #[test]
    fn every_kind_is_defined() {
        let missing: Vec<String> = crate::Kind::ALL
            .iter()
            .map(|kind| kind.info())
            // What add-ons serve they describe themselves.
            .filter(|info| info.group != "metrics.k8s.io")
            .map(|info| super::super::definition_name(info.group, info.version, info.kind))
            .filter(|name| {
                let stored = !name.ends_with("Review") && !name.ends_with("TokenRequest");
                !definitions().contains_key(name) || (stored && !definitions().contains_key(&format!("{name}List")))
            })
            .collect();
        assert_eq!(missing, Vec::<String>::new());
    }
}
