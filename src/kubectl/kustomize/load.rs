//! Reading kustomizations and the files that they name, which are in or below their directories.
//!
//! Models: sigs.k8s.io/kustomize/api/{internal/loader,internal/target,resource/factory.go}, as kubectl v1.36 uses them.
//! Simplified: no addresses; a key that is there twice in an object is no fault; symbolic links are not resolved before it is seen whether a file is below its directory.

use serde_json::Value;

use super::shape;
use crate::failure::{Failure, Outcome, caught, fail, not_simulated};
use crate::kubectl::Kubectl;
use crate::local::clean_path;
use crate::manifest;
use crate::unstructured::{name, namespace, text};

const FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A directory that files are read from, and those that led here.
#[derive(Clone, Debug)]
pub(super) struct Loader {
    pub root: String,
    above: Vec<String>,
    /// Only files in or below the directory are read.
    restricted: bool,
}

impl Loader {
    /// The first one, for the directory that a command names.
    pub fn at(kubectl: &mut Kubectl<'_, '_>, directory: &str, restricted: bool) -> Outcome<Self> {
        if is_remote(directory) {
            return not_simulated(format!("a kustomization from {directory}"));
        }
        let root = join(&kubectl.process.cwd()?, directory);
        match kubectl.process.stat(&root)? {
            Ok(metadata) if metadata.is_dir() => Ok(Loader { root, above: Vec::new(), restricted }),
            Ok(_) => fail(format!("must build at directory: '{directory}': file is not directory")),
            Err(_) => fail(format!("must build at directory: not a valid directory: evalsymlink failure on '{directory}' : lstat {}: no such file or directory", first_missing(kubectl, &root)?)),
        }
    }

    /// One for a directory that a kustomization names.
    pub fn below(&self, kubectl: &mut Kubectl<'_, '_>, path: &str) -> Outcome<Self> {
        if path.is_empty() {
            return fail("new root cannot be empty");
        }
        if is_remote(path) {
            return not_simulated(format!("resources of a kustomization from {path}"));
        }
        if path.starts_with('/') {
            return fail(format!("new root '{path}' cannot be absolute"));
        }
        let root = join(&self.root, path);
        match kubectl.process.stat(&root)? {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return fail(format!("must build at directory: '{root}': file is not directory")),
            Err(_) => return fail(format!("must build at directory: not a valid directory: {}", missing(kubectl, &root)?)),
        }
        for visited in [&self.root].into_iter().chain(self.above.iter().rev()) {
            if is_below(visited, &root) {
                return fail(format!("cycle detected: candidate root '{root}' contains visited root '{visited}'"));
            }
        }
        let mut above = self.above.clone();
        above.push(self.root.clone());
        Ok(Loader { root, above, restricted: self.restricted })
    }

    pub fn load(&self, kubectl: &mut Kubectl<'_, '_>, path: &str) -> Outcome<Vec<u8>> {
        if path.starts_with("http://") || path.starts_with("https://") {
            return not_simulated(format!("a file of a kustomization from {path}"));
        }
        let full = join(&self.root, path);
        match kubectl.process.stat(&full)? {
            Ok(metadata) if metadata.is_dir() => return fail(format!("'{full}' must resolve to a file")),
            Ok(_) => {}
            Err(_) => return fail(missing(kubectl, &full)?),
        }
        if self.restricted && !is_below(&full, &self.root) {
            return fail(format!("security; file '{full}' is not in or below '{}'", self.root));
        }
        match kubectl.process.read_file(&full)? {
            Ok(bytes) => Ok(bytes),
            Err(error) => fail(format!("open {full}: {}", error.to_string().to_lowercase())),
        }
    }

    pub fn load_text(&self, kubectl: &mut Kubectl<'_, '_>, path: &str) -> Outcome<String> {
        Ok(String::from_utf8_lossy(&self.load(kubectl, path)?).into_owned())
    }

