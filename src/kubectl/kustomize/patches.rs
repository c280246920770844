//! `patches`, `patchesStrategicMerge` and `patchesJson6902`.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/builtins/Patch*Transformer.go, as kubectl v1.36 uses them.
//! Simplified: the options of a patch (`allowNameChange`, `allowKindChange`) are refused.

use podarium_api::Kind;
use podarium_api::patch::{PatchType, apply};
use podarium_api::selector::LabelSelector;
use serde_json::Value;

use super::resource::Resource;
use crate::failure::{Outcome, fail, not_simulated};
use crate::kubectl::Kubectl;
use crate::manifest;
use crate::unstructured::{name, namespace, strings, text};

/// One entry of `patches`: its text, and the objects that it is for.
pub(super) fn patch(kubectl: &mut Kubectl<'_, '_>, root: &str, entry: &Value, resources: &mut Vec<Resource>) -> Outcome<()> {
    if entry.get("options").is_some_and(|options| !options.is_null()) {
        return not_simulated("the options of a patch of a kustomization");
    }
    let (inline, path) = (text(entry, "/patch"), text(entry, "/path"));
    let source = match (inline.is_empty(), path.is_empty()) {
        (true, true) => return fail("must specify one of patch and path in\nsource: PatchTransformer"),
        (false, false) => return fail("patch and path can't be set at the same time\nsource: PatchTransformer"),
        (false, true) => inline.to_owned(),
        (true, false) => super::load::read(kubectl, root, path)?,
    };
    apply_text(&source, path, &entry["target"], resources)
}

/// Applies a text that is a list of operations or one or more partial objects.
pub(super) fn apply_text(source: &str, path: &str, target: &Value, resources: &mut Vec<Resource>) -> Outcome<()> {
    let (documents, error) = manifest::resources(source.as_bytes());
    let shown = if path.is_empty() { format!("[patch: {source:?}]") } else { format!("[path: {path:?}]") };
    if error.is_some() || documents.is_empty() {
        return fail(format!("unable to parse SM or JSON patch from {shown}"));
    }
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
    let kind = known.unwrap_or(Kind::ConfigMap);
    let of = match (patch.is_array(), known) {
        (true, _) => PatchType::Json,
        (false, Some(_)) => PatchType::Strategic,
        (false, None) => PatchType::Merge,
    };
    match apply(kind, of, &resource.object, patch) {
        Ok(mut object) => {
            // The name and the kind of a partial object say whom it is for, and change nothing.
            if !patch.is_array() {
                for pointer in ["apiVersion", "kind"] {
                    object[pointer] = resource.object[pointer].clone();
                }
                object["metadata"]["name"] = resource.object["metadata"]["name"].clone();
                new_ones_first(&resource.object, &mut object);
            }
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

/// Whether a pattern means a whole word; of regular expressions, `.*` and `|` are known.
fn whole_match(pattern: &str, word: &str) -> bool {
    fn one(pattern: &str, word: &str) -> bool {
        match pattern.split_once(".*") {
            None => pattern == word,
            Some((before, rest)) => word.strip_prefix(before).is_some_and(|left| (0..=left.len()).filter(|at| left.is_char_boundary(*at)).any(|at| one(rest, &left[at..]))),
        }
    }
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    pattern.split('|').any(|alternative| one(alternative.trim_start_matches('(').trim_end_matches(')'), word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_whole_words_or_patterns() {
        assert!(whole_match("web", "web") && !whole_match("web", "web2"));
        assert!(whole_match("we.*", "web2") && whole_match("a|b", "b") && whole_match(".*", ""));
    }
}
