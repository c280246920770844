//! Which document a path means.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/server/handler.go (director), v1.36.
//! Simplified: the logs folder, the keys of service accounts, and the pages about flags and state of the process are not simulated.

use podarium_api::{Kind, Status};
use podarium_machine::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::super::accept::{self, Route};
use super::super::read::Server;
use super::super::text::{Ordered, content_type, encode, page_not_found};
use super::super::{Query, aggregation, openapi};
use super::{aggregated, groups, health, legacy, metrics, root, version};
use crate::apiserver::ISSUER;

/// The answer to a path that is not about objects.
pub(in super::super) fn answer(http: &HttpRequest, parts: &[String], query: &Query, server: &Server<'_>) -> Result<HttpResponse, Status> {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    if let ["apis", group, version, ..] = parts.as_slice()
        && aggregation::is_unavailable(group, version, server.store)
    {
        return Ok(aggregation::unavailable());
    }
    let groups = || groups::served(server.course_2019, server.store);
    let document = match parts.as_slice() {
        [] => return Ok(root::paths(&groups())),
        [check @ ("healthz" | "livez" | "readyz"), rest @ ..] => {
            // Each check has its very path.
            let slash = http.url.split(['?', '#']).next().is_some_and(|path| path.ends_with('/'));
            let mut answer = if slash { page_not_found() } else { health::answer(check, rest, query) };
            if http.method == "HEAD" {
                answer.body.clear();
            }
            return Ok(answer);
        }
        [".well-known", "openid-configuration"] => {
            read_only(http)?;
            return Ok(openid_configuration(server.address));
        }
        [".well-known", "openid-configuration", ..] | ["openid", "v1", "jwks", _, ..] => return Err(Status::no_such_path()),
        ["openid", "v1", "jwks"] if http.method != "GET" => return Err(Status::no_such_method()),
        [part @ ("flagz" | "statusz")] if !text_is_accepted(http, part) => {
            let why = "only the following media types are accepted: application/json, application/yaml, text/plain";
            return Err(Status::new(406, "NotAcceptable", why));
        }
        [".well-known" | "flagz" | "statusz", _, ..] | [".well-known"] | ["openid"] | ["openid", "v1"] => return Ok(page_not_found()),
        ["version"] => {
            read_only(http)?;
            return Ok(version::answer());
        }
        ["metrics"] => {
            read_only(http)?;
            return Ok(metrics::answer(server.store));
        }
        ["logs" | "metrics" | "openid" | "flagz" | "statusz", ..] => return Err(not_simulated(&parts)),
        ["openapi", rest @ ..] => return openapi::answer(http, rest, query, server),
        ["api"] => {
            read_only(http)?;
            if let Some(answer) = aggregated::answer(http, &groups(), true) {
                return Ok(answer);
            }
            legacy::versions(server.address)
        }
        // The list of groups, and a group, answer to every method.
        ["apis"] => {
            if let Some(answer) = aggregated::answer(http, &groups(), false) {
                return Ok(answer);
            }
            let agreed = accept::agree(http, query, Route::Answer)?;
            return Ok(encode(200, &Ordered::new(&legacy::group_list(&groups())), agreed.encoding));
        }
        ["api", "v1"] => legacy::resource_list("", "v1", &groups()).unwrap_or(Value::Null),
        ["api", ..] => return Err(Status::no_such_path()),
        ["apis", group, rest @ ..] => {
            let groups = groups();
            let Some(found) = groups.iter().find(|known| known.name == *group) else { return Ok(page_not_found()) };
            match rest {
                [] => {
                    let agreed = accept::agree(http, query, Route::Answer)?;
                    return Ok(encode(200, &Ordered::new(&legacy::group(found)), agreed.encoding));
                }
                // Nobody answers for what the definitions of custom kinds do not serve.
                [version, ..] if !is_built_in(group) && (rest.len() > 1 || legacy::resource_list(group, version, &groups).is_none()) => return Ok(page_not_found()),
                [version] => legacy::resource_list(group, version, &groups).ok_or_else(Status::no_such_path)?,
                _ => return Err(Status::no_such_path()),
            }
        }
        _ => return Ok(page_not_found()),
    };
    read_only(http)?;
    let agreed = accept::agree(http, query, Route::Answer)?;
    Ok(encode(200, &Ordered::new(&document), agreed.encoding))
}

fn is_built_in(group: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.info().group == group)
}

/// Where others find the keys of service accounts' tokens.
fn openid_configuration(address: &str) -> HttpResponse {
    let body = json!({
        "issuer": ISSUER, "jwks_uri": format!("https://{address}/openid/v1/jwks"), "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
    });
    HttpResponse { status: 200, headers: content_type("application/json"), body: body.to_string().into_bytes() }
}

/// Whether the client takes the text of a page about the server's process, or the object that it can be instead.
fn text_is_accepted(http: &HttpRequest, page: &str) -> bool {
    let accept = accept::header(http, "Accept").to_ascii_lowercase();
    let object = format!("as={page}");
    accept.is_empty() || accept.split(',').any(|clause| matches!(clause.split(';').next().unwrap_or_default().trim(), "text/plain" | "text/*" | "*/*") || clause.contains(&object))
}

/// What a real server has under this path, and where to look instead.
fn not_simulated(parts: &[&str]) -> Status {
    let instead = match parts {
        ["logs", ..] => "the log files of the API server; see the events of the cluster and the logs of its pods",
        ["flagz" | "statusz", ..] => "flags and state of the server process; see /version",
        ["metrics", ..] => "this part of the metrics; see /metrics",
        _ => "the keys with which tokens of service accounts are signed; have a token checked with a TokenReview",
    };
    Status::not_simulated(&format!("/{}: {instead}", parts.join("/")))
}

fn read_only(http: &HttpRequest) -> Result<(), Status> {
    if http.method == "GET" { Ok(()) } else { Err(Status::no_such_method()) }
}
