//! The registry of scheduling plugins: one file and one line here for each.

mod default_binder;
mod default_preemption;
mod dynamic_resources;
mod image_locality;
mod inter_pod_affinity;
mod node_affinity;
mod node_declared_features;
mod node_name;
mod node_ports;
mod node_resources_balanced_allocation;
mod node_resources_fit;
mod node_unschedulable;
mod node_volume_limits;
pub(super) mod pod_topology_spread;
mod priority_sort;
mod resource_allocation;
mod scheduling_gates;
mod taint_toleration;
mod volume_binding;
mod volume_restrictions;
mod volume_zone;

use std::sync::Arc;

use super::configuration::args::PluginArgs;
use super::framework::plugin::Plugin;
use super::framework::profile::{Member, Profile};

/// A plugin as it is known by name.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    pub name: &'static str,
    /// How much its score counts by default; 0 for a plugin that does not score.
    pub weight: i32,
    pub make: fn(&PluginArgs) -> Arc<dyn Plugin>,
}

const fn plugin(name: &'static str, weight: i32, make: fn(&PluginArgs) -> Arc<dyn Plugin>) -> Registration {
    Registration { name, weight, make }
}

/// The default plugins of v1.36 with the weights of their scores. The order is that in which filters are asked.
pub const DEFAULTS: &[Registration] = &[
    plugin("SchedulingGates", 0, |_| Arc::new(scheduling_gates::SchedulingGates)),
    plugin("PrioritySort", 0, |_| Arc::new(priority_sort::PrioritySort)),
    plugin("NodeUnschedulable", 0, |_| Arc::new(node_unschedulable::NodeUnschedulable)),
    plugin("NodeName", 0, |_| Arc::new(node_name::NodeName)),
    plugin("TaintToleration", 3, |_| Arc::new(taint_toleration::TaintToleration)),
    plugin("NodeAffinity", 2, |args| Arc::new(node_affinity::NodeAffinity::new(&args.node_affinity))),
    plugin("NodePorts", 0, |_| Arc::new(node_ports::NodePorts)),
    plugin("NodeResourcesFit", 1, |args| Arc::new(node_resources_fit::NodeResourcesFit::new(&args.node_resources_fit))),
    plugin("VolumeRestrictions", 0, |_| Arc::new(volume_restrictions::VolumeRestrictions)),
    plugin("NodeVolumeLimits", 0, |_| Arc::new(node_volume_limits::NodeVolumeLimits)),
    plugin("VolumeBinding", 0, |args| Arc::new(volume_binding::VolumeBinding::new(&args.volume_binding))),
    plugin("VolumeZone", 0, |_| Arc::new(volume_zone::VolumeZone)),
    plugin("PodTopologySpread", 2, |args| Arc::new(pod_topology_spread::PodTopologySpread::new(&args.pod_topology_spread))),
    plugin("InterPodAffinity", 2, |args| Arc::new(inter_pod_affinity::InterPodAffinity::new(&args.inter_pod_affinity))),
    plugin("DynamicResources", 2, |_| Arc::new(dynamic_resources::DynamicResources)),
    plugin("DefaultPreemption", 0, |args| Arc::new(default_preemption::DefaultPreemption::new(&args.default_preemption))),
    plugin("NodeResourcesBalancedAllocation", 1, |args| {
        Arc::new(node_resources_balanced_allocation::NodeResourcesBalancedAllocation::new(&args.node_resources_balanced_allocation))
    }),
    plugin("ImageLocality", 1, |_| Arc::new(image_locality::ImageLocality)),
    plugin("DefaultBinder", 0, |_| Arc::new(default_binder::DefaultBinder)),
    plugin("NodeDeclaredFeatures", 0, |_| Arc::new(node_declared_features::NodeDeclaredFeatures)),
];

/// The profile of a scheduler that nobody configured.
pub fn default_profile() -> Profile {
    let args = PluginArgs::default();
    let member = |registration: &Registration| Member { plugin: (registration.make)(&args), weight: i64::from(registration.weight) };
    Profile::of_all("default-scheduler", DEFAULTS.iter().map(member).collect())
}
