//! What the vertical pod autoscaler is installed with, of which only the recommender is there: its kind, account, rights and
//! Deployment.
//!
//! Models: vertical-pod-autoscaler/deploy/{vpa-v1-crd-gen.yaml,vpa-rbac.yaml,recommender-deployment.yaml}, v1.7.
//! Simplified: no updater, no admission controller, no checkpoints; the kind's schema has no descriptions, and of its fields those
//! that the recommender reads.

use podarium_api::{Kind, Object};
use serde_json::{Value, json};

const NAME: &str = "vpa-recommender";
const NAMESPACE: &str = "kube-system";

fn schema() -> Value {
    let text = json!({"type": "string"});
    let amount = json!({"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": true, "pattern": "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$"});
    let amounts = json!({"type": "object", "additionalProperties": amount});
    let mode = json!({"type": "string", "enum": ["Off", "Initial", "Recreate", "InPlaceOrRecreate", "InPlace", "Auto"]});
    let policy = json!({"type": "object", "properties": {
        "containerName": text, "mode": {"type": "string", "enum": ["Auto", "Off"]}, "minAllowed": amounts, "maxAllowed": amounts,
        "controlledResources": {"type": "array", "items": text}, "controlledValues": {"type": "string", "enum": ["RequestsAndLimits", "RequestsOnly"]},
    }});
    let recommendation = json!({"type": "object", "required": ["target"], "properties": {"containerName": text, "target": amounts, "lowerBound": amounts, "upperBound": amounts, "uncappedTarget": amounts}});
    let condition = json!({"type": "object", "required": ["status", "type"], "properties": {"type": text, "status": text, "reason": text, "message": text, "lastTransitionTime": {"type": "string", "format": "date-time"}}});
    json!({"type": "object", "required": ["spec"], "properties": {
        "apiVersion": text, "kind": text, "metadata": {"type": "object"},
        "spec": {"type": "object", "required": ["targetRef"], "properties": {
            "targetRef": {"type": "object", "required": ["kind", "name"], "x-kubernetes-map-type": "atomic", "properties": {"apiVersion": text, "kind": text, "name": text}},
            "updatePolicy": {"type": "object", "properties": {"updateMode": mode, "minReplicas": {"type": "integer", "format": "int32"}}},
            "resourcePolicy": {"type": "object", "properties": {"containerPolicies": {"type": "array", "items": policy}}},
            "recommenders": {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {"name": text}}},
        }},
        "status": {"type": "object", "properties": {
            "conditions": {"type": "array", "items": condition},
            "recommendation": {"type": "object", "properties": {"containerRecommendations": {"type": "array", "items": recommendation}}},
        }},
    }})
}

fn definition() -> Value {
    let column = |name: &str, path: &str, kind: &str| json!({"name": name, "jsonPath": path, "type": kind});
    json!({
        "metadata": {"name": "verticalpodautoscalers.autoscaling.k8s.io", "annotations": {"api-approved.kubernetes.io": "https://github.com/kubernetes/kubernetes/pull/63797"}},
        "spec": {
            "group": "autoscaling.k8s.io", "scope": "Namespaced",
            "names": {"kind": "VerticalPodAutoscaler", "listKind": "VerticalPodAutoscalerList", "plural": "verticalpodautoscalers", "singular": "verticalpodautoscaler", "shortNames": ["vpa"]},
            "versions": [{
                "name": "v1", "served": true, "storage": true, "subresources": {"status": {}}, "schema": {"openAPIV3Schema": schema()},
                "additionalPrinterColumns": [
                    column("Mode", ".spec.updatePolicy.updateMode", "string"),
                    column("CPU", ".status.recommendation.containerRecommendations[0].target.cpu", "string"),
                    column("Mem", ".status.recommendation.containerRecommendations[0].target.memory", "string"),
                    column("Provided", ".status.conditions[?(@.type=='RecommendationProvided')].status", "string"),
                    column("Age", ".metadata.creationTimestamp", "date"),
                ],
            }],
        },
    })
}

pub(crate) fn vertical_pod_autoscaler_objects() -> Vec<Object> {
    let read = ["get", "list", "watch"];
    let rules = json!([
        {"apiGroups": [""], "resources": ["pods", "nodes", "limitranges"], "verbs": read},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["get", "list", "watch", "create"]},
        {"apiGroups": ["apps"], "resources": ["daemonsets", "deployments", "replicasets", "statefulsets"], "verbs": read},
        {"apiGroups": ["metrics.k8s.io"], "resources": ["pods"], "verbs": ["get", "list"]},
        {"apiGroups": ["autoscaling.k8s.io"], "resources": ["verticalpodautoscalers"], "verbs": read},
        {"apiGroups": ["autoscaling.k8s.io"], "resources": ["verticalpodautoscalers/status"], "verbs": ["get", "patch"]},
    ]);
    let container = json!({
        "name": "recommender", "image": "registry.k8s.io/autoscaling/vpa-recommender:1.7.1", "imagePullPolicy": "Always",
        "resources": {"limits": {"cpu": "200m", "memory": "1000Mi"}, "requests": {"cpu": "50m", "memory": "500Mi"}}, "ports": [{"name": "prometheus", "containerPort": 8942}],
    });
    let values = [
        (Kind::CustomResourceDefinition, definition()),
        (Kind::ServiceAccount, json!({"metadata": {"name": NAME, "namespace": NAMESPACE}})),
        (Kind::ClusterRole, json!({"metadata": {"name": "system:vpa-actor"}, "rules": rules})),
        (Kind::ClusterRoleBinding, json!({
            "metadata": {"name": "system:vpa-actor"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:vpa-actor"},
            "subjects": [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
        })),
        (Kind::Deployment, json!({
            "metadata": {"name": NAME, "namespace": NAMESPACE},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": NAME}}, "template": {
                "metadata": {"labels": {"app": NAME}},
                "spec": {"serviceAccountName": NAME, "securityContext": {"runAsNonRoot": true, "runAsUser": 65534}, "containers": [container]},
            }},
        })),
    ];
    values.into_iter().map(|(kind, value)| kind.parse(value).expect("an object of the vertical pod autoscaler is well formed")).collect()
}
