//! The registry of kinds: one file and one line here for each.

mod config_map;
mod custom_resource_definition;
mod deployment;
mod endpoint_slice;
mod endpoints;
mod event;
mod lease;
mod namespace;
mod node;
mod pod;
mod registry;
mod replica_set;
mod secret;
mod service;
mod service_account;

pub use config_map::ConfigMap;
pub use custom_resource_definition::CustomResourceDefinition;
pub use deployment::Deployment;
pub use endpoint_slice::EndpointSlice;
pub use endpoints::Endpoints;
pub use event::Event;
pub use lease::Lease;
pub use namespace::Namespace;
pub use node::Node;
pub use pod::Pod;
pub(crate) use registry::{DEFAULT_COLUMNS, null_is_default};
pub use replica_set::ReplicaSet;
pub use secret::Secret;
pub use service::Service;
pub use service_account::ServiceAccount;

registry::kinds! {
    Pod, Node, Namespace, Service, Endpoints, EndpointSlice, Event, ConfigMap, Secret, ServiceAccount, ReplicaSet,
    Deployment, Lease,
    CustomResourceDefinition,
}
