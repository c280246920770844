//! `kubectl diff -f`: shows what `kubectl apply` would change, with the program `diff`.
//!
//! The live object and the one that the server would make of it are written into two directories, which are compared.
//! The exit code is 1 if something differs and 2 if something failed.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/diff/diff.go, v1.36.
//! Simplified: without `--server-side` an object that changes in between is compared as it was.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::apply::{SERVER_SIDE_MANAGER, each_left, pruned_resources, warn_if_deleting};
use super::change::{FILES, SELECTOR};
use crate::apply::three_way;
use crate::builder::{Builder, Info};
use crate::client::{Call, PatchType, Write};
use crate::cmd::change::LAST_APPLIED;
use crate::command::Command;
use crate::failure::{Failure, Outcome, Stop, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::printers::{format::omit_managed_fields, json as json_printer, yaml};
use crate::unstructured::{annotation, name, text};

/// How often an object is asked about.
const MAX_ATTEMPTS: usize = 4;

pub const COMMAND: Command = Command::new("diff", &[OWN, FILES, SELECTOR], run);

const OWN: &[Flag] = &[
    Flag::new("concurrency", Takes::Int, "1"),
    Flag::new("field-manager", Takes::Text, "kubectl-client-side-apply"),
    Flag::bool("force-conflicts"),
    Flag::bool("prune"),
    Flag::new("prune-allowlist", Takes::Repeated, ""),
    Flag::bool("server-side"),
    Flag::bool("show-managed-fields"),
    Flag::bool("show-secrets"),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    match compare(kubectl) {
        // 1 would say that there are differences.
        Err(Stop::Failed(failure)) if !matches!(failure, Failure::Exit(_)) => {
            kubectl.report(&failure)?;
            Err(Failure::Exit(2).into())
        }
        outcome => outcome,
    }
}

fn compare(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if !kubectl.flags.args.is_empty() {
        return usage("kubectl diff", format!("Unexpected args: [{}]", kubectl.flags.args.join(" ")));
    }
    kubectl.require_files()?;
    if kubectl.flags.bool("force-conflicts") && !kubectl.flags.bool("server-side") {
        return fail("--force-conflicts only works with --server-side");
    }
    let pruned = if kubectl.flags.bool("prune") { Some(Pruned { allowed: pruned_resources(kubectl)?, ..Pruned::default() }) } else { None };
    let (live, merged) = (Folder::make(kubectl, "LIVE")?, Folder::make(kubectl, "MERGED")?);
    let outcome = write_all(kubectl, &live, &merged, pruned).and_then(|()| run_diff(kubectl, &live.path, &merged.path));
    // It only waits: the folders are needed when it goes on.
    if let Err(stop @ Stop::Suspended(_)) = outcome {
        return Err(stop);
    }
    live.remove(kubectl)?;
    merged.remove(kubectl)?;
    outcome
}

/// What `--prune` has to know of the files: where their objects are, and which ones there are already.
#[derive(Default)]
struct Pruned {
    allowed: Vec<Mapping>,
    namespaces: BTreeSet<String>,
    visited: BTreeSet<String>,
}

fn write_all(kubectl: &mut Kubectl<'_, '_>, live: &Folder, merged: &Folder, mut pruned: Option<Pruned>) -> Outcome<()> {
    let outcome = caught(write_files(kubectl, live, merged, pruned.as_mut()))?;
    if let Some(pruned) = pruned {
        let mut left = Vec::new();
        let found = each_left(kubectl, &pruned.allowed, &pruned.namespaces, &pruned.visited, |_, one| {
            left.push(one);
            Ok(())
        });
        if let Err(failure) = caught(found)? {
            kubectl.log_warning("diff.go:760", &format!("pruning failed and could not be evaluated err: {failure}"))?;
        }
        for (mapping, namespace, object) in left {
            live.write(kubectl, &file_name(&mapping, &namespace, name(&object)), &object)?;
        }
    }
    Ok(outcome?)
}

fn write_files(kubectl: &mut Kubectl<'_, '_>, live: &Folder, merged: &Folder, mut pruned: Option<&mut Pruned>) -> Outcome<()> {
    let infos = Builder::of(kubectl, &[]).find(kubectl)?.all()?;
    for info in infos {
        let (current, after) = compared(kubectl, &info)?;
        if let Some(pruned) = &mut pruned {
            if info.mapping.namespaced {
                pruned.namespaces.insert(info.namespace.clone());
            }
            pruned.visited.extend(current.as_ref().map(|current| text(current, "/metadata/uid").to_owned()));
        }
        let (mut from, mut to) = (current.clone().unwrap_or_default(), after);
        if !kubectl.flags.bool("show-managed-fields") {
            omit_managed_fields(&mut from);
            omit_managed_fields(&mut to);
        }
        if info.mapping.kind == "Secret" && info.mapping.version == "v1" && !kubectl.flags.bool("show-secrets") {
            mask(&mut from, &mut to);
        }
        let name = file_name(&info.mapping, &info.namespace, &info.name);
        live.write(kubectl, &name, &from)?;
        merged.write(kubectl, &name, &to)?;
        if let Some(current) = &current {
            warn_if_deleting(kubectl, current)?;
        }
    }
    Ok(())
}

/// The object as it is, if it is there, and as it would be. A conflict is taken for a change in between, and asked about again.
fn compared(kubectl: &mut Kubectl<'_, '_>, info: &Info) -> Outcome<(Option<Value>, Value)> {
    let mut attempt = 1;
    loop {
        let current = match caught(kubectl.get(&info.mapping, &info.namespace, &info.name))? {
            Ok(current) => Some(current),
            Err(failure) if failure.is_not_found() => None,
            Err(failure) => return Err(failure.into()),
        };
        if attempt == MAX_ATTEMPTS {
            let Mapping { group, version, kind, .. } = &info.mapping;
            kubectl.log_warning("diff.go:723", &format!("Object ({group}/{version}, Kind={kind}: {}) keeps changing, diffing without lock", info.name))?;
        }
        match caught(would_be(kubectl, info, current.as_ref()))? {
            Ok(after) => return Ok((current, after)),
            Err(failure) if failure.is_conflict() && attempt < MAX_ATTEMPTS => attempt += 1,
            Err(failure) => return Err(failure.into()),
        }
    }
}

/// `apps.v1.Deployment.shop.web`
fn file_name(mapping: &Mapping, namespace: &str, name: &str) -> String {
    let group = if mapping.group.is_empty() { String::new() } else { format!("{}.", mapping.group) };
    format!("{group}{}.{}.{namespace}.{name}", mapping.version, mapping.kind)
}

/// The object that the server would make, by a dry run.
fn would_be(kubectl: &mut Kubectl<'_, '_>, info: &Info, current: Option<&Value>) -> Outcome<Value> {
    let server_side = kubectl.flags.bool("server-side");
    let manager = if server_side && !kubectl.flags.is_set("field-manager") { SERVER_SIDE_MANAGER } else { kubectl.flags.text("field-manager") }.to_owned();
    if server_side {
        let call = Call::new("PATCH", info.mapping.path(&info.namespace, &info.name))
            .raw_body(PatchType::Apply.content(), json_printer::compact(&info.object).into_bytes())
            .query("dryRun", "All")
            .query("fieldManager", &manager)
            .query("force", if kubectl.flags.bool("force-conflicts") { "true" } else { "false" });
        return kubectl.send(&call);
    }
    let write = Write { dry_run: true, field_manager: &manager, ..Write::default() };
    let Some(current) = current else { return kubectl.create(&info.mapping, &info.namespace, &info.object, &write) };
    let original: Value = annotation(current, LAST_APPLIED).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    // An object without annotations has an empty list of them here, so that the server's own are not taken away.
    let mut wanted = info.object.clone();
    if let Some(meta) = wanted["metadata"].as_object_mut() {
        let annotations = meta.entry("annotations").or_insert_with(|| Value::Object(Map::new()));
        // What is written down of the last time is no wish.
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.remove(LAST_APPLIED);
        }
    }
    let (kind, patch) = three_way(&info.mapping, &original, &wanted, current);
    if patch.as_object().is_some_and(Map::is_empty) {
        return Ok(current.clone());
    }
    kubectl.patch(&info.mapping, &info.namespace, &info.name, (kind, &patch), &write)
}

