//! CEL, the Common Expression Language: conditions that users write into custom schemas and admission policies.
//!
//! An expression is parsed, checked against the types of its variables, and run. `Program` does all three.
//!
//! Invariant: no text, however broken, makes any of this panic, and no expression runs for ever.

mod ast;
mod checker;
mod cost;
mod duration;
mod eval;
mod formats;
mod lexer;
mod library;
mod macros;
mod parser;
mod program;
mod schema_types;
mod signatures;
mod source;
#[cfg(test)]
mod tests;
mod types;
mod value;

pub(crate) use checker::{BINDS, JSON_PATCH, MAKES_OBJECTS, OBJECT, Variables};
pub(crate) use cost::Extent;
pub(crate) use duration::parse as go_duration;
pub(crate) use eval::Activation;
pub(crate) use library::authorizer::Asking;
pub use library::authorizer::{Answer, Question};
pub(crate) use program::Program;
pub(crate) use schema_types::{Described, escape, is_reserved, type_of};
pub(crate) use signatures::{AUTHORIZER, QUANTITY, RESOURCE_CHECK};
pub(crate) use types::Type;
pub(crate) use value::{Fault, Struct, Value};
