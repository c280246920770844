//! The collector in a running cluster.

use podarium_api::{ConfigMap, Deployment, Event, Kind, Pod, ReplicaSet, Resource as _};
use serde_json::json;

use crate::Key;
use crate::apiserver::{Propagation, Request};
use crate::component::WatchChange;
use crate::controllers::testbed::TestBed;

fn bed() -> TestBed {
    let mut bed = TestBed::new();
    bed.create(Kind::Deployment, json!({"metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}}}}));
    bed.run(5.0);
    bed
}

fn delete(bed: &mut TestBed, propagation: Propagation) {
    let request = Request::delete(Kind::Deployment, &Key::new("default", "web")).propagation(propagation);
    bed.request(request).result.unwrap();
}

fn counts(bed: &TestBed) -> (usize, usize, usize) {
    (bed.list::<Deployment>().len(), bed.list::<ReplicaSet>().len(), bed.list::<Pod>().len())
}

/// The kinds in the order in which their last object went.
fn order_of_ends(bed: &TestBed) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for (_, change, object) in &bed.log {
        if *change == WatchChange::Deleted {
            kinds.retain(|kind| *kind != object.kind());
            kinds.push(object.kind());
        }
    }
    kinds
}

#[test]
fn in_the_background_the_owner_goes_first() {
    let mut bed = bed();
    delete(&mut bed, Propagation::Background);
    bed.run(0.1);
    assert_eq!(counts(&bed), (0, 0, 2), "the pods are still terminating");
    bed.run(5.0);
    assert_eq!(counts(&bed), (0, 0, 0));
    assert_eq!(order_of_ends(&bed), [Kind::Deployment, Kind::ReplicaSet, Kind::Pod]);
}

#[test]
fn in_the_foreground_the_owner_goes_last() {
    let mut bed = bed();
    delete(&mut bed, Propagation::Foreground);
    bed.run(0.2);
    assert_eq!(counts(&bed), (1, 1, 2));
    bed.run(5.0);
    assert_eq!(counts(&bed), (0, 0, 0));
    assert_eq!(order_of_ends(&bed), [Kind::Pod, Kind::ReplicaSet, Kind::Deployment]);
}

#[test]
fn orphans_stay_and_are_adopted_by_the_next_owner() {
    let mut bed = bed();
    delete(&mut bed, Propagation::Orphan);
    bed.run(3.0);
    assert_eq!(counts(&bed), (0, 1, 2));
    assert_eq!(bed.list::<ReplicaSet>()[0].metadata.owner_references, None);
    bed.create(Kind::Deployment, json!({"metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}}}}));
    bed.run(3.0);
    assert_eq!(counts(&bed), (1, 1, 2));
    assert!(bed.list::<ReplicaSet>()[0].metadata.owner_references.is_some());
}

#[test]
fn an_object_made_for_an_owner_that_is_not_there_goes() {
    let mut bed = bed();
    bed.create(Kind::ConfigMap, json!({"metadata": {"name": "late", "namespace": "default",
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "of-another-life"}]}}));
    bed.run(2.0);
    assert_eq!(bed.count(Kind::ConfigMap, WatchChange::Deleted), 1);
    assert_eq!(counts(&bed), (1, 1, 2), "the namesake is not meant");
}

#[test]
fn an_object_with_one_living_owner_stays_and_loses_the_dead_one() {
    let mut bed = bed();
    let uid = bed.get::<Deployment>("web").metadata.uid.clone();
    bed.create(Kind::ConfigMap, json!({"metadata": {"name": "shared", "namespace": "default", "ownerReferences": [
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "gone", "uid": "gone"},
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": uid}]}}));
    bed.run(2.0);
    let owners = bed.get::<podarium_api::ConfigMap>("shared").metadata.owner_references.clone().unwrap();
    assert_eq!(owners.iter().map(|owner| owner.name.as_str()).collect::<Vec<_>>(), ["web"]);
}

#[test]
fn a_crash_in_the_middle_of_a_deletion_leaves_nothing_behind() {
    for propagation in [Propagation::Background, Propagation::Foreground, Propagation::Orphan] {
        for crash_ms in [1, 8, 20, 300] {
            let mut bed = bed();
            delete(&mut bed, propagation);
            bed.run(f64::from(crash_ms) / 1000.0);
            bed.restart_controllers();
            bed.run(6.0);
            let left = if propagation == Propagation::Orphan { (0, 1, 2) } else { (0, 0, 0) };
            assert_eq!(counts(&bed), left, "{propagation:?}, crash after {crash_ms} ms");
        }
    }
}

/// A ConfigMap in another namespace names the Deployment's uid: it is reported and goes, and nothing else does.
#[test]
fn an_owner_in_another_namespace_is_no_owner() {
    let mut bed = bed();
    bed.create(Kind::Namespace, json!({"metadata": {"name": "other"}}));
    bed.run(1.0);
    let uid = bed.get::<Deployment>("web").metadata.uid.clone();
    let owner = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": uid});
    for (namespace, name) in [("other", "bad"), ("default", "good")] {
        bed.create(Kind::ConfigMap, json!({"metadata": {"name": name, "namespace": namespace, "ownerReferences": [owner]}}));
    }
    bed.run(5.0);
    let own = bed.cluster.list::<ConfigMap>().filter(|map| map.metadata.owner_references.is_some());
    let names: Vec<String> = own.map(|map| map.name().to_owned()).collect();
    assert_eq!((names, counts(&bed)), (vec!["good".to_owned()], (1, 1, 2)));
    let told: Vec<_> = bed.cluster.list::<Event>().filter(|event| event.reason.as_deref() == Some("OwnerRefInvalidNamespace")).collect();
    let message = format!("ownerRef [apps/v1/Deployment, namespace: other, name: web, uid: {}] does not exist in namespace \"other\"", uid.unwrap_or_default());
    assert_eq!(told.iter().map(|event| event.message.clone()).collect::<Vec<_>>(), [Some(message)]);
    assert_eq!(told[0].source.as_ref().and_then(|source| source.component.as_deref()), Some("garbage-collector-controller"));
}
