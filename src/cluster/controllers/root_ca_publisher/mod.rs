//! The root CA publisher: every namespace has the certificate of the cluster's authority in the config map
//! `kube-root-ca.crt`, so that any pod can trust the API server.
//!
//! Models: pkg/controller/certificates/rootcacertpublisher/publisher.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use podarium_api::{ConfigMap, Kind, Namespace, Object, ObjectMeta};

use super::service_account::unless_there;
use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::authority::Authority;
use crate::client::{Caches, Change};
use crate::store::Key;

const NAME: &str = "kube-root-ca.crt";
const DESCRIPTION: (&str, &str) = ("kubernetes.io/description", "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.");

#[derive(Clone, Debug)]
pub struct RootCaPublisher {
    authority: Authority,
}

impl RootCaPublisher {
    pub fn new(authority: Authority) -> Self {
        RootCaPublisher { authority }
    }
}

impl Controller for RootCaPublisher {
    const NAME: &'static str = "root-ca-cert-publisher";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::Namespace, Filter::all()), (Kind::ConfigMap, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Namespace(_) if change.new.is_some() => enqueue.add(change.key.clone()),
            Object::ConfigMap(_) if &*change.key.name == NAME && change.old.is_some() => enqueue.add(Key::new("", &change.key.namespace)),
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(namespace) = ctx.caches().get::<Namespace>(key) else { return Ok(()) };
        if namespace.status.phase.as_deref() == Some("Terminating") {
            return Ok(());
        }
        let data = Some(BTreeMap::from([("ca.crt".to_owned(), self.authority.pem().to_owned())]));
        let description = |metadata: &mut ObjectMeta| {
            metadata.annotations.get_or_insert_default().insert(DESCRIPTION.0.to_owned(), DESCRIPTION.1.to_owned());
        };
        match ctx.caches().get::<ConfigMap>(&Key::new(&key.name, NAME)) {
            None => {
                let mut metadata = ObjectMeta { namespace: Some(key.name.to_string()), name: Some(NAME.to_owned()), ..ObjectMeta::default() };
                description(&mut metadata);
                unless_there(ctx.create(ConfigMap { metadata, data, ..ConfigMap::default() })?)
            }
            Some(map) => {
                let mut next = ConfigMap { data, ..(**map).clone() };
                description(&mut next.metadata);
                if next != **map {
                    ctx.update(next)??;
                }
                Ok(())
            }
        }
    }
}
