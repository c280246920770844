//! The control plane's own manifests, as kubeadm writes them to the disk of its node, and that node.
//!
//! Models: cmd/kubeadm/app/phases/{controlplane/manifests.go,controlplane/volumes.go,etcd/local.go},
//! cmd/kubeadm/app/util/staticpod/utils.go, cmd/kubeadm/app/phases/markcontrolplane, v1.36.
//! Simplified: certificates and kubeconfigs on that disk are empty files.

use k8s_openapi::api::core::v1::Taint;
use serde_json::{Value, json};

use super::Part;
use crate::Config;
use crate::flags::Flags;
use crate::kubelet::NodeConfig;

/// The name of the control plane's node.
pub const CONTROL_PLANE_NODE: &str = "control-plane";
/// Where a kubelet looks for pods of its own.
pub const MANIFESTS: &str = "/etc/kubernetes/manifests";

const ADDRESS: &str = "10.0.0.2";
const CERTIFICATES: &str = "/etc/kubernetes/pki";
const PROBE_PORT: &str = "probe-port";
/// The range of pods of a machine with a number that no other gets so soon.
const INDEX: u32 = 255;

/// What kubeadm marks the node with. A kubelet may not put these on its node.
pub(crate) const MARKS: [&str; 2] = ["node-role.kubernetes.io/control-plane", "node.kubernetes.io/exclude-from-external-load-balancers"];

/// The machine of the control plane, with the taint that kubeadm gives its node.
pub fn control_plane_node() -> NodeConfig {
    let mut node = NodeConfig::new(CONTROL_PLANE_NODE, INDEX);
    ADDRESS.clone_into(&mut node.address);
    node.taints.push(Taint { key: "node-role.kubernetes.io/control-plane".to_owned(), effect: "NoSchedule".to_owned(), ..Taint::default() });
    node
}

fn probe(path: &str, delay: i64, threshold: i64, period: i64, host: &str) -> Value {
    json!({
        "failureThreshold": threshold, "httpGet": {"host": host, "path": path, "port": PROBE_PORT, "scheme": "HTTPS"},
        "initialDelaySeconds": delay, "periodSeconds": period, "timeoutSeconds": 15,
    })
}

fn liveness(path: &str, host: &str) -> Value {
    probe(path, 10, 8, 10, host)
}

fn readiness(path: &str, host: &str) -> Value {
    probe(path, 0, 3, 1, host)
}

fn startup(path: &str, host: &str) -> Value {
    probe(path, 10, 24, 10, host)
}

/// A directory or file of the node: its name, its path, whether it is a file.
type HostPath<'a> = (&'a str, &'a str, bool);

const K8S_CERTS: HostPath<'static> = ("k8s-certs", CERTIFICATES, false);
const CA_CERTS: HostPath<'static> = ("ca-certs", "/etc/ssl/certs", false);
/// Where an Ubuntu has more certificates of authorities.
const ETC_CA: HostPath<'static> = ("etc-ca-certificates", "/etc/ca-certificates", false);
const LOCAL_CA: HostPath<'static> = ("usr-local-share-ca-certificates", "/usr/local/share/ca-certificates", false);
const SHARED_CA: HostPath<'static> = ("usr-share-ca-certificates", "/usr/share/ca-certificates", false);

fn pod(part: Part, name: &str, command: &[String], more: &Value, paths: &[HostPath<'_>], writes: bool, annotations: &Value) -> Value {
    let mounts: Vec<Value> = paths.iter().map(|(name, path, _)| if writes { json!({"mountPath": path, "name": name}) } else { json!({"mountPath": path, "name": name, "readOnly": true}) }).collect();
    let kind = |is_file: bool| if is_file { "FileOrCreate" } else { "DirectoryOrCreate" };
    // Volumes stand in the order of their names, whatever that of the mounts is.
    let by_name: std::collections::BTreeMap<_, _> = paths.iter().map(|(name, path, is_file)| (name, (path, is_file))).collect();
    let volumes: Vec<Value> = by_name.iter().map(|(name, (path, is_file))| json!({"hostPath": {"path": path, "type": kind(**is_file)}, "name": name})).collect();
    let mut container = json!({"command": command, "image": part.image(), "imagePullPolicy": "IfNotPresent", "name": name, "volumeMounts": mounts});
    for (key, value) in more.as_object().into_iter().flatten() {
        container[key] = value.clone();
    }
    let mut metadata = json!({"labels": {"component": name, "tier": "control-plane"}, "name": name, "namespace": "kube-system"});
    if !annotations.is_null() {
        metadata["annotations"] = annotations.clone();
    }
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata,
        "spec": {
            "containers": [container], "hostNetwork": true, "priority": 2_000_001_000, "priorityClassName": "system-node-critical",
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}, "volumes": volumes,
        },
    })
}

