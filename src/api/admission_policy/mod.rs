//! Admission policies: which requests they are about, and what their expressions say of one.

mod evaluation;
mod expressions;
mod matching;

pub use evaluation::{Decision, Input, audit_annotations, conditions_hold, evaluate};
pub(crate) use expressions::Expressions;
pub use matching::{Requested, Rule, matches_rules, rules_of};
