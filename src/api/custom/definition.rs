//! One version of a CustomResourceDefinition, ready for use: its names, schema, subresources and columns.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go (crdInfo), v1.36.
//! Simplified: nothing.

use std::fmt;
use std::sync::Arc;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinitionNames, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion, CustomResourceSubresourceScale,
    JSONSchemaProps,
};

use serde_json::Value;

use super::kind::{CustomKind, Names};
use super::columns::{self, TableColumn};
use super::rules::Rules;
use super::schema::Patterns;
use crate::{Kind, ResourceInfo};

/// What the API server needs to know of one version of a custom kind.
#[derive(Clone)]
pub struct Definition {
    kind: CustomKind,
    spec: Arc<CustomResourceDefinitionSpec>,
    version: usize,
    list_kind: String,
    columns: Vec<TableColumn>,
    conversion_webhook: bool,
    patterns: Patterns,
    rules: Option<Rules>,
    /// The schema as JSON, for whoever follows ownership of fields.
    schema_value: Arc<Value>,
}

/// Two are the same if they are one version of one kind.
impl PartialEq for Definition {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.info().version == other.info().version
    }
}

impl Eq for Definition {}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{}", self.kind, self.kind.info().version)
    }
}

impl Definition {
    fn new(spec: &Arc<CustomResourceDefinitionSpec>, names: &CustomResourceDefinitionNames, version: usize, previous: Option<&Definition>) -> Self {
        let own = &spec.versions[version];
        let has_status = own.subresources.as_ref().is_some_and(|subresources| subresources.status.is_some());
        let kind = Names {
            group: &spec.group,
            version: &own.name,
            kind: &names.kind,
            plural: &names.plural,
            singular: names.singular.as_deref().unwrap_or_default(),
            short_names: names.short_names.as_deref().unwrap_or_default(),
            categories: names.categories.as_deref().unwrap_or_default(),
            namespaced: spec.scope == "Namespaced",
            has_status,
        };
        let conversion = spec.conversion.as_ref();
        Definition {
            kind: CustomKind::named(&kind, previous.map(|previous| previous.kind)),
            version,
            list_kind: names.list_kind.clone().unwrap_or_else(|| format!("{}List", names.kind)),
            columns: columns::of_version(own),
            conversion_webhook: conversion.is_some_and(|conversion| conversion.strategy == "Webhook"),
            patterns: own.schema.as_ref().and_then(|schema| schema.open_api_v3_schema.as_ref()).map(Patterns::of).unwrap_or_default(),
            rules: own.schema.as_ref().and_then(|schema| schema.open_api_v3_schema.as_ref()).and_then(Rules::of_object),
            schema_value: Arc::new(serde_json::to_value(own.schema.as_ref().and_then(|schema| schema.open_api_v3_schema.as_ref())).expect("a schema has only string keys")),
            spec: spec.clone(),
        }
    }

    pub fn kind(&self) -> Kind {
        Kind::Custom(self.kind)
    }

    pub fn info(&self) -> &'static ResourceInfo {
        self.kind.info()
    }

    pub fn list_kind(&self) -> &str {
        &self.list_kind
    }

    pub(crate) fn of_version(&self) -> &CustomResourceDefinitionVersion {
        &self.spec.versions[self.version]
    }

    pub fn schema(&self) -> Option<&JSONSchemaProps> {
        self.of_version().schema.as_ref()?.open_api_v3_schema.as_ref()
    }

    /// The schema of another version of the kind.
    pub(crate) fn schema_of(&self, version: &str) -> Option<&JSONSchemaProps> {
        self.spec.versions.iter().find(|other| other.name == version)?.schema.as_ref()?.open_api_v3_schema.as_ref()
    }

    pub fn schema_value(&self) -> &Value {
        &self.schema_value
    }

    pub(crate) fn patterns(&self) -> &Patterns {
        &self.patterns
    }

    /// The schema's rules in CEL, if it has any.
    pub(crate) fn rules(&self) -> Option<&Rules> {
        self.rules.as_ref()
    }

    pub fn has_status(&self) -> bool {
        self.info().has_status
    }

    pub fn scale(&self) -> Option<&CustomResourceSubresourceScale> {
        self.of_version().subresources.as_ref()?.scale.as_ref()
    }

    pub fn is_served(&self) -> bool {
        self.of_version().served
    }

    pub fn is_storage(&self) -> bool {
        self.of_version().storage
    }

    /// The columns of the table, in their order.
    pub fn columns(&self) -> &[TableColumn] {
        &self.columns
    }

    /// The fields that a field selector may name, beside name and namespace, without the leading dot.
    pub fn selectable_fields(&self) -> impl Iterator<Item = &str> {
        let fields = self.of_version().selectable_fields.iter().flatten();
        fields.map(|field| field.json_path.strip_prefix('.').unwrap_or(&field.json_path))
    }

    /// Whether objects of other versions come from a webhook, which nothing here calls.
    pub fn converts_by_webhook(&self) -> bool {
        self.conversion_webhook
    }

    /// The warning for every request of a deprecated version.
    pub fn deprecation_warning(&self) -> Option<String> {
        let own = self.of_version();
        if own.deprecated != Some(true) {
            return None;
        }
        if let Some(text) = &own.deprecation_warning {
            return Some(text.clone());
        }
        let info = self.info();
        let mut text = format!("{}/{} {} is deprecated", info.group, info.version, info.kind);
        let mut others: Vec<&str> = self.spec.versions.iter().filter(|other| other.served && other.deprecated != Some(true)).map(|other| other.name.as_str()).collect();
        others.sort_by(|a, b| crate::name_rules::compare_versions(b, a));
        let newer = others.first().filter(|other| crate::name_rules::compare_versions(other, info.version).is_gt());
        if let Some(newer) = newer {
            text.push_str(&format!("; use {}/{newer} {}", info.group, info.kind));
        }
        Some(text)
    }
}

/// The versions of one definition. It is worked out from the definition's spec, so it never makes two differ.
#[derive(Clone, Debug, Default)]
pub struct Definitions(Vec<Arc<Definition>>);

impl PartialEq for Definitions {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Definitions {
    /// Makes the versions of an established definition; what has not changed since `previous` is kept.
    pub(crate) fn new(spec: &Arc<CustomResourceDefinitionSpec>, names: &CustomResourceDefinitionNames, previous: &Definitions) -> Self {
        let make = |version: usize| {
            let name = &spec.versions[version].name;
            let before = previous.0.iter().find(|before| before.info().version == name);
            Arc::new(Definition::new(spec, names, version, before.map(|before| &**before)))
        };
        Definitions((0..spec.versions.len()).map(make).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The version under this name, if requests may name it.
    pub fn served(&self, version: &str) -> Option<&Arc<Definition>> {
        self.0.iter().find(|definition| definition.is_served() && definition.info().version == version)
    }

    /// The version in which objects are stored.
    pub fn storage(&self) -> Option<&Arc<Definition>> {
        self.0.iter().find(|definition| definition.is_storage())
    }

    /// The served versions, the preferred one first.
    pub fn all_served(&self) -> Vec<&Arc<Definition>> {
        let mut served: Vec<&Arc<Definition>> = self.0.iter().filter(|definition| definition.is_served()).collect();
        served.sort_by(|a, b| crate::name_rules::compare_versions(b.info().version, a.info().version));
        served
    }
}
