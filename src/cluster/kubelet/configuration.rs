//! What of a KubeletConfiguration counts here: when pods are evicted, and how long a machine that goes down waits for
//! them.
//!
//! Models: pkg/kubelet/apis/config/{types.go,v1beta1/defaults.go}, pkg/kubelet/eviction/helpers.go (ParseThresholdConfig), v1.36.
//! Simplified: the fields for eviction and shutdown; others are refused as not simulated, and so are thresholds for inodes and
//! for a file system of images or containers of its own.

use std::time::Duration;

use serde_json::Value;

use super::eviction::{Amount, Signal, Threshold};
use crate::flags::Flags;

/// The priority from which on pods are critical.
pub(super) const CRITICAL: i32 = 2_000_000_000;

/// How much time the pods from this priority on get when the machine goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShutdownPeriod {
    pub priority: i32,
    pub seconds: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct KubeletConfiguration {
    pub thresholds: Vec<Threshold>,
    /// How long a pressure has to be over before the node says so.
    pub pressure_transition: Duration,
    /// What a pod gets at most that is evicted by a soft threshold.
    pub max_pod_grace_seconds: i64,
    /// In the order of priority; empty: the machine goes down without a word.
    pub shutdown: Vec<ShutdownPeriod>,
    /// The address of the cluster's name server.
    pub cluster_dns: String,
}

impl Default for KubeletConfiguration {
    fn default() -> Self {
        let hard = |signal, amount| Threshold { signal, amount, grace: Duration::ZERO, min_reclaim: None };
        KubeletConfiguration {
            thresholds: vec![
                hard(Signal::ImageFsAvailable, Amount::Part(0.15)),
                hard(Signal::MemoryAvailable, Amount::Bytes(100 << 20)),
                hard(Signal::NodeFsAvailable, Amount::Part(0.1)),
            ],
            pressure_transition: Duration::from_secs(300),
            max_pod_grace_seconds: 0,
            shutdown: Vec::new(),
            cluster_dns: Flags::default().services.name_server(),
        }
    }
}

impl KubeletConfiguration {
    /// Reads the fields of a KubeletConfiguration.
    pub fn parse(written: &Value) -> Result<Self, String> {
        let mut made = KubeletConfiguration::default();
        let Some(fields) = written.as_object() else { return Err("a KubeletConfiguration is an object".to_owned()) };
        for name in fields.keys() {
            let known = [
                "apiVersion", "kind", "evictionHard", "evictionSoft", "evictionSoftGracePeriod", "evictionMinimumReclaim", "evictionPressureTransitionPeriod",
                "evictionMaxPodGracePeriod", "shutdownGracePeriod", "shutdownGracePeriodCriticalPods", "shutdownGracePeriodByPodPriority",
            ];
            if !known.contains(&name.as_str()) {
                return Err(format!("not simulated: {name} of a KubeletConfiguration"));
            }
        }
        if let Some(hard) = fields.get("evictionHard") {
            made.thresholds = thresholds(hard)?;
        }
        for mut threshold in fields.get("evictionSoft").map(thresholds).transpose()?.unwrap_or_default() {
            let grace = &written["evictionSoftGracePeriod"][threshold.signal.name()];
            if grace.is_null() {
                return Err(format!("grace period must be specified for the soft eviction threshold {}", threshold.signal.name()));
            }
            threshold.grace = duration(grace)?;
            made.thresholds.push(threshold);
        }
        for (name, text) in fields.get("evictionMinimumReclaim").and_then(Value::as_object).into_iter().flatten() {
            let (signal, amount) = (signal(name)?, amount(name, text)?);
            made.thresholds.iter_mut().filter(|threshold| threshold.signal == signal).for_each(|threshold| threshold.min_reclaim = Some(amount));
        }
        if let Some(period) = fields.get("evictionPressureTransitionPeriod") {
            made.pressure_transition = duration(period)?;
        }
        made.max_pod_grace_seconds = written["evictionMaxPodGracePeriod"].as_i64().unwrap_or(0);
        made.shutdown = shutdown(written)?;
        Ok(made)
    }
}

fn shutdown(written: &Value) -> Result<Vec<ShutdownPeriod>, String> {
    let seconds = |name: &str| -> Result<i64, String> {
        let value = &written[name];
        let period = if value.is_null() { Duration::ZERO } else { duration(value)? };
        Ok(i64::try_from(period.as_secs()).unwrap_or(i64::MAX))
    };
    if let Some(all) = written["shutdownGracePeriodByPodPriority"].as_array() {
        let number = |one: &Value, name: &str| one[name].as_i64().unwrap_or(0);
        let period = |one: &Value| ShutdownPeriod { priority: i32::try_from(number(one, "priority")).unwrap_or(i32::MAX), seconds: number(one, "shutdownGracePeriodSeconds") };
        let mut periods: Vec<ShutdownPeriod> = all.iter().map(period).collect();
        periods.sort_by_key(|period| period.priority);
        return Ok(periods);
    }
    let (all, critical) = (seconds("shutdownGracePeriod")?, seconds("shutdownGracePeriodCriticalPods")?);
    if critical > all {
        return Err("invalid configuration: shutdownGracePeriodCriticalPods must be <= shutdownGracePeriod".to_owned());
    }
    Ok(match all {
        0 => Vec::new(),
        all => vec![ShutdownPeriod { priority: 0, seconds: all - critical }, ShutdownPeriod { priority: CRITICAL, seconds: critical }],
    })
}

