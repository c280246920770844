//! `kubectl proxy`: a server on this computer that passes requests on to the API server, in the name of whoever runs it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/proxy/proxy.go, staging/src/k8s.io/kubectl/pkg/proxy/proxy_server.go, v1.36.
//! Simplified: one request at a time; watches, followed logs, upgrades, static files and Unix sockets are refused as not
//! simulated.

use std::ops::ControlFlow;

use podarium_api::custom::pattern_error;
use podarium_machine::{Errno, HttpRequest, HttpResponse};
use regex::Regex;

use crate::client::Call;
use crate::command::Command;
use crate::failure::{Failure, Outcome, fail, not_simulated};
use crate::flags::{Flag, Flags, Takes};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command::new("proxy", &[OWN], run);

const OWN: &[Flag] = &[
    Flag::new("accept-hosts", Takes::Text, r"^localhost$,^127\.0\.0\.1$,^\[::1\]$"),
    Flag::new("accept-paths", Takes::Text, "^.*"),
    Flag::new("address", Takes::Text, "127.0.0.1"),
    Flag::new("api-prefix", Takes::Text, "/"),
    Flag::bool("append-server-path"),
    Flag::bool("disable-filter"),
    Flag::new("keepalive", Takes::Duration, "0s"),
    Flag::new("port", Takes::Int, "8001").short('p'),
    Flag::new("reject-methods", Takes::Text, "^$"),
    Flag::new("reject-paths", Takes::Text, "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach"),
    Flag::text("unix-socket").short('u'),
    Flag::text("www").short('w'),
    Flag::new("www-prefix", Takes::Text, "/static/").short('P'),
];

const DEFAULT_PORT: i64 = 8001;
/// Ports below this are root's; the others are given to whoever does not care.
const FIRST_FREE: u16 = 1024;
const EPHEMERAL: (u16, u64) = (32768, 28232);

/// Which requests are passed on.
struct Filter {
    accept_paths: Vec<Regex>,
    reject_paths: Vec<Regex>,
    accept_hosts: Vec<Regex>,
    reject_methods: Vec<Regex>,
}

impl Filter {
    /// Reads the expressions. An error is that of the first which cannot be read.
    fn of(flags: &Flags) -> Result<Self, String> {
        let list = |name: &str| -> Result<Vec<Regex>, String> {
            let parts = flags.text(name).split(',').filter(|_| !flags.text(name).is_empty());
            parts.map(|part| pattern_error(part).map_or_else(|| Regex::new(part).map_err(|error| error.to_string()), Err)).collect()
        };
        Ok(Filter { accept_paths: list("accept-paths")?, reject_paths: list("reject-paths")?, accept_hosts: list("accept-hosts")?, reject_methods: list("reject-methods")? })
    }

    fn accepts(&self, method: &str, path: &str, host: &str) -> bool {
        let any = |list: &[Regex], text: &str| list.iter().any(|regex| regex.is_match(text));
        !any(&self.reject_paths, path) && !any(&self.reject_methods, method) && any(&self.accept_paths, path) && any(&self.accept_hosts, host)
    }
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    kubectl.connection()?;
    let filter = match flags.bool("disable-filter") {
        true => {
            kubectl.log_warning("proxy.go:177", "Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious")?;
            None
        }
        false => match Filter::of(&flags) {
            Ok(filter) => Some(filter),
            // The reference ends there and then, with a line of its log.
            Err(why) => {
                kubectl.log_fatal("proxy_server.go:83", &format!("Error compiling re: {why}"))?;
                return Err(Failure::Exit(255).into());
            }
        },
    };
    if flags.int("port") != DEFAULT_PORT && !flags.text("unix-socket").is_empty() {
        return fail("cannot set --unix-socket and --port at the same time");
    }
    let www = flags.text("www");
    if !www.is_empty() {
        match kubectl.process.stat(www)? {
            Ok(found) if found.is_dir() => {}
            Ok(_) => kubectl.log_warning("proxy.go:202", &format!("Static file directory {www} is not a directory"))?,
            Err(error) => kubectl.log_warning("proxy.go:200", &format!("Failed to stat static file directory {www}: stat {www}: {}", error.to_string().to_lowercase()))?,
        }
    }
    for (flag, what) in [("unix-socket", "kubectl proxy on a Unix socket"), ("www", "kubectl proxy with static files")] {
        if !flags.text(flag).is_empty() {
            return not_simulated(what);
        }
    }
    let prefix = match flags.text("api-prefix") {
        prefix if prefix.ends_with('/') => prefix.to_owned(),
        prefix => format!("{prefix}/"),
    };
    let port = listen(kubectl, flags.text("address"), flags.int("port"))?;
    kubectl.print(&format!("Starting to serve on {}:{port}\n", flags.text("address")))?;
    loop_over(kubectl, port, filter.as_ref(), &prefix)
}

