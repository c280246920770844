//! Warnings about volumes, claims and storage classes: old annotations, sources that no longer work, parts of bytes.
//!
//! Models: pkg/api/{persistentvolume,persistentvolumeclaim,storage,node}/util.go, pkg/registry/storage/csidriver/strategy.go, v1.36.
//! Simplified: nothing.

use crate::field::Path;
use crate::quantity::Quantity;
use crate::validation::{list, text};
use crate::{CSIDriver, CSIStorageCapacity, PersistentVolume, PersistentVolumeClaim, StorageClass};

const OLD_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
const OLD_CLASS_TEXT: &str = "deprecated since v1.8; use \"storageClassName\" attribute instead";

/// Labels of nodes that have another name today.
const OLD_LABELS: &[(&str, &str)] = &[
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    ("failure-domain.beta.kubernetes.io/region", "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"),
    ("failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"),
    ("beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"),
    ("app.kubernetes.io/created-by", "deprecated since v1.9"),
    ("scheduler.alpha.kubernetes.io/preferAvoidPods", "deprecated since v1.22; use Taints and Tolerations instead"),
    ("node-role.kubernetes.io/master", "use \"node-role.kubernetes.io/control-plane\" instead"),
];

/// What to say about a label of nodes that is out of use.
pub(crate) fn old_label(key: &str) -> Option<&'static str> {
    OLD_LABELS.iter().find(|(old, _)| *old == key).map(|(_, text)| *text)
}

pub(crate) fn persistent_volume(volume: &PersistentVolume) -> Vec<String> {
    let spec = &volume.spec;
    let old = [(OLD_CLASS, OLD_CLASS_TEXT), ("volume.beta.kubernetes.io/mount-options", "deprecated since v1.31; use \"mountOptions\" attribute instead")];
    let annotated = |key: &str| volume.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(key));
    let mut warnings: Vec<String> =
        old.iter().filter(|(key, _)| annotated(key)).map(|(key, why)| format!("metadata.annotations[{key}]: {why}")).collect();
    if text(&spec.persistent_volume_reclaim_policy) == "Recycle" {
        warnings.push("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.".to_owned());
    }
    let required = spec.node_affinity.as_ref().and_then(|affinity| affinity.required.as_ref());
    for (index, term) in required.iter().flat_map(|selector| selector.node_selector_terms.iter().enumerate()) {
        let path = Path::new("spec").child("nodeAffinity").child("required").child("nodeSelectorTerms").index(index);
        for (index, expression) in list(&term.match_expressions).iter().enumerate() {
            if let Some(why) = old_label(&expression.key) {
                warnings.push(format!("{}: {} is {why}", path.child("matchExpressions").index(index).child("key"), expression.key));
            }
        }
    }
    let gone = [
        (spec.cephfs.is_some(), "cephfs", "deprecated in v1.28, non-functional in v1.31+"),
        (spec.photon_persistent_disk.is_some(), "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
        (spec.scale_io.is_some(), "scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
        (spec.storageos.is_some(), "storageOS", "deprecated in v1.22, non-functional in v1.25+"),
        (spec.glusterfs.is_some(), "glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
        (spec.rbd.is_some(), "rbd", "deprecated in v1.28, non-functional in v1.31+"),
    ];
    warnings.extend(gone.iter().filter(|(used, ..)| *used).map(|(_, name, why)| format!("spec.{name}: {why}")));
    warnings
}

pub(crate) fn persistent_volume_claim(claim: &PersistentVolumeClaim) -> Vec<String> {
    let mut warnings = Vec::new();
    if claim.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(OLD_CLASS)) {
        warnings.push(format!("metadata.annotations[{OLD_CLASS}]: {OLD_CLASS_TEXT}"));
    }
    let resources = claim.spec.resources.clone().unwrap_or_default();
    for (name, amounts) in [("requests", resources.requests), ("limits", resources.limits)] {
        let amount = amounts.as_ref().and_then(|amounts| amounts.get("storage")).map(Quantity::of).unwrap_or_default();
        if amount.milli_value() % 1000 != 0 {
            warnings.push(format!("spec.resources.{name}[storage]: fractional byte value \"{amount}\" is invalid, must be an integer"));
        }
    }
    warnings
}

pub(crate) fn storage_class(class: &StorageClass) -> Vec<String> {
    let mut warnings = Vec::new();
    for (term_index, term) in list(&class.allowed_topologies).iter().enumerate() {
        for (index, expression) in list(&term.match_label_expressions).iter().enumerate() {
            if let Some(why) = old_label(&expression.key) {
                warnings.push(format!("allowedTopologies[{term_index}].matchLabelExpressions[{index}].key: {why}"));
            }
        }
    }
    warnings
}

pub(crate) fn storage_capacity(capacity: &CSIStorageCapacity) -> Vec<String> {
    let Some(topology) = &capacity.node_topology else { return Vec::new() };
    let expressions = list(&topology.match_expressions).iter().enumerate().filter_map(|(index, expression)| {
        old_label(&expression.key).map(|why| format!("nodeTopology.matchExpressions[{index}].key: {} is {why}", expression.key))
    });
    let labels = topology.match_labels.iter().flatten().filter_map(|(key, _)| old_label(key).map(|why| format!("nodeTopology.matchLabels.{key}: {why}")));
    expressions.chain(labels).collect()
}

pub(crate) fn csi_driver(driver: &CSIDriver) -> Vec<String> {
    if list(&driver.spec.token_requests).is_empty() || driver.spec.service_account_token_in_secrets.is_some() {
        return Vec::new();
    }
    vec!["spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes".to_owned()]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn volumes_of_other_days_are_warned_of() {
        let volume: PersistentVolume = serde_json::from_value(json!({
            "metadata": {"annotations": {"volume.beta.kubernetes.io/storage-class": "a"}},
            "spec": {"persistentVolumeReclaimPolicy": "Recycle", "rbd": {"monitors": [], "image": "x"},
                "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "beta.kubernetes.io/os", "operator": "Exists"}]}]}}}
        }))
        .unwrap();
        assert_eq!(
            persistent_volume(&volume),
            [
                "metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use \"storageClassName\" attribute instead",
                "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
                "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].key: beta.kubernetes.io/os is deprecated since v1.14; use \"kubernetes.io/os\" instead",
                "spec.rbd: deprecated in v1.28, non-functional in v1.31+",
            ]
        );
    }

    #[test]
    fn claims_for_a_part_of_a_byte_are_warned_of() {
        let claim: PersistentVolumeClaim = serde_json::from_value(json!({"spec": {"resources": {"requests": {"storage": "500m"}}}})).unwrap();
        assert_eq!(persistent_volume_claim(&claim), ["spec.resources.requests[storage]: fractional byte value \"500m\" is invalid, must be an integer"]);
    }
}
