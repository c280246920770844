//! Pulling images: one pull at a time on each node; layers that are there already cost nothing.
//!
//! Models: pkg/kubelet/images/{image_manager.go,puller.go}, v1.36.
//! Simplified: no credentials; images are removed from a node only when its disk is full.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, ContainerImage};
use podarium_sim::{Fingerprint, Stream, Time};

use super::NodeConfig;
use super::agenda::Sleeper;
use super::host::Host;
use super::pod::{PodState, Uid};
use crate::client::EventType;
use crate::component::Ctx;
use crate::images::{Image, ImageCatalog, PullError, Pushed, Reference};

/// What asking the registry for a manifest takes, up to twice as long.
const REGISTRY: Duration = Duration::from_millis(250);
/// What a refused connection takes.
const REFUSED: Duration = Duration::from_millis(5);
/// How many images a node reports.
const REPORTED: usize = 50;

#[derive(Clone, Debug)]
struct Pull {
    uid: Uid,
    container: String,
    name: Reference,
    asked_at: Time,
    /// Once it is its turn: from when until when.
    span: Option<(Time, Time)>,
}

#[derive(Clone, Debug)]
struct Pulled {
    result: Result<Arc<Image>, PullError>,
    /// What the pull took, alone and with waiting for others.
    took: Duration,
    with_waiting: Duration,
}

/// A container's way to its image.
#[derive(Clone, Debug, Default)]
pub(super) struct PullRun {
    asked: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Puller {
    present: BTreeMap<String, Arc<Image>>,
    layers: BTreeSet<String>,
    queue: VecDeque<Pull>,
    done: BTreeMap<(Uid, String), Pulled>,
    bytes_per_second: u64,
    /// Counts changes of what is present, for the node's status.
    pub revision: u64,
}

impl Puller {
    pub fn new(config: &NodeConfig, catalog: &ImageCatalog) -> Self {
        let mut puller = Puller {
            present: BTreeMap::new(),
            layers: BTreeSet::new(),
            queue: VecDeque::new(),
            done: BTreeMap::new(),
            bytes_per_second: config.pull_bytes_per_second.max(1),
            revision: 0,
        };
        for name in &config.images {
            if let (Some(image), Ok(name)) = (catalog.get(name), Reference::parse(name)) {
                puller.keep(&name, image);
            }
        }
        puller
    }

    /// The full name under which the runtime reports an image.
    pub fn runtime_name(&self, name: &str) -> String {
        Reference::parse(name).map_or_else(|_| name.to_owned(), |name| name.to_string())
    }

    /// An image that is on the node.
    pub fn image(&self, name: &str) -> Option<&Arc<Image>> {
        self.present.get(&self.runtime_name(name))
    }

    /// The digest of the image, or what stands for it.
    pub fn image_id(&self, image: &Image) -> String {
        if let (Some(digest), Ok(name)) = (&image.digest, Reference::parse(&image.name)) {
            return format!("{}@{digest}", name.name());
        }
        let mut hex = String::new();
        for part in 0..4u8 {
            let mut fingerprint = Fingerprint::default();
            fingerprint.write(&[part]);
            fingerprint.write(image.name.as_bytes());
            hex.push_str(&fingerprint.to_string());
        }
        let repository = Reference::parse(&image.name).map_or_else(|_| image.name.clone(), |name| name.name());
        format!("{repository}@sha256:{hex}")
    }

    /// What is on the node, the largest first.
    pub fn reported(&self) -> Vec<ContainerImage> {
        let mut images: Vec<_> = self.present.iter().collect();
        images.sort_by_key(|(name, image)| (std::cmp::Reverse(image.bytes()), (*name).clone()));
        let reported = images.into_iter().take(REPORTED).map(|(name, image)| ContainerImage {
            names: Some(vec![self.image_id(image), name.clone()]),
            size_bytes: i64::try_from(image.bytes()).ok(),
        });
        reported.collect()
    }

    /// What all images take on the disk.
    pub fn bytes(&self) -> u64 {
        let layers: BTreeMap<&str, u64> = self.present.values().flat_map(|image| &image.layers).map(|layer| (layer.name.as_str(), layer.bytes)).collect();
        layers.values().sum()
    }

    /// Removes the images that no container runs.
    pub fn remove_unused(&mut self, used: &[Arc<str>]) {
        let before = self.present.len();
        self.present.retain(|name, _| used.iter().any(|used| **used == **name));
        self.layers = self.present.values().flat_map(|image| &image.layers).map(|layer| layer.name.clone()).collect();
        self.revision += u64::from(self.present.len() != before);
    }

    fn keep(&mut self, name: &Reference, image: &Arc<Image>) {
        self.layers.extend(image.layers.iter().map(|layer| layer.name.clone()));
        if self.present.insert(name.to_string(), image.clone()).is_none() {
            self.revision += 1;
        }
    }

