//! The docker daemon of the workstation: it answers the requests of `docker`, keeps images and runs containers.
//!
//! Its interface has the paths of the Docker Engine API and simpler bodies; only our own `docker` speaks it.

mod disks;
mod files;
mod images;
mod networks;
mod streams;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use podarium_cluster::Cluster;
use podarium_cluster::images::{ImageCatalog, Isolation, Mounted, MountPoint, Reference, Spawned};
use podarium_machine::{Credentials, ExchangeId, HttpEvent, HttpRequest, HttpResponse, Machine};
use podarium_sim::{Stream, Time};
use serde_json::{Value, json};

use super::build::{Around, Build, Cache, Progress};
use super::container::{Container, GRACE, Port, Reply, State, Volumes};
use super::health::{Check, Health};
use super::store::{Stored, familiar, sha256};

pub use images::pull_refusal;
pub use networks::Errand;

/// How the socket is called in URLs.
pub const SOCKET: &str = "http://docker.sock";
/// How fast layers come and go.
const BYTES_PER_MILLISECOND: u64 = 60_000;

#[derive(Clone)]
pub struct Daemon {
    catalog: Arc<ImageCatalog>,
    /// Names and the images that they mean.
    names: BTreeMap<String, String>,
    images: BTreeMap<String, Arc<Stored>>,
    containers: Vec<Container>,
    builds: Vec<Build>,
    cache: Cache,
    /// Layers that are on the disk.
    layers: BTreeSet<String>,
    /// Repositories and the layers that were pushed there.
    uploaded: BTreeSet<(String, String)>,
    volumes: Volumes,
    known_volumes: BTreeMap<String, volumes::Known>,
    networks: BTreeMap<String, networks::Network>,
    /// What containers ask of each other, by the numbers that it has here.
    carried: BTreeMap<ExchangeId, networks::Carried>,
    next_carried: u64,
    typed: BTreeMap<ExchangeId, streams::Typed>,
    sockets: BTreeMap<ExchangeId, streams::Socket>,
    errands: Vec<Errand>,
    replies: BTreeMap<(Time, u64), (ExchangeId, HttpEvent)>,
    /// Images that are on their way.
    arriving: BTreeMap<(Time, u64), (Reference, Arc<Stored>)>,
    leaving: BTreeMap<(Time, u64), (Reference, Arc<Stored>)>,
    next: u64,
    random: Stream,
}

/// An error of the daemon: status and message.
type Refusal = (u16, String);

const ADJECTIVES: [&str; 12] =
    ["admiring", "bold", "clever", "dreamy", "eager", "focused", "gallant", "happy", "jolly", "keen", "quirky", "vibrant"];
const PEOPLE: [&str; 12] =
    ["babbage", "curie", "dijkstra", "euler", "franklin", "goodall", "hopper", "kepler", "lovelace", "noether", "ritchie", "turing"];

