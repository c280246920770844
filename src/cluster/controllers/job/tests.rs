//! The controller in a running cluster.

use podarium_api::{Job, Kind, Pod, Resource as _};
use serde_json::{Value, json};

use crate::apiserver::{Propagation, Request};
use crate::component::WatchChange;
use crate::controllers::testbed::TestBed;
use crate::store::Key;

fn job(play: &str, change: Value) -> Value {
    let mut job = json!({"metadata": {"name": "work", "namespace": "default"}, "spec": {"template": {
        "metadata": {"annotations": {"play": play}},
        "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1, "containers": [{"name": "c", "image": "i:1"}]}}}});
    json_patch::merge(&mut job, &json!({"spec": change}));
    job
}

fn bed(play: &str, change: Value, seconds: f64) -> TestBed {
    let mut bed = TestBed::new();
    bed.create(Kind::Job, job(play, change));
    bed.run(seconds);
    bed
}

/// The true conditions with their reasons, in order.
fn conditions(bed: &TestBed) -> Vec<String> {
    let status = bed.get::<Job>("work").status.clone();
    let conditions = status.conditions.iter().flatten().filter(|condition| condition.status == "True");
    conditions.into_iter().map(|condition| format!("{}: {}", condition.type_, condition.reason.as_deref().unwrap_or_default())).collect()
}

/// Active, succeeded, failed, ready, terminating.
fn counts(bed: &TestBed) -> [i32; 5] {
    let status = bed.get::<Job>("work").status.clone();
    [status.active, status.succeeded, status.failed, status.ready, status.terminating].map(|count| count.unwrap_or(0))
}

fn made(bed: &TestBed) -> usize {
    bed.count(Kind::Pod, WatchChange::Added)
}

#[test]
fn a_job_is_complete_when_enough_pods_have_succeeded() {
    let bed = bed("exit:0", json!({"completions": 5, "parallelism": 2}), 20.0);
    assert_eq!(conditions(&bed), ["SuccessCriteriaMet: CompletionsReached", "Complete: CompletionsReached"]);
    assert_eq!((counts(&bed), made(&bed)), ([0, 5, 0, 0, 0], 5));
    let events = bed.events("Job");
    assert_eq!((events.len(), events.last().map(String::as_str)), (6, Some("Completed: Job completed")));
    assert!(bed.list::<Pod>().iter().all(|pod| pod.metadata.finalizers.is_none()), "every pod has been let go");
    assert!(bed.get::<Job>("work").status.completion_time.is_some());
}

#[test]
fn a_job_that_fails_waits_ten_seconds_then_twenty_and_gives_up() {
    let mut bed = bed("exit:1", json!({"backoffLimit": 2}), 9.0);
    assert_eq!((counts(&bed), made(&bed)), ([0, 0, 1, 0, 0], 1));
    bed.run(5.0);
    assert_eq!(made(&bed), 2);
    bed.run(15.0);
    assert_eq!(made(&bed), 2, "the second wait is longer");
    bed.run(15.0);
    assert_eq!((counts(&bed), made(&bed)), ([0, 0, 3, 0, 0], 3));
    assert_eq!(conditions(&bed), ["FailureTarget: BackoffLimitExceeded", "Failed: BackoffLimitExceeded"]);
    assert_eq!(bed.events("Job").last().unwrap(), "BackoffLimitExceeded: Job has reached the specified backoff limit");
}

#[test]
fn a_deadline_ends_what_still_runs() {
    let mut bed = bed("", json!({"activeDeadlineSeconds": 5, "parallelism": 2}), 4.0);
    assert_eq!(counts(&bed), [2, 0, 0, 2, 0]);
    bed.run(6.0);
    assert_eq!(conditions(&bed), ["FailureTarget: DeadlineExceeded", "Failed: DeadlineExceeded"]);
    assert_eq!(bed.list::<Pod>().len(), 0);
}

#[test]
fn a_suspended_job_runs_nothing_until_it_is_resumed() {
    let mut bed = bed("exit:0", json!({"suspend": true}), 3.0);
    assert_eq!((conditions(&bed), made(&bed)), (vec!["Suspended: JobSuspended".to_owned()], 0));
    assert!(bed.get::<Job>("work").status.start_time.is_none());
    bed.patch(Kind::Job, "work", json!({"spec": {"suspend": false}}));
    bed.run(8.0);
    assert_eq!(conditions(&bed), ["SuccessCriteriaMet: CompletionsReached", "Complete: CompletionsReached"]);
    let events = bed.events("Job");
    assert!(events.contains(&"Suspended: Job suspended".to_owned()) && events.contains(&"Resumed: Job resumed".to_owned()), "{events:?}");
}

#[test]
fn suspending_takes_running_pods_away_without_counting_them() {
    let mut bed = bed("", json!({"parallelism": 2, "completions": 2}), 3.0);
    bed.patch(Kind::Job, "work", json!({"spec": {"suspend": true}}));
    bed.run(5.0);
    assert_eq!((counts(&bed), bed.list::<Pod>().len()), ([0, 0, 0, 0, 0], 0));
}

#[test]
fn the_pods_of_an_indexed_job_have_each_their_number() {
    let bed = bed("exit:0", json!({"completionMode": "Indexed", "completions": 4, "parallelism": 3}), 20.0);
    assert_eq!(bed.get::<Job>("work").status.completed_indexes.as_deref(), Some("0-3"));
    let mut names: Vec<(String, String)> = bed
        .list::<Pod>()
        .iter()
        .map(|pod| {
            let label = pod.metadata.labels.as_ref().unwrap()["batch.kubernetes.io/job-completion-index"].clone();
            assert_eq!(pod.spec.hostname, Some(format!("work-{label}")));
            assert_eq!(pod.spec.containers[0].env.as_ref().unwrap()[0].name, "JOB_COMPLETION_INDEX");
            (label, pod.name()[..7].to_owned())
        })
        .collect();
    names.sort();
    assert_eq!(names, [0, 1, 2, 3].map(|index| (index.to_string(), format!("work-{index}-"))));
}

#[test]
fn each_index_has_its_own_limit() {
    let policy = json!({"completionMode": "Indexed", "completions": 2, "parallelism": 2, "backoffLimitPerIndex": 1});
    let bed = bed("exit:1", policy, 30.0);
    let status = bed.get::<Job>("work").status.clone();
    assert_eq!((status.failed_indexes.as_deref(), status.failed, made(&bed)), (Some("0,1"), Some(4), 4));
    assert_eq!(conditions(&bed), ["FailureTarget: FailedIndexes", "Failed: FailedIndexes"]);
    let failures = |pod: &Pod| pod.metadata.annotations.as_ref().unwrap()["batch.kubernetes.io/job-index-failure-count"].clone();
    let mut counts: Vec<String> = bed.list::<Pod>().iter().map(|pod| failures(pod)).collect();
    counts.sort();
    assert_eq!(counts, ["0", "0", "1", "1"]);
}

#[test]
fn a_success_policy_ends_the_job_early() {
    let policy = json!({"completionMode": "Indexed", "completions": 5, "parallelism": 1, "successPolicy": {"rules": [{"succeededCount": 2}]}});
    let bed = bed("exit:0", policy, 30.0);
    assert_eq!(conditions(&bed), ["SuccessCriteriaMet: SuccessPolicy", "Complete: SuccessPolicy"]);
    assert_eq!(made(&bed), 2);
}

#[test]
fn a_killed_pod_counts_as_failed_and_is_replaced_at_once_or_once_it_is_gone() {
    for (policy, early) in [("TerminatingOrFailed", true), ("Failed", false)] {
        let mut bed = bed("", json!({"podReplacementPolicy": policy, "template": {"spec": {"terminationGracePeriodSeconds": 30}}}), 4.0);
        let name = bed.list::<Pod>()[0].name().to_owned();
        bed.switch("node-1", false);
        bed.switch("node-2", false);
        bed.switch("node-3", false);
        bed.switch("node-4", false);
        bed.delete(Kind::Pod, &name);
        bed.run(13.0);
        assert_eq!(made(&bed) == 2, early, "{policy}");
    }
}

#[test]
fn pods_with_the_labels_are_adopted_and_held() {
    let mut bed = TestBed::new();
    let mut own = job("", json!({"manualSelector": true, "selector": {"matchLabels": {"app": "mine"}}, "template": {"metadata": {"labels": {"app": "mine"}}}}));
    own["spec"]["template"]["metadata"]["annotations"] = Value::Null;
    bed.create(Kind::Pod, json!({"metadata": {"name": "stray", "namespace": "default", "labels": {"app": "mine"}}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}));
    bed.create(Kind::Job, own);
    bed.run(5.0);
    let stray = bed.get::<Pod>("stray");
    assert_eq!(stray.metadata.owner_references.as_ref().unwrap()[0].kind, "Job");
    assert_eq!(stray.metadata.finalizers, Some(vec!["batch.kubernetes.io/job-tracking".to_owned()]));
    assert_eq!(bed.list::<Pod>().len(), 1);
}

#[test]
fn deleting_a_job_keeps_its_pods_unless_somebody_says_otherwise() {
    for (propagation, left) in [(None, 1), (Some(Propagation::Background), 0)] {
        let mut bed = bed("", json!({}), 4.0);
        let mut request = Request::delete(Kind::Job, &Key::new("default", "work"));
        request.options.propagation = propagation;
        let answer = bed.request(request);
        assert_eq!(answer.warnings.len(), usize::from(propagation.is_none()));
        bed.run(6.0);
        assert_eq!((bed.list::<Job>().len(), bed.list::<Pod>().len()), (0, left), "{propagation:?}");
        assert!(bed.list::<Pod>().iter().all(|pod| pod.metadata.finalizers.is_none() && pod.metadata.owner_references.is_none()));
    }
}

#[test]
fn somebody_elses_job_is_left_alone() {
    let bed = bed("exit:0", json!({"managedBy": "example.com/queue"}), 5.0);
    assert_eq!((made(&bed), bed.get::<Job>("work").status.start_time.is_none()), (0, true));
}

#[test]
fn a_crash_of_the_controllers_at_any_moment_counts_every_pod_once() {
    for crash_ms in (1000..9000).step_by(400) {
        let mut bed = bed("exit:0", json!({"completions": 4, "parallelism": 2}), f64::from(crash_ms) / 1000.0);
        bed.restart_controllers();
        bed.run(20.0);
        assert_eq!((counts(&bed), made(&bed)), ([0, 4, 0, 0, 0], 4), "crash after {crash_ms} ms");
        assert_eq!(conditions(&bed), ["SuccessCriteriaMet: CompletionsReached", "Complete: CompletionsReached"], "crash after {crash_ms} ms");
    }
}
