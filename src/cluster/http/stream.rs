//! Watch streams: one JSON document a line.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/watch.go, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, ObjectMeta, Status};
use serde_json::{Value, json};

use super::Rendering;
use super::render::INITIAL_EVENTS_END;
use super::text::line;
use crate::apiserver::shown;
use crate::component::{WatchChange, WatchEvent};

/// A watch event as it travels.
pub(crate) fn watch_line(event: &WatchEvent, rendering: &Rendering, now: jiff::Timestamp, first: bool) -> Vec<u8> {
    let change = match event.change {
        WatchChange::Added => "ADDED",
        WatchChange::Modified => "MODIFIED",
        WatchChange::Deleted => "DELETED",
    };
    let object = if rendering.shows_managed_fields() { shown(event.object.clone(), &event.managed) } else { event.object.clone() };
    line(&json!({"type": change, "object": rendering.object(&object, now, first)}))
}

/// How far the watch has come, for a client that wants to go on from there; `end_of_list` ends what was there at its
/// beginning.
pub(crate) fn bookmark_line(kind: Kind, resource_version: u64, end_of_list: bool, rendering: &Rendering, now: jiff::Timestamp, first: bool) -> Vec<u8> {
    let mut meta = ObjectMeta { resource_version: Some(resource_version.to_string()), ..ObjectMeta::default() };
    if end_of_list {
        meta.annotations.get_or_insert_default().insert(INITIAL_EVENTS_END.to_owned(), "true".to_owned());
    }
    let object = match kind.empty() {
        Some(mut object) => {
            *object.meta_mut() = meta;
            rendering.object(&object, now, first)
        }
        // A custom kind has no fields that are written though they are empty.
        None => json!({"kind": kind.info().kind, "apiVersion": rendering.api_version(kind), "metadata": meta}),
    };
    line(&json!({"type": "BOOKMARK", "object": object}))
}

/// The error that ends a watch.
pub(crate) fn error_line(status: &Status) -> Vec<u8> {
    let object: Value = serde_json::to_value(status.as_meta()).expect("a status has only string keys");
    line(&json!({"type": "ERROR", "object": object}))
}