impl Daemon {
    pub fn new(catalog: Arc<ImageCatalog>, mut random: Stream) -> Self {
        let mut ids = Stream::new(random.bits(), "networks");
        let id = || (0..4).map(|_| format!("{:016x}", ids.bits())).collect();
        Daemon {
            networks: networks::usual(id, 0),
            known_volumes: BTreeMap::new(),
            carried: BTreeMap::new(),
            next_carried: 0,
            typed: BTreeMap::new(),
            sockets: BTreeMap::new(),
            errands: Vec::new(),
            catalog,
            names: BTreeMap::new(),
            images: BTreeMap::new(),
            containers: Vec::new(),
            builds: Vec::new(),
            cache: Cache::new(),
            layers: BTreeSet::new(),
            uploaded: BTreeSet::new(),
            volumes: Volumes::default(),
            replies: BTreeMap::new(),
            arriving: BTreeMap::new(),
            leaving: BTreeMap::new(),
            next: 0,
            random,
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn reply(&mut self, at: Time, to: ExchangeId, event: HttpEvent) {
        let number = self.number();
        self.replies.insert((at, number), (to, event));
    }

    fn hex(&mut self) -> String {
        (0..4).map(|_| format!("{:016x}", self.random.bits())).collect()
    }

    pub fn next_at(&self) -> Option<Time> {
        let first = |keys: Option<&(Time, u64)>| keys.map(|(at, _)| *at);
        [first(self.replies.keys().next()), first(self.arriving.keys().next()), first(self.leaving.keys().next())]
            .into_iter()
            .chain(self.containers.iter().map(Container::next_at))
            .chain(self.builds.iter().map(Build::next_at))
            .flatten()
            .min()
    }

    /// Does what is due. What clients are told.
    #[must_use]
    pub fn run(&mut self, cluster: &mut Cluster) -> Vec<(ExchangeId, HttpEvent)> {
        let now = cluster.now();
        let unix_nanos = nanos(cluster);
        while let Some(entry) = self.arriving.first_entry().filter(|entry| entry.key().0 <= now) {
            let (name, stored) = entry.remove();
            self.keep(&name, stored);
        }
        while let Some(entry) = self.leaving.first_entry().filter(|entry| entry.key().0 <= now) {
            let (name, stored) = entry.remove();
            cluster.push_image(stored.for_registry(&name));
        }
        let mut replies = Vec::new();
        for container in self.containers.iter_mut().filter(|container| container.next_at().is_some_and(|at| at <= now)) {
            container.run(now, unix_nanos, &mut self.volumes, &mut replies);
        }
        self.take(replies);
        self.carry(cluster);
        self.remove_ended();
        self.run_builds(cluster, unix_nanos);
        let mut told = Vec::new();
        while let Some(entry) = self.replies.first_entry().filter(|entry| entry.key().0 <= now) {
            let (exchange, event) = entry.remove();
            let event = self.as_typed(exchange, event, now);
            if !self.answer_container(exchange, &event) {
                told.push((exchange, event));
            }
        }
        told
    }

    /// Containers of `--rm` go when they have ended, with the volumes that are theirs alone.
    fn remove_ended(&mut self) {
        let ended = |container: &Container| container.auto_remove && matches!(container.state, State::Exited { .. });
        let gone: Vec<Container> = self.containers.iter().filter(|container| ended(container)).cloned().collect();
        self.containers.retain(|container| !ended(container));
        gone.iter().for_each(|container| self.remove_anonymous(&container.spawned.mounts));
    }

    fn take(&mut self, replies: Vec<Reply>) {
        for (at, to, event) in replies {
            self.reply(at, to, event);
        }
    }

    fn run_builds(&mut self, cluster: &mut Cluster, unix_nanos: i64) {
        let now = cluster.now();
        for mut build in std::mem::take(&mut self.builds) {
            let (catalog, names, images) = (self.catalog.clone(), &self.names, &self.images);
            let mut find = |name: &Reference| {
                let local = names.get(&name.to_string()).and_then(|id| images.get(id));
                match local {
                    Some(stored) => Ok(stored.image.clone()),
                    None => cluster.registry_image(name).map_err(|error| error.0),
                }
            };
            let mut around = Around { catalog: &catalog, cache: &mut self.cache, now, unix_nanos, find: &mut find, layers: &mut self.layers };
            let (told, progress) = build.run(&mut around);
            for event in told {
                self.reply(now, build.exchange, HttpEvent::Chunk(format!("{event}\n").into_bytes()));
            }
            match progress {
                Progress::Goes => self.builds.push(build),
                Progress::Ended(stored) => {
                    if let Some(stored) = stored {
                        let mut stored = Arc::new(*stored);
                        // What is built again without a change is the image that is there already.
                        stored = self.images.get(&stored.id).cloned().unwrap_or(stored);
                        self.images.insert(stored.id.clone(), stored.clone());
                        for tag in &build.request.tags {
                            if let Ok(name) = Reference::parse(tag) {
                                self.keep(&name, stored.clone());
                            }
                        }
                    }
                    self.reply(now, build.exchange, HttpEvent::End);
                }
            }
        }
    }

    fn keep(&mut self, name: &Reference, stored: Arc<Stored>) {
        self.layers.extend(stored.layers.iter().map(|layer| layer.digest.clone()));
        self.names.insert(name.to_string(), stored.id.clone());
        self.images.insert(stored.id.clone(), stored);
    }

    /// The image that has this name here.
    pub fn stored(&self, name: &Reference) -> Option<&Arc<Stored>> {
        self.names.get(&name.to_string()).and_then(|id| self.images.get(id))
    }

    /// The image that a name or the beginning of an id means.
    fn image(&self, name: &str) -> Option<Arc<Stored>> {
        if let Ok(parsed) = Reference::parse(name)
            && let Some(id) = self.names.get(&parsed.to_string())
        {
            return self.images.get(id).cloned();
        }
        let hex = name.strip_prefix("sha256:").unwrap_or(name);
        let is_hex = !hex.is_empty() && hex.chars().all(|c| c.is_ascii_hexdigit());
        self.images.values().find(|stored| is_hex && stored.id["sha256:".len()..].starts_with(hex)).cloned()
    }

    fn container(&mut self, name: &str) -> Result<&mut Container, Refusal> {
        let index = self.containers.iter().position(|container| container.name == name || container.id.starts_with(name) && !name.is_empty());
        match index {
            Some(index) => Ok(&mut self.containers[index]),
            None => Err((404, format!("No such container: {name}"))),
        }
    }
}

/// What the clock on the wall shows, in nanoseconds since 1970.
pub fn nanos(cluster: &Cluster) -> i64 {
    let epoch = i64::try_from(cluster.config().epoch.0.as_nanosecond()).unwrap_or(i64::MAX);
    epoch + i64::try_from(cluster.now().as_nanos()).unwrap_or(0)
}

/// Requests.
impl Daemon {
    /// Takes a request to the daemon's socket, or to a port that a container has published.
    pub fn ask(&mut self, id: ExchangeId, request: &HttpRequest, cluster: &mut Cluster, machine: &Machine) -> bool {
        let Some(rest) = request.url.strip_prefix(SOCKET) else { return self.ask_published(id, request, cluster) };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let query: BTreeMap<String, String> = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.to_owned(), decode(value))).collect();
        let parts: Vec<String> = path.split('/').skip(1).map(decode).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let asked = Asked { id, parts: &parts, query: &query, body: &request.body };
        match self.answer(&request.method, &asked, cluster, machine) {
            Ok(Some(body)) => self.reply(cluster.now(), id, HttpEvent::Response(HttpResponse::new(200, body.to_string()))),
            // The answer comes later, or in pieces.
            Ok(None) => {}
            Err((status, message)) => {
                let body = json!({"message": message}).to_string();
                self.reply(cluster.now(), id, HttpEvent::Response(HttpResponse::new(status, body)));
            }
        }
        true
    }

