//! What the server measures of itself, as Prometheus reads it: its version, and how many objects it keeps.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/storage/etcd3/metrics/metrics.go, component-base/metrics/version.go, v1.36.
//! Simplified: of the server's many metrics these two are told, and custom resources are not counted.

use std::fmt::Write as _;

use podarium_api::Kind;
use podarium_machine::HttpResponse;

use super::super::text;
use super::version;
use crate::store::Store;

pub(super) fn answer(store: &Store) -> HttpResponse {
    let mut body = String::from(
        "# HELP apiserver_resource_objects [ALPHA] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.\n\
         # TYPE apiserver_resource_objects gauge\n",
    );
    let mut kept: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| kind.verbs().contains(&"watch")).collect();
    kept.sort_by_key(|kind| (kind.info().group, kind.info().plural));
    for kind in kept {
        let info = kind.info();
        // Writing to a text cannot fail.
        let _ = writeln!(body, "apiserver_resource_objects{{group=\"{}\",resource=\"{}\"}} {}", info.group, info.plural, store.count(kind));
    }
    body.push_str(
        "# HELP kubernetes_build_info [BETA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.\n\
         # TYPE kubernetes_build_info gauge\n",
    );
    let _ = writeln!(body, "kubernetes_build_info{{{}}} 1", version::labels());
    HttpResponse { status: 200, headers: text::content_type("text/plain; version=0.0.4; charset=utf-8; escaping=underscores"), body: body.into_bytes() }
}
