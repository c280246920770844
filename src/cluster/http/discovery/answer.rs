//! Which document a path means.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/server/handler.go (director), v1.36.
//! Simplified: the logs folder and the keys of service accounts are not simulated.

use podarium_api::Status;
use podarium_machine::{HttpRequest, HttpResponse};
use serde_json::Value;

use super::super::accept::{self, Route};
use super::super::read::Server;
use super::super::text::{Ordered, encode, page_not_found};
use super::super::{Query, aggregation, openapi};
use super::{aggregated, groups, health, legacy, metrics, root, version};

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
        [check @ ("healthz" | "livez" | "readyz"), rest @ ..] => return Ok(health::answer(check, rest, query)),
        ["version"] => {
            read_only(http)?;
            return Ok(version::answer());
        }
        ["metrics"] => {
            read_only(http)?;
            return Ok(metrics::answer(server.store));
        }
        ["logs" | "metrics" | ".well-known" | "openid" | "flagz" | "statusz", ..] => return Err(not_simulated(&parts)),
        ["openapi", rest @ ..] => return openapi::answer(http, rest, query, server.course_2019, server.store),
        ["api"] => {
            read_only(http)?;
            if let Some(answer) = aggregated::answer(http, &groups(), true) {
                return Ok(answer);
            }
            legacy::versions(server.address)
        }
        ["apis"] => {
            read_only(http)?;
            if let Some(answer) = aggregated::answer(http, &groups(), false) {
                return Ok(answer);
            }
            legacy::group_list(&groups())
        }
        ["api", "v1"] => legacy::resource_list("", "v1", &groups()).unwrap_or(Value::Null),
        ["api", ..] => return Err(Status::no_such_path()),
        ["apis", group, rest @ ..] => {
            let groups = groups();
            let Some(found) = groups.iter().find(|known| known.name == *group) else { return Ok(page_not_found()) };
            match rest {
                [] => legacy::group(found),
                [version] => legacy::resource_list(group, version, &groups).ok_or_else(Status::no_such_path)?,
                _ => return Err(Status::no_such_path()),
            }
        }
        _ => return Ok(page_not_found()),
    };
    read_only(http)?;
    let agreed = accept::agree(http, query, Route::Object)?;
    Ok(encode(200, &Ordered::new(&document), agreed.encoding))
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
