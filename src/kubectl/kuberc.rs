//! The kuberc: a user's own defaults for flags, and aliases of commands.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/kuberc/{kuberc,marshal}.go, staging/src/k8s.io/kubectl/pkg/config, client-go/plugin/pkg/client/auth/exec
//! (ValidatePluginPolicy), v1.36.
//! Simplified: completion knows no aliases; programs on the list of those that may give credentials are compared by what is written.

use podarium_machine::Process;
use serde_json::Value;

use crate::command::{Command, GLOBAL, find};
use crate::exec_plugin::PluginPolicy;
use crate::failure::{Failure, Outcome, Stop, fail};
use crate::flags::{Flag, Flags};
use crate::manifest;
use crate::unstructured::{items, text};

/// A command line with what the kuberc makes of it.
pub(crate) struct Applied {
    pub args: Vec<String>,
    /// The name of the alias that was called, and the command that it stands for. The arguments are without it.
    pub alias: Option<(String, Vec<&'static Command>)>,
    /// Which programs may be run for credentials.
    pub policy: PluginPolicy,
}

/// The field names of a version.
struct Names {
    defaults: &'static str,
    options: &'static str,
}

const GROUP: &str = "kubectl.config.k8s.io";

fn names(version: &str) -> Option<Names> {
    match version.strip_prefix(GROUP)? {
        "/v1beta1" => Some(Names { defaults: "defaults", options: "options" }),
        "/v1alpha1" => Some(Names { defaults: "overrides", options: "flags" }),
        _ => None,
    }
}

#[derive(Clone, Debug, Default)]
struct Preference {
    defaults: Vec<Defaults>,
    aliases: Vec<Alias>,
    /// Which programs may be run for credentials, and their list.
    policy: String,
    allowed: Option<Vec<String>>,
}

/// Default flags of a command.
#[derive(Clone, Debug, Default)]
struct Defaults {
    command: String,
    options: Vec<(String, String)>,
}

#[derive(Clone, Debug, Default)]
struct Alias {
    name: String,
    command: String,
    prepended: Vec<String>,
    appended: Vec<String>,
    options: Vec<(String, String)>,
}

/// Where the kuberc is, unless it is switched off, and whether somebody asked for just this one.
pub(crate) fn path(process: &Process<'_>, flag: &str) -> Outcome<Option<(String, bool)>> {
    let variable = process.env("KUBERC").unwrap_or_default();
    if variable == "off" {
        if !flag.is_empty() {
            return fail("disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive");
        }
        return Ok(None);
    }
    let usual = format!("{}/.kube/kuberc", process.env("HOME").unwrap_or_default());
    Ok(Some(match (flag, variable.as_str()) {
        ("", "") => (usual, false),
        ("", variable) => (variable.to_owned(), true),
        (flag, variable) if flag == usual && !variable.is_empty() => (variable.to_owned(), true),
        (flag, _) => (flag.to_owned(), true),
    }))
}

/// Whether this kubectl looks at a kuberc at all (`KUBECTL_KUBERC=false`).
fn is_disabled(process: &Process<'_>) -> bool {
    matches!(process.env("KUBECTL_KUBERC").as_deref(), Some("0" | "f" | "F" | "FALSE" | "false" | "False"))
}

/// Puts a user's defaults and aliases into the command line.
pub(crate) fn apply(process: &mut Process<'_>, args: Vec<String>) -> Outcome<Applied> {
    if args.is_empty() || is_disabled(process) {
        return Ok(Applied { args, alias: None, policy: PluginPolicy::default() });
    }
    match applied(process, &args) {
        Ok(applied) => Ok(applied),
        Err(Stop::Failed(failure)) => Err(Failure::Plain(format!("error occurred while applying preferences {}", failure.text())).into()),
        Err(waits) => Err(waits),
    }
}

fn applied(process: &mut Process<'_>, args: &[String]) -> Outcome<Applied> {
    let plain = || Applied { args: args.to_vec(), alias: None, policy: PluginPolicy::default() };
    let Some(preference) = load(process, &explicit(args)?)? else { return Ok(plain()) };
    validate(&preference)?;
    let program = process.args()[0].clone();
    let mut applied = alias(process, &preference, args, &program)?.unwrap_or_else(plain);
    defaults(process, &preference, &mut applied)?;
    applied.policy = PluginPolicy { policy: preference.policy, allowed: preference.allowed.unwrap_or_default() };
    Ok(applied)
}

/// The value of `--kuberc`, looked for before flags are read.
fn explicit(args: &[String]) -> Outcome<String> {
    for (at, arg) in args.iter().enumerate().take_while(|(_, arg)| *arg != "--") {
        let value = match arg.split_once("--kuberc=") {
            _ if arg == "--kuberc" => args.get(at + 1).map(String::as_str),
            Some((_, value)) => value.split('=').next().filter(|value| !value.is_empty()),
            None => continue,
        };
        return value.map_or_else(|| fail("kuberc file is not found"), |value| Ok(value.to_owned()));
    }
    Ok(String::new())
}

fn load(process: &mut Process<'_>, flag: &str) -> Outcome<Option<Preference>> {
    let located = match path(process, flag) {
        Err(Stop::Failed(failure)) => return fail(format!("kuberc error {}", failure.text())),
        located => located?,
    };
    let Some((path, explicitly)) = located else { return Ok(None) };
    let bytes = match process.read_file(&path)? {
        Ok(bytes) => bytes,
        Err(_) if !explicitly => return Ok(None),
        Err(error) => return fail(format!("kuberc error kuberc: open {path}: {}", error.to_string().to_lowercase())),
    };
    match decode(&bytes, &path) {
        Ok((preference, strict)) => {
            if let Some(strict) = strict {
                process.eprint(&format!("kuberc: ignoring strict decoding error in {path}: {strict}"))?;
            }
            Ok(preference)
        }
        Err(error) if explicitly => fail(format!("kuberc error kuberc: {error}")),
        Err(error) => {
            process.eprint(&format!("kuberc: no preferences loaded from {path}: {error}"))?;
            Ok(None)
        }
    }
}

/// The first document that is a Preference of a known version, and what is strange about it.
fn decode(bytes: &[u8], path: &str) -> Result<(Option<Preference>, Option<String>), String> {
    let (documents, error) = manifest::documents(bytes);
    for document in &documents {
        let Some(names) = names(text(document, "/apiVersion")).filter(|_| text(document, "/kind") == "Preference") else { continue };
        let mut unknown = Vec::new();
        if let Some(preference) = read(document, &names, &mut unknown) {
            let strict = (!unknown.is_empty()).then(|| format!("strict decoding error: {}", unknown.join(", ")));
            return Ok((Some(preference), strict));
        }
    }
    if documents.is_empty() && error.is_none() {
        return Ok((None, None));
    }
    Err(format!("no valid preferences found in {path}, use --v=5 to see details"))
}

/// Nothing if a field has the wrong type.
fn read(document: &Value, names: &Names, unknown: &mut Vec<String>) -> Option<Preference> {
    let beta = names.options == "options";
    let top: &[&str] = if beta { &["credentialPluginPolicy", "credentialPluginAllowlist"] } else { &[] };
    note_unknown(document, "", &[&["apiVersion", "kind", "aliases", names.defaults][..], top].concat(), unknown)?;
    let mut preference = Preference::default();
    if beta {
        preference.policy = string(document, "credentialPluginPolicy")?;
        let command = |entry: &Value| string(entry, "command").filter(|_| entry.is_object());
        let allowed = list(document, "credentialPluginAllowlist")?.iter().map(command).collect::<Option<Vec<String>>>()?;
        preference.allowed = document["credentialPluginAllowlist"].is_array().then_some(allowed);
    }
    for (at, written) in list(document, "aliases")?.iter().enumerate() {
        let place = format!("aliases[{at}].");
        note_unknown(written, &place, &["name", "command", "prependArgs", "appendArgs", names.options], unknown)?;
        preference.aliases.push(Alias {
            name: string(written, "name")?,
            command: string(written, "command")?,
            prepended: strings(written, "prependArgs")?,
            appended: strings(written, "appendArgs")?,
            options: options(written, names.options, &place, unknown)?,
        });
    }
    for (at, written) in list(document, names.defaults)?.iter().enumerate() {
        let place = format!("{}[{at}].", names.defaults);
        note_unknown(written, &place, &["command", names.options], unknown)?;
        preference.defaults.push(Defaults { command: string(written, "command")?, options: options(written, names.options, &place, unknown)? });
    }
    Some(preference)
}

fn note_unknown(value: &Value, place: &str, known: &[&str], unknown: &mut Vec<String>) -> Option<()> {
    let fields = value.as_object()?;
    unknown.extend(fields.keys().filter(|field| !known.contains(&field.as_str())).map(|field| format!("unknown field {:?}", format!("{place}{field}"))));
    Some(())
}

fn list<'a>(value: &'a Value, field: &str) -> Option<&'a [Value]> {
    match &value[field] {
        Value::Null => Some(&[]),
        Value::Array(list) => Some(list),
        _ => None,
    }
}

