//! Clusters with disks: claims get them, pods start on them, and they stay when pods go.

use std::time::Duration;

use podarium_api::{CSINode, Event, Kind, Node, PersistentVolume, PersistentVolumeClaim, Pod, Resource, VolumeAttachment};
use serde_json::{Value, json};

use super::Disks;
use crate::apiserver::{Body, PatchType, Request, Verb};
use crate::images::ImageCatalog;
use crate::kubelet::{Kubelet, NodeConfig};
use crate::store::Key;
use crate::{Cluster, Config};

struct World(Cluster);

impl World {
    fn new(disks: Disks) -> Self {
        let mut cluster = Cluster::new(Config::default());
        cluster.bootstrap();
        cluster.add_storage(disks);
        cluster.set_images(std::sync::Arc::new(ImageCatalog::standard()));
        (0..2).for_each(|index| {
            cluster.add_node(NodeConfig::new(&format!("node-{}", index + 1), index));
        });
        let mut world = World(cluster);
        world.run(15);
        world
    }

    fn run(&mut self, seconds: u64) {
        let until = self.0.now() + Duration::from_secs(seconds);
        while self.0.step(until) {}
        self.0.advance(until);
        for (_, answer) in self.0.take_replies() {
            assert!(answer.result.is_ok(), "{:?}", answer.result);
        }
    }

    fn create(&mut self, kind: Kind, object: Value) {
        let body = Body::Object(kind.parse(object).unwrap());
        self.0.request(Request {
            verb: Verb::Create,
            namespace: "default".into(),
            name: "".into(),
            body,
            ..Request::get(kind, &Key::new("default", ""))
        });
    }

