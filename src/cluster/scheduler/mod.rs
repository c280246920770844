//! kube-scheduler: gives every pod a node.
//!
//! It takes one waiting pod after the other from its queue, filters out the nodes that cannot take it, scores the
//! others, and binds the pod to the best. When none is left it says why, and evicts less important pods if that helps.

pub mod algorithm;
pub mod binding;
pub mod cache;
mod component;
pub mod configuration;
pub mod decision;
mod event_handlers;
mod event_recorder;
pub mod existing_terms;
pub mod explain;
pub mod framework;
pub mod listers;
mod node_tree;
pub mod plugins;
mod pod_groups;
mod preemptor;
mod preparing;
pub mod queue;
pub mod snapshot;
pub mod storage_listers;
#[cfg(test)]
mod tests;
pub mod topologies;
mod waiting;

pub use component::Scheduler;
