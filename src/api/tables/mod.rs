//! Tables: the cells that `kubectl get` shows for an object.

pub(crate) mod admission;
pub(crate) mod api_machinery;
pub(crate) mod autoscaler;
pub(crate) mod batch;
pub(crate) mod columns;
pub(crate) mod devices;
pub(crate) mod disruption_budget;
pub(crate) mod event;
pub(crate) mod metrics;
pub(crate) mod networking;
pub(crate) mod networking_columns;
pub mod node;
pub mod pod;
pub(crate) mod policy;
pub(crate) mod service;
pub(crate) mod storage;
pub(crate) mod storage_columns;
pub(crate) mod workload;
