//! The notes that a Deployment keeps on its ReplicaSets: which revision each is, and how large the whole was when it was
//! last scaled. They are how `kubectl rollout history` knows the past and how the controller tells scaling from rolling.
//!
//! Models: pkg/controller/deployment/util/deployment_util.go (annotations), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::{Deployment, ObjectMeta, ReplicaSet};

use super::limits::{max_surge, wanted};

pub const REVISION: &str = "deployment.kubernetes.io/revision";
const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
pub const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
pub const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";
pub const ROLLBACK_TO: &str = "deprecated.deployment.rollback.to";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// About a hundred revisions.
const HISTORY_LENGTH: usize = 2000;

/// Annotations that belong to one object and are not handed on.
fn stays(name: &str) -> bool {
    [LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS, ROLLBACK_TO].contains(&name)
}

fn text<'a>(meta: &'a ObjectMeta, name: &str) -> Option<&'a str> {
    meta.annotations.as_ref()?.get(name).map(String::as_str)
}

/// A number that is not negative.
pub fn number(set: &ReplicaSet, name: &str) -> Option<i32> {
    text(&set.metadata, name)?.parse().ok().filter(|number| *number >= 0)
}

/// How many replicas the Deployment wanted when it last scaled this set.
pub fn desired(set: &ReplicaSet) -> Option<i32> {
    number(set, DESIRED_REPLICAS)
}

/// The set's revision: 0 without the note, `None` if it is no number.
pub fn revision(set: &ReplicaSet) -> Option<i64> {
    text(&set.metadata, REVISION).map_or(Some(0), |text| text.parse().ok())
}

pub fn max_revision<'a>(sets: impl IntoIterator<Item = &'a Arc<ReplicaSet>>) -> i64 {
    sets.into_iter().filter_map(|set| revision(set)).max().unwrap_or(0).max(0)
}

/// The second highest revision, which a rollback without a number goes to; 0 if there is none.
pub fn last_revision<'a>(sets: impl IntoIterator<Item = &'a Arc<ReplicaSet>>) -> i64 {
    let mut revisions: Vec<i64> = sets.into_iter().filter_map(|set| revision(set)).collect();
    revisions.sort_unstable();
    revisions.iter().rev().nth(1).copied().unwrap_or(0).max(0)
}

fn set_text(annotations: &mut BTreeMap<String, String>, name: &str, value: String) -> bool {
    annotations.insert(name.to_owned(), value.clone()) != Some(value)
}

/// Notes the Deployment's revision; whether that was new.
pub fn set_deployment_revision(deployment: &mut Deployment, revision: &str) -> bool {
    set_text(deployment.metadata.annotations.get_or_insert_default(), REVISION, revision.to_owned())
}

/// Brings the notes on the new set up to date: the Deployment's own annotations, the revision, and for a set that is
/// yet to be created the sizes. Returns whether anything changed.
pub fn update_new_set(deployment: &Deployment, set: &mut ReplicaSet, revision: i64, exists: bool) -> bool {
    let annotations = set.metadata.annotations.get_or_insert_default();
    let mut changed = false;
    for (name, value) in deployment.metadata.annotations.iter().flatten().filter(|(name, _)| !stays(name)) {
        changed |= set_text(annotations, name, value.clone());
    }
    let before = annotations.get(REVISION).cloned();
    let Ok(number) = before.as_deref().filter(|text| !text.is_empty()).unwrap_or("0").parse::<i64>() else { return false };
    if number < revision {
        annotations.insert(REVISION.to_owned(), revision.to_string());
        changed = true;
        if let Some(before) = before {
            remember_revision(annotations, &before);
        }
    }
    if !exists {
        changed |= set_sizes(deployment, set);
    }
    changed
}

/// A set that becomes the new one again keeps its earlier revisions in a list, the oldest dropped when it gets long.
fn remember_revision(annotations: &mut BTreeMap<String, String>, before: &str) {
    let history = annotations.get(REVISION_HISTORY).cloned().unwrap_or_default();
    let mut revisions: Vec<&str> = history.split(',').filter(|revision| !revision.is_empty()).collect();
    revisions.push(before);
    while revisions.len() > 1 && revisions.join(",").len() > HISTORY_LENGTH {
        revisions.remove(0);
    }
    annotations.insert(REVISION_HISTORY.to_owned(), revisions.join(","));
}

