//! git, as a program for the simulated computer.
//!
//! Repositories are what git makes them: objects named by their SHA-1 and packed with zlib, an index of version 2,
//! references and logs, so that a real git reads them. Output, errors and exit codes are those of git 2.47. What it
//! lacks it says: `podarium: not simulated: git rebase`.
//!
//! Models: git 2.47.3.
//! Simplified: no hooks, attributes, submodules, worktrees, signatures; merges have one base; the editor is not opened.
//!
//! Where to look:
//! * `cmd/` has the commands; `cmd/mod.rs` is their registry.
//! * `repository.rs` reads and writes `.git`; `object.rs`, `index.rs`, `refs.rs`, `config.rs` are what is in it.
//! * `bare.rs` is the other side: a repository of a hosting service, which speaks git's protocol over HTTP.

mod bare;
mod cmd;
mod combined;
mod config;
mod date;
mod delta;
mod failure;
mod graph;
mod history;
mod ignore;
mod index;
mod lines;
mod merge;
mod object;
mod options;
mod pack;
mod patch;
mod refs;
mod repository;
mod status;
mod transport;
mod worktree;

pub use bare::BareRepository;
pub use cmd::init::clean as clean_path;
pub use cmd::main;
pub use ignore::{Patterns, glob, is_ignored};
pub use object::Signature;
