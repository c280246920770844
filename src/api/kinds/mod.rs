//! The registry of kinds: one file and one line here for each.

mod api_service;
mod certificate_signing_request;
mod device_class;
mod flow_schema;
mod priority_level_configuration;
mod resource_claim;
mod resource_claim_template;
mod resource_slice;
mod cluster_role;
mod cluster_role_binding;
mod component_status;
mod config_map;
mod custom_resource_definition;
mod controller_revision;
mod cron_job;
mod csi_driver;
mod csi_node;
mod csi_storage_capacity;
mod daemon_set;
mod deployment;
mod endpoint_slice;
mod endpoints;
mod event;
mod horizontal_pod_autoscaler;
mod ingress;
mod ingress_class;
mod ip_address;
mod job;
mod lease;
mod limit_range;
mod local_subject_access_review;
mod namespace;
mod network_policy;
mod node;
mod node_metrics;
mod persistent_volume;
pub(crate) mod persistent_volume_claim;
mod pod;
mod pod_metrics;
mod pod_disruption_budget;
mod pod_template;
mod priority_class;
mod registry;
mod replica_set;
mod replication_controller;
mod resource_quota;
mod role;
mod role_binding;
mod runtime_class;
mod secret;
mod self_subject_access_review;
mod self_subject_review;
mod self_subject_rules_review;
mod service;
mod service_account;
mod service_cidr;
mod stateful_set;
mod storage_class;
mod mutating_admission_policy;
mod mutating_admission_policy_binding;
mod mutating_webhook_configuration;
mod validating_admission_policy;
mod validating_admission_policy_binding;
mod validating_webhook_configuration;
mod subject_access_review;
mod token_request;
mod token_review;
mod volume_attachment;
mod volume_attributes_class;

pub use api_service::APIService;
pub use certificate_signing_request::CertificateSigningRequest;
pub use device_class::DeviceClass;
pub use flow_schema::FlowSchema;
pub use priority_level_configuration::PriorityLevelConfiguration;
pub use resource_claim::ResourceClaim;
pub use resource_claim_template::ResourceClaimTemplate;
pub use resource_slice::ResourceSlice;
pub use cluster_role::ClusterRole;
pub use cluster_role_binding::ClusterRoleBinding;
pub use component_status::ComponentStatus;
pub use config_map::ConfigMap;
pub use custom_resource_definition::CustomResourceDefinition;
pub use controller_revision::ControllerRevision;
pub use cron_job::CronJob;
pub use csi_driver::CSIDriver;
pub use csi_node::CSINode;
pub use csi_storage_capacity::CSIStorageCapacity;
pub use daemon_set::DaemonSet;
pub use deployment::Deployment;
pub use endpoint_slice::EndpointSlice;
pub use endpoints::Endpoints;
pub use event::Event;
pub use horizontal_pod_autoscaler::HorizontalPodAutoscaler;
pub(crate) use horizontal_pod_autoscaler::{DEFAULT_CPU_UTILIZATION, cpu_utilization};
pub use ingress::Ingress;
pub use ingress_class::IngressClass;
pub use ip_address::IPAddress;
pub use job::Job;
pub use lease::Lease;
pub use limit_range::LimitRange;
pub use local_subject_access_review::LocalSubjectAccessReview;
pub use namespace::Namespace;
pub use network_policy::NetworkPolicy;
pub use node::Node;
pub use node_metrics::NodeMetrics;
pub use persistent_volume::PersistentVolume;
pub use persistent_volume_claim::PersistentVolumeClaim;
pub use pod::Pod;
pub use pod_metrics::{ContainerMetrics, PodMetrics};
pub use pod_disruption_budget::PodDisruptionBudget;
pub use pod_template::PodTemplate;
pub use priority_class::PriorityClass;
pub(crate) use registry::{DEFAULT_COLUMNS, default_row, null_is_default};
pub use replica_set::ReplicaSet;
pub use replication_controller::ReplicationController;
pub use resource_quota::ResourceQuota;
pub use role::Role;
pub use role_binding::RoleBinding;
pub use runtime_class::RuntimeClass;
pub use secret::Secret;
pub use self_subject_access_review::SelfSubjectAccessReview;
pub use self_subject_review::SelfSubjectReview;
pub use self_subject_rules_review::SelfSubjectRulesReview;
pub use service::Service;
pub use service_account::ServiceAccount;
pub use service_cidr::ServiceCIDR;
pub use stateful_set::StatefulSet;
pub use storage_class::StorageClass;
pub use mutating_admission_policy::MutatingAdmissionPolicy;
pub use mutating_admission_policy_binding::MutatingAdmissionPolicyBinding;
pub use mutating_webhook_configuration::MutatingWebhookConfiguration;
pub use validating_admission_policy::ValidatingAdmissionPolicy;
pub use validating_admission_policy_binding::ValidatingAdmissionPolicyBinding;
pub use validating_webhook_configuration::ValidatingWebhookConfiguration;
pub use subject_access_review::SubjectAccessReview;
pub use token_request::TokenRequest;
pub use token_review::TokenReview;
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
    CustomResourceDefinition,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidatingWebhookConfiguration,
    MutatingWebhookConfiguration,
    MutatingAdmissionPolicy,
    MutatingAdmissionPolicyBinding,
    Job,
    CronJob,
    PodDisruptionBudget,
    HorizontalPodAutoscaler,
    Role,
    ClusterRole,
    RoleBinding,
    ClusterRoleBinding,
    ResourceQuota,
    LimitRange,
    PriorityClass,
    RuntimeClass,
    SubjectAccessReview,
    LocalSubjectAccessReview,
    SelfSubjectAccessReview,
    SelfSubjectRulesReview,
    TokenReview,
    SelfSubjectReview,
    TokenRequest,
    APIService,
    CertificateSigningRequest,
    DeviceClass,
    FlowSchema,
    PriorityLevelConfiguration,
    ResourceClaim,
    ResourceClaimTemplate,
    ResourceSlice,
    NodeMetrics,
    PodMetrics,
}
