//! The mirroring controller: whoever writes Endpoints by hand, for a Service without a selector, gets EndpointSlices of
//! the same content. kube-proxy and DNS read only those.
//!
//! Models: pkg/controller/endpointslicemirroring/{endpointslicemirroring_controller.go,reconciler.go,utils.go}, v1.36.
//! Simplified: addresses stand in a slice in the order of their text, where the reference takes them from a hash map.

mod desired;

use std::sync::Arc;

use podarium_api::owner::controller_reference;
use podarium_api::{EndpointSlice, Endpoints, Kind, Object, ObjectMeta, Resource as _, Service};

use super::consistency::OwnWrites;
use super::endpoint_slice::{MANAGED_BY, SERVICE_NAME};
use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change, EventType};
use crate::store::Key;
use desired::{Group, groups, is_same};

const CONTROLLER: &str = "endpointslicemirroring-controller.k8s.io";
const SKIP: &str = "endpointslice.kubernetes.io/skip-mirror";
const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";
/// Annotations that say nothing about the mirror.
const OWN_ANNOTATIONS: [&str; 2] = ["endpoints.kubernetes.io/last-change-trigger-time", "kubectl.kubernetes.io/last-applied-configuration"];

#[derive(Clone, Debug, Default)]
pub struct EndpointSliceMirroringController {
    writes: OwnWrites,
}

/// What is to happen to the mirrors of one Endpoints object.
#[derive(Default)]
struct Plan {
    create: Vec<EndpointSlice>,
    update: Vec<EndpointSlice>,
    delete: Vec<EndpointSlice>,
}

impl Controller for EndpointSliceMirroringController {
    const NAME: &'static str = "endpoint-slice-mirroring-controller";
    const SERVICE_ACCOUNT: &'static str = "endpointslicemirroring-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Service, Kind::Endpoints, Kind::EndpointSlice].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Service(_) => {
                let has_selector = |object: &Object| Service::from_object(object).is_some_and(|service| service.spec.selector.is_some());
                let concerns = match (&change.old, &change.new) {
                    (Some(old), Some(new)) => has_selector(old) != has_selector(new),
                    (old, new) => !old.iter().chain(new).any(has_selector),
                };
                if concerns {
                    enqueue.add(change.key.clone());
                }
            }
            Object::Endpoints(_) => {
                let mirrored = |object: &Object| Endpoints::from_object(object).is_some_and(|endpoints| is_mirrored(endpoints));
                if change.old.iter().chain(&change.new).any(mirrored) {
                    enqueue.add(change.key.clone());
                }
            }
            // Somebody else has changed a mirror; news of the controller's own writes changes nothing.
            Object::EndpointSlice(_) => {
                let slices = change.old.iter().chain(&change.new).filter_map(EndpointSlice::from_object);
                for key in slices.filter_map(|slice| service_of(slice)) {
                    if self.writes.unseen(&key, caches).is_none() {
                        enqueue.add(key);
                    }
                }
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let caches = ctx.caches();
        if let Some(why) = self.writes.unseen(key, caches) {
            return Err(Stop::Failed(why));
        }
        let existing: Vec<EndpointSlice> = caches
            .list_in::<EndpointSlice>(&key.namespace)
            .filter(|slice| service_of(slice).as_ref() == Some(key))
            .map(|slice| (**slice).clone())
            .collect();
        let endpoints = caches.get::<Endpoints>(key).filter(|endpoints| is_mirrored(endpoints));
        let service = caches.get::<Service>(key).filter(|service| service.spec.selector.is_none());
        let (Some(endpoints), Some(_)) = (endpoints, service) else {
            let key = key.clone();
            ctx.remember(move |controller: &mut Self| controller.writes.forget(&key));
            return apply(ctx, None, Plan { delete: existing, ..Plan::default() });
        };
        let desired = groups(endpoints);
        let about = endpoints.clone().into_object();
        if desired.invalid > 0 {
            let message = format!("Skipped {} invalid IP addresses when mirroring to EndpointSlices", desired.invalid);
            ctx.event(&about, EventType::Warning, "InvalidIPAddress", message);
        }
        if desired.skipped > desired.invalid {
            let most = desired::MAX_ADDRESSES;
            let message =
                format!("A max of {most} addresses can be mirrored to EndpointSlices per Endpoints subset. {} addresses were skipped", desired.skipped);
            ctx.event(&about, EventType::Warning, "TooManyAddressesToMirror", message);
        }
        apply(ctx, Some(endpoints), plan(endpoints, desired.groups, existing))
    }
}

