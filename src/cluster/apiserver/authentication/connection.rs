//! Who is at the other end of a connection: by its client certificate, or by the token of each request.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/{authentication/request/{x509,bearertoken,anonymous},
//! endpoints/filters/authentication.go}, v1.36.
//! Simplified: certificates are not looked at here; whoever accepts the connection says whose it is.

use podarium_api::Status;
use podarium_sim::Time;

use super::issuer::Refused;
use super::{ISSUER, User};
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
        let (user, _) = self.user_of_token(token, &[], now).map_err(|_| Status::new(401, "Unauthorized", "Unauthorized"))?;
        Ok(user)
    }

    /// The user of a token that is valid now for one of the audiences, by default this server, and for which of them it is.
    pub(in crate::apiserver) fn user_of_token(&self, token: &str, audiences: &[String], now: Time) -> Result<(User, Vec<String>), Refused> {
        let default = [ISSUER.to_owned()];
        let audiences = if audiences.is_empty() { &default } else { audiences };
        if let Some(user) = self.tokens.get(token) {
            // A listed token is for this server.
            let both: Vec<String> = audiences.iter().filter(|audience| *audience == ISSUER).cloned().collect();
            return if both.is_empty() { Err(Refused::Unknown) } else { Ok((user.clone(), both)) };
        }
        self.issuer.user(&self.store, token, audiences, self.epoch.timestamp(now).as_second())
    }
}
