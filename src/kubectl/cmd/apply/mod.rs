//! `kubectl apply` and its subcommands.

mod command;
mod last_applied;
mod prune;
mod server_side;

pub use command::COMMAND;
pub(super) use command::warn_if_deleting;
pub(super) use server_side::MANAGER as SERVER_SIDE_MANAGER;
