//! The patch that turns the status that the API server has into the one that it should have.
//!
//! Models: pkg/util/pod/pod.go (PatchPodStatus), staging/src/k8s.io/apimachinery/pkg/util/strategicpatch, v1.36.
//! Simplified: lists that differ are sent whole.

use serde_json::{Map, Value, json};

/// A strategic merge patch for `status`, or `None` if nothing differs. Conditions are sent whole, with `null` for what
/// they no longer say, and in their order.
pub(super) fn status_patch(uid: &str, old: &Value, new: &Value) -> Option<Value> {
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
}