    fn ask_published(&mut self, id: ExchangeId, request: &HttpRequest, cluster: &Cluster) -> bool {
        let Some((scheme, rest)) = request.url.split_once("://") else { return false };
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, port.parse::<u16>().ok()));
        let port = port.unwrap_or(if scheme == "https" { 443 } else { 80 });
        let now = cluster.now();
        let is_own = matches!(host, "localhost" | "0.0.0.0" | "podarium") || host.starts_with("127.");
        let running = self.containers.iter().enumerate().filter(|(_, container)| container.is_running());
        let found = running.filter_map(|(index, container)| {
            let inner = match is_own {
                true if container.is_on_host() => (if scheme == "udp" { container.takes_datagrams(port, now) } else { container.listens(port, now) }).then_some(port),
                true => container.ports.iter().find(|published| published.host == Some(port) && published.udp == (scheme == "udp")).map(|published| published.inner),
                false => container.networks.values().any(|address| address == host).then_some(port),
            };
            inner.map(|inner| (index, inner))
        });
        let Some((index, inner)) = { found }.next() else { return false };
        match scheme {
            "tcp" => self.connect(index, inner, id, "172.17.0.1", is_own, now),
            // A host answers by itself; a port is no host.
            "icmp" if is_own => return false,
            "icmp" => self.reply(now, id, HttpEvent::Response(HttpResponse::new(64, ""))),
            "udp" => self.open_datagrams(index, inner, id, "172.17.0.1", now),
            _ => {
                let reply = self.containers[index].take(inner, id, request, now, &mut self.volumes);
                self.take(reply.into_iter().collect());
            }
        }
        true
    }

    pub fn data(&mut self, id: ExchangeId, bytes: &[u8], now: Time) -> bool {
        self.containers.iter_mut().any(|container| container.data(id, bytes)) || self.stream_data(id, bytes, now)
    }

    pub fn close(&mut self, id: ExchangeId) {
        self.containers.iter_mut().for_each(|container| container.forget(id));
        self.typed.remove(&id);
        self.sockets.remove(&id);
        self.builds.retain(|build| build.exchange != id);
        self.replies.retain(|_, (to, _)| *to != id);
    }

    fn answer(&mut self, method: &str, asked: &Asked<'_>, cluster: &mut Cluster, machine: &Machine) -> Result<Option<Value>, Refusal> {
        let now = cluster.now();
        match (method, asked.parts) {
            ("GET", ["containers", "json"]) => Ok(Some(self.list(asked.query.contains_key("all"), nanos(cluster)))),
            ("POST", ["containers", "create"]) => self.create(asked, cluster, machine.hostname()).map(Some),
            ("POST", ["containers", name, "start"]) => self.start(name, cluster, machine).map(|()| Some(json!({}))),
            ("POST", ["containers", name, "stop"]) => {
                let grace = asked.query.get("t").and_then(|seconds| seconds.parse().ok()).map_or(GRACE, Duration::from_secs);
                self.stop(name, grace, asked.id, cluster)
            }
            ("POST", ["containers", name, "kill"]) => {
                let id = self.container(name)?.id.clone();
                let container = self.container(&id)?;
                if !container.is_running() {
                    return Err((409, format!("cannot kill container: {name}: container {id} is not running")));
                }
                let mut replies = Vec::new();
                container.end(137, now, nanos(cluster), &mut replies);
                self.take(replies);
                self.remove_ended();
                Ok(Some(json!({})))
            }
            ("POST", ["containers", name, "wait"]) => {
                let id = asked.id;
                let container = self.container(name)?;
                if let State::Exited { code, .. } = container.state {
                    return Ok(Some(json!({"StatusCode": code})));
                }
                container.waiting.push(id);
                Ok(None)
            }
            ("POST", ["containers", name, "attach"]) => {
                let id = asked.id;
                self.container(name)?.attached.push(id);
                self.reply(now, id, HttpEvent::Head { status: 200, headers: Vec::new() });
                Ok(None)
            }
            ("POST", ["containers", name, "exec"]) => self.exec(name, asked, now).map(|()| None),
            ("GET", ["containers", name, "logs"]) => self.logs(name, asked, now).map(|()| None),
            ("GET", ["containers", name, "json"]) => {
                let container = self.container(name)?.clone();
                Ok(Some(inspect_container(&container, &self.networks)))
            }
            ("DELETE", ["containers", name]) => self.remove(name, asked.query.contains_key("force"), asked.query.contains_key("v"), cluster).map(|()| Some(json!({}))),
            ("POST", ["containers", "prune"]) => Ok(Some(self.prune_containers())),
            ("GET" | "PUT", ["containers", name, "archive"]) => self.archive(method, name, asked, now).map(Some),
            ("GET", ["containers", name, "changes"]) => self.changes(name).map(Some),
            ("POST", ["containers", name, "commit"]) => self.commit(name, asked, cluster).map(Some),
            ("GET", ["containers", name, "export"]) => {
                let archive = self.export(name)?;
                self.reply(now, asked.id, HttpEvent::Response(HttpResponse::new(200, archive)));
                Ok(None)
            }
            ("GET", ["stats"]) => Ok(Some(self.stats(now))),
            ("GET", ["system", "df"]) => Ok(Some(self.disk_usage())),
            (_, ["volumes", ..]) => self.volume_request(method, asked, nanos(cluster)).map(Some),
            (_, ["networks", ..]) => self.network_request(method, asked, nanos(cluster)).map(Some),
            ("GET", ["images", "json"]) => Ok(Some(self.list_images(nanos(cluster)))),
            ("POST", ["images", "create"]) => self.pull(asked, cluster).map(|()| None),
            ("POST", ["images", name, "push"]) => self.push(name, asked, cluster).map(|()| None),
            ("POST", ["images", name, "tag"]) => {
                let stored = self.image(name).ok_or_else(|| (404, format!("No such image: {}", with_tag(name))))?;
                let target = Reference::parse(asked.query.get("to").map_or("", String::as_str)).map_err(|_| (400, "invalid reference format".to_owned()))?;
                self.keep(&target, stored);
                Ok(Some(json!({})))
            }
            ("GET", ["images", name, "json"]) => {
                let stored = self.image(name).ok_or_else(|| (404, format!("No such image: {}", with_tag(name))))?;
                Ok(Some(self.inspect_image(&stored)))
            }
            ("GET", ["images", name, "history"]) => {
                let stored = self.image(name).ok_or_else(|| (404, format!("No such image: {}", with_tag(name))))?;
                let layers: Vec<Value> = stored.layers.iter().rev().map(|layer| json!({"by": layer.created_by, "bytes": layer.bytes, "created": stored.created_nanos})).collect();
                Ok(Some(json!({"id": stored.id, "layers": layers, "now": nanos(cluster)})))
            }
            ("DELETE", ["images", name]) => self.remove_image(name, asked.query.contains_key("force")).map(Some),
            ("POST", ["build"]) => self.build(asked, now).map(|()| None),
            _ => Err((404, "page not found".to_owned())),
        }
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A request to the socket, taken apart.
struct Asked<'a> {
    id: ExchangeId,
    parts: &'a [&'a str],
    query: &'a BTreeMap<String, String>,
    body: &'a [u8],
}

