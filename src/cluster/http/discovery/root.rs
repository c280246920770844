//! The list of paths at `/`.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/server/routes/index.go, v1.36.
//! Simplified: paths that are not simulated are left out.

use podarium_machine::HttpResponse;
use serde_json::json;

use super::super::text;
use super::groups::Group;
use super::health;

pub(super) fn paths(groups: &[Group]) -> HttpResponse {
    let mut paths: Vec<String> = ["/api", "/api/v1", "/apis", "/apis/", "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/version"].map(str::to_owned).into();
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
