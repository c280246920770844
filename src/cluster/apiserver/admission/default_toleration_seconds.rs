//! DefaultTolerationSeconds: a pod stays 5 minutes on a node that is not ready or cannot be reached, unless it says
//! otherwise. This is why a dead node's pods are replaced only after a while.
//!
//! Models: plugin/pkg/admission/defaulttolerationseconds/admission.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{PodSpec, Toleration};
use podarium_api::{Object, Status};

use super::Attributes;

const SECONDS: i64 = 300;
const TAINTS: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.subresource.is_some() {
        return Ok(());
    }
    let Object::Pod(pod) = attributes.object else { return Ok(()) };
    Arc::make_mut(&mut Arc::make_mut(pod).spec).step("default tolerations", tolerate);
    Ok(())
}

fn tolerate(spec: &mut PodSpec) {
    let present = spec.tolerations.as_deref().unwrap_or_default();
    let tolerates = |taint: &str| {
        present.iter().any(|toleration| {
            let key = toleration.key.as_deref().unwrap_or_default();
            let effect = toleration.effect.as_deref().unwrap_or_default();
            (key == taint || key.is_empty()) && (effect == "NoExecute" || effect.is_empty())
        })
    };
    let missing: Vec<Toleration> = TAINTS
        .into_iter()
        .filter(|taint| !tolerates(taint))
        .map(|taint| Toleration {
            key: Some(taint.to_owned()),
            operator: Some("Exists".to_owned()),
            effect: Some("NoExecute".to_owned()),
            toleration_seconds: Some(SECONDS),
            ..Toleration::default()
        })
        .collect();
    if !missing.is_empty() {
        let tolerations = spec.tolerations.get_or_insert_default();
        tolerations.reserve_exact(missing.len());
        tolerations.extend(missing);
    }
}
