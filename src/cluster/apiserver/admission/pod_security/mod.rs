//! PodSecurity: a namespace's labels say how secure its pods must be: `privileged` (anything goes), `baseline` (nothing
//! that gives away the node) or `restricted` (as little as possible). The level is enforced, warned of, or noted.
//!
//! The checks are a registry: one line each in [`registry::CHECKS`], in the order of upstream's ids.

mod baseline;
mod labels;
mod plugin;
mod registry;
mod restricted;
mod wording;

pub(super) use plugin::validate;
