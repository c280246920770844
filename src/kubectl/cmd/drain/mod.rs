//! `kubectl drain`: which pods of a node have to go, and making them go.

mod command;
mod evict;

pub use command::COMMAND;
