//! Claiming: a controller adopts orphans that its selector matches, and releases what it owns but no longer matches.
//!
//! So a pod that is relabelled out of a ReplicaSet lives on alone (a way to take a sick pod out of service and look at
//! it), and a bare pod with the right labels becomes one of the set.
//!
//! Models: pkg/controller/controller_ref_manager.go, v1.36.
//! Simplified: the list of owners is replaced as a whole, guarded by the resourceVersion, instead of merged by uid.

use std::sync::Arc;

use podarium_api::owner::{controller_of, controller_reference, is_terminating};
use podarium_api::selector::LabelSelector;
use podarium_api::{Object, OwnerReference, Resource};
use serde_json::json;

use super::{Stop, Sync};
use crate::apiserver::{Body, PatchType, Request};
use crate::store::Key;

/// What becomes of one candidate.
enum Fate {
    Keep,
    Leave,
    Adopt,
    Release,
}

fn fate<O: Resource, T: Resource>(owner: &O, matches: bool, candidate: &T) -> Fate {
    let owner_goes = is_terminating(owner.meta());
    match controller_of(candidate.meta()) {
        Some(controller) if controller.uid != owner.uid() => Fate::Leave,
        Some(_) if matches => Fate::Keep,
        Some(_) if owner_goes => Fate::Leave,
        Some(_) => Fate::Release,
        None if matches && !owner_goes && !is_terminating(candidate.meta()) => Fate::Adopt,
        None => Fate::Leave,
    }
}

/// The candidates that belong to `owner` from now on, in their order. Fails when an adoption or a release failed.
pub(super) fn claim<O: Resource, T: Resource>(
    ctx: &mut Sync<'_>,
    owner: &Arc<O>,
    selector: &LabelSelector,
    candidates: impl IntoIterator<Item = Arc<T>>,
) -> Result<Vec<Arc<T>>, Stop> {
    claim_if(ctx, owner, |candidate| selector.matches(candidate.meta().labels.as_ref()), candidates)
}

/// The same with another way to tell what belongs to the owner than a selector.
pub(super) fn claim_if<O: Resource, T: Resource>(
    ctx: &mut Sync<'_>,
    owner: &Arc<O>,
    belongs: impl Fn(&T) -> bool,
    candidates: impl IntoIterator<Item = Arc<T>>,
) -> Result<Vec<Arc<T>>, Stop> {
    claim_holding(ctx, owner, belongs, candidates, None)
}

/// The same for an owner that holds what it owns with a finalizer: it is put on with the adoption and taken off with
/// the release.
pub(super) fn claim_holding<O: Resource, T: Resource>(
    ctx: &mut Sync<'_>,
    owner: &Arc<O>,
    belongs: impl Fn(&T) -> bool,
    candidates: impl IntoIterator<Item = Arc<T>>,
    finalizer: Option<&str>,
) -> Result<Vec<Arc<T>>, Stop> {
    let mut claimed = Vec::new();
    let mut failures = Vec::new();
    let mut may_adopt = None;
    for candidate in candidates {
        let matches = belongs(&candidate);
        match fate(&**owner, matches, &*candidate) {
            Fate::Keep => claimed.push(candidate),
            Fate::Leave => {}
            Fate::Release => {
                if let Err(failure) = release(ctx, owner, &candidate, finalizer)? {
                    failures.push(failure);
                }
            }
            Fate::Adopt => {
                if may_adopt.is_none() {
                    may_adopt = Some(recheck(ctx, owner)?);
                }
                let allowed = may_adopt.clone().unwrap_or(Ok(()));
                let adopted = match allowed {
                    Ok(()) => adopt(ctx, owner, &candidate, finalizer)?,
                    Err(why) => Err(format!("can't adopt {}: {why}", Key::of_meta(candidate.meta()))),
                };
                match adopted {
                    Ok(true) => claimed.push(candidate),
                    Ok(false) => {}
                    Err(failure) => failures.push(failure),
                }
            }
        }
    }
    if failures.is_empty() { Ok(claimed) } else { Err(Stop::Failed(failures.join(", "))) }
}

