//! Watch streams: one JSON document a line.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/watch.go, v1.36.
//! Simplified: nothing.

use podarium_api::{InGoOrder, Kind, ObjectMeta, Status};
use serde_json::json;

use super::Rendering;
use super::documents::Line;
use super::render::INITIAL_EVENTS_END;
use super::text::{compact, line};
use crate::component::{WatchChange, WatchEvent};

/// A watch event as it travels. What most clients want to see of it is written once for all of them.
pub(crate) fn watch_line(event: &WatchEvent, rendering: &Rendering, now: jiff::Timestamp, first: bool) -> Vec<u8> {
    let change = match event.change {
        WatchChange::Added => "ADDED",
        WatchChange::Modified => "MODIFIED",
        WatchChange::Deleted => "DELETED",
    };
    let managed = rendering.shows_managed_fields().then_some(&event.managed);
    let object = || rendering.object(&event.object, managed, now, first);
    if !rendering.is_as_stored() {
        return line(&Line { change, object: object() });
    }
    let object = event.lines.get_or_write(event.change, || compact(&object()));
    [b"{\"type\":\"", change.as_bytes(), b"\",\"object\":", object, b"}\n"].concat()
}

/// How far the watch has come, for a client that wants to go on from there; `end_of_list` ends what was there at its
/// beginning.
pub(crate) fn bookmark_line(kind: Kind, resource_version: u64, end_of_list: bool, rendering: &Rendering, now: jiff::Timestamp, first: bool) -> Vec<u8> {
    let mut meta = ObjectMeta { resource_version: Some(resource_version.to_string()), ..ObjectMeta::default() };
    if end_of_list {
        meta.annotations.get_or_insert_default().insert(INITIAL_EVENTS_END.to_owned(), "true".to_owned());
    }
    match kind.empty() {
        Some(mut object) => {
            *object.meta_mut() = meta;
            line(&Line { change: "BOOKMARK", object: rendering.object(&object, None, now, first) })
        }
        // A custom kind has no fields that are written though they are empty.
        None => line(&Line { change: "BOOKMARK", object: json!({"kind": kind.info().kind, "apiVersion": rendering.api_version(kind), "metadata": meta}) }),
    }
}

/// The error that ends a watch.
pub(crate) fn error_line(status: &Status) -> Vec<u8> {
    let value = serde_json::to_value(status.as_meta()).expect("a status has only string keys");
    line(&Line { change: "ERROR", object: InGoOrder::new(&value) })
}
