//! The computer on which a build runs: its docker daemon, the workspace, and the steps that run at the moment.
//!
//! Simplified: a step's own image is left as it is but for `/workspace`, `/builder/home` and its volumes; programs of other
//! images run without what those images play.

use std::collections::BTreeMap;

use podarium_cluster::Cluster;
use podarium_cluster::images::{ImageCatalog, Reference};
use podarium_machine::{Credentials, Endpoint, ExchangeId, HttpEvent, HttpRequest, Machine, Main, NetError, Outgoing, Pid, Start, Stdio, TtyId, Volume, VolumeId};
use podarium_sim::{Stream, Time};

use super::job::Step;
use crate::docker::Daemon;

/// Where the source is.
pub const WORKSPACE: &str = "/workspace";
const HOME: &str = "/builder/home";

/// An image of Google's for steps: its name, what it starts, what is installed in it.
struct Builder {
    name: &'static str,
    entrypoint: &'static [&'static str],
    programs: &'static [(&'static str, Main)],
}

const DOCKER: (&str, Main) = ("docker", crate::docker::classic_main);
const KUBECTL: (&str, Main) = ("kubectl", podarium_kubectl::main);
const GCLOUD: (&str, Main) = ("gcloud", super::super::cli::main);
const PLUGIN: (&str, Main) = ("gke-gcloud-auth-plugin", super::super::auth_plugin::main);
const GIT: (&str, Main) = ("git", crate::git::main);

const BUILDERS: &[Builder] = &[
    Builder { name: "gcr.io/cloud-builders/curl", entrypoint: &["curl"], programs: &[] },
    Builder { name: "gcr.io/cloud-builders/docker", entrypoint: &["docker"], programs: &[DOCKER] },
    Builder { name: "gcr.io/cloud-builders/gcloud", entrypoint: &["gcloud"], programs: &[GCLOUD, KUBECTL, PLUGIN, GIT] },
    Builder { name: "gcr.io/cloud-builders/git", entrypoint: &["git"], programs: &[GIT] },
    Builder { name: "gcr.io/cloud-builders/kubectl", entrypoint: &["/builder/kubectl.bash"], programs: &[KUBECTL, GCLOUD, PLUGIN] },
    Builder { name: "gcr.io/google.com/cloudsdktool/cloud-sdk", entrypoint: &[], programs: &[GCLOUD, KUBECTL, PLUGIN, GIT, DOCKER] },
    Builder { name: "gcr.io/google.com/cloudsdktool/google-cloud-cli", entrypoint: &[], programs: &[GCLOUD, KUBECTL, PLUGIN, GIT, DOCKER] },
];

/// What the kubectl builder does before kubectl: it finds the cluster that the environment or the configuration names.
const KUBECTL_SCRIPT: &str = r#"#!/bin/bash
if [[ $(kubectl config current-context 2> /dev/null) == "" ]]; then
  cluster=$(gcloud config get-value container/cluster 2> /dev/null)
  region=${CLOUDSDK_COMPUTE_REGION:-$(gcloud config get-value compute/region 2> /dev/null)}
  zone=$(gcloud config get-value compute/zone 2> /dev/null)
  project=$(gcloud config get-value core/project 2> /dev/null)
  if [[ -z "$cluster" || ( -z "$zone" && -z "$region" ) ]]; then
    echo "  No cluster is set. To set the cluster (and the region/zone where it is found), set the environment variables"
    echo "  CLOUDSDK_COMPUTE_REGION=<cluster region> (regional clusters)"
    echo "  CLOUDSDK_COMPUTE_ZONE=<cluster zone>"
    echo "  CLOUDSDK_CONTAINER_CLUSTER=<cluster name>"
    exit 1
  fi
  if [ -n "$region" ]; then
    echo "Running: gcloud container clusters get-credentials --project=\"$project\" --region=\"$region\" \"$cluster\""
    gcloud container clusters get-credentials --project="$project" --region="$region" "$cluster" || exit
  else
    echo "Running: gcloud container clusters get-credentials --project=\"$project\" --zone=\"$zone\" \"$cluster\""
    gcloud container clusters get-credentials --project="$project" --zone="$zone" "$cluster" || exit
  fi
fi
echo "Running: kubectl $@" >&2
exec kubectl "$@"
"#;

/// A name without `:tag` and `@digest`.
fn bare(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(name, |(name, _)| name)
}

