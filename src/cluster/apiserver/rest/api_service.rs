//! Since when a version of the API that the server serves itself is there: since it was registered.
//!
//! Models: staging/src/k8s.io/kube-aggregator/pkg/registry/apiservice/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use podarium_api::APIService;

pub(super) fn note_time(service: &mut Arc<APIService>, now: &MetaTime) {
    let status = Arc::make_mut(&mut Arc::make_mut(service).status);
    for condition in status.conditions.iter_mut().flatten() {
        condition.last_transition_time.get_or_insert_with(|| now.clone());
    }
}
