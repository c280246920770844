//! Which of the volumes that are there suits a claim: large enough, of its class and mode, with its access modes; of
//! several the smallest.
//!
//! Worked example: a claim for 2Gi finds volumes of 1Gi, 5Gi and 3Gi: the one of 3Gi is its.
//!
//! Models: k8s.io/component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::quantity::Quantity;
use podarium_api::selector::LabelSelector;
use podarium_api::{Node, PersistentVolume, PersistentVolumeClaim, Resource as _};

use super::{claim_class, volume_class};
use crate::scheduler::framework::node_selector::term_matches;

/// For whom a match is sought.
#[derive(Clone, Copy)]
pub enum Seeker<'a> {
    /// The binder. Of a class that waits for its first consumer it binds only what is bound to the claim beforehand.
    Binder { delayed: bool },
    /// The scheduler, for a pod on this node.
    Scheduler { node: &'a Node },
}

/// Whether the volume is bound to this claim, or promised to a claim of this name.
pub fn is_bound_to(volume: &PersistentVolume, claim: &PersistentVolumeClaim) -> bool {
    let Some(reference) = &volume.spec.claim_ref else { return false };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let uid = text(&reference.uid);
    text(&reference.name) == claim.name() && text(&reference.namespace) == claim.namespace() && (uid.is_empty() || uid == claim.uid())
}

pub fn requested(claim: &PersistentVolumeClaim) -> Quantity {
    let requests = claim.spec.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    requests.and_then(|requests| requests.get("storage")).map(Quantity::of).unwrap_or_default()
}

pub fn capacity(volume: &PersistentVolume) -> Quantity {
    volume.spec.capacity.as_ref().and_then(|capacity| capacity.get("storage")).map(Quantity::of).unwrap_or_default()
}

/// Whether both are file systems or both raw devices.
pub fn same_mode(claim: &PersistentVolumeClaim, volume: &PersistentVolume) -> bool {
    let mode = |mode: &Option<String>| mode.clone().unwrap_or_else(|| "Filesystem".to_owned());
    mode(&claim.spec.volume_mode) == mode(&volume.spec.volume_mode)
}

/// Whether the volume offers every access mode that the claim asks for.
pub fn offers_modes(claim: &PersistentVolumeClaim, volume: &PersistentVolume) -> bool {
    let offered = volume.spec.access_modes.as_deref().unwrap_or_default();
    claim.spec.access_modes.iter().flatten().all(|mode| offered.contains(mode))
}

pub fn same_attributes(claim: &PersistentVolumeClaim, volume: &PersistentVolume) -> bool {
    claim.spec.volume_attributes_class_name.as_deref().unwrap_or_default() == volume.spec.volume_attributes_class_name.as_deref().unwrap_or_default()
}

/// Whether the volume can be used on the node.
pub fn reaches(volume: &PersistentVolume, node: &Node) -> bool {
    let required = volume.spec.node_affinity.as_ref().and_then(|affinity| affinity.required.as_ref());
    required.is_none_or(|selector| selector.node_selector_terms.iter().any(|term| term_matches(term, node)))
}

