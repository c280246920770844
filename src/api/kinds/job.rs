//! Work that has an end: pods that run until enough of them have succeeded.
//!
//! Models: pkg/registry/batch/job/strategy.go, pkg/apis/batch/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::batch::v1::{JobSpec, JobStatus};

use crate::defaults::{features, pod_spec};
use crate::field::{FieldError, Path};
use crate::validation::job::{LEGACY_NAME_LABEL, LEGACY_UID_LABEL, NAME_LABEL, UID_LABEL, selector_of};
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// Job.
    Job, "batch/v1", spec: JobSpec, status: JobStatus
}

/// What both a Job and the template in a CronJob get.
pub(crate) fn default_template(spec: &mut JobSpec) {
    pod_spec::default_template(&mut spec.template);
    for rule in spec.pod_failure_policy.iter_mut().flat_map(|policy| &mut policy.rules) {
        for pattern in rule.on_pod_conditions.iter_mut().flatten() {
            pod_spec::fill(&mut pattern.status, "True");
        }
    }
}

impl Strategy for Job {
    const INFO: ResourceInfo = ResourceInfo {
        group: "batch",
        version: "v1",
        kind: "Job",
        plural: "jobs",
        singular: "job",
        short_names: &[],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn orphans_dependents() -> bool {
        true
    }

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        vec![("status.successful", self.status.succeeded.unwrap_or(0).to_string())]
    }

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        default_template(spec);
        if spec.parallelism.is_none() {
            spec.completions.get_or_insert(1);
            spec.parallelism = Some(1);
        }
        let retries = if spec.backoff_limit_per_index.is_some() { i32::MAX } else { 6 };
        spec.backoff_limit.get_or_insert(retries);
        spec.completion_mode.get_or_insert_with(|| "NonIndexed".to_owned());
        spec.suspend.get_or_insert(false);
        let replace = if spec.pod_failure_policy.is_some() { "Failed" } else { "TerminatingOrFailed" };
        spec.pod_replacement_policy.get_or_insert_with(|| replace.to_owned());
        let manual = *spec.manual_selector.get_or_insert(false);
        // A Job without labels takes those of its template, once the server has added its own there.
        if manual || label(spec, LEGACY_UID_LABEL) {
            self.take_labels();
        }
    }

    fn prepare_for_create(&mut self) {
        if self.spec.template.spec.as_ref().is_some_and(features::is_affected) {
            features::drop_from_template(&mut Arc::make_mut(&mut self.spec).template);
        }
        self.metadata.generation = Some(1);
        self.status = Default::default();
        if self.spec.manual_selector == Some(true) {
            return;
        }
        let (name, uid) = (self.metadata.name.clone().unwrap_or_default(), self.metadata.uid.clone().unwrap_or_default());
        // The labels that the Job was given by default are the very map of the template, so they get the server's as well.
        let shared = self.spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref()).is_some_and(|labels| !labels.is_empty());
        let spec = Arc::make_mut(&mut self.spec);
        let labels = spec.template.metadata.get_or_insert_default().labels.get_or_insert_default();
        for (key, value) in [(LEGACY_NAME_LABEL, &name), (NAME_LABEL, &name), (LEGACY_UID_LABEL, &uid), (UID_LABEL, &uid)] {
            labels.entry(key.to_owned()).or_insert_with(|| value.clone());
        }
        spec.selector = Some(selector_of(&uid, spec.selector.take()));
        if shared {
            self.take_labels();
        }
    }

    fn prepare_for_update(&mut self, old: &Self) {
        if self.spec.template.spec.as_ref().is_some_and(features::is_affected) {
            features::drop_from_template(&mut Arc::make_mut(&mut self.spec).template);
        }
        self.status = Arc::clone(&old.status);
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::job::validate(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::job::validate_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::job_status::validate_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        warnings::job(self.metadata.name.as_deref().unwrap_or_default(), &self.spec, &Path::new("spec"))
    }

    fn columns() -> Vec<Column> {
        tables::batch::JOB.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::batch::job_row(self, now)
    }
}

fn label(spec: &JobSpec, key: &str) -> bool {
    spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref()).is_some_and(|labels| labels.contains_key(key))
}

