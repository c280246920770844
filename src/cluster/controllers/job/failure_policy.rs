//! The pod failure policy: what a failed pod means for the Job, by how it failed.
//!
//! Models: pkg/controller/job/pod_failure_policy.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::batch::v1::{PodFailurePolicy, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyOnPodConditionsPattern};
use k8s_openapi::api::core::v1::ContainerStatus;
use podarium_api::{Pod, Resource as _};

/// What becomes of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It counts towards the limit, as without a policy.
    Count,
    Ignore,
    /// Its index has failed.
    FailIndex,
    /// The whole Job has failed, for this reason.
    FailJob(String),
}

/// The first rule that matches decides.
pub(super) fn judge(policy: Option<&PodFailurePolicy>, pod: &Pod) -> Verdict {
    let rules = policy.map(|policy| policy.rules.as_slice()).unwrap_or_default();
    for (index, rule) in rules.iter().enumerate() {
        let place = format!("{}/{}", pod.namespace(), pod.name());
        let why = if let Some(codes) = &rule.on_exit_codes {
            matching_container(pod, codes).map(|(container, code)| {
                format!("Container {container} for pod {place} failed with exit code {code} matching {} rule at index {index}", rule.action)
            })
        } else {
            let patterns = rule.on_pod_conditions.as_deref().unwrap_or_default();
            matching_condition(pod, patterns).map(|type_| format!("Pod {place} has condition {type_} matching {} rule at index {index}", rule.action))
        };
        let Some(why) = why else { continue };
        match rule.action.as_str() {
            "Ignore" => return Verdict::Ignore,
            "FailIndex" => return Verdict::FailIndex,
            "FailJob" => return Verdict::FailJob(why),
            "Count" => return Verdict::Count,
            _ => {}
        }
    }
    Verdict::Count
}

fn matching_container<'a>(pod: &'a Pod, wanted: &PodFailurePolicyOnExitCodesRequirement) -> Option<(&'a str, i32)> {
    let matching = |status: &'a ContainerStatus| {
        let code = status.state.as_ref()?.terminated.as_ref()?.exit_code;
        let named = wanted.container_name.as_ref().is_none_or(|name| *name == status.name);
        let fits = match wanted.operator.as_str() {
            "In" => wanted.values.contains(&code),
            "NotIn" => !wanted.values.contains(&code),
            _ => false,
        };
        (named && code != 0 && fits).then_some((status.name.as_str(), code))
    };
    let lists = [&pod.status.container_statuses, &pod.status.init_container_statuses];
    lists.into_iter().flatten().flatten().find_map(matching)
}

fn matching_condition<'a>(pod: &'a Pod, patterns: &[PodFailurePolicyOnPodConditionsPattern]) -> Option<&'a str> {
    let matches = |type_: &str, status: &str| patterns.iter().any(|pattern| pattern.type_ == type_ && pattern.status.as_deref() == Some(status));
    let conditions = pod.status.conditions.iter().flatten();
    conditions.into_iter().find(|condition| matches(&condition.type_, &condition.status)).map(|condition| condition.type_.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pod(codes: &[(&str, i32)], conditions: Value) -> Pod {
        let statuses: Vec<Value> = codes
            .iter()
            .map(|(name, code)| json!({"name": name, "image": "", "imageID": "", "ready": false, "restartCount": 0, "state": {"terminated": {"exitCode": code}}}))
            .collect();
        serde_json::from_value(json!({"metadata": {"namespace": "n", "name": "p"}, "status": {"phase": "Failed", "containerStatuses": statuses, "conditions": conditions}})).unwrap()
    }

    #[test]
    fn the_first_matching_rule_decides() {
        let codes = |action: &str, operator: &str, values: &[i32]| json!({"action": action, "onExitCodes": {"operator": operator, "values": values}});
        let condition = |action: &str| json!({"action": action, "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]});
        let disrupted = json!([{"type": "DisruptionTarget", "status": "True"}]);
        let named = json!({"action": "FailJob", "onExitCodes": {"containerName": "b", "operator": "In", "values": [3]}});
        let cases = [
            (json!([]), json!([]), Verdict::Count),
            (json!([codes("Ignore", "In", &[3])]), json!([]), Verdict::Ignore),
            (json!([codes("Ignore", "In", &[4])]), json!([]), Verdict::Count),
            (json!([codes("FailIndex", "NotIn", &[4])]), json!([]), Verdict::FailIndex),
            (json!([codes("Count", "In", &[3]), codes("Ignore", "In", &[3])]), json!([]), Verdict::Count),
            (json!([named]), json!([]), Verdict::Count),
            (json!([codes("FailJob", "In", &[3])]), json!([]), Verdict::FailJob("Container a for pod n/p failed with exit code 3 matching FailJob rule at index 0".to_owned())),
            (json!([condition("Ignore"), codes("FailJob", "In", &[3])]), disrupted.clone(), Verdict::Ignore),
            (json!([codes("Ignore", "In", &[9]), condition("FailJob")]), disrupted, Verdict::FailJob("Pod n/p has condition DisruptionTarget matching FailJob rule at index 1".to_owned())),
        ];
        for (rules, conditions, verdict) in cases {
            let policy: PodFailurePolicy = serde_json::from_value(json!({"rules": rules})).unwrap();
            assert_eq!(judge(Some(&policy), &pod(&[("a", 3), ("b", 0)], conditions)), verdict, "{rules}");
        }
        assert_eq!(judge(None, &pod(&[("a", 3)], json!([]))), Verdict::Count);
    }
}
