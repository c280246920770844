//! The traffic that a scenario describes, as a load generator is told it; and what it measured, for people and programs.

use std::sync::Arc;

use podarium_cluster::network::{Arrivals, Asked, Failure, From, Load, Rate, Statistics, TrafficPlan};
use podarium_cluster::{Cluster, Key};
use podarium_sim::Time;
use serde_json::{Value, json};

use crate::{StartTraffic, TrafficFrom, TrafficPlace};

pub(super) fn plan(traffic: &StartTraffic) -> TrafficPlan {
    let arrivals = match traffic.arrivals {
        crate::Arrivals::Even => Arrivals::Even,
        crate::Arrivals::Poisson => Arrivals::Poisson,
    };
    TrafficPlan {
        name: traffic.name.0.as_str().into(),
        from: match &traffic.from {
            TrafficFrom::Place(TrafficPlace::Cluster) => From::Nodes,
            TrafficFrom::Place(TrafficPlace::Outside) => From::Outside { addresses: traffic.addresses },
            TrafficFrom::Pods(pods) => From::Pods(pods.pods.labels().clone()),
        },
        service: Key::new(&traffic.namespace.0, &traffic.service.0),
        port: traffic.port,
        asked: Arc::new(Asked::get(&traffic.service.0, &traffic.path)),
        load: match traffic.clients {
            Some(clients) => Load::Closed { clients, pause: traffic.pause.0 },
            None => Load::Open { rate: Rate::steady(f64::from(traffic.per_second.unwrap_or(1))), arrivals },
        },
        timeout: traffic.timeout.0,
    }
}

/// The kinds of failures that happened, with their numbers.
fn failures(statistics: &Statistics) -> Vec<(&'static str, u64)> {
    let total = statistics.total();
    let by_kind = Failure::ALL.map(|failure| (failure.name(), total.failed_by(failure)));
    let by_status = [("answered 4xx", total.client_errors), ("answered 5xx", total.server_errors)];
    by_kind.into_iter().chain(by_status).filter(|(_, count)| *count > 0).collect()
}

fn millis(statistics: &Statistics, part: f64) -> Option<f64> {
    statistics.total().latency(part).map(|took| (took.as_micros() as f64 / 100.0).round() / 10.0)
}

/// What each load generator measured, for `run -o json`.
pub(super) fn documents(cluster: &Cluster) -> Vec<Value> {
    let document = |name: &str, running: bool, statistics: &Statistics| {
        let total = statistics.total();
        let failures: serde_json::Map<String, Value> = failures(statistics).into_iter().map(|(kind, count)| (kind.to_owned(), json!(count))).collect();
        let versions: serde_json::Map<String, Value> =
            statistics.versions().iter().map(|version| (version.to_string(), json!(statistics.of_version(total, version)))).collect();
        json!({
            "name": name, "running": running, "sent": total.sent, "succeeded": total.succeeded, "failed": total.failures(),
            "failures": failures, "versions": versions,
            "latency_ms": {"p50": millis(statistics, 0.5), "p95": millis(statistics, 0.95), "p99": millis(statistics, 0.99)},
        })
    };
    cluster.all_traffic().map(|(plan, running, statistics)| document(&plan.name, running, statistics)).collect()
}

/// The same, as one line each.
pub(super) fn lines(cluster: &Cluster) -> Vec<String> {
    let line = |name: &str, statistics: &Statistics| {
        let total = statistics.total();
        let mut text = format!("traffic {name}: {} sent, {} succeeded, {} failed", total.sent, total.succeeded, total.failures());
        let kinds: Vec<String> = failures(statistics).into_iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        if !kinds.is_empty() {
            text.push_str(&format!(" ({})", kinds.join(", ")));
        }
        if let (Some(median), Some(slow)) = (millis(statistics, 0.5), millis(statistics, 0.99)) {
            text.push_str(&format!("; half of the answers within {median} ms, 99 of 100 within {slow} ms"));
        }
        let versions: Vec<String> =
            statistics.versions().iter().map(|version| format!("{version}: {}", statistics.of_version(total, version))).collect();
        if !versions.is_empty() {
            text.push_str(&format!("; by version {}", versions.join(", ")));
        }
        text
    };
    cluster.all_traffic().map(|(plan, _, statistics)| line(&plan.name, statistics)).collect()
}

/// The seconds in which requests failed, as lines for the log: when, and how many.
pub(super) fn losses(cluster: &Cluster) -> Vec<(Time, String)> {
    let mut lines = Vec::new();
    for (plan, _, statistics) in cluster.all_traffic() {
        let lost = statistics.seconds().filter(|second| second.tally.failures() > 0);
        lines.extend(lost.map(|second| {
            let tally = &second.tally;
            (second.at + std::time::Duration::from_secs(1), format!("traffic {}: {} of {} requests failed within a second", plan.name, tally.failures(), tally.ended()))
        }));
    }
    lines
}
