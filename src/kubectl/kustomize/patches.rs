//! `patches`, `patchesStrategicMerge` and `patchesJson6902`.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/builtins/Patch*Transformer.go, as kubectl v1.36 uses them.
//! Simplified: nothing.

use podarium_api::Kind;
use podarium_api::patch::{PatchType, apply, json_operations};
use podarium_api::yaml::document;
use serde_json::Value;

use super::load::{Loader, documents};
use super::resource::{Id, Resource, append, called};
use super::selector::{Selector, shown};
use crate::failure::{Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::manifest;
use crate::unstructured::{flag, items, namespace, text};

/// A patch that has been read.
#[derive(Debug)]
pub(super) struct Patch {
    change: Change,
    target: Option<Value>,
    source: String,
    renames: bool,
    changes_kind: bool,
    /// Objects that operations change are found by their old names from then on.
    remembers: bool,
}

#[derive(Debug)]
enum Change {
    Objects(Vec<Value>),
    Operations(Vec<Value>),
}

impl Patch {
    /// An entry of `patches`.
    pub fn of(kubectl: &mut Kubectl<'_, '_>, loader: &Loader, entry: &Value) -> Outcome<Self> {
        let (inline, path) = (text(entry, "/patch").trim(), text(entry, "/path"));
        let (read, source) = match (inline.is_empty(), path.is_empty()) {
            (true, true) => return fail(format!("must specify one of patch and path in\n{}", document(entry))),
            (false, false) => return fail(format!("patch and path can't be set at the same time\n{}", document(entry))),
            (false, true) => (inline.to_owned(), format!("[patch: {inline:?}]")),
            (true, false) => match caught(loader.load_text(kubectl, path))? {
                Ok(read) => (read, format!("[path: {path:?}]")),
                Err(failure) => return fail(format!("failed to get the patch file from path({path}): {failure}")),
            },
        };
        let change = match (documents(&read), operations(&read)) {
            (Ok(objects), _) => Change::Objects(objects),
            (Err(_), Ok(operations)) => Change::Operations(operations),
            (Err(_), Err(_)) => return fail(format!("unable to parse SM or JSON patch from {source}")),
        };
        let target = entry.get("target").filter(|target| !target.is_null()).cloned();
        Ok(Patch { change, target, source, renames: flag(entry, "/options/allowNameChange"), changes_kind: flag(entry, "/options/allowKindChange"), remembers: true })
    }

    /// An entry of `patchesJson6902`.
    pub fn of_operations(kubectl: &mut Kubectl<'_, '_>, loader: &Loader, entry: &Value) -> Outcome<Self> {
        let (inline, path) = (text(entry, "/jsonOp"), text(entry, "/path"));
        if text(entry, "/target/name").is_empty() {
            return fail("must specify the target name");
        }
        let read = match (inline.is_empty(), path.is_empty()) {
            (true, true) => return fail("empty file path and empty jsonOp"),
            (false, false) => return fail("must specify a file path or jsonOp, not both"),
            (false, true) => inline.to_owned(),
            (true, false) => loader.load_text(kubectl, path)?,
        };
        if read.is_empty() {
            return fail(format!("patch file '{path}' empty seems to be empty"));
        }
        match operations(&read) {
            Ok(operations) if operations.is_empty() => fail(format!("patch appears to be empty; file={path}, JsonOp={read}")),
            Ok(operations) => Ok(Patch { change: Change::Operations(operations), target: Some(entry["target"].clone()), source: String::new(), renames: false, changes_kind: false, remembers: false }),
            Err(why) => fail(format!("decoding {read}: {why}")),
        }
    }

    pub fn apply(&self, resources: &mut Vec<Resource>) -> Outcome<()> {
        let selector = || Selector::of(self.target.as_ref().unwrap_or(&Value::Null));
        match (&self.change, &self.target) {
            (Change::Objects(objects), None) => {
                for object in objects {
                    let id = Id::of(object);
                    let at = match caught(unique(resources, &id))? {
                        Ok(at) => at,
                        Err(failure) => return fail(format!("no resource matches strategic merge patch \"{id}\": {failure}")),
                    };
                    self.merge(&mut resources[at], object)?;
                }
                resources.retain(|one| !one.object.is_null());
                Ok(())
            }
            (Change::Objects(objects), Some(target)) => {
                let [object] = &objects[..] else {
                    return match objects.is_empty() {
                        true => Ok(()),
                        false => fail(format!("Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field: {}", self.source)),
                    };
                };
                let selected = match caught(selector().map_or_else(fail, |selector| selector.select(resources)))? {
                    Ok(selected) => selected,
                    Err(failure) => return fail(format!("unable to find patch target {:?} in `resources`: {failure}", shown(target))),
                };
                self.merge_all(resources, &selected, object)
            }
            (Change::Operations(_), None) => fail(format!("must specify a target for JSON patch {}", self.source)),
            (Change::Operations(operations), Some(_)) => {
                for at in selector().map_or_else(fail, |selector| selector.select(resources))? {
                    if self.remembers {
                        resources[at].remember();
                        // The reference keeps the old names in annotations, so that there are some.
                        let annotations = &mut resources[at].object["metadata"]["annotations"];
                        if annotations.is_null() {
                            *annotations = serde_json::json!({});
                        }
                    }
                    resources[at].object = json_operations(&resources[at].object, operations).or_else(|undone| fail(undone.text()))?;
                }
                Ok(())
            }
        }
    }

    /// Merges into the selected ones, of which no two may be called the same then.
    fn merge_all(&self, resources: &mut Vec<Resource>, selected: &[usize], object: &Value) -> Outcome<()> {
        let mut left = Vec::new();
        for (at, mut one) in std::mem::take(resources).into_iter().enumerate() {
            if selected.contains(&at) {
                self.merge(&mut one, object)?;
            }
            if !one.object.is_null() {
                append(&mut left, one)?;
            }
        }
        *resources = left;
        Ok(())
    }

    /// Merges a partial object; one that is to be deleted is nothing then.
    fn merge(&self, one: &mut Resource, patch: &Value) -> Outcome<()> {
        if self.renames || self.changes_kind {
            one.remember();
        }
        if text(patch, "/$patch") == "delete" {
            one.object = Value::Null;
            return Ok(());
        }
        let (before, id) = (one.object.clone(), one.id());
        let known = Kind::ALL.iter().copied().find(|kind| {
            let info = kind.info();
            info.group == id.gvk.group && info.version == id.gvk.version && info.kind == id.gvk.kind
        });
        let of = if known.is_some() { PatchType::Strategic } else { PatchType::Merge };
        let mut after = apply(known.unwrap_or(Kind::ConfigMap), of, &before, patch).or_else(|status| fail(status.message().to_owned()))?;
        after["apiVersion"] = before["apiVersion"].clone();
        if !self.changes_kind {
            after["kind"] = before["kind"].clone();
        }
        if !self.renames {
            after["metadata"]["name"] = before["metadata"]["name"].clone();
        }
        match namespace(&before) {
            "" => drop(after["metadata"].as_object_mut().and_then(|metadata| metadata.remove("namespace"))),
            namespace => after["metadata"]["namespace"] = namespace.into(),
        }
        if known.is_some() {
            in_order_of(patch, &mut after);
        }
        one.object = after;
        Ok(())
    }
}

/// The partial objects of `patchesStrategicMerge`: texts, or paths of files.
pub(super) fn strategic(kubectl: &mut Kubectl<'_, '_>, loader: &Loader, config: &Value) -> Outcome<Vec<Value>> {
    let mut all = Vec::new();
    for entry in items(config, "/paths").iter().filter_map(Value::as_str) {
        all.extend(match documents(entry) {
            Ok(objects) => objects,
            Err(_) => documents(&loader.load_text(kubectl, entry)?).or_else(fail)?,
        });
    }
    match text(config, "/patches") {
        "" => {}
        inline => all.extend(documents(inline).or_else(fail)?),
    }
    if all.is_empty() { fail("patch appears to be empty") } else { Ok(all) }
}

/// Merges them, each into the object that it names.
pub(super) fn merge_each(objects: &[Value], resources: &mut Vec<Resource>) -> Outcome<()> {
    let patch = Patch { change: Change::Objects(Vec::new()), target: None, source: String::new(), renames: false, changes_kind: false, remembers: false };
    for object in objects {
        let at = unique(resources, &Id::of(object))?;
        patch.merge_all(resources, &[at], object)?;
    }
    Ok(())
}

/// The only object that is or was called so.
fn unique(resources: &[Resource], id: &Id) -> Outcome<usize> {
    let how = match called(resources, |known| known.equals(id))[..] {
        [at] => return Ok(at),
        [] => "no",
        _ => "multiple",
    };
    fail(format!("{how} matches for Id {id}; failed to find unique target for patch {id}"))
}

/// The operations of a JSON patch. What begins with a bracket is JSON.
fn operations(source: &str) -> Result<Vec<Value>, String> {
    let list = if source.starts_with('[') {
        serde_json::from_str::<Value>(source).map_err(|error| error.to_string())?
    } else {
        manifest::first_document(source)?
    };
    match list {
        Value::Array(all) if all.iter().all(Value::is_object) => Ok(all),
        _ => Err("json: cannot unmarshal object into Go value of type jsonpatch.Patch".to_owned()),
    }
}

/// What a patch names in a list of named things stands first, in its order; what it leaves alone comes behind.
fn in_order_of(patch: &Value, after: &mut Value) {
    match (patch, after) {
        (Value::Object(patch), Value::Object(after)) => {
            for (field, value) in after {
                if let Some(patch) = patch.get(field) {
                    in_order_of(patch, value);
                }
            }
        }
        (Value::Array(patch), Value::Array(after)) => {
            let key = ["name", "containerPort", "mountPath", "port", "ip", "topologyKey", "devicePath", "type", "uid"].into_iter().find(|key| !patch.is_empty() && patch.iter().all(|one| one.get(key).is_some()));
            let same = |one: &Value, other: &Value| key.map_or(!one.is_object() && one == other, |key| one.get(key) == other.get(key));
            for one in after.iter_mut() {
                if let Some(patch) = patch.iter().find(|patch| same(one, patch)) {
                    in_order_of(patch, one);
                }
            }
            after.sort_by_key(|one| patch.iter().position(|patch| same(one, patch)).unwrap_or(patch.len()));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_patch_names_stands_first() {
        let mut after = json!({"list": [{"name": "a"}, {"name": "b", "in": ["x", "y"]}, {"name": "c"}], "args": ["1", "2"]});
        in_order_of(&json!({"list": [{"name": "c"}, {"name": "b", "in": ["y"]}], "args": ["2"]}), &mut after);
        assert_eq!(after, json!({"list": [{"name": "c"}, {"name": "b", "in": ["y", "x"]}, {"name": "a"}], "args": ["2", "1"]}));
    }
}