/// The best match among `volumes`: one that is bound to the claim beforehand, else the smallest that suits.
pub fn find_match<'a>(
    claim: &PersistentVolumeClaim,
    volumes: impl IntoIterator<Item = &'a Arc<PersistentVolume>>,
    seeker: Seeker<'_>,
    excluded: &dyn Fn(&str) -> bool,
) -> Option<&'a Arc<PersistentVolume>> {
    let selector = claim.spec.selector.as_ref().map(LabelSelector::of);
    let wanted = requested(claim);
    let mut smallest: Option<&Arc<PersistentVolume>> = None;
    for volume in volumes {
        if excluded(volume.name()) || volume.spec.claim_ref.is_some() && !is_bound_to(volume, claim) {
            continue;
        }
        let unfit = capacity(volume) < wanted
            || !same_mode(claim, volume)
            || !same_attributes(claim, volume)
            || volume.metadata.deletion_timestamp.is_some();
        if unfit {
            continue;
        }
        let in_reach = match seeker {
            Seeker::Scheduler { node } => reaches(volume, node),
            Seeker::Binder { .. } => true,
        };
        if is_bound_to(volume, claim) {
            // A volume that was promised to the claim is the only one for it, even where it cannot be reached.
            return in_reach.then_some(volume);
        }
        if matches!(seeker, Seeker::Binder { delayed: true }) {
            continue;
        }
        let suits = volume.status.phase.as_deref() == Some("Available")
            && selector.as_ref().is_none_or(|selector| selector.matches(volume.metadata.labels.as_ref()))
            && volume_class(volume) == claim_class(claim)
            && in_reach
            && (matches!(seeker, Seeker::Binder { .. }) || offers_modes(claim, volume));
        if suits && smallest.is_none_or(|best| capacity(best) > capacity(volume)) {
            smallest = Some(volume);
        }
    }
    smallest
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn volume(name: &str, size: &str, more: Value) -> Arc<PersistentVolume> {
        let mut value = json!({"metadata": {"name": name}, "spec": {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem"}, "status": {"phase": "Available"}});
        json_patch::merge(&mut value, &more);
        Arc::new(serde_json::from_value(value).unwrap())
    }

    fn claim(more: Value) -> PersistentVolumeClaim {
        let mut value = json!({"metadata": {"name": "c", "namespace": "n", "uid": "u"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}});
        json_patch::merge(&mut value, &more);
        serde_json::from_value(value).unwrap()
    }

    fn found(claim: &PersistentVolumeClaim, volumes: &[Arc<PersistentVolume>], seeker: Seeker<'_>) -> Option<String> {
        find_match(claim, volumes, seeker, &|_| false).map(|volume| volume.name().to_owned())
    }

    #[test]
    fn the_smallest_volume_that_suits_is_taken() {
        let volumes = [
            volume("small", "1Gi", json!({})),
            volume("large", "5Gi", json!({})),
            volume("right", "3Gi", json!({})),
            volume("other-class", "2Gi", json!({"spec": {"storageClassName": "fast"}})),
            volume("block", "2Gi", json!({"spec": {"volumeMode": "Block"}})),
            volume("taken", "2Gi", json!({"spec": {"claimRef": {"namespace": "n", "name": "c", "uid": "another"}}})),
            volume("released", "2Gi", json!({"status": {"phase": "Released"}})),
            volume("going", "2Gi", json!({"metadata": {"deletionTimestamp": "2026-01-05T09:00:00Z"}})),
            volume("labelled", "4Gi", json!({"metadata": {"labels": {"tier": "db"}}})),
        ];
        let binder = Seeker::Binder { delayed: false };
        let cases = [
            (json!({}), Some("right")),
            (json!({"spec": {"storageClassName": "fast"}}), Some("other-class")),
            (json!({"spec": {"volumeMode": "Block"}}), Some("block")),
            (json!({"spec": {"selector": {"matchLabels": {"tier": "db"}}}}), Some("labelled")),
            (json!({"spec": {"resources": {"requests": {"storage": "6Gi"}}}}), None),
            (json!({"metadata": {"uid": "another"}}), Some("taken")),
        ];
        for (more, expected) in cases {
            assert_eq!(found(&claim(more.clone()), &volumes, binder).as_deref(), expected, "{more}");
        }
        assert_eq!(found(&claim(json!({})), &volumes, Seeker::Binder { delayed: true }), None);
    }

    #[test]
    fn the_scheduler_takes_only_what_the_node_can_reach() {
        let on = |zone: &str| json!({"spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": [zone]}]}]}}}});
        let volumes = [volume("here", "9Gi", on("a")), volume("there", "2Gi", on("b"))];
        let node: Node = serde_json::from_value(json!({"metadata": {"name": "n1", "labels": {"zone": "a"}}})).unwrap();
        let seeker = Seeker::Scheduler { node: &node };
        assert_eq!(found(&claim(json!({})), &volumes, seeker).as_deref(), Some("here"));
        assert_eq!(found(&claim(json!({"spec": {"accessModes": ["ReadWriteMany"]}})), &volumes, seeker), None);
    }
}