/// Makes orphans that were found some other way the owner's own.
pub(super) fn adopt_all<O: Resource, T: Resource>(ctx: &mut Sync<'_>, owner: &Arc<O>, orphans: &[Arc<T>]) -> Result<(), Stop> {
    if orphans.is_empty() {
        return Ok(());
    }
    if let Err(why) = recheck(ctx, owner)? {
        return Err(Stop::Failed(format!("can't adopt {}s: {why}", T::INFO.kind)));
    }
    for orphan in orphans {
        adopt(ctx, owner, orphan, None)?.map_err(Stop::Failed)?;
    }
    Ok(())
}

/// The cache may not know yet that the owner is going away or was replaced; before the first adoption it is read
/// from the server.
fn recheck<O: Resource>(ctx: &mut Sync<'_>, owner: &Arc<O>) -> Result<Result<(), String>, Stop> {
    let key = Key::of_meta(owner.meta());
    let kind = O::INFO.kind;
    Ok(match ctx.get_live::<O>(&key)? {
        Err(status) => Err(format!("can't recheck DeletionTimestamp: {status}")),
        Ok(fresh) if fresh.uid() != owner.uid() => {
            Err(format!("original {kind} {key} is gone: got uid {}, wanted {}", fresh.uid(), owner.uid()))
        }
        Ok(fresh) if is_terminating(fresh.meta()) => Err(format!("{key} has just been deleted")),
        Ok(_) => Ok(()),
    })
}

fn adopt<O: Resource, T: Resource>(ctx: &mut Sync<'_>, owner: &Arc<O>, candidate: &Arc<T>, finalizer: Option<&str>) -> Result<Result<bool, String>, Stop> {
    let mut owners = candidate.meta().owner_references.clone().unwrap_or_default();
    owners.retain(|other| other.uid != owner.uid());
    owners.push(controller_reference(&**owner));
    let mut finalizers = candidate.meta().finalizers.clone().unwrap_or_default();
    finalizers.extend(finalizer.filter(|finalizer| !finalizers.iter().any(|held| held == finalizer)).map(str::to_owned));
    let request = with_finalizers(patch_owners(&candidate.clone().into_object(), &owners), finalizer, &finalizers);
    Ok(match ctx.send(request)? {
        Ok(_) => Ok(true),
        Err(status) if status.is_not_found() => Ok(false),
        Err(status) => Err(status.to_string()),
    })
}

fn release<O: Resource, T: Resource>(ctx: &mut Sync<'_>, owner: &Arc<O>, candidate: &Arc<T>, finalizer: Option<&str>) -> Result<Result<(), String>, Stop> {
    let mut owners = candidate.meta().owner_references.clone().unwrap_or_default();
    owners.retain(|other| other.uid != owner.uid());
    let mut finalizers = candidate.meta().finalizers.clone().unwrap_or_default();
    finalizers.retain(|held| Some(held.as_str()) != finalizer);
    let request = with_finalizers(patch_owners(&candidate.clone().into_object(), &owners), finalizer, &finalizers);
    Ok(match ctx.send(request)? {
        Err(status) if !status.is_not_found() && status.reason() != "Invalid" => Err(status.to_string()),
        _ => Ok(()),
    })
}

fn with_finalizers(mut request: Request, finalizer: Option<&str>, finalizers: &[String]) -> Request {
    if finalizer.is_some()
        && let Body::Patch(_, patch) = &mut request.body
    {
        patch["metadata"]["finalizers"] = if finalizers.is_empty() { serde_json::Value::Null } else { json!(finalizers) };
    }
    request
}

/// Sets the owners of an object, if it is still the one that was seen.
pub(super) fn patch_owners(object: &Object, owners: &[OwnerReference]) -> Request {
    let meta = object.meta();
    let owners = if owners.is_empty() { serde_json::Value::Null } else { json!(owners) };
    let patch = json!({"metadata": {"uid": meta.uid, "resourceVersion": meta.resource_version, "ownerReferences": owners}});
    Request::patch(object.kind(), &Key::of_meta(meta), PatchType::Merge, patch)
}
