//! The HTTP face of the API server: turns HTTP requests into [`Request`]s and answers into JSON, tables and streams.
//! The built-in kubectl, the HTTPS server and tests all come through here.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/{endpoints,server}, v1.36.
//! Simplified: protobuf and compression are not offered.

mod body;
mod custom;
mod discovery;
mod path;
mod query;
mod render;
mod request_info;
mod stream;
mod write_options;

use podarium_api::Status;
use podarium_machine::{HttpRequest, HttpResponse};

use crate::apiserver::{Answer, Request, User};
use crate::store::Store;

pub(crate) use path::{ResourcePath, Target, parse as parse_path};
pub(crate) use query::{Query, decode as decode_percent};
pub(crate) use render::{Rendering, text as plain};
pub(crate) use request_info::RequestInfo;
pub(crate) use stream::watch_line;

/// What an HTTP request asks for.
pub(crate) enum Asked {
    /// An answer that needs nothing of the store.
    Now(HttpResponse),
    Request { request: Box<Request>, rendering: Rendering, warnings: Vec<String> },
    Watch(Box<Request>, Rendering),
    /// The log of a container, which its kubelet has.
    Log(ResourcePath, Query),
}

/// Reads a request. What is wrong with it becomes the server's error.
pub(crate) fn read(request: &HttpRequest, user: &User, compat: bool, store: &Store) -> Result<Asked, Status> {
    let (target, query) = parse_path(&request.url, compat, store)?;
    let path = match target {
        Target::Resource(path) => path,
        Target::Fixed(answer) => return Ok(Asked::Now(answer)),
    };
    let rendering = Rendering::of(request, &query, &path);
    if path.subresource.as_deref() == Some("log") {
        return Ok(Asked::Log(path, query));
    }
    let watch = request.method == "GET" && path.name.is_empty() && query.flag("watch");
    let (mut request, warnings) = body::request(request, user, &path, &query)?;
    request.options.managed_fields = rendering.shows_managed_fields();
    let request = Box::new(request);
    Ok(if watch { Asked::Watch(request, rendering) } else { Asked::Request { request, rendering, warnings } })
}

/// Writes an answer.
pub(crate) fn write(answer: Answer, rendering: &Rendering, now: jiff::Timestamp) -> HttpResponse {
    let answer = answer.with_managed_fields();
    let mut response = match answer.result {
        Ok(reply) => render::json(if answer.created { 201 } else { 200 }, &rendering.reply(&reply, now)),
        Err(status) => error(&status),
    };
    for warning in answer.warnings {
        response.headers.push(("Warning".to_owned(), format!("299 - {warning:?}")));
    }
    response
}

/// An error as the server writes it.
pub(crate) fn error(status: &Status) -> HttpResponse {
    let value = serde_json::to_value(status.as_meta()).expect("a status has only string keys");
    render::json(status.code(), &value)
}
