//! Custom kinds in discovery and tables.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_discovery_controller.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use podarium_api::custom::Definition;
use podarium_api::name_rules::compare_versions;
use podarium_api::{CustomResourceDefinition, Kind, Resource as _};
use serde_json::{Value, json};

use crate::store::Store;

const VERBS: [&str; 8] = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

fn definitions(store: &Store) -> impl Iterator<Item = &CustomResourceDefinition> {
    store.list(Kind::CustomResourceDefinition, None).filter_map(CustomResourceDefinition::from_object).map(|definition| &**definition)
}

/// The groups that definitions made, with their versions, the preferred one first.
pub(super) fn groups(store: &Store) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for definition in definitions(store).flat_map(|definition| definition.definitions.all_served()) {
        let versions = groups.entry(definition.info().group.to_owned()).or_default();
        if !versions.iter().any(|known| known == definition.info().version) {
            versions.push(definition.info().version.to_owned());
        }
    }
    for versions in groups.values_mut() {
        versions.sort_by(|a, b| compare_versions(b, a));
    }
    groups
}

/// The resources that definitions made in a version of a group.
pub(super) fn resources(store: &Store, group: &str, version: &str) -> Vec<Value> {
    let mut resources = Vec::new();
    for definition in definitions(store).filter(|definition| definition.spec.group == group) {
        let terminating = definition.is("Terminating");
        let Some(definition) = definition.definitions.served(version) else { continue };
        let info = definition.info();
        let verbs: Vec<&str> = VERBS.into_iter().filter(|verb| !(terminating && matches!(*verb, "create" | "patch" | "update"))).collect();
        let mut entry = json!({"name": info.plural, "singularName": info.singular, "namespaced": info.namespaced, "kind": info.kind, "verbs": verbs});
        for (name, values) in [("shortNames", info.short_names), ("categories", info.categories)] {
            if !values.is_empty() {
                entry[name] = json!(values);
            }
        }
        resources.push(entry);
        let part = |name: &str| json!({"name": format!("{}/{name}", info.plural), "singularName": "", "namespaced": info.namespaced, "verbs": ["get", "patch", "update"]});
        if definition.has_status() {
            let mut entry = part("status");
            entry["kind"] = json!(info.kind);
            resources.push(entry);
        }
        if definition.scale().is_some() {
            let mut entry = part("scale");
            (entry["group"], entry["version"], entry["kind"]) = (json!("autoscaling"), json!("v1"), json!("Scale"));
            resources.push(entry);
        }
    }
    resources
}

/// The columns of a table, as its head declares them.
pub(super) fn columns(kind: Kind, definition: Option<&Definition>) -> Vec<Value> {
    let column = |name: &str, kind: &str, format: &str, description: &str, priority: i32| {
        json!({"name": name, "type": kind, "format": format, "description": description, "priority": priority})
    };
    match definition {
        Some(definition) => {
            definition.columns().iter().map(|own| column(&own.name, &own.kind, &own.format, &own.description, own.priority)).collect()
        }
        None => kind.columns().iter().map(|own| column(own.name, own.kind, own.format, own.description, own.priority)).collect(),
    }
}