/// Takes the port; a random one for 0.
fn listen(kubectl: &mut Kubectl<'_, '_>, address: &str, asked: i64) -> Outcome<u16> {
    let Ok(wanted) = u16::try_from(asked) else { return fail(format!("listen tcp: address {asked}: invalid port")) };
    loop {
        let port = match wanted {
            0 => EPHEMERAL.0 + u16::try_from(kubectl.process.random_bits()? % EPHEMERAL.1).unwrap_or_default(),
            wanted => wanted,
        };
        let taken = match port < FIRST_FREE && !kubectl.process.credentials().is_root() {
            true => Err(Errno::AccessDenied),
            false => kubectl.process.listen(port)?,
        };
        match taken {
            Ok(()) => return Ok(port),
            Err(_) if wanted == 0 => {}
            Err(error) => return fail(format!("listen tcp {address}:{port}: bind: {}", error.to_string().to_lowercase())),
        }
    }
}

fn loop_over(kubectl: &mut Kubectl<'_, '_>, port: u16, filter: Option<&Filter>, prefix: &str) -> Outcome<()> {
    // Who it is does not change while it runs.
    let base = kubectl.bare_request(&Call::get(""))?;
    kubectl.process.repeat((), |process, (): &mut ()| {
        let (id, request) = process.accept(port)?;
        let response = match target(&request, filter, prefix) {
            Err(response) => response,
            Ok(path) => match process.http(passed_on(&base, &request, &path))? {
                Ok(response) => response,
                Err(error) => plain(502, &error.to_string()),
            },
        };
        process.respond(id, response)?;
        Ok(ControlFlow::<()>::Continue(()))
    })?;
    Ok(())
}

/// The path of the API that a request is for, or what it is refused with.
fn target(request: &HttpRequest, filter: Option<&Filter>, prefix: &str) -> Result<String, HttpResponse> {
    let whole = request.path();
    let path = whole.split('?').next().unwrap_or_default();
    let own = request.url.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let host = request.header_value("host").unwrap_or(own);
    let host = if host.starts_with('[') { host.rsplit_once("]:").map_or(host, |(host, _)| host).trim_matches(['[', ']']) } else { host.split(':').next().unwrap_or_default() };
    if filter.is_some_and(|filter| !filter.accepts(&request.method, path, host)) {
        return Err(plain(403, "Forbidden"));
    }
    let Some(rest) = whole.strip_prefix(prefix.trim_end_matches('/')) else { return Err(plain(404, "404 page not found")) };
    let streams = ["watch=true", "watch=1", "follow=true", "follow=1"].iter().any(|mark| rest.contains(mark));
    if streams || request.header_value("upgrade").is_some() {
        return Err(plain(501, "not simulated: kubectl proxy of a stream"));
    }
    Ok(rest.to_owned())
}

/// The client's request as the API server gets it.
fn passed_on(base: &HttpRequest, request: &HttpRequest, path: &str) -> HttpRequest {
    let mine = |name: &str| ["authorization", "impersonate-user", "impersonate-group", "impersonate-uid"].iter().any(|own| name.eq_ignore_ascii_case(own));
    let left_out = |name: &str| mine(name) || ["host", "connection", "content-length"].iter().any(|own| name.eq_ignore_ascii_case(own));
    let theirs = request.headers.iter().filter(|(name, _)| !left_out(name));
    let headers = base.headers.iter().filter(|(name, _)| mine(name)).chain(theirs).cloned().collect();
    HttpRequest { method: request.method.clone(), url: format!("{}{path}", base.url), headers, body: request.body.clone(), ..HttpRequest::default() }
}

fn plain(status: u16, text: &str) -> HttpResponse {
    HttpResponse::new(status, format!("{text}\n")).with_header("Content-Type", "text/plain; charset=utf-8").with_header("X-Content-Type-Options", "nosniff")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_rejects_what_is_dangerous() {
        let flags = Flags::parse(&OWN.iter().collect::<Vec<_>>(), &[]).unwrap();
        let Ok(filter) = Filter::of(&flags) else { panic!("the defaults are expressions") };
        let status = |url: &str, host: Option<&str>| {
            let mut request = HttpRequest::get(url);
            if let Some(host) = host {
                request = request.header("Host", host);
            }
            target(&request, Some(&filter), "/").map_err(|response| response.status)
        };
        let local = |path: &str| format!("http://127.0.0.1:8001{path}");
        assert_eq!(status(&local("/api/v1/namespaces?limit=1"), None), Ok("/api/v1/namespaces?limit=1".to_owned()));
        assert_eq!(status(&local("/api/v1/namespaces/default/pods/web/exec?command=sh"), None), Err(403));
        assert_eq!(status(&local("/version"), Some("evil.example")), Err(403));
        assert_eq!(status(&local("/api/v1/pods?watch=true"), None), Err(501));
    }
}
