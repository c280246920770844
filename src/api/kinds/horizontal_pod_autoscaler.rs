//! Scales an application by what its pods use: more of them when they are busy, fewer when they are idle.
//!
//! It is stored as `autoscaling/v2`; the older form is made from it where somebody asks for that.
//!
//! Models: pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go, pkg/apis/autoscaling/v2/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::autoscaling::v2::{
    HPAScalingPolicy, HPAScalingRules, HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus, MetricSpec, MetricTarget, ResourceMetricSource,
};

use crate::defaults::quantities;
use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

/// The CPU utilisation that is aimed at where no metric is named, in percent.
pub(crate) const DEFAULT_CPU_UTILIZATION: i32 = 80;

spec_and_status_kind! {
    /// HorizontalPodAutoscaler.
    HorizontalPodAutoscaler, "autoscaling/v2", spec: HorizontalPodAutoscalerSpec, status: HorizontalPodAutoscalerStatus
}

/// The metric of an autoscaler that names none.
pub(crate) fn cpu_utilization(percent: i32) -> MetricSpec {
    MetricSpec {
        type_: "Resource".to_owned(),
        resource: Some(ResourceMetricSource {
            name: "cpu".to_owned(),
            target: MetricTarget { type_: "Utilization".to_owned(), average_utilization: Some(percent), ..MetricTarget::default() },
        }),
        ..MetricSpec::default()
    }
}

fn policy(type_: &str, value: i32) -> HPAScalingPolicy {
    HPAScalingPolicy { type_: type_.to_owned(), value, period_seconds: 15 }
}

/// Rules with what they leave out: at most doubling (or four pods more) every 15 s upwards, anything downwards.
fn complete_rules(rules: &mut HPAScalingRules, up: bool) {
    rules.select_policy.get_or_insert_with(|| "Max".to_owned());
    if up {
        rules.stabilization_window_seconds.get_or_insert(0);
        rules.policies.get_or_insert_with(|| vec![policy("Pods", 4), policy("Percent", 100)]);
    } else {
        rules.policies.get_or_insert_with(|| vec![policy("Percent", 100)]);
    }
}