/// What is not simulated about a step's image, as far as its name tells.
pub fn not_simulated(name: &str) -> Option<String> {
    let name = bare(name);
    let google = ["gcr.io/cloud-builders/", "gcr.io/google.com/cloudsdktool/", "gcr.io/k8s-skaffold/", "gcr.io/kaniko-project/"];
    let known = BUILDERS.iter().any(|builder| builder.name == name);
    (google.iter().any(|prefix| name.starts_with(prefix)) && !known).then(|| format!("podarium: not simulated: the builder {name}"))
}

/// Google's registries, which a worker may push to.
fn docker_config() -> String {
    let hosts = ["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io"].map(str::to_owned).into_iter();
    let regional = super::super::artifacts::LOCATIONS.iter().map(|location| format!("{location}-docker.pkg.dev"));
    let auths: serde_json::Map<String, serde_json::Value> = hosts.chain(regional).map(|host| (host, serde_json::json!({"auth": "oauth2accesstoken"}))).collect();
    serde_json::to_string_pretty(&serde_json::json!({ "auths": auths })).unwrap_or_default()
}

/// How a step's image was found.
pub enum Found {
    /// It is one of those that are always there.
    Present,
    /// It was built or pulled before.
    Local,
    /// What pulling it prints.
    Pulled(String),
    Missing(String),
}

/// A program that runs.
#[derive(Clone)]
struct Running {
    machine: Machine,
    pid: Pid,
    tty: TtyId,
    unfinished: Vec<u8>,
    /// The volumes that it has, in the order of their numbers.
    volumes: Vec<String>,
}

/// The number of what pushes images, which is no step.
pub const PUSH: usize = 1 << 16;

/// The first number of what a step asks; each has room for as many as it will ever ask.
fn first_exchange(key: usize) -> u64 {
    ((key as u64) + 1) << 32
}

/// Which step has asked.
fn asker(id: ExchangeId) -> usize {
    ((id.0 >> 32) as usize).wrapping_sub(1)
}

/// What a worker asks of the world, by its own numbers.
pub enum Errand {
    Request(ExchangeId, HttpRequest),
    Data(ExchangeId, Vec<u8>),
    Close(ExchangeId),
}

#[derive(Clone)]
pub struct Worker {
    docker: Daemon,
    volumes: BTreeMap<String, Volume>,
    /// By the number of the step.
    running: BTreeMap<usize, Running>,
    /// Images of steps that were pulled.
    pulled: BTreeMap<String, Reference>,
    random: Stream,
}

impl Worker {
    pub fn new(catalog: std::sync::Arc<ImageCatalog>, mut random: Stream, now: Time) -> Self {
        let docker = Daemon::new(catalog, Stream::new(random.bits(), "docker"));
        let mut home = Volume::default();
        // A new volume takes everything. Google's own builders know how to log in where the project's code and images are.
        let _ = home
            .mkdir_all("/.docker", now)
            .and_then(|()| home.write("/.docker/config.json", docker_config(), 0o644, now))
            .and_then(|()| home.write("/.gitconfig", "[credential]\n\thelper = gcloud.sh\n", 0o644, now));
        Worker { docker, volumes: [(WORKSPACE.to_owned(), Volume::default()), (HOME.to_owned(), home)].into(), running: BTreeMap::new(), pulled: BTreeMap::new(), random }
    }

    /// Puts the source into the workspace.
    pub fn fetch(&mut self, files: Vec<(String, u32, Option<Vec<u8>>)>, now: Time) {
        let workspace = self.volumes.entry(WORKSPACE.to_owned()).or_default();
        for (path, mode, bytes) in files {
            let path = format!("/{path}");
            // It was packed from a tree, so it fits into one.
            let _ = match bytes {
                None => workspace.mkdir_all(&path, now).and_then(|()| workspace.chmod(&path, mode)),
                Some(bytes) => workspace.write(&path, bytes, mode, now),
            };
        }
    }

    /// Looks for a step's image.
    pub fn find(&mut self, name: &str, cluster: &Cluster) -> Found {
        if BUILDERS.iter().any(|builder| builder.name == bare(name)) {
            return Found::Present;
        }
        let Ok(reference) = Reference::parse(name) else { return Found::Missing("invalid reference format".to_owned()) };
        if self.docker.stored(&reference).is_some() || self.pulled.contains_key(name) {
            return Found::Local;
        }
        match cluster.registry_image(&reference) {
            Ok(image) => {
                self.pulled.insert(name.to_owned(), reference.clone());
                let stored = crate::docker::Stored::pulled(&image, 0);
                let mut text = if name == bare(name) { "Using default tag: latest\n".to_owned() } else { String::new() };
                text.push_str(&crate::docker::pull_text(&reference, &stored));
                Found::Pulled(format!("{text}{reference}"))
            }
            Err(error) => Found::Missing(crate::docker::pull_refusal(&reference, &error.0).1),
        }
    }

