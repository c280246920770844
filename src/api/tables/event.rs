//! An event's row: when it was last seen, what it is about, what it says.
//!
//! Models: pkg/printers/internalversion/printers.go (printEvent), v1.36.
//! Simplified: nothing.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time as MetaTime};

use crate::time::age;
use crate::{Cell, Event};

pub(crate) fn row(event: &Event, now: Timestamp) -> Vec<Cell> {
    let micro_age = |time: Option<&MicroTime>| age(time.map(|time| MetaTime(time.0)).as_ref(), now);
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let first = match &event.first_timestamp {
        Some(time) => age(Some(time), now),
        None => micro_age(event.event_time.as_ref()),
    };
    let mut last = event.last_timestamp.as_ref().map_or_else(|| first.clone(), |time| age(Some(time), now));
    let mut count = event.count.filter(|count| *count != 0).unwrap_or(1);
    if let Some(series) = &event.series {
        last = micro_age(series.last_observed_time.as_ref());
        count = series.count.unwrap_or(0);
    }
    let about = &event.involved_object;
    let kind = text(&about.kind).to_lowercase();
    let target = match about.name.as_deref() {
        Some(name) if !name.is_empty() => format!("{kind}/{name}"),
        _ => kind,
    };
    vec![
        last.into(),
        text(&event.type_).into(),
        text(&event.reason).into(),
        target.into(),
        text(&about.field_path).into(),
        source(event).into(),
        text(&event.message).trim().into(),
        first.into(),
        count.into(),
        event.metadata.name.clone().into(),
    ]
}

/// `kubelet, node-1`, or the component alone.
fn source(event: &Event) -> String {
    let first = |a: Option<&String>, b: Option<&String>| a.filter(|text| !text.is_empty()).or(b).cloned().unwrap_or_default();
    let from = event.source.as_ref();
    let component = first(from.and_then(|source| source.component.as_ref()), event.reporting_component.as_ref());
    let instance = first(from.and_then(|source| source.host.as_ref()), event.reporting_instance.as_ref());
    if instance.is_empty() { component } else { format!("{component}, {instance}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_show_their_last_sighting_and_their_source() {
        let now: Timestamp = "2026-01-05T09:01:00Z".parse().unwrap();
        let event = |value: serde_json::Value| -> Vec<Cell> { row(&serde_json::from_value::<Event>(value).unwrap(), now) };
        let old = json!({
            "metadata": {"name": "e"}, "involvedObject": {"kind": "Pod", "name": "p", "fieldPath": "spec.containers{c}"}, "count": 6,
            "type": "Warning", "reason": "BackOff", "message": "Back-off \n", "source": {"component": "kubelet", "host": "n"},
            "firstTimestamp": "2026-01-05T09:00:00Z", "lastTimestamp": "2026-01-05T09:00:55Z"
        });
        assert_eq!(json!(event(old)), json!(["5s", "Warning", "BackOff", "pod/p", "spec.containers{c}", "kubelet, n", "Back-off", "60s", 6, "e"]));
        let new = json!({
            "metadata": {"name": "e"}, "involvedObject": {"kind": "Node"}, "eventTime": "2026-01-05T09:00:00.000000Z",
            "reportingComponent": "scheduler", "series": {"count": 2, "lastObservedTime": "2026-01-05T09:00:50.000000Z"}
        });
        assert_eq!(json!(event(new)), json!(["10s", "", "", "node", "", "scheduler", "", "60s", 2, "e"]));
    }
}
