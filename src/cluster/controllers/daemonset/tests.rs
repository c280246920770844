//! The controller in a running cluster. The test bed has four nodes.

use podarium_api::pod_state::node_name;
use podarium_api::{ControllerRevision, DaemonSet, Kind, Node, Pod, Resource as _};
use serde_json::{Value, json};

use crate::apiserver::Request;
use crate::component::WatchChange;
use crate::controllers::testbed::TestBed;
use crate::store::Key;

fn set(change: Value) -> Value {
    let mut set = json!({"metadata": {"name": "agent", "namespace": "default"}, "spec": {
        "selector": {"matchLabels": {"app": "agent"}}, "template": {"metadata": {"labels": {"app": "agent"}},
            "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}}}});
    json_patch::merge(&mut set["spec"], &change);
    set
}

fn bed(change: Value) -> TestBed {
    let mut bed = TestBed::new();
    bed.create(Kind::DaemonSet, set(change));
    bed.run(6.0);
    bed
}

fn nodes(bed: &TestBed) -> Vec<String> {
    let mut nodes: Vec<String> = bed.list::<Pod>().iter().filter_map(|pod| node_name(pod).map(str::to_owned)).collect();
    nodes.sort();
    nodes
}

fn all_nodes(bed: &TestBed) -> Vec<String> {
    bed.list::<Node>().iter().map(|node| node.name().to_owned()).collect()
}

/// Desired, current, ready, updated, available, unavailable, misscheduled.
fn counts(bed: &TestBed) -> [i32; 7] {
    let status = bed.get::<DaemonSet>("agent").status.clone();
    [
        status.desired_number_scheduled, status.current_number_scheduled, status.number_ready,
        status.updated_number_scheduled.unwrap_or(0), status.number_available.unwrap_or(0),
        status.number_unavailable.unwrap_or(0), status.number_misscheduled,
    ]
}

fn set_image(bed: &mut TestBed, image: &str) {
    let template = json!({"spec": {"containers": [{"name": "app", "image": image}]}});
    bed.patch(Kind::DaemonSet, "agent", json!({"spec": {"template": template}}));
}

/// The greatest number of pods at any time, and the least number of ready ones since the first were all ready.
fn extremes(bed: &TestBed) -> (usize, usize) {
    let mut pods = std::collections::BTreeMap::new();
    let (mut most, mut least, mut full) = (0, usize::MAX, false);
    for (_, change, object) in &bed.log {
        let podarium_api::Object::Pod(pod) = object else { continue };
        let ready = podarium_api::pod_state::pod_is_ready(pod) && pod.metadata.deletion_timestamp.is_none();
        if *change == WatchChange::Deleted { pods.remove(pod.name()) } else { pods.insert(pod.name().to_owned(), ready) };
        let count = pods.values().filter(|ready| **ready).count();
        full |= count == 4;
        most = most.max(pods.len());
        least = if full { least.min(count) } else { least };
    }
    (most, least)
}

#[test]
fn every_node_gets_one_pod_and_a_killed_one_comes_back() {
    let mut bed = bed(json!({}));
    assert_eq!(nodes(&bed), all_nodes(&bed));
    assert_eq!(counts(&bed), [4, 4, 4, 4, 4, 0, 0]);
    let victim = bed.list::<Pod>()[0].name().to_owned();
    bed.delete(Kind::Pod, &victim);
    bed.run(4.0);
    assert_eq!(nodes(&bed), all_nodes(&bed));
    assert_eq!(bed.count(Kind::Pod, WatchChange::Added), 5);
    let events = bed.events("DaemonSet");
    assert!(events.len() == 5 && events.iter().all(|event| event.starts_with("SuccessfulCreate: Created pod: agent-")), "{events:?}");
}

#[test]
fn labels_of_nodes_bring_and_remove_pods() {
    let mut bed = bed(json!({"template": {"spec": {"nodeSelector": {"disk": "ssd"}}}}));
    assert_eq!(counts(&bed), [0; 7]);
    let node = all_nodes(&bed)[1].clone();
    bed.patch(Kind::Node, &node, json!({"metadata": {"labels": {"disk": "ssd"}}}));
    bed.run(3.0);
    assert_eq!(nodes(&bed), std::slice::from_ref(&node));
    bed.patch(Kind::Node, &node, json!({"metadata": {"labels": {"disk": "hdd"}}}));
    bed.run(4.0);
    assert!(nodes(&bed).is_empty());
    assert_eq!(counts(&bed), [0; 7]);
}

#[test]
fn a_taint_keeps_new_pods_away_and_is_told_of_old_ones() {
    let mut bed = bed(json!({}));
    let node = all_nodes(&bed)[0].clone();
    bed.patch(Kind::Node, &node, json!({"spec": {"taints": [{"key": "x", "effect": "NoSchedule"}]}}));
    bed.patch(Kind::DaemonSet, "agent", json!({"spec": {"minReadySeconds": 0, "revisionHistoryLimit": 9}}));
    bed.run(3.0);
    assert_eq!(counts(&bed), [3, 3, 3, 3, 3, 0, 1]);
    assert_eq!(bed.list::<Pod>().len(), 4);
    bed.patch(Kind::Node, &node, json!({"spec": {"taints": [{"key": "x", "effect": "NoExecute"}]}}));
    bed.run(4.0);
    assert_eq!((counts(&bed), bed.list::<Pod>().len()), ([3, 3, 3, 3, 3, 0, 0], 3));
}

#[test]
fn an_update_replaces_one_node_after_the_other() {
    let mut bed = bed(json!({}));
    set_image(&mut bed, "app:2");
    bed.run(12.0);
    assert_eq!(counts(&bed), [4, 4, 4, 4, 4, 0, 0]);
    assert_eq!(extremes(&bed), (4, 3));
    assert_eq!((bed.count(Kind::Pod, WatchChange::Added), bed.count(Kind::Pod, WatchChange::Deleted)), (8, 4));
    assert_eq!(bed.list::<ControllerRevision>().len(), 2);
}

#[test]
fn a_surge_brings_the_new_pod_before_the_old_one_goes() {
    let mut bed = bed(json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}}));
    set_image(&mut bed, "app:2");
    bed.run(14.0);
    assert_eq!(counts(&bed), [4, 4, 4, 4, 4, 0, 0]);
    let (most, least) = extremes(&bed);
    assert!(least == 4 && (5..=6).contains(&most), "at most {most}, at least {least} ready");
}

#[test]
fn on_delete_waits_for_somebody_to_delete() {
    let mut bed = bed(json!({"updateStrategy": {"type": "OnDelete"}}));
    set_image(&mut bed, "app:2");
    bed.run(5.0);
    assert_eq!(counts(&bed), [4, 4, 4, 0, 4, 0, 0]);
    let victim = bed.list::<Pod>()[0].name().to_owned();
    bed.delete(Kind::Pod, &victim);
    bed.run(4.0);
    assert_eq!(counts(&bed), [4, 4, 4, 1, 4, 0, 0]);
}

#[test]
fn revisions_are_numbered_reused_and_limited() {
    let mut bed = bed(json!({"revisionHistoryLimit": 1}));
    for image in ["app:2", "app:1", "app:3", "app:4"] {
        set_image(&mut bed, image);
        bed.run(14.0);
    }
    let mut numbers: Vec<i64> = bed.list::<ControllerRevision>().iter().map(|revision| revision.revision).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [4, 5]);
    let set = bed.get::<DaemonSet>("agent");
    assert_eq!((set.template_generation(), set.metadata.generation), (Some(5), Some(5)));
}

