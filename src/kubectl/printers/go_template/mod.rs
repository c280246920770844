//! Go templates: `-o go-template='{{range .items}}{{.metadata.name}} {{end}}'`.
//!
//! `parse` reads a template into nodes, `evaluate` runs them over an object, `functions` are what can be called.

mod evaluate;
mod functions;
mod parse;

pub use parse::{Template, parse};
