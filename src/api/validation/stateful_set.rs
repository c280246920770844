//! StatefulSets: their names end up in host names, and most of their spec stays as it was created.
//!
//! Models: pkg/apis/apps/validation/validation.go (ValidateStatefulSet…), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::apps::v1::{StatefulSetSpec, StatefulSetUpdateStrategy};
use k8s_openapi::api::core::v1::{PersistentVolumeClaimVolumeSource, PodTemplateSpec, Volume};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;

use super::workload::{count_or_percent, more_than_all, number, parts_of, shown};
use super::{invalid_each, list, metadata, nonnegative, persistent_volume_claim, pod, text};
use crate::field::{FieldError, Path};
use crate::{StatefulSet, name_rules};

/// What an update does not look at again.
#[derive(Clone, Copy, Default)]
struct Lenient {
    service_name: bool,
    template: bool,
    claims: bool,
}

pub(crate) fn create(set: &StatefulSet) -> Vec<FieldError> {
    let mut errors = metadata::validate(&set.metadata, true, metadata::LABEL);
    errors.extend(spec(&set.spec, Lenient::default()));
    errors
}

pub(crate) fn update(new: &StatefulSet, old: &StatefulSet) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    let mut lenient = Lenient { service_name: true, claims: true, template: false };
    lenient.template = !spec(&old.spec, lenient).is_empty();
    errors.extend(spec(&new.spec, lenient));
    let changeable = StatefulSetSpec {
        replicas: old.spec.replicas,
        template: old.spec.template.clone(),
        update_strategy: old.spec.update_strategy.clone(),
        min_ready_seconds: old.spec.min_ready_seconds,
        ordinals: old.spec.ordinals.clone(),
        revision_history_limit: old.spec.revision_history_limit,
        persistent_volume_claim_retention_policy: old.spec.persistent_volume_claim_retention_policy.clone(),
        ..(*new.spec).clone()
    };
    if changeable != *old.spec {
        let why = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
                   'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
        errors.push(FieldError::forbidden(Path::new("spec"), why));
    }
    errors
}

pub(crate) fn status_update(new: &StatefulSet, old: &StatefulSet) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("status");
    let status = &new.status;
    let parts = [
        ("readyReplicas", status.ready_replicas), ("currentReplicas", status.current_replicas),
        ("updatedReplicas", status.updated_replicas), ("availableReplicas", status.available_replicas),
    ];
    nonnegative(&mut errors, &path.child("replicas"), status.replicas);
    for (name, count) in parts {
        nonnegative(&mut errors, &path.child(name), count.unwrap_or(0));
    }
    nonnegative(&mut errors, &path.child("observedGeneration"), status.observed_generation.unwrap_or(0));
    nonnegative(&mut errors, &path.child("collisionCount"), status.collision_count.unwrap_or(0));
    errors.extend(parts_of(&parts, status.replicas, &path));
    let (available, ready) = (status.available_replicas.unwrap_or(0), status.ready_replicas.unwrap_or(0));
    if available > ready {
        let why = "cannot be greater than status.readyReplicas";
        errors.push(FieldError::invalid(path.child("availableReplicas"), available, why));
    }
    errors.extend(metadata::validate_update(&new.metadata, &old.metadata));
    let collisions = status.collision_count.unwrap_or(0);
    if collisions < old.status.collision_count.unwrap_or(0) {
        errors.push(FieldError::invalid(path.child("collisionCount"), collisions, "cannot be decremented"));
    }
    errors
}

fn spec(spec: &StatefulSetSpec, lenient: Lenient) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    match text(&spec.pod_management_policy) {
        "" => errors.push(FieldError::required(path.child("podManagementPolicy"), "")),
        "OrderedReady" | "Parallel" => {}
        policy => {
            let why = "must be 'OrderedReady' or 'Parallel'";
            errors.push(FieldError::invalid(path.child("podManagementPolicy"), policy, why));
        }
    }
    errors.extend(strategy(&spec.update_strategy.clone().unwrap_or_default(), &path.child("updateStrategy")));
    if let Some(retention) = &spec.persistent_volume_claim_retention_policy {
        let path = path.child("persistentVolumeClaimRetentionPolicy");
        for (name, policy) in [("whenDeleted", &retention.when_deleted), ("whenScaled", &retention.when_scaled)] {
            if !matches!(text(policy), "Retain" | "Delete") {
                errors.push(FieldError::not_supported(path.child(name), text(policy), &["Retain", "Delete"]));
            }
        }
    }
    if !lenient.claims {
        for (index, template) in list(&spec.volume_claim_templates).iter().enumerate() {
            let path = path.child("volumeClaimTemplates").index(index).child("spec");
            errors.extend(persistent_volume_claim::spec(&template.spec.clone().unwrap_or_default(), &path));
        }
    }
    nonnegative(&mut errors, &path.child("replicas"), spec.replicas.unwrap_or(0));
    nonnegative(&mut errors, &path.child("minReadySeconds"), spec.min_ready_seconds.unwrap_or(0));
    let start = spec.ordinals.as_ref().and_then(|ordinals| ordinals.start).unwrap_or(0);
    nonnegative(&mut errors, &path.child("ordinals.start"), start);
    let service = text(&spec.service_name);
    if !lenient.service_name && !service.is_empty() {
        invalid_each(&mut errors, &path.child("serviceName"), service, name_rules::dns1123_label(service));
    }
    errors.extend(selector_and_template(spec, lenient, &path));
    let pod = spec.template.spec.clone().unwrap_or_default();
    let path = path.child("template").child("spec");
    if text(&pod.restart_policy) != "Always" {
        errors.push(FieldError::not_supported(path.child("restartPolicy"), text(&pod.restart_policy), &["Always"]));
    }
    if pod.active_deadline_seconds.is_some() {
        let why = "activeDeadlineSeconds in StatefulSet is not Supported";
        errors.push(FieldError::forbidden(path.child("activeDeadlineSeconds"), why));
    }
    errors
}

