//! A request on its way through nginx's phases: server, rewriting, location, access, content, error page.
//!
//! Models: src/http/ngx_http_core_module.c, the static, index, autoindex, access, auth_basic, try_files and stub_status
//! modules of nginx.
//! Simplified: bodies are never compressed; of ranges the first is served; passwords of `auth_basic` in files are
//! compared as plain text or `{PLAIN}`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{Errno, HttpRequest, Metadata, Sys};

use super::config::{Config, ErrorPage, Handler, Level, Location, Matcher, Proxy, Scope, Server};
use super::pages;
use super::rewrite::{Condition, Flag, Step};
use super::variables::{self, expand};

/// How often a request may be sent to another place.
const MOST_REDIRECTS: u32 = 10;

#[derive(Clone, Debug)]
pub(super) struct Request {
    pub http: HttpRequest,
    /// The port that it came to, whether by TLS, and the address of the machine.
    pub port: u16,
    pub tls: bool,
    pub address: String,
    pub hostname: String,
    pub version: String,
    pub pid: u32,
    pub number: u64,
    pub unix_nanos: i64,
    /// The wall clock at virtual time zero.
    pub epoch_nanos: i64,
    pub server: Arc<Server>,
    pub scope: Scope,
    /// The path as it is after decoding and rewriting.
    pub uri: String,
    pub args: String,
    /// The beginning of the path that its location names, for `alias` and `proxy_pass`.
    pub matched: String,
    pub in_pattern: bool,
    pub captures: Vec<String>,
    pub set: BTreeMap<String, String>,
    pub user: String,
    pub redirects: u32,
    /// The status that an error page is shown for.
    pub shown_for: Option<u16>,
    pub internal: bool,
    pub proxy_host: String,
    pub tried: Vec<Tried>,
    // For the log.
    pub status: u16,
    pub bytes: usize,
    pub took: Duration,
    pub sent: Vec<(String, String)>,
}

/// A server of an upstream that was asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Tried {
    pub address: String,
    pub status: u16,
    pub took: Duration,
    pub length: usize,
}

/// An answer before its headers are complete.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// `None`: the standard page of the status.
    pub body: Option<Vec<u8>>,
    pub kind: Option<String>,
    /// The head of a body that is not sent with it.
    pub length: Option<usize>,
    /// It came from an upstream, with headers of its own.
    pub from_upstream: bool,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Reply { status, ..Reply::default() }
    }

    fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// What is to be done for a request.
pub(super) enum Action {
    Reply(Reply),
    Forward(Arc<Proxy>),
}

/// A worker, as far as a request needs it.
pub(super) struct Desk<'a, 'b> {
    pub config: &'a Config,
    pub sys: &'a mut Sys<'b>,
    /// Lines for the error log.
    pub errors: Vec<(Level, String)>,
    /// Requests so far.
    pub count: u64,
}

impl Request {
    pub fn value(&self, config: &Config, text: &str) -> String {
        expand(text, &mut |name| variables::value(self, config, name))
    }

    /// `$host`: without the port, in lower case; the server's name if there is none.
    pub fn host(&self) -> String {
        let host = self.http.header_value("host").unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_lowercase();
        if host.is_empty() { self.server.names.first().cloned().unwrap_or_default() } else { host }
    }

    pub fn filename(&self) -> String {
        let settings = &self.scope.settings;
        match &settings.alias {
            Some(alias) if self.in_pattern => expand(alias, &mut |name| name.parse::<usize>().ok().and_then(|number| self.captures.get(number)).cloned().unwrap_or_default()),
            Some(alias) => format!("{alias}{}", self.uri.get(self.matched.len()..).unwrap_or_default()),
            None => format!("{}{}", settings.root, self.uri),
        }
    }

    /// What stands behind every line of the error log.
    pub fn context(&self, upstream: Option<&str>) -> String {
        let client = self.http.from.rsplit_once(':').map_or("127.0.0.1", |(client, _)| client);
        let server = self.server.names.first().map_or("", String::as_str);
        let mut out = format!(", client: {client}, server: {server}, request: \"{} {} HTTP/1.1\"", self.http.method, self.http.path());
        if let Some(upstream) = upstream {
            out.push_str(&format!(", upstream: \"{upstream}\""));
        }
        if let Some(host) = self.http.header_value("host") {
            out.push_str(&format!(", host: \"{host}\""));
        }
        out
    }
}

