//! Which fields of which structs are written though they are empty.
//!
//! Models: the JSON tags in staging/src/k8s.io/api, v1.36.
//! Simplified: nothing of the kinds that are served.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

/// How an empty field is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Empty {
    Null,
    /// A list that is written as `null` where it has nothing in it.
    List,
    Object,
    Zero,
    /// The names of a custom kind that is not established.
    Names,
    /// What a claim asks for, which is nothing.
    Requests,
}

impl Serialize for Empty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Empty::Null | Empty::List => serializer.serialize_unit(),
            Empty::Object => serializer.serialize_map(Some(0))?.end(),
            Empty::Zero => serializer.serialize_i32(0),
            Empty::Names => super::map(serializer, &[("plural", ""), ("kind", "")]),
            Empty::Requests => {
                let mut out = serializer.serialize_map(Some(1))?;
                out.serialize_entry("requests", &Value::Null)?;
                out.end()
            }
        }
    }
}

/// The fields of a struct that are always written, in the order of their names.
pub(super) type Fields = &'static [(&'static str, Empty)];

const TRANSITION: Fields = &[("lastTransitionTime", Empty::Null)];
const PROBED: Fields = &[("lastProbeTime", Empty::Null), ("lastTransitionTime", Empty::Null)];
const UPDATED: Fields = &[("lastTransitionTime", Empty::Null), ("lastUpdateTime", Empty::Null)];

/// Structs by name.
const STRUCTS: &[(&str, Fields)] = &[
    ("APIServiceCondition", TRANSITION),
    ("CSINodeDriver", &[("topologyKeys", Empty::Null)]),
    ("CSINodeSpec", &[("drivers", Empty::List)]),
    ("CertificateSigningRequestCondition", UPDATED),
    ("ClusterRole", &[("rules", Empty::Null)]),
    ("ContainerStateRunning", &[("startedAt", Empty::Null)]),
    ("ContainerStateTerminated", &[("finishedAt", Empty::Null), ("startedAt", Empty::Null)]),
    ("ContainerStatus", &[("lastState", Empty::Object), ("state", Empty::Object)]),
    ("CustomResourceDefinitionStatus", &[("acceptedNames", Empty::Names), ("conditions", Empty::Null), ("storedVersions", Empty::Null)]),
    ("DaemonSetCondition", TRANSITION),
    ("DeploymentCondition", UPDATED),
    ("DeviceClaim", &[("requests", Empty::Null)]),
    ("Endpoint", &[("conditions", Empty::Object)]),
    ("EndpointSlice", &[("endpoints", Empty::Null), ("ports", Empty::Null)]),
    ("Event", &[("eventTime", Empty::Null), ("firstTimestamp", Empty::Null), ("lastTimestamp", Empty::Null)]),
    ("FlowSchemaCondition", TRANSITION),
    ("HorizontalPodAutoscalerCondition", TRANSITION),
    ("HorizontalPodAutoscalerStatus", &[("currentMetrics", Empty::Null)]),
    ("IngressStatus", &[("loadBalancer", Empty::Object)]),
    ("JobCondition", PROBED),
    ("LimitRangeSpec", &[("limits", Empty::List)]),
    ("NamespaceCondition", TRANSITION),
    ("NetworkPolicySpec", &[("podSelector", Empty::Object)]),
    ("NodeCondition", &[("lastHeartbeatTime", Empty::Null), ("lastTransitionTime", Empty::Null)]),
    ("PersistentVolumeClaimCondition", PROBED),
    ("PersistentVolumeClaimSpec", &[("resources", Empty::Object)]),
    ("PodCondition", PROBED),
    ("PodDisruptionBudgetStatus", &[("currentHealthy", Empty::Zero), ("desiredHealthy", Empty::Zero), ("disruptionsAllowed", Empty::Zero), ("expectedPods", Empty::Zero)]),
    ("PriorityLevelConfigurationCondition", TRANSITION),
    ("ReplicaSetCondition", TRANSITION),
    ("ReplicationControllerCondition", TRANSITION),
    ("ResourceClaimSpec", &[("devices", Empty::Requests)]),
    ("ResourceClaimTemplateSpec", &[("metadata", Empty::Object)]),
    ("Role", &[("rules", Empty::Null)]),
    ("StatefulSetCondition", TRANSITION),
    ("TokenRequestSpec", &[("audiences", Empty::Null), ("boundObjectRef", Empty::Null)]),
    ("TypedLocalObjectReference", &[("apiGroup", Empty::Null)]),
    ("TypedObjectReference", &[("apiGroup", Empty::Null)]),
    ("VolumeError", &[("time", Empty::Null)]),
];

pub(super) fn fields_of(name: &str) -> Fields {
    STRUCTS.binary_search_by_key(&name, |(name, _)| name).map_or(&[], |at| STRUCTS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_for_searching() {
        assert!(STRUCTS.is_sorted_by_key(|(name, _)| *name));
        assert!(STRUCTS.iter().all(|(_, fields)| fields.is_sorted_by_key(|(name, _)| *name)));
    }
}
