//! The registry of kinds: one file and one line here for each.

mod component_status;
mod config_map;
mod controller_revision;
mod csi_driver;
mod csi_node;
mod csi_storage_capacity;
mod daemon_set;
mod cron_job;
mod deployment;
mod endpoint_slice;
mod endpoints;
mod event;
mod ingress;
mod ingress_class;
mod ip_address;
mod horizontal_pod_autoscaler;
mod job;
mod lease;
mod namespace;
mod network_policy;
mod node;
mod persistent_volume;
pub(crate) mod persistent_volume_claim;
mod pod;
mod pod_template;
mod pod_disruption_budget;
mod registry;
mod replica_set;
mod replication_controller;
mod secret;
mod service;
mod service_account;
mod stateful_set;
mod service_cidr;
mod storage_class;
mod volume_attachment;
mod volume_attributes_class;

pub use component_status::ComponentStatus;
pub use config_map::ConfigMap;
pub use controller_revision::ControllerRevision;
pub use csi_driver::CSIDriver;
pub use csi_node::CSINode;
pub use csi_storage_capacity::CSIStorageCapacity;
pub use daemon_set::DaemonSet;
pub use cron_job::CronJob;
pub use deployment::Deployment;
pub use endpoint_slice::EndpointSlice;
pub use endpoints::Endpoints;
pub use event::Event;
pub use ingress::Ingress;
pub use ingress_class::IngressClass;
pub use ip_address::IPAddress;
pub use horizontal_pod_autoscaler::HorizontalPodAutoscaler;
pub(crate) use horizontal_pod_autoscaler::{DEFAULT_CPU_UTILIZATION, cpu_utilization};
pub use job::Job;
pub use lease::Lease;
pub use namespace::Namespace;
pub use network_policy::NetworkPolicy;
pub use node::Node;
pub use persistent_volume::PersistentVolume;
pub use persistent_volume_claim::PersistentVolumeClaim;
pub use pod::Pod;
pub use pod_template::PodTemplate;
pub use pod_disruption_budget::PodDisruptionBudget;
pub(crate) use registry::{DEFAULT_COLUMNS, null_is_default};
pub use replica_set::ReplicaSet;
pub use replication_controller::ReplicationController;
pub use secret::Secret;
pub use service::Service;
pub use service_account::ServiceAccount;
pub use stateful_set::StatefulSet;
pub use service_cidr::ServiceCIDR;
pub use storage_class::StorageClass;
pub use volume_attachment::VolumeAttachment;
pub use volume_attributes_class::VolumeAttributesClass;

registry::kinds! {
    Pod,
    Node,
    Namespace,
    Service,
    Endpoints,
    EndpointSlice,
    Event,
    ConfigMap,
    Secret,
    ServiceAccount,
    ReplicaSet,
    Deployment,
    Lease,
    StatefulSet,
    DaemonSet,
    ControllerRevision,
    ReplicationController,
    PodTemplate,
    ComponentStatus,
    StorageClass,
    VolumeAttachment,
    VolumeAttributesClass,
    PersistentVolume,
    PersistentVolumeClaim,
    CSIDriver,
    CSINode,
    CSIStorageCapacity,
    Ingress,
    IngressClass,
    NetworkPolicy,
    ServiceCIDR,
    IPAddress,
    Job,
    CronJob,
    PodDisruptionBudget,
    HorizontalPodAutoscaler,
}
