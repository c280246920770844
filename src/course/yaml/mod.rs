//! YAML with places: every key and value of a document knows its line and column.
//!
//! Invariant: reading never panics and never recurses deeper than [`DEPTH`], whatever the text is.

mod read;
mod tree;

pub(crate) use read::read;
pub(crate) use tree::{Node, Place, Scalar, ScalarKind, Value};

/// Deeper nesting than this is an error. Kubernetes objects need about 15 levels.
pub(crate) const DEPTH: usize = 64;
