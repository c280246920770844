//! What follows a decision: the pod is assumed on its node and bound through the API server; or its failure is
//! written to its status and told in an event.
//!
//! Models: pkg/scheduler/schedule_one.go (assume, bindingCycle, handleSchedulingFailure), v1.36.
//! Simplified: a failed status patch is not tried again.

use std::sync::Arc;

use podarium_api::{Kind, Pod, Resource as _};
use serde_json::{Value, json};

use super::algorithm::Failure;
use super::component::Scheduler;
use super::event_recorder::Note;
use super::framework::cluster_event::{Change, ClusterEvent};
use super::framework::cycle_state::CycleState;
use super::framework::diagnosis::{Diagnosis, Nomination};
use super::framework::pod_info::PodInfo;
use super::framework::status::Status;
use super::queue::queued_pod::QueuedPod;
use crate::Key;
use crate::apiserver::{Answer, Body, Request, Subresource, Verb};
use crate::cause::Cause;
use crate::client::EventType;
use crate::component::{Ctx, RequestId};

/// A binding whose answer is to come.
#[derive(Clone, Debug)]
pub struct Binding {
    pub(super) queued: QueuedPod,
    pub(super) assumed: Arc<PodInfo>,
    /// What the plugins have set aside.
    pub(super) state: CycleState,
}

pub(super) fn key_of(pod: &PodInfo) -> Key {
    Key::new(pod.namespace(), pod.name())
}

impl Scheduler {
    pub(super) fn assume_and_bind(&mut self, queued: QueuedPod, node: &str, ctx: &mut Ctx<'_>) {
        let chosen = self.cache.snapshot.slot(node).map(|slot| self.cache.snapshot.node(slot).clone());
        let assumed = self.cache.assume(&queued.info, node);
        self.queue.nominator.remove(&assumed.uid);
        let profile = self.profile_of(&queued.info);
        let mut binding = Binding { queued, assumed, state: CycleState::default() };
        let reserved = match &chosen {
            Some(node) => profile.run_reserve_and_permit(&mut self.listers, &mut binding.state, &binding.assumed, node),
            None => Ok(Vec::new()),
        };
        match reserved {
            Ok(waits) if waits.is_empty() => self.go_ahead(binding, ctx),
            Ok(waits) => self.wait(binding, waits, ctx),
            Err(status) => self.binding_failed(binding, &status, ctx),
        }
    }

    /// Nothing stands against the binding any more.
    pub(super) fn go_ahead(&mut self, binding: Binding, ctx: &mut Ctx<'_>) {
        // From here on a failure is an error, which no event in the cluster can mend.
        self.queue.done(&binding.assumed.uid);
        self.prepare(binding, ctx);
    }

    /// Everything is ready: the pod is bound.
    pub(super) fn bind(&mut self, binding: Binding, ctx: &mut Ctx<'_>) {
        let assumed = binding.assumed.clone();
        let Some(posted) = self.profile_of(&assumed).run_bind(&assumed, assumed.node_name()) else {
            return self.binding_failed(binding, &Status::error("no Bind plugin is registered"), ctx);
        };
        let mut body = serde_json::to_value(&posted).expect("a binding has only string keys");
        body["apiVersion"] = json!("v1");
        body["kind"] = json!("Binding");
        let request = Request::get(Kind::Pod, &key_of(&assumed)).with_subresource(Subresource::Binding, Body::Value(body));
        let id = self.send(Request { verb: Verb::Create, ..request }, binding.queued.cause, ctx);
        self.bindings.insert(id, binding);
    }

    pub(super) fn on_answer(&mut self, id: RequestId, answer: Answer, ctx: &mut Ctx<'_>) {
        let Some(binding) = self.bindings.remove(&id) else {
            let Some(answer) = self.preparation_answered(id, answer, ctx) else { return };
            return self.eviction_answered(id, answer, ctx);
        };
        let (queued, assumed) = (&binding.queued, binding.assumed.clone());
        match answer.result {
            Ok(_) => {
                self.profile_of(&assumed).run_post_bind(&binding.state, &assumed, assumed.node_name());
                let text = format!("Successfully assigned {}/{} to {}", assumed.namespace(), assumed.name(), assumed.node_name());
                let note = Note { event_type: EventType::Normal, reason: "Scheduled", action: "Binding", text: &text };
                self.event(&assumed.pod.clone(), None, note, queued.cause, ctx);
            }
            Err(error) => {
                let status = Status::error(format!("running Bind plugin {:?}: {}", "DefaultBinder", error.message()));
                self.binding_failed(binding, &status, ctx);
            }
        }
    }

