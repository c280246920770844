//! `kubectl describe`: what there is to know of an object, for people.
//!
//! A new kind is a file with a function, and a line in [`describer`].

mod age;
mod config_map;
mod container;
mod deployment;
mod event;
mod generic;
mod namespace;
mod node;
mod pod;
mod pod_template;
mod replica_set;
mod secret;
mod service;
mod service_account;
mod volume;
mod writer;

use crate::builder::Info;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;

pub use age::{age, age_of, rfc1123};
pub use event::{Events, interval};
pub use pod_template::pod_template;
pub use writer::Writer;

/// Writes about an object.
pub type Describe = fn(&mut Kubectl<'_, '_>, &Info, &mut Writer) -> Outcome<()>;

/// Who describes a kind.
pub fn describer(group: &str, kind: &str) -> Describe {
    match (group, kind) {
        ("", "Pod") => pod::describe,
        ("", "Node") => node::describe,
        ("", "Service") => service::describe,
        ("", "Namespace") => namespace::describe,
        ("", "ConfigMap") => config_map::describe,
        ("", "Secret") => secret::describe,
        ("", "ServiceAccount") => service_account::describe,
        ("apps", "Deployment") => deployment::describe,
        ("apps", "ReplicaSet") => replica_set::describe,
        _ => generic::describe,
    }
}