fn selector_and_template(spec: &StatefulSetSpec, lenient: Lenient, path: &Path) -> Vec<FieldError> {
    let (mut errors, matcher) = super::workload::selector(&spec.selector, &path.child("selector"), "statefulset", "");
    let Some(matcher) = matcher else { return errors };
    let path = path.child("template");
    let labels = spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    if !matcher.is_empty() && !matcher.matches(labels) {
        let why = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid(path.child("metadata").child("labels"), json!(labels), why));
    }
    if !lenient.template {
        errors.extend(pod::template(&as_the_controller_makes_it(spec), &path));
    }
    errors.extend(pod::template_metadata(&spec.template, &path));
    errors
}

/// Names come from the set and volumes from the claims, whatever the template says.
fn as_the_controller_makes_it(spec: &StatefulSetSpec) -> PodTemplateSpec {
    let mut template = spec.template.clone();
    let Some(pod) = &mut template.spec else { return template };
    (pod.subdomain, pod.hostname) = (None, None);
    let claims = list(&spec.volume_claim_templates);
    if !claims.is_empty() {
        let mut names: Vec<&str> = claims.iter().map(|claim| text(&claim.metadata.name)).collect();
        names.sort_unstable();
        names.dedup();
        let own = pod.volumes.take().unwrap_or_default().into_iter().filter(|volume| !names.contains(&volume.name.as_str()));
        let from_claims = names.iter().map(|name| Volume {
            name: (*name).to_owned(),
            persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource { claim_name: (*name).to_owned(), read_only: None }),
            ..Volume::default()
        });
        pod.volumes = Some(from_claims.chain(own).collect());
    }
    template
}

fn strategy(strategy: &StatefulSetUpdateStrategy, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let rolling = strategy.rolling_update.as_ref();
    let in_go = rolling.map_or_else(
        || "null".to_owned(),
        |rolling| format!("{{\"Partition\":{},\"MaxUnavailable\":{}}}", rolling.partition.unwrap_or(0), json!(rolling.max_unavailable)),
    );
    match text(&strategy.type_) {
        "" => errors.push(FieldError::required(path, "")),
        "OnDelete" if rolling.is_some() => {
            let why = "only allowed for updateStrategy 'RollingUpdate'";
            errors.push(FieldError::invalid(path.child("rollingUpdate"), json!(rolling), why).shown_as(in_go));
        }
        "OnDelete" => {}
        "RollingUpdate" => {
            let Some(rolling) = rolling else { return errors };
            let path = path.child("rollingUpdate");
            nonnegative(&mut errors, &path.child("partition"), rolling.partition.unwrap_or(0));
            if let Some(most) = &rolling.max_unavailable {
                errors.extend(max_unavailable(most, &path.child("maxUnavailable")));
            }
        }
        type_ => {
            let shown = format!("{{\"Type\":{},\"RollingUpdate\":{in_go}}}", json!(type_));
            errors.push(FieldError::invalid(path, type_, "must be 'RollingUpdate' or 'OnDelete'").shown_as(shown));
        }
    }
    errors
}

