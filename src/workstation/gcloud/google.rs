//! The cloud itself: clusters, machines, firewall rules of one project, as its APIs show them.
//!
//! Simplified: one cluster at a time, and none after one was deleted; its machines stand in one zone. Rules for traffic
//! that comes from the internet are looked at for the machines' own addresses; load balancers let through what they are
//! for.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_api::Kind;
use podarium_cluster::apiserver::Request;
use podarium_cluster::cloud::autoscaler::{Naming, NodeGroup};
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::{Cluster, Key, external_address};
use podarium_machine::{ExchangeId, HttpEvent, HttpRequest, HttpResponse, NetError};
use podarium_sim::{Stream, Time};
use serde_json::{Value, json};

use super::PROJECT;
use super::builds::{Builds, WorldErrand};
use super::registry::Registry;

/// What things take.
const CREATE: Duration = Duration::from_secs(290);
/// When the machines of a new cluster are switched on, and how long a new machine takes to be ready.
const MACHINES: Duration = Duration::from_secs(230);
const READY: Duration = Duration::from_secs(30);
const RESIZE: Duration = Duration::from_secs(55);
const DELETE: Duration = Duration::from_secs(170);
const RULE: Duration = Duration::from_secs(6);
const ANSWER: Duration = Duration::from_millis(180);
/// How long Linux tries to connect to somebody who says nothing.
const CONNECTING: Duration = Duration::from_secs(127);

/// Types of machines: name, thousandths of a CPU, MiB of memory.
const TYPES: [(&str, u64, u64); 16] = [
    ("e2-medium", 1000, 4096),
    ("e2-micro", 250, 1024),
    ("e2-small", 500, 2048),
    ("e2-standard-2", 2000, 8192),
    ("e2-standard-4", 4000, 16384),
    ("e2-standard-8", 8000, 32768),
    ("f1-micro", 200, 614),
    ("g1-small", 500, 1740),
    ("n1-standard-1", 1000, 3840),
    ("n1-standard-2", 2000, 7680),
    ("n1-standard-4", 4000, 15360),
    ("n1-standard-8", 8000, 30720),
    ("n2-standard-2", 2000, 8192),
    ("n2-standard-4", 4000, 16384),
    ("e2-highmem-2", 2000, 16384),
    ("e2-highcpu-2", 2000, 2048),
];

const ZONES: [&str; 14] = [
    "asia-east1-a", "europe-north1-a", "europe-west1-b", "europe-west1-c", "europe-west1-d", "europe-west3-a", "europe-west4-a", "us-central1-a",
    "us-central1-b", "us-central1-c", "us-central1-f", "us-east1-b", "us-east1-c", "us-west1-a",
];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Provisioning,
    Running,
    Reconciling,
    Stopping,
    Deleted,
}

#[derive(Clone, Debug)]
struct Gke {
    name: String,
    zone: String,
    machine_type: String,
    status: Status,
    /// How many machines it is to have.
    size: u32,
    machines: Vec<Instance>,
    pool: String,
    /// Between how many and how many machines the autoscaler keeps it.
    bounds: Option<(usize, usize)>,
}

#[derive(Clone, Debug)]
struct Instance {
    name: String,
    internal: String,
    external: String,
}

#[derive(Clone, Debug)]
struct Rule {
    name: String,
    allowed: Vec<String>,
    sources: Vec<String>,
}

#[derive(Clone, Debug)]
enum Work {
    /// Machines come or go, up to this number.
    Size(u32),
    /// The autoscaler gets these bounds, or stops.
    Bounds(Option<(usize, usize)>),
    ClusterIsUp,
    ClusterIsGone,
    AddRule(Rule),
    RemoveRule(String),
}

#[derive(Clone)]
pub struct Google {
    builds: Builds,
    registry: Registry,
    gke: Option<Gke>,
    rules: Vec<Rule>,
    work: BTreeMap<(Time, u64), Work>,
    replies: BTreeMap<(Time, u64), (ExchangeId, HttpEvent)>,
    next: u64,
    random: Stream,
}

