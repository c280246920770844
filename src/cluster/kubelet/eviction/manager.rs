//! The round, every ten seconds: measure, say what the node is short of, free what nobody uses, end a pod if that is not
//! enough. When one has been ended, the next round comes as soon as it is gone.
//!
//! Models: pkg/kubelet/eviction/eviction_manager.go (synchronize, Admit, evictPod, waitForPodsCleanup), v1.36.
//! Simplified: the kernel does not tell of thresholds, so they are looked at in the rounds only, as by default.

use std::time::Duration;

use podarium_api::Pod;
use podarium_api::pod_state::qos_class;
use podarium_sim::Time;

use super::super::admission::{Refusal, tolerates};
use super::super::agenda::Sleeper;
use super::super::kubelet::Kubelet;
use super::super::pod::{PodState, Uid};
use super::super::worker::{Killing, Verdict};
use super::ranking::{ContainerUse, PodUse, message, rank};
use super::thresholds::{Observation, Observations, Pressure, Record, Signal};
use super::{EVICTED, limits};
use crate::client::EventType;
use crate::component::Ctx;
use crate::metrics_server::SYSTEM_MEMORY;

const PERIOD: Duration = Duration::from_secs(10);
/// How long the end of a pod is waited for, and how often it is looked for.
const CLEANUP: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_secs(1);
/// What a pod gets that is ended by a hard threshold.
const AT_ONCE_SECONDS: i64 = 1;
/// The room that the machine's own programs take, and how many processes there may be and are without pods.
pub(in crate::kubelet) const SYSTEM_DISK: u64 = 5 << 30;
pub(in crate::kubelet) const MOST_PROCESSES: u64 = 32_768;
pub(in crate::kubelet) const SYSTEM_PROCESSES: u64 = 150;

#[derive(Clone, Debug, Default)]
pub(in crate::kubelet) struct EvictionManager {
    record: Record,
    pressures: Vec<Pressure>,
    /// Pods that were ended and are not gone yet, and until when that is waited for.
    leaving: Option<(Vec<Uid>, Time)>,
}

impl EvictionManager {
    /// Whether a pod may come while the node is short of something.
    pub fn admit(&self, pod: &Pod) -> Result<(), Refusal> {
        let critical = pod.spec.priority.unwrap_or(0) >= super::super::configuration::CRITICAL;
        if self.pressures.is_empty() || critical {
            return Ok(());
        }
        if self.pressures == [Pressure::Memory] {
            let taint = k8s_openapi::api::core::v1::Taint { key: "node.kubernetes.io/memory-pressure".to_owned(), effect: "NoSchedule".to_owned(), ..Default::default() };
            if qos_class(&pod.spec) != "BestEffort" || pod.spec.tolerations.iter().flatten().any(|toleration| tolerates(toleration, &taint)) {
                return Ok(());
            }
        }
        let names: Vec<&str> = self.pressures.iter().map(|pressure| pressure.condition()).collect();
        Err((EVICTED.to_owned(), format!("The node had condition: [{}]. ", names.join(" "))))
    }
}

impl Kubelet {
    /// The first round comes when the kubelet starts.
    pub(in crate::kubelet) fn start_eviction(&mut self, ctx: &Ctx<'_>) {
        self.host.agenda.set(Sleeper::Eviction, Some(ctx.now() + LOOK));
    }

    pub(in crate::kubelet) fn run_eviction(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        if let Some((uids, until)) = self.eviction.leaving.take() {
            let gone = |uid: &Uid| self.pods.get(uid).is_none_or(|state| state.worker.finished);
            if !uids.iter().all(gone) && now < until {
                self.eviction.leaving = Some((uids, until));
                return self.host.agenda.set(Sleeper::Eviction, Some(now + LOOK));
            }
        }
        let evicted = self.eviction_round(ctx);
        let next = if evicted.is_empty() { PERIOD } else { LOOK };
        self.eviction.leaving = (!evicted.is_empty()).then_some((evicted, now + CLEANUP));
        self.host.agenda.set(Sleeper::Eviction, Some(now + next));
    }

