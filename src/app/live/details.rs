//! What the inspector says about one object.

use podarium_api::{Deployment, Node, Object, ObjectMeta, Pod, Resource, owner, pod_state};
use podarium_cluster::scheduler::decision::{Decision, NodeVerdict, Preemption};
use podarium_cluster::{Cluster, Key};
use podarium_course::Simulation;

use super::cluster::{events_of, reference, status_column};
use super::workloads::columns;
use crate::model::{ConditionView, ContainerView, Details, EventView, NodeVerdictView, ObjectRef, SchedulingView};

pub(super) fn details(simulation: &Simulation, object: &ObjectRef) -> Option<Details> {
    let cluster = simulation.cluster();
    let key = Key::new(&object.namespace, &object.name);
    let stored = cluster.store().get(object.kind, &key)?;
    let mut details = Details {
        object: object.clone(),
        owners: owners(cluster, stored.meta()),
        facts: facts(cluster, stored),
        events: events(cluster, stored.meta()),
        yaml: yaml(stored),
        ..Details::default()
    };
    match stored {
        Object::Pod(pod) => {
            details.containers = containers(pod);
            details.scheduling = simulation.decision(&key).map(scheduling);
            details.conditions = pod.status.conditions.iter().flatten().map(|c| condition(&c.type_, &c.status, &c.reason, &c.message)).collect();
        }
        Object::Node(node) => {
            details.conditions = node.status.conditions.iter().flatten().map(|c| condition(&c.type_, &c.status, &c.reason, &c.message)).collect();
        }
        Object::Deployment(deployment) => {
            details.conditions = deployment.status.conditions.iter().flatten().map(|c| condition(&c.type_, &c.status, &c.reason, &c.message)).collect();
        }
        _ => {}
    }
    Some(details)
}

fn condition(kind: &str, status: &str, reason: &Option<String>, message: &Option<String>) -> ConditionView {
    ConditionView {
        kind: kind.to_owned(),
        status: status.to_owned(),
        reason: reason.clone().unwrap_or_default(),
        message: message.clone().unwrap_or_default(),
    }
}

/// From the owner upwards.
fn owners(cluster: &Cluster, meta: &ObjectMeta) -> Vec<ObjectRef> {
    let mut chain = Vec::new();
    let namespace = meta.namespace.clone().unwrap_or_default();
    let mut next = owner::controller_of(meta).cloned();
    while let Some(owner) = next.take() {
        let Some(object) = reference(&owner.kind, &namespace, &owner.name) else { break };
        let stored = cluster.store().get(object.kind, &Key::new(&object.namespace, &object.name));
        next = stored.and_then(|stored| owner::controller_of(stored.meta())).cloned();
        chain.push(object);
    }
    chain
}

fn facts(cluster: &Cluster, object: &Object) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |name: &str, value: String| {
        if !value.is_empty() {
            facts.push((name.to_owned(), value));
        }
    };
    let meta = object.meta();
    add("Namespace", meta.namespace.clone().unwrap_or_default());
    match object {
        Object::Pod(pod) => pod_facts(cluster, pod, &mut add),
        Object::Node(node) => node_facts(cluster, node, &mut add),
        Object::Deployment(deployment) => deployment_facts(deployment, &mut add),
        Object::ReplicaSet(set) => {
            add("Replicas", format!("{} of {}", set.status.replicas, set.spec.replicas.unwrap_or(0)));
            add("Ready", set.status.ready_replicas.unwrap_or(0).to_string());
        }
        object => columns(cluster, object).into_iter().for_each(|(name, value)| add(&name, value)),
    }
    let labels = meta.labels.iter().flatten().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n");
    add("Labels", labels);
    facts
}

fn pod_facts(cluster: &Cluster, pod: &Pod, add: &mut impl FnMut(&str, String)) {
    add("Status", status_column(cluster, pod));
    add("Phase", pod_state::phase(pod).to_owned());
    add("Node", pod_state::node_name(pod).unwrap_or_default().to_owned());
    add("IP", pod.status.pod_ip.clone().unwrap_or_default());
    add("QoS class", pod.status.qos_class.clone().unwrap_or_default());
    let grace = pod.metadata.deletion_timestamp.as_ref().map(|until| format!("until {}", cluster.config().epoch.time(until.0)));
    add("Terminating", grace.unwrap_or_default());
}

