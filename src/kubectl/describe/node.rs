//! A node, with the pods on it and what they have reserved.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeNode), v1.36.
//! Simplified: huge pages and resource slices are left out.

use k8s_openapi::api::core::v1::PodSpec;
use podarium_api::quantity::Quantity;
use podarium_api::resource::{ResourceList, add, pod_limits, pod_requests};
use serde_json::Value;

use super::{Events, Writer, age_of, rfc1123};
use crate::builder::Info;
use crate::client::Call;
use crate::failure::{Outcome, caught};
use crate::kubectl::Kubectl;
use crate::unstructured::{fields, flag, items, name, namespace, strings, text};

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let node = kubectl.get(&info.mapping, "", &info.name)?;
    let selector = format!("spec.nodeName={},status.phase!=Failed,status.phase!=Succeeded", info.name);
    let pods = caught(kubectl.send(&Call::get("/api/v1/pods").query("fieldSelector", selector).query("limit", "500")))?;
    let events = Events::of_node(kubectl, info, &node)?;
    let lease = caught(kubectl.send(&Call::get(format!("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{}", info.name))))?;
    let now = kubectl.now()?;
    writer.field(0, "Name", name(&node));
    writer.field(0, "Roles", roles(&node));
    writer.labels("Labels", &strings(&node, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&node, "/metadata/annotations"));
    writer.field(0, "CreationTimestamp", rfc1123(text(&node, "/metadata/creationTimestamp")));
    writer.taints("Taints", items(&node, "/spec/taints"));
    writer.field(0, "Unschedulable", flag(&node, "/spec/unschedulable"));
    match lease {
        Ok(lease) => self::lease(writer, &lease),
        Err(failure) => writer.field(0, "Lease", format!("Failed to get lease: {failure}")),
    }
    conditions(writer, &node);
    writer.write(0, "Addresses:\n");
    for address in items(&node, "/status/addresses") {
        writer.field(1, text(address, "/type"), text(address, "/address"));
    }
    for (title, pointer) in [("Capacity", "/status/capacity"), ("Allocatable", "/status/allocatable")] {
        if !fields(&node, pointer).is_empty() {
            writer.write(0, format!("{title}:\n"));
            writer.quantities(1, &node, pointer);
        }
    }
    system(writer, &node);
    match pods {
        Ok(pods) => resources(writer, &node, items(&pods, "/items"), now),
        Err(failure) if failure.reason() == "Forbidden" => writer.field(0, "Pods", "not authorized"),
        Err(failure) => return Err(failure.into()),
    }
    events.write(writer, now);
    Ok(())
}

fn roles(node: &Value) -> String {
    let mut roles: Vec<String> = Vec::new();
    for (key, value) in strings(node, "/metadata/labels") {
        match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => roles.push(role.to_owned()),
            None if key == "kubernetes.io/role" && !value.is_empty() => roles.push(value),
            _ => {}
        }
    }
    roles.sort();
    if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") }
}

fn lease(writer: &mut Writer, lease: &Value) {
    writer.write(0, "Lease:\n");
    let time = |field: &str| match text(lease, field) {
        "" => "<unset>".to_owned(),
        time => rfc1123(time),
    };
    let holder = match text(lease, "/spec/holderIdentity") {
        "" => "<unset>",
        holder => holder,
    };
    writer.field(1, "HolderIdentity", holder);
    writer.field(1, "AcquireTime", time("/spec/acquireTime"));
    writer.field(1, "RenewTime", time("/spec/renewTime"));
}

fn conditions(writer: &mut Writer, node: &Value) {
    let conditions = items(node, "/status/conditions");
    if !conditions.is_empty() {
        writer.write(0, "Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n");
        writer.write(1, "----\t------\t-----------------\t------------------\t------\t-------\n");
    }
    for condition in conditions {
        let field = |name: &str| text(condition, name).to_owned();
        let (beat, since) = (rfc1123(&field("/lastHeartbeatTime")), rfc1123(&field("/lastTransitionTime")));
        writer.write(1, format!("{} \t{} \t{beat} \t{since} \t{} \t{}\n", field("/type"), field("/status"), field("/reason"), field("/message")));
    }
}

fn system(writer: &mut Writer, node: &Value) {
    writer.write(0, "System Info:\n");
    for (label, field) in [
        ("Machine ID", "machineID"),
        ("System UUID", "systemUUID"),
        ("Boot ID", "bootID"),
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
    ] {
        writer.field(1, label, text(node, &format!("/status/nodeInfo/{field}")));
    }
    if !text(node, "/spec/podCIDR").is_empty() {
        writer.field(0, "PodCIDR", text(node, "/spec/podCIDR"));
    }
    let ranges: Vec<&str> = items(node, "/spec/podCIDRs").iter().filter_map(Value::as_str).collect();
    if !ranges.is_empty() {
        writer.field(0, "PodCIDRs", ranges.join(","));
    }
    if !text(node, "/spec/providerID").is_empty() {
        writer.field(0, "ProviderID", text(node, "/spec/providerID"));
    }
}

fn resources(writer: &mut Writer, node: &Value, pods: &[Value], now: jiff::Timestamp) {
    let list = if fields(node, "/status/allocatable").is_empty() { "/status/capacity" } else { "/status/allocatable" };
    let allocatable = |name: &str| -> Quantity { text(node, &format!("{list}/{name}")).parse().unwrap_or_default() };
    let cell = |amounts: &ResourceList, name: &str| {
        let amount = amounts.get(name).copied().unwrap_or_default();
        let (part, whole) = match name {
            "cpu" => (amount.milli_value(), allocatable(name).milli_value()),
            _ => (amount.value(), allocatable(name).value()),
        };
        let percent = if whole == 0 { 0 } else { (part as f64 / whole as f64 * 100.0) as i64 };
        format!("{amount} ({percent}%)")
    };
    writer.field(0, "Non-terminated Pods", format!("({} in total)", pods.len()));
    writer.write(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n");
    writer.write(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n");
    let (mut requests, mut limits) = (ResourceList::default(), ResourceList::default());
    for pod in pods {
        let spec: PodSpec = serde_json::from_value(pod["spec"].clone()).unwrap_or_default();
        let (asked, limit) = (pod_requests(&spec), pod_limits(&spec));
        let (cpu, cpu_limit) = (cell(&asked, "cpu"), cell(&limit, "cpu"));
        let (memory, memory_limit) = (cell(&asked, "memory"), cell(&limit, "memory"));
        let age = age_of(text(pod, "/metadata/creationTimestamp"), now);
        writer.write(1, format!("{}\t{}\t\t{cpu}\t{cpu_limit}\t{memory}\t{memory_limit}\t{age}\n", namespace(pod), name(pod)));
        add(&mut requests, &asked);
        add(&mut limits, &limit);
    }
    writer.write(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n");
    writer.write(1, "Resource\tRequests\tLimits\n");
    writer.write(1, "--------\t--------\t------\n");
    for name in ["cpu", "memory", "ephemeral-storage"] {
        writer.write(1, format!("{name}\t{}\t{}\n", cell(&requests, name), cell(&limits, name)));
    }
    for (extended, _) in fields(node, list).into_iter().filter(|(name, _)| !matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage" | "pods") && !name.starts_with("hugepages-")) {
        let amount = |amounts: &ResourceList| amounts.get(extended.as_str()).copied().unwrap_or_default().to_string();
        writer.write(1, format!("{extended}\t{}\t{}\n", amount(&requests), amount(&limits)));
    }
}
