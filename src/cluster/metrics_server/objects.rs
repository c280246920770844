//! What the add-on is installed with: its account and rights, and the version of the API that it serves.
//!
//! Models: metrics-server manifests/base, v0.8.
//! Simplified: it has no Deployment and no Service, as it does not run in a pod.

use podarium_api::{Kind, Object};
use serde_json::{Value, json};

fn binding(kind: &str, name: &str, namespace: Option<&str>, role: (&str, &str)) -> Value {
    json!({
        "kind": kind, "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": name, "namespace": namespace, "labels": {"k8s-app": "metrics-server"}},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role.0, "name": role.1},
        "subjects": [{"kind": "ServiceAccount", "name": "metrics-server", "namespace": "kube-system"}],
    })
}

fn role(name: &str, aggregated: bool, rules: &Value) -> Value {
    let mut labels = json!({"k8s-app": "metrics-server"});
    if aggregated {
        for to in ["admin", "edit", "view"] {
            labels[format!("rbac.authorization.k8s.io/aggregate-to-{to}")] = json!("true");
        }
    }
    json!({"kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": name, "labels": labels}, "rules": rules})
}

pub(crate) fn objects() -> Vec<Object> {
    let read = ["get", "list", "watch"];
    let values = [
        (Kind::ServiceAccount, json!({"metadata": {"name": "metrics-server", "namespace": "kube-system", "labels": {"k8s-app": "metrics-server"}}})),
        (Kind::ClusterRole, role("system:aggregated-metrics-reader", true, &json!([{"apiGroups": ["metrics.k8s.io"], "resources": ["pods", "nodes"], "verbs": read}]))),
        (
            Kind::ClusterRole,
            role("system:metrics-server", false, &json!([
                {"apiGroups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]},
                {"apiGroups": [""], "resources": ["pods", "nodes"], "verbs": read},
            ])),
        ),
        (Kind::RoleBinding, binding("RoleBinding", "metrics-server-auth-reader", Some("kube-system"), ("Role", "extension-apiserver-authentication-reader"))),
        (Kind::ClusterRoleBinding, binding("ClusterRoleBinding", "metrics-server:system:auth-delegator", None, ("ClusterRole", "system:auth-delegator"))),
        (Kind::ClusterRoleBinding, binding("ClusterRoleBinding", "system:metrics-server", None, ("ClusterRole", "system:metrics-server"))),
        (Kind::APIService, json!({
            "metadata": {"name": super::API_SERVICE, "labels": {"k8s-app": "metrics-server"}},
            "spec": {
                "group": super::GROUP, "version": "v1beta1", "groupPriorityMinimum": 100, "versionPriority": 100, "insecureSkipTLSVerify": true,
                "service": {"name": super::COMPONENT, "namespace": "kube-system", "port": 443},
            },
        })),
    ];
    values.into_iter().map(|(kind, value)| kind.parse(value).expect("an object of the add-on is well formed")).collect()
}