fn with_tag(name: &str) -> String {
    match Reference::parse(name) {
        Ok(name) => {
            let (repository, tag) = familiar(&name);
            format!("{repository}:{tag}")
        }
        Err(_) => name.to_owned(),
    }
}

/// Containers.
impl Daemon {
    fn list(&self, all: bool, unix_nanos: i64) -> Value {
        let shown = self.containers.iter().rev().filter(|container| all || container.is_running());
        let entry = |container: &Container| {
            let (state, since) = match &container.state {
                State::Created => ("created", 0),
                State::Running { since_nanos } => ("running", *since_nanos),
                State::Exited { at_nanos, .. } => ("exited", *at_nanos),
            };
            let code = if let State::Exited { code, .. } = container.state { code } else { 0 };
            json!({
                "Id": container.id, "Name": container.name, "Image": container.image_name, "Command": container.command(),
                "Created": container.created_nanos, "State": state, "Since": since, "ExitCode": code, "Now": unix_nanos,
                "Ports": ports(container), "Labels": container.labels, "Health": container.health.as_ref().filter(|_| container.is_running()).map(Health::shown),
            })
        };
        shown.map(entry).collect()
    }

    fn create(&mut self, asked: &Asked<'_>, cluster: &Cluster, own_hostname: &str) -> Result<Value, Refusal> {
        let body: Value = serde_json::from_slice(asked.body).map_err(|error| (400, error.to_string()))?;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let words = |name: &str| -> Vec<String> { body[name].as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect() };
        let image_name = text("Image");
        let Some(image) = self.image(&image_name) else { return Err((404, format!("No such image: {}", with_tag(&image_name)))) };
        let mut name = text("Name");
        if let Some(other) = self.containers.iter().find(|container| !name.is_empty() && container.name == name) {
            return Err((
                409,
                format!(
                    "Conflict. The container name \"/{name}\" is already in use by container \"{}\". You have to remove (or rename) that container to be able to reuse that name.",
                    other.id
                ),
            ));
        }
        while name.is_empty() || self.containers.iter().any(|container| container.name == name) {
            let (first, second) = (self.random.below(ADJECTIVES.len()), self.random.below(PEOPLE.len()));
            name = format!("{}_{}", ADJECTIVES[first], PEOPLE[second]);
        }
        let id = self.hex();
        let settings = &image.settings;
        let entrypoint = if body["Entrypoint"].is_null() { settings.entrypoint.clone() } else { words("Entrypoint") };
        let own_entrypoint = !body["Entrypoint"].is_null();
        let given = words("Cmd");
        let args = if given.is_empty() && !own_entrypoint { settings.command.clone() } else { given.clone() };
        let line: Vec<String> = entrypoint.iter().chain(&args).cloned().collect();
        if line.is_empty() {
            return Err((400, "no command specified".to_owned()));
        }
        let mut env: BTreeMap<String, String> = settings.env.iter().cloned().collect();
        env.extend(words("Env").iter().filter_map(|entry| entry.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut mounts = Vec::new();
        for volume in words("Volumes") {
            match volume.split(':').collect::<Vec<_>>().as_slice() {
                [name, path, rest @ ..] if !name.contains('/') && !name.starts_with('.') => {
                    mounts.push(MountPoint { path: (*path).to_owned(), source: format!("/var/lib/docker/volumes/{name}/_data"), mounted: Mounted::Disk((*name).into()), sub_path: None, read_only: rest.contains(&"ro") });
                }
                [path] if path.starts_with('/') => mounts.push(self.anonymous(path)),
                _ => return Err((501, format!("podarium: not simulated: docker run -v {volume} (named volumes are)"))),
            }
        }
        for path in &settings.volumes {
            if mounts.iter().all(|point: &MountPoint| point.path.trim_end_matches('/') != path.trim_end_matches('/')) {
                mounts.push(self.anonymous(path));
            }
        }
        let files = self.catalog.contents(&image.image).files;
        for point in &mounts {
            if let Mounted::Disk(name) = &point.mounted {
                self.know_volume(name, name.len() == 64, nanos(cluster));
                self.volumes.fill(name, &files, &point.path, cluster.now());
            }
        }
        let user = if text("User").is_empty() { image.image.user } else { text("User").split(':').next().and_then(|user| user.parse().ok()).unwrap_or(0) };
        let hardware = podarium_machine::Hardware::default();
        let network = self.network_of(&text("Network"))?;
        let networks = BTreeMap::from([(network.clone(), self.free_address(&network))]);
        let hostname = match text("Hostname") {
            given if !given.is_empty() => given,
            _ if network == networks::HOST => own_hostname.to_owned(),
            _ => id[..12].to_owned(),
        };
        let extra_hosts: Vec<(String, String)> = words("ExtraHosts").iter().filter_map(|entry| entry.split_once([':', '='])).map(|(name, address)| (name.to_owned(), address.replace("host-gateway", networks::GATEWAY))).collect();
        let check = Check::with(settings.healthcheck.as_ref(), &body["Health"]).map_err(|error| (400, error))?;
        let spawned = Spawned {
            shares_processes: None,
            user_namespace: None,
            isolation: Isolation::of_lone(&id, network == networks::HOST),
            at: cluster.now(),
            // The image's own settings count where nothing else is said: a played program recognises itself by that.
            command: if own_entrypoint { entrypoint.clone() } else { Vec::new() },
            args: given,
            env,
            workdir: Some(text("WorkingDir")).filter(|path| !path.is_empty()).or_else(|| settings.workdir.clone()),
            files: vec![("/etc/hosts".to_owned(), networks::hosts_file(&hostname, &networks, &extra_hosts))],
            hostname,
            stdin: body["OpenStdin"].as_bool().unwrap_or(false),
            tty: body["Tty"].as_bool().unwrap_or(false),
            credentials: Credentials::user(user, user),
            read_only_root: body["ReadonlyRootfs"].as_bool().unwrap_or(false),
            mounts,
            attempt: 0,
            memory_limit: body["Memory"].as_u64(),
            cpu_limit: body["CpuMillis"].as_u64(),
            cpus: hardware.cpus,
            memory: hardware.memory_bytes,
            random: Stream::new(self.random.bits(), "docker"),
            epoch_nanos: nanos(cluster) - i64::try_from(cluster.now().as_nanos()).unwrap_or(0),
        };
        let mut container = Container::new(id.clone(), name.clone(), image_name, image.clone(), line, nanos(cluster), spawned, networks);
        container.check = check;
        container.aliases = words("Aliases");
        container.extra_hosts = extra_hosts;
        container.auto_remove = body["AutoRemove"].as_bool().unwrap_or(false);
        container.exposed = settings.exposed.clone();
        container.labels = settings.labels.clone();
        for label in words("Labels") {
            let (key, value) = label.split_once('=').unwrap_or((&label, ""));
            container.labels.insert(key.to_owned(), value.to_owned());
        }
        // On the workstation's own network they are there anyway.
        if network != networks::HOST {
            for port in body["Ports"].as_array().into_iter().flatten() {
                let host = port["host"].as_u64().and_then(|port| u16::try_from(port).ok());
                container.ports.extend(port["container"].as_str().and_then(Port::parse).map(|port| Port { host, ..port }));
            }
            if body["PublishAll"].as_bool().unwrap_or(false) {
                container.ports.extend(container.exposed.iter().filter_map(|port| Port::parse(port)));
            }
        }
        self.containers.push(container);
        let is_published = body["Ports"].as_array().is_some_and(|ports| !ports.is_empty()) || body["PublishAll"].as_bool() == Some(true);
        let discarded = network == networks::HOST && is_published;
        Ok(json!({"Id": id, "Name": name, "Warnings": discarded.then_some("Published ports are discarded when using host network mode").into_iter().collect::<Vec<_>>()}))
    }

    fn start(&mut self, name: &str, cluster: &Cluster, machine: &Machine) -> Result<(), Refusal> {
        let id = self.container(name)?.id.clone();
        let running = self.containers.iter().filter(|container| container.is_running());
        let taken: BTreeSet<(u16, bool)> = running.flat_map(|container| &container.ports).filter_map(|port| Some((port.host?, port.udp))).collect();
        let (now, unix_nanos, catalog) = (cluster.now(), nanos(cluster), self.catalog.clone());
        let index = self.containers.iter().position(|container| container.id == id).ok_or((404, String::new()))?;
        let container = &mut self.containers[index];
        if container.is_running() {
            return Ok(());
        }
        let (mut next, address) = (32768, container.address().to_owned());
        let listens = |port: u16, udp: bool| if udp { machine.takes_datagrams(port) } else { machine.listens(port) };
        for port in &mut container.ports {
            let failed = |problem: String| {
                (500, format!("failed to set up container networking: driver failed programming external connectivity on endpoint {} ({}): {problem}", container.name, sha256(container.id.as_bytes()).replace("sha256:", "")))
            };
            match port.host {
                Some(host) if taken.contains(&(host, port.udp)) => return Err(failed(format!("Bind for 0.0.0.0:{host} failed: port is already allocated"))),
                Some(host) if listens(host, port.udp) => {
                    return Err(failed(format!("failed to bind host port for 0.0.0.0:{host}:{address}:{}: address already in use", port.inside())));
                }
                Some(_) => {}
                None => {
                    while taken.contains(&(next, port.udp)) || listens(next, port.udp) {
                        next += 1;
                    }
                    port.host = Some(next);
                    next += 1;
                }
            }
        }
        let started = container.start(&catalog, now, unix_nanos, &mut self.volumes);
        let mut replies = Vec::new();
        match started {
            Ok(()) => container.run(now, unix_nanos, &mut self.volumes, &mut replies),
            Err(error) => {
                let text = format!("failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: {error}: unknown");
                return Err((400, text));
            }
        }
        self.take(replies);
        Ok(())
    }

    fn stop(&mut self, name: &str, grace: Duration, id: ExchangeId, cluster: &Cluster) -> Result<Option<Value>, Refusal> {
        let (now, unix_nanos) = (cluster.now(), nanos(cluster));
        let own = self.container(name)?.id.clone();
        let Some(container) = self.containers.iter_mut().find(|container| container.id == own) else { return Ok(Some(json!({}))) };
        if !container.is_running() {
            return Ok(Some(json!({})));
        }
        container.waiting.push(id);
        let mut replies = Vec::new();
        container.stop(grace, now, unix_nanos, &mut self.volumes, &mut replies);
        self.take(replies);
        Ok(None)
    }

    /// A volume for one container.
    fn anonymous(&mut self, path: &str) -> MountPoint {
        let name = self.hex();
        MountPoint { path: path.to_owned(), source: format!("/var/lib/docker/volumes/{name}/_data"), mounted: Mounted::Disk(name.into()), sub_path: None, read_only: false }
    }

    fn remove(&mut self, name: &str, force: bool, volumes: bool, cluster: &Cluster) -> Result<(), Refusal> {
        let (now, unix_nanos) = (cluster.now(), nanos(cluster));
        let container = self.container(name)?;
        let mut replies = Vec::new();
        if container.is_running() {
            if !force {
                return Err((409, format!("cannot remove container \"{}\": container is running: stop the container before removing or force remove", container.name)));
            }
            container.end(137, now, unix_nanos, &mut replies);
        }
        let (id, mounts, own) = (container.id.clone(), container.spawned.mounts.clone(), container.auto_remove);
        self.containers.retain(|container| container.id != id);
        if volumes || own {
            self.remove_anonymous(&mounts);
        }
        self.take(replies);
        Ok(())
    }

    fn logs(&mut self, name: &str, asked: &Asked<'_>, now: Time) -> Result<(), Refusal> {
        let (id, query) = (asked.id, asked.query);
        let container = self.container(name)?;
        let tail = query.get("tail").and_then(|tail| tail.parse::<usize>().ok()).unwrap_or(usize::MAX);
        let stamps = query.contains_key("timestamps");
        let lines = container.log.iter().skip(container.log.len().saturating_sub(tail));
        let text: String = lines.map(|(at, line)| if stamps { format!("{} {line}\n", stamp(*at)) } else { format!("{line}\n") }).collect();
        let follows = query.contains_key("follow") && container.is_running();
        if follows {
            container.following.push(id);
        }
        self.reply(now, id, HttpEvent::Head { status: 200, headers: Vec::new() });
        if !text.is_empty() {
            self.reply(now, id, HttpEvent::Chunk(text.into_bytes()));
        }
        if !follows {
            self.reply(now, id, HttpEvent::End);
        }
        Ok(())
    }

    fn exec(&mut self, name: &str, asked: &Asked<'_>, now: Time) -> Result<(), Refusal> {
        let body: Value = serde_json::from_slice(asked.body).map_err(|error| (400, error.to_string()))?;
        let command = body["Cmd"].as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect();
        let exec = podarium_cluster::images::Exec { command, stdin: body["Stdin"].as_bool().unwrap_or(false), tty: body["Tty"].as_bool().unwrap_or(false) };
        let own = self.container(name)?.id.clone();
        let Some(container) = self.containers.iter_mut().find(|container| container.id == own) else { return Ok(()) };
        if !container.is_running() {
            return Err((409, format!("container {own} is not running")));
        }
        let started = container.exec(&exec, asked.id, now, &mut self.volumes);
        started.map_err(|error| (400, format!("OCI runtime exec failed: exec failed: unable to start container process: {error}: unknown")))?;
        self.reply(now, asked.id, HttpEvent::Head { status: 200, headers: Vec::new() });
        Ok(())
    }
}

/// `2026-11-27T19:00:00.000000000Z`
pub fn stamp(unix_nanos: i64) -> String {
    let (seconds, nanos) = (unix_nanos.div_euclid(1_000_000_000), unix_nanos.rem_euclid(1_000_000_000));
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{nanos:09}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// The date of a day since 1970 (Howard Hinnant's days_from_civil, backwards).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month_index + 2) / 5 + 1, if month_index < 10 { month_index + 3 } else { month_index - 9 });
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

fn ports(container: &Container) -> Value {
    let mut all: Vec<Value> = Vec::new();
    if !container.is_running() {
        return all.into();
    }
    for port in &container.ports {
        all.push(json!({"host": port.host, "container": port.inside()}));
    }
    for port in container.exposed.iter().filter(|_| !container.is_on_host()) {
        if !container.ports.iter().any(|published| published.inside() == *port) {
            all.push(json!({"host": null, "container": port}));
        }
    }
    all.into()
}

fn inspect_container(container: &Container, known: &BTreeMap<String, networks::Network>) -> Value {
    let (status, running, code, started, finished) = match &container.state {
        State::Created => ("created", false, 0, None, None),
        State::Running { since_nanos } => ("running", true, 0, Some(*since_nanos), None),
        State::Exited { code, at_nanos } => ("exited", false, *code, None, Some(*at_nanos)),
    };
    let zero = "0001-01-01T00:00:00Z".to_owned();
    let bindings: serde_json::Map<String, Value> = container
        .ports
        .iter()
        .map(|port| (port.inside(), json!([{"HostIp": "0.0.0.0", "HostPort": port.host.map(|host| host.to_string()).unwrap_or_default()}])))
        .collect();
    let mut config = container.image.config();
    config["Hostname"] = json!(container.spawned.hostname);
    config["Tty"] = json!(container.spawned.tty);
    config["Image"] = json!(container.image_name);
    let health = container.health.as_ref().map(Health::inspected);
    if let Some(check) = &container.check {
        config["Healthcheck"] = check.config();
    }
    config["Env"] = json!(container.spawned.env.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>());
    let mut inspected = json!({
        "Id": container.id,
        "Created": stamp(container.created_nanos),
        "Path": container.line.first(),
        "Args": container.line.get(1..).unwrap_or_default(),
        "State": {
            "Status": status, "Running": running, "Paused": false, "Restarting": false, "OOMKilled": false, "Dead": false, "ExitCode": code,
            "StartedAt": started.map_or_else(|| zero.clone(), stamp), "FinishedAt": finished.map_or_else(|| zero.clone(), stamp),
        },
        "Image": container.image.id,
        "Name": format!("/{}", container.name),
        "RestartCount": 0,
        "Driver": "overlay2",
        "Platform": "linux",
        "HostConfig": {
            "NetworkMode": container.networks.keys().next(), "PortBindings": bindings, "AutoRemove": container.auto_remove,
            "ExtraHosts": container.extra_hosts.iter().map(|(name, address)| format!("{name}:{address}")).collect::<Vec<_>>(),
        },
        "Config": config,
        "NetworkSettings": {
            "Ports": if running { json!(bindings) } else { json!({}) },
            "IPAddress": if running && container.networks.contains_key(networks::BRIDGE) { container.address() } else { "" },
            "Gateway": if running && container.networks.contains_key(networks::BRIDGE) { networks::GATEWAY } else { "" },
            "Networks": networks::inspected(container, known),
        },
        "Mounts": container.spawned.mounts.iter().map(mount).collect::<Vec<_>>(),
    });
    if let Some(health) = health {
        inspected["State"]["Health"] = health;
    }
    inspected
}

/// A volume as `docker inspect` shows it.
fn mount(point: &MountPoint) -> Value {
    let (Mounted::Disk(name) | Mounted::Pod(name)) = &point.mounted;
    let name = name.to_string();
    json!({
        "Type": "volume", "Name": name, "Source": format!("/var/lib/docker/volumes/{name}/_data"), "Destination": point.path, "Driver": "local",
        "Mode": if point.read_only { "ro" } else { "" }, "RW": !point.read_only, "Propagation": "",
    })
}