fn max_unavailable(most: &IntOrString, path: &Path) -> Vec<FieldError> {
    let mut errors = count_or_percent(most, path);
    if number(most) == 0 {
        errors.push(FieldError::invalid(path, shown(most), "cannot be 0"));
    }
    errors.extend(more_than_all(most, path));
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Strategy as _;

    fn set(change: serde_json::Value) -> StatefulSet {
        let mut object = json!({"metadata": {"name": "abc", "namespace": "default", "resourceVersion": "1"},
            "spec": {"replicas": 3, "serviceName": "svc", "selector": {"matchLabels": {"a": "b"}},
                "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}});
        json_patch::merge(&mut object, &change);
        let mut set: StatefulSet = serde_json::from_value(object).unwrap();
        set.set_defaults();
        set
    }

    fn texts(errors: &[FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn new_sets_are_refused_field_by_field() {
        let claim = |requests: serde_json::Value| json!([{"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": requests}}}]);
        let label = "must not contain dots";
        let cases = [
            (json!({"spec": {"podManagementPolicy": "Parallel"}}), vec![]),
            (json!({"metadata": {"name": "abc.123"}}), vec![format!("metadata.name: Invalid value: \"abc.123\": {label}")]),
            (json!({"spec": {"serviceName": "foo.bar"}}), vec![format!("spec.serviceName: Invalid value: \"foo.bar\": {label}")]),
            (json!({"spec": {"podManagementPolicy": "x"}}), vec!["spec.podManagementPolicy: Invalid value: \"x\": must be 'OrderedReady' or 'Parallel'".to_owned()]),
            (json!({"spec": {"updateStrategy": {"type": "x"}}}),
                vec!["spec.updateStrategy: Invalid value: {\"Type\":\"x\",\"RollingUpdate\":null}: must be 'RollingUpdate' or 'OnDelete'".to_owned()]),
            (json!({"spec": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": {"partition": 1}}}}),
                vec!["spec.updateStrategy.rollingUpdate: Invalid value: {\"Partition\":1,\"MaxUnavailable\":null}: only allowed for updateStrategy 'RollingUpdate'".to_owned()]),
            (json!({"spec": {"updateStrategy": {"rollingUpdate": {"partition": -1}}}}),
                vec!["spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0".to_owned()]),
            (json!({"spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "0%"}}}}),
                vec!["spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": cannot be 0".to_owned()]),
            (json!({"spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "101%"}}}}),
                vec!["spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%".to_owned()]),
            (json!({"spec": {"ordinals": {"start": -2}}}), vec!["spec.ordinals.start: Invalid value: -2: must be greater than or equal to 0".to_owned()]),
            (json!({"spec": {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "x"}}}),
                vec!["spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: \"x\": supported values: \"Retain\", \"Delete\"".to_owned()]),
            (json!({"spec": {"volumeClaimTemplates": claim(json!({}))}}), vec!["spec.volumeClaimTemplates[0].spec.resources[storage]: Required value".to_owned()]),
            (json!({"spec": {"volumeClaimTemplates": claim(json!({"storage": "1Gi"}))}}), vec![]),
            (json!({"spec": {"selector": {"matchLabels": {"a": "c"}}}}),
                vec!["spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`".to_owned()]),
            (json!({"spec": {"template": {"spec": {"activeDeadlineSeconds": 5}}}}),
                vec!["spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported".to_owned()]),
        ];
        for (change, wanted) in cases {
            assert_eq!(texts(&create(&set(change.clone()))), wanted, "{change}");
        }
    }

    #[test]
    fn a_missing_selector_and_an_empty_one_are_two_faults() {
        let spec = |selector: &str| format!("{{\"metadata\": {{\"name\": \"abc\", \"namespace\": \"default\"}}, \"spec\": {{{selector} \"template\": {{\"metadata\": {{\"labels\": {{\"a\": \"b\"}}}}, \"spec\": {{\"containers\": [{{\"name\": \"c\", \"image\": \"i\"}}]}}}}}}}}");
        let faults = |body: String| {
            let mut object = crate::decode::decode_bytes(crate::Kind::StatefulSet, body.as_bytes()).unwrap().object;
            object.set_defaults();
            texts(&object.validate())
        };
        assert_eq!(faults(spec("")), [
            "spec.selector: Required value",
            "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`",
        ]);
        assert_eq!(faults(spec("\"selector\": {},")), ["spec.selector: Invalid value: {}: empty selector is invalid for statefulset"]);
    }

    #[test]
    fn most_of_the_spec_stays_as_it_was_created() {
        let forbidden = "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
        let cases = [
            (json!({"spec": {"replicas": 5, "minReadySeconds": 3, "ordinals": {"start": 1}, "revisionHistoryLimit": 2}}), vec![]),
            (json!({"spec": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": null}}}), vec![]),
            (json!({"spec": {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"}}}), vec![]),
            (json!({"spec": {"serviceName": "other"}}), vec![forbidden]),
            (json!({"spec": {"podManagementPolicy": "Parallel"}}), vec![forbidden]),
            (json!({"spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}}), vec![forbidden]),
            (json!({"spec": {"selector": {"matchLabels": {"c": "d"}}, "template": {"metadata": {"labels": {"c": "d"}}}}}), vec![forbidden]),
        ];
        for (change, wanted) in cases {
            assert_eq!(texts(&update(&set(change.clone()), &set(json!({})))), wanted, "{change}");
        }
    }
}
