//! The rows of Deployments, ReplicaSets and their relatives.
//!
//! Models: pkg/printers/internalversion/printers.go (printDeployment, printReplicaSet, printStatefulSet, …), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::PodTemplateSpec;

use crate::owner::controller_of;
use crate::selector::LabelSelector;
use crate::time::age;
use crate::{Cell, ControllerRevision, DaemonSet, Deployment, PodTemplate, ReplicaSet, ReplicationController, StatefulSet};

pub(crate) fn deployment_row(deployment: &Deployment, now: Timestamp) -> Vec<Cell> {
    let (spec, status) = (&deployment.spec, &deployment.status);
    let (names, images) = containers(Some(&spec.template));
    let selector = LabelSelector::from_raw(Some(&spec.selector)).map_or_else(|_| "<invalid>".to_owned(), |selector| selector.to_string());
    vec![
        deployment.metadata.name.clone().into(),
        format!("{}/{}", status.ready_replicas.unwrap_or(0), spec.replicas.unwrap_or(0)).into(),
        status.updated_replicas.unwrap_or(0).into(),
        status.available_replicas.unwrap_or(0).into(),
        age(deployment.metadata.creation_timestamp.as_ref(), now).into(),
        names.into(),
        images.into(),
        selector.into(),
    ]
}

pub(crate) fn replica_set_row(replica_set: &ReplicaSet, now: Timestamp) -> Vec<Cell> {
    let (spec, status) = (&replica_set.spec, &replica_set.status);
    let (names, images) = containers(spec.template.as_ref());
    let selector = LabelSelector::from_raw(Some(&spec.selector)).map_or_else(|_| "<error>".to_owned(), |selector| selector.shown());
    vec![
        replica_set.metadata.name.clone().into(),
        spec.replicas.unwrap_or(0).into(),
        status.replicas.into(),
        status.ready_replicas.unwrap_or(0).into(),
        age(replica_set.metadata.creation_timestamp.as_ref(), now).into(),
        names.into(),
        images.into(),
        selector.into(),
    ]
}

pub(crate) fn stateful_set_row(set: &StatefulSet, now: Timestamp) -> Vec<Cell> {
    let (names, images) = containers(Some(&set.spec.template));
    vec![
        set.metadata.name.clone().into(),
        format!("{}/{}", set.status.ready_replicas.unwrap_or(0), set.spec.replicas.unwrap_or(0)).into(),
        age(set.metadata.creation_timestamp.as_ref(), now).into(),
        names.into(),
        images.into(),
    ]
}

pub(crate) fn daemon_set_row(set: &DaemonSet, now: Timestamp) -> Vec<Cell> {
    let status = &set.status;
    let (names, images) = containers(Some(&set.spec.template));
    let node_selector = set.spec.template.spec.as_ref().and_then(|spec| spec.node_selector.as_ref());
    let selector = LabelSelector::from_raw(Some(&set.spec.selector)).map_or_else(|_| "<error>".to_owned(), |selector| selector.shown());
    vec![
        set.metadata.name.clone().into(),
        status.desired_number_scheduled.into(),
        status.current_number_scheduled.into(),
        status.number_ready.into(),
        status.updated_number_scheduled.unwrap_or(0).into(),
        status.number_available.unwrap_or(0).into(),
        labels(node_selector).into(),
        age(set.metadata.creation_timestamp.as_ref(), now).into(),
        names.into(),
        images.into(),
        selector.into(),
    ]
}

pub(crate) fn replication_controller_row(set: &ReplicationController, now: Timestamp) -> Vec<Cell> {
    let (names, images) = containers(set.spec.template.as_ref());
    vec![
        set.metadata.name.clone().into(),
        set.spec.replicas.unwrap_or(0).into(),
        set.status.replicas.into(),
        set.status.ready_replicas.unwrap_or(0).into(),
        age(set.metadata.creation_timestamp.as_ref(), now).into(),
        names.into(),
        images.into(),
        labels(set.spec.selector.as_ref()).into(),
    ]
}

pub(crate) fn pod_template_row(template: &PodTemplate) -> Vec<Cell> {
    let (names, images) = containers(template.template.as_ref());
    let meta = template.template.as_ref().and_then(|template| template.metadata.as_ref());
    vec![template.metadata.name.clone().into(), names.into(), images.into(), labels(meta.and_then(|meta| meta.labels.as_ref())).into()]
}

pub(crate) fn controller_revision_row(revision: &ControllerRevision, now: Timestamp) -> Vec<Cell> {
    let controller = controller_of(&revision.metadata).map(|owner| {
        let group = owner.api_version.split_once('/').map(|(group, _)| format!(".{group}")).unwrap_or_default();
        format!("{}{group}/{}", owner.kind.to_lowercase(), owner.name)
    });
    vec![
        revision.metadata.name.clone().into(),
        controller.unwrap_or_else(|| "<none>".to_owned()).into(),
        revision.revision.into(),
        age(revision.metadata.creation_timestamp.as_ref(), now).into(),
    ]
}

fn labels(labels: Option<&BTreeMap<String, String>>) -> String {
    let labels: Vec<String> = labels.into_iter().flatten().map(|(key, value)| format!("{key}={value}")).collect();
    if labels.is_empty() { "<none>".to_owned() } else { labels.join(",") }
}

/// The names and images of a template's containers.
pub(super) fn containers(template: Option<&PodTemplateSpec>) -> (String, String) {
    let containers = template.and_then(|template| template.spec.as_ref()).map(|spec| spec.containers.as_slice()).unwrap_or_default();
    let names: Vec<&str> = containers.iter().map(|container| container.name.as_str()).collect();
    let images: Vec<&str> = containers.iter().map(|container| container.image.as_deref().unwrap_or_default()).collect();
    (names.join(","), images.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn workloads_show_their_counts_containers_and_selector() {
        let template = json!({"spec": {"containers": [{"name": "a", "image": "i:1"}, {"name": "b", "image": "j"}]}});
        let spec = json!({"replicas": 5, "selector": {"matchLabels": {"app": "web"}}, "template": template});
        let now: Timestamp = "2026-01-05T09:10:00Z".parse().unwrap();
        let meta = json!({"name": "web", "creationTimestamp": "2026-01-05T09:00:00Z"});
        let deployment: Deployment = serde_json::from_value(
            json!({"metadata": meta, "spec": spec, "status": {"replicas": 10, "updatedReplicas": 2, "availableReplicas": 1, "readyReplicas": 4}}),
        )
        .unwrap();
        assert_eq!(json!(deployment_row(&deployment, now)), json!(["web", "4/5", 2, 1, "10m", "a,b", "i:1,j", "app=web"]));
        let replica_set: ReplicaSet = serde_json::from_value(json!({"metadata": meta, "spec": spec, "status": {"replicas": 5, "readyReplicas": 2}})).unwrap();
        assert_eq!(json!(replica_set_row(&replica_set, now)), json!(["web", 5, 5, 2, "10m", "a,b", "i:1,j", "app=web"]));
    }
}
