//! The network plugin's controller: reads network policies, pods and namespaces, and tells the machines who may talk to
//! whom. As long as there is no policy it looks at nothing else.
//!
//! Models: what a network plugin with a policy controller does (Calico, Cilium), v1.36 of the API.
//! Simplified: all machines learn of a change at the same time; a connection under way is not cut.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Kind, Namespace, NetworkPolicy, Pod, Resource as _};
use podarium_sim::Time;

use super::policy::Policies;
use crate::apiserver::Filter;
use crate::client::Informers;
use crate::component::{Component, Ctx, Message};

const POLICIES: u64 = 0;
const PEERS: u64 = 1;
const PROGRAM: u64 = 2;

/// Changes are gathered for so long.
const GATHER: Duration = Duration::from_millis(100);

/// The controller. Start it as `network-plugin`.
#[derive(Clone)]
pub struct NetworkPlugin {
    policies: Informers,
    /// Pods and namespaces, once there is a policy.
    peers: Option<Informers>,
    /// When what changed is told to the machines.
    program_at: Option<Time>,
    programmed: Arc<Policies>,
}

impl Default for NetworkPlugin {
    fn default() -> Self {
        NetworkPlugin {
            policies: Informers::new([(Kind::NetworkPolicy, Filter::all())], POLICIES),
            peers: None,
            program_at: None,
            programmed: Arc::default(),
        }
    }
}

impl NetworkPlugin {
    fn look(&mut self, ctx: &mut Ctx<'_>) {
        let has_policies = self.policies.caches().kind(Kind::NetworkPolicy).is_some_and(|cache| !cache.is_empty());
        if has_policies && self.peers.is_none() {
            let mut peers = Informers::new([(Kind::Pod, Filter::all()), (Kind::Namespace, Filter::all())], PEERS);
            peers.on(&Message::Start, ctx);
            self.peers = Some(peers);
        }
        if self.program_at.is_none() && self.peers.as_ref().is_some_and(Informers::synced) {
            let at = ctx.now() + GATHER;
            self.program_at = Some(at);
            ctx.timer_at(at, PROGRAM);
        }
    }

    fn program(&mut self, ctx: &mut Ctx<'_>) {
        let Some(peers) = &self.peers else { return };
        let pods: Vec<Arc<Pod>> = peers.caches().list::<Pod>().cloned().collect();
        let namespaces: BTreeMap<String, Arc<Namespace>> = peers.caches().list::<Namespace>().map(|namespace| (namespace.name().to_owned(), namespace.clone())).collect();
        let policies = Policies::new(self.policies.caches().list::<NetworkPolicy>(), &pods, &namespaces);
        if *self.programmed != policies {
            self.programmed = Arc::new(policies);
            ctx.set_policies(self.programmed.clone());
        }
    }
}

impl Component for NetworkPlugin {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        if self.program_at.is_some_and(|at| at <= ctx.now()) {
            self.program_at = None;
            self.program(ctx);
        }
        let policies_changed = self.policies.on(&message, ctx).is_some_and(|changes| !changes.is_empty());
        // The start has been told to those that were there when it came.
        let peers = self.peers.as_mut().filter(|_| !matches!(message, Message::Start));
        let peers_changed = peers.and_then(|peers| peers.on(&message, ctx)).is_some_and(|changes| !changes.is_empty());
        if policies_changed || peers_changed {
            self.look(ctx);
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
