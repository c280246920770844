//! Pages about the server's own process: `/statusz` (since when it runs, which version) and `/flagz` (with which flags), as
//! text for people, and as an object for whoever asks for it by name.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/server/{statusz,flagz}, v1.36.
//! Simplified: the server counts as started with the cluster, and its flags are those that kubeadm gives; the text keeps to
//! one of the four separators between which the reference chooses by chance.

use std::collections::BTreeMap;

use jiff::Timestamp;
use podarium_api::Status;
use podarium_machine::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::super::accept::{self, Encoding};
use super::super::read::{Server, with_warnings};
use super::super::text::{encode, plain};
use super::version;
use crate::flags::Flags;
use crate::system::api_server_arguments;

/// Every flag with its default.
const FLAGS: &str = include_str!("flags.txt");
const PATHS: [&str; 7] = ["/flagz", "/healthz", "/livez", "/metrics", "/readyz", "/statusz", "/version"];
const WARNING: &str = "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.";

#[derive(Serialize)]
struct Name {
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statusz {
    kind: &'static str,
    api_version: String,
    metadata: Name,
    start_time: String,
    uptime_seconds: i64,
    go_version: &'static str,
    binary_version: &'static str,
    emulation_version: &'static str,
    paths: [&'static str; 7],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Flagz {
    kind: &'static str,
    api_version: String,
    metadata: Name,
    flags: BTreeMap<String, String>,
}

/// In which form a page is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Object { encoding: Encoding, version: String },
}

/// The page: `statusz` or `flagz`.
pub(super) fn answer(http: &HttpRequest, page: &str, server: &Server<'_>) -> Result<HttpResponse, Status> {
    let kind = if page == "flagz" { "Flagz" } else { "Statusz" };
    let why = "only the following media types are accepted: application/json, application/yaml, text/plain";
    let form = form(accept::header(http, "Accept"), kind).ok_or_else(|| Status::new(406, "NotAcceptable", why))?;
    let mut response = match &form {
        Form::Text => plain(200, format!("\napiserver {page}\n{WARNING}\n{}", if page == "flagz" { flags_text(server.flags) } else { status_text(server) })),
        Form::Object { encoding, version } => {
            let (api_version, metadata) = (format!("config.k8s.io/{version}"), Name { name: "apiserver" });
            let mut response = match kind {
                "Flagz" => encode(200, &Flagz { kind, api_version, metadata, flags: flags(server.flags) }, *encoding),
                _ => encode(200, &status(server, api_version, metadata), *encoding),
            };
            for (_, value) in response.headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("Content-Type")) {
                value.push_str(&format!(";g=config.k8s.io;v={version};as={kind}"));
            }
            let old = version == "v1alpha1";
            with_warnings(response, old.then(|| format!("This version of the {page} endpoint is deprecated. Please use a newer version.")))
        }
    };
    if http.method == "HEAD" {
        response.body.clear();
    }
    Ok(response)
}

/// The first form of those that the client takes; text if it says nothing. An object must be asked for by group, version
/// and name.
fn form(accepted: &str, kind: &str) -> Option<Form> {
    if accepted.trim().is_empty() {
        return Some(Form::Text);
    }
    let mut clauses: Vec<(f64, Option<Form>)> = accepted.split(',').map(|clause| {
        let mut parts = clause.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
        let parameters: BTreeMap<&str, &str> = parts.filter_map(|part| part.split_once('=')).collect();
        let weight = parameters.get("q").and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
        let named = |name: &str| parameters.get(name).copied().unwrap_or_default();
        let form = if named("as").is_empty() {
            matches!(media_type.as_str(), "text/plain" | "text/*" | "*/*").then_some(Form::Text)
        } else {
            let encoding = match media_type.as_str() {
                "application/json" | "application/*" | "*/*" => Some(Encoding::Json),
                "application/yaml" => Some(Encoding::Yaml),
                _ => None,
            };
            let known = named("as") == kind && named("g") == "config.k8s.io" && matches!(named("v"), "v1alpha1" | "v1beta1");
            encoding.filter(|_| known).map(|encoding| Form::Object { encoding, version: named("v").to_owned() })
        };
        (weight, form)
    }).collect();
    clauses.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    clauses.into_iter().find_map(|(_, form)| form)
}

