//! A simulated storage driver: it makes disks for claims, attaches them to nodes, grows and removes them.
//!
//! In a real cluster a driver is a pod of sidecars (external-provisioner, external-attacher, external-resizer) beside the
//! driver of one storage system, and a pod on each node. Here it is one component, with the same conversation at the API
//! server, and a disk takes as long as a cloud's.
//!
//! Two drivers are shipped. Disks of the zonal one can be attached to any node of their zone, one node at a time. Disks
//! of the local one lie in a node, and stay there.

mod attacher;
mod provisioner;
mod registrar;
mod resizer;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::storage::v1::CSIDriverSpec;
use podarium_api::{CSIDriver, ObjectMeta, Resource as _, StorageClass};

use crate::Cluster;
use crate::apiserver::authorization;
use crate::controllers::{ControllerManager, Runner};

pub use provisioner::ZONE;

/// Which disks a cluster has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disks {
    /// Each lies in one node.
    Local,
    /// Each lies in one zone, and is attached to one of its nodes.
    Zonal,
}

impl Disks {
    /// The name of the driver.
    pub fn driver(self) -> &'static str {
        match self {
            Disks::Local => "local.disk.podarium.io",
            Disks::Zonal => "zonal.disk.podarium.io",
        }
    }

    /// How long it takes to make a disk.
    fn making(self) -> Duration {
        match self {
            Disks::Local => Duration::from_millis(300),
            Disks::Zonal => Duration::from_secs(4),
        }
    }
}

/// How long it takes to attach a disk to a node or to detach it.
const ATTACHING: Duration = Duration::from_secs(3);
/// How many disks a node takes.
const LIMIT: i32 = 127;

impl Cluster {
    /// Installs a storage driver, and the storage class `standard`, which is the default and waits for its first consumer.
    pub fn add_storage(&mut self, disks: Disks) {
        let name = disks.driver();
        let driver = CSIDriver {
            metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
            spec: Arc::new(CSIDriverSpec { attach_required: Some(disks == Disks::Zonal), ..CSIDriverSpec::default() }),
        };
        self.seed_object(Arc::new(driver).into_object()).expect("the driver's object is valid");
        let mark = ("storageclass.kubernetes.io/is-default-class".to_owned(), "true".to_owned());
        let class = StorageClass {
            metadata: ObjectMeta { name: Some("standard".to_owned()), annotations: Some([mark].into()), ..ObjectMeta::default() },
            provisioner: name.to_owned(),
            volume_binding_mode: Some("WaitForFirstConsumer".to_owned()),
            allow_volume_expansion: Some(true),
            ..StorageClass::default()
        };
        self.seed_object(Arc::new(class).into_object()).expect("the standard class is valid");
        for object in authorization::bootstrap::objects_of_the_csi_driver() {
            self.seed_object(object).expect("the driver's role and binding are valid");
        }
        let sidecars = vec![
            Runner::new(provisioner::Provisioner { disks }),
            Runner::new(attacher::Attacher { disks }),
            Runner::new(resizer::Resizer { disks }),
            Runner::new(registrar::Registrar { disks }),
        ];
        self.start(name, "system:serviceaccount:kube-system:csi-driver", ControllerManager::of(sidecars));
    }
}
