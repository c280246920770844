//! Which slices a Service should have: its endpoints grouped by their ports, at most 100 to a slice, with as few changes
//! to the existing slices as possible, since every change of a slice goes to every node.
//!
//! Models: staging/src/k8s.io/endpointslice/{reconciler.go,utils.go}, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointConditions, EndpointPort};
use podarium_api::owner::controller_reference;
use podarium_api::pod_state::{node_name, pod_is_ready};
use podarium_api::{EndpointSlice, Node, ObjectMeta, Pod, Resource as _, Service};

use super::hints::{Distribution, has_topology_mode};
use super::zone_shares::{ratios, share_out};
use super::matching::{addresses, find_port, hostname, is_endpoint, is_headless};
use crate::client::Caches;
use crate::store::Key;

pub const SERVICE_NAME: &str = "kubernetes.io/service-name";
pub const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";
pub const CONTROLLER: &str = "endpointslice-controller.k8s.io";
pub const HEADLESS: &str = "service.kubernetes.io/headless";
const ZONE: &str = "topology.kubernetes.io/zone";
const MAX_ENDPOINTS: usize = 100;

/// The ports that a group of endpoints shares, in an order of their own.
type Ports = Vec<(String, i32, String, Option<String>)>;

/// What became of the wish that endpoints be shared out among the zones.
#[derive(Debug, Default, PartialEq)]
pub enum Sharing {
    #[default]
    NotAskedFor,
    Done,
    /// Why not.
    Refused(String),
}

/// What to do to the slices of one Service.
#[derive(Debug, Default)]
pub struct Plan {
    pub create: Vec<EndpointSlice>,
    pub update: Vec<EndpointSlice>,
    pub delete: Vec<EndpointSlice>,
    /// Whether endpoints are shared out among the zones by their CPUs.
    pub sharing: Sharing,
    /// Pods that were left out because their node is not known yet.
    pub skipped: Vec<String>,
}

/// IPv4, IPv6 or both, as the Service says.
pub fn address_types(service: &Service) -> Vec<&'static str> {
    let families = service.spec.ip_families.iter().flatten().map(|family| if family == "IPv6" { "IPv6" } else { "IPv4" });
    let families: Vec<&'static str> = families.collect();
    if families.is_empty() { vec!["IPv4"] } else { families }
}

/// Compares the pods of a Service with its slices of one address type.
pub fn plan(caches: &Caches, service: &Arc<Service>, pods: &[Arc<Pod>], existing: Vec<EndpointSlice>, address_type: &str) -> Plan {
    let mut plan = Plan::default();
    let desired = desired_endpoints(caches, service, pods, address_type, &mut plan.skipped);
    let existing_count = existing.len();
    let all = existing.clone();
    let mut by_ports: BTreeMap<Ports, Vec<EndpointSlice>> = BTreeMap::new();
    for slice in existing {
        if is_owned(&slice, service) {
            by_ports.entry(ports_key(slice.ports.as_deref().unwrap_or_default())).or_default().push(slice);
        } else {
            plan.delete.push(slice);
        }
    }
    for (ports, endpoints) in desired {
        let slices = by_ports.remove(&ports).unwrap_or_default();
        fit(service, address_type, &ports, endpoints, slices, &mut plan);
    }
    plan.delete.extend(by_ports.into_values().flatten());
    if existing_count == plan.delete.len() && plan.create.is_empty() {
        // A Service without endpoints has one empty slice, so that its watchers know that it was looked at.
        let placeholder = new_slice(service, address_type, &Vec::new());
        match plan.delete.as_slice() {
            [only] if is_placeholder(only, &placeholder) => plan.delete.clear(),
            _ => plan.create.push(placeholder),
        }
    }
    reuse(service, &mut plan);
    give_hints(caches, service, all, &mut plan);
    plan
}

/// Gives hints to new and changed slices, and changes others whose hints are not those that they should have.
fn give_hints(caches: &Caches, service: &Service, existing: Vec<EndpointSlice>, plan: &mut Plan) {
    let distribution = Distribution::of(service);
    let touched = |plan: &Plan, slice: &EndpointSlice| plan.update.iter().chain(&plan.delete).any(|other| other.metadata.name == slice.metadata.name);
    let untouched: Vec<EndpointSlice> = existing.into_iter().filter(|slice| !touched(plan, slice)).collect();
    if has_topology_mode(service) {
        let ratios = ratios(caches.list::<Node>().map(|node| &**node));
        let created = plan.create.len();
        let mut changing: Vec<EndpointSlice> = plan.create.iter().chain(&plan.update).cloned().collect();
        match share_out(ratios.as_ref(), &mut changing, untouched.clone()) {
            Ok(()) => {
                plan.update = changing.split_off(created);
                plan.create = changing;
                plan.sharing = Sharing::Done;
                return;
            }
            Err(why) => plan.sharing = Sharing::Refused(why),
        }
    }
    plan.update.extend(untouched.into_iter().filter(|slice| distribution.needs_update(slice)));
    plan.create.iter_mut().chain(&mut plan.update).for_each(|slice| distribution.update(slice));
}

