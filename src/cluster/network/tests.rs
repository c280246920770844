//! Requests in whole clusters: where they go, where they fail, and that it is the same every time.

use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{HttpEvent, HttpRequest, NetError};
use podarium_sim::Time;
use serde_json::{Value, json};

use super::{Arrivals, Asked, Failure, From, Load, Rate, Statistics, TrafficPlan};
use crate::apiserver::{PatchType, Request};
use crate::images::{Behavior, Image, ImageCatalog};
use crate::kubelet::NodeConfig;
use crate::{Cause, Cluster, Config, Key};
use podarium_api::{Kind, Pod, Resource as _, Service, pod_state};

/// Three machines with images of versions 1 and 2 on them, which stop at once when they are asked to.
fn cluster(seed: u64) -> Cluster {
    let mut cluster = Cluster::new(Config { seed, ..Config::default() });
    cluster.bootstrap();
    let mut catalog = ImageCatalog::standard();
    for version in ["1", "2"] {
        let mut behavior = Behavior { starts_in: Duration::from_millis(300), stops_in: Some(Duration::from_millis(10)), ..Behavior::serving(80, "hello\n") };
        behavior.serves[0].takes = Duration::from_millis(2);
        catalog.add(Image::new(&format!("web:{version}"), 1 << 20).with(behavior));
    }
    cluster.set_images(Arc::new(catalog));
    for index in 0..3 {
        cluster.add_node(NodeConfig { boots_in: Duration::ZERO, network_ready_in: Duration::ZERO, ..NodeConfig::new(&format!("node-{}", index + 1), index) });
    }
    cluster.advance(Time::from_secs(1));
    cluster
}

fn post(cluster: &mut Cluster, path: &str, body: &Value) {
    cluster.http(HttpRequest::new("POST", path).body(body.to_string()), Cause::Start);
}

fn deploy(cluster: &mut Cluster, name: &str, version: &str, replicas: u32, pod: &Value) {
    let mut spec = json!({"containers": [{
        "name": "web", "image": format!("web:{version}"),
        "readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1},
    }]});
    for (key, value) in pod.as_object().into_iter().flatten() {
        match key.as_str() {
            "lifecycle" => spec["containers"][0][key] = value.clone(),
            _ => spec[key] = value.clone(),
        }
    }
    let labels = json!({"app": "web", "name": name, "version": version});
    post(cluster, "/apis/apps/v1/namespaces/default/deployments", &json!({
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"name": name}}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    }));
}

fn serve(cluster: &mut Cluster, spec: &Value) {
    let mut whole = json!({"selector": {"app": "web"}, "ports": [{"port": 80}]});
    for (key, value) in spec.as_object().into_iter().flatten() {
        whole[key] = value.clone();
    }
    post(cluster, "/api/v1/namespaces/default/services", &json!({"metadata": {"name": "web"}, "spec": whole}));
}

fn plan(from: From, load: Load) -> TrafficPlan {
    TrafficPlan {
        name: "users".into(),
        from,
        service: Key::new("default", "web"),
        port: 80,
        asked: Arc::new(Asked::get("web", "/")),
        load,
        timeout: Duration::from_secs(5),
    }
}

fn open(per_second: f64) -> Load {
    Load::Open { rate: Rate::steady(per_second), arrivals: Arrivals::Even }
}

fn run(cluster: &mut Cluster, seconds: u64) {
    cluster.advance(cluster.now() + Duration::from_secs(seconds));
}

fn statistics(cluster: &Cluster) -> &Statistics {
    cluster.traffic("users").expect("there is traffic")
}

fn failures(cluster: &Cluster) -> [u64; 5] {
    statistics(cluster).total().failed
}

fn set_image(cluster: &mut Cluster, name: &str, version: &str) {
    let patch = json!({"spec": {"template": {"spec": {"containers": [{"name": "web", "image": format!("web:{version}")}]}}}});
    cluster.request(Request::patch(Kind::Deployment, &Key::new("default", name), PatchType::Strategic, patch));
}

/// A Deployment of four behind a Service, up and asked a hundred times a second; then version 2 is rolled out.
fn rolling_update(seed: u64, pod: &Value) -> Cluster {
    let mut cluster = cluster(seed);
    deploy(&mut cluster, "web", "1", 4, pod);
    serve(&mut cluster, &json!({}));
    run(&mut cluster, 15);
    cluster.start_traffic(plan(From::Nodes, open(100.0)));
    run(&mut cluster, 10);
    assert_eq!(statistics(&cluster).total().failures(), 0, "all is well before the update");
    set_image(&mut cluster, "web", "2");
    run(&mut cluster, 60);
    let last = statistics(&cluster).last(5);
    assert_eq!((last.sent, statistics(&cluster).of_version(&last, "2")), (500, 500), "the update is complete");
    cluster
}

