//! The endpoints controller: the older, one-object list of the addresses behind a Service, kept for those who still read
//! it. Terminating pods are not in it; unready ones stand apart.
//!
//! Models: pkg/controller/endpoint/endpoints_controller.go, pkg/api/v1/endpoints/util.go, v1.36.
//! Simplified: addresses and ports are ordered by their text instead of by hashes; the 1,000 addresses that an object holds
//! at most are not counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imbl::OrdSet;
use k8s_openapi::api::core::v1::{EndpointAddress, EndpointPort, EndpointSubset};
use podarium_api::pod_state::{node_name, pod_is_ready};
use podarium_api::{Endpoints, Kind, Object, ObjectMeta, Pod, Resource as _, Service};

use super::endpoint_slice::matching::{addresses, find_port, hostname, is_endpoint, is_headless, is_managed, pods_of, services_of_change};
use super::endpoint_slice::trigger_time::{ANNOTATION, TriggerTimes, text};
use super::endpoint_slice::{HEADLESS, pod_reference};
use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

const MANAGED_BY: &str = "endpoints.kubernetes.io/managed-by";
const CONTROLLER: &str = "endpoint-controller";

#[derive(Clone, Debug, Default)]
pub struct EndpointsController {
    trigger_times: TriggerTimes,
    started: bool,
    /// What was there at the start: its Service may have gone meanwhile.
    leftovers: OrdSet<Key>,
}

impl Controller for EndpointsController {
    const NAME: &'static str = "endpoint-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Service, Kind::Pod, Kind::Endpoints].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Service(_) => enqueue.add(change.key.clone()),
            Object::Pod(_) => services_of_change(change, caches).into_iter().for_each(|key| enqueue.add(key)),
            Object::Endpoints(_) if change.new.is_none() => enqueue.add(change.key.clone()),
            Object::Endpoints(_) if !self.started => {
                self.leftovers.insert(change.key.clone());
            }
            _ => {}
        }
    }

    fn on_start(&mut self, enqueue: &mut Enqueue<'_>) {
        self.started = true;
        for key in std::mem::take(&mut self.leftovers) {
            enqueue.add(key);
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let caches = ctx.caches();
        let Some(service) = caches.get::<Service>(key) else {
            if let Err(status) = ctx.send(Request::delete(Kind::Endpoints, key))?
                && !status.is_not_found()
            {
                return Err(status.into());
            }
            let key = key.clone();
            ctx.remember(move |controller: &mut Self| controller.trigger_times.forget(&key));
            return Ok(());
        };
        if !is_managed(service) {
            return Ok(());
        }
        let pods = pods_of(caches, service);
        let (trigger_time, seen) = self.trigger_times.compute(key, service, &pods);
        let seen_key = key.clone();
        ctx.remember(move |controller: &mut Self| controller.trigger_times.remember(seen_key, seen));

        let subsets = subsets(service, &pods);
        let current = caches.get::<Endpoints>(key);
        if current.is_some_and(|current| current.subsets.clone().unwrap_or_default() == subsets && has_labels_of(current, service)) {
            return Ok(());
        }
        let metadata = ObjectMeta { name: service.metadata.name.clone(), namespace: service.metadata.namespace.clone(), ..ObjectMeta::default() };
        let mut endpoints = current.map_or(Endpoints { metadata, subsets: None }, |current| (**current).clone());
        endpoints.subsets = (!subsets.is_empty()).then_some(subsets);
        endpoints.metadata.labels = Some(labels_of(service));
        let mut annotations = endpoints.metadata.annotations.take().unwrap_or_default();
        match trigger_time {
            Some(time) => drop(annotations.insert(ANNOTATION.to_owned(), text(time))),
            None => drop(annotations.remove(ANNOTATION)),
        }
        endpoints.metadata.annotations = (!annotations.is_empty()).then_some(annotations);
        write(ctx, key, endpoints, current.is_none())
    }
}

fn write(ctx: &mut Sync<'_>, key: &Key, endpoints: Endpoints, is_new: bool) -> Result<(), Stop> {
    let about = Arc::new(endpoints.clone()).into_object();
    let answer = if is_new { ctx.create(endpoints)? } else { ctx.update(endpoints)? };
    let Err(status) = answer else { return Ok(()) };
    if !status.is_namespace_terminating() {
        let (reason, message) = if is_new {
            ("FailedToCreateEndpoint", format!("Failed to create endpoint for service {key}: {status}"))
        } else {
            ("FailedToUpdateEndpoint", format!("Failed to update endpoint {key}: {status}"))
        };
        ctx.event(&about, EventType::Warning, reason, message);
    }
    Err(status.into())
}