/// The Service whose mirror this slice is.
fn service_of(slice: &EndpointSlice) -> Option<Key> {
    let labels = slice.metadata.labels.as_ref()?;
    (labels.get(MANAGED_BY).map(String::as_str) == Some(CONTROLLER)).then_some(())?;
    Some(Key::new(slice.namespace(), labels.get(SERVICE_NAME)?))
}

fn is_mirrored(endpoints: &Endpoints) -> bool {
    let skipped = endpoints.metadata.labels.as_ref().and_then(|labels| labels.get(SKIP)).is_some_and(|skip| skip == "true");
    let elects = endpoints.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(LEADER));
    !skipped && !elects
}

/// One slice for each group of addresses with the same ports and family.
fn plan(endpoints: &Arc<Endpoints>, groups: Vec<Group>, mut existing: Vec<EndpointSlice>) -> Plan {
    let mut plan = Plan::default();
    for group in groups {
        let (own, others): (Vec<_>, Vec<_>) = existing.into_iter().partition(|slice| group.holds(slice));
        existing = others;
        let mut own = own.into_iter();
        let first = own.next();
        plan.delete.extend(own);
        let wanted = mirror(endpoints, &group);
        match first {
            Some(slice) if group.endpoints.is_empty() => plan.delete.push(slice),
            None if group.endpoints.is_empty() => {}
            Some(slice) if is_same(&slice, &wanted) => {}
            Some(slice) => plan.update.push(in_place_of(wanted, &slice)),
            None => plan.create.push(wanted),
        }
    }
    plan.delete.extend(existing);
    // What would be deleted takes the place of what would be created.
    for wanted in std::mem::take(&mut plan.create) {
        match plan.delete.iter().position(|doomed| doomed.address_type == wanted.address_type) {
            Some(place) => {
                let doomed = plan.delete.remove(place);
                plan.update.push(in_place_of(wanted, &doomed));
            }
            None => plan.create.push(wanted),
        }
    }
    plan
}

fn in_place_of(mut wanted: EndpointSlice, old: &EndpointSlice) -> EndpointSlice {
    wanted.metadata.name.clone_from(&old.metadata.name);
    wanted.metadata.resource_version.clone_from(&old.metadata.resource_version);
    wanted.metadata.generate_name = None;
    wanted
}

fn mirror(endpoints: &Arc<Endpoints>, group: &Group) -> EndpointSlice {
    let mut labels = endpoints.metadata.labels.clone().unwrap_or_default();
    labels.insert(SERVICE_NAME.to_owned(), endpoints.name().to_owned());
    labels.insert(MANAGED_BY.to_owned(), CONTROLLER.to_owned());
    let mut annotations = endpoints.metadata.annotations.clone().unwrap_or_default();
    annotations.retain(|name, _| !OWN_ANNOTATIONS.contains(&name.as_str()));
    EndpointSlice {
        metadata: ObjectMeta {
            namespace: endpoints.metadata.namespace.clone(),
            generate_name: Some(format!("{}-", endpoints.name())),
            labels: Some(labels),
            annotations: (!annotations.is_empty()).then_some(annotations),
            owner_references: Some(vec![controller_reference(&**endpoints)]),
            ..ObjectMeta::default()
        },
        address_type: group.address_type.to_owned(),
        endpoints: Some(group.endpoints.clone()),
        ports: Some(group.ports.clone()),
    }
}

