//! Decisions of a real kube-scheduler 1.36.2, put to this one.
//!
//! A case is a few nodes, pods on them, and one pending pod, with what became of it in several tries: the nodes that
//! it went to (equals are chosen by chance), or the message that says why it went nowhere, and who was preempted.

use std::collections::BTreeSet;
use std::sync::Arc;

use podarium_api::Kind;
use podarium_sim::{Stream, Time};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::scheduler::algorithm::{Algorithm, Outcome};
use crate::scheduler::explain::KeptCycle;
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::toleration::tolerated;
use crate::scheduler::plugins::default_profile;
use super::building::Scene;

/// Plain cases, those that were made for what they leave out (namespaces, budgets, images, whole pods' requests, …), and
/// those about volumes and nominated pods.
const CASES: [&str; 3] = [
    include_str!("../../../../tests/golden/scheduler/cases.jsonl"), include_str!("../../../../tests/golden/scheduler/themes.jsonl"),
    include_str!("../../../../tests/golden/scheduler/storage.jsonl"),
];

#[derive(Deserialize)]
struct Case {
    name: String,
    theme: String,
    nodes: Vec<Value>,
    pods: Vec<Value>,
    pending: Value,
    /// Services, disruption budgets and objects of storage, with the status that controllers had given them.
    #[serde(default)]
    objects: Vec<Value>,
    /// Pods that came before the pending one, and the nodes that preemption nominated for them.
    #[serde(default)]
    first: Vec<Value>,
    outcomes: Vec<Option<Recorded>>,
}

/// The namespaces of the cases and their labels.
const NAMESPACES: [(&str, Option<&str>); 3] = [("sched", None), ("other", Some("red")), ("third", Some("blue"))];

#[derive(Debug, Default, Deserialize)]
struct Recorded {
    node: Option<String>,
    message: Option<String>,
    victims: Option<Vec<String>>,
    node_after_preemption: Option<String>,
}

fn pod(name: &str, namespace: &str, labels: &Value, spec: &Value, node: &Value) -> Arc<PodInfo> {
    let mut spec = spec.clone();
    if let Some(class) = spec["priorityClassName"].as_str() {
        let priority = match class {
            "low" => 10,
            "mid" => 100,
            "high" => 1000,
            other => panic!("an unknown priority class {other}"),
        };
        spec["priority"] = json!(priority);
    }
    spec["nodeName"] = node.clone();
    let pod = json!({ "metadata": { "name": name, "namespace": namespace, "uid": name, "labels": labels }, "spec": spec });
    Arc::new(PodInfo::new(Arc::new(serde_json::from_value(pod).expect("a pod"))))
}

impl Case {
    fn scene(&self) -> Scene {
        let mut scene = Scene::default();
        for node in &self.nodes {
            let node = json!({
                "metadata": { "name": node["name"], "labels": node["labels"] },
                "spec": { "taints": node["taints"], "unschedulable": node["unschedulable"] },
                "status": { "allocatable": node["capacity"], "images": node["images"] },
            });
            scene.snapshot.set_node(Arc::new(serde_json::from_value(node).expect("a node")));
        }
        for there in &self.pods {
            let namespace = there["namespace"].as_str().unwrap_or("sched");
            let mut info = pod(there["name"].as_str().expect("a name"), namespace, &there["labels"], &there["spec"], &there["node"]);
            if there["deleting"] == true {
                let mut deleting = (*info.pod).clone();
                deleting.metadata.deletion_timestamp = Some(serde_json::from_value(json!("2026-01-05T09:00:00Z")).expect("a time"));
                info = Arc::new(PodInfo::new(Arc::new(deleting)));
            }
            // The reference evicts, within moments, pods from nodes whose `NoExecute` taints they do not tolerate.
            let node = scene.snapshot.slot(info.node_name()).expect("the pods are on nodes of the case");
            let taints = scene.snapshot.node(node).node().spec.taints.clone().unwrap_or_default();
            let mut expelling = taints.iter().filter(|taint| taint.effect == "NoExecute");
            if expelling.all(|taint| tolerated(info.pod.spec.tolerations.as_deref(), taint)) {
                scene.snapshot.add_pod(info);
            }
        }
        for first in &self.first {
            let info = pod(first["name"].as_str().expect("a name"), "sched", &first["labels"], &first["spec"], &first["node"]);
            match (first["node"].as_str(), first["nominated"].as_str()) {
                (Some(_), _) => scene.snapshot.add_pod(info),
                (None, Some(nominated)) => scene.nominator.add(&info, Some(nominated)),
                (None, None) => {}
            }
        }
        scene.snapshot.refresh();
        for (name, team) in NAMESPACES {
            let mut labels = json!({ "kubernetes.io/metadata.name": name });
            if let Some(team) = team {
                labels["team"] = json!(team);
            }
            scene.listers.set_namespace(&serde_json::from_value(json!({ "name": name, "labels": labels })).expect("metadata"));
        }
        for object in &self.objects {
            let mut object = object.clone();
            let kind = Kind::ALL.iter().find(|kind| object["kind"] == kind.info().kind).expect("a known kind");
            if kind.info().namespaced {
                object["metadata"]["namespace"] = json!("sched");
            }
            if kind.info().group == "storage.k8s.io" || object["kind"].as_str().is_some_and(|kind| kind.starts_with("PersistentVolume")) {
                scene.listers.storage.set(&kind.parse(object).expect("an object of storage"));
                continue;
            }
            match object["kind"].as_str() {
                Some("Service") => scene.listers.set_service(Arc::new(serde_json::from_value(object).expect("a Service"))),
                Some("PodDisruptionBudget") => scene.listers.set_disruption_budget(&serde_json::from_value(object).expect("a budget")),
                other => panic!("a case with a {other:?}"),
            }
        }
        scene
    }

