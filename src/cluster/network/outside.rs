//! Requests of programs outside the cluster, such as a `curl` on the student's workstation: they name an address, not a
//! Service.
//!
//! Models: curl's view of a network: an address, a port, TLS or not.
//! Simplified: outside the cluster only the names of `internet.rs` are known.

use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{HANDSHAKE, HttpEvent, HttpRequest, LookupAnswer, NetError, RecordType};

use super::{Ip, internet};
use super::exchange::{Asked, Wanted};
use super::fabric::Side;
use super::flight::{Client, Flight};
use crate::cluster::{Cluster, Event};
use crate::gateway::HttpId;

/// The student's workstation.
const WORKSTATION: Ip = Ip(u32::from_be_bytes([198, 51, 100, 250]));
/// How long Linux tries to connect (`net.ipv4.tcp_syn_retries` = 6).
pub(super) const LONGEST: Duration = Duration::from_secs(127);

impl Cluster {
    /// Sends a request of a program outside to the address in its URL. What comes back is found by
    /// [`Cluster::take_http_events`].
    pub fn http_outside(&mut self, request: HttpRequest) -> HttpId {
        let id = HttpId(self.new_id());
        let now = self.now();
        let resolve = |host: &str| if host == "localhost" { Some(Ip::LOCAL) } else { internet::address(host) };
        match read(&request, resolve) {
            // What listens on the workstation itself is not asked for here.
            Ok(((ip, _), _)) if ip.0 >> 24 == 127 => {
                self.schedule(now, Event::HttpOut { id, event: Box::new(HttpEvent::Failed(NetError::ConnectionRefused)) });
            }
            Ok((to, asked)) if asked.wanted == Wanted::Datagrams => {
                self.open_socket(Client::Program(id), asked, Side::Outside, WORKSTATION, to);
                self.schedule(now, Event::HttpOut { id, event: Box::new(HttpEvent::Head { status: 200, headers: Vec::new() }) });
            }
            Ok((to, asked)) => {
                self.launch(Flight::begins(Client::Program(id), Arc::new(asked), (Side::Outside, WORKSTATION), to, now, request.timeout.unwrap_or(LONGEST)));
            }
            Err(error) => self.schedule(now, Event::HttpOut { id, event: Box::new(HttpEvent::Failed(error)) }),
        }
        id
    }

    /// What a name server outside the cluster says of a name.
    pub fn look_up_outside(&self, name: &str, record: RecordType) -> LookupAnswer {
        internet::look_up(&name.trim_end_matches('.').to_lowercase(), record)
    }
}

/// Address, port and what is asked. `resolve` finds the address of a name.
pub(super) fn read(request: &HttpRequest, resolve: impl Fn(&str) -> Option<Ip>) -> Result<((Ip, u16), Asked), NetError> {
    let (scheme, rest) = request.url.split_once("://").ok_or(NetError::BadUrl)?;
    let (tls, wanted, usual_port) = match scheme {
        "http" => (false, Wanted::Answer, Some(80)),
        "https" if request.method == HANDSHAKE => (true, Wanted::Handshake, Some(443)),
        "https" => (true, Wanted::Answer, Some(443)),
        "tcp" => (false, Wanted::Bytes, None),
        "udp" => (false, Wanted::Datagrams, None),
        "icmp" => (false, Wanted::Echo, Some(0)),
        _ => return Err(NetError::BadUrl),
    };
    let slash = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(slash);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| NetError::BadUrl)?),
        None => (authority, usual_port.ok_or(NetError::BadUrl)?),
    };
    let ip: Ip = host.parse().ok().or_else(|| resolve(host)).ok_or(NetError::UnknownHost)?;
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let named = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, value)| value.clone());
    let named_for_tls = named.clone().filter(|_| wanted == Wanted::Handshake);
    let asked = Asked {
        method: request.method.clone(),
        host: named.unwrap_or_else(|| authority.to_owned()),
        path,
        headers: request.headers.clone(),
        body: request.body.clone(),
        tls,
        trust: request.trust.clone(),
        server_name: named_for_tls.unwrap_or_else(|| host.to_owned()),
        wanted,
    };
    Ok(((ip, port), asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let cases = [
            ("http://10.0.1.1:31000/a?b=c", Ok(("10.0.1.1", 31000, "/a?b=c", false))),
            ("https://203.0.113.1", Ok(("203.0.113.1", 443, "/", true))),
            ("http://user:pw@10.0.1.1/x", Ok(("10.0.1.1", 80, "/x", false))),
            ("http://10.0.1.1?x", Ok(("10.0.1.1", 80, "/?x", false))),
            ("http://hello.default/", Err(NetError::UnknownHost)),
            ("10.0.1.1", Err(NetError::BadUrl)),
            ("ftp://10.0.1.1/", Err(NetError::BadUrl)),
            ("tcp://10.0.1.1:5432", Ok(("10.0.1.1", 5432, "/", false))),
            ("tcp://10.0.1.1", Err(NetError::BadUrl)),
            ("udp://10.0.1.1:53", Ok(("10.0.1.1", 53, "/", false))),
            ("icmp://10.0.1.1", Ok(("10.0.1.1", 0, "/", false))),
            ("http://10.0.1.1:x/", Err(NetError::BadUrl)),
        ];
        for (url, expected) in cases {
            let got = read(&HttpRequest::get(url), |_| None).map(|((ip, port), asked)| (ip.to_string(), port, asked.path, asked.tls));
            assert_eq!(got, expected.map(|(ip, port, path, tls)| (ip.to_owned(), port, path.to_owned(), tls)), "{url}");
        }
    }
}
