//! `kubectl debug`, and the pods that it makes.

mod command;
mod pods;
mod profiles;

pub use command::COMMAND;
