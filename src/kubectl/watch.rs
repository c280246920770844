//! Watching one object until something holds.
//!
//! Models: staging/src/k8s.io/client-go/tools/watch/until.go, v1.36.
//! Simplified: nothing.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::StreamItem;
use podarium_sim::Time;
use serde_json::Value;

use crate::client::Call;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::unstructured::{items, text};

/// What a check says of the object, or of its absence: a value ends the watch.
pub type Check<'c, T> = &'c mut dyn FnMut(Option<&Value>) -> Option<T>;

impl<'p> Kubectl<'_, 'p> {
    /// Calls `check` with the object as it is and after every change. `None`: nothing came of it by the deadline.
    pub fn watch_until<T>(&mut self, mapping: &Mapping, place: (&str, &str), deadline: Option<Time>, check: Check<'_, T>) -> Outcome<Option<T>>
    where
        T: Clone + Send + Sync + 'static,
    {
        let (namespace, name) = place;
        let fields = format!("metadata.name={name}");
        loop {
            let list = self.send(&Call::get(mapping.path(namespace, "")).query("fieldSelector", fields.clone()))?;
            let object = items(&list, "/items").first().map(|item| typed(item, mapping));
            if let Some(value) = check(object.as_ref()) {
                return Ok(Some(value));
            }
            let call = Call::get(mapping.path(namespace, ""))
                .query("fieldSelector", fields.clone())
                .query("resourceVersion", text(&list, "/metadata/resourceVersion"))
                .query("watch", "true");
            let stream = self.open(&call)?;
            let ended = self.process.repeat(Vec::new(), |process, rest: &mut Vec<u8>| {
                let left = match deadline {
                    Some(deadline) => Some(left_until(deadline, process.now()?)),
                    None => None,
                };
                match process.http_next(stream.id, left)? {
                    StreamItem::Chunk(bytes) => rest.extend(bytes),
                    StreamItem::TimedOut => return Ok(ControlFlow::Break(Ended::Late)),
                    StreamItem::End | StreamItem::Failed(_) => return Ok(ControlFlow::Break(Ended::Closed)),
                }
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.drain(..=end).collect();
                    let Ok(event) = serde_json::from_slice::<Value>(&line) else { continue };
                    let found = match text(&event, "/type") {
                        "ADDED" | "MODIFIED" => check(event.get("object")),
                        "DELETED" => check(None),
                        "ERROR" => return Ok(ControlFlow::Break(Ended::Closed)),
                        _ => None,
                    };
                    if let Some(value) = found {
                        return Ok(ControlFlow::Break(Ended::Found(value)));
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
            self.process.http_close(stream.id)?;
            match ended {
                Ended::Found(value) => return Ok(Some(value)),
                Ended::Late => return Ok(None),
                // The server ends watches after a while; what was missed is in the next list.
                Ended::Closed => {}
            }
        }
    }
}

/// How long it is to a moment; nothing when it has passed.
pub fn left_until(deadline: Time, now: Time) -> Duration {
    if deadline > now { deadline.since(now) } else { Duration::ZERO }
}

#[derive(Clone)]
enum Ended<T> {
    Found(T),
    Late,
    Closed,
}

/// An item of a list does not say what it is.
pub fn typed(item: &Value, mapping: &Mapping) -> Value {
    let mut object = item.clone();
    object["apiVersion"] = mapping.api_version().into();
    object["kind"] = mapping.kind.clone().into();
    object
}
