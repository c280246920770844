//! The transformers: what a kustomization, or a file of `transformers`, does to all of its objects.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/builtins, as kubectl v1.36 uses them.
//! Simplified: the transformers `IAMPolicyGenerator` and `ValueAddTransformer` are refused; where two entries of `labels` give the same
//! label, the reference changes all places of the first with the second.

use podarium_api::yaml::document;
use regex::Regex;
use serde_json::Value;

use super::fields::{FieldSpec, Gvk, Make, add_pairs, visit};
use super::load::Loader;
use super::patches::{Patch, merge_each, strategic};
use super::path::written;
use super::resource::{Resource, called};
use super::{hash, replacements};
use crate::failure::{Outcome, fail, not_simulated};
use crate::kubectl::Kubectl;
use crate::printers::json;
use crate::unstructured::{flag, strings, text};

#[derive(Debug)]
pub(super) enum Transformer {
    Namespace { namespace: String, specs: Vec<FieldSpec>, unset_only: bool, subjects: String },
    Affix { prefix: String, suffix: String, specs: Vec<FieldSpec> },
    Labels { pairs: Vec<(String, String)>, specs: Vec<FieldSpec> },
    Annotations { pairs: Vec<(String, String)>, specs: Vec<FieldSpec> },
    Patch(Box<Patch>),
    Merge(Vec<Value>),
    Replacements(Vec<Value>),
    Replicas { name: String, count: Value, specs: Vec<FieldSpec> },
    Images { image: Value, specs: Vec<FieldSpec> },
    Hashes,
}

impl Transformer {
    /// By its kind; nothing if there is none of this kind.
    pub fn of(kubectl: &mut Kubectl<'_, '_>, loader: &Loader, kind: &str, config: &Value) -> Outcome<Option<Self>> {
        let specs = || FieldSpec::list(&config["fieldSpecs"]);
        let pairs = |field: &str| strings(config, field).into_iter().collect();
        Ok(Some(match kind {
            "NamespaceTransformer" => {
                let subjects = text(config, "/setRoleBindingSubjects");
                if !matches!(subjects, "" | "defaultOnly" | "none" | "allServiceAccounts") {
                    return fail(format!("invalid value {subjects:?} for setRoleBindingSubjects: must be one of \"defaultOnly\", \"none\" or \"allServiceAccounts\""));
                }
                Transformer::Namespace { namespace: text(config, "/metadata/namespace").to_owned(), specs: specs(), unset_only: flag(config, "/unsetOnly"), subjects: subjects.to_owned() }
            }
            "PrefixTransformer" | "SuffixTransformer" if !config["fieldSpecs"].is_array() => return fail("fieldSpecs is not expected to be nil"),
            "PrefixTransformer" => Transformer::Affix { prefix: text(config, "/prefix").to_owned(), suffix: String::new(), specs: specs() },
            "SuffixTransformer" => Transformer::Affix { prefix: String::new(), suffix: text(config, "/suffix").to_owned(), specs: specs() },
            "LabelTransformer" => Transformer::Labels { pairs: pairs("/labels"), specs: specs() },
            "AnnotationsTransformer" => Transformer::Annotations { pairs: pairs("/annotations"), specs: specs() },
            "PatchTransformer" => Transformer::Patch(Box::new(Patch::of(kubectl, loader, config)?)),
            "PatchJson6902Transformer" => Transformer::Patch(Box::new(Patch::of_operations(kubectl, loader, config)?)),
            "PatchStrategicMergeTransformer" => Transformer::Merge(strategic(kubectl, loader, config)?),
            "ReplacementTransformer" => Transformer::Replacements(replacements::read(kubectl, loader, config)?),
            "ReplicaCountTransformer" => Transformer::Replicas { name: text(config, "/replica/name").to_owned(), count: crate::unstructured::int(config, "/replica/count").unwrap_or(0).into(), specs: specs() },
            "ImageTagTransformer" => Transformer::Images { image: config["imageTag"].clone(), specs: specs() },
            "HashTransformer" => Transformer::Hashes,
            "ValueAddTransformer" | "IAMPolicyGenerator" => return not_simulated(format!("the {kind} of kustomize")),
            _ => return Ok(None),
        }))
    }

