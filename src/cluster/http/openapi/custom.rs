//! Custom kinds in the description of the API: the schemas of their definitions, with what every object has.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder/builder.go, v1.36.
//! Simplified: in version 2 a schema is as in version 3, without the rewriting that old clients want; metadata of embedded
//! objects are described by their schema alone; a list has the one description.

use podarium_api::custom::Definition;
use podarium_api::openapi::{components, definition_name};
use podarium_api::{CustomResourceDefinition, Kind, Resource as _};
use serde_json::{Map, Value, json};

use super::super::discovery::GroupVersion;
use crate::store::Store;

const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const LIST_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta";
const LISTS: &str = "io.k8s.api.core.v1.ConfigMapList";

/// The definitions that those of custom kinds refer to.
pub(super) const REFERRED: &[&str] = &[OBJECT_META, LIST_META, "io.k8s.api.autoscaling.v1.Scale"];

/// What bodies of custom kinds are written in: not in protobuf, and a patch has no strategy. kubectl believes it.
const FORMS: &[&str] = &["*/*", "application/json", "application/yaml", "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

/// Leaves only these forms in the description of a path.
pub(super) fn keep_forms(value: &mut Value) {
    let Some(fields) = value.as_object_mut() else { return };
    for (name, value) in fields {
        match value {
            Value::Object(forms) if name == "content" => forms.retain(|form, _| FORMS.contains(&form.as_str())),
            Value::Array(forms) if matches!(name.as_str(), "consumes" | "produces") => forms.retain(|form| form.as_str().is_some_and(|form| FORMS.contains(&form))),
            other => keep_forms(other),
        }
    }
}

/// Whether the group is one of custom kinds.
pub(super) fn is_group(group: &str, store: &Store) -> bool {
    !Kind::ALL.iter().any(|kind| kind.info().group == group)
        && store.list(Kind::CustomResourceDefinition, None).filter_map(CustomResourceDefinition::from_object).any(|definition| definition.spec.group == group)
}

/// The definitions of the kinds of one version, and of their lists. `prefix` is where references lead.
pub(super) fn definitions(group: &str, version: &GroupVersion, store: &Store, prefix: &str) -> Map<String, Value> {
    let mut found = Map::new();
    for plural in version.resources.keys() {
        let Some(definition) = store.definition(group, plural).and_then(|definition| definition.definitions.served(&version.version)) else { continue };
        let name = definition_name(group, &version.version, definition.info().kind);
        found.insert(format!("{name}List"), list(definition, &name, prefix));
        found.insert(name, object(definition, prefix));
    }
    found
}

/// What every object says of itself, with the words that lists of built-in kinds have for it.
fn type_fields() -> (Value, Value) {
    let lists = components([LISTS]);
    let field = |name: &str| lists.get(LISTS).map(|list| list["properties"][name].clone()).unwrap_or_default();
    (field("apiVersion"), field("kind"))
}

fn refer(prefix: &str, to: &str, description: &str) -> Value {
    let reference = json!({"$ref": format!("{prefix}{to}")});
    // A reference has no siblings in version 3.
    let mut field = if prefix.contains("components") { json!({"allOf": [reference]}) } else { reference };
    field["description"] = description.into();
    field
}

fn of(definition: &Definition, kind: &str) -> Value {
    let info = definition.info();
    json!([{"group": info.group, "version": info.version, "kind": kind}])
}

fn object(definition: &Definition, prefix: &str) -> Value {
    let mut schema = definition.schema_value().clone();
    // What keeps unknown fields version 2 describes as any object; clients would complain of them.
    if !prefix.contains("components") && schema["x-kubernetes-preserve-unknown-fields"] == true {
        return json!({"type": "object", "x-kubernetes-group-version-kind": of(definition, definition.info().kind)});
    }
    if !schema.is_object() {
        schema = json!({"type": "object"});
    }
    let (api_version, kind) = type_fields();
    let metadata = "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
    schema["properties"]["apiVersion"] = api_version;
    schema["properties"]["kind"] = kind;
    schema["properties"]["metadata"] = refer(prefix, OBJECT_META, metadata);
    schema["x-kubernetes-group-version-kind"] = of(definition, definition.info().kind);
    schema
}

fn list(definition: &Definition, name: &str, prefix: &str) -> Value {
    let (api_version, kind) = type_fields();
    let (items, plural) = (json!({"$ref": format!("{prefix}{name}")}), definition.info().plural);
    let metadata = "Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds";
    json!({
        "type": "object",
        "description": format!("{} is a list of {}", definition.list_kind(), definition.info().kind),
        "required": ["items"],
        "properties": {
            "apiVersion": api_version,
            "kind": kind,
            "metadata": refer(prefix, LIST_META, metadata),
            "items": {"type": "array", "description": format!("List of {plural}. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md"), "items": items},
        },
        "x-kubernetes-group-version-kind": of(definition, definition.list_kind()),
    })
}