impl Job {
    fn take_labels(&mut self) {
        if self.metadata.labels.as_ref().is_none_or(|labels| labels.is_empty()) {
            let labels = self.spec.template.metadata.as_ref().and_then(|meta| meta.labels.clone());
            self.metadata.labels = labels.filter(|labels| !labels.is_empty());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn job(spec: Value) -> Job {
        let mut job: Job = serde_json::from_value(json!({"metadata": {"name": "pi", "namespace": "n", "uid": "u1"}, "spec": spec})).unwrap();
        job.set_defaults();
        job.prepare_for_create();
        job
    }

    fn spec(change: Value) -> Value {
        let mut spec = json!({"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}});
        json_patch::merge(&mut spec, &change);
        spec
    }

    fn faults(job: &Job) -> Vec<String> {
        job.validate().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let cases = [
            (json!({}), (Some(1), Some(1), Some(6), "TerminatingOrFailed")),
            (json!({"parallelism": 3}), (None, Some(3), Some(6), "TerminatingOrFailed")),
            (json!({"completions": 3}), (Some(3), Some(1), Some(6), "TerminatingOrFailed")),
            (json!({"completionMode": "Indexed", "completions": 2, "backoffLimitPerIndex": 1}), (Some(2), Some(1), Some(i32::MAX), "TerminatingOrFailed")),
            (json!({"podFailurePolicy": {"rules": []}}), (Some(1), Some(1), Some(6), "Failed")),
        ];
        for (change, expected) in cases {
            let job = job(spec(change.clone()));
            let replace = job.spec.pod_replacement_policy.as_deref().unwrap_or_default();
            assert_eq!((job.spec.completions, job.spec.parallelism, job.spec.backoff_limit, replace), expected, "{change}");
        }
    }

    #[test]
    fn the_selector_is_made_and_the_labels_are_added() {
        let job = job(spec(json!({"template": {"metadata": {"labels": {"app": "x"}}}})));
        assert_eq!(json!(job.spec.selector), json!({"matchLabels": {"batch.kubernetes.io/controller-uid": "u1"}}));
        assert_eq!(
            json!(job.metadata.labels),
            json!({"app": "x", "batch.kubernetes.io/controller-uid": "u1", "batch.kubernetes.io/job-name": "pi", "controller-uid": "u1", "job-name": "pi"})
        );
        assert_eq!(faults(&job), Vec::<String>::new());
    }

    #[test]
    fn labels_of_ones_own_stay() {
        let mut own: Job = serde_json::from_value(json!({"metadata": {"name": "pi", "namespace": "n", "uid": "u1", "labels": {"app": "x"}}, "spec": spec(json!({}))})).unwrap();
        own.set_defaults();
        own.prepare_for_create();
        assert_eq!(json!(own.metadata.labels), json!({"app": "x"}));
    }

    #[test]
    fn faults_are_told_in_the_reference_words() {
        let rule = |rule: Value| json!({"podFailurePolicy": {"rules": [rule]}});
        let indexed = |more: Value| {
            let mut spec = json!({"completionMode": "Indexed", "completions": 5, "parallelism": 2});
            json_patch::merge(&mut spec, &more);
            spec
        };
        let cases = [
            (json!({"parallelism": -1}), vec!["spec.parallelism: Invalid value: -1: must be greater than or equal to 0"]),
            (json!({"completionMode": "Ordered"}), vec!["spec.completionMode: Unsupported value: \"Ordered\": supported values: \"NonIndexed\", \"Indexed\""]),
            (json!({"completionMode": "Indexed", "parallelism": 2}), vec!["spec.completions: Required value: when completion mode is Indexed"]),
            (json!({"backoffLimitPerIndex": 1}), vec!["spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"]),
            (indexed(json!({"maxFailedIndexes": 6})), vec![
                "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
                "spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions",
            ]),
            (json!({"managedBy": "nobody"}), vec!["spec.managedBy: Invalid value: \"nobody\": must be a domain-prefixed path (such as \"acme.io/foo\")"]),
            (json!({"template": {"spec": {"restartPolicy": "Always"}}}), vec!["spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""]),
            (json!({"template": {"spec": {"restartPolicy": "OnFailure"}}, "podFailurePolicy": {"rules": []}}), vec![
                "spec.template.spec.restartPolicy: Invalid value: \"OnFailure\": only \"Never\" is supported when podFailurePolicy is specified",
            ]),
            (json!({"podReplacementPolicy": "Soon"}), vec!["spec.podReplacementPolicy: Unsupported value: \"Soon\": supported values: \"Failed\", \"TerminatingOrFailed\""]),
            (json!({"podReplacementPolicy": "TerminatingOrFailed", "podFailurePolicy": {"rules": []}}), vec![
                "spec.podReplacementPolicy: Unsupported value: \"TerminatingOrFailed\": supported values: \"Failed\"",
            ]),
            (rule(json!({"action": "Ignore"})), vec!["spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required"]),
            (rule(json!({"action": "", "onExitCodes": {"operator": "In", "values": [0, 3, 3, 2]}})), vec![
                "spec.podFailurePolicy.rules[0].action: Required value: valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]",
                "spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator",
                "spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3",
                "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,3,3,2]: must be ordered",
            ]),
            (rule(json!({"action": "FailIndex", "onPodConditions": [{"type": "Disrupted!", "status": "Maybe"}]})), vec![
                "spec.podFailurePolicy.rules[0].action: Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to be set",
                "spec.podFailurePolicy.rules[0].onPodConditions[0].type: Invalid value: \"Disrupted!\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
                "spec.podFailurePolicy.rules[0].onPodConditions[0].status: Unsupported value: \"Maybe\": supported values: \"False\", \"True\", \"Unknown\"",
            ]),
            (json!({"successPolicy": {"rules": [{"succeededCount": 1}]}}), vec![
                "spec.successPolicy: Invalid value: {\"Rules\":[{\"SucceededIndexes\":null,\"SucceededCount\":1}]}: requires indexed completion mode",
            ]),
            (indexed(json!({"successPolicy": {"rules": []}})), vec!["spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified"]),
            (indexed(json!({"successPolicy": {"rules": [{}, {"succeededIndexes": "0-1,9", "succeededCount": 6}]}})), vec![
                "spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified",
                "spec.successPolicy.rules[1].succeededIndexes: Invalid value: \"0-1,9\": error parsing succeededIndexes: too large index: \"9\"",
                "spec.successPolicy.rules[1].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)",
                "spec.successPolicy.rules[1].succeededCount: Invalid value: 6: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)",
            ]),
        ];
        for (change, expected) in cases {
            assert_eq!(faults(&job(spec(change.clone()))), expected, "{change}");
        }
    }

    #[test]
    fn an_update_may_change_only_what_a_running_job_can_follow() {
        let update = |old: Value, status: Value, new: Value| {
            let mut old = job(spec(old));
            old.metadata.resource_version = Some("1".to_owned());
            let mut value = json!(old);
            json_patch::merge(&mut value, &json!({"spec": new}));
            old.status = Arc::new(serde_json::from_value(status).unwrap());
            let new: Job = serde_json::from_value(value).unwrap();
            let errors = new.validate_update(&old);
            errors.iter().map(|error| format!("{}: {}", error.field, error.detail)).collect::<Vec<_>>()
        };
        let none = || Vec::<String>::new();
        let image = json!({"template": {"spec": {"containers": [{"name": "c", "image": "other", "imagePullPolicy": "IfNotPresent", "resources": {}, "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}]}}});
        let node = json!({"template": {"spec": {"nodeSelector": {"disk": "ssd"}}}});
        let suspended = json!({"suspend": true});
        let elastic = json!({"completionMode": "Indexed", "completions": 2, "parallelism": 2});
        assert_eq!(update(json!({}), json!({}), json!({"parallelism": 3, "activeDeadlineSeconds": 5, "suspend": true})), none());
        assert_eq!(update(json!({}), json!({}), json!({"completions": 3})), ["spec.completions: field is immutable"]);
        assert_eq!(update(json!({}), json!({}), image.clone()), ["spec.template: field is immutable"]);
        assert_eq!(update(suspended.clone(), json!({}), image), ["spec.template.spec: field is immutable"]);
        assert_eq!(update(suspended.clone(), json!({}), node.clone()), none());
        assert_eq!(update(suspended, json!({"startTime": "2026-01-05T09:00:00Z", "active": 1}), node.clone()), ["spec.template: field is immutable"]);
        assert_eq!(update(json!({}), json!({}), node), ["spec.template: field is immutable"]);
        assert_eq!(update(elastic.clone(), json!({}), json!({"completions": 3, "parallelism": 3})), none());
        assert_eq!(update(elastic, json!({}), json!({"completions": 3})), ["spec.completions: can only be modified in tandem with spec.parallelism"]);
        assert_eq!(update(json!({}), json!({}), json!({"managedBy": "a.io/b"})), ["spec.managedBy: field is immutable"]);
    }

    #[test]
    fn a_status_moves_only_forward() {
        let update = |old: Value, new: Value| {
            let mut before = job(spec(json!({})));
            before.metadata.resource_version = Some("1".to_owned());
            let after = Job { status: Arc::new(serde_json::from_value(new).unwrap()), ..before.clone() };
            before.status = Arc::new(serde_json::from_value(old).unwrap());
            after.validate_status_update(&before).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let condition = |types: &[&str]| json!(types.iter().map(|type_| json!({"type": type_, "status": "True"})).collect::<Vec<_>>());
        let (start, end) = ("2026-01-05T09:00:00Z", "2026-01-05T09:01:00Z");
        let done = json!({"startTime": start, "completionTime": end, "succeeded": 1, "conditions": condition(&["SuccessCriteriaMet", "Complete"])});
        assert_eq!(update(json!({"startTime": start}), done.clone()), Vec::<String>::new());
        assert_eq!(update(done, json!({"startTime": start, "succeeded": 1})), [
            "status.conditions: Invalid value: cannot disable the terminal Complete=True condition",
            "status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition",
        ]);
        assert_eq!(update(json!({"failed": 2}), json!({"failed": 1})), ["status.failed: Invalid value: 1: cannot decrease the failed counter"]);
        assert_eq!(update(json!({}), json!({"active": 1, "ready": 2})), ["status.ready: Invalid value: 2: cannot set more ready pods than active"]);
        assert_eq!(update(json!({"startTime": start}), json!({"startTime": start, "active": 1, "conditions": condition(&["Failed"])})), [
            "status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition",
            "status.active: Invalid value: 1: active>0 is invalid for finished job",
        ]);
        assert_eq!(update(json!({"startTime": start}), json!({"startTime": end})), [
            "status.startTime: Invalid value: \"2026-01-05T09:01:00Z\": field is immutable for unsuspended job once set",
        ]);
        assert_eq!(update(json!({}), json!({"completedIndexes": "0"})), [
            "status.completedIndexes: Invalid value: \"0\": cannot set non-empty completedIndexes when non-indexed completion mode",
        ]);
    }
}
