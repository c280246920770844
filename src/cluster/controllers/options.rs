//! What kube-controller-manager is told when it is started.
//!
//! Models: cmd/kube-controller-manager/app/options/{generic,kubecloudshared}.go (`--kube-api-qps`, `--kube-api-burst`,
//! `--allocate-node-cidrs`) with the multiples that
//! startNamespaceController and startGarbageCollectorController take of them, v1.36.
//! Simplified: the numbers of workers (`--concurrent-…-syncs`) and all other options are the defaults.

use crate::client::TokenBucket;

/// The options that a cluster may set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// How many requests a second each controller sends at most.
    pub kube_api_qps: f64,
    /// How many it may send at once.
    pub kube_api_burst: u32,
    /// Whether nodes are given networks for their pods.
    pub allocate_node_cidrs: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { kube_api_qps: 20.0, kube_api_burst: 30, allocate_node_cidrs: true }
    }
}

impl Options {
    /// Whether requests are limited as by default.
    pub(crate) fn has_usual_client(self) -> bool {
        Options { allocate_node_cidrs: true, ..self } == Options::default()
    }

    /// The client of a controller that may send `share` times as much as others.
    pub(super) fn client(self, share: (f64, u32)) -> TokenBucket {
        TokenBucket::new(self.kube_api_qps * share.0, self.kube_api_burst.saturating_mul(share.1))
    }
}
