//! Who a pod of a StatefulSet is: its number, and the name, labels, host name and volumes that follow from it.
//!
//! Models: pkg/controller/statefulset/stateful_set_utils.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{PersistentVolumeClaim as RawClaim, PersistentVolumeClaimVolumeSource, PodTemplateSpec, Volume};
use podarium_api::owner::controller_reference;
use podarium_api::{ObjectMeta, Pod, Resource as _, StatefulSet};

use super::super::history::REVISION_LABEL;

const NAME_LABEL: &str = "statefulset.kubernetes.io/pod-name";
const INDEX_LABEL: &str = "apps.kubernetes.io/pod-index";

/// The set and the number that a pod's name tells: `db-3` is number 3 of `db`. A name without a number tells nothing; a
/// number that is too large tells the set alone.
fn parts(name: &str) -> Option<(&str, Option<i32>)> {
    let (parent, digits) = name.rsplit_once('-')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| (parent, digits.parse().ok()))
}

pub fn ordinal(pod: &Pod) -> Option<i32> {
    parts(pod.name())?.1
}

/// Whether the pod's name makes it one of this set.
pub fn is_member(set: &StatefulSet, pod: &Pod) -> bool {
    parts(pod.name()).is_some_and(|(parent, _)| parent == set.name())
}

pub fn replicas(set: &StatefulSet) -> i32 {
    set.spec.replicas.unwrap_or(1)
}

/// The number of the first pod.
pub fn start(set: &StatefulSet) -> i32 {
    set.spec.ordinals.as_ref().and_then(|ordinals| ordinals.start).unwrap_or(0)
}

/// Whether the set wants a pod of this number.
pub fn in_range(set: &StatefulSet, ordinal: i32) -> bool {
    (start(set)..start(set).saturating_add(replicas(set))).contains(&ordinal)
}

/// The claim of the pod with this number: `data-db-0`.
pub fn claim_name(set: &StatefulSet, template: &RawClaim, ordinal: i32) -> String {
    format!("{}-{}-{ordinal}", template.metadata.name.as_deref().unwrap_or_default(), set.name())
}

pub fn claim_templates(set: &StatefulSet) -> &[RawClaim] {
    set.spec.volume_claim_templates.as_deref().unwrap_or_default()
}

/// Whether name and label of the pod are what its number makes them.
pub fn identity_matches(set: &StatefulSet, pod: &Pod) -> bool {
    let label = pod.metadata.labels.as_ref().and_then(|labels| labels.get(NAME_LABEL));
    ordinal(pod).is_some_and(|ordinal| pod.name() == format!("{}-{ordinal}", set.name())) && label.is_some_and(|label| label == pod.name())
}

/// Whether the pod mounts the claims of its number.
pub fn storage_matches(set: &StatefulSet, pod: &Pod) -> bool {
    let Some(ordinal) = ordinal(pod) else { return false };
    claim_templates(set).iter().all(|template| {
        let name = template.metadata.name.as_deref().unwrap_or_default();
        // Of two volumes with one name the later counts.
        let volume = pod.spec.volumes.iter().flatten().rev().find(|volume| volume.name == name);
        let claim = volume.and_then(|volume| volume.persistent_volume_claim.as_ref());
        claim.is_some_and(|claim| claim.claim_name == claim_name(set, template, ordinal))
    })
}

/// Gives the pod the labels of its number.
pub fn update_identity(pod: &mut Pod, ordinal: i32) {
    let name = pod.name().to_owned();
    let labels = pod.metadata.labels.get_or_insert_default();
    labels.insert(NAME_LABEL.to_owned(), name);
    labels.insert(INDEX_LABEL.to_owned(), ordinal.to_string());
}

/// Gives the pod the claims of its number as volumes, in place of its own of the same names.
pub fn update_storage(set: &StatefulSet, pod: &mut Pod, ordinal: i32) {
    let templates = claim_templates(set);
    if templates.is_empty() {
        return;
    }
    let spec = Arc::make_mut(&mut pod.spec);
    let is_claimed = |volume: &Volume| templates.iter().any(|template| template.metadata.name.as_deref() == Some(volume.name.as_str()));
    let own = spec.volumes.take().unwrap_or_default().into_iter().filter(|volume| !is_claimed(volume));
    let claimed = templates.iter().map(|template| Volume {
        name: template.metadata.name.clone().unwrap_or_default(),
        persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource { claim_name: claim_name(set, template, ordinal), read_only: None }),
        ..Volume::default()
    });
    spec.volumes = Some(claimed.chain(own).collect());
}

/// A pod of this number after a template.
fn new_pod(set: &StatefulSet, template: &PodTemplateSpec, ordinal: i32, revision: &str) -> Pod {
    let meta = template.metadata.clone().unwrap_or_default();
    let name = format!("{}-{ordinal}", set.name());
    let mut pod = Pod {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            generate_name: Some(format!("{}-", set.name())),
            namespace: set.metadata.namespace.clone(),
            labels: meta.labels,
            annotations: meta.annotations,
            finalizers: meta.finalizers,
            owner_references: Some(vec![controller_reference(set)]),
            ..ObjectMeta::default()
        },
        spec: Arc::new(template.spec.clone().unwrap_or_default().into()),
        ..Pod::default()
    };
    update_identity(&mut pod, ordinal);
    pod.metadata.labels.get_or_insert_default().insert(REVISION_LABEL.to_owned(), revision.to_owned());
    let spec = Arc::make_mut(&mut pod.spec);
    spec.hostname = Some(name);
    spec.subdomain = set.spec.service_name.clone().filter(|service| !service.is_empty());
    update_storage(set, &mut pod, ordinal);
    pod
}

