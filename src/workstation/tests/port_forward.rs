//! `kubectl port-forward` from the student's terminal: `curl` in another tab, pods that listen and pods that do not.

use std::sync::Arc;

use podarium_cluster::images::ImageCatalog;
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::{Cluster, Config};
use podarium_sim::Time;
use podarium_workstation::World;

fn world() -> World {
    let mut cluster = Cluster::new(Config { cloud: true, ..Config::default() });
    cluster.bootstrap();
    cluster.set_images(Arc::new(ImageCatalog::standard()));
    for index in 0..2 {
        cluster.add_node(NodeConfig::new(&format!("node-{}", index + 1), index));
    }
    let mut world = podarium_workstation::student(cluster);
    world.set_interactive(false);
    world.advance(Time::from_secs(5));
    world
}

/// Types a line and waits for the next prompt; what has appeared.
fn line(world: &mut World, line: &str) -> String {
    world.type_line(line);
    world.advance(world.now());
    let give_up = world.now() + std::time::Duration::from_secs(300);
    while !world.is_idle() {
        let next = world.next_at().filter(|next| *next < give_up).unwrap_or_else(|| panic!("{line:?} does not end"));
        world.advance(next);
    }
    String::from_utf8_lossy(&world.take_output()).into_owned()
}

#[test]
fn a_forwarded_port_answers_like_the_pod() {
    let mut world = world();
    line(&mut world, "kubectl run web --image=nginx:1.27 --port=80; kubectl expose pod web --port=8000 --target-port=80");
    line(&mut world, "kubectl wait --for=condition=Ready pod/web --timeout=120s");
    let said = line(&mut world, "kubectl port-forward web 10080:80 > forward.log 2>&1 & sleep 1; cat forward.log");
    assert_eq!(said, "Forwarding from 127.0.0.1:10080 -> 80\nForwarding from [::1]:10080 -> 80\n");
    let page = line(&mut world, "curl -s http://127.0.0.1:10080/");
    assert!(page.contains("Welcome to nginx!"), "{page}");
    assert_eq!(line(&mut world, "tail -n +3 forward.log"), "Handling connection for 10080\n");
    assert_eq!(line(&mut world, "curl -sI http://localhost:10080/ | head -1").trim_end(), "HTTP/1.1 200 OK");
    assert_eq!(line(&mut world, "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc localhost 10080 | head -1").trim_end(), "HTTP/1.1 200 OK");
    assert!(line(&mut world, "curl -sS -k https://127.0.0.1:10080/").contains("wrong version number"));
    let service = line(&mut world, "kubectl port-forward service/web :8000 > service.log & sleep 1; grep -c -- '-> 80' service.log");
    assert_eq!(service, "2\n");
    let port = line(&mut world, "PORT=$(head -1 service.log | sed 's/.*:\\([0-9]*\\) .*/\\1/'); curl -s -o /dev/null -w '%{http_code}\\n' http://127.0.0.1:$PORT");
    assert_eq!(port, "200\n");
}

#[test]
fn a_port_where_nobody_listens_ends_the_forwarding() {
    let mut world = world();
    line(&mut world, "kubectl run web --image=nginx:1.27; kubectl wait --for=condition=Ready pod/web --timeout=120s");
    line(&mut world, "kubectl port-forward pod/web 9000:9000 > forward.log 2> errors.log &");
    line(&mut world, "sleep 1");
    assert_eq!(line(&mut world, "curl -s http://127.0.0.1:9000/; echo $?"), "52\n");
    let errors = line(&mut world, "cat errors.log");
    let wanted = "portforward.go:522] \"Unhandled Error\" err=\"an error occurred forwarding 9000 -> 9000: error forwarding port 9000 to pod ";
    assert!(errors.starts_with('E') && errors.contains(wanted), "{errors}");
    assert!(errors.contains("IPv4: dial tcp4 127.0.0.1:9000: connect: connection refused IPv6 dial tcp6 [::1]:9000: connect: connection refused \"\nerror: lost connection to pod\n"), "{errors}");
    assert_eq!(line(&mut world, "curl -s http://127.0.0.1:9000/; echo $?"), "7\n", "nobody listens any more");
}

