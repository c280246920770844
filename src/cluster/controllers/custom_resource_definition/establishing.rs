//! A kind whose names are accepted is served from now on.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/controller/establish/establishing_controller.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinitionCondition;
use podarium_api::{CustomResourceDefinition, Kind};

use super::write_status;
use crate::apiserver::{Filter, set_definition_condition};
use crate::client::{Caches, Change};
use crate::controllers::{Controller, Enqueue, Stop, Sync};
use crate::store::Key;

#[derive(Clone, Debug)]
pub struct Establishing;

impl Controller for Establishing {
    const NAME: &'static str = "crd-establishing-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::CustomResourceDefinition, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind == Kind::CustomResourceDefinition && change.new.is_some() {
            enqueue.add(change.key.clone());
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(definition) = ctx.caches().get::<CustomResourceDefinition>(key) else { return Ok(()) };
        if !definition.is("NamesAccepted") || definition.is("Established") {
            return Ok(());
        }
        let mut next = (**definition).clone();
        set_definition_condition(&mut next, CustomResourceDefinitionCondition {
            type_: "Established".to_owned(),
            status: "True".to_owned(),
            reason: Some("InitialNamesAccepted".to_owned()),
            message: Some("the initial names have been accepted".to_owned()),
            last_transition_time: Some(ctx.epoch().seconds(ctx.now())),
            ..CustomResourceDefinitionCondition::default()
        });
        write_status(ctx, next)
    }
}
