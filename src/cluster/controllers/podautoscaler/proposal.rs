//! What one metric proposes.
//!
//! Models: pkg/controller/podautoscaler/horizontal.go (computeStatusFor…Metric), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::autoscaling::v2::{
    ContainerResourceMetricStatus, ExternalMetricSource, ExternalMetricStatus, MetricIdentifier, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus,
    ObjectMetricSource, ObjectMetricStatus, PodsMetricSource, PodsMetricStatus, ResourceMetricStatus,
};
use podarium_api::Pod;
use podarium_api::pod_state::{phase, pod_is_ready};
use podarium_api::quantity::Quantity;
use podarium_api::selector::LabelSelector;

use super::super::disruption::go_selector;
use super::calculator::{self, Aim, Tolerances, Usage};
use super::metrics::{self, Samples, Told};
use super::pods;

/// What all metrics of an autoscaler are judged by.
pub(super) struct Scene<'a> {
    pub namespace: &'a str,
    pub pods: &'a [Arc<Pod>],
    /// What the add-on for CPU and memory tells.
    pub told: Told,
    /// How many pods are wanted at present, and how many there are.
    pub wanted: i32,
    pub present: i32,
    pub tolerances: Tolerances,
    pub now: Timestamp,
}

#[derive(Debug)]
pub(super) struct Proposal {
    pub replicas: i32,
    /// As the reason for a change names it.
    pub metric: String,
    pub status: MetricStatus,
}

/// Why a metric proposes nothing.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    pub reason: &'static str,
    /// What the event and the condition say.
    pub why: String,
    /// What the outcome says.
    pub outcome: String,
}

const NO_PODS: &str = "no pods returned by selector while calculating replica count";

fn milli(amount: Option<&k8s_openapi::apimachinery::pkg::api::resource::Quantity>) -> Option<i64> {
    amount.map(|amount| Quantity::of(amount).milli_value())
}

fn raw(milli: i64) -> Option<k8s_openapi::apimachinery::pkg::api::resource::Quantity> {
    Some(Quantity::from_millis(milli).into_raw())
}

/// Memory is told in bytes, all else in thousandths.
fn resource_amount(resource: &str, milli: i64) -> Option<k8s_openapi::apimachinery::pkg::api::resource::Quantity> {
    if resource == "memory" { Some(Quantity::from_bytes(milli / 1000).into_raw()) } else { raw(milli) }
}

