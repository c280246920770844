//! The patch that turns the status that the API server has into the one that it should have.
//!
//! Models: pkg/util/pod/pod.go (PatchPodStatus), staging/src/k8s.io/apimachinery/pkg/util/strategicpatch, v1.36.
//! Simplified: lists that differ are sent whole.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodStatus;
use podarium_api::{Object, Pod, Resource as _};
use serde_json::{Map, Value, json};

/// A pod's status as a kubelet has seen it, and as it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusChange {
    pub uid: String,
    pub base: Arc<PodStatus>,
    pub new: Arc<PodStatus>,
}

impl StatusChange {
    /// The patch as a client sends it.
    pub fn patch(&self) -> Value {
        let value = |status: &PodStatus| serde_json::to_value(status).unwrap_or_default();
        status_patch(&self.uid, &value(&self.base), &value(&self.new)).unwrap_or_else(|| json!({}))
    }

    /// The stored object and what the patch makes of it, if the status is still the very one that the patch was made from: then
    /// nothing must be worked out.
    pub fn result(&self, stored: &Object) -> Option<(Object, Object)> {
        let pod = Pod::from_object(stored)?;
        let applies = Arc::ptr_eq(&pod.status, &self.base) && (self.uid.is_empty() || self.uid == pod.uid());
        let new = || Arc::new(Pod { metadata: pod.metadata.clone(), spec: Arc::clone(&pod.spec), status: Arc::clone(&self.new) });
        applies.then(|| (stored.clone(), new().into_object()))
    }
}

/// A strategic merge patch for `status`, or `None` if nothing differs. Conditions are sent whole, with `null` for what
/// they no longer say, and in their order.
pub(crate) fn status_patch(uid: &str, old: &Value, new: &Value) -> Option<Value> {
    let mut status = changed_fields(old, new)?;
    if let Some(Value::Array(conditions)) = status.get_mut("conditions") {
        let types: Vec<Value> = conditions.iter().map(|condition| json!({"type": condition["type"]})).collect();
        for condition in conditions.iter_mut() {
            let before = old["conditions"].as_array().into_iter().flatten().find(|before| before["type"] == condition["type"]);
            let (Some(Value::Object(before)), Value::Object(now)) = (before, condition) else { continue };
            for key in before.keys().filter(|key| !now.contains_key(*key)).cloned().collect::<Vec<_>>() {
                now.insert(key, Value::Null);
            }
        }
        // The patch only says what is there; what is not there any more goes by name.
        let gone = old["conditions"].as_array().into_iter().flatten().filter(|before| !conditions.iter().any(|now| now["type"] == before["type"]));
        let gone: Vec<Value> = gone.map(|before| json!({"$patch": "delete", "type": before["type"]})).collect();
        conditions.extend(gone);
        status.insert("$setElementOrder/conditions".to_owned(), Value::Array(types));
    }
    for list in ["podIPs", "hostIPs"] {
        let Some(Value::Array(now)) = status.get_mut(list) else { continue };
        let order = now.clone();
        let gone = old[list].as_array().into_iter().flatten().filter(|before| !order.iter().any(|now| now["ip"] == before["ip"]));
        now.extend(gone.map(|before| json!({"$patch": "delete", "ip": before["ip"]})));
        status.insert(format!("$setElementOrder/{list}"), Value::Array(order));
    }
    if uid.is_empty() {
        return Some(json!({"status": status}));
    }
    Some(json!({"metadata": {"uid": uid}, "status": status}))
}

fn changed_fields(old: &Value, new: &Value) -> Option<Map<String, Value>> {
    let nothing = Map::new();
    let (old, new) = (old.as_object().unwrap_or(&nothing), new.as_object()?);
    let mut patch = Map::new();
    for (key, value) in new {
        match old.get(key) {
            Some(before) if before == value => {}
            // Objects are merged, so what went must be named.
            Some(before @ Value::Object(_)) if value.is_object() => {
                patch.insert(key.clone(), Value::Object(changed_fields(before, value)?));
            }
            _ => {
                patch.insert(key.clone(), value.clone());
            }
        }
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    (!patch.is_empty()).then_some(patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_names_what_changed_and_what_went() {
        let old = json!({"phase": "Pending", "reason": "x", "qosClass": "BestEffort", "resources": {"limits": {"a": "1"}},
            "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}]});
        let new = json!({"phase": "Running", "qosClass": "BestEffort", "resources": {},
            "conditions": [{"type": "Ready", "status": "True"}]});
        let want = json!({"metadata": {"uid": "u"}, "status": {
            "phase": "Running", "reason": null, "resources": {"limits": null},
            "conditions": [{"type": "Ready", "status": "True", "reason": null}],
            "$setElementOrder/conditions": [{"type": "Ready"}],
        }});
        assert_eq!(status_patch("u", &old, &new), Some(want));
        assert_eq!(status_patch("u", &new, &new), None);
        let address = |ip: &str| json!({"podIPs": [{"ip": ip}]});
        let want = json!({"status": {"podIPs": [{"ip": "b"}, {"$patch": "delete", "ip": "a"}], "$setElementOrder/podIPs": [{"ip": "b"}]}});
        assert_eq!(status_patch("", &address("a"), &address("b")), Some(want));
    }
    #[test]
    fn the_short_way_has_the_result_of_the_patch() {
        let status = |value: Value| Arc::new(serde_json::from_value::<PodStatus>(value).unwrap());
        let condition = |type_: &str, status: &str| json!({"type": type_, "status": status, "lastProbeTime": null, "lastTransitionTime": "2026-01-01T00:00:00Z"});
        let base = status(json!({"phase": "Pending", "conditions": [condition("PodScheduled", "True"), condition("Mine", "True")], "podIPs": [{"ip": "10.0.0.1"}], "hostIP": "1.1.1.1"}));
        let new = status(json!({"phase": "Running", "conditions": [condition("Mine", "True"), condition("Ready", "True"), condition("PodScheduled", "True")],
            "podIPs": [{"ip": "10.0.0.2"}], "containerStatuses": [{"name": "c", "image": "i", "imageID": "", "ready": true, "restartCount": 1, "state": {"running": {}}, "lastState": {}}]}));
        let mut pod = Pod { status: Arc::clone(&base), ..Pod::default() };
        pod.metadata.uid = Some("u".to_owned());
        let stored = Arc::new(pod.clone()).into_object();
        let change = StatusChange { uid: "u".to_owned(), base, new };
        let (_, short) = change.result(&stored).unwrap();
        let long = podarium_api::patch::apply_to_object(podarium_api::patch::PatchType::Strategic, &stored, &change.patch(), None).unwrap();
        assert_eq!(short, long.object);
        pod.status = Arc::new(PodStatus::clone(&change.base));
        assert!(change.result(&Arc::new(pod).into_object()).is_none(), "somebody has written the status meanwhile");
        assert!(StatusChange { uid: "v".to_owned(), ..change }.result(&stored).is_none());
    }
}
