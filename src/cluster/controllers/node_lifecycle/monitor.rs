//! The round that is made every five seconds: who has fallen silent, and what follows for its pods and its zone.
//!
//! Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go (monitorNodeHealth, handleDisruption),
//! pkg/controller/util/node/controller_utils.go (MarkPodsNotReady), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::condition::set_condition;
use podarium_api::pod_state::pod_condition;
use podarium_api::{Lease, Node, Pod, Resource as _};

use super::super::{Stop, Sync};
use super::health::{Health, Verdict, judge};
use super::taints::{self, NO_EXECUTE, NOT_READY, UNREACHABLE};
use super::zones::{State, Zone, zone_of};
use super::{NodeLifecycleController, zone_key};
use crate::apiserver::Request;
use crate::client::EventType;
use crate::store::Key;

const LEASES: &str = "kube-node-lease";
const EXCLUDED: &str = "node.kubernetes.io/exclude-disruption";

/// One node in this round.
struct Judged {
    node: Arc<Node>,
    zone: String,
    verdict: Verdict,
}

impl NodeLifecycleController {
    pub(super) fn monitor(&self, ctx: &mut Sync<'_>) -> Result<(), Stop> {
        let caches = ctx.caches();
        let nodes: Vec<Arc<Node>> = caches.list::<Node>().cloned().collect();
        let mut zones = self.zones.clone();
        self.greet(ctx, &nodes, &mut zones);
        let judged = self.judge_all(ctx, &nodes)?;
        let mut health: BTreeMap<String, Health> = BTreeMap::new();
        let mut retry = self.retry.clone();
        for judged in &judged {
            health.insert(judged.node.name().to_owned(), judged.verdict.health.clone());
            self.taint(ctx, judged, &mut zones)?;
            let name = judged.node.name();
            let ready = judged.verdict.current.as_deref() == Some("True");
            let fell_silent = !ready && judged.verdict.reported == "True";
            if fell_silent {
                let message = format!("Node {name} status is now: NodeNotReady");
                ctx.event(&judged.node.clone().into_object(), EventType::Normal, "NodeNotReady", message);
            }
            if fell_silent || (retry.contains(name) && !ready) {
                let pods: Vec<Arc<Pod>> = caches.on_node(name).cloned().collect();
                if mark_not_ready(ctx, &pods)? {
                    retry.remove(name);
                } else {
                    retry.insert(name.to_owned());
                }
            } else {
                retry.remove(name);
            }
        }
        let all_back = self.handle_disruption(ctx, &judged, &mut zones)?;
        if all_back {
            health.values_mut().for_each(|health| health.probed = ctx.now());
        }
        for zone in zones.iter().filter(|(_, zone)| zone.head().is_some()).map(|(name, _)| name) {
            ctx.requeue_after(&zone_key(zone), std::time::Duration::ZERO);
        }
        let known = nodes.iter().map(|node| (node.name().to_owned(), node.clone())).collect();
        ctx.remember(move |controller: &mut Self| {
            controller.health = Arc::new(health);
            controller.known = known;
            controller.retry = retry;
            controller.zones = zones;
        });
        Ok(())
    }

    /// Says hello to new nodes and farewell to those that are gone.
    fn greet(&self, ctx: &mut Sync<'_>, nodes: &[Arc<Node>], zones: &mut BTreeMap<String, Zone>) {
        for node in nodes {
            zones.entry(zone_of(node)).or_default();
            if !self.known.contains_key(node.name()) {
                let name = node.name();
                let message = format!("Node {name} event: Registered Node {name} in Controller");
                ctx.event(&node.clone().into_object(), EventType::Normal, "RegisteredNode", message);
            }
        }
        let caches = ctx.caches();
        for (name, node) in self.known.iter().filter(|(name, _)| caches.get::<Node>(&Key::new("", name)).is_none()) {
            let message = format!("Node {name} event: Removing Node {name} from Controller");
            ctx.event(&node.clone().into_object(), EventType::Normal, "RemovingNode", message);
        }
    }

