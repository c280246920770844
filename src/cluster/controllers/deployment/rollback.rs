//! The old way to undo a rollout: an annotation that asks the controller to go back to a revision. kubectl of today
//! writes the old template itself.
//!
//! Models: pkg/controller/deployment/rollback.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::{Deployment, ReplicaSet, Resource as _};

use super::super::{Stop, Sync};
use super::sets::{HASH_LABEL, same_template};
use super::{annotations, revision};
use crate::client::EventType;

const NOT_FOUND: &str = "DeploymentRollbackRevisionNotFound";

/// The revision that the annotation asks for; 0 means the one before the present one.
pub fn wanted(deployment: &Deployment) -> Option<i64> {
    deployment.metadata.annotations.as_ref()?.get(annotations::ROLLBACK_TO)?.parse().ok()
}

pub fn rollback(ctx: &mut Sync<'_>, deployment: &mut Deployment, sets: &[Arc<ReplicaSet>], to: i64) -> Result<(), Stop> {
    let sets = revision::sync_revision(ctx, deployment, sets, true)?;
    let about = Arc::new(deployment.clone()).into_object();
    let to = if to == 0 { annotations::last_revision(sets.all()) } else { to };
    if to == 0 {
        ctx.event(&about, EventType::Warning, NOT_FOUND, "Unable to find last revision.");
        return clear(ctx, deployment);
    }
    let Some(target) = sets.all().find(|set| annotations::revision(set) == Some(to)).cloned() else {
        ctx.event(&about, EventType::Warning, NOT_FOUND, "Unable to find the revision to rollback to.");
        return clear(ctx, deployment);
    };
    let Some(mut template) = target.spec.template.clone() else { return clear(ctx, deployment) };
    if same_template(&template, &deployment.spec.template) {
        let message = format!("The rollback revision contains the same template as current deployment {:?}", deployment.name());
        ctx.event(&about, EventType::Warning, "DeploymentRollbackTemplateUnchanged", message);
        return clear(ctx, deployment);
    }
    if let Some(labels) = template.metadata.as_mut().and_then(|meta| meta.labels.as_mut()) {
        labels.remove(HASH_LABEL);
    }
    Arc::make_mut(&mut deployment.spec).template = template;
    annotations::take_from_set(deployment, &target);
    clear(ctx, deployment)?;
    let message = format!("Rolled back deployment {:?} to revision {to}", deployment.name());
    ctx.event(&about, EventType::Normal, "DeploymentRollback", message);
    Ok(())
}

fn clear(ctx: &mut Sync<'_>, deployment: &mut Deployment) -> Result<(), Stop> {
    if let Some(annotations) = &mut deployment.metadata.annotations {
        annotations.remove(annotations::ROLLBACK_TO);
    }
    ctx.update(deployment.clone())??;
    Ok(())
}