impl Google {
    pub fn new(random: Stream) -> Self {
        let builds = Builds::new(Stream::new(random.clone().bits(), "builds"));
        let rule = |name: &str, allowed: &[&str], source: &str| Rule {
            name: name.to_owned(),
            allowed: allowed.iter().map(|port| (*port).to_owned()).collect(),
            sources: vec![source.to_owned()],
        };
        let rules = vec![
            rule("default-allow-icmp", &["icmp"], "0.0.0.0/0"),
            rule("default-allow-internal", &["tcp:0-65535", "udp:0-65535", "icmp"], "10.128.0.0/9"),
            rule("default-allow-rdp", &["tcp:3389"], "0.0.0.0/0"),
            rule("default-allow-ssh", &["tcp:22"], "0.0.0.0/0"),
        ];
        Google { builds, registry: Registry::default(), gke: None, rules, work: BTreeMap::new(), replies: BTreeMap::new(), next: 0, random }
    }

    pub fn next_at(&self) -> Option<Time> {
        self.work.keys().chain(self.replies.keys()).map(|(at, _)| *at).chain(self.builds.next_at()).min()
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn later(&mut self, at: Time, work: Work) {
        let number = self.number();
        self.work.insert((at, number), work);
    }

    fn reply(&mut self, at: Time, to: ExchangeId, event: HttpEvent) {
        let number = self.number();
        self.replies.insert((at, number), (to, event));
    }

    /// Does what is due, and gives what is told to those who have asked.
    pub fn run(&mut self, cluster: &mut Cluster) -> Vec<(ExchangeId, HttpEvent)> {
        let now = cluster.now();
        self.builds.run(cluster);
        self.follow_autoscaler(cluster);
        while let Some(entry) = self.work.first_entry().filter(|entry| entry.key().0 <= now) {
            let work = entry.remove();
            self.do_work(work, cluster);
        }
        let mut told = Vec::new();
        while let Some(entry) = self.replies.first_entry().filter(|entry| entry.key().0 <= now) {
            told.push(entry.remove());
        }
        told
    }

    /// What builds ask of the world.
    pub fn take_errands(&mut self) -> Vec<WorldErrand> {
        self.builds.take_errands()
    }

    /// An answer to a build; whether it was one's.
    pub fn reply_to_build(&mut self, id: ExchangeId, event: &HttpEvent) -> bool {
        self.builds.http_reply(id, event)
    }

    pub fn close(&mut self, id: ExchangeId) {
        self.replies.retain(|_, (to, _)| *to != id);
    }

    fn do_work(&mut self, work: Work, cluster: &mut Cluster) {
        match work {
            Work::Size(size) => {
                self.set_size(size, cluster);
                self.set_bounds(cluster);
            }
            Work::Bounds(bounds) => {
                if let Some(gke) = self.gke.as_mut() {
                    gke.bounds = bounds;
                }
                self.set_bounds(cluster);
            }
            Work::ClusterIsUp => {
                if let Some(gke) = self.gke.as_mut() {
                    gke.status = Status::Running;
                }
            }
            Work::ClusterIsGone => {
                cluster.stop_autoscaler();
                self.set_size(0, cluster);
                if let Some(gke) = self.gke.as_mut() {
                    gke.status = Status::Deleted;
                }
            }
            Work::AddRule(rule) => self.rules.push(rule),
            Work::RemoveRule(name) => self.rules.retain(|rule| rule.name != name),
        }
    }

    fn set_size(&mut self, size: u32, cluster: &mut Cluster) {
        let Some(mut gke) = self.gke.take() else { return };
        while gke.machines.len() < size as usize {
            let tail: String = (0..4).map(|_| char::from(b"0123456789bcdfghjklmnpqrstvwxz"[self.random.below(30)])).collect();
            let name = format!("gke-{}-default-pool-{}-{tail}", gke.name, gke.pool);
            let external = external_address(cluster.machines());
            let config = NodeConfig { external_address: Some(external.clone()), ..gke.config(&name, u32::try_from(cluster.machines()).unwrap_or(u32::MAX)) };
            gke.machines.push(Instance { name, internal: config.address.clone(), external });
            cluster.add_node(config);
        }
        while gke.machines.len() > size as usize {
            let Some(gone) = gke.machines.pop() else { break };
            cluster.stop_node(&gone.name);
            // The machine is no more, so its Node is taken away, as the cloud's node controller does.
            cluster.request(Request::delete(Kind::Node, &Key::new("", &gone.name)));
        }
        gke.size = size;
        self.gke = Some(gke);
    }

    /// Starts the autoscaler with what the pool is now, or stops it.
    fn set_bounds(&mut self, cluster: &mut Cluster) {
        match self.gke.as_ref().map(Gke::group) {
            Some(Some(group)) => cluster.start_autoscaler(vec![group]),
            _ => cluster.stop_autoscaler(),
        }
    }

    /// The autoscaler has ordered machines, or given some back.
    fn follow_autoscaler(&mut self, cluster: &Cluster) {
        let (Some(gke), Some(group)) = (self.gke.as_mut(), cluster.autoscaler().and_then(|autoscaler| autoscaler.groups().first())) else { return };
        gke.machines.retain(|machine| group.machines.contains(&machine.name) || cluster.node_is_on(&machine.name));
        for name in &group.machines {
            if gke.machines.iter().all(|machine| machine.name != *name)
                && let Some(config) = cluster.node_config(name)
            {
                let external = config.external_address.clone().unwrap_or_default();
                gke.machines.push(Instance { name: name.clone(), internal: config.address.clone(), external });
            }
        }
        gke.size = u32::try_from(group.machines.len()).unwrap_or(u32::MAX);
    }
}

/// Requests.
impl Google {
    /// Takes a request for the cloud's APIs, or for a machine's address on the internet. What is to be asked in the place
    /// of the latter comes back as an error.
    #[expect(clippy::result_large_err, reason = "the request comes back as it went in")]
    pub fn ask(&mut self, id: ExchangeId, request: HttpRequest, cluster: &mut Cluster) -> Result<(), HttpRequest> {
        let now = cluster.now();
        let Some(rest) = request.url.strip_prefix(super::cli::API) else { return self.ask_machine(id, request, now) };
        let parts: Vec<&str> = rest.trim_matches('/').split('/').collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let answer = match parts.as_slice() {
            ["builds", rest @ ..] => self.builds.answer(&request.method, rest, &request.body, cluster),
            ["repositories" | "versions" | "image", ..] => self.registry.answer(&request.method, &parts, &body, cluster),
            parts => self.answer(&request.method, parts, &body, now),
        };
        let (status, answer) = match answer {
            Ok(answer) => (200, answer),
            Err((status, message)) => (status, json!({"error": message})),
        };
        self.reply(now + ANSWER, id, HttpEvent::Response(HttpResponse::new(status, answer.to_string())));
        Ok(())
    }

