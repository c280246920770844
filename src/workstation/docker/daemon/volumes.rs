//! Volumes of docker as such: made, listed, looked at, removed.

use std::collections::{BTreeMap, BTreeSet};

use podarium_cluster::images::{MountPoint, Mounted};
use serde_json::{Value, json};

use super::{Asked, Daemon, Refusal, stamp};

/// What is known of a volume beside its files.
#[derive(Clone, Debug)]
pub struct Known {
    created_nanos: i64,
    labels: BTreeMap<String, String>,
    /// Made for one container, without a name of its own.
    anonymous: bool,
}

/// The volumes that mounts are of.
fn names(mounts: &[MountPoint]) -> impl Iterator<Item = &str> {
    mounts.iter().filter_map(|point| match &point.mounted {
        Mounted::Disk(name) => Some(&**name),
        Mounted::Pod(_) => None,
    })
}

fn json_of(name: &str, known: &Known) -> Value {
    let seconds = stamp(known.created_nanos);
    json!({
        "CreatedAt": format!("{}Z", seconds.split('.').next().unwrap_or_default()), "Driver": "local",
        "Labels": if known.labels.is_empty() && !known.anonymous { Value::Null } else if known.anonymous { json!({"com.docker.volume.anonymous": ""}) } else { json!(known.labels) },
        "Mountpoint": format!("/var/lib/docker/volumes/{name}/_data"), "Name": name, "Options": null, "Scope": "local",
    })
}

impl Daemon {
    /// Notes a volume that a container has.
    pub(super) fn know_volume(&mut self, name: &str, anonymous: bool, unix_nanos: i64) {
        self.known_volumes.entry(name.to_owned()).or_insert_with(|| Known { created_nanos: unix_nanos, labels: BTreeMap::new(), anonymous });
    }

    /// The containers that have a volume.
    fn users_of(&self, name: &str) -> Vec<String> {
        self.containers.iter().filter(|container| names(&container.spawned.mounts).any(|used| used == name)).map(|container| container.id.clone()).collect()
    }

    fn forget_volume(&mut self, name: &str) {
        self.known_volumes.remove(name);
        self.volumes.remove(name);
    }

    /// Removes the volumes without a name that only these mounts were of.
    pub(super) fn remove_anonymous(&mut self, mounts: &[MountPoint]) {
        let of_these: BTreeSet<String> = names(mounts).filter(|name| self.known_volumes.get(*name).is_some_and(|known| known.anonymous)).map(str::to_owned).collect();
        for name in of_these {
            if self.users_of(&name).is_empty() {
                self.forget_volume(&name);
            }
        }
    }

    pub(super) fn volume_request(&mut self, method: &str, asked: &Asked<'_>, unix_nanos: i64) -> Result<Value, Refusal> {
        let missing = |name: &str| (404, format!("get {name}: no such volume"));
        match (method, asked.parts) {
            ("GET", ["volumes"]) => Ok(self.known_volumes.iter().map(|(name, known)| json_of(name, known)).collect()),
            ("POST", ["volumes", "create"]) => {
                let body: Value = serde_json::from_slice(asked.body).unwrap_or_default();
                let given = body["Name"].as_str().unwrap_or_default().to_owned();
                let is_good = |name: &str| name.len() > 1 && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
                if !given.is_empty() && !is_good(&given) {
                    return Err((400, format!("create {given}: \"{given}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path")));
                }
                let anonymous = given.is_empty();
                let name = if anonymous { self.hex() } else { given };
                self.know_volume(&name, anonymous, unix_nanos);
                if let Some(known) = self.known_volumes.get_mut(&name) {
                    let labels = body["Labels"].as_array().into_iter().flatten().filter_map(Value::as_str);
                    known.labels.extend(labels.map(|label| label.split_once('=').unwrap_or((label, ""))).map(|(key, value)| (key.to_owned(), value.to_owned())));
                }
                Ok(json!({"Name": name}))
            }
            ("POST", ["volumes", "prune"]) => {
                let all = asked.query.contains_key("all");
                let doomed: Vec<String> = self.known_volumes.iter().filter(|(name, known)| (all || known.anonymous) && self.users_of(name).is_empty()).map(|(name, _)| name.clone()).collect();
                let freed: u64 = doomed.iter().map(|name| self.volumes.bytes(name)).sum();
                doomed.iter().for_each(|name| self.forget_volume(name));
                Ok(json!({"VolumesDeleted": doomed, "SpaceReclaimed": freed}))
            }
            ("GET", ["volumes", name]) => self.known_volumes.get(*name).map(|known| json_of(name, known)).ok_or_else(|| missing(name)),
            ("DELETE", ["volumes", name]) => {
                if !self.known_volumes.contains_key(*name) {
                    return if asked.query.contains_key("force") { Ok(json!({})) } else { Err(missing(name)) };
                }
                let users = self.users_of(name);
                if !users.is_empty() {
                    return Err((409, format!("remove {name}: volume is in use - [{}]", users.join(", "))));
                }
                self.forget_volume(name);
                Ok(json!({}))
            }
            _ => Err((404, "page not found".to_owned())),
        }
    }

    /// What images, containers and volumes take.
    pub(super) fn disk_usage(&self) -> Value {
        let used: BTreeSet<&str> = self.containers.iter().map(|container| container.image.id.as_str()).collect();
        let bytes = |active: bool| -> u64 {
            let mut layers = BTreeMap::new();
            for image in self.images.values().filter(|image| !active || used.contains(image.id.as_str())) {
                layers.extend(image.layers.iter().map(|layer| (layer.digest.clone(), layer.bytes)));
            }
            layers.values().sum()
        };
        let written = |running: bool| -> u64 { self.containers.iter().filter(|container| !running || container.is_running()).map(super::Container::written_bytes).sum() };
        let volumes: Vec<(u64, bool)> = self.known_volumes.keys().map(|name| (self.volumes.bytes(name), !self.users_of(name).is_empty())).collect();
        let row = |kind: &str, total: usize, active: usize, size: u64, kept: u64| json!({"Type": kind, "Total": total, "Active": active, "Size": size, "Reclaimable": size - kept.min(size)});
        json!([
            row("Images", self.images.len(), used.len(), bytes(false), bytes(true)),
            row("Containers", self.containers.len(), self.containers.iter().filter(|container| container.is_running()).count(), written(false), written(true)),
            row("Local Volumes", volumes.len(), volumes.iter().filter(|(_, used)| *used).count(), volumes.iter().map(|(bytes, _)| bytes).sum(), volumes.iter().filter(|(_, used)| *used).map(|(bytes, _)| bytes).sum()),
            row("Build Cache", 0, 0, 0, 0),
        ])
    }
}
