//! How long a pod that failed stays back: 1 s, 2 s, 4 s, up to 10 s, unless the scheduler is configured otherwise.
//!
//! Ends of back-offs are rounded down to whole seconds, so that pods whose back-offs end in the same second are tried
//! in the order of their priority.
//!
//! Models: pkg/scheduler/backend/queue/backoff_queue.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use podarium_sim::Time;

use super::queued_pod::QueuedPod;

pub const WINDOW: Duration = Duration::from_secs(1);

/// The beginning of the second in which `time` lies.
pub fn align(time: Time) -> Time {
    Time::from_secs(time.as_nanos() / WINDOW.as_nanos() as u64)
}

/// The first back-off and the longest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackOff {
    pub initial: Duration,
    pub max: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        BackOff { initial: Duration::from_secs(1), max: Duration::from_secs(10) }
    }
}

impl BackOff {
    fn duration(self, count: u32) -> Duration {
        1u32.checked_shl(count - 1).and_then(|factor| self.initial.checked_mul(factor)).unwrap_or(self.max).min(self.max)
    }

    /// When the back-off ends; `Time::ZERO` for a pod that has not failed yet.
    pub fn expiration(self, pod: &QueuedPod) -> Time {
        let count = if pod.consecutive_errors > 0 { pod.consecutive_errors } else { pod.unschedulable_count };
        if count == 0 {
            return Time::ZERO;
        }
        pod.backoff_expiration.unwrap_or_else(|| align(pod.timestamp + self.duration(count)))
    }

    pub fn is_backing_off(self, pod: &QueuedPod, now: Time) -> bool {
        let failed = pod.consecutive_errors > 0 || pod.unschedulable_count > 0;
        failed && self.expiration(pod) >= align(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::pod;

    #[test]
    fn back_off_doubles_up_to_ten_seconds() {
        for (count, seconds) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (6, 10), (33, 10), (100, 10)] {
            assert_eq!(BackOff::default().duration(count), Duration::from_secs(seconds), "after {count} failures");
        }
    }

    #[test]
    fn both_ends_can_be_configured() {
        let slow = BackOff { initial: Duration::from_secs(3), max: Duration::from_secs(7) };
        assert_eq!([1, 2, 3].map(|count| slow.duration(count).as_secs()), [3, 6, 7]);
    }

    #[test]
    fn errors_are_counted_apart_and_ends_are_rounded_down() {
        let mut queued = QueuedPod::new(pod("p").info(), Time::from_millis(2700), crate::Cause::Start);
        assert_eq!(BackOff::default().expiration(&queued), Time::ZERO);
        queued.unschedulable_count = 4;
        assert_eq!(BackOff::default().expiration(&queued), Time::from_secs(10), "2.7 s + 8 s");
        queued.consecutive_errors = 1;
        assert_eq!(BackOff::default().expiration(&queued), Time::from_secs(3), "2.7 s + 1 s");
        assert!(BackOff::default().is_backing_off(&queued, Time::from_millis(3999)));
        assert!(!BackOff::default().is_backing_off(&queued, Time::from_secs(4)));
    }
}
