//! The images that the daemon has, their layers, and their digests.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_cluster::images::{Contents, Image, Reference};
use podarium_machine::{FileKind, FileSystem, Machine, Signal};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::health::Check;

/// A layer with what made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLayer {
    /// `sha256:…`
    pub digest: String,
    pub bytes: u64,
    pub created_by: String,
}

/// What an image says of itself beside its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    pub env: Vec<(String, String)>,
    pub workdir: Option<String>,
    pub user: String,
    pub exposed: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub volumes: Vec<String>,
    pub healthcheck: Option<Check>,
    pub stop_signal: Option<String>,
}

/// An image on the workstation.
#[derive(Clone, Debug)]
pub struct Stored {
    /// `sha256:…`
    pub id: String,
    pub settings: Settings,
    pub layers: Vec<StoredLayer>,
    pub created_nanos: i64,
    /// What its containers run.
    pub image: Arc<Image>,
}

pub fn sha256(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// The digest of a layer of an image in a registry.
pub fn layer_digest(layer: &podarium_cluster::images::Layer) -> String {
    if layer.name.starts_with("sha256:") { layer.name.clone() } else { sha256(layer.name.as_bytes()) }
}

/// `3c1f2a8d90be` of `sha256:3c1f2a8d90be…`
pub fn short(digest: &str) -> &str {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    &hex[..hex.len().min(12)]
}

impl Stored {
    /// An image as it comes from a registry.
    pub fn pulled(image: &Arc<Image>, created_nanos: i64) -> Self {
        let settings = Settings {
            entrypoint: image.entrypoint.clone(),
            command: image.args.clone(),
            env: image.env.clone(),
            workdir: image.workdir.clone(),
            user: if image.user == 0 { String::new() } else { image.user.to_string() },
            stop_signal: (image.stop_signal != Signal::Terminate).then(|| format!("SIG{}", image.stop_signal.name())),
            ..Settings::default()
        };
        let layer = |layer: &podarium_cluster::images::Layer| StoredLayer {
            digest: layer_digest(layer),
            bytes: layer.bytes,
            created_by: layer.name.clone(),
        };
        let layers: Vec<StoredLayer> = image.layers.iter().map(layer).collect();
        let mut stored = Stored { id: String::new(), settings, layers, created_nanos, image: image.clone() };
        stored.id = image.digest.clone().unwrap_or_else(|| sha256(image.name.as_bytes()));
        stored
    }

    pub fn bytes(&self) -> u64 {
        self.layers.iter().map(|layer| layer.bytes).sum()
    }

    /// The digest of the manifest that a registry gets.
    pub fn manifest_digest(&self) -> String {
        let layers: String = self.layers.iter().map(|layer| layer.digest.as_str()).collect();
        sha256(format!("{}{layers}", self.id).as_bytes())
    }

    pub fn config(&self) -> Value {
        let settings = &self.settings;
        let list = |list: &[String]| if list.is_empty() { Value::Null } else { json!(list) };
        let set = |list: &[String]| list.iter().map(|entry| (entry.clone(), json!({}))).collect::<serde_json::Map<_, _>>();
        let mut config = json!({
            "Env": settings.env.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(),
            "Cmd": list(&settings.command),
            "WorkingDir": settings.workdir.clone().unwrap_or_default(),
            "Entrypoint": list(&settings.entrypoint),
            "Labels": if settings.labels.is_empty() { Value::Null } else { json!(settings.labels) },
        });
        if !settings.user.is_empty() {
            config["User"] = json!(settings.user);
        }
        if !settings.exposed.is_empty() {
            config["ExposedPorts"] = set(&settings.exposed).into();
        }
        if !settings.volumes.is_empty() {
            config["Volumes"] = set(&settings.volumes).into();
        }
        if let Some(signal) = &settings.stop_signal {
            config["StopSignal"] = json!(signal);
        }
        if let Some(check) = &settings.healthcheck {
            config["Healthcheck"] = check.config();
        }
        config
    }

    /// The image as a registry gives it to machines of a cluster.
    pub fn for_registry(&self, name: &Reference) -> Image {
        let mut image = self.image.as_ref().clone();
        image.name = name.to_string();
        image.version = name.version.clone();
        image.digest = Some(self.manifest_digest());
        image
    }
}

/// An image that stands on another one, with files and settings of its own.
pub fn derived(base: &Image, settings: &Settings, machine: &Arc<Machine>, layers: &[StoredLayer]) -> Image {
    let mut image = base.clone();
    // What was played for the base is played only as long as the same program is started.
    let same_program = settings.entrypoint == base.entrypoint && settings.command == base.args;
    if !same_program {
        image.behavior = None;
        image.commands.clear();
        image.programs.clear();
    }
    image.entrypoint = settings.entrypoint.clone();
    image.args = settings.command.clone();
    image.env = settings.env.clone();
    image.workdir = settings.workdir.clone();
    image.stop_signal = settings.stop_signal.as_deref().and_then(Signal::parse).unwrap_or(base.stop_signal);
    image.user = user_number(&settings.user, machine);
    image.files.clear();
    image.contents = Some(Contents(machine.clone()));
    image.layers = layers.iter().map(|layer| podarium_cluster::images::Layer { name: layer.digest.clone(), bytes: layer.bytes }).collect();
    image
}

fn user_number(user: &str, machine: &Machine) -> u32 {
    let name = user.split(':').next().unwrap_or_default();
    if let Ok(number) = name.parse() {
        return number;
    }
    let accounts = machine.files.read("/etc/passwd").unwrap_or_default();
    let accounts = String::from_utf8_lossy(&accounts).into_owned();
    accounts.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields.first() == Some(&name)).and_then(|fields| fields.get(2)?.parse().ok()).unwrap_or(0)
}

