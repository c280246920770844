//! Which pods count: whoever starts, ends or was not measured must not distort the average.
//!
//! Models: pkg/controller/podautoscaler/replica_calculator.go (groupPods, calculateRequests), v1.36.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use podarium_api::owner::is_terminating;
use podarium_api::pod_state::{phase, pod_condition};
use podarium_api::quantity::Quantity;
use podarium_api::resource::pod_requests;
use podarium_api::{Pod, Resource as _};

use super::metrics::Samples;

/// After its start a pod uses CPU for its start; that says nothing about its load.
const CPU_INITIALIZATION: SignedDuration = SignedDuration::from_mins(5);
/// A pod that became unready this soon after its start has never been ready.
const INITIAL_READINESS: SignedDuration = SignedDuration::from_secs(30);

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Groups {
    pub ready: usize,
    pub unready: BTreeSet<String>,
    /// Running, but without a measurement.
    pub missing: BTreeSet<String>,
    /// Failed or on their way out.
    pub ignored: BTreeSet<String>,
}

pub(super) fn group(pods: &[Arc<Pod>], samples: &Samples, is_cpu: bool, now: Timestamp) -> Groups {
    let mut groups = Groups::default();
    for pod in pods {
        let name = pod.name().to_owned();
        if is_terminating(&pod.metadata) || phase(pod) == "Failed" {
            groups.ignored.insert(name);
        } else if phase(pod) == "Pending" {
            groups.unready.insert(name);
        } else if let Some(sample) = samples.get(&name) {
            if is_cpu && is_starting(pod, sample.at, sample.window, now) {
                groups.unready.insert(name);
            } else {
                groups.ready += 1;
            }
        } else {
            groups.missing.insert(name);
        }
    }
    groups
}

/// Whether a CPU sample says nothing because the pod has only just started.
fn is_starting(pod: &Pod, sampled: Timestamp, window: SignedDuration, now: Timestamp) -> bool {
    let (Some(condition), Some(start)) = (pod_condition(pod, "Ready"), &pod.status.start_time) else { return true };
    let changed = condition.last_transition_time.as_ref().map_or(Timestamp::MIN, |time| time.0);
    let later = |time: Timestamp, by: SignedDuration| time.saturating_add(by).unwrap_or(Timestamp::MAX);
    let unready = condition.status == "False";
    if later(start.0, CPU_INITIALIZATION) > now {
        unready || sampled < later(changed, window)
    } else {
        unready && later(start.0, INITIAL_READINESS) > changed
    }
}

/// What every pod asked for, in thousandths.
pub(super) fn requests(pods: &[Arc<Pod>], container: Option<&str>, resource: &str) -> Result<BTreeMap<String, i64>, String> {
    pods.iter().map(|pod| Ok((pod.name().to_owned(), request(pod, container, resource)?))).collect()
}

fn request(pod: &Pod, only: Option<&str>, resource: &str) -> Result<i64, String> {
    if only.is_none() && has_requests_as_a_whole(pod) {
        let amount = pod_requests(&pod.spec).get(resource).map(|amount| amount.milli_value());
        return amount.ok_or_else(|| format!("missing pod-level request for {resource} in Pod {}", pod.name()));
    }
    let helpers = pod.spec.init_containers.iter().flatten().filter(|container| container.restart_policy.as_deref() == Some("Always"));
    let mut sum = 0;
    for container in pod.spec.containers.iter().chain(helpers).filter(|container| only.is_none_or(|name| name == container.name)) {
        let requests = container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
        let Some(amount) = requests.and_then(|requests| requests.get(resource)) else {
            return Err(format!("missing request for {resource} in container {} of Pod {}", container.name, pod.name()));
        };
        sum += Quantity::of(amount).milli_value();
        if only.is_some() {
            return Ok(sum);
        }
    }
    match only {
        Some(name) => Err(format!("container {name} not found in Pod {}", pod.name())),
        None => Ok(sum),
    }
}

fn has_requests_as_a_whole(pod: &Pod) -> bool {
    let mut requests = pod.spec.resources.iter().filter_map(|resources| resources.requests.as_ref()).flatten();
    requests.any(|(name, _)| matches!(name.as_str(), "cpu" | "memory") || name.starts_with("hugepages-"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(whole: Value, of_the_container: Value) -> Arc<Pod> {
        Arc::new(serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": {"resources": whole,
            "containers": [{"name": "c", "image": "x", "resources": {"requests": of_the_container}}]}})).unwrap())
    }

    #[test]
    fn what_the_whole_pod_asks_for_goes_before_what_its_containers_do() {
        let cpu = |pod: Arc<Pod>, container: Option<&str>| requests(&[pod], container, "cpu").map(|found| found["p"]);
        let whole = json!({"requests": {"cpu": "2"}});
        assert_eq!(cpu(pod(whole.clone(), json!({"cpu": "500m"})), None), Ok(2000));
        assert_eq!(cpu(pod(whole, json!({"cpu": "500m"})), Some("c")), Ok(500));
        assert_eq!(cpu(pod(Value::Null, json!({})), None), Err("missing request for cpu in container c of Pod p".to_owned()));
        assert_eq!(cpu(pod(json!({"requests": {"memory": "1Gi"}}), json!({})), None), Err("missing pod-level request for cpu in Pod p".to_owned()));
    }
}
