//! docker: the daemon of the workstation, and the program that speaks with it.
//!
//! The daemon is a part of the world beside the student's computer; `docker` asks it over its socket, a host name that
//! only [`crate::World`] knows. Its containers are the same simulated computers that run in pods, and its registries are
//! those that the cluster's machines pull from: what is pushed here can be run there.

mod build;
mod cli;
mod container;
mod daemon;
mod dockerfile;
mod health;
mod store;

pub use cli::main;
pub(crate) use daemon::Daemon;
