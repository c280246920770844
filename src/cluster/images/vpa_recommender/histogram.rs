//! What a container has used, as weights in buckets that grow by 5 % each; old samples count for less and less.
//!
//! Models: vertical-pod-autoscaler/pkg/recommender/{util/histogram.go,util/decaying_histogram.go,logic/estimator.go}, v1.7.
//! Simplified: weights count from the first day and are never scaled, which is the same up to rounding; recommendations are not
//! kept in checkpoints.

use std::collections::BTreeMap;

const RATIO: f64 = 1.05;
const HALF_LIFE_SECONDS: f64 = 86_400.0;
/// What every sample of CPU counts for; less than a thousandth of it is nothing.
pub(super) const CPU_WEIGHT: f64 = 0.1;
const EPSILON: f64 = 0.001 * CPU_WEIGHT;

/// What is measured, and how finely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// In cores.
    Cpu,
    /// In bytes.
    Memory,
}

impl Resource {
    fn first_bucket(self) -> f64 {
        match self {
            Resource::Cpu => 0.01,
            Resource::Memory => 1e7,
        }
    }

    fn largest(self) -> f64 {
        match self {
            Resource::Cpu => 1000.0,
            Resource::Memory => 1e12,
        }
    }

    fn exact_bucket(self, value: f64) -> f64 {
        (value * (RATIO - 1.0) / self.first_bucket() + 1.0).ln() / RATIO.ln()
    }

    fn last_bucket(self) -> u32 {
        self.exact_bucket(self.largest()).ceil() as u32
    }

    fn bucket(self, value: f64) -> u32 {
        if value < self.first_bucket() { 0 } else { (self.exact_bucket(value) as u32).min(self.last_bucket()) }
    }

    fn start(self, bucket: u32) -> f64 {
        self.first_bucket() * (RATIO.powi(bucket as i32) - 1.0) / (RATIO - 1.0)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Histogram {
    resource: Resource,
    weights: BTreeMap<u32, f64>,
}

impl Histogram {
    pub fn new(resource: Resource) -> Self {
        Histogram { resource, weights: BTreeMap::new() }
    }

    pub fn add(&mut self, value: f64, weight: f64, seconds: f64) {
        *self.weights.entry(self.resource.bucket(value)).or_default() += weight * (seconds / HALF_LIFE_SECONDS).exp2();
    }

    pub fn subtract(&mut self, value: f64, weight: f64, seconds: f64) {
        let bucket = self.resource.bucket(value);
        if let Some(known) = self.weights.get_mut(&bucket) {
            *known -= weight * (seconds / HALF_LIFE_SECONDS).exp2();
            if *known < EPSILON {
                self.weights.remove(&bucket);
            }
        }
    }

    pub fn merge(&mut self, other: &Histogram) {
        for (bucket, weight) in &other.weights {
            *self.weights.entry(*bucket).or_default() += weight;
        }
    }

    /// The end of the bucket in which this part of all weight is reached.
    pub fn percentile(&self, part: f64) -> f64 {
        let threshold = part * self.weights.values().sum::<f64>();
        let mut sum = 0.0;
        for (bucket, weight) in &self.weights {
            sum += weight;
            if sum >= threshold || Some(bucket) == self.weights.keys().last() {
                return self.resource.start((bucket + 1).min(self.resource.last_bucket()));
            }
        }
        0.0
    }
}

/// A safety margin.
const MARGIN: f64 = 1.15;

/// What is recommended of one resource: target, lower and upper bound. `confidence` is the length of the history in days,
/// `least` what a container gets at least.
pub(super) fn estimates(used: &Histogram, confidence: f64, least: f64) -> [f64; 3] {
    let with = |part: f64, multiplier: f64, exponent: f64| {
        let base = used.percentile(part) * MARGIN;
        let factor = if exponent == 0.0 { 1.0 } else { (1.0 + multiplier / confidence).powf(exponent) };
        (base * factor).max(least)
    };
    [with(0.9, 0.0, 0.0), with(0.5, 0.001, -2.0), with(0.95, 1.0, 1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_begin_where_the_references_do() {
        assert_eq!((Resource::Cpu.bucket(0.005), Resource::Cpu.bucket(0.01), Resource::Cpu.bucket(0.0206)), (0, 1, 2));
        assert!((Resource::Cpu.start(2) - 0.0205).abs() < 1e-9, "10 millicores and 10.5");
        assert_eq!(Resource::Memory.bucket(1e13), Resource::Memory.last_bucket());
    }

    #[test]
    fn the_newer_samples_count_more() {
        let mut used = Histogram::new(Resource::Cpu);
        used.add(1.0, CPU_WEIGHT, 0.0);
        used.add(0.1, CPU_WEIGHT, 4.0 * 86_400.0);
        // One sixteenth is old, so 90 % is reached before it.
        assert!(used.percentile(0.9) < 0.12 && used.percentile(0.95) > 1.0);
        used.subtract(1.0, CPU_WEIGHT, 0.0);
        assert!(used.percentile(1.0) < 0.12);
    }

    #[test]
    fn bounds_come_nearer_as_history_grows() {
        let mut used = Histogram::new(Resource::Cpu);
        used.add(0.1, CPU_WEIGHT, 0.0);
        let [target, lower, upper] = estimates(&used, 1.0, 0.025);
        assert!((upper / target - 2.0).abs() < 1e-9 && lower < target && lower > 0.99 * target, "{target} {lower} {upper}");
        let [_, lower, upper] = estimates(&used, 1.0 / 1440.0, 0.025);
        assert!(upper > 1000.0 * target && lower < 0.5 * target, "{lower} {upper}");
        assert_eq!(estimates(&Histogram::new(Resource::Cpu), 1.0, 0.025), [0.025; 3]);
    }
}
