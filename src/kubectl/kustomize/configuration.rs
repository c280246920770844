//! Where the transformers of a kustomization find what they change: the defaults, and what `configurations` and `crds` add.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/{plugins/builtinconfig,accumulator/loadconfigfromcrds.go}, as kubectl v1.36 uses them.
//! Simplified: nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{FieldSpec, Gvk, merge, sort};
use super::sort::place_of;
use crate::unstructured::text;

/// The lists by their names in a file, with those of the errors.
const LISTS: &[(&str, &str)] = &[
    ("namePrefix", "NamePrefix"), ("nameSuffix", "NameSuffix"), ("namespace", "NameSpace"), ("commonAnnotations", "CommonAnnotations"), ("commonLabels", "CommonLabels"),
    ("labels", "Labels"), ("templateLabels", "TemplateLabels"), ("varReference", "VarReference"), ("nameReference", "NameReference"), ("images", "Images"), ("replicas", "Replicas"),
];

#[derive(Clone, Debug, Default)]
pub(super) struct Configuration {
    pub lists: BTreeMap<&'static str, Vec<FieldSpec>>,
    /// Which objects are referred to, and where.
    pub references: Vec<(Gvk, Vec<FieldSpec>)>,
}

impl Configuration {
    pub fn list(&self, name: &str) -> &[FieldSpec] {
        self.lists.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn refer(&mut self, target: Gvk, from: Vec<FieldSpec>) {
        match self.references.iter_mut().find(|(known, _)| *known == target) {
            Some((_, known)) => known.extend(from),
            None => self.references.push((target, from)),
        }
    }

    /// A file of `configurations`.
    pub fn of(value: &Value) -> Result<Self, String> {
        let mut all = Configuration::default();
        for (field, value) in crate::unstructured::fields(value, "") {
            let Some((name, _)) = LISTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)) else {
                return Err(format!("error unmarshaling JSON: while decoding JSON: json: unknown field {field:?}"));
            };
            if *name == "nameReference" {
                for target in value.as_array().into_iter().flatten() {
                    all.references.push((Gvk::of_selector(target), FieldSpec::list(&target["fieldSpecs"])));
                }
            } else {
                all.lists.insert(name, FieldSpec::list(value));
            }
        }
        Ok(all)
    }

    pub fn merge(&mut self, more: &Configuration) -> Result<(), String> {
        for (name, in_errors) in LISTS {
            let failed = |why: String| format!("failed to merge {in_errors} fieldSpec: {why}");
            if *name == "nameReference" {
                for (target, from) in &more.references {
                    match self.references.iter_mut().find(|(known, _)| known == target) {
                        Some((_, known)) => merge(known, from).map_err(failed)?,
                        None => self.references.push((target.clone(), from.clone())),
                    }
                }
                self.references.sort_by_cached_key(|(target, _)| (place_of(&target.kind), target.key()));
            } else if let Some(from) = more.lists.get(name) {
                let list = self.lists.entry(name).or_default();
                merge(list, from).map_err(failed)?;
                sort(list);
            }
        }
        Ok(())
    }

    /// A file of `crds`: descriptions of types by their names, which say with extensions where labels and names are.
    pub fn of_types(types: &Value) -> Result<Self, String> {
        let mut all = Configuration::default();
        for (name, described) in crate::unstructured::fields(types, "") {
            let properties = &described["Schema"]["properties"];
            if ["kind", "apiVersion", "metadata"].iter().all(|field| properties.get(field).is_some()) {
                let kind = Gvk::new("", "", name.rsplit('.').next().unwrap_or_default());
                let mut found = Configuration::default();
                found.describe(&kind, types, name, "", 0)?;
                all.merge(&found)?;
            }
        }
        Ok(all)
    }

    fn describe(&mut self, kind: &Gvk, types: &Value, name: &str, above: &str, depth: usize) -> Result<(), String> {
        let Some(described) = types.get(name).filter(|_| depth < 32) else { return Ok(()) };
        for (field, property) in crate::unstructured::fields(described, "/Schema/properties") {
            let path = format!("{above}{field}");
            for (extension, list) in [("x-kubernetes-annotation", "commonAnnotations"), ("x-kubernetes-label-selector", "commonLabels"), ("x-kubernetes-identity", "namePrefix")] {
                if property.get(extension).is_some_and(Value::is_string) {
                    merge(self.lists.entry(list).or_default(), &[FieldSpec::new(kind.clone(), &path, false)])?;
                }
            }
            let (version, referred) = (property.get("x-kubernetes-object-ref-api-version"), property.get("x-kubernetes-object-ref-kind"));
            if let (Some(Value::String(version)), Some(Value::String(referred))) = (version, referred) {
                let key = property.get("x-kubernetes-object-ref-name-key").and_then(Value::as_str).unwrap_or("name");
                self.refer(Gvk::new("", version, referred), vec![FieldSpec::new(kind.clone(), &format!("{path}/{key}"), false)]);
            }
            let other = text(property, "/$ref");
            if !other.is_empty() {
                self.describe(kind, types, other, &format!("{path}/"), depth + 1)?;
            }
        }
        Ok(())
    }
}
