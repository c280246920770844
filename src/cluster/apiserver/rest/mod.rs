//! What the server assigns to objects of certain kinds on the way in: addresses and ports of Services, who asks for a
//! certificate, since when something holds.

pub(super) mod api_service;
pub(super) mod certificate_signing_request;
mod complete;
mod device_access;
mod ip_address;
pub(super) mod persistent_volume;
mod service;
mod service_families;

pub(super) use complete::complete_new;
pub(super) use device_access::admin_access;
pub use service::Allocator;
