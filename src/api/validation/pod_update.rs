//! What may change in a pod: hardly anything but images, a shorter deadline and further tolerations.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePodUpdate), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, NodeAffinity, NodeSelectorTerm, PodSpec, Toleration};
use serde_json::json;

use super::{go_dump, list, metadata, pod, pod_annotations, scheduling, text};
use crate::field::{FieldError, Path};
use crate::{Pod, name_rules};

const MUTABLE: &str = "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

pub(crate) fn validate(new: &Pod, old: &Pod) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(pod::metadata_and_spec(new));
    errors.extend(pod_annotations::update(new, old, &Path::new("metadata").child("annotations")));
    let path = Path::new("spec");
    let lists = [
        ("containers", new.spec.containers.as_slice(), old.spec.containers.as_slice()),
        ("initContainers", list(&new.spec.init_containers), list(&old.spec.init_containers)),
    ];
    for (name, new, old) in lists {
        let path = path.child(name);
        if new.len() != old.len() {
            errors.push(FieldError::forbidden(path, "pod updates may not add or remove containers"));
            return errors;
        }
        errors.extend(images(new, &path));
    }
    if let Some(error) = deadline(&new.spec, &old.spec, &path.child("activeDeadlineSeconds")) {
        let is_dropped = new.spec.active_deadline_seconds.is_none();
        errors.push(error);
        if !is_dropped {
            return errors;
        }
    }
    errors.extend(added_tolerations(list(&new.spec.tolerations), list(&old.spec.tolerations), &path.child("tolerations")));
    let gates = list(&new.spec.scheduling_gates).iter().enumerate();
    for (index, gate) in gates.filter(|(_, gate)| !list(&old.spec.scheduling_gates).contains(gate)) {
        let why = format!("only deletion is allowed, but found new scheduling gate '{}'", gate.name);
        errors.push(FieldError::forbidden(path.child("schedulingGates").index(index).child("name"), why));
    }
    if !Arc::ptr_eq(&new.spec, &old.spec) && new.spec != old.spec {
        let old = old.spec.whole();
        let mut rest = with_old_mutable_fields(&new.spec.whole(), &old);
        let mut kept = vec!["spec.tolerations", "spec.schedulingGates"];
        if !list(&old.scheduling_gates).is_empty() {
            errors.extend(narrowed(&mut rest, &old, &path, &mut kept));
        }
        if rest != old {
            let error = FieldError::forbidden(path, format!("pod updates may not change fields other than {MUTABLE}\n"));
            errors.push(error.with_difference("PodSpec", go_dump::pod_spec(&old), go_dump::pod_spec(&rest), kept));
        }
    }
    errors
}

fn images(containers: &[Container], path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (index, container) in containers.iter().enumerate() {
        let (field, image) = (path.index(index).child("image"), text(&container.image));
        if image.is_empty() {
            errors.push(FieldError::required(&field, ""));
        }
        if image.trim() != image {
            errors.push(FieldError::invalid(&field, image, "must not have leading or trailing whitespace"));
        }
    }
    errors
}

/// A deadline may be set or shortened, but neither moved out nor dropped.
fn deadline(new: &PodSpec, old: &PodSpec, path: &Path) -> Option<FieldError> {
    let most = i64::from(i32::MAX);
    match (new.active_deadline_seconds, old.active_deadline_seconds) {
        (Some(new), _) if !(0..=most).contains(&new) => Some(FieldError::invalid(path, new, name_rules::inclusive_range(0, most))),
        (Some(new), Some(old)) if old < new => Some(FieldError::invalid(path, new, "must be less than or equal to previous value")),
        (None, Some(_)) => Some(FieldError::invalid(path, json!(null), "must not update from a positive integer to nil value")),
        _ => None,
    }
}

fn added_tolerations(new: &[Toleration], old: &[Toleration], path: &Path) -> Vec<FieldError> {
    let kept = |old: &Toleration| {
        new.iter().any(|new| Toleration { toleration_seconds: new.toleration_seconds, ..old.clone() } == *new)
    };
    if !old.iter().all(kept) {
        return vec![FieldError::forbidden(path, "existing toleration can not be modified except its tolerationSeconds")];
    }
    scheduling::tolerations(new, path)
}

