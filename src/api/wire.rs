//! What the API server writes even when it is empty: `"lastProbeTime": null`, `"state": {}` and the like.
//!
//! Go leaves out an empty field only if its type says so, and some types do not.
//!
//! Models: the JSON tags in staging/src/k8s.io/api, v1.36.
//! Simplified: nothing of the kinds that are served.

use serde_json::{Map, Value};

use crate::Kind;

/// Fields of a struct that are written as `null` and as `{}` when they are not set.
struct Always {
    null: &'static [&'static str],
    object: &'static [&'static str],
}

impl Always {
    fn complete(&self, value: &mut Value) {
        if let Some(object) = value.as_object_mut() {
            for name in self.null {
                object.entry(*name).or_insert(Value::Null);
            }
            for name in self.object {
                object.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            }
        }
    }

    fn complete_part(&self, part: Option<&mut Value>) {
        part.into_iter().for_each(|value| self.complete(value));
    }

    fn complete_each(&self, list: Option<&mut Value>) {
        list.and_then(Value::as_array_mut).into_iter().flatten().for_each(|value| self.complete(value));
    }
}

/// Numbers without a fraction as Go writes them: `1`, not `1.0`.
pub(crate) fn whole_numbers(mut value: Value) -> Value {
    match &mut value {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|real| number.is_f64() && real.fract() == 0.0 && real.abs() < 1e15);
            if let Some(whole) = whole {
                return Value::from(whole as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = whole_numbers(item.take())),
        Value::Object(fields) => fields.values_mut().for_each(|field| *field = whole_numbers(field.take())),
        _ => {}
    }
    value
}

/// Fills in what the reference always writes for an object of this kind.
pub(crate) fn complete(kind: Kind, value: &mut Value) {
    let condition = Always { null: &["lastTransitionTime"], object: &[] };
    match kind {
        Kind::Pod => {
            let condition = Always { null: &["lastProbeTime", "lastTransitionTime"], object: &[] };
            condition.complete_each(value.pointer_mut("/status/conditions"));
            let container = Always { null: &[], object: &["lastState", "state"] };
            for list in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
                container.complete_each(value.pointer_mut(&format!("/status/{list}")));
            }
        }
        Kind::Node => {
            let condition = Always { null: &["lastHeartbeatTime", "lastTransitionTime"], object: &[] };
            condition.complete_each(value.pointer_mut("/status/conditions"));
        }
        Kind::Deployment => {
            let condition = Always { null: &["lastTransitionTime", "lastUpdateTime"], object: &[] };
            condition.complete_each(value.pointer_mut("/status/conditions"));
        }
        Kind::CustomResourceDefinition => {
            // Limits are real numbers, which Go writes without a fraction where there is none.
            if let Some(spec) = value.get_mut("spec") {
                *spec = whole_numbers(spec.take());
            }
            if let Some(status) = value.get_mut("status") {
                Always { null: &["conditions", "storedVersions"], object: &[] }.complete(status);
                if let Some(status) = status.as_object_mut() {
                    status.entry("acceptedNames").or_insert_with(|| serde_json::json!({"kind": "", "plural": ""}));
                }
            }
        }
        Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet | Kind::ReplicationController | Kind::Namespace => condition.complete_each(value.pointer_mut("/status/conditions")),
        Kind::Job => {
            let condition = Always { null: &["lastProbeTime", "lastTransitionTime"], object: &[] };
            condition.complete_each(value.pointer_mut("/status/conditions"));
        }
        Kind::HorizontalPodAutoscaler => {
            value.pointer_mut("/status").into_iter().for_each(|status| Always { null: &["currentMetrics"], object: &[] }.complete(status));
            condition.complete_each(value.pointer_mut("/status/conditions"));
        }
        Kind::PodDisruptionBudget => value.pointer_mut("/status").into_iter().for_each(|status| {
            for count in ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"] {
                status[count] = status.get(count).cloned().unwrap_or_else(|| 0.into());
            }
        }),
        Kind::Event => Always { null: &["eventTime", "firstTimestamp", "lastTimestamp"], object: &[] }.complete(value),
        Kind::EndpointSlice => {
            Always { null: &["endpoints", "ports"], object: &[] }.complete(value);
            Always { null: &[], object: &["conditions"] }.complete_each(value.pointer_mut("/endpoints"));
        }
        Kind::Role | Kind::ClusterRole => Always { null: &["rules"], object: &[] }.complete(value),
        Kind::TokenRequest => {
            let spec = Always { null: &["audiences", "boundObjectRef"], object: &[] };
            value.get_mut("spec").into_iter().for_each(|value| spec.complete(value));
        }
        Kind::PersistentVolumeClaim => {
            let source = Always { null: &["apiGroup"], object: &[] };
            source.complete_part(value.pointer_mut("/spec/dataSource"));
            source.complete_part(value.pointer_mut("/spec/dataSourceRef"));
            condition.complete_each(value.pointer_mut("/status/conditions"));
            Always { null: &[], object: &["resources"] }.complete_part(value.pointer_mut("/spec"));
        }
        Kind::Ingress => Always { null: &[], object: &["loadBalancer"] }.complete_part(value.pointer_mut("/status")),
        Kind::NetworkPolicy => Always { null: &[], object: &["podSelector"] }.complete_part(value.pointer_mut("/spec")),
        Kind::VolumeAttachment => {
            let error = Always { null: &["time"], object: &[] };
            error.complete_part(value.pointer_mut("/status/attachError"));
            error.complete_part(value.pointer_mut("/status/detachError"));
        }
        Kind::CSINode => Always { null: &["topologyKeys"], object: &[] }.complete_each(value.pointer_mut("/spec/drivers")),
        _ => {}
    }
}
