//! The scheduler at work in a cluster without kubelets: what it writes, and that it survives being stopped.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Event, Kind, Namespace, Node, Object, Pod, PodDisruptionBudget, PriorityClass, Resource as _, ServiceAccount};
use serde_json::{Value, json};

use crate::scheduler::Scheduler;
use crate::scheduler::configuration::SchedulerConfiguration;
use super::building::{NodeBuilder, node};
use crate::apiserver::{Body, PatchType, Request, Subresource, Verb};
use crate::component::ComponentId;
use crate::{Cluster, Config, Key};

pub(super) struct Bench {
    cluster: Cluster,
    scheduler: ComponentId,
}

impl Bench {
    fn new(nodes: Vec<NodeBuilder>) -> Self {
        Self::configured(nodes, &SchedulerConfiguration::default())
    }

    pub(super) fn configured(nodes: Vec<NodeBuilder>, configuration: &SchedulerConfiguration) -> Self {
        let mut cluster = Cluster::new(Config::default());
        // No other component runs: nobody else writes to the nodes and pods.
        for name in ["default", "kube-system"] {
            cluster.seed_object(object::<Namespace>(json!({ "metadata": { "name": name } }))).expect("a namespace");
            let account = json!({ "metadata": { "name": "default", "namespace": name } });
            cluster.seed_object(object::<ServiceAccount>(account)).expect("a service account");
        }
        let class = json!({ "metadata": { "name": "system-cluster-critical" }, "value": 2_000_000_000 });
        cluster.seed_object(object::<PriorityClass>(class)).expect("a priority class");
        let nodes: Vec<Arc<Node>> = nodes.into_iter().map(NodeBuilder::arc).collect();
        for node in &nodes {
            cluster.seed_object(node.clone().into_object()).expect("a node");
        }
        for node in &nodes {
            // New nodes are tainted as not ready until somebody finds that they are.
            let taints = json!({ "spec": { "taints": node.spec.taints } });
            cluster.request(Request::patch(Kind::Node, &Key::new("", node.name()), PatchType::Merge, taints));
        }
        let scheduler = cluster.start("kube-scheduler", "system:kube-scheduler", Scheduler::configured("control-plane", configuration));
        let mut bench = Bench { cluster, scheduler };
        bench.pass(2000);
        bench
    }

    pub(super) fn pass(&mut self, millis: u64) {
        let until = self.cluster.now() + Duration::from_millis(millis);
        self.cluster.advance(until);
    }

    pub(super) fn create(&mut self, name: &str, cpu: &str, more: Value) {
        let mut spec = json!({
            "containers": [{ "name": "c", "image": "x:1", "resources": { "requests": { "cpu": cpu } } }],
            "terminationGracePeriodSeconds": 0,
        });
        if let (Some(spec), Value::Object(more)) = (spec.as_object_mut(), more) {
            spec.extend(more);
        }
        let pod = json!({ "metadata": { "name": name, "namespace": "default" }, "spec": spec });
        let pod: Pod = serde_json::from_value(pod).expect("a pod");
        let id = self.cluster.request(Request::create(pod));
        self.pass(3);
        for (of, answer) in self.cluster.take_replies() {
            assert!(of != id || answer.result.is_ok(), "{:?}", answer.result);
        }
    }

    pub(super) fn delete(&mut self, name: &str) {
        self.cluster.request(Request::delete(Kind::Pod, &Key::new("default", name)));
    }

    pub(super) fn pod(&self, name: &str) -> Option<&Arc<Pod>> {
        self.cluster.get::<Pod>(&Key::new("default", name))
    }

    pub(super) fn node_of(&self, name: &str) -> Option<&str> {
        self.pod(name)?.spec.node_name.as_deref()
    }

    pub(super) fn events(&self, reason: &str) -> Vec<&Arc<Event>> {
        self.cluster.list::<Event>().filter(|event| event.reason.as_deref() == Some(reason)).collect()
    }
}

fn object<T: podarium_api::Resource>(value: Value) -> Object {
    Arc::new(serde_json::from_value::<T>(value).expect("an object")).into_object()
}

fn small(name: &str) -> NodeBuilder {
    node(name).capacity("2", "8Gi", 110)
}

