//! Authorization: may this user do that? First the administrators' group, then a node's own rights, then RBAC.
//!
//! Roles only ever allow. What no rule allows is forbidden, so there is no order among roles and nothing to contradict.
//! [`ApiServer::authorize`](super::ApiServer::authorize) is asked once for each request, and what it found is kept with
//! the writes that come of the request.

mod attributes;
pub(crate) mod bootstrap;
mod decision;
mod escalation;
mod node;
mod rbac;
mod rules;
#[cfg(test)]
mod tests;

pub use attributes::Attributes;
pub use decision::{Decision, Grant, Mode, NODE_AND_RBAC};
pub(super) use decision::{Asked, Judge};
pub(super) use rbac::Rbac;
