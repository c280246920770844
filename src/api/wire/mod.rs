//! Objects as the API server writes them, with what it writes even when it is empty: `"lastProbeTime": null`,
//! `"state": {}` and the like.
//!
//! Go leaves out an empty field only if its type says so, and some types do not. An object is written in one walk: into
//! text, into a `Value`, into whatever serde writes.
//!
//! Models: the JSON tags in staging/src/k8s.io/api, v1.36.
//! Simplified: nothing of the kinds that are served.

mod always;
mod glance;
mod writer;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use crate::Object;
use crate::managed_fields::Managed;
use writer::{Place, Writer};

/// The time that stands for none, as Go's zero time does: it is written as `null`.
pub(crate) const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// An object as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    pub object: &'a Object,
    /// Who owns what of it, if that is to be seen.
    pub managed: Option<&'a Managed>,
    /// Whether it says what it is; the items of a list need not.
    pub typed: bool,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.object.kind().info();
        let api_version = info.api_version();
        let names = self.typed.then_some((info.kind, api_version.as_str()));
        let managed = self.managed.filter(|managed| !managed.is_empty());
        match self.object {
            Object::Custom(object) => {
                let mut out = serializer.serialize_map(None)?;
                if self.typed {
                    out.serialize_entry("kind", info.kind)?;
                    out.serialize_entry("apiVersion", &object.definition().info().api_version())?;
                }
                out.serialize_entry("metadata", &WrittenMetadata { object: self.object, managed, alone: false })?;
                object.fields.iter().try_for_each(|(name, value)| out.serialize_entry(name, value))?;
                out.end()
            }
            object => object.serialize(Writer::new(serializer, Place::Object { names, managed })),
        }
    }
}

/// Metadata as it is written, with who owns what.
#[derive(Clone, Copy, Debug)]
pub struct WrittenMetadata<'a> {
    pub object: &'a Object,
    pub managed: Option<&'a Managed>,
    /// Whether they are written without their object.
    pub alone: bool,
}

impl Serialize for WrittenMetadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let managed = self.managed.filter(|managed| !managed.is_empty());
        if self.alone
            && let Object::DaemonSet(set) = self.object
        {
            return set.metadata_inside().serialize(Writer::new(serializer, Place::Metadata { managed }));
        }
        self.object.meta().serialize(Writer::new(serializer, Place::Metadata { managed }))
    }
}

/// Writes a part of an object, or an object as if it were one, in which structs are maps.
pub(crate) fn write<T: Serialize, S: Serializer>(part: &T, serializer: S) -> Result<S::Ok, S::Error> {
    part.serialize(Writer::new(serializer, Place::Part { whole_numbers: false }))
}

/// A part of an object as JSON.
pub(crate) fn value<T: Serialize>(part: &T) -> Value {
    write(part, serde_json::value::Serializer).expect("an object has only string keys")
}

/// Numbers without a fraction as Go writes them: `1`, not `1.0`.
pub(crate) fn whole_numbers<T: Serialize>(part: &T) -> Value {
    part.serialize(Writer::new(serde_json::value::Serializer, Place::Part { whole_numbers: true })).expect("an object has only string keys")
}

/// The entries of a map and no more: for writing `{}` and what begins like it.
pub(crate) fn map<S: Serializer>(serializer: S, entries: &[(&str, &str)]) -> Result<S::Ok, S::Error> {
    let mut out = serializer.serialize_map(Some(entries.len()))?;
    for (name, value) in entries {
        out.serialize_entry(name, value)?;
    }
    out.end()
}

/// No object holds what this is about.
pub(crate) fn not_in_objects<T, E: serde::ser::Error>() -> Result<T, E> {
    Err(E::custom("objects have no variants with content"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Kind;

    fn written(kind: Kind, value: Value) -> Value {
        kind.parse(value).unwrap().to_value()
    }

    #[test]
    fn what_go_always_writes_is_there() {
        let pod = written(Kind::Pod, json!({"status": {"conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [{"name": "a", "image": "b", "imageID": "", "ready": true, "restartCount": 0}]}}));
        assert_eq!(pod["status"]["conditions"][0], json!({"type": "Ready", "status": "True", "lastProbeTime": null, "lastTransitionTime": null}));
        assert_eq!(pod["status"]["containerStatuses"][0]["state"], json!({}));
        let event = written(Kind::Event, json!({"involvedObject": {}, "metadata": {}, "eventTime": "2026-01-01T00:00:00.000000Z"}));
        assert_eq!((&event["eventTime"], &event["firstTimestamp"]), (&json!("2026-01-01T00:00:00.000000Z"), &Value::Null));
        let budget = written(Kind::PodDisruptionBudget, json!({"status": {"currentHealthy": 2}}));
        assert_eq!(budget["status"], json!({"currentHealthy": 2, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0}));
        assert_eq!(written(Kind::ClusterRole, json!({}))["rules"], Value::Null);
    }

    #[test]
    fn fields_come_in_the_order_of_their_names_after_what_the_object_is() {
        let pod = Kind::Pod.parse(json!({"metadata": {"name": "a"}, "status": {"conditions": [{"type": "Ready", "status": "True", "message": "m"}]}})).unwrap();
        let text = |typed| serde_json::to_string(&Written { object: &pod, managed: None, typed }).unwrap();
        let rest = r#""metadata":{"name":"a"},"spec":{"containers":[]},"status":{"conditions":[{"lastProbeTime":null,"lastTransitionTime":null,"message":"m","status":"True","type":"Ready"}]}}"#;
        assert_eq!(text(true), format!(r#"{{"kind":"Pod","apiVersion":"v1",{rest}"#));
        assert_eq!(text(false), format!("{{{rest}"));
    }

    #[test]
    fn owners_are_shown_in_the_metadata_of_the_object_alone() {
        let deployment = Kind::Deployment.parse(json!({"metadata": {"name": "a"}, "spec": {"selector": {}, "template": {"metadata": {"labels": {"a": "b"}}}}})).unwrap();
        let entry = json!({"manager": "m", "operation": "Update", "apiVersion": "apps/v1", "fieldsType": "FieldsV1", "time": "2026-01-01T00:00:00Z",
            "fieldsV1": {"f:spec": {"f:template": {"f:metadata": {"f:labels": {".": {}, "f:a": {}}}}}}});
        let managed = Managed::decode(&[serde_json::from_value(entry.clone()).unwrap()]).unwrap();
        let value = serde_json::to_value(Written { object: &deployment, managed: Some(&managed), typed: true }).unwrap();
        assert_eq!(value["metadata"]["managedFields"], json!([entry]));
        assert_eq!(value["spec"]["template"]["metadata"], json!({"labels": {"a": "b"}}));
    }
}
