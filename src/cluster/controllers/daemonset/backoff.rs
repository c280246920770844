//! Patience with pods that fail on a node: the second is deleted after 1 s, the next after 2 s, 4 s, … up to 15 minutes.
//!
//! Without it, a DaemonSet and a kubelet that rejects its pods would chase each other.
//!
//! Models: staging/src/k8s.io/client-go/util/flowcontrol/backoff.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use imbl::OrdMap;
use podarium_sim::Time;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15 * 60);

#[derive(Clone, Copy, Debug)]
struct Entry {
    wait: Duration,
    since: Time,
}

impl Entry {
    fn is_expired(self, now: Time) -> bool {
        now - self.since > 2 * LONGEST
    }
}

/// The waits by what failed.
#[derive(Clone, Debug, Default)]
pub struct Backoff(OrdMap<String, Entry>);

impl Backoff {
    /// How long this wait is, if it is not over.
    pub fn remaining(&self, what: &str, now: Time) -> Option<Duration> {
        let entry = self.0.get(what).filter(|entry| !entry.is_expired(now))?;
        (now - entry.since < entry.wait).then_some(entry.wait)
    }

    /// It failed again: the next wait is twice as long.
    pub fn failed(&mut self, what: &str, now: Time) {
        self.0 = self.0.iter().filter(|(_, entry)| !entry.is_expired(now)).map(|(what, entry)| (what.clone(), *entry)).collect();
        let wait = self.0.get(what).map_or(FIRST, |entry| (entry.wait * 2).min(LONGEST));
        self.0.insert(what.to_owned(), Entry { wait, since: now });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_until_it_is_long_ago() {
        let mut backoff = Backoff::default();
        let at = Time::from_secs;
        assert_eq!(backoff.remaining("a", at(0)), None);
        backoff.failed("a", at(0));
        assert_eq!((backoff.remaining("a", at(0)), backoff.remaining("b", at(0))), (Some(FIRST), None));
        assert_eq!(backoff.remaining("a", at(1)), None);
        backoff.failed("a", at(1));
        assert_eq!(backoff.remaining("a", at(2)), Some(Duration::from_secs(2)));
        for _ in 0..20 {
            backoff.failed("a", at(10));
        }
        assert_eq!(backoff.remaining("a", at(900)), Some(LONGEST));
        backoff.failed("a", at(10 + 1801));
        assert_eq!(backoff.remaining("a", at(10 + 1801)), Some(FIRST), "after half an hour all is forgotten");
    }
}
