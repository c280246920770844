//! `patches`, `patchesStrategicMerge` and `patchesJson6902`.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/builtins/Patch*Transformer.go, as kubectl v1.36 uses them.
//! Simplified: the options of a patch (`allowNameChange`, `allowKindChange`) are refused.

use podarium_api::Kind;
use podarium_api::patch::{PatchType, apply, json_operations};
use podarium_api::selector::LabelSelector;
use podarium_api::yaml::document;
use regex::Regex;
use serde_json::{Value, json};

use super::resource::Resource;
use crate::failure::{Outcome, caught, fail, not_simulated};
use crate::kubectl::Kubectl;
use crate::manifest;
use crate::unstructured::{name, namespace, strings, text};

/// One entry of `patches`: its text, and the objects that it is for.
pub(super) fn patch(kubectl: &mut Kubectl<'_, '_>, root: &str, entry: &Value, resources: &mut Vec<Resource>) -> Outcome<()> {
    if entry.get("options").is_some_and(|options| !options.is_null()) {
        return not_simulated("the options of a patch of a kustomization");
    }
    let transformer = "PatchTransformer";
    let (inline, path) = (text(entry, "/patch"), text(entry, "/path"));
    let source = match (inline.is_empty(), path.is_empty()) {
        (true, true) => return trouble(transformer, entry, &format!("must specify one of patch and path in\n{}", document(entry))),
        (false, false) => return trouble(transformer, entry, &format!("patch and path can't be set at the same time\n{}", document(entry))),
        (false, true) => inline.to_owned(),
        (true, false) => match caught(super::load::read(kubectl, root, path))? {
            Ok(source) => source,
            Err(failure) => return trouble(transformer, entry, &format!("failed to get the patch file from path({path}): {failure}")),
        },
    };
    match documents(&source, path) {
        Ok(documents) => apply_all(documents, &shown(&source, path), &entry["target"], resources),
        Err(why) => trouble(transformer, entry, &why),
    }
}

/// One entry of `patchesJson6902`.
pub(super) fn json_patch(kubectl: &mut Kubectl<'_, '_>, root: &str, entry: &Value, resources: &mut Vec<Resource>) -> Outcome<()> {
    let transformer = "PatchJson6902Transformer";
    let (inline, path) = (text(entry, "/patch"), text(entry, "/path"));
    let mut config = entry.clone();
    if !inline.is_empty() {
        config["jsonOp"] = inline.into();
        config.as_object_mut().map(|config| config.remove("patch"));
    }
    let source = match path {
        "" => inline.to_owned(),
        path => match caught(super::load::read(kubectl, root, path))? {
            Ok(source) => source,
            Err(failure) => return trouble(transformer, &config, &failure.to_string()),
        },
    };
    match documents(&source, path) {
        Ok(documents) if documents.iter().all(|one| one.as_array().is_some_and(Vec::is_empty)) => {
            trouble(transformer, &config, &format!("patch appears to be empty; file={path}, JsonOp={inline}"))
        }
        Ok(documents) => apply_all(documents, &shown(&source, path), &entry["target"], resources),
        Err(why) => trouble(transformer, &config, &why),
    }
}

/// One entry of `patchesStrategicMerge`: a path, or a text.
pub(super) fn strategic_patch(kubectl: &mut Kubectl<'_, '_>, root: &str, entry: &str, resources: &mut Vec<Resource>) -> Outcome<()> {
    let (source, path) = match entry.contains('\n') {
        true => (entry.to_owned(), ""),
        false => match caught(super::load::read(kubectl, root, entry))? {
            Ok(source) => (source, entry),
            Err(failure) => return trouble("PatchStrategicMergeTransformer", &json!({"paths": [entry]}), &failure.to_string()),
        },
    };
    let documents = documents(&source, path).or_else(fail)?;
    apply_all(documents, &shown(&source, path), &Value::Null, resources)
}

/// What is said of an entry from which nothing can be made.
fn trouble(transformer: &str, entry: &Value, why: &str) -> Outcome<()> {
    fail(format!("trouble configuring builtin {transformer} with config: `\n{}`: {why}", document(entry)))
}

fn shown(source: &str, path: &str) -> String {
    if path.is_empty() { format!("[patch: {:?}]", source.trim_end_matches('\n')) } else { format!("[path: {path:?}]") }
}

/// A text that is a list of operations or one or more partial objects.
fn documents(source: &str, path: &str) -> Result<Vec<Value>, String> {
    let (documents, error) = manifest::resources(source.as_bytes());
    let good = |document: &Value| document.is_object() || document.as_array().is_some_and(|operations| operations.iter().all(Value::is_object));
    if error.is_some() || documents.is_empty() || !documents.iter().all(good) {
        return Err(format!("unable to parse SM or JSON patch from {}", shown(source, path)));
    }
    Ok(documents)
}

