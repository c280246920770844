//! Who is at the other end of a connection: by its client certificate, or by the token of each request.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/{authentication/request/{x509,bearertoken,anonymous},
//! endpoints/filters/authentication.go}, v1.36.
//! Simplified: certificates are not looked at here; whoever accepts the connection says whose it is.

use std::sync::Arc;

use podarium_api::Status;
use podarium_sim::Time;

use super::User;
use crate::apiserver::ApiServer;

/// What is known of a client before its first request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connection {
    certificate: Option<User>,
}

impl Connection {
    /// A client that showed a certificate for this user, signed by the cluster's authority.
    pub fn of(user: User) -> Self {
        Connection { certificate: Some(user) }
    }
}

/// The first value of a header.
pub(super) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The token of `Authorization: Bearer …`.
fn bearer_token(headers: &[(String, String)]) -> Option<&str> {
    let (scheme, token) = header(headers, "Authorization")?.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

impl ApiServer {
    /// Accepts a token from now on (`--token-auth-file`).
    pub(crate) fn add_token(&mut self, token: &str, user: User) {
        self.tokens.insert(token.into(), user);
    }

    /// Who sends a request with these headers.
    pub(crate) fn authenticate(&self, connection: &Connection, headers: &[(String, String)], now: Time) -> Result<User, Status> {
        if let Some(user) = &connection.certificate {
            return Ok(user.clone());
        }
        let Some(token) = bearer_token(headers) else { return Ok(User::anonymous()) };
        self.user_of_token(token, now).ok_or_else(|| Status::new(401, "Unauthorized", "Unauthorized"))
    }

    /// The user of a token that is valid now.
    pub(in crate::apiserver) fn user_of_token(&self, token: &str, now: Time) -> Option<User> {
        let token: Arc<str> = token.into();
        self.tokens.get(&token).cloned().or_else(|| self.issuer.user(&self.store, &token, self.epoch.timestamp(now).as_second()))
    }
}
