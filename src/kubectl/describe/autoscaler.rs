//! HorizontalPodAutoscaler.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeHorizontalPodAutoscalerV2), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::autoscaling::v2::{HPAScalingRules, HorizontalPodAutoscaler, MetricSpec, MetricStatus, MetricTarget, MetricValueStatus};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::events::events;
use super::metadata;
use super::page::{Page, date, text};
use super::related::Related;

pub fn describe(page: &mut Page, autoscaler: &HorizontalPodAutoscaler, related: &Related) {
    let (spec, status) = (&autoscaler.spec, autoscaler.status.clone().unwrap_or_default());
    metadata::name(page, &autoscaler.metadata);
    metadata::labels_and_annotations(page, &autoscaler.metadata);
    page.field(0, "CreationTimestamp", date(autoscaler.metadata.creation_timestamp.as_ref()));
    page.field(0, "Reference", format_args!("{}/{}", spec.scale_target_ref.kind, spec.scale_target_ref.name));
    page.field(0, "Metrics", "( current / target )");
    for (index, metric) in spec.metrics.iter().flatten().enumerate() {
        let line = line(metric, status.current_metrics.as_ref().and_then(|all| all.get(index)));
        page.line(1, line);
    }
    page.field(0, "Min replicas", spec.min_replicas.map_or_else(|| "<unset>".to_owned(), |min| min.to_string()));
    page.field(0, "Max replicas", spec.max_replicas);
    if let Some(behavior) = &spec.behavior {
        page.line(0, "Behavior:");
        for (direction, rules) in [("Scale Up", &behavior.scale_up), ("Scale Down", &behavior.scale_down)] {
            rules.iter().for_each(|rules| scaling_rules(page, direction, rules));
        }
    }
    let pods = format!("{} pods", spec.scale_target_ref.kind);
    page.field(0, &pods, format_args!("{} current / {} desired", status.current_replicas.unwrap_or(0), status.desired_replicas));
    let conditions = status.conditions.unwrap_or_default();
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.header(1, &["Type", "Status", "Reason", "Message"]);
        for condition in &conditions {
            page.row(1, &[&condition.type_, &condition.status, text(&condition.reason), text(&condition.message)]);
        }
    }
    events(page, related);
}

fn scaling_rules(page: &mut Page, direction: &str, rules: &HPAScalingRules) {
    page.line(1, format_args!("{direction}:"));
    if let Some(seconds) = rules.stabilization_window_seconds {
        page.line(2, format_args!("Stabilization Window: {seconds} seconds"));
    }
    let policies = rules.policies.as_deref().unwrap_or_default();
    if policies.is_empty() {
        return;
    }
    page.line(2, format_args!("Select Policy: {}", rules.select_policy.as_deref().unwrap_or("Max")));
    page.line(2, "Policies:");
    for policy in policies {
        page.line(3, format_args!("- Type: {}\tValue: {}\tPeriod: {} seconds", policy.type_, policy.value, policy.period_seconds));
    }
}

fn amount(value: Option<&Quantity>) -> String {
    value.map_or_else(|| "<unknown>".to_owned(), |value| value.0.clone())
}

fn average(current: Option<&MetricValueStatus>) -> String {
    amount(current.and_then(|current| current.average_value.as_ref()))
}

fn line(metric: &MetricSpec, status: Option<&MetricStatus>) -> String {
    let wanted = |target: &MetricTarget| (amount(target.value.as_ref()), amount(target.average_value.as_ref()));
    if let Some(source) = metric.external.as_ref().filter(|_| metric.type_ == "External") {
        let current = status.and_then(|status| status.external.as_ref()).map(|status| &status.current);
        let (value, average_value) = wanted(&source.target);
        return if source.target.average_value.is_some() {
            format!("{:?} (target average value):\t{} / {average_value}", source.metric.name, average(current))
        } else {
            format!("{:?} (target value):\t{} / {value}", source.metric.name, amount(current.and_then(|current| current.value.as_ref())))
        };
    }
    if let Some(source) = metric.pods.as_ref().filter(|_| metric.type_ == "Pods") {
        let current = status.and_then(|status| status.pods.as_ref()).map(|status| &status.current);
        return format!("{:?} on pods:\t{} / {}", source.metric.name, average(current), wanted(&source.target).1);
    }
    if let Some(source) = metric.object.as_ref().filter(|_| metric.type_ == "Object") {
        let current = status.and_then(|status| status.object.as_ref()).map(|status| &status.current);
        let (value, average_value) = wanted(&source.target);
        let about = format!("\"{}\" on {}/{} ", source.metric.name, source.described_object.kind, source.described_object.name);
        return if source.target.type_ == "AverageValue" {
            format!("{about}(target average value):\t{} / {average_value}", average(current))
        } else {
            format!("{about}(target value):\t{} / {value}", amount(current.and_then(|current| current.value.as_ref())))
        };
    }
    if let Some(source) = metric.resource.as_ref().filter(|_| metric.type_ == "Resource") {
        let current = status.and_then(|status| status.resource.as_ref()).map(|status| &status.current);
        return resource(&format!("resource {} on pods", source.name), &source.target, current);
    }
    if let Some(source) = metric.container_resource.as_ref().filter(|_| metric.type_ == "ContainerResource") {
        let current = status.and_then(|status| status.container_resource.as_ref()).map(|status| &status.current);
        return resource(&format!("resource {} of container \"{}\" on pods", source.name, source.container), &source.target, current);
    }
    format!("<unknown metric type {:?}>", metric.type_)
}

fn resource(about: &str, target: &MetricTarget, current: Option<&MetricValueStatus>) -> String {
    if let Some(wanted) = &target.average_value {
        return format!("{about}:\t{} / {}", average(current), wanted.0);
    }
    let percent = current.and_then(|current| Some(format!("{}% ({})", current.average_utilization?, average(Some(current)))));
    let wanted = target.average_utilization.map_or_else(|| "<auto>".to_owned(), |percent| format!("{percent}%"));
    // The reference indents the rest of the line once more.
    format!("{about}  (as a percentage of request):\t{} / {wanted}", percent.unwrap_or_else(|| "<unknown>".to_owned()))
}
