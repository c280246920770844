//! Taints that say what is wrong with a node, and putting them on and taking them off.
//!
//! Models: pkg/controller/nodelifecycle/node_lifecycle_controller.go (doNoScheduleTaintingPass),
//! pkg/controller/controller_utils.go (AddOrUpdateTaintOnNode), v1.36.
//! Simplified: what is added and what is removed goes into one write instead of two.

use k8s_openapi::api::core::v1::Taint;
use podarium_api::{Kind, Node};
use serde_json::json;

use super::super::{Stop, Sync};
use crate::apiserver::{PatchType, Request};
use crate::store::Key;

pub const NOT_READY: &str = "node.kubernetes.io/not-ready";
pub const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";
pub const NO_SCHEDULE: &str = "NoSchedule";
pub const NO_EXECUTE: &str = "NoExecute";
const TRIES: u32 = 5;

/// Condition type, its status, and the taint that belongs to the two.
const OF_CONDITIONS: [(&str, &str, &str); 6] = [
    ("Ready", "False", NOT_READY),
    ("Ready", "Unknown", UNREACHABLE),
    ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
    ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
];

pub fn has(node: &Node, key: &str, effect: &str) -> bool {
    node.spec.taints.iter().flatten().any(|taint| taint.key == key && taint.effect == effect)
}

/// The `NoSchedule` taints to add and to remove, so that they say what the conditions and `spec.unschedulable` say.
pub fn no_schedule_changes(node: &Node) -> (Vec<&'static str>, Vec<&'static str>) {
    let conditions = || node.status.conditions.iter().flatten();
    let holds = |type_: &str, status: &str| conditions().any(|condition| condition.type_ == type_ && condition.status == status);
    let mut wanted: Vec<&str> = OF_CONDITIONS.iter().filter(|(type_, status, _)| holds(type_, status)).map(|(_, _, key)| *key).collect();
    if node.spec.unschedulable == Some(true) {
        wanted.push(UNSCHEDULABLE);
    }
    let own = OF_CONDITIONS.iter().map(|(_, _, key)| *key).chain([UNSCHEDULABLE]);
    let present: Vec<&str> = own.filter(|key| has(node, key, NO_SCHEDULE)).collect();
    let add = wanted.iter().copied().filter(|key| !present.contains(key)).collect();
    let remove = present.into_iter().filter(|key| !wanted.contains(key)).collect();
    (add, remove)
}

/// Adds and removes taints of one effect on the node as the server has it. Says whether the node could be written; one
/// that is gone counts as done.
pub fn swap(ctx: &mut Sync<'_>, name: &str, effect: &str, add: &[&str], remove: &[&str]) -> Result<bool, Stop> {
    let key = Key::new("", name);
    for _ in 0..TRIES {
        let node = match ctx.get_live::<Node>(&key)? {
            Ok(node) => node,
            Err(status) => return Ok(status.is_not_found()),
        };
        let mut taints = node.spec.taints.clone().unwrap_or_default();
        taints.retain(|taint| taint.effect != effect || !remove.contains(&taint.key.as_str()));
        for key in add.iter().filter(|key| !has(&node, key, effect)) {
            let time_added = Some(ctx.epoch().seconds(ctx.now()));
            taints.push(Taint { key: (*key).to_owned(), effect: effect.to_owned(), time_added, ..Taint::default() });
        }
        if Some(&taints) == node.spec.taints.as_ref() || (taints.is_empty() && node.spec.taints.is_none()) {
            return Ok(true);
        }
        let taints = if taints.is_empty() { serde_json::Value::Null } else { json!(taints) };
        let patch = json!({"metadata": {"resourceVersion": node.metadata.resource_version}, "spec": {"taints": taints}});
        match ctx.send(Request::patch(Kind::Node, &key, PatchType::Merge, patch))? {
            Ok(_) => return Ok(true),
            Err(status) if status.is_conflict() => {}
            Err(_) => return Ok(false),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taints_follow_conditions_and_cordoning() {
        let node = |status: &str, unschedulable: bool, taints: &[&str]| -> Node {
            let taints: Vec<_> = taints.iter().map(|key| json!({"key": key, "effect": NO_SCHEDULE})).collect();
            serde_json::from_value(json!({"spec": {"unschedulable": unschedulable, "taints": taints}, "status": {"conditions": [{"type": "Ready", "status": status}]}})).unwrap()
        };
        let cases: [(Node, &[&str], &[&str]); 5] = [
            (node("True", false, &[]), &[], &[]),
            (node("True", false, &[NOT_READY, "mine"]), &[], &[NOT_READY]),
            (node("False", false, &[]), &[NOT_READY], &[]),
            (node("Unknown", false, &[NOT_READY]), &[UNREACHABLE], &[NOT_READY]),
            (node("True", true, &[]), &[UNSCHEDULABLE], &[]),
        ];
        for (node, add, remove) in cases {
            assert_eq!(no_schedule_changes(&node), (add.to_vec(), remove.to_vec()), "{:?}", node.spec);
        }
    }
}
