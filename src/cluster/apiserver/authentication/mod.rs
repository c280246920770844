//! Authentication: from the credentials of a request to who sends it. A client certificate counts first, then a bearer
//! token; without either one is `system:anonymous`. After that a request may ask to be taken as somebody else's.

mod connection;
mod impersonation;
mod issuer;
mod token_request;
mod user;

pub use connection::Connection;
pub(crate) use issuer::{ISSUER, Issuer};
pub use user::{ANONYMOUS, AUTHENTICATED, MASTERS, UNAUTHENTICATED, User, UserInfo};
