//! How long something has been there.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/duration/duration.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use jiff::Timestamp;
use podarium_api::time::human_duration;

/// `5s`, `3m12s`, `2d`.
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let nanos = now.as_nanosecond() - then.as_nanosecond();
    if nanos < -1_000_000_000 {
        return "<invalid>".to_owned();
    }
    human_duration(Duration::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX)))
}
