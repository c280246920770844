//! `kubectl set env deployment/web MODE=test OLD-`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_env.go, v1.36.
//! Simplified: `--from`, `--resolve`, `--local` and variables from standard input are refused.

use serde_json::{Value, json};

use super::template::{OWN, containers, find, pod_spec, send};
use crate::cmd::change::{ALL, DRY_RUN, FILES, PRINT, SELECTOR, resources_and_pairs};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{items, text};

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
    for flag in ["from", "resolve", "keys", "prefix"] {
        if kubectl.flags.is_set(flag) {
            return not_simulated(format!("kubectl set env --{flag}"));
        }
    }
    let (resources, mut pairs) = resources_and_pairs(&kubectl.flags.args, "environment")?;
    pairs.extend(kubectl.flags.list("env"));
    if pairs.iter().any(|pair| pair == "-") {
        return not_simulated("kubectl set env from standard input");
    }
    if resources.is_empty() && kubectl.flags.list("filename").is_empty() {
        return fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    }
    let list = kubectl.flags.bool("list");
    let infos = find(kubectl, &resources)?;
    if pairs.is_empty() && !list {
        return fail("at least one environment variable must be provided");
    }
    let pattern = kubectl.flags.text("containers").to_owned();
    let mut failures = Vec::new();
    for info in infos {
        let mut wanted = info.object.clone();
        let spec = pod_spec(&info, &mut wanted)?;
        let chosen = containers(spec, &["containers"], &pattern);
        if chosen.is_empty() {
            kubectl.eprint(&format!("warning: {} does not have any containers matching {pattern:?}\n", info.object_name()))?;
            continue;
        }
        let mut shown = String::new();
        for container in chosen {
            if list {
                shown.push_str(&format!("# {}, container {}\n{}", info.object_name(), text(container, "/name"), listed(container)));
                continue;
            }
            for pair in &pairs {
                change(container, pair, kubectl.flags.bool("overwrite")).or_else(|why| fail(format!("{why} for {}", info.object_name())))?;
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

fn change(container: &mut Value, pair: &str, overwrite: bool) -> Result<(), String> {
    let mut variables = items(container, "/env").to_vec();
    match pair.split_once('=') {
        None => {
            let name = pair.trim_end_matches('-');
            variables.retain(|variable| text(variable, "/name") != name);
        }
        Some((name, value)) => {
            let variable = json!({"name": name, "value": value});
            match variables.iter_mut().find(|variable| text(variable, "/name") == name) {
                Some(_) if !overwrite => return Err(format!("'{name}' already has a value, and --overwrite is false")),
                Some(known) => *known = variable,
                None => variables.push(variable),
            }
        }
    }
    match (variables.is_empty(), container.as_object_mut()) {
        (true, Some(fields)) => {
            fields.remove("env");
        }
        _ => container["env"] = variables.into(),
    }
    Ok(())
}

fn listed(container: &Value) -> String {
    let line = |variable: &Value| {
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
    };
    items(container, "/env").iter().map(line).collect()
}
