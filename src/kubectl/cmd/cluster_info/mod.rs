//! `kubectl cluster-info`, and its dump.

mod command;
mod dump;

pub use command::COMMAND;
