//! `kubectl proxy`: what it passes on, what it serves itself, and how.

mod command;
mod files;
mod filter;
mod serve;

pub use command::COMMAND;
