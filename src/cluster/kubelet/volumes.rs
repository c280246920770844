//! Volumes: a pod's containers wait until all that they mount is there. A Secret or ConfigMap that does not exist is
//! asked for again after half a second, a second, two seconds, and so on up to two minutes.
//!
//! Models: pkg/kubelet/volumemanager (reconciler, operation executor), pkg/volume/{secret,configmap,projected}, v1.36.
//! Simplified: what is mounted is not there to be read.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{KeyToPath, Volume, VolumeProjection};
use podarium_api::{Kind, Object, Pod, Status};
use podarium_sim::Time;

use super::disks::{Next, Search};
use super::host::Host;
use super::pod::{PodState, Uid};
use crate::apiserver::{Answer, Reply, Request};
use crate::cause::Cause;
use crate::client::EventType;
use crate::component::{Ctx, RequestId};
use crate::storage::Disk;
use crate::store::Key;

/// From the first sync until the first try.
const FIRST_TRY: Duration = Duration::from_millis(100);
const RETRY: Duration = Duration::from_millis(500);
/// Until a pod is looked at again whose claims are not in order.
const UNKNOWN_RETRY: Duration = Duration::from_secs(10);
const MOST: Duration = Duration::from_secs(122);

/// An object that a volume is made from.
#[derive(Clone, Debug, PartialEq)]
struct Source {
    kind: Kind,
    name: String,
    optional: bool,
    keys: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Mount {
    /// Tried at this time; the delay after the next failure.
    Waiting { at: Option<Time>, delay: Duration },
    /// Asked for the sources; what the first bad answer was.
    Asking { left: Vec<(RequestId, Source)>, error: Option<String>, delay: Duration },
    Done,
}

#[derive(Clone, Debug)]
struct VolumeState {
    name: String,
    sources: Vec<Source>,
    /// The way to the claim's disk, if it is a claim that is mounted.
    search: Option<Search>,
    disk: Option<Disk>,
    not_simulated: Option<&'static str>,
    mount: Mount,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Volumes {
    volumes: Vec<VolumeState>,
}

impl Volumes {
    pub fn of(pod: &Pod) -> Self {
        Volumes { volumes: pod.spec.volumes.iter().flatten().map(|volume| VolumeState::of(pod, volume)).collect() }
    }

    pub fn are_mounted(&self) -> bool {
        self.volumes.iter().all(|volume| volume.mount == Mount::Done)
    }

    /// The disks that are mounted, with the names of the pod's volumes.
    pub fn disks(&self) -> impl Iterator<Item = (&str, &Disk)> {
        self.volumes.iter().filter_map(|volume| Some((volume.name.as_str(), volume.disk.as_ref()?)))
    }

    /// The pod is synced: what is not mounted is tried soon.
    pub fn start(&mut self, now: Time) {
        for volume in &mut self.volumes {
            if let Mount::Waiting { at: at @ None, .. } = &mut volume.mount {
                *at = Some(now + FIRST_TRY);
            }
        }
    }

    pub fn next_wake(&self) -> Option<Time> {
        let wakes = self.volumes.iter().filter_map(|volume| match volume.mount {
            Mount::Waiting { at, .. } => at,
            _ => None,
        });
        wakes.min()
    }

    /// Tries what is due.
    pub fn run(&mut self, pod: &Arc<Pod>, key: &Key, uid: &Uid, cause: Cause, host: &mut Host, ctx: &mut Ctx<'_>) {
        for volume in &mut self.volumes {
            let Mount::Waiting { at: Some(at), delay } = volume.mount else { continue };
            if at > ctx.now() {
                continue;
            }
            if let Some(what) = volume.not_simulated {
                volume.fail(&format!("not simulated: {what}"), delay, pod, cause, host, ctx);
                continue;
            }
            let left: Vec<_> = volume.sources.iter().map(|source| (ask(source, key, uid, cause, host, ctx), source.clone())).collect();
            volume.mount = if left.is_empty() { Mount::Done } else { Mount::Asking { left, error: None, delay } };
        }
    }
}

fn ask(source: &Source, pod: &Key, uid: &Uid, cause: Cause, host: &mut Host, ctx: &mut Ctx<'_>) -> RequestId {
    let namespace: &str = if source.kind.info().namespaced { &pod.namespace } else { "" };
    let id = ctx.request_after(Request::get(source.kind, &Key::new(namespace, &source.name)), cause, Duration::ZERO);
    host.asked.insert(id, uid.clone());
    id
}

fn plain(kind: Kind, name: String) -> Source {
    Source { kind, name, optional: false, keys: Vec::new() }
}

impl VolumeState {
    fn of(pod: &Pod, volume: &Volume) -> Self {
        let mut sources = Vec::new();
        let mut not_simulated = None;
        let search = Search::of(pod, volume);
        let keys = |items: &Option<Vec<KeyToPath>>| items.iter().flatten().map(|item| item.key.clone()).collect::<Vec<_>>();
        if let Some(secret) = &volume.secret {
            let name = secret.secret_name.clone().unwrap_or_default();
            sources.push(Source { kind: Kind::Secret, name, optional: secret.optional == Some(true), keys: keys(&secret.items) });
        } else if let Some(map) = &volume.config_map {
            sources.push(Source { kind: Kind::ConfigMap, name: map.name.clone(), optional: map.optional == Some(true), keys: keys(&map.items) });
        } else if let Some(projected) = &volume.projected {
            sources.extend(projected.sources.iter().flatten().filter_map(projection));
        } else if let Some(search) = &search {
            sources.push(plain(Kind::PersistentVolumeClaim, search.claim.clone()));
        } else if volume.empty_dir.is_none() && volume.host_path.is_none() && volume.downward_api.is_none() {
            not_simulated = Some("this type of volume");
        }
        VolumeState { name: volume.name.clone(), sources, search, disk: None, not_simulated, mount: Mount::Waiting { at: None, delay: RETRY } }
    }

