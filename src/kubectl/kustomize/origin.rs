//! Where an object comes from and who changed it, as `buildMetadata` writes it into annotations.
//!
//! Models: sigs.k8s.io/kustomize/api/resource/origin.go, as kubectl v1.36 uses it.
//! Simplified: nothing.

use serde_json::{Map, Value};

use super::build::Target;
use super::resource::Resource;
use crate::unstructured::{name, namespace, text};

#[derive(Clone, Debug)]
pub(super) enum Origin {
    File(String),
    /// Generated or transformed by something: where that is configured, and what it is.
    Configured { path: String, by: Vec<(&'static str, String)> },
}

impl Origin {
    /// A generator or a transformer of the kustomization's own fields.
    pub fn builtin(target: &Target, kind: &str) -> Option<Self> {
        let path = target.path(&target.file)?;
        Some(Origin::Configured { path, by: vec![("apiVersion", "builtin".to_owned()), ("kind", kind.to_owned())] })
    }

    /// One that has a configuration of its own.
    pub fn plugin(config: &Resource) -> Option<Self> {
        let path = config.origin.as_ref()?.strip_prefix("path: ")?.trim_end().to_owned();
        let object = &config.object;
        let by = [("apiVersion", text(object, "/apiVersion")), ("kind", text(object, "/kind")), ("name", name(object)), ("namespace", namespace(object))];
        Some(Origin::Configured { path, by: by.into_iter().filter(|(_, value)| !value.is_empty()).map(|(field, value)| (field, value.to_owned())).collect() })
    }

    pub fn text(&self) -> String {
        match self {
            Origin::File(path) => format!("path: {path}\n"),
            Origin::Configured { path, by } => {
                let by: String = by.iter().map(|(field, value)| format!("  {field}: {value}\n")).collect();
                format!("configuredIn: {path}\nconfiguredBy:\n{by}")
            }
        }
    }
}

impl Resource {
    /// Notes who changed the object; one that comes from nowhere was made by it.
    pub fn transformed_by(&mut self, origin: &Origin) {
        let text = origin.text();
        if self.origin.is_none() {
            self.origin = Some(text);
            return;
        }
        for (number, line) in text.lines().enumerate() {
            self.transformations.push_str(&format!("{} {line}\n", if number == 0 { "-" } else { " " }));
        }
    }

    /// Writes the annotations; a map of none is left out.
    pub fn tell_origin(&mut self, origins: bool, transformations: bool) {
        let told = [("config.kubernetes.io/origin", self.origin.clone().filter(|_| origins)), ("alpha.config.kubernetes.io/transformations", (transformations && !self.transformations.is_empty()).then(|| self.transformations.clone()))];
        let Some(metadata) = self.object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
        for (key, value) in told {
            if let Some(value) = value {
                let annotations = metadata.entry("annotations").or_insert_with(|| Value::Object(Map::new()));
                if annotations.is_null() {
                    *annotations = Value::Object(Map::new());
                }
                annotations[key] = value.into();
            }
        }
        // They are all texts afterwards, even if a replacement put a number there.
        for value in metadata.get_mut("annotations").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
            if value.is_number() || value.is_boolean() {
                *value = value.to_string().into();
            }
        }
        if metadata.get("annotations").is_some_and(|all| all.is_null() || all.as_object().is_some_and(Map::is_empty)) {
            metadata.remove("annotations");
        }
    }
}
