//! Attaches the disks of scheduled pods to their nodes, and detaches those that no pod on the node uses any more.
//!
//! Only nodes whose kubelet says so with an annotation are cared for, which all kubelets do.
//! A VolumeAttachment is the order, the driver's own part carries it out, and the node's `volumesAttached` tells the
//! kubelet. On a node that is not ready, a disk stays for six minutes, as nobody knows whether it is still written to.
//!
//! Models: pkg/controller/volume/attachdetach (reconciler.go, attach_detach_controller.go), pkg/volume/csi/csi_attacher.go,
//! v1.36.
//! Simplified: one sync for each node; errors of drivers do not happen.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use imbl::OrdMap;
use k8s_openapi::api::storage::v1::{VolumeAttachmentSource, VolumeAttachmentSpec};
use podarium_api::condition::{Condition as _, get_condition};
use podarium_api::pod_state::{is_pod_terminal, node_name};
use podarium_api::{CSIDriver, Kind, Node, Object, ObjectMeta, PersistentVolume, PersistentVolumeClaim, Pod, Resource as _, VolumeAttachment};
use podarium_sim::Time;
use serde_json::json;

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change, EventType};
use crate::storage::annotations::CONTROLLER_ATTACHES;
use crate::storage::disk::{attached_name, attachment_name};
use crate::storage::{annotation, claims_of};
use crate::store::Key;

/// How long a disk stays on a node that is not ready.
const LONGEST_UNMOUNT: Duration = Duration::from_secs(6 * 60);
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

#[derive(Clone, Debug, Default)]
pub struct AttachDetachController {
    /// Since when a disk on a node that is not ready has had no pod, by the name of its attachment.
    unused: OrdMap<String, Time>,
}

/// A disk that pods on a node use.
struct Wanted {
    volume: Arc<PersistentVolume>,
    pods: Vec<Arc<Pod>>,
}

impl Controller for AttachDetachController {
    const NAME: &'static str = "attachdetach-controller";
    const SERVICE_ACCOUNT: &'static str = "attachdetach-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        let kinds = [Kind::Pod, Kind::Node, Kind::PersistentVolumeClaim, Kind::PersistentVolume, Kind::CSIDriver, Kind::VolumeAttachment];
        kinds.map(|kind| (kind, Filter::all())).into()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Pod(pod) if claims_of(pod).next().is_some() => enqueue_node(pod, enqueue),
            Object::PersistentVolumeClaim(claim) => {
                let uses = |pod: &&Arc<Pod>| pod.namespace() == claim.namespace() && claims_of(pod).any(|name| name == claim.name());
                caches.list::<Pod>().filter(uses).for_each(|pod| enqueue_node(pod, enqueue));
            }
            Object::VolumeAttachment(attachment) => {
                enqueue.add(Key::new("", &attachment.spec.node_name));
                if change.new.is_none() {
                    // Another node may wait for the disk.
                    let waiting = caches.list::<Pod>().filter(|pod| claims_of(pod).next().is_some());
                    waiting.for_each(|pod| enqueue_node(pod, enqueue));
                }
            }
            Object::Node(node) => {
                let state = |object: &Object| Node::from_object(object).map(|node| (is_ready(node), is_managed(node)));
                if change.old.as_ref().map(state) != change.new.as_ref().map(state) {
                    enqueue.add(Key::new("", node.name()));
                }
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let caches = ctx.caches();
        let node = caches.get::<Node>(key).cloned();
        let managed = node.as_ref().is_some_and(|node| is_managed(node));
        let wanted = if managed { wanted_on(caches, &key.name) } else { BTreeMap::new() };
        let there: Vec<_> = caches.list::<VolumeAttachment>().filter(|attachment| attachment.spec.node_name == *key.name).cloned().collect();
        for (name, wanted) in &wanted {
            if !there.iter().any(|attachment| attachment.spec.source.persistent_volume_name.as_ref() == Some(name)) {
                attach(ctx, key, wanted)?;
            }
        }
        let mut unused = Vec::new();
        for attachment in there {
            let volume = attachment.spec.source.persistent_volume_name.clone().unwrap_or_default();
            match wanted.get(&volume) {
                Some(wanted) if attachment.status.attached => report(ctx, node.as_ref(), wanted)?,
                None if attachment.metadata.deletion_timestamp.is_none() && (managed || node.is_none()) => unused.push(attachment),
                _ => {}
            }
        }
        for attachment in unused {
            self.detach(ctx, key, node.as_ref(), &attachment)?;
        }
        Ok(())
    }
}

