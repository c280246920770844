//! The controller in a running cluster, whose time begins at 9:00:00.

use podarium_api::{CronJob, Job, Kind, Resource as _};
use serde_json::{Value, json};

use crate::controllers::testbed::TestBed;

fn bed(play: &str, change: Value) -> TestBed {
    let mut bed = TestBed::new();
    let mut spec = json!({"schedule": "* * * * *", "jobTemplate": {"spec": {"template": {"metadata": {"annotations": {"play": play}},
        "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1, "containers": [{"name": "c", "image": "i:1"}]}}}}});
    json_patch::merge(&mut spec, &change);
    bed.create(Kind::CronJob, json!({"metadata": {"name": "tick", "namespace": "default"}, "spec": spec}));
    bed
}

fn jobs(bed: &TestBed) -> Vec<String> {
    bed.list::<Job>().iter().map(|job| job.name().to_owned()).collect()
}

/// The name of the Job of so many minutes after 9:00.
fn minute(number: i64) -> String {
    format!("tick-{}", 29_460_060 + number)
}

#[test]
fn a_job_is_made_each_minute_and_three_are_kept() {
    let mut bed = bed("exit:0", json!({}));
    for _ in 0..700 {
        if jobs(&bed).is_empty() {
            bed.run(0.1);
        }
    }
    bed.run(0.1);
    assert_eq!(jobs(&bed), [minute(1)]);
    assert_eq!(bed.get::<CronJob>("tick").status.active.as_ref().map(Vec::len), Some(1));
    bed.run(302.0);
    assert_eq!(jobs(&bed), [minute(4), minute(5), minute(6)].map(|name| name));
    let events = bed.events("CronJob");
    for event in [
        format!("SuccessfulCreate: Created job {}", minute(1)), format!("SawCompletedJob: Saw completed job: {}, condition: Complete", minute(1)),
        format!("SuccessfulDelete: Deleted job {}", minute(1)),
    ] {
        assert!(events.contains(&event), "{event} in {events:?}");
    }
    let status = bed.get::<CronJob>("tick").status.clone();
    assert!(status.last_successful_time.is_some() && status.last_schedule_time.is_some());
}

#[test]
fn what_still_runs_is_let_run_waited_for_or_replaced() {
    for (policy, left, event) in [
        ("Allow", vec![minute(1), minute(2)], format!("SuccessfulCreate: Created job {}", minute(2))),
        ("Forbid", vec![minute(1)], "JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid".to_owned()),
        ("Replace", vec![minute(2)], format!("SuccessfulDelete: Deleted job {}", minute(1))),
    ] {
        let mut bed = bed("", json!({"concurrencyPolicy": policy}));
        bed.run(125.0);
        assert_eq!(jobs(&bed), left, "{policy}");
        assert!(bed.events("CronJob").contains(&event), "{policy}: {:?}", bed.events("CronJob"));
    }
}

#[test]
fn a_suspended_cron_job_starts_nothing_and_catches_up_once() {
    let mut bed = bed("exit:0", json!({"suspend": true}));
    bed.run(200.0);
    assert_eq!(jobs(&bed), Vec::<String>::new());
    bed.patch(Kind::CronJob, "tick", json!({"spec": {"suspend": false}}));
    bed.run(3.0);
    assert_eq!(jobs(&bed), [minute(3)], "the latest of those that were missed");
}

#[test]
fn a_time_that_is_too_long_past_is_missed() {
    let mut bed = bed("exit:0", json!({"suspend": true, "startingDeadlineSeconds": 5}));
    bed.run(80.0);
    bed.patch(Kind::CronJob, "tick", json!({"spec": {"suspend": false}}));
    bed.run(3.0);
    assert_eq!(jobs(&bed), Vec::<String>::new());
    bed.run(45.0);
    assert_eq!(jobs(&bed), [minute(2)]);
}

#[test]
fn a_job_that_is_deleted_goes_from_the_list() {
    let mut bed = bed("", json!({"schedule": "1 9 * * *"}));
    bed.run(62.0);
    bed.delete(Kind::Job, &minute(1));
    bed.run(5.0);
    let status = bed.get::<CronJob>("tick").status.clone();
    assert_eq!((status.active.clone(), jobs(&bed)), (None, vec![]));
    assert!(bed.events("CronJob").contains(&format!("MissingJob: Active job went missing: {}", minute(1))), "{:?}", bed.events("CronJob"));
}

#[test]
fn a_crash_of_the_controllers_makes_no_job_twice() {
    for crash_ms in (0..120).step_by(10) {
        let mut bed = bed("", json!({"schedule": "1 9 * * *"}));
        bed.run(57.0 + f64::from(crash_ms) / 1000.0);
        bed.restart_controllers();
        bed.run(30.0);
        assert_eq!(jobs(&bed), [minute(1)], "crash after {crash_ms} ms");
        assert_eq!(bed.get::<CronJob>("tick").status.active.as_ref().map(Vec::len), Some(1), "crash after {crash_ms} ms");
    }
}