impl Scene<'_> {
    pub fn propose(&self, spec: &MetricSpec) -> Result<Proposal, Refusal> {
        let missing = || Refusal { reason: "InvalidMetricSourceType", why: format!("unknown metric source type {:?}", spec.type_), outcome: format!("unknown metric source type {:?}", spec.type_) };
        match spec.type_.as_str() {
            "Resource" => {
                let source = spec.resource.as_ref().ok_or_else(missing)?;
                let refuse = |why: String| Refusal { reason: "FailedGetResourceMetric", outcome: format!("failed to get {} resource metric value: {why}", source.name), why };
                let (replicas, metric, current) = self.resource(&source.name, &source.target, None).map_err(refuse)?;
                let status = ResourceMetricStatus { name: source.name.clone(), current };
                Ok(Proposal { replicas, metric, status: MetricStatus { type_: spec.type_.clone(), resource: Some(status), ..MetricStatus::default() } })
            }
            "ContainerResource" => {
                let source = spec.container_resource.as_ref().ok_or_else(missing)?;
                let refuse = |why: String| Refusal { reason: "FailedGetContainerResourceMetric", outcome: format!("failed to get {} container metric value: {why}", source.container), why };
                let (replicas, metric, current) = self.resource(&source.name, &source.target, Some(&source.container)).map_err(refuse)?;
                let status = ContainerResourceMetricStatus { name: source.name.clone(), container: source.container.clone(), current };
                Ok(Proposal { replicas, metric, status: MetricStatus { type_: spec.type_.clone(), container_resource: Some(status), ..MetricStatus::default() } })
            }
            "Pods" => self.pods_metric(spec.pods.as_ref().ok_or_else(missing)?),
            "Object" => self.object(spec.object.as_ref().ok_or_else(missing)?),
            "External" => self.external(spec.external.as_ref().ok_or_else(missing)?),
            _ => Err(missing()),
        }
    }

    /// The number of pods that bring the samples to the aim.
    fn by_samples(&self, mut samples: Samples, resource: Option<&str>, aim: impl FnOnce() -> Result<Aim, String>) -> Result<(i32, Usage), String> {
        if self.pods.is_empty() {
            return Err(NO_PODS.to_owned());
        }
        let groups = pods::group(self.pods, &samples, resource == Some("cpu"), self.now);
        samples.retain(|pod, _| !groups.ignored.contains(pod) && !groups.unready.contains(pod));
        if samples.is_empty() {
            return Err("did not receive metrics for targeted pods (pods might be unready)".to_owned());
        }
        calculator::replicas(self.wanted, &aim()?, samples, &groups, self.tolerances)
    }

    fn resource(&self, name: &str, target: &MetricTarget, container: Option<&str>) -> Result<(i32, String, MetricValueStatus), String> {
        let samples = || metrics::resource(&self.told, name, container).map_err(|why| format!("unable to get metrics for resource {name}: {why}"));
        if let Some(average) = milli(target.average_value.as_ref()) {
            let (replicas, usage) = samples()
                .and_then(|samples| self.by_samples(samples, Some(name), || Ok(Aim::Average(average))))
                .map_err(|why| format!("failed to get {name} usage: {why}"))?;
            let status = MetricValueStatus { average_value: resource_amount(name, usage.average), ..MetricValueStatus::default() };
            return Ok((replicas, format!("{name} resource"), status));
        }
        let Some(percent) = target.average_utilization else {
            return Err("invalid resource metric source: neither an average utilization target nor an average value (usage) target was set".to_owned());
        };
        let aim = || Ok(Aim::Utilization { percent, requests: pods::requests(self.pods, container, name)? });
        let (replicas, usage) =
            samples().and_then(|samples| self.by_samples(samples, Some(name), aim)).map_err(|why| format!("failed to get {name} utilization: {why}"))?;
        let what = if container.is_some() { "container resource" } else { "resource" };
        let status = MetricValueStatus {
            average_utilization: Some(usage.utilization),
            average_value: resource_amount(name, usage.average),
            ..MetricValueStatus::default()
        };
        Ok((replicas, format!("{name} {what} utilization (percentage of request)"), status))
    }

    fn pods_metric(&self, source: &PodsMetricSource) -> Result<Proposal, Refusal> {
        let refuse = |why: String| Refusal { reason: "FailedGetPodsMetric", outcome: format!("failed to get pods metric value: {why}"), why };
        check(&source.metric).map_err(refuse)?;
        let average = milli(source.target.average_value.as_ref()).unwrap_or(0);
        let (replicas, usage) = metrics::pods()
            .map_err(|why| format!("unable to get metric {}: {why}", source.metric.name))
            .and_then(|samples| self.by_samples(samples, None, || Ok(Aim::Average(average))))
            .map_err(refuse)?;
        let current = MetricValueStatus { average_value: raw(usage.average), ..MetricValueStatus::default() };
        let status = PodsMetricStatus { metric: source.metric.clone(), current };
        let status = MetricStatus { type_: "Pods".to_owned(), pods: Some(status), ..MetricStatus::default() };
        Ok(Proposal { replicas, metric: format!("pods metric {}", source.metric.name), status })
    }

    fn object(&self, source: &ObjectMetricSource) -> Result<Proposal, Refusal> {
        let refuse = |why: String, outcome: String| Refusal { reason: "FailedGetObjectMetric", why, outcome: format!("failed to get object metric value: {outcome}") };
        let plainly = |why: String| refuse(why.clone(), why);
        check(&source.metric).map_err(plainly)?;
        let (name, described) = (&source.metric.name, &source.described_object);
        let used = || metrics::object().map_err(|why| format!("unable to get metric {name}: {} on {} {}/{why}", described.kind, self.namespace, described.name));
        let (value, average) = (milli(source.target.value.as_ref()), milli(source.target.average_value.as_ref()));
        let (replicas, metric, current) = match (source.target.type_.as_str(), value, average) {
            ("Value", Some(target), _) => {
                let used = used().map_err(plainly)?;
                let replicas = self.by_value(used, target).map_err(plainly)?;
                (replicas, format!("{} metric {name}", described.kind), MetricValueStatus { value: raw(used), ..MetricValueStatus::default() })
            }
            ("AverageValue", _, Some(target)) => {
                let used = used().map_err(|why| refuse(why.clone(), format!("failed to get {name} object metric: {why}")))?;
                let (replicas, each) = calculator::replicas_for_share(self.present, used, target, self.tolerances);
                (replicas, named_external(&source.metric), MetricValueStatus { average_value: raw(each), ..MetricValueStatus::default() })
            }
            _ => return Err(plainly("invalid object metric source: neither a value target nor an average value target was set".to_owned())),
        };
        let status = ObjectMetricStatus { described_object: described.clone(), metric: source.metric.clone(), current };
        Ok(Proposal { replicas, metric, status: MetricStatus { type_: "Object".to_owned(), object: Some(status), ..MetricStatus::default() } })
    }

    fn external(&self, source: &ExternalMetricSource) -> Result<Proposal, Refusal> {
        let name = &source.metric.name;
        let refuse = |why: String, outcome: String| Refusal { reason: "FailedGetExternalMetric", why, outcome: format!("failed to get {name} external metric value: {outcome}") };
        let used = || {
            check(&source.metric)?;
            metrics::external(name).map_err(|why| format!("unable to get external metric {}/{name}/{}: {why}", self.namespace, go_selector(source.metric.selector.as_ref())))
        };
        let (replicas, current) = if let Some(target) = milli(source.target.average_value.as_ref()) {
            let used = used().map_err(|why| refuse(why.clone(), format!("failed to get {name} external metric: {why}")))?;
            let (replicas, each) = calculator::replicas_for_share(self.present, used, target, self.tolerances);
            (replicas, MetricValueStatus { average_value: raw(each), ..MetricValueStatus::default() })
        } else if let Some(target) = milli(source.target.value.as_ref()) {
            let told = |why: String| refuse(why.clone(), format!("failed to get external metric {name}: {why}"));
            let used = used().map_err(told)?;
            let replicas = self.by_value(used, target).map_err(told)?;
            (replicas, MetricValueStatus { value: raw(used), ..MetricValueStatus::default() })
        } else {
            let why = "invalid external metric source: neither a value target nor an average value target was set".to_owned();
            return Err(refuse(why.clone(), why));
        };
        let status = ExternalMetricStatus { metric: source.metric.clone(), current };
        let status = MetricStatus { type_: "External".to_owned(), external: Some(status), ..MetricStatus::default() };
        Ok(Proposal { replicas, metric: named_external(&source.metric), status })
    }

    fn by_value(&self, used: i64, target: i64) -> Result<i32, String> {
        let ready = self.pods.iter().filter(|pod| phase(pod) == "Running" && pod_is_ready(pod)).count();
        let ready = if self.pods.is_empty() { Err(NO_PODS.to_owned()) } else { Ok(ready) };
        calculator::replicas_for_value(self.wanted, used, target, ready, self.tolerances)
    }
}

fn check(metric: &MetricIdentifier) -> Result<(), String> {
    LabelSelector::from_raw(metric.selector.as_ref()).map(drop).map_err(|why| why.to_string())
}

fn named_external(metric: &MetricIdentifier) -> String {
    format!("external metric {}({})", metric.name, go_selector(metric.selector.as_ref()))
}
