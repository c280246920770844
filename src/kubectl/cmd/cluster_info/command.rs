//! `kubectl cluster-info`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/clusterinfo/clusterinfo.go, v1.36.
//! Simplified: services that are reached through the API server have no line.

use super::dump;
use crate::client::Call;
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command { children: &[&dump::COMMAND], ..Command::new("cluster-info", &[], run) };

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    match kubectl.flags.args.first().map(String::as_str) {
        None => {}
        Some(_) => return fail(format!("unknown command {:?}\nSee 'kubectl cluster-info -h' for help and examples", kubectl.flags.args.join(" "))),
    }
    let server = kubectl.connection()?.server;
    kubectl.send(&Call::get("/api/v1/namespaces/kube-system/services").query("labelSelector", "kubernetes.io/cluster-service=true"))?;
    let (green, yellow, end) = if kubectl.process.is_tty(1) { ("\u{1b}[0;32m", "\u{1b}[0;33m", "\u{1b}[0m") } else { ("", "", "") };
    kubectl.print(&format!("{green}Kubernetes control plane{end} is running at {yellow}{server}{end}\n"))?;
    kubectl.print("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")
}