fn enqueue_node(pod: &Pod, enqueue: &mut Enqueue<'_>) {
    if let Some(node) = node_name(pod) {
        enqueue.add(Key::new("", node));
    }
}

fn is_ready(node: &Node) -> bool {
    get_condition(&node.status.conditions, "Ready").is_some_and(|condition| condition.is_true())
}

/// Whether the node's kubelet leaves attaching to the controllers.
fn is_managed(node: &Node) -> bool {
    annotation(&node.metadata, CONTROLLER_ATTACHES).is_some()
}

/// The volumes with disks to attach that a pod uses.
fn disks_of(caches: &Caches, pod: &Pod) -> Vec<Arc<PersistentVolume>> {
    let volume = |claim: String| {
        let claim = caches.get::<PersistentVolumeClaim>(&Key::new(pod.namespace(), &claim))?;
        let bound = claim.spec.volume_name.as_deref().filter(|_| claim.status.phase.as_deref() == Some("Bound"))?;
        let volume = caches.get::<PersistentVolume>(&Key::new("", bound))?;
        let driver = &volume.spec.csi.as_ref()?.driver;
        let driver = caches.get::<CSIDriver>(&Key::new("", driver));
        driver.is_none_or(|driver| driver.spec.attach_required != Some(false)).then(|| volume.clone())
    };
    claims_of(pod).filter_map(volume).collect()
}

fn wanted_on(caches: &Caches, node: &str) -> BTreeMap<String, Wanted> {
    let mut all = BTreeMap::<String, Wanted>::new();
    for pod in caches.on_node(node).filter(|pod| !is_pod_terminal(pod)) {
        for volume in disks_of(caches, pod) {
            let wanted = all.entry(volume.name().to_owned()).or_insert_with(|| Wanted { volume, pods: Vec::new() });
            wanted.pods.push(pod.clone());
        }
    }
    all
}

fn attach(ctx: &mut Sync<'_>, node: &Key, wanted: &Wanted) -> Result<(), Stop> {
    let volume = &wanted.volume;
    let shared = volume.spec.access_modes.iter().flatten().any(|mode| mode == "ReadWriteMany" || mode == "ReadOnlyMany");
    let elsewhere = |attachment: &&Arc<VolumeAttachment>| attachment.spec.source.persistent_volume_name.as_deref() == Some(volume.name());
    if !shared && ctx.caches().list::<VolumeAttachment>().any(|attachment| elsewhere(&attachment)) {
        refuse(ctx, node, wanted);
        return Ok(());
    }
    let attachment = VolumeAttachment {
        metadata: ObjectMeta { name: attachment_name(volume, &node.name), ..ObjectMeta::default() },
        spec: Arc::new(VolumeAttachmentSpec {
            attacher: volume.spec.csi.as_ref().map(|source| source.driver.clone()).unwrap_or_default(),
            node_name: node.name.to_string(),
            source: VolumeAttachmentSource { persistent_volume_name: volume.metadata.name.clone(), inline_volume_spec: None },
        }),
        ..VolumeAttachment::default()
    };
    match ctx.create(attachment)? {
        Err(status) if !status.is_already_exists() => Err(status.into()),
        _ => Ok(()),
    }
}

/// Says why the disk cannot be attached while it is attached elsewhere.
fn refuse(ctx: &mut Sync<'_>, node: &Key, wanted: &Wanted) {
    let caches = ctx.caches();
    let name = wanted.volume.name();
    let users = caches.list::<Pod>().filter(|pod| node_name(pod).is_some_and(|on| on != &*node.name) && !is_pod_terminal(pod));
    let users: Vec<_> = users.filter(|pod| disks_of(caches, pod).iter().any(|volume| volume.name() == name)).cloned().collect();
    for pod in &wanted.pods {
        let local: Vec<&str> = users.iter().filter(|user| user.namespace() == pod.namespace()).map(|user| user.name()).collect();
        let others = users.len() - local.len();
        let why = match (local.is_empty(), others) {
            (true, 0) => "Volume is already exclusively attached to one node and can't be attached to another".to_owned(),
            (true, _) => format!("Volume is already used by {others} pod(s) in different namespaces"),
            (false, 0) => format!("Volume is already used by pod(s) {}", local.join(", ")),
            (false, _) => format!("Volume is already used by pod(s) {} and {others} pod(s) in different namespaces", local.join(", ")),
        };
        let message = format!("Multi-Attach error for volume {name:?} {why}");
        ctx.event(&pod.clone().into_object(), EventType::Warning, "FailedAttachVolume", message);
    }
}