impl Desk<'_, '_> {
    pub fn error(&mut self, level: Level, request: &Request, text: &str) {
        self.errors.push((level, format!("*{} {text}{}", request.number, request.context(None))));
    }

    /// Takes a request from its beginning to an answer, or to somebody who has one.
    pub fn handle(&mut self, request: &mut Request) -> Action {
        if request.server.listens.iter().any(|listen| listen.port == request.port && listen.ssl) && !request.tls {
            return Action::Reply(Reply { status: 400, body: Some(pages::plain_to_tls(&request.version)), ..Reply::default() });
        }
        let target = request.http.path().to_owned();
        let (path, args) = target.split_once('?').unwrap_or((&target, ""));
        let Some(uri) = pages::clean(path) else { return Action::Reply(Reply::status(400)) };
        (request.uri, request.args) = (uri, args.to_owned());
        let rewrites = request.server.rewrites.clone();
        request.scope = request.server.scope.clone();
        match self.run_steps(&rewrites, request) {
            Stepped::Reply(reply) => return self.finish(request, reply),
            Stepped::Restart | Stepped::On => {}
        }
        self.locate(request)
    }

    /// Finds the location and lets it do what it does.
    fn locate(&mut self, request: &mut Request) -> Action {
        loop {
            if request.redirects > MOST_REDIRECTS {
                let text = format!("rewrite or internal redirection cycle while processing \"{}\"", request.uri);
                self.error(Level::Error, request, &text);
                return Action::Reply(Reply::status(500));
            }
            request.scope = request.server.scope.clone();
            (request.matched, request.in_pattern) = (String::new(), false);
            let locations = request.server.scope.locations.clone();
            if let Some(location) = find(&locations, request) {
                if location.internal && !request.internal {
                    return self.finish(request, Reply::status(404));
                }
                request.scope = location.scope.clone();
            }
            let steps = request.scope.steps.clone();
            match self.run_steps(&steps, request) {
                Stepped::Reply(reply) => return self.finish(request, reply),
                Stepped::Restart => request.redirects += 1,
                Stepped::On => return self.content(request),
            }
        }
    }

    fn run_steps(&mut self, steps: &[Step], request: &mut Request) -> Stepped {
        let mut changed = false;
        for step in steps {
            match step {
                Step::Set { name, value } => {
                    let value = request.value(self.config, value);
                    request.set.insert(name.clone(), value);
                }
                Step::Break => return Stepped::On,
                Step::Return { code, text } => return Stepped::Reply(self.returned(request, *code, text.as_deref())),
                Step::Rewrite { pattern, replacement, flag } => {
                    let Some(captures) = pattern.captures(&request.uri) else { continue };
                    request.captures = captures.iter().map(|found| found.map_or(String::new(), |found| found.as_str().to_owned())).collect();
                    let target = request.value(self.config, replacement);
                    let is_url = ["http://", "https://", "$scheme"].iter().any(|beginning| replacement.starts_with(beginning));
                    let (path, args) = target.split_once('?').map_or((target.as_str(), None), |(path, args)| (path, Some(args)));
                    let old = request.args.clone();
                    // A question mark at the end drops what came with the request.
                    let args = match args {
                        Some("") => String::new(),
                        Some(args) if old.is_empty() => args.to_owned(),
                        Some(args) => format!("{args}&{old}"),
                        None => old,
                    };
                    let whole = if args.is_empty() { path.to_owned() } else { format!("{path}?{args}") };
                    match flag {
                        Flag::Permanent => return Stepped::Reply(self.redirect(request, 301, &whole)),
                        Flag::Redirect => return Stepped::Reply(self.redirect(request, 302, &whole)),
                        _ if is_url => return Stepped::Reply(self.redirect(request, 302, &whole)),
                        _ => {}
                    }
                    (request.uri, request.args, changed) = (path.to_owned(), args, true);
                    match flag {
                        Flag::Last => return Stepped::Restart,
                        Flag::Break => return Stepped::On,
                        _ => {}
                    }
                }
                Step::If { condition, inner, overrides } => {
                    if !self.holds(condition, request) {
                        continue;
                    }
                    if *overrides {
                        let locations = std::mem::take(&mut request.scope.locations);
                        request.scope = Scope { locations, ..inner.as_ref().clone() };
                    }
                    let before = request.uri.clone();
                    match self.run_steps(&inner.steps, request) {
                        Stepped::On => {}
                        other => return other,
                    }
                    changed |= request.uri != before;
                    if inner.steps.iter().any(|step| matches!(step, Step::Break)) {
                        return Stepped::On;
                    }
                }
            }
        }
        if changed { Stepped::Restart } else { Stepped::On }
    }

