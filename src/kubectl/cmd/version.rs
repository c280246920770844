//! `kubectl version`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/version/version.go, v1.36.
//! Simplified: nothing.

use serde_json::json;

use crate::client::Call;
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::printers::{json as json_printer, yaml};
use crate::unstructured::text;

pub const COMMAND: Command = Command::new("version", &[&[Flag::bool("client"), Flag::text("output").short('o')]], run);

const VERSION: &str = "v1.36.3";
const KUSTOMIZE: &str = "v5.8.1";

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let output = kubectl.flags.text("output").to_owned();
    if !kubectl.flags.args.is_empty() {
        return fail(format!("extra arguments: [{}]", kubectl.flags.args.join(" ")));
    }
    if !matches!(output.as_str(), "" | "yaml" | "json") {
        return fail("--output must be 'yaml' or 'json'");
    }
    let server = if kubectl.flags.bool("client") { None } else { Some(kubectl.send(&Call::get("/version"))) };
    let (server, failure) = match server {
        None => (None, None),
        Some(answer) => match crate::failure::caught(answer)? {
            Ok(server) => (Some(server), None),
            Err(failure) => (None, Some(failure)),
        },
    };
    let mut all = json!({
        "clientVersion": {
            "major": "1", "minor": "36", "gitVersion": VERSION, "gitTreeState": "clean", "buildDate": "2026-06-11T00:00:00Z",
            "goVersion": "go1.26.6", "compiler": "gc", "platform": "linux/amd64",
        },
        "kustomizeVersion": KUSTOMIZE,
    });
    if let Some(server) = &server {
        all["serverVersion"] = server.clone();
    }
    let shown = match output.as_str() {
        "json" => json_printer::pretty(&all).replace("    ", "  "),
        "yaml" => yaml::document(&all),
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
