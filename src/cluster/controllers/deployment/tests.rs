//! The controller in a running cluster, with the ReplicaSet controller.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_api::{Deployment, Kind, Node, Object, Pod, ReplicaSet, Resource as _};
use serde_json::{Value, json};

use crate::component::WatchChange;
use crate::controllers::testbed::TestBed;

fn web(replicas: i32, spec: Value) -> Value {
    let mut deployment = json!({"metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}}}});
    json_patch::merge(&mut deployment["spec"], &spec);
    deployment
}

fn rolling(surge: Value, unavailable: Value) -> Value {
    json!({"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}})
}

fn bed(replicas: i32, spec: Value) -> TestBed {
    let mut bed = TestBed::new();
    bed.create(Kind::Deployment, web(replicas, spec));
    bed.run(8.0);
    bed
}

fn set_image(bed: &mut TestBed, image: &str) {
    bed.patch(Kind::Deployment, "web", json!({"spec": {"template": {"spec": {"containers": [{"name": "app", "image": image}]}}}}));
}

/// What was said about scaling, with the sets named `#1`, `#2` in the order of their making.
fn scaling(bed: &TestBed) -> Vec<String> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (_, change, object) in &bed.log {
        if let (WatchChange::Added, Object::ReplicaSet(set)) = (change, object) {
            let next = format!("#{}", names.len() + 1);
            names.entry(set.name().to_owned()).or_insert(next);
        }
    }
    let plain = |event: &String| names.iter().fold(event.replace("ScalingReplicaSet: Scaled ", ""), |text, (name, short)| text.replace(&format!("replica set {name}"), short));
    bed.events("Deployment").iter().map(plain).collect()
}

fn condition(bed: &TestBed, type_: &str) -> (String, String) {
    let deployment = bed.get::<Deployment>("web");
    let condition = podarium_api::condition::get_condition(&deployment.status.conditions, type_).unwrap();
    (condition.status.clone(), condition.reason.clone().unwrap_or_default())
}

fn revision(bed: &TestBed) -> String {
    bed.get::<Deployment>("web").metadata.annotations.clone().unwrap()[super::annotations::REVISION].clone()
}

#[test]
fn a_deployment_comes_up_and_reports_it() {
    let bed = bed(3, json!({}));
    assert_eq!(scaling(&bed), ["up #1 from 0 to 3"]);
    let status = bed.get::<Deployment>("web").status.clone();
    assert_eq!((status.replicas, status.updated_replicas, status.available_replicas, status.unavailable_replicas), (Some(3), Some(3), Some(3), None));
    assert_eq!(condition(&bed, "Available"), ("True".into(), "MinimumReplicasAvailable".into()));
    assert_eq!(condition(&bed, "Progressing"), ("True".into(), "NewReplicaSetAvailable".into()));
    assert_eq!(revision(&bed), "1");
}

#[test]
fn rolling_updates_step_as_the_limits_allow() {
    let cases: [(i32, Value, &[&str]); 4] = [
        (3, json!({}), &["up #1 from 0 to 3", "up #2 from 0 to 1", "down #1 from 3 to 2", "up #2 from 1 to 2", "down #1 from 2 to 1", "up #2 from 2 to 3", "down #1 from 1 to 0"]),
        (3, rolling(json!(0), json!(1)), &["up #1 from 0 to 3", "down #1 from 3 to 2", "up #2 from 0 to 1", "down #1 from 2 to 1", "up #2 from 1 to 2", "down #1 from 1 to 0", "up #2 from 2 to 3"]),
        (1, json!({}), &["up #1 from 0 to 1", "up #2 from 0 to 1", "down #1 from 1 to 0"]),
        (4, rolling(json!("100%"), json!(0)), &["up #1 from 0 to 4", "up #2 from 0 to 4", "down #1 from 4 to 3", "down #1 from 3 to 2", "down #1 from 2 to 1", "down #1 from 1 to 0"]),
    ];
    for (replicas, spec, steps) in cases {
        let mut bed = bed(replicas, spec.clone());
        set_image(&mut bed, "app:2");
        bed.run(15.0);
        assert_eq!(scaling(&bed), steps, "{replicas} replicas, {spec}");
        assert_eq!(bed.list::<Pod>().len(), replicas as usize);
        assert_eq!(revision(&bed), "2");
        assert_eq!(condition(&bed, "Progressing"), ("True".into(), "NewReplicaSetAvailable".into()));
    }
}

#[test]
fn recreate_waits_for_the_last_old_pod() {
    let mut bed = bed(3, json!({"strategy": {"type": "Recreate"}}));
    set_image(&mut bed, "app:2");
    bed.run(10.0);
    assert_eq!(scaling(&bed), ["up #1 from 0 to 3", "down #1 from 3 to 0", "up #2 from 0 to 3"]);
    let mut alive = 0;
    for (_, change, object) in &bed.log {
        let Object::Pod(pod) = object else { continue };
        match change {
            WatchChange::Added => alive += 1,
            WatchChange::Deleted => alive -= 1,
            WatchChange::Modified => {}
        }
        let second = pod.spec.containers[0].image.as_deref() == Some("app:2");
        assert!(!(second && *change == WatchChange::Added && alive > 3), "a new pod came while old ones ran");
    }
    assert_eq!(bed.list::<Pod>().len(), 3);
}

#[test]
fn going_back_uses_the_old_set_again() {
    let mut bed = bed(2, json!({}));
    set_image(&mut bed, "app:2");
    bed.run(8.0);
    set_image(&mut bed, "app:1");
    bed.run(8.0);
    assert_eq!(bed.list::<ReplicaSet>().len(), 2);
    assert_eq!(revision(&bed), "3");
    let back = bed.list::<ReplicaSet>().into_iter().find(|set| set.spec.replicas == Some(2)).unwrap();
    assert_eq!(back.metadata.annotations.as_ref().unwrap()["deployment.kubernetes.io/revision-history"], "1");
}

#[test]
fn a_paused_deployment_scales_but_does_not_roll() {
    let mut bed = bed(2, json!({}));
    bed.patch(Kind::Deployment, "web", json!({"spec": {"paused": true}}));
    set_image(&mut bed, "app:2");
    bed.patch(Kind::Deployment, "web", json!({"spec": {"replicas": 3}}));
    bed.run(5.0);
    assert_eq!(scaling(&bed), ["up #1 from 0 to 2", "up #1 from 2 to 3"]);
    assert_eq!(condition(&bed, "Progressing"), ("Unknown".into(), "DeploymentPaused".into()));
    bed.patch(Kind::Deployment, "web", json!({"spec": {"paused": false}}));
    bed.run(10.0);
    assert_eq!(scaling(&bed).last().unwrap(), "down #1 from 1 to 0");
    assert_eq!(condition(&bed, "Progressing"), ("True".into(), "NewReplicaSetAvailable".into()));
}

#[test]
fn a_rollout_that_stands_still_is_reported_and_keeps_the_old_pods() {
    let mut bed = bed(4, json!({"progressDeadlineSeconds": 6}));
    let bad = json!({"spec": {"template": {"metadata": {"annotations": {"play": "never"}}}}});
    bed.patch(Kind::Deployment, "web", bad);
    bed.run(15.0);
    assert_eq!(condition(&bed, "Progressing"), ("False".into(), "ProgressDeadlineExceeded".into()));
    assert_eq!(condition(&bed, "Available"), ("True".into(), "MinimumReplicasAvailable".into()));
    let status = bed.get::<Deployment>("web").status.clone();
    assert_eq!((status.available_replicas, status.updated_replicas), (Some(3), Some(2)));
}

#[test]
fn a_rollout_without_a_verdict_is_looked_at_ten_times_a_second_and_no_more() {
    let mut bed = bed(2, json!({"progressDeadlineSeconds": 6}));
    let nodes: Vec<String> = bed.list::<Node>().iter().map(|node| node.name().to_owned()).collect();
    nodes.iter().for_each(|node| bed.switch(node, false));
    // The nodes are missed, then the queue's burst is used up.
    bed.run(120.0);
    assert_eq!(condition(&bed, "Progressing"), ("True".into(), "NewReplicaSetAvailable".into()));
    assert_eq!(condition(&bed, "Available").0, "False");
    let until = bed.cluster.now() + Duration::from_secs(4);
    let mut steps = 0;
    while bed.cluster.step(until) {
        steps += 1;
    }
    assert!((40..200).contains(&steps), "{steps} events in four seconds");
}

#[test]
fn scaling_in_the_middle_of_a_bad_rollout_keeps_the_mix() {
    let mut bed = bed(10, rolling(json!(3), json!(2)));
    bed.patch(Kind::Deployment, "web", json!({"spec": {"template": {"metadata": {"annotations": {"play": "never"}}}}}));
    bed.run(10.0);
    let sizes = |bed: &TestBed| {
        let mut sizes: Vec<_> = bed.list::<ReplicaSet>().iter().map(|set| set.spec.replicas.unwrap()).collect();
        sizes.sort_unstable();
        sizes
    };
    assert_eq!(sizes(&bed), [5, 8]);
    bed.patch(Kind::Deployment, "web", json!({"spec": {"replicas": 15}}));
    bed.run(10.0);
    assert_eq!(sizes(&bed), [7, 11]);
}

#[test]
fn only_so_much_history_is_kept() {
    let mut bed = bed(1, json!({"revisionHistoryLimit": 1}));
    for image in ["app:2", "app:3", "app:4"] {
        set_image(&mut bed, image);
        bed.run(6.0);
    }
    assert_eq!(bed.list::<ReplicaSet>().len(), 2);
    assert_eq!(revision(&bed), "4");
}

#[test]
fn an_orphaned_set_with_the_right_template_is_adopted() {
    let mut bed = bed(2, json!({}));
    let set = bed.list::<ReplicaSet>()[0].clone();
    bed.patch(Kind::ReplicaSet, set.name(), json!({"metadata": {"ownerReferences": null}}));
    bed.run(2.0);
    assert_eq!(bed.list::<ReplicaSet>()[0].metadata.owner_references, set.metadata.owner_references);
    assert_eq!(bed.list::<ReplicaSet>().len(), 1);
}

#[test]
fn a_foreign_set_under_the_same_name_makes_the_deployment_hash_again() {
    let mut bed = bed(1, json!({}));
    let set = bed.list::<ReplicaSet>()[0].clone();
    bed.patch(Kind::ReplicaSet, set.name(), json!({"metadata": {"ownerReferences": null, "labels": {"app": "foreign"}}}));
    bed.run(5.0);
    assert_eq!(bed.get::<Deployment>("web").status.collision_count, Some(1));
    assert_eq!(bed.list::<ReplicaSet>().len(), 2);
}

#[test]
fn a_rollout_survives_crashes_of_the_controllers() {
    for seed in 1..=6 {
        let mut bed = TestBed::with_seed(seed);
        bed.create(Kind::Deployment, web(3, json!({})));
        bed.run(0.005 * seed as f64);
        bed.restart_controllers();
        bed.run(5.0);
        set_image(&mut bed, "app:2");
        for _ in 0..8 {
            bed.run(0.3 + 0.013 * seed as f64);
            bed.restart_controllers();
        }
        bed.run(15.0);
        let status = bed.get::<Deployment>("web").status.clone();
        assert_eq!((status.replicas, status.updated_replicas, status.available_replicas), (Some(3), Some(3), Some(3)), "seed {seed}");
        assert_eq!(bed.list::<Pod>().len(), 3, "seed {seed}");
    }
}
