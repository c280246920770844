//! The cases of Kubernetes' own tests of the Deployment's arithmetic.
//!
//! Models: pkg/controller/deployment/{rolling_test.go,sync_test.go,util/deployment_util_test.go}, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::DeploymentStatus;
use podarium_api::{Deployment, ReplicaSet, Resource as _};
use serde_json::{Value, json};

use super::annotations::{DESIRED_REPLICAS, MAX_REPLICAS};
use super::limits::{max_surge, max_unavailable, new_set_size, proportion};
use super::progress::{is_complete, is_progressing, is_timed_out};
use super::rolling::{shrinking, size_of_new, unhealthy};
use super::scaling::sizes;
use super::sets::Sets;

fn deployment(replicas: i32, surge: Value, unavailable: Value) -> Deployment {
    serde_json::from_value(json!({"spec": {"replicas": replicas, "selector": {}, "template": {},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}}}))
    .unwrap()
}

fn recreate(replicas: i32) -> Deployment {
    serde_json::from_value(json!({"spec": {"replicas": replicas, "selector": {}, "template": {}, "strategy": {"type": "Recreate"}}})).unwrap()
}

/// A set that was made in this hour.
fn set(name: &str, hour: usize, replicas: i32, available: i32, annotations: Value) -> Arc<ReplicaSet> {
    let created = format!("2016-05-20T{hour:02}:00:00Z");
    Arc::new(
        serde_json::from_value(json!({"metadata": {"name": name, "creationTimestamp": created, "annotations": annotations},
            "spec": {"replicas": replicas, "selector": {}}, "status": {"replicas": replicas, "availableReplicas": available}}))
        .unwrap(),
    )
}

fn plain(name: &str, replicas: i32, available: i32) -> Arc<ReplicaSet> {
    set(name, 1, replicas, available, json!({}))
}

#[test]
fn surge_and_unavailability_are_resolved() {
    let percent = |value: Option<&str>| value.map_or(Value::Null, |value| json!(value));
    let cases = [
        (Some("0%"), Some("0%"), 0, 0, 0), (Some("39%"), Some("39%"), 10, 4, 3), (None, Some("39%"), 10, 0, 3),
        (Some("39%"), None, 10, 4, 0), (None, None, 10, 0, 1), (Some("0%"), Some("0%"), 5, 0, 1),
    ];
    for (surge, unavailable, replicas, expected_surge, expected_unavailable) in cases {
        let deployment = deployment(replicas, percent(surge), percent(unavailable));
        let found = (max_surge(&deployment), max_unavailable(&deployment));
        assert_eq!(found, (expected_surge, expected_unavailable), "{surge:?} {unavailable:?} of {replicas}");
    }
}

#[test]
fn no_more_can_be_unavailable_than_there_are() {
    let cases = [(10, json!(5), 5), (10, json!(10), 10), (5, json!(10), 5), (0, json!(10), 0), (10, json!("50%"), 5), (10, json!("100%"), 10), (5, json!("100%"), 5)];
    for (replicas, unavailable, expected) in cases {
        assert_eq!(max_unavailable(&deployment(replicas, json!(1), unavailable.clone())), expected, "{unavailable} of {replicas}");
    }
    assert_eq!(max_unavailable(&recreate(10)), 0);
}

#[test]
fn the_new_set_gets_its_size() {
    // Another set has 5 pods.
    assert_eq!(new_set_size(&deployment(1, json!(1), json!(1)), 5, 5), 5, "it cannot grow");
    assert_eq!(new_set_size(&deployment(6, json!(10), json!(1)), 5, 2), 6);
    assert_eq!(new_set_size(&recreate(3), 5, 1), 3);
}

#[test]
fn the_new_set_grows_by_the_surge() {
    let cases = [(10, 0, 10, 0, 0), (10, 2, 10, 0, 2), (10, 2, 5, 0, 7), (10, 2, 10, 2, 2), (10, 2, 2, 11, 10)];
    for (wanted, surge, old, new, expected) in cases {
        let (new, old) = (plain("new", new, 0), plain("old", old, 0));
        let sets = Sets { new: Some(new.clone()), old: vec![old] };
        assert_eq!(size_of_new(&deployment(wanted, json!(surge), json!(0)), &sets, &new), expected, "{wanted} wanted");
    }
}

/// The size of the only old set after the step.
fn after_shrinking(wanted: i32, unavailable: i32, old: (i32, i32), new: (i32, i32)) -> i32 {
    let (old, new) = (plain("old", old.0, old.1), plain("new", new.0, new.1));
    let sets = Sets { new: Some(new.clone()), old: vec![old.clone()] };
    let active = sets.active_old();
    let steps = shrinking(&deployment(wanted, json!(0), json!(unavailable)), &sets, &active, &new);
    old.spec.replicas.unwrap() - steps.iter().map(|(_, count)| count).sum::<i32>()
}