pub fn is_owned(slice: &EndpointSlice, service: &Service) -> bool {
    slice.metadata.owner_references.iter().flatten().any(|owner| owner.uid == service.uid() && owner.kind == "Service")
}

fn is_placeholder(slice: &EndpointSlice, placeholder: &EndpointSlice) -> bool {
    let empty = |slice: &EndpointSlice| slice.endpoints.iter().flatten().next().is_none() && slice.ports.iter().flatten().next().is_none();
    empty(slice) && slice.metadata.labels == placeholder.metadata.labels && slice.metadata.owner_references == placeholder.metadata.owner_references
}

/// A slice that would be deleted takes the place of one that would be created: one change instead of two.
fn reuse(service: &Service, plan: &mut Plan) {
    let mut kept = Vec::new();
    for doomed in std::mem::take(&mut plan.delete) {
        match plan.create.pop() {
            Some(mut slice) if is_owned(&doomed, service) => {
                slice.metadata.name.clone_from(&doomed.metadata.name);
                slice.metadata.resource_version.clone_from(&doomed.metadata.resource_version);
                plan.update.push(slice);
            }
            slice => {
                plan.create.extend(slice);
                kept.push(doomed);
            }
        }
    }
    plan.delete = kept;
}

/// Endpoints by what tells them apart, grouped by their ports.
fn desired_endpoints(caches: &Caches, service: &Service, pods: &[Arc<Pod>], address_type: &str, skipped: &mut Vec<String>) -> BTreeMap<Ports, BTreeMap<Identity, Endpoint>> {
    let mut desired: BTreeMap<Ports, BTreeMap<Identity, Endpoint>> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| is_endpoint(pod, true)) {
        let group = desired.entry(ports_of(service, pod)).or_default();
        let node = node_name(pod).and_then(|name| caches.get::<Node>(&Key::new("", name)));
        if node.is_none() && service.spec.publish_not_ready_addresses != Some(true) {
            skipped.push(format!("skipping Pod {} for Service {}/{}: Node {} Not Found", pod.name(), service.namespace(), service.name(), node_name(pod).unwrap_or_default()));
            continue;
        }
        let endpoint = endpoint_of(service, pod, node, address_type == "IPv6");
        if !endpoint.addresses.is_empty() {
            group.insert(identity(&endpoint), endpoint);
        }
    }
    desired
}

type Identity = (String, Vec<String>, String);

/// An endpoint is the same as long as pod, addresses and host name are.
fn identity(endpoint: &Endpoint) -> Identity {
    let pod = endpoint.target_ref.as_ref().and_then(|target| target.name.clone()).unwrap_or_default();
    (pod, endpoint.addresses.clone(), endpoint.hostname.clone().unwrap_or_default())
}

/// Serving: ready, whether on its way out or not. Ready: serving and not on its way out, or published in any case.
fn endpoint_of(service: &Service, pod: &Arc<Pod>, node: Option<&Arc<Node>>, ipv6: bool) -> Endpoint {
    let serving = pod_is_ready(pod);
    let terminating = pod.metadata.deletion_timestamp.is_some();
    let published = service.spec.publish_not_ready_addresses == Some(true);
    let zone = node.and_then(|node| node.metadata.labels.as_ref()?.get(ZONE)).filter(|zone| !zone.is_empty());
    Endpoint {
        addresses: addresses(pod, ipv6),
        conditions: Some(EndpointConditions {
            ready: Some(published || (serving && !terminating)),
            serving: Some(serving),
            terminating: Some(terminating),
        }),
        hostname: hostname(pod, service),
        node_name: node_name(pod).map(str::to_owned),
        target_ref: Some(pod_reference(pod)),
        zone: zone.cloned(),
        ..Endpoint::default()
    }
}

pub fn pod_reference(pod: &Pod) -> ObjectReference {
    ObjectReference {
        kind: Some("Pod".to_owned()),
        namespace: pod.metadata.namespace.clone(),
        name: pod.metadata.name.clone(),
        uid: pod.metadata.uid.clone(),
        ..ObjectReference::default()
    }
}

/// The Service's ports as this pod has them; a named port that the pod lacks is left out.
fn ports_of(service: &Service, pod: &Pod) -> Ports {
    let mut ports: Ports = Vec::new();
    for port in service.spec.ports.iter().flatten() {
        if let Some(number) = find_port(pod, port) {
            let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
            ports.push((port.name.clone().unwrap_or_default(), number, protocol, port.app_protocol.clone()));
        }
    }
    ports.sort();
    ports
}

