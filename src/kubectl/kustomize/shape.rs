//! The fields of a kustomization and their types. Their names may be written in capitals, as Go reads them.
//!
//! Models: sigs.k8s.io/kustomize/api/types, as kubectl v1.36 uses them.
//! Simplified: the fields of charts are not looked at.

use podarium_api::decode::go_kind;
use serde_json::Value;

enum Shape {
    Any,
    Text,
    Flag,
    /// With the name of its type.
    Number(&'static str),
    Texts,
    Pairs,
    One(&'static Struct),
    List(&'static Struct),
}

/// A type of Go: its name, and its fields with the types that they are embedded by.
struct Struct {
    name: &'static str,
    fields: &'static [(&'static str, &'static str, Shape)],
}

const FIELD_SPEC: Struct = Struct { name: "FieldSpec", fields: &[("group", "Gvk.", Shape::Text), ("version", "Gvk.", Shape::Text), ("kind", "Gvk.", Shape::Text), ("path", "", Shape::Text), ("create", "", Shape::Flag)] };
const LABEL: Struct = Struct { name: "Label", fields: &[("pairs", "", Shape::Pairs), ("includeSelectors", "", Shape::Flag), ("includeTemplates", "", Shape::Flag), ("fields", "", Shape::List(&FIELD_SPEC))] };
const SELECTOR: Struct = Struct {
    name: "Selector",
    fields: &[
        ("group", "ResId.Gvk.", Shape::Text), ("version", "ResId.Gvk.", Shape::Text), ("kind", "ResId.Gvk.", Shape::Text), ("name", "ResId.", Shape::Text), ("namespace", "ResId.", Shape::Text),
        ("annotationSelector", "", Shape::Text), ("labelSelector", "", Shape::Text),
    ],
};
const PATCH_OPTIONS: Struct = Struct { name: "PatchArgs", fields: &[("allowNameChange", "", Shape::Flag), ("allowKindChange", "", Shape::Flag)] };
const PATCH: Struct = Struct { name: "Patch", fields: &[("path", "", Shape::Text), ("patch", "", Shape::Text), ("target", "", Shape::One(&SELECTOR)), ("options", "", Shape::One(&PATCH_OPTIONS))] };
const IMAGE: Struct = Struct { name: "Image", fields: &[("name", "", Shape::Text), ("newName", "", Shape::Text), ("tagSuffix", "", Shape::Text), ("newTag", "", Shape::Text), ("digest", "", Shape::Text)] };
const REPLICA: Struct = Struct { name: "Replica", fields: &[("name", "", Shape::Text), ("count", "", Shape::Number("int64"))] };
const FIELD_OPTIONS: Struct = Struct { name: "FieldOptions", fields: &[("delimiter", "", Shape::Text), ("index", "", Shape::Number("int")), ("encoding", "", Shape::Text), ("create", "", Shape::Flag)] };
const SOURCE: Struct = Struct {
    name: "SourceSelector",
    fields: &[
        ("group", "ResId.Gvk.", Shape::Text), ("version", "ResId.Gvk.", Shape::Text), ("kind", "ResId.Gvk.", Shape::Text), ("name", "ResId.", Shape::Text), ("namespace", "ResId.", Shape::Text),
        ("fieldPath", "", Shape::Text), ("options", "", Shape::One(&FIELD_OPTIONS)),
    ],
};
const TARGET: Struct = Struct { name: "TargetSelector", fields: &[("select", "", Shape::One(&SELECTOR)), ("reject", "", Shape::List(&SELECTOR)), ("fieldPaths", "", Shape::Texts), ("options", "", Shape::One(&FIELD_OPTIONS))] };
const REPLACEMENT: Struct = Struct { name: "ReplacementField", fields: &[("path", "", Shape::Text), ("source", "Replacement.", Shape::One(&SOURCE)), ("targets", "Replacement.", Shape::List(&TARGET)), ("sourceValue", "Replacement.", Shape::Text)] };
const REFERRED: Struct = Struct { name: "Target", fields: &[("apiVersion", "", Shape::Text), ("group", "Gvk.", Shape::Text), ("version", "Gvk.", Shape::Text), ("kind", "Gvk.", Shape::Text), ("name", "", Shape::Text), ("namespace", "", Shape::Text)] };
const FIELD: Struct = Struct { name: "FieldSelector", fields: &[("fieldPath", "", Shape::Text)] };
const VARIABLE: Struct = Struct { name: "Var", fields: &[("name", "", Shape::Text), ("objref", "", Shape::One(&REFERRED)), ("fieldref", "", Shape::One(&FIELD))] };
const ORDER: Struct = Struct { name: "LegacySortOptions", fields: &[("orderFirst", "", Shape::Texts), ("orderLast", "", Shape::Texts)] };
const SORT: Struct = Struct { name: "SortOptions", fields: &[("order", "", Shape::Text), ("legacySortOptions", "", Shape::One(&ORDER))] };
const OPTIONS: Struct = Struct { name: "GeneratorOptions", fields: &[("labels", "", Shape::Pairs), ("annotations", "", Shape::Pairs), ("disableNameSuffixHash", "", Shape::Flag), ("immutable", "", Shape::Flag)] };
const SOURCES: &str = "GeneratorArgs.KvPairSources.";
const CONFIG_MAP: Struct = Struct {
    name: "ConfigMapArgs",
    fields: &[
        ("namespace", "GeneratorArgs.", Shape::Text), ("name", "GeneratorArgs.", Shape::Text), ("behavior", "GeneratorArgs.", Shape::Text), ("literals", SOURCES, Shape::Texts), ("files", SOURCES, Shape::Texts),
        ("envs", SOURCES, Shape::Texts), ("env", SOURCES, Shape::Text), ("options", "GeneratorArgs.", Shape::One(&OPTIONS)),
    ],
};
const SECRET: Struct = Struct {
    name: "SecretArgs",
    fields: &[
        ("namespace", "GeneratorArgs.", Shape::Text), ("name", "GeneratorArgs.", Shape::Text), ("behavior", "GeneratorArgs.", Shape::Text), ("literals", SOURCES, Shape::Texts), ("files", SOURCES, Shape::Texts),
        ("envs", SOURCES, Shape::Texts), ("env", SOURCES, Shape::Text), ("options", "GeneratorArgs.", Shape::One(&OPTIONS)), ("type", "", Shape::Text),
    ],
};
const METADATA: Struct = Struct { name: "ObjectMeta", fields: &[("name", "", Shape::Text), ("namespace", "", Shape::Text), ("labels", "", Shape::Pairs), ("annotations", "", Shape::Pairs)] };
const KUSTOMIZATION: Struct = Struct {
    name: "Kustomization",
    fields: &[
        ("apiVersion", "TypeMeta.", Shape::Text), ("kind", "TypeMeta.", Shape::Text), ("metadata", "", Shape::One(&METADATA)), ("openapi", "", Shape::Pairs), ("namePrefix", "", Shape::Text), ("nameSuffix", "", Shape::Text),
        ("namespace", "", Shape::Text), ("commonLabels", "", Shape::Pairs), ("labels", "", Shape::List(&LABEL)), ("commonAnnotations", "", Shape::Pairs), ("patchesStrategicMerge", "", Shape::Texts),
        ("patchesJson6902", "", Shape::List(&PATCH)), ("patches", "", Shape::List(&PATCH)), ("images", "", Shape::List(&IMAGE)), ("imageTags", "", Shape::List(&IMAGE)),
        ("replacements", "", Shape::List(&REPLACEMENT)), ("replicas", "", Shape::List(&REPLICA)), ("vars", "", Shape::List(&VARIABLE)), ("sortOptions", "", Shape::One(&SORT)), ("resources", "", Shape::Texts),
        ("components", "", Shape::Texts), ("crds", "", Shape::Texts), ("bases", "", Shape::Texts), ("configMapGenerator", "", Shape::List(&CONFIG_MAP)), ("secretGenerator", "", Shape::List(&SECRET)),
        ("helmGlobals", "", Shape::Any), ("helmCharts", "", Shape::Any), ("helmChartInflationGenerator", "", Shape::Any), ("generatorOptions", "", Shape::One(&OPTIONS)), ("configurations", "", Shape::Texts),
        ("generators", "", Shape::Texts), ("transformers", "", Shape::Texts), ("validators", "", Shape::Texts), ("buildMetadata", "", Shape::Texts),
    ],
};

/// The first fault by the names of the fields, as Go says it. The names of fields are as they should be afterwards.
pub(super) fn check(kustomization: &mut Value) -> Result<(), String> {
    match kustomization {
        Value::Null => Ok(()),
        Value::Object(_) => KUSTOMIZATION.check(kustomization, ""),
        other => Err(format!("json: cannot unmarshal {} into Go value of type types.Kustomization", go_kind(other))),
    }
}

impl Struct {
    fn check(&self, value: &mut Value, above: &str) -> Result<(), String> {
        let Some(fields) = value.as_object_mut() else { return Ok(()) };
        let mut names: Vec<String> = fields.keys().cloned().collect();
        names.sort();
        for name in names {
            let Some((known, embedded, shape)) = self.fields.iter().find(|(known, ..)| known.eq_ignore_ascii_case(&name)) else {
                return Err(format!("json: unknown field {name:?}"));
            };
            let mut value = fields.remove(&name).unwrap_or_default();
            shape.check(&mut value, self.name, &format!("{above}{embedded}{known}"))?;
            fields.insert((*known).to_owned(), value);
        }
        Ok(())
    }
}

impl Shape {
    fn check(&self, value: &mut Value, of: &str, path: &str) -> Result<(), String> {
        let wrong = |value: &Value, wanted: &str| if value.is_null() { Ok(()) } else { Err(format!("json: cannot unmarshal {} into Go struct field {of}.{path} of type {wanted}", go_kind(value))) };
        match (self, value) {
            (Shape::Any, _) | (Shape::Text, Value::String(_)) | (Shape::Flag, Value::Bool(_)) | (Shape::Number(_), Value::Number(_)) => Ok(()),
            (Shape::Texts, Value::Array(all)) => all.iter().filter(|one| !one.is_string()).try_for_each(|one| wrong(one, "string")),
            (Shape::Pairs, Value::Object(all)) => all.values().filter(|one| !one.is_string()).try_for_each(|one| wrong(one, "string")),
            (Shape::One(inner), value @ Value::Object(_)) => inner.check(value, &format!("{path}.")),
            (Shape::List(inner), Value::Array(all)) => all.iter_mut().try_for_each(|one| if one.is_object() { inner.check(one, &format!("{path}.")) } else { wrong(one, &format!("types.{}", inner.name)) }),
            (Shape::Text, value) => wrong(value, "string"),
            (Shape::Flag, value) => wrong(value, "bool"),
            (Shape::Number(kind), value) => wrong(value, kind),
            (Shape::Texts, value) => wrong(value, "[]string"),
            (Shape::Pairs, value) => wrong(value, "map[string]string"),
            (Shape::One(inner), value) => wrong(value, &format!("types.{}", inner.name)),
            (Shape::List(inner), value) => wrong(value, &format!("[]types.{}", inner.name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_have_names_and_types() {
        for (mut kustomization, fault) in [
            (json!({"resources": ["a"], "nameprefix": "p-"}), Ok(())),
            (json!({"nonsense": 1}), Err("json: unknown field \"nonsense\"")),
            (json!({"patches": [{"pth": "a"}]}), Err("json: unknown field \"pth\"")),
            (json!({"commonLabels": {"a": true}}), Err("json: cannot unmarshal bool into Go struct field Kustomization.commonLabels of type string")),
            (json!({"images": [{"name": "a", "newTag": 2}]}), Err("json: cannot unmarshal number into Go struct field Image.images.newTag of type string")),
            (json!({"secretGenerator": [{"options": {"labels": {"x": true}}}]}), Err("json: cannot unmarshal bool into Go struct field GeneratorOptions.secretGenerator.GeneratorArgs.options.labels of type string")),
        ] {
            assert_eq!(check(&mut kustomization), fault.map_err(str::to_owned), "{kustomization}");
        }
    }
}
