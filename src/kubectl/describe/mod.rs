//! `kubectl describe`: everything there is to say about one object, for people.
//!
//! Pure functions: the object, what is around it (`Related`) and the time go in, text comes out. `queries` says what to
//! ask the server for. One file describes one kind; the others describe what several kinds have (containers, volumes,
//! events, …). A kind that is not in the registry is described by its fields (`generic`).

mod autoscaler;
mod certificate_signing_request;
mod config_map;
mod containers;
mod cron_job;
mod daemon_set;
mod deployment;
mod disruption_budget;
mod endpoint_slice;
mod endpoints;
mod environment;
mod events;
mod generic;
mod ingress;
mod job;
mod limit_range;
mod metadata;
mod namespace;
mod network_policy;
mod node;
mod node_resources;
mod page;
mod persistent_volume;
mod persistent_volume_claim;
mod pod;
mod pod_template;
mod priority_class;
mod probe;
mod registry;
mod related;
mod replica_set;
mod replication_controller;
mod resource_quota;
mod role;
mod role_binding;
mod secret;
mod service;
mod service_account;
mod stateful_set;
mod storage_class;
mod storage_sources;
mod tolerations;
mod volumes;
mod workload;

#[cfg(test)]
mod tests;

pub use events::interval;
pub use pod_template::template_text;
pub use registry::describe;
pub use related::{Query, Related, queries};
