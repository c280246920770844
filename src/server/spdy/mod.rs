//! SPDY/3.1, over which older clients, and kubectl where it is told to, run `exec`, `attach` and `port-forward`: many
//! streams on one connection. It is translated to and from the messages that the cluster's side of such exchanges speaks.
//!
//! `frames` is the wire format, `headers` the compressed header blocks, `talk` the translation, `transport` where the
//! bytes come from: the connection itself, or the messages of a WebSocket (`SPDY/3.1+portforward.k8s.io`).

mod frames;
mod headers;
mod talk;
mod transport;

pub use talk::{Kind, talk};
pub use transport::{over_connection, over_websocket};