#[test]
fn failed_pods_are_replaced_ever_more_seldom() {
    let mut bed = bed(json!({"template": {"spec": {"nodeSelector": {"kubernetes.io/hostname": "node-1"}}}}));
    let started = bed.list::<Pod>().len();
    for _ in 0..20 {
        for pod in bed.list::<Pod>() {
            let failed = json!({"status": {"phase": "Failed"}});
            bed.request(Request::patch_status(Kind::Pod, &Key::of_meta(&pod.metadata), failed)).result.unwrap();
        }
        bed.run(0.5);
    }
    let told = bed.events("DaemonSet").iter().filter(|event| event.starts_with("FailedDaemonPod: Found failed daemon pod default/agent-")).count();
    assert!(started == 1 && (3..=5).contains(&told), "{told} failed pods were killed in ten seconds");
}

#[test]
fn a_crash_of_the_controllers_at_any_moment_makes_no_pod_too_many() {
    for crash_ms in (0..200).step_by(13) {
        let mut bed = TestBed::new();
        bed.create(Kind::DaemonSet, set(json!({})));
        bed.run(f64::from(crash_ms) / 1000.0);
        bed.restart_controllers();
        bed.run(8.0);
        assert_eq!(counts(&bed), [4, 4, 4, 4, 4, 0, 0], "crash after {crash_ms} ms");
        assert_eq!(bed.count(Kind::Pod, WatchChange::Added), 4, "crash after {crash_ms} ms");
    }
}
