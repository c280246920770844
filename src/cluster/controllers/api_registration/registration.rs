//! Registers the versions of custom kinds as versions of the API, and takes them away with the last definition of theirs.
//!
//! Models: pkg/controlplane/controller/crdregistration, kube-aggregator/pkg/controllers/autoregister, v1.36.
//! Simplified: nothing.

use podarium_api::{APIService, CustomResourceDefinition, Kind, Object, Resource as _};

use crate::apiserver::api_services::{CUSTOM, MANAGED, registered};
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change};
use crate::controllers::{Controller, Enqueue, Stop, Sync};
use crate::store::Key;

#[derive(Clone, Debug)]
pub struct Registration;

impl Controller for Registration {
    const NAME: &'static str = "autoregister";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::CustomResourceDefinition, Filter::all()), (Kind::APIService, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind == Kind::APIService {
            enqueue.add(change.key.clone());
        }
        for object in change.old.iter().chain(&change.new) {
            if let Object::CustomResourceDefinition(definition) = object {
                for version in &definition.spec.versions {
                    enqueue.add(Key::new("", &format!("{}.{}", version.name, definition.spec.group)));
                }
            }
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some((version, group)) = key.name.split_once('.') else { return Ok(()) };
        let served = |definition: &CustomResourceDefinition| {
            definition.spec.group == group && definition.spec.versions.iter().any(|known| known.name == version && known.served)
        };
        let wanted = ctx.caches().list::<CustomResourceDefinition>().any(|definition| served(definition));
        let found = ctx.caches().get::<APIService>(key).cloned();
        let managed = |service: &APIService| service.metadata.labels.as_ref().and_then(|labels| labels.get(MANAGED)).map(String::as_str) == Some("true");
        let done = match found {
            None if wanted => ctx.create(registered(group, version, CUSTOM, "true"))?.map(|_| ()),
            Some(service) if managed(&service) && !wanted => ctx.send(Request::delete(Kind::APIService, key).if_uid(service.uid()))?.map(|_| ()),
            Some(service) if managed(&service) => {
                let spec = registered(group, version, CUSTOM, "true").spec;
                if service.spec == spec {
                    return Ok(());
                }
                ctx.update(APIService { spec, ..(*service).clone() })?.map(|_| ())
            }
            _ => return Ok(()),
        };
        match done {
            // It was changed in the meantime, which brings news of its own.
            Err(status) if status.is_not_found() || status.is_conflict() || status.is_already_exists() => Ok(()),
            done => Ok(done?),
        }
    }
}