fn labels_of(service: &Service) -> BTreeMap<String, String> {
    let mut labels = service.metadata.labels.clone().unwrap_or_default();
    labels.remove(HEADLESS);
    if is_headless(service) {
        labels.insert(HEADLESS.to_owned(), String::new());
    }
    labels.insert(MANAGED_BY.to_owned(), CONTROLLER.to_owned());
    labels
}

fn has_labels_of(endpoints: &Endpoints, service: &Service) -> bool {
    let plain = |mut labels: BTreeMap<String, String>| {
        labels.remove(HEADLESS);
        labels
    };
    plain(endpoints.metadata.labels.clone().unwrap_or_default()) == plain(labels_of(service))
}

type Port = (String, i32, String, Option<String>);

/// What tells addresses apart.
type AddressKey = (String, Option<String>);

/// The addresses behind each port, ready and not; ports with the very same ones stand together.
fn subsets(service: &Service, pods: &[Arc<Pod>]) -> Vec<EndpointSubset> {
    let publish = service.spec.publish_not_ready_addresses == Some(true);
    let ipv6 = service.spec.ip_families.iter().flatten().next().is_some_and(|family| family == "IPv6");
    let ports = service.spec.ports.as_deref().unwrap_or_default();
    let mut addresses_of: BTreeMap<AddressKey, EndpointAddress> = BTreeMap::new();
    let mut behind: BTreeMap<Option<Port>, BTreeMap<AddressKey, bool>> = BTreeMap::new();
    for pod in pods.iter().filter(|pod| is_endpoint(pod, publish)) {
        let Some(ip) = addresses(pod, ipv6).into_iter().next() else { continue };
        let found = ports.iter().filter_map(|port| {
            let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
            Some(Some((port.name.clone().unwrap_or_default(), find_port(pod, port)?, protocol, port.app_protocol.clone())))
        });
        let mut found: BTreeSet<Option<Port>> = found.collect();
        // Only a headless Service may do without ports.
        if ports.is_empty() && is_headless(service) {
            found.insert(None);
        }
        let key = (ip.clone(), pod.metadata.uid.clone());
        let ready = publish || pod_is_ready(pod);
        for port in found {
            behind.entry(port).or_default().insert(key.clone(), ready);
        }
        let address = EndpointAddress {
            ip,
            hostname: hostname(pod, service),
            node_name: node_name(pod).map(str::to_owned),
            target_ref: Some(pod_reference(pod)),
        };
        addresses_of.insert(key, address);
    }
    let mut groups: Vec<(BTreeSet<Port>, BTreeMap<AddressKey, bool>)> = Vec::new();
    for (port, addresses) in behind {
        match groups.iter_mut().find(|(_, others)| *others == addresses) {
            Some((ports, _)) => ports.extend(port),
            None => groups.push((port.into_iter().collect(), addresses)),
        }
    }
    let subset_of = |(ports, keys): (BTreeSet<Port>, BTreeMap<AddressKey, bool>)| {
        let those = |wanted: bool| keys.iter().filter(|(_, ready)| **ready == wanted).map(|(key, _)| addresses_of[key].clone()).collect();
        subset(ports, those(true), those(false))
    };
    groups.into_iter().map(subset_of).collect()
}

fn subset(ports: BTreeSet<Port>, ready: Vec<EndpointAddress>, not_ready: Vec<EndpointAddress>) -> EndpointSubset {
    let sorted = |mut addresses: Vec<EndpointAddress>| {
        addresses.sort_by_key(|address| address.ip.split('.').map(|part| part.parse::<u32>().unwrap_or(0)).collect::<Vec<_>>());
        (!addresses.is_empty()).then_some(addresses)
    };
    let ports: Vec<EndpointPort> = ports
        .into_iter()
        .map(|(name, port, protocol, app_protocol)| EndpointPort {
            name: (!name.is_empty()).then_some(name),
            port,
            protocol: Some(protocol),
            app_protocol,
        })
        .collect();
    EndpointSubset { addresses: sorted(ready), not_ready_addresses: sorted(not_ready), ports: (!ports.is_empty()).then_some(ports) }
}

#[cfg(test)]
mod tests {
    use podarium_api::EndpointSlice;
    use serde_json::{Value, json};

    use super::*;
    use crate::controllers::testbed::TestBed;

