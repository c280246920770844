//! `kubectl version`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/version/version.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use crate::client::Call;
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::printers::yaml;
use crate::unstructured::text;

pub const COMMAND: Command = Command::new("version", &[&[Flag::bool("client"), Flag::text("output").short('o')]], run);

/// The version of this kubectl.
pub const VERSION: &str = "v1.36.3";
pub const KUSTOMIZE: &str = "v5.8.1";

/// The fields of a version, in the order in which they are shown.
const FIELDS: [&str; 13] = [
    "major", "minor", "emulationMajor", "emulationMinor", "minCompatibilityMajor", "minCompatibilityMinor", "gitVersion", "gitCommit",
    "gitTreeState", "buildDate", "goVersion", "compiler", "platform",
];

fn client() -> Value {
    json!({
        "major": "1",
        "minor": "36",
        "gitVersion": VERSION,
        "gitCommit": "0f29094e5b73085e3802ecc1298ecae13866bfe6",
        "gitTreeState": "clean",
        "buildDate": "2026-07-22T18:10:35Z",
        "goVersion": "go1.26.5",
        "compiler": "gc",
        "platform": "linux/amd64",
    })
}

fn as_json(server: Option<&Value>) -> String {
    let one = |title: &str, version: &Value| {
        let fields: Vec<String> = FIELDS.iter().filter(|field| version.get(**field).is_some()).map(|field| format!("    {field:?}: {}", version[*field])).collect();
        format!("  {title:?}: {{\n{}\n  }}", fields.join(",\n"))
    };
    let mut parts = vec![one("clientVersion", &client()), format!("  \"kustomizeVersion\": {KUSTOMIZE:?}")];
    parts.extend(server.map(|server| one("serverVersion", server)));
    format!("{{\n{}\n}}\n", parts.join(",\n"))
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let output = kubectl.flags.text("output").to_owned();
    if !kubectl.flags.args.is_empty() && !kubectl.flags.bool("client") {
        return fail(format!("extra arguments: [{}]", kubectl.flags.args.join(" ")));
    }
    if !matches!(output.as_str(), "" | "yaml" | "json") {
        return fail("--output must be 'yaml' or 'json'");
    }
    let server = if kubectl.flags.bool("client") { None } else { Some(kubectl.send(&Call::get("/version").maybe("timeout", if kubectl.flags.is_set("request-timeout") { "" } else { "32s" }))) };
    let (server, failure) = match server {
        None => (None, None),
        Some(answer) => match crate::failure::caught(answer)? {
            Ok(server) => (Some(server), None),
            Err(failure) => (None, Some(failure)),
        },
    };
    let mut all = json!({"clientVersion": client(), "kustomizeVersion": KUSTOMIZE});
    if let Some(server) = &server {
        all["serverVersion"] = server.clone();
    }
    let shown = match output.as_str() {
        "json" => as_json(server.as_ref()),
        "yaml" => format!("{}\n", yaml::document(&all)),
        _ => {
            let mut shown = format!("Client Version: {VERSION}\nKustomize Version: {KUSTOMIZE}\n");
            if let Some(server) = &server {
                shown.push_str(&format!("Server Version: {}\n", text(server, "/gitVersion")));
            }
            shown
        }
    };
    kubectl.print(&shown)?;
    match failure {
        Some(failure) => Err(failure.into()),
        None => Ok(()),
    }
}
