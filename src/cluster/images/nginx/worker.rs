//! A worker of nginx: takes requests, answers them or passes them on, writes both down.
//!
//! Models: ngx_http_request.c, ngx_http_upstream.c and the round robin of nginx.
//! Simplified: requests to upstreams are sent whole and their answers passed on whole; nothing is cached.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{ConnectionId, ExchangeId, HttpRequest, HttpResponse, NetError, Program, Signal, Sys, Turn};
use podarium_sim::Time;

use super::config::{Config, Level, Method, Proxy, Server};
use super::pages;
use super::process::{log, log_descriptor};
use super::request::{Action, Desk, Reply, Request, Tried};

/// The CPU time of a request.
const CPU: Duration = Duration::from_micros(60);
const MEMORY: u64 = 3 << 20;

#[derive(Clone)]
pub(super) struct Worker {
    config: Arc<Config>,
    version: String,
    number: u64,
    /// Requests at upstreams.
    active: BTreeMap<ExchangeId, Passed>,
    peers: BTreeMap<String, Vec<PeerState>>,
    quitting: bool,
    ended: bool,
    begun: bool,
}

/// A request that an upstream has.
#[derive(Clone)]
struct Passed {
    connection: ConnectionId,
    request: Request,
    proxy: Arc<Proxy>,
    /// Which of the upstream's addresses; `None` where there is no choice.
    peer: Option<usize>,
    tried: BTreeSet<usize>,
    url: String,
    began: Time,
    sent: Time,
    deadline: Time,
}

/// An address of an upstream.
#[derive(Clone, Debug)]
struct PeerState {
    address: String,
    weight: i64,
    current: i64,
    max_fails: u32,
    fail_timeout: Duration,
    fails: u32,
    failed_at: Option<Time>,
    backup: bool,
    active: u32,
}

impl Worker {
    pub fn new(config: Arc<Config>, version: String) -> Self {
        let peers = config.upstreams.iter().map(|(name, upstream)| {
            let all = upstream.servers.iter().filter(|peer| !peer.down).flat_map(|peer| {
                peer.addresses.iter().map(|address| PeerState {
                    address: format!("{address}:{}", peer.port),
                    weight: peer.weight,
                    current: 0,
                    max_fails: peer.max_fails,
                    fail_timeout: peer.fail_timeout,
                    fails: 0,
                    failed_at: None,
                    backup: peer.backup,
                    active: 0,
                })
            });
            (name.clone(), all.collect())
        });
        Worker { peers: peers.collect(), config, version, number: 0, active: BTreeMap::new(), quitting: false, ended: false, begun: false }
    }
}

