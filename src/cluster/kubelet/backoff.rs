//! Back-off by key: 10 s, 20 s, 40 s … up to five minutes, forgotten after ten quiet minutes.
//!
//! Models: staging/src/k8s.io/client-go/util/flowcontrol/backoff.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_sim::Time;

const FIRST: Duration = Duration::from_secs(10);
const MOST: Duration = Duration::from_secs(300);

#[derive(Clone, Copy, Debug)]
struct Entry {
    delay: Duration,
    updated: Time,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Backoff {
    entries: BTreeMap<String, Entry>,
}

impl Backoff {
    pub fn delay(&self, key: &str) -> Duration {
        self.entries.get(key).map_or(Duration::ZERO, |entry| entry.delay)
    }

    /// Doubles the delay, or begins anew if the last use is long over by the time of `event`.
    pub fn next(&mut self, key: &str, event: Time, now: Time) {
        let delay = match self.entries.get(key) {
            Some(entry) if event - entry.updated <= MOST * 2 => (entry.delay * 2).min(MOST),
            _ => FIRST,
        };
        self.entries.insert(key.to_owned(), Entry { delay, updated: now });
    }

    /// Whether the delay since `event` (a container's end) is still running.
    pub fn is_waiting_since(&self, key: &str, event: Time, now: Time) -> bool {
        self.entries.get(key).is_some_and(|entry| event - entry.updated <= MOST * 2 && now - event < entry.delay)
    }

    /// Whether the delay since the last use (a failed pull) is still running.
    pub fn is_waiting_since_update(&self, key: &str, now: Time) -> bool {
        self.entries.get(key).is_some_and(|entry| now - entry.updated < entry.delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_five_minutes_and_begin_anew_after_ten() {
        let mut backoff = Backoff::default();
        let mut now = Time::ZERO;
        let mut delays = Vec::new();
        for _ in 0..7 {
            backoff.next("c", now, now);
            delays.push(backoff.delay("c").as_secs());
            let ended = now;
            assert!(backoff.is_waiting_since("c", ended, ended));
            now += backoff.delay("c");
            assert!(!backoff.is_waiting_since("c", ended, now));
        }
        assert_eq!(delays, [10, 20, 40, 80, 160, 300, 300]);
        now += Duration::from_secs(601);
        backoff.next("c", now, now);
        assert_eq!(backoff.delay("c").as_secs(), 10);
    }
}