/// Every file below a path, with what tells two of them apart, in order.
fn listing(files: &FileSystem, path: &str, out: &mut BTreeMap<String, (u32, Arc<Vec<u8>>)>) {
    let Ok(found) = files.stat(path, false) else { return };
    let bytes = match found.kind {
        FileKind::File => files.read_shared(path).unwrap_or_default(),
        FileKind::Symlink => Arc::new(found.target.clone().unwrap_or_default().into_bytes()),
        _ => Arc::default(),
    };
    out.insert(path.to_owned(), (found.mode, bytes));
    if found.is_dir() {
        for name in files.read_dir(path).unwrap_or_default() {
            let separator = if path.ends_with('/') { "" } else { "/" };
            listing(files, &format!("{path}{separator}{name}"), out);
        }
    }
}

/// What has changed between two disks, as a layer's digest and size.
pub fn difference(before: &FileSystem, after: &FileSystem) -> (String, u64) {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    listing(before, "/", &mut old);
    listing(after, "/", &mut new);
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    for (path, (mode, contents)) in &new {
        let same = old.get(path).is_some_and(|(old_mode, old)| old_mode == mode && (Arc::ptr_eq(old, contents) || old == contents));
        if !same {
            hash.update(format!("{path}\0{mode:o}\0{}\0", contents.len()));
            hash.update(contents.as_slice());
            bytes += contents.len() as u64;
        }
    }
    for path in old.keys().filter(|path| !new.contains_key(*path)) {
        hash.update(format!("\0gone {path}\0"));
    }
    let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    (format!("sha256:{hex}"), bytes)
}

/// The short form in which docker shows a name: `nginx:1.27` of `docker.io/library/nginx:1.27`.
pub fn familiar(name: &Reference) -> (String, String) {
    let repository = match name.registry.as_str() {
        "docker.io" => name.repository.strip_prefix("library/").unwrap_or(&name.repository).to_owned(),
        registry => format!("{registry}/{}", name.repository),
    };
    (repository, name.version.clone())
}