fn command(program: &str, arguments: &[(&str, &str)]) -> Vec<String> {
    let mut arguments = arguments.to_vec();
    arguments.sort();
    std::iter::once(program.to_owned()).chain(arguments.iter().map(|(name, value)| format!("--{name}={value}"))).collect()
}

/// The files, by their names: what kubeadm writes in YAML.
pub(crate) fn manifests(config: &Config) -> Vec<(String, String)> {
    let all = [("etcd", etcd()), ("kube-apiserver", api_server(&config.flags)), ("kube-controller-manager", controller_manager(config)), ("kube-scheduler", scheduler())];
    all.into_iter().map(|(name, pod)| (format!("{name}.yaml"), podarium_api::yaml::document(&pod))).collect()
}

fn pki(file: &str) -> String {
    format!("{CERTIFICATES}/{file}")
}

fn api_server(flags: &Flags) -> Value {
    let (modes, services, off) = (flags.authorization_mode(), flags.services.to_string(), flags.switched_off.join(","));
    let files = ["sa.pub", "sa.key", "ca.crt", "apiserver.crt", "apiserver.key", "apiserver-kubelet-client.crt", "apiserver-kubelet-client.key", "front-proxy-ca.crt", "front-proxy-client.crt", "front-proxy-client.key", "etcd/ca.crt", "apiserver-etcd-client.crt", "apiserver-etcd-client.key"].map(pki);
    let [sa_pub, sa_key, ca, crt, key, kubelet_crt, kubelet_key, front_ca, front_crt, front_key, etcd_ca, etcd_crt, etcd_key] = &files;
    let mut arguments = vec![
        ("advertise-address", ADDRESS), ("allow-privileged", "true"), ("authorization-mode", &modes), ("client-ca-file", ca),
        ("enable-admission-plugins", "NodeRestriction"), ("enable-bootstrap-token-auth", "true"), ("etcd-cafile", etcd_ca),
        ("etcd-certfile", etcd_crt), ("etcd-keyfile", etcd_key), ("etcd-servers", "https://127.0.0.1:2379"),
        ("kubelet-client-certificate", kubelet_crt), ("kubelet-client-key", kubelet_key),
        ("kubelet-preferred-address-types", "InternalIP,ExternalIP,Hostname"), ("proxy-client-cert-file", front_crt),
        ("proxy-client-key-file", front_key), ("requestheader-allowed-names", "front-proxy-client"),
        ("requestheader-client-ca-file", front_ca), ("requestheader-extra-headers-prefix", "X-Remote-Extra-"),
        ("requestheader-group-headers", "X-Remote-Group"), ("requestheader-username-headers", "X-Remote-User"), ("secure-port", "6443"),
        ("service-account-issuer", "https://kubernetes.default.svc.cluster.local"), ("service-account-key-file", sa_pub),
        ("service-account-signing-key-file", sa_key), ("service-cluster-ip-range", &services), ("tls-cert-file", crt), ("tls-private-key-file", key),
    ];
    if !off.is_empty() {
        arguments.push(("disable-admission-plugins", &off));
    }
    let line = command("kube-apiserver", &arguments);
    let more = json!({
        "livenessProbe": liveness("/livez", ADDRESS), "readinessProbe": readiness("/readyz", ADDRESS), "startupProbe": startup("/livez", ADDRESS),
        "ports": [{"containerPort": 6443, "name": PROBE_PORT, "protocol": "TCP"}], "resources": {"requests": {"cpu": "250m"}},
    });
    let paths = [CA_CERTS, ETC_CA, K8S_CERTS, LOCAL_CA, SHARED_CA];
    let annotations = json!({"kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint": format!("{ADDRESS}:6443")});
    pod(Part::ApiServer, "kube-apiserver", &line, &more, &paths, false, &annotations)
}

