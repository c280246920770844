//! Structural schemas: what a CustomResourceDefinition says about its objects, and what the API server does by them.
//!
//! Invariant: everything here is total. A schema that validation would refuse gives odd answers, never a panic.

mod defaulting;
mod embedded;
mod formats;
mod list_type;
mod patterns;
mod pruning;
mod ratcheting;
mod validate;
mod walk;

pub(crate) use defaulting::{drop_nulls, set_defaults};
pub(crate) use embedded::{coerce as coerce_embedded, validate as validate_embedded};
pub(crate) use formats::{is_format, is_recognized as format_is_recognized};
pub(crate) use list_type::validate as validate_list_types;
pub(crate) use patterns::Patterns;
pub use patterns::go_error as pattern_error;
pub(crate) use pruning::prune;
pub(crate) use ratcheting::{Old, same};
pub(crate) use validate::{go_number, validate};
pub(crate) use walk::{additional, any, items, property, values};

pub use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps as Schema;
