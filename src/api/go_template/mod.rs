//! Go's text/template: what `kubectl -o go-template` and helm's charts are written in.
//!
//! [`Templates`] is a set of templates that know each other by name. They are parsed with the names of the functions
//! that there are ([`Functions`] brings more than Go's own), and executed upon a [`Value`].

mod builtins;
mod execute;
mod format;
mod lex;
mod node;
mod parse;
mod value;

pub use execute::{Error, Failed, Functions, NoFunctions, Templates};
pub use format::{go_printf, go_sprint, show};
pub use value::{Map, Native, Value};
