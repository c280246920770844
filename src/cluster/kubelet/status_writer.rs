//! Statuses on their way to the API server, one pod after the other: read the pod, patch its status if it differs, and
//! take the pod out of the API server when its end has come.
//!
//! A pod whose status changes three times while another is written is written once: that is the batching.
//!
//! Models: pkg/kubelet/status/status_manager.go (syncBatch, syncPod, mergePodStatus), v1.36.
//! Simplified: nothing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{PodCondition, PodStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use podarium_api::condition::{Condition as _, set_condition};
use podarium_api::{Kind, Object, Pod, Resource as _, Status, owner};
use podarium_sim::Time;

use super::agenda::Sleeper;
use super::conditions;
use super::kubelet::Kubelet;
use super::pod::{PodState, Uid};
use super::static_pods::mirrors;
use super::status_cache::own_part;
use crate::apiserver::{Answer, Reply, Request, StatusChange};
use crate::client::TokenBucket;
use crate::component::{Ctx, RequestId};

/// How often everything is compared with what the API server has.
const RECONCILE: Duration = Duration::from_secs(10);
/// What a kubelet may ask of the API server.
const PER_SECOND: f64 = 50.0;
const BURST: u32 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Get,
    Patch,
    Delete,
}

#[derive(Clone, Debug)]
struct UnderWay {
    id: RequestId,
    uid: Uid,
    stage: Stage,
    version: u64,
    status: PodStatus,
    finished: bool,
}

#[derive(Clone, Debug)]
pub(super) struct StatusQueue {
    waiting: VecDeque<Uid>,
    under_way: Option<UnderWay>,
    limit: TokenBucket,
    /// Pods to compare at the next round.
    doubtful: Vec<Uid>,
}

impl Default for StatusQueue {
    fn default() -> Self {
        StatusQueue { waiting: VecDeque::new(), under_way: None, limit: TokenBucket::new(PER_SECOND, BURST), doubtful: Vec::new() }
    }
}

impl StatusQueue {
    pub fn enqueue(&mut self, uid: &Uid) {
        if !self.waiting.contains(uid) {
            self.waiting.push_back(uid.clone());
        }
    }

    /// Compares the pod with what the API server has in the next round.
    fn doubt(&mut self, uid: &Uid) {
        if !self.doubtful.contains(uid) {
            self.doubtful.push(uid.clone());
        }
    }
}

impl Kubelet {
    /// Begins with the next status if none is under way.
    pub(super) fn write_statuses(&mut self, ctx: &mut Ctx<'_>) {
        while self.host.statuses.under_way.is_none() {
            let Some(uid) = self.host.statuses.waiting.pop_front() else { return };
            let Some(pod) = self.pods.get(&uid) else { continue };
            let Some(status) = pod.status.get().cloned() else { continue };
            if pod.status.sent_version >= pod.status.version {
                continue;
            }
            let (key, version, finished, cause) = (pod.key.clone(), pod.status.version, pod.status.finished, pod.cause);
            let wait = self.host.statuses.limit.reserve(ctx.now());
            let id = ctx.request_after(Request::get(Kind::Pod, &key), cause, wait);
            self.host.statuses.under_way = Some(UnderWay { id, uid, stage: Stage::Get, version, status, finished });
        }
    }

    /// Whether the answer was to the status under way.
    pub(super) fn status_answered(&mut self, id: RequestId, answer: &Answer, ctx: &mut Ctx<'_>) -> bool {
        let Some(run) = self.host.statuses.under_way.take_if(|run| run.id == id) else { return false };
        match (run.stage, pod_of(answer)) {
            (Stage::Get, Ok(pod)) if pod.uid() == &*run.uid || mirrors(&pod, &run.uid) => self.patch(run, &pod, ctx),
            (Stage::Patch, Ok(pod)) => self.written(run, &pod, ctx),
            (Stage::Get, Ok(_)) | (Stage::Delete, _) => {}
            (_, Err(status)) if status.is_not_found() => {}
            (_, Err(_)) => self.retry_later(&run.uid.clone(), ctx.now()),
        }
        true
    }

    fn patch(&mut self, mut run: UnderWay, api: &Arc<Pod>, ctx: &mut Ctx<'_>) {
        let Some(pod) = self.pods.get(&run.uid) else { return };
        let merged = merge(api, &run.status, pod.could_have_running_containers(), &ctx.epoch().seconds(ctx.now()));
        if merged == *api.status {
            return self.written(run, api, ctx);
        }
        let (key, cause) = (pod.key.clone(), pod.cause);
        let wait = self.host.statuses.limit.reserve(ctx.now());
        let change = StatusChange { uid: api.uid().to_owned(), base: Arc::clone(&api.status), new: Arc::new(merged) };
        run.id = ctx.request_after(Request::change_status(&key, change), cause, wait);
        run.stage = Stage::Patch;
        self.host.statuses.under_way = Some(run);
    }

