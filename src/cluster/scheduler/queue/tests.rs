//! The queue as a whole: who waits where, and what wakes him.

use std::collections::BTreeSet;

use podarium_sim::Time;
use serde_json::json;

use super::{Place, SchedulingQueue};
use crate::Cause;
use crate::scheduler::framework::cluster_event::{ActionType, Change, ClusterEvent, EventResource};
use crate::scheduler::listers::Listers;
use crate::scheduler::plugins::default_profile;
use super::backoff::BackOff;
use crate::scheduler::tests::building::{PodBuilder, node, pod};

struct Bench {
    queue: SchedulingQueue,
    listers: Listers,
}

impl Bench {
    fn new(pods: &[&PodBuilder]) -> Self {
        let mut queue = SchedulingQueue::new(default_profile(), BackOff::default());
        for pod in pods {
            queue.add((*pod).clone().info().pod.clone(), Time::from_secs(0), Cause::Start);
        }
        Bench { queue, listers: Listers::default() }
    }

    fn pop(&mut self) -> Option<String> {
        self.queue.pop().map(|pod| pod.info.name().to_owned())
    }

    /// Takes the next pod and lets it fail at `at`, rejected by `plugin` (or by nobody, for an error).
    fn fail(&mut self, at: Time, plugin: Option<&'static str>) {
        let mut popped = self.queue.pop().expect("a pod");
        popped.unschedulable_plugins = plugin.into_iter().collect::<BTreeSet<_>>();
        self.queue.add_unschedulable(popped, at, &self.listers);
    }

    fn event(&mut self, event: ClusterEvent, change: &Change, now: Time) {
        self.queue.move_all(event, change, now, &self.listers, Cause::Start, |_| true);
    }

    fn node_added(&mut self, cpu: &str, now: Time) {
        let change = Change::Node { old: None, new: Some(node("new").capacity(cpu, "8Gi", 110).arc()) };
        self.event(ClusterEvent::NODE_ADD, &change, now);
    }
}

const FIT: Option<&str> = Some("NodeResourcesFit");

#[test]
fn priority_comes_before_age() {
    let pods = [pod("first"), pod("second"), pod("important").priority(10)];
    let mut bench = Bench::new(&pods.iter().collect::<Vec<_>>());
    let order: Vec<_> = std::iter::from_fn(|| bench.pop()).collect();
    assert_eq!(order, ["important", "first", "second"]);
}

#[test]
fn a_rejected_pod_waits_for_an_event_that_helps() {
    let mut bench = Bench::new(&[&pod("p").request("cpu", "2")]);
    bench.fail(Time::from_secs(1), FIT);
    assert_eq!(bench.queue.place("p"), Some(Place::Unschedulable));
    assert_eq!(bench.pop(), None);
    bench.node_added("1", Time::from_millis(1100));
    assert_eq!(bench.queue.place("p"), Some(Place::Unschedulable), "a node that is too small");
    bench.node_added("4", Time::from_millis(1200));
    assert_eq!(bench.queue.place("p"), Some(Place::Backoff), "its back-off lasts until 2 s");
    assert_eq!(bench.pop().as_deref(), Some("p"), "with nothing else to do it is tried early");
}

#[test]
fn back_off_ends_at_the_second() {
    let mut bench = Bench::new(&[&pod("p").request("cpu", "2"), &pod("q")]);
    bench.fail(Time::from_secs(1), FIT);
    bench.node_added("4", Time::from_millis(1200));
    bench.queue.flush_backoff(Time::from_secs(2));
    assert_eq!(bench.queue.place("p"), Some(Place::Backoff));
    bench.queue.flush_backoff(Time::from_secs(3));
    assert_eq!(bench.queue.place("p"), Some(Place::Active));
    assert_eq!(bench.pop().as_deref(), Some("q"), "q has waited since the start");
}

#[test]
fn after_its_back_off_a_pod_goes_straight_to_the_active_queue() {
    let mut bench = Bench::new(&[&pod("p").request("cpu", "2")]);
    bench.fail(Time::from_secs(1), FIT);
    bench.node_added("4", Time::from_secs(20));
    assert_eq!(bench.queue.place("p"), Some(Place::Active));
}

#[test]
fn errors_back_off_and_are_not_tried_early() {
    let mut bench = Bench::new(&[&pod("p")]);
    bench.fail(Time::from_secs(1), None);
    assert_eq!(bench.queue.place("p"), Some(Place::ErrorBackoff));
    assert_eq!(bench.pop(), None);
    bench.queue.flush_backoff(Time::from_secs(3));
    assert_eq!(bench.pop().as_deref(), Some("p"));
}

#[test]
fn what_happens_during_the_attempt_is_not_missed() {
    let mut bench = Bench::new(&[&pod("p").request("cpu", "2")]);
    let mut popped = bench.queue.pop().expect("a pod");
    bench.node_added("4", Time::from_secs(1));
    popped.unschedulable_plugins.insert("NodeResourcesFit");
    bench.queue.add_unschedulable(popped, Time::from_secs(1), &bench.listers);
    assert_eq!(bench.queue.place("p"), Some(Place::Backoff));
}

