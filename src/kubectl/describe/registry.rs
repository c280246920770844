//! The registry of descriptions: which kind is described by which function.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describerMap), v1.36.
//! Simplified: nothing.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::page::Page;
use super::related::Related;
use super::{
    autoscaler, certificate_signing_request, config_map, cron_job, daemon_set, deployment, disruption_budget, endpoint_slice, endpoints, generic, job,
    ingress, limit_range, namespace, network_policy, node, persistent_volume, persistent_volume_claim, pod, priority_class, replica_set, replication_controller, resource_quota, role,
    role_binding, secret,
    service, service_account, stateful_set,
    storage_class,
};

type Describer = fn(&mut Page, &Value, &Related);

/// Group, kind, and who describes it.
const DESCRIBERS: &[(&str, &str, Describer)] = &[
    ("", "Pod", |page, object, related| typed(page, object, related, pod::describe)),
    ("", "Node", |page, object, related| typed(page, object, related, node::describe)),
    ("", "Namespace", |page, object, related| typed(page, object, related, namespace::describe)),
    ("", "Service", |page, object, related| typed(page, object, related, service::describe)),
    ("", "Endpoints", |page, object, related| typed(page, object, related, endpoints::describe)),
    ("", "ConfigMap", |page, object, related| typed(page, object, related, config_map::describe)),
    ("", "Secret", |page, object, related| typed(page, object, related, secret::describe)),
    ("", "ServiceAccount", |page, object, related| typed(page, object, related, service_account::describe)),
    ("", "ReplicationController", |page, object, related| typed(page, object, related, replication_controller::describe)),
    ("", "ResourceQuota", |page, object, related| typed(page, object, related, resource_quota::describe)),
    ("", "LimitRange", |page, object, related| typed(page, object, related, limit_range::describe)),
    ("", "PersistentVolume", |page, object, related| typed(page, object, related, persistent_volume::describe)),
    ("", "PersistentVolumeClaim", |page, object, related| typed(page, object, related, persistent_volume_claim::describe)),
    ("apps", "Deployment", |page, object, related| typed(page, object, related, deployment::describe)),
    ("apps", "ReplicaSet", |page, object, related| typed(page, object, related, replica_set::describe)),
    ("apps", "StatefulSet", |page, object, related| typed(page, object, related, stateful_set::describe)),
    ("apps", "DaemonSet", |page, object, related| typed(page, object, related, daemon_set::describe)),
    ("batch", "Job", |page, object, related| typed(page, object, related, job::describe)),
    ("batch", "CronJob", |page, object, related| typed(page, object, related, cron_job::describe)),
    ("policy", "PodDisruptionBudget", |page, object, related| typed(page, object, related, disruption_budget::describe)),
    ("autoscaling", "HorizontalPodAutoscaler", |page, object, related| typed(page, object, related, autoscaler::describe)),
    ("rbac.authorization.k8s.io", "Role", |page, object, related| typed(page, object, related, role::describe)),
    ("rbac.authorization.k8s.io", "ClusterRole", |page, object, related| typed(page, object, related, role::describe_cluster_role)),
    ("rbac.authorization.k8s.io", "RoleBinding", |page, object, related| typed(page, object, related, role_binding::describe)),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", |page, object, related| typed(page, object, related, role_binding::describe_cluster_role_binding)),
    ("certificates.k8s.io", "CertificateSigningRequest", |page, object, related| typed(page, object, related, certificate_signing_request::describe)),
    ("scheduling.k8s.io", "PriorityClass", |page, object, related| typed(page, object, related, priority_class::describe)),
    ("networking.k8s.io", "Ingress", |page, object, related| typed(page, object, related, ingress::describe)),
    ("networking.k8s.io", "IngressClass", |page, object, related| typed(page, object, related, ingress::describe_class)),
    ("networking.k8s.io", "NetworkPolicy", |page, object, related| typed(page, object, related, network_policy::describe)),
    ("networking.k8s.io", "ServiceCIDR", |page, object, related| typed(page, object, related, network_policy::describe_service_cidr)),
    ("networking.k8s.io", "IPAddress", |page, object, related| typed(page, object, related, network_policy::describe_ip_address)),
    ("storage.k8s.io", "StorageClass", |page, object, related| typed(page, object, related, storage_class::describe)),
    ("storage.k8s.io", "VolumeAttributesClass", |page, object, related| typed(page, object, related, storage_class::describe_attributes)),
    ("storage.k8s.io", "CSINode", |page, object, related| typed(page, object, related, storage_class::describe_node)),
    ("discovery.k8s.io", "EndpointSlice", |page, object, related| typed(page, object, related, endpoint_slice::describe)),
];

/// The description of an object at `now`, as `kubectl describe` prints it (with the line end at its end).
pub fn describe(object: &Value, related: &Related, now: Timestamp) -> String {
    let field = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let group = field("apiVersion").split_once('/').map_or("", |(group, _)| group);
    let kind = field("kind");
    let found = DESCRIBERS.iter().find(|entry| (entry.0, entry.1) == (group, kind));
    let mut page = Page::new(now);
    found.map_or(generic::describe as Describer, |entry| entry.2)(&mut page, object, related);
    page.finish()
}

/// Reads the object as its type. One that is not what it says it is, is described by its fields.
fn typed<T: DeserializeOwned>(page: &mut Page, object: &Value, related: &Related, describe: fn(&mut Page, &T, &Related)) {
    match serde_json::from_value(object.clone()) {
        Ok(object) => describe(page, &object, related),
        Err(_) => generic::describe(page, object, related),
    }
}
