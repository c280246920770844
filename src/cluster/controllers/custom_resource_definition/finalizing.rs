//! A definition that goes takes its instances with it.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/controller/finalizer/crd_finalizer.go, v1.36.
//! Simplified: instances that wait for finalizers are looked at every 5 s for as long as they take, not for a minute at a time.

use std::time::Duration;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinitionCondition;
use podarium_api::{CustomResourceDefinition, Kind, Resource as _};

use crate::apiserver::{CLEANUP, Filter, Reply, Request, set_definition_condition};
use crate::client::{Caches, Change};
use crate::controllers::{Controller, Enqueue, Stop, Sync, custom_kind};
use crate::store::Key;

const POLL: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub struct Finalizing;

impl Controller for Finalizing {
    const NAME: &'static str = "crd-finalizer";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::CustomResourceDefinition, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.new.as_ref().and_then(CustomResourceDefinition::from_object).is_some_and(|definition| is_going(definition)) {
            enqueue.add(change.key.clone());
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(definition) = ctx.caches().get::<CustomResourceDefinition>(key).filter(|definition| is_going(definition)) else { return Ok(()) };
        let mut next = (**definition).clone();
        condition(ctx, &mut next, true, "InstanceDeletionInProgress", "CustomResource deletion is in progress");
        let mut next = match ctx.update_status(next)? {
            Ok(written) => (*written).clone(),
            Err(status) if status.is_not_found() || status.is_conflict() => return Ok(()),
            Err(status) => return Err(status.into()),
        };
        let kind = custom_kind(&definition.clone().into_object());
        if let (Some(kind), true) = (kind, next.is("Established")) {
            if !delete_instances(ctx, kind)? {
                ctx.requeue_after(key, POLL);
                return Ok(());
            }
            condition(ctx, &mut next, false, "InstanceDeletionCompleted", "removed all instances");
        } else {
            condition(ctx, &mut next, false, "NeverEstablished", "resource was never established");
        }
        if let Some(finalizers) = &mut next.metadata.finalizers {
            finalizers.retain(|finalizer| finalizer != CLEANUP);
        }
        super::write_status(ctx, next)
    }
}

fn is_going(definition: &CustomResourceDefinition) -> bool {
    let finalizers = definition.metadata.finalizers.iter().flatten();
    definition.metadata.deletion_timestamp.is_some() && finalizers.into_iter().any(|finalizer| finalizer == CLEANUP)
}

fn condition(ctx: &Sync<'_>, definition: &mut CustomResourceDefinition, terminating: bool, reason: &str, message: &str) {
    set_definition_condition(definition, CustomResourceDefinitionCondition {
        type_: "Terminating".to_owned(),
        status: if terminating { "True" } else { "False" }.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_transition_time: Some(ctx.epoch().seconds(ctx.now())),
        ..CustomResourceDefinitionCondition::default()
    });
}

/// Deletes all that there is of a kind; whether nothing is left.
fn delete_instances(ctx: &mut Sync<'_>, kind: Kind) -> Result<bool, Stop> {
    ctx.send(Request::delete_collection(kind, Filter::all()))??;
    match ctx.send(Request::list(kind, Filter::all()))?? {
        Reply::List { items, .. } => Ok(items.is_empty()),
        _ => Ok(true),
    }
}
