//! What a client asks before it asks for objects: which groups, versions and resources there are, which version the server
//! has, whether it is well.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/discovery, apiserver/pkg/server/{routes,healthz}, v1.36.
//! Simplified: nothing.

mod aggregated;
mod answer;
mod groups;
mod health;
mod legacy;
mod metrics;
mod root;
mod version;
mod zpages;

pub(super) use answer::answer;
pub(super) use groups::{BINDING, Group, GroupVersion, Served, served as served_groups};
