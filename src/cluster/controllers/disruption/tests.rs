//! The controller and evictions in a running cluster.

use podarium_api::{Kind, Pod, PodDisruptionBudget, Resource as _};
use serde_json::{Value, json};

use crate::apiserver::{Answer, Body, Reply, Request, Subresource, Verb};
use crate::controllers::testbed::TestBed;
use crate::store::Key;

fn bed(replicas: i32, budget: Value) -> TestBed {
    let mut bed = TestBed::new();
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}});
    bed.create(Kind::ReplicaSet, json!({"metadata": {"name": "rs", "namespace": "default"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}}));
    let mut spec = json!({"selector": {"matchLabels": {"app": "web"}}});
    json_patch::merge(&mut spec, &budget);
    bed.create(Kind::PodDisruptionBudget, json!({"metadata": {"name": "b", "namespace": "default"}, "spec": spec}));
    bed.run(5.0);
    bed
}

fn evict(bed: &mut TestBed, pod: &str, dry_run: bool) -> Answer {
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}});
    let mut request = Request::get(Kind::Pod, &Key::new("default", pod)).with_subresource(Subresource::Eviction, Body::Value(eviction));
    request.verb = Verb::Create;
    request.options.dry_run = dry_run;
    bed.request(request)
}

fn allowed(bed: &TestBed) -> Option<i32> {
    bed.get::<PodDisruptionBudget>("b").status.disruptions_allowed
}

/// How many are healthy, needed, expected and may go.
fn counts(bed: &TestBed) -> [Option<i32>; 4] {
    let status = bed.get::<PodDisruptionBudget>("b").status.clone();
    [status.current_healthy, status.desired_healthy, status.expected_pods, status.disruptions_allowed]
}

#[test]
fn a_budget_follows_from_the_replicas_of_the_owners() {
    let cases = [
        (json!({"minAvailable": 2}), [3, 2, 3, 1]), (json!({"minAvailable": "50%"}), [3, 2, 3, 1]),
        (json!({"maxUnavailable": 1}), [3, 2, 3, 1]), (json!({"maxUnavailable": "34%"}), [3, 1, 3, 2]),
        (json!({"maxUnavailable": 0}), [3, 3, 3, 0]), (json!({"minAvailable": 5}), [3, 5, 3, 0]),
    ];
    for (budget, expected) in cases {
        assert_eq!(counts(&bed(3, budget.clone())), expected.map(Some), "{budget}");
    }
}

#[test]
fn an_eviction_uses_the_budget_until_the_replacement_is_ready() {
    let mut bed = bed(3, json!({"minAvailable": 2}));
    let pods: Vec<String> = bed.list::<Pod>().iter().map(|pod| pod.name().to_owned()).collect();
    assert!(matches!(evict(&mut bed, &pods[0], true).result, Ok(Reply::Value(_))), "asking costs nothing");
    assert_eq!(allowed(&bed), Some(1));
    assert!(evict(&mut bed, &pods[0], false).result.is_ok());
    bed.run(0.2);
    let refused = evict(&mut bed, &pods[1], false).result.unwrap_err();
    assert_eq!((refused.code(), refused.message()), (429, "Cannot evict pod as it would violate the pod's disruption budget."));
    let details = refused.as_meta().details.clone().unwrap();
    assert_eq!(json!(details.causes), json!([{"reason": "DisruptionBudget", "message": "The disruption budget b needs 2 healthy pods and has 2 currently"}]));
    bed.run(5.0);
    assert_eq!(counts(&bed), [3, 2, 3, 1].map(Some));
    assert!(evict(&mut bed, &pods[1], false).result.is_ok());
}

#[test]
fn the_evicted_pod_says_so() {
    let mut bed = bed(1, json!({"minAvailable": 0}));
    let name = bed.list::<Pod>()[0].name().to_owned();
    assert!(evict(&mut bed, &name, false).result.is_ok());
    let pod = bed.get::<Pod>(&name);
    let condition = pod.status.conditions.iter().flatten().find(|condition| condition.type_ == "DisruptionTarget").unwrap();
    assert_eq!((condition.reason.as_deref(), condition.message.as_deref()), (Some("EvictionByEvictionAPI"), Some("Eviction API: evicting")));
    assert!(pod.metadata.deletion_timestamp.is_some());
}

