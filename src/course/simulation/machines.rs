//! The cluster that a scenario describes: its machines, its images, its API versions.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::quantity::Quantity as Amount;
use podarium_api::time::Epoch;
use podarium_cluster::cloud::autoscaler::{Naming, NodeGroup};
use podarium_cluster::flags::Flags;
use podarium_cluster::controllers::Options;
use podarium_cluster::images::{self, Behavior, ImageCatalog};
use podarium_cluster::kubelet::{KubeletConfiguration, NodeConfig};
use podarium_cluster::scheduler::configuration::SchedulerConfiguration;
use podarium_cluster::storage::driver::Disks;
use podarium_cluster::system::SystemPods;
use podarium_cluster::{Cluster, Config};

use crate::{Addon, Base, Compat, Image, LogLine, NodeSpec, Quantity, Scenario, Storage, System};

/// What an image weighs whose scenario does not say.
const IMAGE_BYTES: u64 = 50 << 20;

pub(super) fn cluster(scenario: &Scenario, seed: u64, epoch: Epoch) -> Cluster {
    let mut catalog = ImageCatalog::standard();
    for image in &scenario.images {
        catalog.add(image_of(image));
    }
    let compat_2019 = scenario.compat == Compat::Course2019;
    let system_pods = match scenario.cluster.system {
        System::Hidden => SystemPods::None,
        System::Hosted => SystemPods::Hosted,
        System::Kubeadm => SystemPods::Kubeadm,
    };
    let ingress_nginx = scenario.cluster.addons.contains(&Addon::IngressNginx);
    let vertical_pod_autoscaler = scenario.cluster.addons.contains(&Addon::VerticalPodAutoscaler);
    let metrics_server = scenario.cluster.addons.contains(&Addon::MetricsServer);
    let asked = &scenario.cluster.controller_manager;
    let controller_manager = Options { kube_api_qps: asked.kube_api_qps, kube_api_burst: asked.kube_api_burst, allocate_node_cidrs: asked.allocate_node_cidrs };
    let flags = flags_of(scenario);
    let mut cluster = Cluster::new(Config { seed, epoch, compat_2019, controller_manager, cloud: scenario.cluster.cloud, metrics_server, ingress_nginx, vertical_pod_autoscaler, system_pods, flags, ..Config::default() });
    cluster.bootstrap_with(&scheduler_of(scenario));
    cluster.set_images(Arc::new(catalog));
    match scenario.cluster.storage {
        Storage::None => {}
        Storage::Local => cluster.add_storage(Disks::Local),
        Storage::Zonal => cluster.add_storage(Disks::Zonal),
    }
    if scenario.cluster.system == System::Kubeadm {
        cluster.add_control_plane_node();
    }
    for (index, (_, machine)) in scenario.cluster.machines().into_iter().enumerate() {
        let kubelet = kubelet_of(scenario);
        cluster.add_node(NodeConfig { kubelet, ..node_of(&machine, u32::try_from(index).unwrap_or(u32::MAX)) });
    }
    if scenario.cluster.addons.contains(&Addon::ClusterAutoscaler) {
        cluster.start_autoscaler(groups_of(scenario));
    }
    cluster
}

/// The machines that come and go.
fn groups_of(scenario: &Scenario) -> Vec<NodeGroup> {
    let machines = scenario.cluster.machines();
    let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let group = |(at, group, bounds): (usize, &crate::NodeGroup, crate::Autoscale)| NodeGroup {
        id: group.prefix().to_owned(),
        min: size(bounds.min),
        max: size(bounds.max),
        template: NodeConfig {
            kubelet: kubelet_of(scenario),
            network_ready_in: Duration::from_secs(10),
            ..node_of(&group.machine(group.prefix().to_owned(), 0), 0)
        },
        naming: Naming::Counted(group.prefix().to_owned()),
        machines: machines.iter().filter(|(of, _)| *of == at).map(|(_, machine)| machine.name.clone()).collect(),
    };
    scenario.cluster.autoscaled().into_iter().map(group).collect()
}

/// The loader has checked the configuration; one that cannot be read counts as none.
fn scheduler_of(scenario: &Scenario) -> SchedulerConfiguration {
    let configured = scenario.cluster.scheduler.as_ref().and_then(|written| SchedulerConfiguration::parse(written).ok());
    configured.unwrap_or_default()
}

