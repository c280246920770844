//! What nginx is configured to do: servers, locations, upstreams, and what holds in each place.
//!
//! Models: src/http of nginx (core, rewrite, proxy, upstream, log, index, autoindex, ssl, map).
//! Simplified: a directive that has an effect and is not simulated is named once in the error log at the start. A key is
//! not compared with its certificate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{Certificate, Identity};
use regex::Regex;

use super::rewrite;
pub(super) use super::settings::{AccessLog, Config, ErrorPage, Handler, Level, Listen, Location, Map, Matcher, Method, Peer, Proxy, Scope, Server, Settings, Upstream, duration, host_and_port};
use super::settings::size;
use super::syntax::{Directive, Emergency, Files, Place, Reader, absolute};
use super::variables;

const COMBINED: &str = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"";

/// Directives without an effect that could be seen here: buffers, time-outs, and the like.
const HARMLESS: &[&str] = &[
    "aio", "client_body_", "client_header_", "connection_pool_size", "daemon", "directio", "env", "etag", "gzip", "hash", "http2", "http3",
    "if_modified_since", "ignore_invalid_headers", "keepalive", "large_client_header_buffers", "lingering_", "lock_file", "log_subrequest",
    "map_hash", "master_process", "max_ranges", "merge_slashes", "msie_", "open_file_cache", "output_buffers", "pcre_jit", "port_in_redirect",
    "proxy_buffer", "proxy_buffering", "proxy_busy", "proxy_connect_timeout", "proxy_headers_hash", "proxy_http_version", "proxy_max_temp", "proxy_request_buffering", "proxy_send",
    "proxy_socket", "proxy_ssl_server_name", "proxy_ssl_verify", "proxy_temp", "recursive_error_pages", "request_pool_size", "reset_timedout", "resolver_timeout", "rewrite_log",
    "send_timeout", "sendfile", "server_name_in_redirect", "server_names_hash", "ssl_buffer", "ssl_ciphers", "ssl_dhparam", "ssl_ecdh", "ssl_prefer",
    "ssl_protocols", "ssl_session", "ssl_stapling", "ssl_trusted", "tcp_", "timer_resolution", "types_hash", "underscores_in_headers",
    "uninitialized_variable_warn", "variables_hash", "worker_", "zone", "thread_pool", "log_not_found",
];

/// Directives that may stand more than once in a block though they take one argument.
const REPEATED: &[&str] = &[
    "allow", "deny", "env", "load_module", "include", "proxy_hide_header", "proxy_pass_header", "proxy_ignore_headers", "ssl_certificate",
    "ssl_certificate_key", "server", "debug_connection", "server_name", "proxy_set_header", "access_log", "error_log", "index", "set_real_ip_from",
    "break", "return", "upstream", "ssl", "location", "if", "types", "listen", "limit_req",
];

struct Builder<'a> {
    files: &'a mut dyn Files,
    version: [u32; 3],
    config: Config,
}

/// Reads the configuration in this file.
pub(super) fn read(files: &mut dyn Files, path: &str, version: [u32; 3]) -> Result<Config, Emergency> {
    let mut reader = Reader { files, version, seen: Vec::new() };
    let directives = reader.read_all(path)?;
    let texts = std::mem::take(&mut reader.seen);
    let config = Config {
        level: Level::Error,
        error_log: "/var/log/nginx/error.log".to_owned(),
        pid: "/var/run/nginx.pid".to_owned(),
        workers: Some(1),
        user: "nginx".to_owned(),
        servers: Vec::new(),
        upstreams: BTreeMap::new(),
        maps: Vec::new(),
        formats: [("combined".to_owned(), COMBINED.to_owned())].into(),
        notes: Vec::new(),
        warnings: Vec::new(),
        texts,
        has_resolver: false,
    };
    let mut builder = Builder { files, version, config };
    builder.main(&directives)?;
    Ok(builder.config)
}

