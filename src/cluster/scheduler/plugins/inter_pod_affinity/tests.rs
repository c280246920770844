//! The plugin as a whole, on small clusters.

use super::InterPodAffinity;
use super::filtering::{ANTI_AFFINITY, EXISTING_ANTI_AFFINITY, NO_AFFINITY};
use crate::scheduler::configuration::args::InterPodAffinityArgs;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::plugin::{Filter as _, PreFilter as _};
use crate::scheduler::tests::building::{NodeBuilder, PodBuilder, Scene, node, pod, scores};
use serde_json::json;

fn plugin() -> InterPodAffinity {
    InterPodAffinity::new(&InterPodAffinityArgs::default())
}

fn term(app: &str, key: &str) -> serde_json::Value {
    json!({ "labelSelector": { "matchLabels": { "app": app } }, "topologyKey": key })
}

fn with(pod: PodBuilder, kind: &str, terms: serde_json::Value) -> PodBuilder {
    pod.spec("affinity", json!({ kind: { "requiredDuringSchedulingIgnoredDuringExecution": terms } }))
}

fn nodes() -> Vec<NodeBuilder> {
    let zone = |name: &str, zone: &str| node(name).label("zone", zone).label("kubernetes.io/hostname", name);
    vec![zone("a1", "a"), zone("a2", "a"), zone("b1", "b"), node("none")]
}

/// The answers of all nodes, empty where the pod fits.
fn answers(pod: &PodBuilder, pods: Vec<PodBuilder>) -> Vec<String> {
    let scene = Scene::new(nodes(), pods);
    let (info, mut state) = (pod.clone().info(), CycleState::default());
    match plugin().pre_filter(scene.handle(), &mut state, &info) {
        Err(_) => vec!["skipped".to_owned()],
        Ok(_) => scene
            .snapshot
            .nodes()
            .map(|node| plugin().filter(&state, &info, node).err().map(|status| status.message()).unwrap_or_default())
            .collect(),
    }
}

#[test]
fn required_terms_decide_by_topology() {
    let web = || pod("web").label("app", "web").on("a1");
    let no = NO_AFFINITY;
    assert_eq!(answers(&with(pod("p"), "podAffinity", json!([term("web", "zone")])), vec![web()]), ["", "", no, no]);
    assert_eq!(answers(&with(pod("p"), "podAffinity", json!([term("db", "zone")])), vec![web()]), [no, no, no, no]);
    assert_eq!(
        answers(&with(pod("p"), "podAntiAffinity", json!([term("web", "zone")])), vec![web()]),
        [ANTI_AFFINITY, ANTI_AFFINITY, "", ""]
    );
    let shy = with(web(), "podAntiAffinity", json!([term("web", "kubernetes.io/hostname")]));
    assert_eq!(answers(&pod("p").label("app", "web"), vec![shy.clone()]), [EXISTING_ANTI_AFFINITY, "", "", ""]);
    assert_eq!(answers(&pod("p").label("app", "db"), vec![shy]), ["skipped"]);
}

#[test]
fn the_first_of_a_group_may_go_anywhere_with_the_topology() {
    let group = with(pod("p").label("app", "web"), "podAffinity", json!([term("web", "zone")]));
    assert_eq!(answers(&group, vec![]), ["", "", "", NO_AFFINITY]);
    assert_eq!(answers(&group, vec![pod("other").label("app", "web").on("b1")]), [NO_AFFINITY, NO_AFFINITY, "", NO_AFFINITY]);
    let elsewhere = pod("other").namespace("other").label("app", "web").on("b1");
    assert_eq!(answers(&group, vec![elsewhere]), ["", "", "", NO_AFFINITY], "a term is about its own namespace");
}

#[test]
fn wishes_pull_and_dislikes_push() {
    let wish = |kind: &str, app: &str, weight: i32| {
        let terms = json!([{ "weight": weight, "podAffinityTerm": term(app, "zone") }]);
        json!({ kind: { "preferredDuringSchedulingIgnoredDuringExecution": terms } })
    };
    let there = || vec![pod("web").label("app", "web").on("a1"), pod("db").label("app", "db").on("b1")];
    let scored = |pod: PodBuilder, there| scores(&plugin(), &pod, nodes(), there);
    assert_eq!(scored(pod("p").spec("affinity", wish("podAffinity", "web", 5)), there()), [100, 100, 0, 0]);
    assert_eq!(scored(pod("p").spec("affinity", wish("podAntiAffinity", "db", 5)), there()), [100, 100, 0, 100]);
    let fond = vec![with(pod("f").on("b1"), "podAffinity", json!([term("web", "zone")]))];
    assert_eq!(scored(pod("p").label("app", "web"), fond), [0, 0, 100, 0], "a pod there that requires our company");
}

#[test]
fn removing_a_pod_for_preemption_lifts_its_rule() {
    let shy = with(pod("web").on("a1"), "podAntiAffinity", json!([term("web", "zone")]));
    let scene = Scene::new(nodes(), vec![shy.clone()]);
    let (info, mut state) = (pod("p").label("app", "web").info(), CycleState::default());
    plugin().pre_filter(scene.handle(), &mut state, &info).expect("it has something to do");
    let slot = scene.snapshot.slot("a1").expect("the node");
    let node = scene.snapshot.node(slot);
    assert!(plugin().filter(&state, &info, node).is_err());
    plugin().remove_pod(&mut state, &info, &shy.info(), node);
    assert_eq!(plugin().filter(&state, &info, node), Ok(()));
}

#[test]
fn the_arguments_weigh_what_pods_there_ask_for() {
    let fond = || vec![with(pod("f").on("b1"), "podAffinity", json!([term("web", "zone")])), {
        let wish = json!([{ "weight": 5, "podAffinityTerm": term("web", "zone") }]);
        pod("w").on("a1").spec("affinity", json!({ "podAffinity": { "preferredDuringSchedulingIgnoredDuringExecution": wish } }))
    }];
    let scored = |hard: i32, ignore: bool| {
        let args = InterPodAffinityArgs { hard_pod_affinity_weight: hard, ignore_preferred_terms_of_existing_pods: ignore };
        scores(&InterPodAffinity::new(&args), &pod("p").label("app", "web"), nodes(), fond())
    };
    assert_eq!(scored(1, false), [100, 100, 20, 0]);
    assert_eq!(scored(10, false), [50, 50, 100, 0]);
    assert_eq!(scored(0, false), [100, 100, 0, 0]);
    assert_eq!(scored(10, true), [0, 0, 0, 0], "a pod without wishes of its own is not scored at all");
}

#[test]
fn every_rule_that_a_node_breaks_is_told() {
    let shy = with(pod("web").label("app", "web").on("a1"), "podAntiAffinity", json!([term("new", "zone")]));
    let scene = Scene::new(nodes(), vec![shy]);
    let both = pod("p").label("app", "new").spec("affinity", json!({
        "podAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [term("db", "zone")] },
        "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [term("web", "zone")] } }));
    let (info, mut state) = (both.info(), CycleState::default());
    plugin().pre_filter(scene.handle(), &mut state, &info).expect("it has something to do");
    let all = |name: &str| {
        let slot = scene.snapshot.slot(name).expect("the node");
        let objections = plugin().all_objections(&state, &info, scene.snapshot.node(slot));
        objections.iter().map(|status| status.message()).collect::<Vec<_>>()
    };
    assert_eq!(all("a1"), [NO_AFFINITY, ANTI_AFFINITY, EXISTING_ANTI_AFFINITY]);
    assert_eq!(all("b1"), [NO_AFFINITY]);
}
