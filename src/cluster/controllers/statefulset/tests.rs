//! The controller in a running cluster.

use podarium_api::{ControllerRevision, Kind, Pod, Resource as _, StatefulSet};
use serde_json::{Value, json};

use crate::controllers::testbed::TestBed;

fn set(change: Value) -> Value {
    let mut set = json!({"metadata": {"name": "db", "namespace": "default"}, "spec": {"replicas": 3, "serviceName": "db",
        "selector": {"matchLabels": {"app": "db"}}, "template": {"metadata": {"labels": {"app": "db"}},
            "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}}}});
    json_patch::merge(&mut set["spec"], &change);
    set
}

fn bed(change: Value) -> TestBed {
    let mut bed = TestBed::new();
    bed.create(Kind::StatefulSet, set(change));
    bed.run(6.0);
    bed
}

fn scale(bed: &mut TestBed, replicas: i32) {
    bed.patch(Kind::StatefulSet, "db", json!({"spec": {"replicas": replicas}}));
}

fn set_image(bed: &mut TestBed, image: &str) {
    let template = json!({"spec": {"containers": [{"name": "app", "image": image}]}});
    bed.patch(Kind::StatefulSet, "db", json!({"spec": {"template": template}}));
}

fn images(bed: &TestBed) -> Vec<String> {
    bed.list::<Pod>().iter().map(|pod| format!("{} {}", pod.name(), pod.spec.containers[0].image.clone().unwrap_or_default())).collect()
}

/// Replicas, ready, current, updated.
fn counts(bed: &TestBed) -> (i32, Option<i32>, Option<i32>, Option<i32>) {
    let status = bed.get::<StatefulSet>("db").status.clone();
    (status.replicas, status.ready_replicas, status.current_replicas, status.updated_replicas)
}

/// The order in which pods were made, marked and gone: `+db-0`, `-db-2`.
fn course(bed: &TestBed) -> Vec<String> {
    let events = bed.events("StatefulSet");
    events
        .iter()
        .filter_map(|event| {
            let name = event.split_whitespace().find(|word| word.starts_with("db-"))?;
            match event.split(':').next()? {
                "SuccessfulCreate" => Some(format!("+{name}")),
                "SuccessfulDelete" => Some(format!("-{name}")),
                _ => None,
            }
        })
        .collect()
}

#[test]
fn pods_come_in_order_and_go_in_reverse() {
    let mut bed = bed(json!({}));
    assert_eq!(counts(&bed), (3, Some(3), Some(3), Some(3)));
    scale(&mut bed, 1);
    bed.run(6.0);
    assert_eq!(course(&bed), ["+db-0", "+db-1", "+db-2", "-db-2", "-db-1"]);
    assert_eq!(counts(&bed), (1, Some(1), Some(1), Some(1)));
    assert_eq!(bed.events("StatefulSet")[0], "SuccessfulCreate: Create Pod db-0 in StatefulSet db successful");
}

#[test]
fn a_pod_that_is_not_ready_holds_up_the_next_unless_the_set_is_parallel() {
    let never = json!({"template": {"metadata": {"annotations": {"play": "never"}}}});
    assert_eq!(course(&bed(never.clone())), ["+db-0"]);
    let mut parallel = never;
    parallel["podManagementPolicy"] = json!("Parallel");
    let mut bed = bed(parallel);
    let mut made = course(&bed);
    // The first is alone, as in every slow start; the two of the second batch are made at the same time.
    made[1..].sort();
    assert_eq!(made, ["+db-0", "+db-1", "+db-2"]);
    scale(&mut bed, 0);
    bed.run(5.0);
    assert!(bed.list::<Pod>().is_empty());
}

#[test]
fn numbers_begin_at_the_start_ordinal() {
    let mut bed = bed(json!({"ordinals": {"start": 5}, "replicas": 2}));
    assert_eq!(course(&bed), ["+db-5", "+db-6"]);
    bed.patch(Kind::StatefulSet, "db", json!({"spec": {"ordinals": {"start": 6}}}));
    bed.run(6.0);
    let names: Vec<String> = bed.list::<Pod>().iter().map(|pod| pod.name().to_owned()).collect();
    assert_eq!(names, ["db-6", "db-7"]);
}

#[test]
fn an_update_replaces_from_the_highest_number_down_to_the_partition() {
    let mut bed = bed(json!({"updateStrategy": {"rollingUpdate": {"partition": 1}}}));
    set_image(&mut bed, "app:2");
    bed.run(10.0);
    assert_eq!(images(&bed), ["db-0 app:1", "db-1 app:2", "db-2 app:2"]);
    assert_eq!(course(&bed)[3..], ["-db-2", "+db-2", "-db-1", "+db-1"]);
    assert_eq!(counts(&bed), (3, Some(3), Some(1), Some(2)));
    bed.delete(Kind::Pod, "db-0");
    bed.run(5.0);
    assert_eq!(images(&bed)[0], "db-0 app:1", "below the partition it comes back as it was");
    bed.patch(Kind::StatefulSet, "db", json!({"spec": {"updateStrategy": {"rollingUpdate": {"partition": 0}}}}));
    bed.run(6.0);
    let status = bed.get::<StatefulSet>("db").status.clone();
    assert_eq!(status.current_revision, status.update_revision);
    assert_eq!(counts(&bed), (3, Some(3), Some(3), Some(3)));
}

#[test]
fn on_delete_waits_for_somebody_to_delete() {
    let mut bed = bed(json!({"updateStrategy": {"type": "OnDelete", "rollingUpdate": null}}));
    set_image(&mut bed, "app:2");
    bed.run(5.0);
    assert_eq!(images(&bed), ["db-0 app:1", "db-1 app:1", "db-2 app:1"]);
    bed.delete(Kind::Pod, "db-1");
    bed.run(5.0);
    assert_eq!(images(&bed), ["db-0 app:1", "db-1 app:2", "db-2 app:1"]);
}

#[test]
fn going_back_takes_the_old_revision_under_a_new_number() {
    let mut bed = bed(json!({"revisionHistoryLimit": 1}));
    let revisions = |bed: &TestBed| -> Vec<i64> {
        let mut numbers: Vec<i64> = bed.list::<ControllerRevision>().iter().map(|revision| revision.revision).collect();
        numbers.sort_unstable();
        numbers
    };
    set_image(&mut bed, "app:2");
    bed.run(10.0);
    assert_eq!(revisions(&bed), [1, 2]);
    set_image(&mut bed, "app:1");
    bed.run(10.0);
    assert_eq!(revisions(&bed), [2, 3]);
    assert_eq!(images(&bed), ["db-0 app:1", "db-1 app:1", "db-2 app:1"]);
    for image in ["app:3", "app:4"] {
        set_image(&mut bed, image);
        bed.run(10.0);
    }
    assert_eq!(revisions(&bed), [4, 5], "one revision of the past is kept beside the live one");
}

#[test]
fn a_pod_that_ended_is_replaced_under_its_name() {
    let mut bed = bed(json!({"replicas": 1}));
    let uid = bed.get::<Pod>("db-0").uid().to_owned();
    let failed = json!({"status": {"phase": "Failed"}});
    let key = crate::store::Key::new("default", "db-0");
    bed.request(crate::apiserver::Request::patch_status(Kind::Pod, &key, failed)).result.unwrap();
    bed.run(5.0);
    assert_ne!(bed.get::<Pod>("db-0").uid(), uid);
}

#[test]
fn a_pod_is_available_only_after_min_ready_seconds() {
    let mut bed = TestBed::new();
    bed.create(Kind::StatefulSet, set(json!({"replicas": 2, "minReadySeconds": 4})));
    bed.run(3.0);
    let status = bed.get::<StatefulSet>("db").status.clone();
    assert_eq!((status.replicas, status.ready_replicas, status.available_replicas), (1, Some(1), Some(0)));
    bed.run(8.0);
    let status = bed.get::<StatefulSet>("db").status.clone();
    assert_eq!((status.replicas, status.ready_replicas, status.available_replicas), (2, Some(2), Some(2)));
}

#[test]
fn a_crash_of_the_controllers_at_any_moment_makes_no_pod_twice() {
    for crash_ms in (0..2000).step_by(137) {
        let mut bed = TestBed::new();
        bed.create(Kind::StatefulSet, set(json!({})));
        bed.run(f64::from(crash_ms) / 1000.0);
        bed.restart_controllers();
        bed.run(8.0);
        assert_eq!(counts(&bed), (3, Some(3), Some(3), Some(3)), "crash after {crash_ms} ms");
        assert_eq!(course(&bed), ["+db-0", "+db-1", "+db-2"], "crash after {crash_ms} ms");
        assert_eq!(bed.list::<ControllerRevision>().len(), 1, "crash after {crash_ms} ms");
    }
}
