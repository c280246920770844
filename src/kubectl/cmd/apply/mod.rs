//! `kubectl apply` and its subcommands.

mod apply_set;
mod command;
mod last_applied;
mod prune;
mod server_side;

pub use command::COMMAND;
pub(super) use command::warn_if_deleting;
pub(super) use prune::{each_left, resources as pruned_resources};
pub(super) use server_side::MANAGER as SERVER_SIDE_MANAGER;