fn flags_of(scenario: &Scenario) -> Flags {
    let written = scenario.cluster.api_server.as_ref().and_then(|written| Flags::parse(written).ok());
    written.unwrap_or_default()
}

fn kubelet_of(scenario: &Scenario) -> KubeletConfiguration {
    let configured = scenario.cluster.kubelet.as_ref().and_then(|written| KubeletConfiguration::parse(written).ok());
    KubeletConfiguration { cluster_dns: flags_of(scenario).services.name_server(), ..configured.unwrap_or_default() }
}

/// The loader has checked every quantity; one that cannot be read counts as nothing.
fn amount(quantity: &Quantity) -> Amount {
    quantity.0.parse().unwrap_or_default()
}

fn bytes(quantity: &Quantity) -> u64 {
    u64::try_from(amount(quantity).value()).unwrap_or(0)
}

fn millis(quantity: &Quantity) -> u64 {
    u64::try_from(amount(quantity).milli_value()).unwrap_or(0)
}

fn node_of(spec: &NodeSpec, index: u32) -> NodeConfig {
    let taint = |taint: &crate::Taint| k8s_openapi::api::core::v1::Taint {
        key: taint.key.clone(),
        value: (!taint.value.is_empty()).then(|| taint.value.clone()),
        effect: taint.effect.clone(),
        time_added: None,
    };
    NodeConfig {
        cpu_millis: millis(&spec.cpu),
        memory_bytes: bytes(&spec.memory),
        pods: spec.pods,
        zone: spec.zone.clone(),
        labels: spec.labels.clone(),
        taints: spec.taints.iter().map(taint).collect(),
        // The lesson begins with machines that are up.
        boots_in: Duration::ZERO,
        network_ready_in: Duration::ZERO,
        ..NodeConfig::new(&spec.name, index)
    }
}

fn image_of(image: &Image) -> images::Image {
    let layers = image.layers.iter().map(|layer| images::Layer { name: layer.name.clone(), bytes: bytes(&layer.size) });
    let mut made = images::Image::new(&image.name.0, image.size.as_ref().map_or(IMAGE_BYTES, bytes));
    if !image.layers.is_empty() {
        made.layers = layers.collect();
    }
    made.version = image.version().to_owned();
    made.user = image.user;
    made.files = image.files.iter().map(|(path, text)| (path.clone(), text.clone())).collect();
    made.base = match image.base {
        Base::Scratch => images::Base::Scratch,
        Base::Busybox => images::Base::Busybox,
        Base::Alpine => images::Base::Alpine,
        Base::Debian => images::Base::Debian,
    };
    if !image.command.is_empty() {
        return images::Image { behavior: None, programs: Vec::new(), entrypoint: image.command.clone(), args: Vec::new(), ..made };
    }
    let default = Behavior::default();
    let leaks = image.leaks.as_ref();
    let lost = |of: Option<&Quantity>| of.map_or(0, bytes);
    made.with(Behavior {
        leaks: images::Leaks { per_request: lost(leaks.and_then(|leaks| leaks.per_request.as_ref())), per_second: lost(leaks.and_then(|leaks| leaks.per_second.as_ref())) },
        starts_in: image.starts_in.0,
        ready_after: image.ready_after.0,
        stops_in: Some(image.stops_in.0),
        exits: image.exits.iter().map(|exit| images::Exit { after: exit.after.0, code: exit.code }).collect(),
        logs: image
            .logs
            .iter()
            .map(|line| match line {
                LogLine::Once(text) => images::LogText::Once(text.clone()),
                LogLine::Repeated(line) => images::LogText::Every(line.every.0, line.line.clone()),
            })
            .collect(),
        serves: image
            .serves
            .iter()
            .map(|serves| images::Serves {
                port: serves.port,
                path: serves.path.clone(),
                status: serves.status,
                body: serves.body.clone(),
                takes: serves.takes.0,
                cpu: serves.cpu.0,
                memory_bytes: serves.memory.as_ref().map_or(0, bytes),
            })
            .collect(),
        workers: image.workers.and_then(|workers| usize::try_from(workers).ok()),
        memory_bytes: image.memory.as_ref().map_or(default.memory_bytes, bytes),
        cpu_millis: image.cpu.as_ref().map_or(default.cpu_millis, millis),
        ..default
    })
}
