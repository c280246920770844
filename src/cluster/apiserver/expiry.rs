//! Events are kept for an hour after they were last written. Then etcd drops them by itself, and watchers see them deleted.
//!
//! The API server attaches them to leases. A lease is good for all events of a minute, so an event lives an hour, or up
//! to a minute longer.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/storage/etcd3/lease_manager.go, pkg/registry/core/event/storage/storage.go, v1.36
//! (`--event-ttl=1h0m0s`).
//! Simplified: a lease takes any number of events; etcd looks for leases that are over at once and not twice a second.

use std::sync::Arc;
use std::time::Duration;

use imbl::OrdMap;
use podarium_api::{Kind, Object};
use podarium_sim::Time;

use super::authentication::MASTERS;
use super::{ApiServer, Call, Grant, User, Verb};
use crate::cause::Cause;
use crate::store::Key;

const TTL: Duration = Duration::from_secs(3600);
/// For so long a lease takes more events.
const REUSE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, Default)]
pub(super) struct Leases {
    /// The lease that takes events now, by the moment at which it is over.
    current: Option<Time>,
    /// A lease that nobody has been told of.
    granted: Option<Time>,
    /// The events of each lease, some of which have moved to a later one since.
    attached: OrdMap<Time, Arc<Vec<Key>>>,
    /// The lease of each event.
    lease_of: OrdMap<Key, Time>,
}

impl Leases {
    /// The event was written: it lives an hour from now.
    pub fn attach(&mut self, key: &Key, now: Time) {
        let over = match self.current.filter(|over| now + TTL <= *over) {
            Some(over) => over,
            None => {
                let over = now + TTL + REUSE;
                self.current = Some(over);
                self.granted = Some(over);
                over
            }
        };
        if self.lease_of.insert(key.clone(), over) != Some(over) {
            Arc::make_mut(self.attached.entry(over).or_default()).push(key.clone());
        }
    }

    pub fn detach(&mut self, key: &Key) {
        self.lease_of.remove(key);
    }

    /// The events whose time is over.
    fn expired(&mut self, now: Time) -> Vec<Key> {
        let mut expired = Vec::new();
        while let Some((over, keys)) = self.attached.get_min().map(|(over, keys)| (*over, keys.clone())).filter(|(over, _)| *over <= now) {
            self.attached.remove(&over);
            expired.extend(keys.iter().filter(|key| self.lease_of.get(*key) == Some(&over)).cloned());
        }
        self.current = self.current.filter(|over| *over > now);
        expired
    }
}

impl ApiServer {
    /// When a lease is over that was granted since the last call.
    pub(crate) fn granted_lease(&mut self) -> Option<Time> {
        self.leases.granted.take()
    }

    /// Drops what has lived its time.
    pub(crate) fn expire(&mut self, now: Time) {
        for key in self.leases.expired(now) {
            let Some(object) = self.store.get(Kind::Event, &key).cloned() else { continue };
            let call = Call {
                user: User::with_groups("system:apiserver", &[MASTERS]),
                grant: Grant::AlwaysAllow,
                ..Call::of_the_server(Verb::Delete, Cause::Timer("time to live"), now)
            };
            self.remove(Kind::Event, key, object, &call);
        }
    }

    /// Keeps the leases in step with a write.
    pub(super) fn keep_lease(&mut self, kind: Kind, key: &Key, new: Option<&Object>, now: Time) {
        match new {
            _ if kind != Kind::Event => {}
            Some(_) => self.leases.attach(key, now),
            None => self.leases.detach(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apiserver::Request;
    use crate::{Cluster, Config};
    use podarium_api::{Event, Namespace};
    use serde_json::json;

    #[test]
    fn a_lease_serves_the_events_of_a_minute() {
        let mut leases = Leases::default();
        let key = |name: &str| Key::new("default", name);
        let at = Time::from_secs;
        leases.attach(&key("a"), at(0));
        assert_eq!(leases.granted.take(), Some(at(3660)));
        leases.attach(&key("b"), at(60));
        assert_eq!(leases.granted, None);
        leases.attach(&key("c"), at(61));
        assert_eq!(leases.granted.take(), Some(at(3721)));
        leases.attach(&key("b"), at(100));
        leases.detach(&key("a"));
        assert_eq!(leases.expired(at(3659)), []);
        assert_eq!(leases.expired(at(3660)), [], "a was deleted, and b was written again");
        assert_eq!(leases.expired(at(3721)), [key("c"), key("b")]);
        assert!(leases.attached.is_empty());
    }

    #[test]
    fn an_event_is_gone_after_an_hour_and_watchers_see_it_go() {
        let mut cluster = Cluster::new(Config::default());
        let namespace: Namespace = serde_json::from_value(json!({"metadata": {"name": "default"}})).unwrap();
        cluster.seed_object(podarium_api::Resource::into_object(Arc::new(namespace))).unwrap();
        let event: Event = serde_json::from_value(json!({"metadata": {"name": "e", "namespace": "default"},
            "involvedObject": {"kind": "Pod", "namespace": "default", "name": "p"}, "reason": "Seen", "type": "Normal"}))
        .unwrap();
        cluster.request(Request::create(event));
        cluster.advance(Time::from_secs(3600));
        assert_eq!(cluster.list::<Event>().count(), 1);
        cluster.advance(Time::from_secs(3665));
        assert_eq!(cluster.list::<Event>().count(), 0);
        let last = cluster.writes().last().expect("the deletion is a write");
        assert_eq!((last.verb, last.kind, last.cause), (Verb::Delete, Kind::Event, Cause::Timer("time to live")));
    }
}
