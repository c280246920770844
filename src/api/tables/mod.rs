//! Tables: the cells that `kubectl get` shows for an object.

pub(crate) mod columns;
pub(crate) mod event;
pub mod node;
pub mod pod;
pub(crate) mod policy;
pub(crate) mod service;
pub(crate) mod workload;