#[test]
fn a_pod_is_bound_and_an_event_says_so() {
    let mut bench = Bench::new(vec![small("n1")]);
    bench.create("p", "1", json!({}));
    bench.pass(100);
    assert_eq!(bench.node_of("p"), Some("n1"));
    let events = bench.events("Scheduled");
    let event = events.first().expect("there is an event");
    assert_eq!(event.message.as_deref(), Some("Successfully assigned default/p to n1"));
    assert_eq!(event.reporting_component.as_deref(), Some("default-scheduler"));
    assert_eq!(event.reporting_instance.as_deref(), Some("default-scheduler-control-plane"));
    assert_eq!((event.action.as_deref(), event.count, event.event_time.is_some()), (Some("Binding"), None, true));
}

#[test]
fn a_pod_that_fits_nowhere_says_why_and_waits_for_a_node() {
    let mut bench = Bench::new(vec![small("n1")]);
    bench.create("p", "3", json!({}));
    bench.pass(100);
    let expected = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, \
        preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    let pod = bench.pod("p").expect("the pod");
    let condition = pod.status.conditions.iter().flatten().find(|c| c.type_ == "PodScheduled").expect("the condition");
    assert_eq!((condition.status.as_str(), condition.reason.as_deref()), ("False", Some("Unschedulable")));
    assert_eq!(condition.message.as_deref(), Some(expected));
    assert_eq!(bench.events("FailedScheduling").len(), 1);
    bench.pass(60_000);
    assert_eq!(bench.events("FailedScheduling").len(), 1, "it is not tried again for nothing");
    let larger: Node = (*node("n2").capacity("4", "8Gi", 110).arc()).clone();
    bench.cluster.request(Request::create(larger.clone()));
    bench.pass(100);
    let status = json!({ "status": { "allocatable": { "cpu": "4", "memory": "8Gi", "pods": "110" } } });
    bench.cluster.request(Request::patch_status(Kind::Node, &Key::new("", "n2"), status));
    let ready = json!({ "spec": { "taints": null } });
    bench.cluster.request(Request::patch(Kind::Node, &Key::new("", "n2"), PatchType::Merge, ready));
    bench.pass(5000);
    assert_eq!(bench.node_of("p"), Some("n2"));
}

#[test]
fn many_pods_share_the_nodes_and_none_is_overbooked() {
    let mut bench = Bench::new((0..10).map(|n| small(&format!("n{n}"))).collect());
    for n in 0..25 {
        bench.create(&format!("p{n}"), "1", json!({}));
    }
    bench.pass(5000);
    let mut used = std::collections::BTreeMap::new();
    for pod in bench.cluster.list::<Pod>() {
        if let Some(node) = &pod.spec.node_name {
            *used.entry(node.clone()).or_insert(0) += 1;
        }
    }
    assert_eq!(used.values().sum::<i32>(), 20, "{used:?}");
    assert!(used.values().all(|count| *count == 2), "{used:?}");
}

#[test]
fn preemption_spares_the_pods_of_a_budget_that_allows_nothing() {
    for guarded in ["n1", "n2"] {
        let mut bench = Bench::new(vec![small("n1"), small("n2")]);
        for name in ["n1", "n2"] {
            bench.create(name, "2", json!({ "nodeName": name }));
            let labels = json!({ "metadata": { "labels": { "on": name } } });
            bench.cluster.request(Request::patch(Kind::Pod, &Key::new("default", name), PatchType::Merge, labels));
        }
        let budget = json!({ "metadata": { "name": "b", "namespace": "default" }, "spec": { "minAvailable": 1, "selector": { "matchLabels": { "on": guarded } } } });
        let budget: PodDisruptionBudget = serde_json::from_value(budget).expect("a budget");
        bench.cluster.request(Request::create(budget));
        bench.pass(1000);
        bench.create("high", "2", json!({ "priorityClassName": "system-cluster-critical" }));
        bench.pass(5000);
        assert!(bench.pod(guarded).is_some(), "{guarded} was evicted");
        assert_ne!(bench.node_of("high"), Some(guarded));
    }
}

#[test]
fn a_more_important_pod_gets_the_place_of_a_less_important_one() {
    let mut bench = Bench::new(vec![small("n1")]);
    bench.create("low", "2", json!({}));
    bench.pass(100);
    bench.create("other", "100m", json!({}));
    bench.pass(100);
    assert_eq!((bench.node_of("low"), bench.node_of("other")), (Some("n1"), None));
    bench.create("high", "2", json!({ "priorityClassName": "system-cluster-critical" }));
    bench.pass(3000);
    assert!(bench.pod("low").is_none(), "it was evicted");
    assert_eq!(bench.node_of("high"), Some("n1"));
    assert_eq!(bench.pod("high").expect("the pod").status.nominated_node_name, None, "it is where it was to go");
    let preempted = bench.events("Preempted");
    let event = preempted.first().expect("there is an event");
    let uid = bench.pod("high").expect("the pod").uid();
    assert_eq!(event.message.as_deref(), Some(format!("Preempted by pod {uid} on node n1").as_str()));
    assert_eq!(event.related.as_ref().and_then(|related| related.name.as_deref()), Some("high"));
    let marked = bench.cluster.writes().iter().any(|write| write.verb == Verb::Patch && *write.key.name == *"low");
    assert!(marked, "its status was marked before");
}