#[test]
fn a_pod_that_is_gone_is_noticed_by_the_next_connection() {
    let mut world = world();
    line(&mut world, "kubectl run web --image=nginx:1.27; kubectl wait --for=condition=Ready pod/web --timeout=120s");
    line(&mut world, "kubectl port-forward pod/web 8080:80 > forward.log 2> errors.log & sleep 1; curl -s http://localhost:8080 > /dev/null");
    line(&mut world, "kubectl delete pod web; sleep 2");
    assert_eq!(line(&mut world, "cat errors.log"), "");
    line(&mut world, "curl -s http://localhost:8080");
    let errors = line(&mut world, "cat errors.log");
    assert!(errors.ends_with("error: lost connection to pod\n") && errors.contains("sandbox"), "{errors}");
}

#[test]
fn what_cannot_be_forwarded_is_said() {
    let mut world = world();
    line(&mut world, "kubectl run web --image=nginx:1.27 --port=80; kubectl run none --image=nowhere.example/none:1");
    line(&mut world, "kubectl wait --for=condition=Ready pod/web --timeout=120s");
    let cases = [
        ("kubectl port-forward ghost 80", "Error from server (NotFound): pods \"ghost\" not found\n"),
        ("kubectl port-forward web 80", "Unable to listen on port 80: Listeners failed to create with the following errors: [unable to create listener: Error listen tcp4 127.0.0.1:80: bind: permission denied unable to create listener: Error listen tcp6 [::1]:80: bind: permission denied]\nerror: unable to listen on any of the requested ports: [{80 80}]\n"),
        ("kubectl port-forward web 8080:http", "error: Pod 'web' does not have a named port 'http'\n"),
        ("kubectl port-forward none 8080", "error: unable to forward port because pod is not running. Current status=Pending\n"),
        ("kubectl port-forward --address nowhere web 8080", "error: nowhere is not a valid IP\n"),
        ("kubectl port-forward web", "error: TYPE/NAME and list of ports are required for port-forward\nSee 'kubectl port-forward -h' for help and examples\n"),
    ];
    for (typed, said) in cases {
        assert_eq!(line(&mut world, &format!("{typed} 2>&1")), said, "{typed}");
    }
}

#[test]
fn the_proxy_asks_in_the_name_of_its_user() {
    let mut world = world();
    line(&mut world, "kubectl create namespace shop; kubectl run web --image=nginx:1.27 -n shop; kubectl wait -n shop --for=condition=Ready pod/web --timeout=120s");
    assert_eq!(line(&mut world, "kubectl proxy --port=8001 & sleep 1"), "Starting to serve on 127.0.0.1:8001\n");
    assert_eq!(line(&mut world, "curl -s http://127.0.0.1:8001/api/v1/namespaces/shop | jq -r .metadata.name"), "shop\n");
    assert_eq!(line(&mut world, "curl -s http://localhost:8001/api/v1/namespaces/none | jq -r .message"), "namespaces \"none\" not found\n");
    assert!(line(&mut world, "curl -s http://localhost:8001/api/v1/namespaces/shop/pods/web:80/proxy/").contains("Welcome to nginx!"));
    assert_eq!(line(&mut world, "curl -s -X POST 'http://localhost:8001/api/v1/namespaces/shop/pods/web/exec?command=ls'"), "Forbidden\n");
    assert_eq!(line(&mut world, "curl -s -H 'Host: evil.example' http://localhost:8001/version"), "Forbidden\n");
    assert_eq!(line(&mut world, "kubectl proxy 2>&1; echo $?"), "error: listen tcp 127.0.0.1:8001: bind: address already in use\n1\n");
}

