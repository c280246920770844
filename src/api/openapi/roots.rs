//! The types from which the definitions are made: all stable kinds, and what requests and answers are made of. Types that
//! they refer to come along.
//!
//! Models: staging/src/k8s.io/api, v1.36.
//! Simplified: types in alpha and beta are left out.

use k8s_openapi::{api, apiextensions_apiserver, apimachinery, kube_aggregator};
use schemars::{Schema, SchemaGenerator};

macro_rules! roots {
    ($($type:ty),+ $(,)?) => {
        /// What adds each of them to the definitions.
        pub(super) const ROOTS: &[fn(&mut SchemaGenerator) -> Schema] = &[$(|generator| generator.subschema_for::<$type>()),+];
    };
}

#[rustfmt::skip]
roots! {
    api::admissionregistration::v1::MutatingAdmissionPolicy, api::admissionregistration::v1::MutatingAdmissionPolicyBinding,
    api::admissionregistration::v1::MutatingWebhookConfiguration, api::admissionregistration::v1::ValidatingAdmissionPolicy,
    api::admissionregistration::v1::ValidatingAdmissionPolicyBinding,
    api::admissionregistration::v1::ValidatingWebhookConfiguration, api::apps::v1::ControllerRevision, api::apps::v1::DaemonSet,
    api::apps::v1::Deployment, api::apps::v1::ReplicaSet, api::apps::v1::StatefulSet, api::authentication::v1::SelfSubjectReview,
    api::authentication::v1::TokenRequest, api::authentication::v1::TokenReview, api::authorization::v1::LocalSubjectAccessReview,
    api::authorization::v1::SelfSubjectAccessReview, api::authorization::v1::SelfSubjectRulesReview,
    api::authorization::v1::SubjectAccessReview, api::autoscaling::v1::HorizontalPodAutoscaler, api::autoscaling::v1::Scale,
    api::autoscaling::v2::HorizontalPodAutoscaler, api::batch::v1::CronJob, api::batch::v1::Job,
    api::certificates::v1::CertificateSigningRequest, api::coordination::v1::Lease, api::core::v1::Binding,
    api::core::v1::ComponentStatus, api::core::v1::ConfigMap, api::core::v1::Endpoints, api::core::v1::Event,
    api::core::v1::LimitRange, api::core::v1::Namespace, api::core::v1::Node, api::core::v1::PersistentVolume,
    api::core::v1::PersistentVolumeClaim, api::core::v1::Pod, api::core::v1::PodTemplate, api::core::v1::ReplicationController,
    api::core::v1::ResourceQuota, api::core::v1::Secret, api::core::v1::Service, api::core::v1::ServiceAccount,
    api::discovery::v1::EndpointSlice, api::events::v1::Event, api::flowcontrol::v1::FlowSchema,
    api::flowcontrol::v1::PriorityLevelConfiguration, api::networking::v1::IPAddress, api::networking::v1::Ingress,
    api::networking::v1::IngressClass, api::networking::v1::NetworkPolicy, api::networking::v1::ServiceCIDR,
    api::node::v1::RuntimeClass, api::policy::v1::Eviction, api::policy::v1::PodDisruptionBudget, api::rbac::v1::ClusterRole,
    api::rbac::v1::ClusterRoleBinding, api::rbac::v1::Role, api::rbac::v1::RoleBinding, api::resource::v1::DeviceClass,
    api::resource::v1::ResourceClaim, api::resource::v1::ResourceClaimTemplate, api::resource::v1::ResourceSlice,
    api::scheduling::v1::PriorityClass, api::storage::v1::CSIDriver, api::storage::v1::CSINode,
    api::storage::v1::CSIStorageCapacity, api::storage::v1::StorageClass, api::storage::v1::VolumeAttachment,
    api::storage::v1::VolumeAttributesClass, apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
    apimachinery::pkg::apis::meta::v1::APIGroup, apimachinery::pkg::apis::meta::v1::APIGroupList,
    apimachinery::pkg::apis::meta::v1::APIResourceList, apimachinery::pkg::apis::meta::v1::APIVersions,
    apimachinery::pkg::apis::meta::v1::DeleteOptions, apimachinery::pkg::apis::meta::v1::Patch,
    apimachinery::pkg::apis::meta::v1::Status, apimachinery::pkg::apis::meta::v1::WatchEvent<apimachinery::pkg::runtime::RawExtension>,
    kube_aggregator::pkg::apis::apiregistration::v1::APIService,
}