    fn holds(&mut self, condition: &Condition, request: &mut Request) -> bool {
        match condition {
            Condition::Set(text) => {
                let value = request.value(self.config, text);
                !value.is_empty() && value != "0"
            }
            Condition::Equal { left, right, not } => (request.value(self.config, left) == request.value(self.config, right)) != *not,
            Condition::Matches { left, pattern, not } => {
                let left = request.value(self.config, left);
                if let Some(captures) = pattern.captures(&left) {
                    request.captures = captures.iter().map(|found| found.map_or(String::new(), |found| found.as_str().to_owned())).collect();
                }
                pattern.is_match(&left) != *not
            }
            Condition::There { kind, path, not } => {
                let found = self.sys.stat(&request.value(self.config, path));
                let there = found.is_ok_and(|found| match kind {
                    'f' => !found.is_dir(),
                    'd' => found.is_dir(),
                    'x' => found.is_executable(),
                    _ => true,
                });
                there != *not
            }
        }
    }

    fn returned(&self, request: &Request, code: u16, text: Option<&str>) -> Reply {
        let text = text.map(|text| request.value(self.config, text));
        match (code, text) {
            (301 | 302 | 303 | 307 | 308, Some(target)) => self.redirect(request, code, &target),
            (code, Some(text)) => Reply { status: code, body: Some(text.into_bytes()), ..Reply::default() },
            (204 | 444, None) => Reply { status: code, body: Some(Vec::new()), ..Reply::default() },
            (code, None) => Reply::status(code),
        }
    }

    /// Sends the client elsewhere.
    fn redirect(&self, request: &Request, status: u16, target: &str) -> Reply {
        let own = target.starts_with('/') && request.scope.settings.absolute_redirect;
        let target = if own { format!("{}{target}", base(request)) } else { target.to_owned() };
        Reply::status(status).header("Location", target)
    }

    fn content(&mut self, request: &mut Request) -> Action {
        let settings = request.scope.settings.clone();
        let length = request.http.body.len() as u64;
        if settings.body_limit > 0 && length > settings.body_limit {
            self.error(Level::Error, request, &format!("client intended to send too large body: {length} bytes"));
            return self.finish(request, Reply::status(413));
        }
        if let Some(refusal) = self.refuse(request) {
            return self.finish(request, refusal);
        }
        if !settings.try_files.is_empty()
            && let Some(action) = self.try_files(request)
        {
            return action;
        }
        match request.scope.handler.clone() {
            Handler::Proxy(proxy) => Action::Forward(proxy),
            Handler::StubStatus => {
                let count = self.count;
                let body = format!("Active connections: 1 \nserver accepts handled requests\n {count} {count} {count} \nReading: 0 Writing: 1 Waiting: 0 \n");
                self.finish(request, Reply { status: 200, body: Some(body.into_bytes()), kind: Some("text/plain".to_owned()), ..Reply::default() })
            }
            Handler::Unknown(directive) => {
                self.error(Level::Error, request, &format!("podarium: not simulated: {directive}"));
                self.finish(request, Reply::status(501))
            }
            Handler::Files => self.files(request),
        }
    }

