//! JSONPath templates: `{range .items[*]}{.metadata.name}{"\n"}{end}`, `{.items[?(@.status.phase=="Running")]}`.
//!
//! `parse` reads a template, `evaluate` finds and prints.

mod evaluate;
mod parse;

pub use evaluate::{find, go_value, print};
pub use parse::{Node, Step, parse, relaxed};
