//! How often one client may ask: a leaky bucket for each client and zone, as nginx's.
//!
//! Models: ngx_http_limit_req_module (with `nodelay`) and ngx_http_limit_conn_module of nginx.
//! Simplified: nothing.

use std::collections::BTreeMap;

use podarium_sim::Time;

use super::annotations::Rate;

/// A request counts so much, so that parts of one can be counted.
const ONE: u64 = 1000;

#[derive(Clone, Debug, Default)]
pub(super) struct Buckets(BTreeMap<(String, String), Bucket>);

#[derive(Clone, Debug)]
struct Bucket {
    /// How much more than the rate has come.
    excess: u64,
    last: Time,
}

impl Buckets {
    /// A request of this client comes. Whether it is within the rate and its burst; one that is not does not count.
    pub fn take(&mut self, rate: &Rate, client: &str, now: Time) -> bool {
        let key = (rate.zone.clone(), client.to_owned());
        let Some(bucket) = self.0.get_mut(&key) else {
            self.0.insert(key, Bucket { excess: 0, last: now });
            return true;
        };
        let passed_ms = u64::try_from((now - bucket.last).as_millis()).unwrap_or(u64::MAX);
        let leaked = rate.requests * ONE * passed_ms.min(3_600_000) / rate.per_ms;
        let excess = (bucket.excess + ONE).saturating_sub(leaked);
        if excess > rate.burst * ONE {
            return false;
        }
        *bucket = Bucket { excess, last: now };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_and_then_the_rate() {
        let rate = Rate { zone: "z".to_owned(), requests: 2, per_ms: 1000, burst: 10 };
        let mut buckets = Buckets::default();
        // One that is due, ten of the burst.
        assert_eq!((0..20).filter(|_| buckets.take(&rate, "1.2.3.4", Time::from_secs(1))).count(), 11);
        assert!(buckets.take(&rate, "5.6.7.8", Time::from_secs(1)), "others have their own bucket");
        assert_eq!((0..20).filter(|_| buckets.take(&rate, "1.2.3.4", Time::from_secs(2))).count(), 2);
        assert_eq!((0..20).filter(|_| buckets.take(&rate, "1.2.3.4", Time::from_secs(60))).count(), 11);
    }
}
