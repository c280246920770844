//! JSONPath templates: `{range .items[*]}{.metadata.name}{"\n"}{end}`, `{.items[?(@.status.phase=="Running")]}`.
//!
//! `parse` reads a template, `evaluate` finds and prints. kubectl prints with them; the API server finds the columns of
//! custom resources.

mod evaluate;
mod parse;

pub use evaluate::{find, go_value, print, results, show};
pub use parse::{Node, Step, parse, relaxed};