    fn web(replicas: i32, play: &str) -> Value {
        json!({"metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}, "annotations": {"play": play}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}}}})
    }

    fn service() -> Value {
        json!({"metadata": {"name": "web", "namespace": "default", "labels": {"team": "a"}},
            "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}})
    }

    /// Ready and unready addresses of the Endpoints, ready and unready endpoints of the slices.
    fn counts(bed: &TestBed) -> (usize, usize, usize, usize) {
        let endpoints = bed.get::<Endpoints>("web");
        let count = |of: fn(&EndpointSubset) -> &Option<Vec<EndpointAddress>>| {
            endpoints.subsets.iter().flatten().filter_map(|subset| of(subset).as_ref()).map(Vec::len).sum()
        };
        let slices: Vec<_> = bed.list::<EndpointSlice>().into_iter().filter(|slice| slice.metadata.generate_name.as_deref() == Some("web-")).collect();
        let all: Vec<bool> = slices.iter().flat_map(|slice| slice.endpoints.iter().flatten()).map(|endpoint| endpoint.conditions.as_ref().unwrap().ready == Some(true)).collect();
        let ready = all.iter().filter(|ready| **ready).count();
        (count(|subset| &subset.addresses), count(|subset| &subset.not_ready_addresses), ready, all.len() - ready)
    }

    #[test]
    fn the_addresses_of_a_service_follow_its_pods() {
        let mut bed = TestBed::new();
        bed.create(Kind::Service, service());
        bed.run(1.0);
        assert_eq!(counts(&bed), (0, 0, 0, 0));
        bed.create(Kind::Deployment, web(2, ""));
        bed.run(5.0);
        assert_eq!(counts(&bed), (2, 0, 2, 0));
        let slice = bed.list::<EndpointSlice>().into_iter().find(|slice| slice.metadata.generate_name.as_deref() == Some("web-")).unwrap();
        assert_eq!(json!(slice.metadata.labels), json!({"team": "a", "kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}));
        assert_eq!(slice.endpoints.as_ref().unwrap()[0].zone.as_deref().map(|zone| &zone[..5]), Some("zone-"));
        bed.patch(Kind::Deployment, "web", json!({"spec": {"replicas": 3}}));
        bed.run(5.0);
        assert_eq!(counts(&bed), (3, 0, 3, 0));
        bed.patch(Kind::Service, "web", json!({"spec": {"selector": {"app": "nobody"}}}));
        bed.run(5.0);
        assert_eq!(counts(&bed), (0, 0, 0, 0));
    }

    #[test]
    fn ports_with_the_same_addresses_stand_together() {
        let pod = |name: &str, ip: &str, port: i32| -> Arc<Pod> {
            Arc::new(serde_json::from_value(json!({"metadata": {"name": name, "namespace": "default", "uid": name},
                "spec": {"containers": [{"name": "app", "image": "app:1", "ports": [{"name": "http", "containerPort": port}]}]},
                "status": {"podIP": ip, "podIPs": [{"ip": ip}], "conditions": [{"type": "Ready", "status": "True"}]}})).unwrap())
        };
        let service: Service = serde_json::from_value(json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [
            {"name": "a", "port": 80, "targetPort": "http"}, {"name": "b", "port": 443, "targetPort": 8443}, {"name": "c", "port": 444, "targetPort": 8444}]}})).unwrap();
        let found = subsets(&service, &[pod("p", "10.0.0.1", 9090), pod("q", "10.0.0.2", 7070)]);
        let found: Vec<(Vec<i32>, usize)> =
            found.iter().map(|subset| (subset.ports.iter().flatten().map(|port| port.port).collect(), subset.addresses.iter().flatten().count())).collect();
        assert_eq!(found, [(vec![7070], 1), (vec![9090], 1), (vec![8443, 8444], 2)]);
    }

    #[test]
    fn unready_addresses_stand_apart_unless_they_are_published() {
        let mut bed = TestBed::new();
        bed.create(Kind::Service, service());
        bed.create(Kind::Deployment, web(2, "never"));
        bed.run(5.0);
        assert_eq!(counts(&bed), (0, 2, 0, 2));
        bed.patch(Kind::Service, "web", json!({"spec": {"publishNotReadyAddresses": true}}));
        bed.run(5.0);
        assert_eq!(counts(&bed), (2, 0, 2, 0));
    }

    #[test]
    fn what_a_deleted_service_left_goes_also_when_the_controllers_slept() {
        let mut bed = TestBed::new();
        bed.create(Kind::Service, service());
        bed.run(2.0);
        let id = bed.cluster.component_id("kube-controller-manager").unwrap();
        bed.cluster.stop(id);
        bed.delete(Kind::Service, "web");
        bed.restart_controllers();
        bed.run(5.0);
        assert!(bed.cluster.get::<Endpoints>(&Key::new("default", "web")).is_none());
        assert!(bed.list::<EndpointSlice>().iter().all(|slice| slice.metadata.generate_name.as_deref() != Some("web-")));
    }
}
