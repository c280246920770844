//! Static pods: the kubelet runs what lies in a directory of its machine, whatever the API server says, and shows it there
//! as a mirror pod that nobody else can change to any effect.
//!
//! Models: pkg/kubelet/config/{file.go,common.go}, pkg/kubelet/pod/mirror_client.go, pkg/kubelet/kubelet.go
//! (tryReconcileMirrorPods), v1.36.
//! Simplified: the directory is looked at once a second, in the place of being watched; a manifest that is no pod is passed
//! over without a word; a pod under the name of one that is still ending starts beside it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::Toleration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use podarium_api::{Kind, Node, Object, Pod, Resource as _, Strategy as _, owner};
use podarium_sim::Fingerprint;

use super::agenda::Sleeper;
use super::kubelet::Kubelet;
use super::pod::Uid;
use super::spawn::machine_disk;
use crate::apiserver::{Answer, Request};
use crate::component::{Ctx, RequestId};
use crate::store::Key;
use crate::system::MANIFESTS;

const PERIOD: Duration = Duration::from_secs(1);
const SOURCE: &str = "kubernetes.io/config.source";
const HASH: &str = "kubernetes.io/config.hash";
const SEEN: &str = "kubernetes.io/config.seen";
const MIRROR: &str = "kubernetes.io/config.mirror";

/// What the kubelet knows of its static pods.
#[derive(Clone, Debug, Default)]
pub(super) struct StaticPods {
    /// By their uids: the name of the manifest.
    known: BTreeMap<Uid, String>,
    /// Requests about mirror pods that wait for an answer.
    asked: BTreeMap<RequestId, Uid>,
}

impl StaticPods {
    pub fn is_static(&self, uid: &Uid) -> bool {
        self.known.contains_key(uid)
    }
}

/// Whether a pod of the API server stands for one that its kubelet runs by itself.
pub(super) fn is_mirror(pod: &Pod) -> bool {
    annotation(pod, MIRROR).is_some()
}

/// Whether it stands for this one.
pub(super) fn mirrors(pod: &Pod, uid: &Uid) -> bool {
    annotation(pod, MIRROR) == Some(&**uid)
}

fn annotation<'a>(pod: &'a Pod, key: &str) -> Option<&'a str> {
    pod.metadata.annotations.as_ref()?.get(key).map(String::as_str)
}

impl Kubelet {
    /// Compares what runs with the directory, and what the API server shows with what runs.
    pub(super) fn look_at_manifests(&mut self, ctx: &mut Ctx<'_>) {
        let disk = machine_disk(&self.host.config.name);
        let Some(names) = ctx.disks.0.get(&disk).and_then(|volume| volume.read_dir(MANIFESTS).ok()) else { return };
        self.host.agenda.set(Sleeper::Manifests, Some(ctx.now() + PERIOD));
        let mut wanted: BTreeMap<Uid, (String, Pod)> = BTreeMap::new();
        for name in names.into_iter().filter(|name| !name.starts_with('.')) {
            let text = ctx.disks.0.get(&disk).and_then(|volume| volume.read(&format!("{MANIFESTS}/{name}")).ok()).unwrap_or_default();
            if let Some(pod) = self.read_manifest(&text, ctx) {
                wanted.insert(pod.uid().into(), (name, pod));
            }
        }
        let gone: Vec<Uid> = self.static_pods.known.keys().filter(|uid| !wanted.contains_key(*uid)).cloned().collect();
        for uid in gone {
            self.static_pods.known.remove(&uid);
            if let Some(state) = self.pods.get(&uid) {
                let pod = state.pod.clone();
                self.delete_mirror(&Key::new(pod.namespace(), pod.name()), &uid, ctx);
                self.pod_removed(&pod, ctx);
            }
        }
        for (uid, (name, pod)) in wanted {
            if self.static_pods.known.insert(uid, name).is_none() {
                let cause = ctx.cause;
                self.pod_added(Arc::new(pod), cause, ctx);
            }
        }
        self.reconcile_mirrors(ctx);
    }

