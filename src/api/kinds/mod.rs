//! The registry of kinds: one file and one line here for each.

mod cluster_role;
mod cluster_role_binding;
mod config_map;
mod deployment;
mod endpoint_slice;
mod endpoints;
mod event;
mod lease;
mod limit_range;
mod local_subject_access_review;
mod namespace;
mod node;
mod pod;
mod priority_class;
mod registry;
mod replica_set;
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
mod subject_access_review;
mod token_request;
mod token_review;

pub use cluster_role::ClusterRole;
pub use cluster_role_binding::ClusterRoleBinding;
pub use config_map::ConfigMap;
pub use deployment::Deployment;
pub use endpoint_slice::EndpointSlice;
pub use endpoints::Endpoints;
pub use event::Event;
pub use lease::Lease;
pub use limit_range::LimitRange;
pub use local_subject_access_review::LocalSubjectAccessReview;
pub use namespace::Namespace;
pub use node::Node;
pub use pod::Pod;
pub use priority_class::PriorityClass;
pub(crate) use registry::{DEFAULT_COLUMNS, default_row, null_is_default};
pub use replica_set::ReplicaSet;
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
pub use subject_access_review::SubjectAccessReview;
pub use token_request::TokenRequest;
pub use token_review::TokenReview;

registry::kinds! {
    Pod, Node, Namespace, Service, Endpoints, EndpointSlice, Event, ConfigMap, Secret, ServiceAccount, ReplicaSet,
    Deployment, Lease, Role, ClusterRole, RoleBinding, ClusterRoleBinding, ResourceQuota, LimitRange, PriorityClass,
    RuntimeClass, SubjectAccessReview, LocalSubjectAccessReview, SelfSubjectAccessReview, SelfSubjectRulesReview,
    TokenReview, SelfSubjectReview, TokenRequest,
}
