//! `kubectl debug`, and the pods that it makes.

mod command;
mod custom;
mod pods;
mod profiles;

pub use command::COMMAND;
