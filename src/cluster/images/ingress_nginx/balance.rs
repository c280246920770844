//! Which pod gets a request: one after the other, the one that the client's cookie says, or a canary's.
//!
//! Models: rootfs/etc/nginx/lua/{balancer.lua,balancer/sticky.lua,balancer/round_robin.lua} of ingress-nginx, v1.11.
//! Simplified: which pod a key means is worked out in another way than nginx's consistent hashing; as there, few keys move when pods
//! come and go.

use md5::{Digest as _, Md5};
use podarium_machine::{HttpRequest, Sys};

use super::annotations::{Rules, Sticky};
use super::routes::{Alternative, Location, Routes};
use super::{Controller, TRIES};

/// Where a request goes.
pub(super) struct Chosen {
    pub alternative: Option<String>,
    pub at: String,
    /// The others, for when that one fails.
    pub left: Vec<String>,
    pub cookie: Option<String>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How cookies name an upstream.
fn backend_key(upstream: &str) -> String {
    let inner = hex(&Md5::digest(upstream.as_bytes()));
    hex(&Md5::digest(format!("{inner}{upstream}").as_bytes()))
}

/// The endpoint that a key means: the one for which key and address together have the greatest hash.
fn of_key<'a>(endpoints: &'a [String], key: &str) -> Option<&'a String> {
    endpoints.iter().max_by_key(|endpoint| hex(&Md5::digest(format!("{key} {endpoint}").as_bytes())))
}

/// A cookie of the request.
pub(super) fn cookie<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let all = request.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case("cookie"));
    all.flat_map(|(_, value)| value.split(';')).find_map(|pair| pair.trim().split_once('=').filter(|(found, _)| *found == name).map(|(_, value)| value))
}

/// The client's address.
pub(super) fn client(request: &HttpRequest) -> &str {
    request.from.rsplit_once(':').map_or(request.from.as_str(), |(ip, _)| ip)
}

impl Controller {
    /// The status with which a request is refused, if it is.
    pub(super) fn refuses(&mut self, sys: &mut Sys<'_>, rules: &Rules, request: &HttpRequest) -> Option<u16> {
        let client = client(request);
        if rules.body_bytes > 0 && request.body.len() as u64 > rules.body_bytes {
            return Some(413);
        }
        if rules.is_limited(client) {
            let now = sys.now();
            if rules.rates.iter().any(|rate| !self.buckets.take(rate, client, now)) {
                return Some(503);
            }
            if let Some((zone, most)) = &rules.connections {
                let same = |passed: &&super::Passed| passed.rules.connections.as_ref().is_some_and(|(other, _)| other == zone) && self::client(&passed.request) == client;
                if self.active.values().filter(same).count() as u64 >= *most {
                    return Some(503);
                }
            }
        }
        (!rules.lets_in(client)).then_some(403)
    }

    /// Chooses a pod. `None`: there is none.
    pub(super) fn choose(&mut self, sys: &mut Sys<'_>, routes: &Routes, location: &Location, request: &HttpRequest, tls: bool) -> Option<Chosen> {
        let sticky = location.rules.sticky.as_ref();
        let key = sticky.and_then(|sticky| cookie(request, &sticky.name));
        let (key, of_backend) = key.map_or((None, None), |value| value.split_once('|').map_or((Some(value), None), |(key, backend)| (Some(key), Some(backend))));
        let alternative = routes.alternatives.get(&location.upstream).filter(|alternative| {
            let is_held = |upstream: &str| of_backend.is_some_and(|held| held == backend_key(upstream));
            let mut goes = |alternative: &Alternative| {
                let canary = &alternative.canary;
                let draw = 1 + sys.random_bits() % canary.total;
                canary.takes(request.header_value(&canary.header), cookie(request, &canary.cookie), draw)
            };
            !is_held(&location.upstream) && !alternative.endpoints.is_empty() && (alternative.sticky && is_held(&alternative.upstream) || goes(alternative))
        });
        let (upstream, endpoints) = alternative.map_or((&location.upstream, &location.endpoints), |found| (&found.upstream, &found.endpoints));
        let mut left = endpoints.clone();
        let mut cookie = None;
        if let Some(sticky) = sticky {
            let (key, is_new) = key.map_or_else(|| (new_key(sys), true), |key| (key.to_owned(), false));
            let at = of_key(&left, &key)?.clone();
            left.retain(|other| *other != at);
            left.insert(0, at);
            if is_new {
                cookie = Some(set_cookie(sys, sticky, &format!("{key}|{}", backend_key(upstream)), location, tls));
            }
        } else {
            let turn = self.turns.entry(upstream.clone()).or_default();
            let count = left.len().max(1);
            left.rotate_left(*turn % count);
            *turn += 1;
        }
        if left.is_empty() {
            return None;
        }
        left.truncate(TRIES);
        let at = left.remove(0);
        Some(Chosen { alternative: alternative.map(|found| found.upstream.clone()), at, left, cookie })
    }
}

/// `1767254400.123.30.482913`: the time, a worker of nginx, a number.
fn new_key(sys: &mut Sys<'_>) -> String {
    let millis = sys.unix_nanos() / 1_000_000;
    format!("{}.{:03}.30.{}", millis / 1000 + 1, millis % 1000, sys.random_bits() % 1_000_000)
}

fn set_cookie(sys: &mut Sys<'_>, sticky: &Sticky, value: &str, location: &Location, tls: bool) -> String {
    let expires = sticky.expires_seconds.map(|seconds| {
        let at = jiff::Timestamp::from_nanosecond(i128::from(sys.unix_nanos())).unwrap_or_default() + jiff::SignedDuration::from_secs(seconds);
        at.strftime("%a, %d-%b-%y %H:%M:%S GMT").to_string()
    });
    sticky.set_cookie(value, &location.path, tls, expires.as_deref(), sticky.same_site.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_keeps_its_pod_when_another_comes() {
        let two: Vec<String> = ["10.0.0.1:80", "10.0.0.2:80"].map(str::to_owned).into();
        let three: Vec<String> = two.iter().cloned().chain(["10.0.0.3:80".to_owned()]).collect();
        let keys: Vec<String> = (0..300).map(|number| format!("key{number}")).collect();
        let moved = keys.iter().filter(|key| of_key(&two, key) != of_key(&three, key)).collect::<Vec<_>>();
        assert!(moved.iter().all(|key| of_key(&three, key) == three.last()), "only to the new one");
        assert!((60..140).contains(&moved.len()), "{}", moved.len());
    }

    #[test]
    fn cookies_are_found_by_name() {
        let request = HttpRequest::new("GET", "http://a/".to_owned()).header("Cookie", "a=1; route=k|b; c=");
        assert_eq!((cookie(&request, "route"), cookie(&request, "a"), cookie(&request, "x")), (Some("k|b"), Some("1"), None));
    }
}
