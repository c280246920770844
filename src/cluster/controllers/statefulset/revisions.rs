//! The versions of a StatefulSet: the one that its pods have now, the one that they are to have, and those of the past.
//!
//! Models: pkg/controller/statefulset/stateful_set_control.go (getStatefulSetRevisions, truncateHistory), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;
use podarium_api::{ControllerRevision, Kind, Object, Pod, Resource as _, StatefulSet};

use super::super::{Stop, Sync, history};
use super::identity::revision_of;
use crate::apiserver::Request;
use crate::store::Key;

/// Where the set is and where it goes.
pub struct Revisions {
    pub current: Arc<ControllerRevision>,
    pub update: Arc<ControllerRevision>,
    pub collisions: i32,
}

/// Finds the revisions of the set among `known` (sorted), or makes the new one. A template that was there before gets its
/// old revision back, under the next number.
pub fn current_and_update(ctx: &mut Sync<'_>, set: &Arc<StatefulSet>, known: &[Arc<ControllerRevision>]) -> Result<Revisions, Stop> {
    let mut collisions = set.status.collision_count.unwrap_or(0);
    let next = known.last().map_or(1, |latest| latest.revision + 1);
    let wanted = history::new_revision(&**set, &set.spec.template, next, Some(collisions));
    let same = known.iter().rfind(|revision| history::equal(revision, &wanted));
    let update = match (same, known.last()) {
        (Some(same), Some(latest)) if history::equal(same, latest) => latest.clone(),
        (Some(same), _) => history::renumber(ctx, same, next)??,
        (None, Some(latest)) if puts_back_the_same(set, latest, &wanted) => latest.clone(),
        (None, _) => history::create(ctx, &**set, &wanted, &mut collisions)??,
    };
    let named = |revision: &&Arc<ControllerRevision>| revision.metadata.name == set.status.current_revision;
    let current = known.iter().find(named).cloned().unwrap_or_else(|| update.clone());
    Ok(Revisions { current, update, collisions })
}

/// A revision of an older server may lack what is a default today. What it puts back is the same nevertheless.
fn puts_back_the_same(set: &StatefulSet, latest: &ControllerRevision, wanted: &ControllerRevision) -> bool {
    let Some(template) = history::template_of(latest) else { return false };
    let mut restored = set.clone();
    Arc::make_mut(&mut restored.spec).template = template;
    let mut restored = Object::StatefulSet(Arc::new(restored));
    restored.set_defaults();
    let Object::StatefulSet(restored) = restored else { return false };
    history::equal(&history::new_revision(set, &restored.spec.template, 0, None), wanted)
}

/// The template of a revision, or that of the set where the revision holds none.
pub fn template(set: &StatefulSet, revision: &ControllerRevision) -> PodTemplateSpec {
    history::template_of(revision).unwrap_or_else(|| set.spec.template.clone())
}

/// Deletes the oldest revisions that no pod has, beyond those that the set wants to keep.
pub fn truncate(
    ctx: &mut Sync<'_>,
    set: &StatefulSet,
    pods: &[Arc<Pod>],
    known: &[Arc<ControllerRevision>],
    live: Option<&Revisions>,
) -> Result<(), Stop> {
    let mut in_use: BTreeSet<&str> = pods.iter().map(|pod| revision_of(pod)).collect();
    in_use.extend(live.iter().flat_map(|live| [live.current.name(), live.update.name()]));
    let past: Vec<&Arc<ControllerRevision>> = known.iter().filter(|revision| !in_use.contains(revision.name())).collect();
    let limit = set.spec.revision_history_limit.unwrap_or(10);
    // A negative limit keeps all.
    let Ok(limit) = usize::try_from(limit) else { return Ok(()) };
    for revision in past.iter().take(past.len().saturating_sub(limit)) {
        ctx.send(Request::delete(Kind::ControllerRevision, &Key::of_meta(&revision.metadata)))??;
    }
    Ok(())
}
