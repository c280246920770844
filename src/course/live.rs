//! A cluster as its objectives see it: the facts, read from the objects in the store.

use std::str::FromStr;

use podarium_api::{CustomResourceDefinition, Deployment, Event, Kind, Node, Object, Pod, Resource, Service, owner, pod_state};
use podarium_cluster::{Cluster, Key};
use podarium_sim::Time;

use crate::{DeploymentFacts, EventFacts, NodeFacts, ObjectRef, Phase, PodFacts, TrafficFacts, World};

/// The annotation in which the Deployment controller counts rollouts.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// The label by which an EndpointSlice names its Service.
const SERVICE_NAME: &str = "kubernetes.io/service-name";

impl World for Cluster {
    fn now(&self) -> Time {
        Cluster::now(self)
    }

    fn pods<'a>(&'a self, namespace: &'a str) -> Box<dyn Iterator<Item = PodFacts<'a>> + 'a> {
        let objects = self.store().list(Kind::Pod, Some(namespace));
        Box::new(objects.filter_map(Pod::from_object).map(|pod| pod_facts(pod)))
    }

    fn pod_status(&self, namespace: &str, name: &str) -> Option<String> {
        let object = self.store().get(Kind::Pod, &Key::new(namespace, name))?;
        let column = Kind::Pod.columns().iter().position(|column| column.name == "Status")?;
        let row = object.row(self.config().epoch.timestamp(Cluster::now(self)));
        row.get(column)?.as_str().map(str::to_string)
    }

    fn deployment<'a>(&'a self, namespace: &str, name: &str) -> Option<DeploymentFacts<'a>> {
        self.get::<Deployment>(&Key::new(namespace, name)).map(|deployment| deployment_facts(deployment))
    }

    fn nodes<'a>(&'a self) -> Box<dyn Iterator<Item = NodeFacts<'a>> + 'a> {
        Box::new(self.list::<Node>().map(|node| node_facts(node)))
    }

    fn events<'a>(&'a self, namespace: &'a str) -> Box<dyn Iterator<Item = EventFacts<'a>> + 'a> {
        let objects = self.store().list(Kind::Event, Some(namespace));
        Box::new(objects.filter_map(Event::from_object).map(|event| event_facts(event)))
    }

    fn ready_endpoints(&self, namespace: &str, service: &str) -> Option<u32> {
        self.get::<Service>(&Key::new(namespace, service))?;
        let slices = self.store().list(Kind::EndpointSlice, Some(namespace));
        let mut ready = std::collections::BTreeSet::new();
        for object in slices {
            let Object::EndpointSlice(slice) = object else { continue };
            let of = slice.metadata.labels.as_ref().and_then(|labels| labels.get(SERVICE_NAME));
            if of.is_none_or(|of| of != service) {
                continue;
            }
            for endpoint in slice.endpoints.iter().flatten() {
                // A missing condition counts as true.
                if endpoint.conditions.as_ref().and_then(|conditions| conditions.ready).unwrap_or(true) {
                    ready.extend(endpoint.addresses.iter().map(String::as_str));
                }
            }
        }
        Some(count(ready.len()))
    }

    fn traffic(&self, name: &str, seconds: Option<usize>) -> Option<TrafficFacts> {
        let statistics = Cluster::traffic(self, name)?;
        let tally = seconds.map_or_else(|| statistics.total().clone(), |seconds| statistics.last(seconds));
        let versions = statistics.versions().iter().map(|version| (version.to_string(), statistics.of_version(&tally, version)));
        Some(TrafficFacts {
            seconds: statistics.measured_seconds(),
            sent: tally.sent,
            succeeded: tally.succeeded,
            failed: tally.failures(),
            versions: versions.collect(),
            p95: tally.latency(0.95),
        })
    }

    fn exists(&self, namespace: &str, object: &ObjectRef) -> Option<bool> {
        let kind = kind_named(&object.kind).or_else(|| custom_kind_named(self, &object.kind))?;
        let namespace = if kind.info().namespaced { namespace } else { "" };
        Some(self.store().get(kind, &Key::new(namespace, &object.name)).is_some())
    }
}

/// The kind that kubectl finds under a word among those that definitions made.
fn custom_kind_named(cluster: &Cluster, word: &str) -> Option<Kind> {
    let word = word.to_lowercase();
    let kinds = cluster.list::<CustomResourceDefinition>().filter_map(|definition| Some(definition.definitions.all_served().first()?.kind()));
    kinds.into_iter().find(|kind| {
        let info = kind.info();
        let (name, group) = word.split_once('.').unwrap_or((&word, info.group));
        let known = info.kind.to_lowercase() == name || info.plural == name || info.singular == name;
        (known || info.short_names.contains(&name)) && group == info.group
    })
}

/// The kind that kubectl finds under a word: `deployment`, `deployments`, `deploy`, `Deployment`, `deployments.apps`.
pub fn kind_named(word: &str) -> Option<Kind> {
    let word = word.to_lowercase();
    Kind::ALL.iter().copied().find(|kind| {
        let info = kind.info();
        let (name, group) = word.split_once('.').unwrap_or((&word, info.group));
        let known = info.kind.to_lowercase() == name || info.plural == name || info.singular == name;
        (known || info.short_names.contains(&name)) && (group == info.group || word == info.plural)
    })
}

