//! Machines that come for pods without a place and go when nobody needs them.

use std::collections::BTreeSet;
use std::time::Duration;

use podarium_cluster::Config;
use podarium_cluster::cloud::autoscaler::{Naming, NodeGroup};
use podarium_cluster::kubelet::NodeConfig;

use crate::student::Student;

/// Two machines of 4 CPU that may become four, beside one that is nobody's.
fn student() -> Student {
    let mut student = Student::of(Config { cloud: true, ..Config::default() });
    let group = NodeGroup {
        id: "pool".to_owned(),
        min: 2,
        max: 4,
        template: NodeConfig { network_ready_in: Duration::from_secs(5), zone: Some("us-central1-a".to_owned()), ..NodeConfig::new("node", 0) },
        naming: Naming::Counted("node".to_owned()),
        machines: BTreeSet::from(["node-2", "node-3"].map(str::to_owned)),
    };
    student.world.cluster.start_autoscaler(vec![group]);
    student
}

const EVENTS: &str = "-o jsonpath='{range .items[*]}{.reason}: {.message}{\"\\n\"}{end}'";

#[test]
fn pods_without_a_place_order_machines_and_others_are_told_why_not() {
    let mut student = student();
    student.quietly(&[
        "kubectl create deployment big --image=nginx:1.27 --replicas=0; kubectl set resources deployment big --requests=cpu=3; kubectl scale deployment big --replicas=4; sleep 15",
        "kubectl run huge --image=nginx:1.27 --overrides='{\"spec\":{\"containers\":[{\"name\":\"huge\",\"image\":\"nginx:1.27\",\"resources\":{\"requests\":{\"cpu\":\"9\"}}}]}}'",
        "kubectl run picky --image=nginx:1.27 --overrides='{\"spec\":{\"nodeSelector\":{\"disk\":\"ssd\"}}}'; sleep 30",
    ]);
    student.lines(&[
        (&format!("kubectl get events --field-selector reason=TriggeredScaleUp {EVENTS}"), "TriggeredScaleUp: pod triggered scale-up: [{pool 2->3 (max: 4)}]\n"),
        ("kubectl get nodes --no-headers | wc -l", "3\n"),
        ("kubectl get configmap cluster-autoscaler-status -n kube-system -o jsonpath='{.data.status}' | grep -A1 -e cloudProviderTarget -e InProgress | grep -e Target -e InProgress", "    cloudProviderTarget: 3\n    status: InProgress\n    status: InProgress\n"),
    ]);
    student.quietly(&["kubectl rollout status deployment big --timeout=120s; sleep 15"]);
    student.lines(&[
        ("kubectl get pods -l app=big -o wide --no-headers | awk '{print $7}' | sort", "node-1\nnode-2\nnode-3\nnode-4\n"),
        (&format!("kubectl get events --field-selector involvedObject.name=huge,reason=NotTriggerScaleUp {EVENTS}"), "NotTriggerScaleUp: pod didn't trigger scale-up: 1 Insufficient cpu\n"),
        (&format!("kubectl get events --field-selector involvedObject.name=picky,reason=NotTriggerScaleUp {EVENTS}"), "NotTriggerScaleUp: pod didn't trigger scale-up: 1 node(s) didn't match Pod's node affinity/selector\n"),
        (&format!("kubectl get events -n kube-system --field-selector reason=ScaledUpGroup {EVENTS}"), "ScaledUpGroup: Scale-up: setting group pool size to 3 instead of 2 (max: 4)\nScaledUpGroup: Scale-up: group pool size set to 3 instead of 2 (max: 4)\n"),
    ]);
    student.quietly(&["kubectl scale deployment big --replicas=9; sleep 120"]);
    student.lines(&[
        ("kubectl get nodes --no-headers | wc -l", "5\n"),
        (&format!("kubectl get events --field-selector reason=NotTriggerScaleUp {EVENTS} | grep -c 'max node group size reached'"), "3\n"),
    ]);
}

