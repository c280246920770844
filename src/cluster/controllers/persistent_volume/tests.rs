//! Volumes and claims in a cluster.

use podarium_api::{Kind, PersistentVolume, PersistentVolumeClaim};
use serde_json::{Value, json};

use crate::controllers::testbed::TestBed;
use crate::store::Key;

fn volume(name: &str, more: Value) -> Value {
    let mut value = json!({"metadata": {"name": name}, "spec": {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/data"}}});
    json_patch::merge(&mut value, &more);
    value
}

fn claim(name: &str, more: Value) -> Value {
    let mut value = json!({"metadata": {"name": name, "namespace": "default"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}});
    json_patch::merge(&mut value, &more);
    value
}

fn phases(bed: &TestBed, volume: &str, claim: &str) -> (String, String) {
    let volume = bed.cluster.get::<PersistentVolume>(&Key::new("", volume)).map(|volume| volume.status.phase.clone().unwrap());
    let claim = bed.cluster.get::<PersistentVolumeClaim>(&Key::new("default", claim)).map(|claim| claim.status.phase.clone().unwrap());
    (volume.unwrap_or_else(|| "gone".to_owned()), claim.unwrap_or_else(|| "gone".to_owned()))
}

fn pair(volume: &str, claim: &str) -> (String, String) {
    (volume.to_owned(), claim.to_owned())
}

#[test]
fn a_claim_gets_the_volume_that_suits_and_keeps_it_for_others() {
    let mut bed = TestBed::new();
    bed.create(Kind::PersistentVolume, volume("disk", json!({})));
    bed.run(0.5);
    assert_eq!(bed.get::<PersistentVolume>("disk").status.phase.as_deref(), Some("Available"));
    bed.create(Kind::PersistentVolumeClaim, claim("first", json!({})));
    bed.create(Kind::PersistentVolumeClaim, claim("second", json!({})));
    bed.run(1.0);
    assert_eq!(phases(&bed, "disk", "first"), pair("Bound", "Bound"));
    assert_eq!(phases(&bed, "disk", "second"), pair("Bound", "Pending"));
    let first = bed.get::<PersistentVolumeClaim>("first");
    assert_eq!(first.spec.volume_name.as_deref(), Some("disk"));
    assert_eq!(first.status.capacity.clone().unwrap()["storage"].0, "5Gi");
    let marks = first.metadata.annotations.clone().unwrap();
    assert_eq!((marks["pv.kubernetes.io/bind-completed"].as_str(), marks["pv.kubernetes.io/bound-by-controller"].as_str()), ("yes", "yes"));
    assert!(bed.events("PersistentVolumeClaim").contains(&"FailedBinding: no persistent volumes available for this claim and no storage class is set".to_owned()));
}

#[test]
fn a_retained_volume_stays_released_with_its_old_claim() {
    let mut bed = TestBed::new();
    bed.create(Kind::PersistentVolume, volume("disk", json!({})));
    bed.create(Kind::PersistentVolumeClaim, claim("data", json!({})));
    bed.run(1.0);
    bed.delete(Kind::PersistentVolumeClaim, "data");
    bed.run(1.0);
    assert_eq!(phases(&bed, "disk", "data"), pair("Released", "gone"));
    bed.create(Kind::PersistentVolumeClaim, claim("data", json!({})));
    bed.run(1.0);
    assert_eq!(phases(&bed, "disk", "data"), pair("Released", "Pending"));
}

#[test]
fn delete_removes_what_lies_below_tmp_and_fails_elsewhere() {
    let mut bed = TestBed::new();
    let deleted = |path: &str| json!({"spec": {"persistentVolumeReclaimPolicy": "Delete", "hostPath": {"path": path}}});
    bed.create(Kind::PersistentVolume, volume("good", deleted("/tmp/good")));
    bed.create(Kind::PersistentVolumeClaim, claim("data", json!({})));
    bed.run(1.0);
    bed.delete(Kind::PersistentVolumeClaim, "data");
    bed.run(1.0);
    assert_eq!(phases(&bed, "good", "data"), pair("gone", "gone"));
    bed.create(Kind::PersistentVolume, volume("bad", deleted("/data")));
    bed.create(Kind::PersistentVolumeClaim, claim("data", json!({})));
    bed.run(1.0);
    bed.delete(Kind::PersistentVolumeClaim, "data");
    bed.run(1.0);
    let bad = bed.get::<PersistentVolume>("bad");
    let why = "host_path deleter only supports /tmp/.+ but received provided /data";
    assert_eq!((bad.status.phase.as_deref(), bad.status.message.as_deref()), (Some("Failed"), Some(why)));
    assert_eq!(bed.events("PersistentVolume"), [format!("VolumeFailedDelete: {why}")]);
}

#[test]
fn a_promised_volume_goes_to_the_claim_that_it_names() {
    let mut bed = TestBed::new();
    bed.create(Kind::PersistentVolume, volume("kept", json!({"spec": {"claimRef": {"namespace": "default", "name": "mine"}}})));
    bed.create(Kind::PersistentVolumeClaim, claim("other", json!({})));
    bed.run(1.0);
    assert_eq!(phases(&bed, "kept", "other"), pair("Available", "Pending"));
    bed.create(Kind::PersistentVolumeClaim, claim("mine", json!({})));
    bed.run(1.0);
    assert_eq!(phases(&bed, "kept", "mine"), pair("Bound", "Bound"));
    // The binder did not choose the claim, so that the volume is not marked.
    assert_eq!(bed.get::<PersistentVolume>("kept").metadata.annotations, None);
}

#[test]
fn a_claim_that_names_an_unfit_volume_is_told_why() {
    let mut bed = TestBed::new();
    bed.create(Kind::PersistentVolume, volume("disk", json!({"spec": {"capacity": {"storage": "1Gi"}}})));
    bed.create(Kind::PersistentVolumeClaim, claim("data", json!({"spec": {"volumeName": "disk"}})));
    bed.run(1.0);
    assert_eq!(phases(&bed, "disk", "data"), pair("Available", "Pending"));
    assert!(bed.events("PersistentVolumeClaim").contains(&"VolumeMismatch: Cannot bind to requested volume \"disk\": requested PV is too small".to_owned()));
}

#[test]
fn a_bound_claim_whose_volume_is_taken_away_is_lost() {
    let mut bed = TestBed::new();
    bed.create(Kind::PersistentVolume, volume("disk", json!({})));
    bed.create(Kind::PersistentVolumeClaim, claim("data", json!({})));
    bed.run(1.0);
    bed.delete(Kind::PersistentVolume, "disk");
    bed.patch(Kind::PersistentVolume, "disk", json!({"metadata": {"finalizers": null}}));
    bed.run(1.0);
    assert_eq!(phases(&bed, "disk", "data"), pair("gone", "Lost"));
    assert!(bed.events("PersistentVolumeClaim").contains(&"ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!".to_owned()));
}

#[test]
fn classes_decide_whom_a_claim_waits_for() {
    let mut bed = TestBed::new();
    let class = |name: &str, mode: &str, provisioner: &str| json!({"metadata": {"name": name}, "provisioner": provisioner, "volumeBindingMode": mode});
    bed.create(Kind::StorageClass, class("later", "WaitForFirstConsumer", "example.com/disk"));
    bed.create(Kind::StorageClass, class("now", "Immediate", "example.com/disk"));
    bed.create(Kind::StorageClass, class("none", "Immediate", "kubernetes.io/no-provisioner"));
    for name in ["later", "now", "none", "missing"] {
        bed.create(Kind::PersistentVolumeClaim, claim(name, json!({"spec": {"storageClassName": name}})));
        bed.run(0.5);
    }
    // The claim that was marked for its driver comes up once more.
    let mut events = bed.events("PersistentVolumeClaim");
    events.dedup();
    assert_eq!(
        events,
        [
            "WaitForFirstConsumer: waiting for first consumer to be created before binding",
            "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'example.com/disk' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
            "ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner",
            "ProvisioningFailed: storageclass.storage.k8s.io \"missing\" not found",
        ]
    );
    let marks = bed.get::<PersistentVolumeClaim>("now").metadata.annotations.clone().unwrap();
    assert_eq!(marks["volume.kubernetes.io/storage-provisioner"], "example.com/disk");
}

#[test]
fn the_binder_goes_on_where_it_was_stopped() {
    for steps in 1..12 {
        let mut bed = TestBed::with_seed(steps);
        bed.create(Kind::PersistentVolume, volume("disk", json!({})));
        bed.create(Kind::PersistentVolumeClaim, claim("data", json!({})));
        bed.run(f64::from(u32::try_from(steps).unwrap()) * 0.004);
        bed.restart_controllers();
        bed.run(2.0);
        assert_eq!(phases(&bed, "disk", "data"), pair("Bound", "Bound"), "stopped after {} ms", steps * 4);
    }
}