    #[expect(clippy::result_large_err, reason = "the request comes back as it went in")]
    fn ask_machine(&mut self, id: ExchangeId, mut request: HttpRequest, now: Time) -> Result<(), HttpRequest> {
        let (scheme, rest) = request.url.split_once("://").unwrap_or(("", ""));
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let bare = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = bare.split_once(':').map_or((bare, None), |(host, port)| (host, port.parse::<u16>().ok()));
        if request.url.starts_with(crate::API_SERVER) && self.gke.as_ref().is_some_and(|gke| gke.status == Status::Deleted) {
            self.give_up(id, &request, now);
            return Ok(());
        }
        let machine = self.gke.iter().flat_map(|gke| &gke.machines).find(|machine| machine.external == host).cloned();
        let Some(machine) = machine else { return Err(request) };
        let port = port.unwrap_or(if scheme == "https" { 443 } else { 80 });
        let protocol = if scheme == "icmp" { "icmp" } else { "tcp" };
        if !self.lets_in(protocol, port) {
            self.give_up(id, &request, now);
            return Ok(());
        }
        if scheme.starts_with("http") && request.header_value("host").is_none() {
            request.headers.push(("Host".to_owned(), bare.to_owned()));
        }
        request.url = request.url.replacen(host, &machine.internal, 1);
        Err(request)
    }

    /// Nobody answers.
    fn give_up(&mut self, id: ExchangeId, request: &HttpRequest, now: Time) {
        let at = now + request.timeout.unwrap_or(CONNECTING).min(CONNECTING);
        self.reply(at, id, HttpEvent::Failed(NetError::TimedOut));
    }

    fn lets_in(&self, protocol: &str, port: u16) -> bool {
        let from_everywhere = self.rules.iter().filter(|rule| rule.sources.iter().any(|source| source == "0.0.0.0/0"));
        from_everywhere.flat_map(|rule| &rule.allowed).any(|allowed| {
            let (of, ports) = allowed.split_once(':').map_or((allowed.as_str(), None), |(of, ports)| (of, Some(ports)));
            let fits = ports.is_none_or(|ports| {
                let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
                (first.parse().unwrap_or(1)..=last.parse().unwrap_or(0)).contains(&port)
            });
            (of == protocol || of == "all") && fits
        })
    }

