//! Whether a configuration makes sense as a whole.
//!
//! Models: pkg/scheduler/apis/config/validation/validation.go, v1.36.
//! Simplified: extenders are HTTP servers outside the cluster, which are not simulated: they are refused.

use podarium_api::field::FieldError;

use super::args::PluginArgs;
use super::args_validation as args_rules;
use super::types::{KubeSchedulerConfiguration, Plugins, Profile};

/// Plugins of former versions.
const REMOVED: &[&str] = &["AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"];
const VERSION: &str = "kubescheduler.config.k8s.io/v1";

/// `plugins` are those of each profile with the defaults merged in.
pub fn check(configuration: &KubeSchedulerConfiguration, plugins: &[Plugins], args: &[PluginArgs]) -> Vec<String> {
    let mut errors = Vec::new();
    if let Some(burst) = configuration.client_connection.burst.filter(|burst| *burst < 0) {
        errors.push(FieldError::invalid("clientConnection.burst", burst, "must be non-negative"));
    }
    if let Some(lock) = configuration.leader_election.resource_lock.as_deref().filter(|lock| !lock.is_empty() && *lock != "leases") {
        errors.push(FieldError::invalid("leaderElection.resourceLock", lock, "resourceLock value must be \"leases\""));
    }
    if let Some(parallelism) = configuration.parallelism.filter(|parallelism| *parallelism <= 0) {
        errors.push(FieldError::invalid("parallelism", parallelism, "should be an integer value greater than zero"));
    }
    for (index, profile) in configuration.profiles.iter().enumerate() {
        self::profile(configuration, index, profile, &args[index], &mut errors);
    }
    queue_sort(configuration, plugins, &mut errors);
    percentage("percentageOfNodesToScore", configuration.percentage_of_nodes_to_score, &mut errors);
    let (initial, max) = (configuration.pod_initial_backoff_seconds.unwrap_or(1), configuration.pod_max_backoff_seconds.unwrap_or(10));
    if initial <= 0 {
        errors.push(FieldError::invalid("podInitialBackoffSeconds", initial, "must be greater than 0"));
    }
    if max < initial {
        errors.push(FieldError::invalid("podMaxBackoffSeconds", max, "must be greater than or equal to PodInitialBackoffSeconds"));
    }
    let mut texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    if !configuration.extenders.is_empty() {
        texts.push("extenders: not simulated: servers outside the cluster that have a say in scheduling".to_owned());
    }
    texts
}

fn percentage(path: &str, percentage: Option<i32>, errors: &mut Vec<FieldError>) {
    if let Some(wrong) = percentage.filter(|percentage| !(0..=100).contains(percentage)) {
        errors.push(FieldError::invalid(path, wrong, "not in valid range [0-100]"));
    }
}

fn profile(configuration: &KubeSchedulerConfiguration, index: usize, profile: &Profile, args: &PluginArgs, errors: &mut Vec<FieldError>) {
    let path = format!("profiles[{index}]");
    let name = profile.scheduler_name.as_deref().unwrap_or_default();
    if name.is_empty() {
        errors.push(FieldError::required(format!("{path}.schedulerName"), ""));
    }
    percentage(&format!("{path}.percentageOfNodesToScore"), profile.percentage_of_nodes_to_score, errors);
    for (point, set) in profile.plugins.iter().flat_map(points) {
        for (at, plugin) in set.enabled.iter().enumerate().filter(|(_, plugin)| REMOVED.contains(&plugin.name.as_str())) {
            let path = format!("{path}.plugins.{point}.enabled[{at}]");
            errors.push(FieldError::invalid(path, plugin.name.clone(), removed()));
        }
    }
    for (at, config) in profile.plugin_config.iter().enumerate() {
        let path = format!("{path}.pluginConfig[{at}]");
        let name = config.name.as_str();
        if profile.plugin_config[..at].iter().any(|other| other.name == name) {
            errors.push(FieldError::duplicate(&path, name));
        }
        if REMOVED.contains(&name) {
            errors.push(FieldError::invalid(&path, name, removed()));
        }
        errors.extend(of_plugin(&format!("{path}.args"), name, args));
    }
    let earlier = configuration.profiles[..index].iter().rposition(|other| other.scheduler_name == profile.scheduler_name);
    if let Some(earlier) = earlier {
        errors.push(FieldError::duplicate(format!("{path}.schedulerName"), format!("profiles[{earlier}].schedulerName")));
    }
}

fn removed() -> String {
    format!("was invalid in version {VERSION:?} (KubeSchedulerConfiguration is version {VERSION:?})")
}

fn of_plugin(path: &str, name: &str, args: &PluginArgs) -> Vec<FieldError> {
    match name {
        "DefaultPreemption" => args_rules::default_preemption(path, &args.default_preemption),
        "InterPodAffinity" => args_rules::inter_pod_affinity(path, &args.inter_pod_affinity),
        "NodeAffinity" => args_rules::node_affinity(path, &args.node_affinity),
        "NodeResourcesBalancedAllocation" => args_rules::balanced_allocation(path, &args.node_resources_balanced_allocation),
        "PodTopologySpread" => args_rules::pod_topology_spread(path, &args.pod_topology_spread),
        "VolumeBinding" => args_rules::volume_binding(path, &args.volume_binding),
        _ => Vec::new(),
    }
}

fn points(plugins: &Plugins) -> [(&'static str, &super::types::PluginSet); 12] {
    [
        ("preEnqueue", &plugins.pre_enqueue), ("queueSort", &plugins.queue_sort), ("preFilter", &plugins.pre_filter),
        ("filter", &plugins.filter), ("postFilter", &plugins.post_filter), ("preScore", &plugins.pre_score),
        ("score", &plugins.score), ("reserve", &plugins.reserve), ("permit", &plugins.permit), ("preBind", &plugins.pre_bind),
        ("bind", &plugins.bind), ("postBind", &plugins.post_bind),
    ]
}

/// All profiles share one queue, so they must sort it alike.
fn queue_sort(configuration: &KubeSchedulerConfiguration, plugins: &[Plugins], errors: &mut Vec<FieldError>) {
    let Some(first) = plugins.first().map(|plugins| &plugins.queue_sort) else { return };
    if first.enabled.len() > 1 {
        let why = "only one queue sort plugin can be enabled";
        errors.push(FieldError::invalid("profiles[0].plugins.queueSort.Enabled", first.enabled.len(), why));
    }
    for (index, _) in configuration.profiles.iter().enumerate().skip(1) {
        let own = &plugins[index].queue_sort;
        if own != first {
            let path = format!("profiles[{index}].plugins.queueSort");
            errors.push(FieldError::invalid(path, serde_json::json!(own), "must be the same for all profiles"));
        }
    }
}
