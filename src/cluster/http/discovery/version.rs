//! Which version the server has.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/server/routes/version.go, apimachinery/pkg/version/types.go, v1.36.
//! Simplified: nothing.

use podarium_machine::HttpResponse;
use serde::Serialize;

use super::super::text;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    major: &'static str,
    minor: &'static str,
    emulation_major: &'static str,
    emulation_minor: &'static str,
    min_compatibility_major: &'static str,
    min_compatibility_minor: &'static str,
    git_version: &'static str,
    git_commit: &'static str,
    git_tree_state: &'static str,
    build_date: &'static str,
    go_version: &'static str,
    compiler: &'static str,
    platform: &'static str,
}

const VERSION: Info = Info {
    major: "1",
    minor: "36",
    emulation_major: "1",
    emulation_minor: "36",
    min_compatibility_major: "1",
    min_compatibility_minor: "35",
    git_version: "v1.36.2",
    git_commit: "98b35193b2ac7a23a673325f5e9b830ecd5ba406",
    git_tree_state: "clean",
    build_date: "2026-06-11T00:00:00Z",
    go_version: "go1.26.6",
    compiler: "gc",
    platform: "linux/amd64",
};

/// As the pages about the process tell them.
pub(super) const GO: &str = VERSION.go_version;
pub(super) const BINARY: &str = "1.36.2";
pub(super) const EMULATION: &str = "1.36";

/// The version as the labels of a metric.
pub(super) fn labels() -> String {
    let labels = [
        ("build_date", VERSION.build_date), ("compiler", VERSION.compiler), ("git_commit", VERSION.git_commit), ("git_tree_state", VERSION.git_tree_state),
        ("git_version", VERSION.git_version), ("go_version", VERSION.go_version), ("major", VERSION.major), ("minor", VERSION.minor),
        ("platform", VERSION.platform),
    ];
    labels.map(|(name, value)| format!("{name}=\"{value}\"")).join(",")
}

pub(super) fn answer() -> HttpResponse {
    let body = serde_json::to_vec_pretty(&VERSION).expect("texts can be written as JSON");
    HttpResponse { status: 200, headers: text::content_type("application/json"), body }
}
