//! Carries a preemption out: marks every victim, deletes it, and tells it in an event.
//!
//! That goes on beside the scheduling of other pods. The pod for which it is done stays out of the queue until the
//! last victim has been asked to go; then that victim's end brings it back. So the last victim is asked only when all
//! others have been.
//!
//! Models: pkg/scheduler/framework/preemption/executor.go, v1.36.
//! Simplified: a victim whose own binding is under way is deleted like any other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use podarium_api::{Kind, Pod, Resource as _};
use serde_json::json;

use super::binding::key_of;
use super::component::Scheduler;
use super::event_recorder::Note;
use super::framework::diagnosis::{Nomination, Preemption};
use super::framework::pod_info::PodInfo;
use super::queue::queued_pod::QueuedPod;
use crate::apiserver::{Answer, Request};
use crate::cause::Cause;
use crate::client::EventType;
use crate::component::{Ctx, RequestId};

type Uid = Arc<str>;

/// What was asked of the API server for a victim.
#[derive(Clone, Copy, Debug)]
enum Step {
    Mark,
    Delete,
}

#[derive(Clone, Debug)]
struct Asked {
    preemptor: Uid,
    victim: Arc<PodInfo>,
    step: Step,
}

/// A preemption under way.
#[derive(Clone, Debug)]
struct Running {
    preemptor: Arc<PodInfo>,
    node: String,
    cause: Cause,
    /// Victims that are being asked at the same time.
    open: usize,
    /// The victim that is asked when all others have been, and then, that it has been asked.
    last: Arc<PodInfo>,
    last_asked: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Preemptor {
    running: BTreeMap<Uid, Running>,
    asked: BTreeMap<RequestId, Asked>,
}

impl Preemptor {
    /// A pod was seen. Once the last victim is on its way out the preemptor may be tried again.
    pub fn saw(&self, pod: &Pod, preempting: &mut BTreeSet<Uid>) {
        if !self.running.is_empty() && pod.metadata.deletion_timestamp.is_some() {
            self.gone(pod.uid(), preempting);
        }
    }

    pub fn gone(&self, uid: &str, preempting: &mut BTreeSet<Uid>) {
        for (preemptor, running) in &self.running {
            if running.last_asked && *running.last.uid == *uid {
                preempting.remove(preemptor);
            }
        }
    }
}

impl Scheduler {
    pub(super) fn preempt(&mut self, queued: &QueuedPod, preemption: Preemption, ctx: &mut Ctx<'_>) {
        let Preemption { node, victims } = preemption;
        let mut victims: Vec<Arc<PodInfo>> = victims.into_iter().filter(|victim| !victim.is_terminating()).collect();
        let Some(last) = victims.pop() else { return };
        let preemptor = queued.info.clone();
        let uid = preemptor.uid.clone();
        self.queue.preempting.insert(uid.clone());
        self.clear_lower_nominations(&preemptor, &node, queued.cause, ctx);
        let running = Running { preemptor, node, cause: queued.cause, open: victims.len(), last, last_asked: false };
        self.preemptor.running.insert(uid.clone(), running);
        for victim in victims {
            self.mark(&uid, victim, ctx);
        }
        self.go_on(&uid, ctx);
    }

    /// Less important pods that were promised a place on the node may no longer fit there; they look for another.
    fn clear_lower_nominations(&mut self, preemptor: &PodInfo, node: &str, cause: Cause, ctx: &mut Ctx<'_>) {
        let lower: Vec<Arc<PodInfo>> = self.queue.nominator.pods_for(node).iter().filter(|other| other.priority < preemptor.priority).cloned().collect();
        for other in lower {
            self.patch_status(&other, None, &Nomination::Set(String::new()), cause, ctx);
        }
    }

    /// Says in the victim's status that it is about to be disrupted, and why.
    fn mark(&mut self, preemptor: &Uid, victim: Arc<PodInfo>, ctx: &mut Ctx<'_>) {
        let Some(running) = self.preemptor.running.get(preemptor) else { return };
        let cause = running.cause;
        let scheduler = self.profiles.of(&running.preemptor.pod).unwrap_or(self.profiles.first()).scheduler_name();
        let condition = json!({
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "PreemptionByScheduler",
            "message": format!("{}: preempting to accommodate a higher priority pod", scheduler),
            "lastProbeTime": null,
            "lastTransitionTime": ctx.epoch().seconds(ctx.now()),
            "observedGeneration": victim.pod.metadata.generation,
        });
        let patch = json!({ "status": { "conditions": [condition] } });
        let id = self.send(Request::patch_status(Kind::Pod, &key_of(&victim), patch), cause, ctx);
        self.preemptor.asked.insert(id, Asked { preemptor: preemptor.clone(), victim, step: Step::Mark });
    }

    pub(super) fn eviction_answered(&mut self, id: RequestId, answer: Answer, ctx: &mut Ctx<'_>) {
        let Some(Asked { preemptor, victim, step }) = self.preemptor.asked.remove(&id) else { return };
        let Some(running) = self.preemptor.running.get(&preemptor) else { return };
        let (cause, node, pod) = (running.cause, running.node.clone(), running.preemptor.pod.clone());
        match (&answer.result, step) {
            (Ok(_), Step::Mark) => {
                let id = self.send(Request::delete(Kind::Pod, &key_of(&victim)), cause, ctx);
                self.preemptor.asked.insert(id, Asked { preemptor, victim, step: Step::Delete });
            }
            (Ok(_), Step::Delete) => {
                let text = format!("Preempted by pod {} on node {node}", pod.uid());
                let note = Note { event_type: EventType::Normal, reason: "Preempted", action: "Preempting", text: &text };
                self.event(&victim.pod, Some(&pod), note, cause, ctx);
                self.one_asked(&preemptor, ctx);
            }
            // It went by itself.
            (Err(error), _) if error.is_not_found() => self.one_asked(&preemptor, ctx),
            (Err(_), _) => self.give_up(&preemptor, ctx),
        }
    }

    fn one_asked(&mut self, preemptor: &Uid, ctx: &mut Ctx<'_>) {
        if let Some(running) = self.preemptor.running.get_mut(preemptor) {
            running.open -= 1;
            self.go_on(preemptor, ctx);
        }
    }

    fn go_on(&mut self, preemptor: &Uid, ctx: &mut Ctx<'_>) {
        let Some(running) = self.preemptor.running.get_mut(preemptor) else { return };
        if running.open > 0 {
            return;
        }
        if running.last_asked {
            self.preemptor.running.remove(preemptor);
            self.queue.preempting.remove(preemptor);
            return;
        }
        running.last_asked = true;
        running.open = 1;
        let last = running.last.clone();
        self.mark(preemptor, last, ctx);
    }

    /// A request failed: nobody will bring the pod back, so it is tried again at once.
    fn give_up(&mut self, preemptor: &Uid, ctx: &mut Ctx<'_>) {
        self.preemptor.running.remove(preemptor);
        self.preemptor.asked.retain(|_, asked| asked.preemptor != *preemptor);
        self.queue.preempting.remove(preemptor);
        self.queue.activate(preemptor, ctx.now());
    }
}