fn attached_on(node: &Node) -> Vec<String> {
    node.status.volumes_attached.iter().flatten().map(|attached| attached.name.clone()).collect()
}

fn write_attached(ctx: &mut Sync<'_>, node: &Node, names: &[String]) -> Result<(), Stop> {
    let volumes: Vec<_> = names.iter().map(|name| json!({"name": name, "devicePath": ""})).collect();
    let patch = json!({"status": {"volumesAttached": if volumes.is_empty() { json!(null) } else { json!(volumes) }}});
    match ctx.send(Request::patch_status(Kind::Node, &Key::new("", node.name()), patch))? {
        Err(status) if !status.is_not_found() => Err(status.into()),
        _ => Ok(()),
    }
}

/// Tells the node's kubelet that the disk is there.
fn report(ctx: &mut Sync<'_>, node: Option<&Arc<Node>>, wanted: &Wanted) -> Result<(), Stop> {
    let (Some(node), Some(name)) = (node, attached_name(&wanted.volume)) else {
        return Ok(());
    };
    // The cache may be older than what another disk's report wrote.
    let live = match ctx.get_live::<Node>(&Key::new("", node.name()))? {
        Ok(live) => live,
        Err(status) if status.is_not_found() => return Ok(()),
        Err(status) => return Err(status.into()),
    };
    let mut names = attached_on(&live);
    if names.contains(&name) {
        return Ok(());
    }
    names.push(name);
    write_attached(ctx, &live, &names)?;
    for pod in &wanted.pods {
        let message = format!("AttachVolume.Attach succeeded for volume {:?} ", wanted.volume.name());
        ctx.event(&pod.clone().into_object(), EventType::Normal, "SuccessfulAttachVolume", message);
    }
    Ok(())
}

impl AttachDetachController {
    fn detach(&self, ctx: &mut Sync<'_>, key: &Key, node: Option<&Arc<Node>>, attachment: &Arc<VolumeAttachment>) -> Result<(), Stop> {
        let name = attachment.name().to_owned();
        let taken_out = node.is_none_or(|node| node.spec.taints.iter().flatten().any(|taint| taint.key == OUT_OF_SERVICE));
        if node.is_some_and(|node| !is_ready(node)) && !taken_out {
            let since = self.unused.get(&name).copied().unwrap_or(ctx.now());
            if ctx.now() < since + LONGEST_UNMOUNT {
                ctx.requeue_after(key, since + LONGEST_UNMOUNT - ctx.now());
                ctx.remember(move |controller: &mut Self| {
                    controller.unused.entry(name).or_insert(since);
                });
                return Ok(());
            }
        }
        if self.unused.contains_key(&name) {
            ctx.remember(move |controller: &mut Self| {
                controller.unused.remove(&name);
            });
        }
        let volume = attachment.spec.source.persistent_volume_name.as_deref().unwrap_or_default();
        let attached_as = ctx.caches().get::<PersistentVolume>(&Key::new("", volume)).and_then(|volume| attached_name(volume));
        if let (Some(node), Some(attached_as)) = (node, attached_as) {
            let mut names = attached_on(node);
            let before = names.len();
            names.retain(|name| *name != attached_as);
            if names.len() < before {
                write_attached(ctx, node, &names)?;
            }
        }
        let key = Key::new("", attachment.name());
        match ctx.send(Request::delete(Kind::VolumeAttachment, &key).if_uid(attachment.uid()))? {
            Err(status) if !status.is_not_found() => Err(status.into()),
            _ => Ok(()),
        }
    }
}
