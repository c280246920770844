//! Which document a path means.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/server/handler.go (director), v1.36.
//! Simplified: the logs folder is not simulated.

use podarium_api::{InGoOrder, Kind, Status};
use podarium_machine::{HttpRequest, HttpResponse};
use serde_json::Value;

use super::super::accept::{self, Route};
use super::super::read::Server;
use super::super::text::{content_type, encode, page_not_found};
use super::super::{Query, aggregation, openapi};
use super::{aggregated, groups, health, legacy, metrics, root, version, zpages};
use crate::apiserver::{ISSUER, key_set as own_keys};

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
        ["openid", "v1", "jwks"] => {
            read_only(http)?;
            return key_set(http);
        }
        [page @ ("flagz" | "statusz")] if !http.url.split(['?', '#']).next().is_some_and(|path| path.ends_with('/')) => return zpages::answer(http, page, server),
        ["flagz" | "statusz"] => return Ok(page_not_found()),
        [".well-known" | "flagz" | "statusz", _, ..] | [".well-known"] | ["openid"] | ["openid", "v1"] => return Ok(page_not_found()),
        ["version"] => {
            read_only(http)?;
            return Ok(version::answer());
        }
        ["metrics"] => {
            read_only(http)?;
            return Ok(metrics::answer(server.store));
        }
        ["logs" | "metrics" | "openid", ..] => return Err(not_simulated(&parts)),
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
            return Ok(encode(200, &InGoOrder::new(&legacy::group_list(&groups())), agreed.encoding));
        }
        ["api", "v1"] => legacy::resource_list("", "v1", &groups()).unwrap_or(Value::Null),
        ["api", ..] => return Err(Status::no_such_path()),
        ["apis", group, rest @ ..] => {
            let groups = groups();
            let Some(found) = groups.iter().find(|known| known.name == *group) else { return Ok(page_not_found()) };
            match rest {
                [] => {
                    let agreed = accept::agree(http, query, Route::Answer)?;
                    return Ok(encode(200, &InGoOrder::new(&legacy::group(found)), agreed.encoding));
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
    Ok(encode(200, &InGoOrder::new(&document), agreed.encoding))
}

fn is_built_in(group: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.info().group == group)
}

/// Where others find the keys of service accounts' tokens.
fn openid_configuration(address: &str) -> HttpResponse {
    let body = format!(
        r#"{{"issuer":"{ISSUER}","jwks_uri":"https://{address}/openid/v1/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}}"#
    );
    cached(content_type("application/json"), body)
}

/// The public keys of the issuer of tokens.
fn key_set(http: &HttpRequest) -> Result<HttpResponse, Status> {
    let accepted = accept::header(http, "Accept").to_ascii_lowercase();
    let takes = |clause: &str| matches!(clause.split(';').next().unwrap_or_default().trim(), "application/jwk-set+json" | "application/*" | "*/*");
    if !accepted.is_empty() && !accepted.split(',').any(takes) {
        return Err(Status::refused_route(406, "NotAcceptable", "406: Not Acceptable\n\nAvailable representations: application/jwk-set+json"));
    }
    Ok(cached(content_type("application/jwk-set+json"), own_keys()))
}

/// A document that clients may keep for an hour.
fn cached(mut headers: Vec<(String, String)>, body: String) -> HttpResponse {
    headers.push(("Cache-Control".to_owned(), "public, max-age=3600".to_owned()));
    HttpResponse { status: 200, headers, body: body.into_bytes() }
}

/// What a real server has under this path, and where to look instead.
fn not_simulated(parts: &[&str]) -> Status {
    let instead = match parts {
        ["logs", ..] => "the log files of the API server; see the events of the cluster and the logs of its pods",
        ["metrics", ..] => "this part of the metrics; see /metrics",
        _ => "this document; see /openid/v1/jwks",
    };
    Status::not_simulated(&format!("/{}: {instead}", parts.join("/")))
}

fn read_only(http: &HttpRequest) -> Result<(), Status> {
    if http.method == "GET" { Ok(()) } else { Err(Status::no_such_method()) }
}