/// The API server's own flags and their values.
pub(crate) fn api_server_arguments(flags: &Flags) -> Vec<(String, String)> {
    let pod = api_server(flags);
    let line = pod["spec"]["containers"][0]["command"].as_array().into_iter().flatten().filter_map(Value::as_str);
    line.filter_map(|argument| argument.strip_prefix("--")?.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn controller_manager(cluster: &Config) -> Value {
    let (options, services) = (cluster.controller_manager, cluster.flags.services.to_string());
    let config = "/etc/kubernetes/controller-manager.conf";
    let (ca, ca_key, front_ca, sa_key) = (pki("ca.crt"), pki("ca.key"), pki("front-proxy-ca.crt"), pki("sa.key"));
    let networks = options.allocate_node_cidrs.to_string();
    let mut arguments = vec![
        ("allocate-node-cidrs", &*networks), ("authentication-kubeconfig", config), ("authorization-kubeconfig", config), ("bind-address", "127.0.0.1"),
        ("client-ca-file", &ca), ("cluster-cidr", "10.244.0.0/16"), ("cluster-name", "kubernetes"), ("cluster-signing-cert-file", &ca),
        ("cluster-signing-key-file", &ca_key), ("controllers", "*,bootstrapsigner,tokencleaner"), ("kubeconfig", config), ("leader-elect", "true"),
        ("requestheader-client-ca-file", &front_ca), ("root-ca-file", &ca), ("service-account-private-key-file", &sa_key),
        ("service-cluster-ip-range", &services), ("use-service-account-credentials", "true"),
    ];
    let (qps, burst) = (options.kube_api_qps.to_string(), options.kube_api_burst.to_string());
    if !options.has_usual_client() {
        arguments.extend([("kube-api-qps", &*qps), ("kube-api-burst", &*burst)]);
    }
    let line = command("kube-controller-manager", &arguments);
    let more = json!({
        "livenessProbe": liveness("/healthz", "127.0.0.1"), "startupProbe": startup("/healthz", "127.0.0.1"),
        "ports": [{"containerPort": 10257, "name": PROBE_PORT, "protocol": "TCP"}], "resources": {"requests": {"cpu": "200m"}},
    });
    let paths = [CA_CERTS, ETC_CA, K8S_CERTS, ("kubeconfig", config, true), LOCAL_CA, SHARED_CA];
    pod(Part::ControllerManager, "kube-controller-manager", &line, &more, &paths, false, &Value::Null)
}

fn scheduler() -> Value {
    let config = "/etc/kubernetes/scheduler.conf";
    let line = command("kube-scheduler", &[
        ("authentication-kubeconfig", config), ("authorization-kubeconfig", config), ("bind-address", "127.0.0.1"), ("kubeconfig", config), ("leader-elect", "true"),
    ]);
    let more = json!({
        "livenessProbe": liveness("/livez", "127.0.0.1"), "readinessProbe": readiness("/readyz", "127.0.0.1"), "startupProbe": startup("/livez", "127.0.0.1"),
        "ports": [{"containerPort": 10259, "name": PROBE_PORT, "protocol": "TCP"}], "resources": {"requests": {"cpu": "100m"}},
    });
    pod(Part::Scheduler, "kube-scheduler", &line, &more, &[("kubeconfig", config, true)], false, &Value::Null)
}

fn etcd() -> Value {
    let client = format!("https://{ADDRESS}:2379");
    let peer = format!("https://{ADDRESS}:2380");
    let files = ["etcd/server.crt", "etcd/server.key", "etcd/ca.crt", "etcd/peer.crt", "etcd/peer.key"].map(pki);
    let [crt, key, ca, peer_crt, peer_key] = &files;
    let (listen, initial) = (format!("https://127.0.0.1:2379,{client}"), format!("{CONTROL_PLANE_NODE}={peer}"));
    let line = command("etcd", &[
        ("advertise-client-urls", &client), ("cert-file", crt), ("client-cert-auth", "true"), ("data-dir", "/var/lib/etcd"),
        ("feature-gates", "InitialCorruptCheck=true"), ("initial-advertise-peer-urls", &peer), ("initial-cluster", &initial), ("key-file", key),
        ("listen-client-urls", &listen), ("listen-metrics-urls", "http://127.0.0.1:2381"), ("listen-peer-urls", &peer), ("name", CONTROL_PLANE_NODE),
        ("peer-cert-file", peer_crt), ("peer-client-cert-auth", "true"), ("peer-key-file", peer_key), ("peer-trusted-ca-file", ca),
        ("snapshot-count", "10000"), ("trusted-ca-file", ca), ("watch-progress-notify-interval", "5s"),
    ]);
    let http = |mut probe: Value| {
        probe["httpGet"]["scheme"] = json!("HTTP");
        probe
    };
    let more = json!({
        "livenessProbe": http(liveness("/livez", "127.0.0.1")), "readinessProbe": http(readiness("/readyz", "127.0.0.1")), "startupProbe": http(startup("/readyz", "127.0.0.1")),
        "ports": [{"containerPort": 2381, "name": PROBE_PORT, "protocol": "TCP"}], "resources": {"requests": {"cpu": "100m", "memory": "100Mi"}},
    });
    let annotations = json!({"kubeadm.kubernetes.io/etcd.advertise-client-urls": client});
    pod(Part::Etcd, "etcd", &line, &more, &[("etcd-data", "/var/lib/etcd", false), ("etcd-certs", "/etc/kubernetes/pki/etcd", false)], true, &annotations)
}
