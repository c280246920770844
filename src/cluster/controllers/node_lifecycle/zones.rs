//! Zones: how fast nodes are tainted for eviction depends on how many nodes of their zone are down.
//!
//! One node down is the node's fault, and its pods are moved: one node every ten seconds. When most of a zone is down,
//! the fault may be the network's, and moving everything would make it worse: in small zones evictions stop, in large
//! ones they slow down. When every zone is down, the fault is surely on this side, and nothing is evicted.
//!
//! Models: pkg/controller/nodelifecycle/{node_lifecycle_controller.go,scheduler/rate_limited_queue.go}, v1.36.
//! Simplified: nothing.

use imbl::{OrdSet, Vector};
use podarium_api::Node;
use podarium_sim::Time;

use crate::client::TokenBucket;

/// `--node-eviction-rate`, `--secondary-node-eviction-rate`, `--unhealthy-zone-threshold`, `--large-cluster-size-threshold`.
const RATE: f64 = 0.1;
const SECONDARY_RATE: f64 = 0.01;
const UNHEALTHY_SHARE: f64 = 0.55;
const LARGE: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Initial,
    Normal,
    PartialDisruption,
    FullDisruption,
}

impl State {
    /// The state of a zone with so many ready and not ready nodes.
    pub fn of(ready: usize, not_ready: usize) -> Self {
        if ready == 0 && not_ready > 0 {
            State::FullDisruption
        } else if not_ready > 2 && not_ready as f64 / (not_ready + ready) as f64 >= UNHEALTHY_SHARE {
            State::PartialDisruption
        } else {
            State::Normal
        }
    }

    /// How many nodes a second may be tainted in a zone of this size; none at all if there is no rate.
    fn rate(self, size: usize) -> Option<f64> {
        match self {
            State::PartialDisruption => (size > LARGE).then_some(SECONDARY_RATE),
            _ => Some(RATE),
        }
    }
}

/// The nodes of one zone that wait to be tainted.
#[derive(Clone, Debug)]
pub struct Zone {
    pub state: State,
    rate: Option<f64>,
    limiter: TokenBucket,
    queue: Vector<String>,
    /// Waiting or tainted: not to be added again until it is taken out.
    known: OrdSet<String>,
}

impl Default for Zone {
    fn default() -> Self {
        Zone { state: State::Initial, rate: Some(RATE), limiter: TokenBucket::new(RATE, 1), queue: Vector::new(), known: OrdSet::new() }
    }
}

impl Zone {
    pub fn add(&mut self, node: &str) {
        if self.known.insert(node.to_owned()).is_none() {
            self.queue.push_back(node.to_owned());
        }
    }

    pub fn remove(&mut self, node: &str) {
        self.known.remove(node);
        self.tainted(node);
    }

    /// It has its taint: it waits no longer, and is not added again.
    pub fn tainted(&mut self, node: &str) {
        self.queue.retain(|other| other != node);
    }

    pub fn head(&self) -> Option<&String> {
        self.queue.head()
    }

    pub fn is_stopped(&self) -> bool {
        self.rate.is_none()
    }

    /// Whether one more node may be tainted now.
    pub fn try_take(&mut self, now: Time) -> bool {
        self.rate.is_some() && self.limiter.try_take(now)
    }

    pub fn enter(&mut self, state: State, size: usize, now: Time) {
        self.state = state;
        self.set_rate(state.rate(size), now);
    }

    /// All zones are down: nothing is evicted anywhere.
    pub fn stop(&mut self, now: Time) {
        self.state = State::FullDisruption;
        self.set_rate(None, now);
    }

    fn set_rate(&mut self, rate: Option<f64>, now: Time) {
        if self.rate == rate {
            return;
        }
        let had_token = self.try_take(now);
        self.rate = rate;
        if let Some(rate) = rate {
            self.limiter = TokenBucket::new(rate, 1);
            if !had_token {
                self.limiter.try_take(now);
            }
        }
    }
}

/// Region and zone of a node in one text; empty for a node without either.
pub fn zone_of(node: &Node) -> String {
    let label = |name: &str| node.metadata.labels.as_ref().and_then(|labels| labels.get(name)).map(String::as_str).unwrap_or_default();
    let region = label("topology.kubernetes.io/region");
    let zone = label("topology.kubernetes.io/zone");
    if region.is_empty() && zone.is_empty() { String::new() } else { format!("{region}:\0:{zone}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_follows_from_how_many_are_down() {
        let cases = [(3, 0, State::Normal), (0, 1, State::FullDisruption), (1, 2, State::Normal), (2, 3, State::PartialDisruption), (3, 3, State::Normal), (0, 0, State::Normal)];
        for (ready, not_ready, state) in cases {
            assert_eq!(State::of(ready, not_ready), state, "{ready} ready, {not_ready} not");
        }
    }

    #[test]
    fn one_node_every_ten_seconds_and_none_in_a_disrupted_small_zone() {
        let mut zone = Zone::default();
        assert!(zone.try_take(Time::from_secs(100)));
        assert!(!zone.try_take(Time::from_secs(105)));
        assert!(zone.try_take(Time::from_secs(110)));
        zone.enter(State::PartialDisruption, 10, Time::from_secs(120));
        assert!(!zone.try_take(Time::from_secs(1000)));
        zone.enter(State::PartialDisruption, 51, Time::from_secs(1000));
        assert!(!zone.try_take(Time::from_secs(1050)) && zone.try_take(Time::from_secs(1100)), "a node in a hundred seconds");
    }

    #[test]
    fn a_tainted_node_is_not_added_again_until_it_was_well() {
        let mut zone = Zone::default();
        zone.add("n");
        zone.tainted("n");
        zone.add("n");
        assert_eq!(zone.head(), None);
        zone.remove("n");
        zone.add("n");
        assert_eq!(zone.head().map(String::as_str), Some("n"));
    }
}
