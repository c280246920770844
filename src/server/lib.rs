//! The Kubernetes API over HTTPS, for a kubectl, helm or IDE of one's own.
//!
//! A simulation lives on a thread of its own ([`engine`]); each connection turns what it is sent into a recorded input
//! of that simulation and streams back what the simulated API server answers. Nothing here decides what an answer is.
//!
//! Invariant: a client can be slow, broken or hostile without harm to the simulation or to another client: every queue
//! and every size has a bound, and the engine never waits for a client.
//!
//! Entry point: [`serve`].
#![expect(clippy::disallowed_methods, reason = "the server meets the real world: clock, threads, files")]

mod certificate;
mod engine;
mod exchange;
mod gzip;
mod kubeconfig;
mod listen;
mod openapi_v2;
mod protobuf;
mod spdy;
mod terminal;
mod upgrade;
mod websocket;

pub use listen::{Serve, ServeError, asked_to_end, serve};
