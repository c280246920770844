//! An object of a custom kind: typed metadata, and the rest as JSON.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/{strategy.go,status_strategy.go}, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::Definition;
use crate::{Cell, Kind, Object, ObjectMeta};

/// The fields are shared; a change of the metadata alone leaves them where they are.
#[derive(Clone, Debug)]
pub struct CustomObject {
    pub(super) definition: Arc<Definition>,
    pub metadata: ObjectMeta,
    /// All fields but `apiVersion`, `kind` and `metadata`.
    pub fields: Arc<Map<String, Value>>,
}

impl PartialEq for CustomObject {
    fn eq(&self, other: &Self) -> bool {
        self.metadata == other.metadata
            && self.definition.info().version == other.definition.info().version
            && (Arc::ptr_eq(&self.fields, &other.fields) || self.fields == other.fields)
    }
}

impl Serialize for CustomObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let info = self.definition.info();
        let mut out = serializer.serialize_map(Some(3 + self.fields.len()))?;
        out.serialize_entry("apiVersion", &info.api_version())?;
        out.serialize_entry("kind", info.kind)?;
        out.serialize_entry("metadata", &self.metadata)?;
        for (name, value) in &*self.fields {
            out.serialize_entry(name, value)?;
        }
        out.end()
    }
}

impl CustomObject {
    pub(crate) fn new(definition: Arc<Definition>, metadata: ObjectMeta, fields: Map<String, Value>) -> Self {
        CustomObject { definition, metadata, fields: Arc::new(fields) }
    }

    pub fn definition(&self) -> &Arc<Definition> {
        &self.definition
    }

    pub fn kind(&self) -> Kind {
        self.definition.kind()
    }

    pub fn into_object(self) -> Object {
        Object::Custom(Arc::new(self))
    }

    /// The object in another version of its kind, or by a newer form of the same one: what was stored is given the
    /// defaults of that version's schema and loses the fields that it does not have.
    #[must_use]
    pub fn in_version(&self, definition: &Arc<Definition>) -> Self {
        let mut converted = self.clone();
        if !Arc::ptr_eq(&self.definition, definition) {
            converted.definition = definition.clone();
            // What was stored could be read then; embedded metadata that cannot be read now stays as it is.
            let _ = converted.prune(definition.schema());
            converted.set_defaults();
        }
        converted
    }

    /// The whole object as JSON.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("an object has only string keys")
    }

    pub(crate) fn prepare_for_create(&mut self) {
        if self.definition.has_status() && self.fields.contains_key("status") {
            Arc::make_mut(&mut self.fields).remove("status");
        }
        self.metadata.generation = Some(1);
    }

    pub(crate) fn prepare_for_update(&mut self, old: &Self) {
        if self.definition.has_status() && self.fields.get("status") != old.fields.get("status") {
            self.take_field("status", old);
        }
        if self.fields == old.fields {
            self.fields = old.fields.clone();
        } else {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    /// An update of the status keeps everything else as it was, but for the managed fields.
    pub(crate) fn prepare_for_status_update(&mut self, old: &Self) {
        let status = self.fields.get("status").cloned();
        let managed = self.metadata.managed_fields.take();
        self.metadata = ObjectMeta { managed_fields: managed, ..old.metadata.clone() };
        self.fields = old.fields.clone();
        if status.as_ref() != old.fields.get("status") {
            let fields = Arc::make_mut(&mut self.fields);
            match status {
                Some(status) => fields.insert("status".to_owned(), status),
                None => fields.remove("status"),
            };
        }
    }

    fn take_field(&mut self, name: &str, old: &Self) {
        let fields = Arc::make_mut(&mut self.fields);
        match old.fields.get(name) {
            Some(value) => fields.insert(name.to_owned(), value.clone()),
            None => fields.remove(name),
        };
    }

    /// The server advises finalizers that name their owner's domain.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let mut finalizers: Vec<&String> = self.metadata.finalizers.iter().flatten().collect();
        finalizers.sort();
        for finalizer in finalizers {
            let path = format!("metadata.finalizers: {finalizer:?}");
            warnings.extend(crate::name_rules::label_key(finalizer).iter().map(|fault| format!("{path}: {fault}")));
            if finalizer.contains('/') || matches!(finalizer.as_str(), "orphan" | "foregroundDeletion" | "kubernetes") {
                continue;
            }
            let with = if finalizer.contains('.') { " including a path (/)" } else { "" };
            warnings.push(format!("{path}: prefer a domain-qualified finalizer name{with} to avoid accidental conflicts with other finalizer writers"));
        }
        warnings
    }

    pub(crate) fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        self.definition.columns().iter().map(|column| column.cell(self, now)).collect()
    }

    pub(crate) fn selectable_fields(&self) -> Vec<(String, String)> {
        let text = |path: &str| {
            let pointer = format!("/{}", path.replace('.', "/"));
            match Value::Object((*self.fields).clone()).pointer(&pointer) {
                Some(Value::String(text)) => text.clone(),
                Some(value) if !value.is_null() => value.to_string(),
                _ => String::new(),
            }
        };
        self.definition.selectable_fields().map(|path| (path.to_owned(), text(path))).collect()
    }
}
