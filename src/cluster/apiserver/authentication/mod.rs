//! Authentication: from the credentials of a request to who sends it. A client certificate counts first, then a bearer
//! token; without either one is `system:anonymous`. After that a request may ask to be taken as somebody else's.

mod connection;
mod impersonation;
mod issuer;
mod signing_key;
mod token_request;
mod user;

pub use connection::Connection;
pub(in crate::apiserver) use issuer::Refused;
pub(crate) use issuer::{ISSUER, Issuer};
pub(crate) use signing_key::{SIGNATURE_LENGTH, key_set, signed};
pub use user::{ANONYMOUS, AUTHENTICATED, MASTERS, UNAUTHENTICATED, User, UserInfo};
