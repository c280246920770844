//! Defaults: what the API server fills in where the writer said nothing.

pub(crate) mod admission;
pub(crate) mod creation;
pub(crate) mod devices;
pub(crate) mod features;
pub mod pod_spec;
pub(crate) mod quantities;
pub(crate) mod rbac;
pub(crate) mod service;
