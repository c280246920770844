//! Admission: the kubelet's own last check that a pod fits here, for pods that no scheduler has looked at, and for two
//! schedulers' pods that meet.
//!
//! Models: pkg/kubelet/lifecycle/predicate.go, pkg/scheduler/eventhandlers.go (AdmissionCheck), v1.36.
//! Simplified: no preemption for critical pods; extended resources are not counted; pods with resource claims are refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{NodeSelectorRequirement, NodeSelectorTerm, PodStatus, Taint, Toleration};
use podarium_api::pod_state::qos_class;
use podarium_api::quantity::Quantity;
use podarium_api::resource::pod_requests;
use podarium_api::{Node, Pod};

use super::host::Host;
use super::pod::PodState;
use crate::client::EventType;
use crate::component::Ctx;

/// Why a pod cannot run here: reason and message.
pub(super) type Refusal = (String, String);

/// What the node has to give and is.
pub(super) struct Offer<'a> {
    pub allocatable: BTreeMap<String, Quantity>,
    pub labels: BTreeMap<String, String>,
    pub node: Option<&'a Node>,
    pub others: Vec<Arc<Pod>>,
}

pub(super) fn admit(pod: &Pod, name: &str, offer: &Offer<'_>) -> Result<(), Refusal> {
    if pod.spec.os.as_ref().is_some_and(|os| os.name != "linux") {
        return Err(("PodOSNotSupported".to_owned(), "Failed to admit pod as the OS field doesn't match node OS".to_owned()));
    }
    if pod.spec.resource_claims.as_ref().is_some_and(|claims| !claims.is_empty()) {
        return Err(("UnexpectedAdmissionError".to_owned(), "not simulated: resource claims; remove spec.resourceClaims".to_owned()));
    }
    sysctls(pod)?;
    resources(pod, offer)?;
    let predicate = |name: &str, why: &str| Err((name.to_owned(), format!("Predicate {name} failed: {why}")));
    if !selected(pod, name, &offer.labels) {
        return predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
    }
    if ports_taken(pod, &offer.others) {
        return predicate("NodePorts", "node(s) didn't have free ports for the requested pod ports");
    }
    let taints = offer.node.and_then(|node| node.spec.taints.as_deref()).unwrap_or_default();
    let tolerations = pod.spec.tolerations.as_deref().unwrap_or_default();
    let refused = |taint: &&Taint| taint.effect == "NoExecute" && !tolerations.iter().any(|toleration| tolerates(toleration, taint));
    if taints.iter().any(|taint| refused(&taint)) {
        return predicate("TaintToleration", "node(s) had taints that the pod didn't tolerate");
    }
    Ok(())
}

/// Settings of the kernel that a pod may have for itself without harm to others.
const SAFE_SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];

fn sysctls(pod: &Pod) -> Result<(), Refusal> {
    let wanted = pod.spec.security_context.iter().flat_map(|security| security.sysctls.iter().flatten());
    for name in wanted.map(|sysctl| sysctl.name.replace('/', ".")) {
        let refuse = |why: &str| Err(("SysctlForbidden".to_owned(), format!("forbidden sysctl: {name:?} {why}")));
        if !SAFE_SYSCTLS.contains(&name.as_str()) {
            return refuse("not allowlisted");
        }
        if pod.spec.host_network == Some(true) && name.starts_with("net.") {
            return refuse("not allowed with host net enabled");
        }
        if pod.spec.host_ipc == Some(true) && name.starts_with("kernel.shm") {
            return refuse("not allowed with host ipc enabled");
        }
    }
    Ok(())
}

fn resources(pod: &Pod, offer: &Offer<'_>) -> Result<(), Refusal> {
    let insufficient = |resource: &str, requested: i64, used: i64, capacity: i64| {
        let message = format!("Node didn't have enough resource: {resource}, requested: {requested}, used: {used}, capacity: {capacity}");
        Err((format!("OutOf{resource}"), message))
    };
    let capacity = |resource: &str| offer.allocatable.get(resource).copied().unwrap_or_default();
    let running = i64::try_from(offer.others.len()).unwrap_or(i64::MAX);
    if running + 1 > capacity("pods").value() {
        return insufficient("pods", 1, running, capacity("pods").value());
    }
    let requests = pod_requests(&pod.spec);
    for resource in ["cpu", "memory", "ephemeral-storage"] {
        let amount = |quantity: Quantity| if resource == "cpu" { quantity.milli_value() } else { quantity.value() };
        let asked = requests.get(resource).map_or(0, |quantity| amount(*quantity));
        if asked <= 0 {
            continue;
        }
        let used: i64 = offer.others.iter().map(|other| pod_requests(&other.spec).get(resource).map_or(0, |quantity| amount(*quantity))).sum();
        let has = amount(capacity(resource));
        if asked > has - used {
            return insufficient(resource, asked, used, has);
        }
    }
    Ok(())
}

