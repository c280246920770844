//! `kubectl config`: shows and changes the kubeconfig.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/config, v1.36.
//! Simplified: JSON has the version of an exec plugin before its command.

use serde_json::Value;

use super::{entries, property};
use crate::cmd::change::PRINT;
use crate::command::Command;
use crate::failure::{Failure, Outcome, fail, usage};
use crate::flags::Flag;
use crate::help;
use crate::kubeconfig::Kubeconfig;
use crate::kubectl::Kubectl;
use crate::printers::format;
use crate::printers::json::Order;
use crate::printers::tabwriter::TABLE;
use crate::unstructured::text;

pub const COMMAND: Command = Command::group("config", &[
    &VIEW,
    &GET_CONTEXTS,
    &CURRENT,
    &Command { aliases: &["use"], ..Command::new("use-context", &[], use_context) },
    &SET_CONTEXT,
    &Command::new("get-clusters", &[], get_clusters),
    &Command::new("get-users", &[], get_users),
    &Command::new("delete-context", &[], delete_context),
    &Command::new("delete-cluster", &[], delete_cluster),
    &Command::new("delete-user", &[], delete_user),
    &Command::new("rename-context", &[], rename_context),
    &property::SET,
    &property::UNSET,
    &entries::SET_CLUSTER,
    &entries::SET_CREDENTIALS,
]);

/// The order of fields in a kubeconfig.
const ORDER: &[&str] = &[
    "kind", "apiVersion", "preferences", "name", "cluster", "user", "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority",
    "certificate-authority-data", "client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "username", "password",
    "auth-provider", "exec", "command", "args", "env", "value", "installHint", "provideClusterInfo", "interactiveMode", "namespace", "clusters", "users", "contexts", "current-context",
];

const VIEW: Command = Command::new("view", &[PRINT, &[Flag::bool("flatten"), Flag::bool("minify"), Flag::bool("raw"), Flag::bool("merge")]], view);
const GET_CONTEXTS: Command = Command::new("get-contexts", &[&[Flag::bool("no-headers"), Flag::text("output").short('o')]], get_contexts);
const CURRENT: Command = Command::new("current-context", &[], current_context);
const SET_CONTEXT: Command = Command::new("set-context", &[&[Flag::bool("current")]], set_context);

pub(super) fn save(kubectl: &mut Kubectl<'_, '_>, config: &Kubeconfig) -> Outcome<()> {
    for file in config.to_write() {
        let directory = file.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        if !directory.is_empty() && kubectl.process.stat(directory)?.is_err() {
            let _ = kubectl.process.mkdir(directory)?;
        }
        if let Err(error) = kubectl.process.write_file(&file.path, file.to_yaml().as_bytes(), 0o600)? {
            return fail(format!("open {}: {}", file.path, error.to_string().to_lowercase()));
        }
    }
    Ok(())
}

fn view(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if !kubectl.flags.args.is_empty() {
        return usage("kubectl config view", format!("unexpected arguments: [{}]", kubectl.flags.args.join(" ")));
    }
    if kubectl.flags.is_set("merge") && !kubectl.flags.bool("merge") && kubectl.flags.text("kubeconfig").is_empty() {
        return fail("if merge==false a precise file must be specified");
    }
    let config = kubectl.kubeconfig()?;
    let mut data = config.complete();
    let context = match kubectl.flags.text("context") {
        "" => config.current().to_owned(),
        context => context.to_owned(),
    };
    if kubectl.flags.bool("minify") {
        let Some(entry) = config.entry("contexts", &context) else {
            return fail(if context.is_empty() { "current-context must exist in order to minify".to_owned() } else { format!("cannot locate context {context}") });
        };
        let (cluster, user) = (text(entry, "/cluster").to_owned(), text(entry, "/user").to_owned());
        if config.entry("clusters", &cluster).is_none() {
            return fail(format!("cannot locate cluster {cluster}"));
        }
        for (list, name) in [("contexts", &context), ("clusters", &cluster), ("users", &user)] {
            if let Some(all) = data[list].as_array_mut() {
                all.retain(|entry| text(entry, "/name") == name);
            }
        }
    }
    if !kubectl.flags.bool("raw") && !kubectl.flags.bool("flatten") {
        hide_secrets(&mut data);
    }
    let output = match kubectl.flags.text("output") {
        "" => "yaml".to_owned(),
        output => output.to_owned(),
    };
    let printer = format::printer(&output, kubectl.flags.text("template"), "", format::CHANGE, false)?.typed(Order::Listed(ORDER));
    kubectl.print_object(&printer, &data)
}

fn hide_secrets(data: &mut Value) {
    for (list, entry, field, shown) in [
        ("users", "user", "token", "REDACTED"),
        ("users", "user", "password", "REDACTED"),
        ("users", "user", "client-certificate-data", "DATA+OMITTED"),
        ("users", "user", "client-key-data", "DATA+OMITTED"),
        ("clusters", "cluster", "certificate-authority-data", "DATA+OMITTED"),
    ] {
        for one in data[list].as_array_mut().into_iter().flatten() {
            if one[entry].get(field).is_some() {
                one[entry][field] = shown.into();
            }
        }
    }
}

