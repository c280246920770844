//! Autoscalers in a running cluster, where nobody measures; and where somebody does.

use podarium_api::{Deployment, HorizontalPodAutoscaler, Kind};
use serde_json::{Value, json};

use crate::controllers::testbed::TestBed;

const NO_METRICS: &str = "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";

fn bed(replicas: i32, spec: Value) -> TestBed {
    let mut bed = TestBed::new();
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "app:1"}]}});
    bed.create(Kind::Deployment, json!({"metadata": {"name": "web", "namespace": "default"}, "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}}));
    add(&mut bed, "h", spec);
    bed
}

fn add(bed: &mut TestBed, name: &str, change: Value) {
    let mut spec = json!({"maxReplicas": 5, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}});
    json_patch::merge(&mut spec, &change);
    bed.create(Kind::HorizontalPodAutoscaler, json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec}));
}

fn conditions(bed: &TestBed) -> Vec<(String, String, String)> {
    let status = bed.get::<HorizontalPodAutoscaler>("h").status.clone();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    status.conditions.iter().flatten().map(|condition| (format!("{}={}", condition.type_, condition.status), text(&condition.reason), text(&condition.message))).collect()
}

fn replicas(bed: &TestBed) -> Option<i32> {
    bed.get::<Deployment>("web").spec.replicas
}

#[test]
fn nothing_is_changed_while_nobody_measures() {
    let mut bed = bed(2, json!({}));
    bed.run(14.0);
    assert!(conditions(&bed).is_empty(), "the first look is after 15 s");
    bed.run(6.0);
    let expected = [
        ("AbleToScale=True", "SucceededGetScale", "the HPA controller was able to get the target's current scale".to_owned()),
        ("ScalingActive=False", "FailedGetResourceMetric", format!("the HPA was unable to compute the replica count: {NO_METRICS}")),
    ];
    assert_eq!(conditions(&bed), expected.map(|(type_, reason, message)| (type_.to_owned(), reason.to_owned(), message)));
    let status = bed.get::<HorizontalPodAutoscaler>("h").status.clone();
    assert_eq!((status.current_replicas, status.desired_replicas, replicas(&bed)), (Some(2), 0, Some(2)));
    let events = bed.events("HorizontalPodAutoscaler");
    let wanted = format!("invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {NO_METRICS}");
    assert!(events.iter().any(|event| event.contains(&wanted)), "{events:#?}");
}

#[test]
fn the_bounds_hold_without_any_metric() {
    for (now, spec, expected, reason) in [
        (8, json!({}), 5, "New size: 5; reason: Current number of replicas above Spec.MaxReplicas"),
        (1, json!({"minReplicas": 3}), 3, "New size: 3; reason: Current number of replicas below Spec.MinReplicas"),
    ] {
        let mut bed = bed(now, spec);
        bed.run(20.0);
        assert_eq!(replicas(&bed), Some(expected));
        let events = bed.events("HorizontalPodAutoscaler");
        assert!(events.iter().any(|event| event.contains(reason)), "{events:#?}");
        assert_eq!(conditions(&bed)[0].1, "SucceededRescale");
        let status = bed.get::<HorizontalPodAutoscaler>("h").status.clone();
        assert_eq!((status.current_replicas, status.desired_replicas), (Some(now), expected));
        assert!(status.last_scale_time.is_some());
    }
}

#[test]
fn what_was_scaled_to_nothing_stays_so() {
    let mut bed = bed(0, json!({}));
    bed.run(20.0);
    assert_eq!(replicas(&bed), Some(0));
    assert_eq!((conditions(&bed)[1].0.as_str(), conditions(&bed)[1].1.as_str()), ("ScalingActive=False", "ScalingDisabled"));
}

#[test]
fn a_target_that_is_missing_is_named() {
    let cases = [
        (json!({"scaleTargetRef": {"name": "other"}}), "deployments.apps \"other\" not found"),
        (json!({"scaleTargetRef": {"kind": "Robot"}}), "no matches for kind \"Robot\" in group \"apps\""),
        (json!({"scaleTargetRef": {"kind": "DaemonSet"}}), "the server could not find the requested resource"),
    ];
    for (spec, why) in cases {
        let mut bed = bed(1, spec);
        bed.run(20.0);
        let message = format!("the HPA controller was unable to get the target's current scale: {why}");
        assert_eq!(conditions(&bed), [("AbleToScale=False".to_owned(), "FailedGetScale".to_owned(), message)]);
    }
}

