//! The registry of scheduling plugins: one file and one line here for each.
//!
//! Of the default plugins of v1.36 NodeDeclaredFeatures is not here yet.

mod default_binder;
mod default_preemption;
mod dynamic_resources;
mod image_locality;
mod inter_pod_affinity;
mod node_affinity;
mod node_name;
mod node_ports;
mod node_resources_balanced_allocation;
mod node_resources_fit;
mod node_unschedulable;
mod node_volume_limits;
mod pod_topology_spread;
mod priority_sort;
mod scheduling_gates;
mod taint_toleration;
mod volume_binding;
mod volume_restrictions;
mod volume_zone;

use super::framework::plugin::Plugin;
use super::framework::runtime::{Profile, Registration};

const fn plugin(plugin: &'static dyn Plugin, weight: i64) -> Registration {
    Registration { plugin, weight }
}

/// The default profile of v1.36 with the weights of its scores. The order is that in which filters are asked.
pub const DEFAULT_PROFILE: Profile = Profile {
    scheduler_name: "default-scheduler",
    plugins: &[
        plugin(&scheduling_gates::SchedulingGates, 0),
        plugin(&priority_sort::PrioritySort, 0),
        plugin(&node_unschedulable::NodeUnschedulable, 0),
        plugin(&node_name::NodeName, 0),
        plugin(&taint_toleration::TaintToleration, 3),
        plugin(&node_affinity::NodeAffinity, 2),
        plugin(&node_ports::NodePorts, 0),
        plugin(&node_resources_fit::NodeResourcesFit, 1),
        plugin(&volume_restrictions::VolumeRestrictions, 0),
        plugin(&node_volume_limits::NodeVolumeLimits, 0),
        plugin(&volume_binding::VolumeBinding, 0),
        plugin(&volume_zone::VolumeZone, 0),
        plugin(&pod_topology_spread::PodTopologySpread, 2),
        plugin(&inter_pod_affinity::InterPodAffinity, 2),
        plugin(&dynamic_resources::DynamicResources, 2),
        plugin(&default_preemption::DefaultPreemption, 0),
        plugin(&node_resources_balanced_allocation::NodeResourcesBalancedAllocation, 1),
        plugin(&image_locality::ImageLocality, 1),
        plugin(&default_binder::DefaultBinder, 0),
    ],
};
