//! Objects as the API server writes them, with what it writes even when it is empty: `"lastProbeTime": null`,
//! `"state": {}` and the like.
//!
//! Go leaves out an empty field only if its type says so, and some types do not. Text has the fields in Go's order.
//!
//! Models: the JSON tags in staging/src/k8s.io/api, v1.36.
//! Simplified: nothing of the kinds that are served.

mod always;
mod glance;
mod go_fields;
mod in_order;
mod metadata_text;
mod ordered_value;
mod spec_text;
mod text;
mod writer;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use crate::Object;
use crate::managed_fields::Managed;
use go_fields::Struct;
use metadata_text::metadata_text;
pub(crate) use metadata_text::{Fields, text, time};
pub use ordered_value::{InGoOrder, escaped, escaped_text};
pub(crate) use spec_text::SpecText;
pub(crate) use text::Verbatim;
pub use text::json;
pub(crate) use text::write_json;
use writer::{Below, Place, Role, Writer};

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
    /// Whether it is written by [`json`], into which text that is known already can be put as it is.
    pub verbatim: bool,
}

impl Written<'_> {
    /// The object as JSON.
    pub fn to_value(self) -> Value {
        self.write(None, serde_json::value::Serializer).expect("an object has only string keys")
    }

    fn write<S: Serializer>(self, shape: Option<&'static Struct>, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.object.kind().info();
        let api_version = info.api_version();
        let names = self.typed.then_some((info.kind, api_version.as_str()));
        let managed = self.managed.filter(|managed| !managed.is_empty());
        let spec = if let Object::Pod(pod) = self.object { Some(&*pod.spec) } else { None };
        let place = Place { role: Role::Object { names, managed, meta: self.object.meta(), spec }, shape, verbatim: self.verbatim };
        match self.object {
            Object::Custom(object) => {
                // A custom object is a map for the server, and maps are written in the order of their names.
                let api_version = object.definition().info().api_version();
                let mut own = [("apiVersion", Some(api_version.as_str())), ("kind", Some(info.kind)), ("metadata", None)].into_iter().peekable();
                let mut out = serializer.serialize_map(None)?;
                let mut write_own = |out: &mut S::SerializeMap, before: Option<&str>| {
                    while let Some((name, text)) = own.next_if(|(name, _)| before.is_none_or(|before| *name < before)) {
                        match text {
                            Some(text) if self.typed => out.serialize_entry(name, text)?,
                            Some(_) => {}
                            None => out.serialize_entry(name, &WrittenMetadata { object: self.object, managed, alone: false, verbatim: false })?,
                        }
                    }
                    Ok(())
                };
                for (name, value) in &*object.fields {
                    write_own(&mut out, Some(name))?;
                    out.serialize_entry(name, value)?;
                }
                write_own(&mut out, None)?;
                out.end()
            }
            object => Below { value: object, place }.serialize(serializer),
        }
    }
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.object.kind().info();
        self.write(Struct::of(&info.api_version(), info.kind), serializer)
    }
}

/// Metadata as it is written, with who owns what.
#[derive(Clone, Copy, Debug)]
pub struct WrittenMetadata<'a> {
    pub object: &'a Object,
    pub managed: Option<&'a Managed>,
    /// Whether they are written without their object.
    pub alone: bool,
    /// Whether they are written by [`json`], into which text can be put as it is.
    pub verbatim: bool,
}

impl Serialize for WrittenMetadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let managed = self.managed.filter(|managed| !managed.is_empty());
        let is_map = !self.alone && matches!(self.object, Object::Custom(_));
        let place = Place { verbatim: false, role: Role::Metadata { managed }, shape: if is_map { None } else { Struct::named("meta/v1.ObjectMeta") } };
        let inside;
        let meta = match self.object {
            Object::DaemonSet(set) if self.alone => {
                inside = set.metadata_inside();
                &inside
            }
            object => object.meta(),
        };
        if self.verbatim && !is_map {
            return Verbatim(&metadata_text(meta, managed)).serialize(serializer);
        }
        Below { value: meta, place }.serialize(serializer)
    }
}

/// A part of an object as JSON.
pub(crate) fn value<T: Serialize>(part: &T) -> Value {
    part.serialize(Writer::new(serde_json::value::Serializer, Place::by_name(Role::Part { whole_numbers: false }))).expect("an object has only string keys")
}

/// Numbers without a fraction as Go writes them: `1`, not `1.0`.
pub(crate) fn whole_numbers<T: Serialize>(part: &T) -> Value {
    part.serialize(Writer::new(serde_json::value::Serializer, Place::by_name(Role::Part { whole_numbers: true }))).expect("an object has only string keys")
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
    fn text_has_the_order_of_the_structs_and_a_value_that_of_the_names() {
        let pod = Kind::Pod.parse(json!({"metadata": {"name": "a", "labels": {"b": "c"}, "uid": "u"}, "status": {"conditions": [{"type": "Ready", "status": "True", "message": "m"}]}})).unwrap();
        let text = |typed| serde_json::to_string(&Written { object: &pod, managed: None, typed, verbatim: false }).unwrap();
        let rest = r#""metadata":{"name":"a","uid":"u","labels":{"b":"c"}},"spec":{"containers":[]},"status":{"conditions":[{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":null,"message":"m"}]}}"#;
        assert_eq!(text(true), format!(r#"{{"kind":"Pod","apiVersion":"v1",{rest}"#));
        assert_eq!(text(false), format!("{{{rest}"));
        assert_eq!(pod.to_value(), serde_json::from_str::<Value>(&text(true)).unwrap());
    }

    #[test]
    fn owners_are_shown_in_the_metadata_of_the_object_alone() {
        let deployment = Kind::Deployment.parse(json!({"metadata": {"name": "a"}, "spec": {"selector": {}, "template": {"metadata": {"labels": {"a": "b"}}}}})).unwrap();
        let entry = json!({"manager": "m", "operation": "Update", "apiVersion": "apps/v1", "fieldsType": "FieldsV1", "time": "2026-01-01T00:00:00Z",
            "fieldsV1": {"f:spec": {"f:template": {"f:metadata": {"f:labels": {".": {}, "f:a": {}}}}}}});
        let managed = Managed::decode(&[serde_json::from_value(entry.clone()).unwrap()]).unwrap();
        let value = Written { object: &deployment, managed: Some(&managed), typed: true, verbatim: false }.to_value();
        assert_eq!(value["metadata"]["managedFields"], json!([entry]));
        assert_eq!(value["spec"]["template"]["metadata"], json!({"labels": {"a": "b"}}));
    }
}
