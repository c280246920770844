//! The table of autoscalers, with the metrics as `cpu: 23%/50%`.
//!
//! Models: pkg/printers/internalversion/printers.go (printHorizontalPodAutoscaler, formatHPAMetrics), v1.36.
//! Simplified: nothing.

use jiff::Timestamp;
use k8s_openapi::api::autoscaling::v2::{MetricSpec, MetricStatus, MetricTarget, MetricValueStatus};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;

use super::columns::{AGE, NAME, column};
use crate::time::age;
use crate::{Cell, Column, HorizontalPodAutoscaler};

/// So many metrics are shown; of the others only the number.
const SHOWN: usize = 2;

pub(crate) const COLUMNS: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Reference", "string", "", 0, "scaleTargetRef points to the target resource to scale, and is used to the pods for which metrics should be collected, as well as to actually change the replica count."),
    column("Targets", "string", "", 0, "metrics contains the specifications for which to use to calculate the desired replica count (the maximum replica count across all metrics will be used).  The desired replica count is calculated multiplying the ratio between the target value and the current value by the current number of pods.  Ergo, metrics used must decrease as the pod count is increased, and vice-versa.  See the individual metric source types for more information about how each type of metric must respond. If not set, the default metric will be set to 80% average CPU utilization."),
    column("MinPods", "string", "", 0, "minReplicas is the lower limit for the number of replicas to which the autoscaler can scale down.  It defaults to 1 pod.  minReplicas is allowed to be 0 if the alpha feature gate HPAScaleToZero is enabled and at least one Object or External metric is configured.  Scaling is active as long as at least one metric value is available."),
    column("MaxPods", "string", "", 0, "maxReplicas is the upper limit for the number of replicas to which the autoscaler can scale up. It cannot be less that minReplicas."),
    column("Replicas", "string", "", 0, "currentReplicas is current number of replicas of pods managed by this autoscaler, as last seen by the autoscaler."),
    column("Age", "string", "", 0, AGE),
];

pub(crate) fn row(autoscaler: &HorizontalPodAutoscaler, now: Timestamp) -> Vec<Cell> {
    let (spec, status) = (&autoscaler.spec, &autoscaler.status);
    let target = &spec.scale_target_ref;
    let metrics = metrics(spec.metrics.as_deref().unwrap_or_default(), status.current_metrics.as_deref().unwrap_or_default());
    vec![
        autoscaler.metadata.name.clone().into(),
        format!("{}/{}", target.kind, target.name).into(),
        metrics.into(),
        spec.min_replicas.map_or_else(|| "<unset>".to_owned(), |min| min.to_string()).into(),
        spec.max_replicas.into(),
        status.current_replicas.unwrap_or(0).into(),
        age(autoscaler.metadata.creation_timestamp.as_ref(), now).into(),
    ]
}

fn metrics(specs: &[MetricSpec], statuses: &[MetricStatus]) -> String {
    if specs.is_empty() {
        return "<none>".to_owned();
    }
    let shown: Vec<String> = specs.iter().enumerate().take(SHOWN).map(|(index, spec)| metric(spec, statuses.get(index))).collect();
    let text = shown.join(", ");
    if specs.len() > SHOWN { format!("{text} + {} more...", specs.len() - SHOWN) } else { text }
}

fn amount(value: Option<&RawQuantity>) -> String {
    value.map_or_else(|| "<unknown>".to_owned(), |value| value.0.clone())
}

fn metric(spec: &MetricSpec, status: Option<&MetricStatus>) -> String {
    match spec.type_.as_str() {
        "External" => {
            let current = status.and_then(|status| status.external.as_ref()).map(|status| &status.current);
            spec.external.as_ref().map(|source| value_or_average(&source.target, current))
        }
        "Object" => {
            let current = status.and_then(|status| status.object.as_ref()).map(|status| &status.current);
            spec.object.as_ref().map(|source| value_or_average(&source.target, current))
        }
        "Pods" => {
            let current = status.and_then(|status| status.pods.as_ref()).and_then(|status| status.current.average_value.as_ref());
            spec.pods.as_ref().map(|source| format!("{}/{}", amount(current), amount(source.target.average_value.as_ref())))
        }
        "Resource" => {
            let current = status.and_then(|status| status.resource.as_ref()).map(|status| &status.current);
            spec.resource.as_ref().map(|source| resource(&source.name, &source.target, current))
        }
        "ContainerResource" => {
            let current = status.and_then(|status| status.container_resource.as_ref()).map(|status| &status.current);
            spec.container_resource.as_ref().map(|source| resource(&source.name, &source.target, current))
        }
        _ => None,
    }
    .unwrap_or_else(|| "<unknown type>".to_owned())
}

fn value_or_average(target: &MetricTarget, current: Option<&MetricValueStatus>) -> String {
    match &target.average_value {
        Some(wanted) => format!("{}/{} (avg)", amount(current.and_then(|current| current.average_value.as_ref())), wanted.0),
        None => format!("{}/{}", amount(current.and_then(|current| current.value.as_ref())), amount(target.value.as_ref())),
    }
}

fn resource(name: &str, target: &MetricTarget, current: Option<&MetricValueStatus>) -> String {
    if let Some(wanted) = &target.average_value {
        return format!("{name}: {}/{}", amount(current.and_then(|current| current.average_value.as_ref())), wanted.0);
    }
    let percent = |value: Option<i32>, none: &str| value.map_or_else(|| none.to_owned(), |value| format!("{value}%"));
    let current = percent(current.and_then(|current| current.average_utilization), "<unknown>");
    format!("{name}: {current}/{}", percent(target.average_utilization, "<auto>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn metrics_show_what_is_and_what_is_wanted() {
        let cpu = json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}});
        let memory = json!({"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "100Mi"}}});
        let requests = json!({"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "10"}}});
        let queue = json!({"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "5"}}});
        let status = json!([{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 23, "averageValue": "23m"}}}]);
        let cases = [
            (json!([]), json!([]), "<none>"),
            (json!([cpu]), json!([]), "cpu: <unknown>/50%"),
            (json!([cpu, memory]), status.clone(), "cpu: 23%/50%, memory: <unknown>/100Mi"),
            (json!([requests, queue, cpu, memory]), json!([]), "<unknown>/10, <unknown>/5 (avg) + 2 more..."),
        ];
        for (specs, statuses, text) in cases {
            let specs: Vec<MetricSpec> = serde_json::from_value(specs).unwrap();
            let statuses: Vec<MetricStatus> = serde_json::from_value(statuses).unwrap();
            assert_eq!(metrics(&specs, &statuses), text);
        }
    }
}
