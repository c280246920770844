//! The driver on each node: it makes itself known in the node's CSINode.
//!
//! Models: github.com/kubernetes-csi/node-driver-registrar, pkg/volume/csi/nodeinfomanager, v1.36.
//! Simplified: the driver is on a node as soon as the node is there.

use std::sync::Arc;

use k8s_openapi::api::storage::v1::{CSINodeDriver, CSINodeSpec, VolumeNodeResources};
use podarium_api::{CSINode, Kind, Node, Object, ObjectMeta, OwnerReference, Resource as _};

use super::{Disks, LIMIT, ZONE};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::controllers::{Controller, Enqueue, Stop, Sync};
use crate::store::Key;

#[derive(Clone, Debug)]
pub(super) struct Registrar {
    pub disks: Disks,
}

impl Controller for Registrar {
    const NAME: &'static str = "csi-node-driver-registrar";
    const SERVICE_ACCOUNT: &'static str = "csi-driver";
    const WORKERS: usize = 10;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::Node, Kind::CSINode].map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        let wanted = match change.object() {
            Object::Node(_) => change.old.is_none(),
            Object::CSINode(_) => change.new.is_none(),
            _ => false,
        };
        if wanted {
            enqueue.add(change.key.clone());
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let (Some(node), None) = (ctx.caches().get::<Node>(key).cloned(), ctx.caches().get::<CSINode>(key)) else {
            return Ok(());
        };
        let topology = if self.disks == Disks::Local { "kubernetes.io/hostname" } else { ZONE };
        let driver = CSINodeDriver {
            name: self.disks.driver().to_owned(),
            node_id: node.name().to_owned(),
            topology_keys: Some(vec![topology.to_owned()]),
            allocatable: Some(VolumeNodeResources { count: Some(LIMIT) }),
        };
        let owner = OwnerReference {
            api_version: "v1".to_owned(),
            kind: "Node".to_owned(),
            name: node.name().to_owned(),
            uid: node.uid().to_owned(),
            ..OwnerReference::default()
        };
        let object = CSINode {
            metadata: ObjectMeta { name: node.metadata.name.clone(), owner_references: Some(vec![owner]), ..ObjectMeta::default() },
            spec: Arc::new(CSINodeSpec { drivers: vec![driver] }),
        };
        match ctx.create(object)? {
            Err(status) if !status.is_already_exists() => Err(status.into()),
            _ => Ok(()),
        }
    }
}
