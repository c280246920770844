//! The scheduling framework: what plugins see, what they answer, and how their answers are put together.

pub mod affinity_term;
pub mod cluster_event;
pub mod cycle_state;
pub mod diagnosis;
pub mod host_ports;
pub mod node_info;
pub mod node_selector;
pub mod plugin;
pub mod pod_info;
pub mod profile;
pub mod resource;
pub mod runtime;
pub mod status;
pub mod toleration;
