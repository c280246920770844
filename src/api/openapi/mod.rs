//! The schemas of the API's types: those of `k8s-openapi`, with what the documents of Kubernetes say beyond them.
//!
//! Entry points: [`definitions`] (all types, in the form of OpenAPI v2), [`definition_name`], [`components`] (some types
//! and all that they refer to, in the form of OpenAPI v3).

mod additions;
mod definitions;
mod enums;
mod names;
mod roots;
mod types;
mod v3;

pub use definitions::definitions;
pub use names::definition_name;
pub(crate) use types::{type_of_built_in, type_of_custom};
pub use v3::components;
