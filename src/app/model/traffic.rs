//! What the network carries: load generators and what they measure, ways that requests take, requests under way.

use std::time::Duration;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrafficView {
    pub generators: Vec<GeneratorView>,
    /// The ways that were taken in the last full second.
    pub flows: Vec<FlowView>,
    /// Requests under way at this very moment.
    pub requests: Vec<RequestView>,
}

/// A load generator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GeneratorView {
    pub name: String,
    /// `hello:80`.
    pub target: String,
    /// `100 a second`, `5 clients`.
    pub load: String,
    pub running: bool,
    pub sent: u64,
    /// Of what ended in the last ten seconds.
    pub success_percent: Option<f64>,
    /// Everything that did not end well since the start, by how it failed.
    pub failures: Vec<(String, u64)>,
    /// Of the last ten seconds.
    pub median: Option<Duration>,
    pub slowest_percent: Option<Duration>,
    pub shares: Vec<ShareView>,
    /// Good and bad ends of each second of the last minute, oldest first.
    pub seconds: Vec<(u64, u64)>,
}

/// How many of the good answers of the last ten seconds came from one version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ShareView {
    pub name: String,
    /// Index into `ClusterView::versions`, where the picture knows that version.
    pub version: Option<usize>,
    pub percent: f64,
}

/// A place that a request leaves or goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    Outside,
    /// An address on a node: a pod's, or the node's own.
    On { node: String, ip: String },
}

#[derive(Clone, Debug, PartialEq)]
pub struct FlowView {
    pub client: Spot,
    /// The node whose rules chose the endpoint.
    pub via: Option<String>,
    pub server: Spot,
    pub per_second: u32,
}

/// Which part of its way a request is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    ToEntry,
    ToEndpoint,
    AtProcess,
    /// On the way back, with an answer below 500.
    Answer,
    /// On the way back with an error, or refused, or reset.
    Failure,
    /// Nothing will come back.
    Lost,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RequestView {
    pub client: Spot,
    pub via: Option<String>,
    pub server: Option<Spot>,
    pub leg: Leg,
    /// How much of the leg is behind it, from 0 to 1.
    pub share: f32,
    pub version: Option<usize>,
}
