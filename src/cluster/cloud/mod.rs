//! The cloud around the cluster, as far as Kubernetes speaks with it: load balancers for Services.
//!
//! Invariant: a cluster without a cloud has none of this; a Service of the type LoadBalancer then waits for its address
//! for ever.

mod balancer;
mod service_controller;

pub use service_controller::ServiceController;