    /// The API server has the status. A pod that is to go and has ended for good goes now.
    fn written(&mut self, mut run: UnderWay, api: &Arc<Pod>, ctx: &mut Ctx<'_>) {
        let Some(pod) = self.pods.get_mut(&run.uid) else { return };
        let pod = Arc::make_mut(pod);
        pod.status.sent_version = run.version;
        pod.status.share(&api.status);
        let over = matches!(api.status.phase.as_deref(), Some("Succeeded" | "Failed"));
        if owner::is_terminating(&api.metadata) && over && run.finished && api.uid() == &*run.uid {
            let request = Request::delete(Kind::Pod, &pod.key).grace_period(0).if_uid(&run.uid);
            run.id = ctx.request_after(request, pod.cause, Duration::ZERO);
            run.stage = Stage::Delete;
            self.host.statuses.under_way = Some(run);
        }
    }

    /// The API server has another status than the one that was written: compare in the next round.
    pub(super) fn compare_later(&mut self, uid: &Uid, now: Time) {
        let differs = self.pods.get(uid).is_some_and(|pod| {
            let sent = pod.status.sent_version >= pod.status.version;
            let ending = owner::is_terminating(&pod.pod.metadata) && pod.status.finished;
            (sent && pod.status.get().is_some_and(|status| own_part(status) != own_part(&pod.pod.status))) || ending
        });
        if differs {
            self.retry_later(uid, now);
        }
    }

    fn retry_later(&mut self, uid: &Uid, now: Time) {
        self.host.statuses.doubt(uid);
        let at = super::host::next_on_grid(self.host.started, RECONCILE, now);
        self.host.agenda.set(Sleeper::Statuses, Some(at));
    }

    /// The round: whatever the API server does not have as it should is written again.
    pub(super) fn reconcile_statuses(&mut self) {
        for uid in std::mem::take(&mut self.host.statuses.doubtful) {
            let Some(pod) = self.pods.get_mut(&uid) else { continue };
            let ending = owner::is_terminating(&pod.pod.metadata) && pod.status.finished;
            let same = pod.status.get().is_some_and(|status| own_part(status) == own_part(&pod.pod.status));
            if !same || ending {
                Arc::make_mut(pod).status.sent_version = 0;
                self.host.statuses.enqueue(&uid);
            }
        }
    }
}

fn pod_of(answer: &Answer) -> Result<Arc<Pod>, Status> {
    match &answer.result {
        Ok(Reply::Object(Object::Pod(pod))) => Ok(pod.clone()),
        Ok(_) => Err(Status::new(500, "InternalError", "the answer holds no pod")),
        Err(status) => Err(status.clone()),
    }
}

/// What of the new status goes to the API server: conditions of others stay, and the end is not announced while
/// containers may run.
fn merge(api: &Pod, new: &PodStatus, could_run: bool, now: &MetaTime) -> PodStatus {
    let mut merged = new.clone();
    let over = |phase: &Option<String>| matches!(phase.as_deref(), Some("Succeeded" | "Failed"));
    let ends = !over(&api.status.phase) && over(&new.phase) && !could_run;
    let of_others = api.status.conditions.iter().flatten().filter(|condition| !conditions::is_own(&condition.type_));
    // A list that doubles would have room for more that never come, in every pod.
    let mut all = Vec::with_capacity(of_others.clone().count() + new.conditions.as_ref().map_or(0, Vec::len));
    all.extend(of_others.cloned());
    for condition in new.conditions.iter().flatten() {
        if conditions::is_own(&condition.type_) {
            all.push(condition.clone());
        } else if condition.type_ == conditions::DISRUPTION_TARGET && ends && condition.reason.as_deref() == Some("TerminationByKubelet") {
            // It is said with the end, and not before.
            all.retain(|other| other.type_ != condition.type_);
            all.push(PodCondition { last_transition_time: Some(now.clone()), ..condition.clone() });
        }
    }
    merged.conditions = (!all.is_empty()).then_some(all);
    merged.nominated_node_name.clone_from(&api.status.nominated_node_name);
    merged.resource_claim_statuses.clone_from(&api.status.resource_claim_statuses);
    if !over(&api.status.phase) && over(&new.phase) && could_run {
        merged.phase.clone_from(&api.status.phase);
        merged.reason.clone_from(&api.status.reason);
        merged.message.clone_from(&api.status.message);
    }
    if over(&merged.phase) {
        let phase = merged.phase.clone().unwrap_or_default();
        for type_ in ["ContainersReady", "Ready"] {
            let holds = merged.conditions.iter().flatten().any(|condition| condition.type_ == type_ && condition.is_true());
            if holds {
                set_condition(&mut merged.conditions, conditions::terminal(api, type_, &phase));
            }
        }
    }
    merged
}

impl PodState {
    /// Whether the pod counts for admission: it has or may have containers.
    pub fn is_active(&self) -> bool {
        let phase = self.status.get().and_then(|status| status.phase.as_deref());
        let over = |phase: Option<&str>| matches!(phase, Some("Succeeded" | "Failed"));
        let ended = over(phase) || over(self.pod.status.phase.as_deref());
        !self.worker.terminated && (!ended || (self.worker.terminating && self.runtime.running().next().is_some()))
    }
}
