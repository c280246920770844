//! What annotations make of an Ingress: redirects, who is let in, how often somebody may ask, cookies that hold on to a pod,
//! and canaries.
//!
//! Models: internal/ingress/annotations of ingress-nginx, v1.11.
//! Simplified: an annotation that is not in `KNOWN` is told in the controller's log as not simulated; a value that cannot be read
//! counts as none.

use regex::Regex;
use serde_json::Value;

use super::routes::text;

pub(super) const PREFIX: &str = "nginx.ingress.kubernetes.io/";
const KNOWN: [&str; 39] = [
    "affinity", "affinity-mode", "allowlist-source-range", "app-root", "canary", "canary-by-cookie", "canary-by-header", "canary-by-header-pattern",
    "canary-by-header-value", "canary-weight", "canary-weight-total", "default-backend", "denylist-source-range", "force-ssl-redirect",
    "limit-burst-multiplier", "limit-connections", "limit-rpm", "limit-rps", "permanent-redirect", "permanent-redirect-code", "proxy-body-size",
    "proxy-read-timeout", "rewrite-target", "session-cookie-domain", "session-cookie-expires",
    "session-cookie-max-age", "session-cookie-name", "session-cookie-path", "session-cookie-samesite", "session-cookie-secure", "ssl-redirect",
    "temporal-redirect", "temporal-redirect-code", "upstream-vhost", "use-regex", "whitelist-source-range", "x-forwarded-prefix", "limit-whitelist",
    "limit-allowlist",
];
/// How many requests more than its rate a client may make at once, in seconds (or minutes) of its rate.
const BURST: u64 = 5;
/// The longest body, where an Ingress says nothing.
const BODY_BYTES: u64 = 1 << 20;

pub(super) fn annotation<'a>(ingress: &'a Value, name: &str) -> Option<&'a str> {
    ingress["metadata"]["annotations"][format!("{PREFIX}{name}")].as_str()
}

fn is_true(ingress: &Value, name: &str) -> bool {
    annotation(ingress, name) == Some("true")
}

fn number(ingress: &Value, name: &str) -> Option<u64> {
    annotation(ingress, name)?.parse().ok()
}

/// What the log is to say of annotations that nothing comes of.
pub(super) fn not_simulated(ingress: &Value) -> Vec<String> {
    let place = format!("{}/{}", text(ingress, "/metadata/namespace"), text(ingress, "/metadata/name"));
    let all = ingress["metadata"]["annotations"].as_object().into_iter().flatten();
    let unknown = all.filter_map(|(key, _)| key.strip_prefix(PREFIX)).filter(|key| !KNOWN.contains(key));
    let mut found: Vec<String> = unknown.map(|key| format!("podarium: not simulated: the annotation {PREFIX}{key} of the Ingress {place}")).collect();
    if annotation(ingress, "affinity-mode").is_some_and(|mode| mode != "balanced") {
        found.push(format!("podarium: not simulated: the annotation {PREFIX}affinity-mode of the Ingress {place} with another value than balanced"));
    }
    found
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    first: u32,
    mask: u32,
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let (address, length) = text.trim().split_once('/').map_or((text.trim(), 32), |(address, length)| (address, length.parse().unwrap_or(33)));
        let address: std::net::Ipv4Addr = address.parse().ok()?;
        let mask = if length == 0 { 0 } else { u32::MAX.checked_shl(32_u32.checked_sub(length)?)? };
        Some(Range { first: u32::from(address) & mask, mask })
    }

    fn has(self, address: &str) -> bool {
        address.parse().is_ok_and(|address: std::net::Ipv4Addr| u32::from(address) & self.mask == self.first)
    }
}

fn ranges(ingress: &Value, names: [&str; 2]) -> Vec<Range> {
    let written = names.iter().find_map(|name| annotation(ingress, name)).unwrap_or_default();
    written.split(',').filter_map(Range::read).collect()
}

/// How many requests of one client are let through in a time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rate {
    /// `default_web_rps`: who has the same shares the count.
    pub zone: String,
    pub requests: u64,
    pub per_ms: u64,
    pub burst: u64,
}

/// A cookie that says which pod a client goes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sticky {
    pub name: String,
    /// What stands behind name, value and key.
    pub attributes: String,
    /// The path, if it is not the location's own.
    pub path: Option<String>,
    pub secure: Option<bool>,
    pub expires_seconds: Option<i64>,
    pub same_site: Option<String>,
}

/// When a request goes to a canary in the place of the real thing.
#[derive(Clone, Debug)]
pub(super) struct Canary {
    pub weight: u64,
    pub total: u64,
    pub header: String,
    pub header_value: String,
    pub header_pattern: Option<Regex>,
    pub cookie: String,
}

/// What an Ingress says of all of its locations.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    /// Where to, and with which status.
    pub redirect: Option<(u16, String)>,
    pub app_root: Option<String>,
    pub allowed: Vec<Range>,
    pub denied: Vec<Range>,
    pub rates: Vec<Rate>,
    pub never_limited: Vec<Range>,
    pub connections: Option<(String, u64)>,
    pub sticky: Option<Sticky>,
    /// The longest body; 0: any.
    pub body_bytes: u64,
    pub read_seconds: Option<u64>,
    pub upstream_host: Option<String>,
    pub forwarded_prefix: Option<String>,
}