    pub fn apply(&self, resources: &mut Vec<Resource>) -> Outcome<()> {
        match self {
            Transformer::Namespace { namespace, .. } if namespace.is_empty() => Ok(()),
            Transformer::Namespace { namespace, specs, unset_only, subjects } => set_namespaces(namespace, specs, *unset_only, subjects, resources),
            Transformer::Affix { prefix, suffix, specs } => resources.iter_mut().try_for_each(|one| affix(one, prefix, suffix, specs)).or_else(fail),
            Transformer::Labels { pairs, specs } | Transformer::Annotations { pairs, specs } => resources.iter_mut().try_for_each(|one| add_pairs(&mut one.object, specs, pairs)).or_else(fail),
            Transformer::Patch(patch) => patch.apply(resources),
            Transformer::Merge(objects) => merge_each(objects, resources),
            Transformer::Replacements(all) => replacements::apply(all, resources),
            Transformer::Replicas { name, count, specs } => set_replicas(name, count, specs, resources),
            Transformer::Images { image, specs } => resources.iter_mut().filter(|one| one.kind() != "CustomResourceDefinition").try_for_each(|one| set_images(one, image, specs)).or_else(fail),
            Transformer::Hashes => {
                for one in resources.iter_mut().filter(|one| one.hashes) {
                    one.remember();
                    one.rename(format!("{}-{}", one.name(), hash(&one.object, "")));
                }
                Ok(())
            }
        }
    }
}

fn set_namespaces(namespace: &str, specs: &[FieldSpec], unset_only: bool, subjects: &str, resources: &mut [Resource]) -> Outcome<()> {
    let mut set = |value: &mut Value| {
        if !(unset_only && value.as_str().is_some_and(|old| !old.is_empty())) {
            *value = namespace.into();
        }
        Ok(())
    };
    for at in 0..resources.len() {
        let one = &mut resources[at];
        one.remember();
        let id = one.id();
        let binding = matches!(one.kind(), "RoleBinding" | "ClusterRoleBinding");
        if !id.is_cluster_wide() {
            visit(&mut one.object, &FieldSpec::new(Gvk::default(), "metadata/namespace", true), Make::Text, &mut set).or_else(fail)?;
        }
        if binding {
            for subject in one.object["subjects"].as_array_mut().into_iter().flatten() {
                let chosen = match subjects {
                    "none" => false,
                    "allServiceAccounts" => text(subject, "/kind") == "ServiceAccount",
                    _ => text(subject, "/name") == "default",
                };
                if chosen {
                    set(&mut subject["namespace"]).or_else(fail)?;
                }
            }
        }
        let core = text(&one.object, "/apiVersion") == "v1";
        for spec in specs {
            let own = spec.path == "metadata/namespace" || spec.path == "metadata/name" && !core;
            let by_subjects = binding && spec.path == "subjects/namespace" && matches!(spec.of.kind.as_str(), "RoleBinding" | "ClusterRoleBinding");
            if !own && !by_subjects {
                visit(&mut one.object, spec, Make::Text, &mut set).or_else(|why| fail(format!("namespace transformation failed: {why}")))?;
            }
        }
        let id = one.id();
        let same: Vec<&Resource> = resources.iter().filter(|other| other.id().equals(&id)).collect();
        if same.len() != 1 {
            let shown: Vec<String> = same.iter().map(|one| json::compact_in(&one.with_previous(), json::Order::Names)).collect();
            return fail(format!("namespace transformation produces ID conflict: [{}]", shown.join(" ")));
        }
    }
    Ok(())
}

fn affix(one: &mut Resource, prefix: &str, suffix: &str, specs: &[FieldSpec]) -> Result<(), String> {
    let original = one.original_id().gvk;
    let keeps = matches!(original.kind.as_str(), "Namespace" | "CustomResourceDefinition") || original.kind == "APIService" && original.group == "apiregistration.k8s.io";
    for spec in specs.iter().filter(|spec| !keeps && original.is_selected_by(&spec.of)) {
        if spec.path == "metadata/name" && !(prefix.is_empty() && suffix.is_empty()) {
            one.prefixes.extend((!prefix.is_empty()).then(|| prefix.to_owned()));
            one.suffixes.extend((!suffix.is_empty()).then(|| suffix.to_owned()));
            one.remember();
        }
        visit(&mut one.object, spec, Make::Text, &mut |value| {
            *value = format!("{prefix}{}{suffix}", if value.is_null() { String::new() } else { written(value) }).into();
            Ok(())
        })?;
    }
    Ok(())
}