impl Strategy for HorizontalPodAutoscaler {
    const INFO: ResourceInfo = ResourceInfo {
        group: "autoscaling",
        version: "v2",
        kind: "HorizontalPodAutoscaler",
        plural: "horizontalpodautoscalers",
        singular: "horizontalpodautoscaler",
        short_names: &["hpa"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        spec.min_replicas.get_or_insert(1);
        if spec.metrics.as_ref().is_none_or(Vec::is_empty) {
            spec.metrics = Some(vec![cpu_utilization(DEFAULT_CPU_UTILIZATION)]);
        }
        for target in spec.metrics.iter_mut().flatten().flat_map(targets) {
            target.value.iter_mut().for_each(quantities::canonicalize);
            target.average_value.iter_mut().for_each(quantities::canonicalize);
        }
        if let Some(behavior) = &mut spec.behavior {
            complete_rules(behavior.scale_up.get_or_insert_default(), true);
            complete_rules(behavior.scale_down.get_or_insert_default(), false);
            for rules in [&mut behavior.scale_up, &mut behavior.scale_down].into_iter().flatten() {
                rules.tolerance.iter_mut().for_each(quantities::canonicalize);
            }
        }
    }

    fn prepare_for_create(&mut self) {
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        object_meta::share(&mut self.spec, &old.spec);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::autoscaler::validate(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::autoscaler::validate_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::autoscaler::validate_status_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::autoscaler::COLUMNS.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::autoscaler::row(self, now)
    }
}

fn targets(metric: &mut MetricSpec) -> impl Iterator<Item = &mut MetricTarget> {
    let object = metric.object.as_mut().map(|source| &mut source.target);
    let external = metric.external.as_mut().map(|source| &mut source.target);
    let pods = metric.pods.as_mut().map(|source| &mut source.target);
    let resource = metric.resource.as_mut().map(|source| &mut source.target);
    let container = metric.container_resource.as_mut().map(|source| &mut source.target);
    [object, external, pods, resource, container].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn autoscaler(change: Value) -> HorizontalPodAutoscaler {
        let mut value = json!({"metadata": {"name": "h", "namespace": "n"}, "spec": {"maxReplicas": 10,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}});
        json_patch::merge(&mut value, &json!({"spec": change}));
        let mut autoscaler: HorizontalPodAutoscaler = serde_json::from_value(value).unwrap();
        autoscaler.set_defaults();
        autoscaler
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let plain = autoscaler(json!({}));
        assert_eq!((plain.spec.min_replicas, plain.spec.metrics.clone()), (Some(1), Some(vec![cpu_utilization(80)])));
        assert!(plain.spec.behavior.is_none());
        let behaving = autoscaler(json!({"behavior": {"scaleDown": {"stabilizationWindowSeconds": 5}}}));
        assert_eq!(json!(behaving.spec.behavior), json!({
            "scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [
                {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]},
            "scaleDown": {"stabilizationWindowSeconds": 5, "selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]},
        }));
    }

    #[test]
    fn faults_are_told_in_the_reference_words() {
        let metric = |metric: Value| json!({"metrics": [metric]});
        let resource = |target: Value| metric(json!({"type": "Resource", "resource": {"name": "cpu", "target": target}}));
        let up = |rules: Value| json!({"behavior": {"scaleUp": rules}});
        let policy = json!({"type": "Pods", "value": 1, "periodSeconds": 15});
        let cases = [
            (json!({"maxReplicas": 0}), vec![
                "spec.maxReplicas: Required value: must be set and greater than 0",
                "spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`",
            ]),
            (json!({"minReplicas": 0}), vec![
                "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
                "spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas",
            ]),
            (json!({"minReplicas": 11}), vec!["spec.maxReplicas: Invalid value: 10: must be greater than or equal to `minReplicas`"]),
            (json!({"scaleTargetRef": {"apiVersion": "v1", "kind": "", "name": "a/b"}}), vec![
                "spec.scaleTargetRef.kind: Required value",
                "spec.scaleTargetRef.name: Invalid value: \"a/b\": may not contain '/'",
                "spec.scaleTargetRef.apiVersion: Invalid value: \"v1\": apiVersion must specify API group",
            ]),
            (resource(json!({"type": "Utilization"})), vec![
                "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization",
            ]),
            (resource(json!({"type": "Share", "averageUtilization": 0, "averageValue": "-1"})), vec![
                "spec.metrics[0].resource.target.type: Invalid value: \"Share\": must be either Utilization, Value, or AverageValue",
                "spec.metrics[0].resource.target.averageValue: Invalid value: \"-1\": must be positive",
                "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
                "spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization",
            ]),
            (metric(json!({"type": "Custom"})), vec![
                "spec.metrics[0].type: Unsupported value: \"Custom\": supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"",
                "spec.metrics[0].type: Unsupported value: \"Custom\": supported values: \"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\"",
            ]),
            (metric(json!({"type": "Pods", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}})), vec![
                "spec.metrics[0].pods: Required value: must populate information for the given metric source",
            ]),
            (up(json!({"selectPolicy": "Most", "policies": [policy]})), vec![
                "spec.behavior.scaleUp.selectPolicy: Unsupported value: \"Most\": supported values: \"Disabled\", \"Max\", \"Min\"",
            ]),
            (up(json!({"stabilizationWindowSeconds": 3601, "policies": [{"type": "Pod", "value": 0, "periodSeconds": 1801}]})), vec![
                "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600",
                "spec.behavior.scaleUp.policies[0].type: Unsupported value: \"Pod\": supported values: \"Percent\", \"Pods\"",
                "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero",
                "spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
            ]),
            (up(json!({"policies": [], "tolerance": "-1"})), vec![
                "spec.behavior.scaleUp.policies: Required value: must specify at least one Policy",
                "spec.behavior.scaleUp.tolerance: Invalid value: \"-1\": must be greater than or equal to 0",
            ]),
        ];
        for (change, expected) in cases {
            let faults: Vec<String> = autoscaler(change.clone()).validate().iter().map(ToString::to_string).collect();
            assert_eq!(faults, expected, "{change}");
        }
    }
}