/// The new spec with the old values wherever a change is allowed; what differs now is forbidden.
fn with_old_mutable_fields(new: &PodSpec, old: &PodSpec) -> PodSpec {
    let mut rest = new.clone();
    for (container, old) in rest.containers.iter_mut().zip(&old.containers) {
        container.image.clone_from(&old.image);
    }
    for (container, old) in rest.init_containers.iter_mut().flatten().zip(list(&old.init_containers)) {
        container.image.clone_from(&old.image);
    }
    rest.active_deadline_seconds = old.active_deadline_seconds;
    rest.scheduling_gates.clone_from(&old.scheduling_gates);
    rest.tolerations.clone_from(&old.tolerations);
    if old.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0) && rest.termination_grace_period_seconds == Some(1) {
        rest.termination_grace_period_seconds = old.termination_grace_period_seconds;
    }
    rest
}

/// A gated pod may be sent to fewer nodes than before. What is allowed of that is put back in `rest`.
fn narrowed(rest: &mut PodSpec, old: &PodSpec, path: &Path, stays: &mut Vec<&str>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if rest.node_selector != old.node_selector {
        let kept = |(key, value): (&String, &String)| rest.node_selector.as_ref().is_some_and(|new| new.get(key) == Some(value));
        if !old.node_selector.iter().flatten().all(kept) {
            let why = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
            errors.push(FieldError::invalid(path.child("nodeSelector"), json!(rest.node_selector), why));
        }
        rest.node_selector.clone_from(&old.node_selector);
        stays.push("spec.nodeSelector");
    }
    let of_nodes = |spec: &PodSpec| spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.clone());
    let (new_affinity, old_affinity) = (of_nodes(rest), of_nodes(old));
    if new_affinity == old_affinity {
        return errors;
    }
    stays.push("spec.affinity.nodeAffinity");
    errors.extend(narrowed_affinity(new_affinity.as_ref(), old_affinity.as_ref(), &path.child("affinity").child("nodeAffinity")));
    match &mut rest.affinity {
        Some(affinity) if old.affinity.is_none() && affinity.pod_affinity.is_none() && affinity.pod_anti_affinity.is_none() => rest.affinity = None,
        affinity => affinity.get_or_insert_default().node_affinity = old_affinity,
    }
    errors
}

fn narrowed_affinity(new: Option<&NodeAffinity>, old: Option<&NodeAffinity>, path: &Path) -> Vec<FieldError> {
    let terms = |affinity: Option<&NodeAffinity>| {
        let selector = affinity.and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref());
        selector.map(|selector| selector.node_selector_terms.clone())
    };
    let path = path.child("requiredDuringSchedulingIgnoredDuringExecution").child("nodeSelectorTerms");
    let Some(old) = terms(old) else { return Vec::new() };
    let given = terms(new);
    let new = given.clone().unwrap_or_default();
    if !old.is_empty() && old.len() != new.len() {
        let why = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
        return vec![FieldError::invalid(path, json!(given), why).of_structs("NodeSelectorTerm")];
    }
    let only_added = |new: &NodeSelectorTerm, old: &NodeSelectorTerm| {
        let (labels, fields) = (list(&new.match_expressions), list(&new.match_fields));
        let (old_labels, old_fields) = (list(&old.match_expressions), list(&old.match_fields));
        let was_empty = old_labels.is_empty() && old_fields.is_empty();
        labels.starts_with(old_labels) && fields.starts_with(old_fields) && !(was_empty && !(labels.is_empty() && fields.is_empty()))
    };
    let pairs = new.iter().zip(&old).enumerate().filter(|(_, (new, old))| !only_added(new, old));
    let why = "only additions are allowed (no mutations or deletions)";
    pairs.map(|(index, (new, _))| FieldError::invalid(path.index(index), json!(new), why).of_struct("NodeSelectorTerm")).collect()
}
