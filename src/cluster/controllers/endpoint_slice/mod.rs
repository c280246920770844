//! The endpoint-slice controller: keeps the list of addresses behind each Service with a selector.
//!
//! kube-proxy and DNS read these slices; a pod gets traffic from the moment at which its address stands there as ready.
//!
//! Models: pkg/controller/endpointslice/endpointslice_controller.go, v1.36.
//! Simplified: failures are retried after 5 ms, 10 ms, … instead of 1 s, 2 s, …

mod hints;
pub mod matching;
mod slices;
pub mod trigger_time;
mod zone_shares;

use std::sync::Arc;
use std::time::Duration;

use imbl::{OrdMap, OrdSet};
use podarium_api::{EndpointSlice, Kind, Object, Pod, Resource as _, Service};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change, EventType};
use crate::store::Key;
use matching::{is_managed, pods_of, services_of_change};
pub use slices::{HEADLESS, MANAGED_BY, SERVICE_NAME, pod_reference};
use slices::{CONTROLLER, Plan, Sharing, address_types, plan};
use trigger_time::TriggerTimes;

/// Changes of slices by others are looked at after this time, several of them at once; so is a cache that lags behind.
const DELAY: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, Default)]
pub struct EndpointSliceController {
    trigger_times: TriggerTimes,
    /// The resourceVersion of the last write to each slice: an older one in the cache is out of date.
    written: OrdMap<Key, u64>,
    /// The Services whose endpoints are shared out among the zones.
    shared: OrdSet<Key>,
}

fn version(slice: &EndpointSlice) -> u64 {
    slice.metadata.resource_version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0)
}

/// The Service of a slice that this controller keeps.
fn service_of(slice: &EndpointSlice) -> Option<Key> {
    let labels = slice.metadata.labels.as_ref()?;
    (labels.get(MANAGED_BY).map(String::as_str) == Some(CONTROLLER)).then_some(())?;
    Some(Key::new(slice.namespace(), labels.get(SERVICE_NAME)?))
}

impl Controller for EndpointSliceController {
    const NAME: &'static str = "endpoint-slice-controller";
    const SERVICE_ACCOUNT: &'static str = "endpointslice-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Service, Kind::Pod, Kind::Node, Kind::EndpointSlice].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Service(_) => enqueue.add(change.key.clone()),
            Object::Pod(_) => services_of_change(change, caches).into_iter().for_each(|key| enqueue.add(key)),
            Object::EndpointSlice(_) => self.slice_changed(change, enqueue),
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let caches = ctx.caches();
        let Some(service) = caches.get::<Service>(key) else {
            let key = key.clone();
            ctx.remember(move |controller: &mut Self| {
                controller.trigger_times.forget(&key);
                controller.shared.remove(&key);
            });
            return Ok(());
        };
        if !is_managed(service) {
            return Ok(());
        }
        let existing: Vec<EndpointSlice> = caches
            .list_in::<EndpointSlice>(&key.namespace)
            .filter(|slice| service_of(slice).as_ref() == Some(key) && slice.metadata.deletion_timestamp.is_none())
            .map(|slice| (**slice).clone())
            .collect();
        if self.is_stale(caches, key, &existing) {
            ctx.requeue_after(key, DELAY);
            return Ok(());
        }
        let pods = pods_of(caches, service);
        let trigger_time = self.note_trigger_time(ctx, key, service, &pods);
        let mut failures = Vec::new();
        let types = address_types(service);
        for address_type in &types {
            let existing = existing.iter().filter(|slice| slice.address_type == *address_type).cloned().collect();
            let plan = plan(caches, service, &pods, existing, address_type);
            failures.extend(plan.skipped.clone());
            let told = self.tell_sharing(ctx, key, &plan.sharing);
            if let Err(failure) = apply(ctx, key, service, plan, trigger_time.as_deref())? {
                failures.push(failure);
            }
            if let Some((event_type, message)) = told {
                let reason = if event_type == EventType::Normal { "TopologyAwareHintsEnabled" } else { "TopologyAwareHintsDisabled" };
                ctx.event(&service.clone().into_object(), event_type, reason, format!("{message}, addressType: {address_type}"));
            }
        }
        for slice in existing.iter().filter(|slice| !types.contains(&slice.address_type.as_str())) {
            if let Err(status) = delete(ctx, slice)? {
                failures.push(format!("error deleting {} EndpointSlice for Service {key}: {status}", slice.name()));
            }
        }
        if failures.is_empty() {
            return Ok(());
        }
        let failure = failures.join(", ");
        let message = format!("Error updating Endpoint Slices for Service {key}: {failure}");
        ctx.event(&service.clone().into_object(), EventType::Warning, "FailedToUpdateEndpointSlices", message);
        Err(Stop::Failed(failure))
    }
}

