//! The cluster: the API server and its store, and the components that meet only there.
//!
//! Entry points: [`Cluster`] (the whole simulation as a value), [`component::Component`] (what runs in it),
//! [`controllers::Controller`] (a reconciliation loop), [`apiserver::Request`] (what everyone sends).
//!
//! Invariant: no component holds a reference to another or to the store. Whatever one learns of another came through
//! an answer or a watch event of the API server, with its latency.

pub mod apiserver;
pub mod authority;
pub mod bootstrap;
pub mod cause;
pub mod client;
pub mod cloud;
pub mod cluster;
mod config;
pub mod component;
pub mod controllers;
pub mod flags;
pub mod gateway;
mod http;
pub mod images;
pub mod kubelet;
pub mod metrics_server;
pub mod network;
mod nodes;
mod quota;
mod refusals;
pub mod scheduler;
pub mod storage;
pub mod store;
pub mod system;
mod writes;

pub use cause::{Cause, Write};
pub use cluster::Cluster;
pub use config::Config;
pub use component::{Component, ComponentId, Ctx, Message};
pub use gateway::HttpId;
pub use nodes::external_address;
pub use refusals::{Refusal, Refusals};
pub use store::Key;
pub use writes::Writes;