#[test]
fn old_sets_shrink_by_what_can_be_spared() {
    // Without surge and unavailability one pod may be missing.
    let cases = [
        (10, 0, (10, 10), (0, 0), 9), (10, 2, (10, 10), (0, 0), 8), (10, 2, (10, 8), (0, 0), 8), (10, 2, (10, 9), (0, 0), 8),
        (10, 2, (8, 8), (2, 0), 8), (10, 2, (0, 0), (10, 10), 0), (10, 2, (10, 1), (0, 0), 8),
    ];
    for (wanted, unavailable, old, new, expected) in cases {
        assert_eq!(after_shrinking(wanted, unavailable, old, new), expected, "{wanted} wanted, old {old:?}, new {new:?}");
    }
}

#[test]
fn pods_that_do_not_work_go_first() {
    for (size, ready, most, expected) in [(10, 8, 1, 1), (10, 8, 3, 2), (10, 8, 0, 0), (10, 10, 3, 0)] {
        let gone: i32 = unhealthy(&[plain("old", size, ready)], most).unwrap().iter().map(|(_, count)| count).sum();
        assert_eq!(gone, expected, "{ready} of {size} ready, at most {most}");
    }
    // The status still counts pods of before the set was scaled down.
    assert_eq!(unhealthy(&[plain("old", 10, 8), plain("older", 5, 11)], 8), Err(vec![(0, 2)]));
    assert_eq!(after_shrinking(6, 2, (5, 11), (4, 0)), 5);
}

/// The sizes of the sets, newest first, after the Deployment was scaled.
fn scaled(before: (i32, i32), after: (i32, i32), new: Option<i32>, old: &[i32], noted: &[(&str, i32)]) -> Vec<i32> {
    let annotations = |name: &str| {
        let desired = noted.iter().find(|(other, _)| *other == name).map_or(before.0, |(_, desired)| *desired);
        json!({DESIRED_REPLICAS: desired.to_string(), MAX_REPLICAS: (desired + before.1).to_string()})
    };
    let new = new.map(|size| set("new", 9, size, 0, annotations("new")));
    let old: Vec<_> = old.iter().enumerate().map(|(index, size)| {
        let name = format!("old-{index}");
        set(&name, 8 - index, *size, 0, annotations(&name))
    }).collect();
    let mut by_name: BTreeMap<String, i32> = BTreeMap::new();
    let sets = Sets { new: new.clone(), old: old.iter().rev().cloned().collect() };
    let deployment = deployment(after.0, json!(after.1), json!(if after.1 == 0 { 1 } else { 0 }));
    let (changed, always) = sizes(&deployment, &sets);
    for (set, size) in changed {
        let desired = set.metadata.annotations.as_ref().and_then(|annotations| annotations[DESIRED_REPLICAS].parse::<i32>().ok());
        assert!(always || desired.is_some());
        by_name.insert(set.name().to_owned(), size);
    }
    new.iter().chain(&old).map(|set| by_name.get(set.name()).copied().unwrap_or(set.spec.replicas.unwrap())).collect()
}

#[test]
fn a_scaled_deployment_shares_out_what_it_gains_or_loses() {
    let cases: [(&str, (i32, i32), (i32, i32), Option<i32>, &[i32], &[i32]); 17] = [
        ("one set grows", (10, 0), (12, 0), Some(10), &[], &[12]),
        ("one set shrinks", (10, 0), (5, 0), Some(10), &[], &[5]),
        ("5 to 10", (5, 0), (10, 0), Some(2), &[3], &[4, 6]),
        ("5 to 3", (5, 0), (3, 0), Some(2), &[3], &[1, 2]),
        ("9 to 4", (9, 0), (4, 0), Some(8), &[1], &[4, 0]),
        ("7 to 10", (7, 0), (10, 0), Some(2), &[3, 2], &[3, 4, 3]),
        ("13 to 8", (13, 0), (8, 0), Some(2), &[8, 3], &[1, 5, 2]),
        ("3 to 4", (3, 0), (4, 0), Some(1), &[1, 1], &[2, 1, 1]),
        ("3 to 2", (3, 0), (2, 0), Some(1), &[1, 1], &[1, 1, 0]),
        ("4 to 5 without a new set", (4, 0), (5, 0), None, &[2, 2], &[3, 2]),
        ("6 to nothing", (6, 0), (0, 0), Some(3), &[2, 1], &[0, 0, 0]),
        ("nothing to 6", (6, 0), (6, 0), Some(0), &[0, 0], &[6, 0, 0]),
        ("a write failed last time", (5, 0), (5, 0), Some(2), &[1, 1], &[2, 2, 1]),
        ("with a surge", (10, 2), (20, 2), Some(6), &[6], &[11, 11]),
        ("another surge", (10, 3), (50, 6), Some(5), &[8], &[22, 34]),
        ("another template", (10, 0), (14, 0), None, &[7, 3], &[10, 4]),
        ("a new set that does not work", (2, 1), (2, 1), Some(2), &[1], &[2, 1]),
    ];
    for (what, before, after, new, old, expected) in cases {
        let noted: &[(&str, i32)] = if what.starts_with("a write failed") { &[("old-0", 3)] } else { &[] };
        assert_eq!(scaled(before, after, new, old, noted), expected, "{what}");
    }
}

