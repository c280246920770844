//! Jobs: how many pods, how they may fail, and the selector that the server makes.
//!
//! Models: pkg/apis/batch/validation/validation.go (ValidateJob, ValidateJobUpdate), pkg/registry/batch/job/strategy.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::batch::v1::JobSpec;
use k8s_openapi::api::core::v1::{Affinity, PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector as RawSelector;
use serde_json::json;

use super::{go_dump, job_policies, job_status, list, metadata, nonnegative, pod, text};
use crate::field::{FieldError, Path};
use crate::selector::LabelSelector;
use crate::{Job, name_rules};

pub(crate) const NAME_LABEL: &str = "batch.kubernetes.io/job-name";
pub(crate) const UID_LABEL: &str = "batch.kubernetes.io/controller-uid";
pub(crate) const LEGACY_NAME_LABEL: &str = "job-name";
pub(crate) const LEGACY_UID_LABEL: &str = "controller-uid";

const MAX_INDEXED_PARALLELISM: i32 = 100_000;
const MAX_FAILED_INDEXES: i32 = 100_000;
/// Above so many completions the limits per index are tighter.
const MANY_COMPLETIONS: i32 = 100_000;
const LIMIT_FOR_MANY_COMPLETIONS: i32 = 10_000;
const MAX_MANAGED_BY: usize = 63;

pub(crate) fn validate(job: &Job) -> Vec<FieldError> {
    whole(job, true)
}

pub(crate) fn validate_update(new: &Job, old: &Job) -> Vec<FieldError> {
    let labels = old.spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    let had = |label: &str| labels.is_some_and(|labels| labels.contains_key(label));
    let mut errors = whole(new, had(NAME_LABEL) && had(UID_LABEL));
    errors.extend(metadata::validate_update(&new.metadata, &old.metadata));
    errors.extend(update_of_spec(&new.spec, old));
    errors
}

fn whole(job: &Job, prefixed_labels: bool) -> Vec<FieldError> {
    let mut errors = metadata::validate(&job.metadata, true, metadata::SUBDOMAIN);
    errors.extend(generated_selector(job, prefixed_labels));
    let path = Path::new("spec");
    errors.extend(spec_and_selector(&job.spec, &path));
    let name = text(&job.metadata.name);
    if is_indexed(&job.spec) && let Some(completions) = job.spec.completions.filter(|count| *count > 0) {
        // Pods are named after their index as hosts are.
        let longest = format!("{name}-{}", completions - 1);
        if !name_rules::dns1123_label(&longest).is_empty() {
            let why = format!("will not able to create pod with invalid DNS label: {longest}");
            errors.push(FieldError::invalid("metadata.name", name, why));
        }
    }
    errors
}

pub(super) fn is_indexed(spec: &JobSpec) -> bool {
    spec.completion_mode.as_deref() == Some("Indexed")
}

/// Where the server makes the selector, the labels that it selects by must be on the template.
fn generated_selector(job: &Job, prefixed_labels: bool) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (uid, name) = (text(&job.metadata.uid), text(&job.metadata.name));
    let Some(selector) = job.spec.selector.as_ref().filter(|_| job.spec.manual_selector != Some(true)) else { return errors };
    if uid.is_empty() {
        errors.push(FieldError::required("metadata.uid", ""));
    }
    let mut expected = vec![(LEGACY_UID_LABEL, uid), (LEGACY_NAME_LABEL, name)];
    if prefixed_labels {
        expected.extend([(UID_LABEL, uid), (NAME_LABEL, name)]);
    }
    let labels = job.spec.template.metadata.as_ref().and_then(|meta| meta.labels.clone()).unwrap_or_default();
    let path = Path::new("spec").child("template").child("metadata").child("labels");
    for (key, value) in &expected {
        let why = format!("must be '{value}'");
        match labels.get(*key) {
            None => errors.push(FieldError::required(path.key(key), why)),
            Some(found) if found != value => errors.push(FieldError::invalid(path.key(key), json!(labels), why)),
            Some(_) => {}
        }
    }
    let expected = expected.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    if LabelSelector::from_raw(Some(selector)).is_ok_and(|selector| !selector.matches(Some(&expected))) {
        errors.push(FieldError::invalid("spec.selector", json!(selector), "`selector` not auto-generated"));
    }
    errors
}

