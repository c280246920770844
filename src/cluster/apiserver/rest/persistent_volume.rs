//! The time at which a volume came into its phase, which the server notes where the writer does not.
//!
//! Models: pkg/registry/core/persistentvolume/strategy.go (persistentvolumeStatusStrategy.PrepareForUpdate), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use podarium_api::Object;

/// Called on an update of a status.
pub(in crate::apiserver) fn note_phase_transition(object: &mut Object, old: &Object, now: &MetaTime) {
    let (Object::PersistentVolume(volume), Object::PersistentVolume(old)) = (object, old) else { return };
    let (status, old) = (&volume.status, &old.status);
    let given = status.last_phase_transition_time.as_ref();
    if status.phase != old.phase && (given.is_none() || given == old.last_phase_transition_time.as_ref()) {
        Arc::make_mut(&mut Arc::make_mut(volume).status).last_phase_transition_time = Some(now.clone());
    }
}
