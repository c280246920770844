//! Scopes: a quota may be about some pods only, such as those of a priority class or those that end by themselves.
//!
//! Models: pkg/quota/v1/evaluator/core/pods.go (podMatchesScopeFunc),
//! staging/src/k8s.io/apiserver/pkg/quota/v1/generic/evaluator.go (Matches), v1.36.
//! Simplified: classes of volume attributes are not matched.

use k8s_openapi::api::core::v1::{Affinity, PodAffinityTerm, ScopedResourceSelectorRequirement};
use podarium_api::{Object, Pod, ResourceQuota, pod_state};

/// Whether the object is in all scopes of the quota.
pub(crate) fn in_scope(quota: &ResourceQuota, object: &Object) -> bool {
    let scopes = quota.spec.scopes.iter().flatten().map(|scope| ScopedResourceSelectorRequirement {
        scope_name: scope.clone(),
        operator: "Exists".to_owned(),
        values: None,
    });
    let selected = quota.spec.scope_selector.iter().flat_map(|selector| selector.match_expressions.iter().flatten().cloned());
    scopes.chain(selected).all(|requirement| match object {
        Object::Pod(pod) => pod_matches(pod, &requirement),
        _ => false,
    })
}

fn pod_matches(pod: &Pod, requirement: &ScopedResourceSelectorRequirement) -> bool {
    let terminating = pod.spec.active_deadline_seconds.is_some_and(|seconds| seconds >= 0);
    let best_effort = pod_state::qos_class(&pod.spec) == "BestEffort";
    match requirement.scope_name.as_str() {
        "Terminating" => terminating,
        "NotTerminating" => !terminating,
        "BestEffort" => best_effort,
        "NotBestEffort" => !best_effort,
        "PriorityClass" => class_matches(pod.spec.priority_class_name.as_deref().unwrap_or_default(), requirement),
        "CrossNamespacePodAffinity" => pod.spec.affinity.as_ref().is_some_and(looks_elsewhere),
        _ => false,
    }
}

fn class_matches(class: &str, requirement: &ScopedResourceSelectorRequirement) -> bool {
    let named = requirement.values.iter().flatten().any(|value| value == class);
    match requirement.operator.as_str() {
        "Exists" => !class.is_empty(),
        "DoesNotExist" => class.is_empty(),
        "In" => !class.is_empty() && named,
        "NotIn" => class.is_empty() || !named,
        _ => false,
    }
}

/// Whether a pod wants to be near or far from pods of other namespaces.
fn looks_elsewhere(affinity: &Affinity) -> bool {
    let elsewhere = |term: &PodAffinityTerm| term.namespaces.as_ref().is_some_and(|list| !list.is_empty()) || term.namespace_selector.is_some();
    let near = affinity.pod_affinity.as_ref().map(|part| {
        (&part.required_during_scheduling_ignored_during_execution, &part.preferred_during_scheduling_ignored_during_execution)
    });
    let far = affinity.pod_anti_affinity.as_ref().map(|part| {
        (&part.required_during_scheduling_ignored_during_execution, &part.preferred_during_scheduling_ignored_during_execution)
    });
    near.into_iter().chain(far).any(|(required, preferred)| {
        required.iter().flatten().any(elsewhere) || preferred.iter().flatten().any(|term| elsewhere(&term.pod_affinity_term))
    })
}

#[cfg(test)]
mod tests {
    use podarium_api::Kind;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_pod_must_be_in_every_scope() {
        let best_effort = json!({"containers": [{"name": "a"}]});
        let urgent = json!({"priorityClassName": "high", "activeDeadlineSeconds": 5, "containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}}]});
        let selector = |operator: &str, values: Value| json!({"scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": operator, "values": values}]}});
        let cases = [
            (json!({}), true, true),
            (json!({"scopes": ["BestEffort"]}), true, false),
            (json!({"scopes": ["NotBestEffort", "Terminating"]}), false, true),
            (json!({"scopes": ["NotTerminating"]}), true, false),
            (json!({"scopes": ["PriorityClass"]}), false, true),
            (selector("In", json!(["high", "low"])), false, true),
            (selector("NotIn", json!(["high"])), true, false),
            (selector("DoesNotExist", json!([])), true, false),
        ];
        for (spec, first, second) in cases {
            let quota: ResourceQuota = serde_json::from_value(json!({"spec": spec})).unwrap();
            let within = |pod: &Value| in_scope(&quota, &Kind::Pod.parse(json!({"spec": pod})).unwrap());
            assert_eq!((within(&best_effort), within(&urgent)), (first, second), "{spec}");
        }
    }
}