#[test]
fn a_sets_share_follows_from_what_is_noted() {
    let cases = [
        (0, 0, 0, 10, None, -10), (10, 0, 0, 5, None, 0), (10, 0, 0, 5, Some("0"), 0), (120, 100, 0, 50, None, 10), (120, 100, 0, 50, Some("0"), 10),
        (120, 0, 0, 50, Some("100"), 10), (120, 0, 10, 50, Some("110"), 9), (10, 0, 0, 6, Some("12"), -1), (100, 0, 10, 50, Some("130"), -8),
    ];
    for (wanted, known, surge, size, noted, expected) in cases {
        let mut deployment = deployment(wanted, json!(surge), json!(1));
        Arc::make_mut(&mut deployment.status).replicas = Some(known);
        let annotations = noted.map_or(json!({}), |noted| json!({MAX_REPLICAS: noted}));
        let room = if expected < 0 { -1000 } else { 1000 };
        assert_eq!(proportion(&deployment, &set("s", 1, size, 0, annotations), room, 0), expected, "{size} of {wanted}, {noted:?}");
    }
}

fn status(replicas: i32, updated: i32, ready: i32, available: i32) -> DeploymentStatus {
    serde_json::from_value(json!({"replicas": replicas, "updatedReplicas": updated, "readyReplicas": ready, "availableReplicas": available})).unwrap()
}

#[test]
fn completeness_wants_all_new_and_available_and_nothing_old() {
    let cases = [(5, 5, 5, 4, false), (5, 5, 5, 3, false), (5, 5, 5, 5, true), (5, 5, 4, 5, false), (1, 2, 1, 1, false), (1, 1, 1, 0, false)];
    for (wanted, current, updated, available, expected) in cases {
        let deployment = deployment(wanted, json!(1), json!(0));
        assert_eq!(is_complete(&deployment, &status(current, updated, 0, available)), expected, "{wanted}: {current} {updated} {available}");
    }
}

#[test]
fn progress_is_anything_that_got_better() {
    let cases = [
        ((10, 4, 4, 4), (10, 6, 4, 4), true), ((10, 4, 4, 4), (10, 4, 4, 4), false), ((10, 4, 6, 6), (8, 4, 6, 6), true),
        ((10, 7, 3, 3), (10, 6, 3, 3), false), ((10, 4, 7, 7), (8, 8, 5, 5), true), ((10, 10, 9, 8), (10, 10, 10, 8), true), ((10, 10, 10, 9), (10, 10, 10, 10), true),
    ];
    for (before, after, expected) in cases {
        let of = |(replicas, updated, ready, available)| status(replicas, updated, ready, available);
        assert_eq!(is_progressing(&of(before), &of(after)), expected, "{before:?} {after:?}");
    }
}

#[test]
fn a_rollout_times_out_when_nothing_got_better_for_long_enough() {
    let time = |second: i32| format!("2016-01-01T00:01:{second:02}Z");
    let cases = [(None, "", 9, false), (Some(i32::MAX), "", 9, false), (Some(10), "", 9, true), (Some(10), "", 11, false), (Some(10), "NewReplicaSetAvailable", 9, false), (Some(10), "ProgressDeadlineExceeded", 19, true)];
    for (deadline, reason, since, expected) in cases {
        let condition = json!({"type": "Progressing", "status": "True", "reason": reason, "lastUpdateTime": time(since)});
        let deployment: Deployment = serde_json::from_value(json!({"spec": {"selector": {}, "template": {}, "progressDeadlineSeconds": deadline}, "status": {"conditions": [condition]}})).unwrap();
        assert_eq!(is_timed_out(&deployment, &deployment.status, time(20).parse().unwrap()), expected, "{deadline:?} {reason} since {since}");
    }
}