    fn claim(&mut self, name: &str) {
        self.create(
            Kind::PersistentVolumeClaim,
            json!({"metadata": {"name": name, "namespace": "default"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}),
        );
    }

    fn pod(&mut self, name: &str, claim: &str, more: Value) {
        let mut spec = json!({"containers": [{"name": "main", "image": "nginx:1.27", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
            "terminationGracePeriodSeconds": 1, "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]});
        json_patch::merge(&mut spec, &more);
        self.create(Kind::Pod, json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec}));
    }

    fn get<T: Resource>(&self, name: &str) -> Option<std::sync::Arc<T>> {
        self.0.get::<T>(&Key::new(if T::KIND.info().namespaced { "default" } else { "" }, name)).cloned()
    }

    fn delete(&mut self, kind: Kind, name: &str) {
        self.0.request(Request::delete(kind, &Key::new("default", name)));
    }

    fn reasons(&self, about: &str) -> Vec<String> {
        let mut events: Vec<_> = self.0.list::<Event>().filter(|event| event.involved_object.name.as_deref() == Some(about)).collect();
        events.sort_by_key(|event| event.metadata.name.clone());
        events.iter().filter_map(|event| event.reason.clone()).collect()
    }

    fn phase(&self, pod: &str) -> String {
        self.get::<Pod>(pod).and_then(|pod| pod.status.phase.clone()).unwrap_or_else(|| "gone".to_owned())
    }
}

#[test]
fn a_disk_is_made_where_the_first_pod_goes_and_outlives_it() {
    for disks in [Disks::Local, Disks::Zonal] {
        let mut world = World::new(disks);
        assert_eq!(world.get::<CSINode>("node-1").unwrap().spec.drivers[0].name, disks.driver());
        world.claim("data");
        world.run(20);
        assert_eq!(world.reasons("data"), ["WaitForFirstConsumer"]);
        world.pod("first", "data", json!({}));
        world.run(30);
        assert_eq!(world.phase("first"), "Running", "{disks:?}: {:?} {:?}", world.reasons("first"), world.reasons("data"));
        assert_eq!(world.reasons("data"), ["WaitForFirstConsumer", "ExternalProvisioning", "Provisioning", "ProvisioningSucceeded"]);
        let pod = world.get::<Pod>("first").unwrap();
        let node = pod.spec.node_name.clone().unwrap();
        let claim = world.get::<PersistentVolumeClaim>("data").unwrap();
        let volume = claim.spec.volume_name.clone().unwrap();
        let kubelet = world.0.component::<Kubelet>(world.0.kubelet_id(&node).unwrap()).unwrap();
        let disk = kubelet.disks(&Key::new("default", "first")).remove(0);
        assert_eq!((disk.0.as_str(), &disk.1.volume), ("data", &volume));
        let attached = usize::from(disks == Disks::Zonal);
        assert_eq!(world.get::<Node>(&node).unwrap().status.volumes_attached.iter().flatten().count(), attached);
        assert_eq!(world.reasons("first").contains(&"SuccessfulAttachVolume".to_owned()), disks == Disks::Zonal);

        world.delete(Kind::Pod, "first");
        world.run(20);
        assert_eq!(world.phase("first"), "gone");
        assert_eq!(world.0.list::<VolumeAttachment>().count(), 0);
        assert_eq!(world.get::<Node>(&node).unwrap().status.volumes_attached.iter().flatten().count(), 0);
        let other = if node == "node-1" { "node-2" } else { "node-1" };
        world.pod("second", "data", json!({"nodeSelector": {"kubernetes.io/hostname": other}}));
        world.run(30);
        let expected = if disks == Disks::Zonal { "Running" } else { "Pending" };
        assert_eq!(world.phase("second"), expected, "{disks:?}: {:?}", world.reasons("second"));
        assert_eq!(world.get::<PersistentVolumeClaim>("data").unwrap().spec.volume_name.as_ref(), Some(&volume));

        world.delete(Kind::Pod, "second");
        world.run(10);
        world.delete(Kind::PersistentVolumeClaim, "data");
        world.run(30);
        assert!(world.get::<PersistentVolume>(&volume).is_none(), "{:?}", world.get::<PersistentVolume>(&volume));
    }
}

#[test]
fn a_disk_is_attached_to_one_node_at_a_time() {
    let mut world = World::new(Disks::Zonal);
    world.claim("data");
    world.pod("first", "data", json!({"nodeSelector": {"kubernetes.io/hostname": "node-1"}}));
    world.run(30);
    world.pod("second", "data", json!({"nodeSelector": {"kubernetes.io/hostname": "node-2"}}));
    world.run(30);
    assert_eq!((world.phase("first").as_str(), world.phase("second").as_str()), ("Running", "Pending"));
    let event = world.0.list::<Event>().find(|event| event.reason.as_deref() == Some("FailedAttachVolume")).unwrap();
    let volume = world.get::<PersistentVolumeClaim>("data").unwrap().spec.volume_name.clone().unwrap();
    assert_eq!(event.message.clone().unwrap(), format!("Multi-Attach error for volume {volume:?} Volume is already used by pod(s) first"));
    world.delete(Kind::Pod, "first");
    world.run(60);
    assert_eq!(world.phase("second"), "Running", "{:?}", world.reasons("second"));
}

#[test]
fn a_disk_on_a_dead_node_is_freed_after_six_minutes() {
    let mut world = World::new(Disks::Zonal);
    world.claim("data");
    world.pod("first", "data", json!({"nodeSelector": {"kubernetes.io/hostname": "node-1"}}));
    world.run(30);
    world.0.stop_node("node-1");
    world.run(60);
    world.0.request(Request::delete(Kind::Pod, &Key::new("default", "first")).grace_period(0));
    world.run(1);
    world.pod("second", "data", json!({}));
    world.run(300);
    assert_eq!(world.phase("second"), "Pending");
    world.run(200);
    assert_eq!(world.phase("second"), "Running", "{:?}", world.reasons("second"));
}

#[test]
fn a_claim_that_asks_for_more_gets_it() {
    let mut world = World::new(Disks::Zonal);
    world.claim("data");
    world.pod("first", "data", json!({}));
    world.run(30);
    let more = json!({"spec": {"resources": {"requests": {"storage": "3Gi"}}}});
    world.0.request(Request::patch(Kind::PersistentVolumeClaim, &Key::new("default", "data"), PatchType::Merge, more));
    world.run(20);
    let claim = world.get::<PersistentVolumeClaim>("data").unwrap();
    assert_eq!(claim.status.capacity.clone().unwrap()["storage"].0, "3Gi", "{:?}", claim.status);
    assert_eq!(claim.status.conditions, None);
    let reasons = world.reasons("data");
    let wanted = ["ExternalExpanding", "Resizing", "FileSystemResizeRequired", "FileSystemResizeSuccessful"];
    assert_eq!(reasons[reasons.len() - 4..], wanted, "{reasons:?}");
}

#[test]
fn a_pod_waits_for_its_claim_and_says_why() {
    let mut world = World::new(Disks::Zonal);
    world.pod("early", "data", json!({"nodeName": "node-1"}));
    world.run(10);
    let event = world.0.list::<Event>().find(|event| event.reason.as_deref() == Some("FailedMount")).unwrap();
    let wanted = "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[data]: error processing PVC default/data: failed to fetch PVC from API server: persistentvolumeclaims \"data\" not found";
    assert_eq!(event.message.as_deref(), Some(wanted));
}
