//! A node's row: ready or not, whether it takes pods, its roles and versions.
//!
//! Models: pkg/printers/internalversion/printers.go (printNode), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::condition::{Condition as _, get_condition};
use crate::time::age;
use crate::{Cell, Node};

pub(crate) fn row(node: &Node, now: Timestamp) -> Vec<Cell> {
    let info = node.status.node_info.clone().unwrap_or_default();
    let known = |text: String| if text.is_empty() { "<unknown>".to_owned() } else { text };
    let mut kernel = known(info.kernel_version);
    if !info.architecture.is_empty() {
        kernel = format!("{kernel} ({})", info.architecture);
    }
    vec![
        node.metadata.name.clone().into(),
        status_word(node).into(),
        roles(node).into(),
        age(node.metadata.creation_timestamp.as_ref(), now).into(),
        info.kubelet_version.into(),
        address(node, "InternalIP").into(),
        address(node, "ExternalIP").into(),
        known(info.os_image).into(),
        kernel.into(),
        known(info.container_runtime_version).into(),
    ]
}

/// `Ready`, `NotReady` or `Unknown`, with `,SchedulingDisabled` on a cordoned node.
pub fn status_word(node: &Node) -> String {
    let ready = get_condition(&node.status.conditions, "Ready");
    let word = ready.map_or("Unknown", |condition| if condition.is_true() { "Ready" } else { "NotReady" });
    if node.spec.unschedulable == Some(true) { format!("{word},SchedulingDisabled") } else { word.to_owned() }
}

/// The roles that the labels `node-role.kubernetes.io/<role>` give.
fn roles(node: &Node) -> String {
    let labels = node.metadata.labels.iter().flatten();
    let roles: BTreeSet<&str> = labels
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => Some(role),
            None => (key == "kubernetes.io/role").then_some(value.as_str()),
        })
        .filter(|role| !role.is_empty())
        .collect();
    if roles.is_empty() { "<none>".to_owned() } else { roles.into_iter().collect::<Vec<_>>().join(",") }
}

fn address(node: &Node, type_: &str) -> String {
    let found = node.status.addresses.iter().flatten().find(|address| address.type_ == type_);
    found.map_or_else(|| "<none>".to_owned(), |address| address.address.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nodes_show_their_state_and_roles() {
        let ready = |status: &str| json!({"conditions": [{"type": "Ready", "status": status}]});
        let cases = [
            (json!({}), json!({}), ready("True"), "Ready", "<none>"),
            (json!({}), json!({"unschedulable": true}), ready("True"), "Ready,SchedulingDisabled", "<none>"),
            (json!({}), json!({}), ready("Unknown"), "NotReady", "<none>"),
            (json!({}), json!({"unschedulable": true}), json!({}), "Unknown,SchedulingDisabled", "<none>"),
            (json!({"node-role.kubernetes.io/worker": "", "kubernetes.io/role": "edge", "node-role.kubernetes.io/": "x"}), json!({}), ready("False"), "NotReady", "edge,worker"),
        ];
        for (labels, spec, status, word, roles) in cases {
            let node: Node = serde_json::from_value(json!({"metadata": {"labels": labels}, "spec": spec, "status": status})).unwrap();
            let row = row(&node, Timestamp::UNIX_EPOCH);
            assert_eq!((row[1].as_str(), row[2].as_str()), (Some(word), Some(roles)), "{status}");
        }
    }
}
