//! Pods with claims: where they may go, and why not elsewhere.

use std::sync::Arc;

use podarium_api::Kind;
use serde_json::{Value, json};

use super::*;
use crate::scheduler::tests::building::{NodeBuilder, PodBuilder, Scene, node, pod};

fn plugin() -> VolumeBinding {
    VolumeBinding::new(&crate::scheduler::configuration::args::VolumeBindingArgs::default())
}

fn on(zone: &str) -> Value {
    json!({"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": [zone]}]}]}})
}

fn volume(name: &str, more: Value) -> Value {
    let mut value = json!({"metadata": {"name": name, "resourceVersion": "1"}, "spec": {"storageClassName": "later", "capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"]}, "status": {"phase": "Available"}});
    json_patch::merge(&mut value, &more);
    value
}

fn claim(name: &str, more: Value) -> Value {
    let mut value = json!({"metadata": {"name": name, "namespace": "default", "uid": name, "resourceVersion": "1"},
        "spec": {"storageClassName": "later", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}, "status": {"phase": "Pending"}});
    json_patch::merge(&mut value, &more);
    value
}

fn bound(name: &str, volume: &str) -> Value {
    claim(name, json!({"metadata": {"annotations": {"pv.kubernetes.io/bind-completed": "yes"}}, "spec": {"volumeName": volume}, "status": {"phase": "Bound"}}))
}

fn class(name: &str, mode: &str, provisioner: &str, more: Value) -> Value {
    let mut value = json!({"metadata": {"name": name}, "provisioner": provisioner, "volumeBindingMode": mode});
    json_patch::merge(&mut value, &more);
    value
}

fn scene(volumes: Vec<Value>, claims: Vec<Value>) -> Scene {
    let nodes: Vec<NodeBuilder> = vec![node("a").label("zone", "a"), node("b").label("zone", "b")];
    let mut scene = Scene::new(nodes, vec![]);
    let storage = &mut scene.listers.storage;
    let all = volumes.into_iter().map(|value| (Kind::PersistentVolume, value)).chain(claims.into_iter().map(|value| (Kind::PersistentVolumeClaim, value)));
    let classes = [
        class("later", "WaitForFirstConsumer", "kubernetes.io/no-provisioner", json!({})),
        class("made", "WaitForFirstConsumer", "example.com/disk", json!({})),
        class("made-in-b", "WaitForFirstConsumer", "example.com/disk", json!({"allowedTopologies": [{"matchLabelExpressions": [{"key": "zone", "values": ["b"]}]}]})),
        class("counted", "WaitForFirstConsumer", "counted.example.com", json!({})),
        class("now", "Immediate", "example.com/disk", json!({})),
    ];
    for (kind, value) in all.chain(classes.into_iter().map(|value| (Kind::StorageClass, value))) {
        storage.set(&kind.parse(value).unwrap());
    }
    storage.set(&Kind::CSIDriver.parse(json!({"metadata": {"name": "counted.example.com"}, "spec": {"storageCapacity": true}})).unwrap());
    storage.set(&Kind::CSIStorageCapacity.parse(json!({"metadata": {"name": "room", "namespace": "kube-system"}, "storageClassName": "counted", "capacity": "2Gi", "nodeTopology": {"matchLabels": {"zone": "a"}}})).unwrap());
    scene
}

fn user(claims: &[&str]) -> PodBuilder {
    let volumes: Vec<Value> = claims.iter().map(|claim| json!({"name": claim, "persistentVolumeClaim": {"claimName": claim}})).collect();
    pod("p").spec("volumes", json!(volumes))
}

/// What is said of the pod, or of the nodes a and b.
fn verdict(scene: &Scene, pod: &PodBuilder) -> Result<Vec<String>, String> {
    let (pod, mut state) = (pod.clone().info(), CycleState::default());
    match plugin().pre_filter(scene.handle(), &mut state, &pod) {
        Err(status) if status == Status::skip() => return Ok(vec![]),
        Err(status) => return Err(status.message()),
        Ok(_) => {}
    }
    let of = |node: &NodeInfo| plugin().filter(&state, &pod, node).err().map(|status| status.message()).unwrap_or_default();
    Ok(scene.snapshot.nodes().map(of).collect())
}

