//! The service controller: orders a load balancer for each Service of the type LoadBalancer, says its address in the
//! Service's status when the cloud has made it, and has it taken down when the Service no longer wants one. A finalizer
//! keeps the Service until that is done.
//!
//! Models: staging/src/k8s.io/cloud-provider/controllers/service/controller.go, v1.36.
//! Simplified: the cloud never fails; `spec.loadBalancerClass` is left to others; one worker.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Kind, Node, Resource as _, Service};
use serde_json::{Value, json};

use super::balancer::{Balancer, State, free_address};
use crate::apiserver::{Filter, PatchType, Request};
use crate::client::{Change, EventType, Informers, Recorder};
use crate::component::{Component, Ctx, Message, RequestId};
use crate::network::Ip;
use crate::store::Key;

const INFORMERS: u64 = 0;
const WORK: u64 = 1;

/// How long the cloud takes to make a load balancer, to change one, and to take one down; up to half as long again.
const MAKE: Duration = Duration::from_secs(20);
const CHANGE: Duration = Duration::from_secs(2);
const TAKE_DOWN: Duration = Duration::from_secs(10);
/// A request that failed is sent again after this time.
const RETRY: Duration = Duration::from_secs(5);

const FINALIZER: &str = "service.kubernetes.io/load-balancer-cleanup";
const EXCLUDE: &str = "node.kubernetes.io/exclude-from-external-load-balancers";
const TO_BE_DELETED: &str = "ToBeDeletedByClusterAutoscaler";

/// The part of cloud-controller-manager that looks after Services.
#[derive(Clone)]
pub struct ServiceController {
    informers: Informers,
    recorder: Recorder,
    balancers: BTreeMap<Key, Balancer>,
    /// Services to look at.
    queue: BTreeSet<Key>,
    /// Which Service a request is about.
    requests: BTreeMap<RequestId, Key>,
}

impl Default for ServiceController {
    fn default() -> Self {
        ServiceController {
            informers: Informers::new([(Kind::Service, Filter::all()), (Kind::Node, Filter::all())], INFORMERS),
            recorder: Recorder::new("service-controller", ""),
            balancers: BTreeMap::new(),
            queue: BTreeSet::new(),
            requests: BTreeMap::new(),
        }
    }
}

impl ServiceController {
    fn changed(&mut self, changes: &[Change], ctx: &mut Ctx<'_>) {
        let mut nodes_changed = false;
        for change in changes {
            match change.kind {
                Kind::Service if needs_update(change) => {
                    self.queue.insert(change.key.clone());
                }
                Kind::Node => nodes_changed = true,
                _ => {}
            }
        }
        if nodes_changed {
            self.update_hosts(ctx);
        }
    }

    /// The nodes that a load balancer may send to.
    fn hosts(&self) -> Vec<String> {
        let takes = |node: &&Arc<Node>| {
            let excluded = node.metadata.labels.as_ref().is_some_and(|labels| labels.contains_key(EXCLUDE));
            let going = node.metadata.deletion_timestamp.is_some() || node.spec.taints.iter().flatten().any(|taint| taint.key == TO_BE_DELETED);
            !excluded && !going
        };
        self.informers.caches().list::<Node>().filter(takes).map(|node| node.name().to_owned()).collect()
    }

    fn update_hosts(&mut self, ctx: &mut Ctx<'_>) {
        let hosts = self.hosts();
        let stale: Vec<Key> =
            self.balancers.iter().filter(|(_, balancer)| balancer.state == State::Ready && balancer.hosts != hosts).map(|(key, _)| key.clone()).collect();
        for key in stale {
            let Some(service) = self.informers.caches().get::<Service>(&key).cloned() else { continue };
            if let Some(balancer) = self.balancers.get_mut(&key) {
                balancer.hosts.clone_from(&hosts);
                ctx.balance(balancer.address, hosts.clone());
            }
            if hosts.is_empty() {
                self.event(&service, EventType::Warning, "UnAvailableLoadBalancer", "There are no available nodes for LoadBalancer", ctx);
            } else {
                self.event(&service, EventType::Normal, "UpdatedLoadBalancer", "Updated load balancer with new hosts", ctx);
            }
        }
    }

