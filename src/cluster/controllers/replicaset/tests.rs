//! The controller in a running cluster.

use podarium_api::{Event, Kind, Pod, ReplicaSet, ReplicationController, Resource as _};
use serde_json::{Value, json};

use crate::component::WatchChange;
use crate::controllers::testbed::TestBed;

fn set(replicas: i32) -> Value {
    json!({"metadata": {"name": "rs", "namespace": "default"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}}}})
}

fn pod(name: &str, play: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "default", "labels": {"app": "web"}, "annotations": {"play": play}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}})
}

fn bed(replicas: i32) -> TestBed {
    let mut bed = TestBed::new();
    bed.create(Kind::ReplicaSet, set(replicas));
    bed.run(5.0);
    bed
}

fn counts(bed: &TestBed) -> (i32, Option<i32>, Option<i32>, Option<i32>) {
    let status = bed.get::<ReplicaSet>("rs").status.clone();
    (status.replicas, status.ready_replicas, status.available_replicas, status.terminating_replicas)
}

#[test]
fn the_declared_pods_are_made_and_reported() {
    let bed = bed(3);
    assert_eq!(bed.list::<Pod>().len(), 3);
    assert_eq!(counts(&bed), (3, Some(3), Some(3), Some(0)));
    let events = bed.events("ReplicaSet");
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| event.starts_with("SuccessfulCreate: Created pod: rs-")), "{events:?}");
}

#[test]
fn events_arrive_in_order_so_the_last_count_is_the_greatest() {
    let events = bed(20).list::<Event>();
    let combined: Vec<Option<i32>> = events.iter().filter(|event| event.message.as_deref().is_some_and(|message| message.starts_with("(combined"))).map(|event| event.count).collect();
    assert_eq!(combined, [Some(11)], "nine events have a text of their own");
}

#[test]
fn a_killed_pod_is_replaced_once() {
    let mut bed = bed(3);
    let victim = bed.list::<Pod>()[0].name().to_owned();
    bed.delete(Kind::Pod, &victim);
    bed.run(5.0);
    assert_eq!(counts(&bed), (3, Some(3), Some(3), Some(0)));
    assert_eq!(bed.count(Kind::Pod, WatchChange::Added), 4);
    assert_eq!(bed.count(Kind::Pod, WatchChange::Deleted), 1);
}

#[test]
fn a_fourth_pod_is_adopted_and_one_goes() {
    let mut bed = bed(3);
    bed.create(Kind::Pod, pod("extra", ""));
    bed.run(5.0);
    assert_eq!(bed.list::<Pod>().len(), 3);
    assert_eq!(bed.events("ReplicaSet").last().unwrap(), "SuccessfulDelete: Deleted pod: extra", "it was not on a node yet");
}

#[test]
fn a_relabelled_pod_is_released_and_replaced() {
    let mut bed = bed(2);
    let free = bed.list::<Pod>()[0].name().to_owned();
    bed.patch(Kind::Pod, &free, json!({"metadata": {"labels": {"app": "quarantine"}}}));
    bed.run(5.0);
    assert_eq!(bed.list::<Pod>().len(), 3);
    assert_eq!(bed.get::<Pod>(&free).metadata.owner_references, None);
    assert_eq!(counts(&bed), (2, Some(2), Some(2), Some(0)));
}

#[test]
fn an_unready_pod_goes_first_when_the_set_shrinks() {
    let mut bed = bed(1);
    bed.patch(Kind::ReplicaSet, "rs", json!({"spec": {"template": {"metadata": {"annotations": {"play": "never"}}}}}));
    bed.patch(Kind::ReplicaSet, "rs", json!({"spec": {"replicas": 2}}));
    bed.run(5.0);
    assert_eq!(counts(&bed), (2, Some(1), Some(1), Some(0)));
    bed.patch(Kind::ReplicaSet, "rs", json!({"spec": {"replicas": 1}}));
    bed.run(5.0);
    assert_eq!(counts(&bed), (1, Some(1), Some(1), Some(0)));
}

#[test]
fn a_pod_is_available_only_after_min_ready_seconds() {
    let mut bed = TestBed::new();
    let mut set = set(1);
    set["spec"]["minReadySeconds"] = json!(4);
    bed.create(Kind::ReplicaSet, set);
    bed.run(3.0);
    assert_eq!(counts(&bed), (1, Some(1), None, Some(0)));
    bed.run(4.0);
    assert_eq!(counts(&bed), (1, Some(1), Some(1), Some(0)));
}

#[test]
fn a_crash_of_the_controllers_at_any_moment_makes_no_pod_too_many() {
    for crash_ms in (0..60).step_by(3) {
        let mut bed = TestBed::new();
        bed.create(Kind::ReplicaSet, set(10));
        bed.run(f64::from(crash_ms) / 1000.0);
        bed.restart_controllers();
        bed.run(8.0);
        assert_eq!(counts(&bed), (10, Some(10), Some(10), Some(0)), "crash after {crash_ms} ms");
        assert_eq!(bed.count(Kind::Pod, WatchChange::Added), 10, "crash after {crash_ms} ms");
    }
}

#[test]
fn deleting_the_set_in_a_running_cluster_leaves_no_expectations() {
    let mut bed = bed(2);
    bed.delete(Kind::ReplicaSet, "rs");
    bed.run(1.0);
    bed.create(Kind::ReplicaSet, set(1));
    bed.run(5.0);
    assert_eq!(counts(&bed), (1, Some(1), Some(1), Some(0)));
}

#[test]
fn a_replication_controller_keeps_its_pods_likewise() {
    let mut bed = TestBed::new();
    let mut old = set(2);
    old["spec"]["selector"] = json!({"app": "web"});
    bed.create(Kind::ReplicationController, old);
    bed.run(4.0);
    let victim = bed.list::<Pod>()[0].clone();
    assert_eq!(victim.metadata.owner_references.as_ref().unwrap()[0].kind, "ReplicationController");
    bed.delete(Kind::Pod, victim.name());
    bed.run(4.0);
    let status = bed.get::<ReplicationController>("rs").status.clone();
    assert_eq!((status.replicas, status.ready_replicas, status.available_replicas, status.observed_generation), (2, Some(2), Some(2), Some(1)));
    let events = bed.events("ReplicationController");
    assert!(events.len() == 3 && events.iter().all(|event| event.starts_with("SuccessfulCreate: Created pod: rs-")), "{events:?}");
    bed.delete(Kind::ReplicationController, "rs");
    bed.run(4.0);
    assert_eq!(bed.list::<Pod>().len(), 2, "a delete that says nothing of the pods leaves them alone, as in the days of old clients");
}
