//! The addresses of upstreams, which nginx looks up once, when it starts.
//!
//! Models: ngx_inet_resolve_host of nginx over the C library's resolver.
//! Simplified: IPv4 only.

use std::net::Ipv4Addr;

use podarium_machine::{LookupAnswer, LookupId, RecordData, RecordType, Sys};

/// A name that is looked up, with the full names that are still to be tried.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    candidates: Vec<String>,
    asked: Option<LookupId>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    Found(Vec<String>),
    NotFound,
}

impl Lookup {
    /// `Err`: the name needs no server.
    pub fn new(sys: &mut Sys<'_>, host: &str) -> Result<Self, Resolved> {
        if host.parse::<Ipv4Addr>().is_ok() {
            return Err(Resolved::Found(vec![host.to_owned()]));
        }
        let hosts = sys.read_file("/etc/hosts").unwrap_or_default();
        for line in String::from_utf8_lossy(&hosts).lines() {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let address = words.next().filter(|word| word.parse::<Ipv4Addr>().is_ok());
            if let Some(address) = address.filter(|_| words.any(|word| word.eq_ignore_ascii_case(host))) {
                return Err(Resolved::Found(vec![address.to_owned()]));
            }
        }
        if host == "localhost" {
            return Err(Resolved::Found(vec!["127.0.0.1".to_owned()]));
        }
        let text = sys.read_file("/etc/resolv.conf").unwrap_or_default();
        let (mut search, mut ndots) = (Vec::new(), 1);
        for line in String::from_utf8_lossy(&text).lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("search") => search = words.map(str::to_owned).collect(),
                Some("options") => ndots = words.find_map(|word| word.strip_prefix("ndots:")?.parse().ok()).unwrap_or(ndots),
                _ => {}
            }
        }
        let mut candidates: Vec<String> = search.iter().map(|domain| format!("{host}.{domain}")).collect();
        let own = host.trim_end_matches('.').to_owned();
        match (host.ends_with('.'), host.matches('.').count() >= ndots) {
            (true, _) => candidates = vec![own],
            (false, true) => candidates.insert(0, own),
            (false, false) => candidates.push(own),
        }
        Ok(Lookup { candidates, asked: None })
    }

    /// Goes on; `None`: no answer yet.
    pub fn poll(&mut self, sys: &mut Sys<'_>) -> Option<Resolved> {
        loop {
            let id = match self.asked {
                Some(id) => id,
                None if self.candidates.is_empty() => return Some(Resolved::NotFound),
                None => {
                    let name = self.candidates.remove(0);
                    *self.asked.insert(sys.lookup_send(None, &format!("{name}."), RecordType::A))
                }
            };
            let answer = sys.lookup_answer(id)?;
            self.asked = None;
            match answer {
                LookupAnswer::Records(records) => {
                    let addresses: Vec<String> = records.iter().filter_map(|record| match record.data {
                        RecordData::A(address) => Some(address.to_string()),
                        _ => None,
                    }).collect();
                    if !addresses.is_empty() {
                        return Some(Resolved::Found(addresses));
                    }
                }
                LookupAnswer::TimedOut => return Some(Resolved::NotFound),
                _ => {}
            }
        }
    }
}
