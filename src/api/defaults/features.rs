//! Fields behind feature gates that are off in Kubernetes 1.36: a writer may set them, and they are gone when the object is
//! stored.
//!
//! Models: pkg/api/pod/util.go (dropDisabledFields), pkg/features/kube_features.go, v1.36.
//! Simplified: every gate is at its default.

use k8s_openapi::api::core::v1::{Lifecycle, PodSpec, PodTemplateSpec, Volume};

/// ClusterTrustBundleProjection, PodCertificateRequest, GenericWorkload, ContainerStopSignals.
pub(crate) fn drop_from_pod(spec: &mut PodSpec) {
    spec.scheduling_group = None;
    spec.volumes.iter_mut().flatten().for_each(drop_from_volume);
    let containers = spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten()).map(|container| &mut container.lifecycle);
    let ephemeral = spec.ephemeral_containers.iter_mut().flatten().map(|container| &mut container.lifecycle);
    for lifecycle in containers.chain(ephemeral) {
        let had_one = lifecycle.as_mut().and_then(|lifecycle| lifecycle.stop_signal.take()).is_some();
        lifecycle.take_if(|lifecycle| had_one && *lifecycle == Lifecycle::default());
    }
}

pub(crate) fn drop_from_template(template: &mut PodTemplateSpec) {
    template.spec.iter_mut().for_each(drop_from_pod);
}

fn drop_from_volume(volume: &mut Volume) {
    for source in volume.projected.iter_mut().flat_map(|projected| projected.sources.iter_mut().flatten()) {
        source.cluster_trust_bundle = None;
        source.pod_certificate = None;
    }
}

/// Whether there is anything to drop, so that a spec that is shared stays shared.
pub(crate) fn is_affected(spec: &PodSpec) -> bool {
    let mut sources = spec.volumes.iter().flatten().filter_map(|volume| volume.projected.as_ref()).flat_map(|projected| projected.sources.iter().flatten());
    let containers = spec.containers.iter().chain(spec.init_containers.iter().flatten()).map(|container| &container.lifecycle);
    let mut lifecycles = containers.chain(spec.ephemeral_containers.iter().flatten().map(|container| &container.lifecycle)).flatten();
    spec.scheduling_group.is_some()
        || sources.any(|source| source.cluster_trust_bundle.is_some() || source.pod_certificate.is_some())
        || lifecycles.any(|lifecycle| lifecycle.stop_signal.is_some())
}
