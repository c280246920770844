//! The controllers: loops that compare what is with what should be, and take a step.
//!
//! A controller is one folder and one line in [`ControllerManager::standard`]'s registry.
//!
//! Invariant: a controller reads its caches and writes requests. It is level-triggered: a sync looks at the state,
//! never at the event that woke it.

mod api_registration;
mod attach_detach;
mod certificates;
mod claim;
mod custom_resource_definition;
mod cron_job;
mod cluster_role_aggregation;
mod consistency;
mod daemonset;
mod deployment;
mod disruption;
mod endpoint_slice;
mod endpoint_slice_mirroring;
mod endpoints;
mod expectations;
mod ephemeral_volume;
mod flow_control;
mod garbage_collector;
mod job;
mod history;
mod manager;
mod namespace;
mod node_ipam;
mod node_lifecycle;
mod options;
mod pod_control;
mod persistent_volume;
mod pod_gc;
mod podautoscaler;
mod pv_protection;
mod pvc_protection;
mod replicaset;
mod resource_quota;
mod root_ca_publisher;
mod service_account;
mod service_account_tokens;
mod service_cidr;
mod statefulset;
mod sync;
mod taint_eviction;
#[cfg(test)]
mod testbed;
mod ttl;
mod ttl_after_finished;
mod validating_admission_policy_status;
mod vac_protection;
mod volume_expand;

use podarium_api::{CustomResourceDefinition, Kind, Object, Resource as _};

use crate::authority::Authority;
use crate::client::Caches;

pub use deployment::{max_surge, max_unavailable};
use deployment::scaled;
pub use manager::ControllerManager;
pub(crate) use manager::Runner;
pub use options::Options;
pub(crate) use persistent_volume::bound_volume;
pub use sync::{Controller, Enqueue, Stop, Sync};

/// The kind that an established CustomResourceDefinition makes.
fn custom_kind(object: &Object) -> Option<Kind> {
    let definition = CustomResourceDefinition::from_object(object)?;
    Some(definition.definitions.all_served().first()?.kind())
}

/// All kinds that established CustomResourceDefinitions make.
fn custom_kinds(caches: &Caches) -> impl Iterator<Item = Kind> {
    let definitions = caches.kind(Kind::CustomResourceDefinition).into_iter().flat_map(|cache| cache.iter());
    definitions.filter_map(|(_, definition)| custom_kind(definition))
}

/// The registry: every controller that kube-controller-manager runs here.
#[rustfmt::skip]
fn registry(authority: &Authority) -> Vec<manager::Runner> {
    vec![
        manager::Runner::new(service_account_tokens::TokensController::new(authority.clone())),
        manager::Runner::new(service_account::ServiceAccountController),
        manager::Runner::new(attach_detach::AttachDetachController::default()),
        manager::Runner::new(certificates::ApprovingController),
        manager::Runner::new(certificates::SigningController::new(authority.clone())),
        manager::Runner::new(certificates::CleaningController),
        manager::Runner::new(cron_job::CronJobController),
        manager::Runner::new(root_ca_publisher::RootCaPublisher::new(authority.clone())),
        manager::Runner::new(cluster_role_aggregation::ClusterRoleAggregationController),
        manager::Runner::new(daemonset::DaemonSetController::default()),
        manager::Runner::new(deployment::DeploymentController),
        manager::Runner::new(disruption::DisruptionController),
        manager::Runner::new(disruption::StaleDisruptionController),
        manager::Runner::new(endpoint_slice::EndpointSliceController::default()),
        manager::Runner::new(endpoint_slice_mirroring::EndpointSliceMirroringController::default()),
        manager::Runner::new(endpoints::EndpointsController::default()),
        manager::Runner::new(garbage_collector::GarbageCollector::default()),
        manager::Runner::new(job::JobController::default()),
        manager::Runner::new(job::OrphanedPodController),
        manager::Runner::new(namespace::NamespaceController),
        manager::Runner::new(node_ipam::NodeIpamController::default()),
        manager::Runner::new(node_lifecycle::NodeLifecycleController::default()),
        manager::Runner::new(persistent_volume::PersistentVolumeController::default()),
        manager::Runner::new(pod_gc::PodGarbageCollector::default()),
        manager::Runner::new(podautoscaler::PodAutoscalerController::default()),
        manager::Runner::new(replicaset::ReplicaSetController::<podarium_api::ReplicaSet>::default()),
        manager::Runner::new(replicaset::ReplicaSetController::<podarium_api::ReplicationController>::default()),
        manager::Runner::new(pv_protection::PvProtectionController),
        manager::Runner::new(pvc_protection::PvcProtectionController),
        manager::Runner::new(vac_protection::VacProtectionController),
        manager::Runner::new(ephemeral_volume::EphemeralVolumeController),
        manager::Runner::new(volume_expand::VolumeExpandController),
        manager::Runner::new(resource_quota::ResourceQuotaController),
        manager::Runner::new(service_cidr::ServiceCidrController),
        manager::Runner::new(statefulset::StatefulSetController::default()),
        manager::Runner::new(taint_eviction::TaintEvictionController::default()),
        manager::Runner::new(ttl::TtlController::default()),
        manager::Runner::new(ttl_after_finished::TtlAfterFinishedController),
        manager::Runner::new(validating_admission_policy_status::ValidatingAdmissionPolicyStatusController),
    ]
}

/// The controllers that run inside kube-apiserver, as the user `system:apiserver`.
fn inside_api_server(metrics_server: bool) -> Vec<manager::Runner> {
    vec![
        manager::Runner::inside_api_server(custom_resource_definition::Naming),
        manager::Runner::inside_api_server(custom_resource_definition::Establishing),
        manager::Runner::inside_api_server(custom_resource_definition::Finalizing),
        manager::Runner::inside_api_server(api_registration::Registration),
        manager::Runner::inside_api_server(api_registration::Availability { metrics_server }),
        manager::Runner::inside_api_server(flow_control::FlowControl),
    ]
}
