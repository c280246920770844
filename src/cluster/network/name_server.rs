//! The component behind the cluster's names: it reads Services and EndpointSlices, and what it knows is what lookups find.
//!
//! Models: CoreDNS.
//! Simplified: one process beside the cluster knows what all pods of CoreDNS know; whether they answer is asked of them
//! (`pods.rs`). Without them it never fails.

use std::any::Any;
use std::sync::Arc;

use podarium_api::{Kind, Object, Resource as _};

use super::names::Names;
use crate::apiserver::Filter;
use crate::client::Informers;
use crate::component::{Component, Ctx, Message};
use crate::store::Key;

const INFORMERS: u64 = 0;

/// Start it as `coredns`.
#[derive(Clone)]
pub struct NameServer {
    informers: Informers,
    names: Names,
}

impl Default for NameServer {
    fn default() -> Self {
        let watched = [(Kind::Service, Filter::all()), (Kind::EndpointSlice, Filter::all())];
        NameServer { informers: Informers::new(watched, INFORMERS), names: Names::default() }
    }
}

impl Component for NameServer {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        let changes = self.informers.on(&message, ctx).unwrap_or_default();
        let any = !changes.is_empty();
        for change in changes {
            let key = |object: &Object| Key::of(object);
            match (change.new, change.old) {
                (Some(Object::Service(service)), _) => {
                    self.names.services.insert(Key::new(service.namespace(), service.name()), service);
                }
                (Some(Object::EndpointSlice(slice)), _) => {
                    self.names.slices.insert(Key::new(slice.namespace(), slice.name()), slice);
                }
                (None, Some(object @ Object::Service(_))) => {
                    self.names.services.remove(&key(&object));
                }
                (None, Some(object @ Object::EndpointSlice(_))) => {
                    self.names.slices.remove(&key(&object));
                }
                _ => {}
            }
        }
        if any {
            ctx.set_names(Arc::new(self.names.clone()));
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
