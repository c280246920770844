//! The paths below `/openapi`.
//!
//! Models: vendor/k8s.io/kube-openapi/pkg/{handler,handler3}/handler.go, v1.36.
//! Simplified: JSON alone, no protobuf.

use podarium_api::Status;
use podarium_machine::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};

use super::super::Query;
use super::super::accept::header;
use super::super::text::{content_type, page_not_found};
use super::super::read::Server;
use super::documents::{Document, documents};

pub(in super::super) fn answer(http: &HttpRequest, parts: &[&str], query: &Query, server: &Server<'_>) -> Result<HttpResponse, Status> {
    if http.method != "GET" {
        return Err(Status::no_such_method());
    }
    if !accepts_json(header(http, "Accept")) {
        return Ok(HttpResponse { status: 406, headers: content_type("text/plain; charset=utf-8"), body: Vec::new() });
    }
    let all = documents(server.course_2019);
    let custom = server.custom_documents;
    Ok(match parts {
        ["v2"] => match custom.v2(server.course_2019, server.store) {
            Some(with_custom_kinds) => written(http, with_custom_kinds, None),
            None => written(http, &all.v2, None),
        },
        ["v3"] => {
            let paths: Map<String, Value> =
                all.v3.iter().chain(custom.v3(server.store)).map(|(path, document)| (path.clone(), json!({"serverRelativeURL": format!("/openapi/v3/{path}?hash={}", document.hash)}))).collect();
            let body = json!({"paths": paths}).to_string().into_bytes();
            HttpResponse { status: 200, headers: content_type("application/json"), body }
        }
        ["v3", path @ ..] => match all.v3.get(&path.join("/")).or_else(|| custom.v3(server.store).get(&path.join("/"))) {
            Some(document) => match query.get("hash") {
                // The client asks for a text that is no longer the one.
                Some(hash) if hash != document.hash => {
                    let location = format!("/openapi/v3/{}?hash={}", path.join("/"), document.hash);
                    HttpResponse { status: 301, headers: vec![("Location".to_owned(), location)], body: Vec::new() }
                }
                hash => written(http, document, hash),
            },
            None => page_not_found(),
        },
        _ => page_not_found(),
    })
}

fn accepts_json(accept: &str) -> bool {
    accept.is_empty() || accept.split(',').any(|clause| matches!(clause.split(';').next().unwrap_or_default().trim(), "application/json" | "application/*" | "*/*"))
}

/// The document, or word that the client has it already. What is asked for by its hash never changes.
fn written(http: &HttpRequest, document: &Document, hash: Option<&str>) -> HttpResponse {
    let tag = format!("\"{}\"", document.hash);
    let mut headers = content_type("application/json");
    headers.push(("ETag".to_owned(), tag.clone()));
    headers.push(("Vary".to_owned(), "Accept".to_owned()));
    let caching = if hash.is_some() { "public, immutable" } else { "no-cache, private" };
    headers.push(("Cache-Control".to_owned(), caching.to_owned()));
    if header(http, "If-None-Match") == tag {
        return HttpResponse { status: 304, headers, body: Vec::new() };
    }
    HttpResponse { status: 200, headers, body: document.body.clone() }
}
