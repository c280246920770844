//! The network of the cluster: requests on their way from a client to a process and back.
//!
//! Everything here is a request over a connection of its own, not a packet. A request goes hop by hop, each hop an
//! event with its latency:
//!
//! ```text
//! client (load generator, pod, workstation)
//!   → where it enters: the client's own machine, a node port's machine, or the cloud's load balancer
//!   → that machine's rules, which its kube-proxy programmed: an address of a Service becomes one of an endpoint
//!   → the machine of the endpoint, and the process that listens there
//!   → and back
//! ```
//!
//! It fails where it really fails: *refused* where nobody listens or a Service has no endpoints, *timed out* where
//! nobody answers or a network policy forbids it, *reset* where the process died over it.
//!
//! Where to look: `fabric` (the machines, the way of a request), `flight` (one request under way), `rules` (what a
//! machine does with an address) and `kube_proxy` (who writes the rules), `exchange` (what is asked and answered),
//! `pods` (programs in pods), `conduits` (connections that carry bytes), `sockets` (datagrams), `names` and `name_server` (what names mean), `policy` and `plugin` (who may talk to whom), `api_proxy` (the API server asks pods), `outside` (programs outside), `internet` (what there is beyond),
//! `traffic`, `generator` and `statistics` (load generators), `carried` (which way how many went), `aim` (how load
//! generators learn where to send), `view` (what a screen may see).
//!
//! Invariant: the way of a request depends on what the machines on it know, never on the store. Rules lag behind the
//! API server, as kube-proxy does.

mod address;
mod aim;
mod api_proxy;
mod carried;
mod conduits;
mod endpoints;
mod exchange;
mod fabric;
mod flight;
mod generator;
mod kube_proxy;
mod internet;
mod latency;
mod metadata;
mod name_server;
mod names;
mod outside;
mod plugin;
mod pods;
mod policy;
#[cfg(test)]
mod policy_matrix_tests;
mod rules;
mod sockets;
mod statistics;
mod traffic;
mod view;

#[cfg(test)]
mod tests;

pub use address::{Ip, Range};
pub use conduits::{ConduitId, Said};
pub use exchange::{Answered, Arrival, Asked, Connected, Failure, Peer, ProcessId, Wanted};
pub use kube_proxy::KubeProxy;
pub use name_server::NameServer;
pub use pods::PodCall;
pub use plugin::NetworkPlugin;
pub use statistics::{Outcome, Second, Statistics, Tally};
pub use traffic::{Arrivals, From, Load, Rate, TrafficPlan};
pub use flight::FlightId;
pub use view::{Flow, InFlight, Part, Place};

pub(crate) use aim::Aims;
pub(crate) use api_proxy::Proxied;
pub(crate) use fabric::Network;
pub(crate) use flight::Hop;
pub(crate) use names::Names;
pub(crate) use pods::PodPlace;
pub(crate) use policy::Policies;
pub(crate) use rules::{Protocol, Rules};