/// Without its fractions.
fn whole(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn up_seconds(server: &Server<'_>) -> i64 {
    (server.now.as_second() - server.started.as_second()).max(0)
}

fn status(server: &Server<'_>, api_version: String, metadata: Name) -> Statusz {
    Statusz {
        kind: "Statusz",
        api_version,
        metadata,
        start_time: whole(server.started).to_string(),
        uptime_seconds: up_seconds(server),
        go_version: version::GO,
        binary_version: version::BINARY,
        emulation_version: version::EMULATION,
        paths: PATHS,
    }
}

fn status_text(server: &Server<'_>) -> String {
    let started = server.started.to_zoned(jiff::tz::TimeZone::UTC).strftime("%a %b %e %H:%M:%S UTC %Y");
    let up = up_seconds(server);
    let lines = [
        ("Started", started.to_string()), ("Up", format!("{} hr {:02} min {:02} sec", up / 3600, up / 60 % 60, up % 60)),
        ("Go version", version::GO.to_owned()), ("Binary version", version::BINARY.to_owned()), ("Emulation version", version::EMULATION.to_owned()),
        ("Paths", PATHS.join(" ")),
    ];
    lines.into_iter().fold("\n".to_owned(), |text, (name, value)| format!("{text}{name}: {value}\n"))
}

/// The flags as the process has them: the defaults, with what it was started with.
fn flags(own: &Flags) -> BTreeMap<String, String> {
    let mut flags: BTreeMap<String, String> = FLAGS.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for (name, value) in api_server_arguments(own) {
        // Without a name of its own the server is known by its address.
        if name == "advertise-address" {
            flags.insert("external-hostname".to_owned(), value.clone());
        }
        let list = flags.get(&name).is_some_and(|default| default.starts_with('['));
        flags.insert(name, if list { format!("[{value}]") } else { value });
    }
    flags
}

fn flags_text(own: &Flags) -> String {
    flags(own).into_iter().fold(String::new(), |text, (name, value)| format!("{text}{name}: {value}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_must_be_asked_for_by_its_full_name() {
        let beta = Some(Form::Object { encoding: Encoding::Json, version: "v1beta1".to_owned() });
        let cases = [
            ("", Some(Form::Text)),
            ("*/*", Some(Form::Text)),
            ("application/yaml, text/plain", Some(Form::Text)),
            ("application/json", None),
            ("application/json;as=Statusz", None),
            ("application/json;v=v1;g=config.k8s.io;as=Statusz", None),
            ("application/json;v=v1beta1;g=config.k8s.io;as=Flagz", None),
            ("text/plain;as=Statusz;v=v1beta1;g=config.k8s.io", None),
            ("application/json;v=v1beta1;g=config.k8s.io;as=Statusz", beta.clone()),
            ("*/*;as=Statusz;v=v1beta1;g=config.k8s.io", beta.clone()),
            ("text/plain;q=0.1, application/json;v=v1beta1;g=config.k8s.io;as=Statusz", beta),
        ];
        for (accepted, wanted) in cases {
            assert_eq!(form(accepted, "Statusz"), wanted, "{accepted}");
        }
    }

    #[test]
    fn what_kubeadm_sets_is_shown_as_the_flag_shows_it() {
        let flags = flags(&Flags::default());
        assert_eq!(flags["authorization-mode"], "[Node,RBAC]");
        assert_eq!(flags["secure-port"], "6443");
        assert_eq!(flags["advertise-address"], flags["external-hostname"]);
        assert_eq!(flags["etcd-servers"], "[https://127.0.0.1:2379]");
    }
}
