//! What the server assigns to objects of certain kinds on the way in: addresses and ports of Services.

pub(super) mod persistent_volume;
mod service;

pub use service::Allocator;