    /// `allow`, `deny` and `auth_basic`.
    fn refuse(&mut self, request: &mut Request) -> Option<Reply> {
        let settings = request.scope.settings.clone();
        let client = request.http.from.rsplit_once(':').map_or("127.0.0.1", |(client, _)| client).to_owned();
        let rule = settings.rules.iter().find(|(_, range)| pages::in_range(&client, range));
        if rule.is_some_and(|(allowed, _)| !allowed) {
            self.error(Level::Error, request, "access forbidden by rule");
            return Some(Reply::status(403));
        }
        let realm = settings.realm.as_ref()?;
        let denied = || Some(Reply::status(401).header("WWW-Authenticate", format!("Basic realm=\"{realm}\"")));
        let Some(given) = request.http.header_value("authorization").and_then(pages::basic_user) else { return denied() };
        (given.0).clone_into(&mut request.user);
        let table = match self.sys.read_file(&settings.password_file) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                self.error(Level::Error, request, &format!("open() \"{}\" failed ({})", settings.password_file, super::syntax::errno(error)));
                return Some(Reply::status(403));
            }
        };
        let Some(stored) = table.lines().filter_map(|line| line.split_once(':')).find(|(user, _)| *user == given.0).map(|(_, rest)| rest.split(':').next().unwrap_or_default()) else {
            self.error(Level::Error, request, &format!("user \"{}\" was not found in \"{}\"", given.0, settings.password_file));
            return denied();
        };
        if stored.starts_with('$') || stored.starts_with("{S") {
            self.error(Level::Error, request, "podarium: not simulated: hashed passwords of auth_basic");
            return Some(Reply::status(500));
        }
        if stored.strip_prefix("{PLAIN}").unwrap_or(stored) != given.1 {
            self.error(Level::Error, request, &format!("user \"{}\": password mismatch", given.0));
            return denied();
        }
        None
    }

    fn try_files(&mut self, request: &mut Request) -> Option<Action> {
        let all = request.scope.settings.try_files.clone();
        let (last, candidates) = all.split_last()?;
        let before = request.uri.clone();
        for candidate in candidates {
            let path = request.value(self.config, candidate);
            request.uri.clone_from(&path);
            let (wanted, file) = (path.ends_with('/'), request.filename());
            if self.sys.stat(&file).is_ok_and(|found| found.is_dir() == wanted) {
                return None;
            }
        }
        request.uri = before;
        if let Some(code) = last.strip_prefix('=').and_then(|code| code.parse().ok()) {
            return Some(self.finish(request, Reply::status(code)));
        }
        let target = request.value(self.config, last);
        Some(self.redirect_inside(request, &target))
    }

    /// Goes on as if another path, or a named location, had been asked for.
    fn redirect_inside(&mut self, request: &mut Request, target: &str) -> Action {
        request.redirects += 1;
        request.internal = true;
        if request.redirects > MOST_REDIRECTS {
            self.error(Level::Error, request, &format!("rewrite or internal redirection cycle while internally redirecting to \"{target}\""));
            return Action::Reply(Reply::status(500));
        }
        if target.starts_with('@') {
            let locations = request.server.scope.locations.clone();
            let named = locations.iter().find(|location| matches!(&location.matcher, Matcher::Named(name) if name == target));
            let Some(location) = named else {
                self.error(Level::Error, request, &format!("could not find named location \"{target}\""));
                return Action::Reply(Reply::status(500));
            };
            request.scope = location.scope.clone();
            request.matched = String::new();
            let steps = request.scope.steps.clone();
            return match self.run_steps(&steps, request) {
                Stepped::Reply(reply) => self.finish(request, reply),
                Stepped::Restart => self.locate(request),
                Stepped::On => self.content(request),
            };
        }
        let (path, args) = target.split_once('?').unwrap_or((target, ""));
        (request.uri, request.args) = (path.to_owned(), args.to_owned());
        self.locate(request)
    }

    fn files(&mut self, request: &mut Request) -> Action {
        if !matches!(request.http.method.as_str(), "GET" | "HEAD") && request.shown_for.is_none() {
            return self.finish(request, Reply::status(405));
        }
        let path = request.filename();
        if request.uri.ends_with('/') {
            return self.index(request, &path);
        }
        match self.sys.stat(&path) {
            Ok(found) if found.is_dir() => {
                let args = if request.args.is_empty() { String::new() } else { format!("?{}", request.args) };
                let target = format!("{}/{args}", request.uri);
                let reply = self.redirect(request, 301, &target);
                self.finish(request, reply)
            }
            Ok(found) => match self.sys.read_file(&path) {
                Ok(bytes) => {
                    let reply = file(request, bytes, &found, &path);
                    self.finish(request, reply)
                }
                Err(error) => self.no_file(request, &path, error),
            },
            Err(error) => self.no_file(request, &path, error),
        }
    }

    fn no_file(&mut self, request: &mut Request, path: &str, error: Errno) -> Action {
        let status = if matches!(error, Errno::AccessDenied) { 403 } else { 404 };
        if request.scope.settings.log_not_found || status == 403 {
            self.error(Level::Error, request, &format!("open() \"{path}\" failed ({})", super::syntax::errno(error)));
        }
        self.finish(request, Reply::status(status))
    }

    fn index(&mut self, request: &mut Request, directory: &str) -> Action {
        for name in request.scope.settings.index.clone() {
            let name = request.value(self.config, &name);
            if let Some(whole) = name.strip_prefix('/') {
                return self.redirect_inside(request, &format!("/{whole}"));
            }
            match self.sys.stat(&format!("{directory}{name}")) {
                Ok(found) if !found.is_dir() => {
                    let (target, args) = (format!("{}{name}", request.uri), request.args.clone());
                    let action = self.redirect_inside(request, &target);
                    request.args = args;
                    return action;
                }
                Err(Errno::AccessDenied) => {
                    self.error(Level::Error, request, &format!("\"{directory}{name}\" is forbidden (13: Permission denied)"));
                    return self.finish(request, Reply::status(403));
                }
                _ => {}
            }
        }
        match self.sys.stat(directory) {
            Err(error) => {
                let first = request.scope.settings.index.first().cloned().unwrap_or_default();
                let what = if matches!(error, Errno::NoEntry) { "is not found" } else { "failed" };
                self.error(Level::Error, request, &format!("\"{directory}{first}\" {what} ({})", super::syntax::errno(error)));
                self.finish(request, Reply::status(if matches!(error, Errno::AccessDenied) { 403 } else { 404 }))
            }
            Ok(_) if request.scope.settings.autoindex => {
                let names = self.sys.read_dir(directory).unwrap_or_default();
                let all = names.into_iter().filter(|name| !name.starts_with('.')).filter_map(|name| {
                    let found = self.sys.stat(&format!("{directory}{name}")).ok()?;
                    Some((name, found))
                });
                let all: Vec<(String, Metadata)> = all.collect();
                let body = pages::listing(&request.uri, &all, request.epoch_nanos);
                self.finish(request, Reply { status: 200, body: Some(body.into_bytes()), kind: Some("text/html".to_owned()), ..Reply::default() })
            }
            Ok(_) => {
                self.error(Level::Error, request, &format!("directory index of \"{directory}\" is forbidden"));
                self.finish(request, Reply::status(403))
            }
        }
    }

    /// Shows another page in the place of an error, if there is one.
    pub fn finish(&mut self, request: &mut Request, reply: Reply) -> Action {
        let page = || request.scope.settings.error_pages.iter().find(|page| page.codes.contains(&reply.status)).cloned();
        let replaces = reply.status >= 300 && reply.body.is_none() && request.shown_for.is_none();
        match replaces.then(page).flatten() {
            Some(page) => self.error_page(request, reply.status, &page),
            None => Action::Reply(reply),
        }
    }

    pub fn error_page(&mut self, request: &mut Request, status: u16, page: &ErrorPage) -> Action {
        let status = match page.instead {
            Some(Some(status)) => Some(status),
            Some(None) => None,
            None => Some(status),
        };
        if page.uri.starts_with("http") {
            let status = status.filter(|status| (301..=308).contains(status)).unwrap_or(302);
            let target = request.value(self.config, &page.uri);
            return Action::Reply(Reply::status(status).header("Location", target));
        }
        request.shown_for = Some(status.unwrap_or(0));
        let target = request.value(self.config, &page.uri);
        if !target.starts_with('@') && request.http.method != "HEAD" {
            "GET".clone_into(&mut request.http.method);
        }
        match self.redirect_inside(request, &target) {
            Action::Reply(mut reply) => {
                // The page itself failed: its own error is shown.
                if let Some(status) = status.filter(|_| reply.status < 300 || reply.body.is_some()) {
                    reply.status = status;
                }
                Action::Reply(reply)
            }
            forward => forward,
        }
    }
}

