//! Reads a configuration strictly: a field that Kubernetes does not know is an error, which names it.
//!
//! Models: pkg/scheduler/apis/config/scheme/scheme.go, staging/src/k8s.io/kube-scheduler/config/v1/types.go
//! (DecodeNestedObjects), v1.36.
//! Simplified: a value of the wrong type is described in our words.

use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;

use super::args::{
    DefaultPreemptionArgs, DynamicResourcesArgs, InterPodAffinityArgs, NodeAffinityArgs, NodeResourcesBalancedAllocationArgs,
    NodeResourcesFitArgs, PluginArgs, PodTopologySpreadArgs, VolumeBindingArgs,
};
use super::types::{KubeSchedulerConfiguration, PluginConfig, Profile};

const GROUP: &str = "kubescheduler.config.k8s.io";
const VERSION: &str = "kubescheduler.config.k8s.io/v1";

/// Decodes a value, and the paths of the fields in it that nobody knows.
fn decode<T: DeserializeOwned + Serialize>(value: &Value) -> Result<(T, Vec<String>), String> {
    let decoded: T = serde_json::from_value(value.clone()).map_err(|error| error.to_string())?;
    let mut unknown = Vec::new();
    // What was read is written again with every field that there is; what is missing then was not read.
    compare(value, &serde_json::to_value(&decoded).unwrap_or_default(), "", &mut unknown);
    Ok((decoded, unknown))
}

fn compare(given: &Value, read: &Value, path: &str, unknown: &mut Vec<String>) {
    match (given, read) {
        (Value::Object(given), Value::Object(read)) => {
            for (key, value) in given {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match read.get(key) {
                    Some(read) => compare(value, read, &path, unknown),
                    None if value.is_null() => {}
                    None => unknown.push(format!("unknown field {path:?}")),
                }
            }
        }
        (Value::Array(given), Value::Array(read)) => {
            for (index, (given, read)) in given.iter().zip(read).enumerate() {
                compare(given, read, &format!("{path}[{index}]"), unknown);
            }
        }
        _ => {}
    }
}

pub fn configuration(value: &Value) -> Result<KubeSchedulerConfiguration, Vec<String>> {
    let (decoded, unknown) = decode::<KubeSchedulerConfiguration>(value).map_err(|error| vec![error])?;
    let version = decoded.api_version.as_deref().unwrap_or(VERSION);
    let kind = decoded.kind.as_deref().unwrap_or("KubeSchedulerConfiguration");
    if version != VERSION || kind != "KubeSchedulerConfiguration" {
        return Err(vec![format!("no kind {kind:?} is registered for version {version:?}: the version is {VERSION:?}")]);
    }
    if unknown.is_empty() { Ok(decoded) } else { Err(vec![format!("strict decoding error: {}", unknown.join(", "))]) }
}

/// The arguments of a profile's plugins; arguments for a plugin that takes none are passed over, as in Kubernetes.
pub fn plugin_args(profile: &Profile, index: usize) -> Result<PluginArgs, Vec<String>> {
    let mut args = PluginArgs::default();
    let mut errors = Vec::new();
    for (at, config) in profile.plugin_config.iter().enumerate() {
        let place = |error: String| format!("decoding .profiles[{index}].pluginConfig[{at}]: {error}");
        match one_plugin(&mut args, config) {
            Ok(unknown) if unknown.is_empty() => {}
            Ok(unknown) => {
                let inner = format!("strict decoding error: decoding args for plugin {}: strict decoding error: {}", config.name, unknown.join(", "));
                errors.push(format!("strict decoding error: {}", place(inner)));
            }
            Err(error) => errors.push(place(error)),
        }
    }
    if errors.is_empty() { Ok(args) } else { Err(errors) }
}

fn one_plugin(args: &mut PluginArgs, config: &PluginConfig) -> Result<Vec<String>, String> {
    let mut raw = config.args.clone();
    if raw.is_null() {
        raw = Value::Object(serde_json::Map::new());
    }
    let kind = format!("{}Args", config.name);
    if let Some(fields) = raw.as_object_mut() {
        fields.remove("apiVersion");
        let given = fields.remove("kind").and_then(|kind| kind.as_str().map(str::to_owned));
        if let Some(given) = given.filter(|given| *given != kind) {
            return Err(format!("args for plugin {} were not of type {kind}.{GROUP}, got {given}.{GROUP}", config.name));
        }
    }
    let failed = |error: String| format!("decoding args for plugin {}: {error}", config.name);
    match config.name.as_str() {
        "DefaultPreemption" => decode::<DefaultPreemptionArgs>(&raw).map(|(own, unknown)| (args.default_preemption = own, unknown).1),
        "InterPodAffinity" => decode::<InterPodAffinityArgs>(&raw).map(|(own, unknown)| (args.inter_pod_affinity = own, unknown).1),
        "NodeAffinity" => decode::<NodeAffinityArgs>(&raw).map(|(own, unknown)| (args.node_affinity = own, unknown).1),
        "NodeResourcesFit" => decode::<NodeResourcesFitArgs>(&raw).map(|(mut own, unknown)| {
            own.complete();
            args.node_resources_fit = own;
            unknown
        }),
        "NodeResourcesBalancedAllocation" => decode::<NodeResourcesBalancedAllocationArgs>(&raw).map(|(mut own, unknown)| {
            own.complete();
            args.node_resources_balanced_allocation = own;
            unknown
        }),
        "PodTopologySpread" => decode::<PodTopologySpreadArgs>(&raw).map(|(own, unknown)| (args.pod_topology_spread = own, unknown).1),
        "VolumeBinding" => decode::<VolumeBindingArgs>(&raw).map(|(own, unknown)| (args.volume_binding = own, unknown).1),
        "DynamicResources" => decode::<DynamicResourcesArgs>(&raw).map(|(_, unknown)| unknown),
        _ => Ok(Vec::new()),
    }
    .map_err(failed)
}
