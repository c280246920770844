//! The record of all writes. There are millions of them in a large cluster, most of them leases renewed, so what many have
//! in common (who wrote, by what right, with which verb, which kind) is kept once.
//!
//! Models: nothing of Kubernetes, which does not keep this.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use podarium_api::Kind;
use podarium_sim::Time;

use crate::apiserver::{Grant, Verb};
use crate::cause::{Cause, Write};
use crate::store::Key;

/// What a write has in common with others.
#[derive(Clone, Debug)]
struct Manner {
    user: Arc<str>,
    grant: Grant,
    verb: Verb,
    kind: Kind,
}

/// A write by itself.
#[derive(Clone, Debug)]
struct Entry {
    at: Time,
    key: Key,
    manner: u32,
    cause: Packed,
}

/// A cause in half of its size: a clock by its number among those that were heard of.
#[derive(Clone, Copy, Debug)]
enum Packed {
    Start,
    Input(u64),
    Write(u64),
    Timer(u32),
}

/// Every write since the start, in order of resourceVersion. Each write takes the next one.
#[derive(Clone, Debug, Default)]
pub struct Writes {
    entries: Vector<Entry>,
    manners: Vector<Manner>,
    /// The manners of each user, by their numbers.
    known: OrdMap<Arc<str>, Vector<u32>>,
    timers: Vector<&'static str>,
    first_version: u64,
}

impl Writes {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, place: usize) -> Option<Write> {
        Some(self.unpacked(place, self.entries.get(place)?))
    }

    /// The write that made this resourceVersion.
    pub fn of_version(&self, resource_version: u64) -> Option<Write> {
        self.get(usize::try_from(resource_version.checked_sub(self.first_version)?).ok()?)
    }

    pub fn last(&self) -> Option<Write> {
        self.get(self.len().checked_sub(1)?)
    }

    pub fn iter(&self) -> impl Iterator<Item = Write> {
        self.entries.iter().enumerate().map(|(place, entry)| self.unpacked(place, entry))
    }

    /// # Panics
    /// When a resourceVersion was left out: then a write happened that nobody can explain.
    pub(crate) fn push(&mut self, write: Write) {
        let Write { resource_version, at, user, grant, verb, kind, key, cause } = write;
        if self.entries.is_empty() {
            self.first_version = resource_version;
        }
        assert_eq!(resource_version, self.first_version + self.len() as u64, "each write takes the next resourceVersion");
        let manner = self.manner(Manner { user, grant, verb, kind });
        let cause = self.packed(cause);
        self.entries.push_back(Entry { at, key, manner, cause });
    }

    fn manner(&mut self, manner: Manner) -> u32 {
        let same = |number: &u32| {
            let known = &self.manners[*number as usize];
            known.kind == manner.kind && known.verb == manner.verb && known.grant.is_same(&manner.grant)
        };
        if let Some(number) = self.known.get(&manner.user).and_then(|numbers| numbers.iter().copied().find(same)) {
            return number;
        }
        let number = u32::try_from(self.manners.len()).expect("fewer than four billion ways to write");
        self.known.entry(manner.user.clone()).or_default().push_back(number);
        self.manners.push_back(manner);
        number
    }

    fn packed(&mut self, cause: Cause) -> Packed {
        match cause {
            Cause::Start => Packed::Start,
            Cause::Input(number) => Packed::Input(number),
            Cause::Write(version) => Packed::Write(version),
            Cause::Timer(name) => {
                let place = self.timers.iter().position(|known| *known == name).unwrap_or_else(|| {
                    self.timers.push_back(name);
                    self.timers.len() - 1
                });
                Packed::Timer(u32::try_from(place).expect("there are few clocks"))
            }
        }
    }

    fn unpacked(&self, place: usize, entry: &Entry) -> Write {
        let manner = &self.manners[entry.manner as usize];
        Write {
            resource_version: self.first_version + place as u64,
            at: entry.at,
            user: manner.user.clone(),
            grant: manner.grant.clone(),
            verb: manner.verb,
            kind: manner.kind,
            key: entry.key.clone(),
            cause: match entry.cause {
                Packed::Start => Cause::Start,
                Packed::Input(number) => Cause::Input(number),
                Packed::Write(version) => Cause::Write(version),
                Packed::Timer(place) => Cause::Timer(self.timers[place as usize]),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let causes = [Cause::Start, Cause::Input(7), Cause::Timer("lease"), Cause::Write(11), Cause::Timer("lease")];
        let write = |(place, cause): (usize, Cause)| Write {
            resource_version: 10 + place as u64,
            at: Time::from_secs(place as u64),
            user: if place < 2 { "jane".into() } else { "joe".into() },
            grant: if place == 1 { Grant::Masters } else { Grant::Node },
            verb: Verb::Create,
            kind: Kind::Pod,
            key: Key::new("default", &format!("p{place}")),
            cause,
        };
        let expected: Vec<Write> = causes.into_iter().enumerate().map(write).collect();
        let mut writes = Writes::default();
        expected.iter().cloned().for_each(|write| writes.push(write));
        assert_eq!(writes.iter().collect::<Vec<_>>(), expected);
        assert_eq!(writes.last().as_ref(), expected.last());
        assert_eq!(writes.of_version(12).as_ref(), Some(&expected[2]));
        assert_eq!((writes.of_version(9), writes.of_version(15)), (None, None));
        assert_eq!(writes.manners.len(), 3, "jane's two, and joe's");
    }
}