fn set_replicas(name: &str, count: &Value, specs: &[FieldSpec], resources: &mut [Resource]) -> Outcome<()> {
    let mut found = false;
    for spec in specs {
        for at in called(resources, |id| id.name == name && id.gvk.is_selected_by(&spec.of)) {
            found = true;
            let set = &mut |value: &mut Value| {
                *value = count.clone();
                Ok(())
            };
            visit(&mut resources[at].object, spec, Make::Text, set).or_else(fail)?;
        }
    }
    if found {
        return Ok(());
    }
    let kinds: Vec<String> = specs.iter().map(|spec| spec.of.to_string()).collect();
    fail(format!("resource with name {name} does not match a config with the following GVK [{}]", kinds.join(" ")))
}

/// Images of containers wherever they are, and then at the places that are known.
fn set_images(one: &mut Resource, image: &Value, specs: &[FieldSpec]) -> Result<(), String> {
    let set = &mut |value: &mut Value| {
        match &*value {
            Value::Object(_) | Value::Array(_) => return Err(super::path::wrong_kind("ScalarNode", value)),
            Value::Null => {}
            scalar => {
                if let Some(changed) = image_after(&written(scalar), image) {
                    *value = changed.into();
                }
            }
        }
        Ok(())
    };
    in_containers(&mut one.object, set)?;
    specs.iter().try_for_each(|spec| visit(&mut one.object, spec, Make::Nothing, set))
}

fn in_containers(value: &mut Value, set: &mut dyn FnMut(&mut Value) -> Result<(), String>) -> Result<(), String> {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                in_containers(inner, set)?;
                if matches!(name.as_str(), "containers" | "initContainers") {
                    for container in inner.as_array_mut().into_iter().flatten() {
                        if let Some(image) = container.get_mut("image") {
                            set(image)?;
                        }
                    }
                }
            }
            Ok(())
        }
        Value::Array(all) => all.iter_mut().try_for_each(|one| in_containers(one, set)),
        _ => Ok(()),
    }
}

/// `name:tag@digest`, of which the entry may change each part; nothing if it is for another image.
fn image_after(image: &str, entry: &Value) -> Option<String> {
    let pattern = format!("^{}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$", text(entry, "/name"));
    if !Regex::new(&pattern).is_ok_and(|regex| regex.is_match(image)) {
        return None;
    }
    let (rest, digest) = image.split_once('@').unwrap_or((image, ""));
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (rest, ""),
    };
    let given = |field: &str| text(entry, field);
    let name = if given("/newName").is_empty() { name } else { given("/newName") };
    let (tag, digest) = match (given("/newTag"), given("/digest"), given("/tagSuffix")) {
        ("", "", "") => (tag.to_owned(), digest),
        ("", "", suffix) => (format!("{tag}{suffix}"), ""),
        (new, digest, _) => (new.to_owned(), digest),
    };
    let part = |mark: &str, part: &str| if part.is_empty() { String::new() } else { format!("{mark}{part}") };
    Some(format!("{name}{}{}", part(":", &tag), part("@", digest)))
}

/// What is said of a builtin transformer that cannot be configured.
pub(super) fn trouble(kind: &str, config: &Value, why: &str) -> String {
    format!("trouble configuring builtin {kind} with config: `\n{}`: {why}", document(config))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_of_an_image_are_changed() {
        for (image, entry, after) in [
            ("nginx:1", json!({"name": "nginx", "newTag": "2"}), Some("nginx:2")),
            ("reg:5000/nginx", json!({"name": "reg:5000/nginx", "newName": "x"}), Some("x")),
            ("nginx:1@sha256:a", json!({"name": "nginx", "digest": "sha256:b"}), Some("nginx@sha256:b")),
            ("nginx:1", json!({"name": "redis", "newTag": "2"}), None),
        ] {
            assert_eq!(image_after(image, &entry).as_deref(), after, "{image}");
        }
    }
}
