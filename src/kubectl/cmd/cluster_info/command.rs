//! `kubectl cluster-info`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/clusterinfo/clusterinfo.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::dump;
use crate::client::Call;
use crate::command::Command;
use crate::failure::{Outcome, caught};
use crate::kubectl::Kubectl;
use crate::unstructured::{int, items, name, namespace, text};

pub const COMMAND: Command = Command { children: &[&dump::COMMAND], ..Command::new("cluster-info", &[], run) };

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let shown = caught(show(kubectl))?;
    kubectl.print("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")?;
    Ok(shown?)
}

fn show(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let server = kubectl.connection()?.server;
    let place = match kubectl.flags.text("namespace") {
        "" => "kube-system",
        asked => asked,
    };
    let call = Call::get(format!("/api/v1/namespaces/{place}/services")).query("labelSelector", "kubernetes.io/cluster-service=true");
    let services = kubectl.send(&call)?;
    kubectl.print(&format!("Kubernetes control plane is running at {server}\n"))?;
    for service in items(&services, "/items") {
        let shown = match text(service, "/metadata/labels/kubernetes.io~1name") {
            "" => name(service),
            shown => shown,
        };
        kubectl.print(&format!("{shown} is running at {}\n", link(&server, service)))?;
    }
    Ok(())
}

/// Where a service is reached: at its own address, or through the API server.
fn link(server: &str, service: &Value) -> String {
    let ports = items(service, "/spec/ports");
    if let Some(ingress) = items(service, "/status/loadBalancer/ingress").first() {
        let address = match text(ingress, "/ip") {
            "" => text(ingress, "/hostname"),
            address => address,
        };
        return ports.iter().map(|port| format!("http://{address}:{} ", int(port, "/port").unwrap_or(0))).collect();
    }
    let name = ports.first().map_or_else(|| name(service).to_owned(), |port| {
        let (service, port, is_tls) = (name(service), text(port, "/name"), text(port, "/name") == "https" || int(port, "/port") == Some(443));
        match (is_tls, port) {
            (true, port) => format!("https:{service}:{port}"),
            (false, "") => service.to_owned(),
            (false, port) => format!("{service}:{port}"),
        }
    });
    format!("{server}/api/v1/namespaces/{}/services/{name}/proxy", namespace(service))
}
