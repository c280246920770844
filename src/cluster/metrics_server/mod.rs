//! The add-on that measures: what `kubectl top` shows and what autoscalers go by. A cluster may have it.
//!
//! Every 15 seconds it asks each kubelet for what its containers and its machine use; the API server passes questions
//! about `metrics.k8s.io` on to it.

mod answer;
mod objects;
mod scrape;
mod server;
#[cfg(test)]
mod tests;

pub(crate) use answer::answer;
pub(crate) use scrape::{SYSTEM_CPU_MILLIS, SYSTEM_MEMORY};
pub use scrape::{NodeUsage, PodUsage};
pub(crate) use scrape::Measured;
pub(crate) use objects::objects;
pub use server::MetricsServer;

use podarium_api::{APIService, Kind, Object};

use crate::store::{Key, Store};

/// The name of its component.
pub const COMPONENT: &str = "metrics-server";
const API_SERVICE: &str = "v1beta1.metrics.k8s.io";
pub(crate) const GROUP: &str = "metrics.k8s.io";

/// Whether a kind is one that it answers for.
pub(crate) fn is_measured(kind: Kind) -> bool {
    matches!(kind, Kind::NodeMetrics | Kind::PodMetrics)
}

/// Whether the group's requests are passed on to it.
pub(crate) fn serves(service: &APIService) -> bool {
    let reference = service.spec.service.as_ref();
    service.spec.group.as_deref() == Some(GROUP) && reference.is_some_and(|reference| reference.name.as_deref() == Some(COMPONENT))
}

/// Whether the API server knows that there is somebody to ask.
pub(crate) fn is_available(store: &Store) -> bool {
    let Some(Object::APIService(service)) = store.get(Kind::APIService, &Key::new("", API_SERVICE)) else { return false };
    serves(service) && service.condition("Available").is_some_and(|condition| condition.status == "True")
}