    fn answer(&mut self, method: &str, parts: &[&str], body: &Value, now: Time) -> Result<Value, (u16, String)> {
        match (method, parts) {
            ("GET", ["clusters"]) => Ok(self.gke.iter().filter(|gke| gke.status != Status::Deleted).map(Gke::json).collect()),
            ("GET", ["clusters", zone, name]) => self.gke_named(zone, name).map(|gke| gke.json()),
            ("POST", ["clusters"]) => self.create(body, now),
            ("POST", ["clusters", zone, name, "resize"]) => {
                let size = body["size"].as_u64().and_then(|size| u32::try_from(size).ok()).unwrap_or(0);
                let gke = self.gke_named(zone, name)?;
                if gke.status != Status::Running {
                    return Err((400, format!("Cluster is running incompatible operation on cluster '{name}'.")));
                }
                gke.status = Status::Reconciling;
                self.later(now + (RESIZE - READY), Work::Size(size));
                self.later(now + RESIZE, Work::ClusterIsUp);
                Ok(json!({}))
            }
            ("POST", ["clusters", zone, name, "autoscaling"]) => {
                let bounds = bounds_of(body)?;
                let gke = self.gke_named(zone, name)?;
                if gke.status != Status::Running {
                    return Err((400, format!("Cluster is running incompatible operation on cluster '{name}'.")));
                }
                gke.status = Status::Reconciling;
                self.later(now + (RESIZE - READY), Work::Bounds(bounds));
                self.later(now + RESIZE, Work::ClusterIsUp);
                Ok(json!({}))
            }
            ("DELETE", ["clusters", zone, name]) => {
                self.gke_named(zone, name)?.status = Status::Stopping;
                self.later(now + DELETE, Work::ClusterIsGone);
                Ok(json!({}))
            }
            ("GET", ["instances"]) => {
                let gke = self.gke.as_ref();
                Ok(gke
                    .into_iter()
                    .flat_map(|gke| gke.machines.iter().map(move |machine| json!({"name": machine.name, "zone": gke.zone, "type": gke.machine_type, "internal": machine.internal, "external": machine.external, "status": "RUNNING"})))
                    .collect())
            }
            ("GET", ["rules"]) => Ok(self.rules.iter().map(Rule::json).collect()),
            ("POST", ["rules"]) => {
                let list = |name: &str| body[name].as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned)).collect();
                let rule = Rule { name: body["name"].as_str().unwrap_or_default().to_owned(), allowed: list("allowed"), sources: list("sources") };
                if self.rules.iter().any(|known| known.name == rule.name) {
                    return Err((409, format!("The resource 'projects/{PROJECT}/global/firewalls/{}' already exists", rule.name)));
                }
                let shown = rule.json();
                self.later(now + RULE, Work::AddRule(rule));
                Ok(shown)
            }
            ("DELETE", ["rules", name]) => {
                if !self.rules.iter().any(|rule| rule.name == *name) {
                    return Err((404, format!("The resource 'projects/{PROJECT}/global/firewalls/{name}' was not found")));
                }
                self.later(now + RULE, Work::RemoveRule((*name).to_owned()));
                Ok(json!({}))
            }
            _ => Err((404, "not found".to_owned())),
        }
    }

    fn gke_named(&mut self, zone: &str, name: &str) -> Result<&mut Gke, (u16, String)> {
        let missing = || (404, format!("Not found: projects/{PROJECT}/zones/{zone}/clusters/{name}.\nNo cluster named '{name}' in {PROJECT}."));
        self.gke.as_mut().filter(|gke| gke.name == name && gke.zone == zone && gke.status != Status::Deleted).ok_or_else(missing)
    }

    fn create(&mut self, body: &Value, now: Time) -> Result<Value, (u16, String)> {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let (name, zone, machine_type) = (text("name"), text("zone"), text("type"));
        let valid = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= 40 && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') && !name.ends_with('-');
        if !valid {
            return Err((400, format!("Invalid value for field \"cluster.name\": \"{name}\". Must be a match of regex '(?:[a-z](?:[-a-z0-9]{{0,38}}[a-z0-9])?)' (only alphanumerics and '-' allowed, must start with a letter and end with an alphanumeric, and must be no longer than 40 characters).")));
        }
        if !ZONES.contains(&zone.as_str()) {
            return Err((403, format!("Permission denied on 'locations/{zone}' (or it may not exist).")));
        }
        if !TYPES.iter().any(|row| row.0 == machine_type) {
            return Err((400, format!("Invalid machine type \"{machine_type}\": podarium knows {}.", TYPES.map(|row| row.0).join(", "))));
        }
        match &self.gke {
            Some(gke) if gke.status == Status::Deleted => return Err((501, "podarium: not simulated: another cluster after the first one was deleted (start anew)".to_owned())),
            Some(gke) if gke.name == name && gke.zone == zone => return Err((409, format!("Already exists: projects/{PROJECT}/zones/{zone}/clusters/{name}."))),
            Some(gke) => return Err((501, format!("podarium: not simulated: a second cluster ({} is there)", gke.name))),
            None => {}
        }
        let pool: String = format!("{:08x}", self.random.bits() as u32);
        let size = body["size"].as_u64().and_then(|size| u32::try_from(size).ok()).unwrap_or(3);
        self.gke = Some(Gke { name, zone, machine_type, status: Status::Provisioning, size, machines: Vec::new(), pool, bounds: bounds_of(body)? });
        self.later(now + MACHINES, Work::Size(size));
        self.later(now + CREATE, Work::ClusterIsUp);
        Ok(json!({}))
    }
}

