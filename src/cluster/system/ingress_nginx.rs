//! What ingress-nginx is installed with: its namespace, account and rights, Deployment, Service and class.
//!
//! Models: deploy/static/provider/cloud/deploy.yaml of ingress-nginx, v1.11.
//! Simplified: no admission webhook, so the jobs that make its certificate are not there.

use podarium_api::{Kind, Object};
use serde_json::{Value, json};

const NAMESPACE: &str = "ingress-nginx";
const VERSION: &str = "v1.11.3";

fn labels(component: Option<&str>) -> Value {
    let mut labels = json!({
        "app.kubernetes.io/instance": "ingress-nginx", "app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/part-of": "ingress-nginx",
        "app.kubernetes.io/version": VERSION.trim_start_matches('v'),
    });
    if let Some(component) = component {
        labels["app.kubernetes.io/component"] = json!(component);
    }
    labels
}

fn metadata(name: &str, namespaced: bool, component: Option<&str>) -> Value {
    let mut metadata = json!({"name": name, "labels": labels(component)});
    if namespaced {
        metadata["namespace"] = json!(NAMESPACE);
    }
    metadata
}

/// `in_a_cloud`: there is somebody who gives its Service an address of its own.
pub(crate) fn ingress_nginx_objects(in_a_cloud: bool) -> Vec<Object> {
    let controller = Some("controller");
    let selector = json!({"app.kubernetes.io/component": "controller", "app.kubernetes.io/instance": "ingress-nginx", "app.kubernetes.io/name": "ingress-nginx"});
    let read = ["list", "watch"];
    let rules = json!([
        {"apiGroups": [""], "resources": ["configmaps", "endpoints", "nodes", "pods", "secrets", "namespaces"], "verbs": read},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": read},
        {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["services"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses/status"], "verbs": ["update"]},
        {"apiGroups": ["networking.k8s.io"], "resources": ["ingressclasses"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch", "get"]},
    ]);
    let field = |name: &str, path: &str| json!({"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}});
    let probe = |failures: u32| json!({"failureThreshold": failures, "httpGet": {"path": "/healthz", "port": 10254, "scheme": "HTTP"}, "initialDelaySeconds": 10, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1});
    let container = json!({
        "name": "controller", "image": format!("registry.k8s.io/ingress-nginx/controller:{VERSION}"), "imagePullPolicy": "IfNotPresent",
        "args": [
            "/nginx-ingress-controller", "--publish-service=$(POD_NAMESPACE)/ingress-nginx-controller", "--election-id=ingress-nginx-leader",
            "--controller-class=k8s.io/ingress-nginx", "--ingress-class=nginx", "--configmap=$(POD_NAMESPACE)/ingress-nginx-controller",
        ],
        "env": [field("POD_NAME", "metadata.name"), field("POD_NAMESPACE", "metadata.namespace"), {"name": "LD_PRELOAD", "value": "/usr/local/lib/libmimalloc.so"}],
        "livenessProbe": probe(5), "readinessProbe": probe(3),
        "ports": [{"containerPort": 80, "name": "http", "protocol": "TCP"}, {"containerPort": 443, "name": "https", "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "100m", "memory": "90Mi"}},
    });
    let pod = json!({
        "containers": [container], "dnsPolicy": "ClusterFirst", "nodeSelector": {"kubernetes.io/os": "linux"}, "serviceAccountName": "ingress-nginx", "terminationGracePeriodSeconds": 300,
    });
    let port = |name: &str, number: u16| json!({"appProtocol": name, "name": name, "port": number, "protocol": "TCP", "targetPort": name});
    let mut service = json!({"ports": [port("http", 80), port("https", 443)], "selector": selector, "type": if in_a_cloud { "LoadBalancer" } else { "NodePort" }});
    if in_a_cloud {
        service["externalTrafficPolicy"] = json!("Local");
    }
    let values = [
        (Kind::Namespace, json!({"metadata": {"name": NAMESPACE, "labels": {"app.kubernetes.io/instance": "ingress-nginx", "app.kubernetes.io/name": "ingress-nginx"}}})),
        (Kind::ServiceAccount, json!({"metadata": metadata("ingress-nginx", true, controller), "automountServiceAccountToken": true})),
        (Kind::ClusterRole, json!({"metadata": metadata("ingress-nginx", false, None), "rules": rules})),
        (Kind::ClusterRoleBinding, json!({
            "metadata": metadata("ingress-nginx", false, None), "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "ingress-nginx"},
            "subjects": [{"kind": "ServiceAccount", "name": "ingress-nginx", "namespace": NAMESPACE}],
        })),
        (Kind::ConfigMap, json!({"metadata": metadata("ingress-nginx-controller", true, controller)})),
        (Kind::Service, json!({"metadata": metadata("ingress-nginx-controller", true, controller), "spec": service})),
        (Kind::Deployment, json!({
            "metadata": metadata("ingress-nginx-controller", true, controller),
            "spec": {
                "minReadySeconds": 0, "revisionHistoryLimit": 10, "selector": {"matchLabels": selector}, "strategy": {"rollingUpdate": {"maxUnavailable": 1}, "type": "RollingUpdate"},
                "template": {"metadata": {"labels": labels(controller)}, "spec": pod},
            },
        })),
        (Kind::IngressClass, json!({
            "metadata": {"name": "nginx", "labels": labels(controller), "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}},
            "spec": {"controller": "k8s.io/ingress-nginx"},
        })),
    ];
    values.into_iter().map(|(kind, value)| kind.parse(value).expect("an object of ingress-nginx is well formed")).collect()
}
