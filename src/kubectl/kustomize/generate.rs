//! `configMapGenerator` and `secretGenerator`.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/generators, as kubectl v1.36 uses it.
//! Simplified: nothing.

use serde_json::{Map, Value, json};

use super::resource::Resource;
use crate::base64;
use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;
use crate::unstructured::{items, strings, text};

/// Makes one object, or changes one that is there (`behavior`).
pub(super) fn generate(kubectl: &mut Kubectl<'_, '_>, root: &str, kind: &str, entry: &Value, options: &Value, resources: &mut Vec<Resource>) -> Outcome<()> {
    let name = text(entry, "/name");
    if name.is_empty() {
        return fail("a configmap must have a name");
    }
    let mut pairs: Vec<(String, Vec<u8>)> = Vec::new();
    let env_files = items(entry, "/envs").iter().filter_map(Value::as_str).chain(entry["env"].as_str());
    for path in env_files {
        for line in String::from_utf8_lossy(&read(kubectl, root, path)?).lines() {
            let line = line.trim_start();
            if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
                pairs.push((key.to_owned(), value.as_bytes().to_vec()));
            }
        }
    }
    for file in items(entry, "/files").iter().filter_map(Value::as_str) {
        let (key, path) = file.split_once('=').unwrap_or_else(|| (file.rsplit('/').next().unwrap_or_default(), file));
        pairs.push((key.to_owned(), read(kubectl, root, path)?));
    }
    for literal in items(entry, "/literals").iter().filter_map(Value::as_str) {
        let Some((key, value)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return fail(format!("loading KV pairs: literal sources [{}]: invalid literal source {literal}, expected key=value", items(entry, "/literals").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")));
        };
        let quoted = value.len() > 1 && (value.starts_with('"') && value.ends_with('"') || value.starts_with('\'') && value.ends_with('\''));
        pairs.push((key.to_owned(), if quoted { &value[1..value.len() - 1] } else { value }.as_bytes().to_vec()));
    }
    let mut object = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
    if !text(entry, "/namespace").is_empty() {
        object["metadata"]["namespace"] = text(entry, "/namespace").into();
    }
    if kind == "Secret" {
        object["type"] = if text(entry, "/type").is_empty() { "Opaque" } else { text(entry, "/type") }.into();
    }
    for (key, value) in pairs {
        let (field, value) = match (kind, String::from_utf8(value)) {
            ("Secret", Ok(text)) => ("data", base64::encode(text.as_bytes())),
            ("Secret", Err(error)) => ("data", base64::encode(error.as_bytes())),
            (_, Ok(text)) => ("data", text),
            (_, Err(error)) => ("binaryData", base64::encode(error.as_bytes())),
        };
        if object[field].get(&key).is_some() {
            return fail(format!("cannot add key {key}, another key by that name already exists"));
        }
        object[field][key] = value.into();
    }
    // What the generator itself says counts more than what all of them share.
    for (field, pointer) in [("labels", "/labels"), ("annotations", "/annotations")] {
        let mut all = strings(options, pointer);
        all.extend(strings(entry, &format!("/options{pointer}")));
        if !all.is_empty() {
            object["metadata"][field] = json!(all);
        }
    }
    let flag = |name: &str| entry["options"].get(name).or_else(|| options.get(name)).and_then(Value::as_bool).unwrap_or_default();
    if flag("immutable") {
        object["immutable"] = true.into();
    }
    let mut made = Resource::new(object);
    made.hashes = !flag("disableNameSuffixHash");
    put(made, text(entry, "/behavior"), resources)
}

fn put(made: Resource, behavior: &str, resources: &mut Vec<Resource>) -> Outcome<()> {
    let there = resources.iter().position(|one| one.kind() == made.kind() && one.was_called(made.name()));
    match (behavior, there) {
        ("" | "create", Some(_)) => fail(format!("id resid.ResId{{}} exists; behavior must be merge or replace: {}", made.id())),
        ("" | "create", None) => {
            resources.push(made);
            Ok(())
        }
        ("merge" | "replace", None) => fail(format!("id {} does not exist; cannot merge or replace", made.id())),
        (_, Some(at)) => {
            let old = &mut resources[at];
            for field in ["data", "binaryData", "immutable"] {
                let before = old.object.get(field).cloned().filter(|_| behavior == "merge");
                let after = made.object.get(field).cloned();
                let value = match (before, after) {
                    (Some(Value::Object(before)), Some(Value::Object(after))) => Some(Value::Object(before.into_iter().chain(after).collect::<Map<_, _>>())),
                    (before, after) => after.or(before),
                };
                match (value, old.object.as_object_mut()) {
                    (Some(value), _) => old.object[field] = value,
                    (None, Some(fields)) => drop(fields.remove(field)),
                    _ => {}
                }
            }
            for field in ["labels", "annotations"] {
                if let Some(Value::Object(more)) = made.object["metadata"].get(field) {
                    for (key, value) in more {
                        old.object["metadata"][field][key] = value.clone();
                    }
                }
            }
            old.hashes |= made.hashes;
            Ok(())
        }
        (other, None) => fail(format!("unknown generation behavior: {other}")),
    }
}

fn read(kubectl: &mut Kubectl<'_, '_>, root: &str, path: &str) -> Outcome<Vec<u8>> {
    let full = super::load::join(root, path);
    match kubectl.process.read_file(&full)? {
        Ok(bytes) => Ok(bytes),
        Err(_) => fail(format!("loading KV pairs: file sources: [{path}]: evalsymlink failure on '{full}' : lstat {full}: no such file or directory")),
    }
}
