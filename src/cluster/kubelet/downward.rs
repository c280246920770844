//! The downward API: what a container may learn of its own pod, as a variable or in a file.
//!
//! Models: pkg/fieldpath/fieldpath.go, pkg/kubelet/kubelet_pods.go (podFieldSelectorRuntimeValue),
//! pkg/api/v1/resource/helpers.go (ExtractContainerResourceValue), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, ResourceFieldSelector};
use podarium_api::quantity::Quantity;
use podarium_api::{Pod, Resource as _};

/// What depends on the place where the pod runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub pod_ip: &'a str,
    pub host_ip: &'a str,
    /// What the node can give, in thousandths of a CPU and in bytes: the limit of a container that has none.
    pub cpu_millis: u64,
    pub memory_bytes: u64,
}

/// The value of a field such as `metadata.name` or `metadata.labels['app']`.
pub(super) fn field(pod: &Pod, path: &str, place: &Place<'_>) -> Result<String, String> {
    let empty = BTreeMap::new();
    let labels = pod.metadata.labels.as_ref().unwrap_or(&empty);
    let annotations = pod.metadata.annotations.as_ref().unwrap_or(&empty);
    if let Some((path, key)) = path.strip_suffix("']").and_then(|path| path.split_once("['")) {
        return match path {
            "metadata.annotations" => Ok(annotations.get(key).cloned().unwrap_or_default()),
            "metadata.labels" => Ok(labels.get(key).cloned().unwrap_or_default()),
            _ => Err(format!("fieldPath \"{path}['{key}']\" does not support subscript")),
        };
    }
    Ok(match path {
        "metadata.annotations" => lines(annotations),
        "metadata.labels" => lines(labels),
        "metadata.name" => pod.name().to_owned(),
        "metadata.namespace" => pod.namespace().to_owned(),
        "metadata.uid" => pod.uid().to_owned(),
        "spec.nodeName" => pod.spec.node_name.clone().unwrap_or_default(),
        "spec.serviceAccountName" => pod.spec.service_account_name.clone().unwrap_or_default(),
        "status.hostIP" | "status.hostIPs" => place.host_ip.to_owned(),
        "status.podIP" | "status.podIPs" => place.pod_ip.to_owned(),
        _ => return Err(format!("unsupported fieldPath: {path}")),
    })
}

/// `key="value"` lines, as Go quotes them.
fn lines(pairs: &BTreeMap<String, String>) -> String {
    let lines: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value:?}")).collect();
    lines.join("\n")
}

/// An amount of a resource of the container, in units of the divisor, rounded up.
pub(super) fn resource(selector: &ResourceFieldSelector, container: &Container, place: &Place<'_>) -> Result<String, String> {
    let resources = container.resources.clone().unwrap_or_default();
    let (is_limit, name) = match selector.resource.split_once('.') {
        Some(("limits", name)) => (true, name),
        Some(("requests", name)) => (false, name),
        _ => return Err(format!("unsupported container resource : {}", selector.resource)),
    };
    let map = if is_limit { resources.limits } else { resources.requests };
    let amount = map.unwrap_or_default().get(name).map(Quantity::of);
    let divisor = selector.divisor.as_ref().map(Quantity::of).filter(|divisor| divisor.milli_value() > 0);
    let (value, unit) = match name {
        "cpu" => {
            let whole = i64::try_from(place.cpu_millis).unwrap_or(i64::MAX);
            let amount = amount.map_or(if is_limit { whole } else { 0 }, |amount| amount.milli_value());
            (amount, divisor.map_or(1000, |divisor| divisor.milli_value()))
        }
        "memory" | "ephemeral-storage" => {
            let whole = if name == "memory" { i64::try_from(place.memory_bytes).unwrap_or(i64::MAX) } else { 0 };
            let amount = amount.map_or(if is_limit { whole } else { 0 }, |amount| amount.value());
            (amount, divisor.map_or(1, |divisor| divisor.value()))
        }
        _ if name.starts_with("hugepages-") => (amount.map_or(0, |amount| amount.value()), divisor.map_or(1, |divisor| divisor.value())),
        _ => return Err(format!("unsupported container resource : {}", selector.resource)),
    };
    Ok(value.unsigned_abs().div_ceil(unit.max(1).unsigned_abs()).to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PLACE: Place<'_> = Place { pod_ip: "10.244.1.2", host_ip: "10.0.1.1", cpu_millis: 4000, memory_bytes: 8 << 30 };

    #[test]
    fn a_pod_knows_itself() {
        let pod = json!({"metadata": {"name": "p", "namespace": "n", "labels": {"app": "a", "b": "\"q\""}}, "spec": {"nodeName": "node-1", "containers": []}});
        let pod: Pod = serde_json::from_value(pod).unwrap();
        let cases = [
            ("metadata.name", Ok("p")),
            ("metadata.labels['app']", Ok("a")),
            ("metadata.labels['none']", Ok("")),
            ("metadata.labels", Ok("app=\"a\"\nb=\"\\\"q\\\"\"")),
            ("spec.nodeName", Ok("node-1")),
            ("status.podIP", Ok("10.244.1.2")),
            ("spec.containers", Err("unsupported fieldPath: spec.containers")),
            ("metadata.name['a']", Err("fieldPath \"metadata.name['a']\" does not support subscript")),
        ];
        for (path, expected) in cases {
            assert_eq!(field(&pod, path, &PLACE), expected.map(str::to_owned).map_err(str::to_owned), "{path}");
        }
    }

    #[test]
    fn amounts_are_rounded_up_to_the_divisor() {
        let container: Container = serde_json::from_value(json!({"name": "c", "resources": {"limits": {"cpu": "250m", "memory": "64Mi"}, "requests": {"cpu": "125m"}}})).unwrap();
        let value = |resource_name: &str, divisor: Option<&str>| {
            let selector = serde_json::from_value(json!({"resource": resource_name, "divisor": divisor})).unwrap();
            resource(&selector, &container, &PLACE).unwrap()
        };
        assert_eq!(value("limits.cpu", None), "1");
        assert_eq!(value("requests.cpu", Some("1m")), "125");
        assert_eq!(value("limits.memory", Some("1Mi")), "64");
        assert_eq!(value("requests.memory", None), "0");
        let plain = Container { resources: None, ..container.clone() };
        let selector = serde_json::from_value(json!({"resource": "limits.cpu"})).unwrap();
        assert_eq!(resource(&selector, &plain, &PLACE).unwrap(), "4", "without a limit it is the node's");
    }
}
