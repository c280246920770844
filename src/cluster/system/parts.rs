//! The components that are pods: by which container one knows them, and what happens when it starts or ends.
//!
//! Models: cmd/kubeadm/app/constants/constants.go (images), v1.36; the processes in these images.
//! Simplified: there is one of each; a second instance (kept waiting by leader election) changes nothing. A container of
//! another name and image in kube-system is none of them.

use super::VERSION;
use crate::cluster::Cluster;
use crate::component::ComponentId;
use crate::controllers::ControllerManager;
use crate::network::KubeProxy;
use crate::nodes::proxy_name;
use crate::scheduler::Scheduler;

/// A component of Kubernetes that runs in a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Etcd,
    ApiServer,
    ControllerManager,
    Scheduler,
    KubeProxy,
    CoreDns,
}

/// Their images, and what these weigh.
pub(crate) const IMAGES: [(Part, &str, &str, u64); 6] = [
    (Part::Etcd, "registry.k8s.io/etcd", "3.6.8-0", 23_600_000),
    (Part::ApiServer, "registry.k8s.io/kube-apiserver", VERSION, 27_900_000),
    (Part::ControllerManager, "registry.k8s.io/kube-controller-manager", VERSION, 23_500_000),
    (Part::Scheduler, "registry.k8s.io/kube-scheduler", VERSION, 17_900_000),
    (Part::KubeProxy, "registry.k8s.io/kube-proxy", VERSION, 26_100_000),
    (Part::CoreDns, "registry.k8s.io/coredns/coredns", "v1.14.2", 23_600_000),
];

/// The component that a container of kube-system with this image is.
pub(crate) fn part_of(namespace: &str, image: &str) -> Option<Part> {
    if namespace != "kube-system" {
        return None;
    }
    let name = image.split('@').next().unwrap_or_default();
    let name = name.rsplit_once(':').map_or(name, |(name, _)| name);
    IMAGES.iter().find(|(_, known, ..)| *known == name).map(|(part, ..)| *part)
}

impl Part {
    pub(crate) fn image(self) -> String {
        let (_, name, tag, _) = IMAGES.iter().find(|(part, ..)| *part == self).expect("every part has an image");
        format!("{name}:{tag}")
    }
}

impl Cluster {
    /// The container of a component has started on the machine of this kubelet, or has ended.
    pub(crate) fn part_changed(&mut self, kubelet: ComponentId, part: Part, runs: bool) {
        match part {
            Part::KubeProxy => {
                let Some(node) = self.node_of_kubelet(kubelet) else { return };
                let Some(id) = self.component_id(&proxy_name(&node)) else { return };
                self.run_component(id, runs, |_| KubeProxy::new(&node));
            }
            Part::Scheduler => {
                let Some(id) = self.component_id("kube-scheduler") else { return };
                self.run_component(id, runs, |cluster| Scheduler::configured("control-plane", &cluster.scheduler_configuration));
            }
            Part::ControllerManager => {
                let Some(id) = self.component_id("kube-controller-manager") else { return };
                self.run_component(id, runs, ControllerManager::standard);
            }
            Part::ApiServer => self.set_api_server_down(!runs),
            Part::Etcd => self.etcd_is_down = !runs,
            // Its pods are asked on each look-up.
            Part::CoreDns => {}
        }
    }

    fn run_component<C: crate::Component + 'static>(&mut self, id: ComponentId, runs: bool, make: impl FnOnce(&Cluster) -> C) {
        match (runs, self.is_running(id)) {
            (true, false) => {
                let component = make(self);
                self.restart(id, component);
            }
            (false, true) => self.stop(id),
            _ => {}
        }
    }
}

/// The images that kubeadm has every node pull before it begins.
pub(crate) fn images_of_every_node() -> Vec<String> {
    IMAGES.iter().map(|(part, ..)| part.image()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_known_by_their_images_in_their_namespace() {
        assert_eq!(part_of("kube-system", "registry.k8s.io/kube-proxy:v1.36.2"), Some(Part::KubeProxy));
        assert_eq!(part_of("default", "registry.k8s.io/kube-proxy:v1.36.2"), None);
        assert_eq!(part_of("kube-system", "nginx:1.27"), None);
        assert_eq!(part_of("kube-system", &Part::CoreDns.image()), Some(Part::CoreDns));
    }
}