    /// The computer of a step's image and what it starts by itself.
    fn image(&self, name: &str, cluster: &Cluster) -> Option<(Machine, Vec<String>, Vec<String>, BTreeMap<String, String>)> {
        if let Some(builder) = BUILDERS.iter().find(|builder| builder.name == bare(name)) {
            let mut machine = Machine::new("", self.random.clone());
            podarium_machine::install_everyday_programs(&mut machine);
            for (name, main) in builder.programs {
                machine.install(name, *main);
            }
            if builder.name.ends_with("/kubectl") {
                let made = machine.files.mkdir_all("/builder", Time::ZERO);
                let _ = made.and_then(|()| machine.files.write("/builder/kubectl.bash", KUBECTL_SCRIPT, 0o755, Time::ZERO));
            }
            let entrypoint = builder.entrypoint.iter().map(|word| (*word).to_owned()).collect();
            return Some((machine, entrypoint, vec!["bash".to_owned()], BTreeMap::new()));
        }
        let reference = Reference::parse(name).ok()?;
        let image = match self.docker.stored(&reference) {
            Some(stored) => stored.image.clone(),
            None => cluster.registry_image(&reference).ok()?,
        };
        Some((cluster.images().contents(&image), image.entrypoint.clone(), image.args.clone(), image.env.iter().cloned().collect()))
    }

