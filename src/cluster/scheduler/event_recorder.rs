//! Events in the newer style of events.k8s.io, which the scheduler uses: an event that repeats is not counted up at
//! every repetition but becomes a series, which is written again only when it ends.
//!
//! Models: staging/src/k8s.io/client-go/tools/events/{event_broadcaster.go,event_recorder.go}, v1.36.
//! Simplified: an event that could not be written is not tried again.

use std::sync::Arc;
use std::time::Duration;

use imbl::OrdMap;
use k8s_openapi::api::core::v1::{EventSource, ObjectReference};
use podarium_api::time::Epoch;
use podarium_api::{Event, Kind, ObjectMeta, Pod, Resource as _, Strategy as _};
use podarium_sim::Time;
use serde_json::json;

use crate::Key;
use crate::apiserver::{PatchType, Request};
use crate::client::EventType;

/// A series ends when nothing has been added for this long; that is looked at as often.
pub const FINISH: Duration = Duration::from_secs(360);
/// The longest text of an event.
const NOTE_LENGTH_LIMIT: usize = 1024;

#[derive(Clone, Debug)]
struct Series {
    name: String,
    namespace: String,
    count: i32,
    last: Time,
}

#[derive(Clone, Debug)]
pub struct EventRecorder {
    host: String,
    /// What was written lately, by everything but the text.
    cache: OrdMap<Arc<str>, Series>,
}

/// What an event is about.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    pub event_type: EventType,
    pub reason: &'a str,
    pub action: &'a str,
    pub text: &'a str,
}

impl EventRecorder {
    pub fn new(host: &str) -> Self {
        EventRecorder { host: host.to_owned(), cache: OrdMap::new() }
    }

    pub fn is_idle(&self) -> bool {
        self.cache.is_empty()
    }

    /// The request that records the event; none when the series that it belongs to has been written already.
    /// `reporter` is the scheduler name of the profile that reports.
    pub fn event(&mut self, now: Time, epoch: Epoch, reporter: &str, about: &Pod, related: Option<&Pod>, note: Note) -> Option<Request> {
        let regarding = reference(about);
        let related = related.map(reference);
        let key = format!("{reporter}|{}|{}|{}|{}|{:?}", note.event_type.name(), note.action, note.reason, identity(&regarding), related.as_ref().map(identity));
        if let Some(series) = self.cache.get_mut(key.as_str()) {
            series.count += 1;
            series.last = now;
            return (series.count == 2).then(|| series.request(epoch));
        }
        let nanos = epoch.timestamp(now).as_nanosecond();
        let name = format!("{}.{nanos:x}", about.name());
        self.cache.insert(key.into(), Series { name: name.clone(), namespace: about.namespace().to_owned(), count: 1, last: now });
        Some(Request::create(Event {
            metadata: ObjectMeta { name: Some(name), namespace: Some(about.namespace().to_owned()), ..ObjectMeta::default() },
            event_time: Some(epoch.micros(now)),
            involved_object: regarding,
            related,
            message: Some(truncated(note.text)),
            reason: Some(note.reason.to_owned()),
            action: Some(note.action.to_owned()),
            type_: Some(note.event_type.name().to_owned()),
            source: Some(EventSource::default()),
            reporting_component: Some(reporter.to_owned()),
            reporting_instance: Some(format!("{reporter}-{}", self.host)),
            ..Event::default()
        }))
    }

    /// Forgets what has not repeated for six minutes, and writes the ends of series.
    pub fn finish(&mut self, now: Time, epoch: Epoch) -> Vec<Request> {
        let over = |series: &Series| now - series.last > FINISH;
        let ended = self.cache.values().filter(|series| over(series) && series.count > 1).map(|series| series.request(epoch)).collect();
        self.cache = std::mem::take(&mut self.cache).into_iter().filter(|(_, series)| !over(series)).collect();
        ended
    }
}

impl Series {
    fn request(&self, epoch: Epoch) -> Request {
        let patch = json!({ "series": { "count": self.count, "lastObservedTime": epoch.micros(self.last) } });
        Request::patch(Kind::Event, &Key::new(&self.namespace, &self.name), PatchType::Strategic, patch)
    }
}

fn reference(pod: &Pod) -> ObjectReference {
    ObjectReference {
        api_version: Some(Pod::INFO.api_version()),
        kind: Some(Pod::INFO.kind.to_owned()),
        name: pod.meta().name.clone(),
        namespace: pod.meta().namespace.clone(),
        resource_version: pod.meta().resource_version.clone(),
        uid: pod.meta().uid.clone(),
        field_path: None,
    }
}

/// The version counts too: the same thing about a changed pod is another event.
fn identity(reference: &ObjectReference) -> String {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    format!("{}|{}|{}|{}", text(&reference.namespace), text(&reference.name), text(&reference.uid), text(&reference.resource_version))
}

fn truncated(text: &str) -> String {
    if text.len() <= NOTE_LENGTH_LIMIT {
        return text.to_owned();
    }
    let suffix = " ...";
    let mut end = NOTE_LENGTH_LIMIT - suffix.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apiserver::{Body, Verb};
    use crate::scheduler::tests::building::pod;
    use podarium_api::Object;

    const NOTE: Note = Note { event_type: EventType::Warning, reason: "FailedScheduling", action: "Scheduling", text: "0/4" };

    #[test]
    fn a_repeated_event_becomes_a_series() {
        let mut recorder = EventRecorder::new("vm");
        let about = pod("p").info().pod.clone();
        let mut record = |second| recorder.event(Time::from_secs(second), Epoch::default(), "default-scheduler", &about, None, NOTE);
        let first = record(1).expect("the first is written");
        let Body::Object(Object::Event(event)) = &first.body else { panic!("an event is created") };
        assert_eq!(event.reporting_instance.as_deref(), Some("default-scheduler-vm"));
        assert_eq!((event.count, event.event_time.is_some()), (None, true));
        let second = record(2).expect("the series is written");
        assert_eq!(second.verb, Verb::Patch);
        assert!(matches!(&second.body, Body::Patch(_, patch) if patch["series"]["count"] == 2));
        assert!(record(3).is_none(), "it is only counted from then on");
        assert!(recorder.finish(Time::from_secs(300), Epoch::default()).is_empty());
        let ends = recorder.finish(Time::from_secs(400), Epoch::default());
        assert!(matches!(&ends[0].body, Body::Patch(_, patch) if patch["series"]["count"] == 3));
        assert!(recorder.is_idle());
    }

    #[test]
    fn long_texts_are_cut() {
        let text = truncated(&"x".repeat(2000));
        assert_eq!(text.len(), 1024);
        assert!(text.ends_with("x ..."));
    }
}
