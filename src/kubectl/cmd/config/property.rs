//! `kubectl config set PROPERTY VALUE` and `unset PROPERTY`: one value of the kubeconfig, named by a path such as
//! `clusters.10.0.0.1.server` (names may contain dots).
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/config/{set,unset,navigation_step_parser}.go, v1.36.
//! Simplified: `extensions`, `auth-provider`, `exec` and `act-as-…` lists can only be unset.

use serde_json::{Value, json};

use super::command::{save, unexpected};
use crate::base64;
use crate::command::Command;
use crate::failure::{Outcome, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kubeconfig::Kubeconfig;
use crate::kubectl::Kubectl;
use crate::unstructured::{items, text};

pub(super) const SET: Command = Command::new("set", &[&[Flag::new("set-raw-bytes", Takes::Optional("true"), "false")]], set);
pub(super) const UNSET: Command = Command::new("unset", &[], unset);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Type {
    Text,
    Bool,
    Bytes,
    /// Something with parts of its own.
    Deep,
}

const CLUSTER: &[(&str, Type)] = &[
    ("server", Type::Text),
    ("tls-server-name", Type::Text),
    ("insecure-skip-tls-verify", Type::Bool),
    ("certificate-authority", Type::Text),
    ("certificate-authority-data", Type::Bytes),
    ("proxy-url", Type::Text),
    ("disable-compression", Type::Bool),
    ("extensions", Type::Deep),
];
const USER: &[(&str, Type)] = &[
    ("client-certificate", Type::Text),
    ("client-certificate-data", Type::Bytes),
    ("client-key", Type::Text),
    ("client-key-data", Type::Bytes),
    ("token", Type::Text),
    ("tokenFile", Type::Text),
    ("act-as", Type::Text),
    ("act-as-uid", Type::Text),
    ("act-as-groups", Type::Deep),
    ("act-as-user-extra", Type::Deep),
    ("username", Type::Text),
    ("password", Type::Text),
    ("auth-provider", Type::Deep),
    ("exec", Type::Deep),
    ("extensions", Type::Deep),
];
const CONTEXT: &[(&str, Type)] = &[("cluster", Type::Text), ("user", Type::Text), ("namespace", Type::Text), ("extensions", Type::Deep)];

/// The part of the file that a path names.
enum Place {
    CurrentContext,
    /// `clusters`
    List(&'static str),
    /// `clusters`, the name, the fields that such an entry has.
    Entry(&'static str, String),
    Field(&'static str, String, &'static str, Type),
}

fn place(path: &str) -> Outcome<Place> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let (list, fields) = match first {
        "clusters" => ("clusters", CLUSTER),
        "users" => ("users", USER),
        "contexts" => ("contexts", CONTEXT),
        "current-context" if rest.is_none() => return Ok(Place::CurrentContext),
        "current-context" => return fail(format!("unable to parse one or more field values of {path}")),
        "preferences" | "extensions" | "kind" | "apiVersion" => return not_simulated(format!("the property {first} of a kubeconfig")),
        _ => return fail(format!("unable to parse {path} after [] at api.Config")),
    };
    let Some(rest) = rest else { return Ok(Place::List(list)) };
    let parts: Vec<&str> = rest.split('.').collect();
    // The first word that is a field of such an entry ends the name.
    let known = |part: &&str| fields.iter().any(|(name, _)| name == part);
    let length = parts[1..].iter().position(known).map_or(parts.len(), |at| at + 1);
    let name = parts[..length].join(".");
    match parts[length..] {
        [] => Ok(Place::Entry(list, name)),
        [field, ref more @ ..] => {
            let Some((field, kind)) = fields.iter().find(|(known, _)| *known == field) else { return fail(format!("unable to parse {path}")) };
            if more.is_empty() { Ok(Place::Field(list, name, field, *kind)) } else { fail(format!("unable to parse one or more field values of {path}")) }
        }
    }
}

fn set(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let [path, given] = &kubectl.flags.args[..] else { return unexpected(kubectl) };
    let (path, given) = (path.clone(), given.clone());
    if given.is_empty() {
        return fail("you cannot use set to unset a property");
    }
    if path.is_empty() {
        return fail("you must specify a property");
    }
    let raw = kubectl.flags.bool("set-raw-bytes");
    let mut config = kubectl.kubeconfig()?;
    match place(&path)? {
        Place::CurrentContext => config.data["current-context"] = given.into(),
        Place::List(_) | Place::Entry(..) => return fail("can't set a map to a value: map[]"),
        Place::Field(list, name, field, kind) => {
            let value: Value = match kind {
                Type::Deep => return not_simulated(format!("setting the property {field} of a kubeconfig")),
                Type::Text => given.into(),
                Type::Bool => match given.as_str() {
                    "1" | "t" | "T" | "TRUE" | "true" | "True" => true.into(),
                    "0" | "f" | "F" | "FALSE" | "false" | "False" => false.into(),
                    _ => return fail(format!("strconv.ParseBool: parsing {given:?}: invalid syntax")),
                },
                Type::Bytes if raw => base64::encode(given.as_bytes()).into(),
                Type::Bytes => match base64::decode(&given) {
                    Some(_) => given.into(),
                    None => return fail("error decoding input value: illegal base64 data at input byte 0"),
                },
            };
            config.entry_mut(list, &name).0[field] = value;
        }
    }
    drop_empty(&mut config);
    save(kubectl, &config)?;
    kubectl.print(&format!("Property {path:?} set.\n"))
}

fn unset(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let [path] = &kubectl.flags.args[..] else { return unexpected(kubectl) };
    let path = path.clone();
    if path.is_empty() {
        return fail("you must specify a property");
    }
    let mut config = kubectl.kubeconfig()?;
    match place(&path)? {
        Place::CurrentContext => config.data["current-context"] = "".into(),
        Place::List(list) => config.data[list] = json!([]),
        Place::Entry(list, name) => {
            config.remove(list, &name);
        }
        Place::Field(list, name, field, _) => {
            if config.entry(list, &name).is_none() {
                return fail(format!("current map key `{name}` is invalid"));
            }
            if let Some(entry) = config.entry_mut(list, &name).0.as_object_mut() {
                entry.remove(field);
            }
        }
    }
    save(kubectl, &config)?;
    kubectl.print(&format!("Property {path:?} unset.\n"))
}

/// A switch that is off is not written.
pub(super) fn drop_empty(config: &mut Kubeconfig) {
    let lists = [("clusters", "cluster", "server"), ("users", "user", ""), ("contexts", "context", "")];
    for (list, entry, kept) in lists {
        if items(&config.data, &format!("/{list}")).is_empty() {
            continue;
        }
        for one in config.data[list].as_array_mut().into_iter().flatten() {
            if let Some(fields) = one[entry].as_object_mut() {
                fields.retain(|name, value| name == kept || !(*value == json!(false) || *value == json!("")));
            }
            // Of a cluster, the server is always written; of a context, cluster and user are.
            let always: &[&str] = match entry {
                "cluster" => &["server"],
                "context" => &["cluster", "user"],
                _ => &[],
            };
            for name in always {
                if text(&one[entry], &format!("/{name}")).is_empty() {
                    one[entry][*name] = "".into();
                }
            }
        }
    }
}