fn apply(ctx: &mut Sync<'_>, endpoints: Option<&Arc<Endpoints>>, plan: Plan) -> Result<(), Stop> {
    if let Some(endpoints) = endpoints {
        let key = Key::of_meta(&endpoints.metadata);
        let note = |ctx: &mut Sync<'_>, written: Arc<EndpointSlice>| {
            let (key, written) = (key.clone(), written.into_object());
            ctx.remember(move |controller: &mut EndpointSliceMirroringController| controller.writes.wrote(&key, &written));
        };
        if endpoints.metadata.deletion_timestamp.is_none() {
            for slice in plan.create {
                let written = ctx.create(slice)??;
                note(ctx, written);
            }
        }
        for slice in plan.update {
            let written = ctx.update(slice)??;
            note(ctx, written);
        }
    }
    for slice in plan.delete {
        let answer = ctx.send(Request::delete(Kind::EndpointSlice, &Key::of_meta(&slice.metadata)))?;
        if let Err(status) = answer
            && !status.is_not_found()
        {
            return Err(status.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::testbed::TestBed;
    use serde_json::{Value, json};

    fn service(selector: Value) -> Value {
        json!({"metadata": {"name": "legacy", "namespace": "default"}, "spec": {"ports": [{"port": 80}], "selector": selector}})
    }

    fn endpoints(addresses: &[&str]) -> Value {
        let addresses: Vec<Value> = addresses.iter().map(|ip| json!({"ip": ip})).collect();
        json!({"metadata": {"name": "legacy", "namespace": "default", "labels": {"tier": "x"}},
            "subsets": [{"addresses": addresses, "notReadyAddresses": [{"ip": "10.9.9.9"}], "ports": [{"name": "http", "port": 8080}]}]})
    }

    fn mirrors(bed: &TestBed) -> Vec<(String, Vec<(String, Option<bool>)>)> {
        let slices = bed.list::<EndpointSlice>().into_iter().filter(|slice| service_of(slice).is_some());
        let of = |slice: Arc<EndpointSlice>| {
            let endpoints = slice.endpoints.iter().flatten();
            let ready = endpoints.map(|endpoint| (endpoint.addresses[0].clone(), endpoint.conditions.as_ref().and_then(|conditions| conditions.ready)));
            (slice.address_type.clone(), ready.collect())
        };
        slices.map(of).collect()
    }

    #[test]
    fn addresses_written_by_hand_are_mirrored() {
        let mut bed = TestBed::new();
        bed.create(Kind::Service, service(json!(null)));
        bed.create(Kind::Endpoints, endpoints(&["10.1.1.1", "fd00::1"]));
        bed.run(1.0);
        let v4 = ("IPv4".to_owned(), vec![("10.1.1.1".to_owned(), Some(true)), ("10.9.9.9".to_owned(), Some(false))]);
        let v6 = ("IPv6".to_owned(), vec![("fd00::1".to_owned(), Some(true))]);
        let mut found = mirrors(&bed);
        found.sort();
        assert_eq!(found, [v4, v6]);
        let slice = bed.list::<EndpointSlice>().into_iter().find(|slice| service_of(slice).is_some()).unwrap();
        assert!(slice.name().starts_with("legacy-") && slice.metadata.labels.as_ref().unwrap().contains_key("tier"));
        bed.patch(Kind::Endpoints, "legacy", endpoints(&["10.1.1.2"]));
        bed.run(1.0);
        assert_eq!(mirrors(&bed), [("IPv4".to_owned(), vec![("10.1.1.2".to_owned(), Some(true)), ("10.9.9.9".to_owned(), Some(false))])]);
        bed.delete(Kind::Endpoints, "legacy");
        bed.run(1.0);
        assert!(mirrors(&bed).is_empty());
    }

    #[test]
    fn endpoints_of_services_with_a_selector_are_not_mirrored() {
        let mut bed = TestBed::new();
        bed.create(Kind::Service, service(json!({"app": "x"})));
        bed.run(1.0);
        assert!(mirrors(&bed).is_empty());
    }
}