fn sizes(deployment: &Deployment) -> [(&'static str, String); 2] {
    let wanted = wanted(deployment);
    [(DESIRED_REPLICAS, wanted.to_string()), (MAX_REPLICAS, (wanted + max_surge(deployment)).to_string())]
}

/// Notes how large the Deployment is; whether that was new.
pub fn set_sizes(deployment: &Deployment, set: &mut ReplicaSet) -> bool {
    let annotations = set.metadata.annotations.get_or_insert_default();
    sizes(deployment).into_iter().fold(false, |changed, (name, value)| set_text(annotations, name, value) || changed)
}

pub fn sizes_differ(deployment: &Deployment, set: &ReplicaSet) -> bool {
    sizes(deployment).iter().any(|(name, value)| text(&set.metadata, name) != Some(value))
}

/// Rolling back, the Deployment takes the annotations of the set that it returns to, e.g. its `change-cause`.
pub fn take_from_set(deployment: &mut Deployment, set: &ReplicaSet) {
    let annotations = deployment.metadata.annotations.get_or_insert_default();
    annotations.retain(|name, _| stays(name));
    let handed_on = set.metadata.annotations.iter().flatten().filter(|(name, _)| !stays(name));
    annotations.extend(handed_on.map(|(name, value)| (name.clone(), value.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn set(annotations: Value) -> ReplicaSet {
        serde_json::from_value(json!({"metadata": {"annotations": annotations}, "spec": {"selector": {}}})).unwrap()
    }

    fn deployment() -> Deployment {
        serde_json::from_value(json!({
            "metadata": {"annotations": {"note": "hello", LAST_APPLIED: "{}", REVISION: "7"}},
            "spec": {"replicas": 3, "selector": {}, "template": {}, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}},
        }))
        .unwrap()
    }

    #[test]
    fn a_new_set_gets_the_annotations_the_revision_and_the_sizes() {
        let mut new = set(json!(null));
        assert!(update_new_set(&deployment(), &mut new, 2, false));
        assert_eq!(json!(new.metadata.annotations), json!({"note": "hello", REVISION: "2", DESIRED_REPLICAS: "3", MAX_REPLICAS: "4"}));
        assert!(!update_new_set(&deployment(), &mut new, 2, true), "the second time nothing changes");
    }

    #[test]
    fn a_set_that_comes_back_remembers_its_earlier_revisions() {
        for (history, expected) in [(json!(null), "1"), (json!("3"), "3,1")] {
            let mut back = set(json!({REVISION: "1"}));
            if let Value::String(history) = history {
                back.metadata.annotations.as_mut().unwrap().insert(REVISION_HISTORY.to_owned(), history);
            }
            assert!(update_new_set(&deployment(), &mut back, 4, true));
            assert_eq!(text(&back.metadata, REVISION), Some("4"));
            assert_eq!(text(&back.metadata, REVISION_HISTORY), Some(expected));
        }
    }

    #[test]
    fn a_revision_never_falls() {
        let mut set = set(json!({REVISION: "5", "note": "hello"}));
        assert!(!update_new_set(&deployment(), &mut set, 4, true));
        assert_eq!(revision(&set), Some(5));
    }

    #[test]
    fn the_last_revision_is_the_second_highest() {
        let sets = |revisions: &[&str]| revisions.iter().map(|revision| Arc::new(set(json!({REVISION: revision})))).collect::<Vec<_>>();
        for (revisions, max, last) in [(vec![], 0, 0), (vec!["1"], 1, 0), (vec!["3", "1", "2"], 3, 2), (vec!["x", "2"], 2, 0)] {
            let sets = sets(&revisions);
            assert_eq!((max_revision(&sets), last_revision(&sets)), (max, last), "{revisions:?}");
        }
    }
}
