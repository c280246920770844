//! What `label` and `annotate` have in common: keys and values that are set, and keys with a dash that are removed.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/{label/label.go,annotate/annotate.go}, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::change::resources_and_pairs;
use crate::builder::{Builder, Found};
use crate::failure::{Outcome, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::unstructured::{escape, remove, set};

pub const OWN: &[Flag] = &[Flag::bool("list"), Flag::bool("local"), Flag::bool("overwrite"), Flag::text("resource-version")];

/// What is asked for.
pub struct Changes {
    pub resources: Vec<String>,
    pub set: Vec<(String, String)>,
    pub remove: Vec<String>,
    pub list: bool,
    pub overwrite: bool,
}

/// Splits the arguments; `parse` reads a pair.
pub fn complete(kubectl: &Kubectl<'_, '_>, what: &str, parse: fn(&str) -> Result<Pair, String>) -> Outcome<Changes> {
    let flags = &kubectl.flags;
    let (resources, pairs) = resources_and_pairs(&flags.args, what)?;
    let mut changes = Changes { resources, set: Vec::new(), remove: Vec::new(), list: flags.bool("list"), overwrite: flags.bool("overwrite") };
    for pair in pairs {
        match parse(&pair).or_else(fail)? {
            Pair::Set(key, value) => changes.set.push((key, value)),
            Pair::Remove(key) => changes.remove.push(key),
        }
    }
    let both: Vec<&str> = changes.remove.iter().filter(|key| changes.set.iter().any(|(set, _)| set == *key)).map(String::as_str).collect();
    if !both.is_empty() && what == "label" {
        return fail("can not both modify and remove a label in the same command");
    }
    if !both.is_empty() {
        return fail(format!("can not both modify and remove the following annotation(s) in the same command: {}", both.join(", ")));
    }
    if changes.list && what == "label" && !flags.text("output").is_empty() {
        return fail("--list and --output may not be specified together");
    }
    if flags.bool("all") && !flags.text("selector").is_empty() {
        return fail("cannot set --all and --selector at the same time");
    }
    if flags.bool("all") && !flags.text("field-selector").is_empty() {
        return fail("cannot set --all and --field-selector at the same time");
    }
    kubectl.require_local_files(&changes.resources, if what == "label" { "pod" } else { "rsrc" })?;
    if changes.resources.is_empty() && flags.list("filename").is_empty() && flags.text("kustomize").is_empty() {
        return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
    if changes.set.is_empty() && changes.remove.is_empty() && !changes.list {
        return fail(format!("at least one {what} update is required"));
    }
    Ok(changes)
}

pub enum Pair {
    Set(String, String),
    Remove(String),
}

pub fn find(kubectl: &mut Kubectl<'_, '_>, changes: &Changes) -> Outcome<Found> {
    let local = kubectl.flags.bool("local");
    let builder = Builder { allow_empty_selector: kubectl.flags.bool("all"), latest: !local, local, ..Builder::of(kubectl, &changes.resources) };
    let found = builder.find(kubectl)?;
    if !found.single && !kubectl.flags.text("resource-version").is_empty() {
        return fail("--resource-version may only be used with a single resource");
    }
    Ok(found)
}

/// What `--resource-version` demands of the object.
pub fn at_version(kubectl: &Kubectl<'_, '_>, mut wanted: Value) -> Value {
    let version = kubectl.flags.text("resource-version");
    if !version.is_empty() {
        wanted["metadata"]["resourceVersion"] = version.into();
    }
    wanted
}

/// The object as it shall be; which keys were set to something new, and which were there to remove.
pub fn changed(object: &Value, map: &str, changes: &Changes) -> (Value, Vec<String>, Vec<String>) {
    let mut wanted = object.clone();
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for (key, value) in &changes.set {
        let pointer = format!("/metadata/{map}/{}", escape(key));
        if object.pointer(&pointer).and_then(Value::as_str) != Some(value) {
            set(&mut wanted, &pointer, value.clone().into());
            added.push(key.clone());
        }
    }
    for key in &changes.remove {
        if remove(&mut wanted, &format!("/metadata/{map}/{}", escape(key))).is_some() {
            removed.push(key.clone());
        }
    }
    (wanted, added, removed)
}
