//! The work queue: each key waits once, is worked on by one worker at a time, and comes back later after an error.
//!
//! Models: staging/src/k8s.io/client-go/util/workqueue/{queue.go,delaying_queue.go,default_rate_limiters.go}, v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use podarium_sim::Time;

use super::TokenBucket;
use crate::cause::Cause;
use crate::store::Key;

const BASE_DELAY: Duration = Duration::from_millis(5);
const MAX_DELAY: Duration = Duration::from_secs(1000);

#[derive(Clone, Debug)]
pub struct WorkQueue {
    ready: VecDeque<Key>,
    /// Why each key that waits or must be worked on again does so: the first reason since it was last taken.
    dirty: BTreeMap<Key, Cause>,
    processing: BTreeSet<Key>,
    /// Keys that come back later, in order of time and of their addition.
    delayed: BTreeMap<(Time, u64), (Key, Cause)>,
    /// Where among them a key stands.
    waits: BTreeMap<Key, (Time, u64)>,
    next_seq: u64,
    failures: BTreeMap<Key, u32>,
    bucket: TokenBucket,
    base_delay: Duration,
    max_delay: Duration,
}

impl Default for WorkQueue {
    fn default() -> Self {
        WorkQueue {
            ready: VecDeque::new(),
            dirty: BTreeMap::new(),
            processing: BTreeSet::new(),
            delayed: BTreeMap::new(),
            waits: BTreeMap::new(),
            next_seq: 0,
            failures: BTreeMap::new(),
            bucket: TokenBucket::new(10.0, 100),
            base_delay: BASE_DELAY,
            max_delay: MAX_DELAY,
        }
    }
}

impl WorkQueue {
    /// A queue whose failed keys wait for other times than usual.
    pub fn with_back_off(base_delay: Duration, max_delay: Duration) -> Self {
        WorkQueue { base_delay, max_delay, ..Self::default() }
    }

    pub fn add(&mut self, key: Key, cause: Cause) {
        if self.dirty.contains_key(&key) {
            return;
        }
        self.dirty.insert(key.clone(), cause);
        if !self.processing.contains(&key) {
            self.ready.push_back(key);
        }
    }

    /// Adds the key once `after` has passed. Of several waits for one key the shortest counts.
    pub fn add_after(&mut self, key: Key, after: Duration, cause: Cause, now: Time) {
        if after.is_zero() {
            return self.add(key, cause);
        }
        let at = now + after;
        match self.waits.get(&key) {
            Some((earlier, _)) if *earlier <= at => return,
            Some(later) => {
                self.delayed.remove(later);
            }
            None => {}
        }
        self.next_seq += 1;
        let slot = (at, self.next_seq);
        self.waits.insert(key.clone(), slot);
        self.delayed.insert(slot, (key, cause));
    }

    /// Adds the key after a wait that doubles with each failure: 5 ms, 10 ms, … at most 1,000 s.
    pub fn add_rate_limited(&mut self, key: Key, cause: Cause, now: Time) {
        let failures = self.failures.entry(key.clone()).or_default();
        let own = self.base_delay.saturating_mul(1u32.checked_shl(*failures).unwrap_or(u32::MAX)).min(self.max_delay);
        *failures = failures.saturating_add(1);
        let wait = own.max(self.bucket.reserve(now));
        self.add_after(key, wait, cause, now);
    }

    /// The key's work succeeded: its failures no longer count.
    pub fn forget(&mut self, key: &Key) {
        self.failures.remove(key);
    }

    pub fn failures(&self, key: &Key) -> u32 {
        self.failures.get(key).copied().unwrap_or(0)
    }

    /// Moves the keys whose wait is over to those that are ready.
    pub fn release(&mut self, now: Time) {
        while let Some(entry) = self.delayed.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let (key, cause) = entry.remove();
            self.waits.remove(&key);
            self.add(key, cause);
        }
    }

    /// When the next waiting key becomes ready.
    pub fn next_release(&self) -> Option<Time> {
        self.delayed.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next key to work on.
    pub fn take(&mut self) -> Option<(Key, Cause)> {
        let key = self.ready.pop_front()?;
        let cause = self.dirty.remove(&key).unwrap_or(Cause::Start);
        self.processing.insert(key.clone());
        Some((key, cause))
    }

    /// The work on a key has ended; if it was added meanwhile, it is ready again.
    pub fn done(&mut self, key: &Key) {
        self.processing.remove(key);
        if self.dirty.contains_key(key) {
            self.ready.push_back(key.clone());
        }
    }

    pub fn len(&self) -> usize {
        self.ready.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::new("default", name)
    }

    #[test]
    fn a_key_added_during_its_work_comes_once_more_and_not_meanwhile() {
        let mut queue = WorkQueue::default();
        queue.add(key("a"), Cause::Write(1));
        queue.add(key("a"), Cause::Write(2));
        assert_eq!(queue.take(), Some((key("a"), Cause::Write(1))));
        queue.add(key("a"), Cause::Write(3));
        assert_eq!(queue.take(), None);
        queue.done(&key("a"));
        assert_eq!(queue.take(), Some((key("a"), Cause::Write(3))));
    }

    #[test]
    fn failures_wait_twice_as_long_each_time() {
        let mut queue = WorkQueue::default();
        let mut waits = Vec::new();
        for _ in 0..5 {
            queue.add_rate_limited(key("a"), Cause::Start, Time::ZERO);
            waits.push(queue.next_release().map_or(0, Time::as_millis));
            queue.release(Time::MAX);
            queue.take();
            queue.done(&key("a"));
        }
        assert_eq!(waits, [5, 10, 20, 40, 80]);
    }

    #[test]
    fn the_shortest_of_several_waits_counts() {
        let mut queue = WorkQueue::default();
        queue.add_after(key("a"), Duration::from_secs(5), Cause::Start, Time::ZERO);
        queue.add_after(key("a"), Duration::from_secs(2), Cause::Start, Time::ZERO);
        queue.add_after(key("a"), Duration::from_secs(9), Cause::Start, Time::ZERO);
        assert_eq!(queue.next_release(), Some(Time::from_secs(2)));
        queue.release(Time::from_secs(10));
        assert_eq!(queue.len(), 1);
    }
}