    /// A manifest becomes a pod of this node.
    fn read_manifest(&self, text: &[u8], ctx: &Ctx<'_>) -> Option<Pod> {
        let value: serde_json::Value = serde_yaml::from_slice(text).ok()?;
        if value["kind"] != "Pod" {
            return None;
        }
        let Ok(Object::Pod(pod)) = Kind::Pod.parse(value) else { return None };
        let mut pod = Pod::clone(&pod);
        let node = &self.host.config.name;
        let hash = format!("{:016x}{:016x}", fingerprint(text, node), fingerprint(text, "second half"));
        let metadata = &mut pod.metadata;
        metadata.name = Some(format!("{}-{node}", metadata.name.as_deref()?));
        metadata.namespace.get_or_insert_with(|| "default".to_owned());
        metadata.uid = Some(hash.clone());
        let annotations = metadata.annotations.get_or_insert_default();
        annotations.insert(HASH.to_owned(), hash);
        annotations.insert(SEEN.to_owned(), ctx.epoch().timestamp(self.host.started).to_string());
        annotations.insert(SOURCE.to_owned(), "file".to_owned());
        pod.set_defaults();
        let spec = Arc::make_mut(&mut pod.spec);
        spec.node_name = Some(node.clone());
        let tolerations = spec.tolerations.get_or_insert_default();
        tolerations.push(Toleration { effect: Some("NoExecute".to_owned()), operator: Some("Exists".to_owned()), ..Toleration::default() });
        Some(pod)
    }

    /// Makes mirror pods that are missing, and takes away those that somebody has marked for deletion or that are of an
    /// earlier manifest.
    fn reconcile_mirrors(&mut self, ctx: &mut Ctx<'_>) {
        let Some(node) = self.informers.caches().get::<Node>(&Key::new("", &self.host.config.name)).cloned() else { return };
        let uids: Vec<Uid> = self.static_pods.known.keys().cloned().collect();
        for uid in uids {
            let Some(pod) = self.pods.get(&uid).map(|state| state.pod.clone()) else { continue };
            if self.static_pods.asked.values().any(|of| *of == uid) {
                continue;
            }
            let key = Key::new(pod.namespace(), pod.name());
            match self.informers.caches().get::<Pod>(&key) {
                Some(mirror) if mirrors(mirror, &uid) && !owner::is_terminating(&mirror.metadata) => {}
                Some(mirror) if is_mirror(mirror) => self.delete_mirror(&key, &uid, ctx),
                Some(_) => {}
                None => {
                    let mirror = mirror_of(&pod, &node);
                    let id = ctx.request(Request::create(mirror));
                    self.static_pods.asked.insert(id, uid);
                }
            }
        }
    }

    fn delete_mirror(&mut self, key: &Key, uid: &Uid, ctx: &mut Ctx<'_>) {
        let Some(mirror) = self.informers.caches().get::<Pod>(key).filter(|mirror| is_mirror(mirror)) else { return };
        let id = ctx.request(Request::delete(Kind::Pod, key).grace_period(0).if_uid(mirror.uid()));
        self.static_pods.asked.insert(id, uid.clone());
    }

    /// Whether the answer was about a mirror pod. A new one is told the status of what it mirrors.
    pub(super) fn mirror_answered(&mut self, id: RequestId, answer: &Answer) -> bool {
        let Some(uid) = self.static_pods.asked.remove(&id) else { return false };
        if answer.result.is_ok()
            && let Some(state) = self.pods.get_mut(&uid)
        {
            Arc::make_mut(state).status.sent_version = 0;
            self.host.statuses.enqueue(&uid);
        }
        true
    }

    /// A mirror pod came, changed or went.
    pub(super) fn mirror_changed(&mut self, ctx: &Ctx<'_>) {
        self.host.agenda.sooner(Sleeper::Manifests, ctx.now());
    }
}

/// The pod that stands for a static one in the API server.
fn mirror_of(pod: &Pod, node: &Node) -> Pod {
    let mut mirror = pod.clone();
    let hash = mirror.metadata.uid.take().unwrap_or_default();
    mirror.metadata.annotations.get_or_insert_default().insert(MIRROR.to_owned(), hash);
    mirror.metadata.owner_references = Some(vec![OwnerReference {
        api_version: "v1".to_owned(),
        kind: "Node".to_owned(),
        name: node.name().to_owned(),
        uid: node.uid().to_owned(),
        controller: Some(true),
        block_owner_deletion: None,
    }]);
    mirror
}

fn fingerprint(text: &[u8], more: &str) -> u64 {
    let mut fingerprint = Fingerprint::default();
    fingerprint.write(text);
    fingerprint.write(more.as_bytes());
    fingerprint.finish()
}
