//! kube-rs on a served cluster: watch, reflector, patches, logs, exec, port-forward, errors, evictions.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server")]

mod support;

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{Api, AttachParams, DeleteParams, ListParams, LogParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::{WatchStreamExt as _, reflector, wait, watcher};
use kube::{Client, Config, ResourceExt as _};
use podarium_host::Speed;
use serde_json::json;
use support::Served;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Runs a test with a client of a cluster of its own.
fn with_client<F: Future<Output = ()>>(name: &str, test: impl FnOnce(Client) -> F) {
    let served = Served::start(name, "sandbox", Speed::Times(20.0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let file = Kubeconfig::read_from(served.kubeconfig()).expect("a kubeconfig");
        let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.expect("a configuration");
        let client = Client::try_from(config).expect("a client");
        tokio::time::timeout(Duration::from_secs(120), test(client)).await.expect("it ends in time");
    });
}

fn sleeper(name: &str) -> Pod {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "busybox:1.36",
        "command": ["sh", "-c", "echo started; sleep 100000"]}]}});
    serde_json::from_value(pod).expect("a pod")
}

async fn running(pods: &Api<Pod>, pod: &Pod) {
    pods.create(&PostParams::default(), pod).await.expect("the pod is created");
    wait::await_condition(pods.clone(), &pod.name_any(), wait::conditions::is_pod_running()).await.expect("the pod runs");
}

#[test]
fn a_reflector_follows_a_deployment() {
    with_client("kube-reflector", |client| async move {
        let deployments: Api<Deployment> = Api::default_namespaced(client.clone());
        let pods: Api<Pod> = Api::default_namespaced(client);
        let (reader, writer) = reflector::store();
        let mut stream = std::pin::pin!(reflector(writer, watcher(pods, watcher::Config::default().labels("app=web"))).applied_objects());
        let web = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "nginx", "image": "nginx:1.27"}]}}}});
        // Applied by the server, as operators do.
        let owned = PatchParams::apply("kube-rs").force();
        let made = deployments.patch("web", &owned, &Patch::Apply(&web)).await.expect("it is applied");
        assert_eq!(made.managed_fields()[0].manager.as_deref(), Some("kube-rs"));
        let ready = |reader: &reflector::Store<Pod>| {
            let is_ready = |pod: &Pod| pod.status.iter().flat_map(|status| status.conditions.iter().flatten()).any(|one| one.type_ == "Ready" && one.status == "True");
            reader.state().iter().filter(|pod| is_ready(pod)).count()
        };
        while ready(&reader) < 3 {
            stream.try_next().await.expect("the watch goes on").expect("there is more");
        }
        deployments.patch_scale("web", &PatchParams::default(), &Patch::Merge(json!({"spec": {"replicas": 1}}))).await.expect("it is scaled");
        assert_eq!(deployments.get_scale("web").await.expect("a scale").spec.and_then(|spec| spec.replicas), Some(1));
        while reader.state().iter().filter(|pod| pod.metadata.deletion_timestamp.is_none()).count() > 1 {
            stream.try_next().await.expect("the watch goes on").expect("there is more");
        }
        deployments.restart("web").await.expect("it is restarted");
        deployments.delete("web", &DeleteParams::foreground()).await.expect("it is deleted");
        wait::await_condition(deployments, "web", wait::conditions::is_deleted(&made.uid().expect("a uid"))).await.expect("it goes away");
    });
}

