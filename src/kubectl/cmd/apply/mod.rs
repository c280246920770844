//! `kubectl apply` and its subcommands.

mod command;
mod last_applied;
mod prune;
mod server_side;

pub use command::COMMAND;
