//! The claims of a StatefulSet's pods: one for each template and number, and who deletes them in the end.
//!
//! By default nobody: the disk of `db-2` outlives the pod, the scaling down and the set, and is there when `db-2` comes
//! back. With a retention policy, owner references leave it to the garbage collector: a reference to the set deletes the
//! claim with the set, one to a pod that is scaled away deletes it with the pod.
//!
//! Models: pkg/controller/statefulset/{stateful_pod_control.go,stateful_set_utils.go}, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::owner::controller_reference;
use podarium_api::{ObjectMeta, OwnerReference, PersistentVolumeClaim, Pod, Resource, StatefulSet};

use super::super::{Stop, Sync};
use super::identity::{claim_name, claim_templates, in_range, ordinal};
use super::wrote;
use crate::client::EventType;
use crate::store::Key;

/// Whether claims go with the set, and with a pod that is scaled away.
fn policy(set: &StatefulSet) -> (bool, bool) {
    let policy = set.spec.persistent_volume_claim_retention_policy.as_ref();
    let deletes = |when: Option<&String>| when.is_some_and(|when| when == "Delete");
    (deletes(policy.and_then(|policy| policy.when_deleted.as_ref())), deletes(policy.and_then(|policy| policy.when_scaled.as_ref())))
}

/// The claims of a pod as the templates want them, in the order of the templates' names.
fn wanted(set: &StatefulSet, pod: &Pod) -> Vec<PersistentVolumeClaim> {
    let Some(ordinal) = ordinal(pod) else { return Vec::new() };
    let mut claims: Vec<PersistentVolumeClaim> = claim_templates(set)
        .iter()
        .map(|template| {
            let mut labels = template.metadata.labels.clone().unwrap_or_default();
            labels.extend(set.spec.selector.match_labels.clone().unwrap_or_default());
            PersistentVolumeClaim {
                metadata: ObjectMeta {
                    name: Some(claim_name(set, template, ordinal)),
                    namespace: set.metadata.namespace.clone(),
                    labels: (!labels.is_empty()).then_some(labels),
                    ..template.metadata.clone()
                },
                spec: Arc::new(template.spec.clone().unwrap_or_default()),
                status: Arc::new(template.status.clone().unwrap_or_default()),
            }
        })
        .collect();
    claims.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
    claims
}

fn cached<'a>(ctx: &Sync<'a>, claim: &PersistentVolumeClaim) -> Option<&'a Arc<PersistentVolumeClaim>> {
    ctx.caches().get::<PersistentVolumeClaim>(&Key::of_meta(&claim.metadata))
}

/// Makes the claims that do not exist yet.
pub fn create_missing(ctx: &mut Sync<'_>, set: &Arc<StatefulSet>, pod: &Pod) -> Result<Result<(), String>, Stop> {
    let mut failures = Vec::new();
    for claim in wanted(set, pod) {
        let name = claim.name().to_owned();
        if let Some(existing) = cached(ctx, &claim) {
            if existing.metadata.deletion_timestamp.is_some() {
                failures.push(format!("pvc {name} is being deleted"));
            }
            continue;
        }
        let about = set.clone().into_object();
        match ctx.create(claim)? {
            Ok(created) => {
                wrote(ctx, set, created.into_object());
                let message = format!("Create Claim {name} Pod {} in StatefulSet {} success", pod.name(), set.name());
                ctx.event(&about, EventType::Normal, "SuccessfulCreate", message);
            }
            Err(status) => {
                failures.push(format!("failed to create PVC {name}: {status}"));
                if !status.is_already_exists() {
                    let message = format!("Create Claim {name} for Pod {} in StatefulSet {} failed error: {status}", pod.name(), set.name());
                    ctx.event(&about, EventType::Warning, "FailedCreate", message);
                }
            }
        }
    }
    Ok(if failures.is_empty() { Ok(()) } else { Err(aggregate(failures)) })
}

/// Several errors as Go joins them: one alone, or all in brackets, each once.
pub fn aggregate(failures: Vec<String>) -> String {
    let mut distinct: Vec<String> = Vec::new();
    for failure in failures {
        if !distinct.contains(&failure) {
            distinct.push(failure);
        }
    }
    if let [only] = distinct.as_slice() { only.clone() } else { format!("[{}]", distinct.join(", ")) }
}

