//! Making and deleting pods for a controller, with the events that tell of it.
//!
//! Models: pkg/controller/controller_utils.go (RealPodControl), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;
use podarium_api::owner::controller_reference;
use podarium_api::{Kind, Object, ObjectMeta, Pod, Resource, Status};

use super::{Stop, Sync};
use crate::apiserver::Request;
use crate::client::EventType;
use crate::store::Key;

/// A pod after a template. The server completes its name.
pub fn pod_of<O: Resource>(owner: &O, template: Option<&PodTemplateSpec>) -> Pod {
    let meta = template.and_then(|template| template.metadata.as_ref());
    Pod {
        metadata: ObjectMeta {
            namespace: owner.meta().namespace.clone(),
            generate_name: Some(format!("{}-", owner.name())),
            labels: meta.and_then(|meta| meta.labels.clone()),
            annotations: meta.and_then(|meta| meta.annotations.clone()),
            finalizers: meta.and_then(|meta| meta.finalizers.clone()),
            owner_references: Some(vec![controller_reference(owner)]),
            ..ObjectMeta::default()
        },
        spec: Arc::new(template.and_then(|template| template.spec.clone()).unwrap_or_default().into()),
        ..Pod::default()
    }
}

/// Makes pods at the same time.
pub fn create(ctx: &mut Sync<'_>, about: &Object, pods: Vec<Pod>) -> Result<Vec<Result<Object, Status>>, Stop> {
    let answers = ctx.all(pods.into_iter().map(Request::create).collect())?;
    let mut made = Vec::with_capacity(answers.len());
    for answer in answers {
        let created = answer.and_then(|reply| reply.object().ok_or_else(|| Status::new(500, "InternalError", "the answer holds no object")));
        match &created {
            Ok(pod) => {
                let name = pod.meta().name.clone().unwrap_or_default();
                ctx.event(about, EventType::Normal, "SuccessfulCreate", format!("Created pod: {name}"));
            }
            // Nothing can be made in a namespace that goes away, and nothing need be said about it.
            Err(status) if status.is_namespace_terminating() => {}
            Err(status) => ctx.event(about, EventType::Warning, "FailedCreate", format!("Error creating: {status}")),
        }
        made.push(created);
    }
    Ok(made)
}

/// Deletes pods at the same time. One that is gone already is an error, but none to tell of.
pub fn delete(ctx: &mut Sync<'_>, about: &Object, pods: &[Key]) -> Result<Vec<Result<(), Status>>, Stop> {
    let answers = ctx.all(pods.iter().map(|key| Request::delete(Kind::Pod, key)).collect())?;
    let mut deleted = Vec::with_capacity(answers.len());
    for (key, answer) in pods.iter().zip(answers) {
        match &answer {
            Ok(_) => ctx.event(about, EventType::Normal, "SuccessfulDelete", format!("Deleted pod: {}", key.name)),
            Err(status) if status.is_not_found() => {}
            Err(status) => ctx.event(about, EventType::Warning, "FailedDelete", format!("Error deleting: {status}")),
        }
        deleted.push(answer.map(|_| ()));
    }
    Ok(deleted)
}