impl EndpointSliceController {
    fn slice_changed(&mut self, change: &Change, enqueue: &mut Enqueue<'_>) {
        let (old, new) = (change.old.as_ref().and_then(EndpointSlice::from_object), change.new.as_ref().and_then(EndpointSlice::from_object));
        let own = match new {
            Some(slice) => self.written.get(&change.key).is_some_and(|written| *written >= version(slice)),
            None => self.written.remove(&change.key).is_none(),
        };
        if own {
            return;
        }
        for key in [old, new].into_iter().flatten().filter_map(|slice| service_of(slice)) {
            enqueue.add_after(key, DELAY);
        }
    }

    /// Whether the cache lacks something that this controller has written.
    fn is_stale(&self, caches: &Caches, service: &Key, existing: &[EndpointSlice]) -> bool {
        let behind = |slice: &EndpointSlice| self.written.get(&Key::of_meta(&slice.metadata)).is_some_and(|written| *written > version(slice));
        let prefix = format!("{}-", service.name);
        let first = Key::new(&service.namespace, &prefix);
        let mut missing = self
            .written
            .range(first..)
            .take_while(|(key, _)| key.namespace == service.namespace && key.name.starts_with(&prefix))
            .filter(|(key, _)| key.name.len() == prefix.len() + 5 && caches.get::<EndpointSlice>(key).is_none());
        existing.iter().any(behind) || missing.next().is_some()
    }

    /// What is to be said about the sharing out of endpoints, if that is news or it cannot be done.
    fn tell_sharing(&self, ctx: &mut Sync<'_>, key: &Key, sharing: &Sharing) -> Option<(EventType, String)> {
        let before = self.shared.contains(key);
        let after = *sharing == Sharing::Done;
        if before != after {
            let key = key.clone();
            ctx.remember(move |controller: &mut Self| {
                if after { controller.shared.insert(key) } else { controller.shared.remove(&key) };
            });
        }
        match sharing {
            Sharing::Refused(why) => Some((EventType::Warning, why.clone())),
            Sharing::Done if !before => Some((EventType::Normal, "Topology Aware Hints has been enabled".to_owned())),
            Sharing::NotAskedFor if before => Some((EventType::Warning, "Topology Aware Hints has been disabled".to_owned())),
            _ => None,
        }
    }

    fn note_trigger_time(&self, ctx: &mut Sync<'_>, key: &Key, service: &Service, pods: &[Arc<Pod>]) -> Option<String> {
        let (time, seen) = self.trigger_times.compute(key, service, pods);
        let key = key.clone();
        ctx.remember(move |controller: &mut Self| controller.trigger_times.remember(key, seen));
        time.map(trigger_time::text)
    }
}

/// Carries out a plan. The inner error is what could not be done; then the rest is left for the next time.
fn apply(ctx: &mut Sync<'_>, key: &Key, service: &Service, plan: Plan, trigger_time: Option<&str>) -> Result<Result<(), String>, Stop> {
    if service.metadata.deletion_timestamp.is_none() {
        for slice in plan.create {
            match ctx.create(annotated(slice, trigger_time))? {
                Ok(written) => remember_written(ctx, &written),
                Err(status) if status.is_namespace_terminating() => return Ok(Ok(())),
                Err(status) => return Ok(Err(format!("failed to create EndpointSlice for Service {key}: {status}"))),
            }
        }
    }
    for slice in plan.update {
        let name = slice.metadata.name.clone().unwrap_or_default();
        match ctx.update(annotated(slice, trigger_time))? {
            Ok(written) => remember_written(ctx, &written),
            Err(status) => return Ok(Err(format!("failed to update {name} EndpointSlice for Service {key}: {status}"))),
        }
    }
    for slice in &plan.delete {
        if let Err(status) = delete(ctx, slice)? {
            let name = slice.name();
            return Ok(Err(format!("failed to delete {name} EndpointSlice for Service {key}: {status}")));
        }
    }
    Ok(Ok(()))
}

fn delete(ctx: &mut Sync<'_>, slice: &EndpointSlice) -> Result<Result<(), podarium_api::Status>, Stop> {
    let key = Key::of_meta(&slice.metadata);
    let answer = ctx.send(Request::delete(Kind::EndpointSlice, &key))?;
    if answer.is_ok() {
        ctx.remember(move |controller: &mut EndpointSliceController| {
            controller.written.remove(&key);
        });
    }
    Ok(answer.map(drop))
}

fn remember_written(ctx: &mut Sync<'_>, slice: &EndpointSlice) {
    let (key, version) = (Key::of_meta(&slice.metadata), version(slice));
    ctx.remember(move |controller: &mut EndpointSliceController| {
        controller.written.insert(key, version);
    });
}

fn annotated(mut slice: EndpointSlice, trigger_time: Option<&str>) -> EndpointSlice {
    let annotations = slice.metadata.annotations.get_or_insert_default();
    match trigger_time {
        Some(time) => drop(annotations.insert(trigger_time::ANNOTATION.to_owned(), time.to_owned())),
        None => drop(annotations.remove(trigger_time::ANNOTATION)),
    }
    slice
}
