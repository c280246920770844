//! The cloud around the cluster, as far as Kubernetes speaks with it: load balancers for Services, and machines that come and go.
//!
//! Invariant: a cluster without a cloud has none of this; a Service of the type LoadBalancer then waits for its address
//! for ever.

pub mod autoscaler;
mod balancer;
mod service_controller;

pub use service_controller::ServiceController;
