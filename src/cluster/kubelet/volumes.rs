//! Volumes: a pod's containers wait until all that they mount is there. A Secret or ConfigMap that does not exist is
//! asked for again after half a second, a second, two seconds, and so on up to two minutes. What has changed in an object
//! is in the files after the next sync of the pod.
//!
//! Models: pkg/kubelet/volumemanager (reconciler, operation executor), pkg/volume/{secret,configmap,projected}, v1.36.
//! Simplified: changed objects are looked for at each sync of the pod, not watched, and the cluster's certificate not at all;
//! tokens are renewed at the same age, where the reference's differ by some seconds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::authentication::v1::{BoundObjectReference, TokenRequestSpec};
use k8s_openapi::api::core::v1::{KeyToPath, Volume, VolumeProjection};
use podarium_api::{Kind, Object, Pod, Resource as _, Status, TokenRequest};
use podarium_machine::{FileBytes, VolumeKind};
use podarium_sim::Time;

use super::container_config::place;
use super::contents::{self, Part};
use super::disks::{Next, Search};
use super::host::Host;
use super::host_path;
use super::pod::{PodState, Uid};
use super::spawn::machine_disk;
use crate::apiserver::{Answer, Body, Options, Reply, Request, Subresource, Verb};
use crate::cause::Cause;
use crate::client::EventType;
use crate::component::{Ctx, RequestId};
use crate::images::{PodVolume, token_file};
use crate::storage::Disk;
use crate::store::Key;

/// From the first sync until the first try.
const FIRST_TRY: Duration = Duration::from_millis(100);
const RETRY: Duration = Duration::from_millis(500);
/// Until a pod is looked at again whose claims are not in order.
const UNKNOWN_RETRY: Duration = Duration::from_secs(10);
const MOST: Duration = Duration::from_secs(122);

/// No token is kept longer than this.
const TOKEN_LASTS: Duration = Duration::from_secs(24 * 3600);

/// An object that a volume is made from.
#[derive(Clone, Debug, PartialEq)]
struct Source {
    kind: Kind,
    name: String,
    optional: bool,
    keys: Vec<String>,
    /// For a token of this account: for whom it is, and for how many seconds.
    token: Option<(Option<String>, i64)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Mount {
    /// Tried at this time; the delay after the next failure.
    Waiting { at: Option<Time>, delay: Duration },
    /// Asked for the sources; what the first bad answer was.
    Asking { left: Vec<(RequestId, Source)>, found: Vec<(Source, Object)>, error: Option<String>, delay: Duration },
    Done,
    /// It is there, and its sources are looked at again.
    Refreshing { left: Vec<(RequestId, Source)>, found: Vec<(Source, Object)>, failed: bool },
}

impl Mount {
    fn is_done(&self) -> bool {
        matches!(self, Mount::Done | Mount::Refreshing { .. })
    }
}

/// What a mounted volume is.
#[derive(Clone, Debug, PartialEq)]
enum Content {
    EmptyDir { in_memory: bool, limit: Option<u64> },
    Objects(Vec<Part>, u32),
    /// A place on the machine's own disk, or on one of the storage.
    Elsewhere,
}

/// A token of the pod's account, and when another is asked for: when a fifth of its time is left, or after a day.
#[derive(Clone, Debug)]
struct HeldToken {
    audience: Option<String>,
    file: FileBytes,
    refresh_at: Time,
}

impl HeldToken {
    fn of(source: &Source, request: &TokenRequest, now: Time) -> Option<Self> {
        let (audience, seconds) = source.token.clone()?;
        let token = request.status.as_ref()?.token.clone()?;
        let seconds = u64::try_from(seconds).unwrap_or(0) * 4 / 5;
        Some(HeldToken { audience, file: token_file(token), refresh_at: now + Duration::from_secs(seconds).min(TOKEN_LASTS) })
    }
}

#[derive(Clone, Debug)]
struct VolumeState {
    name: String,
    sources: Vec<Source>,
    tokens: Vec<HeldToken>,
    /// The way to the claim's disk, if it is a claim that is mounted.
    search: Option<Search>,
    disk: Option<Disk>,
    not_simulated: Option<&'static str>,
    content: Content,
    /// It is to be looked whether its sources have changed.
    stale: bool,
    mount: Mount,
}

/// The file trees of a pod's own volumes, by the names of the volumes.
pub(super) type Files = BTreeMap<Arc<str>, PodVolume>;

#[derive(Clone, Debug, Default)]
pub(super) struct Volumes {
    volumes: Vec<VolumeState>,
}

impl Volumes {
    pub fn of(pod: &Pod) -> Self {
        let mut volumes: Vec<_> = pod.spec.volumes.iter().flatten().map(|volume| VolumeState::of(pod, volume)).collect();
        volumes.shrink_to_fit();
        Volumes { volumes }
    }

