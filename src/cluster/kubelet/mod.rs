//! The kubelet: the agent on each node. It registers the node, keeps its lease alive, and brings the pods that are
//! bound to it to life and to their end, telling the API server what became of them.
//!
//! Where to look: [`Kubelet`] (the component), `pod` and `worker` (one pod's state machine: sync, terminating,
//! terminated), `sync` and `actions` (what a sync does), `runtime` (sandboxes and containers: what is really there),
//! `pod_status`, `phase`, `conditions` (what is said of it), `status_writer` (how it gets to the API server), `probes`,
//! `kill` and `termination`, `eviction`, `shutdown`, `puller`, `volumes`, `container_config`, `admission`, `node`, `lease`.
//!
//! Three things to know. What the kubelet believes of its containers (`seen`) lags behind what is there (`runtime`)
//! until the next relist, at most a second, as in the reference. A sync that waits (for a pull, for a process to end)
//! is data: a list of operations and a stage. And nobody sets alarms: each part says when it wants to be woken, and
//! the kubelet sets one timer for the earliest.
//!
//! Invariant: the kubelet knows of the cluster what its API server told it, and of its containers what its runtime did.

mod actions;
mod addresses;
mod admission;
mod agenda;
mod backoff;
mod calls;
mod commands;
mod conditions;
mod config;
mod configuration;
mod container_config;
mod container_status;
mod contents;
mod deadline;
mod disks;
mod downward;
mod env_file;
mod environment;
mod ephemeral;
mod eviction;
mod events;
mod families;
mod hooks;
mod host;
mod host_path;
mod kill;
mod kubelet;
mod lease;
mod logs;
mod node;
mod node_api;
mod node_logs;
mod node_metrics;
mod node_processes;
mod node_status;
mod phase;
mod namespaces;
mod pod;
mod pod_group;
mod pod_status;
mod port_forward;
mod probes;
mod puller;
mod resize;
mod restore;
mod runtime;
mod serving;
mod shutdown;
mod spawn;
mod start;
mod static_pods;
mod status_cache;
mod status_writer;
mod streaming;
mod sync;
mod termination;
mod tunnels;
mod volumes;
mod worker;

#[cfg(test)]
mod tests;

pub use config::NodeConfig;
pub use configuration::{KubeletConfiguration, ShutdownPeriod};
pub use eviction::{Amount, Signal, Threshold};
pub use kubelet::Kubelet;
pub(crate) use spawn::machine_disk;