/// A version of the set: a template with the name of its revision.
pub struct Version<'a> {
    pub template: &'a PodTemplateSpec,
    pub revision: &'a str,
}

/// A pod of this number in the version that it ought to have: below the partition the current one, else the new one.
/// Without a partition, as many pods are of the current version as the status says.
pub fn new_versioned_pod(set: &StatefulSet, current: &Version<'_>, update: &Version<'_>, ordinal: i32) -> Pod {
    let strategy = set.spec.update_strategy.as_ref();
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    let is_rolling = strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("RollingUpdate");
    let stays = match rolling {
        Some(rolling) => ordinal < start(set).saturating_add(rolling.partition.unwrap_or(0)),
        None => is_rolling && ordinal < start(set).saturating_add(set.status.current_replicas.unwrap_or(0)),
    };
    let version = if stays { current } else { update };
    new_pod(set, version.template, ordinal, version.revision)
}

/// The revision that a pod was made from.
pub fn revision_of(pod: &Pod) -> &str {
    pod.metadata.labels.as_ref().and_then(|labels| labels.get(REVISION_LABEL)).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(spec: serde_json::Value) -> StatefulSet {
        let mut object = json!({"metadata": {"name": "db", "namespace": "default", "uid": "u"}, "spec": {"replicas": 3, "serviceName": "db-svc",
            "template": {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [], "volumes": [{"name": "data", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}]}}}});
        json_patch::merge(&mut object["spec"], &spec);
        serde_json::from_value(object).unwrap()
    }

    fn pod(name: &str) -> Pod {
        serde_json::from_value(json!({"metadata": {"name": name, "namespace": "default"}})).unwrap()
    }

    fn made(set: &StatefulSet, ordinal: i32) -> Pod {
        let new_template = PodTemplateSpec { spec: Some(Default::default()), ..Default::default() };
        let current = Version { template: &set.spec.template, revision: "old" };
        new_versioned_pod(set, &current, &Version { template: &new_template, revision: "new" }, ordinal)
    }

    #[test]
    fn names_tell_the_set_and_the_number() {
        let cases = [
            ("db-0", Some(("db", Some(0)))), ("my-db-12", Some(("my-db", Some(12)))), ("db", None), ("db-", None), ("db-x", None),
            ("db-1-x", None), ("-7", Some(("", Some(7)))), ("db-99999999999", Some(("db", None))), ("db-007", Some(("db", Some(7)))),
        ];
        for (name, wanted) in cases {
            assert_eq!(parts(name), wanted, "{name}");
        }
        let set = set(json!({}));
        assert!(is_member(&set, &pod("db-3")) && !is_member(&set, &pod("other-3")) && !is_member(&set, &pod("db")));
        let mut twin = pod("db-007");
        update_identity(&mut twin, 7);
        assert!(!identity_matches(&set, &twin), "007 is not the name of number 7");
    }

    #[test]
    fn numbers_begin_where_the_set_says() {
        let set = set(json!({"ordinals": {"start": 2}, "replicas": 2}));
        let wanted: Vec<bool> = (0..6).map(|ordinal| in_range(&set, ordinal)).collect();
        assert_eq!(wanted, [false, false, true, true, false, false]);
    }

    #[test]
    fn a_pod_has_name_labels_host_and_claims_of_its_number() {
        let set = set(json!({"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}));
        let pod = made(&set, 1);
        assert_eq!((pod.name(), pod.metadata.generate_name.as_deref()), ("db-1", Some("db-")));
        assert_eq!((pod.spec.hostname.as_deref(), pod.spec.subdomain.as_deref()), (Some("db-1"), Some("db-svc")));
        assert_eq!(
            json!(pod.metadata.labels),
            json!({"apps.kubernetes.io/pod-index": "1", "controller-revision-hash": "new", "statefulset.kubernetes.io/pod-name": "db-1"})
        );
        assert!(identity_matches(&set, &pod) && storage_matches(&set, &pod));
        let mut other = pod.clone();
        Arc::make_mut(&mut other.spec).volumes = None;
        assert!(!storage_matches(&set, &other));
        update_storage(&set, &mut other, 1);
        assert!(storage_matches(&set, &other));
    }

    #[test]
    fn below_the_partition_a_pod_comes_back_as_it_was() {
        let rolling = |rolling: serde_json::Value, current: i32| {
            let mut set = set(json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}));
            Arc::make_mut(&mut set.status).current_replicas = Some(current);
            (0..3).map(|ordinal| revision_of(&made(&set, ordinal)).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(rolling(json!({"partition": 0}), 3), ["new", "new", "new"]);
        assert_eq!(rolling(json!({"partition": 2}), 0), ["old", "old", "new"]);
        assert_eq!(rolling(json!(null), 1), ["old", "new", "new"]);
    }
}
