//! Whether a version of the API that a Service serves can be reached: the Service must be there, with the port and with
//! somebody behind it.
//!
//! Models: staging/src/k8s.io/kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go, v1.36.
//! Simplified: requests are not passed on to programs in the cluster, so a version of theirs never becomes available; the
//! condition says so. What the simulated metrics server serves is available while it runs.

use k8s_openapi::api::discovery::v1::Endpoint;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::{APIServiceCondition, ServiceReference};
use podarium_api::{APIService, EndpointSlice, Kind, Object, Resource as _, Service};

use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::controllers::{Controller, Enqueue, Stop, Sync};
use crate::store::Key;

const SERVICE_NAME: &str = "kubernetes.io/service-name";
const NOT_SIMULATED: &str = "not simulated: requests to API servers in the cluster";

#[derive(Clone, Debug)]
pub struct Availability {
    /// Whether the cluster has the add-on that measures.
    pub metrics_server: bool,
}

impl Controller for Availability {
    const NAME: &'static str = "apiservice-status-remote-available-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::APIService, Kind::Service, Kind::EndpointSlice].map(|kind| (kind, Filter::all())).to_vec()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        let service = match change.object() {
            Object::APIService(_) if change.new.is_some() => return enqueue.add(change.key.clone()),
            Object::Service(service) => service.name().to_owned(),
            Object::EndpointSlice(slice) => slice.metadata.labels.as_ref().and_then(|labels| labels.get(SERVICE_NAME)).cloned().unwrap_or_default(),
            _ => return,
        };
        let uses = |api: &&std::sync::Arc<APIService>| {
            let reference = api.spec.service.as_ref();
            reference.is_some_and(|reference| reference.name.as_deref() == Some(&service) && reference.namespace.as_deref() == Some(&*change.key.namespace))
        };
        for api in caches.list::<APIService>().filter(uses) {
            enqueue.add(Key::of_meta(&api.metadata));
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(api) = ctx.caches().get::<APIService>(key).cloned() else { return Ok(()) };
        let Some(reference) = &api.spec.service else { return Ok(()) };
        let (status, reason, message) = judged(reference, &api, self.metrics_server, ctx.caches());
        let mut next = (*api).clone();
        next.set_condition(APIServiceCondition {
            type_: "Available".to_owned(),
            status: status.to_owned(),
            reason: Some(reason.to_owned()),
            message: Some(message),
            last_transition_time: Some(ctx.epoch().seconds(ctx.now())),
        });
        if next == *api {
            return Ok(());
        }
        match ctx.update_status(next)? {
            Err(status) if !status.is_not_found() && !status.is_conflict() => Err(status.into()),
            _ => Ok(()),
        }
    }
}

fn judged(reference: &ServiceReference, api: &APIService, metrics_server: bool, caches: &Caches) -> (&'static str, &'static str, String) {
    if metrics_server && crate::metrics_server::serves(api) {
        return ("True", "Passed", "all checks passed".to_owned());
    }
    let (namespace, name) = (reference.namespace.as_deref().unwrap_or_default(), reference.name.as_deref().unwrap_or_default());
    let port = reference.port.unwrap_or(443);
    let key = Key::new(namespace, name);
    let Some(service) = caches.get::<Service>(&key) else {
        return ("False", "ServiceNotFound", format!("service/{name} in {namespace:?} is not present"));
    };
    if service.spec.type_.as_deref() == Some("ClusterIP") {
        let Some(found) = service.spec.ports.iter().flatten().find(|known| known.port == port) else {
            return ("False", "ServicePortError", format!("service/{name} in {namespace:?} is not listening on port {port}"));
        };
        let of_service = |slice: &&std::sync::Arc<EndpointSlice>| slice.metadata.labels.as_ref().and_then(|labels| labels.get(SERVICE_NAME)).map(String::as_str) == Some(name);
        let slices: Vec<_> = caches.list_in::<EndpointSlice>(namespace).filter(of_service).collect();
        if slices.is_empty() {
            return ("False", "EndpointsNotFound", format!("cannot find endpointslices for service/{name} in {namespace:?}"));
        }
        let port_name = found.name.as_deref().unwrap_or_default();
        if !slices.iter().any(|slice| has_address(slice, port_name)) {
            let why = format!("endpointslices for service/{name} in {namespace:?} have no addresses with port name {port_name:?}");
            return ("False", "MissingEndpoints", why);
        }
    }
    ("False", "FailedDiscoveryCheck", NOT_SIMULATED.to_owned())
}

fn has_address(slice: &EndpointSlice, port_name: &str) -> bool {
    let ready = |endpoint: &Endpoint| endpoint.conditions.as_ref().and_then(|conditions| conditions.ready) != Some(false) && !endpoint.addresses.is_empty();
    let named = slice.ports.iter().flatten().any(|port| port.name.as_deref().unwrap_or_default() == port_name);
    named && slice.endpoints.iter().flatten().any(ready)
}