#[test]
fn gates_keep_a_pod_out_until_they_are_gone() {
    let gated = pod("p").spec("schedulingGates", json!([{ "name": "wait" }]));
    let mut bench = Bench::new(&[&gated]);
    assert_eq!(bench.queue.place("p"), Some(Place::Unschedulable));
    bench.node_added("4", Time::from_secs(1));
    bench.queue.flush_unschedulable(Time::from_secs(400), &bench.listers);
    assert_eq!(bench.pop(), None, "neither events nor time open a gate");
    let old = gated.info().pod.clone();
    bench.queue.update(&old, pod("p").info().pod.clone(), Time::from_secs(401), &bench.listers, Cause::Start);
    assert_eq!(bench.queue.place("p"), Some(Place::Active));
}

#[test]
fn after_five_minutes_a_pod_is_tried_again() {
    let mut bench = Bench::new(&[&pod("p").request("cpu", "2")]);
    bench.fail(Time::from_secs(1), FIT);
    bench.queue.flush_unschedulable(Time::from_secs(300), &bench.listers);
    assert_eq!(bench.queue.place("p"), Some(Place::Unschedulable));
    bench.queue.flush_unschedulable(Time::from_secs(302), &bench.listers);
    assert_eq!(bench.queue.place("p"), Some(Place::Active));
    assert!(bench.queue.get("p").expect("it is there").flushed_from_unschedulable);
}

#[test]
fn an_update_wakes_its_own_pod_only_if_a_plugin_cares() {
    let waiting = pod("p");
    let mut bench = Bench::new(&[&waiting]);
    bench.fail(Time::from_secs(1), Some("TaintToleration"));
    let old = waiting.clone().info().pod.clone();
    let labelled = waiting.clone().label("a", "b").info().pod.clone();
    bench.queue.update(&old, labelled.clone(), Time::from_secs(5), &bench.listers, Cause::Start);
    assert_eq!(bench.queue.place("p"), Some(Place::Unschedulable));
    let tolerant = waiting.spec("tolerations", json!([{ "operator": "Exists" }])).info().pod.clone();
    bench.queue.update(&labelled, tolerant, Time::from_secs(6), &bench.listers, Cause::Start);
    assert_eq!(bench.queue.place("p"), Some(Place::Active));
}

#[test]
fn a_pod_that_is_preempting_is_not_tried_before_its_victims_are_gone() {
    let mut bench = Bench::new(&[&pod("p").request("cpu", "2")]);
    let mut popped = bench.queue.pop().expect("a pod");
    popped.unschedulable_plugins.insert("NodeResourcesFit");
    bench.queue.preempting.insert("p".into());
    bench.queue.add_unschedulable(popped, Time::from_secs(1), &bench.listers);
    let gone = Change::Pod { old: Some(pod("v").on("n").info().pod.clone()), new: None };
    bench.event(ClusterEvent::ASSIGNED_POD_DELETE, &gone, Time::from_secs(30));
    assert_eq!(bench.queue.place("p"), Some(Place::Unschedulable), "the other evictions are still under way");
    bench.queue.preempting.clear();
    bench.event(ClusterEvent::ASSIGNED_POD_DELETE, &gone, Time::from_secs(31));
    assert_eq!(bench.queue.place("p"), Some(Place::Active));
}

#[test]
fn a_deleted_pod_is_forgotten_wherever_it_waits() {
    let mut bench = Bench::new(&[&pod("active"), &pod("failed")]);
    bench.queue.delete("active");
    bench.fail(Time::from_secs(1), FIT);
    bench.queue.delete("failed");
    bench.event(ClusterEvent::new(EventResource::Node, ActionType::ADD), &Change::None, Time::from_secs(2));
    assert!(bench.queue.is_empty());
    assert_eq!(bench.pop(), None);
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut bench = Bench::new(&[&pod("p")]);
    let mut copy = bench.queue.clone();
    assert_eq!(bench.pop().as_deref(), Some("p"));
    assert_eq!(copy.pop().map(|pod| pod.info.name().to_owned()).as_deref(), Some("p"));
}

#[test]
fn a_changed_taint_wakes_whoever_waits_for_new_nodes() {
    let mut bench = Bench::new(&[&pod("p").request("cpu", "2")]);
    bench.fail(Time::from_secs(1), FIT);
    let change = Change::Node { old: Some(node("n").taint("a", "b", "NoSchedule").arc()), new: Some(node("n").arc()) };
    bench.event(ClusterEvent::new(EventResource::Node, ActionType::UPDATE_NODE_LABEL), &change, Time::from_secs(20));
    assert_eq!(bench.queue.place("p"), Some(Place::Unschedulable));
    bench.event(ClusterEvent::NODE_TAINT, &change, Time::from_secs(20));
    assert_eq!(bench.queue.place("p"), Some(Place::Active));
}

#[test]
fn a_pod_that_was_refused_for_its_taints_is_woken_by_the_hint_alone() {
    let mut bench = Bench::new(&[&pod("p")]);
    bench.fail(Time::from_secs(1), Some("TaintToleration"));
    let tainted = || node("n").taint("a", "b", "NoSchedule").arc();
    let other = Change::Node { old: Some(tainted()), new: Some(node("n").taint("c", "d", "NoSchedule").arc()) };
    bench.event(ClusterEvent::NODE_TAINT, &other, Time::from_secs(20));
    assert_eq!(bench.queue.place("p"), Some(Place::Unschedulable));
    let free = Change::Node { old: Some(tainted()), new: Some(node("n").arc()) };
    bench.event(ClusterEvent::NODE_TAINT, &free, Time::from_secs(21));
    assert_eq!(bench.queue.place("p"), Some(Place::Active));
}
