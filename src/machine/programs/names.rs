//! How programs turn a name into an address: `/etc/hosts` first, then the name server with the search domains of
//! `/etc/resolv.conf`.

use std::net::Ipv4Addr;

use crate::{LookupAnswer, Process, Record, RecordData, RecordType, Suspend};

/// What `/etc/resolv.conf` says.
pub(super) struct Resolver {
    pub server: String,
    pub search: Vec<String>,
    pub ndots: usize,
}

impl Resolver {
    pub fn read(process: &mut Process<'_>) -> Result<Self, Suspend> {
        let text = process.read_file("/etc/resolv.conf")?.unwrap_or_default();
        let mut resolver = Resolver { server: "127.0.0.1".to_owned(), search: Vec::new(), ndots: 1 };
        let mut has_server = false;
        for line in String::from_utf8_lossy(&text).lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") if !has_server => {
                    has_server = true;
                    words.next().unwrap_or_default().clone_into(&mut resolver.server);
                }
                Some("search" | "domain") => resolver.search = words.map(|word| word.trim_end_matches('.').to_owned()).collect(),
                Some("options") => {
                    let ndots = words.find_map(|word| word.strip_prefix("ndots:")?.parse().ok());
                    resolver.ndots = ndots.unwrap_or(resolver.ndots);
                }
                _ => {}
            }
        }
        Ok(resolver)
    }

    /// The full names to try, in order: one with fewer dots than `ndots` goes through the search domains first.
    pub fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(absolute) = name.strip_suffix('.') {
            return vec![absolute.to_owned()];
        }
        let mut names: Vec<String> = self.search.iter().map(|domain| format!("{name}.{domain}")).collect();
        let dots = name.matches('.').count();
        match dots >= self.ndots {
            true => names.insert(0, name.to_owned()),
            false => names.push(name.to_owned()),
        }
        names
    }

    /// Whether the server answers for this name itself: it is in one of its domains.
    pub fn is_own(&self, name: &str) -> bool {
        self.search.iter().any(|domain| name == domain || name.ends_with(&format!(".{domain}"))) || name.ends_with(".in-addr.arpa")
    }
}

/// What a search for a name came to, and the name that it ended with.
pub(super) struct Found {
    pub name: String,
    pub answer: LookupAnswer,
}

/// Tries the candidates one after another until one has records.
pub(super) fn search(process: &mut Process<'_>, server: Option<&str>, candidates: &[String], record: RecordType) -> Result<Found, Suspend> {
    let mut empty = None;
    let mut last = LookupAnswer::NxDomain;
    for name in candidates {
        let answer = process.lookup(server, &format!("{name}."), record)?;
        match &answer {
            LookupAnswer::Records(records) if !records.is_empty() => return Ok(Found { name: name.clone(), answer }),
            LookupAnswer::Records(_) => empty = empty.or_else(|| Some(name.clone())),
            LookupAnswer::TimedOut => return Ok(Found { name: name.clone(), answer }),
            _ => last = answer,
        }
    }
    let name = candidates.last().cloned().unwrap_or_default();
    Ok(match empty {
        Some(name) => Found { name, answer: LookupAnswer::Records(Vec::new()) },
        None => Found { name, answer: last },
    })
}

/// The addresses of a name and its full name, as the C library finds them.
pub(super) fn addresses(process: &mut Process<'_>, name: &str) -> Result<Result<(Vec<Ipv4Addr>, String), LookupAnswer>, Suspend> {
    if let Ok(address) = name.parse::<Ipv4Addr>() {
        return Ok(Ok((vec![address], name.to_owned())));
    }
    let hosts = process.read_file("/etc/hosts")?.unwrap_or_default();
    for line in String::from_utf8_lossy(&hosts).lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let address = words.next().and_then(|word| word.parse::<Ipv4Addr>().ok());
        let names: Vec<&str> = words.collect();
        if let Some(address) = address.filter(|_| names.iter().any(|it| it.eq_ignore_ascii_case(name))) {
            return Ok(Ok((vec![address], names[0].to_owned())));
        }
    }
    if name == "localhost" {
        return Ok(Ok((vec![Ipv4Addr::LOCALHOST], name.to_owned())));
    }
    let resolver = Resolver::read(process)?;
    let found = search(process, None, &resolver.candidates(name), RecordType::A)?;
    Ok(match found.answer {
        LookupAnswer::Records(records) => {
            let canonical = records.last().map_or(found.name, |record| record.name.trim_end_matches('.').to_owned());
            let list = addresses_of(&records);
            if list.is_empty() { Err(LookupAnswer::NxDomain) } else { Ok((list, canonical)) }
        }
        answer => Err(answer),
    })
}

pub(super) fn addresses_of(records: &[Record]) -> Vec<Ipv4Addr> {
    let address = |record: &Record| match record.data {
        RecordData::A(address) => Some(address),
        _ => None,
    };
    records.iter().filter_map(address).collect()
}

/// What the C library says of a name that it cannot resolve.
pub(super) fn reason(answer: &LookupAnswer) -> &'static str {
    match answer {
        LookupAnswer::TimedOut | LookupAnswer::ServFail | LookupAnswer::Refused => "Temporary failure in name resolution",
        _ => "Name or service not known",
    }
}

/// `1.0.0.10.in-addr.arpa` for 10.0.0.1.
pub(super) fn reverse(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("{d}.{c}.{b}.{a}.in-addr.arpa")
}