fn spec_and_selector(job: &JobSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = spec(job, path);
    match &job.selector {
        None => errors.push(FieldError::required(path.child("selector"), "")),
        Some(selector) => errors.extend(metadata::label_selector(Some(selector), &path.child("selector"))),
    }
    let labels = job.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    // A missing selector selects nothing.
    if LabelSelector::from_raw(job.selector.as_ref()).is_ok_and(|selector| job.selector.is_none() || !selector.matches(labels)) {
        let why = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid(path.child("template").child("metadata").child("labels"), json!(labels), why));
    }
    errors
}

/// All of a Job's spec but the selector, which the template of a CronJob does not have.
pub(super) fn spec(job: &JobSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let counts = [
        ("parallelism", job.parallelism.map(i64::from)), ("completions", job.completions.map(i64::from)),
        ("activeDeadlineSeconds", job.active_deadline_seconds), ("backoffLimit", job.backoff_limit.map(i64::from)),
        ("ttlSecondsAfterFinished", job.ttl_seconds_after_finished.map(i64::from)),
        ("backoffLimitPerIndex", job.backoff_limit_per_index.map(i64::from)),
        ("maxFailedIndexes", job.max_failed_indexes.map(i64::from)),
    ];
    for (name, count) in counts {
        nonnegative(&mut errors, &path.child(name), count.unwrap_or(0));
    }
    if job.max_failed_indexes.is_some() && job.backoff_limit_per_index.is_none() {
        errors.push(FieldError::required(path.child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
    }
    if let Some(managed_by) = &job.managed_by {
        let path = path.child("managedBy");
        errors.extend(domain_prefixed_path(managed_by, &path));
        if managed_by.len() > MAX_MANAGED_BY {
            errors.push(FieldError::too_long(path, MAX_MANAGED_BY));
        }
    }
    errors.extend(completion_mode(job, path));
    if let Some(policy) = &job.pod_failure_policy {
        errors.extend(job_policies::pod_failure(job, policy, &path.child("podFailurePolicy")));
    }
    if let Some(policy) = &job.success_policy {
        let path = path.child("successPolicy");
        if is_indexed(job) {
            errors.extend(job_policies::success(job, policy, &path));
        } else {
            errors.push(FieldError::invalid(path, json!(policy), "requires indexed completion mode").of_struct("SuccessPolicy"));
        }
    }
    errors.extend(replacement_policy(job, &path.child("podReplacementPolicy")));
    errors.extend(pod::template(&job.template, &path.child("template")));
    errors.extend(restart_policy(job, &path.child("template").child("spec").child("restartPolicy")));
    errors
}

fn completion_mode(job: &JobSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mode = job.completion_mode.as_deref();
    if let Some(mode) = mode.filter(|mode| !matches!(*mode, "NonIndexed" | "Indexed")) {
        errors.push(FieldError::not_supported(path.child("completionMode"), mode, &["NonIndexed", "Indexed"]));
    }
    if is_indexed(job) {
        errors.extend(indexed(job, path));
    }
    if matches!(mode, None | Some("NonIndexed")) {
        for (name, value) in [("backoffLimitPerIndex", job.backoff_limit_per_index), ("maxFailedIndexes", job.max_failed_indexes)] {
            errors.extend(value.map(|value| FieldError::invalid(path.child(name), value, "requires indexed completion mode")));
        }
    }
    errors
}

fn indexed(job: &JobSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (parallelism, completions) = (path.child("parallelism"), path.child("completions"));
    let max_failed = path.child("maxFailedIndexes");
    if job.completions.is_none() {
        errors.push(FieldError::required(completions, "when completion mode is Indexed"));
    }
    let above = |value: Option<i32>, limit: i32| value.filter(|value| *value > limit);
    if let Some(value) = above(job.parallelism, MAX_INDEXED_PARALLELISM) {
        let why = format!("must be less than or equal to {MAX_INDEXED_PARALLELISM} when completion mode is Indexed");
        errors.push(FieldError::invalid(&parallelism, value, why));
    }
    if let Some(value) = job.completions.and_then(|limit| above(job.max_failed_indexes, limit)) {
        errors.push(FieldError::invalid(&max_failed, value, "must be less than or equal to completions"));
    }
    if let Some(value) = above(job.max_failed_indexes, MAX_FAILED_INDEXES) {
        errors.push(FieldError::invalid(&max_failed, value, format!("must be less than or equal to {MAX_FAILED_INDEXES}")));
    }
    if above(job.completions, MANY_COMPLETIONS).is_some() && job.backoff_limit_per_index.is_some() {
        if job.max_failed_indexes.is_none() {
            errors.push(FieldError::required(&max_failed, format!("must be specified when completions is above {MANY_COMPLETIONS}")));
        }
        let why = format!("must be less than or equal to {LIMIT_FOR_MANY_COMPLETIONS} when completions are above {MANY_COMPLETIONS} and used with backoff limit per index");
        for (field, value) in [(&parallelism, job.parallelism), (&max_failed, job.max_failed_indexes)] {
            errors.extend(above(value, LIMIT_FOR_MANY_COMPLETIONS).map(|value| FieldError::invalid(field, value, why.as_str())));
        }
    }
    errors
}

/// With a failure policy only pods that have ended are replaced, since the policy looks at how they ended.
fn replacement_policy(job: &JobSpec, path: &Path) -> Option<FieldError> {
    let policy = job.pod_replacement_policy.as_deref()?;
    let supported: &[&str] = if job.pod_failure_policy.is_some() { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] };
    (!supported.contains(&policy)).then(|| FieldError::not_supported(path, policy, supported))
}

fn restart_policy(job: &JobSpec, path: &Path) -> Option<FieldError> {
    match job.template.spec.as_ref().and_then(|spec| spec.restart_policy.as_deref()).unwrap_or_default() {
        "Always" | "" => Some(FieldError::required(path, "valid values: \"OnFailure\", \"Never\"")),
        "Never" => None,
        "OnFailure" => job.pod_failure_policy.as_ref().map(|_| {
            FieldError::invalid(path, "OnFailure", "only \"Never\" is supported when podFailurePolicy is specified")
        }),
        other => Some(FieldError::not_supported(path, other, &["OnFailure", "Never"])),
    }
}

/// `acme.io/foo`.
fn domain_prefixed_path(value: &str, path: &Path) -> Vec<FieldError> {
    if value.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let Some((host, rest)) = value.split_once('/').filter(|(host, rest)| !host.is_empty() && !rest.is_empty()) else {
        return vec![FieldError::invalid(path, value, "must be a domain-prefixed path (such as \"acme.io/foo\")")];
    };
    let mut errors = Vec::new();
    super::invalid_each(&mut errors, path, host, name_rules::dns1123_subdomain(host));
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte);
    if !rest.bytes().all(allowed) {
        let why = name_rules::regex_error("Invalid path", "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+", &[]);
        errors.push(FieldError::invalid(path, rest, why));
    }
    errors
}