    fn fail(&mut self, error: &str, delay: Duration, pod: &Arc<Pod>, cause: Cause, host: &mut Host, ctx: &mut Ctx<'_>) {
        let message = format!("MountVolume.SetUp failed for volume {:?} : {error}", self.name);
        self.complain(&message, delay, pod, cause, host, ctx);
    }

    fn complain(&mut self, message: &str, delay: Duration, pod: &Arc<Pod>, cause: Cause, host: &mut Host, ctx: &mut Ctx<'_>) {
        host.pod_event(pod, None, EventType::Warning, "FailedMount", message, cause, ctx);
        self.try_again(delay, ctx);
    }

    fn try_again(&mut self, delay: Duration, ctx: &Ctx<'_>) {
        self.mount = Mount::Waiting { at: Some(ctx.now() + delay), delay: (delay * 2).min(MOST) };
    }

    /// An answer on the way to a disk; the next question, if there is one.
    fn searched(&mut self, source: &Source, answer: &Answer, delay: Duration, pod: &Arc<Pod>, cause: Cause, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<Source> {
        let search = self.search.as_mut()?;
        let next = search.answered(source.kind, answer, pod);
        let volume = search.volume_name.clone();
        match next {
            Next::Ask(kind, name) => return Some(plain(kind, name)),
            Next::NotYet => self.try_again(delay, ctx),
            Next::Unknown(why) => {
                let name = &self.name;
                let message = format!("Unable to attach or mount volumes: unmounted volumes=[{name}], unattached volumes=[], failed to process volumes=[{name}]: {why}");
                self.complain(&message, delay.max(UNKNOWN_RETRY), pod, cause, host, ctx);
            }
            Next::Misplaced => {
                let message = format!("MountVolume.NodeAffinity check failed for volume {volume:?} : no matching NodeSelectorTerms");
                self.complain(&message, delay, pod, cause, host, ctx);
            }
            Next::Failed(why) => {
                let message = format!("MountVolume.SetUp failed for volume {volume:?} : {why}");
                self.complain(&message, delay, pod, cause, host, ctx);
            }
            Next::Found(disk) => {
                self.disk = Some(disk);
                self.mount = Mount::Done;
            }
        }
        None
    }
}

fn projection(source: &VolumeProjection) -> Option<Source> {
    let keys = |items: &Option<Vec<KeyToPath>>| items.iter().flatten().map(|item| item.key.clone()).collect();
    if let Some(secret) = &source.secret {
        return Some(Source { kind: Kind::Secret, name: secret.name.clone(), optional: secret.optional == Some(true), keys: keys(&secret.items) });
    }
    let map = source.config_map.as_ref()?;
    Some(Source { kind: Kind::ConfigMap, name: map.name.clone(), optional: map.optional == Some(true), keys: keys(&map.items) })
}

/// What is wrong with the answer, if anything.
fn complaint(source: &Source, answer: &Answer) -> Option<String> {
    let object = match &answer.result {
        Ok(Reply::Object(object)) => object,
        Ok(_) => return Some("the answer holds no object".to_owned()),
        Err(status) if status.is_not_found() => return (!source.optional).then(|| missing_text(source)),
        Err(status) => return Some(Status::message(status).to_owned()),
    };
    let has = |key: &String| match object {
        Object::ConfigMap(map) => {
            map.data.as_ref().is_some_and(|data| data.contains_key(key)) || map.binary_data.as_ref().is_some_and(|data| data.contains_key(key))
        }
        Object::Secret(secret) => secret.data.as_ref().is_some_and(|data| data.contains_key(key)),
        _ => true,
    };
    let absent = source.keys.iter().find(|key| !has(key)).filter(|_| !source.optional)?;
    Some(match source.kind {
        Kind::Secret => format!("references non-existent secret key: {absent}"),
        _ => format!("configmap references non-existent config key: {absent}"),
    })
}

fn missing_text(source: &Source) -> String {
    let kind = if source.kind == Kind::Secret { "secret" } else { "configmap" };
    format!("{kind} {:?} not found", source.name)
}

impl PodState {
    /// Whether the answer was to a question for a volume.
    pub fn volume_answered(&mut self, id: RequestId, answer: &Answer, host: &mut Host, ctx: &mut Ctx<'_>) -> bool {
        let pod = self.pod.clone();
        for volume in &mut self.volumes.volumes {
            let Mount::Asking { left, error, delay } = &mut volume.mount else { continue };
            let Some(place) = left.iter().position(|(asked, _)| *asked == id) else { continue };
            let (_, source) = left.remove(place);
            if volume.search.is_some() {
                let delay = *delay;
                if let Some(next) = volume.searched(&source, answer, delay, &pod, self.cause, host, ctx) {
                    let id = ask(&next, &self.key, &self.uid, self.cause, host, ctx);
                    volume.mount = Mount::Asking { left: vec![(id, next)], error: None, delay };
                }
                return true;
            }
            if error.is_none() {
                *error = complaint(&source, answer);
            }
            if left.is_empty() {
                match (error.take(), *delay) {
                    (None, _) => volume.mount = Mount::Done,
                    (Some(error), delay) => volume.fail(&error, delay, &pod, self.cause, host, ctx),
                }
            }
            return true;
        }
        false
    }
}
