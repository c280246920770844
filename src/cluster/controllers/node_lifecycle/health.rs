//! Judging a node by its signs of life: the heartbeat in its status and the renewal of its lease.
//!
//! The controller trusts its own clock alone. It notes when it saw the last sign; 50 s without one, and all that the node
//! last said of itself becomes `Unknown`. A kubelet renews its lease every 10 s, so four renewals may be lost.
//!
//! Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go (tryUpdateNodeHealth), v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::NodeCondition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use podarium_api::condition::get_condition;
use podarium_api::time::Epoch;
use podarium_api::{Lease, Node};
use podarium_sim::Time;

/// `--node-monitor-grace-period` and `--node-startup-grace-period`.
const GRACE: Duration = Duration::from_secs(50);
const STARTUP_GRACE: Duration = Duration::from_secs(60);
/// The conditions that a kubelet reports.
const REPORTED: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/// What was last seen of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// When the controller saw the last sign of life.
    pub probed: Time,
    ready: Option<Arc<NodeCondition>>,
    renewed: Option<MicroTime>,
}

/// The judgement on one node.
pub struct Verdict {
    pub health: Health,
    /// The status of `Ready` as the node reported it, and as it is now.
    pub reported: String,
    pub current: Option<String>,
    /// The node with its conditions set to `Unknown`, to be written.
    pub write: Option<Node>,
}

fn ready(node: &Node) -> Option<&NodeCondition> {
    get_condition(&node.status.conditions, "Ready")
}

pub fn judge(before: Option<&Health>, node: &Arc<Node>, lease: Option<&Lease>, now: Time, epoch: Epoch) -> Verdict {
    let created = node.metadata.creation_timestamp.as_ref().map_or(Time::ZERO, |time| epoch.time(time.0));
    let condition = ready(node);
    let mut health = match (before, condition) {
        (Some(before), None) if before.ready.is_none() => before.clone(),
        (None, None) => Health { probed: created, ready: None, renewed: None },
        (Some(before), Some(now_ready)) if before.ready.as_ref().is_some_and(|then| then.last_heartbeat_time == now_ready.last_heartbeat_time) => before.clone(),
        (before, condition) => Health { probed: now, ready: condition.cloned().map(Arc::new), renewed: before.and_then(|before| before.renewed.clone()) },
    };
    if let Some(renewed) = lease.map(|lease| lease.spec.renew_time.clone())
        && (health.renewed.is_none() || renewed > health.renewed)
    {
        health.renewed = renewed;
        health.probed = now;
    }
    let reported = condition.map_or("Unknown", |condition| condition.status.as_str()).to_owned();
    let grace = if condition.is_some() { GRACE } else { STARTUP_GRACE };
    if now <= health.probed + grace {
        let current = condition.map(|condition| condition.status.clone());
        return Verdict { health, reported, current, write: None };
    }
    let unknown = with_unknown_conditions(node, now, epoch);
    let changed = ready(&unknown) != condition;
    health.ready = ready(&unknown).cloned().map(Arc::new);
    Verdict { health, reported, current: Some("Unknown".to_owned()), write: changed.then_some(unknown) }
}

fn with_unknown_conditions(node: &Arc<Node>, now: Time, epoch: Epoch) -> Node {
    let mut node = (**node).clone();
    let created = node.metadata.creation_timestamp.clone();
    let conditions = Arc::make_mut(&mut node.status).conditions.get_or_insert_default();
    for type_ in REPORTED {
        match conditions.iter_mut().find(|condition| condition.type_ == type_) {
            None => conditions.push(NodeCondition {
                type_: type_.to_owned(),
                status: "Unknown".to_owned(),
                reason: Some("NodeStatusNeverUpdated".to_owned()),
                message: Some("Kubelet never posted node status.".to_owned()),
                last_heartbeat_time: created.clone(),
                last_transition_time: Some(epoch.seconds(now)),
            }),
            Some(condition) if condition.status != "Unknown" => {
                condition.status = "Unknown".to_owned();
                condition.reason = Some("NodeStatusUnknown".to_owned());
                condition.message = Some("Kubelet stopped posting node status.".to_owned());
                condition.last_transition_time = Some(epoch.seconds(now));
            }
            Some(_) => {}
        }
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn node(heartbeat: Option<u32>) -> Arc<Node> {
        let at = |second: u32| format!("2026-01-05T09:{:02}:{:02}Z", second / 60, second % 60);
        let conditions = heartbeat.map(|second| json!([{"type": "Ready", "status": "True", "lastHeartbeatTime": at(second), "lastTransitionTime": at(0)}]));
        Arc::new(serde_json::from_value(json!({"metadata": {"name": "n", "creationTimestamp": at(0)}, "status": {"conditions": conditions}})).unwrap())
    }

    fn lease(second: u32) -> Lease {
        serde_json::from_value(json!({"spec": {"renewTime": format!("2026-01-05T09:{:02}:{:02}.000000Z", second / 60, second % 60)}})).unwrap()
    }

    fn judge_at(before: Option<&Health>, node: &Arc<Node>, lease: Option<&Lease>, second: u64) -> Verdict {
        judge(before, node, lease, Time::from_secs(second), Epoch::default())
    }

    #[test]
    fn a_silent_node_becomes_unknown_after_its_grace_period() {
        let seen = judge_at(None, &node(Some(0)), None, 10).health;
        assert!(judge_at(Some(&seen), &node(Some(0)), None, 60).write.is_none());
        let verdict = judge_at(Some(&seen), &node(Some(0)), None, 61);
        assert_eq!((verdict.reported.as_str(), verdict.current.as_deref()), ("True", Some("Unknown")));
        let reasons: Vec<_> = verdict.write.unwrap().status.conditions.clone().unwrap().into_iter().map(|condition| condition.reason.unwrap()).collect();
        assert_eq!(reasons, ["NodeStatusUnknown", "NodeStatusNeverUpdated", "NodeStatusNeverUpdated", "NodeStatusNeverUpdated"]);
    }

    #[test]
    fn a_heartbeat_or_a_renewed_lease_is_a_sign_of_life() {
        let seen = judge_at(None, &node(Some(0)), Some(&lease(0)), 10).health;
        assert_eq!(judge_at(Some(&seen), &node(Some(20)), Some(&lease(0)), 25).health.probed, Time::from_secs(25));
        assert_eq!(judge_at(Some(&seen), &node(Some(0)), Some(&lease(30)), 35).health.probed, Time::from_secs(35));
        assert_eq!(judge_at(Some(&seen), &node(Some(0)), Some(&lease(0)), 40).health.probed, Time::from_secs(10));
    }

    #[test]
    fn a_node_that_never_spoke_has_a_minute() {
        assert!(judge_at(None, &node(None), None, 60).write.is_none());
        assert!(judge_at(None, &node(None), None, 61).write.is_some());
    }
}