    /// Judges all nodes and writes what has become unknown. A node that cannot be written is left out of this round.
    fn judge_all(&self, ctx: &mut Sync<'_>, nodes: &[Arc<Node>]) -> Result<Vec<Judged>, Stop> {
        let judge = |ctx: &Sync<'_>, node: &Arc<Node>| {
            let lease = ctx.caches().get::<Lease>(&Key::new(LEASES, node.name()));
            let verdict = judge(self.health.get(node.name()), node, lease.map(|lease| &**lease), ctx.now(), ctx.epoch());
            Judged { node: node.clone(), zone: zone_of(node), verdict }
        };
        let judged: Vec<Judged> = nodes.iter().map(|node| judge(ctx, node)).collect();
        let writes: Vec<Request> = judged.iter().filter_map(|judged| judged.verdict.write.clone()).map(Request::update_status).collect();
        let mut answers = ctx.all(writes)?.into_iter();
        let mut kept = Vec::new();
        for mut one in judged {
            if one.verdict.write.is_some() && answers.next().is_none_or(|answer| answer.is_err()) {
                // Perhaps it has just spoken: look at it afresh, and write once more if it has not.
                let Ok(fresh) = ctx.get_live::<Node>(&Key::new("", one.node.name()))? else { continue };
                one = judge(ctx, &fresh);
                if let Some(node) = one.verdict.write.clone()
                    && ctx.update_status(node)?.is_err()
                {
                    continue;
                }
            }
            kept.push(one);
        }
        Ok(kept)
    }

    /// Queues a node for the taint that evicts its pods, swaps one such taint for the other, or takes both away.
    fn taint(&self, ctx: &mut Sync<'_>, judged: &Judged, zones: &mut BTreeMap<String, Zone>) -> Result<(), Stop> {
        let node = &judged.node;
        let zone = zones.entry(judged.zone.clone()).or_default();
        let (wanted, opposite) = match judged.verdict.current.as_deref() {
            Some("True") => {
                zone.remove(node.name());
                return mark_reachable(ctx, node);
            }
            Some("False") => (NOT_READY, UNREACHABLE),
            Some(_) => (UNREACHABLE, NOT_READY),
            None => return Ok(()),
        };
        if taints::has(node, opposite, NO_EXECUTE) {
            taints::swap(ctx, node.name(), NO_EXECUTE, &[wanted], &[opposite])?;
        } else {
            if !taints::has(node, wanted, NO_EXECUTE) {
                zone.remove(node.name());
            }
            zone.add(node.name());
        }
        Ok(())
    }

    /// Sets the rates of the zones by their states. Returns whether all zones were down and one has come back: then no
    /// node's silence so far counts against it.
    fn handle_disruption(&self, ctx: &mut Sync<'_>, judged: &[Judged], zones: &mut BTreeMap<String, Zone>) -> Result<bool, Stop> {
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        let excluded = |node: &Node| node.metadata.labels.as_ref().is_some_and(|labels| labels.contains_key(EXCLUDED));
        for one in judged.iter().filter(|one| !excluded(&one.node)) {
            let (ready, not_ready) = counts.entry(&one.zone).or_default();
            *(if one.verdict.current.as_deref() == Some("True") { ready } else { not_ready }) += 1;
        }
        zones.retain(|name, _| counts.contains_key(name.as_str()));
        let states: BTreeMap<&str, State> = counts.iter().map(|(zone, (ready, not_ready))| (*zone, State::of(*ready, *not_ready))).collect();
        let all_down = states.values().all(|state| *state == State::FullDisruption);
        let all_were_down = zones.values().all(|zone| zone.state == State::FullDisruption);
        if all_down && all_were_down {
            return Ok(false);
        }
        if all_down {
            for one in judged {
                mark_reachable(ctx, &one.node)?;
                zones.entry(one.zone.clone()).or_default().remove(one.node.name());
            }
            zones.values_mut().for_each(|zone| zone.stop(ctx.now()));
            return Ok(false);
        }
        for (name, zone) in zones.iter_mut() {
            let (state, (ready, not_ready)) = (states[name.as_str()], counts[name.as_str()]);
            if all_were_down || zone.state != state {
                zone.enter(state, ready + not_ready, ctx.now());
            }
        }
        Ok(all_were_down)
    }
}

fn mark_reachable(ctx: &mut Sync<'_>, node: &Node) -> Result<(), Stop> {
    if taints::has(node, UNREACHABLE, NO_EXECUTE) || taints::has(node, NOT_READY, NO_EXECUTE) {
        taints::swap(ctx, node.name(), NO_EXECUTE, &[], &[UNREACHABLE, NOT_READY])?;
    }
    Ok(())
}

/// Reports the pods as not ready on behalf of their silent kubelet, so that no traffic is sent to them. Returns whether
/// all could be written.
pub fn mark_not_ready(ctx: &mut Sync<'_>, pods: &[Arc<Pod>]) -> Result<bool, Stop> {
    let now = ctx.epoch().seconds(ctx.now());
    let unready = |pod: &Arc<Pod>| {
        let mut condition = pod_condition(pod, "Ready").filter(|condition| condition.status != "False")?.clone();
        condition.status = "False".to_owned();
        condition.last_transition_time = Some(now.clone());
        let mut pod = (**pod).clone();
        set_condition(&mut Arc::make_mut(&mut pod.status).conditions, condition);
        Some(pod)
    };
    let unready: Vec<Pod> = pods.iter().filter_map(unready).collect();
    let answers = ctx.all(unready.iter().cloned().map(Request::update_status).collect())?;
    let mut all_written = true;
    for (pod, answer) in unready.into_iter().zip(answers) {
        match answer {
            Err(status) if status.is_not_found() => continue,
            Err(_) => all_written = false,
            Ok(_) => {}
        }
        ctx.event(&Arc::new(pod).into_object(), EventType::Warning, "NodeNotReady", "Node is not ready");
    }
    Ok(all_written)
}
