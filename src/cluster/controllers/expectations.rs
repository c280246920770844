//! Expectations: what a controller has asked for on behalf of a set but not yet seen in its cache.
//!
//! The cache lags behind. A controller that has just created three pods and looks again before their news arrives would
//! create three more. So it notes "I expect 3 creations", counts them off as the watch brings them, and does nothing
//! to the set until all have come or five minutes have passed.
//!
//! Models: pkg/controller/controller_utils.go (ControllerExpectations, UIDTrackingControllerExpectations), v1.36.
//! Simplified: nothing.

use std::time::Duration;

use imbl::{OrdMap, OrdSet};
use podarium_sim::Time;

use crate::store::Key;

const TIMEOUT: Duration = Duration::from_secs(5 * 60);

#[derive(Clone, Debug)]
struct Expected {
    /// May fall below zero: a pod may be seen that nobody waited for.
    creations: i64,
    /// The pods that are to be seen going, so that the mark and the end of one deletion count once.
    deletions: OrdSet<Key>,
    since: Time,
}

/// What each ReplicaSet waits for, by its key.
#[derive(Clone, Debug, Default)]
pub struct Expectations(OrdMap<Key, Expected>);

impl Expectations {
    /// Whether the controller may act on this set.
    pub fn satisfied(&self, set: &Key, now: Time) -> bool {
        self.0.get(set).is_none_or(|expected| {
            (expected.creations <= 0 && expected.deletions.is_empty()) || now - expected.since > TIMEOUT
        })
    }

    /// Expects so many new pods, these pods to go, and nothing else.
    pub fn expect(&mut self, set: &Key, creations: usize, deletions: impl IntoIterator<Item = Key>, now: Time) {
        let creations = i64::try_from(creations).unwrap_or(i64::MAX);
        self.0.insert(set.clone(), Expected { creations, deletions: deletions.into_iter().collect(), since: now });
    }

    /// Expects so many new pods, and nothing else.
    pub fn expect_creations(&mut self, set: &Key, count: usize, now: Time) {
        self.expect(set, count, [], now);
    }

    /// Expects these pods to go, and nothing else.
    pub fn expect_deletions(&mut self, set: &Key, pods: impl IntoIterator<Item = Key>, now: Time) {
        self.expect(set, 0, pods, now);
    }

    pub fn creation_observed(&mut self, set: &Key) {
        self.creations_observed(set, 1);
    }

    /// Also for creations that failed and so will never be seen.
    pub fn creations_observed(&mut self, set: &Key, count: usize) {
        if let Some(expected) = self.0.get_mut(set) {
            expected.creations -= i64::try_from(count).unwrap_or(i64::MAX);
        }
    }

    pub fn deletion_observed(&mut self, set: &Key, pod: &Key) {
        if let Some(expected) = self.0.get_mut(set) {
            expected.deletions.remove(pod);
        }
    }

    /// The set is gone; one of the same name starts afresh.
    pub fn forget(&mut self, set: &Key) {
        self.0.remove(set);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::new("default", name)
    }

    #[test]
    fn a_set_waits_until_all_its_creations_were_seen() {
        let mut expectations = Expectations::default();
        assert!(expectations.satisfied(&key("rs"), Time::ZERO), "a set without expectations may act");
        expectations.expect_creations(&key("rs"), 2, Time::ZERO);
        assert!(!expectations.satisfied(&key("rs"), Time::ZERO));
        assert!(expectations.satisfied(&key("other"), Time::ZERO));
        expectations.creation_observed(&key("rs"));
        assert!(!expectations.satisfied(&key("rs"), Time::ZERO));
        expectations.creation_observed(&key("rs"));
        expectations.creation_observed(&key("rs"));
        assert!(expectations.satisfied(&key("rs"), Time::ZERO), "one more than expected does no harm");
    }

    #[test]
    fn a_deletion_counts_once_however_often_it_is_seen() {
        let mut expectations = Expectations::default();
        expectations.expect_deletions(&key("rs"), [key("a"), key("b")], Time::ZERO);
        expectations.deletion_observed(&key("rs"), &key("a"));
        expectations.deletion_observed(&key("rs"), &key("a"));
        expectations.deletion_observed(&key("rs"), &key("stranger"));
        assert!(!expectations.satisfied(&key("rs"), Time::ZERO));
        expectations.deletion_observed(&key("rs"), &key("b"));
        assert!(expectations.satisfied(&key("rs"), Time::ZERO));
    }

    #[test]
    fn what_never_comes_is_given_up_after_five_minutes() {
        let mut expectations = Expectations::default();
        expectations.expect_creations(&key("rs"), 1, Time::from_secs(10));
        assert!(!expectations.satisfied(&key("rs"), Time::from_secs(310)));
        assert!(expectations.satisfied(&key("rs"), Time::from_secs(311)));
    }
}
