//! Reading: get and list.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/get.go, v1.36.
//! Simplified: a list is always of the latest revision; a list in pieces is answered whole.

use podarium_api::{Kind, Object, Status};

use super::{ApiServer, Reply, Request};
use crate::store::Key;

impl ApiServer {
    pub(super) fn get(&self, request: &Request) -> Result<Reply, Status> {
        self.stored(request.kind, &request.key()).cloned().map(Reply::Object)
    }

    pub(super) fn stored(&self, kind: Kind, key: &Key) -> Result<&Object, Status> {
        self.store.get(kind, key).ok_or_else(|| Status::not_found(kind, &key.name))
    }

    pub(super) fn list(&self, request: &Request) -> Result<Reply, Status> {
        let namespace = (!request.namespace.is_empty()).then_some(&*request.namespace);
        let items = self.store.list(request.kind, namespace).filter(|object| request.filter.matches(object)).cloned().collect();
        Ok(Reply::List { kind: request.kind, items, resource_version: self.store.revision() })
    }
}
