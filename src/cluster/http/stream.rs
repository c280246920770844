//! Watch streams: one JSON document a line.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/watch.go, v1.36.
//! Simplified: bookmarks are not sent.

use serde_json::json;

use super::Rendering;
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
    let mut line = json!({"type": change, "object": rendering.object(&object, now, first)}).to_string();
    line.push('\n');
    line.into_bytes()
}
