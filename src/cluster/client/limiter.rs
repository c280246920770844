//! A token bucket in virtual time: how fast a client may send, or a queue may retry.
//!
//! Models: golang.org/x/time/rate as client-go/util/flowcontrol and workqueue use it, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use podarium_sim::Time;

/// `burst` tokens at once, then `per_second` of them.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenBucket {
    interval: Duration,
    burst: u32,
    /// The moment at which the bucket will be full again.
    full_at: Time,
}

impl TokenBucket {
    pub fn new(per_second: f64, burst: u32) -> Self {
        TokenBucket { interval: Duration::from_secs_f64(1.0 / per_second), burst, full_at: Time::ZERO }
    }

    /// Takes a token, on credit if there is none, and says how long to wait until it is really there.
    ///
    /// With 20 a second and a burst of 30, the first 30 of 32 requests of one moment wait for nothing, the 31st waits
    /// for 50 ms and the 32nd for 100 ms.
    pub fn reserve(&mut self, now: Time) -> Duration {
        self.full_at = self.full_at.max(now) + self.interval;
        (self.full_at - now).saturating_sub(self.interval * self.burst)
    }

    /// Takes a token if there is one; whether there was.
    pub fn try_take(&mut self, now: Time) -> bool {
        let before = self.full_at;
        let there = self.reserve(now).is_zero();
        if !there {
            self.full_at = before;
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_what_follows_waits() {
        let mut bucket = TokenBucket::new(20.0, 30);
        let waits: Vec<u128> = (0..32).map(|_| bucket.reserve(Time::from_secs(1)).as_millis()).collect();
        assert_eq!(waits[..30], [0; 30]);
        assert_eq!(waits[30..], [50, 100]);
        assert_eq!(bucket.reserve(Time::from_secs(10)).as_millis(), 0);
    }
}