#[test]
fn changes_arrive_in_order_and_conflicts_are_told() {
    with_client("kube-watch", |client| async move {
        let maps: Api<ConfigMap> = Api::default_namespaced(client);
        let list = maps.list(&ListParams::default()).await.expect("a list");
        let mut watch = std::pin::pin!(maps.watch(&WatchParams::default(), &list.metadata.resource_version.expect("a version")).await.expect("a watch"));
        let map: ConfigMap = serde_json::from_value(json!({"metadata": {"name": "m"}, "data": {"a": "1"}})).expect("a map");
        let first = maps.create(&PostParams::default(), &map).await.expect("it is created");
        maps.patch("m", &PatchParams::default(), &Patch::Merge(json!({"data": {"a": "2"}}))).await.expect("it is patched");
        maps.patch("m", &PatchParams::default(), &Patch::Strategic(json!({"data": {"b": "3"}}))).await.expect("it is patched");
        let mut stale = first.clone();
        stale.data = None;
        let refused = maps.replace("m", &PostParams::default(), &stale).await.expect_err("the version is old");
        assert!(matches!(&refused, kube::Error::Api(status) if status.code == 409 && status.reason == "Conflict"), "{refused}");
        let patch = PatchParams::apply("other");
        let clash = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"a": "9"}});
        let refused = maps.patch("m", &patch, &Patch::Apply(&clash)).await.expect_err("the field is somebody else's");
        assert!(refused.to_string().contains("Apply failed with 1 conflict"), "{refused}");
        maps.delete("m", &DeleteParams::default()).await.expect("it is deleted");
        let mut seen = Vec::new();
        while seen.last().is_none_or(|last: &String| !last.starts_with("deleted")) {
            let (what, object) = match watch.next().await.expect("there is more").expect("the watch goes on") {
                WatchEvent::Added(object) => ("added", object),
                WatchEvent::Modified(object) => ("modified", object),
                WatchEvent::Deleted(object) => ("deleted", object),
                other => panic!("{other:?}"),
            };
            seen.push(format!("{what} {:?}", object.data.unwrap_or_default().values().collect::<Vec<_>>()));
        }
        assert_eq!(seen, ["added [\"1\"]", "modified [\"2\"]", "modified [\"2\", \"3\"]", "deleted [\"2\", \"3\"]"]);
        let missing = maps.get("m").await.expect_err("it is gone");
        assert!(missing.to_string().contains("configmaps \"m\" not found"), "{missing}");
        assert!(maps.get_opt("m").await.expect("an answer").is_none());
    });
}

#[test]
fn a_command_runs_in_a_pod_and_its_input_arrives() {
    with_client("kube-exec", |client| async move {
        let pods: Api<Pod> = Api::default_namespaced(client);
        running(&pods, &sleeper("box")).await;
        let how = AttachParams::default().stdin(true).stdout(true).stderr(true);
        let mut attached = pods.exec("box", ["sh", "-c", "read line; echo got $line; echo bad >&2; exit 3"], &how).await.expect("it is started");
        let mut input = attached.stdin().expect("its input");
        input.write_all(b"hello\n").await.expect("it takes a line");
        let (mut out, mut errors) = (String::new(), String::new());
        let (mut stdout, mut stderr) = (attached.stdout().expect("its output"), attached.stderr().expect("its errors"));
        let status = attached.take_status().expect("its end");
        let (said, complained) = tokio::join!(stdout.read_to_string(&mut out), stderr.read_to_string(&mut errors));
        said.and(complained).expect("texts");
        assert_eq!((out.as_str(), errors.as_str()), ("got hello\n", "bad\n"));
        let status = status.await.expect("a status");
        assert_eq!(status.reason.as_deref(), Some("NonZeroExitCode"), "{status:?}");
        assert_eq!(pods.logs("box", &LogParams::default()).await.expect("a log"), "started\n");
        let follow = LogParams { follow: true, limit_bytes: Some(4), ..LogParams::default() };
        let mut lines = Vec::new();
        futures_util::io::AsyncReadExt::read_to_end(&mut pods.log_stream("box", &follow).await.expect("a log"), &mut lines).await.expect("it ends");
        assert_eq!(lines, b"star");
        pods.evict("box", &Default::default()).await.expect("it is evicted");
    });
}

#[test]
fn a_port_is_forwarded() {
    with_client("kube-forward", |client| async move {
        let pods: Api<Pod> = Api::default_namespaced(client);
        let web = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [{"name": "nginx", "image": "nginx:1.27"}]}});
        running(&pods, &serde_json::from_value(web).expect("a pod")).await;
        let mut answer = Vec::new();
        // A container that runs does not listen at once.
        while answer.is_empty() {
            let mut forwarder = pods.portforward("web", &[80]).await.expect("it is forwarded");
            let mut stream = forwarder.take_stream(80).expect("a stream");
            // It may be closed before it has taken everything.
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n").await;
            stream.read_to_end(&mut answer).await.expect("it answers");
        }
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("Welcome to nginx!"), "{answer}");
    });
}