    pub fn are_mounted(&self) -> bool {
        self.volumes.iter().all(|volume| volume.mount.is_done())
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
            volume.stale |= volume.mount == Mount::Done && volume.can_change(now);
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
    pub fn run(&mut self, pod: &Arc<Pod>, files: &mut Files, (key, uid): (&Key, &Uid), cause: Cause, host: &mut Host, ctx: &mut Ctx<'_>) {
        for volume in &mut self.volumes {
            if std::mem::take(&mut volume.stale) {
                let now = ctx.now();
                let sources = volume.sources.iter().filter(|source| source.token.is_none() || volume.is_due(source, now));
                let left: Vec<_> = sources.map(|source| (ask(source, pod, key, uid, cause, host, ctx), source.clone())).collect();
                if left.is_empty() {
                    volume.set_up(&[], RETRY, pod, files, cause, host, ctx);
                    continue;
                }
                volume.mount = Mount::Refreshing { left, found: Vec::new(), failed: false };
                continue;
            }
            let Mount::Waiting { at: Some(at), delay } = volume.mount else { continue };
            if at > ctx.now() {
                continue;
            }
            if let Some(what) = volume.not_simulated {
                volume.fail(&format!("not simulated: {what}"), delay, pod, cause, host, ctx);
                continue;
            }
            let left: Vec<_> = volume.sources.iter().map(|source| (ask(source, pod, key, uid, cause, host, ctx), source.clone())).collect();
            if left.is_empty() {
                volume.set_up(&[], delay, pod, files, cause, host, ctx);
            } else {
                volume.mount = Mount::Asking { left, found: Vec::new(), error: None, delay };
            }
        }
    }
}

fn ask(source: &Source, pod: &Pod, key: &Key, uid: &Uid, cause: Cause, host: &mut Host, ctx: &mut Ctx<'_>) -> RequestId {
    let namespace: &str = if source.kind.info().namespaced { &key.namespace } else { "" };
    let request = match &source.token {
        None => Request::get(source.kind, &Key::new(namespace, &source.name)),
        Some((audience, seconds)) => token_request(pod, key, &source.name, audience.as_deref(), *seconds),
    };
    let id = ctx.request_after(request, cause, Duration::ZERO);
    host.asked.insert(id, uid.clone());
    id
}

/// Asks for a token of the pod's account that is worth something only as long as there is the pod.
fn token_request(pod: &Pod, key: &Key, account: &str, audience: Option<&str>, seconds: i64) -> Request {
    let request = TokenRequest {
        spec: Some(TokenRequestSpec {
            audiences: audience.map(|audience| vec![audience.to_owned()]),
            bound_object_ref: Some(BoundObjectReference {
                api_version: Some("v1".to_owned()),
                kind: Some("Pod".to_owned()),
                name: Some(pod.name().to_owned()),
                uid: Some(pod.uid().to_owned()),
            }),
            expiration_seconds: Some(seconds),
        }),
        ..TokenRequest::default()
    };
    Request {
        verb: Verb::Create,
        subresource: Some(Subresource::Token),
        body: Body::Object(Object::TokenRequest(request.into())),
        options: Options { unsigned_token: true, ..Options::default() },
        ..Request::get(Kind::ServiceAccount, &Key::new(&key.namespace, account))
    }
}

/// A new volume, in which everybody may write.
fn open_to_all(mut volume: podarium_machine::Volume, mode: u32) -> podarium_machine::Volume {
    volume.chmod("/", mode).expect("every volume has a root");
    volume
}

/// Of what is made of objects only a ConfigMap is no secret, and not kept in memory.
fn kind_of(pod: &Pod, name: &str) -> VolumeKind {
    match pod.spec.volumes.iter().flatten().any(|volume| volume.name == name && volume.config_map.is_some()) {
        true => VolumeKind::Disk,
        false => VolumeKind::Memory,
    }
}

/// The group to which the pod's volumes are given.
fn fs_group(pod: &Pod) -> Option<u32> {
    u32::try_from(pod.spec.security_context.as_ref()?.fs_group?).ok()
}

fn plain(kind: Kind, name: String) -> Source {
    Source { kind, name, optional: false, keys: Vec::new(), token: None }
}

impl VolumeState {
    fn of(pod: &Pod, volume: &Volume) -> Self {
        let mut sources = Vec::new();
        let mut not_simulated = None;
        let search = Search::of(pod, volume);
        let keys = |items: &Option<Vec<KeyToPath>>| items.iter().flatten().map(|item| item.key.clone()).collect::<Vec<_>>();
        if let Some(secret) = &volume.secret {
            let name = secret.secret_name.clone().unwrap_or_default();
            sources.push(Source { kind: Kind::Secret, name, optional: secret.optional == Some(true), keys: keys(&secret.items), token: None });
        } else if let Some(map) = &volume.config_map {
            sources.push(Source { kind: Kind::ConfigMap, name: map.name.clone(), optional: map.optional == Some(true), keys: keys(&map.items), token: None });
        } else if let Some(projected) = &volume.projected {
            sources.extend(projected.sources.iter().flatten().filter_map(|source| projection(source, pod)));
        } else if let Some(search) = &search {
            sources.push(plain(Kind::PersistentVolumeClaim, search.claim.clone()));
        } else if volume.empty_dir.is_none() && volume.host_path.is_none() && volume.downward_api.is_none() {
            not_simulated = Some("this type of volume");
        }
        let content = match (contents::parts(volume), &volume.empty_dir) {
            (Some((parts, mode)), _) => Content::Objects(parts, mode),
            (None, Some(empty)) => {
                let limit = empty.size_limit.as_ref().map(podarium_api::quantity::Quantity::of).and_then(|limit| u64::try_from(limit.value()).ok());
                Content::EmptyDir { in_memory: empty.medium.as_deref() == Some("Memory"), limit }
            }
            (None, None) => Content::Elsewhere,
        };
        let mount = Mount::Waiting { at: None, delay: RETRY };
        VolumeState { name: volume.name.clone(), sources, tokens: Vec::new(), search, disk: None, not_simulated, content, stale: false, mount }
    }

