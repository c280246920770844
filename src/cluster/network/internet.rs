//! The internet beyond the cluster, as far as it is there: a few names that everybody knows, whose hosts answer a ping.
//!
//! Models: nothing of Kubernetes.
//! Simplified: there are few names, with one address each; what is asked of their hosts over HTTP is answered as not
//! simulated, and no other host answers at all.

use podarium_machine::{HttpResponse, LookupAnswer, Record, RecordData, RecordType};

use super::Ip;

/// Names and their addresses, as they once were.
const HOSTS: &[(&str, [u8; 4])] = &[
    ("archive.ubuntu.com", [91, 189, 91, 83]),
    ("deb.debian.org", [151, 101, 2, 132]),
    ("dl-cdn.alpinelinux.org", [151, 101, 2, 133]),
    ("dns.google", [8, 8, 8, 8]),
    ("example.com", [23, 192, 228, 80]),
    ("example.org", [23, 220, 75, 245]),
    ("github.com", [140, 82, 121, 3]),
    ("google.com", [142, 250, 185, 78]),
    ("kubernetes.io", [3, 33, 186, 135]),
    ("one.one.one.one", [1, 1, 1, 1]),
    ("raw.githubusercontent.com", [185, 199, 108, 133]),
    ("www.example.com", [23, 192, 228, 84]),
    ("www.google.com", [142, 250, 185, 132]),
];
/// How long an answer may be kept: CoreDNS does not keep one longer.
const TTL_SECONDS: u32 = 30;
/// What is left of a packet's time to live when it has come from far away.
pub(super) const TIME_TO_LIVE: u16 = 115;

/// The address of a name.
pub(super) fn address(name: &str) -> Option<Ip> {
    let place = HOSTS.binary_search_by_key(&name, |(known, _)| known).ok()?;
    Some(Ip(u32::from_be_bytes(HOSTS[place].1)))
}

/// The name of a host that has this address.
pub(super) fn host(ip: Ip) -> Option<&'static str> {
    HOSTS.iter().find(|(_, address)| u32::from_be_bytes(*address) == ip.0).map(|(name, _)| *name)
}

/// What name servers out there say of a name.
pub(super) fn look_up(name: &str, record: RecordType) -> LookupAnswer {
    let Some(ip) = address(name) else { return LookupAnswer::NxDomain };
    let data = RecordData::A(ip.0.into());
    let found = (record == RecordType::A).then(|| Record { name: format!("{name}."), ttl_seconds: TTL_SECONDS, data });
    LookupAnswer::Records(found.into_iter().collect())
}

/// What its host says.
pub(super) fn answer(host: &str) -> HttpResponse {
    let body = format!("not simulated: the internet (podarium has no {host})\n");
    HttpResponse::new(501, body).with_header("Content-Type", "text/plain; charset=utf-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_so_that_they_are_found() {
        assert!(HOSTS.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(address("google.com").and_then(host), Some("google.com"));
        assert_eq!(address("nowhere.example"), None);
    }
}
