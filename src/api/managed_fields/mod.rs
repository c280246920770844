//! Field ownership and server-side apply: who set which field of an object, and what follows from that.
//!
//! Every write makes its writer the owner of what it sets; `metadata.managedFields` shows it. Server-side apply sends a
//! configuration instead of an object: fields that others own cannot be changed without force, and fields that the
//! configuration no longer mentions are removed.
//!
//! * [`Managed`]: the entries of an object; [`Write`]: what a write makes of them; [`FieldSet`]: what one writer owns;
//! * [`Schema`]: what must be known of a type: [`Type`] for built-in kinds, [`CustomType`] for custom resources;
//! * [`compare_objects`], [`new_object_fields`]: the same of objects of built-in kinds;
//! * [`compare`], [`merge`], [`field_set`], [`remove`], [`validate`]: what the types say about values;
//! * [`last_applied`]: the meeting of client-side and server-side apply; [`scale`]: ownership of replicas through `/scale`.

mod compare;
mod conflict;
mod custom;
mod element;
mod entry;
mod fields_v1;
pub mod last_applied;
mod manager;
mod merge;
mod object;
mod outline;
mod owned;
mod remove;
mod reset;
pub mod scale;
mod schema;
mod set;
mod typed;
mod types;
mod validate;
mod write;

pub use compare::{Comparison, compare};
pub use conflict::Conflicts;
pub use custom::CustomType;
pub use element::PathElement;
pub use entry::{Entry, Managed, Operation, Writer, is_reset};
pub use manager::{manager_of_user_agent, validate_field_manager};
pub use merge::merge;
pub use object::{compare_objects, difference, new_object_fields, new_object_shape};
pub use outline::Difference;
pub use owned::field_set;
pub use remove::remove;
pub use reset::{NOTHING, Reset};
pub use schema::{Elements, MapType, Plain, Schema, Type, empty_object};
pub use set::{FieldSet, Node, path_text};
pub use validate::validate;
pub use write::{Applied, BEFORE_FIRST_APPLY, MAX_UPDATE_MANAGERS, Write};
