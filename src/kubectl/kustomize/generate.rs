//! `configMapGenerator` and `secretGenerator`.
//!
//! Models: sigs.k8s.io/kustomize/api/{internal/generators,kv,resmap}, as kubectl v1.36 uses them.
//! Simplified: nothing.

use serde_json::{Map, Value, json};

use super::load::{Loader, within};
use super::resource::{Resource, append, called};
use crate::base64;
use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;
use crate::unstructured::{flag, items, strings, text};

/// Makes an object. `shared` is `generatorOptions`.
pub(super) fn generate(kubectl: &mut Kubectl<'_, '_>, loader: &Loader, kind: &str, entry: &Value, shared: &Value) -> Outcome<Resource> {
    let name = text(entry, "/name");
    if name.is_empty() {
        return fail("a configmap must have a name");
    }
    let pairs = within(pairs(kubectl, loader, entry), |why| format!("loading KV pairs: {why}"))?;
    let mut object = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
    if !text(entry, "/namespace").is_empty() {
        object["metadata"]["namespace"] = text(entry, "/namespace").into();
    }
    if kind == "Secret" {
        object["type"] = if text(entry, "/type").is_empty() { "Opaque" } else { text(entry, "/type") }.into();
        object["data"] = json!({});
    }
    let mut known = std::collections::BTreeSet::new();
    for (key, value) in pairs {
        if !known.insert(key.clone()) {
            return fail(format!("configmap {name} illegally repeats the key `{key}`"));
        }
        let (field, value) = match (kind, String::from_utf8(value)) {
            ("Secret", Ok(text)) => ("data", base64::encode(text.as_bytes())),
            ("Secret", Err(error)) => ("data", base64::encode(error.as_bytes())),
            (_, Ok(text)) => ("data", text),
            (_, Err(error)) => ("binaryData", base64::encode(error.as_bytes())),
        };
        object[field][key] = value.into();
    }
    // What the generator itself says counts more than what all of them share.
    for (field, pointer) in [("labels", "/labels"), ("annotations", "/annotations")] {
        let mut all = strings(shared, pointer);
        all.extend(strings(entry, &format!("/options{pointer}")));
        if !all.is_empty() {
            object["metadata"][field] = json!(all);
        }
    }
    let either = |name: &str| flag(shared, &format!("/{name}")) || flag(entry, &format!("/options/{name}"));
    if either("immutable") {
        object["immutable"] = true.into();
    }
    let mut made = Resource::new(object);
    made.hashes = !either("disableNameSuffixHash");
    Ok(made)
}

fn pairs(kubectl: &mut Kubectl<'_, '_>, loader: &Loader, entry: &Value) -> Outcome<Vec<(String, Vec<u8>)>> {
    let mut pairs: Vec<(String, Vec<u8>)> = Vec::new();
    let list = |pointer: &str| items(entry, pointer).iter().filter_map(Value::as_str).collect::<Vec<_>>();
    let env_files: Vec<&str> = list("/envs").into_iter().chain(entry["env"].as_str().filter(|path| !path.is_empty())).collect();
    for path in &env_files {
        let read = within(loader.load(kubectl, path), |why| format!("env source files: [{}]: {why}", env_files.join(" ")))?;
        let read = String::from_utf8_lossy(&read).into_owned();
        for line in read.strip_prefix('\u{feff}').unwrap_or(&read).lines().map(str::trim_start) {
            if !line.is_empty() && !line.starts_with('#') {
                let (key, value) = line.split_once('=').unwrap_or((line, ""));
                if !key.is_empty() {
                    pairs.push((key.to_owned(), value.as_bytes().to_vec()));
                }
            }
        }
    }
    let literals = list("/literals");
    for literal in &literals {
        let Some((key, value)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return fail(format!("literal sources [{}]: invalid literal source {literal}, expected key=value", literals.join(" ")));
        };
        let quoted = value.len() > 1 && (value.starts_with('"') && value.ends_with('"') || value.starts_with('\'') && value.ends_with('\''));
        pairs.push((key.to_owned(), if quoted { &value[1..value.len() - 1] } else { value }.as_bytes().to_vec()));
    }
    let files = list("/files");
    for file in &files {
        let told = |why: &str| format!("file sources: [{}]: {why}", files.join(" "));
        let (key, path) = match file.split('=').collect::<Vec<_>>()[..] {
            [path] => (path.rsplit('/').next().unwrap_or_default(), path),
            ["", path] => return fail(told(&format!("missing key name for file path {path:?} in source {file:?}"))),
            [key, ""] => return fail(told(&format!("missing file path for key name {key:?} in source {file:?}"))),
            [key, path] => (key, path),
            _ => return fail(told(&format!("source {file:?} key name or file path contains '='"))),
        };
        pairs.push((key.to_owned(), within(loader.load(kubectl, path), told)?));
    }
    Ok(pairs)
}

/// Adds an object that was made, or changes the one that is there, by its `behavior`.
pub(super) fn absorb(made: Resource, behavior: &str, resources: &mut Vec<Resource>) -> Outcome<()> {
    let id = made.id();
    let behavior = if matches!(behavior, "create" | "merge" | "replace") { behavior } else { "unspecified" };
    let at = match called(resources, |known| known.equals(&id))[..] {
        [] if matches!(behavior, "merge" | "replace") => return fail(format!("id {} does not exist; cannot merge or replace", id.in_go())),
        [] => return append(resources, made),
        [at] if matches!(behavior, "merge" | "replace") => at,
        [_] => return fail(format!("id {} exists; can not use behavior: '{behavior}', behavior must be merge or replace", id.in_go())),
        _ => return fail(format!("found multiple objects that could accept merge of {id}")),
    };
    let old = &mut resources[at];
    let mut object = made.object;
    let both = |before: Option<&Value>, after: Option<&Value>| {
        let pairs = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
        pairs(before).into_iter().chain(pairs(after)).collect::<Map<_, _>>()
    };
    for field in ["labels", "annotations"] {
        let all = both(old.object["metadata"].get(field), object["metadata"].get(field));
        if !all.is_empty() {
            object["metadata"][field] = all.into();
        }
    }
    for field in ["data", "binaryData"].into_iter().filter(|_| behavior == "merge") {
        let all = both(old.object.get(field), object.get(field));
        if !all.is_empty() {
            object[field] = all.into();
        }
    }
    object["metadata"]["name"] = old.object["metadata"]["name"].clone();
    if !old.namespace().is_empty() {
        object["metadata"]["namespace"] = old.namespace().into();
    }
    old.object = object;
    old.hashes &= made.hashes;
    Ok(())
}