fn apply_all(documents: Vec<Value>, shown: &str, target: &Value, resources: &mut Vec<Resource>) -> Outcome<()> {
    for document in documents {
        let wanted: Vec<usize> = if target.is_null() { own_target(&document, resources)? } else { targets(target, resources)? };
        if document.is_array() && target.is_null() {
            return fail(format!("must specify a target for JSON patch {shown}"));
        }
        for at in wanted.into_iter().rev() {
            if text(&document, "/$patch") == "delete" {
                resources.remove(at);
                continue;
            }
            let resource = &mut resources[at];
            resource.object = patched(resource, &document)?;
        }
    }
    Ok(())
}

fn patched(resource: &Resource, patch: &Value) -> Outcome<Value> {
    let known = Kind::ALL.iter().copied().find(|kind| {
        let info = kind.info();
        info.group == resource.group() && info.version == resource.version() && info.kind == resource.kind()
    });
    if let Some(operations) = patch.as_array() {
        return json_operations(&resource.object, operations).or_else(|undone| fail(undone.text()));
    }
    let of = if known.is_some() { PatchType::Strategic } else { PatchType::Merge };
    match apply(known.unwrap_or(Kind::ConfigMap), of, &resource.object, patch) {
        Ok(mut object) => {
            // The name and the kind of a partial object say whom it is for, and change nothing.
            for pointer in ["apiVersion", "kind"] {
                object[pointer] = resource.object[pointer].clone();
            }
            object["metadata"]["name"] = resource.object["metadata"]["name"].clone();
            new_ones_first(&resource.object, &mut object);
            Ok(object)
        }
        Err(status) => fail(status.message().to_owned()),
    }
}

/// Elements that a patch adds to a list of named things stand before those that were there.
fn new_ones_first(before: &Value, after: &mut Value) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (field, value) in after {
                if let Some(old) = before.get(field) {
                    new_ones_first(old, value);
                }
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            let Some(key) = ["name", "containerPort", "mountPath", "port", "ip"].into_iter().find(|key| !before.is_empty() && before.iter().all(|one| one.get(key).is_some())) else { return };
            let old = |one: &Value| before.iter().find(|old| old.get(key) == one.get(key));
            for one in after.iter_mut() {
                if let Some(old) = old(&one.clone()) {
                    new_ones_first(old, one);
                }
            }
            after.sort_by_key(|one| old(one).is_some());
        }
        _ => {}
    }
}

/// The object that a partial object names.
fn own_target(patch: &Value, resources: &[Resource]) -> Outcome<Vec<usize>> {
    let fits = |one: &Resource| {
        one.kind() == text(patch, "/kind")
            && text(&one.object, "/apiVersion") == text(patch, "/apiVersion")
            && one.was_called(name(patch))
            && (namespace(patch).is_empty() || namespace(patch) == one.namespace())
    };
    let found: Vec<usize> = resources.iter().enumerate().filter(|(_, one)| fits(one)).map(|(at, _)| at).collect();
    if found.is_empty() && patch.is_object() {
        return fail(format!("no resource matches strategic merge patch {:?}: no matches for Id {}; failed to find unique target for patch {}", short_id(patch), Resource::new(patch.clone()).id(), Resource::new(patch.clone()).id()));
    }
    Ok(found)
}

fn short_id(patch: &Value) -> String {
    Resource::new(patch.clone()).id()
}

/// The objects that a `target` selects.
fn targets(target: &Value, resources: &[Resource]) -> Outcome<Vec<usize>> {
    let selector = |field: &str| -> Outcome<Option<LabelSelector>> {
        match text(target, &format!("/{field}")) {
            "" => Ok(None),
            given => LabelSelector::parse(given).map(Some).or_else(|error| fail(error.0)),
        }
    };
    let (labels, annotations) = (selector("labelSelector")?, selector("annotationSelector")?);
    let mut found = Vec::new();
    for (at, one) in resources.iter().enumerate() {
        let fixed = [("group", one.group()), ("version", one.version()), ("kind", one.kind())];
        let mut fits = fixed.iter().all(|(field, value)| matches!(text(target, &format!("/{field}")), "") || whole_match(text(target, &format!("/{field}")), value));
        let wanted = text(target, "/name");
        fits &= wanted.is_empty() || one.names.iter().any(|name| whole_match(wanted, name));
        let wanted = text(target, "/namespace");
        fits &= wanted.is_empty() || whole_match(wanted, one.namespace());
        fits &= labels.as_ref().is_none_or(|selector| selector.matches(Some(&strings(&one.object, "/metadata/labels"))));
        fits &= annotations.as_ref().is_none_or(|selector| selector.matches(Some(&strings(&one.object, "/metadata/annotations"))));
        if fits {
            found.push(at);
        }
    }
    Ok(found)
}

/// Whether a regular expression means a whole word.
fn whole_match(pattern: &str, word: &str) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_whole_words_or_patterns() {
        assert!(whole_match("web", "web") && !whole_match("web", "web2"));
        assert!(whole_match("we.*", "web2") && whole_match("a|b", "b") && whole_match(".*", ""));
        assert!(whole_match("^w[a-f]b$", "web") && !whole_match("[", "["));
    }
}