/// Nobody shall read secrets off a comparison, but whether they differ can be seen.
fn mask(from: &mut Value, to: &mut Value) {
    let of = |object: &Value| object["data"].as_object().cloned().unwrap_or_default();
    let (before, after) = (of(from), of(to));
    let masked = |own: &Map<String, Value>, other: &Map<String, Value>, differs: &str| -> Value {
        let text = |name: &String, value: &Value| if other.get(name).is_some_and(|other| other != value) { differs.to_owned() } else { "***".to_owned() };
        own.iter().map(|(name, value)| (name.clone(), Value::String(text(name, value)))).collect()
    };
    if from["data"].is_object() {
        from["data"] = masked(&before, &after, "*** (before)");
    }
    if to["data"].is_object() {
        to["data"] = masked(&after, &before, "*** (after)");
    }
}

fn run_diff(kubectl: &mut Kubectl<'_, '_>, live: &str, merged: &str) -> Outcome<()> {
    let external = kubectl.process.env("KUBECTL_EXTERNAL_DIFF").unwrap_or_default();
    let plain = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '=');
    let mut words = external.split(' ').filter(|word| !word.is_empty()).map(str::to_owned);
    let command: Vec<String> = match words.next() {
        Some(program) => [program, live.to_owned(), merged.to_owned()].into_iter().chain(words.filter(|word| plain(word))).collect(),
        None => ["diff", "-u", "-N", live, merged].map(str::to_owned).to_vec(),
    };
    match kubectl.process.run(&command)? {
        Ok(0) => Ok(()),
        Ok(1) => Err(Failure::Exit(1).into()),
        Ok(status) => fail(format!("failed to run {:?}: exit status {status}", command[0])),
        Err(_) => fail(format!("failed to run {:?}: executable file not found in $PATH", command[0])),
    }
}

