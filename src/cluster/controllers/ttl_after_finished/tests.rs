//! The controller in a running cluster.

use podarium_api::{Job, Kind, Pod};
use serde_json::json;

use crate::controllers::testbed::TestBed;

#[test]
fn a_job_goes_when_its_time_is_over_and_takes_its_pods_along() {
    let mut bed = TestBed::new();
    bed.create(Kind::Job, json!({"metadata": {"name": "work", "namespace": "default"}, "spec": {"ttlSecondsAfterFinished": 10, "template": {
        "metadata": {"annotations": {"play": "exit:0"}}, "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i:1"}]}}}}));
    bed.run(10.0);
    assert!(bed.get::<Job>("work").status.completion_time.is_some());
    bed.run(12.0);
    assert_eq!((bed.list::<Job>().len(), bed.list::<Pod>().len()), (0, 0));
}