enum Stepped {
    /// On to the next phase.
    On,
    /// Look for a location again.
    Restart,
    Reply(Reply),
}

/// `http://host:port` as redirects have it.
fn base(request: &Request) -> String {
    let scheme = if request.tls { "https" } else { "http" };
    let usual = if request.tls { 443 } else { 80 };
    match request.port == usual {
        true => format!("{scheme}://{}", request.host()),
        false => format!("{scheme}://{}:{}", request.host(), request.port),
    }
}

/// The location of a path: an exact one, else the longest beginning, unless a regular expression fits.
fn find(locations: &[Arc<Location>], request: &mut Request) -> Option<Arc<Location>> {
    let uri = request.uri.clone();
    let exact = locations.iter().find(|location| matches!(&location.matcher, Matcher::Exact(path) if *path == uri));
    if let Some(location) = exact {
        request.matched = uri;
        return Some(location.clone());
    }
    let prefix = |location: &&Arc<Location>| match &location.matcher {
        Matcher::Prefix { path, .. } if uri.starts_with(path.as_str()) => Some(path.len()),
        _ => None,
    };
    let longest = locations.iter().filter(|location| prefix(location).is_some()).max_by_key(prefix);
    let inner = longest.and_then(|location| {
        request.matched = match &location.matcher {
            Matcher::Prefix { path, .. } => path.clone(),
            _ => String::new(),
        };
        find_inside(&location.scope.locations, request)
    });
    if inner.is_some() {
        return inner;
    }
    let is_last = longest.is_some_and(|location| matches!(&location.matcher, Matcher::Prefix { last: true, .. }));
    if !is_last {
        for location in locations {
            if let Matcher::Regex(Some(pattern)) = &location.matcher
                && let Some(captures) = pattern.captures(&uri)
            {
                request.captures = captures.iter().map(|found| found.map_or(String::new(), |found| found.as_str().to_owned())).collect();
                for name in pattern.capture_names().flatten() {
                    request.set.insert(name.to_owned(), captures.name(name).map_or("", |found| found.as_str()).to_owned());
                }
                (request.matched, request.in_pattern) = (uri.clone(), true);
                return Some(location.clone());
            }
        }
    }
    longest.cloned()
}