    fn event(&mut self, service: &Arc<Service>, event_type: EventType, reason: &str, message: &str, ctx: &mut Ctx<'_>) {
        let about = service.clone().into_object();
        if let Some(request) = self.recorder.event(ctx.now(), ctx.epoch(), &about, "", event_type, reason, message) {
            ctx.request(request);
        }
    }

    fn patch(&mut self, key: &Key, request: Request, ctx: &mut Ctx<'_>) {
        let id = ctx.request(request);
        self.requests.insert(id, key.clone());
    }

    /// What the cloud has finished, and then what the Services want.
    fn work(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let done: Vec<Key> = self.balancers.iter().filter(|(_, balancer)| balancer.busy_until().is_some_and(|at| at <= now)).map(|(key, _)| key.clone()).collect();
        for key in done {
            self.finish(&key, ctx);
        }
        let busy = |controller: &Self, key: &Key| controller.balancers.get(key).is_some_and(|balancer| balancer.state != State::Ready);
        let ready: Vec<Key> = self.queue.iter().filter(|key| !busy(self, key)).cloned().collect();
        for key in ready {
            self.queue.remove(&key);
            self.sync(&key, ctx);
        }
    }

    fn sync(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let service = self.informers.caches().get::<Service>(key).cloned();
        let service = match service {
            Some(service) => service,
            None => {
                if let Some(balancer) = self.balancers.remove(key) {
                    ctx.balance(balancer.address, Vec::new());
                }
                return;
            }
        };
        if wants(&service) && service.metadata.deletion_timestamp.is_none() { self.ensure(key, &service, ctx) } else { self.delete(key, &service, ctx) }
    }

    fn ensure(&mut self, key: &Key, service: &Arc<Service>, ctx: &mut Ctx<'_>) {
        self.event(service, EventType::Normal, "EnsuringLoadBalancer", "Ensuring load balancer", ctx);
        if !has_finalizer(service) {
            let patch = json!({"metadata": {"finalizers": [FINALIZER]}});
            self.patch(key, Request::patch(Kind::Service, key, PatchType::Strategic, patch), ctx);
        }
        let hosts = self.hosts();
        if hosts.is_empty() {
            self.event(service, EventType::Warning, "UnAvailableLoadBalancer", "There are no available nodes for LoadBalancer", ctx);
        }
        let known = self.balancers.get(key).filter(|balancer| balancer.uid == service.uid()).map(|balancer| balancer.address);
        // After a restart the address is found in the Service.
        let had = || ingress(service);
        let asked = known.or_else(had).or_else(|| service.spec.load_balancer_ip.as_deref()?.parse().ok());
        let takes = if known.is_some() { CHANGE } else { MAKE };
        let others = self.balancers.iter().filter(|(other, _)| *other != key).map(|(_, balancer)| balancer);
        let Some(address) = free_address(asked, others) else {
            let message = "Error syncing load balancer: failed to ensure load balancer: no free addresses";
            return self.event(service, EventType::Warning, "SyncLoadBalancerFailed", message, ctx);
        };
        let until = ctx.now() + ctx.stream().jitter(takes, 0.5);
        self.balancers.insert(key.clone(), Balancer { uid: service.uid().to_owned(), address, state: State::Ensuring(until), hosts });
        ctx.timer_at(until, WORK);
    }

    fn delete(&mut self, key: &Key, service: &Arc<Service>, ctx: &mut Ctx<'_>) {
        match self.balancers.get_mut(key) {
            Some(balancer) => {
                let until = ctx.now() + ctx.stream().jitter(TAKE_DOWN, 0.5);
                balancer.state = State::Deleting(until);
                ctx.timer_at(until, WORK);
                self.event(service, EventType::Normal, "DeletingLoadBalancer", "Deleting load balancer", ctx);
            }
            None if has_finalizer(service) => self.deleted(key, service, ctx),
            None => {}
        }
    }