fn ports_key(ports: &[EndpointPort]) -> Ports {
    let key = |port: &EndpointPort| {
        (port.name.clone().unwrap_or_default(), port.port.unwrap_or_default(), port.protocol.clone().unwrap_or_default(), port.app_protocol.clone())
    };
    let mut ports: Ports = ports.iter().map(key).collect();
    ports.sort();
    ports
}

fn new_slice(service: &Arc<Service>, address_type: &str, ports: &Ports) -> EndpointSlice {
    let ports = ports.iter().cloned().map(|(name, port, protocol, app_protocol)| EndpointPort {
        name: Some(name),
        port: Some(port),
        protocol: Some(protocol),
        app_protocol,
    });
    EndpointSlice {
        metadata: ObjectMeta {
            generate_name: Some(format!("{}-", service.name())),
            namespace: service.metadata.namespace.clone(),
            labels: Some(labels_of(service)),
            owner_references: Some(vec![controller_reference(&**service)]),
            ..ObjectMeta::default()
        },
        address_type: address_type.to_owned(),
        endpoints: Some(Vec::new()),
        ports: Some(ports.collect()),
    }
}

/// The Service's labels, and those that slices have of themselves.
fn labels_of(service: &Service) -> BTreeMap<String, String> {
    let mut labels = service.metadata.labels.clone().unwrap_or_default();
    labels.remove(HEADLESS);
    if is_headless(service) {
        labels.insert(HEADLESS.to_owned(), String::new());
    }
    labels.insert(SERVICE_NAME.to_owned(), service.name().to_owned());
    labels.insert(MANAGED_BY.to_owned(), CONTROLLER.to_owned());
    labels
}

fn has_other_labels(slice: &EndpointSlice, labels: &BTreeMap<String, String>) -> bool {
    let own = |labels: &BTreeMap<String, String>| {
        let mut labels = labels.clone();
        [SERVICE_NAME, MANAGED_BY, HEADLESS].iter().for_each(|name| drop(labels.remove(*name)));
        labels
    };
    own(&slice.metadata.labels.clone().unwrap_or_default()) != own(labels)
}

/// Puts the endpoints of one group of ports into slices: keeps what stays, fills changed slices first, then one that
/// has room, then new ones.
fn fit(service: &Arc<Service>, address_type: &str, ports: &Ports, mut desired: BTreeMap<Identity, Endpoint>, slices: Vec<EndpointSlice>, plan: &mut Plan) {
    let labels = labels_of(service);
    let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
    for mut slice in slices {
        let before = slice.endpoints.take().unwrap_or_default();
        let kept: Vec<Endpoint> = before.iter().filter_map(|endpoint| desired.remove(&identity(endpoint))).collect();
        let same = kept.len() == before.len() && kept.iter().zip(&before).all(|(kept, before)| same_endpoint(kept, before));
        if !same && kept.is_empty() {
            slice.endpoints = Some(before);
            plan.delete.push(slice);
            continue;
        }
        let relabel = has_other_labels(&slice, &labels);
        slice.endpoints = Some(kept);
        if same && !relabel {
            unchanged.push(slice);
        } else {
            slice.metadata.labels = Some(labels.clone());
            changed.push(slice);
        }
    }
    changed.sort_by_key(|slice| std::cmp::Reverse(length(slice)));
    for slice in &mut changed {
        fill(slice, &mut desired);
    }
    if !desired.is_empty() && desired.len() < MAX_ENDPOINTS {
        let room = |slice: &EndpointSlice| MAX_ENDPOINTS.checked_sub(length(slice) + desired.len());
        let fullest = (0..unchanged.len()).filter(|index| room(&unchanged[*index]).is_some()).min_by_key(|index| room(&unchanged[*index]));
        if let Some(index) = fullest {
            let mut slice = unchanged.remove(index);
            fill(&mut slice, &mut desired);
            changed.push(slice);
        }
    }
    while !desired.is_empty() {
        let mut slice = new_slice(service, address_type, ports);
        fill(&mut slice, &mut desired);
        plan.create.push(slice);
    }
    plan.update.extend(changed);
}

fn length(slice: &EndpointSlice) -> usize {
    slice.endpoints.as_ref().map_or(0, Vec::len)
}

fn fill(slice: &mut EndpointSlice, desired: &mut BTreeMap<Identity, Endpoint>) {
    let endpoints = slice.endpoints.get_or_insert_default();
    while endpoints.len() < MAX_ENDPOINTS
        && let Some((_, endpoint)) = desired.pop_first()
    {
        endpoints.push(endpoint);
    }
}