    /// Whether it is to be looked whether its sources have changed.
    fn can_change(&self, now: Time) -> bool {
        // Of what every pod has the token changes, and the cluster's certificate does not.
        if self.name.starts_with("kube-api-access-") {
            return self.sources.iter().any(|source| self.is_due(source, now));
        }
        let tells_of_pod = matches!(&self.content, Content::Objects(parts, _) if parts.iter().any(|part| matches!(part, Part::Downward(_))));
        (!self.sources.is_empty() || tells_of_pod) && self.search.is_none()
    }

    /// Whether the source is a token for which another is to be asked.
    fn is_due(&self, source: &Source, now: Time) -> bool {
        let held = |audience: &Option<String>| self.tokens.iter().find(|held| held.audience == *audience);
        source.token.as_ref().is_some_and(|(audience, _)| held(audience).is_none_or(|held| held.refresh_at <= now))
    }

    /// Keeps what was answered: a token for as long as it lasts, an object until all are there.
    fn hold(&mut self, source: Source, object: Option<Object>, found: &mut Vec<(Source, Object)>, now: Time) {
        match object {
            Some(Object::TokenRequest(request)) => {
                if let Some(token) = HeldToken::of(&source, &request, now) {
                    self.tokens.retain(|held| held.audience != token.audience);
                    self.tokens.push(token);
                }
            }
            object => found.extend(object.map(|object| (source, object))),
        }
    }

    /// Everything is there that it is made of: makes its files, and mounts it.
    fn set_up(&mut self, found: &[(Source, Object)], delay: Duration, pod: &Arc<Pod>, files: &mut Files, cause: Cause, host: &mut Host, ctx: &mut Ctx<'_>) {
        let group = fs_group(pod);
        match &self.content {
            Content::EmptyDir { in_memory, limit } => {
                let volume = files.entry(self.name.as_str().into()).or_insert_with(|| match in_memory {
                    true => open_to_all(podarium_machine::Volume::in_memory().with_capacity(*limit), 0o1777).into(),
                    false => open_to_all(podarium_machine::Volume::default(), 0o777).into(),
                });
                if let Some(group) = group {
                    volume.made().give_to_group(group, true);
                }
            }
            Content::Objects(parts, mode) => {
                let address = pod.status.pod_ip.clone().unwrap_or_default();
                let find = |kind: Kind, name: &str| found.iter().find(|(source, _)| source.kind == kind && source.name == name).map(|(_, object)| object);
                let token = |audience: &Option<String>| self.tokens.iter().find(|held| held.audience == *audience).map(|held| held.file.clone());
                match contents::payload(parts, *mode, pod, &place(&address, host), find, token) {
                    Ok(payload) => match files.get_mut(self.name.as_str()) {
                        Some(volume) => volume.replace(payload, ctx.now(), ctx.epoch(), group),
                        None => {
                            files.insert(self.name.as_str().into(), PodVolume::of(payload, kind_of(pod, &self.name), ctx.now(), ctx.epoch(), group));
                        }
                    },
                    Err(error) => return self.fail(&error, delay, pod, cause, host, ctx),
                }
            }
            Content::Elsewhere => {
                let declared = pod.spec.volumes.iter().flatten().find(|volume| volume.name == self.name);
                if let Some(source) = declared.and_then(|volume| volume.host_path.as_ref()) {
                    let now = ctx.now();
                    let disk = ctx.disks.0.entry(machine_disk(&host.config.name)).or_default();
                    if host_path::shows_the_machine(&source.path) {
                        host_path::furnish(disk, host, now);
                    }
                    if let Err(error) = host_path::check(source, disk, now) {
                        return self.fail(&error, delay, pod, cause, host, ctx);
                    }
                }
            }
        }
        self.mount = Mount::Done;
    }

