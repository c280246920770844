//! What a cluster is made with.
//!
//! Models: the flags of kube-apiserver, kube-controller-manager and kubeadm, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use podarium_api::time::Epoch;

use crate::controllers;
use crate::flags::Flags;
use crate::system::SystemPods;

/// What a cluster is made with.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub seed: u64,
    pub epoch: Epoch,
    /// One way between a component and the API server; each message takes up to half as long again.
    pub network: Duration,
    /// What a write costs in the API server and etcd; likewise.
    pub write: Duration,
    /// Whether the API versions of 2019 are served too (`compat: course-2019`).
    pub compat_2019: bool,
    /// Host and port under which clients find the API server, as discovery says.
    pub address: String,
    /// Whether it has the add-on that measures what pods and nodes use.
    pub metrics_server: bool,
    /// How kube-controller-manager is started.
    pub controller_manager: controllers::Options,
    /// Whether ingress-nginx is installed.
    pub ingress_nginx: bool,
    /// Whether the recommender of the vertical pod autoscaler is.
    pub vertical_pod_autoscaler: bool,
    /// Which of Kubernetes' own components are pods.
    pub system_pods: SystemPods,
    /// Whether it runs in a cloud, which gives Services of the type LoadBalancer their addresses.
    pub cloud: bool,
    /// With which flags the API server runs.
    pub flags: Flags,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            seed: 1,
            epoch: Epoch::default(),
            network: Duration::from_micros(400),
            write: Duration::from_millis(3),
            compat_2019: false,
            cloud: false,
            metrics_server: false,
            controller_manager: controllers::Options::default(),
            ingress_nginx: false,
            vertical_pod_autoscaler: false,
            system_pods: SystemPods::None,
            address: "10.0.0.2:6443".to_owned(),
            flags: Flags::default(),
        }
    }
}
