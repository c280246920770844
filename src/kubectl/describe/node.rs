//! Node: its state, what it has, and what the pods on it ask for.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeNode), v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use podarium_api::{Lease, Node, ResourceSlice};

use super::containers::resource_list;
use super::events::events;
use super::metadata;
use super::node_resources::node_resources;
use super::page::{Page, date, joined, micro_date, text};
use super::related::Related;
use super::tolerations::taints;

/// How many pools of devices are told one by one.
const MAX_POOLS: usize = 10;

pub fn describe(page: &mut Page, node: &Node, related: &Related) {
    let (meta, spec, status) = (&node.metadata, &node.spec, &node.status);
    page.field(0, "Name", text(&meta.name));
    page.field(0, "Roles", roles(node));
    metadata::labels_and_annotations(page, meta);
    page.field(0, "CreationTimestamp", date(meta.creation_timestamp.as_ref()));
    taints(page, spec.taints.as_ref());
    page.field(0, "Unschedulable", spec.unschedulable == Some(true));
    match related.failure("leases", "") {
        Some(why) => page.field(0, "Lease", format_args!("Failed to get lease: {why}")),
        None => lease(page, &related.lease.clone().unwrap_or_default()),
    }
    conditions(page, node);
    page.line(0, "Addresses:");
    for address in status.addresses.iter().flatten() {
        page.field(1, &address.type_, &address.address);
    }
    for (title, list) in [("Capacity", &status.capacity), ("Allocatable", &status.allocatable)] {
        if let Some(list) = list.as_ref().filter(|list| !list.is_empty()) {
            page.line(0, format_args!("{title}:"));
            resource_list(page, 1, list);
        }
    }
    slices(page, &related.resource_slices);
    system(page, node);
    page.field_unless_empty(0, "PodCIDR", spec.pod_cidr.as_deref());
    page.field_unless_empty(0, "PodCIDRs", spec.pod_cidrs.as_ref().map(|list| list.join(",")).as_deref());
    page.field_unless_empty(0, "ProviderID", spec.provider_id.as_deref());
    match related.failure("pods", "") {
        Some(_) => page.field(0, "Pods", "not authorized"),
        None => node_resources(page, node, &related.pods),
    }
    events(page, related);
}

/// The roles that labels give the node, sorted.
fn roles(node: &Node) -> String {
    let roles = node.metadata.labels.iter().flatten().filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
        Some(role) => Some(role.to_owned()),
        None => (key == "kubernetes.io/role").then(|| value.clone()),
    });
    let roles: BTreeSet<String> = roles.filter(|role| !role.is_empty()).collect();
    joined(&roles.into_iter().collect::<Vec<_>>(), ",")
}

/// The sign of life that the kubelet renews.
fn lease(page: &mut Page, lease: &Lease) {
    let spec = &lease.spec;
    let time = |time: Option<&MicroTime>| time.map_or_else(|| "<unset>".to_owned(), |time| micro_date(Some(time)));
    page.line(0, "Lease:");
    page.field(1, "HolderIdentity", spec.holder_identity.as_deref().unwrap_or("<unset>"));
    page.field(1, "AcquireTime", time(spec.acquire_time.as_ref()));
    page.field(1, "RenewTime", time(spec.renew_time.as_ref()));
}

fn conditions(page: &mut Page, node: &Node) {
    let conditions = node.status.conditions.as_deref().unwrap_or_default();
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.header(1, &["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"]);
    }
    for condition in conditions {
        let (seen, since) = (date(condition.last_heartbeat_time.as_ref()), date(condition.last_transition_time.as_ref()));
        // The blanks before the tabs keep the columns three apart, as the reference has them.
        page.line(1, format_args!(
            "{} \t{} \t{seen} \t{since} \t{} \t{}",
            condition.type_, condition.status, text(&condition.reason), text(&condition.message)
        ));
    }
}

/// The devices of each driver's pools.
fn slices(page: &mut Page, slices: &[ResourceSlice]) {
    let mut pools: BTreeMap<String, (&str, &str, usize, usize)> = BTreeMap::new();
    for slice in slices {
        let (driver, pool) = (slice.spec.driver.as_str(), slice.spec.pool.name.as_str());
        let counts = pools.entry(format!("{driver}/{pool}")).or_insert((driver, pool, 0, 0));
        counts.2 += 1;
        counts.3 += slice.spec.devices.as_ref().map_or(0, Vec::len);
    }
    if pools.is_empty() {
        return;
    }
    page.line(0, "Node-Local ResourceSlices:");
    page.header(1, &["Driver", "Pool", "Slices", "Devices"]);
    for (driver, pool, slices, devices) in pools.values().take(MAX_POOLS) {
        page.row(1, &[driver, pool, &slices.to_string(), &devices.to_string()]);
    }
    if pools.len() > MAX_POOLS {
        page.line(1, format_args!("...and {} more pools", pools.len() - MAX_POOLS));
    }
}

fn system(page: &mut Page, node: &Node) {
    let info = node.status.node_info.clone().unwrap_or_default();
    page.line(0, "System Info:");
    let lines = [
        ("Machine ID", info.machine_id), ("System UUID", info.system_uuid), ("Boot ID", info.boot_id),
        ("Kernel Version", info.kernel_version), ("OS Image", info.os_image), ("Operating System", info.operating_system),
        ("Architecture", info.architecture), ("Container Runtime Version", info.container_runtime_version),
        ("Kubelet Version", info.kubelet_version),
    ];
    for (name, value) in lines {
        page.field(1, name, value);
    }
}
