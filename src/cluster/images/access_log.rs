//! A line of a web server's access log, kept as what it is about.
//!
//! Models: the log formats `main` of nginx's image, `common` of httpd's and `combined` of Apache's modules.
//! Simplified: the line stands where the request came, not where the answer was complete.

use std::fmt;
use std::sync::Arc;

use crate::network::{Asked, Peer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessFormat {
    /// With referer, user agent and `X-Forwarded-For`.
    Nginx,
    /// With neither.
    Common,
    /// With referer and user agent.
    Combined,
}

/// A request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    pub format: AccessFormat,
    pub from: Peer,
    pub asked: Arc<Asked>,
    pub status: u16,
    pub bytes: usize,
    /// Nanoseconds since 1970.
    pub unix_nanos: i64,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = jiff::Timestamp::from_nanosecond(self.unix_nanos.into()).unwrap_or_default();
        let header = |name: &str| self.asked.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("-", |(_, value)| value.as_str());
        let (method, path) = (&self.asked.method, &self.asked.path);
        write!(f, "{} - - [{}] \"{method} {path} HTTP/1.1\" {} ", self.from.ip, at.strftime("%d/%b/%Y:%H:%M:%S +0000"), self.status)?;
        match (self.format, self.bytes) {
            // Apache writes a dash for nothing.
            (AccessFormat::Common | AccessFormat::Combined, 0) => f.write_str("-")?,
            (_, bytes) => write!(f, "{bytes}")?,
        }
        match self.format {
            AccessFormat::Common => Ok(()),
            AccessFormat::Combined => write!(f, " \"{}\" \"{}\"", header("Referer"), header("User-Agent")),
            AccessFormat::Nginx => write!(f, " \"{}\" \"{}\" \"{}\"", header("Referer"), header("User-Agent"), header("X-Forwarded-For")),
        }
    }
}