fn pod_facts(pod: &Pod) -> PodFacts<'_> {
    let statuses = pod.status.container_statuses.iter().flatten();
    PodFacts {
        name: pod.name(),
        labels: pod.metadata.labels.as_ref(),
        node: pod_state::node_name(pod),
        phase: phase(pod_state::phase(pod)),
        ready: pod_state::pod_is_ready(pod),
        terminating: owner::is_terminating(&pod.metadata),
        restarts: statuses.map(|status| u32::try_from(status.restart_count).unwrap_or(0)).sum(),
        images: pod.spec.containers.iter().filter_map(|container| container.image.as_deref()).collect(),
        created: pod.metadata.creation_timestamp.as_ref().map_or(0, |time| time.0.as_second()),
    }
}

/// A pod without a phase has just been made.
fn phase(text: &str) -> Phase {
    match text {
        "Running" => Phase::Running,
        "Succeeded" => Phase::Succeeded,
        "Failed" => Phase::Failed,
        "Unknown" => Phase::Unknown,
        _ => Phase::Pending,
    }
}

fn deployment_facts(deployment: &Deployment) -> DeploymentFacts<'_> {
    let (spec, status) = (&deployment.spec, &deployment.status);
    let number = |value: Option<i32>| u32::try_from(value.unwrap_or(0)).unwrap_or(0);
    let annotations = deployment.metadata.annotations.as_ref();
    let revision = annotations.and_then(|all| all.get(REVISION)).and_then(|text| u32::from_str(text).ok());
    let containers = spec.template.spec.iter().flat_map(|pod| &pod.containers);
    DeploymentFacts {
        generation: deployment.metadata.generation.unwrap_or(0),
        observed_generation: status.observed_generation.unwrap_or(0),
        replicas: number(spec.replicas),
        status_replicas: number(status.replicas),
        ready: number(status.ready_replicas),
        updated: number(status.updated_replicas),
        available: number(status.available_replicas),
        revision: revision.unwrap_or(0),
        images: containers.filter_map(|container| container.image.as_deref()).collect(),
    }
}

fn node_facts(node: &Node) -> NodeFacts<'_> {
    let ready = node.status.conditions.iter().flatten().find(|condition| condition.type_ == "Ready");
    NodeFacts {
        name: node.name(),
        labels: node.metadata.labels.as_ref(),
        ready: ready.is_some_and(|condition| condition.status == "True"),
        cordoned: node.spec.unschedulable.unwrap_or(false),
    }
}

fn event_facts(event: &Event) -> EventFacts<'_> {
    let series = event.series.as_ref().and_then(|series| series.count);
    let seen = event.count.or(series).unwrap_or(1);
    EventFacts {
        reason: event.reason.as_deref().unwrap_or_default(),
        message: event.message.as_deref().unwrap_or_default(),
        kind: event.involved_object.kind.as_deref().unwrap_or_default(),
        name: event.involved_object.name.as_deref().unwrap_or_default(),
        count: u32::try_from(seen.max(1)).unwrap_or(1),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn kinds_are_known_by_all_their_names() {
        let cases = [
            ("deployment", Some(Kind::Deployment)),
            ("Deployment", Some(Kind::Deployment)),
            ("deployments", Some(Kind::Deployment)),
            ("deploy", Some(Kind::Deployment)),
            ("deployments.apps", Some(Kind::Deployment)),
            ("deployments.batch", None),
            ("po", Some(Kind::Pod)),
            ("svc", Some(Kind::Service)),
            ("unicorn", None),
        ];
        for (word, kind) in cases {
            assert_eq!(kind_named(word), kind, "{word}");
        }
    }

    #[test]
    fn a_deployment_shows_its_numbers_and_its_images() {
        let object = Kind::Deployment.parse(json!({
            "metadata": {"name": "a", "generation": 4, "annotations": {REVISION: "7"}},
            "spec": {"replicas": 3, "selector": {}, "template": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}},
            "status": {"observedGeneration": 3, "replicas": 4, "readyReplicas": 2, "updatedReplicas": 1, "availableReplicas": 2},
        }));
        let Ok(Object::Deployment(deployment)) = object else { panic!("a Deployment") };
        let facts = deployment_facts(&deployment);
        assert_eq!((facts.replicas, facts.ready, facts.updated, facts.revision), (3, 2, 1, 7));
        assert_eq!((facts.status_replicas, facts.available, facts.images.as_slice()), (4, 2, ["i:1"].as_slice()));
        assert!(!facts.rolled_out(), "the controller has not seen the newest spec");
    }

    #[test]
    fn a_pod_shows_where_it_is_and_how_it_is() {
        let object = Kind::Pod.parse(json!({
            "metadata": {"name": "a", "deletionTimestamp": "2026-01-01T00:00:00Z", "labels": {"app": "a"}},
            "spec": {"nodeName": "node-1", "containers": [{"name": "c", "image": "i:1"}]},
            "status": {
                "phase": "Running",
                "conditions": [{"type": "Ready", "status": "True"}],
                "containerStatuses": [
                    {"name": "c", "image": "i:1", "imageID": "", "ready": true, "restartCount": 2},
                    {"name": "d", "image": "i:1", "imageID": "", "ready": true, "restartCount": 3},
                ],
            },
        }));
        let Ok(Object::Pod(pod)) = object else { panic!("a Pod") };
        let facts = pod_facts(&pod);
        assert_eq!((facts.node, facts.phase, facts.restarts), (Some("node-1"), Phase::Running, 5));
        assert!(facts.ready && facts.terminating);
    }
}