#[test]
fn the_proxy_passes_on_what_comes_in_pieces_and_serves_files() {
    let mut world = world();
    line(&mut world, "mkdir -p site/sub; echo '<h1>hi</h1>' > site/sub/index.html; echo one > 'site/a b.txt'; kubectl proxy --www=site --www-prefix=/files > proxy.log & sleep 1");
    // A watch goes on while others are answered, and ends with the one who watches.
    line(&mut world, "curl -sN 'http://127.0.0.1:8001/api/v1/namespaces/default/configmaps?watch=true&fieldSelector=metadata.name=new' > watch.log & sleep 1");
    assert_eq!(line(&mut world, "kubectl create configmap new; sleep 1; jq -r '.type + \" \" + .object.metadata.name' watch.log"), "configmap/new created\nADDED new\n");
    assert_eq!(line(&mut world, "curl -s http://127.0.0.1:8001/api/v1/namespaces/default | jq -r .metadata.name"), "default\n");
    assert_eq!(line(&mut world, "kubectl delete configmap new > /dev/null; sleep 1; jq -r .type watch.log"), "ADDED\nDELETED\n");
    assert_eq!(line(&mut world, "kill %2; kubectl create configmap new; sleep 1; jq -r .type watch.log | wc -l"), "configmap/new created\n2\n");
    // What is there whole has its length; a followed log has none.
    assert_eq!(line(&mut world, "curl -si http://127.0.0.1:8001/version | head -1 | tr -d '\\r'"), "HTTP/1.1 200 OK\n");
    assert!(line(&mut world, "curl -si http://127.0.0.1:8001/version").contains("Content-Length: "));
    line(&mut world, "kubectl run talks --image=busybox:1.36 -- sh -c 'while true; do echo hello; sleep 1; done'; kubectl wait --for=condition=Ready pod/talks --timeout=60s");
    let log = line(&mut world, "curl -si --max-time 3 'http://127.0.0.1:8001/api/v1/namespaces/default/pods/talks/log?follow=true'");
    assert!(log.contains("Transfer-Encoding: chunked") && log.matches("hello\n").count() >= 3, "{log}");
    let cases = [
        ("curl -s http://127.0.0.1:8001/files/a%20b.txt", "one\n"),
        ("curl -s http://127.0.0.1:8001/files/", "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n<a href=\"a%20b.txt\">a b.txt</a>\n<a href=\"sub/\">sub/</a>\n</pre>\n"),
        ("curl -sL http://127.0.0.1:8001/files/sub", "<h1>hi</h1>\n"),
        ("curl -s http://127.0.0.1:8001/files/none", "404 page not found\n"),
        ("printf 'GET /files/../../etc/passwd HTTP/1.0\\r\\n\\r\\n' | nc 127.0.0.1 8001 | tail -n 2 | head -n 1", "<a href=\"/etc/passwd\">Moved Permanently</a>.\n"),
        ("curl -sS https://127.0.0.1:8001/ 2>&1 | grep -c 'wrong version number'", "1\n"),
    ];
    for (typed, said) in cases {
        assert_eq!(line(&mut world, typed), said, "{typed}");
    }
}

#[test]
fn programs_in_pods_talk_in_bytes_and_hosts_answer_pings() {
    let mut world = world();
    line(&mut world, "kubectl run server --image=busybox:1.36 --port=7000 -- sh -c 'echo hello from the server | nc -l -p 7000'");
    line(&mut world, "kubectl run client --image=busybox:1.36 -- sleep 10000; kubectl expose pod server --port=70 --target-port=7000");
    line(&mut world, "kubectl wait --for=condition=Ready pod/server pod/client --timeout=120s; sleep 2");
    assert_eq!(line(&mut world, "kubectl exec client -- sh -c 'nc -z -v server 71; nc -v -z server 70' 2>&1 | grep -c open"), "1\n");
    line(&mut world, "kubectl delete pod server --now; kubectl run server --image=busybox:1.36 -- sh -c 'echo hello from the server | nc -l -p 7000'");
    line(&mut world, "kubectl wait --for=condition=Ready pod/server --timeout=120s; kubectl label pod server run=server --overwrite; sleep 5");
    assert_eq!(line(&mut world, "kubectl exec client -- sh -c 'echo hello from the client | nc server 70'"), "hello from the server\n");
    assert_eq!(line(&mut world, "kubectl logs server"), "hello from the client\n");
    line(&mut world, "IP=$(kubectl get pod client -o jsonpath='{.status.podIP}')");
    let pinged = line(&mut world, "kubectl run pinger --image=busybox:1.36 --restart=Never -- ping -c 2 $IP; kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/pinger --timeout=120s; kubectl logs pinger");
    assert!(pinged.contains("2 packets transmitted, 2 packets received, 0% packet loss"), "{pinged}");
    let outside = line(&mut world, "kubectl exec client -- ping -c 3 google.com");
    assert!(outside.contains("PING google.com (142.250.185.78)") && outside.contains(" 0% packet loss") && outside.contains("ttl=115"), "{outside}");
    assert!(line(&mut world, "ping -c 1 10.0.1.1").contains("1 received"));
    assert!(line(&mut world, "kubectl exec client -- ping -c 1 -W 1 $(kubectl get service server -o jsonpath='{.spec.clusterIP}')").contains("100% packet loss"));
    let none = line(&mut world, "kubectl exec client -- wget -qO- http://example.com 2>&1");
    assert!(none.contains("501"), "{none}");
}
