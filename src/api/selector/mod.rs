//! Selectors: which objects a Service, a ReplicaSet, a list or a watch means, by labels or by fields.

mod field;
mod label;
mod parse;

pub use field::FieldSelector;
pub use label::{LabelSelector, Operator, Requirement, SelectorError, format_labels};
