//! Pods that use more of the machine's disk than they may are evicted, pressure or not.
//!
//! Models: pkg/kubelet/eviction/eviction_manager.go (localStorageEviction), v1.36.
//! Simplified: logs take no room.

use podarium_api::quantity::Quantity;
use podarium_api::resource::{pod_limits, resource_list};

use super::ranking::PodUse;

fn exceeds(used: u64, limit: Quantity) -> bool {
    i64::try_from(used).is_ok_and(|used| used > limit.value())
}

/// What is said of a pod that is over one of its limits, and as what it is counted.
pub(super) fn complaint(one: &PodUse) -> Option<(&'static str, String)> {
    let spec = &one.pod.spec;
    for volume in spec.volumes.iter().flatten() {
        let Some(limit) = volume.empty_dir.as_ref().and_then(|empty| empty.size_limit.as_ref()).map(Quantity::of).filter(|limit| limit.value() > 0) else { continue };
        if one.volumes.iter().any(|(name, used)| *name == volume.name && exceeds(*used, limit)) {
            return Some(("emptydirfs.limit", format!("Usage of EmptyDir volume {:?} exceeds the limit \"{limit}\". ", volume.name)));
        }
    }
    if let Some(limit) = pod_limits(spec).get("ephemeral-storage")
        && exceeds(one.disk(), *limit)
    {
        return Some(("ephemeralpodfs.limit", format!("Pod ephemeral local storage usage exceeds the total limit of containers {limit}. ")));
    }
    spec.containers.iter().find_map(|container| {
        let limits = resource_list(container.resources.as_ref()?.limits.as_ref());
        let limit = *limits.get("ephemeral-storage").filter(|limit| limit.value() > 0)?;
        let used = one.containers.iter().find(|used| used.name == container.name)?;
        exceeds(used.disk, limit).then(|| ("ephemeralcontainerfs.limit", format!("Container {} exceeded its local ephemeral storage limit \"{limit}\". ", container.name)))
    })
}
