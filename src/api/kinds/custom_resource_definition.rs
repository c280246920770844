//! A new kind for the API: its names, its versions, the schema that its objects must fit.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go,
//! pkg/apis/apiextensions/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceConversion, CustomResourceDefinitionSpec, CustomResourceDefinitionStatus,
};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use super::null_is_default;
use crate::custom::Definitions;
use crate::field::FieldError;
use crate::{Cell, ObjectMeta, ResourceInfo, Strategy, object_meta, resource_impl, validation};

/// A CustomResourceDefinition.
///
/// Once its names are accepted, the API server serves its versions; `definitions` is what it then needs to know of them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomResourceDefinition {
    #[serde(default, deserialize_with = "null_is_default")]
    pub metadata: ObjectMeta,
    #[serde(default, deserialize_with = "null_is_default")]
    pub spec: Arc<CustomResourceDefinitionSpec>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub status: Arc<CustomResourceDefinitionStatus>,
    #[serde(skip)]
    pub definitions: Definitions,
}

impl Serialize for CustomResourceDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("CustomResourceDefinition", 5)?;
        out.serialize_field("apiVersion", "apiextensions.k8s.io/v1")?;
        out.serialize_field("kind", "CustomResourceDefinition")?;
        out.serialize_field("metadata", &self.metadata)?;
        out.serialize_field("spec", &self.spec)?;
        out.serialize_field("status", &self.status)?;
        out.end()
    }
}

resource_impl!(CustomResourceDefinition, metadata);

impl CustomResourceDefinition {
    /// Whether a condition of the status is True.
    pub fn is(&self, condition: &str) -> bool {
        self.status.conditions.iter().flatten().any(|found| found.type_ == condition && found.status == "True")
    }

    /// Works out what the API server serves because of this definition; `previous` is the stored one before it.
    pub fn establish(&mut self, previous: Option<&Self>) {
        let none = Definitions::default();
        let before = previous.map_or(&none, |previous| &previous.definitions);
        let names = self.status.accepted_names.as_ref().filter(|_| self.is("Established"));
        let unchanged = |previous: &Self| {
            Arc::ptr_eq(&previous.spec, &self.spec) && previous.status.accepted_names == self.status.accepted_names && !previous.definitions.is_empty()
        };
        self.definitions = match names {
            None => none,
            Some(_) if previous.is_some_and(unchanged) => before.clone(),
            Some(names) => Definitions::new(&self.spec, names, before),
        };
    }

    fn remember_storage_version(&mut self) {
        let Some(storage) = self.spec.versions.iter().find(|version| version.storage) else { return };
        let stored = self.status.stored_versions.as_deref().unwrap_or_default();
        if !stored.contains(&storage.name) {
            let name = storage.name.clone();
            Arc::make_mut(&mut self.status).stored_versions.get_or_insert_default().push(name);
        }
    }
}

impl Strategy for CustomResourceDefinition {
    const INFO: ResourceInfo = ResourceInfo {
        group: "apiextensions.k8s.io",
        version: "v1",
        kind: "CustomResourceDefinition",
        plural: "customresourcedefinitions",
        singular: "customresourcedefinition",
        short_names: &["crd", "crds"],
        categories: &["api-extensions"],
        namespaced: false,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        let names = &mut spec.names;
        if names.singular.as_deref().unwrap_or_default().is_empty() {
            names.singular = Some(names.kind.to_lowercase()).filter(|singular| !singular.is_empty());
        }
        if names.list_kind.as_deref().unwrap_or_default().is_empty() && !names.kind.is_empty() {
            names.list_kind = Some(format!("{}List", names.kind));
        }
        let conversion = spec.conversion.get_or_insert_with(|| CustomResourceConversion { strategy: "None".to_owned(), webhook: None });
        let client = conversion.webhook.as_mut().and_then(|webhook| webhook.client_config.as_mut());
        if let Some(service) = client.and_then(|client| client.service.as_mut()) {
            service.port.get_or_insert(443);
        }
        if self.status.stored_versions.as_deref().unwrap_or_default().is_empty() {
            self.remember_storage_version();
        }
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Default::default();
        self.remember_storage_version();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
        self.remember_storage_version();
    }

    /// An update of the status may change the metadata too: the finalizer of the instances is taken off with it.
    fn prepare_for_status_update(&mut self, old: &Self) {
        // The metadata stay as they come: so the definition's finalizer is taken away with its status.
        self.spec = Arc::clone(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::custom_resource_definition::validate(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::custom_resource_definition::validate_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::custom_resource_definition::validate_status_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        validation::custom_resource_definition::unrecognized_formats(&self.spec)
            .into_iter()
            .map(|format| format!("unrecognized format {format:?}"))
            .collect()
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        let created = self.metadata.creation_timestamp.as_ref().map(|time| time.0.to_string());
        vec![self.metadata.name.clone().into(), created.into()]
    }
}
