//! Custom kinds in discovery and tables.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_discovery_controller.go, v1.36.
//! Simplified: nothing.

use podarium_api::custom::Definition;
use podarium_api::{CustomResourceDefinition, Kind, Resource as _};
use serde_json::{Value, json};

use super::discovery::Served;
use super::resources;
use crate::store::Store;

const VERBS: [&str; 8] = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/// Every version of every custom kind that is served.
pub(super) fn served(store: &Store) -> Vec<Served> {
    let definitions = store.list(Kind::CustomResourceDefinition, None).filter_map(CustomResourceDefinition::from_object);
    definitions.flat_map(|definition| definition.definitions.all_served().into_iter().map(|version| {
        let stored = definition.spec.versions.iter().find(|version| version.storage).map(|version| version.name.clone());
        resource(version, definition.is("Terminating"), stored)
    })).collect()
}

/// What a version of a custom kind offers; one that is going away can only be read and deleted.
fn resource(definition: &Definition, terminating: bool, stored_in: Option<String>) -> Served {
    let verbs = VERBS.into_iter().filter(|verb| !(terminating && matches!(*verb, "create" | "patch" | "update"))).collect();
    let parts = [(definition.has_status(), resources::STATUS), (definition.scale().is_some(), resources::SCALE)];
    Served {
        info: *definition.info(),
        verbs,
        parts: parts.into_iter().filter(|(has, _)| *has).map(|(_, part)| part).collect(),
        stored_in,
    }
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
