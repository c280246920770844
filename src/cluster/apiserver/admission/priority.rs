//! Priority: turns a pod's priority class into a number.
//!
//! Models: plugin/pkg/admission/priority/admission.go, v1.36.
//! Simplified: the two classes of the system exist; others come with the kind PriorityClass.

use std::sync::Arc;

use podarium_api::{Object, Status};

use super::{Attributes, name_of};
use crate::apiserver::Verb;

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.verb != Verb::Create {
        return Ok(());
    }
    let (kind, Object::Pod(pod)) = (attributes.kind, &mut *attributes.object) else { return Ok(()) };
    let class = pod.spec.priority_class_name.clone().unwrap_or_default();
    let name = name_of(&pod.metadata).to_owned();
    let priority = match class.as_str() {
        "" => 0,
        "system-cluster-critical" => 2_000_000_000,
        "system-node-critical" => 2_000_001_000,
        other => return Err(Status::forbidden(kind, &name, format!("no PriorityClass with name {other} was found"))),
    };
    if let Some(asked) = pod.spec.priority
        && asked != priority
    {
        let why = format!(
            "the integer value of priority ({asked}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name"
        );
        return Err(Status::forbidden(kind, &name, why));
    }
    let pod = Arc::make_mut(pod);
    let spec = Arc::make_mut(&mut pod.spec);
    spec.priority = Some(priority);
    spec.preemption_policy.get_or_insert_with(|| "PreemptLowerPriority".to_owned());
    Ok(())
}
