//! What the server writes into a pod when it is created, beyond defaults: values of the pod's own labels into selectors, and
//! old annotations of AppArmor into fields.
//!
//! Worked example: `matchLabelKeys: [pod-template-hash]` of a pod with the label `pod-template-hash: abc` becomes the further
//! requirement `pod-template-hash in (abc)`, so a Deployment spreads each revision by itself.
//!
//! Models: pkg/registry/core/pod/strategy.go (PrepareForCreate), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, PodAffinityTerm, PodSpec, WeightedPodAffinityTerm};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use super::features;
use crate::validation::pod_annotations::{APP_ARMOR, app_armor_profile};
use crate::{ObjectMeta, Pod};

/// Whether there may be anything to write, so that a spec that is shared between pods stays shared.
pub(crate) fn applies_to(pod: &Pod) -> bool {
    let annotated = || pod.metadata.annotations.iter().flatten().any(|(key, _)| key.starts_with(APP_ARMOR));
    pod.spec.affinity.is_some() || pod.spec.topology_spread_constraints.is_some() || annotated() || features::is_affected(&pod.spec)
}

pub(crate) fn complete(spec: &mut PodSpec, meta: &ObjectMeta) {
    features::drop_from_pod(spec);
    let empty = BTreeMap::new();
    let labels = meta.labels.as_ref().unwrap_or(&empty);
    if let Some(affinity) = &mut spec.affinity {
        if let Some(own) = &mut affinity.pod_affinity {
            let wishes = &mut own.preferred_during_scheduling_ignored_during_execution;
            complete_terms(&mut own.required_during_scheduling_ignored_during_execution, wishes, labels);
        }
        if let Some(own) = &mut affinity.pod_anti_affinity {
            let wishes = &mut own.preferred_during_scheduling_ignored_during_execution;
            complete_terms(&mut own.required_during_scheduling_ignored_during_execution, wishes, labels);
        }
    }
    for constraint in spec.topology_spread_constraints.iter_mut().flatten() {
        let keys = constraint.match_label_keys.as_deref().unwrap_or_default();
        add_requirements(&mut constraint.label_selector, keys, "In", labels);
    }
    complete_app_armor(spec, meta);
}

fn complete_terms(musts: &mut Option<Vec<PodAffinityTerm>>, wishes: &mut Option<Vec<WeightedPodAffinityTerm>>, labels: &BTreeMap<String, String>) {
    let wishes = wishes.iter_mut().flatten().map(|wish| &mut wish.pod_affinity_term);
    for term in musts.iter_mut().flatten().chain(wishes) {
        add_requirements(&mut term.label_selector, term.match_label_keys.as_deref().unwrap_or_default(), "In", labels);
        add_requirements(&mut term.label_selector, term.mismatch_label_keys.as_deref().unwrap_or_default(), "NotIn", labels);
    }
}

fn add_requirements(selector: &mut Option<LabelSelector>, keys: &[String], operator: &str, labels: &BTreeMap<String, String>) {
    let Some(selector) = selector else { return };
    for key in keys {
        let Some(value) = labels.get(key) else { continue };
        selector.match_expressions.get_or_insert_default().push(LabelSelectorRequirement {
            key: key.clone(),
            operator: operator.to_owned(),
            values: Some(vec![value.clone()]),
        });
    }
}

fn complete_app_armor(spec: &mut PodSpec, meta: &ObjectMeta) {
    let Some(annotations) = meta.annotations.as_ref().filter(|_| spec.os.as_ref().is_none_or(|os| os.name != "windows")) else { return };
    let of_pod = spec.security_context.as_ref().and_then(|context| context.app_armor_profile.clone());
    let fill = |container: &mut Container| {
        let has_field = container.security_context.as_ref().is_some_and(|context| context.app_armor_profile.is_some());
        let profile = annotations.get(&format!("{APP_ARMOR}{}", container.name)).and_then(|annotation| app_armor_profile(annotation));
        // The server lets no padded name in by this way.
        let good = profile.as_ref().is_some_and(|profile| profile.localhost_profile.as_deref().is_none_or(|name| name.trim() == name));
        if !has_field && good && profile != of_pod {
            container.security_context.get_or_insert_default().app_armor_profile = profile;
        }
    };
    spec.init_containers.iter_mut().flatten().chain(&mut spec.containers).for_each(fill);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_of_the_pods_labels_become_requirements() {
        let term = json!({"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "a"}}, "matchLabelKeys": ["hash", "other"], "mismatchLabelKeys": ["team"]});
        let mut spec: PodSpec = serde_json::from_value(json!({
            "containers": [],
            "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}},
            "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "matchLabelKeys": ["hash"]}]
        }))
        .unwrap();
        let labels = BTreeMap::from([("hash".to_owned(), "1".to_owned()), ("team".to_owned(), "red".to_owned())]);
        complete(&mut spec, &ObjectMeta { labels: Some(labels), ..Default::default() });
        let spec = json!(spec);
        assert_eq!(
            spec.pointer("/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/labelSelector/matchExpressions").unwrap(),
            &json!([{"key": "hash", "operator": "In", "values": ["1"]}, {"key": "team", "operator": "NotIn", "values": ["red"]}])
        );
        // Without a selector there is nothing to add to.
        assert!(spec.pointer("/topologySpreadConstraints/0/labelSelector").is_none());
    }
}
