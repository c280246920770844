//! The versions of a DaemonSet: its template as it is, and as it was.
//!
//! Models: pkg/controller/daemon/update.go (constructHistory, dedupCurHistories, snapshot, cleanupHistory), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::runtime::RawExtension;
use podarium_api::owner::controller_reference;
use podarium_api::selector::LabelSelector;
use podarium_api::{ControllerRevision, DaemonSet, Kind, ObjectMeta, Pod, Resource as _, names};
use serde_json::json;

use super::super::claim::claim;
use super::super::history::{self, REVISION_LABEL, template_patch};
use super::super::{Stop, Sync};
use super::View;
use crate::apiserver::{PatchType, Request};
use crate::store::Key;

fn hash_of(meta: &ObjectMeta) -> Option<&str> {
    meta.labels.as_ref().and_then(|labels| labels.get(REVISION_LABEL)).map(String::as_str)
}

/// The revision of the set's template, made if it is missing, and the older ones.
pub fn construct(
    ctx: &mut Sync<'_>,
    set: &Arc<DaemonSet>,
    selector: &LabelSelector,
) -> Result<(Arc<ControllerRevision>, Vec<Arc<ControllerRevision>>), Stop> {
    let caches = ctx.caches();
    let candidates: Vec<Arc<ControllerRevision>> = caches
        .owned_by::<ControllerRevision>(set.uid())
        .chain(caches.orphans_in::<ControllerRevision>(set.namespace()))
        .cloned()
        .collect();
    let wanted = template_patch(&set.spec.template);
    let (mut current, mut old) = (Vec::new(), Vec::new());
    for mut revision in claim(ctx, set, selector, candidates)? {
        if hash_of(&revision.metadata).is_none() {
            let mut labelled = (*revision).clone();
            let name = labelled.name().to_owned();
            labelled.metadata.labels.get_or_insert_default().insert(REVISION_LABEL.to_owned(), name);
            revision = ctx.update(labelled)??;
        }
        let same = revision.data.as_ref().is_some_and(|data| data.0 == wanted);
        if same { current.push(revision) } else { old.push(revision) }
    }
    let next = old.iter().map(|revision| revision.revision).max().unwrap_or(0).max(0) + 1;
    if current.is_empty() {
        return Ok((snapshot(ctx, set, next)?, old));
    }
    let kept = keep_one(ctx, set, selector, &current)?;
    if kept.revision < next {
        history::renumber(ctx, &kept, next)??;
    }
    Ok((kept, old))
}

/// Of several revisions with the same template the latest stays, and all pods are said to be of that one.
fn keep_one(ctx: &mut Sync<'_>, set: &Arc<DaemonSet>, selector: &LabelSelector, current: &[Arc<ControllerRevision>]) -> Result<Arc<ControllerRevision>, Stop> {
    let kept = current.iter().max_by_key(|revision| revision.revision).expect("there is a current revision").clone();
    if current.len() == 1 {
        return Ok(kept);
    }
    let hash = hash_of(&kept.metadata).unwrap_or_default();
    for pod in super::claimed_pods(ctx, set, selector)? {
        if hash_of(&pod.metadata) != Some(hash) {
            let patch = json!({"metadata": {"labels": {REVISION_LABEL: hash}}});
            ctx.send(Request::patch(Kind::Pod, &Key::of_meta(&pod.metadata), PatchType::Merge, patch))??;
        }
    }
    for twin in current.iter().filter(|revision| revision.name() != kept.name()) {
        ctx.send(Request::delete(Kind::ControllerRevision, &Key::of_meta(&twin.metadata)))??;
    }
    Ok(kept)
}

/// Writes down the set's template. If another template has the same hash, the collision count rises and the next try
/// hashes differently.
fn snapshot(ctx: &mut Sync<'_>, set: &Arc<DaemonSet>, number: i64) -> Result<Arc<ControllerRevision>, Stop> {
    let template = &set.spec.template;
    let hash = names::pod_template_hash(template, set.status.collision_count);
    let mut labels = template.metadata.as_ref().and_then(|meta| meta.labels.clone()).unwrap_or_default();
    labels.insert(REVISION_LABEL.to_owned(), hash.clone());
    let revision = ControllerRevision {
        metadata: ObjectMeta {
            name: Some(format!("{}-{hash}", set.name())),
            namespace: set.metadata.namespace.clone(),
            labels: Some(labels),
            annotations: set.metadata.annotations.clone(),
            owner_references: Some(vec![controller_reference(&**set)]),
            ..ObjectMeta::default()
        },
        data: Some(RawExtension(template_patch(template))),
        revision: number,
    };
    let key = Key::of_meta(&revision.metadata);
    let exists = match ctx.create(revision.clone())? {
        Err(status) if status.is_already_exists() => status,
        answer => return Ok(answer?),
    };
    let existing = ctx.get_live::<ControllerRevision>(&key)??;
    if history::equal(&existing, &revision) {
        return Ok(existing);
    }
    let fresh = ctx.get_live::<DaemonSet>(&Key::of_meta(&set.metadata))??;
    let (seen, known) = (fresh.status.collision_count, set.status.collision_count);
    if seen != known {
        return Err(Stop::Failed(format!("found a stale collision count of DaemonSet {:?} while processing; will retry until it is updated", set.name())));
    }
    let mut status = (*fresh.status).clone();
    status.collision_count = Some(seen.unwrap_or(0) + 1);
    ctx.update_status(DaemonSet { status: Arc::new(status), ..(*fresh).clone() })??;
    Err(exists.into())
}

/// Deletes the oldest revisions that no pod has, beyond those that the set wants to keep.
pub fn clean_up(ctx: &mut Sync<'_>, view: &View<'_>, old: &[Arc<ControllerRevision>]) -> Result<(), Stop> {
    let limit = usize::try_from(view.set.spec.revision_history_limit.unwrap_or(10)).unwrap_or(0);
    let excess = old.len().saturating_sub(limit);
    let pods = view.pods.iter().flat_map(|(_, pods)| pods).chain(&view.pods.ended);
    let live: BTreeSet<&str> = pods.filter_map(|pod: &Arc<Pod>| hash_of(&pod.metadata)).collect();
    let mut past = old.to_vec();
    past.sort_by_key(|revision| revision.revision);
    let unused = past.iter().filter(|revision| !hash_of(&revision.metadata).is_some_and(|hash| live.contains(hash)));
    for revision in unused.take(excess) {
        ctx.send(Request::delete(Kind::ControllerRevision, &Key::of_meta(&revision.metadata)))??;
    }
    Ok(())
}
