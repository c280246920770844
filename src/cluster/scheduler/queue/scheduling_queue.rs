//! The pods that wait for a node: those to be tried now, those that back off, and those that wait for something to
//! change in the cluster.
//!
//! Models: pkg/scheduler/backend/queue/scheduling_queue.go, v1.36.
//! Simplified: no pod groups; the pods of one uid stand in one place by construction.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use imbl::{OrdMap, OrdSet};
use podarium_api::{Pod, Resource as _};
use podarium_sim::Time;

use super::backoff::{self, BackOff};
use super::in_flight::InFlight;
use super::nominator::Nominator;
use super::queued_pod::{QueuedPod, SortKey};
use super::requeueing::{Strategy, is_of_interest, is_registered, worth_requeueing};
use crate::Cause;
use crate::scheduler::framework::cluster_event::{Change, ClusterEvent, pod_update_events};
use crate::scheduler::framework::pod_info::PodInfo;
use crate::scheduler::framework::profile::{Point, Profiles};
use crate::scheduler::listers::Listers;

/// After this time a pod is tried even if nothing has happened that should help it.
const MAX_IN_UNSCHEDULABLE: Duration = Duration::from_secs(300);
/// How often that is checked.
pub const FLUSH_UNSCHEDULABLE_PERIOD: Duration = Duration::from_secs(30);

/// Where a pod waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Active,
    Backoff,
    /// Backs off because the machinery failed; not tried early even when there is nothing else to do.
    ErrorBackoff,
    Unschedulable,
}

type Uid = Arc<str>;

#[derive(Clone, Debug)]
struct Entry {
    pod: QueuedPod,
    place: Place,
    /// Breaks ties in the order of arrival.
    seq: u64,
}

#[derive(Clone, Debug)]
pub struct SchedulingQueue {
    profiles: Profiles,
    back_off: BackOff,
    entries: OrdMap<Uid, Arc<Entry>>,
    active: OrdSet<(SortKey, u64, Uid)>,
    backoff: OrdSet<(Time, SortKey, u64, Uid)>,
    error_backoff: OrdSet<(Time, u64, Uid)>,
    unschedulable: OrdSet<(u64, Uid)>,
    next_seq: u64,
    in_flight: InFlight,
    pub nominator: Nominator,
    /// Pods whose victims are being asked to go; they are not tried before that is done.
    pub preempting: BTreeSet<Uid>,
}

impl SchedulingQueue {
    pub fn new(profiles: impl Into<Profiles>, back_off: BackOff) -> Self {
        SchedulingQueue {
            profiles: profiles.into(),
            back_off,
            entries: OrdMap::new(),
            active: OrdSet::new(),
            backoff: OrdSet::new(),
            error_backoff: OrdSet::new(),
            unschedulable: OrdSet::new(),
            next_seq: 0,
            in_flight: InFlight::default(),
            nominator: Nominator::default(),
            preempting: BTreeSet::new(),
        }
    }

    pub fn place(&self, uid: &str) -> Option<Place> {
        self.entries.get(uid).map(|entry| entry.place)
    }

    pub fn get(&self, uid: &str) -> Option<&QueuedPod> {
        self.entries.get(uid).map(|entry| &entry.pod)
    }

