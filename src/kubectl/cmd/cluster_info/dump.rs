//! `kubectl cluster-info dump`: nodes, and of each namespace its events, workloads, Services, pods and all logs, on
//! standard output or in files.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use crate::client::Call;
use crate::cmd::change::{ALL_NAMESPACES, DryRun, PRINT};
use crate::command::Command;
use crate::failure::{Outcome, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format::{How, Printer};
use crate::printers::json;
use crate::unstructured::{items, name, text};

pub const COMMAND: Command = Command::new("dump", &[OWN, PRINT, ALL_NAMESPACES], run);

const OWN: &[Flag] = &[
    Flag::new("output", Takes::Text, "json").short('o'),
    Flag::new("namespaces", Takes::List, ""),
    Flag::text("output-directory"),
    Flag::new("pod-running-timeout", Takes::Duration, "20s"),
];

/// What a namespace has that is dumped: the file, and where it is.
const LISTS: &[(&str, &str, &str)] = &[
    ("events", "/api/v1", "events"),
    ("replication-controllers", "/api/v1", "replicationcontrollers"),
    ("services", "/api/v1", "services"),
    ("daemonsets", "/apis/apps/v1", "daemonsets"),
    ("deployments", "/apis/apps/v1", "deployments"),
    ("replicasets", "/apis/apps/v1", "replicasets"),
    ("pods", "/api/v1", "pods"),
];

/// Where things are written to.
struct Dump {
    printer: Printer,
    directory: String,
    extension: &'static str,
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let printer = kubectl.change_printer("", DryRun::None)?.typed(json::Order::Kind);
    let extension = match kubectl.flags.text("output") {
        "json" => ".json",
        "yaml" => ".yaml",
        _ => ".txt",
    };
    let directory = kubectl.flags.text("output-directory").trim_end_matches('/').to_owned();
    let dump = Dump { printer, directory: if directory == "-" { String::new() } else { directory }, extension };
    dump.list(kubectl, "nodes", "/api/v1/nodes")?;
    let namespaces = if kubectl.flags.bool("all-namespaces") {
        let all = kubectl.send(&Call::get("/api/v1/namespaces"))?;
        items(&all, "/items").iter().map(|one| name(one).to_owned()).collect()
    } else {
        match kubectl.flags.list("namespaces") {
            given if given.is_empty() => vec!["kube-system".to_owned(), kubectl.namespace()?],
            given => given,
        }
    };
    for namespace in namespaces {
        let mut pods = Value::Null;
        for (file, prefix, resource) in LISTS {
            pods = dump.list(kubectl, &format!("{namespace}/{file}"), &format!("{prefix}/namespaces/{namespace}/{resource}"))?;
        }
        for pod in items(&pods, "/items") {
            let mut logs = String::new();
            let containers = items(pod, "/spec/initContainers").iter().chain(items(pod, "/spec/containers"));
            for container in containers {
                let (container, pod) = (text(container, "/name"), name(pod));
                logs.push_str(&format!("==== START logs for container {container} of pod {namespace}/{pod} ====\n"));
                let call = Call::get(format!("/api/v1/namespaces/{namespace}/pods/{pod}/log")).query("container", container);
                match caught(kubectl.send_for_bytes(&call))? {
                    Ok(bytes) => logs.push_str(&String::from_utf8_lossy(&bytes)),
                    Err(failure) => logs.push_str(&format!("Request log error: {failure}\n")),
                }
                logs.push_str(&format!("==== END logs for container {container} of pod {namespace}/{pod} ====\n"));
            }
            dump.write(kubectl, &format!("{namespace}/{}/logs.txt", name(pod)), &logs)?;
        }
    }
    if dump.directory.is_empty() { Ok(()) } else { kubectl.print(&format!("Cluster info dumped to {}\n", dump.directory)) }
}

impl Dump {
    fn list(&self, kubectl: &mut Kubectl<'_, '_>, file: &str, path: &str) -> Outcome<Value> {
        let list = kubectl.send(&Call::get(path))?;
        if matches!(self.printer, Printer::Name { .. }) {
            return fail(format!("list types are not supported by name printing: *v1.{}", text(&list, "/kind")));
        }
        let how = How { managed_fields: kubectl.flags.bool("show-managed-fields"), ..How::default() };
        let mut printed = self.printer.print(&list, how)?;
        // One printer writes all files, and puts the documents apart.
        if matches!(self.printer, Printer::Yaml) && std::mem::replace(&mut kubectl.printed_yaml, true) {
            printed.insert_str(0, "---\n");
        }
        self.write(kubectl, &format!("{file}{}", self.extension), &printed)?;
        Ok(list)
    }

    fn write(&self, kubectl: &mut Kubectl<'_, '_>, file: &str, content: &str) -> Outcome<()> {
        if self.directory.is_empty() {
            return kubectl.print(content);
        }
        let path = format!("{}/{file}", self.directory);
        let mut so_far = if path.starts_with('/') { String::new() } else { ".".to_owned() };
        let (folders, _) = path.rsplit_once('/').unwrap_or_default();
        for part in folders.split('/').filter(|part| !part.is_empty()) {
            so_far = format!("{so_far}/{part}");
            if kubectl.process.stat(&so_far)?.is_err() {
                kubectl.process.mkdir(&so_far)?.or_else(|error| fail(format!("mkdir {so_far}: {}", error.to_string().to_lowercase())))?;
            }
        }
        kubectl.process.write_file(&path, content.as_bytes(), 0o644)?.or_else(|error| fail(format!("open {path}: {}", error.to_string().to_lowercase())))
    }
}
