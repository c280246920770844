//! How much CPU a process used lately.
//!
//! Models: what cAdvisor derives from the CPU time of a container's control group.
//! Simplified: the mean over the last full ten seconds, or over what there is of them.

use std::time::Duration;

use podarium_sim::Time;

const WINDOW: Duration = Duration::from_secs(10);

/// CPU time by windows of ten seconds.
#[derive(Clone, Debug, Default)]
pub(super) struct CpuMeter {
    began: Time,
    used: Duration,
    /// What the window before used, once there was one.
    before: Option<Duration>,
    total: Duration,
}

impl CpuMeter {
    pub fn new(now: Time) -> Self {
        CpuMeter { began: now, ..CpuMeter::default() }
    }

    pub fn add(&mut self, now: Time, cpu: Duration) {
        let gone = now - self.began;
        if gone >= WINDOW {
            self.before = Some(if gone < WINDOW * 2 { self.used } else { Duration::ZERO });
            self.used = Duration::ZERO;
            let windows = u32::try_from(gone.as_nanos() / WINDOW.as_nanos()).unwrap_or(u32::MAX);
            self.began += WINDOW * windows;
        }
        self.used += cpu;
        self.total += cpu;
    }

    /// All that was ever used.
    pub fn total(&self) -> Duration {
        self.total
    }

    /// In thousandths of a CPU.
    pub fn millis(&self, now: Time) -> u64 {
        let gone = now - self.began;
        let (used, over) = match (self.before, gone) {
            (_, gone) if gone >= WINDOW * 2 => (Duration::ZERO, WINDOW),
            (_, gone) if gone >= WINDOW => (self.used, WINDOW),
            (Some(before), _) => (before, WINDOW),
            (None, gone) => (self.used, gone.max(Duration::from_secs(1))),
        };
        u64::try_from(used.as_nanos() * 1000 / over.as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_follows_the_load_and_falls_to_nothing() {
        let mut meter = CpuMeter::new(Time::ZERO);
        for tenth in 0..150 {
            meter.add(Time::from_millis(tenth * 100), Duration::from_millis(20));
        }
        assert_eq!(meter.millis(Time::from_secs(15)), 200);
        assert_eq!(meter.millis(Time::from_secs(24)), 100, "half of the window was busy");
        assert_eq!(meter.millis(Time::from_secs(40)), 0);
    }
}
