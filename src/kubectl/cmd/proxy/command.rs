//! `kubectl proxy`: a server on this computer that passes requests on to the API server, in the name of whoever runs it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/proxy/proxy.go, staging/src/k8s.io/kubectl/pkg/proxy/proxy_server.go, v1.36.
//! Simplified: Unix sockets are refused as not simulated; answers of the server begin one after the other.

use super::files::Files;
use super::filter::Filter;
use super::serve::{Site, serve};
use crate::client::Call;
use crate::command::Command;
use crate::failure::{Failure, Outcome, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::local::take_port;

pub const COMMAND: Command = Command::new("proxy", &[OWN], run);

pub(super) const OWN: &[Flag] = &[
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
    if !flags.text("unix-socket").is_empty() {
        return not_simulated("kubectl proxy on a Unix socket");
    }
    let with_slash = |prefix: &str| if prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") };
    let files = (!www.is_empty()).then(|| Files { directory: www.to_owned(), prefix: with_slash(flags.text("www-prefix")) });
    // Who it is does not change while it runs.
    let base = kubectl.bare_request(&Call::get(""))?;
    let port = listen(kubectl, flags.text("address"), flags.int("port"))?;
    kubectl.print(&format!("Starting to serve on {}:{port}\n", flags.text("address")))?;
    serve(kubectl.process, &Site { port, base, filter, prefix: with_slash(flags.text("api-prefix")), files })?;
    Ok(())
}

/// Takes the port; a random one for 0.
fn listen(kubectl: &mut Kubectl<'_, '_>, address: &str, asked: i64) -> Outcome<u16> {
    let Ok(wanted) = u16::try_from(asked) else { return fail(format!("listen tcp: address {asked}: invalid port")) };
    match take_port(kubectl.process, wanted)? {
        Ok(port) => Ok(port),
        Err(error) => fail(format!("listen tcp {address}:{wanted}: bind: {}", error.to_string().to_lowercase())),
    }
}
