//! The table of events at the end of a description.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (DescribeEvents), v1.36.
//! Simplified: nothing.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time};
use podarium_api::Event;
use podarium_api::time::age;

use super::page::{Page, text, text_or};
use super::related::Related;
use crate::go_sort;

/// Events by the time they were last seen; those that do not say so come first. Nothing at all where events are not
/// to be shown.
pub fn events(page: &mut Page, related: &Related) {
    let Some(events) = &related.events else { return };
    if events.is_empty() {
        return page.field(0, "Events", "<none>");
    }
    let mut events: Vec<&Event> = events.iter().collect();
    go_sort::sort(&mut events, |a, b| a.last_timestamp.as_ref().map(|time| time.0) < b.last_timestamp.as_ref().map(|time| time.0));
    page.line(0, "Events:");
    // The lines below the names are as long as the reference draws them, not as long as the names.
    page.row(1, &["Type", "Reason", "Age", "From", "Message"]);
    page.row(1, &["----", "------", "----", "----", "-------"]);
    for event in events {
        let component = event.source.as_ref().map_or("", |source| text(&source.component));
        let from = if component.is_empty() { text(&event.reporting_component) } else { component };
        let message = text(&event.message).trim();
        let message = match text_or(&event.involved_object.field_path, "") {
            "" => message.to_owned(),
            part => format!("{part}: {message}"),
        };
        page.row(1, &[text(&event.type_), text(&event.reason), &interval(event, page.now()), from, &message]);
    }
}

/// `5s`, or `2s (x3 over 1m)` for what happened several times.
pub fn interval(event: &Event, now: Timestamp) -> String {
    let micro_age = |then: Option<&MicroTime>| age(then.map(|then| Time(then.0)).as_ref(), now);
    let first = match &event.event_time {
        Some(time) => micro_age(Some(time)),
        None => age(event.first_timestamp.as_ref(), now),
    };
    let count = event.count.unwrap_or_default();
    match &event.series {
        Some(series) => {
            let last = micro_age(series.last_observed_time.as_ref());
            format!("{last} (x{} over {first})", series.count.unwrap_or_default())
        }
        None if count > 1 => format!("{} (x{count} over {first})", age(event.last_timestamp.as_ref(), now)),
        None => first,
    }
}
