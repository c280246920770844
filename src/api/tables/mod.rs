//! Tables: the cells that `kubectl get` shows for an object.

pub(crate) mod autoscaler;
pub(crate) mod batch;
pub(crate) mod columns;
pub(crate) mod disruption_budget;
pub(crate) mod event;
pub mod node;
pub mod pod;
pub(crate) mod service;
pub(crate) mod workload;