    /// Whether a pod can be taken now.
    pub fn has_next(&self) -> bool {
        !self.active.is_empty() || !self.backoff.is_empty()
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a timer has anything to do.
    pub fn has_backing_off(&self) -> bool {
        !self.backoff.is_empty() || !self.error_backoff.is_empty()
    }

    pub fn has_unschedulable(&self) -> bool {
        !self.unschedulable.is_empty()
    }

    pub fn is_in_flight(&self, uid: &str) -> bool {
        self.in_flight.contains(uid)
    }

    /// A pod without a node has appeared.
    pub fn add(&mut self, pod: Arc<Pod>, now: Time, cause: Cause) {
        let info = Arc::new(PodInfo::new(pod));
        self.remove_entry(&info.uid);
        self.move_to_active(QueuedPod::new(info.clone(), now, cause), now, false);
        if self.place(&info.uid) == Some(Place::Active) {
            self.nominator.add(&info, None);
        }
    }

    /// A pod without a node has changed.
    pub fn update(&mut self, old: &Arc<Pod>, new: Arc<Pod>, now: Time, listers: &Listers, cause: Cause) {
        let uid = new.uid().to_owned();
        let change = Change::Pod { old: Some(old.clone()), new: Some(new.clone()) };
        let events = pod_update_events(old, &new);
        if self.in_flight.contains(&uid) {
            for event in events {
                self.in_flight.record(event, &change);
            }
            return;
        }
        let info = Arc::new(PodInfo::new(new));
        let Some(entry) = self.remove_entry(&uid) else {
            self.move_to_active(QueuedPod::new(info.clone(), now, cause), now, false);
            self.nominator.add(&info, None);
            return;
        };
        let (mut pod, place) = (entry.pod.clone(), entry.place);
        pod.info = info.clone();
        self.nominator.update(old.status.nominated_node_name.as_deref().unwrap_or_default(), &info);
        if place != Place::Unschedulable {
            self.insert(pod, place);
            return;
        }
        for event in events {
            let strategy = worth_requeueing(&self.profiles, listers, &pod, event, &change);
            if strategy != Strategy::Skip {
                pod.cause = cause;
                self.requeue(pod, strategy, now);
                return;
            }
        }
        self.insert(pod, Place::Unschedulable);
    }

    pub fn delete(&mut self, uid: &str) {
        self.nominator.remove(uid);
        self.remove_entry(uid);
    }

    /// Takes the next pod to be tried. When none is due, one that backs off is tried early rather than nobody.
    pub fn pop(&mut self) -> Option<QueuedPod> {
        loop {
            let uid = match (self.active.get_min(), self.backoff.get_min()) {
                (Some((.., uid)), _) | (None, Some((.., uid))) => uid.clone(),
                (None, None) => return None,
            };
            let entry = self.remove_entry(&uid).expect("the orders list only pods that are there");
            let mut pod = entry.pod.clone();
            pod.attempts += 1;
            if self.in_flight.take_off(uid) {
                return Some(pod);
            }
        }
    }

    /// The attempt is over and the pod needs the queue no more.
    pub fn done(&mut self, uid: &str) {
        self.in_flight.land(uid);
    }

    /// The attempt has failed. The events since its start decide where the pod waits.
    pub fn add_unschedulable(&mut self, mut pod: QueuedPod, now: Time, listers: &Listers) {
        let uid = pod.info.uid.clone();
        if self.entries.contains_key(&uid) {
            self.in_flight.land(&uid);
            return;
        }
        if pod.failed_by_error() {
            pod.consecutive_errors += 1;
        } else {
            pod.unschedulable_count += 1;
            pod.consecutive_errors = 0;
        }
        pod.timestamp = now;
        pod.backoff_expiration = None;
        pod.flushed_from_unschedulable = false;
        let strategy = self.strategy_for_in_flight(&pod, listers);
        self.requeue(pod, strategy, now);
        self.in_flight.land(&uid);
    }

    fn strategy_for_in_flight(&self, pod: &QueuedPod, listers: &Listers) -> Strategy {
        if pod.failed_by_error() {
            return Strategy::AfterBackoff;
        }
        let events = self.in_flight.events_for(&pod.info.uid);
        let strategies = events.iter().map(|(event, change)| worth_requeueing(&self.profiles, listers, pod, *event, change));
        strategies.max().unwrap_or(Strategy::Skip)
    }

    /// Something has happened: tries again whoever it may help. `concerns` narrows the pods down further.
    pub fn move_all(&mut self, event: ClusterEvent, change: &Change, now: Time, listers: &Listers, cause: Cause, concerns: impl Fn(&PodInfo) -> bool) {
        if !is_of_interest(&self.profiles, event) {
            return;
        }
        let waiting: Vec<Uid> = self.unschedulable.iter().map(|(_, uid)| uid.clone()).filter(|uid| concerns(&self.entries[uid].pod.info)).collect();
        self.move_pods(&waiting, event, change, now, listers, cause);
        self.in_flight.record(event, change);
    }

    fn move_pods(&mut self, waiting: &[Uid], event: ClusterEvent, change: &Change, now: Time, listers: &Listers, cause: Cause) {
        for uid in waiting {
            let pod = &self.entries[uid].pod;
            let gate_may_open = pod.gating_plugin.is_none_or(|name| {
                let plugin = self.profiles.of(&pod.info.pod).and_then(|profile| profile.plugin(name));
                plugin.is_some_and(|plugin| is_registered(plugin, event))
            });
            if !gate_may_open {
                continue;
            }
            let strategy = worth_requeueing(&self.profiles, listers, pod, event, change);
            if strategy != Strategy::Skip {
                let mut pod = self.remove_entry(uid).expect("it waits").pod.clone();
                pod.cause = cause;
                self.requeue(pod, strategy, now);
            }
        }
    }

    /// Once a second: pods whose back-off has ended are ready.
    pub fn flush_backoff(&mut self, now: Time) {
        let ended = |expiration: &Time| *expiration < backoff::align(now);
        let mut ready: Vec<Uid> = self.backoff.iter().take_while(|(end, ..)| ended(end)).map(|(.., uid)| uid.clone()).collect();
        ready.extend(self.error_backoff.iter().take_while(|(end, ..)| ended(end)).map(|(.., uid)| uid.clone()));
        for uid in ready {
            let entry = self.remove_entry(&uid).expect("it backs off");
            self.move_to_active(entry.pod.clone(), now, true);
        }
    }

    /// Every half minute: pods that have waited for five minutes are tried again for no reason.
    pub fn flush_unschedulable(&mut self, now: Time, listers: &Listers) {
        let overdue = |uid: &Uid| now.since(self.entries[uid].pod.timestamp) > MAX_IN_UNSCHEDULABLE;
        let overdue: Vec<Uid> = self.unschedulable.iter().map(|(_, uid)| uid.clone()).filter(overdue).collect();
        for uid in &overdue {
            if let Some(entry) = self.entries.get_mut(uid) {
                Arc::make_mut(entry).pod.flushed_from_unschedulable = true;
            }
        }
        if !overdue.is_empty() {
            self.move_pods(&overdue, ClusterEvent::UNSCHEDULABLE_TIMEOUT, &Change::None, now, listers, Cause::Timer("unschedulable timeout"));
        }
    }

    /// Tries the pod as soon as possible, whatever it waits for.
    pub fn activate(&mut self, uid: &str, now: Time) {
        match self.place(uid) {
            Some(place @ (Place::Unschedulable | Place::Backoff | Place::ErrorBackoff)) => {
                let entry = self.remove_entry(uid).expect("it waits");
                self.move_to_active(entry.pod.clone(), now, place != Place::Unschedulable);
            }
            Some(Place::Active) => {}
            None => self.in_flight.record(ClusterEvent::FORCE_ACTIVATE, &Change::None),
        }
    }

    fn requeue(&mut self, pod: QueuedPod, strategy: Strategy, now: Time) {
        match strategy {
            Strategy::Skip => self.insert(pod, Place::Unschedulable),
            Strategy::AfterBackoff if self.back_off.is_backing_off(&pod, now) => self.move_to_backoff(pod),
            Strategy::AfterBackoff | Strategy::Immediately => self.move_to_active(pod, now, false),
        }
    }

    fn move_to_active(&mut self, mut pod: QueuedPod, now: Time, from_backoff: bool) {
        // Whoever comes from the back-off passed the gates when entering it.
        if !from_backoff {
            self.run_pre_enqueue(&mut pod);
        }
        if pod.is_gated() {
            self.insert(pod, Place::Unschedulable);
            return;
        }
        pod.initial_attempt.get_or_insert(now);
        self.insert(pod, Place::Active);
    }

    fn move_to_backoff(&mut self, mut pod: QueuedPod) {
        self.run_pre_enqueue(&mut pod);
        let place = match () {
            () if pod.is_gated() => Place::Unschedulable,
            () if pod.failed_by_error() => Place::ErrorBackoff,
            () => Place::Backoff,
        };
        self.insert(pod, place);
    }

    fn run_pre_enqueue(&self, pod: &mut QueuedPod) {
        pod.gating_plugin = None;
        for (_, plugin) in self.profiles.of(&pod.info.pod).into_iter().flat_map(|profile| profile.at(Point::PreEnqueue)) {
            if let Some(point) = plugin.as_pre_enqueue()
                && point.pre_enqueue(&pod.info, &self.preempting).is_err()
            {
                pod.unschedulable_plugins.insert(plugin.name());
                pod.gating_plugin = Some(plugin.name());
                return;
            }
        }
    }

    fn sort_key(&self, pod: &QueuedPod) -> SortKey {
        let sort = self.profiles.first().at(Point::QueueSort).find_map(|(_, plugin)| plugin.as_queue_sort());
        sort.expect("every profile sorts its queue").key(pod)
    }

    fn insert(&mut self, mut pod: QueuedPod, place: Place) {
        let seq = self.next_seq;
        self.next_seq += 1;
        let uid = pod.info.uid.clone();
        match place {
            Place::Active => {
                self.active.insert((self.sort_key(&pod), seq, uid.clone()));
            }
            Place::Backoff | Place::ErrorBackoff => {
                let end = self.back_off.expiration(&pod);
                pod.backoff_expiration = Some(end);
                if place == Place::Backoff {
                    self.backoff.insert((end, self.sort_key(&pod), seq, uid.clone()));
                } else {
                    self.error_backoff.insert((end, seq, uid.clone()));
                }
            }
            Place::Unschedulable => {
                self.unschedulable.insert((seq, uid.clone()));
            }
        }
        self.entries.insert(uid, Arc::new(Entry { pod, place, seq }));
    }

    fn remove_entry(&mut self, uid: &str) -> Option<Arc<Entry>> {
        let entry = self.entries.remove(uid)?;
        let (seq, uid) = (entry.seq, entry.pod.info.uid.clone());
        match entry.place {
            Place::Active => self.active.remove(&(self.sort_key(&entry.pod), seq, uid)).is_some(),
            Place::Backoff => {
                self.backoff.remove(&(self.back_off.expiration(&entry.pod), self.sort_key(&entry.pod), seq, uid)).is_some()
            }
            Place::ErrorBackoff => self.error_backoff.remove(&(self.back_off.expiration(&entry.pod), seq, uid)).is_some(),
            Place::Unschedulable => self.unschedulable.remove(&(seq, uid)).is_some(),
        };
        Some(entry)
    }
}