/// A directory for a moment.
struct Folder {
    path: String,
}

impl Folder {
    fn make(kubectl: &mut Kubectl<'_, '_>, name: &str) -> Outcome<Self> {
        let parent = kubectl.process.env("TMPDIR").filter(|path| !path.is_empty()).unwrap_or_else(|| "/tmp".to_owned());
        let number = kubectl.process.random_bits()? as u32;
        let path = format!("{}/{name}-{number}", parent.trim_end_matches('/'));
        match kubectl.process.mkdir(&path)? {
            Ok(()) => Ok(Folder { path }),
            Err(error) => fail(format!("mkdir {path}: {}", error.to_string().to_lowercase())),
        }
    }

    fn write(&self, kubectl: &mut Kubectl<'_, '_>, name: &str, object: &Value) -> Outcome<()> {
        let content = if text(object, "/kind").is_empty() { String::new() } else { yaml::document(object) };
        let path = format!("{}/{name}", self.path);
        match kubectl.process.write_file(&path, content.as_bytes(), 0o700)? {
            Ok(()) => Ok(()),
            Err(error) => fail(format!("open {path}: {}", error.to_string().to_lowercase())),
        }
    }

    fn remove(&self, kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
        for name in kubectl.process.read_dir(&self.path)?.unwrap_or_default() {
            // What cannot be removed stays, as for the reference.
            let _ = kubectl.process.remove(&format!("{}/{name}", self.path))?;
        }
        let _ = kubectl.process.remove(&self.path)?;
        Ok(())
    }
}
