//! `kubectl set env deployment/web MODE=test OLD-`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_env.go, v1.36.
//! Simplified: `--resolve` follows ConfigMaps and Secrets alone.

use std::collections::{BTreeMap, BTreeSet};

use podarium_api::name_rules::strict_env_var_name;
use serde_json::{Value, json};

use super::template::{OWN, containers, find, pod_spec, send, told};
use crate::base64;
use crate::builder::Builder;
use crate::cmd::change::{ALL, DRY_RUN, DryRun, FILES, PRINT, SELECTOR};
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{fields, items, text};

pub const COMMAND: Command = Command::new("env", &[OWN, VARIABLES, PRINT, FILES, DRY_RUN, SELECTOR, ALL], run);

const VARIABLES: &[Flag] = &[
    Flag::new("containers", Takes::Text, "*").short('c'),
    Flag::new("env", Takes::Repeated, "").short('e'),
    Flag::text("from"),
    Flag::new("keys", Takes::List, ""),
    Flag::bool("list"),
    Flag::new("overwrite", Takes::Bool, "true"),
    Flag::text("prefix"),
    Flag::bool("resolve"),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("env updated", dry_run)?;
    let (resources, words) = split(&kubectl.flags.args)?;
    if kubectl.flags.bool("local") && dry_run == DryRun::Server {
        return fail("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
    if kubectl.flags.bool("all") && !kubectl.flags.text("selector").is_empty() {
        return fail("cannot set --all and --selector at the same time");
    }
    if resources.is_empty() && kubectl.flags.list("filename").is_empty() {
        return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
    let list = kubectl.flags.bool("list");
    if list && !kubectl.flags.text("output").is_empty() {
        return fail("--list and --output may not be specified together");
    }
    if kubectl.flags.is_set("keys") && kubectl.flags.text("from").is_empty() {
        return fail("when specifying --keys, a configmap or secret must be provided with --from");
    }
    let (mut set, removed) = changes(kubectl, words)?;
    set.extend(taken_over(kubectl)?);
    let prefix = kubectl.flags.text("prefix").to_owned();
    for variable in &mut set {
        variable["name"] = format!("{prefix}{}", text(variable, "/name")).into();
    }
    let infos = find(kubectl, &resources, None)?;
    let pattern = kubectl.flags.text("containers").to_owned();
    let mut failures = Vec::new();
    'objects: for info in infos {
        let mut wanted = info.object.clone();
        let spec = match caught(pod_spec(&info, &mut wanted))? {
            Ok(spec) => spec,
            Err(failure) => {
                failures.push(failure);
                continue;
            }
        };
        let chosen = containers(spec, &["containers", "initContainers"], &pattern);
        if chosen.is_empty() {
            kubectl.eprint(&format!("Warning: {}/{} does not have any containers matching {pattern:?}\n", info.mapping.kind, info.name))?;
            continue;
        }
        let mut shown = String::new();
        let overwrite = kubectl.flags.bool("overwrite");
        for container in chosen {
            if let Err(why) = change(container, &set, &removed, overwrite) {
                failures.push(Failure::Message(format!("error: {} {why}\n", told(&info))));
                continue 'objects;
            }
            if list {
                let head = format!("# {} {}, container {}\n", info.mapping.kind, info.name, text(container, "/name"));
                shown.push_str(&head);
                let mut broken: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for variable in items(container, "/env") {
                    let resolved = if kubectl.flags.bool("resolve") { caught(resolve(kubectl, &info.namespace, variable))? } else { Ok(None) };
                    let resolved = resolved.unwrap_or_else(|why| {
                        broken.entry(why.to_string()).or_default().push(text(variable, "/name").to_owned());
                        None
                    });
                    shown.push_str(&resolved.unwrap_or_else(|| line(variable)));
                }
                kubectl.print(&std::mem::take(&mut shown))?;
                let mut lines: Vec<String> = broken.into_iter().map(|(why, mut names)| {
                    names.sort();
                    format!("error retrieving reference for {}: {why}\n", names.join(", "))
                }).collect();
                lines.sort();
                kubectl.eprint(&lines.concat())?;
                continue;
            }
        }
        if list {
            kubectl.print(&shown)?;
        } else if let Err(failure) = caught(send(kubectl, &info, &wanted, dry_run, &printer, "env update to pod template:"))? {
            failures.push(failure);
        }
    }
    all_of(if list { Vec::new() } else { failures })
}

/// The resources, and after them what is set (`KEY=VALUE`, `-` for what standard input says) or taken away (`KEY-`).
fn split(args: &[String]) -> Outcome<(Vec<String>, Vec<String>)> {
    let is_change = |arg: &String| arg.find('=').is_some_and(|at| at > 0) || arg.ends_with('-');
    let (resources, changes) = args.split_at(args.iter().position(is_change).unwrap_or(args.len()));
    if !changes.iter().all(is_change) {
        return fail(format!("all resources must be specified before environment changes: {}", args.join(" ")));
    }
    Ok((resources.to_vec(), changes.to_vec()))
}

/// What the command line and standard input set, and which names they take away.
fn changes(kubectl: &mut Kubectl<'_, '_>, words: Vec<String>) -> Outcome<(Vec<Value>, Vec<String>)> {
    let (mut set, mut removed): (Vec<Value>, Vec<String>) = (Vec::new(), Vec::new());
    let mut named = BTreeSet::new();
    let variable = |(name, value): (&str, &str)| json!({"name": name, "value": value});
    for word in kubectl.flags.list("env").into_iter().chain(words) {
        if word == "-" {
            let given = kubectl.process.read_stdin_to_end()?;
            let text = String::from_utf8_lossy(&given).into_owned();
            set.extend(text.lines().map(|line| line.split('#').next().unwrap_or_default()).filter_map(|line| line.split_once('=')).map(variable));
        } else if let Some((name, value)) = word.split_once('=') {
            let errors = strict_env_var_name(name);
            if !errors.is_empty() {
                return fail(format!("{name:?} is not a valid key name: {}", errors.join(";")));
            }
            named.insert(name.to_owned());
            set.push(variable((name, value)));
        } else if let Some(name) = word.strip_suffix('-') {
            removed.push(name.to_owned());
        } else {
            return fail(format!("unknown environment variable: {word}"));
        }
    }
    if removed.iter().any(|name| named.contains(name)) {
        return fail("can not both modify and remove the same environment variable in the same command");
    }
    Ok((set, removed))
}

/// Puts each variable in the place of the one of its name, and what is new at the end.
fn change(container: &mut Value, set: &[Value], removed: &[String], overwrite: bool) -> Result<(), String> {
    let mut variables = items(container, "/env").to_vec();
    let new = |variable: &Value| set.iter().find(|new| text(new, "/name") == text(variable, "/name"));
    for variable in variables.iter().filter(|_| !overwrite) {
        if new(variable).is_some_and(|new| text(new, "/value") != text(variable, "/value")) {
            return Err(format!("'{}' already has a value ({}), and --overwrite is false", text(variable, "/name"), text(variable, "/value")));
        }
    }
    variables.retain(|variable| !removed.iter().any(|name| name == text(variable, "/name")));
    for variable in &mut variables {
        if let Some(new) = new(variable) {
            *variable = new.clone();
        }
    }
    for variable in set {
        if !variables.iter().any(|known| text(known, "/name") == text(variable, "/name")) {
            variables.push(variable.clone());
        }
    }
    match (variables.is_empty(), container.as_object_mut()) {
        (true, Some(fields)) => drop(fields.remove("env")),
        _ => container["env"] = variables.into(),
    }
    Ok(())
}

/// The variables that `--from=configmap/settings` makes, one for each key.
fn taken_over(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Vec<Value>> {
    let from = kubectl.flags.text("from").to_owned();
    if from.is_empty() {
        return Ok(Vec::new());
    }
    let (local, all) = (kubectl.flags.bool("local"), kubectl.flags.bool("all"));
    let args = if local { Vec::new() } else { vec![from] };
    let found = Builder { all: false, allow_empty_selector: all, latest: !local, local, ..Builder::of(kubectl, &args) }.find(kubectl)?.all()?;
    let keys = kubectl.flags.list("keys");
    let mut variables = Vec::new();
    for info in found {
        let reference = match info.mapping.kind.as_str() {
            "Secret" => "secretKeyRef",
            "ConfigMap" => "configMapKeyRef",
            _ => return fail("unsupported resource specified in --from"),
        };
        for (key, _) in fields(&info.object, "/data") {
            if !keys.is_empty() && !keys.contains(key) {
                continue;
            }
            let plain: String = key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_uppercase() } else { '_' }).collect();
            if plain != *key {
                kubectl.eprint(&format!("Warning: key {key} transferred to {plain}\n"))?;
            }
            variables.push(json!({"name": plain, "valueFrom": {reference: {"name": info.name, "key": key}}}));
        }
    }
    Ok(variables)
}

/// The variable with the value that its reference leads to.
fn resolve(kubectl: &mut Kubectl<'_, '_>, namespace: &str, variable: &Value) -> Outcome<Option<String>> {
    let reference = ["configMapKeyRef", "secretKeyRef"].into_iter().find_map(|kind| Some((kind, variable.get("valueFrom")?.get(kind)?)));
    let Some((kind, reference)) = reference else { return Ok(None) };
    let mapping = kubectl.mapping(if kind == "secretKeyRef" { "secrets" } else { "configmaps" })?;
    let object = kubectl.get(&mapping, namespace, text(reference, "/name"))?;
    let key = text(reference, "/key");
    let Some(value) = object["data"][key].as_str() else { return fail(format!("key {key} not found in {} {}", if kind == "secretKeyRef" { "secret" } else { "config map" }, text(reference, "/name"))) };
    let value = if kind == "secretKeyRef" { String::from_utf8_lossy(&base64::decode(value).unwrap_or_default()).into_owned() } else { value.to_owned() };
    Ok(Some(format!("{}={value}\n", text(variable, "/name"))))
}

/// The variable as it is written.
fn line(variable: &Value) -> String {
    let name = text(variable, "/name");
    let Some(from) = variable.get("valueFrom") else { return format!("{name}={}\n", text(variable, "/value")) };
    if let Some(field) = from.get("fieldRef") {
        return format!("# {name} from field path {}\n", text(field, "/fieldPath"));
    }
    if let Some(secret) = from.get("secretKeyRef") {
        return format!("# {name} from secret {}, key {}\n", text(secret, "/name"), text(secret, "/key"));
    }
    if let Some(map) = from.get("configMapKeyRef") {
        return format!("# {name} from configmap {}, key {}\n", text(map, "/name"), text(map, "/key"));
    }
    format!("# {name} from resource field {}\n", text(from, "/resourceFieldRef/resource"))
}
