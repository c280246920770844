//! Attaching on the stand-in's nodes, whose kubelets say nothing of it at first.

use podarium_api::pod_state::node_name;
use podarium_api::{Kind, Node, Pod, Resource as _, VolumeAttachment};
use serde_json::json;

use crate::controllers::testbed::TestBed;

#[test]
fn a_disk_is_attached_where_the_kubelet_leaves_it_to_the_controllers() {
    let mut bed = TestBed::new();
    bed.create(
        Kind::PersistentVolume,
        json!({"metadata": {"name": "disk"}, "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "zz",
            "csi": {"driver": "z.csi.io", "volumeHandle": "zh1"}}}),
    );
    bed.create(
        Kind::PersistentVolumeClaim,
        json!({"metadata": {"name": "data", "namespace": "default"},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "zz", "resources": {"requests": {"storage": "1Gi"}}}}),
    );
    bed.create(
        Kind::Pod,
        json!({"metadata": {"name": "p", "namespace": "default"}, "spec": {"nodeSelector": {"kubernetes.io/hostname": "node-3"},
            "containers": [{"name": "app", "image": "app:1"}], "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}}),
    );
    bed.run(3.0);
    assert_eq!((node_name(&bed.get::<Pod>("p")), bed.list::<VolumeAttachment>().len()), (Some("node-3"), 0));
    bed.patch(Kind::Node, "node-3", json!({"metadata": {"annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"}}}));
    bed.run(1.0);
    // The name is the hash of the volume's handle, its driver and the node, as Go makes it.
    let name = "csi-1d28b5c68e56f7d4e3aceaafc8648021cf1c4ca9fc57d1a9be05afbda78e7233";
    assert_eq!(bed.list::<VolumeAttachment>().iter().map(|attachment| attachment.name().to_owned()).collect::<Vec<_>>(), [name]);
    bed.request(crate::apiserver::Request::patch_status(Kind::VolumeAttachment, &crate::store::Key::new("", name), json!({"status": {"attached": true}})));
    bed.run(1.0);
    assert_eq!(bed.events("Pod").last().map(String::as_str), Some("SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume \"disk\" "));
    let attached = bed.get::<Node>("node-3").status.volumes_attached.clone().unwrap_or_default();
    assert_eq!(attached.iter().map(|volume| volume.name.as_str()).collect::<Vec<_>>(), ["kubernetes.io/csi/z.csi.io^zh1"]);
}
