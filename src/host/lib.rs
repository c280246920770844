//! The host: the first layer that touches the real world. It reads scenario files, turns the wall clock into virtual
//! time, takes inputs and records them.
//!
//! Invariant: nothing below this crate knows of files, clocks or the environment; nothing in it decides what the
//! cluster does.
#![expect(clippy::disallowed_methods, reason = "the host is where files and the wall clock are")]

mod editor;
mod keyboard;
mod play;
mod player;
mod scenarios;
mod shell;

pub use play::{Format, Run, run};
pub use player::{Player, Speed};
pub use scenarios::{LoadError, Loaded, load, names};
pub use shell::shell;