fn node_facts(cluster: &Cluster, node: &Node, add: &mut impl FnMut(&str, String)) {
    let address = node.status.addresses.iter().flatten().find(|address| address.type_ == "InternalIP");
    add("Address", address.map(|address| address.address.clone()).unwrap_or_default());
    let pods = cluster.list::<Pod>().filter(|pod| pod_state::node_name(pod) == Some(node.name())).count();
    let most = node.status.allocatable.as_ref().and_then(|all| all.get("pods")).map(|pods| pods.0.clone()).unwrap_or_default();
    add("Pods", format!("{pods} of {most}"));
    for (name, resource) in [("CPU", "cpu"), ("Memory", "memory")] {
        add(name, node.status.allocatable.as_ref().and_then(|all| all.get(resource)).map(|amount| amount.0.clone()).unwrap_or_default());
    }
    add("Kubelet", node.status.node_info.as_ref().map(|info| info.kubelet_version.clone()).unwrap_or_default());
}

fn deployment_facts(deployment: &Deployment, add: &mut impl FnMut(&str, String)) {
    let status = &deployment.status;
    add("Desired", deployment.spec.replicas.unwrap_or(0).to_string());
    add("Ready", status.ready_replicas.unwrap_or(0).to_string());
    add("Up to date", status.updated_replicas.unwrap_or(0).to_string());
    add("Available", status.available_replicas.unwrap_or(0).to_string());
    add("Strategy", deployment.spec.strategy.as_ref().and_then(|strategy| strategy.type_.clone()).unwrap_or_default());
}

fn containers(pod: &Pod) -> Vec<ContainerView> {
    let all = pod.spec.init_containers.iter().flatten().chain(&pod.spec.containers);
    let statuses: Vec<_> = pod.status.init_container_statuses.iter().flatten().chain(pod.status.container_statuses.iter().flatten()).collect();
    all.map(|container| {
        let status = statuses.iter().find(|status| status.name == container.name);
        let state = status.and_then(|status| status.state.as_ref()).map(|state| match (&state.running, &state.waiting, &state.terminated) {
            (Some(_), _, _) => "Running".to_owned(),
            (_, Some(waiting), _) => format!("Waiting: {}", waiting.reason.clone().unwrap_or_default()),
            (_, _, Some(ended)) => format!("Terminated: {} ({})", ended.reason.clone().unwrap_or_default(), ended.exit_code),
            _ => "Waiting".to_owned(),
        });
        ContainerView {
            name: container.name.clone(),
            image: container.image.clone().unwrap_or_default(),
            state: state.unwrap_or_else(|| "Waiting".to_owned()),
            ready: status.is_some_and(|status| status.ready),
            restarts: status.map_or(0, |status| u32::try_from(status.restart_count).unwrap_or(0)),
        }
    })
    .collect()
}

fn scheduling(mut decision: Decision) -> SchedulingView {
    let chosen = decision.chosen.take();
    let is_chosen = |node: &NodeVerdict| chosen.as_ref() == Some(&node.node);
    decision.nodes.sort_by_key(|node| (!is_chosen(node), !node.objections.is_empty(), -node.total));
    let verdict = |node: &NodeVerdict| NodeVerdictView {
        node: node.node.clone(),
        chosen: is_chosen(node),
        objections: node.objections.iter().map(|objection| format!("{}: {}", objection.plugin, objection.reasons.join(", "))).collect(),
        scores: node.scores.iter().map(|score| (score.plugin.to_owned(), score.weighted)).collect(),
        total: node.total,
        remark: remark(node),
    };
    SchedulingView {
        nodes: decision.nodes.iter().map(verdict).collect(),
        scheduled: chosen.is_some(),
        outcome: match chosen {
            Some(node) => format!("went to {node}"),
            None => decision.message.unwrap_or_default(),
        },
    }
}

fn remark(node: &NodeVerdict) -> String {
    match &node.preemption {
        None if node.objections.is_empty() && !node.looked_at => "not looked at: enough other nodes fit".to_owned(),
        None => String::new(),
        Some(Preemption::Impossible { reason }) => format!("preemption: {reason}"),
        Some(Preemption::Possible { victims, budget_violations, .. }) => {
            let names: Vec<String> = victims.iter().map(|victim| format!("{} (priority {})", victim.pod, victim.priority)).collect();
            let budgets = if *budget_violations > 0 { format!(", breaking {budget_violations} disruption budgets") } else { String::new() };
            format!("preemption would evict {}{budgets}", names.join(", "))
        }
    }
}

fn events(cluster: &Cluster, meta: &ObjectMeta) -> Vec<EventView> {
    // Events about nodes carry the node's name as its uid.
    events_of(cluster, |event| {
        let object = &event.involved_object;
        object.name == meta.name && (object.uid == meta.uid || object.uid == meta.name)
    })
}

fn yaml(object: &Object) -> String {
    podarium_kubectl::printers::yaml::document(&object.to_value())
}
