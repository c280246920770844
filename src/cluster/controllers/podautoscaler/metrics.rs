//! Where the numbers come from: the APIs of the add-ons that measure. None is installed, and these are the answers of a
//! cluster without them.
//!
//! Models: pkg/controller/podautoscaler/metrics/client.go, v1.36.
//! Simplified: no metrics API is served.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

/// What one pod used.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// In thousandths.
    pub value: i64,
    pub at: Timestamp,
    /// Over which time it was measured.
    pub window: SignedDuration,
}

pub(super) type Samples = BTreeMap<String, Sample>;

/// The CPU or memory of every pod, or of one of its containers.
pub(super) fn resource() -> Result<Samples, String> {
    Err("unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)".to_owned())
}

/// A number that every pod has.
pub(super) fn pods() -> Result<Samples, String> {
    Err(custom())
}

/// A number that some other object has.
pub(super) fn object() -> Result<i64, String> {
    Err(custom())
}

/// A number from outside of the cluster.
pub(super) fn external(metric: &str) -> Result<i64, String> {
    Err(format!("unable to fetch metrics from external metrics API: the server could not find the requested resource (get {metric}.external.metrics.k8s.io)"))
}

fn custom() -> String {
    "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered".to_owned()
}