fn signal(name: &str) -> Result<Signal, String> {
    match Signal::ALL.into_iter().find(|signal| signal.name() == name) {
        Some(signal) => Ok(signal),
        None if ["nodefs.inodesFree", "imagefs.inodesFree", "containerfs.available", "containerfs.inodesFree", "allocatableMemory.available"].contains(&name) => {
            Err(format!("not simulated: the eviction signal {name}"))
        }
        None => Err(format!("unsupported eviction signal {name}")),
    }
}

fn thresholds(written: &Value) -> Result<Vec<Threshold>, String> {
    let mut all = Vec::new();
    for (name, text) in written.as_object().into_iter().flatten() {
        let (signal, amount) = (signal(name)?, amount(name, text)?);
        // A threshold of nothing is none.
        if !matches!(amount, Amount::Bytes(0)) && amount != Amount::Part(0.0) {
            all.push(Threshold { signal, amount, grace: Duration::ZERO, min_reclaim: None });
        }
    }
    Ok(all)
}

fn amount(name: &str, written: &Value) -> Result<Amount, String> {
    let text = written.as_str().map_or_else(|| written.to_string(), str::to_owned);
    if let Some(percent) = text.strip_suffix('%') {
        let percent: f64 = percent.parse().map_err(|_| format!("failed to parse percentage value for {name}: {text}"))?;
        return match percent {
            0.0..100.0 => Ok(Amount::Part(percent / 100.0)),
            percent if percent < 0.0 => Err(format!("eviction percentage threshold {name} must be >= 0%: {text}")),
            _ => Err(format!("eviction percentage threshold {name} must be < 100%: {text}")),
        };
    }
    let quantity: podarium_api::quantity::Quantity = text.parse().map_err(|_| format!("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$': {text}"))?;
    u64::try_from(quantity.value()).map(Amount::Bytes).map_err(|_| format!("eviction threshold {name} must be positive: {text}"))
}

/// `30s`, `1m30s`, as Go writes it.
fn duration(written: &Value) -> Result<Duration, String> {
    let text = written.as_str().unwrap_or_default();
    let bad = || format!("time: invalid duration {text:?}");
    let (mut rest, mut total) = (text, 0.0);
    if text.is_empty() {
        return Err(bad());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().map_err(|_| bad())?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |end| digits + end);
        total += number
            * match &rest[digits..unit] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                "" if number == 0.0 => 0.0,
                "" => return Err(format!("time: missing unit in duration {text:?}")),
                _ => return Err(bad()),
            };
        rest = &rest[unit..];
    }
    Ok(Duration::from_secs_f64(total))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thresholds_and_periods_are_read() {
        let made = KubeletConfiguration::parse(&json!({
            "evictionHard": {"memory.available": "500Mi", "nodefs.available": "0%"}, "evictionSoft": {"memory.available": "20%"},
            "evictionSoftGracePeriod": {"memory.available": "1m30s"}, "evictionMinimumReclaim": {"memory.available": "64Mi"},
            "shutdownGracePeriod": "30s", "shutdownGracePeriodCriticalPods": "10s"
        }))
        .unwrap();
        let reclaim = Some(Amount::Bytes(64 << 20));
        assert_eq!(made.thresholds, [
            Threshold { signal: Signal::MemoryAvailable, amount: Amount::Bytes(500 << 20), grace: Duration::ZERO, min_reclaim: reclaim },
            Threshold { signal: Signal::MemoryAvailable, amount: Amount::Part(0.2), grace: Duration::from_secs(90), min_reclaim: reclaim },
        ]);
        assert_eq!(made.shutdown, [ShutdownPeriod { priority: 0, seconds: 20 }, ShutdownPeriod { priority: CRITICAL, seconds: 10 }]);
        for (written, problem) in [
            (json!({"evictionSoft": {"memory.available": "1Gi"}}), "grace period must be specified for the soft eviction threshold memory.available"),
            (json!({"evictionHard": {"mem.available": "1Gi"}}), "unsupported eviction signal mem.available"),
            (json!({"evictionHard": {"nodefs.inodesFree": "5%"}}), "not simulated: the eviction signal nodefs.inodesFree"),
            (json!({"maxPods": 5}), "not simulated: maxPods of a KubeletConfiguration"),
            (json!({"shutdownGracePeriod": "10s", "shutdownGracePeriodCriticalPods": "20s"}), "invalid configuration: shutdownGracePeriodCriticalPods must be <= shutdownGracePeriod"),
        ] {
            assert_eq!(KubeletConfiguration::parse(&written), Err(problem.to_owned()));
        }
    }
}