/// The same object by its coordinates, whatever its uid.
fn names<O: Resource>(reference: &OwnerReference, owner: &O) -> bool {
    reference.api_version == O::INFO.api_version() && reference.kind == O::INFO.kind && reference.name == owner.name()
}

fn references(claim: &PersistentVolumeClaim) -> &[OwnerReference] {
    claim.metadata.owner_references.as_deref().unwrap_or_default()
}

fn has_owner(claim: &PersistentVolumeClaim, uid: &str) -> bool {
    references(claim).iter().any(|reference| reference.uid == uid)
}

/// Whether the claim belongs to an earlier object of the same name.
fn is_stale<O: Resource>(claim: &PersistentVolumeClaim, owner: &O) -> bool {
    references(claim).iter().find(|reference| names(reference, owner)).is_some_and(|reference| reference.uid != owner.uid())
}

/// Whether something else controls the claim. Without a policy that does not matter.
fn has_unexpected_controller(claim: &PersistentVolumeClaim, set: &StatefulSet, pod: &Pod) -> bool {
    policy(set) != (false, false)
        && references(claim).iter().any(|reference| {
            if names(reference, set) {
                reference.uid != set.uid()
            } else if names(reference, pod) {
                reference.uid != pod.uid()
            } else {
                reference.controller == Some(true)
            }
        })
}

/// Which owners the claim should have: the set, the pod.
fn owners(set: &StatefulSet, pod: &Pod) -> (bool, bool) {
    let (with_set, with_pod) = policy(set);
    let scaled_away = !ordinal(pod).is_some_and(|ordinal| in_range(set, ordinal));
    (with_set && !(with_pod && scaled_away), with_pod && scaled_away)
}

/// Whether the owners of the claim are as the policy wants them. What is in an unknown state is left alone.
fn is_up_to_date(claim: &PersistentVolumeClaim, set: &StatefulSet, pod: &Pod) -> bool {
    if is_stale(claim, set) || is_stale(claim, pod) {
        return true;
    }
    if has_unexpected_controller(claim, set, pod) {
        return !(has_owner(claim, set.uid()) || has_owner(claim, pod.uid()));
    }
    let ours = |reference: &&OwnerReference| reference.uid == set.uid() || reference.uid == pod.uid();
    if references(claim).iter().filter(ours).any(|reference| reference.controller != Some(true)) {
        return false;
    }
    (has_owner(claim, set.uid()), has_owner(claim, pod.uid())) == owners(set, pod)
}

/// The owners that the claim should have.
fn new_owners(claim: &PersistentVolumeClaim, set: &StatefulSet, pod: &Pod) -> Vec<OwnerReference> {
    let foreign = |reference: &&OwnerReference| !names(reference, set) && !names(reference, pod);
    let mut references: Vec<OwnerReference> = references(claim).iter().filter(foreign).cloned().collect();
    if has_unexpected_controller(claim, set, pod) {
        return references;
    }
    let (with_set, with_pod) = owners(set, pod);
    references.extend(with_set.then(|| controller_reference(set)));
    references.extend(with_pod.then(|| controller_reference(pod)));
    references
}

/// Whether all claims of the pod that exist have the owners that the policy wants.
pub fn match_retention(ctx: &Sync<'_>, set: &StatefulSet, pod: &Pod) -> bool {
    wanted(set, pod).iter().filter_map(|claim| cached(ctx, claim)).all(|claim| is_up_to_date(claim, set, pod))
}

/// Gives the claims of the pod the owners that the policy wants.
pub fn apply_retention(ctx: &mut Sync<'_>, set: &Arc<StatefulSet>, pod: &Pod) -> Result<Result<(), String>, Stop> {
    let existing: Vec<Arc<PersistentVolumeClaim>> = wanted(set, pod).iter().filter_map(|claim| cached(ctx, claim)).cloned().collect();
    for claim in existing {
        let name = claim.name().to_owned();
        if has_unexpected_controller(&claim, set, pod) {
            let message = format!(
                "PersistentVolumeClaim {name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim"
            );
            ctx.event(&set.clone().into_object(), EventType::Warning, "ConflictingController", message);
        }
        if is_up_to_date(&claim, set, pod) {
            continue;
        }
        let mut changed = (*claim).clone();
        let references = new_owners(&claim, set, pod);
        changed.metadata.owner_references = (!references.is_empty()).then_some(references);
        match ctx.update(changed)? {
            Ok(written) => wrote(ctx, set, written.into_object()),
            Err(status) => return Ok(Err(format!("could not update claim {name} for delete policy ownerRefs: {status}"))),
        }
    }
    Ok(Ok(()))
}

