//! What a configuration says, once it is read: servers, locations, upstreams, and what holds in each place.
//!
//! Models: src/http of nginx (the configurations of its modules).
//! Simplified: what is not simulated has no place here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::Identity;
use regex::Regex;

use super::rewrite::Step;
use super::syntax::Place;

/// How grave a line of the error log is; those below what is configured are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Emergency,
    Alert,
    Error,
    Warning,
    Notice,
    Info,
}

#[derive(Clone, Debug)]
pub(super) struct Config {
    pub level: Level,
    pub error_log: String,
    pub pid: String,
    /// `None`: one for each CPU.
    pub workers: Option<u32>,
    pub user: String,
    pub servers: Vec<Arc<Server>>,
    pub upstreams: BTreeMap<String, Upstream>,
    pub maps: Vec<Map>,
    pub formats: BTreeMap<String, String>,
    /// What is not simulated of it.
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
    pub texts: Vec<(String, String)>,
    pub has_resolver: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Server {
    pub listens: Vec<Listen>,
    pub names: Vec<String>,
    pub patterns: Vec<Regex>,
    pub place: Place,
    pub identity: Option<Identity>,
    pub scope: Scope,
    pub rewrites: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listen {
    pub address: String,
    pub port: u16,
    pub ssl: bool,
    pub default: bool,
}

/// What a server or a location does.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub settings: Arc<Settings>,
    pub steps: Vec<Step>,
    pub locations: Vec<Arc<Location>>,
    pub handler: Handler,
}

#[derive(Clone, Debug)]
pub(super) struct Location {
    pub matcher: Matcher,
    pub internal: bool,
    pub scope: Scope,
}

#[derive(Clone, Debug)]
pub(super) enum Matcher {
    Exact(String),
    /// `last`: no regular expression is looked at.
    Prefix { path: String, last: bool },
    Regex(Option<Regex>),
    Named(String),
}

#[derive(Clone, Debug)]
pub(super) enum Handler {
    Files,
    Proxy(Arc<Proxy>),
    StubStatus,
    /// Another way to answer, by its directive.
    Unknown(String),
}

/// `proxy_pass`.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub scheme: String,
    /// The name of an upstream, which may be one made of the address itself; or a text with variables.
    pub host: String,
    pub uri: Option<String>,
    pub has_variables: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Upstream {
    pub servers: Vec<Peer>,
    pub method: Method,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Method {
    #[default]
    RoundRobin,
    IpHash,
    LeastConnections,
}

#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub host: String,
    pub port: u16,
    pub weight: i64,
    pub max_fails: u32,
    pub fail_timeout: Duration,
    pub backup: bool,
    pub down: bool,
    pub place: Place,
    /// What the host's name stands for, once that is known.
    pub addresses: Vec<String>,
}

/// `map $source $name { … }`
#[derive(Clone, Debug)]
pub(super) struct Map {
    pub source: String,
    pub name: String,
    pub default: String,
    pub values: Vec<(String, String)>,
    pub patterns: Vec<(Regex, String)>,
}

#[derive(Clone, Debug)]
pub(super) struct ErrorPage {
    pub codes: Vec<u16>,
    /// `=`: the status of the page itself (`None`), or a given one.
    pub instead: Option<Option<u16>>,
    pub uri: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AccessLog {
    pub path: String,
    pub format: String,
}

/// What holds in a place, as far as it is inherited.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub root: String,
    pub alias: Option<String>,
    pub index: Vec<String>,
    pub autoindex: bool,
    pub error_pages: Vec<ErrorPage>,
    pub access_log: Vec<AccessLog>,
    pub proxy_headers: Vec<(String, String)>,
    pub proxy_redirect: bool,
    pub proxy_read_timeout: Duration,
    pub next_upstream: Vec<String>,
    pub add_headers: Vec<(String, String, bool)>,
    pub try_files: Vec<String>,
    pub types: Arc<BTreeMap<String, String>>,
    pub default_type: String,
    pub charset: Option<String>,
    pub body_limit: u64,
    pub tokens: bool,
    pub intercept_errors: bool,
    pub realm: Option<String>,
    pub password_file: String,
    pub rules: Vec<(bool, String)>,
    pub expires: Option<String>,
    pub absolute_redirect: bool,
    pub log_not_found: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            root: "/etc/nginx/html".to_owned(),
            alias: None,
            index: vec!["index.html".to_owned()],
            autoindex: false,
            error_pages: Vec::new(),
            access_log: vec![AccessLog { path: "/var/log/nginx/access.log".to_owned(), format: "combined".to_owned() }],
            proxy_headers: Vec::new(),
            proxy_redirect: true,
            proxy_read_timeout: Duration::from_secs(60),
            next_upstream: vec!["error".to_owned(), "timeout".to_owned()],
            add_headers: Vec::new(),
            try_files: Vec::new(),
            types: Arc::new([("html", "text/html"), ("gif", "image/gif"), ("jpg", "image/jpeg")].map(|(end, kind)| (end.to_owned(), kind.to_owned())).into()),
            default_type: "text/plain".to_owned(),
            charset: None,
            body_limit: 1 << 20,
            tokens: true,
            intercept_errors: false,
            realm: None,
            password_file: String::new(),
            rules: Vec::new(),
            expires: None,
            absolute_redirect: true,
            log_not_found: true,
        }
    }
}

/// `host:port`, with the port that is meant when none is said.
pub(super) fn host_and_port(text: &str, default: u16) -> Option<(String, u16)> {
    match text.rsplit_once(':') {
        Some((host, port)) => Some((host.to_owned(), port.parse().ok().filter(|port| *port > 0)?)),
        None => Some((text.to_owned(), default)),
    }
}

/// `60`, `60s`, `1m`, `500ms`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    Some(match unit {
        "ms" => Duration::from_millis(number),
        "" | "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number * 60),
        "h" => Duration::from_secs(number * 3600),
        "d" => Duration::from_secs(number * 86_400),
        _ => return None,
    })
}

/// `8k`, `1m`, `1g`.
pub(super) fn size(text: &str) -> Option<u64> {
    let (number, shift) = match text.chars().last()?.to_ascii_lowercase() {
        'k' => (&text[..text.len() - 1], 10),
        'm' => (&text[..text.len() - 1], 20),
        'g' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    Some(number.parse::<u64>().ok()? << shift)
}