#[test]
fn a_rolling_update_with_readiness_and_pre_stop_loses_nothing() {
    for seed in 1..=3 {
        let cluster = rolling_update(seed, &json!({"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}));
        let total = statistics(&cluster).total();
        assert_eq!(total.failures(), 0, "{total:?}");
        assert!(total.succeeded >= 6990, "{total:?}");
    }
}

#[test]
fn a_rolling_update_without_pre_stop_loses_some_and_the_same_number_for_the_same_seed() {
    let lost = |seed| statistics(&rolling_update(seed, &json!({}))).total().failures();
    let first = lost(1);
    // Four pods end while the rules of three machines still name them for up to a second: a fifth or a quarter of 100
    // requests a second each time.
    assert!((8..160).contains(&first), "{first}");
    assert_eq!(first, lost(1));
    assert_ne!(first, lost(2));
}

#[test]
fn one_pod_of_four_gets_a_quarter_of_the_requests() {
    let mut cluster = cluster(1);
    deploy(&mut cluster, "web", "1", 3, &json!({}));
    deploy(&mut cluster, "canary", "2", 1, &json!({}));
    serve(&mut cluster, &json!({}));
    run(&mut cluster, 15);
    cluster.start_traffic(plan(From::Nodes, Load::Open { rate: Rate::steady(500.0), arrivals: Arrivals::Poisson }));
    run(&mut cluster, 20);
    let total = statistics(&cluster).total();
    let share = statistics(&cluster).of_version(total, "2") as f64 / total.succeeded as f64;
    assert!(total.succeeded > 9_500 && total.failures() == 0, "{total:?}");
    // Four standard deviations of 10,000 draws with p = 1/4.
    assert!((share - 0.25).abs() < 0.0174, "{share}");
}

#[test]
fn a_service_without_endpoints_refuses_and_one_that_is_not_there_is_unknown() {
    let mut cluster = cluster(1);
    cluster.start_traffic(plan(From::Nodes, open(10.0)));
    run(&mut cluster, 3);
    let [refused, timed_out, reset, unknown, _] = failures(&cluster);
    assert!(unknown > 20 && refused + timed_out + reset == 0, "{:?}", failures(&cluster));
    serve(&mut cluster, &json!({}));
    run(&mut cluster, 5);
    assert!(failures(&cluster)[Failure::Refused.place()] > 25, "{:?}", failures(&cluster));
}

#[test]
fn session_affinity_keeps_a_client_with_its_pod() {
    let mut cluster = cluster(1);
    deploy(&mut cluster, "web", "1", 3, &json!({}));
    deploy(&mut cluster, "canary", "2", 3, &json!({}));
    serve(&mut cluster, &json!({"sessionAffinity": "ClientIP", "type": "NodePort", "externalTrafficPolicy": "Cluster"}));
    run(&mut cluster, 15);
    // One client, which keeps coming to the same machine.
    let port = cluster.get::<Service>(&Key::new("default", "web")).and_then(|service| service.spec.ports.as_ref()?.first()?.node_port).expect("a node port");
    let mut versions = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let id = cluster.http_outside(HttpRequest::get(format!("http://10.0.1.1:{port}/")));
        let to = loop {
            let next = cluster.next_at().expect("it is under way");
            cluster.advance(next);
            if let Some(flight) = cluster.requests_in_flight().find(|flight| flight.endpoint.is_some()) {
                break format!("{:?}", flight.endpoint);
            }
        };
        versions.insert(to);
        run(&mut cluster, 1);
        assert!(cluster.take_http_events().iter().any(|(of, event)| *of == id && matches!(event, HttpEvent::Response(response) if response.status == 200)));
    }
    assert_eq!(versions.len(), 1, "{versions:?}");
}

#[test]
fn blue_green_switches_without_a_lost_request() {
    let mut cluster = cluster(1);
    deploy(&mut cluster, "blue", "1", 3, &json!({}));
    deploy(&mut cluster, "green", "2", 3, &json!({}));
    serve(&mut cluster, &json!({"selector": {"app": "web", "version": "1"}}));
    run(&mut cluster, 15);
    cluster.start_traffic(plan(From::Nodes, open(100.0)));
    for version in ["2", "1"] {
        run(&mut cluster, 10);
        let patch = json!({"spec": {"selector": {"version": version}}});
        cluster.request(Request::patch(Kind::Service, &Key::new("default", "web"), PatchType::Strategic, patch));
        run(&mut cluster, 10);
        let last = statistics(&cluster).last(5);
        assert_eq!(statistics(&cluster).of_version(&last, version), 500);
    }
    assert_eq!(statistics(&cluster).total().failures(), 0, "{:?}", statistics(&cluster).total());
}

#[test]
fn a_dead_machine_is_a_black_hole_until_its_endpoints_are_gone() {
    let mut cluster = cluster(1);
    deploy(&mut cluster, "web", "1", 3, &json!({}));
    serve(&mut cluster, &json!({}));
    run(&mut cluster, 15);
    cluster.start_traffic(plan(From::Nodes, open(30.0)));
    run(&mut cluster, 5);
    cluster.stop_node("node-2");
    run(&mut cluster, 30);
    let [refused, timed_out, ..] = failures(&cluster);
    assert!(timed_out > 100 && refused == 0, "about a third of 30 a second: {:?}", failures(&cluster));
    run(&mut cluster, 60);
    assert_eq!(statistics(&cluster).last(10).failures(), 0, "the node is not ready, so its endpoints are not used");
}

#[test]
fn a_killed_process_resets_what_it_was_at() {
    let mut cluster = cluster(1);
    deploy(&mut cluster, "web", "1", 1, &json!({}));
    serve(&mut cluster, &json!({}));
    run(&mut cluster, 15);
    cluster.start_traffic(plan(From::Nodes, Load::Closed { clients: 20, pause: Duration::ZERO }));
    run(&mut cluster, 2);
    let pod = cluster.list::<Pod>().find(|pod| pod_state::pod_is_ready(pod)).expect("a pod").clone();
    let kubelet = cluster.kubelet_id(pod.spec.node_name.as_deref().unwrap_or_default()).expect("its kubelet");
    let signal = crate::component::Signal::KillProcess { pod: Key::new("default", pod.name()), container: String::new(), exit_code: 137 };
    cluster.signal(kubelet, signal);
    run(&mut cluster, 1);
    let [refused, timed_out, reset, ..] = failures(&cluster);
    assert!((1..=20).contains(&reset) && refused > 0 && timed_out == 0, "{:?}", failures(&cluster));
}

#[test]
fn from_outside_node_ports_answer_and_cluster_ips_do_not() {
    let mut cluster = cluster(1);
    deploy(&mut cluster, "web", "1", 2, &json!({}));
    serve(&mut cluster, &json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": 31000}]}));
    run(&mut cluster, 15);
    let ip = cluster.get::<Service>(&Key::new("default", "web")).and_then(|service| service.spec.cluster_ip.clone()).expect("a cluster IP");
    let cases = [
        ("http://10.0.1.3:31000/".to_owned(), Ok(200)),
        ("http://10.0.1.3:31001/".to_owned(), Err(NetError::ConnectionRefused)),
        ("https://10.0.1.3:31000/".to_owned(), Err(NetError::NotTls)),
        ("http://localhost:8080/".to_owned(), Err(NetError::ConnectionRefused)),
        (format!("http://{ip}/"), Err(NetError::TimedOut)),
        ("http://web.default/".to_owned(), Err(NetError::UnknownHost)),
        ("http://10.0.77.1/".to_owned(), Err(NetError::TimedOut)),
    ];
    for (url, expected) in cases {
        let id = cluster.http_outside(HttpRequest { timeout: Some(Duration::from_secs(3)), ..HttpRequest::get(&url) });
        run(&mut cluster, 5);
        let events = cluster.take_http_events();
        let got = events.iter().find(|(of, _)| *of == id).map(|(_, event)| match event {
            HttpEvent::Response(response) => Ok(response.status),
            HttpEvent::Failed(error) => Err(*error),
            other => panic!("{other:?}"),
        });
        assert_eq!(got, Some(expected), "{url}");
    }
}

#[test]
fn the_api_server_passes_requests_on() {
    let mut cluster = cluster(1);
    serve(&mut cluster, &json!({}));
    run(&mut cluster, 2);
    let ask = |cluster: &mut Cluster, path: &str| {
        let id = cluster.http(HttpRequest::get(format!("/api/v1/namespaces/default/{path}")), Cause::Start);
        run(cluster, 1);
        let event = cluster.take_http_events().into_iter().find(|(of, _)| *of == id).map(|(_, event)| event);
        let Some(HttpEvent::Response(response)) = event else { panic!("no answer to {path}") };
        let body = String::from_utf8(response.body).expect("text");
        let message = serde_json::from_str::<Value>(&body).ok().and_then(|status| status["message"].as_str().map(str::to_owned));
        (response.status, message.unwrap_or(body))
    };
    let said = |code: u16, text: &str| (code, text.to_owned());
    assert_eq!(ask(&mut cluster, "services/web:80/proxy/"), said(503, "no endpoints available for service \"web\""));
    deploy(&mut cluster, "web", "1", 1, &json!({}));
    run(&mut cluster, 15);
    assert_eq!(ask(&mut cluster, "services/web:80/proxy/version"), said(200, "hello\n"));
    assert_eq!(ask(&mut cluster, "services/web/proxy/"), said(200, "hello\n"));
    assert_eq!(ask(&mut cluster, "services/web:81/proxy/"), said(503, "no service port 81 found for service \"web\""));
    assert_eq!(ask(&mut cluster, "services/web:http/proxy/"), said(503, "no endpoints available for service \"web:http\""));
    assert_eq!(ask(&mut cluster, "services/a:b:c:d/proxy/"), said(400, "invalid service request \"a:b:c:d\""));
    let pod = cluster.list::<Pod>().next().expect("a pod").clone();
    let ip = pod.status.pod_ip.clone().unwrap_or_default();
    assert_eq!(ask(&mut cluster, &format!("pods/{}/proxy/", pod.name())), said(200, "hello\n"));
    let refused = format!("error trying to reach service: dial tcp {ip}:81: connect: connection refused");
    assert_eq!(ask(&mut cluster, &format!("pods/{}:81/proxy/", pod.name())), said(503, &refused));
}

fn policy(cluster: &mut Cluster, spec: &Value) {
    post(cluster, "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", &json!({"metadata": {"name": "web"}, "spec": spec}));
}

/// The walk of the course: a web server is closed, then open for pods with a label; and a pod that may not send.
#[test]
fn policies_drop_what_they_do_not_allow() {
    let mut cluster = cluster(1);
    deploy(&mut cluster, "web", "1", 2, &json!({}));
    for (name, access) in [("friend", "true"), ("stranger", "false")] {
        post(&mut cluster, "/api/v1/namespaces/default/pods", &json!({
            "metadata": {"name": name, "labels": {"who": name, "access": access}},
            "spec": {"containers": [{"name": "c", "image": "web:1"}]},
        }));
    }
    serve(&mut cluster, &json!({}));
    run(&mut cluster, 15);
    for name in ["friend", "stranger"] {
        let from = From::Pods(podarium_api::selector::LabelSelector::parse(&format!("who={name}")).expect("a selector"));
        cluster.start_traffic(TrafficPlan { name: name.into(), timeout: Duration::from_secs(1), ..plan(from, open(20.0)) });
    }
    let ends = |cluster: &mut Cluster| {
        run(cluster, 10);
        ["friend", "stranger"].map(|name| {
            let last = cluster.traffic(name).expect("there is traffic").last(5);
            (last.succeeded > 90, last.failed_by(Failure::TimedOut) > 90)
        })
    };
    let (answered, dropped) = ((true, false), (false, true));
    assert_eq!(ends(&mut cluster), [answered, answered], "no policy, no limits");
    policy(&mut cluster, &json!({"podSelector": {"matchLabels": {"app": "web"}}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"access": "true"}}}], "ports": [{"port": 80}]}]}));
    assert_eq!(ends(&mut cluster), [answered, dropped]);
    let patch = json!({"metadata": {"labels": {"access": "true"}}});
    cluster.request(Request::patch(Kind::Pod, &Key::new("default", "stranger"), PatchType::Strategic, patch));
    assert_eq!(ends(&mut cluster), [answered, answered], "a label opens the door");
    cluster.request(Request::delete(Kind::NetworkPolicy, &Key::new("default", "web")));
    policy(&mut cluster, &json!({"podSelector": {"matchLabels": {"who": "friend"}}, "policyTypes": ["Egress"]}));
    run(&mut cluster, 1);
    policy(&mut cluster, &json!({"podSelector": {"matchLabels": {"who": "friend"}}, "policyTypes": ["Egress"]}));
    assert_eq!(ends(&mut cluster), [dropped, answered]);
}

#[test]
fn how_time_is_cut_and_where_it_is_cloned_makes_no_difference() {
    let begin = || {
        let mut cluster = cluster(7);
        deploy(&mut cluster, "web", "1", 3, &json!({}));
        serve(&mut cluster, &json!({}));
        cluster.start_traffic(plan(From::Nodes, Load::Open { rate: Rate::steady(50.0), arrivals: Arrivals::Poisson }));
        cluster
    };
    let end = Time::from_secs(30);
    let mut at_once = begin();
    at_once.advance(end);
    let mut in_frames = begin();
    let mut frame = 0;
    while in_frames.now() < end {
        frame += 1;
        in_frames.advance((in_frames.now() + Duration::from_micros(16_600 + frame * frame % 977)).min(end));
        if frame % 97 == 0 {
            in_frames = in_frames.clone();
        }
    }
    assert_eq!(at_once.trace_hash(), in_frames.trace_hash());
    assert_eq!(statistics(&at_once).total(), statistics(&in_frames).total());
    assert!(statistics(&at_once).total().succeeded > 1000);
}
