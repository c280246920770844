//! `kubectl set env deployment/web MODE=test OLD-`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_env.go, v1.36.
//! Simplified: `--resolve` follows ConfigMaps and Secrets alone.

use std::collections::{BTreeMap, BTreeSet};

use podarium_api::name_rules::strict_env_var_name;
use serde_json::{Value, json};

use super::template::{OWN, containers, find, pod_spec, send};
use crate::base64;
use crate::builder::Builder;
use crate::cmd::change::{ALL, DRY_RUN, FILES, PRINT, SELECTOR};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
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
    if resources.is_empty() && kubectl.flags.list("filename").is_empty() {
        return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
    let pairs = changes(kubectl, words)?;
    let list = kubectl.flags.bool("list");
    let taken = taken_over(kubectl)?;
    let infos = find(kubectl, &resources)?;
    let pattern = kubectl.flags.text("containers").to_owned();
    let mut failures = Vec::new();
    for info in infos {
        let mut wanted = info.object.clone();
        let spec = pod_spec(&info, &mut wanted)?;
        let chosen = containers(spec, &["containers", "initContainers"], &pattern);
        if chosen.is_empty() {
            kubectl.eprint(&format!("Warning: {}/{} does not have any containers matching {pattern:?}\n", info.mapping.kind, info.name))?;
            continue;
        }
        let mut shown = String::new();
        for container in chosen {
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
            for pair in &pairs {
                change(container, pair, kubectl.flags.bool("overwrite")).or_else(|why| fail(format!("{why} for {}", info.object_name())))?;
            }
            for variable in &taken {
                add(container, variable.clone(), kubectl.flags.bool("overwrite")).or_else(|why| fail(format!("{why} for {}", info.object_name())))?;
            }
        }
        if list {
            kubectl.print(&shown)?;
        } else if let Err(failure) = caught(send(kubectl, &info, &wanted, dry_run, &printer, "env update to pod template"))? {
            failures.push(failure);
        }
    }
    all_of(failures)
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

/// The changes of the command line and of standard input: first what is set, then what is taken away.
fn changes(kubectl: &mut Kubectl<'_, '_>, words: Vec<String>) -> Outcome<Vec<String>> {
    let (mut set, mut removed) = (Vec::new(), Vec::new());
    let mut named = BTreeSet::new();
    for word in kubectl.flags.list("env").into_iter().chain(words) {
        if word == "-" {
            let given = kubectl.process.read_stdin_to_end()?;
            let lines = String::from_utf8_lossy(&given).lines().map(|line| line.split('#').next().unwrap_or_default().to_owned()).collect::<Vec<_>>();
            set.extend(lines.into_iter().filter(|line| line.contains('=')));
        } else if let Some((name, _)) = word.split_once('=') {
            let errors = strict_env_var_name(name);
            if !errors.is_empty() {
                return fail(format!("{name:?} is not a valid key name: {}", errors.join(";")));
            }
            named.insert(name.to_owned());
            set.push(word);
        } else if word.ends_with('-') {
            removed.push(word);
        } else {
            return fail(format!("unknown environment variable: {word}"));
        }
    }
    if removed.iter().any(|word| named.contains(&word[..word.len() - 1])) {
        return fail("can not both modify and remove the same environment variable in the same command");
    }
    set.extend(removed);
    Ok(set)
}

fn change(container: &mut Value, pair: &str, overwrite: bool) -> Result<(), String> {
    if let Some((name, value)) = pair.split_once('=') {
        return add(container, json!({"name": name, "value": value}), overwrite);
    }
    let mut variables = items(container, "/env").to_vec();
    let name = pair.strip_suffix('-').unwrap_or(pair);
    variables.retain(|variable| text(variable, "/name") != name);
    match (variables.is_empty(), container.as_object_mut()) {
        (true, Some(fields)) => drop(fields.remove("env")),
        _ => container["env"] = variables.into(),
    }
    Ok(())
}

fn add(container: &mut Value, variable: Value, overwrite: bool) -> Result<(), String> {
    let mut variables = items(container, "/env").to_vec();
    let name = text(&variable, "/name").to_owned();
    match variables.iter_mut().find(|known| text(known, "/name") == name) {
        Some(_) if !overwrite => return Err(format!("'{name}' already has a value, and --overwrite is false")),
        Some(known) => *known = variable,
        None => variables.push(variable),
    }
    container["env"] = variables.into();
    Ok(())
}

/// The variables that `--from=configmap/settings` makes, one for each key.
fn taken_over(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Vec<Value>> {
    let from = kubectl.flags.text("from").to_owned();
    if from.is_empty() {
        return Ok(Vec::new());
    }
    let found = Builder { args: vec![from], ..Builder::default() }.find(kubectl)?.all()?;
    let (keys, prefix) = (kubectl.flags.list("keys"), kubectl.flags.text("prefix").to_owned());
    let mut variables = Vec::new();
    for info in found {
        let reference = match info.mapping.kind.as_str() {
            "Secret" => "secretKeyRef",
            "ConfigMap" => "configMapKeyRef",
            kind => return fail(format!("unsupported resource specified in --from: {kind}")),
        };
        for (key, _) in fields(&info.object, "/data") {
            if !keys.is_empty() && !keys.contains(key) {
                continue;
            }
            let plain: String = key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_uppercase() } else { '_' }).collect();
            if plain != *key {
                kubectl.eprint(&format!("Warning: key {key} transferred to {plain}\n"))?;
            }
            variables.push(json!({"name": format!("{prefix}{plain}"), "valueFrom": {reference: {"name": info.name, "key": key}}}));
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
