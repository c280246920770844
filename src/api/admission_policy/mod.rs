//! Admission policies: which requests they are about, and what their expressions say of one.

mod checked_kinds;
mod evaluation;
mod expressions;
mod matching;
mod mutation;
mod type_checking;

pub use crate::cel::{Answer, Question};
pub use evaluation::{Authorizer, Decision, Input, audit_annotations, conditions_hold, evaluate};
pub(crate) use expressions::Expressions;
pub use mutation::{mutate, mutations};
pub use matching::{Requested, Rule, matches_rules, rules_of};
pub use type_checking::type_warnings;