    fn pending(&self) -> Arc<PodInfo> {
        pod(self.pending["name"].as_str().unwrap_or("pending"), "sched", &self.pending["labels"], &self.pending["spec"], &Value::Null)
    }
}

/// A recording that shows the state of the case before it. It says `1 Insufficient cpu` of preemption on n1, which
/// kube-scheduler says only after it has taken pods of lower priority off in thought and the pod still did not fit; of a
/// node without such pods it says `No preemption victims found for incoming pod`. All pods on n1 are of high priority.
const SPOILT: &[&str] = &["case-1024"];

/// What differs from the recording; nothing when all is well.
fn difference(case: &Case) -> Option<String> {
    let (scene, pending) = (case.scene(), case.pending());
    let recorded: Vec<&Recorded> = case.outcomes.iter().flatten().collect();
    let first = *recorded.first()?;
    if first.victims.as_ref().is_some_and(|victims| !victims.is_empty()) {
        // Equally good candidates for preemption are chosen from by chance, so the recorded one must be among ours.
        let tries: Vec<Option<String>> = (0..32).map(|seed| preemption_difference(case, &scene, &pending, first, seed)).collect();
        return if tries.iter().any(Option::is_none) { None } else { tries.into_iter().next()? };
    }
    match Algorithm::new(0, Stream::new(1, "scheduler")).schedule(scene.handle(), &pending) {
        Outcome::Failed(failure) => {
            let preempts = failure.preemption.is_some();
            (preempts || first.message.as_ref() != Some(&failure.message)).then(|| format!("said {:?}, the reference {first:?}", failure.message))
        }
        outcome @ Outcome::Placed(_) => {
            let best = best_nodes(&scene, &pending, outcome);
            let theirs: BTreeSet<String> = recorded.iter().filter_map(|recorded| recorded.node.clone()).collect();
            (theirs.is_empty() || !theirs.is_subset(&best)).then(|| format!("chose among {best:?}, the reference {theirs:?} {first:?}"))
        }
    }
}

/// All nodes that the chosen one is no better than.
fn best_nodes(scene: &Scene, pending: &Arc<PodInfo>, outcome: Outcome) -> BTreeSet<String> {
    let kept = KeptCycle {
        at: Time::ZERO,
        pod: pending.clone(),
        outcome: outcome.node(),
        snapshot: scene.snapshot.clone(),
        listers: scene.listers.clone(),
        nominator: scene.nominator.clone(),
        profile: default_profile(),
        percentage_of_nodes_to_score: 0,
        start: 0,
    };
    let nodes = kept.explain().nodes;
    let feasible = || nodes.iter().filter(|node| node.objections.is_empty());
    let greatest = feasible().map(|node| node.total).max();
    feasible().filter(|node| Some(node.total) == greatest).map(|node| node.node.clone()).collect()
}

/// The pod is refused with the recorded message, the recorded pods are evicted for it, and then it gets their place.
fn preemption_difference(case: &Case, scene: &Scene, pending: &Arc<PodInfo>, recorded: &Recorded, seed: u64) -> Option<String> {
    let mut algorithm = Algorithm::new(0, Stream::new(seed, "scheduler"));
    let Outcome::Failed(failure) = algorithm.schedule(scene.handle(), pending) else {
        return Some(format!("needed no preemption, the reference {recorded:?}"));
    };
    // A reference that was quick enough shows the node at once and no message.
    if recorded.message.as_ref().is_some_and(|message| *message != failure.message) {
        return Some(format!("said {:?}, the reference {recorded:?}", failure.message));
    }
    let Some(preemption) = &failure.preemption else { return Some(format!("evicted nobody, the reference {recorded:?}")) };
    let victims: BTreeSet<&str> = preemption.victims.iter().map(|victim| victim.name()).collect();
    let theirs: BTreeSet<&str> = recorded.victims.iter().flatten().map(String::as_str).collect();
    if victims != theirs {
        return Some(format!("evicted {victims:?} of {}, the reference {recorded:?}", preemption.node));
    }
    let mut scene = scene.clone();
    for victim in &preemption.victims {
        scene.snapshot.remove_pod(&preemption.node, &victim.uid);
    }
    let after = recorded.node_after_preemption.as_ref().or(recorded.node.as_ref())?;
    let mut nominated = (**pending).clone();
    Arc::make_mut(&mut Arc::make_mut(&mut nominated.pod).status).nominated_node_name = Some(preemption.node.clone());
    match algorithm.schedule(scene.handle(), &nominated) {
        Outcome::Placed(placement) if placement.node == *after => None,
        other => Some(format!("{}: afterwards {other:?}, the reference {after}", case.name)),
    }
}

#[test]
fn decisions_are_those_of_the_real_scheduler() {
    let cases: Vec<Case> = CASES.iter().flat_map(|file| file.lines()).map(|line| serde_json::from_str(line).expect("a case")).collect();
    let differing: Vec<String> =
        cases.iter().filter(|case| !SPOILT.contains(&case.name.as_str())).filter_map(|case| Some(format!("{} ({}): {}", case.name, case.theme, difference(case)?))).collect();
    println!("{} of {} recorded decisions are equal", cases.len() - differing.len() - SPOILT.len(), cases.len());
    assert!(differing.is_empty(), "{} of {} differ:\n{}", differing.len(), cases.len(), differing.join("\n"));
}
