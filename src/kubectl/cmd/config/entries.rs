//! `kubectl config set-cluster NAME --server=…` and `set-credentials NAME --token=…`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/config/{set_cluster,set_credentials}.go, v1.36.
//! Simplified: of several new variables of a plugin, the first that is given comes first.

use serde_json::{Value, json};

use super::command::{save, unexpected};
use super::property::drop_empty;
use crate::base64;
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::{Flag, Flags, Takes};
use crate::help;
use crate::kubectl::Kubectl;

pub(super) const SET_CLUSTER: Command = Command::new("set-cluster", &[CLUSTER_FLAGS], set_cluster);
pub(super) const SET_CREDENTIALS: Command = Command::new("set-credentials", &[USER_FLAGS], set_credentials);

const EMBED: Flag = Flag::new("embed-certs", Takes::Optional("true"), "false");
const CLUSTER_FLAGS: &[Flag] = &[
    EMBED,
    Flag::text("certificate-authority"),
    Flag::new("insecure-skip-tls-verify", Takes::Optional("true"), "false"),
    Flag::text("proxy-url"),
    Flag::text("server"),
    Flag::text("tls-server-name"),
];
const USER_FLAGS: &[Flag] = &[
    EMBED,
    Flag::text("auth-provider"),
    Flag::new("auth-provider-arg", Takes::List, ""),
    Flag::text("client-certificate"),
    Flag::text("client-key"),
    Flag::text("exec-api-version"),
    Flag::new("exec-arg", Takes::List, ""),
    Flag::text("exec-command"),
    Flag::new("exec-env", Takes::Repeated, ""),
    Flag::text("exec-interactive-mode"),
    Flag::new("exec-provide-cluster-info", Takes::Optional("true"), "false"),
    Flag::text("password"),
    Flag::text("token"),
    Flag::text("username"),
];

fn set_cluster(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let [name] = &flags.args[..] else { return unexpected(kubectl) };
    if name.is_empty() {
        return fail("you must specify a non-empty cluster name");
    }
    let authority = flags.text("certificate-authority");
    if flags.bool("insecure-skip-tls-verify") && !authority.is_empty() {
        return fail("you cannot specify a certificate authority and insecure mode at the same time");
    }
    if flags.bool("embed-certs") {
        if authority.is_empty() {
            return fail("you must specify a --certificate-authority to embed");
        }
        if kubectl.process.stat(authority)?.is_err() {
            return fail(format!("could not stat certificate-authority file {authority}: stat {authority}: no such file or directory"));
        }
    }
    let mut config = kubectl.kubeconfig()?;
    let mut cluster = config.entry_mut("clusters", name).0.clone();
    if flags.is_set("server") {
        cluster["server"] = flags.text("server").into();
        cluster["tls-server-name"] = "".into();
    }
    set_text(&mut cluster, &flags, "tls-server-name");
    if flags.is_set("insecure-skip-tls-verify") {
        cluster["insecure-skip-tls-verify"] = flags.bool("insecure-skip-tls-verify").into();
        if flags.bool("insecure-skip-tls-verify") {
            cluster["certificate-authority"] = "".into();
            cluster["certificate-authority-data"] = "".into();
        }
    }
    if certificate(kubectl, &mut cluster, &flags, "certificate-authority")? {
        cluster["insecure-skip-tls-verify"] = false.into();
    }
    set_text(&mut cluster, &flags, "proxy-url");
    *config.entry_mut("clusters", name).0 = cluster;
    drop_empty(&mut config);
    save(kubectl, &config)?;
    kubectl.print(&format!("Cluster {name:?} set.\n"))
}

fn set_text(entry: &mut Value, flags: &Flags, name: &str) {
    if flags.is_set(name) {
        entry[name] = flags.text(name).into();
    }
}

/// A file is named, or its contents are taken in; whether it was given.
fn certificate(kubectl: &mut Kubectl<'_, '_>, entry: &mut Value, flags: &Flags, name: &str) -> Outcome<bool> {
    if !flags.is_set(name) {
        return Ok(false);
    }
    let (path, data) = (flags.text(name), format!("{name}-data"));
    if flags.bool("embed-certs") {
        let bytes = kubectl.process.read_file(path)?.unwrap_or_default();
        entry[&data] = base64::encode(&bytes).into();
        entry[name] = "".into();
        return Ok(true);
    }
    let absolute = if path.starts_with('/') || path.is_empty() { path.to_owned() } else { format!("{}/{path}", kubectl.process.cwd()?) };
    entry[name] = absolute.into();
    if !path.is_empty() {
        entry[&data] = "".into();
    }
    Ok(true)
}

