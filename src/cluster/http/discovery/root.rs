//! The list of paths at `/`.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/server/routes/index.go, v1.36.
//! Simplified: nothing.

use podarium_machine::HttpResponse;
use serde_json::json;

use super::super::text;
use super::groups::Group;
use super::health;

/// What is there besides groups and health checks; some of it answers that it is not simulated.
const OTHERS: [&str; 14] = [
    "/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/apis/", "/flagz", "/metrics", "/metrics/slis", "/openapi/v2", "/openapi/v3",
    "/openapi/v3/", "/openid/v1/jwks", "/statusz", "/version",
];

pub(super) fn paths(groups: &[Group]) -> HttpResponse {
    let mut paths: Vec<String> = OTHERS.map(str::to_owned).into();
    for group in groups.iter().filter(|group| !group.name.is_empty()) {
        paths.push(format!("/apis/{}", group.name));
        paths.extend(group.versions.iter().map(|version| format!("/apis/{}/{}", group.name, version.version)));
    }
    for endpoint in ["healthz", "livez", "readyz"] {
        paths.push(format!("/{endpoint}"));
        paths.extend(health::checks(endpoint).map(|check| format!("/{endpoint}/{check}")));
    }
    paths.sort();
    let body = serde_json::to_vec_pretty(&json!({"paths": paths})).expect("texts can be written as JSON");
    HttpResponse { status: 200, headers: text::content_type("application/json"), body }
}