fn same_endpoint(a: &Endpoint, b: &Endpoint) -> bool {
    a.node_name == b.node_name && a.zone == b.zone && a.conditions == b.conditions && a.target_ref == b.target_ref
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// The sizes of created and updated slices, and the number of deleted ones.
    fn sizes(plan: &Plan) -> (Vec<usize>, Vec<usize>, usize) {
        let lengths = |slices: &[EndpointSlice]| slices.iter().map(length).collect();
        (lengths(&plan.create), lengths(&plan.update), plan.delete.len())
    }

    fn service() -> Arc<Service> {
        Arc::new(serde_json::from_value(json!({"metadata": {"name": "web", "namespace": "default", "uid": "s"},
            "spec": {"clusterIP": "10.96.0.7", "publishNotReadyAddresses": false, "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]}})).unwrap())
    }

    fn pods(range: std::ops::Range<usize>) -> Vec<Arc<Pod>> {
        range.map(|index| pod(index, json!({}))).collect()
    }

    fn pod(index: usize, change: Value) -> Arc<Pod> {
        let ip = format!("10.1.{}.{}", index / 200, index % 200 + 1);
        let mut pod = json!({"metadata": {"name": format!("p{index:04}"), "namespace": "default"}, "spec": {"containers": []},
            "status": {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], "conditions": [{"type": "Ready", "status": "True"}]}});
        json_patch::merge(&mut pod, &change);
        Arc::new(serde_json::from_value(pod).unwrap())
    }

    /// The service publishes all addresses, so that no nodes need be known.
    fn plan_for(pods: &[Arc<Pod>], existing: Vec<EndpointSlice>) -> Plan {
        let mut service = (*service()).clone();
        Arc::make_mut(&mut service.spec).publish_not_ready_addresses = Some(true);
        plan(&Caches::default(), &Arc::new(service), pods, existing, "IPv4")
    }

    fn named(slices: Vec<EndpointSlice>) -> Vec<EndpointSlice> {
        let name = |(index, mut slice): (usize, EndpointSlice)| {
            slice.metadata.name = Some(format!("web-{index}"));
            slice
        };
        slices.into_iter().enumerate().map(name).collect()
    }

    #[test]
    fn a_slice_holds_a_hundred_endpoints() {
        assert_eq!(sizes(&plan_for(&pods(0..250), Vec::new())), (vec![100, 100, 50], vec![], 0));
    }

    #[test]
    fn nothing_changes_when_nothing_has_changed() {
        let existing = named(plan_for(&pods(0..120), Vec::new()).create);
        assert_eq!(sizes(&plan_for(&pods(0..120), existing)), (vec![], vec![], 0));
    }

    #[test]
    fn new_endpoints_go_where_there_is_room() {
        let existing = named(plan_for(&pods(0..120), Vec::new()).create);
        assert_eq!(sizes(&plan_for(&pods(0..130), existing.clone())), (vec![], vec![30], 0));
        assert_eq!(sizes(&plan_for(&pods(0..205), existing)), (vec![85], vec![], 0), "one new slice instead of changing one and making one");
    }

    #[test]
    fn a_service_without_endpoints_keeps_one_empty_slice() {
        let placeholder = plan_for(&[], Vec::new());
        assert_eq!(sizes(&placeholder), (vec![0], vec![], 0));
        let existing = named(placeholder.create);
        assert_eq!(sizes(&plan_for(&[], existing.clone())), (vec![], vec![], 0));
        assert_eq!(sizes(&plan_for(&pods(0..2), existing)), (vec![], vec![2], 0), "it is filled, not replaced");
        let full = named(plan_for(&pods(0..2), Vec::new()).create);
        assert_eq!(sizes(&plan_for(&[], full)), (vec![], vec![0], 0), "and emptied");
    }

    #[test]
    fn readiness_and_termination_make_the_conditions() {
        let unready = json!({"status": {"conditions": [{"type": "Ready", "status": "False"}]}});
        let going = json!({"metadata": {"deletionTimestamp": "2026-01-05T09:00:00Z"}});
        let cases = [(json!({}), false, (true, true, false)), (unready.clone(), false, (false, false, false)), (going.clone(), false, (false, true, true)), (going, true, (true, true, true)), (unready, true, (true, false, false))];
        for (change, publish, expected) in cases {
            let mut service = (*service()).clone();
            Arc::make_mut(&mut service.spec).publish_not_ready_addresses = Some(publish);
            let conditions = endpoint_of(&service, &pod(0, change.clone()), None, false).conditions.unwrap();
            let found = (conditions.ready.unwrap(), conditions.serving.unwrap(), conditions.terminating.unwrap());
            assert_eq!(found, expected, "{change}, publish {publish}");
        }
    }
}