fn update_of_spec(new: &JobSpec, old_job: &Job) -> Vec<FieldError> {
    let path = Path::new("spec");
    let old = &old_job.spec;
    let mut errors = spec_and_selector(new, &path);
    errors.extend(completions(new, old, &path));
    errors.extend(metadata::immutable(&json!(new.selector), &json!(old.selector), &path.child("selector")));
    errors.extend(template_update(&new.template, old_job, &path));
    errors.extend(metadata::immutable(&json!(new.completion_mode), &json!(old.completion_mode), &path.child("completionMode")));
    if new.pod_failure_policy != old.pod_failure_policy {
        let error = FieldError::invalid(path.child("podFailurePolicy"), json!(new.pod_failure_policy), "field is immutable");
        errors.push(error.of_struct("PodFailurePolicy"));
    }
    let per_index = path.child("backoffLimitPerIndex");
    errors.extend(metadata::immutable(&json!(new.backoff_limit_per_index), &json!(old.backoff_limit_per_index), &per_index));
    errors.extend(metadata::immutable(&json!(new.managed_by), &json!(old.managed_by), &path.child("managedBy")));
    if new.success_policy != old.success_policy {
        errors.push(FieldError::invalid(path.child("successPolicy"), json!(new.success_policy), "field is immutable").of_struct("SuccessPolicy"));
    }
    errors
}

