//! The TTL controller: tells the kubelets, in an annotation of their nodes, for how long they may keep Secrets and
//! ConfigMaps before they look at them again. In a large cluster that is longer, so that the API server is spared.
//!
//! The bounds overlap: a cluster of 100 nodes that grows by one moves to 15 s, and moves back only below 90.
//!
//! Models: pkg/controller/ttl/ttl_controller.go, v1.36.
//! Simplified: nothing.

use imbl::OrdSet;
use podarium_api::{Kind, Node, Resource as _};
use serde_json::json;

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, PatchType, Request};
use crate::client::{Caches, Change};
use crate::store::Key;

const ANNOTATION: &str = "node.alpha.kubernetes.io/ttl";

/// From and up to how many nodes, and the seconds.
const STEPS: [(usize, usize, u32); 5] = [(0, 100, 0), (90, 500, 15), (450, 1000, 30), (900, 2000, 60), (1800, usize::MAX, 300)];

#[derive(Clone, Debug, Default)]
pub struct TtlController {
    nodes: OrdSet<Key>,
    step: usize,
}

impl TtlController {
    fn node_added(&mut self, key: &Key) {
        if self.nodes.insert(key.clone()).is_none() && self.nodes.len() > STEPS[self.step].1 {
            self.step += 1;
        }
    }

    fn node_deleted(&mut self, key: &Key) {
        if self.nodes.remove(key).is_some() && self.nodes.len() < STEPS[self.step].0 {
            self.step -= 1;
        }
    }

    fn seconds(&self) -> u32 {
        STEPS[self.step].2
    }
}

impl Controller for TtlController {
    const NAME: &'static str = "ttl-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::Node, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind != Kind::Node {
            return;
        }
        if change.new.is_none() {
            return self.node_deleted(&change.key);
        }
        self.node_added(&change.key);
        enqueue.add(change.key.clone());
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(node) = ctx.caches().get::<Node>(key) else { return Ok(()) };
        let current = node.meta().annotations.as_ref().and_then(|annotations| annotations.get(ANNOTATION)?.parse::<u32>().ok());
        if current != Some(self.seconds()) {
            let patch = json!({"metadata": {"annotations": {ANNOTATION: self.seconds().to_string()}}});
            ctx.send(Request::patch(Kind::Node, key, PatchType::Strategic, patch))??;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::testbed::TestBed;

    #[test]
    fn the_time_grows_with_the_cluster_and_shrinks_later() {
        let mut controller = TtlController::default();
        let key = |number: usize| Key::new("", &format!("n{number}"));
        let mut seconds = Vec::new();
        let mut note = |controller: &TtlController| {
            if seconds.last().is_none_or(|(_, last)| *last != controller.seconds()) {
                seconds.push((controller.nodes.len(), controller.seconds()));
            }
        };
        for number in 1..=2100 {
            controller.node_added(&key(number));
            controller.node_added(&key(number));
            note(&controller);
        }
        for number in (1..=2100).rev() {
            controller.node_deleted(&key(number));
            note(&controller);
        }
        let expected = [(1, 0), (101, 15), (501, 30), (1001, 60), (2001, 300), (1799, 60), (899, 30), (449, 15), (89, 0)];
        assert_eq!(seconds, expected);
    }

    #[test]
    fn a_node_is_told_and_what_others_write_there_is_put_right() {
        let mut bed = TestBed::new();
        let told = |bed: &TestBed| {
            let node = bed.list::<Node>().into_iter().find(|node| node.name() == "node-2").expect("it exists");
            node.metadata.annotations.clone().unwrap_or_default().get(ANNOTATION).cloned()
        };
        assert_eq!(told(&bed).as_deref(), Some("0"));
        bed.patch(Kind::Node, "node-2", json!({"metadata": {"annotations": {ANNOTATION: "soon"}}}));
        bed.run(1.0);
        assert_eq!(told(&bed).as_deref(), Some("0"));
    }
}