/// The bounds that a request asks for.
fn bounds_of(body: &Value) -> Result<Option<(usize, usize)>, (u16, String)> {
    let bound = |name: &str| body["autoscaling"][name].as_u64().and_then(|bound| usize::try_from(bound).ok());
    let Some(max) = bound("max") else { return Ok(None) };
    let min = bound("min").unwrap_or(0);
    match min <= max && max > 0 {
        true => Ok(Some((min, max))),
        false => Err((400, format!("NodePool.autoscaling.min_node_count ({min}) must not be greater than max_node_count ({max})."))),
    }
}

impl Gke {
    /// A machine of its pool.
    fn config(&self, name: &str, index: u32) -> NodeConfig {
        let (_, cpu, mib) = TYPES.iter().find(|row| row.0 == self.machine_type).copied().unwrap_or(TYPES[0]);
        let mut config = NodeConfig::new(name, index);
        config.cpu_millis = cpu;
        config.memory_bytes = mib << 20;
        config.zone = Some(self.zone.clone());
        config.region = self.zone.rsplit_once('-').map(|(region, _)| region.to_owned());
        config.labels.insert("cloud.google.com/gke-nodepool".to_owned(), "default-pool".to_owned());
        config.labels.insert("node.kubernetes.io/instance-type".to_owned(), self.machine_type.clone());
        config
    }

    /// Its pool, as the autoscaler knows it.
    fn group(&self) -> Option<NodeGroup> {
        let (min, max) = self.bounds?;
        let prefix = format!("gke-{}-default-pool-{}", self.name, self.pool);
        Some(NodeGroup {
            id: format!("https://www.googleapis.com/compute/v1/projects/{PROJECT}/zones/{}/instanceGroups/{prefix}-grp", self.zone),
            min,
            max,
            template: NodeConfig { external_address: Some(String::new()), network_ready_in: Duration::from_secs(10), ..self.config(&prefix, 0) },
            naming: Naming::Drawn(prefix),
            machines: self.machines.iter().map(|machine| machine.name.clone()).collect(),
        })
    }

    fn json(&self) -> Value {
        let status = match self.status {
            Status::Provisioning => "PROVISIONING",
            Status::Running => "RUNNING",
            Status::Reconciling => "RECONCILING",
            Status::Stopping | Status::Deleted => "STOPPING",
        };
        let address = crate::API_SERVER.trim_start_matches("https://");
        json!({
            "name": self.name, "location": self.zone, "type": self.machine_type, "size": self.size, "status": status, "endpoint": address,
            "version": VERSION, "pool": self.pool, "autoscaling": self.bounds.map(|(min, max)| json!({"min": min, "max": max})),
        })
    }
}

/// The version of the cluster, as GKE writes it.
const VERSION: &str = "1.36.2-gke.1000000";

impl Rule {
    fn json(&self) -> Value {
        json!({"name": self.name, "allowed": self.allowed, "sources": self.sources})
    }
}
