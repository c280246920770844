//! What quotas count: the usage of one object, the resources that count it, and the scopes that it is in. Admission and
//! the quota controller count with the same rules, the one object by object, the other over a whole namespace.

mod count;
mod scope;
mod usage;

pub(crate) use count::{counted_kinds, total};
pub(crate) use scope::in_scope;
pub(crate) use usage::{constraints, is_counted, matching, usage};
