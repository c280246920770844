//! `kubectl kuberc`: shows and changes a user's own defaults and aliases.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/kuberc/{view,set}.go, v1.36.
//! Simplified: an empty file, or none that is to be made, cannot be viewed; kubectl 1.36 breaks there.

use serde_json::{Value, json};

use super::change::PRINT;
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kuberc::{self, position};
use crate::kubectl::Kubectl;
use crate::manifest;
use crate::printers::json::Order;
use crate::printers::{format, yaml};

pub const COMMAND: Command = Command::group("kuberc", &[&SET, &VIEW]);

const VIEW: Command = Command::new("view", &[PRINT], view);
const SET: Command = Command {
    required: &["section"],
    ..Command::new(
        "set",
        &[&[
            Flag::new("allowlist-entry", Takes::Repeated, ""),
            Flag::new("appendarg", Takes::Repeated, ""),
            Flag::text("command"),
            Flag::text("name"),
            Flag::new("option", Takes::Repeated, ""),
            Flag::bool("overwrite"),
            Flag::text("policy"),
            Flag::new("prependarg", Takes::Repeated, ""),
            Flag::text("section"),
        ]],
        set,
    )
};

/// The order of fields in a kuberc.
const ORDER: &[&str] = &["kind", "apiVersion", "defaults", "name", "command", "prependArgs", "appendArgs", "options", "default", "aliases", "credentialPluginPolicy", "credentialPluginAllowlist"];

const VERSION: &str = "kubectl.config.k8s.io/v1beta1";

/// Where the file is, and whether somebody asked for just this one.
fn located(kubectl: &Kubectl<'_, '_>) -> Outcome<(String, bool)> {
    match kuberc::path(kubectl.process, kubectl.flags.text("kuberc"))? {
        Some(located) => Ok(located),
        None => fail("KUBERC is disabled via KUBERC=off environment variable"),
    }
}

fn parsed(bytes: &[u8]) -> Outcome<Value> {
    match manifest::first_document(&String::from_utf8_lossy(bytes)) {
        Ok(value) if value.is_object() => Ok(typed(&value)),
        Ok(_) => not_simulated("a kuberc without an object"),
        Err(error) => fail(format!("error parsing kuberc file: {error}")),
    }
}

/// The fields that a kuberc has, those that are always written among them.
fn typed(value: &Value) -> Value {
    let kept = |value: &Value, always: &[&str], others: &[&str]| {
        let mut made = json!({});
        for field in always {
            made[*field] = value[*field].clone();
        }
        for field in others {
            if !matches!(&value[*field], Value::Null) && value[*field] != json!([]) && value[*field] != json!("") {
                made[*field] = value[*field].clone();
            }
        }
        made
    };
    let options = |made: &mut Value| {
        for option in made["options"].as_array_mut().into_iter().flatten() {
            *option = kept(option, &["name", "default"], &[]);
        }
    };
    let mut made = kept(value, &["defaults", "aliases"], &["apiVersion", "kind", "credentialPluginPolicy", "credentialPluginAllowlist"]);
    for default in made["defaults"].as_array_mut().into_iter().flatten() {
        *default = kept(default, &["command", "options"], &[]);
        options(default);
    }
    for alias in made["aliases"].as_array_mut().into_iter().flatten() {
        *alias = kept(alias, &["name", "command"], &["prependArgs", "appendArgs", "options"]);
        options(alias);
    }
    made
}

fn view(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let (path, explicit) = located(kubectl)?;
    let Ok(bytes) = kubectl.read_file(&path)? else {
        if explicit {
            return fail(format!("kuberc file not found at {path}"));
        }
        kubectl.print(&format!("kuberc file not found at {path}\nWould you like to generate a default kuberc file with recommended options? (y/N): "))?;
        let answer = kubectl.process.read_line()?.unwrap_or_default();
        return match answer.trim() {
            "" => Ok(()),
            answer if answer.eq_ignore_ascii_case("y") => {
                let default = |command: &str, flag: &str| json!({"command": command, "options": [{"name": flag, "default": "true"}]});
                save(kubectl, &path, &json!({"apiVersion": VERSION, "kind": "Preference", "defaults": [default("apply", "server-side"), default("delete", "interactive")], "aliases": null}))
            }
            _ => not_simulated("kubectl 1.36 breaks at any other answer"),
        };
    };
    let mut preference = parsed(&bytes)?;
    for list in ["aliases", "defaults"] {
        if preference[list].is_null() {
            preference[list] = json!([]);
        }
    }
    let output = match kubectl.flags.text("output") {
        "" => "yaml".to_owned(),
        output => output.to_owned(),
    };
    let printer = format::printer(&output, kubectl.flags.text("template"), "", format::CHANGE, false)?.typed(Order::Listed(ORDER));
    kubectl.print_object(&printer, &preference)
}

fn save(kubectl: &mut Kubectl<'_, '_>, path: &str, preference: &Value) -> Outcome<()> {
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    if !directory.is_empty() && kubectl.process.stat(directory)?.is_err() {
        let _ = kubectl.process.mkdir(directory)?;
    }
    if let Err(error) = kubectl.process.write_file(path, yaml::document(preference).as_bytes(), 0o644)? {
        return fail(format!("failed to write kuberc file: open {path}: {}", error.to_string().to_lowercase()));
    }
    kubectl.print(&format!("Updated {path}\n"))
}

