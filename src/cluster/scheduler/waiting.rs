//! Pods that have a node and may not be bound yet, because a Permit plugin waits for something: for the other pods of a
//! group, say. They keep their place; when their time is over they lose it.
//!
//! Models: pkg/scheduler/framework/runtime/{waiting_pods_map.go,framework.go} (WaitOnPermit), v1.36.
//! Simplified: a plugin is asked again whenever something has happened, instead of being told of its pods once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_sim::Time;

use super::binding::Binding;
use super::component::{CHECK_WAITING, Scheduler};
use super::framework::pod_info::PodInfo;
use super::framework::status::Status;
use crate::component::Ctx;

#[derive(Clone, Debug)]
struct Waiting {
    binding: Binding,
    /// The plugins that it waits for: how long, and until when.
    plugins: BTreeMap<&'static str, (Duration, Time)>,
}

/// All of them, by uid.
#[derive(Clone, Debug, Default)]
pub struct WaitingPods(BTreeMap<Arc<str>, Waiting>);

impl WaitingPods {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn seconds(time: Duration) -> String {
    format!("{}s", time.as_secs())
}

impl Scheduler {
    pub(super) fn wait(&mut self, binding: Binding, waits: Vec<(&'static str, Duration)>, ctx: &mut Ctx<'_>) {
        let mut plugins = BTreeMap::new();
        for (plugin, patience) in waits {
            ctx.timer(patience, CHECK_WAITING);
            plugins.insert(plugin, (patience, ctx.now() + patience));
        }
        self.waiting.0.insert(binding.assumed.uid.clone(), Waiting { binding, plugins });
        self.check_waiting(ctx);
    }

    /// Asks the plugins about all pods that wait, and ends the waits whose time is over.
    pub(super) fn check_waiting(&mut self, ctx: &mut Ctx<'_>) {
        if self.waiting.is_empty() {
            return;
        }
        let all: Vec<Arc<PodInfo>> = self.waiting.0.values().map(|waiting| waiting.binding.assumed.clone()).collect();
        for pod in &all {
            let verdict = self.verdict(pod, &all, ctx.now());
            let Some(waiting) = self.waiting.0.get_mut(&pod.uid) else { continue };
            match verdict {
                Ok(granted) => {
                    waiting.plugins.retain(|plugin, _| !granted.contains(plugin));
                    if waiting.plugins.is_empty()
                        && let Some(waiting) = self.waiting.0.remove(&pod.uid)
                    {
                        self.go_ahead(waiting.binding, ctx);
                    }
                }
                Err(status) => {
                    if let Some(waiting) = self.waiting.0.remove(&pod.uid) {
                        self.binding_failed(waiting.binding, &status, ctx);
                    }
                }
            }
        }
    }

    /// The plugins that the pod need not wait for any longer; an error when one rejects it or its time is over.
    fn verdict(&self, pod: &PodInfo, all: &[Arc<PodInfo>], now: Time) -> Result<Vec<&'static str>, Status> {
        let profile = self.profile_of(pod);
        let Some(waiting) = self.waiting.0.get(&pod.uid) else { return Ok(Vec::new()) };
        let mut granted = Vec::new();
        for (name, (patience, deadline)) in &waiting.plugins {
            let point = profile.plugin(name).and_then(|plugin| plugin.as_permit());
            match point.and_then(|point| point.reconsider(&self.listers, pod, all)) {
                Some(Ok(())) => granted.push(*name),
                Some(Err(why)) => return Err(Status::unschedulable(why).by(name)),
                None if now >= *deadline => {
                    let why = format!("rejected due to timeout after waiting {} at plugin {name}", seconds(*patience));
                    return Err(Status::unschedulable(why).by(name));
                }
                None => {}
            }
        }
        Ok(granted)
    }

    /// A pod that waits is gone: it gives its place back. Whether it waited.
    pub(super) fn reject_waiting(&mut self, uid: &str, ctx: &mut Ctx<'_>) -> bool {
        let Some(waiting) = self.waiting.0.remove(uid) else { return false };
        self.binding_failed(waiting.binding, &Status::unschedulable("removed"), ctx);
        true
    }
}
