//! The connections to a running `kubectl proxy`, each with its requests one after the other.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/proxy/proxy_server.go, staging/src/k8s.io/apimachinery/pkg/util/proxy, v1.36.
//! Simplified: connections that change their protocol (exec, attach, port-forward) are refused as not simulated.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::{
    ConnectionId, ExchangeId, HttpRequest, HttpResponse, Process, Ready, RequestReader, Source, StreamItem, Suspend, write_chunk, write_chunked_head, write_response,
};

use super::files::{Files, moved_with_page};
use super::filter::Filter;
use crate::failure::go_net_error;
use crate::local::clean_path;
use crate::log::line;

/// What a proxy serves.
pub(super) struct Site {
    pub port: u16,
    /// A request in the name of whoever runs it.
    pub base: HttpRequest,
    pub filter: Option<Filter>,
    /// Where the API lies, with a slash at its end.
    pub prefix: String,
    pub files: Option<Files>,
}

/// A connection from a program.
#[derive(Clone)]
struct Client {
    connection: ConnectionId,
    reader: RequestReader,
    /// The answer that is on its way to it.
    passing: Option<Passing>,
}

#[derive(Clone, Copy)]
struct Passing {
    stream: ExchangeId,
    has_body: bool,
}

/// Whether a connection goes on.
#[derive(PartialEq, Eq)]
enum Then {
    GoesOn,
    Ends,
}

/// Serves until the program is ended.
pub(super) fn serve(process: &mut Process<'_>, site: &Site) -> Result<(), Suspend> {
    process.repeat(Vec::new(), |process, clients: &mut Vec<Client>| {
        turn(process, site, clients)?;
        Ok(ControlFlow::<()>::Continue(()))
    })
}

/// Waits for one thing to come from any side and passes it on.
fn turn(process: &mut Process<'_>, site: &Site, clients: &mut Vec<Client>) -> Result<(), Suspend> {
    let passing: Vec<(usize, Passing)> = clients.iter().enumerate().filter_map(|(at, client)| Some((at, client.passing?))).collect();
    let mut sources = vec![Source::Connection(site.port)];
    sources.extend(clients.iter().map(|client| Source::Received(client.connection)));
    sources.extend(passing.iter().map(|(_, passing)| Source::Stream(passing.stream)));
    let Ready::Source(ready) = process.poll(&sources, None)? else { return Ok(()) };
    let Some(place) = ready.checked_sub(1) else {
        let (connection, _) = process.accept_stream(site.port)?;
        clients.push(Client { connection, reader: RequestReader::default(), passing: None });
        return Ok(());
    };
    let (at, then) = match place.checked_sub(clients.len()) {
        None => (place, read(process, site, &mut clients[place])?),
        Some(place) => {
            let (at, passing) = passing[place];
            (at, pass_on(process, site, &mut clients[at], passing)?)
        }
    };
    if then == Then::Ends {
        let client = clients.swap_remove(at);
        process.stream_close(client.connection)?;
        if let Some(passing) = client.passing {
            process.http_close(passing.stream)?;
        }
    }
    Ok(())
}

fn read(process: &mut Process<'_>, site: &Site, client: &mut Client) -> Result<Then, Suspend> {
    let bytes = process.stream_read(client.connection)?;
    if bytes.is_empty() {
        return Ok(Then::Ends);
    }
    client.reader.push(&bytes);
    if client.passing.is_some() { Ok(Then::GoesOn) } else { next_requests(process, site, client) }
}

/// Passes a piece of an answer on.
fn pass_on(process: &mut Process<'_>, site: &Site, client: &mut Client, passing: Passing) -> Result<Then, Suspend> {
    match process.http_next(passing.stream, None)? {
        StreamItem::Chunk(piece) => {
            if passing.has_body && !piece.is_empty() {
                process.stream_write(client.connection, &write_chunk(&piece))?;
            }
            Ok(Then::GoesOn)
        }
        StreamItem::End => {
            if passing.has_body {
                process.stream_write(client.connection, &write_chunk(b""))?;
            }
            client.passing = None;
            if client.reader.wants_close() { Ok(Then::Ends) } else { next_requests(process, site, client) }
        }
        StreamItem::TimedOut => Ok(Then::GoesOn),
        StreamItem::Failed(_) => Ok(Then::Ends),
    }
}

