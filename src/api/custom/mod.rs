//! Custom resources: kinds that users add to the API by writing a CustomResourceDefinition.
//!
//! A definition is compiled once, when it is stored ([`Definition`]); objects ([`CustomObject`]) are JSON with typed
//! metadata and carry the definition by which they are read, so that all rules of a kind are found from the object.

mod columns;
mod decode;
mod definition;
pub(crate) mod field_path;
mod kind;
mod object;
mod rule_types;
pub(crate) mod rules;
mod scale;
pub(crate) mod schema;
mod validation;

pub use columns::TableColumn;
pub use decode::{decode_bytes, decode_value, decode_yaml};
pub use definition::{Definition, Definitions};
pub use kind::CustomKind;
pub use object::CustomObject;
pub use schema::pattern_error;
