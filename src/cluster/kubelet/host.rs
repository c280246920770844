//! What all pods of a node share: its configuration, clocks, events, pulls, addresses.
//!
//! Models: pkg/kubelet/kubelet.go (the loops' periods), pkg/kubelet/pleg/generic.go (relist), v1.36.
//! Simplified: a relist takes no time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Object, Pod, Resource as _, Service};
use podarium_sim::Time;

use super::NodeConfig;
use super::addresses::Addresses;
use super::agenda::Agenda;
use super::calls::Caller;
use super::events::Events;
use super::node_metrics::Counts;
use super::node_processes::NodeProcesses;
use super::eviction::Pressure;
use super::pod::Uid;
use super::puller::Puller;
use super::status_writer::StatusQueue;
use super::tunnels::Tunnels;
use crate::cause::Cause;
use crate::client::{EventType, Happening};
use crate::component::{Ctx, RequestId};
use crate::images::ImageCatalog;
use crate::network::PodCall;
use crate::store::Key;

const PERIOD: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(super) struct Host {
    pub config: Arc<NodeConfig>,
    pub images: Arc<ImageCatalog>,
    pub agenda: Agenda,
    pub events: Events,
    pub puller: Puller,
    pub addresses: Addresses,
    pub statuses: StatusQueue,
    /// All Services, of which containers are told in their environment.
    pub services: BTreeMap<Key, Arc<Service>>,
    /// Requests of pods that wait for an answer.
    pub asked: BTreeMap<RequestId, Uid>,
    /// Who waits for what programs in pods have asked for.
    pub callers: BTreeMap<PodCall, Caller>,
    /// The connections that carry bytes to ports of pods.
    pub tunnels: Tunnels,
    /// When the kubelet started; its loops count from here.
    pub started: Time,
    /// How far the relists lie behind the start, and the checks of the work queue.
    relist_offset: Duration,
    tick_offset: Duration,
    /// Why pods cannot be given a network, if they cannot.
    pub network_error: Option<&'static str>,
    /// What the machine is short of.
    pub pressures: Vec<Pressure>,
    /// The machine is being shut down.
    pub shutting_down: bool,
    /// The numbers of processes, for pods that see all of the machine's.
    pub processes: NodeProcesses,
    pub counts: Counts,
}

impl Host {
    pub fn new(config: Arc<NodeConfig>, images: Arc<ImageCatalog>) -> Self {
        Host {
            agenda: Agenda::default(),
            events: Events::new(&config.name),
            puller: Puller::new(&config, &images),
            addresses: Addresses::new(&config.pod_cidr),
            statuses: StatusQueue::default(),
            services: BTreeMap::new(),
            asked: BTreeMap::new(),
            callers: BTreeMap::new(),
            tunnels: Tunnels::new(),
            started: Time::ZERO,
            relist_offset: Duration::ZERO,
            tick_offset: Duration::ZERO,
            network_error: None,
            pressures: Vec::new(),
            shutting_down: false,
            processes: NodeProcesses::default(),
            counts: Counts::default(),
            config,
            images,
        }
    }

    /// The kubelet's process starts.
    pub fn start(&mut self, ctx: &mut Ctx<'_>) {
        self.started = ctx.now();
        self.relist_offset = ctx.stream().jitter(PERIOD, 1.0) - PERIOD;
        self.tick_offset = ctx.stream().jitter(PERIOD, 1.0) - PERIOD;
    }

    /// The first relist of all containers after this moment; there is one every second.
    pub fn next_relist(&self, after: Time) -> Time {
        next_on_grid(self.started + self.relist_offset, PERIOD, after)
    }

    /// When work that is due at this moment is found: the work queue is looked at every second.
    pub fn next_tick(&self, due: Time) -> Time {
        next_on_grid(self.started + self.tick_offset, PERIOD, due)
    }

    /// Records an event about a pod or, with its name, about one of its containers.
    pub fn pod_event(&mut self, pod: &Arc<Pod>, container: Option<&str>, event_type: EventType, reason: &str, message: &str, cause: Cause, ctx: &mut Ctx<'_>) {
        let path = container.map(|name| field_path(pod, name)).unwrap_or_default();
        let about: Object = pod.clone().into_object();
        self.events.record(Happening { about: &about, field_path: &path, event_type, reason, message }, cause, ctx);
    }
}

/// `spec.containers{web}`, `spec.initContainers{setup}` or `spec.ephemeralContainers{debugger}`.
fn field_path(pod: &Pod, container: &str) -> String {
    let is_init = pod.spec.init_containers.iter().flatten().any(|init| init.name == container);
    let is_debugger = pod.spec.ephemeral_containers.iter().flatten().any(|debugger| debugger.name == container);
    let list = if is_init { "initContainers" } else if is_debugger { "ephemeralContainers" } else { "containers" };
    format!("spec.{list}{{{container}}}")
}

/// The first of `origin`, `origin + period`, … after `after`.
pub(super) fn next_on_grid(origin: Time, period: Duration, after: Time) -> Time {
    if after < origin {
        return origin;
    }
    let periods = (after - origin).as_nanos() / period.as_nanos() + 1;
    origin + period * u32::try_from(periods).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_strictly_ahead() {
        let next = |after| next_on_grid(Time::from_millis(300), PERIOD, Time::from_millis(after)).as_millis();
        assert_eq!([next(0), next(300), next(301), next(1299), next(1300)], [300, 1300, 1300, 1300, 2300]);
    }
}