fn find_inside(locations: &[Arc<Location>], request: &mut Request) -> Option<Arc<Location>> {
    if locations.is_empty() {
        return None;
    }
    let before = request.matched.clone();
    let found = find(locations, request);
    if found.is_none() {
        request.matched = before;
    }
    found
}

/// A file with its headers; nothing if the client has it, a part if it wants one.
fn file(request: &Request, bytes: Vec<u8>, found: &Metadata, path: &str) -> Reply {
    let settings = &request.scope.settings;
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    let kind = ending.and_then(|ending| settings.types.get(&ending).cloned()).unwrap_or_else(|| settings.default_type.clone());
    let modified = pages::date(request.epoch_nanos + i64::try_from(found.modified.as_nanos()).unwrap_or(0));
    let tag = format!("\"{:x}-{:x}\"", (request.epoch_nanos + i64::try_from(found.modified.as_nanos()).unwrap_or(0)) / 1_000_000_000, bytes.len());
    let known = request.http.header_value("if-none-match").is_some_and(|known| known == tag) || request.http.header_value("if-modified-since") == Some(modified.as_str());
    if known {
        return Reply { status: 304, body: Some(Vec::new()), ..Reply::default() }.header("Last-Modified", modified).header("ETag", tag);
    }
    let whole = bytes.len();
    let range = request.http.header_value("range").and_then(|range| pages::range(range, whole));
    let reply = |status: u16, body: Vec<u8>| Reply { status, body: Some(body), kind: Some(kind.clone()), ..Reply::default() }.header("Last-Modified", modified.clone()).header("ETag", tag.clone());
    match range {
        Some(Ok((from, to))) => reply(206, bytes[from..=to].to_vec()).header("Content-Range", format!("bytes {from}-{to}/{whole}")),
        Some(Err(())) => Reply::status(416).header("Content-Range", format!("bytes */{whole}")),
        None => reply(200, bytes).header("Accept-Ranges", "bytes"),
    }
}

