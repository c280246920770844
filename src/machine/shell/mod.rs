//! The shell: bash, as far as scripts and a terminal in a course need it.
//!
//! The grammar is read by `brush-parser`; [`code`] turns its syntax tree into the form that is run. The interpreter is
//! an explicit stack of frames ([`frames`]), never a Rust recursion, because a loop with a `sleep` in it has to be
//! clonable in the middle. Subshells, command substitutions and the parts of a pipeline are child processes with a
//! copy of the shell, as in a real one.
//!
//! Simplified: no associative arrays, no process substitution, no coprocesses, no job control beyond `&`, `wait`,
//! `jobs` and `fg`; what is missing says `podarium: not simulated: …` and has status 2.

mod arithmetic;
mod builtins;
mod code;
mod command;
mod conditional;
mod dialect;
mod expand;
mod fields;
mod frames;
mod glob;
mod interpreter;
mod parameter;
mod pattern;
mod redirect;
mod syntax;
mod variables;

pub(crate) use interpreter::Shell;
pub(crate) use pattern::matches as glob_matches;
