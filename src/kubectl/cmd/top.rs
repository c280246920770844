//! `kubectl top nodes|pods`: what is used now, as the Metrics API says.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/top/{top_node,top_pod}.go, pkg/metricsutil/metrics_printer.go, v1.36.
//! Simplified: where the cluster serves metrics, swap is not shown.

use std::collections::BTreeMap;

use podarium_api::quantity::Quantity;
use serde_json::Value;

use super::change::SELECTOR;
use crate::client::Call;
use crate::command::Command;
use crate::failure::{Outcome, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::go_sort;
use crate::kubectl::Kubectl;
use crate::printers::tabwriter::TABLE;
use crate::unstructured::{items, name, namespace, text};

pub const COMMAND: Command = Command::group("top", &[&NODE, &POD]);

const NODE: Command = Command { aliases: &["nodes", "no"], ..Command::new("node", &[NODE_FLAGS, SELECTOR], nodes) };
const POD: Command = Command { aliases: &["pods", "po"], ..Command::new("pod", &[POD_FLAGS, SELECTOR], pods) };

const NODE_FLAGS: &[Flag] = &[Flag::text("sort-by"), Flag::bool("no-headers"), Flag::bool("show-capacity"), Flag::bool("show-swap"), Flag::new("use-protocol-buffers", Takes::Bool, "true")];
const POD_FLAGS: &[Flag] = &[
    Flag::text("sort-by"), Flag::bool("no-headers"), Flag::bool("containers"), Flag::bool("all-namespaces").short('A'), Flag::bool("sum"),
    Flag::text("field-selector"), Flag::bool("show-swap"), Flag::new("use-protocol-buffers", Takes::Bool, "true"),
];

/// CPU in thousandths, memory in bytes.
type Usage = (i64, i64);

fn usage_of(amounts: Option<&Value>) -> Usage {
    let amount = |name: &str| amounts.and_then(|amounts| amounts[name].as_str()).and_then(|text| text.parse::<Quantity>().ok()).unwrap_or_default();
    (amount("cpu").milli_value(), amount("memory").value())
}

fn cells(usage: Usage) -> [String; 2] {
    [format!("{}m", usage.0), format!("{}Mi", usage.1 / (1024 * 1024))]
}

/// The one name on the command line, if any; and whether the API is there at all.
fn begin(kubectl: &mut Kubectl<'_, '_>, sorts: &[&str]) -> Outcome<String> {
    let sort = kubectl.flags.text("sort-by").to_owned();
    if !sort.is_empty() && !sorts.contains(&sort.as_str()) {
        return fail("--sort-by accepts only cpu or memory");
    }
    let args = kubectl.flags.args.clone();
    if args.len() > 1 {
        let command = kubectl.flags.command.clone();
        return usage(&command, format!("{} [NAME | -l label]", command.rsplit(' ').next().unwrap_or_default()));
    }
    if !args.is_empty() && !kubectl.flags.text("selector").is_empty() {
        return fail("only one of NAME or selector can be provided");
    }
    let groups = kubectl.send(&Call::get("/apis"))?;
    let served = |group: &Value| {
        text(group, "/name") == "metrics.k8s.io" && items(group, "/versions").iter().any(|version| text(version, "/version") == "v1beta1")
    };
    if !items(&groups, "/groups").iter().any(served) {
        return fail("Metrics API not available");
    }
    Ok(args.first().cloned().unwrap_or_default())
}

/// Objects of a list, or the one that was named.
fn objects(answer: &Value, name: &str) -> Vec<Value> {
    if name.is_empty() { items(answer, "/items").to_vec() } else { vec![answer.clone()] }
}

/// By name, or by what is used: the most comes first.
fn rank<T>(rows: &mut [T], sort: &str, name: impl Fn(&T) -> &[String], used: impl Fn(&T) -> Usage) {
    match sort {
        "cpu" => go_sort::sort(rows, |a, b| used(a).0 > used(b).0),
        "memory" => go_sort::sort(rows, |a, b| used(a).1 > used(b).1),
        _ => rows.sort_by(|a, b| name(a).cmp(name(b))),
    }
}

/// Every cell ends with a tab, the last one too.
fn print(kubectl: &mut Kubectl<'_, '_>, header: &[&str], rows: &[Vec<String>]) -> Outcome<()> {
    let mut lines: Vec<String> = rows.iter().map(|row| row.join("\t") + "\t\n").collect();
    if !kubectl.flags.bool("no-headers") {
        lines.insert(0, header.join("\t") + "\t\n");
    }
    kubectl.print(&TABLE.align(&lines.concat()))
}

fn nodes(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let wanted = begin(kubectl, &["cpu", "memory"])?;
    let selector = kubectl.flags.text("selector").to_owned();
    let path = |base: &str| if wanted.is_empty() { base.to_owned() } else { format!("{base}/{wanted}") };
    let metrics = kubectl.send(&Call::get(path("/apis/metrics.k8s.io/v1beta1/nodes")).maybe("labelSelector", &selector))?;
    let metrics = objects(&metrics, &wanted);
    if metrics.is_empty() {
        return fail("metrics not available yet");
    }
    let nodes = kubectl.send(&Call::get(path("/api/v1/nodes")).maybe("labelSelector", &selector))?;
    let amounts = if kubectl.flags.bool("show-capacity") { "/status/capacity" } else { "/status/allocatable" };
    let mut available: BTreeMap<String, Usage> = BTreeMap::new();
    for node in objects(&nodes, &wanted) {
        available.insert(name(&node).to_owned(), usage_of(node.pointer(amounts)));
    }
    let mut rows = Vec::new();
    for metric in &metrics {
        let used = usage_of(metric.get("usage"));
        let Some(whole) = available.remove(name(metric)) else { continue };
        let share = |used: i64, whole: i64| if whole == 0 { "<unknown>".to_owned() } else { format!("{}%", used * 100 / whole) };
        let [cpu, memory] = cells(used);
        rows.push((used, vec![name(metric).to_owned(), cpu, share(used.0, whole.0), memory, share(used.1, whole.1)]));
    }
    rank(&mut rows, kubectl.flags.text("sort-by"), |row| &row.1, |row| row.0);
    let mut rows: Vec<Vec<String>> = rows.into_iter().map(|(_, cells)| cells).collect();
    // Nodes that nobody measures come last.
    rows.extend(available.into_keys().map(|node| std::iter::once(node).chain(std::iter::repeat_n("<unknown>".to_owned(), 4)).collect()));
    print(kubectl, &["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"], &rows)
}

fn pods(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let wanted = begin(kubectl, &["cpu", "memory"])?;
    let flags = kubectl.flags.clone();
    let all = flags.bool("all-namespaces");
    let here = kubectl.connection()?.namespace;
    let base = if all { "/apis/metrics.k8s.io/v1beta1/pods".to_owned() } else { format!("/apis/metrics.k8s.io/v1beta1/namespaces/{here}/pods") };
    let path = if wanted.is_empty() { base } else { format!("{base}/{wanted}") };
    let call = Call::get(path).maybe("labelSelector", flags.text("selector")).maybe("fieldSelector", flags.text("field-selector"));
    let metrics = kubectl.send(&call)?;
    let metrics = objects(&metrics, &wanted);
    if metrics.is_empty() {
        return nothing_measured(kubectl, all, &here);
    }
    let containers = flags.bool("containers");
    let (mut ranked, mut sum) = (Vec::new(), (0, 0));
    for pod in &metrics {
        let names: Vec<String> = all.then(|| namespace(pod).to_owned()).into_iter().chain([name(pod).to_owned()]).collect();
        let mut used: Vec<(Vec<String>, Usage)> = items(pod, "/containers").iter().map(|one| (vec![text(one, "/name").to_owned()], usage_of(one.get("usage")))).collect();
        rank(&mut used, flags.text("sort-by"), |one| &one.0, |one| one.1);
        let total = used.iter().fold((0, 0), |sum, (_, used)| (sum.0 + used.0, sum.1 + used.1));
        sum = (sum.0 + total.0, sum.1 + total.1);
        ranked.push((names, total, used));
    }
    rank(&mut ranked, flags.text("sort-by"), |pod| &pod.0, |pod| pod.1);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (names, total, used) in ranked {
        if containers {
            rows.extend(used.into_iter().map(|(container, used)| [names.clone(), container, cells(used).into()].concat()));
        } else {
            rows.push([names, cells(total).into()].concat());
        }
    }
    let names: &[&str] = match (all, containers) {
        (false, false) => &["NAME"],
        (false, true) => &["POD", "NAME"],
        (true, false) => &["NAMESPACE", "NAME"],
        (true, true) => &["NAMESPACE", "POD", "NAME"],
    };
    if flags.bool("sum") {
        let blanks = |text: &str| vec![text.to_owned(); names.len()];
        let mut line = blanks("");
        line.extend(["________".to_owned(), "________".to_owned()]);
        rows.push(line);
        let mut total = blanks("");
        total.extend(cells(sum));
        rows.push(total);
    }
    let header: Vec<&str> = names.iter().copied().chain(["CPU(cores)", "MEMORY(bytes)"]).collect();
    print(kubectl, &header, &rows)
}

/// Either there are no pods, or they are too young to have been measured.
fn nothing_measured(kubectl: &mut Kubectl<'_, '_>, all: bool, here: &str) -> Outcome<()> {
    let path = if all { "/api/v1/pods".to_owned() } else { format!("/api/v1/namespaces/{here}/pods") };
    let selector = kubectl.flags.text("selector").to_owned();
    let pods = caught(kubectl.send(&Call::get(path).maybe("labelSelector", &selector)))?;
    match pods {
        Ok(pods) if items(&pods, "/items").is_empty() => {
            let text = if all { "No resources found\n".to_owned() } else { format!("No resources found in {here} namespace.\n") };
            kubectl.eprint(&text)
        }
        Ok(_) => fail("metrics not available yet"),
        Err(failure) => Err(failure.into()),
    }
}
