//! `kubectl config`, and what it sets.

mod command;
mod entries;
mod property;

pub use command::COMMAND;