    /// Gives the first in the queue its time, if it has none yet. When the pull in hand is over.
    fn begin_next(&mut self, catalog: &ImageCatalog, pushed: &Pushed, now: Time, stream: &mut Stream) -> Option<Time> {
        let pull = self.queue.front_mut()?;
        if let Some((_, until)) = pull.span {
            return Some(until);
        }
        let takes = match pushed.pull(&pull.name, catalog) {
            Ok(image) => {
                let missing: u64 = image.layers.iter().filter(|layer| !self.layers.contains(&layer.name)).map(|layer| layer.bytes).sum();
                let load = Duration::from_secs_f64(missing as f64 / self.bytes_per_second as f64);
                stream.jitter(REGISTRY, 1.0) + stream.jitter(load, 0.2)
            }
            Err(error) if error.0.ends_with("connection refused") => REFUSED,
            Err(_) => stream.jitter(REGISTRY, 1.0),
        };
        pull.span = Some((now, now + takes));
        Some(now + takes)
    }
}

impl Host {
    /// Finishes the pull in hand if it is over, begins the next one. The pod that has its image now.
    pub fn run_puller(&mut self, ctx: &mut Ctx<'_>) -> Option<Uid> {
        let now = ctx.now();
        let over = |pull: &mut Pull| pull.span.is_some_and(|(_, until)| until <= now);
        let ready = self.puller.queue.front_mut().is_some_and(over).then(|| self.puller.queue.pop_front()).flatten();
        let uid = ready.map(|pull| {
            let result = ctx.pushed.pull(&pull.name, &self.images).cloned();
            if let Ok(image) = &result {
                self.puller.keep(&pull.name, image);
            }
            let from = pull.span.map_or(now, |(from, _)| from);
            let pulled = Pulled { result, took: now - from, with_waiting: now - pull.asked_at };
            self.puller.done.insert((pull.uid.clone(), pull.container), pulled);
            pull.uid
        });
        let next = self.puller.begin_next(&self.images, ctx.pushed, now, ctx.stream);
        self.agenda.set(Sleeper::Puller, next);
        uid
    }
}

impl PodState {
    /// `None` while the pull is under way.
    pub fn ensure_image(&mut self, run: &mut PullRun, container: &Container, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<Result<Arc<Image>, (&'static str, String)>> {
        let asked = container.image.clone().unwrap_or_default();
        if run.asked {
            return self.take_pulled(&asked, container, host, ctx);
        }
        let name = match Reference::parse(&asked) {
            Ok(name) => name,
            Err(error) => {
                let message = format!("Failed to apply default image tag {asked:?}: {error}");
                self.event(Some(&container.name), EventType::Warning, "InspectFailed", &message, host, ctx);
                return Some(Err(("InvalidImageName", message)));
            }
        };
        let policy = container.image_pull_policy.as_deref().unwrap_or("IfNotPresent");
        let present = host.puller.present.get(&name.to_string()).cloned();
        match (policy, present) {
            ("Always", _) | (_, None) if policy != "Never" => self.begin_pull(run, asked, name, container, host, ctx),
            (_, Some(image)) => {
                let message = format!("Container image {asked:?} already present on machine and can be accessed by the pod");
                self.event(Some(&container.name), EventType::Normal, "Pulled", &message, host, ctx);
                Some(Ok(image))
            }
            (_, None) => {
                let message = format!("Container image {asked:?} is not present with pull policy of Never");
                self.event(Some(&container.name), EventType::Warning, "ErrImageNeverPull", &message, host, ctx);
                Some(Err(("ErrImageNeverPull", message)))
            }
        }
    }

    fn begin_pull(&mut self, run: &mut PullRun, asked: String, name: Reference, container: &Container, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<Result<Arc<Image>, (&'static str, String)>> {
        if self.image_backoff.is_waiting_since_update(&asked, ctx.now()) {
            let mut message = format!("Back-off pulling image {asked:?}");
            self.event(Some(&container.name), EventType::Normal, "BackOff", &message, host, ctx);
            if let Some(before) = self.pull_errors.get(&asked) {
                message = format!("{message}: {before}");
            }
            return Some(Err(("ImagePullBackOff", message)));
        }
        self.pull_errors.remove(&asked);
        self.event(Some(&container.name), EventType::Normal, "Pulling", &format!("Pulling image {asked:?}"), host, ctx);
        run.asked = true;
        let pull = Pull { uid: self.uid.clone(), container: container.name.clone(), name, asked_at: ctx.now(), span: None };
        host.puller.queue.push_back(pull);
        let next = host.puller.begin_next(&host.images, ctx.pushed, ctx.now, ctx.stream);
        host.agenda.set(Sleeper::Puller, next);
        None
    }

    fn take_pulled(&mut self, asked: &str, container: &Container, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<Result<Arc<Image>, (&'static str, String)>> {
        let pulled = host.puller.done.remove(&(self.uid.clone(), container.name.clone()))?;
        match pulled.result {
            Ok(image) => {
                let message = format!(
                    "Successfully pulled image {asked:?} in {} ({} including waiting). Image size: {} bytes.",
                    millis(pulled.took),
                    millis(pulled.with_waiting),
                    image.bytes()
                );
                self.event(Some(&container.name), EventType::Normal, "Pulled", &message, host, ctx);
                Some(Ok(image))
            }
            Err(PullError(error)) => {
                let message = format!("Failed to pull image {asked:?}: {error}");
                self.event(Some(&container.name), EventType::Warning, "Failed", &message, host, ctx);
                let now = ctx.now();
                self.image_backoff.next(asked, now, now);
                self.pull_errors.insert(asked.to_owned(), format!("ErrImagePull: {error}"));
                Some(Err(("ErrImagePull", error)))
            }
        }
    }
}

/// `534ms`, `1.234s`, `1m2.5s`: how Go writes a duration cut to milliseconds.
fn millis(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis < 1000 {
        return if millis == 0 { "0s".to_owned() } else { format!("{millis}ms") };
    }
    let (minutes, rest) = (millis / 60_000, millis % 60_000);
    let seconds = format!("{}.{:03}", rest / 1000, rest % 1000);
    let seconds = seconds.trim_end_matches('0').trim_end_matches('.');
    if minutes > 0 { format!("{minutes}m{seconds}s") } else { format!("{seconds}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_go_writes_them() {
        let texts: Vec<_> = [0, 534, 1234, 2000, 62_500].iter().map(|n| millis(Duration::from_millis(*n))).collect();
        assert_eq!(texts, ["0s", "534ms", "1.234s", "2s", "1m2.5s"]);
    }
}
