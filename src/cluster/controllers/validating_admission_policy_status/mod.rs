//! The controller that tells in a policy's status what of it does not fit the kinds that it is for. The policy works whatever
//! is told; who wrote `object.spec.replica` reads of it here.
//!
//! A policy is looked at once for each of its generations: a definition that comes later changes nothing of what was told.
//!
//! Models: pkg/controller/validatingadmissionpolicystatus/controller.go,
//! cmd/kube-controller-manager/app/validatingadmissionpolicystatus.go, v1.36.
//! Simplified: what custom kinds there are and how they are described is read from their definitions, not from discovery and
//! OpenAPI.

#[cfg(test)]
mod tests;

use podarium_api::admission_policy::type_warnings;
use podarium_api::{CustomResourceDefinition, Kind, Resource as _, ValidatingAdmissionPolicy};
use serde_json::json;

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change};
use crate::store::Key;

/// Under which name it applies.
const MANAGER: &str = "validatingadmissionpolicy-status";

#[derive(Clone, Debug, Default)]
pub struct ValidatingAdmissionPolicyStatusController;

impl Controller for ValidatingAdmissionPolicyStatusController {
    const NAME: &'static str = "validatingadmissionpolicy-status-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::ValidatingAdmissionPolicy, Filter::all()), (Kind::CustomResourceDefinition, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _: &Caches, enqueue: &mut Enqueue<'_>) {
        if let Some(policy) = change.new.as_ref().and_then(ValidatingAdmissionPolicy::from_object) {
            enqueue.add(Key::of_meta(&policy.metadata));
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(policy) = ctx.caches().get::<ValidatingAdmissionPolicy>(key) else { return Ok(()) };
        let generation = policy.metadata.generation.unwrap_or(0);
        if generation <= policy.status.observed_generation.unwrap_or(0) {
            return Ok(());
        }
        let definitions: Vec<_> = ctx.caches().list::<CustomResourceDefinition>().flat_map(|made| made.definitions.all_served()).cloned().collect();
        let nanosecond = ctx.epoch().timestamp(ctx.now()).subsec_nanosecond();
        let warnings = type_warnings(&policy.spec, &definitions, nanosecond.unsigned_abs());
        let type_checking = if warnings.is_empty() { json!({}) } else { json!({"expressionWarnings": warnings}) };
        let applied = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": policy.name()},
            "status": {"observedGeneration": generation, "typeChecking": type_checking},
        });
        ctx.send(Request::apply_status(Kind::ValidatingAdmissionPolicy, key, applied, MANAGER))??;
        Ok(())
    }
}