fn get_contexts(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let config = kubectl.kubeconfig()?;
    let wanted = kubectl.flags.args.clone();
    let output = kubectl.flags.text("output").to_owned();
    if !matches!(output.as_str(), "" | "name") {
        return fail(format!("--output {output} is not available in kubectl config get-contexts; resetting to default output format"));
    }
    let names = config.names("contexts");
    let mut out = String::new();
    if output.is_empty() && !kubectl.flags.bool("no-headers") {
        out.push_str("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n");
    }
    let mut failures = Vec::new();
    for name in if wanted.is_empty() { names } else { wanted } {
        let Some(context) = config.entry("contexts", &name) else {
            failures.push(Failure::Message(format!("context {name} not found")));
            continue;
        };
        if output == "name" {
            out.push_str(&format!("{name}\n"));
            continue;
        }
        let mark = if name == config.current() { "*" } else { "" };
        out.push_str(&format!("{mark}\t{name}\t{}\t{}\t{}\n", text(context, "/cluster"), text(context, "/user"), text(context, "/namespace")));
    }
    kubectl.print(&TABLE.align(&out))?;
    crate::failure::all_of(failures)
}

fn current_context(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let config = kubectl.kubeconfig()?;
    match config.current() {
        "" => fail("current-context is not set"),
        current => kubectl.print(&format!("{current}\n")),
    }
}

fn use_context(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let [name] = &kubectl.flags.args[..] else {
        return unexpected(kubectl);
    };
    let name = name.clone();
    let mut config = kubectl.kubeconfig()?;
    if config.entry("contexts", &name).is_none() {
        return fail(format!("no context exists with the name: {name:?}"));
    }
    config.data["current-context"] = name.clone().into();
    save(kubectl, &config)?;
    kubectl.print(&format!("Switched to context {name:?}.\n"))
}

/// The help, and then the complaint.
pub(super) fn unexpected(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let text = help::text(&kubectl.flags.command.clone()).unwrap_or_default();
    kubectl.print(text)?;
    fail(format!("Unexpected args: [{}]", kubectl.flags.args.join(" ")))
}

fn set_context(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let mut config = kubectl.kubeconfig()?;
    let name = match (&flags.args[..], flags.bool("current")) {
        ([name], false) => name.clone(),
        ([], true) => config.current().to_owned(),
        ([], false) => return fail("you must specify a non-empty context name or --current"),
        (_, true) => return fail("you cannot specify both a context name and --current"),
        _ => return unexpected(kubectl),
    };
    if name.is_empty() {
        return fail("no current context is set");
    }
    let (entry, known) = config.entry_mut("contexts", &name);
    for field in ["cluster", "user", "namespace"] {
        if flags.is_set(field) {
            entry[field] = flags.text(field).into();
        }
    }
    save(kubectl, &config)?;
    kubectl.print(&format!("Context {name:?} {}.\n", if known { "modified" } else { "created" }))
}

fn list_names(kubectl: &mut Kubectl<'_, '_>, list: &str) -> Outcome<()> {
    let config = kubectl.kubeconfig()?;
    let mut out = "NAME\n".to_owned();
    for name in config.names(list) {
        out.push_str(&format!("{name}\n"));
    }
    kubectl.print(&out)
}

fn get_clusters(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    list_names(kubectl, "clusters")
}

fn get_users(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    list_names(kubectl, "users")
}

fn delete(kubectl: &mut Kubectl<'_, '_>, list: &str) -> Outcome<()> {
    let what = &list[..list.len() - 1];
    let [name] = &kubectl.flags.args[..] else {
        if list == "users" {
            return usage("kubectl config delete-user", "user to delete is required");
        }
        // Without a name there is the help, and no error.
        let text = help::text(&kubectl.flags.command.clone()).unwrap_or_default();
        return kubectl.print(text);
    };
    let name = name.clone();
    let mut config = kubectl.kubeconfig()?;
    if !config.remove(list, &name) {
        return fail(format!("cannot delete {what} {name}, not in {}", config.path));
    }
    if list == "contexts" && config.current() == name {
        kubectl.eprint("warning: this removed your active context, use \"kubectl config use-context\" to select a different one\n")?;
    }
    save(kubectl, &config)?;
    kubectl.print(&format!("deleted {what} {name} from {}\n", config.path))
}

fn delete_context(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    delete(kubectl, "contexts")
}

fn delete_cluster(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    delete(kubectl, "clusters")
}

fn delete_user(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    delete(kubectl, "users")
}

fn rename_context(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let [from, to] = &kubectl.flags.args[..] else {
        return unexpected(kubectl);
    };
    let (from, to) = (from.clone(), to.clone());
    let mut config = kubectl.kubeconfig()?;
    let Some(entry) = config.entry("contexts", &from).cloned() else {
        return fail(format!("cannot rename the context {from:?}, it's not in {}", config.path));
    };
    if config.entry("contexts", &to).is_some() {
        return fail(format!("cannot rename the context {from:?}, the context {to:?} already exists in {}", config.path));
    }
    config.remove("contexts", &from);
    *config.entry_mut("contexts", &to).0 = entry;
    if config.current() == from {
        config.data["current-context"] = to.clone().into();
    }
    save(kubectl, &config)?;
    kubectl.print(&format!("Context {from:?} renamed to {to:?}.\n"))
}