/// An Indexed Job can be scaled: completions and parallelism together.
fn completions(new: &JobSpec, old: &JobSpec, path: &Path) -> Option<FieldError> {
    let field = path.child("completions");
    if !is_indexed(new) {
        return metadata::immutable(&json!(new.completions), &json!(old.completions), &field);
    }
    let changed = new.completions.filter(|_| new.completions != old.completions)?;
    (Some(changed) != new.parallelism).then(|| FieldError::invalid(field, changed, "can only be modified in tandem with spec.parallelism"))
}

/// The template is fixed. But of a suspended Job without pods the resources may change, and where its pods go to.
fn template_update(new: &PodTemplateSpec, old_job: &Job, path: &Path) -> Option<FieldError> {
    let mut old = old_job.spec.template.clone();
    let may_change = job_status::may_change_template(old_job);
    if may_change {
        take_scheduling(&mut old, new);
    }
    if !may_change || old_job.spec.suspend != Some(true) {
        let changed = !same_template(new, &old);
        let error = || FieldError::invalid(path.child("template"), go_dump::template(new), "field is immutable").of_struct("PodTemplateSpec");
        return changed.then(error);
    }
    let new = new.spec.clone().unwrap_or_default();
    let mut old = old.spec.unwrap_or_default();
    take_resources(&mut old, &new);
    let changed = json!(new) != json!(old);
    changed.then(|| FieldError::invalid(path.child("template.spec"), go_dump::pod_spec(&new), "field is immutable").of_struct("PodSpec"))
}

fn same_template(a: &PodTemplateSpec, b: &PodTemplateSpec) -> bool {
    let parts = |template: &PodTemplateSpec| (json!(template.metadata.clone().unwrap_or_default()), json!(template.spec.clone().unwrap_or_default()));
    parts(a) == parts(b)
}

fn take_scheduling(old: &mut PodTemplateSpec, new: &PodTemplateSpec) {
    let new_spec = new.spec.clone().unwrap_or_default();
    let spec = old.spec.get_or_insert_default();
    match (&new_spec.affinity, &mut spec.affinity) {
        (None, Some(affinity)) => {
            affinity.node_affinity = None;
            if *affinity == Affinity::default() {
                spec.affinity = None;
            }
        }
        (Some(affinity), None) => {
            spec.affinity = Some(Affinity { node_affinity: affinity.node_affinity.clone(), ..Affinity::default() });
        }
        (Some(new), Some(old)) => old.node_affinity.clone_from(&new.node_affinity),
        (None, None) => {}
    }
    spec.node_selector = new_spec.node_selector;
    spec.tolerations = new_spec.tolerations;
    spec.scheduling_gates = new_spec.scheduling_gates;
    let new_meta = new.metadata.clone().unwrap_or_default();
    let meta = old.metadata.get_or_insert_default();
    meta.annotations = new_meta.annotations;
    meta.labels = new_meta.labels;
}

fn take_resources(old: &mut PodSpec, new: &PodSpec) {
    let pairs = |old: &mut Vec<_>, new: &[k8s_openapi::api::core::v1::Container]| {
        if old.len() != new.len() {
            return;
        }
        let old: &mut Vec<k8s_openapi::api::core::v1::Container> = old;
        for (old, new) in old.iter_mut().zip(new).filter(|(old, new)| old.name == new.name) {
            old.resources.clone_from(&new.resources);
        }
    };
    pairs(&mut old.containers, &new.containers);
    if let Some(old) = &mut old.init_containers {
        pairs(old, list(&new.init_containers));
    }
}

/// The selector that the server makes for a Job that does not bring its own.
pub(crate) fn selector_of(uid: &str, selector: Option<RawSelector>) -> RawSelector {
    let mut selector = selector.unwrap_or_default();
    selector.match_labels.get_or_insert_default().entry(UID_LABEL.to_owned()).or_insert_with(|| uid.to_owned());
    selector
}
