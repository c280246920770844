//! Events about objects, as `kubectl describe` shows them: repeated ones are counted, floods are combined or dropped.
//!
//! Models: staging/src/k8s.io/client-go/tools/record/{event.go,events_cache.go}, v1.36.
//! Simplified: an event that expired before it repeats is not made anew.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::time::Duration;

use k8s_openapi::api::core::v1::{EventSource, ObjectReference};
use podarium_api::time::Epoch;
use podarium_api::{Event, Kind, Object, ObjectMeta};
use podarium_sim::{Fingerprint, Time};
use serde_json::json;

use super::TokenBucket;
use crate::apiserver::{PatchType, Request};
use crate::store::Key;

const AGGREGATE_AT: usize = 10;
const AGGREGATE_INTERVAL: Duration = Duration::from_secs(600);
const SPAM_BURST: u32 = 25;
const SPAM_PER_SECOND: f64 = 1.0 / 300.0;
/// How many keys each memory holds before the oldest is forgotten.
const MEMORY: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    Normal,
    Warning,
}

impl EventType {
    pub fn name(self) -> &'static str {
        match self {
            EventType::Normal => "Normal",
            EventType::Warning => "Warning",
        }
    }
}

/// Stands for a text of any length. A kubelet remembers thousands of keys of some hundred letters each, and never reads
/// them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Digest(u64, u64);

/// The two halves of a digest that is being made.
#[derive(Clone, Copy)]
struct Digesting(Fingerprint, Fingerprint);

impl Digesting {
    fn new() -> Self {
        let mut other = Fingerprint::default();
        other.write(b"other half");
        Digesting(Fingerprint::default(), other)
    }

    /// With more text at the end.
    fn and(mut self, text: fmt::Arguments<'_>) -> Self {
        let _ = self.write_fmt(text);
        self
    }

    fn done(self) -> Digest {
        Digest(self.0.finish(), self.1.finish())
    }
}

impl fmt::Write for Digesting {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        self.1.write(text.as_bytes());
        Ok(())
    }
}

/// What is remembered by key, the least recently used forgotten first.
#[derive(Clone, Debug)]
struct Memory<V> {
    values: BTreeMap<Digest, (u64, V)>,
    order: BTreeMap<u64, Digest>,
    tick: u64,
}

impl<V> Default for Memory<V> {
    fn default() -> Self {
        Memory { values: BTreeMap::new(), order: BTreeMap::new(), tick: 0 }
    }
}

impl<V> Memory<V> {
    /// The value under a key, made with `new` if there is none yet.
    fn get_or_insert(&mut self, key: Digest, new: impl FnOnce() -> V) -> &mut V {
        self.tick += 1;
        if let Some((used, _)) = self.values.get(&key) {
            self.order.remove(used);
        } else {
            if self.values.len() >= MEMORY
                && let Some((_, oldest)) = self.order.pop_first()
            {
                self.values.remove(&oldest);
            }
            self.values.insert(key, (self.tick, new()));
        }
        self.order.insert(self.tick, key);
        let (used, value) = self.values.get_mut(&key).expect("the key was just put in");
        *used = self.tick;
        value
    }
}

/// The different texts about one thing, in their order. Mostly there is one.
#[derive(Clone, Debug, Default)]
struct Aggregate {
    messages: Vec<Box<str>>,
    last: Time,
}

#[derive(Clone, Debug, Default)]
struct Logged {
    count: i32,
    name: String,
}

/// The recorder of one component.
#[derive(Clone, Debug)]
pub struct Recorder {
    component: String,
    host: String,
    spam: Memory<TokenBucket>,
    aggregates: Memory<Aggregate>,
    logged: Memory<Logged>,
    /// The nanosecond in the name of the latest event: two events of one moment need two names.
    last_nanos: i128,
}

impl Recorder {
    /// `component` is e.g. `replicaset-controller`; `host` is the node of a kubelet, else empty.
    pub fn new(component: &str, host: &str) -> Self {
        Recorder {
            component: component.to_owned(),
            host: host.to_owned(),
            spam: Memory::default(),
            aggregates: Memory::default(),
            logged: Memory::default(),
            last_nanos: 0,
        }
    }

