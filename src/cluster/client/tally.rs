//! How many pods each ReplicaSet has, counted as pods come and go. A set of a thousand pods hears of each of them several
//! times; to count all of them each time would take longer than everything else.
//!
//! Models: nothing of Kubernetes, whose controller counts anew in every sync.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::OrdMap;
use podarium_api::owner::{controller_of, is_terminating};
use podarium_api::pod_state::{is_pod_active, is_pod_terminal, pod_is_ready};
use podarium_api::{Object, Pod};

/// The labels of pods.
pub type Labels = BTreeMap<String, String>;

/// How many pods with the same labels are how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Neither ended nor on their way out.
    pub active: usize,
    /// Active and ready.
    pub ready: usize,
    /// On their way out and not over.
    pub terminating: usize,
}

impl Tally {
    fn of(pod: &Pod) -> Tally {
        let active = is_pod_active(pod);
        let terminating = is_terminating(&pod.metadata) && !is_pod_terminal(pod);
        Tally { active: active.into(), ready: (active && pod_is_ready(pod)).into(), terminating: terminating.into() }
    }

    fn is_empty(self) -> bool {
        self == Tally::default()
    }
}

/// The tallies of all owners that are counted: the uid, and each different set of labels.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies {
    owners: OrdMap<Arc<str>, Arc<Vec<(Labels, Tally)>>>,
}

/// The owner of a pod, if its pods are alike. Those of other controllers have labels of their own.
fn counted(object: &Object) -> Option<(&Pod, &str)> {
    let Object::Pod(pod) = object else { return None };
    let owner = controller_of(&pod.metadata)?;
    matches!(owner.kind.as_str(), "ReplicaSet" | "ReplicationController").then_some((&**pod, owner.uid.as_str()))
}

impl Tallies {
    pub fn replace(&mut self, old: Option<&Object>, new: Option<&Object>) {
        let (old, new) = (old.and_then(counted), new.and_then(counted));
        if let (Some((before, uid)), Some((pod, same))) = (old, new)
            && uid == same
            && before.metadata.labels == pod.metadata.labels
            && Tally::of(before) == Tally::of(pod)
        {
            return;
        }
        if let Some((pod, uid)) = old {
            self.change(uid, pod, |tally, one| *tally = Tally { active: tally.active - one.active, ready: tally.ready - one.ready, terminating: tally.terminating - one.terminating });
        }
        if let Some((pod, uid)) = new {
            self.change(uid, pod, |tally, one| *tally = Tally { active: tally.active + one.active, ready: tally.ready + one.ready, terminating: tally.terminating + one.terminating });
        }
    }

    fn change(&mut self, uid: &str, pod: &Pod, change: impl Fn(&mut Tally, Tally)) {
        let one = Tally::of(pod);
        if one.is_empty() {
            return;
        }
        if !self.owners.contains_key(uid) {
            self.owners.insert(uid.into(), Arc::default());
        }
        let groups = Arc::make_mut(self.owners.get_mut(uid).expect("the owner that was just put in"));
        let none = Labels::new();
        let labels = pod.metadata.labels.as_ref().unwrap_or(&none);
        match groups.iter_mut().find(|(of, _)| of == labels) {
            Some((_, tally)) => change(tally, one),
            None => {
                let mut tally = Tally::default();
                change(&mut tally, one);
                groups.push((labels.clone(), tally));
            }
        }
        groups.retain(|(_, tally)| !tally.is_empty());
        if groups.is_empty() {
            self.owners.remove(uid);
        }
    }

    pub fn of(&self, uid: &str) -> &[(Labels, Tally)] {
        self.owners.get(uid).map_or(&[], |groups| groups.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(owner: &str, labels: serde_json::Value, ready: bool, going: bool) -> Object {
        let pod: Pod = serde_json::from_value(json!({
            "metadata": {"labels": labels, "deletionTimestamp": going.then_some("2026-01-05T09:00:00Z"),
                "ownerReferences": [{"apiVersion": "apps/v1", "kind": owner, "name": "web", "uid": "u", "controller": true}]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}]},
        }))
        .unwrap();
        Object::Pod(Arc::new(pod))
    }

    #[test]
    fn pods_are_counted_by_labels_and_forgotten_when_they_go() {
        let mut tallies = Tallies::default();
        let (starting, ready, going) = (pod("ReplicaSet", json!({"a": "b"}), false, false), pod("ReplicaSet", json!({"a": "b"}), true, false), pod("ReplicaSet", json!({"a": "b"}), true, true));
        let other = pod("ReplicaSet", json!({"a": "c"}), true, false);
        tallies.replace(None, Some(&starting));
        tallies.replace(None, Some(&ready));
        tallies.replace(None, Some(&other));
        tallies.replace(None, Some(&pod("StatefulSet", json!({}), true, false)));
        let labels = |value: &str| Labels::from([("a".to_owned(), value.to_owned())]);
        assert_eq!(tallies.of("u"), [(labels("b"), Tally { active: 2, ready: 1, terminating: 0 }), (labels("c"), Tally { active: 1, ready: 1, terminating: 0 })]);
        tallies.replace(Some(&starting), Some(&ready));
        tallies.replace(Some(&ready), Some(&going));
        tallies.replace(Some(&other), None);
        assert_eq!(tallies.of("u"), [(labels("b"), Tally { active: 1, ready: 1, terminating: 1 })]);
        tallies.replace(Some(&ready), None);
        tallies.replace(Some(&going), None);
        assert!(tallies.of("u").is_empty() && tallies.owners.is_empty());
    }
}