impl Rules {
    pub fn of(ingress: &Value) -> Self {
        let text_of = |name: &str| annotation(ingress, name).filter(|text| !text.is_empty()).map(str::to_owned);
        let code = |name: &str, usual: u16, most: u64| number(ingress, name).filter(|code| (300..=most).contains(code)).and_then(|code| u16::try_from(code).ok()).unwrap_or(usual);
        let temporal = text_of("temporal-redirect").map(|url| (code("temporal-redirect-code", 302, 307), url));
        let zone = format!("{}_{}", text(ingress, "/metadata/namespace"), text(ingress, "/metadata/name"));
        let burst = number(ingress, "limit-burst-multiplier").unwrap_or(BURST);
        let rate = |name: &str, per_ms: u64| {
            let requests = number(ingress, &format!("limit-{name}")).filter(|requests| *requests > 0)?;
            Some(Rate { zone: format!("{zone}_{name}"), requests, per_ms, burst: requests * burst })
        };
        Rules {
            redirect: temporal.or_else(|| Some((code("permanent-redirect-code", 301, 308), text_of("permanent-redirect")?))),
            app_root: text_of("app-root").filter(|path| path.starts_with('/')),
            allowed: ranges(ingress, ["allowlist-source-range", "whitelist-source-range"]),
            denied: ranges(ingress, ["denylist-source-range", "denylist-source-range"]),
            rates: [rate("rps", 1000), rate("rpm", 60_000)].into_iter().flatten().collect(),
            never_limited: ranges(ingress, ["limit-allowlist", "limit-whitelist"]),
            connections: number(ingress, "limit-connections").filter(|count| *count > 0).map(|count| (format!("{zone}_conn"), count)),
            sticky: (annotation(ingress, "affinity") == Some("cookie")).then(|| Sticky::of(ingress)),
            body_bytes: text_of("proxy-body-size").and_then(|size| bytes(&size)).unwrap_or(BODY_BYTES),
            read_seconds: number(ingress, "proxy-read-timeout"),
            upstream_host: text_of("upstream-vhost"),
            forwarded_prefix: text_of("x-forwarded-prefix"),
        }
    }

    /// Whether this client may come in.
    pub fn lets_in(&self, address: &str) -> bool {
        !self.denied.iter().any(|range| range.has(address)) && (self.allowed.is_empty() || self.allowed.iter().any(|range| range.has(address)))
    }

    pub fn is_limited(&self, address: &str) -> bool {
        !self.never_limited.iter().any(|range| range.has(address))
    }
}

/// `8m` in bytes.
fn bytes(size: &str) -> Option<u64> {
    let digits = size.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let factor = match &size[digits.len()..].to_lowercase()[..] {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => return None,
    };
    Some(digits.parse::<u64>().ok()? * factor)
}

impl Sticky {
    fn of(ingress: &Value) -> Self {
        let text_of = |name: &str| annotation(ingress, &format!("session-cookie-{name}")).filter(|text| !text.is_empty());
        let mut attributes = String::new();
        if let Some(age) = text_of("max-age") {
            attributes += &format!("; Max-Age={age}");
        }
        if let Some(domain) = text_of("domain") {
            attributes += &format!("; Domain={domain}");
        }
        Sticky {
            name: text_of("name").unwrap_or("INGRESSCOOKIE").to_owned(),
            attributes,
            path: text_of("path").map(str::to_owned),
            secure: text_of("secure").map(|text| text == "true"),
            expires_seconds: text_of("expires").and_then(|text| text.parse().ok()),
            same_site: text_of("samesite").map(str::to_owned),
        }
    }

    /// The header for a client that gets a new key.
    pub fn set_cookie(&self, value: &str, location: &str, tls: bool, expires: Option<&str>, same_site: Option<&str>) -> String {
        let expires = expires.map_or(String::new(), |at| format!("; Expires={at}"));
        let path = self.path.as_deref().unwrap_or(location);
        let secure = if self.secure.unwrap_or(tls) { "; Secure" } else { "" };
        let same_site = same_site.map_or(String::new(), |word| format!("; SameSite={word}"));
        format!("{}={value}{expires}{}; Path={path}{secure}; HttpOnly{same_site}", self.name, self.attributes)
    }
}

impl Canary {
    /// What an Ingress says that is a canary; `None`: it is none.
    pub fn of(ingress: &Value) -> Option<Self> {
        let text_of = |name: &str| annotation(ingress, name).unwrap_or_default().to_owned();
        is_true(ingress, "canary").then(|| Canary {
            weight: number(ingress, "canary-weight").unwrap_or(0),
            total: number(ingress, "canary-weight-total").unwrap_or(100).max(100),
            header: text_of("canary-by-header"),
            header_value: text_of("canary-by-header-value"),
            header_pattern: annotation(ingress, "canary-by-header-pattern").filter(|pattern| !pattern.is_empty()).and_then(|pattern| Regex::new(pattern).ok()),
            cookie: text_of("canary-by-cookie"),
        })
    }

