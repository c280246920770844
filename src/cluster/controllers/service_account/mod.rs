//! The service-account controller: every namespace has a service account `default`, and the certificate of the
//! cluster's authority in the config map `kube-root-ca.crt`, so that any pod can find and trust the API server.
//!
//! Models: pkg/controller/serviceaccount/serviceaccounts_controller.go,
//! pkg/controller/certificates/rootcacertpublisher/publisher.go, v1.36.
//! Simplified: both publishers are one controller; the certificate is a placeholder, as nothing is encrypted.

use std::collections::BTreeMap;

use podarium_api::{ConfigMap, Kind, Namespace, Object, ObjectMeta, ServiceAccount, Status};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::store::Key;

const ROOT_CA: &str = "kube-root-ca.crt";
const ROOT_CA_DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

#[derive(Clone, Debug, Default)]
pub struct ServiceAccountController;

impl Controller for ServiceAccountController {
    const NAME: &'static str = "service-account-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![
            (Kind::Namespace, Filter::all()),
            (Kind::ServiceAccount, Filter::all()),
            (Kind::ConfigMap, Filter::all()),
        ]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Namespace(_) if change.new.is_some() => enqueue.add(change.key.clone()),
            Object::ServiceAccount(_) | Object::ConfigMap(_) if change.new.is_none() => {
                enqueue.add(Key::new("", &change.key.namespace));
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(namespace) = ctx.caches().get::<Namespace>(key) else { return Ok(()) };
        if namespace.status.phase.as_deref() == Some("Terminating") {
            return Ok(());
        }
        let name = &key.name;
        if ctx.caches().get::<ServiceAccount>(&Key::new(name, "default")).is_none() {
            let account = ServiceAccount { metadata: meta(name, "default"), ..ServiceAccount::default() };
            unless_there(ctx.create(account)?)?;
        }
        if ctx.caches().get::<ConfigMap>(&Key::new(name, ROOT_CA)).is_none() {
            let mut metadata = meta(name, ROOT_CA);
            metadata.annotations =
                Some(BTreeMap::from([("kubernetes.io/description".to_owned(), ROOT_CA_DESCRIPTION.to_owned())]));
            let data = BTreeMap::from([("ca.crt".to_owned(), "-----BEGIN CERTIFICATE-----\n(the simulated cluster's authority)\n-----END CERTIFICATE-----\n".to_owned())]);
            unless_there(ctx.create(ConfigMap { metadata, data: Some(data), ..ConfigMap::default() })?)?;
        }
        Ok(())
    }
}

fn meta(namespace: &str, name: &str) -> ObjectMeta {
    ObjectMeta { namespace: Some(namespace.to_owned()), name: Some(name.to_owned()), ..ObjectMeta::default() }
}

/// Somebody else may have made it first, or the namespace may be going: both are fine.
fn unless_there<T>(created: Result<T, Status>) -> Result<(), Stop> {
    match created {
        Err(status) if !status.is_already_exists() && !status.is_namespace_terminating() => Err(status.into()),
        _ => Ok(()),
    }
}
