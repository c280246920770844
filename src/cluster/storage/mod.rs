//! Storage: what the binder, the scheduler and the kubelets all know about volumes and claims, and the simulated drivers
//! that make, attach and grow disks.
//!
//! Invariant: pure functions of objects; the components among them meet the others at the API server alone.

pub mod classes;
pub mod disk;
pub mod driver;
pub mod matching;
pub mod protection;

pub use disk::Disk;
pub use classes::{claim_class, default_class, is_delayed, volume_class};
pub use matching::{find_match, is_bound_to};

/// The binder's annotations.
pub mod annotations {
    /// On a node: its kubelet leaves it to the controllers to attach disks, as all kubelets do by default.
    pub const CONTROLLER_ATTACHES: &str = "volumes.kubernetes.io/controller-managed-attach-detach";
    /// On a claim: the binding is complete, whatever happens to the volume from now on.
    pub const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
    /// On a volume or a claim: the binder chose the other side, not a person.
    pub const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
    /// On a claim: the node of the first pod that uses it, chosen by the scheduler.
    pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
    /// On a volume: the driver that made it.
    pub const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
    /// On objects of drivers that were part of Kubernetes once: the driver that has taken over.
    pub const MIGRATED_TO: &str = "pv.kubernetes.io/migrated-to";
    /// On a claim: the driver that is to make a volume for it.
    pub const STORAGE_PROVISIONER: &str = "volume.kubernetes.io/storage-provisioner";
    /// The older name of the same.
    pub const OLD_STORAGE_PROVISIONER: &str = "volume.beta.kubernetes.io/storage-provisioner";
    /// On a volume that grows: what it held before.
    pub const SIZE_BEFORE_RESIZE: &str = "volume.alpha.kubernetes.io/pre-resize-capacity";
}

/// The value of an annotation.
pub fn annotation<'a>(meta: &'a podarium_api::ObjectMeta, name: &str) -> Option<&'a str> {
    meta.annotations.as_ref()?.get(name).map(String::as_str)
}

pub fn annotate(meta: &mut podarium_api::ObjectMeta, name: &str, value: &str) {
    meta.annotations.get_or_insert_default().insert(name.to_owned(), value.to_owned());
}

/// The claims that a pod uses, by name: those that it names, and those that are made for its ephemeral volumes.
pub fn claims_of(pod: &podarium_api::Pod) -> impl Iterator<Item = String> {
    let pod_name = pod.metadata.name.as_deref().unwrap_or_default();
    pod.spec.volumes.iter().flatten().filter_map(move |volume| match (&volume.persistent_volume_claim, &volume.ephemeral) {
        (Some(source), _) => Some(source.claim_name.clone()),
        (None, Some(_)) => Some(format!("{pod_name}-{}", volume.name)),
        (None, None) => None,
    })
}
