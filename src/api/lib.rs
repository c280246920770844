//! Kubernetes objects: the kinds with their defaults, validation, update rules and printed columns; quantities,
//! selectors, patches, and the errors that the API server answers with.
//!
//! Invariant: pure values and functions. Nothing here knows of the store, of time passing or of who asks.

pub mod field;
pub mod kinds;
pub mod object;
pub mod status;
pub mod time;

pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta, OwnerReference};
pub use kinds::*;
pub use object::{Cell, Column, Kind, Object, Resource, ResourceInfo, Strategy};
pub use status::Status;
