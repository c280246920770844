//! What kubeadm applies to a new cluster: CoreDNS behind its Service, and kube-proxy on each node.
//!
//! Models: cmd/kubeadm/app/phases/addons/{dns,proxy}/manifests.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, Object};
use serde_json::{Value, json};

use super::{Part, SystemPods, kubeadm};
use crate::Config;

const COREFILE: &str = ".:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
";

/// The configuration of the kube-proxies: the defaults, but for the network of the pods.
const PROXY: &str = include_str!("kubeadm/proxy.yaml");

/// All of them, for a cluster that has them. `authority` is the certificate of its own authority.
pub(crate) fn objects(config: &Config, authority: &str) -> Vec<Object> {
    let written = match config.system_pods {
        SystemPods::None => return Vec::new(),
        SystemPods::Hosted => Vec::new(),
        SystemPods::Kubeadm => kubeadm::objects(config, authority),
    };
    [written, dns(&config.flags.services.name_server()), proxy()].concat().into_iter().map(|(kind, value)| kind.parse(value).expect("an object of kubeadm is well formed")).collect()
}

fn account(name: &str) -> (Kind, Value) {
    (Kind::ServiceAccount, json!({"metadata": {"name": name, "namespace": "kube-system"}}))
}

fn dns(address: &str) -> Vec<(Kind, Value)> {
    let labels = json!({"k8s-app": "kube-dns"});
    let port = |name: &str, port: u16, protocol: &str| json!({"name": name, "port": port, "protocol": protocol, "targetPort": port});
    let container_port = |name: &str, port: u16, protocol: &str| json!({"name": name, "containerPort": port, "protocol": protocol});
    let container = json!({
        "name": "coredns", "image": Part::CoreDns.image(), "imagePullPolicy": "IfNotPresent",
        "resources": {"limits": {"memory": "170Mi"}, "requests": {"cpu": "100m", "memory": "70Mi"}},
        "args": ["-conf", "/etc/coredns/Corefile"],
        "volumeMounts": [{"name": "config-volume", "mountPath": "/etc/coredns", "readOnly": true}],
        "ports": [
            container_port("dns", 53, "UDP"), container_port("dns-tcp", 53, "TCP"), container_port("metrics", 9153, "TCP"),
            container_port("liveness-probe", 8080, "TCP"), container_port("readiness-probe", 8181, "TCP"),
        ],
        "livenessProbe": {"httpGet": {"path": "/health", "port": "liveness-probe", "scheme": "HTTP"}, "initialDelaySeconds": 60, "timeoutSeconds": 5, "successThreshold": 1, "failureThreshold": 5},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "readiness-probe", "scheme": "HTTP"}},
        "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}, "readOnlyRootFilesystem": true},
    });
    let apart = json!({"weight": 100, "podAffinityTerm": {
        "labelSelector": {"matchExpressions": [{"key": "k8s-app", "operator": "In", "values": ["kube-dns"]}]}, "topologyKey": "kubernetes.io/hostname",
    }});
    let spec = json!({
        "priorityClassName": "system-cluster-critical", "serviceAccountName": "coredns",
        "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [apart]}},
        "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}, {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}],
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "containers": [container], "dnsPolicy": "Default",
        "volumes": [{"name": "config-volume", "configMap": {"name": "coredns", "items": [{"key": "Corefile", "path": "Corefile"}]}}],
    });
    let read = json!(["list", "watch"]);
    vec![
        (Kind::ConfigMap, json!({"metadata": {"name": "coredns", "namespace": "kube-system"}, "data": {"Corefile": COREFILE}})),
        (Kind::ClusterRole, json!({"metadata": {"name": "system:coredns"}, "rules": [
            {"apiGroups": [""], "resources": ["endpoints", "services", "pods", "namespaces"], "verbs": read},
            {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": read},
        ]})),
        (Kind::ClusterRoleBinding, json!({
            "metadata": {"name": "system:coredns"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:coredns"},
            "subjects": [{"kind": "ServiceAccount", "name": "coredns", "namespace": "kube-system"}],
        })),
        account("coredns"),
        (Kind::Deployment, json!({
            "metadata": {"name": "coredns", "namespace": "kube-system", "labels": labels},
            "spec": {
                "replicas": 2, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
                "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec},
            },
        })),
        (Kind::Service, json!({
            "metadata": {
                "name": "kube-dns", "namespace": "kube-system",
                "labels": {"k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS"},
                "annotations": {"prometheus.io/port": "9153", "prometheus.io/scrape": "true"},
            },
            "spec": {
                "clusterIP": address, "selector": labels,
                "ports": [port("dns", 53, "UDP"), port("dns-tcp", 53, "TCP"), port("metrics", 9153, "TCP")],
            },
        })),
    ]
}

fn proxy() -> Vec<(Kind, Value)> {
    let labels = json!({"k8s-app": "kube-proxy"});
    let kubeconfig = "apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
    server: https://10.0.0.2:6443
  name: default
contexts:
- context:
    cluster: default
    namespace: default
    user: default
  name: default
current-context: default
users:
- name: default
  user:
    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token";
    let container = json!({
        "name": "kube-proxy", "image": Part::KubeProxy.image(), "imagePullPolicy": "IfNotPresent",
        "command": ["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf", "--hostname-override=$(NODE_NAME)"],
        "securityContext": {"privileged": true},
        "volumeMounts": [
            {"mountPath": "/var/lib/kube-proxy", "name": "kube-proxy"},
            {"mountPath": "/run/xtables.lock", "name": "xtables-lock"},
            {"mountPath": "/lib/modules", "name": "lib-modules", "readOnly": true},
        ],
        "env": [{"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
    });
    let spec = json!({
        "priorityClassName": "system-node-critical", "containers": [container], "hostNetwork": true, "serviceAccountName": "kube-proxy",
        "volumes": [
            {"name": "kube-proxy", "configMap": {"name": "kube-proxy"}},
            {"name": "xtables-lock", "hostPath": {"path": "/run/xtables.lock", "type": "FileOrCreate"}},
            {"name": "lib-modules", "hostPath": {"path": "/lib/modules"}},
        ],
        "tolerations": [{"operator": "Exists"}], "nodeSelector": {"kubernetes.io/os": "linux"},
    });
    vec![
        account("kube-proxy"),
        kubeadm::signed((Kind::ConfigMap, json!({
            "metadata": {"name": "kube-proxy", "namespace": "kube-system", "labels": {"app": "kube-proxy"}},
            "data": {"config.conf": PROXY, "kubeconfig.conf": kubeconfig},
        }))),
        (Kind::DaemonSet, json!({
            "metadata": {"name": "kube-proxy", "namespace": "kube-system", "labels": labels},
            "spec": {
                "selector": {"matchLabels": labels}, "updateStrategy": {"type": "RollingUpdate"},
                "template": {"metadata": {"labels": labels}, "spec": spec},
            },
        })),
    ]
}