#[test]
fn nodes_are_refused_for_the_reasons_of_kubernetes() {
    let affinity = |zone: &str| json!({"spec": {"nodeAffinity": on(zone)}});
    let of = |class: &str| json!({"spec": {"storageClassName": class}});
    let all = |text: &str| Ok(vec![text.to_owned(), text.to_owned()]);
    let each = |a: &str, b: &str| Ok(vec![a.to_owned(), b.to_owned()]);
    let cases: Vec<(Vec<Value>, Vec<Value>, &[&str], Result<Vec<String>, String>)> = vec![
        (vec![volume("v", affinity("a"))], vec![bound("c", "v")], &["c"], each("", finding::NODE_CONFLICT)),
        (vec![], vec![bound("c", "v")], &["c"], all(finding::NO_SUCH_VOLUME)),
        (vec![volume("v", affinity("b"))], vec![claim("c", json!({}))], &["c"], each(finding::BIND_CONFLICT, "")),
        (vec![], vec![claim("c", json!({}))], &["c"], all(finding::BIND_CONFLICT)),
        (vec![volume("v", json!({}))], vec![claim("c", json!({})), claim("d", json!({}))], &["c", "d"], all(finding::BIND_CONFLICT)),
        (vec![], vec![claim("c", of("made"))], &["c"], all("")),
        (vec![], vec![claim("c", of("made-in-b"))], &["c"], each(finding::BIND_CONFLICT, "")),
        (vec![], vec![claim("c", of("counted"))], &["c"], each("", finding::NOT_ENOUGH_SPACE)),
        (vec![], vec![claim("c", json!({"metadata": {"annotations": {"volume.kubernetes.io/selected-node": "b"}}, "spec": {"storageClassName": "made"}}))], &["c"], each(finding::BIND_CONFLICT, "")),
        (vec![], vec![claim("c", of("now"))], &["c"], Err(UNBOUND_IMMEDIATE.to_owned())),
        (vec![], vec![], &["c"], Err("persistentvolumeclaim \"c\" not found".to_owned())),
        (vec![], vec![claim("c", json!({"spec": {"volumeName": "v"}, "status": {"phase": "Lost"}}))], &["c"], Err("persistentvolumeclaim \"c\" bound to non-existent persistentvolume \"v\"".to_owned())),
        (vec![], vec![claim("c", json!({"metadata": {"deletionTimestamp": "2026-01-05T09:00:00Z"}}))], &["c"], Err("persistentvolumeclaim \"c\" is being deleted".to_owned())),
        (vec![], vec![], &[], Ok(vec![])),
    ];
    for (index, (volumes, claims, named, expected)) in cases.into_iter().enumerate() {
        assert_eq!(verdict(&scene(volumes, claims), &user(named)), expected, "case {index}");
    }
}

#[test]
fn a_claim_of_an_ephemeral_volume_must_be_the_pods_own() {
    let template = json!({"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}});
    let pod = pod("p").spec("volumes", json!([{"name": "v", "ephemeral": {"volumeClaimTemplate": template}}]));
    let waiting = "waiting for ephemeral volume controller to create the persistentvolumeclaim \"p-v\"";
    assert_eq!(verdict(&scene(vec![], vec![]), &pod), Err(waiting.to_owned()));
    let stranger = "PVC default/p-v was not created for pod default/p (pod is not owner)";
    assert_eq!(verdict(&scene(vec![], vec![claim("p-v", json!({}))]), &pod), Err(stranger.to_owned()));
}

#[test]
fn small_claims_leave_the_large_volumes_to_others() {
    let size = |size: &str| json!({"spec": {"resources": {"requests": {"storage": size}}}});
    let scene = scene(
        vec![volume("large", json!({"spec": {"capacity": {"storage": "9Gi"}}})), volume("small", json!({"spec": {"capacity": {"storage": "2Gi"}}}))],
        vec![claim("big", size("8Gi")), claim("little", size("1Gi"))],
    );
    assert_eq!(verdict(&scene, &user(&["big", "little"])), Ok(vec![String::new(), String::new()]));
}

#[test]
fn what_is_reserved_for_one_pod_is_not_there_for_the_next() {
    let mut scene = scene(vec![volume("v", json!({}))], vec![claim("c", json!({})), claim("d", json!({}))]);
    let first = user(&["c"]).info();
    let mut state = CycleState::default();
    let node = scene.snapshot.nodes().next().unwrap().clone();
    plugin().reserve(&mut scene.listers, &mut state, &first, &node).unwrap();
    assert_eq!(verdict(&scene, &user(&["d"])), Ok(vec![finding::BIND_CONFLICT.to_owned(), finding::BIND_CONFLICT.to_owned()]));
    plugin().unreserve(&mut scene.listers, &mut state, &first);
    assert_eq!(verdict(&scene, &user(&["d"])), Ok(vec![String::new(), String::new()]));
}

#[test]
fn news_of_its_claims_bring_the_pod_back() {
    let waiting = user(&["c"]).info();
    let news = |value: Value| Change::Storage { old: None, new: Some(Object::PersistentVolumeClaim(Arc::new(serde_json::from_value(value).unwrap()))) };
    assert_eq!(is_a_claim_of_the_pod(&Listers::default(), &waiting, &news(claim("c", json!({})))), QueueingHint::Queue);
    assert_eq!(is_a_claim_of_the_pod(&Listers::default(), &waiting, &news(claim("d", json!({})))), QueueingHint::Skip);
}
