//! Autoscalers as `autoscaling/v1` shows them: a target for the CPU alone, and everything else in annotations.
//!
//! The stored form is `autoscaling/v2`. What v1 has no field for (other metrics, behaviour, conditions, current
//! metrics) is written as JSON into annotations, and read back from there, so that a client of the old version that
//! reads, changes and writes loses nothing.
//!
//! Models: pkg/apis/autoscaling/v1/conversion.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value, json};

use super::Version;
use crate::kinds::{DEFAULT_CPU_UTILIZATION, cpu_utilization};

const API_VERSION: &str = "autoscaling/v1";

pub(super) const VERSIONS: &[Version] = &[Version {
    group: "autoscaling",
    version: "v1",
    kind: "HorizontalPodAutoscaler",
    stored: "autoscaling/v2",
    course_2019: false,
    names: &[],
    places: &[("HorizontalPodAutoscalerSpec.spec.targetCPUUtilizationPercentage", "MetricTarget.spec.metrics.resource.target.averageUtilization")],
    asks: super::nothing,
    to_stored: |_, value| Ok(to_stored(value)),
    from_stored: |_, value| from_stored(&value),
}];

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
const OURS: [&str; 6] = [
    METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR, "autoscaling.alpha.kubernetes.io/scale-down-tolerance",
    "autoscaling.alpha.kubernetes.io/scale-up-tolerance",
];

/// Where a metric's parts stand in v2, for each name that v1 gives them, in v1's order. `target` and `current` are the
/// two places of amounts.
struct Source {
    field: &'static str,
    spec: &'static [(&'static str, &'static str)],
    status: &'static [(&'static str, &'static str)],
}

#[rustfmt::skip]
const SOURCES: &[Source] = &[
    Source {
        field: "object",
        spec: &[("target", "/describedObject"), ("metricName", "/metric/name"), ("targetValue", "/target/value"), ("selector", "/metric/selector"), ("averageValue", "/target/averageValue")],
        status: &[("target", "/describedObject"), ("metricName", "/metric/name"), ("currentValue", "/current/value"), ("selector", "/metric/selector"), ("averageValue", "/current/averageValue")],
    },
    Source {
        field: "pods",
        spec: &[("metricName", "/metric/name"), ("targetAverageValue", "/target/averageValue"), ("selector", "/metric/selector")],
        status: &[("metricName", "/metric/name"), ("currentAverageValue", "/current/averageValue"), ("selector", "/metric/selector")],
    },
    Source {
        field: "resource",
        spec: &[("name", "/name"), ("targetAverageUtilization", "/target/averageUtilization"), ("targetAverageValue", "/target/averageValue")],
        status: &[("name", "/name"), ("currentAverageUtilization", "/current/averageUtilization"), ("currentAverageValue", "/current/averageValue")],
    },
    Source {
        field: "containerResource",
        spec: &[("name", "/name"), ("targetAverageUtilization", "/target/averageUtilization"), ("targetAverageValue", "/target/averageValue"), ("container", "/container")],
        status: &[("name", "/name"), ("currentAverageUtilization", "/current/averageUtilization"), ("currentAverageValue", "/current/averageValue"), ("container", "/container")],
    },
    Source {
        field: "external",
        spec: &[("metricName", "/metric/name"), ("metricSelector", "/metric/selector"), ("targetValue", "/target/value"), ("targetAverageValue", "/target/averageValue")],
        status: &[("metricName", "/metric/name"), ("metricSelector", "/metric/selector"), ("currentValue", "/current/value"), ("currentAverageValue", "/current/averageValue")],
    },
];

/// Fields of v1 that are written even when they are not set: an amount of nothing, an empty name.
const ALWAYS: &[(&str, &str, &str)] = &[
    ("object", "targetValue", "0"), ("object", "currentValue", "0"), ("pods", "targetAverageValue", "0"), ("pods", "currentAverageValue", "0"),
    ("resource", "currentAverageValue", "0"), ("containerResource", "currentAverageValue", "0"), ("external", "currentValue", "0"),
];