#[test]
fn a_scheduler_that_was_stopped_goes_on_where_the_cluster_is() {
    let mut bench = Bench::new(vec![small("n1"), small("n2")]);
    for n in 0..4 {
        bench.create(&format!("p{n}"), "1", json!({}));
    }
    bench.cluster.stop(bench.scheduler);
    bench.pass(1000);
    bench.create("late", "1", json!({}));
    bench.pass(1000);
    assert_eq!(bench.node_of("late"), None);
    bench.cluster.restart(bench.scheduler, Scheduler::new("control-plane"));
    bench.pass(5000);
    let placed = (0..4).map(|n| format!("p{n}")).chain(["late".to_owned()]).filter(|name| bench.node_of(name).is_some()).count();
    assert_eq!(placed, 4, "four fit, whichever they are, and no place is given out twice");
}

#[test]
fn a_pod_that_somebody_else_bound_is_left_alone() {
    let mut bench = Bench::new(vec![small("n1"), small("n2")]);
    bench.cluster.set_cut_off(bench.scheduler, true);
    bench.create("p", "1", json!({}));
    let body = json!({ "metadata": { "name": "p" }, "target": { "kind": "Node", "name": "n2" } });
    let request = Request::get(Kind::Pod, &Key::new("default", "p")).with_subresource(Subresource::Binding, Body::Value(body));
    bench.cluster.request(Request { verb: Verb::Create, ..request });
    bench.pass(100);
    bench.cluster.set_cut_off(bench.scheduler, false);
    bench.pass(5000);
    assert_eq!(bench.node_of("p"), Some("n2"));
    assert!(bench.events("Scheduled").is_empty());
    bench.create("q", "2", json!({}));
    bench.pass(1000);
    assert_eq!(bench.node_of("q"), Some("n1"), "the place on n2 counts as taken");
}

#[test]
fn a_decision_can_be_explained() {
    let mut bench = Bench::new(vec![small("n1"), node("n2").taint("a", "b", "NoSchedule").capacity("2", "8Gi", 110)]);
    bench.create("p", "1", json!({}));
    bench.pass(100);
    let scheduler = bench.cluster.component::<Scheduler>(bench.scheduler).expect("it runs");
    let decision = scheduler.decision("default", "p").expect("it is remembered");
    assert_eq!(decision.chosen.as_deref(), Some("n1"));
    assert_eq!(decision.nodes[1].objections[0].plugin, "TaintToleration");
}

#[test]
fn every_write_names_its_cause() {
    let mut bench = Bench::new(vec![small("n1")]);
    bench.create("p", "1", json!({}));
    bench.pass(100);
    let created = bench.cluster.writes().iter().find(|write| write.kind == Kind::Pod).expect("the pod was created").resource_version;
    let binding = bench.cluster.writes().iter().find(|write| &*write.user == "system:kube-scheduler" && write.kind == Kind::Pod);
    assert_eq!(binding.expect("it was bound").cause, crate::Cause::Write(created));
}

#[test]
fn it_makes_no_difference_how_time_is_cut() {
    let run = |step: u64| {
        let mut bench = Bench::new((0..5).map(|n| small(&format!("n{n}"))).collect());
        for n in 0..12 {
            let more = if n == 11 { json!({ "priorityClassName": "system-cluster-critical" }) } else { json!({}) };
            bench.create(&format!("p{n}"), "1", more);
        }
        let begin = bench.cluster.now();
        let mut copy = bench.cluster.clone();
        while copy.now() < begin + Duration::from_secs(20) {
            let next = (copy.now() + Duration::from_millis(step)).min(begin + Duration::from_secs(20));
            copy.advance(next);
            if copy.now().as_nanos().is_multiple_of(3) {
                copy = copy.clone();
            }
        }
        (copy.trace_hash(), copy.writes().len())
    };
    let at_once = run(20_000);
    assert!(at_once.1 > 40);
    assert_eq!(run(7), at_once);
    assert_eq!(run(333), at_once);
}