    /// Starts a step; the error is the runtime's.
    pub fn start(&mut self, key: usize, step: &Step, cluster: &Cluster) -> Result<(), String> {
        let now = cluster.now();
        let Some((mut machine, entrypoint, args, own_env)) = self.image(&step.name, cluster) else { return Err("no such image".to_owned()) };
        let hostname: String = format!("{:012x}", self.random.bits() >> 16);
        machine.set_hostname(&hostname);
        machine.set_random(Stream::new(self.random.bits(), "step"));
        machine.set_epoch(crate::docker::nanos(cluster) - i64::try_from(now.as_nanos()).unwrap_or(0));
        machine.set_started_at(now);
        let mut mounts = vec![(WORKSPACE.to_owned(), WORKSPACE.to_owned()), (HOME.to_owned(), HOME.to_owned())];
        mounts.extend(step.volumes.iter().cloned());
        for (number, (name, path)) in mounts.iter().enumerate() {
            let id = VolumeId(number as u64);
            machine.files.set_volume(id, self.volumes.entry(name.clone()).or_default().clone());
            machine.files.mount(path, id, None, false).map_err(|error| error.to_string())?;
        }
        let mut argv = match (&step.script, &step.entrypoint) {
            (Some(script), _) => {
                let text = if script.starts_with("#!") { script.clone() } else { format!("#!/bin/sh\n{script}") };
                let written = machine.files.mkdir_all("/builder", now).and_then(|()| machine.files.write("/builder/script", text, 0o755, now));
                written.map_err(|error| error.to_string())?;
                vec!["/builder/script".to_owned()]
            }
            (None, Some(entrypoint)) => vec![entrypoint.clone()],
            (None, None) => entrypoint.clone(),
        };
        match step.args.is_empty() && step.entrypoint.is_none() && step.script.is_none() {
            true => argv.extend(args),
            false => argv.extend(step.args.iter().cloned()),
        }
        let mut env: BTreeMap<String, String> = [("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), ("HOME", HOME), ("HOSTNAME", hostname.as_str()), ("BUILDER_OUTPUT", "/builder/outputs")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        env.extend(own_env);
        env.insert("HOME".to_owned(), HOME.to_owned());
        env.extend(step.env.clone());
        let cwd = if step.dir.starts_with('/') { step.dir.clone() } else { format!("{WORKSPACE}/{}", step.dir) };
        machine.set_next_exchange(first_exchange(key));
        self.spawn(key, machine, argv, env, &cwd, mounts.into_iter().map(|(name, _)| name).collect())
    }

    /// Starts pushing an image.
    pub fn push(&mut self, image: &str, cluster: &Cluster) -> Result<(), String> {
        self.start(PUSH, &Step { name: "gcr.io/cloud-builders/docker".to_owned(), args: vec!["push".to_owned(), image.to_owned()], ..Step::default() }, cluster)
    }

    fn spawn(&mut self, key: usize, mut machine: Machine, argv: Vec<String>, env: BTreeMap<String, String>, cwd: &str, volumes: Vec<String>) -> Result<(), String> {
        machine.set_next_pid(7);
        let tty = machine.open_channel();
        let stdio = Stdio { stdin: Endpoint::Null, ..Stdio::all(tty) };
        let cwd = cwd.trim_end_matches('/').to_owned();
        let pid = machine.start(Start { argv, env, cwd, stdio, credentials: Credentials::user(0, 0) }).map_err(|error| error.to_string())?;
        self.running.insert(key, Running { machine, pid, tty, unfinished: Vec::new(), volumes });
        Ok(())
    }

    /// Whether a program runs.
    pub fn is_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// The digest of an image that was built here.
    pub fn digest(&self, image: &str) -> Option<String> {
        self.docker.stored(&Reference::parse(image).ok()?).map(|stored| stored.manifest_digest())
    }

    /// When something happens next with the program of a step.
    pub fn next_at(&self, key: usize) -> Option<Time> {
        let running = self.running.get(&key)?;
        [running.machine.next_wake(), self.docker.next_at()].into_iter().flatten().min()
    }

    /// Lets a step's program do what is due: the lines that it has written, what it asks, and its exit code at its end.
    pub fn run(&mut self, key: usize, cluster: &mut Cluster, errands: &mut Vec<Errand>) -> (Vec<String>, Option<i32>) {
        let now = cluster.now();
        let mut lines = Vec::new();
        let Some(mut running) = self.running.remove(&key) else { return (lines, None) };
        // Other steps may have changed what they share.
        for (number, name) in running.volumes.iter().enumerate() {
            if let Some(volume) = self.volumes.get(name) {
                running.machine.files.set_volume(VolumeId(number as u64), volume.clone());
            }
        }
        loop {
            running.machine.run(now);
            for outgoing in running.machine.take_outgoing() {
                match outgoing {
                    Outgoing::Request { id, request, .. } => {
                        let is_own = request.url.split("://").nth(1).is_some_and(|rest| rest.starts_with("localhost") || rest.starts_with("127."));
                        if self.docker.ask(id, &request, cluster, &running.machine) {
                            continue;
                        }
                        match is_own {
                            true => running.machine.http_reply(id, HttpEvent::Failed(NetError::ConnectionRefused)),
                            false => errands.push(Errand::Request(id, request)),
                        }
                    }
                    Outgoing::Data { id, bytes } => {
                        if !self.docker.data(id, &bytes, now) {
                            errands.push(Errand::Data(id, bytes));
                        }
                    }
                    Outgoing::Close { id } => {
                        self.docker.close(id);
                        errands.push(Errand::Close(id));
                    }
                    Outgoing::Lookup { id, name, record, .. } => running.machine.lookup_reply(id, cluster.look_up_outside(&name, record)),
                }
            }
            if self.docker.next_at().is_some_and(|at| at <= now) {
                for (id, event) in self.docker.run(cluster) {
                    match asker(id) {
                        own if own == key => running.machine.http_reply(id, event),
                        _ => self.http_reply(id, event),
                    }
                }
                self.docker.refuse_errands();
            }
            if running.machine.next_wake().is_none_or(|at| at > now) {
                break;
            }
        }
        running.unfinished.extend(running.machine.take_output(running.tty));
        while let Some(end) = running.unfinished.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = running.unfinished.drain(..=end).collect();
            lines.push(String::from_utf8_lossy(&line[..end]).trim_end_matches('\r').to_owned());
        }
        for (number, name) in running.volumes.iter().enumerate() {
            if let Some(volume) = running.machine.files.volume(VolumeId(number as u64)) {
                self.volumes.insert(name.clone(), volume.clone());
            }
        }
        let Some(exit) = running.machine.take_exit(running.pid) else {
            self.running.insert(key, running);
            return (lines, None);
        };
        if !running.unfinished.is_empty() {
            lines.push(String::from_utf8_lossy(&running.unfinished).into_owned());
        }
        (lines, Some(exit.code))
    }

    /// An answer to one of its programs.
    pub fn http_reply(&mut self, id: ExchangeId, event: HttpEvent) {
        if let Some(running) = self.running.get_mut(&asker(id)) {
            running.machine.http_reply(id, event);
        }
    }
}