#[test]
fn two_autoscalers_of_the_same_pods_are_a_mistake() {
    let mut bed = bed(1, json!({}));
    add(&mut bed, "other", json!({}));
    bed.run(40.0);
    let (type_, reason, message) = conditions(&bed)[1].clone();
    assert_eq!((type_.as_str(), reason.as_str()), ("ScalingActive=False", "AmbiguousSelector"));
    assert_eq!(message, "pods by selector app=web are controlled by multiple HPAs: [default/h default/other]");
}

#[test]
fn metrics_of_other_add_ons_are_missed_by_their_names() {
    let target = |type_: &str, field: &str| json!({"type": type_, field: "10"});
    let cases = [
        (
            json!({"type": "Pods", "pods": {"metric": {"name": "queries"}, "target": target("AverageValue", "averageValue")}}),
            "FailedGetPodsMetric",
            "unable to get metric queries: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered",
        ),
        (
            json!({"type": "External", "external": {"metric": {"name": "depth", "selector": {"matchLabels": {"queue": "a"}}}, "target": target("Value", "value")}}),
            "FailedGetExternalMetric",
            "unable to get external metric default/depth/&LabelSelector{MatchLabels:map[string]string{queue: a,},MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get depth.external.metrics.k8s.io)",
        ),
    ];
    for (metric, reason, why) in cases {
        let mut bed = bed(1, json!({"metrics": [metric]}));
        bed.run(20.0);
        let found = conditions(&bed)[1].clone();
        assert_eq!((found.1.as_str(), found.2), (reason, format!("the HPA was unable to compute the replica count: {why}")));
    }
}

/// Some thirty requests a second of 10 ms each: 300m of CPU, and 50m are what a pod should use.
#[test]
fn what_is_measured_scales_up_under_load_and_down_after_it() {
    use std::sync::Arc;
    use std::time::Duration;

    use podarium_api::Service;

    use crate::images::{Behavior, Image, ImageCatalog};
    use crate::kubelet::NodeConfig;
    use crate::network::{Asked, From, Load, TrafficPlan};
    use crate::{Cause, Cluster, Config, Key};

    let mut cluster = Cluster::new(Config { metrics_server: true, ..Config::default() });
    cluster.bootstrap();
    let mut behavior = Behavior::serving(80, "worked\n");
    behavior.serves[0].cpu = Duration::from_millis(10);
    cluster.set_images(Arc::new(ImageCatalog::standard().with(Image::new("worker:1", 1 << 20).with(behavior))));
    cluster.add_node(NodeConfig::new("node-1", 0));
    let post = |cluster: &mut Cluster, path: &str, body: Value| {
        let request = podarium_machine::HttpRequest::new("POST", path).body(body.to_string());
        cluster.http(request, Cause::Start);
        cluster.advance(cluster.now() + Duration::from_millis(100));
    };
    let container = json!({"name": "app", "image": "worker:1", "resources": {"requests": {"cpu": "100m"}}});
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}});
    post(&mut cluster, "/apis/apps/v1/namespaces/default/deployments", json!({"metadata": {"name": "web"}, "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": template}}));
    post(&mut cluster, "/api/v1/namespaces/default/services", json!({"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}));
    let metric = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}});
    let reference = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
    post(&mut cluster, "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", json!({"metadata": {"name": "h"}, "spec": {"maxReplicas": 4, "scaleTargetRef": reference, "metrics": [metric]}}));
    cluster.advance(cluster.now() + Duration::from_secs(90));
    let replicas = |cluster: &Cluster| cluster.get::<Deployment>(&Key::new("default", "web")).unwrap().spec.replicas;
    let autoscaler = cluster.get::<HorizontalPodAutoscaler>(&Key::new("default", "h")).unwrap();
    let active = autoscaler.status.conditions.iter().flatten().find(|condition| condition.type_ == "ScalingActive").unwrap();
    assert_eq!(
        (active.status.as_str(), active.message.as_deref()),
        ("True", Some("the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)"))
    );
    assert_eq!(replicas(&cluster), Some(1), "nobody asks for anything");
    assert!(cluster.get::<Service>(&Key::new("default", "web")).is_some());
    cluster.start_traffic(TrafficPlan {
        name: "load".into(),
        from: From::Nodes,
        service: Key::new("default", "web"),
        port: 80,
        asked: Arc::new(Asked::get("web", "/")),
        load: Load::Closed { clients: 10, pause: Duration::from_millis(300) },
        timeout: Duration::from_secs(5),
    });
    cluster.advance(cluster.now() + Duration::from_secs(300));
    assert_eq!(replicas(&cluster), Some(4));
    cluster.stop_traffic("load");
    cluster.advance(cluster.now() + Duration::from_secs(900));
    assert_eq!(replicas(&cluster), Some(1));
}
