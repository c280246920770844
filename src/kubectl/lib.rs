//! kubectl, as a program for the simulated computer.
//!
//! It talks HTTP with JSON to whatever API server its kubeconfig names, in the same requests as the real kubectl, and
//! says the same things to the letter. A verb that it does not have says so: `error: not simulated: kubectl top`.
//!
//! Invariant: kubectl knows the cluster through HTTP only. It never touches a store, a cache or an engine type, so it
//! would work against a real API server.
//!
//! Where to look:
//! * `cmd/<verb>.rs` is a verb: complete, validate, run. `cmd/mod.rs` is the registry.
//! * `builder/` finds the objects that a command line means, `mapping.rs` and `discovery.rs` the resource types.
//! * `edit/` lets a person change objects, `kustomize/` and `completion/` are what they say.
//! * `printers/` and `describe/` show objects, `apply/` works out what `apply` changes.
//! * `failure.rs` is how commands fail; `?` carries out both a failure and the wish to wait.

pub mod apply;
pub mod base64;
pub mod builder;
pub mod client;
pub mod cmd;
pub mod command;
pub mod completion;
mod csv;
pub mod describe;
pub mod discovery;
pub mod duration;
pub mod edit;
pub mod exec_plugin;
pub mod explanation;
pub mod explanation_v2;
pub mod failure;
pub mod flags;
mod go_int;
mod go_sort;
pub mod help;
pub mod kubeconfig;
pub mod kubectl;
mod kuberc;
pub mod kustomize;
mod local;
mod log;
pub mod manifest;
pub mod mapping;
mod policy_rules;
pub mod pods;
pub mod printers;
pub mod remote;
pub mod revisions;
mod selector;
pub mod unstructured;
pub mod watch;

pub use command::main;