    /// The request that records an event, or none if this object had too many. A `field_path` names a container:
    /// `spec.containers{web}`.
    pub fn event(&mut self, now: Time, epoch: Epoch, about: &Object, field_path: &str, event_type: EventType, reason: &str, message: &str) -> Option<Request> {
        let about = reference(about, field_path);
        let source = Digesting::new().and(format_args!(
            "{}|{}|{}|{}|{}|{}|{}|{}",
            self.component,
            self.host,
            part(&about.kind),
            part(&about.namespace),
            part(&about.name),
            part(&about.uid),
            part(&about.api_version),
            event_type.name()
        ));
        let bucket = self.spam.get_or_insert(source.done(), || TokenBucket::new(SPAM_PER_SECOND, SPAM_BURST));
        let accepted = bucket.try_take(now);
        let (key, message, combined) = self.aggregate(now, source, field_path, reason, message);
        if !accepted {
            return None;
        }
        let logged = self.logged.get_or_insert(key, Logged::default);
        logged.count += 1;
        if logged.count > 1 {
            let key = Key::new(namespace_of(&about), &logged.name);
            let patch = json!({"count": logged.count, "lastTimestamp": epoch.seconds(now), "message": message});
            return Some(Request::patch(Kind::Event, &key, PatchType::Strategic, patch));
        }
        let nanos = epoch.timestamp(now).as_nanosecond().max(self.last_nanos + 1);
        self.last_nanos = nanos;
        logged.name = format!("{}.{nanos:x}", about.name.as_deref().unwrap_or_default());
        let seconds = epoch.seconds(now);
        Some(Request::create(Event {
            metadata: ObjectMeta {
                name: Some(logged.name.clone()),
                namespace: Some(namespace_of(&about).to_owned()),
                ..ObjectMeta::default()
            },
            involved_object: about,
            count: Some(1),
            first_timestamp: Some(seconds.clone()),
            last_timestamp: Some(seconds),
            message: Some(message),
            reason: Some(reason.to_owned()),
            type_: Some(event_type.name().to_owned()),
            source: Some(EventSource {
                component: Some(self.component.clone()),
                host: (!self.host.is_empty()).then(|| self.host.clone()),
            }),
            // The copy that stands for several events does not name the reporter.
            reporting_component: Some(if combined { String::new() } else { self.component.clone() }),
            reporting_instance: Some(if combined { String::new() } else { self.host.clone() }),
            ..Event::default()
        }))
    }

    /// Under which key the event is counted, and with which text: the tenth different text within ten minutes about
    /// the same thing, and those after it, are combined into one event.
    fn aggregate(&mut self, now: Time, source: Digesting, field_path: &str, reason: &str, message: &str) -> (Digest, String, bool) {
        let group = source.and(format_args!("|{reason}"));
        let aggregate = self.aggregates.get_or_insert(group.done(), Aggregate::default);
        if now - aggregate.last > AGGREGATE_INTERVAL {
            aggregate.messages.clear();
        }
        if let Err(place) = aggregate.messages.binary_search_by(|known| (**known).cmp(message)) {
            aggregate.messages.reserve_exact(1);
            aggregate.messages.insert(place, message.into());
        }
        aggregate.last = now;
        if aggregate.messages.len() < AGGREGATE_AT {
            return (group.and(format_args!("|{field_path}|{message}")).done(), message.to_owned(), false);
        }
        aggregate.messages.remove(0);
        (group.done(), format!("(combined from similar events): {message}"), true)
    }
}

fn namespace_of(about: &ObjectReference) -> &str {
    about.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or("default")
}

fn part(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

fn reference(about: &Object, field_path: &str) -> ObjectReference {
    let (info, meta) = (about.kind().info(), about.meta());
    ObjectReference {
        api_version: Some(info.api_version()),
        kind: Some(info.kind.to_owned()),
        name: meta.name.clone(),
        namespace: meta.namespace.clone(),
        resource_version: meta.resource_version.clone(),
        uid: meta.uid.clone(),
        field_path: (!field_path.is_empty()).then(|| field_path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use podarium_api::{ReplicaSet, Resource as _};

    use super::*;
    use crate::apiserver::{Body, Verb};

    fn record(recorder: &mut Recorder, now: Time, message: &str) -> Option<(Verb, String)> {
        let mut about = ReplicaSet::default();
        about.metadata.name = Some("rs".to_owned());
        let about = Arc::new(about).into_object();
        let request = recorder.event(now, Epoch::default(), &about, "", EventType::Normal, "SuccessfulCreate", message)?;
        let text = match request.body {
            Body::Object(Object::Event(event)) => event.message.clone().unwrap_or_default(),
            Body::Patch(_, patch) => format!("{} x{}", patch["message"].as_str().unwrap_or_default(), patch["count"]),
            _ => String::new(),
        };
        Some((request.verb, text))
    }

    #[test]
    fn repeated_events_are_counted() {
        let mut recorder = Recorder::new("replicaset-controller", "");
        assert_eq!(record(&mut recorder, Time::ZERO, "a"), Some((Verb::Create, "a".to_owned())));
        assert_eq!(record(&mut recorder, Time::ZERO, "a"), Some((Verb::Patch, "a x2".to_owned())));
    }

    #[test]
    fn the_tenth_similar_event_is_combined_and_floods_end() {
        let mut recorder = Recorder::new("replicaset-controller", "");
        let texts: Vec<_> = (0..30).map(|n| record(&mut recorder, Time::from_secs(1), &format!("pod {n}"))).collect();
        assert_eq!(texts[8], Some((Verb::Create, "pod 8".to_owned())));
        assert_eq!(texts[9], Some((Verb::Create, "(combined from similar events): pod 9".to_owned())));
        assert_eq!(texts[10], Some((Verb::Patch, "(combined from similar events): pod 10 x2".to_owned())));
        assert!(texts[24].is_some() && texts[25].is_none(), "25 events of one object, then silence");
    }
}
