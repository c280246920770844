//! The events of an object.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (DescribeEvents), pkg/util/event, v1.36.
//! Simplified: nothing.

use jiff::Timestamp;
use serde_json::Value;

use super::{Writer, age_of};
use crate::builder::Info;
use crate::client::Call;
use crate::failure::{Outcome, caught};
use crate::kubectl::Kubectl;
use crate::unstructured::{int, items, text};

/// Events, in the order in which they were last seen; `None`: they were not asked for, or could not be had.
pub struct Events(Option<Vec<Value>>);

impl Events {
    /// Those about an object. The kind is left out where kubectl leaves it out.
    pub fn of(kubectl: &mut Kubectl<'_, '_>, info: &Info, object: &Value, with_kind: bool) -> Outcome<Self> {
        let uid = text(object, "/metadata/uid").to_owned();
        Self::search(kubectl, info, &uid, with_kind)
    }

    fn search(kubectl: &mut Kubectl<'_, '_>, info: &Info, uid: &str, with_kind: bool) -> Outcome<Self> {
        if !kubectl.flags.bool("show-events") {
            return Ok(Events(None));
        }
        let mut fields = vec![format!("involvedObject.name={}", info.name), format!("involvedObject.namespace={}", info.namespace)];
        if with_kind {
            fields.push(format!("involvedObject.kind={}", info.mapping.kind));
        }
        if !uid.is_empty() {
            fields.push(format!("involvedObject.uid={uid}"));
        }
        fields.sort();
        let path = if info.namespace.is_empty() { "/api/v1/events".to_owned() } else { format!("/api/v1/namespaces/{}/events", info.namespace) };
        let call = Call::get(path).query("fieldSelector", fields.join(",")).query("limit", "500");
        let Ok(list) = caught(kubectl.send(&call))? else { return Ok(Events(None)) };
        Ok(Events(Some(items(&list, "/items").to_vec())))
    }

    /// Of a node, whose events are filed under its uid by some and under its name by others.
    pub fn of_node(kubectl: &mut Kubectl<'_, '_>, info: &Info, object: &Value) -> Outcome<Self> {
        let Events(by_uid) = Self::of(kubectl, info, object, true)?;
        let Events(by_name) = Self::search(kubectl, info, &info.name.clone(), true)?;
        Ok(Events(by_uid.map(|mut events| {
            events.extend(by_name.into_iter().flatten());
            events
        })))
    }

    pub fn write(self, writer: &mut Writer, now: Timestamp) {
        let Events(Some(mut events)) = self else { return };
        if events.is_empty() {
            return writer.field(0, "Events", "<none>");
        }
        events.sort_by(|a, b| text(a, "/lastTimestamp").cmp(text(b, "/lastTimestamp")));
        writer.write(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage\n");
        writer.write(1, "----\t------\t----\t----\t-------\n");
        for event in &events {
            let source = match text(event, "/source/component") {
                "" => text(event, "/reportingComponent"),
                component => component,
            };
            let message = text(event, "/message").trim();
            let field = text(event, "/involvedObject/fieldPath");
            let message = if field.is_empty() { message.to_owned() } else { format!("{field}: {message}") };
            writer.write(1, format!("{}\t{}\t{}\t{source}\t{message}\n", text(event, "/type"), text(event, "/reason"), interval(event, now)));
        }
    }
}

/// `5s`, or `5s (x3 over 2m)` for what happened several times.
pub fn interval(event: &Value, now: Timestamp) -> String {
    let first = match text(event, "/eventTime") {
        "" => age_of(text(event, "/firstTimestamp"), now),
        time => age_of(time, now),
    };
    if event.get("series").is_some_and(Value::is_object) {
        let last = age_of(text(event, "/series/lastObservedTime"), now);
        return format!("{last} (x{} over {first})", int(event, "/series/count").unwrap_or(0));
    }
    match int(event, "/count").unwrap_or(0) {
        count if count > 1 => format!("{} (x{count} over {first})", age_of(text(event, "/lastTimestamp"), now)),
        _ => first,
    }
}