fn set_credentials(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let wrong = |kubectl: &mut Kubectl<'_, '_>, why: String| {
        kubectl.print(help::text(&kubectl.flags.command.clone()).unwrap_or_default())?;
        fail(why)
    };
    let [name] = &flags.args[..] else { return wrong(kubectl, format!("unexpected args: [{}]", flags.args.join(" "))) };
    let [provider_args, variables] = ["auth-provider-arg", "exec-env"].map(|flag| pairs(&flags.list(flag), flag));
    let provider_args = match provider_args {
        Ok(pairs) => pairs,
        Err(why) => return wrong(kubectl, why),
    };
    let variables = match variables {
        Ok(pairs) => pairs,
        Err(why) => return wrong(kubectl, why),
    };
    if name.is_empty() {
        return fail("you must specify a non-empty user name");
    }
    let methods: Vec<&str> = [("token", "token"), ("username", "basic"), ("password", "basic")]
        .into_iter()
        .filter(|(flag, _)| !flags.text(flag).is_empty())
        .map(|(_, method)| method)
        .collect();
    let (token, basic) = (methods.contains(&"token"), methods.contains(&"basic"));
    if token && basic {
        return fail("you cannot specify more than one authentication method at the same time: --token, --username/--password");
    }
    if flags.bool("embed-certs") {
        let (certificate, key) = (flags.text("client-certificate"), flags.text("client-key"));
        if certificate.is_empty() && key.is_empty() {
            return fail("you must specify a --client-certificate or --client-key to embed");
        }
        for (flag, path) in [("client-certificate", certificate), ("client-key", key)] {
            if !path.is_empty() && kubectl.process.stat(path)?.is_err() {
                return fail(format!("could not stat {flag} file {path}: stat {path}: no such file or directory"));
            }
        }
    }
    if flags.is_set("exec-interactive-mode") && !matches!(flags.text("exec-interactive-mode"), "IfAvailable" | "Never" | "Always") {
        return fail("invalid interactive mode type, can be only IfAvailable, Never, Always");
    }
    let mut config = kubectl.kubeconfig()?;
    let mut user = config.entry_mut("users", name).0.clone();
    for flag in ["client-certificate", "client-key"] {
        certificate(kubectl, &mut user, &flags, flag)?;
    }
    for flag in ["token", "username", "password"] {
        set_text(&mut user, &flags, flag);
    }
    set_provider(&mut user, &flags, &provider_args);
    set_plugin(&mut user, &flags, &variables);
    if token {
        user["username"] = "".into();
        user["password"] = "".into();
    } else if basic {
        user["token"] = "".into();
    }
    *config.entry_mut("users", name).0 = user;
    drop_empty(&mut config);
    save(kubectl, &config)?;
    kubectl.print(&format!("User {name:?} set.\n"))
}

/// `key=value` sets, `key-` removes.
struct Pairs {
    set: Vec<(String, String)>,
    removed: Vec<String>,
}

fn pairs(given: &[String], flag: &str) -> Result<Pairs, String> {
    let (mut pairs, mut wrong) = (Pairs { set: Vec::new(), removed: Vec::new() }, Vec::new());
    for word in given {
        match (word.split_once('='), word.strip_suffix('-')) {
            (Some((key, value)), _) if !key.is_empty() => pairs.set.push((key.to_owned(), value.to_owned())),
            (_, Some(key)) if !key.is_empty() => pairs.removed.push(key.to_owned()),
            _ => wrong.push(word.as_str()),
        }
    }
    if wrong.is_empty() { Ok(pairs) } else { Err(format!("invalid {flag} format: {}", wrong.join(", "))) }
}

fn set_provider(user: &mut Value, flags: &Flags, args: &Pairs) {
    if flags.is_set("auth-provider") && user.pointer("/auth-provider/name").and_then(Value::as_str) != Some(flags.text("auth-provider")) {
        user["auth-provider"] = json!({"name": flags.text("auth-provider"), "config": {}});
    }
    let Some(provider) = user.get_mut("auth-provider").filter(|provider| provider.is_object()) else { return };
    if !provider["config"].is_object() {
        provider["config"] = json!({});
    }
    for (key, value) in &args.set {
        provider["config"][key] = value.clone().into();
    }
    if let Some(config) = provider["config"].as_object_mut() {
        config.retain(|key, _| !args.removed.contains(key) || args.set.iter().any(|(set, _)| set == key));
    }
}

/// A user without a plugin gets one by its command alone.
fn set_plugin(user: &mut Value, flags: &Flags, variables: &Pairs) {
    if flags.is_set("exec-command") {
        if !user.get("exec").is_some_and(Value::is_object) {
            user["exec"] = json!({"env": null, "provideClusterInfo": false});
        }
        user["exec"]["command"] = flags.text("exec-command").into();
        user["exec"]["args"] = Value::Null;
    }
    let Some(exec) = user.get_mut("exec").filter(|exec| exec.is_object()) else { return };
    for (flag, field) in [("exec-api-version", "apiVersion"), ("exec-interactive-mode", "interactiveMode")] {
        if flags.is_set(flag) {
            exec[field] = flags.text(flag).into();
        }
    }
    let args = flags.list("exec-arg");
    if !args.is_empty() {
        exec["args"] = args.into();
    }
    if flags.is_set("exec-provide-cluster-info") {
        exec["provideClusterInfo"] = flags.bool("exec-provide-cluster-info").into();
    }
    if flags.is_set("exec-env") {
        let mut env = exec["env"].as_array().cloned().unwrap_or_default();
        env.retain(|variable| !variables.removed.iter().any(|name| variable["name"] == **name));
        for (name, value) in &variables.set {
            match env.iter_mut().find(|variable| variable["name"] == **name) {
                Some(variable) => variable["value"] = value.clone().into(),
                None => env.push(json!({"name": name, "value": value})),
            }
        }
        exec["env"] = env.into();
    }
}