    fn finish(&mut self, key: &Key, ctx: &mut Ctx<'_>) {
        let service = self.informers.caches().get::<Service>(key).cloned();
        let Some(balancer) = self.balancers.get_mut(key) else { return };
        let (address, state) = (balancer.address, balancer.state);
        if let State::Deleting(_) = state {
            self.balancers.remove(key);
            ctx.balance(address, Vec::new());
            if let Some(service) = service {
                self.deleted(key, &service, ctx);
            }
            return;
        }
        balancer.state = State::Ready;
        ctx.balance(address, balancer.hosts.clone());
        let Some(service) = service else { return };
        self.event(&service, EventType::Normal, "EnsuredLoadBalancer", "Ensured load balancer", ctx);
        if ingress(&service) != Some(address) {
            let status = json!({"status": {"loadBalancer": {"ingress": [{"ip": address.to_string(), "ipMode": "VIP"}]}}});
            self.patch(key, Request::patch_status(Kind::Service, key, status), ctx);
        }
        // Nodes may have come meanwhile.
        self.update_hosts(ctx);
    }

    /// The load balancer is no more: the Service may go, or live on as another type.
    fn deleted(&mut self, key: &Key, service: &Arc<Service>, ctx: &mut Ctx<'_>) {
        if ingress(service).is_some() && service.metadata.deletion_timestamp.is_none() {
            self.patch(key, Request::patch_status(Kind::Service, key, json!({"status": {"loadBalancer": Value::Null}})), ctx);
        }
        if has_finalizer(service) {
            let patch = json!({"metadata": {"$deleteFromPrimitiveList/finalizers": [FINALIZER]}});
            self.patch(key, Request::patch(Kind::Service, key, PatchType::Strategic, patch), ctx);
        }
        self.event(service, EventType::Normal, "DeletedLoadBalancer", "Deleted load balancer", ctx);
    }
}

fn wants(service: &Service) -> bool {
    service.spec.type_.as_deref() == Some("LoadBalancer") && service.spec.load_balancer_class.is_none()
}

fn has_finalizer(service: &Service) -> bool {
    service.metadata.finalizers.iter().flatten().any(|finalizer| finalizer == FINALIZER)
}

fn ingress(service: &Service) -> Option<Ip> {
    service.status.load_balancer.as_ref()?.ingress.as_ref()?.first()?.ip.as_deref()?.parse().ok()
}

/// Whether a change concerns the load balancer at all.
fn needs_update(change: &Change) -> bool {
    let service = |object: &Option<podarium_api::Object>| object.as_ref().and_then(Service::from_object).cloned();
    let (old, new) = (service(&change.old), service(&change.new));
    match (old, new) {
        (_, None) => true,
        (None, Some(new)) => wants(&new) || has_finalizer(&new),
        (Some(old), Some(new)) => {
            let cleanup = |service: &Service| has_finalizer(service) && (service.metadata.deletion_timestamp.is_some() || !wants(service));
            if !wants(&old) && !wants(&new) {
                return cleanup(&new);
            }
            let changed = old.metadata.deletion_timestamp.is_some() != new.metadata.deletion_timestamp.is_some()
                || old.uid() != new.uid()
                || old.metadata.annotations != new.metadata.annotations;
            changed || relevant(&old) != relevant(&new)
        }
    }
}

/// The fields of the spec that a load balancer is made from.
fn relevant(service: &Service) -> Value {
    let spec = &service.spec;
    json!([
        spec.type_, spec.load_balancer_ip, spec.load_balancer_class, spec.ports, spec.session_affinity, spec.session_affinity_config,
        spec.load_balancer_source_ranges, spec.external_ips, spec.external_traffic_policy, spec.health_check_node_port, spec.ip_families,
    ])
}