/// Answers the requests that are there, up to one whose answer takes its time.
fn next_requests(process: &mut Process<'_>, site: &Site, client: &mut Client) -> Result<Then, Suspend> {
    loop {
        let request = match client.reader.next_request() {
            Ok(None) => return Ok(Then::GoesOn),
            Ok(Some(request)) if client.reader.is_tls() != Some(true) => request,
            _ => {
                process.stream_write(client.connection, b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request")?;
                return Ok(Then::Ends);
            }
        };
        let response = match answer(process, site, &request, client)? {
            Some(response) => response,
            None => return Ok(Then::GoesOn),
        };
        process.stream_write(client.connection, &write_response(&response, &request.method, false))?;
        if client.reader.wants_close() {
            return Ok(Then::Ends);
        }
    }
}

/// An answer that is there whole; if there is none, its head has been sent and the rest is to come.
fn answer(process: &mut Process<'_>, site: &Site, request: &HttpRequest, client: &mut Client) -> Result<Option<HttpResponse>, Suspend> {
    let (path, query) = request.path().split_at(request.path().find('?').unwrap_or(request.path().len()));
    let clean = cleaned(path);
    if clean != path {
        return Ok(Some(moved_with_page(&format!("{clean}{query}"))));
    }
    if let Some(files) = site.files.as_ref().filter(|files| files.take(path, &site.prefix)) {
        return files.answer(process, request).map(Some);
    }
    let path = match target(request, site.filter.as_ref(), &site.prefix) {
        Ok(path) => path,
        Err(response) => return Ok(Some(response)),
    };
    let stream = match process.http_open(passed_on(&site.base, request, &path))? {
        Ok(stream) => stream,
        Err(error) => {
            let why = go_net_error(&site.base.url, error);
            let said = line(process, 'E', "proxy_server.go:147", &format!("Error while proxying request: {why}"))?;
            process.eprint(&said)?;
            return Ok(Some(plain(500, &why)));
        }
    };
    // What is there whole is sent whole.
    let mut begun = Vec::new();
    loop {
        match process.http_next(stream.id, Some(Duration::ZERO))? {
            StreamItem::Chunk(piece) => begun.extend(piece),
            StreamItem::End => return Ok(Some(HttpResponse { status: stream.status, headers: stream.headers, body: begun })),
            StreamItem::TimedOut => break,
            StreamItem::Failed(error) => return Ok(Some(plain(500, &go_net_error(&site.base.url, error)))),
        }
    }
    let has_body = request.method != "HEAD";
    process.stream_write(client.connection, &write_chunked_head(stream.status, &stream.headers))?;
    if has_body && !begun.is_empty() {
        process.stream_write(client.connection, &write_chunk(&begun))?;
    }
    client.passing = Some(Passing { stream: stream.id, has_body });
    Ok(None)
}

/// A path as Go's registry of paths wants it.
fn cleaned(path: &str) -> String {
    let clean = clean_path(&format!("/{path}"));
    if path.ends_with('/') && clean != "/" { format!("{clean}/") } else { clean }
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
    if request.header_value("upgrade").is_some() {
        return Err(plain(501, "not simulated: kubectl proxy of a connection that changes its protocol"));
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

pub(super) fn plain(status: u16, text: &str) -> HttpResponse {
    HttpResponse::new(status, format!("{text}\n")).with_header("Content-Type", "text/plain; charset=utf-8").with_header("X-Content-Type-Options", "nosniff")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        for (path, clean) in [("/api/v1/", "/api/v1/"), ("//api/./v1/..", "/api"), ("/files/../../etc/passwd", "/etc/passwd"), ("/", "/"), ("", "/"), ("/..", "/")] {
            assert_eq!(cleaned(path), clean, "{path}");
        }
    }

    #[test]
    fn the_api_is_found_below_its_prefix() {
        let found = |url: &str, prefix: &str| target(&HttpRequest::get(url), None, prefix).map_err(|response| response.status);
        assert_eq!(found("/api/v1/namespaces?limit=1", "/"), Ok("/api/v1/namespaces?limit=1".to_owned()));
        assert_eq!(found("/k8s/api/v1/pods", "/k8s/"), Ok("/api/v1/pods".to_owned()));
        assert_eq!(found("/api/v1/pods", "/k8s/"), Err(404));
        let upgrade = HttpRequest::get("/api/v1/namespaces/default/pods/web/exec").header("Upgrade", "websocket");
        assert_eq!(target(&upgrade, None, "/").map_err(|response| response.status), Err(501));
    }
}