impl Program for Worker {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        if !self.begun {
            self.begun = true;
            sys.set_memory(MEMORY);
        }
        if self.ended {
            log(sys, &self.config, Level::Notice, "exiting");
            log(sys, &self.config, Level::Notice, "exit");
            return Turn::Exit(0);
        }
        let mut ports: Vec<u16> = self.config.servers.iter().flat_map(|server| server.listens.iter().map(|listen| listen.port)).collect();
        ports.sort_unstable();
        ports.dedup();
        if !self.quitting {
            for port in &ports {
                while let Some((connection, http)) = sys.accept(*port) {
                    self.take(sys, *port, connection, http);
                }
            }
        }
        for id in self.active.keys().copied().collect::<Vec<_>>() {
            let deadline = self.active[&id].deadline;
            if let Some(answer) = sys.http_whole(id, Some(deadline))
                && let Some(passed) = self.active.remove(&id)
            {
                sys.http_close(id);
                self.answered(sys, passed, answer);
            }
        }
        if self.quitting && self.active.is_empty() {
            self.ended = true;
            log(sys, &self.config, Level::Notice, "gracefully shutting down");
            log(sys, &self.config, Level::Notice, "exiting");
            log(sys, &self.config, Level::Notice, "exit");
            return Turn::Exit(0);
        }
        Turn::Wait
    }

    fn signal(&mut self, signal: Signal) -> bool {
        match signal {
            Signal::Quit => self.quitting = true,
            Signal::Terminate | Signal::Interrupt => self.ended = true,
            Signal::Hangup | Signal::User1 | Signal::WindowChange => {}
            _ => return false,
        }
        true
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

impl Worker {
    /// A request has come.
    fn take(&mut self, sys: &mut Sys<'_>, port: u16, connection: ConnectionId, http: HttpRequest) {
        self.number += 1;
        sys.use_cpu(CPU);
        let Some(server) = self.server(port, &http) else { return sys.reset(connection) };
        let unix_nanos = sys.unix_nanos();
        let mut request = Request {
            port,
            tls: http.url.starts_with("https://"),
            address: "127.0.0.1".to_owned(),
            hostname: sys.hostname().to_owned(),
            version: self.version.clone(),
            pid: sys.pid().0,
            number: self.number,
            unix_nanos,
            epoch_nanos: unix_nanos - i64::try_from(sys.now().as_nanos()).unwrap_or(0),
            scope: server.scope.clone(),
            server,
            uri: String::new(),
            args: String::new(),
            matched: String::new(),
            in_pattern: false,
            captures: Vec::new(),
            set: BTreeMap::new(),
            user: String::new(),
            redirects: 0,
            shown_for: None,
            internal: false,
            proxy_host: String::new(),
            tried: Vec::new(),
            status: 0,
            bytes: 0,
            took: Duration::ZERO,
            sent: Vec::new(),
            http,
        };
        let began = sys.now();
        let action = self.at_desk(sys, |desk| desk.handle(&mut request));
        self.act(sys, connection, request, action, began);
    }

    fn at_desk(&mut self, sys: &mut Sys<'_>, work: impl FnOnce(&mut Desk<'_, '_>) -> Action) -> Action {
        let config = self.config.clone();
        let mut own = Vec::new();
        let action = {
            let mut desk = Desk { config: &config, sys, errors: Vec::new(), count: self.number };
            let action = work(&mut desk);
            own.append(&mut desk.errors);
            action
        };
        for (level, text) in own {
            log(sys, &config, level, &text);
        }
        action
    }

    fn act(&mut self, sys: &mut Sys<'_>, connection: ConnectionId, request: Request, action: Action, began: Time) {
        match action {
            Action::Reply(reply) => self.send(sys, connection, request, reply, began),
            Action::Forward(proxy) => self.forward(sys, connection, request, proxy, BTreeSet::new(), began),
        }
    }

    /// The server of a port that has the name that is asked for; else the default one.
    fn server(&self, port: u16, http: &HttpRequest) -> Option<Arc<Server>> {
        let of_port = || self.config.servers.iter().filter(|server| server.listens.iter().any(|listen| listen.port == port));
        let host = http.header_value("host").unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_lowercase();
        let named = |fits: &dyn Fn(&str) -> bool| of_port().find(|server| server.names.iter().any(|name| fits(name)));
        let after = |name: &str| name.strip_prefix('*').or(name.starts_with('.').then_some(name)).map(str::to_owned);
        let exact = named(&|name| name == host || name.strip_prefix('.') == Some(host.as_str()));
        let by_end = || named(&|name| after(name).is_some_and(|end| !host.is_empty() && host.ends_with(&end)));
        let by_beginning = || named(&|name| name.strip_suffix('*').is_some_and(|beginning| !host.is_empty() && host.starts_with(beginning)));
        let by_pattern = || of_port().find(|server| server.patterns.iter().any(|pattern| pattern.is_match(&host)));
        let default = || of_port().find(|server| server.listens.iter().any(|listen| listen.port == port && listen.default)).or_else(|| of_port().next());
        exact.or_else(by_end).or_else(by_beginning).or_else(by_pattern).or_else(default).cloned()
    }

    /// Completes an answer and sends it.
    fn send(&mut self, sys: &mut Sys<'_>, connection: ConnectionId, mut request: Request, reply: Reply, began: Time) {
        if reply.status == 444 {
            request.status = 444;
            self.write_down(sys, request, began);
            return sys.reset(connection);
        }
        let settings = request.scope.settings.clone();
        let is_page = reply.body.is_none();
        let body = reply.body.clone().unwrap_or_else(|| pages::standard(reply.status, &self.version, settings.tokens));
        let name = if settings.tokens { format!("nginx/{}", self.version) } else { "nginx".to_owned() };
        let mut headers = vec![("Server".to_owned(), name), ("Date".to_owned(), pages::date(sys.unix_nanos()))];
        let kind = match (&reply.kind, is_page || reply.status == 400) {
            (Some(kind), _) => Some(kind.clone()),
            (None, true) => Some("text/html".to_owned()),
            (None, false) if reply.from_upstream || body.is_empty() => None,
            (None, false) => {
                let ending = request.uri.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
                Some(ending.and_then(|ending| settings.types.get(&ending).cloned()).unwrap_or_else(|| settings.default_type.clone()))
            }
        };
        if let Some(mut kind) = kind {
            if let Some(charset) = settings.charset.as_ref().filter(|_| kind.starts_with("text/") && !kind.contains("charset")) {
                kind.push_str(&format!("; charset={charset}"));
            }
            headers.push(("Content-Type".to_owned(), kind));
        }
        if !matches!(reply.status, 204 | 304) {
            headers.push(("Content-Length".to_owned(), reply.length.unwrap_or(body.len()).to_string()));
        }
        let first = |name: &str| matches!(name, "Last-Modified" | "Location");
        headers.extend(reply.headers.iter().filter(|(name, _)| first(name)).cloned());
        let closes = matches!(reply.status, 400 | 413 | 414 | 500 | 501) && !reply.from_upstream;
        headers.push(("Connection".to_owned(), if closes { "close" } else { "keep-alive" }.to_owned()));
        headers.extend(reply.headers.iter().filter(|(name, _)| !first(name)).cloned());
        (request.status, request.sent) = (reply.status, headers.clone());
        for (name, value, always) in &settings.add_headers {
            if *always || matches!(reply.status, 200 | 201 | 204 | 206 | 301 | 302 | 303 | 304 | 307 | 308) {
                let value = request.value(&self.config, value);
                if !value.is_empty() {
                    headers.push((name.clone(), value));
                }
            }
        }
        if let Some(expires) = &settings.expires
            && matches!(reply.status, 200 | 201 | 204 | 206 | 301 | 302 | 303 | 304 | 307 | 308)
        {
            headers.extend(expiry(expires, sys.unix_nanos()));
        }
        let body = if request.http.method == "HEAD" { Vec::new() } else { body };
        request.bytes = body.len();
        sys.respond(connection, HttpResponse { status: reply.status, headers, body });
        self.write_down(sys, request, began);
    }

    fn write_down(&mut self, sys: &mut Sys<'_>, mut request: Request, began: Time) {
        request.took = sys.now().since(began);
        request.unix_nanos = sys.unix_nanos();
        for target in request.scope.settings.access_log.clone() {
            let Some(format) = self.config.formats.get(&target.format) else { continue };
            let config = self.config.clone();
            let line = super::variables::expand(format, &mut |name| {
                let value = super::variables::value(&request, &config, name);
                if value.is_empty() { "-".to_owned() } else { value.replace('"', "\\x22") }
            });
            let line = format!("{line}\n");
            match log_descriptor(sys, &target.path) {
                Some(fd) => super::process::say(sys, fd, &line),
                None => drop(sys.append_file(&target.path, line.as_bytes())),
            }
        }
    }
}

/// Passing requests on.
impl Worker {
    fn forward(&mut self, sys: &mut Sys<'_>, connection: ConnectionId, mut request: Request, proxy: Arc<Proxy>, tried: BTreeSet<usize>, began: Time) {
        let host = if proxy.has_variables { request.value(&self.config, &proxy.host) } else { proxy.host.clone() };
        request.proxy_host.clone_from(&host);
        let target = target(&request, &proxy, &self.config);
        let (peer, authority) = match self.choose(sys, &host, &request, &tried) {
            Chosen::Peer(index, address) => (Some(index), address),
            Chosen::Direct => {
                let name = host.split(':').next().unwrap_or_default();
                if name.parse::<std::net::Ipv4Addr>().is_err() && !self.config.has_resolver {
                    self.error(sys, &request, &format!("no resolver defined to resolve {name}"), None);
                    return self.fail(sys, connection, request, 502, began);
                }
                (None, host.clone())
            }
            Chosen::Nobody => {
                let url = format!("{}://{host}{target}", proxy.scheme);
                self.error(sys, &request, "no live upstreams while connecting to upstream", Some(&url));
                request.tried.push(Tried { address: host, status: 502, ..Tried::default() });
                return self.fail(sys, connection, request, 502, began);
            }
        };
        let url = format!("{}://{authority}{target}", proxy.scheme);
        let mut out = HttpRequest::new(&request.http.method, url.clone()).body(request.http.body.clone());
        let settings = request.scope.settings.clone();
        let mut own: Vec<(String, String)> = settings.proxy_headers.iter().map(|(name, value)| (name.clone(), request.value(&self.config, value))).collect();
        for (name, value) in [("Host", host.clone()), ("Connection", "close".to_owned())] {
            if !own.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                own.push((name.to_owned(), value));
            }
        }
        let dropped = ["host", "connection", "keep-alive", "te", "expect", "upgrade", "transfer-encoding"];
        let passed = request.http.headers.iter().filter(|(name, _)| {
            !dropped.iter().any(|it| name.eq_ignore_ascii_case(it)) && !own.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
        });
        out.headers = own.iter().filter(|(_, value)| !value.is_empty()).cloned().chain(passed.cloned()).collect();
        out.timeout = Some(settings.proxy_read_timeout);
        let sent = sys.now();
        let deadline = sent + settings.proxy_read_timeout;
        let id = sys.http_send(out);
        if let Some(index) = peer {
            self.peers.get_mut(&host).into_iter().for_each(|all| all[index].active += 1);
        }
        self.active.insert(id, Passed { connection, request, proxy, peer, tried, url, began, sent, deadline });
        // It has to be told when there is an answer.
        let _ = sys.http_whole(id, Some(deadline));
    }

    fn choose(&mut self, sys: &Sys<'_>, host: &str, request: &Request, tried: &BTreeSet<usize>) -> Chosen {
        let method = self.config.upstreams.get(host).map(|upstream| upstream.method.clone()).unwrap_or_default();
        let Some(all) = self.peers.get_mut(host) else { return Chosen::Direct };
        let now = sys.now();
        let alone = all.len() == 1;
        let lives = |peer: &PeerState| {
            alone || peer.max_fails == 0 || peer.fails < peer.max_fails || peer.failed_at.is_none_or(|at| now.since(at) >= peer.fail_timeout)
        };
        for backup in [false, true] {
            let usable: Vec<usize> = (0..all.len()).filter(|index| !tried.contains(index) && all[*index].backup == backup && lives(&all[*index])).collect();
            if usable.is_empty() {
                continue;
            }
            let index = match method {
                Method::IpHash => {
                    let client = request.http.from.rsplit_once(':').map_or("", |(client, _)| client);
                    let hash = client.split('.').take(3).fold(89_u64, |hash, part| (hash * 113 + part.parse::<u64>().unwrap_or(0)) % 6271);
                    usable[usize::try_from(hash).unwrap_or(0) % usable.len()]
                }
                Method::LeastConnections => usable.iter().copied().min_by_key(|index| i64::from(all[*index].active) * 1000 / all[*index].weight).unwrap_or(0),
                Method::RoundRobin => {
                    let total: i64 = usable.iter().map(|index| all[*index].weight).sum();
                    for index in &usable {
                        all[*index].current += all[*index].weight;
                    }
                    let best = usable.iter().copied().reduce(|best, next| if all[next].current > all[best].current { next } else { best }).unwrap_or(0);
                    all[best].current -= total;
                    best
                }
            };
            return Chosen::Peer(index, all[index].address.clone());
        }
        Chosen::Nobody
    }

    fn answered(&mut self, sys: &mut Sys<'_>, mut passed: Passed, answer: Result<HttpResponse, NetError>) {
        let host = passed.request.proxy_host.clone();
        let address = passed.url.split_once("://").map_or("", |(_, rest)| rest).split('/').next().unwrap_or_default().to_owned();
        let took = sys.now().since(passed.sent);
        let (status, what) = match &answer {
            Ok(response) => (response.status, ""),
            Err(NetError::TimedOut) => (504, "timeout"),
            Err(_) => (502, "error"),
        };
        passed.request.tried.push(Tried { address, status, took, length: answer.as_ref().map_or(0, |response| response.body.len()) });
        if let Some(peer) = passed.peer.and_then(|index| self.peers.get_mut(&host)?.get_mut(index)) {
            peer.active = peer.active.saturating_sub(1);
            if answer.is_ok() {
                peer.fails = 0;
            }
        }
        let allows = |what: &str| passed.request.scope.settings.next_upstream.iter().any(|word| word == what);
        let again = match &answer {
            Ok(response) => allows(&format!("http_{}", response.status)),
            Err(error) => {
                self.complain(sys, &passed, *error);
                // A request that may have had an effect is not sent twice.
                let safe = matches!(error, NetError::ConnectionRefused | NetError::NetworkUnreachable) || matches!(passed.request.http.method.as_str(), "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS");
                allows(what) && safe
            }
        };
        if again && let Some(index) = passed.peer {
            self.failed(sys, &passed, index);
            passed.tried.insert(index);
            let left = self.peers.get(&host).is_some_and(|all| (0..all.len()).any(|index| !passed.tried.contains(&index)));
            if left {
                return self.forward(sys, passed.connection, passed.request, passed.proxy, passed.tried, passed.began);
            }
        }
        match answer {
            Err(_) => self.fail(sys, passed.connection, passed.request, status, passed.began),
            Ok(response) => self.pass_back(sys, passed, response),
        }
    }

    /// A server of an upstream has failed; after too many times it is left alone for a while.
    fn failed(&mut self, sys: &mut Sys<'_>, passed: &Passed, index: usize) {
        let now = sys.now();
        let Some(all) = self.peers.get_mut(&passed.request.proxy_host) else { return };
        let alone = all.len() == 1;
        let Some(peer) = all.get_mut(index) else { return };
        if peer.failed_at.is_none_or(|at| now.since(at) >= peer.fail_timeout) {
            peer.fails = 0;
        }
        peer.fails += 1;
        peer.failed_at = Some(now);
        if !alone && peer.max_fails > 0 && peer.fails >= peer.max_fails {
            let text = format!("*{} upstream server temporarily disabled while connecting to upstream{}", passed.request.number, passed.request.context(Some(&passed.url)));
            let config = self.config.clone();
            log(sys, &config, Level::Warning, &text);
        }
    }

    fn complain(&mut self, sys: &mut Sys<'_>, passed: &Passed, error: NetError) {
        let text = match error {
            NetError::ConnectionRefused => "connect() failed (111: Connection refused) while connecting to upstream".to_owned(),
            NetError::NotHttp => "upstream sent no valid HTTP/1.0 header while reading response header from upstream".to_owned(),
            NetError::ConnectionReset | NetError::EmptyReply => "upstream prematurely closed connection while reading response header from upstream".to_owned(),
            NetError::TimedOut => "upstream timed out (110: Connection timed out) while connecting to upstream".to_owned(),
            NetError::NetworkUnreachable => "connect() failed (101: Network is unreachable) while connecting to upstream".to_owned(),
            NetError::NotTls => "SSL_do_handshake() failed (SSL: error:0A00010B:SSL routines::wrong version number) while SSL handshaking to upstream".to_owned(),
            NetError::UnknownHost | NetError::BadUrl => {
                let name = passed.request.proxy_host.split(':').next().unwrap_or_default();
                format!("{name} could not be resolved (3: Host not found)")
            }
            NetError::Certificate(_) => format!("upstream SSL certificate verify error: {error} while SSL handshaking to upstream"),
        };
        let known = !matches!(error, NetError::UnknownHost | NetError::BadUrl);
        self.error(sys, &passed.request, &text, known.then_some(passed.url.as_str()));
    }

    fn error(&mut self, sys: &mut Sys<'_>, request: &Request, text: &str, upstream: Option<&str>) {
        let config = self.config.clone();
        log(sys, &config, Level::Error, &format!("*{} {text}{}", request.number, request.context(upstream)));
    }

    fn fail(&mut self, sys: &mut Sys<'_>, connection: ConnectionId, mut request: Request, status: u16, began: Time) {
        let action = self.at_desk(sys, |desk| desk.finish(&mut request, Reply::status(status)));
        self.act(sys, connection, request, action, began);
    }

    fn pass_back(&mut self, sys: &mut Sys<'_>, mut passed: Passed, response: HttpResponse) {
        let settings = passed.request.scope.settings.clone();
        if settings.intercept_errors && response.status >= 300 && settings.error_pages.iter().any(|page| page.codes.contains(&response.status)) {
            return self.fail(sys, passed.connection, passed.request, response.status, passed.began);
        }
        let own = ["date", "server", "x-pad", "connection", "keep-alive", "transfer-encoding", "content-length", "content-type", "x-accel-expires", "x-accel-redirect"];
        let kind = response.header("content-type").map(str::to_owned);
        let length = (passed.request.http.method == "HEAD").then(|| response.header("content-length").and_then(|text| text.parse().ok())).flatten();
        let mut headers: Vec<(String, String)> = response.headers.iter().filter(|(name, _)| !own.iter().any(|it| name.eq_ignore_ascii_case(it))).cloned().collect();
        if settings.proxy_redirect && !passed.proxy.has_variables {
            let behind = format!("{}://{}{}", passed.proxy.scheme, passed.proxy.host, passed.proxy.uri.as_deref().unwrap_or("/"));
            for (name, value) in &mut headers {
                if name.eq_ignore_ascii_case("location")
                    && let Some(rest) = value.strip_prefix(&behind)
                {
                    let prefix = if passed.proxy.uri.is_some() { passed.request.matched.clone() } else { "/".to_owned() };
                    let scheme = if passed.request.tls { "https" } else { "http" };
                    let host = passed.request.http.header_value("host").unwrap_or_default();
                    *value = format!("{scheme}://{host}{prefix}{rest}");
                    "Location".clone_into(name);
                }
            }
        }
        let status = match passed.request.shown_for {
            Some(shown) if shown != 0 => shown,
            _ => response.status,
        };
        passed.request.shown_for = Some(0);
        let reply = Reply { status, headers, body: Some(response.body), kind, length, from_upstream: true };
        self.send(sys, passed.connection, passed.request, reply, passed.began);
    }
}

