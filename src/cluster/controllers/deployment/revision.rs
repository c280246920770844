//! Finding the new ReplicaSet of a Deployment, or making it: its name ends in the hash of the template, its notes carry
//! the revision.
//!
//! Models: pkg/controller/deployment/sync.go (getAllReplicaSetsAndSyncRevision, getNewReplicaSet), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::ReplicaSetSpec;
use podarium_api::condition::get_condition;
use podarium_api::owner::{controller_reference, is_controlled_by};
use podarium_api::{Deployment, ObjectMeta, ReplicaSet, Resource as _, names};

use super::super::{Stop, Sync};
use super::progress::{PROGRESSING, has_deadline, set_condition};
use super::sets::{HASH_LABEL, Sets, replicas, same_template, total};
use super::{annotations, limits};
use crate::client::EventType;
use crate::store::Key;

const MAX_NAME_LENGTH: usize = 253;

/// The sets of the Deployment with revisions noted on the new set and on the Deployment. With `create`, a missing new
/// set is made.
pub fn sync_revision(ctx: &mut Sync<'_>, deployment: &mut Deployment, sets: &[Arc<ReplicaSet>], create: bool) -> Result<Sets, Stop> {
    let mut sets = Sets::of(deployment, sets.to_vec());
    let revision = annotations::max_revision(&sets.old) + 1;
    sets.new = match sets.new.take() {
        Some(set) => Some(update_existing(ctx, deployment, &set, revision)?),
        None if create => Some(create_new(ctx, deployment, &sets, revision)?),
        None => None,
    };
    Ok(sets)
}

fn update_existing(ctx: &mut Sync<'_>, deployment: &mut Deployment, set: &Arc<ReplicaSet>, revision: i64) -> Result<Arc<ReplicaSet>, Stop> {
    let mut copy = (**set).clone();
    let annotated = annotations::update_new_set(deployment, &mut copy, revision, true);
    let min_ready_seconds = deployment.spec.min_ready_seconds;
    if annotated || copy.spec.min_ready_seconds.unwrap_or(0) != min_ready_seconds.unwrap_or(0) {
        Arc::make_mut(&mut copy.spec).min_ready_seconds = min_ready_seconds;
        return Ok(ctx.update(copy)??);
    }
    let noted = copy.metadata.annotations.as_ref().and_then(|annotations| annotations.get(annotations::REVISION)).cloned();
    let mut changed = annotations::set_deployment_revision(deployment, &noted.unwrap_or_default());
    if has_deadline(deployment) && get_condition(&deployment.status.conditions, PROGRESSING).is_none() {
        let message = format!("Found new replica set {:?}", copy.name());
        set_condition(ctx, deployment, PROGRESSING, "True", "FoundNewReplicaSet", &message);
        changed = true;
    }
    if changed {
        ctx.update_status(deployment.clone())??;
    }
    Ok(Arc::new(copy))
}

/// The set that the template asks for, with as many replicas as it may have at once.
fn new_set(deployment: &Deployment, old: &Sets, revision: i64) -> ReplicaSet {
    let spec = &deployment.spec;
    let mut template = spec.template.clone();
    let hash = names::pod_template_hash(&template, deployment.status.collision_count);
    let meta = template.metadata.get_or_insert_default();
    meta.labels.get_or_insert_default().insert(HASH_LABEL.to_owned(), hash.clone());
    let labels = meta.labels.clone();
    let mut selector = spec.selector.clone();
    selector.match_labels.get_or_insert_default().insert(HASH_LABEL.to_owned(), hash.clone());
    let base = deployment.name();
    let base = &base[..base.floor_char_boundary(MAX_NAME_LENGTH - 1 - hash.len())];
    let mut set = ReplicaSet {
        metadata: ObjectMeta {
            name: Some(format!("{base}-{hash}")),
            namespace: deployment.metadata.namespace.clone(),
            owner_references: Some(vec![controller_reference(deployment)]),
            labels,
            ..ObjectMeta::default()
        },
        spec: Arc::new(ReplicaSetSpec {
            replicas: Some(limits::new_set_size(deployment, total(&old.old, replicas), 0)),
            min_ready_seconds: spec.min_ready_seconds,
            selector,
            template: Some(template),
        }),
        ..ReplicaSet::default()
    };
    annotations::update_new_set(deployment, &mut set, revision, false);
    set
}

fn create_new(ctx: &mut Sync<'_>, deployment: &mut Deployment, old: &Sets, revision: i64) -> Result<Arc<ReplicaSet>, Stop> {
    let wanted = new_set(deployment, old, revision);
    let (key, size) = (Key::of_meta(&wanted.metadata), replicas(&wanted));
    let about = Arc::new(deployment.clone()).into_object();
    let (set, made) = match ctx.create(wanted)? {
        Ok(set) => (set, true),
        Err(status) if status.is_already_exists() => match ctx.caches().get::<ReplicaSet>(&key) {
            Some(set) if is_ours(deployment, set) => (set.clone(), false),
            Some(_) => {
                // Another template has the same hash, or another owner the name: the next try hashes differently.
                let status_part = Arc::make_mut(&mut deployment.status);
                status_part.collision_count = Some(status_part.collision_count.unwrap_or(0) + 1);
                let _ = ctx.update_status(deployment.clone())?;
                return Err(status.into());
            }
            None => return Err(status.into()),
        },
        Err(status) if status.is_namespace_terminating() => return Err(status.into()),
        Err(status) => {
            let message = format!("Failed to create new replica set {:?}: {status}", &*key.name);
            if has_deadline(deployment) {
                set_condition(ctx, deployment, PROGRESSING, "False", "ReplicaSetCreateError", &message);
                let _ = ctx.update_status(deployment.clone())?;
            }
            ctx.event(&about, EventType::Warning, "ReplicaSetCreateError", message);
            return Err(status.into());
        }
    };
    if made && size > 0 {
        let message = format!("Scaled up replica set {} from 0 to {size}", set.name());
        ctx.event(&about, EventType::Normal, "ScalingReplicaSet", message);
    }
    let mut changed = annotations::set_deployment_revision(deployment, &revision.to_string());
    if made && has_deadline(deployment) {
        let message = format!("Created new replica set {:?}", set.name());
        set_condition(ctx, deployment, PROGRESSING, "True", "NewReplicaSetCreated", &message);
        changed = true;
    }
    if changed {
        ctx.update_status(deployment.clone())??;
    }
    Ok(set)
}

fn is_ours(deployment: &Deployment, set: &ReplicaSet) -> bool {
    is_controlled_by(&set.metadata, deployment.uid())
        && set.spec.template.as_ref().is_some_and(|template| same_template(template, &deployment.spec.template))
}