#[test]
fn two_budgets_for_one_pod_are_a_mistake() {
    let mut bed = bed(1, json!({"minAvailable": 0}));
    bed.create(Kind::PodDisruptionBudget, json!({"metadata": {"name": "c", "namespace": "default"}, "spec": {"minAvailable": 0, "selector": {}}}));
    bed.run(1.0);
    let name = bed.list::<Pod>()[0].name().to_owned();
    let refusal = evict(&mut bed, &name, false).result.expect_err("nothing is evicted");
    let message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    assert_eq!((refusal.code(), refusal.to_string().as_str()), (500, message));
    bed.delete(Kind::Pod, &name);
    bed.run(3.0);
    let told = bed.events("Pod").iter().any(|event| event.starts_with("MultiplePodDisruptionBudgets: Pod \"default\"/\"rs-") && event.ends_with(" matches multiple PodDisruptionBudgets.  Chose \"b\" arbitrarily."));
    assert!(told, "{:?}", bed.events("Pod"));
}

#[test]
fn unready_pods_may_go_where_the_budget_says_so() {
    for (policy, allowed) in [("IfHealthyBudget", false), ("AlwaysAllow", true)] {
        let mut bed = bed(0, json!({"minAvailable": 1, "unhealthyPodEvictionPolicy": policy, "selector": {"matchLabels": {"app": "sick"}}}));
        bed.create(Kind::Pod, json!({"metadata": {"name": "sick", "namespace": "default", "labels": {"app": "sick"}, "annotations": {"play": "never"}},
            "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "app:1"}]}}));
        bed.run(3.0);
        assert_eq!(evict(&mut bed, "sick", false).result.is_ok(), allowed, "{policy}");
    }
}

#[test]
fn a_pod_without_an_owner_is_only_counted_by_a_plain_number() {
    let pod = json!({"metadata": {"name": "bare", "namespace": "default", "labels": {"app": "bare"}}, "spec": {"containers": [{"name": "app", "image": "app:1"}]}});
    for (budget, expected) in [(json!({"minAvailable": 1}), [1, 1, 1, 0]), (json!({"maxUnavailable": 1}), [1, 0, 0, 0])] {
        let mut bed = TestBed::new();
        bed.create(Kind::Pod, pod.clone());
        let mut spec = json!({"selector": {"matchLabels": {"app": "bare"}}});
        json_patch::merge(&mut spec, &budget);
        bed.create(Kind::PodDisruptionBudget, json!({"metadata": {"name": "b", "namespace": "default"}, "spec": spec}));
        bed.run(3.0);
        assert_eq!(counts(&bed), expected.map(Some), "{budget}");
        let unmanaged = bed.events("PodDisruptionBudget").iter().any(|event| event.starts_with("UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: bare,},"));
        assert_eq!(unmanaged, budget.get("maxUnavailable").is_some());
    }
}

#[test]
fn a_budget_that_cannot_be_worked_out_allows_nothing_and_says_why() {
    let mut bed = TestBed::new();
    let owner = json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "m", "uid": "x", "controller": true}]);
    bed.create(Kind::ConfigMap, json!({"metadata": {"name": "m", "namespace": "default"}}));
    bed.create(Kind::Pod, json!({"metadata": {"name": "p", "namespace": "default", "labels": {"app": "odd"}, "ownerReferences": owner}, "spec": {"containers": [{"name": "app", "image": "app:1"}]}}));
    bed.create(Kind::PodDisruptionBudget, json!({"metadata": {"name": "b", "namespace": "default"}, "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "odd"}}}}));
    bed.run(0.3);
    let status = bed.get::<PodDisruptionBudget>("b").status.clone();
    let condition = &status.conditions.as_ref().unwrap()[0];
    assert_eq!((condition.reason.as_str(), condition.message.as_str()), ("SyncFailed", "configmaps does not implement the scale subresource"));
    assert_eq!(bed.events("PodDisruptionBudget")[0], "CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: configmaps does not implement the scale subresource");
}