    /// Whether a request goes there: header before cookie before chance. `draw` is a number from 1 to the total.
    pub fn takes(&self, header: Option<&str>, cookie: Option<&str>, draw: u64) -> bool {
        if let Some(header) = header.filter(|_| !self.header.is_empty()) {
            let by_value = (!self.header_value.is_empty()).then(|| self.header_value == header);
            let by_pattern = || self.header_pattern.as_ref().map(|pattern| pattern.is_match(header));
            match by_value.or_else(by_pattern) {
                Some(true) => return true,
                Some(false) => {}
                None if header == "always" => return true,
                None if header == "never" => return false,
                None => {}
            }
        }
        match cookie.filter(|_| !self.cookie.is_empty()) {
            Some("always") => true,
            Some("never") => false,
            _ => draw <= self.weight,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ingress(pairs: &[(&str, &str)]) -> Value {
        let annotations: serde_json::Map<String, Value> = pairs.iter().map(|(name, value)| (format!("{PREFIX}{name}"), json!(value))).collect();
        json!({"metadata": {"namespace": "default", "name": "i", "annotations": annotations}})
    }

    #[test]
    fn a_canary_is_chosen_by_header_then_cookie_then_chance() {
        let all = ingress(&[("canary", "true"), ("canary-by-header", "X-New"), ("canary-by-cookie", "new"), ("canary-weight", "10")]);
        let canary = Canary::of(&all).unwrap();
        for (header, cookie, draw, wanted) in [
            (None, None, 10, true), (None, None, 11, false), (Some("always"), Some("never"), 100, true), (Some("never"), Some("always"), 1, false),
            (Some("other"), Some("always"), 100, true), (Some("other"), Some("never"), 1, false), (Some("other"), None, 1, true),
        ] {
            assert_eq!(canary.takes(header, cookie, draw), wanted, "{header:?} {cookie:?} {draw}");
        }
        let valued = Canary::of(&ingress(&[("canary", "true"), ("canary-by-header", "X-New"), ("canary-by-header-value", "yes"), ("canary-by-header-pattern", ".*")])).unwrap();
        // The value is asked for before the pattern, and a wrong one leaves it to the weight.
        assert!(valued.takes(Some("yes"), None, 100) && !valued.takes(Some("always"), None, 1));
        let pattern = Canary::of(&ingress(&[("canary", "true"), ("canary-by-header", "Region"), ("canary-by-header-pattern", "^(ch|de)$")])).unwrap();
        assert!(pattern.takes(Some("de"), None, 100) && !pattern.takes(Some("fr"), None, 1));
        assert!(Canary::of(&ingress(&[("canary-weight", "10")])).is_none());
    }

    #[test]
    fn ranges_let_in_and_keep_out() {
        let rules = Rules::of(&ingress(&[("whitelist-source-range", "10.0.0.0/24, 172.10.0.1"), ("denylist-source-range", "10.0.0.7")]));
        let let_in: Vec<bool> = ["10.0.0.1", "10.0.1.1", "172.10.0.1", "172.10.0.2", "10.0.0.7"].iter().map(|address| rules.lets_in(address)).collect();
        assert_eq!(let_in, [true, false, true, false, false]);
        assert!(Rules::of(&ingress(&[])).lets_in("1.2.3.4"));
    }

    #[test]
    fn redirects_and_cookies_are_written_as_nginx_does() {
        assert_eq!(Rules::of(&ingress(&[("permanent-redirect", "https://new.example"), ("permanent-redirect-code", "308")])).redirect, Some((308, "https://new.example".to_owned())));
        assert_eq!(Rules::of(&ingress(&[("permanent-redirect", "https://p.example"), ("temporal-redirect", "https://t.example")])).redirect, Some((302, "https://t.example".to_owned())));
        let sticky = Rules::of(&ingress(&[("affinity", "cookie"), ("session-cookie-name", "route"), ("session-cookie-max-age", "172800")])).sticky.unwrap();
        assert_eq!(sticky.set_cookie("k|b", "/", false, None, None), "route=k|b; Max-Age=172800; Path=/; HttpOnly");
        assert_eq!(sticky.set_cookie("k|b", "/x", true, None, Some("Lax")), "route=k|b; Max-Age=172800; Path=/x; Secure; HttpOnly; SameSite=Lax");
        assert_eq!((bytes("8m"), bytes("100"), bytes("1x")), (Some(8 << 20), Some(100), None));
    }

    #[test]
    fn what_nothing_comes_of_is_told() {
        let told = not_simulated(&ingress(&[("canary", "true"), ("auth-url", "http://a"), ("affinity-mode", "persistent")]));
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains("not simulated: the annotation nginx.ingress.kubernetes.io/auth-url of the Ingress default/i"));
    }
}