/// JSON of an object with its fields in this order, as Go writes a struct.
fn ordered<'a>(fields: impl IntoIterator<Item = (&'a str, Option<String>)>) -> String {
    let fields = fields.into_iter().filter_map(|(name, value)| value.map(|value| format!("{}:{value}", json!(name))));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

fn array(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

fn present(value: Option<&Value>) -> Option<Value> {
    value.filter(|value| !value.is_null()).cloned()
}

/// References to objects have an order of their own.
fn text_of(name: &str, value: &Value) -> String {
    if name != "target" {
        return value.to_string();
    }
    ordered(["kind", "name", "apiVersion"].map(|field| (field, present(value.get(field)).map(|value| value.to_string()))))
}

fn old_metric(metric: &Value, is_status: bool) -> String {
    let source = |source: &Source| {
        let parts = metric.get(source.field).filter(|parts| !parts.is_null())?;
        let fields = if is_status { source.status } else { source.spec };
        let fields = fields.iter().map(|(name, place)| {
            let value = present(parts.pointer(place)).map(|value| text_of(name, &value));
            let empty = ALWAYS.iter().find(|(field, always, _)| *field == source.field && always == name);
            (*name, value.or_else(|| empty.map(|(_, _, empty)| json!(empty).to_string())))
        });
        Some(ordered(fields))
    };
    let type_ = Some(metric["type"].to_string());
    ordered(std::iter::once(("type", type_)).chain(SOURCES.iter().map(|of| (of.field, source(of)))))
}

/// What an amount aims at follows from which amounts there are.
fn target_type(field: &str, target: &Map<String, Value>) -> &'static str {
    match field {
        "resource" | "containerResource" if target.contains_key("averageUtilization") => "Utilization",
        "object" if !target.contains_key("averageValue") => "Value",
        "external" if target.contains_key("value") => "Value",
        _ => "AverageValue",
    }
}

fn new_metric(metric: &Value, is_status: bool) -> Value {
    let mut new = json!({"type": metric["type"]});
    for source in SOURCES {
        let Some(parts) = metric.get(source.field).filter(|parts| !parts.is_null()) else { continue };
        let amounts = if is_status { "current" } else { "target" };
        let mut out = json!({amounts: {}});
        if source.spec.iter().any(|(_, place)| place.starts_with("/metric")) {
            out["metric"] = json!({});
        }
        for (name, place) in if is_status { source.status } else { source.spec } {
            let Some(value) = present(parts.get(name)) else { continue };
            let steps: Vec<&str> = place.trim_start_matches('/').split('/').collect();
            match steps.as_slice() {
                [only] => out[*only] = value,
                [outer, inner] => out[*outer][*inner] = value,
                _ => {}
            }
        }
        if !is_status && let Some(target) = out["target"].as_object_mut() {
            // v1 cannot leave the value out, and a value of nothing says nothing beside an average.
            if source.field == "object" && target.contains_key("averageValue") && target.get("value") == Some(&json!("0")) {
                target.remove("value");
            }
            let type_ = target_type(source.field, target);
            target.insert("type".to_owned(), json!(type_));
        }
        new[source.field] = out;
    }
    new
}

fn behavior_text(behavior: &Value) -> String {
    let pointer = |value: Option<&Value>| Some(present(value).map_or_else(|| "null".to_owned(), |value| value.to_string()));
    let rules = |rules: &Value| {
        if rules.is_null() {
            return Some("null".to_owned());
        }
        let policies = rules["policies"].as_array().map_or_else(
            || "null".to_owned(),
            |policies| {
                array(policies.iter().map(|policy| {
                    ordered([("Type", "type"), ("Value", "value"), ("PeriodSeconds", "periodSeconds")].map(|(go, name)| (go, Some(policy[name].to_string()))))
                }))
            },
        );
        Some(ordered([
            ("StabilizationWindowSeconds", pointer(rules.get("stabilizationWindowSeconds"))),
            ("SelectPolicy", pointer(rules.get("selectPolicy"))),
            ("Policies", Some(policies)),
            ("Tolerance", pointer(rules.get("tolerance"))),
        ]))
    };
    ordered([("ScaleUp", rules(&behavior["scaleUp"])), ("ScaleDown", rules(&behavior["scaleDown"]))])
}

/// A value with the names of Go's fields, as JSON names them: the first letter small.
fn from_go(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let small = |name: String| name[..1].to_lowercase() + &name[1..];
            let fields = fields.into_iter().filter(|(name, value)| !name.is_empty() && name.is_char_boundary(1) && !value.is_null());
            Value::Object(fields.map(|(name, value)| (small(name), from_go(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(from_go).collect()),
        other => other,
    }
}

fn is_cpu_utilization(metric: &Value) -> bool {
    metric["type"] == "Resource" && metric["resource"]["name"] == "cpu" && !metric["resource"]["target"]["averageUtilization"].is_null()
}

fn list(value: Option<&Value>) -> Vec<Value> {
    value.and_then(Value::as_array).cloned().unwrap_or_default()
}

/// A v2 object as v1.
fn from_stored(stored: &Value) -> Value {
    let (spec, status) = (&stored["spec"], &stored["status"]);
    let mut metadata = stored["metadata"].clone();
    let mut annotations = metadata["annotations"].as_object().cloned().unwrap_or_default();
    annotations.retain(|name, _| !OURS.contains(&name.as_str()));
    let metrics = list(spec.get("metrics"));
    let others: Vec<String> = metrics.iter().filter(|metric| !is_cpu_utilization(metric)).map(|metric| old_metric(metric, false)).collect();
    let current: Vec<Value> = list(status.get("currentMetrics"));
    let conditions: Vec<Value> = list(status.get("conditions"));
    if !others.is_empty() {
        annotations.insert(METRICS.to_owned(), json!(array(others)));
    }
    if !current.is_empty() {
        annotations.insert(CURRENT_METRICS.to_owned(), json!(array(current.iter().map(|metric| old_metric(metric, true)))));
    }
    if !spec["behavior"].is_null() {
        annotations.insert(BEHAVIOR.to_owned(), json!(behavior_text(&spec["behavior"])));
    }
    if !conditions.is_empty() {
        let fields = ["type", "status", "lastTransitionTime", "reason", "message"];
        let conditions = conditions.iter().map(|condition| ordered(fields.map(|field| (field, present(condition.get(field)).map(|value| value.to_string())))));
        annotations.insert(CONDITIONS.to_owned(), json!(array(conditions)));
    }
    if let Some(fields) = metadata.as_object_mut() {
        fields.remove("annotations");
        if !annotations.is_empty() {
            fields.insert("annotations".to_owned(), Value::Object(annotations));
        }
    }
    let mut old_spec = json!({});
    for field in ["scaleTargetRef", "minReplicas", "maxReplicas"] {
        if let Some(value) = present(spec.get(field)) {
            old_spec[field] = value;
        }
    }
    if let Some(metric) = metrics.iter().find(|metric| is_cpu_utilization(metric)) {
        old_spec["targetCPUUtilizationPercentage"] = metric["resource"]["target"]["averageUtilization"].clone();
    }
    let number = |name: &str| present(status.get(name)).unwrap_or_else(|| json!(0));
    let mut old_status = json!({"currentReplicas": number("currentReplicas"), "desiredReplicas": number("desiredReplicas")});
    for field in ["observedGeneration", "lastScaleTime"] {
        if let Some(value) = present(status.get(field)) {
            old_status[field] = value;
        }
    }
    let cpu = current.iter().filter(|metric| metric["type"] == "Resource" && metric["resource"]["name"] == "cpu");
    if let Some(percent) = cpu.filter_map(|metric| present(metric.pointer("/resource/current/averageUtilization"))).next_back() {
        old_status["currentCPUUtilizationPercentage"] = percent;
    }
    json!({"apiVersion": API_VERSION, "kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": old_spec, "status": old_status})
}

/// A v1 object as v2. What is no v1 object comes back with its other version alone, for decoding to judge.
fn to_stored(mut value: Value) -> Value {
    let Some(object) = value.as_object_mut() else { return value };
    object.insert("apiVersion".to_owned(), json!("autoscaling/v2"));
    let annotations = object.get("metadata").and_then(|meta| meta.get("annotations")).and_then(Value::as_object).cloned().unwrap_or_default();
    let read = |name: &str| annotations.get(name).and_then(Value::as_str).and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let Some(spec) = object.entry("spec").or_insert_with(|| json!({})).as_object_mut() {
        let cpu = spec.remove("targetCPUUtilizationPercentage").filter(|percent| !percent.is_null());
        let mut metrics: Vec<Value> = list(read(METRICS).as_ref()).iter().map(|metric| new_metric(metric, false)).collect();
        if let Some(percent) = cpu {
            let mut metric = json!(cpu_utilization(0));
            metric["resource"]["target"]["averageUtilization"] = percent;
            metrics.push(metric);
        }
        if metrics.is_empty() {
            metrics.push(json!(cpu_utilization(DEFAULT_CPU_UTILIZATION)));
        }
        spec.insert("metrics".to_owned(), Value::Array(metrics));
        if let Some(behavior) = read(BEHAVIOR).map(from_go).filter(|behavior| behavior.as_object().is_some_and(|rules| !rules.is_empty())) {
            spec.insert("behavior".to_owned(), behavior);
        }
    }
    let current: Vec<Value> = list(read(CURRENT_METRICS).as_ref()).iter().map(|metric| new_metric(metric, true)).collect();
    let conditions = list(read(CONDITIONS).as_ref());
    if let Some(status) = object.entry("status").or_insert_with(|| json!({})).as_object_mut() {
        let cpu = status.remove("currentCPUUtilizationPercentage").filter(|percent| !percent.is_null());
        if !current.is_empty() {
            status.insert("currentMetrics".to_owned(), Value::Array(current));
        } else if let Some(percent) = cpu {
            let metric = json!({"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": percent}}});
            status.insert("currentMetrics".to_owned(), json!([metric]));
        }
        if !conditions.is_empty() {
            status.insert("conditions".to_owned(), Value::Array(conditions));
        }
    }
    if let Some(meta) = object.get_mut("metadata").and_then(Value::as_object_mut)
        && let Some(annotations) = meta.get_mut("annotations").and_then(Value::as_object_mut)
    {
        annotations.retain(|name, _| !OURS.contains(&name.as_str()));
        if annotations.is_empty() {
            meta.remove("annotations");
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_for_the_cpu_is_a_field_and_the_rest_are_annotations() {
        let stored = json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h", "annotations": {"a": "b"}},
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 1, "maxReplicas": 5, "metrics": [
                {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}},
                {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "1Gi"}}},
                {"type": "Object", "object": {"describedObject": {"apiVersion": "v1", "kind": "Service", "name": "s"}, "metric": {"name": "rps"}, "target": {"type": "Value", "value": "10"}}},
            ], "behavior": {"scaleUp": {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}]}}},
            "status": {"desiredReplicas": 2, "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 10, "averageValue": "5m"}}}],
                "conditions": [{"type": "AbleToScale", "status": "True", "lastTransitionTime": "2026-01-05T09:00:00Z"}]},
        });
        let old = from_stored(&stored);
        assert_eq!(old["spec"], json!({"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 1, "maxReplicas": 5, "targetCPUUtilizationPercentage": 60}));
        assert_eq!(old["status"], json!({"currentReplicas": 0, "desiredReplicas": 2, "currentCPUUtilizationPercentage": 10}));
        assert_eq!(
            old["metadata"]["annotations"],
            json!({
                "a": "b",
                METRICS: "[{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\",\"targetAverageValue\":\"1Gi\"}},{\"type\":\"Object\",\"object\":{\"target\":{\"kind\":\"Service\",\"name\":\"s\",\"apiVersion\":\"v1\"},\"metricName\":\"rps\",\"targetValue\":\"10\"}}]",
                CURRENT_METRICS: "[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"currentAverageUtilization\":10,\"currentAverageValue\":\"5m\"}}]",
                BEHAVIOR: "{\"ScaleUp\":{\"StabilizationWindowSeconds\":0,\"SelectPolicy\":\"Max\",\"Policies\":[{\"Type\":\"Pods\",\"Value\":4,\"PeriodSeconds\":15}],\"Tolerance\":null},\"ScaleDown\":null}",
                CONDITIONS: "[{\"type\":\"AbleToScale\",\"status\":\"True\",\"lastTransitionTime\":\"2026-01-05T09:00:00Z\"}]",
            })
        );
        let mut back = to_stored(old);
        let metrics = back["spec"]["metrics"].as_array_mut().unwrap();
        metrics.rotate_right(1);
        back["status"].as_object_mut().unwrap().remove("currentReplicas");
        assert_eq!(back, stored, "nothing is lost, but the target for the CPU comes last");
    }

    #[test]
    fn without_any_target_the_default_one_is_aimed_at() {
        let stored = to_stored(json!({"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": {"maxReplicas": 3}}));
        assert_eq!(stored["spec"]["metrics"], json!([cpu_utilization(80)]));
    }
}