/// Whether a claim waits for its end because it belongs to the pod's predecessor: a new pod must not take it.
pub fn is_blocked(ctx: &Sync<'_>, set: &StatefulSet, pod: &Pod) -> bool {
    policy(set).1 && wanted(set, pod).iter().filter_map(|claim| cached(ctx, claim)).any(|claim| is_stale(claim, pod))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(when_deleted: &str, when_scaled: &str) -> StatefulSet {
        serde_json::from_value(json!({"metadata": {"name": "db", "namespace": "default", "uid": "set"}, "spec": {"replicas": 2,
            "selector": {"matchLabels": {"app": "db"}}, "volumeClaimTemplates": [{"metadata": {"name": "data", "labels": {"tier": "x"}}}],
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": when_deleted, "whenScaled": when_scaled}}})).unwrap()
    }

    fn pod(ordinal: i32) -> Pod {
        serde_json::from_value(json!({"metadata": {"name": format!("db-{ordinal}"), "namespace": "default", "uid": format!("pod-{ordinal}")}})).unwrap()
    }

    fn claim(owners: serde_json::Value) -> PersistentVolumeClaim {
        serde_json::from_value(json!({"metadata": {"name": "data-db-0", "namespace": "default", "ownerReferences": owners}})).unwrap()
    }

    fn kinds(references: &[OwnerReference]) -> Vec<String> {
        references.iter().map(|reference| format!("{}/{}", reference.kind, reference.name)).collect()
    }

    #[test]
    fn claims_are_named_and_labelled_after_template_set_and_number() {
        let claims = wanted(&set("Retain", "Retain"), &pod(1));
        assert_eq!(claims[0].name(), "data-db-1");
        assert_eq!(json!(claims[0].metadata.labels), json!({"app": "db", "tier": "x"}));
    }

    #[test]
    fn the_policy_decides_who_owns_a_claim() {
        let none: [&str; 0] = [];
        let cases = [
            ("Retain", "Retain", none.as_slice(), none.as_slice()),
            ("Delete", "Retain", &["StatefulSet/db"], &["StatefulSet/db"]),
            ("Retain", "Delete", &[], &["Pod/db-5"]),
            ("Delete", "Delete", &["StatefulSet/db"], &["Pod/db-5"]),
        ];
        for (deleted, scaled, within, beyond) in cases {
            let set = set(deleted, scaled);
            for (ordinal, owners) in [(0, within), (5, beyond)] {
                let bare = claim(json!([]));
                assert_eq!(kinds(&new_owners(&bare, &set, &pod(ordinal))), owners, "{deleted} {scaled} {ordinal}");
                assert_eq!(is_up_to_date(&bare, &set, &pod(ordinal)), owners.is_empty(), "{deleted} {scaled} {ordinal}");
                let owned = claim(json!(new_owners(&bare, &set, &pod(ordinal))));
                assert!(is_up_to_date(&owned, &set, &pod(ordinal)), "{deleted} {scaled} {ordinal}");
            }
        }
    }

    #[test]
    fn foreign_and_outdated_owners_are_left_alone() {
        let owner = |kind: &str, name: &str, uid: &str, controller: bool| {
            json!({"apiVersion": if kind == "Pod" { "v1" } else { "apps/v1" }, "kind": kind, "name": name, "uid": uid, "controller": controller})
        };
        let (deletes, pod) = (set("Delete", "Delete"), pod(0));
        let stale = claim(json!([owner("StatefulSet", "db", "earlier", true)]));
        assert!(is_up_to_date(&stale, &deletes, &pod) && is_stale(&stale, &deletes));
        let other = claim(json!([owner("StatefulSet", "other", "o", true)]));
        assert!(has_unexpected_controller(&other, &deletes, &pod) && is_up_to_date(&other, &deletes, &pod));
        let both = claim(json!([owner("StatefulSet", "other", "o", true), owner("StatefulSet", "db", "set", true)]));
        assert!(!is_up_to_date(&both, &deletes, &pod));
        assert_eq!(kinds(&new_owners(&both, &deletes, &pod)), ["StatefulSet/other"]);
        let weak = claim(json!([owner("StatefulSet", "db", "set", false)]));
        assert!(!is_up_to_date(&weak, &deletes, &pod), "an owner that does not control is replaced");
    }
}