enum Chosen {
    Peer(usize, String),
    /// There is no upstream of this name: the address is what it says.
    Direct,
    Nobody,
}

/// The path that an upstream is asked for.
fn target(request: &Request, proxy: &Proxy, config: &Config) -> String {
    let args = if request.args.is_empty() { String::new() } else { format!("?{}", request.args) };
    match &proxy.uri {
        Some(uri) if proxy.has_variables => request.value(config, uri),
        Some(uri) => format!("{uri}{}{args}", pages::encode(request.uri.get(request.matched.len()..).unwrap_or_default())),
        // As it came, if nothing has changed it.
        None if !request.internal && pages::clean(request.http.path().split('?').next().unwrap_or_default()).as_deref() == Some(&request.uri) => request.http.path().to_owned(),
        None => format!("{}{args}", pages::encode(&request.uri)),
    }
}

/// The headers of `expires`.
fn expiry(text: &str, now: i64) -> Vec<(String, String)> {
    let header = |name: &str, value: String| (name.to_owned(), value);
    match text {
        "epoch" => vec![header("Expires", "Thu, 01 Jan 1970 00:00:01 GMT".to_owned()), header("Cache-Control", "no-cache".to_owned())],
        "max" => vec![header("Expires", "Thu, 31 Dec 2037 23:55:55 GMT".to_owned()), header("Cache-Control", "max-age=315360000".to_owned())],
        text => {
            let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
            let Some(age) = super::config::duration(text) else { return Vec::new() };
            let nanos = i64::try_from(age.as_nanos()).unwrap_or(i64::MAX);
            match negative {
                true => vec![header("Expires", pages::date(now.saturating_sub(nanos))), header("Cache-Control", "no-cache".to_owned())],
                false => vec![header("Expires", pages::date(now.saturating_add(nanos))), header("Cache-Control", format!("max-age={}", age.as_secs()))],
            }
        }
    }
}
