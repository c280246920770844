//! The registry of kinds: one file and one line here for each.

mod component_status;
mod config_map;
mod controller_revision;
mod daemon_set;
mod deployment;
mod endpoint_slice;
mod endpoints;
mod event;
mod lease;
mod namespace;
mod node;
mod pod;
mod pod_template;
mod registry;
mod replica_set;
mod replication_controller;
mod secret;
mod service;
mod service_account;
mod stateful_set;

pub use component_status::ComponentStatus;
pub use config_map::ConfigMap;
pub use controller_revision::ControllerRevision;
pub use daemon_set::DaemonSet;
pub use deployment::Deployment;
pub use endpoint_slice::EndpointSlice;
pub use endpoints::Endpoints;
pub use event::Event;
pub use lease::Lease;
pub use namespace::Namespace;
pub use node::Node;
pub use pod::Pod;
pub use pod_template::PodTemplate;
pub(crate) use registry::{DEFAULT_COLUMNS, null_is_default};
pub use replica_set::ReplicaSet;
pub use replication_controller::ReplicationController;
pub use secret::Secret;
pub use service::Service;
pub use service_account::ServiceAccount;
pub use stateful_set::StatefulSet;

registry::kinds! {
    Pod, Node, Namespace, Service, Endpoints, EndpointSlice, Event, ConfigMap, Secret, ServiceAccount, ReplicaSet,
    Deployment, Lease, StatefulSet, DaemonSet, ControllerRevision, ReplicationController, PodTemplate, ComponentStatus,
}
