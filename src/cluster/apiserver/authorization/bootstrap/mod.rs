//! What a new cluster allows: the default roles and bindings, which kube-apiserver makes when it starts.
//!
//! Tables of data in the files beside this one, and [`objects`], which makes objects of them.

mod bindings;
mod cluster_roles;
mod controller_roles;
mod objects;

pub(crate) use objects::{objects, objects_of_the_cloud, objects_of_the_csi_driver};
use objects::{Binding, Role, account, group, named, rule, urls, user};
