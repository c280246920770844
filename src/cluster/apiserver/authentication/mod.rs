//! Authentication: from the credentials of a request to who sends it.

mod user;

pub use user::{ANONYMOUS, AUTHENTICATED, MASTERS, UNAUTHENTICATED, User, UserInfo};
