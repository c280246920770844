//! A Permit plugin at work: pods of a group keep their places until there are enough of them.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::Resource as _;
use serde_json::json;

use super::building::node;
use super::in_cluster::Bench;
use crate::scheduler::configuration::SchedulerConfiguration;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::plugin::{Permission, Permit, Plugin};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::profile::{Member, Profile};
use crate::scheduler::framework::status::Status;
use crate::scheduler::listers::Listers;
use crate::scheduler::plugins::DEFAULTS;

/// Pods whose names begin with `group` are bound two at a time; one whose name is `alone` is never let in.
#[derive(Debug)]
struct Pairs;

impl Plugin for Pairs {
    fn name(&self) -> &'static str {
        "Pairs"
    }
    fn as_permit(&self) -> Option<&dyn Permit> {
        Some(self)
    }
}

fn is_of_group(pod: &PodInfo) -> bool {
    pod.name().starts_with("group")
}

impl Permit for Pairs {
    fn permit(&self, _: &Listers, _: &CycleState, pod: &PodInfo, _: &str) -> Result<Permission, Status> {
        match pod.name() {
            "alone" => Err(Status::unschedulable("nobody goes alone")),
            _ if is_of_group(pod) => Ok(Permission::Wait(Duration::from_secs(4))),
            _ => Ok(Permission::Granted),
        }
    }

    fn reconsider(&self, _: &Listers, _: &PodInfo, waiting: &[Arc<PodInfo>]) -> Option<Result<(), String>> {
        (waiting.iter().filter(|other| is_of_group(other)).count() >= 2).then_some(Ok(()))
    }
}

fn bench() -> Bench {
    let args = Default::default();
    let mut members: Vec<Member> =
        DEFAULTS.iter().map(|line| Member { plugin: (line.make)(&args), weight: i64::from(line.weight) }).collect();
    members.push(Member { plugin: Arc::new(Pairs), weight: 0 });
    let profiles = Profile::of_all("default-scheduler", members).into();
    let configuration = SchedulerConfiguration { profiles, ..SchedulerConfiguration::default() };
    Bench::configured(vec![node("n").capacity("4", "8Gi", 110)], &configuration)
}

#[test]
fn pods_wait_for_each_other_and_keep_their_places() {
    let mut bench = bench();
    bench.create("group-1", "2", json!({}));
    bench.pass(1000);
    assert_eq!(bench.node_of("group-1"), None, "it waits");
    bench.create("other", "3", json!({}));
    bench.pass(500);
    assert_eq!(bench.node_of("other"), None, "the place is taken");
    bench.create("group-2", "2", json!({}));
    bench.pass(500);
    assert_eq!((bench.node_of("group-1"), bench.node_of("group-2")), (Some("n"), Some("n")));
}

#[test]
fn a_wait_ends_and_gives_the_place_back() {
    let mut bench = bench();
    bench.create("group-1", "3", json!({}));
    bench.pass(1000);
    bench.create("other", "3", json!({}));
    bench.pass(6000);
    let failed = bench.events("FailedScheduling");
    let of = |name: &str| failed.iter().find(|event| event.involved_object.name.as_deref() == Some(name)).and_then(|event| event.message.clone());
    assert_eq!(of("group-1").as_deref(), Some("0/1 nodes are available: 1 rejected due to timeout after waiting 4s at plugin Pairs."));
    assert_eq!((bench.node_of("group-1"), bench.node_of("other")), (None, Some("n")));
}

#[test]
fn a_refusal_is_told_and_a_deleted_pod_gives_its_place_back() {
    let mut bench = bench();
    bench.create("alone", "1", json!({}));
    bench.pass(500);
    let messages: Vec<_> = bench.events("FailedScheduling").iter().filter_map(|event| event.message.clone()).collect();
    assert_eq!(messages, ["0/1 nodes are available: 1 nobody goes alone."]);
    bench.create("group-1", "3", json!({}));
    bench.pass(500);
    bench.create("other", "3", json!({}));
    bench.pass(300);
    bench.delete("group-1");
    bench.pass(2500);
    assert_eq!(bench.node_of("other"), Some("n"), "long before the wait would have ended");
    assert!(bench.pod("group-1").is_none_or(|pod| pod.meta().deletion_timestamp.is_some()));
}

#[test]
fn profiles_tell_their_own_names() {
    let configuration = json!({ "profiles": [{ "schedulerName": "default-scheduler" }, { "schedulerName": "second" }] });
    let configuration = SchedulerConfiguration::parse(&configuration).expect("a configuration");
    let mut bench = Bench::configured(vec![node("n")], &configuration);
    bench.create("first", "1", json!({}));
    bench.create("other", "1", json!({ "schedulerName": "second" }));
    bench.create("foreign", "1", json!({ "schedulerName": "third" }));
    bench.pass(1000);
    assert_eq!((bench.node_of("first"), bench.node_of("other"), bench.node_of("foreign")), (Some("n"), Some("n"), None));
    let reporters: Vec<(String, String)> = bench
        .events("Scheduled")
        .iter()
        .map(|event| (event.reporting_component.clone().unwrap_or_default(), event.reporting_instance.clone().unwrap_or_default()))
        .collect();
    let reporter = |name: &str| (name.to_owned(), format!("{name}-control-plane"));
    assert_eq!(reporters, [reporter("default-scheduler"), reporter("second")]);
}
