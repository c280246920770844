//! Where the numbers come from: the APIs of the add-ons that measure. A cluster may have the one for CPU and memory; for
//! numbers of other kinds none is installed, and these are the answers of a cluster without them.
//!
//! Models: pkg/controller/podautoscaler/metrics/client.go, v1.36.
//! Simplified: the APIs for custom and external metrics are not served; the metrics of a look are asked for once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use podarium_api::quantity::Quantity;
use podarium_api::selector::LabelSelector;
use podarium_api::{Kind, Object, PodMetrics, Resource as _};

use super::super::{Stop, Sync};
use crate::apiserver::{Filter, Reply, Request};

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

/// What the add-on tells of the pods, or why it tells nothing.
pub(super) type Told = Result<Vec<Arc<PodMetrics>>, String>;

/// Asks for the use of the pods that the selector means.
pub(super) fn ask(ctx: &mut Sync<'_>, namespace: &str, selector: &LabelSelector) -> Result<Told, Stop> {
    let filter = Filter { labels: selector.clone(), ..Filter::namespace(namespace) };
    let told = ctx.send(Request::list(Kind::PodMetrics, filter))?;
    Ok(told.map(|reply| items(reply).iter().filter_map(PodMetrics::from_object).cloned().collect()).map_err(|status| {
        // What a client adds to an error that says nothing of the resource.
        let about = if matches!(status.code(), 404 | 503) { " (get pods.metrics.k8s.io)" } else { "" };
        format!("unable to fetch metrics from resource metrics API: {status}{about}")
    }))
}

fn items(reply: Reply) -> Vec<Object> {
    match reply {
        Reply::List { items, .. } => items,
        _ => Vec::new(),
    }
}

/// The CPU or memory of every pod, or of one of its containers.
pub(super) fn resource(told: &Told, resource: &str, container: Option<&str>) -> Result<Samples, String> {
    let pods = told.as_ref().map_err(Clone::clone)?;
    if pods.is_empty() {
        return Err("no metrics returned from resource metrics API".to_owned());
    }
    let sample = |pod: &Arc<PodMetrics>| {
        let amounts: Vec<Option<i64>> = pod
            .containers
            .iter()
            .filter(|one| container.is_none_or(|name| name == one.name))
            .map(|one| one.usage.get(resource).map(|amount| Quantity::of(amount).milli_value()))
            .collect();
        if amounts.is_empty() {
            return None;
        }
        let value = amounts.into_iter().sum::<Option<i64>>()?;
        let at = (*pod.timestamp).as_ref().map_or(Timestamp::UNIX_EPOCH, |at| at.0);
        Some((pod.name().to_owned(), Sample { value, at, window: seconds(&pod.window) }))
    };
    Ok(pods.iter().filter_map(sample).collect())
}

/// `10s`, the only form in which the add-on tells it.
fn seconds(window: &str) -> SignedDuration {
    SignedDuration::from_secs(window.trim_end_matches('s').parse().unwrap_or(0))
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
