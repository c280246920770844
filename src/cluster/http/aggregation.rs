//! Versions of the API that other servers serve: those whose APIService names a Service.
//!
//! Models: staging/src/k8s.io/kube-aggregator/pkg/apiserver/{handler_proxy,handler_apis}.go, v1.36.
//! Simplified: requests are passed on to the simulated metrics server alone; all other such versions are unavailable.

use podarium_api::{APIService, Kind, Resource as _, ResourceInfo};
use podarium_machine::HttpResponse;

use super::text;
use crate::metrics_server;
use crate::store::Store;

/// The registrations of versions that other servers serve.
pub(super) fn foreign(store: &Store) -> impl Iterator<Item = &APIService> {
    store.list(Kind::APIService, None).filter_map(APIService::from_object).map(|service| &**service).filter(|service| !service.is_local())
}

/// Whether another server is asked for this version, and cannot be reached.
pub(super) fn is_unavailable(group: &str, version: &str, store: &Store) -> bool {
    let of_version = |service: &&APIService| service.spec.group.as_deref() == Some(group) && service.spec.version.as_deref() == Some(version);
    foreign(store).find(of_version).is_some_and(|service| !(metrics_server::serves(service) && metrics_server::is_available(store)))
}

/// Whether a built-in kind is served: one of an add-on only where there is the add-on.
pub(super) fn is_served(info: &ResourceInfo, store: &Store) -> bool {
    info.group != metrics_server::GROUP || metrics_server::is_available(store)
}

/// The answer where a server cannot be reached.
pub(super) fn unavailable() -> HttpResponse {
    text::plain(503, "service unavailable\n")
}
