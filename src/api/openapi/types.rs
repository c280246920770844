//! The types that expressions see behind the definitions of the API, and behind the schemas of custom kinds as the API
//! publishes them.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/cel/openapi/{adaptor.go,extensions.go,resolver},
//! staging/src/k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder/builder.go (buildKubeNative), v1.36.
//! Simplified: nothing.

use std::rc::Rc;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::definition_name;
use super::definitions::definitions;
use crate::cel::{Described, Type, type_of};

const PREFIX: &str = "#/definitions/";
const OBJECT_META: &str = "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// What may be a text or a number, or anything at all, has no type: expressions do not find such fields.
const UNTYPED: &[&str] = &[
    "io.k8s.apimachinery.pkg.api.resource.Quantity", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray",
];
static ANYTHING: Value = Value::Null;
/// What stands for a type inside of itself.
static AGAIN: LazyLock<Value> = LazyLock::new(|| json!({"type": "object"}));

/// The type of a built-in kind, under a name for it; `None` if there is no such kind.
pub(crate) fn type_of_built_in(group: &str, version: &str, kind: &str, name: &str) -> Option<Type> {
    let definition = definition_name(group, version, kind);
    let (definition, value) = definitions().get_key_value(&definition)?;
    let is_it = |is: &Value| is["group"] == group && is["version"] == version && is["kind"] == kind;
    value["x-kubernetes-group-version-kind"].as_array().into_iter().flatten().find(|is| is_it(is))?;
    let within = Some(Rc::new(Within { definition, around: None }));
    Some(type_of(&Part { value, within }, true, name).unwrap_or(Type::Dyn))
}

/// The type of a custom kind of this schema, which may say nothing.
pub(crate) fn type_of_custom(schema: &Value, name: &str) -> Type {
    let mut published = if schema.is_object() { schema.clone() } else { json!({"type": "object"}) };
    add_metadata(&mut published);
    add_to_embedded(&mut published);
    type_of(&Part { value: &published, within: None }, true, name).unwrap_or(Type::Dyn)
}

/// What every object has, whatever its schema says of it.
fn add_metadata(schema: &mut Value) {
    for field in ["apiVersion", "kind"] {
        schema["properties"][field] = json!({"type": "string"});
    }
    schema["properties"]["metadata"] = json!({"$ref": OBJECT_META});
}

fn add_to_embedded(schema: &mut Value) {
    for inner in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flat_map(|properties| properties.values_mut()) {
        add_to_embedded(inner);
    }
    for below in ["items", "additionalProperties"] {
        schema.get_mut(below).filter(|inner| inner.is_object()).map(add_to_embedded);
    }
    if schema.get("x-kubernetes-embedded-resource") == Some(&Value::Bool(true)) {
        add_metadata(schema);
    }
}

/// The definitions that a part stands in, from the innermost.
struct Within<'a> {
    definition: &'a str,
    around: Option<Rc<Within<'a>>>,
}

/// A part of a definition, with the references to it followed.
struct Part<'a> {
    value: &'a Value,
    within: Option<Rc<Within<'a>>>,
}

impl<'a> Part<'a> {
    fn below(&self, value: &'a Value) -> Self {
        let around = self.within.clone();
        let Some(definition) = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix(PREFIX)) else {
            return Part { value, within: around };
        };
        let mut within = around.as_deref();
        while let Some(link) = within {
            if link.definition == definition {
                return Part { value: &AGAIN, within: around };
            }
            within = link.around.as_deref();
        }
        let described = definitions().get(definition).filter(|_| !UNTYPED.contains(&definition));
        let value = described.unwrap_or(&ANYTHING);
        Part { value, within: Some(Rc::new(Within { definition, around })) }
    }

    fn text(&self, field: &str) -> &str {
        self.value.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    fn is(&self, field: &str) -> bool {
        self.value.get(field) == Some(&Value::Bool(true))
    }

    fn schema(&self, field: &str) -> Option<Self> {
        self.value.get(field).filter(|inner| inner.is_object()).map(|inner| self.below(inner))
    }
}

impl Described for Part<'_> {
    fn type_name(&self) -> &str {
        self.text("type")
    }

    fn format(&self) -> &str {
        self.text("format")
    }

    fn is_int_or_string(&self) -> bool {
        self.format() == "int-or-string" || self.is("x-kubernetes-int-or-string")
    }

    fn is_embedded(&self) -> bool {
        self.is("x-kubernetes-embedded-resource")
    }

    fn items(&self) -> Option<Self> {
        self.schema("items")
    }

    fn values(&self) -> Option<Self> {
        self.schema("additionalProperties")
    }

    fn properties(&self) -> Vec<(&str, Self)> {
        let properties = self.value.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(|(name, inner)| (name.as_str(), self.below(inner))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cel::is_reserved;

    /// Every field that expressions find below a type, with its type.
    fn fields(of: &Type, found: &mut Vec<String>) {
        match of {
            Type::Object(object) => {
                for (field, of) in object.fields.iter().filter(|(field, _)| !is_reserved(field)) {
                    found.push(format!("{}.{field} {of}", object.name));
                    fields(of, found);
                }
            }
            Type::List(of) | Type::Map(_, of) => fields(of, found),
            _ => {}
        }
    }

    /// FNV-1a.
    fn hash(text: &str) -> u64 {
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// The types of all kinds, and of their lists, are those that Kubernetes 1.36.2 makes: a line of the recording has the hash of a
    /// kind's fields, their number and the kind.
    #[test]
    fn kinds_have_the_fields_that_kubernetes_finds_in_them() {
        let mut wrong = Vec::new();
        for line in include_str!("../../../tests/golden/expression-types.txt").lines() {
            let [wanted, count, kind_version, kind] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let (group, version) = kind_version.split_once('/').expect("a group and a version");
            let mut found = Vec::new();
            let of = type_of_built_in(group, version, kind, "T");
            of.iter().for_each(|of| fields(of, &mut found));
            found.sort();
            found.dedup();
            if format!("{:016x}", hash(&found.join("\n"))) != wanted {
                wrong.push(format!("{kind_version} {kind}: {} fields, not {count}", found.len()));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