impl Builder<'_> {
    fn main(&mut self, all: &[Directive]) -> Result<(), Emergency> {
        repeated(all)?;
        for directive in all {
            match directive.name.as_str() {
                "error_log" => self.error_log(directive)?,
                "pid" => self.config.pid = absolute(directive.arg(0)),
                "user" => directive.arg(0).clone_into(&mut self.config.user),
                "worker_processes" => {
                    self.config.workers = match directive.arg(0) {
                        "auto" => None,
                        number => Some(number.parse().ok().filter(|number| *number > 0).ok_or_else(|| directive.complain("invalid number"))?),
                    };
                }
                "http" => self.http(&directive.block)?,
                _ => self.note(directive),
            }
        }
        Ok(())
    }

    fn error_log(&mut self, directive: &Directive) -> Result<(), Emergency> {
        directive.arg(0).clone_into(&mut self.config.error_log);
        self.config.level = match directive.arg(1) {
            "" | "error" => Level::Error,
            "emerg" | "alert" | "crit" => Level::Emergency,
            "warn" => Level::Warning,
            "notice" => Level::Notice,
            "info" | "debug" => Level::Info,
            other => return Err(directive.complain(&format!("invalid log level \"{other}\""))),
        };
        Ok(())
    }

    fn http(&mut self, all: &[Directive]) -> Result<(), Emergency> {
        repeated(all)?;
        for directive in all.iter().filter(|directive| directive.name == "log_format") {
            let format = directive.args[1..].iter().filter(|word| !word.starts_with("escape=")).cloned().collect::<String>();
            if self.config.formats.insert(directive.arg(0).to_owned(), format).is_some() {
                return Err(directive.complain(&format!("duplicate \"log_format\" name \"{}\"", directive.arg(0))));
            }
        }
        for directive in all.iter().filter(|directive| directive.name == "map") {
            self.map(directive)?;
        }
        for directive in all.iter().filter(|directive| directive.name == "upstream") {
            self.upstream(directive)?;
        }
        let settings = self.settings(all, &Settings::default())?;
        for directive in all.iter().filter(|directive| directive.name == "server") {
            let server = self.server(&directive.block, &settings, &directive.place, all)?;
            self.config.servers.push(Arc::new(server));
        }
        self.check_servers()
    }

    fn map(&mut self, directive: &Directive) -> Result<(), Emergency> {
        let Some(name) = directive.arg(1).strip_prefix('$') else {
            return Err(directive.complain(&format!("invalid variable name \"{}\"", directive.arg(1))));
        };
        let mut map = Map { source: directive.arg(0).to_owned(), name: name.to_owned(), default: String::new(), values: Vec::new(), patterns: Vec::new() };
        for entry in &directive.block {
            let value = entry.arg(0).to_owned();
            match entry.name.as_str() {
                "default" => map.default = value,
                "hostnames" | "volatile" => {}
                key => match key.strip_prefix('~') {
                    Some(pattern) => {
                        let (pattern, ignore_case) = pattern.strip_prefix('*').map_or((pattern, false), |pattern| (pattern, true));
                        if let Some(pattern) = self.pattern(pattern, ignore_case, &entry.place)? {
                            map.patterns.push((pattern, value));
                        }
                    }
                    None => map.values.push((key.trim_start_matches('\\').to_owned(), value)),
                },
            }
        }
        self.config.maps.push(map);
        Ok(())
    }

    fn upstream(&mut self, directive: &Directive) -> Result<(), Emergency> {
        let mut upstream = Upstream::default();
        for inner in &directive.block {
            match inner.name.as_str() {
                "server" => upstream.servers.push(self.peer(inner)?),
                "ip_hash" => upstream.method = Method::IpHash,
                "least_conn" => upstream.method = Method::LeastConnections,
                _ => self.note(inner),
            }
        }
        if upstream.servers.is_empty() {
            let end = directive.block.last().map_or(directive.place.clone(), |last| last.place.clone());
            return Err(end.complain("no servers are inside upstream"));
        }
        let name = directive.arg(0).to_owned();
        if self.config.upstreams.insert(name.clone(), upstream).is_some() {
            return Err(directive.complain(&format!("duplicate upstream \"{name}\"")));
        }
        Ok(())
    }

    fn peer(&mut self, directive: &Directive) -> Result<Peer, Emergency> {
        let (host, port) = host_and_port(directive.arg(0), 80).ok_or_else(|| directive.complain(&format!("invalid port in upstream \"{}\"", directive.arg(0))))?;
        let place = directive.place.clone();
        let mut peer = Peer { host, port, weight: 1, max_fails: 1, fail_timeout: Duration::from_secs(10), backup: false, down: false, place, addresses: Vec::new() };
        for word in &directive.args[1..] {
            let invalid = || directive.complain(&format!("invalid parameter \"{word}\""));
            match word.split_once('=') {
                Some(("weight", number)) => peer.weight = number.parse().ok().filter(|number| *number > 0).ok_or_else(invalid)?,
                Some(("max_fails", number)) => peer.max_fails = number.parse().map_err(|_| invalid())?,
                Some(("fail_timeout", time)) => peer.fail_timeout = duration(time).ok_or_else(invalid)?,
                Some(("max_conns" | "slow_start" | "service" | "route", _)) => self.note(directive),
                None if word == "backup" => peer.backup = true,
                None if word == "down" => peer.down = true,
                None if word == "resolve" => self.note(directive),
                _ => return Err(invalid()),
            }
        }
        Ok(peer)
    }

    fn server(&mut self, all: &[Directive], outer: &Settings, place: &Place, http: &[Directive]) -> Result<Server, Emergency> {
        repeated(all)?;
        let (mut listens, mut names, mut patterns) = (Vec::new(), Vec::new(), Vec::new());
        for directive in all {
            match directive.name.as_str() {
                "listen" => listens.extend(self.listen(directive)?),
                "server_name" => {
                    for name in &directive.args {
                        match name.strip_prefix('~') {
                            Some(pattern) => patterns.extend(self.pattern(pattern, true, &directive.place)?),
                            None => names.push(name.to_lowercase()),
                        }
                    }
                }
                _ => {}
            }
        }
        if listens.is_empty() {
            listens.push(Listen { address: "0.0.0.0".to_owned(), port: 80, ssl: false, default: false });
        }
        let here_or_above = |name: &str| all.iter().rev().chain(http.iter().rev()).find(|directive| directive.name == name);
        if let Some(directive) = here_or_above("ssl").filter(|directive| directive.arg(0) == "on") {
            if self.version >= [1, 15, 0] {
                self.config.warnings.push(directive.complain("the \"ssl\" directive is deprecated, use the \"listen ... ssl\" directive instead").0);
            }
            listens.iter_mut().for_each(|listen| listen.ssl = true);
        }
        let (certificate, key) = (here_or_above("ssl_certificate"), here_or_above("ssl_certificate_key"));
        let identity = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(self.identity(certificate, key, &names)?),
            (Some(certificate), None) => return Err(certificate.complain(&format!("no \"ssl_certificate_key\" is defined for certificate \"{}\"", certificate.arg(0)))),
            (None, _) if listens.iter().any(|listen| listen.ssl) => {
                let directive = if self.version >= [1, 15, 0] { "listen ... ssl" } else { "ssl" };
                return Err(place.complain(&format!("no \"ssl_certificate\" is defined for the \"{directive}\" directive")));
            }
            (None, _) => None,
        };
        let settings = self.settings(all, outer)?;
        let rewrites = rewrite::steps(all, &mut |directive| self.inner(directive, &settings, &Handler::Files))?;
        self.check_names(rewrite::read_names(&rewrites))?;
        let mut scope = Scope { settings: Arc::new(settings.clone()), steps: Vec::new(), locations: Vec::new(), handler: Handler::Files };
        scope.locations = self.locations(all, &settings)?;
        Ok(Server { listens, names, patterns, place: place.clone(), identity, scope, rewrites })
    }

    fn identity(&mut self, certificate: &Directive, key: &Directive, names: &[String]) -> Result<Identity, Emergency> {
        let mut read = |path: &str| {
            let path = absolute(path);
            let bytes = self.files.read(&path);
            (path, bytes)
        };
        let old = self.version < [1, 16, 0];
        let missing = |path: &str, error: podarium_machine::Errno, what: &str| {
            let text = error.to_string();
            match old {
                true if what == "certificate" => format!(
                    "BIO_new_file(\"{path}\") failed (SSL: error:02001002:system library:fopen:{text}:fopen('{path}','r') error:2006D080:BIO routines:BIO_new_file:no such file)"
                ),
                true => format!(
                    "SSL_CTX_use_PrivateKey_file(\"{path}\") failed (SSL: error:02001002:system library:fopen:{text}:fopen('{path}','r') error:20074002:BIO routines:FILE_CTRL:system lib error:140B0002:SSL routines:SSL_CTX_use_PrivateKey_file:system lib)"
                ),
                false => format!(
                    "cannot load {what} \"{path}\": BIO_new_file() failed (SSL: error:80000002:system library::{text}:calling fopen({path}, r) error:10000080:BIO routines::no such file)"
                ),
            }
        };
        let (path, bytes) = read(certificate.arg(0));
        let chain = Certificate::read_all(&bytes.map_err(|error| Emergency(missing(&path, error, "certificate")))?);
        if chain.is_empty() {
            return Err(Emergency(match old {
                true => format!("PEM_read_bio_X509_AUX(\"{path}\") failed (SSL: error:0906D06C:PEM routines:PEM_read_bio:no start line:Expecting: TRUSTED CERTIFICATE)"),
                false => format!("cannot load certificate \"{path}\": PEM_read_bio_X509_AUX() failed (SSL: error:0480006C:PEM routines::no start line:Expecting: TRUSTED CERTIFICATE)"),
            }));
        }
        let (path, bytes) = read(key.arg(0));
        let bytes = bytes.map_err(|error| Emergency(missing(&path, error, "certificate key")))?;
        if !String::from_utf8_lossy(&bytes).contains("PRIVATE KEY-----") {
            return Err(Emergency(match old {
                true => format!("SSL_CTX_use_PrivateKey_file(\"{path}\") failed (SSL: error:0906D06C:PEM routines:PEM_read_bio:no start line:Expecting: ANY PRIVATE KEY error:140B0009:SSL routines:SSL_CTX_use_PrivateKey_file:PEM lib)"),
                false => format!("cannot load certificate key \"{path}\": PEM_read_bio_PrivateKey() failed (SSL: error:1E08010C:DECODER routines::unsupported:No supported data to decode. Input type: PEM)"),
            }));
        }
        Ok(Identity { hosts: names.to_vec(), chain })
    }

    fn listen(&mut self, directive: &Directive) -> Result<Option<Listen>, Emergency> {
        let text = directive.arg(0);
        if text.starts_with("unix:") {
            self.config.notes.push(not_simulated(directive));
            return Ok(None);
        }
        let of = |what: &str| directive.complain(&format!("{what} in \"{text}\" of the \"listen\" directive"));
        let (address, port) = match text.rsplit_once(':') {
            Some((address, port)) => (address, port),
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => ("", text),
            None => (text, "80"),
        };
        let port: u16 = port.parse().ok().filter(|port| *port > 0).ok_or_else(|| of("invalid port"))?;
        let address = match address {
            "" | "*" => "0.0.0.0",
            "localhost" => "127.0.0.1",
            address if address.starts_with('[') || address.parse::<std::net::Ipv4Addr>().is_ok() => address,
            _ => return Err(of("host not found")),
        };
        let mut listen = Listen { address: address.to_owned(), port, ssl: false, default: false };
        for word in &directive.args[1..] {
            match word.split('=').next().unwrap_or_default() {
                "ssl" => listen.ssl = true,
                "default_server" | "default" => listen.default = true,
                "http2" | "reuseport" | "backlog" | "rcvbuf" | "sndbuf" | "fastopen" | "bind" | "ipv6only" | "so_keepalive" | "deferred" | "setfib" => {}
                "proxy_protocol" | "quic" => self.config.notes.push(not_simulated(directive)),
                _ => return Err(directive.complain(&format!("invalid parameter \"{word}\""))),
            }
        }
        // A pod has one address family.
        Ok((!address.starts_with('[')).then_some(listen))
    }

    fn locations(&mut self, all: &[Directive], outer: &Settings) -> Result<Vec<Arc<Location>>, Emergency> {
        let mut locations: Vec<Arc<Location>> = Vec::new();
        let mut seen = BTreeSet::new();
        for directive in all.iter().filter(|directive| directive.name == "location") {
            let (modifier, path) = match directive.args.as_slice() {
                [path] => ("", path.as_str()),
                [modifier, path] => (modifier.as_str(), path.as_str()),
                _ => ("", ""),
            };
            // `location ~/x` and `location =/x` need no blank.
            let (modifier, path) = match modifier {
                "" => ["~*", "^~", "~", "="].iter().find_map(|modifier| Some((*modifier, path.strip_prefix(modifier)?))).unwrap_or(("", path)),
                modifier => (modifier, path),
            };
            let matcher = match modifier {
                "" if path.starts_with('@') => Matcher::Named(path.to_owned()),
                "" => Matcher::Prefix { path: path.to_owned(), last: false },
                "^~" => Matcher::Prefix { path: path.to_owned(), last: true },
                "=" => Matcher::Exact(path.to_owned()),
                "~" | "~*" => Matcher::Regex(self.pattern(path, modifier == "~*", &directive.place)?),
                _ => return Err(directive.complain(&format!("invalid location modifier \"{modifier}\""))),
            };
            if !modifier.starts_with('~') && !seen.insert((modifier == "=", path.to_owned())) {
                return Err(directive.complain(&format!("duplicate location \"{path}\"")));
            }
            let in_pattern = modifier.starts_with('~');
            let has_uri = in_pattern || path.starts_with('@');
            let scope = self.scope(&directive.block, outer, &Handler::Files, has_uri)?;
            let internal = directive.block.iter().any(|inner| inner.name == "internal") || path.starts_with('@');
            locations.push(Arc::new(Location { matcher, internal, scope }));
        }
        Ok(locations)
    }

    /// What is in an `if`.
    fn inner(&mut self, directive: &Directive, outer: &Settings, handler: &Handler) -> Result<Scope, Emergency> {
        self.scope(&directive.block, outer, handler, true)
    }

    fn scope(&mut self, all: &[Directive], outer: &Settings, handler: &Handler, no_uri: bool) -> Result<Scope, Emergency> {
        repeated(all)?;
        let settings = self.settings(all, outer)?;
        let mut handler = handler.clone();
        for directive in all {
            match directive.name.as_str() {
                "proxy_pass" => handler = Handler::Proxy(Arc::new(self.proxy(directive, no_uri)?)),
                "stub_status" => handler = Handler::StubStatus,
                "fastcgi_pass" | "uwsgi_pass" | "scgi_pass" | "grpc_pass" | "memcached_pass" | "empty_gif" | "flv" | "mp4" => handler = Handler::Unknown(directive.name.clone()),
                _ => {}
            }
        }
        let steps = rewrite::steps(all, &mut |inner| self.inner(inner, &settings, &handler))?;
        self.check_names(rewrite::read_names(&steps))?;
        let locations = self.locations(all, &settings)?;
        Ok(Scope { settings: Arc::new(settings), steps, locations, handler })
    }

    fn proxy(&mut self, directive: &Directive, no_uri: bool) -> Result<Proxy, Emergency> {
        let url = directive.arg(0);
        if url.contains('$') {
            self.check_text(url)?;
            let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
            let (host, uri) = rest.find('/').map_or((rest, None), |at| (&rest[..at], Some(rest[at..].to_owned())));
            return Ok(Proxy { scheme: scheme.to_owned(), host: host.to_owned(), uri, has_variables: true });
        }
        let lower = url.to_ascii_lowercase();
        let scheme = ["http", "https"].into_iter().find(|scheme| lower.starts_with(&format!("{scheme}://")));
        let Some(scheme) = scheme else { return Err(directive.complain("invalid URL prefix")) };
        let rest = &url[scheme.len() + 3..];
        let (host, uri) = rest.find('/').map_or((rest, None), |at| (&rest[..at], Some(rest[at..].to_owned())));
        if no_uri && uri.is_some() {
            return Err(directive.complain("\"proxy_pass\" cannot have URI part in location given by regular expression, or inside named location, or inside \"if\" statement, or inside \"limit_except\" block"));
        }
        let default = if scheme == "https" { 443 } else { 80 };
        if !self.config.upstreams.contains_key(host) {
            let (name, port) = host_and_port(host, default).ok_or_else(|| directive.complain(&format!("invalid port in upstream \"{host}\"")))?;
            let peer = Peer { host: name, port, weight: 1, max_fails: 0, fail_timeout: Duration::from_secs(10), backup: false, down: false, place: directive.place.clone(), addresses: Vec::new() };
            self.config.upstreams.insert(host.to_owned(), Upstream { servers: vec![peer], ..Upstream::default() });
        }
        Ok(Proxy { scheme: scheme.to_owned(), host: host.to_owned(), uri, has_variables: false })
    }

    fn settings(&mut self, all: &[Directive], outer: &Settings) -> Result<Settings, Emergency> {
        let mut settings = Settings { try_files: Vec::new(), ..outer.clone() };
        let has = |name: &str| all.iter().any(|directive| directive.name == name);
        // Lists are inherited only where nothing of the kind is said.
        for (name, clear) in [
            ("index", (|it| it.index.clear()) as fn(&mut Settings)),
            ("error_page", |it| it.error_pages.clear()),
            ("access_log", |it| it.access_log.clear()),
            ("proxy_set_header", |it| it.proxy_headers.clear()),
            ("add_header", |it| it.add_headers.clear()),
            ("types", |it| it.types = Arc::default()),
            ("allow", |it| it.rules.clear()),
            ("deny", |it| it.rules.clear()),
        ] {
            if has(name) {
                clear(&mut settings);
            }
        }
        for directive in all {
            let (name, first) = (directive.name.as_str(), directive.arg(0));
            let invalid = || directive.complain(&format!("\"{name}\" directive invalid value"));
            match name {
                "root" | "alias" => {
                    let other = if name == "root" { "alias" } else { "root" };
                    if all.iter().take_while(|it| *it != directive).any(|it| it.name == other) {
                        return Err(directive.complain(&format!("\"{name}\" directive is duplicate, \"{other}\" directive was specified earlier")));
                    }
                    self.check_text(first)?;
                    match name {
                        "root" => (settings.root, settings.alias) = (absolute(first).trim_end_matches('/').to_owned(), None),
                        _ => settings.alias = Some(absolute(first)),
                    }
                }
                "index" => settings.index.extend(directive.args.iter().cloned()),
                "autoindex" => settings.autoindex = on(directive),
                "error_page" => settings.error_pages.push(error_page(directive)?),
                "access_log" if first == "off" => settings.access_log.clear(),
                "access_log" => {
                    let format = directive.args.get(1).filter(|word| !word.contains('=')).map_or("combined", String::as_str).to_owned();
                    if !self.config.formats.contains_key(&format) {
                        return Err(directive.complain(&format!("unknown log format \"{format}\"")));
                    }
                    settings.access_log.push(AccessLog { path: first.to_owned(), format });
                }
                "proxy_set_header" => {
                    self.check_text(directive.arg(1))?;
                    settings.proxy_headers.push((first.to_owned(), directive.arg(1).to_owned()));
                }
                "proxy_redirect" => settings.proxy_redirect = first == "default",
                "proxy_read_timeout" => settings.proxy_read_timeout = duration(first).ok_or_else(invalid)?,
                "proxy_next_upstream" => settings.next_upstream = directive.args.clone(),
                "proxy_intercept_errors" => settings.intercept_errors = on(directive),
                "add_header" => {
                    self.check_text(directive.arg(1))?;
                    settings.add_headers.push((first.to_owned(), directive.arg(1).to_owned(), directive.arg(2) == "always"));
                }
                "try_files" => {
                    directive.args.iter().try_for_each(|word| self.check_text(word))?;
                    settings.try_files = directive.args.clone();
                }
                "types" => {
                    let pairs = directive.block.iter().flat_map(|row| row.args.iter().map(|end| (end.clone(), row.name.clone())));
                    Arc::make_mut(&mut settings.types).extend(pairs);
                }
                "default_type" => first.clone_into(&mut settings.default_type),
                "charset" => settings.charset = (first != "off").then(|| first.to_owned()),
                "client_max_body_size" => settings.body_limit = size(first).ok_or_else(invalid)?,
                "keepalive_timeout" | "client_body_timeout" | "client_header_timeout" | "send_timeout" | "proxy_connect_timeout" | "proxy_send_timeout" => {
                    duration(first).ok_or_else(invalid)?;
                }
                "server_tokens" => settings.tokens = first != "off",
                "auth_basic" => settings.realm = (first != "off").then(|| first.to_owned()),
                "auth_basic_user_file" => settings.password_file = absolute(first),
                "allow" | "deny" => settings.rules.push((name == "allow", first.to_owned())),
                "expires" => settings.expires = (first != "off").then(|| first.to_owned()),
                "absolute_redirect" => settings.absolute_redirect = on(directive),
                "log_not_found" => settings.log_not_found = on(directive),
                "error_log" => self.error_log(directive)?,
                "resolver" => self.config.has_resolver = true,
                "server" | "location" | "upstream" | "map" | "log_format" | "if" | "listen" | "server_name" | "internal" | "ssl" | "ssl_certificate"
                | "ssl_certificate_key" | "return" | "rewrite" | "set" | "break" | "proxy_pass" | "stub_status" => {}
                _ => self.note(directive),
            }
        }
        Ok(settings)
    }

    /// Complains about variables that there are not.
    fn check_text(&self, text: &str) -> Result<(), Emergency> {
        self.check_names(variables::names(text))
    }

    fn check_names(&self, names: Vec<String>) -> Result<(), Emergency> {
        let is_map = |name: &str| self.config.maps.iter().any(|map| map.name == name);
        match names.into_iter().find(|name| !variables::is_known(name) && !is_map(name) && !self.is_set(name)) {
            Some(name) => Err(Emergency(format!("unknown \"{name}\" variable"))),
            None => Ok(()),
        }
    }

    /// Whether a variable is set somewhere in the text.
    fn is_set(&self, name: &str) -> bool {
        let pattern = Regex::new(&format!(r"(?m)(\bset\s+\${name}\s)|\(\?P?<{name}>|(geo|split_clients|auth_request_set)[^;{{]*\${name}\s")).ok();
        self.config.texts.iter().any(|(_, text)| pattern.as_ref().is_some_and(|pattern| pattern.is_match(text)))
    }

    fn pattern(&mut self, pattern: &str, ignore_case: bool, place: &Place) -> Result<Option<Regex>, Emergency> {
        match rewrite::pattern(pattern, ignore_case) {
            Ok(found) => Ok(Some(found)),
            // What Perl's expressions can and these cannot.
            Err(_) if pattern.contains("(?=") || pattern.contains("(?!") || pattern.contains("(?<") => {
                self.config.notes.push(format!("not simulated: the regular expression \"{pattern}\" in {}:{}", place.file, place.line));
                Ok(None)
            }
            Err(why) => {
                let call = if self.version >= [1, 21, 5] { "pcre2_compile" } else { "pcre_compile" };
                Err(place.complain(&format!("{call}() failed: {why} in \"{pattern}\"")))
            }
        }
    }

    fn note(&mut self, directive: &Directive) {
        let harmless = HARMLESS.iter().any(|beginning| directive.name.starts_with(beginning)) || matches!(directive.name.as_str(), "events" | "use" | "multi_accept" | "accept_mutex" | "load_module");
        if !harmless {
            self.config.notes.push(not_simulated(directive));
        }
    }

    /// Looks at all servers together: who is the default of a port, who has which name.
    fn check_servers(&mut self) -> Result<(), Emergency> {
        let mut defaults = BTreeSet::new();
        let mut names = BTreeSet::new();
        for server in &self.config.servers {
            for listen in &server.listens {
                let at = format!("{}:{}", listen.address, listen.port);
                if listen.default && !defaults.insert(at.clone()) {
                    return Err(server.place.complain(&format!("a duplicate default server for {at}")));
                }
                let own = server.names.iter().cloned().chain(server.names.is_empty().then(String::new));
                for name in own {
                    if !names.insert((at.clone(), name.clone())) {
                        self.config.warnings.push(format!("conflicting server name \"{name}\" on {at}, ignored"));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Refuses what may stand only once in a block.
fn repeated(all: &[Directive]) -> Result<(), Emergency> {
    let mut seen = BTreeSet::new();
    for directive in all.iter().filter(|directive| directive.args.len() <= 1 && !REPEATED.contains(&directive.name.as_str())) {
        if !seen.insert(directive.name.as_str()) {
            return Err(directive.complain(&format!("\"{}\" directive is duplicate", directive.name)));
        }
    }
    Ok(())
}

fn not_simulated(directive: &Directive) -> String {
    format!("not simulated: nginx directive \"{}\" in {}:{}", directive.name, directive.place.file, directive.place.line)
}

fn on(directive: &Directive) -> bool {
    directive.arg(0).eq_ignore_ascii_case("on")
}

fn error_page(directive: &Directive) -> Result<ErrorPage, Emergency> {
    let (uri, before) = directive.args.split_last().ok_or_else(|| directive.complain("invalid number of arguments in \"error_page\" directive"))?;
    let mut page = ErrorPage { codes: Vec::new(), instead: None, uri: uri.clone() };
    for word in before {
        match word.strip_prefix('=') {
            Some("") => page.instead = Some(None),
            Some(code) => page.instead = Some(Some(code.parse().map_err(|_| directive.complain(&format!("invalid value \"{word}\"")))?)),
            None => {
                let code: u16 = word.parse().map_err(|_| directive.complain(&format!("invalid value \"{word}\"")))?;
                if !(300..=599).contains(&code) {
                    return Err(directive.complain(&format!("value \"{word}\" must be between 300 and 599")));
                }
                page.codes.push(code);
            }
        }
    }
    Ok(page)
}