    /// The kustomization of the directory, and the name of its file.
    pub fn kustomization(&self, kubectl: &mut Kubectl<'_, '_>) -> Outcome<(Value, String)> {
        let root = &self.root;
        let mut found = Vec::new();
        for name in FILES {
            if let Ok(bytes) = kubectl.process.read_file(&join(root, name))? {
                found.push((name, bytes));
            }
        }
        let (name, bytes) = match found.len() {
            0 => return fail(format!("unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{root}'")),
            1 => found.remove(0),
            _ => return fail(format!("Found multiple kustomization files under: {root}\n")),
        };
        let invalid = |why: &str| format!("invalid Kustomization: {why}");
        let mut kustomization = manifest::first_document(&String::from_utf8_lossy(&bytes)).or_else(|why| fail(invalid(&why)))?;
        shape::check(&mut kustomization).or_else(|why| fail(invalid(&why)))?;
        let fix = "Run 'kustomize edit fix' to update your Kustomization automatically.";
        for (old, new) in [("bases", "resources"), ("commonLabels", "labels"), ("imageTags", "images"), ("patchesJson6902", "patches"), ("patchesStrategicMerge", "patches"), ("vars", "replacements")] {
            if kustomization.get(old).is_some_and(|value| !value.is_null()) {
                let experimental = if old == "vars" { "[EXPERIMENTAL] " } else { "" };
                kubectl.eprint(&format!("# Warning: '{old}' is deprecated. Please use '{new}' instead. {experimental}{fix}\n"))?;
            }
        }
        let says = |value: &Value| !(value.is_null() || value == "");
        if !kustomization.as_object().is_some_and(|fields| fields.iter().any(|(field, value)| !matches!(field.as_str(), "apiVersion" | "kind") && says(value))) {
            return fail("kustomization.yaml is empty");
        }
        let kind = if text(&kustomization, "/kind").is_empty() { "Kustomization" } else { text(&kustomization, "/kind") };
        let version = text(&kustomization, "/apiVersion");
        let wanted = if kind == "Component" { "kustomize.config.k8s.io/v1alpha1" } else { "kustomize.config.k8s.io/v1beta1" };
        let mut faults = String::new();
        if !matches!(kind, "Kustomization" | "Component") {
            faults.push_str("\nkind should be Kustomization or Component");
        }
        if !version.is_empty() && version != wanted {
            faults.push_str(&format!("\napiVersion for {kind} should be {wanted}"));
        }
        if faults.is_empty() { Ok((kustomization, name.to_owned())) } else { fail(format!("Failed to read kustomization file under {root}:{faults}")) }
    }
}

/// Tells more of a failure, unless it is that something is not simulated.
pub(super) fn within<T>(outcome: Outcome<T>, told: impl FnOnce(&str) -> String) -> Outcome<T> {
    match caught(outcome)? {
        Ok(value) => Ok(value),
        Err(Failure::Message(why)) if !why.starts_with("not simulated") => fail(told(&why)),
        Err(failure) => Err(failure.into()),
    }
}

/// The objects of a text, those of lists one by one, behind the others.
pub(super) fn documents(source: &str) -> Result<Vec<Value>, String> {
    let (found, error) = manifest::resources(source.as_bytes());
    if let Some(error) = error {
        return Err(error.strip_prefix("error converting YAML to JSON: ").unwrap_or(&error).to_owned());
    }
    let is_empty = |value: &Value| value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
    let mut queue: std::collections::VecDeque<Value> = found.into_iter().filter(|one| !is_empty(one)).collect();
    queue.iter().try_for_each(named)?;
    let mut all = Vec::new();
    while let Some(one) = queue.pop_front() {
        match one.get("items") {
            Some(Value::Array(listed)) if text(&one, "/kind").ends_with("List") => {
                listed.iter().try_for_each(named)?;
                queue.extend(listed.iter().cloned());
            }
            _ => all.push(one),
        }
    }
    Ok(all)
}

/// An object has a kind and a name.
fn named(object: &Value) -> Result<(), String> {
    if !object.is_object() {
        return Err("missing Resource metadata".to_owned());
    }
    let pairs = |field: &str| crate::unstructured::strings(object, field).iter().map(|(key, value)| format!("{key}:{value}")).collect::<Vec<_>>().join(" ");
    let lacks = |what: &str| {
        let [labels, annotations] = ["/metadata/labels", "/metadata/annotations"].map(pairs);
        let (version, kind, name, namespace) = (text(object, "/apiVersion"), text(object, "/kind"), name(object), namespace(object));
        Err(format!("missing {what} in object {{{{{version} {kind}}} {{{{{name} {namespace}}} map[{labels}] map[{annotations}]}}}}"))
    };
    match text(object, "/kind") {
        "" => lacks("kind"),
        kind if !kind.ends_with("List") && name(object).is_empty() => lacks("metadata.name"),
        _ => Ok(()),
    }
}

fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("github.com/") || path.starts_with("git@")
}

fn is_below(path: &str, root: &str) -> bool {
    root == "/" || path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn missing(kubectl: &mut Kubectl<'_, '_>, full: &str) -> Outcome<String> {
    Ok(format!("evalsymlink failure on '{full}' : lstat {}: no such file or directory", first_missing(kubectl, full)?))
}

/// The first part of a path that is not there.
fn first_missing(kubectl: &mut Kubectl<'_, '_>, full: &str) -> Outcome<String> {
    for (at, _) in full.match_indices('/').skip(1) {
        if kubectl.process.stat(&full[..at])?.is_err() {
            return Ok(full[..at].to_owned());
        }
    }
    Ok(full.to_owned())
}

/// A path from a directory, without `.` and `..`; those of a relative directory stay in front.
pub(super) fn join(root: &str, path: &str) -> String {
    let full = if path.starts_with('/') || root.is_empty() { path.to_owned() } else { format!("{root}/{path}") };
    match clean_path(&full).as_str() {
        "." => String::new(),
        clean => clean.to_owned(),
    }
}
