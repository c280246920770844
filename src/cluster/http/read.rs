//! One HTTP request from its arrival to what it asks for, and its answer back.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/server/handler.go, endpoints/handlers/responsewriters, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, Status, decode};
use podarium_machine::{HttpRequest, HttpResponse};

use super::accept::{self, Encoding};
use super::path::{self, ResourcePath, Target};
use super::{CustomDocuments, Query, Rendering, body, discovery, render};
use crate::apiserver::{Answer, Reply, Request, User, Verb};
use crate::flags::Flags;
use crate::store::{Key, Store};

/// What the answers of discovery depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server<'a> {
    /// Whether the API versions of 2019 are served too.
    pub course_2019: bool,
    pub flags: &'a Flags,
    /// Since when it runs, and what time it is.
    pub started: jiff::Timestamp,
    pub now: jiff::Timestamp,
    /// Host and port under which clients find it.
    pub address: &'a str,
    pub known_specs: &'a decode::KnownSpecs,
    /// What describes the custom kinds.
    pub custom_documents: &'a CustomDocuments,
    /// Holds the definitions of custom kinds.
    pub store: &'a Store,
}

/// What an HTTP request asks for.
pub(crate) enum Asked {
    /// An answer that needs nothing of the store.
    Now(HttpResponse),
    Request(Box<Request>, Rendering),
    Watch(Box<Request>, Rendering),
    /// The log of a container, which its kubelet has.
    Log(ResourcePath, Query),
    /// A conversation with a container: `exec`, `attach`, `portforward`.
    Stream(ResourcePath, Query),
}

/// The subresources over which a client and a container talk.
const STREAMS: [&str; 3] = ["attach", "exec", "portforward"];

/// Reads a request. What is wrong with it becomes the server's error; warnings about its body go with either.
pub(crate) fn read(http: &HttpRequest, user: &User, server: &Server<'_>, warnings: &mut Vec<String>) -> Result<Asked, Status> {
    let (target, query) = path::parse(&http.url, server.course_2019, server.store)?;
    let path = match target {
        Target::Resource(path) => path,
        Target::Document(parts) => return discovery::answer(http, &parts, &query, server).map(Asked::Now),
    };
    // Before anything is said of what is behind a node.
    if path.kind == Kind::Node && path.subresource.is_some_and(|subresource| subresource.name == "proxy") && server.store.get(Kind::Node, &Key::new("", &path.name)).is_none() {
        return Err(Status::not_found(Kind::Node, &path.name));
    }
    if path.subresource.is_some_and(|subresource| STREAMS.contains(&subresource.name)) {
        return if matches!(http.method.as_str(), "GET" | "POST") { Ok(Asked::Stream(path, query)) } else { Err(Status::no_such_method()) };
    }
    let (mut request, agreed) = body::request(http, user, &path, &query, server.known_specs, warnings)?;
    if request.verb == Verb::Get && path.subresource.is_some_and(|subresource| subresource.name == "log") {
        return Ok(Asked::Log(path, query));
    }
    let rendering = Rendering::new(http, &query, agreed, &path);
    request.options.managed_fields = rendering.shows_managed_fields();
    request.options.version = path.version;
    let request = Box::new(request);
    if request.verb == Verb::Watch {
        rendering.check()?;
        return Ok(Asked::Watch(request, rendering));
    }
    Ok(Asked::Request(request, rendering))
}

/// Writes an answer.
pub(crate) fn write(answer: Answer, rendering: &Rendering, store: &Store, now: jiff::Timestamp) -> HttpResponse {
    let code = answer.code();
    let response = match answer.result {
        Ok(Reply::Object(object)) if rendering.is_line()
            && let [managed] = answer.managed.as_slice()
            && let Some(lines) = store.lines_of(&object, managed) =>
        {
            rendering.change(code, &object, managed, lines, now)
        }
        Ok(reply) => rendering.answer(code, &reply, &answer.managed, now),
        Err(status) => render::error(&rendering.in_group(status), rendering.error),
    };
    with_warnings(response, answer.warnings)
}

/// The kind that the path of a request is about.
pub(crate) fn kind_of(url: &str, server: &Server<'_>) -> Option<Kind> {
    match path::parse(url, server.course_2019, server.store) {
        Ok((Target::Resource(path), _)) => Some(path.kind),
        _ => None,
    }
}

/// The answer with these warnings in its head.
pub(crate) fn with_warnings(mut response: HttpResponse, warnings: impl IntoIterator<Item = String>) -> HttpResponse {
    let mut told: Vec<String> = Vec::new();
    // A header holds no control characters, and nothing is said twice.
    for warning in warnings.into_iter().filter(|warning| !warning.chars().any(char::is_control)) {
        if !told.contains(&warning) {
            response.headers.push(("Warning".to_owned(), format!("299 - {}", quoted(&warning))));
            told.push(warning);
        }
    }
    response
}

/// A warning in the quotes of its header.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// An error to somebody of whom we only know that they read JSON.
pub(crate) fn error(status: &Status) -> HttpResponse {
    render::error(status, Encoding::Json)
}

/// An error to this client.
pub(crate) fn error_for(status: &Status, http: &HttpRequest) -> HttpResponse {
    let query = http.url.split_once('?').map_or_else(Query::default, |(_, query)| Query::parse(query));
    render::error(status, accept::for_error(http, &query))
}