    fn fail(&mut self, error: &str, delay: Duration, pod: &Arc<Pod>, cause: Cause, host: &mut Host, ctx: &mut Ctx<'_>) {
        let message = format!("MountVolume.SetUp failed for volume {:?} : {error}", pod.spec.volume_name(&self.name));
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
                if let Some(group) = fs_group(pod) {
                    ctx.disks.0.entry(disk.volume.as_str().into()).or_default().give_to_group(group, true);
                }
                self.disk = Some(disk);
                self.mount = Mount::Done;
            }
        }
        None
    }
}

fn projection(source: &VolumeProjection, pod: &Pod) -> Option<Source> {
    if let Some(token) = &source.service_account_token {
        let account = pod.spec.service_account_name.clone().unwrap_or_else(|| "default".to_owned());
        let token = Some((token.audience.clone(), token.expiration_seconds.unwrap_or(3600)));
        return Some(Source { token, ..plain(Kind::ServiceAccount, account) });
    }
    let keys = |items: &Option<Vec<KeyToPath>>| items.iter().flatten().map(|item| item.key.clone()).collect();
    if let Some(secret) = &source.secret {
        return Some(Source { kind: Kind::Secret, name: secret.name.clone(), optional: secret.optional == Some(true), keys: keys(&secret.items), token: None });
    }
    let map = source.config_map.as_ref()?;
    Some(Source { kind: Kind::ConfigMap, name: map.name.clone(), optional: map.optional == Some(true), keys: keys(&map.items), token: None })
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
        let (pod, cause) = (self.pod.clone(), self.cause);
        for volume in &mut self.volumes.volumes {
            let left = match &mut volume.mount {
                Mount::Asking { left, .. } | Mount::Refreshing { left, .. } => left,
                Mount::Waiting { .. } | Mount::Done => continue,
            };
            let Some(place) = left.iter().position(|(asked, _)| *asked == id) else { continue };
            let (_, source) = left.remove(place);
            if let (true, Mount::Asking { delay, .. }) = (volume.search.is_some(), &volume.mount) {
                let delay = *delay;
                if let Some(next) = volume.searched(&source, answer, delay, &pod, cause, host, ctx) {
                    let id = ask(&next, &pod, &self.key, &self.uid, cause, host, ctx);
                    volume.mount = Mount::Asking { left: vec![(id, next)], found: Vec::new(), error: None, delay };
                }
                return true;
            }
            let complaint = complaint(&source, answer);
            let object = answer.result.as_ref().ok().and_then(|reply| match reply {
                Reply::Object(object) => Some(object.clone()),
                _ => None,
            });
            match std::mem::replace(&mut volume.mount, Mount::Done) {
                Mount::Asking { left, mut found, error, delay } => {
                    volume.hold(source, object, &mut found, ctx.now());
                    match (left.is_empty(), error.or(complaint)) {
                        (false, error) => volume.mount = Mount::Asking { left, found, error, delay },
                        (true, None) => volume.set_up(&found, delay, &pod, &mut self.runtime.volumes, cause, host, ctx),
                        (true, Some(error)) => volume.fail(&error, delay, &pod, cause, host, ctx),
                    }
                }
                Mount::Refreshing { left, mut found, failed } => {
                    volume.hold(source, object, &mut found, ctx.now());
                    let failed = failed || complaint.is_some();
                    if !left.is_empty() {
                        volume.mount = Mount::Refreshing { left, found, failed };
                    } else if !failed {
                        volume.set_up(&found, RETRY, &pod, &mut self.runtime.volumes, cause, host, ctx);
                    }
                }
                Mount::Waiting { .. } | Mount::Done => {}
            }
            return true;
        }
        false
    }
}
