//! Showing the entries: as `metadata.managedFields` of the objects in an HTTP answer.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go, v1.36.
//! Simplified: the objects in the rows of a table come without them.

use podarium_api::Object;
use podarium_api::managed_fields::Managed;

use crate::apiserver::{ApiServer, Call, Reply};
use crate::store::{Key, Revision};

/// The object with its entries.
pub(crate) fn shown(mut object: Object, managed: &Managed) -> Object {
    object.meta_mut().managed_fields = (!managed.is_empty()).then(|| managed.encode());
    object
}

impl ApiServer {
    /// The records of the objects in a reply, in their order.
    pub(in crate::apiserver) fn managed_of_reply(&self, reply: &Reply, call: &Call) -> Vec<Managed> {
        let stored = |object: &Object| self.managed(object.kind(), &Key::of(object));
        match reply {
            Reply::Object(object) => {
                // Of what is gone the last entries are those of its own last change.
                let (kind, key) = (object.kind(), Key::of(object));
                let is_its = |change: &Revision| change.old.as_ref().or(change.new.as_ref()).is_some_and(|object| Key::of(object) == key);
                let last = || self.changes.iter().rev().find(|(of, change)| *of == kind && is_its(change)).map(|(_, change)| change.managed.clone());
                vec![call.managed.clone().or_else(|| self.store.managed(kind, &key).cloned()).or_else(last).unwrap_or_default()]
            }
            Reply::List { items, .. } => items.iter().map(stored).collect(),
            _ => Vec::new(),
        }
    }
}
