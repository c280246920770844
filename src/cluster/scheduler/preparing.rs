//! What happens between the choice of a node and the binding: plugins write what must be there first, and the pod waits
//! for it, while the scheduler goes on with other pods. Every second it is looked whether the wait is over.
//!
//! Models: pkg/scheduler/schedule_one.go (bindingCycle), pkg/scheduler/framework/runtime/framework.go (RunPreBindPlugins), v1.36.
//! Simplified: plugins of this point work one after the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::Pod;
use podarium_sim::Time;

use super::binding::{Binding, key_of};
use super::component::{CHECK_PREPARATIONS, Scheduler};
use super::framework::diagnosis::Nomination;
use super::framework::plugin::PreBind;
use super::framework::profile::Profile;
use super::framework::status::Status;
use crate::apiserver::Answer;
use crate::component::{Ctx, RequestId};

const PERIOD: Duration = Duration::from_secs(1);

/// A pod whose binding is being prepared.
#[derive(Clone, Debug)]
struct Preparation {
    binding: Binding,
    /// How many plugins are done.
    done: usize,
    /// When it is looked at next, and until when it may take; nothing while a request is under way.
    check: Option<(Time, Time)>,
}

/// All of them, by uid.
#[derive(Clone, Debug, Default)]
pub struct Preparations {
    pods: BTreeMap<Arc<str>, Preparation>,
    requests: BTreeMap<RequestId, Arc<str>>,
}

/// The plugin whose turn it is.
fn turn<'a>(profile: &'a Profile, preparation: &Preparation) -> Option<(&'static str, &'a dyn PreBind)> {
    profile.pre_binders(&preparation.binding.state).get(preparation.done).copied()
}

impl Scheduler {
    /// Begins what must be done before the pod is bound; often that is nothing.
    pub(super) fn prepare(&mut self, binding: Binding, ctx: &mut Ctx<'_>) {
        if self.profile_of(&binding.assumed).pre_binders(&binding.state).is_empty() {
            return self.bind(binding, ctx);
        }
        // While it waits, the pod says where it is meant to go.
        let nomination = Nomination::Set(binding.assumed.node_name().to_owned());
        let info = binding.queued.info.clone();
        self.patch_status(&info, None, &nomination, binding.queued.cause, ctx);
        self.advance_preparation(Preparation { binding, done: 0, check: None }, ctx);
    }

    fn advance_preparation(&mut self, mut preparation: Preparation, ctx: &mut Ctx<'_>) {
        let profile = self.profile_of(&preparation.binding.assumed);
        let Some((_, point)) = turn(&profile, &preparation) else { return self.bind(preparation.binding, ctx) };
        let uid = preparation.binding.assumed.uid.clone();
        match point.next_request(&preparation.binding.state) {
            Some(request) => {
                let id = self.send(request, preparation.binding.queued.cause, ctx);
                self.preparations.requests.insert(id, uid.clone());
            }
            None => {
                preparation.check = Some((ctx.now() + PERIOD, ctx.now() + point.patience()));
                ctx.timer(PERIOD, CHECK_PREPARATIONS);
            }
        }
        self.preparations.pods.insert(uid, preparation);
    }

    /// Takes an answer that a preparation waits for, or gives it back.
    pub(super) fn preparation_answered(&mut self, id: RequestId, answer: Answer, ctx: &mut Ctx<'_>) -> Option<Answer> {
        let Some(uid) = self.preparations.requests.remove(&id) else { return Some(answer) };
        let mut preparation = self.preparations.pods.remove(&uid)?;
        let profile = self.profile_of(&preparation.binding.assumed);
        let (name, point) = turn(&profile, &preparation)?;
        match answer.result {
            Ok(reply) => {
                if let Some(object) = reply.object() {
                    point.answered(&mut preparation.binding.state, &object);
                }
                self.advance_preparation(preparation, ctx);
            }
            Err(error) => {
                let status = Status::error(format!("running PreBind plugin {name:?}: {}", error.message()));
                self.binding_failed(preparation.binding, &status, ctx);
            }
        }
        None
    }

    pub(super) fn check_preparations(&mut self, ctx: &mut Ctx<'_>) {
        let due = |preparation: &Preparation| preparation.check.is_some_and(|(next, _)| next <= ctx.now());
        let uids: Vec<Arc<str>> = self.preparations.pods.iter().filter(|(_, preparation)| due(preparation)).map(|(uid, _)| uid.clone()).collect();
        for uid in uids {
            if let Some(preparation) = self.preparations.pods.remove(&uid) {
                self.check(preparation, ctx);
            }
        }
    }

    fn check(&mut self, mut preparation: Preparation, ctx: &mut Ctx<'_>) {
        let assumed = preparation.binding.assumed.clone();
        let profile = self.profile_of(&assumed);
        let (Some((name, point)), Some((_, deadline))) = (turn(&profile, &preparation), preparation.check) else { return };
        let key = key_of(&assumed);
        let there = self.informers.caches().get::<Pod>(&key).is_some_and(|pod| *pod.metadata.uid.as_deref().unwrap_or_default() == *assumed.uid);
        let node = self.cache.snapshot.slot(assumed.node_name()).map(|slot| &**self.cache.snapshot.node(slot).node());
        let answer = if there {
            point.is_done(&self.listers, &preparation.binding.state, &assumed, node)
        } else {
            Err(format!("pod does not exist any more: pod {:?} not found", key.name))
        };
        let why = match answer {
            Ok(true) => {
                preparation.done += 1;
                preparation.check = None;
                return self.advance_preparation(preparation, ctx);
            }
            Ok(false) if ctx.now() < deadline => {
                preparation.check = Some((ctx.now() + PERIOD, deadline));
                ctx.timer(PERIOD, CHECK_PREPARATIONS);
                self.preparations.pods.insert(assumed.uid.clone(), preparation);
                return;
            }
            Ok(false) => "context deadline exceeded".to_owned(),
            Err(why) => why,
        };
        let status = Status::error(format!("running PreBind plugin {name:?}: binding volumes: {why}"));
        self.binding_failed(preparation.binding, &status, ctx);
    }
}