fn selected(pod: &Pod, name: &str, labels: &BTreeMap<String, String>) -> bool {
    if pod.spec.node_selector.iter().flatten().any(|(key, value)| labels.get(key) != Some(value)) {
        return false;
    }
    let affinity = pod.spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let Some(required) = affinity.and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref()) else { return true };
    required.node_selector_terms.iter().any(|term| term_matches(term, name, labels))
}

fn term_matches(term: &NodeSelectorTerm, name: &str, labels: &BTreeMap<String, String>) -> bool {
    let expressions = term.match_expressions.as_deref().unwrap_or_default();
    let fields = term.match_fields.as_deref().unwrap_or_default();
    let own_name = name.to_owned();
    (!expressions.is_empty() || !fields.is_empty())
        && expressions.iter().all(|requirement| matches(requirement, labels.get(&requirement.key)))
        && fields.iter().all(|requirement| requirement.key == "metadata.name" && matches(requirement, Some(&own_name)))
}

fn matches(requirement: &NodeSelectorRequirement, value: Option<&String>) -> bool {
    let values = requirement.values.as_deref().unwrap_or_default();
    let number = |text: &String| text.parse::<i64>().ok();
    let bound = values.first().and_then(number);
    match requirement.operator.as_str() {
        "In" => value.is_some_and(|value| values.contains(value)),
        "NotIn" => value.is_none_or(|value| !values.contains(value)),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => value.and_then(number).zip(bound).is_some_and(|(value, bound)| value > bound),
        "Lt" => value.and_then(number).zip(bound).is_some_and(|(value, bound)| value < bound),
        _ => false,
    }
}

/// A port of the machine that a pod has.
pub(super) struct HostPort {
    /// The address that it is for; `None`: all of the machine's.
    pub ip: Option<String>,
    pub port: i32,
    pub protocol: String,
    /// The pod's own port that is behind it.
    pub own: i32,
}

pub(super) fn host_ports(pod: &Pod) -> impl Iterator<Item = HostPort> {
    let all = pod.spec.init_containers.iter().flatten().filter(|container| podarium_api::resource::is_sidecar(container)).chain(&pod.spec.containers);
    let ports = all.flat_map(|container| container.ports.iter().flatten());
    ports.filter_map(|port| {
        let ip = port.host_ip.clone().filter(|ip| !ip.is_empty() && ip != "0.0.0.0");
        let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
        Some(HostPort { ip, port: port.host_port.filter(|port| *port > 0)?, protocol, own: port.container_port })
    })
}

fn ports_taken(pod: &Pod, others: &[Arc<Pod>]) -> bool {
    let same_address = |one: &HostPort, other: &HostPort| one.ip.is_none() || other.ip.is_none() || one.ip == other.ip;
    let conflict = |one: &HostPort, other: &HostPort| one.port == other.port && one.protocol == other.protocol && same_address(one, other);
    host_ports(pod).any(|wanted| others.iter().any(|other| host_ports(other).any(|taken| conflict(&wanted, &taken))))
}

pub(super) fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let empty = |text: &Option<String>| text.as_deref().unwrap_or_default().to_owned();
    let (effect, key, operator) = (empty(&toleration.effect), empty(&toleration.key), empty(&toleration.operator));
    if !(effect.is_empty() || effect == taint.effect) || !(key.is_empty() || key == taint.key) {
        return false;
    }
    match operator.as_str() {
        "Exists" => true,
        _ => !key.is_empty() && empty(&toleration.value) == empty(&taint.value),
    }
}

impl PodState {
    /// The pod is refused: it has failed before it began.
    pub fn reject(&mut self, (reason, message): Refusal, host: &mut Host, ctx: &mut Ctx<'_>) {
        self.event(None, EventType::Warning, &reason, &message, host, ctx);
        let status = PodStatus {
            phase: Some("Failed".to_owned()),
            reason: Some(reason),
            message: Some(format!("Pod was rejected: {message}")),
            qos_class: Some(qos_class(&self.pod.spec).to_owned()),
            ..PodStatus::default()
        };
        // No worker ever touches it, so nothing of it can run.
        self.worker.terminated = true;
        self.set_status(status, host, ctx);
    }
}