fn string(value: &Value, field: &str) -> Option<String> {
    match &value[field] {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn strings(value: &Value, field: &str) -> Option<Vec<String>> {
    list(value, field)?.iter().map(|one| one.as_str().map(str::to_owned)).collect()
}

fn options(value: &Value, field: &str, place: &str, unknown: &mut Vec<String>) -> Option<Vec<(String, String)>> {
    let mut all = Vec::new();
    for (at, option) in list(value, field)?.iter().enumerate() {
        note_unknown(option, &format!("{place}{field}[{at}]."), &["name", "default"], unknown)?;
        all.push((string(option, "name")?, string(option, "default")?));
    }
    Some(all)
}

fn validate(preference: &Preference) -> Outcome<()> {
    let dashed = |options: &[(String, String)]| match options.iter().find(|(name, _)| name.starts_with('-')) {
        Some((name, _)) => fail(format!("flag name {name} should be in long form without dashes")),
        None => Ok(()),
    };
    for (at, alias) in preference.aliases.iter().enumerate() {
        if alias.name.is_empty() || !alias.name.chars().all(|letter| letter.is_ascii_alphabetic()) {
            return fail("invalid alias name, can only include alphabetical characters");
        }
        dashed(&alias.options)?;
        if preference.aliases[..at].iter().any(|other| other.name == alias.name) {
            return fail(format!("duplicate alias name {}", alias.name));
        }
    }
    preference.defaults.iter().try_for_each(|default| dashed(&default.options))?;
    match policy_fault(&preference.policy, preference.allowed.as_deref()) {
        Some(fault) => fail(fault),
        None => Ok(()),
    }
}

fn policy_fault(policy: &str, allowed: Option<&[String]>) -> Option<String> {
    match (policy, allowed) {
        ("" | "AllowAll" | "DenyAll", None) => None,
        ("" | "AllowAll" | "DenyAll", Some(_)) => Some(format!("misconfigured credential plugin allowlist: plugin policy is {policy:?} but allowlist is non-nil")),
        ("Allowlist", None) => Some("credential plugin policy set to \"Allowlist\", but allowlist is unspecified".to_owned()),
        ("Allowlist", Some([])) => Some("credential plugin policy set to \"Allowlist\", but allowlist is empty; use \"DenyAll\" policy instead".to_owned()),
        ("Allowlist", Some(allowed)) => {
            let empty = allowed.iter().position(String::is_empty);
            empty.map(|at| format!("misconfigured credential plugin allowlist: empty allowlist entry #{}", at + 1))
        }
        _ => Some(format!("unknown plugin policy: {policy:?}")),
    }
}

/// The words of a command, or nothing if kubectl has none of that name.
fn command_of(words: &str) -> Option<(Vec<&'static Command>, Vec<String>)> {
    let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    let (path, rest) = find(&words);
    (!path.is_empty() || rest.is_empty()).then_some((path, rest))
}

fn flags_of(path: &[&'static Command]) -> Vec<&'static Flag> {
    path.last().map_or(&[][..], |command| command.flags).iter().copied().flatten().chain(GLOBAL).collect()
}

/// The flags with which a default is given. One that the line has already stays as it is.
fn given(known: &[&Flag], options: &[(String, String)], args: &[String], unknown: impl Fn(&str) -> String, wrong: impl Fn(&str, &str, &str) -> String) -> Outcome<Vec<String>> {
    let mut given = Vec::new();
    for (name, value) in options {
        let Some(flag) = known.iter().find(|flag| flag.name == *name) else { return fail(unknown(name)) };
        if is_given(flag, known, args) {
            continue;
        }
        let word = format!("--{name}={value}");
        if let Err(error) = Flags::parse(known, std::slice::from_ref(&word)) {
            return fail(wrong(name, value, &error));
        }
        given.push(word);
    }
    Ok(given)
}

/// Whether a line has a flag, by its name or by its letter, alone or among others.
fn is_given(flag: &Flag, known: &[&Flag], args: &[String]) -> bool {
    args.iter().any(|arg| {
        if arg.strip_prefix("--").is_some_and(|long| long.split('=').next() == Some(flag.name)) {
            return true;
        }
        let (Some(short), Some(letters)) = (flag.short, arg.strip_prefix('-')) else { return false };
        let all_letters = !letters.is_empty() && letters.chars().all(|letter| letter.is_ascii_alphabetic());
        letters.starts_with(short) || all_letters && known.iter().any(|flag| flag.short == Some(short)) && letters.contains(short)
    })
}

fn alias(process: &mut Process<'_>, preference: &Preference, args: &[String], program: &str) -> Outcome<Option<Applied>> {
    let (path, _) = find(args);
    let Some(at) = args.iter().position(|arg| !arg.starts_with('-')) else { return Ok(None) };
    if !path.is_empty() {
        return Ok(None);
    }
    let Some(alias) = preference.aliases.iter().find(|alias| alias.name == args[at]) else { return Ok(None) };
    if command_of(&alias.name).is_some() {
        process.eprint(&format!("Warning: Setting alias {:?} to a built-in command is not supported\n", alias.name))?;
        return Ok(None);
    }
    let Some((path, _)) = command_of(&alias.command).filter(|(path, _)| !path.is_empty()) else {
        return fail(format!("command {:?} not found to set alias {:?}: [{}]", alias.command, alias.name, alias.command.split_whitespace().collect::<Vec<_>>().join(" ")));
    };
    let unknown = |name: &str| format!("invalid alias flag {name} in alias {program}");
    let wrong = |name: &str, value: &str, why: &str| format!("could not apply value {value} to flag {name} in alias {program} err: {why}");
    let mut line = given(&flags_of(&path), &alias.options, args, unknown, wrong)?;
    let (before, after) = (&args[..at], &args[at + 1..]);
    line.extend(before.iter().chain(&alias.prepended).chain(after).chain(&alias.appended).cloned());
    Ok(Some(Applied { args: line, alias: Some((alias.name.clone(), path)), policy: PluginPolicy::default() }))
}

fn defaults(process: &mut Process<'_>, preference: &Preference, applied: &mut Applied) -> Outcome<()> {
    let path = match &applied.alias {
        Some((_, path)) => path.clone(),
        None => find(&applied.args).0,
    };
    let called = applied.alias.as_ref().map(|(name, _)| name.as_str());
    let Some(name) = called.or_else(|| path.last().map(|command| command.name)) else { return Ok(()) };
    let mut line = Vec::new();
    for default in &preference.defaults {
        let wanted = match command_of(&default.command) {
            Some((of, _)) => of.last().map_or("kubectl", |command| command.name),
            None if called.is_some_and(|name| default.command.split_whitespace().next() == Some(name)) => name,
            None => {
                process.eprint(&format!("Warning: command {:?} not found to set kuberc override\n", default.command))?;
                continue;
            }
        };
        if wanted != name {
            continue;
        }
        if called.is_some() {
            return fail(format!("alias {name} can not be overridden"));
        }
        let unknown = |name: &str| format!("invalid flag {name} for command {}", default.command);
        let wrong = |name: &str, value: &str, why: &str| format!("could not apply override value {value} to flag {name} in command {} err: {why}", default.command);
        line.extend(given(&flags_of(&path), &default.options, &applied.args, unknown, wrong)?);
    }
    line.append(&mut applied.args);
    applied.args = line;
    Ok(())
}

/// The names of the entries of a list, for `kuberc set`.
pub(crate) fn position(preference: &Value, list: &str, key: &str, name: &str) -> Option<usize> {
    items(preference, &format!("/{list}")).iter().position(|entry| text(entry, &format!("/{key}")) == name)
}
