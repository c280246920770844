//! A HorizontalPodAutoscaler as `autoscaling/v1` shows it: the wanted CPU utilization is a field of its own, and what
//! that version has no field for stands as JSON in annotations.
//!
//! Models: pkg/apis/autoscaling/v1/{conversion,defaults}.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value, json};

use super::Version;
use crate::Status;

pub(super) const VERSIONS: &[Version] = &[Version {
    group: "autoscaling",
    version: "v1",
    kind: "HorizontalPodAutoscaler",
    stored: "autoscaling/v2",
    course_2019: false,
    to_stored,
    from_stored,
}];

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";

fn to_stored(_: &Version, mut value: Value) -> Result<Value, Status> {
    let mut kept = |name: &str| -> Option<Value> {
        let text = value.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut)?.remove(name)?;
        serde_json::from_str(text.as_str()?).ok()
    };
    let (metrics, behavior, current, conditions) = (kept(METRICS), kept(BEHAVIOR), kept(CURRENT_METRICS), kept(CONDITIONS));
    if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) {
        let others = metrics.as_ref().and_then(Value::as_array).into_iter().flatten().map(|metric| convert(metric, &TO_STORED, "target"));
        let mut list: Vec<Value> = others.collect();
        match spec.remove("targetCPUUtilizationPercentage") {
            Some(Value::Number(percent)) => {
                list.push(json!({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": percent}}}));
            }
            // Something of another type is left for the reader to refuse.
            Some(Value::Null) | None => {}
            Some(wrong) => {
                return Err(Status::bad_request(format!(
                    "HorizontalPodAutoscaler in version \"v1\" cannot be handled as a HorizontalPodAutoscaler: json: cannot unmarshal {} into Go struct field HorizontalPodAutoscalerSpec.spec.targetCPUUtilizationPercentage of type int32",
                    crate::decode::go_kind(&wrong)
                )));
            }
        }
        if !list.is_empty() {
            spec.insert("metrics".to_owned(), list.into());
        }
        if let Some(behavior) = behavior {
            spec.insert("behavior".to_owned(), behavior);
        }
    }
    if let Some(status) = value.get_mut("status").and_then(Value::as_object_mut) {
        let utilization = status.remove("currentCPUUtilizationPercentage").filter(|value| !value.is_null());
        let metrics = match (current.as_ref().and_then(Value::as_array), utilization) {
            (Some(metrics), _) => Some(metrics.iter().map(|metric| convert(metric, &TO_STORED, "current")).collect()),
            (None, Some(percent)) => Some(json!([{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": percent}}}])),
            (None, None) => None,
        };
        status.extend(metrics.map(|metrics| ("currentMetrics".to_owned(), metrics)));
        status.extend(conditions.map(|conditions| ("conditions".to_owned(), conditions)));
    }
    Ok(value)
}

fn is_cpu_utilization(metric: &Value) -> bool {
    metric["type"] == "Resource" && metric["resource"]["name"] == "cpu" && !metric["resource"]["target"]["averageUtilization"].is_null()
}

fn from_stored(_: &Version, mut value: Value) -> Value {
    let mut annotations: Vec<(&str, Value)> = Vec::new();
    if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) {
        if let Some(Value::Array(metrics)) = spec.remove("metrics") {
            if let Some(cpu) = metrics.iter().find(|metric| is_cpu_utilization(metric)) {
                spec.insert("targetCPUUtilizationPercentage".to_owned(), cpu["resource"]["target"]["averageUtilization"].clone());
            }
            let others: Vec<Value> = metrics.iter().filter(|metric| !is_cpu_utilization(metric)).map(|metric| convert(metric, &FROM_STORED, "target")).collect();
            if !others.is_empty() {
                annotations.push((METRICS, others.into()));
            }
        }
        annotations.extend(spec.remove("behavior").map(|behavior| (BEHAVIOR, behavior)));
    }
    if let Some(status) = value.get_mut("status").and_then(Value::as_object_mut) {
        if let Some(Value::Array(metrics)) = status.remove("currentMetrics") {
            let percent = metrics.iter().find(|metric| metric["resource"]["name"] == "cpu").map(|metric| metric["resource"]["current"]["averageUtilization"].clone());
            status.extend(percent.filter(|percent| !percent.is_null()).map(|percent| ("currentCPUUtilizationPercentage".to_owned(), percent)));
            if !metrics.is_empty() {
                annotations.push((CURRENT_METRICS, metrics.iter().map(|metric| convert(metric, &FROM_STORED, "current")).collect()));
            }
        }
        annotations.extend(status.remove("conditions").filter(|conditions| conditions.as_array().is_some_and(|list| !list.is_empty())).map(|conditions| (CONDITIONS, conditions)));
        status.entry("currentReplicas").or_insert(json!(0));
    }
    if !annotations.is_empty() && value["metadata"].is_object() {
        let own = &mut value["metadata"]["annotations"];
        if !own.is_object() {
            *own = json!({});
        }
        for (name, content) in annotations {
            own[name] = json!(content.to_string());
        }
    }
    value
}

/// Rewrites the one source of a metric.
struct Direction {
    target: fn(&str, &str, &mut Map<String, Value>),
}

const TO_STORED: Direction = Direction { target: source_to_stored };
const FROM_STORED: Direction = Direction { target: source_from_stored };

fn convert(metric: &Value, direction: &Direction, what: &str) -> Value {
    let mut metric = metric.clone();
    for kind in ["resource", "containerResource", "pods", "object", "external"] {
        if let Some(source) = metric.get_mut(kind).and_then(Value::as_object_mut) {
            (direction.target)(kind, what, source);
        }
    }
    metric
}

/// The name in `autoscaling/v1` of an amount, e.g. `targetAverageUtilization`.
fn flat_name(kind: &str, what: &str, amount: &str) -> String {
    match (kind, amount) {
        ("object", "averageValue") => amount.to_owned(),
        _ => format!("{what}{}{}", amount[..1].to_uppercase(), &amount[1..]),
    }
}

fn source_to_stored(kind: &str, what: &str, source: &mut Map<String, Value>) {
    if kind == "object" {
        super::rename(source, &[("target", "describedObject")]);
    }
    let mut amounts = Map::new();
    for amount in ["value", "averageValue", "averageUtilization"] {
        let zero_is_unset = kind == "object" && amount == "value" && source.contains_key("averageValue");
        if let Some(value) = source.remove(&flat_name(kind, what, amount)).filter(|value| !value.is_null() && !(zero_is_unset && value == "0")) {
            amounts.insert(amount.to_owned(), value);
        }
    }
    if what == "target" {
        let type_ = if amounts.contains_key("averageUtilization") {
            "Utilization"
        } else if amounts.contains_key("averageValue") || !amounts.contains_key("value") {
            "AverageValue"
        } else {
            "Value"
        };
        amounts.insert("type".to_owned(), json!(type_));
    }
    let mut identifier = Map::new();
    identifier.extend(source.remove("metricName").map(|name| ("name".to_owned(), name)));
    for name in ["selector", "metricSelector"] {
        identifier.extend(source.remove(name).map(|selector| ("selector".to_owned(), selector)));
    }
    if !identifier.is_empty() {
        source.insert("metric".to_owned(), identifier.into());
    }
    source.insert(what.to_owned(), amounts.into());
}

fn source_from_stored(kind: &str, what: &str, source: &mut Map<String, Value>) {
    if let Some(Value::Object(amounts)) = source.remove(what) {
        for (amount, value) in amounts.into_iter().filter(|(amount, _)| amount != "type") {
            source.insert(flat_name(kind, what, &amount), value);
        }
    }
    if kind == "object" {
        super::rename(source, &[("describedObject", "target")]);
        source.entry(format!("{what}Value")).or_insert(json!("0"));
    }
    if let Some(Value::Object(mut identifier)) = source.remove("metric") {
        source.extend(identifier.remove("name").map(|name| ("metricName".to_owned(), name)));
        let name = if kind == "external" { "metricSelector" } else { "selector" };
        source.extend(identifier.remove("selector").map(|selector| (name.to_owned(), selector)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(spec: Value) -> Value {
        json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": spec})
    }

    #[test]
    fn the_wanted_cpu_utilization_is_a_field_of_its_own() {
        let old = json!({"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"},
            "spec": {"maxReplicas": 5, "targetCPUUtilizationPercentage": 60}});
        let new = stored(json!({"maxReplicas": 5, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]}));
        assert_eq!(VERSIONS[0].to_stored(old.clone()).unwrap(), new);
        assert_eq!(VERSIONS[0].from_stored(new), old);
    }

    #[test]
    fn what_the_old_version_cannot_say_survives_in_annotations() {
        let metrics = json!([
            {"type": "Pods", "pods": {"metric": {"name": "requests"}, "target": {"type": "AverageValue", "averageValue": "10"}}},
            {"type": "Object", "object": {"describedObject": {"kind": "Ingress", "name": "i"}, "metric": {"name": "hits", "selector": {}}, "target": {"type": "Value", "value": "2k"}}},
            {"type": "Object", "object": {"describedObject": {"kind": "Ingress", "name": "i"}, "metric": {"name": "hits"}, "target": {"type": "AverageValue", "averageValue": "2"}}},
            {"type": "External", "external": {"metric": {"name": "queue", "selector": {"matchLabels": {"a": "b"}}}, "target": {"type": "AverageValue", "averageValue": "30"}}},
            {"type": "Resource", "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 50}}},
        ]);
        let new = stored(json!({"maxReplicas": 5, "metrics": metrics, "behavior": {"scaleDown": {"stabilizationWindowSeconds": 30}}}));
        let old = VERSIONS[0].from_stored(new.clone());
        assert!(old["spec"].get("metrics").is_none() && old["spec"].get("behavior").is_none(), "{old}");
        let mut back = VERSIONS[0].to_stored(old).unwrap();
        back["metadata"].as_object_mut().unwrap().remove("annotations");
        assert_eq!(back, new);
    }

    #[test]
    fn the_stored_version_is_refused_on_the_path_of_the_old_one() {
        let refused = VERSIONS[0].to_stored(stored(json!({}))).unwrap_err();
        assert_eq!(refused.message(), "the API version in the data (autoscaling/v2) does not match the expected API version (autoscaling/v1)");
        let wrong = json!({"spec": {"targetCPUUtilizationPercentage": "60"}});
        assert!(VERSIONS[0].to_stored(wrong).unwrap_err().message().ends_with("of type int32"));
    }
}
