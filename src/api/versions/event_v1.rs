//! An Event as `events.k8s.io/v1` shows it: the same object, with other names for its fields.
//!
//! Models: pkg/apis/events/v1/conversion.go, pkg/apis/core/validation/events.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::{Version, rename};
use crate::field::FieldError;
use crate::{Object, Status, validation};

pub(super) const VERSIONS: &[Version] =
    &[Version { group: "events.k8s.io", version: "v1", kind: "Event", stored: "v1", course_2019: false, names: NAMES, places: &[], asks, to_stored, from_stored }];

/// The name here, and the name in `v1`.
const NAMES: &[(&str, &str)] = &[
    ("note", "message"),
    ("regarding", "involvedObject"),
    ("reportingController", "reportingComponent"),
    ("deprecatedSource", "source"),
    ("deprecatedFirstTimestamp", "firstTimestamp"),
    ("deprecatedLastTimestamp", "lastTimestamp"),
    ("deprecatedCount", "count"),
];

fn asks(event: &Object, old: Option<&Object>) -> Vec<FieldError> {
    match (event, old) {
        (Object::Event(event), None) => validation::event::strict(event),
        (Object::Event(event), Some(Object::Event(old))) => validation::event::strict_update(event, old),
        _ => Vec::new(),
    }
}

fn to_stored(_: &Version, mut value: Value) -> Result<Value, Status> {
    if let Some(event) = value.as_object_mut() {
        rename(event, NAMES);
    }
    Ok(value)
}

fn from_stored(_: &Version, mut value: Value) -> Value {
    if let Some(event) = value.as_object_mut() {
        let back: Vec<(&str, &str)> = NAMES.iter().map(|(here, there)| (*there, *here)).collect();
        rename(event, &back);
        // A reporting instance and times that are not set are written all the same in one version only.
        for name in ["reportingController", "reportingInstance"] {
            if event.get(name).is_some_and(|text| text == "") {
                event.remove(name);
            }
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_has_other_names_for_the_same_fields() {
        let event = json!({"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e"}, "note": "Started", "reason": "Started",
            "regarding": {"kind": "Pod", "name": "web"}, "reportingController": "kubelet", "deprecatedCount": 2});
        let stored = VERSIONS[0].to_stored(event.clone()).unwrap();
        assert_eq!(
            stored,
            json!({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "message": "Started", "reason": "Started",
                "involvedObject": {"kind": "Pod", "name": "web"}, "reportingComponent": "kubelet", "count": 2})
        );
        assert_eq!(VERSIONS[0].from_stored(stored), event);
    }
}