    /// Gives back what was set aside for the pod, which may help others.
    pub(super) fn binding_failed(&mut self, binding: Binding, status: &Status, ctx: &mut Ctx<'_>) {
        let Binding { queued, assumed, mut state } = binding;
        self.profile_of(&assumed).run_unreserve(&mut self.listers, &mut state, &assumed);
        if self.cache.forget(&assumed.uid).is_some() {
            let change = Change::Pod { old: Some(assumed.pod_on_node()), new: None };
            let concerns = |other: &PodInfo| !status.is_rejected() || other.uid != assumed.uid;
            self.queue.move_all(ClusterEvent::ASSIGNED_POD_DELETE, &change, ctx.now(), &self.listers, queued.cause, concerns);
        }
        let mut failure = Failure::error(if status.is_rejected() { refused_on_its_node(status) } else { status.message() });
        failure.is_rejected = status.is_rejected();
        failure.diagnosis.add_plugin(status);
        self.fail(queued, failure, ctx);
    }

    /// Puts the pod back into the queue, and tells the world why.
    pub(super) fn fail(&mut self, mut queued: QueuedPod, failure: Failure, ctx: &mut Ctx<'_>) {
        let cause = queued.cause;
        let uid = queued.info.uid.clone();
        queued.unschedulable_plugins = failure.diagnosis.unschedulable_plugins;
        queued.pending_plugins = failure.diagnosis.pending_plugins;
        queued.gating_plugin = None;
        let known: Option<Arc<Pod>> = self.informers.caches().get::<Pod>(&key_of(&queued.info)).cloned();
        let mut info = queued.info.clone();
        match &known {
            Some(known) if *known.uid() != *uid => return self.queue.done(&uid),
            Some(known) if known.spec.node_name.is_none() => {
                // The pod as it is now, which may be newer than the one that was tried.
                info = Arc::new(PodInfo::new(known.clone()));
                queued.info = info.clone();
                self.queue.add_unschedulable(queued, ctx.now(), &self.listers);
                match &failure.nomination {
                    Nomination::Set(node) if node.is_empty() => self.queue.nominator.remove(&uid),
                    Nomination::Set(node) => self.queue.nominator.add(&info, Some(node)),
                    Nomination::Keep => self.queue.nominator.add(&info, None),
                }
            }
            // Gone, or bound by somebody else.
            _ => self.queue.done(&uid),
        }
        let note = Note { event_type: EventType::Warning, reason: "FailedScheduling", action: "Scheduling", text: &failure.message };
        self.event(&info.pod, None, note, cause, ctx);
        let reason = if failure.is_rejected { "Unschedulable" } else { "SchedulerError" };
        let condition = failed_condition(&info.pod, reason, &failure.message, ctx);
        self.patch_status(&info, condition, &failure.nomination, cause, ctx);
    }

    /// Writes the condition and the nominated node, unless the status says so already.
    pub(super) fn patch_status(&mut self, pod: &PodInfo, condition: Option<Value>, nomination: &Nomination, cause: Cause, ctx: &mut Ctx<'_>) {
        let mut status = serde_json::Map::new();
        if let Some(condition) = condition {
            status.insert("conditions".to_owned(), json!([condition]));
        }
        if let Nomination::Set(node) = nomination
            && node != pod.nominated_node_name()
        {
            let node = if node.is_empty() { Value::Null } else { json!(node) };
            status.insert("nominatedNodeName".to_owned(), node);
        }
        if !status.is_empty() {
            let patch = json!({ "status": status });
            self.send(Request::patch_status(Kind::Pod, &key_of(pod), patch), cause, ctx);
        }
    }
}

/// The node that was chosen is the only one there is an answer of: `0/1 nodes are available: 1 …`.
fn refused_on_its_node(status: &Status) -> String {
    let mut diagnosis = Diagnosis::default();
    diagnosis.node_to_status.push(0, status.clone());
    diagnosis.add_plugin(status);
    diagnosis.message(1)
}

/// The condition PodScheduled; none if the pod has it already.
fn failed_condition(pod: &Pod, reason: &str, message: &str, ctx: &Ctx<'_>) -> Option<Value> {
    let old = pod.status.conditions.iter().flatten().find(|condition| condition.type_ == "PodScheduled");
    let same_status = old.filter(|old| old.status == "False");
    if same_status.is_some_and(|old| old.reason.as_deref() == Some(reason) && old.message.as_deref() == Some(message)) {
        return None;
    }
    let since = same_status.and_then(|old| old.last_transition_time.clone()).unwrap_or_else(|| ctx.epoch().seconds(ctx.now()));
    Some(json!({
        "type": "PodScheduled",
        "status": "False",
        "reason": reason,
        "message": message,
        "lastProbeTime": null,
        "lastTransitionTime": since,
        "observedGeneration": pod.metadata.generation,
    }))
}
