//! Making, mending and deleting one pod of a StatefulSet, with the claims that belong to it and the events about it.
//!
//! Models: pkg/controller/statefulset/stateful_pod_control.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::{Kind, Pod, Resource as _, StatefulSet, Status};

use super::super::{Stop, Sync};
use super::identity::{identity_matches, ordinal, storage_matches, update_identity, update_storage};
use super::{claims, wrote};
use crate::apiserver::Request;
use crate::client::EventType;
use crate::store::Key;

/// `Create`, `Update`, `Delete`: as the events say it.
pub fn record(ctx: &mut Sync<'_>, verb: &str, set: &Arc<StatefulSet>, pod: &Pod, failure: Option<&str>) {
    let about = set.clone().into_object();
    let what = format!("{verb} Pod {} in StatefulSet {}", pod.name(), set.name());
    match failure {
        None => ctx.event(&about, EventType::Normal, &format!("Successful{verb}"), format!("{what} successful")),
        Some(error) => ctx.event(&about, EventType::Warning, &format!("Failed{verb}"), format!("{what} failed error: {error}")),
    }
}

/// Makes these pods at the same time, each after its claims. Gives what went wrong, in order.
pub fn create(ctx: &mut Sync<'_>, set: &Arc<StatefulSet>, pods: &[Arc<Pod>]) -> Result<Vec<String>, Stop> {
    let mut failures = Vec::new();
    let mut ready = Vec::new();
    for pod in pods {
        match claims::create_missing(ctx, set, pod)? {
            Ok(()) => ready.push(pod),
            Err(error) => {
                record(ctx, "Create", set, pod, Some(&error));
                failures.push(error);
            }
        }
    }
    let requests = ready.iter().map(|pod| Request::create((***pod).clone())).collect();
    for (pod, answer) in ready.into_iter().zip(ctx.all(requests)?) {
        let failure = match answer {
            Ok(reply) => {
                reply.object().into_iter().for_each(|object| wrote(ctx, set, object));
                None
            }
            Err(status) if status.is_already_exists() => {
                failures.push(status.to_string());
                continue;
            }
            Err(status) => Some(status.to_string()),
        };
        if let Err(error) = claims::apply_retention(ctx, set, pod)? {
            record(ctx, "Update", set, pod, Some(&error));
            failures.push(error);
            continue;
        }
        record(ctx, "Create", set, pod, failure.as_deref());
        failures.extend(failure);
    }
    Ok(failures)
}

/// Makes claims that a waiting pod lacks.
pub fn create_missing_claims(ctx: &mut Sync<'_>, set: &Arc<StatefulSet>, pod: &Pod) -> Result<Result<(), String>, Stop> {
    if let Err(error) = claims::create_missing(ctx, set, pod)? {
        return Ok(Err(error));
    }
    let applied = claims::apply_retention(ctx, set, pod)?;
    if let Err(error) = &applied {
        record(ctx, "Update", set, pod, Some(error));
    }
    Ok(applied)
}

/// Brings name, labels, volumes and claims of a pod in order.
pub fn update(ctx: &mut Sync<'_>, set: &Arc<StatefulSet>, pod: &Arc<Pod>) -> Result<Result<(), String>, Stop> {
    let mut mended = (**pod).clone();
    let Some(ordinal) = ordinal(pod) else { return Ok(Ok(())) };
    let mut consistent = true;
    if !identity_matches(set, pod) {
        update_identity(&mut mended, ordinal);
        consistent = false;
    }
    if !storage_matches(set, pod) {
        update_storage(set, &mut mended, ordinal);
        consistent = false;
        if let Err(error) = claims::create_missing(ctx, set, pod)? {
            record(ctx, "Update", set, pod, Some(&error));
            return Ok(Err(error));
        }
    }
    if !claims::match_retention(ctx, set, pod) {
        if let Err(error) = claims::apply_retention(ctx, set, pod)? {
            record(ctx, "Update", set, pod, Some(&error));
            return Ok(Err(error));
        }
        consistent = false;
    }
    if consistent {
        return Ok(Ok(()));
    }
    let written = ctx.update(mended)?;
    let failure = match written {
        Ok(pod) => {
            wrote(ctx, set, pod.into_object());
            None
        }
        Err(status) => Some(status.to_string()),
    };
    record(ctx, "Update", set, pod, failure.as_deref());
    Ok(failure.map_or(Ok(()), Err))
}

/// Deletes a pod. One that is gone already counts as deleted.
pub fn delete(ctx: &mut Sync<'_>, set: &Arc<StatefulSet>, pod: &Pod) -> Result<Result<(), String>, Stop> {
    let answer = ctx.send(Request::delete(Kind::Pod, &Key::of_meta(&pod.metadata)))?;
    let failure = answer.err().filter(|status| !Status::is_not_found(status)).map(|status| status.to_string());
    record(ctx, "Delete", set, pod, failure.as_deref());
    Ok(failure.map_or(Ok(()), Err))
}