#[test]
fn machines_that_nobody_needs_go_after_ten_minutes_and_some_pods_hold_theirs() {
    let mut student = student();
    student.quietly(&[
        "kubectl create deployment web --image=nginx:1.27 --replicas=0; kubectl set resources deployment web --requests=cpu=2500m; kubectl scale deployment web --replicas=5; kubectl rollout status deployment web --timeout=300s",

        "kubectl run lonely --image=nginx:1.27 --overrides='{\"spec\":{\"nodeName\":\"node-4\"}}'",
        "kubectl set resources deployment web --requests=cpu=100m; kubectl rollout status deployment web; kubectl scale deployment web --replicas=3; sleep 30",
    ]);
    student.lines(&[("kubectl get nodes --no-headers | wc -l", "5\n")]);
    student.pass(5 * 60);
    student.lines(&[
        ("kubectl get nodes --no-headers | wc -l", "5\n"),
        ("kubectl get node node-5 -o jsonpath='{.spec.taints[*].key}'", "DeletionCandidateOfClusterAutoscaler"),
        ("kubectl get node node-4 -o jsonpath='{.spec.taints[*].key}'", ""),
        ("kubectl get node node-1 -o jsonpath='{.spec.taints[*].key}'", ""),
    ]);
    student.pass(8 * 60);
    // The pod without a controller holds node-4, so the other three come down to the one that makes it two.
    student.lines(&[
        ("kubectl get nodes --no-headers | awk '{print $1}'", "node-1\nnode-2\nnode-4\n"),
        ("kubectl get pods -l app=web --no-headers | grep -c Running", "3\n"),
        ("kubectl get events --field-selector reason=ScaleDown,involvedObject.kind=Node -o jsonpath='{range .items[*]}{.message}{\"\\n\"}{end}' | sort | uniq -c | awk '{print $1, $2, $3}'", "2 marked the\n2 nodes removed\n"),
        ("kubectl get events -n kube-system --no-headers | grep -c -e 'removed with drain' -e 'empty node'", "4\n"),
    ]);
}

#[test]
fn a_recommendation_comes_from_what_containers_use() {
    let mut student = Student::of(Config { metrics_server: true, vertical_pod_autoscaler: true, ..Config::default() });
    student.world.put_file(
        "vpa.yaml",
        "apiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {name: box}\nspec:\n  targetRef: {apiVersion: apps/v1, kind: Deployment, name: box}\n  updatePolicy: {updateMode: 'Off'}\n---\napiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: {name: gone}\nspec:\n  targetRef: {apiVersion: apps/v1, kind: Deployment, name: gone}\n",
        false,
    );
    student.quietly(&[
        "kubectl create deployment box --image=busybox:1.36 -- sh -c 'while true; do :; done'; kubectl set resources deployment box --limits=cpu=200m --requests=cpu=10m; kubectl rollout status deployment box",
        "kubectl rollout status deployment vpa-recommender -n kube-system; kubectl apply -f vpa.yaml",
    ]);
    student.pass(8 * 60);
    let amount = |student: &mut Student, which: &str| {
        let said = student.run(&format!("kubectl get vpa box -o jsonpath='{{.status.recommendation.containerRecommendations[0].{which}.cpu}}'"));
        said.trim_end_matches('m').parse::<i64>().unwrap_or_else(|_| panic!("{which}: {said}"))
    };
    // It uses its 200m all the time: the bucket's end, and 15 % more.
    let target = amount(&mut student, "target");
    assert!((225..=250).contains(&target), "{target}");
    assert!(amount(&mut student, "lowerBound") < target && amount(&mut student, "upperBound") > 10 * target);
    student.lines(&[
        ("kubectl get vpa box --no-headers | awk '{print $1, $2, $4, $5}'", "box Off 262144k True\n"),
        ("kubectl get vpa gone -o jsonpath='{.status.conditions[0].type}: {.status.conditions[0].message}'", "ConfigUnsupported: Cannot read targetRef. Reason: Deployment default/gone does not exist"),
        ("kubectl get events --field-selector involvedObject.name=gone -o jsonpath='{.items[0].message}'", "podarium: not simulated: updateMode Recreate: pods keep what they request"),
        ("kubectl get deployment box -o jsonpath='{.spec.template.spec.containers[0].resources.requests.cpu}'", "10m"),
    ]);
}
