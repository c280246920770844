//! docker: the daemon of the workstation, and the program that speaks with it.
//!
//! The daemon is a part of the world beside the student's computer; `docker` asks it over its socket, a host name that
//! only [`crate::World`] knows. Its containers are the same simulated computers that run in pods, and its registries are
//! those that the cluster's machines pull from: what is pushed here can be run there.

mod build;
mod classic;
mod cli;
mod container;
mod daemon;
mod dockerfile;
mod health;
mod instructions;
mod selection;
mod store;

pub(crate) use classic::pull_text;
pub use cli::{classic_main, main};
pub(crate) use daemon::{Daemon, Errand, nanos, pull_refusal, stamp};
pub(crate) use store::Stored;
