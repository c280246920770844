//! Kubernetes' own components as pods in kube-system: where they come from, and what it means when one of them runs or not.
//!
//! What a component does is a [`Component`](crate::Component) beside the pods. The container of such a pod starts and stops it: so
//! a cluster without a scheduler's container leaves pods Pending, one without kube-proxy on a node keeps that node's old
//! rules, and one without CoreDNS finds no names.
//!
//! Where to look: `parts` (the components, their images, and what starting and stopping does), `addons` (what kubeadm
//! applies: CoreDNS and kube-proxy), `kubeadm` (what it writes down), `ingress_nginx` and `vertical_pod_autoscaler` (add-ons whose programs are images like others), `static_pods` (the control plane's own manifests on its node).

mod addons;
mod ingress_nginx;
mod kubeadm;
mod parts;
mod static_pods;
mod vertical_pod_autoscaler;

pub use parts::Part;
pub use static_pods::{CONTROL_PLANE_NODE, MANIFESTS, control_plane_node};

pub(crate) use addons::objects;
pub(crate) use ingress_nginx::ingress_nginx_objects;
pub(crate) use parts::{IMAGES, images_of_every_node, part_of};
pub(crate) use static_pods::{MARKS, api_server_arguments, manifests};
pub(crate) use vertical_pod_autoscaler::vertical_pod_autoscaler_objects;

/// The release of the components.
pub(crate) const VERSION: &str = "v1.36.2";

/// Where the control plane's components are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SystemPods {
    /// None of them is a pod: the control plane and everything that it needs is out of sight.
    #[default]
    None,
    /// As a cloud has it: the control plane is out of sight; kube-proxy and CoreDNS are pods on the nodes.
    Hosted,
    /// As kubeadm has it: the control plane's components are static pods of a node of their own, too.
    Kubeadm,
}