impl Component for ServiceController {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        if let Some(changes) = self.informers.on(&message, ctx) {
            self.changed(&changes, ctx);
        } else if let Message::Answer { id, answer } = &message
            && let Some(key) = self.requests.remove(id)
            && answer.result.as_ref().is_err_and(|status| !status.is_not_found())
        {
            self.queue.insert(key);
            return ctx.timer(RETRY, WORK);
        }
        if self.informers.synced() {
            self.work(ctx);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use podarium_api::Event;
    use podarium_machine::HttpRequest;
    use podarium_sim::Time;

    use super::*;
    use crate::kubelet::NodeConfig;
    use crate::{Cause, Cluster, Config};

    fn cluster() -> Cluster {
        let mut cluster = Cluster::new(Config { cloud: true, ..Config::default() });
        cluster.bootstrap();
        cluster.add_node(NodeConfig::new("node-1", 0));
        cluster.advance(Time::from_secs(2));
        let body = json!({"metadata": {"name": "web"}, "spec": {"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 80}]}});
        cluster.http(HttpRequest::new("POST", "/api/v1/namespaces/default/services").body(body.to_string()), Cause::Start);
        cluster
    }

    fn web(cluster: &Cluster) -> Option<&Arc<Service>> {
        cluster.get::<Service>(&Key::new("default", "web"))
    }

    fn reasons(cluster: &Cluster) -> Vec<String> {
        let mut events: Vec<_> = cluster.list::<Event>().filter(|event| event.involved_object.kind.as_deref() == Some("Service")).collect();
        events.sort_by_key(|event| event.metadata.resource_version.as_deref().and_then(|text| text.parse::<u64>().ok()));
        events.iter().filter_map(|event| event.reason.clone()).collect()
    }

    #[test]
    fn an_address_comes_after_a_while_and_a_finalizer_guards_it() {
        let mut cluster = cluster();
        cluster.advance(Time::from_secs(10));
        let service = web(&cluster).expect("it is there");
        assert_eq!((ingress(service), has_finalizer(service)), (None, true), "<pending>");
        cluster.advance(Time::from_secs(40));
        assert_eq!(web(&cluster).and_then(|service| ingress(service)).map(|ip| ip.to_string()).as_deref(), Some("203.0.113.10"));
        assert_eq!(reasons(&cluster), ["EnsuringLoadBalancer", "EnsuredLoadBalancer"]);
        cluster.request(Request::delete(Kind::Service, &Key::new("default", "web")));
        cluster.advance(Time::from_secs(41));
        assert!(web(&cluster).is_some_and(|service| service.metadata.deletion_timestamp.is_some()), "the finalizer holds it");
        cluster.advance(Time::from_secs(60));
        assert!(web(&cluster).is_none());
        assert_eq!(reasons(&cluster)[2..], ["DeletingLoadBalancer", "DeletedLoadBalancer"]);
    }

    #[test]
    fn another_type_gives_the_address_back() {
        let mut cluster = cluster();
        cluster.advance(Time::from_secs(40));
        let patch = json!({"spec": {"type": "ClusterIP"}});
        cluster.request(Request::patch(Kind::Service, &Key::new("default", "web"), PatchType::Strategic, patch));
        cluster.advance(Time::from_secs(60));
        let service = web(&cluster).expect("it is there");
        assert_eq!((ingress(service), has_finalizer(service)), (None, false));
    }

    #[test]
    fn new_nodes_are_told_to_the_load_balancer() {
        let mut cluster = cluster();
        cluster.advance(Time::from_secs(40));
        cluster.add_node(NodeConfig::new("node-2", 1));
        cluster.advance(Time::from_secs(45));
        assert_eq!(reasons(&cluster).last().map(String::as_str), Some("UpdatedLoadBalancer"));
    }

    #[test]
    fn without_a_cloud_the_address_stays_pending() {
        let mut cluster = Cluster::new(Config::default());
        cluster.bootstrap();
        cluster.http(
            HttpRequest::new("POST", "/api/v1/namespaces/default/services")
                .body(json!({"metadata": {"name": "web"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}).to_string()),
            Cause::Start,
        );
        cluster.advance(Time::from_secs(100));
        let service = web(&cluster).expect("it is there");
        assert_eq!((ingress(service), has_finalizer(service)), (None, false));
    }
}