fn set(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let (path, _) = located(kubectl)?;
    let (section, policy) = (kubectl.flags.text("section").to_owned(), kubectl.flags.text("policy").to_owned());
    validate(kubectl, &section, &policy)?;
    let mut preference = match kubectl.read_file(&path)? {
        Ok(bytes) if !bytes.is_empty() => parsed(&bytes)?,
        _ => json!({"apiVersion": VERSION, "kind": "Preference", "defaults": null, "aliases": null}),
    };
    let mut options = Vec::new();
    for option in kubectl.flags.list("option") {
        let Some((name, value)) = option.split_once('=') else { return fail(format!("invalid option format {option:?}, expected flag=value")) };
        options.push(json!({"name": name.trim_start_matches('-'), "default": value}));
    }
    let options = if options.is_empty() { Value::Null } else { Value::Array(options) };
    match section.as_str() {
        "defaults" => {
            let command = kubectl.flags.text("command");
            let known = position(&preference, "defaults", "command", command);
            if known.is_some() && !kubectl.flags.bool("overwrite") {
                return fail(format!("defaults for command {command:?} already exist, use --overwrite to replace"));
            }
            put(&mut preference, "defaults", known, json!({"command": command, "options": options}), &["options"]);
        }
        "aliases" => {
            let (name, list) = (kubectl.flags.text("name"), |flag: &str| kubectl.flags.list(flag));
            let known = position(&preference, "aliases", "name", name);
            if known.is_some() && !kubectl.flags.bool("overwrite") {
                return fail(format!("alias {name:?} already exists, use --overwrite to replace"));
            }
            let alias = json!({"name": name, "command": kubectl.flags.text("command"), "prependArgs": list("prependarg"), "appendArgs": list("appendarg"), "options": options});
            put(&mut preference, "aliases", known, alias, &["prependArgs", "appendArgs", "options"]);
        }
        _ => {
            if policy == "Allowlist" {
                preference["credentialPluginAllowlist"] = Value::Array(entries(&kubectl.flags.list("allowlist-entry"))?);
            }
            preference["credentialPluginPolicy"] = policy.into();
        }
    }
    save(kubectl, &path, &typed(&preference))
}

/// Adds an entry, or takes the place of the one that is there; of that stays what the new one leaves open.
fn put(preference: &mut Value, list: &str, known: Option<usize>, mut entry: Value, kept: &[&str]) {
    let Some(at) = known else {
        if !preference[list].is_array() {
            preference[list] = json!([]);
        }
        preference[list].as_array_mut().expect("it was just made a list").push(entry);
        return;
    };
    for field in kept {
        if entry[*field].as_array().is_none_or(Vec::is_empty) {
            entry[*field] = preference[list][at][*field].clone();
        }
    }
    preference[list][at] = entry;
}

fn validate(kubectl: &Kubectl<'_, '_>, section: &str, policy: &str) -> Outcome<()> {
    let flags = &kubectl.flags;
    let (aliases, plugin) = (section == "aliases", section == "credentialplugin");
    let none = |flag: &str| flags.list(flag).is_empty();
    let problem = if !aliases && !plugin && section != "defaults" {
        format!("--section must be \"defaults\", \"aliases\", or \"credentialplugin\", got: {section}")
    } else if aliases && flags.text("name").is_empty() {
        "--name is required when --section=aliases".to_owned()
    } else if section == "defaults" && !flags.text("name").is_empty() {
        "--name should not be specified when --section=defaults".to_owned()
    } else if section == "defaults" && !(none("prependarg") && none("appendarg")) {
        "--prependarg and --appendarg are only valid for --section=aliases".to_owned()
    } else if !plugin && flags.text("command").is_empty() {
        "--command is required when --section=aliases or --section=defaults".to_owned()
    } else if !plugin {
        return Ok(());
    } else {
        match policy {
            "" => "--policy is required when --section=credentialplugin".to_owned(),
            "AllowAll" | "DenyAll" if !none("allowlist-entry") => "--allowlist-entry may only be used when --section=credentialplugin and --policy=Allowlist".to_owned(),
            "Allowlist" if none("allowlist-entry") => "--allowlist-entry is required when --section=credentialplugin and --policy=Allowlist".to_owned(),
            "AllowAll" | "DenyAll" | "Allowlist" => return Ok(()),
            _ => format!(" --policy must be  \"AllowAll\", \"DenyAll\", or \"Allowlist\", got: {policy}"),
        }
    };
    fail(problem)
}

fn entries(written: &[String]) -> Outcome<Vec<Value>> {
    let (mut entries, mut errors): (Vec<Value>, Vec<String>) = (Vec::new(), Vec::new());
    for pair in written.iter().flat_map(|entry| entry.split(',')) {
        match pair.split_once('=') {
            None => errors.push(format!("improperly formatted allowlist entry: {pair:?}")),
            Some(("name", _)) => errors.push("allowlist entry field \"name\" is deprecated, use \"command\" instead".to_owned()),
            Some(("command", value)) if value.trim().is_empty() => errors.push("empty value in allowlist entry for field \"command\"".to_owned()),
            Some(("command", value)) => entries.push(json!({"command": value})),
            Some((field, _)) => errors.push(format!("unrecognized allowlist entry field: {field:?}")),
        }
    }
    all_of(errors.into_iter().map(Failure::Message).collect())?;
    Ok(entries)
}