    fn eviction_round(&mut self, ctx: &mut Ctx<'_>) -> Vec<Uid> {
        let (now, config) = (ctx.now(), self.host.config.clone());
        let settings = &config.kubelet;
        let mut pods: Vec<PodUse> = self.pods.values().filter(|state| state.is_active()).map(|state| pod_use(state, now)).collect();
        let observations = self.observe(&pods);
        let (acting, pressures) = self.eviction.record.note(&settings.thresholds, &observations, settings.pressure_transition, now);
        if pressures != self.eviction.pressures {
            self.eviction.pressures = pressures.clone();
            self.host.pressures = pressures;
            self.check_node_soon(ctx);
        }
        let over: Vec<(Uid, (&'static str, String))> = pods.iter().filter(|one| !one.is_critical()).filter_map(|one| Some((one.uid.clone(), limits::complaint(one)?))).collect();
        if !over.is_empty() {
            over.iter().for_each(|(uid, (limit, text))| self.evict(uid, AT_ONCE_SECONDS, (limit, text), false, ctx));
            return over.into_iter().map(|(uid, _)| uid).collect();
        }
        let Some(first) = acting.first() else { return Vec::new() };
        let threshold = settings.thresholds[*first];
        let resource = threshold.signal.resource();
        self.node_event(EventType::Warning, "EvictionThresholdMet", &format!("Attempting to reclaim {resource}"), ctx);
        if matches!(threshold.signal, Signal::ImageFsAvailable | Signal::NodeFsAvailable) {
            let used: Vec<_> = self.pods.values().flat_map(|state| state.runtime.running().map(|record| record.image.clone())).collect();
            self.host.puller.remove_unused(&used);
            self.note_images(ctx);
            if Record::would_do(&settings.thresholds, &self.observe(&pods)) {
                return Vec::new();
            }
        }
        rank(threshold.signal, &mut pods);
        let Some(one) = pods.iter().find(|one| !one.is_critical()) else { return Vec::new() };
        let grace = match threshold.is_hard() {
            true => AT_ONCE_SECONDS,
            false => settings.max_pod_grace_seconds.min(one.pod.spec.termination_grace_period_seconds.unwrap_or(i64::MAX)),
        };
        // Of several thresholds for the same thing the first is told of.
        let told = acting.iter().map(|index| &settings.thresholds[*index]).find(|other| other.signal.resource() == resource).unwrap_or(&threshold);
        let observed = observations[&told.signal];
        let (uid, text) = (one.uid.clone(), message(threshold.signal, one, told.amount.of(observed.capacity), observed.available));
        self.evict(&uid, grace, (threshold.signal.name(), &text), true, ctx);
        vec![uid]
    }

    fn observe(&self, pods: &[PodUse]) -> Observations {
        let config = &self.host.config;
        let observation = |capacity: u64, used: u64| Observation { available: capacity.saturating_sub(used) & !0xfff, capacity };
        let disk = observation(config.ephemeral_storage_bytes, SYSTEM_DISK + self.host.puller.bytes() + pods.iter().map(PodUse::disk).sum::<u64>());
        let processes = SYSTEM_PROCESSES + pods.iter().map(|one| one.processes).sum::<u64>();
        [
            (Signal::MemoryAvailable, observation(config.memory_bytes, SYSTEM_MEMORY + pods.iter().map(PodUse::memory).sum::<u64>())),
            (Signal::NodeFsAvailable, disk),
            (Signal::ImageFsAvailable, disk),
            (Signal::PidAvailable, Observation { available: MOST_PROCESSES.saturating_sub(processes), capacity: MOST_PROCESSES }),
        ]
        .into()
    }

    fn evict(&mut self, uid: &Uid, grace_seconds: i64, (counted, text): (&'static str, &str), disruption: bool, ctx: &mut Ctx<'_>) {
        let Some(state) = self.pods.get_mut(uid) else { return };
        self.host.counts.evicted(counted);
        let state = std::sync::Arc::make_mut(state);
        state.event(None, EventType::Warning, EVICTED, text, &mut self.host, ctx);
        let verdict = Verdict { reason: EVICTED, message: text.to_owned(), spares_success: false, disruption };
        state.kill(Killing { grace_seconds, verdict }, ctx.now());
        self.run_pod(uid, ctx);
    }
}

fn pod_use(state: &PodState, now: Time) -> PodUse {
    let processes = || state.runtime.containers.iter().filter_map(|container| Some((container, container.process.as_ref()?)));
    PodUse {
        uid: state.uid.clone(),
        pod: state.pod.clone(),
        found: state.runtime.sandbox.is_some(),
        containers: processes()
            .map(|(container, process)| ContainerUse { name: container.record.name.to_string(), memory: process.memory_bytes(now), disk: process.written_bytes() })
            .collect(),
        volumes: state.runtime.volumes.iter().filter(|(_, volume)| !volume.is_in_memory()).map(|(name, volume)| (name.to_string(), volume.used_bytes())).collect(),
        in_memory: state.runtime.volumes.values().filter(|volume| volume.is_in_memory()).map(|volume| volume.used_bytes()).sum(),
        processes: processes().map(|(_, process)| process.processes()).sum(),
    }
}
