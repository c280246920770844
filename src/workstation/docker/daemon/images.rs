//! The daemon's images: listing, removing, pulling, pushing and building them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use podarium_cluster::Cluster;
use podarium_cluster::images::Reference;
use podarium_machine::{ExchangeId, HttpEvent};
use podarium_sim::Time;
use serde_json::{Value, json};

use super::super::build::{Build, Request};
use super::super::store::{Stored, familiar, layer_digest, short};
use super::{Asked, BYTES_PER_MILLISECOND, Daemon, Refusal, nanos, stamp, with_tag};

/// Images.
impl Daemon {
    pub(super) fn names_of(&self, id: &str) -> Vec<Reference> {
        self.names.iter().filter(|(_, of)| *of == id).filter_map(|(name, _)| Reference::parse(name).ok()).collect()
    }

    pub(super) fn list_images(&self, unix_nanos: i64) -> Value {
        let mut all: Vec<&Arc<Stored>> = self.images.values().collect();
        all.sort_by_key(|stored| std::cmp::Reverse(stored.created_nanos));
        let mut rows = Vec::new();
        for stored in all {
            let names = self.names_of(&stored.id);
            let row = |repository: String, tag: String| {
                json!({"repository": repository, "tag": tag, "id": stored.id, "created": stored.created_nanos, "bytes": stored.bytes(), "now": unix_nanos, "digest": stored.manifest_digest()})
            };
            if names.is_empty() {
                rows.push(row("<none>".to_owned(), "<none>".to_owned()));
            }
            rows.extend(names.iter().map(|name| {
                let (repository, tag) = familiar(name);
                row(repository, tag)
            }));
        }
        rows.into()
    }

    pub(super) fn inspect_image(&self, stored: &Stored) -> Value {
        let names = self.names_of(&stored.id);
        let tags: Vec<String> = names.iter().map(super::super::build::shown).collect();
        let digests: Vec<String> = names.iter().map(|name| format!("{}@{}", familiar(name).0, stored.manifest_digest())).collect();
        json!({
            "Id": stored.id, "RepoTags": tags, "RepoDigests": digests, "Parent": "", "Comment": "buildkit.dockerfile.v0", "Created": stamp(stored.created_nanos),
            "DockerVersion": "", "Author": "", "Architecture": "amd64", "Os": "linux", "Size": stored.bytes(), "Config": stored.config(),
            "RootFS": {"Type": "layers", "Layers": stored.layers.iter().map(|layer| layer.digest.as_str()).collect::<Vec<_>>()},
        })
    }

    pub(super) fn remove_image(&mut self, name: &str, force: bool) -> Result<Value, Refusal> {
        let stored = self.image(name).ok_or_else(|| (404, format!("No such image: {}", with_tag(name))))?;
        let by_name = Reference::parse(name).ok().filter(|name| self.names.get(&name.to_string()) == Some(&stored.id));
        let names = self.names_of(&stored.id);
        let user = self.containers.iter().find(|container| container.image.id == stored.id);
        let last = names.len() <= 1;
        if let (Some(user), true) = (user, last) {
            let running = user.is_running();
            if running || !force {
                let what = if by_name.is_some() { format!("remove repository reference \"{name}\"") } else { format!("delete {} ", short(&stored.id)).trim().to_owned() };
                let how = if running && by_name.is_none() { "cannot be forced" } else { "must force" };
                let verb = if running { "running" } else { "stopped" };
                return Err((409, match by_name.is_some() {
                    true => format!("conflict: unable to {what} ({how}) - container {} is using its referenced image {}", &user.id[..12], short(&stored.id)),
                    false => format!("conflict: unable to {what} ({how}) - image is being used by {verb} container {}", &user.id[..12]),
                }));
            }
        }
        let mut told = Vec::new();
        match by_name {
            Some(name) => {
                self.names.remove(&name.to_string());
                told.push(format!("Untagged: {}", super::super::build::shown(&name)));
            }
            None if names.len() > 1 && !force => {
                return Err((409, format!("conflict: unable to delete {} (must be forced) - image is referenced in multiple repositories", short(&stored.id))));
            }
            None => {
                for name in &names {
                    self.names.remove(&name.to_string());
                    told.push(format!("Untagged: {}", super::super::build::shown(name)));
                }
            }
        }
        if self.names_of(&stored.id).is_empty() {
            self.images.remove(&stored.id);
            told.push(format!("Deleted: {}", stored.id));
            let kept: BTreeSet<String> = self.images.values().flat_map(|stored| &stored.layers).map(|layer| layer.digest.clone()).collect();
            self.layers.retain(|digest| kept.contains(digest));
        }
        Ok(json!(told))
    }

    /// Tells a client something at a time, as a line.
    pub(super) fn tell(&mut self, at: Time, to: ExchangeId, line: &Value) {
        self.reply(at, to, HttpEvent::Chunk(format!("{line}\n").into_bytes()));
    }

    pub(super) fn pull(&mut self, asked: &Asked<'_>, cluster: &mut Cluster) -> Result<(), Refusal> {
        let text = asked.query.get("fromImage").cloned().unwrap_or_default();
        let name = Reference::parse(&text).map_err(|_| (400, "invalid reference format".to_owned()))?;
        let image = cluster.registry_image(&name).map_err(|error| pull_refusal(&name, &error.0))?;
        let now = cluster.now();
        let stored = Arc::new(Stored::pulled(&image, nanos(cluster)));
        self.reply(now, asked.id, HttpEvent::Head { status: 200, headers: Vec::new() });
        let mut at = now + Duration::from_millis(700);
        self.tell(at, asked.id, &json!({"status": format!("{}: Pulling from {}", name.version, name.repository)}));
        let fresh: Vec<(String, u64)> = stored.layers.iter().filter(|layer| !self.layers.contains(&layer.digest)).map(|layer| (short(&layer.digest).to_owned(), layer.bytes)).collect();
        for (id, _) in &fresh {
            self.tell(at, asked.id, &json!({"id": id, "status": "Pulling fs layer"}));
        }
        for (id, bytes) in &fresh {
            at += Duration::from_millis(150 + bytes / BYTES_PER_MILLISECOND);
            for status in ["Verifying Checksum", "Download complete", "Pull complete"] {
                self.tell(at, asked.id, &json!({"id": id, "status": status}));
            }
        }
        at += Duration::from_millis(50);
        self.tell(at, asked.id, &json!({"status": format!("Digest: {}", stored.manifest_digest())}));
        let shown = super::super::build::shown(&name);
        let known = self.names.get(&name.to_string()) == Some(&stored.id);
        let status = if known { format!("Status: Image is up to date for {shown}") } else { format!("Status: Downloaded newer image for {shown}") };
        self.tell(at, asked.id, &json!({"status": status}));
        self.reply(at, asked.id, HttpEvent::End);
        let number = self.number();
        self.arriving.insert((at, number), (name, stored));
        Ok(())
    }

    pub(super) fn push(&mut self, text: &str, asked: &Asked<'_>, cluster: &Cluster) -> Result<(), Refusal> {
        let name = Reference::parse(text).map_err(|_| (400, "invalid reference format".to_owned()))?;
        let stored = self.names.get(&name.to_string()).and_then(|id| self.images.get(id)).cloned();
        let Some(stored) = stored else { return Err((404, format!("tag does not exist: {}", super::super::build::shown(&name)))) };
        let now = cluster.now();
        let (repository, tag) = familiar(&name);
        self.reply(now, asked.id, HttpEvent::Head { status: 200, headers: Vec::new() });
        let shown_repository = if name.registry == "docker.io" { format!("docker.io/{}", name.repository) } else { repository };
        self.tell(now, asked.id, &json!({"status": format!("The push refers to repository [{shown_repository}]")}));
        let mut at = now + Duration::from_millis(600);
        let layers: Vec<(String, u64)> = stored.layers.iter().rev().map(|layer| (layer.digest.clone(), layer.bytes)).collect();
        for (digest, _) in &layers {
            self.tell(at, asked.id, &json!({"id": short(digest), "status": "Preparing"}));
        }
        if let Some(refusal) = asked.query.get("refusal") {
            at += Duration::from_millis(300);
            self.tell(at, asked.id, &json!({"error": refusal}));
            self.reply(at, asked.id, HttpEvent::End);
            return Ok(());
        }
        // Others may have pushed to the repository, from other computers.
        let place = name.name();
        let there: BTreeSet<String> = cluster.pushed_images().below(&place).filter(|(other, _)| other.name() == place).flat_map(|(_, kept)| &kept.image.layers).map(layer_digest).collect();
        self.uploaded.extend(layers.iter().filter(|(digest, _)| there.contains(digest)).map(|(digest, _)| (name.name(), digest.clone())));
        for (digest, bytes) in &layers {
            let status = if self.uploaded.insert((name.name(), digest.clone())) { "Pushed" } else { "Layer already exists" };
            at += Duration::from_millis(if status == "Pushed" { 300 + bytes / BYTES_PER_MILLISECOND } else { 80 });
            self.tell(at, asked.id, &json!({"id": short(digest), "status": status}));
        }
        at += Duration::from_millis(400);
        // The size of a manifest grows with its layers.
        let size = 528 + 210 * layers.len().saturating_sub(1);
        self.tell(at, asked.id, &json!({"status": format!("{tag}: digest: {} size: {size}", stored.manifest_digest())}));
        self.reply(at, asked.id, HttpEvent::End);
        let number = self.number();
        self.leaving.insert((at, number), (name, stored));
        Ok(())
    }

    pub(super) fn build(&mut self, asked: &Asked<'_>, now: Time) -> Result<(), Refusal> {
        let end = asked.body.iter().position(|byte| *byte == b'\n').unwrap_or(asked.body.len());
        let head: Value = serde_json::from_slice(&asked.body[..end]).map_err(|error| (400, error.to_string()))?;
        let text = |name: &str| head[name].as_str().unwrap_or_default().to_owned();
        let mut request = Request {
            dockerfile: text("dockerfile"),
            dockerfile_name: text("name"),
            tags: head["tags"].as_array().into_iter().flatten().filter_map(|tag| tag.as_str().map(str::to_owned)).collect(),
            args: head["args"].as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned())).collect(),
            target: head["target"].as_str().map(str::to_owned),
            no_cache: head["noCache"].as_bool().unwrap_or(false),
            files: Vec::new(),
            classic: head["classic"].as_bool().unwrap_or(false),
        };
        let mut at = end + 1;
        for file in head["files"].as_array().into_iter().flatten() {
            let size = file["size"].as_u64().unwrap_or(0) as usize;
            let bytes = asked.body.get(at..at + size).unwrap_or_default().to_vec();
            at += size;
            request.files.push((file["path"].as_str().unwrap_or_default().to_owned(), file["mode"].as_u64().unwrap_or(0o644) as u32, Arc::new(bytes)));
        }
        for tag in &request.tags {
            if let Err(problem) = Reference::parse(tag) {
                let why = problem.split_once("invalid reference format").map_or("", |(_, why)| why);
                return Err((400, format!("invalid tag {tag:?}: invalid reference format{why}")));
            }
        }
        self.reply(now, asked.id, HttpEvent::Head { status: 200, headers: Vec::new() });
        match Build::new(asked.id, request, now) {
            Ok(build) => self.builds.push(build),
            Err(told) => {
                for event in told {
                    self.tell(now, asked.id, &event);
                }
                self.reply(now, asked.id, HttpEvent::End);
            }
        }
        Ok(())
    }
}

/// What docker says of an image that a registry does not give.
pub fn pull_refusal(name: &Reference, error: &str) -> Refusal {
    let familiar = familiar(name).0;
    if let Some((_, what)) = error.split_once("podarium: not simulated: ") {
        return (500, format!("podarium: not simulated: {what}"));
    }
    if error.contains("insufficient_scope") {
        return (404, format!("pull access denied for {familiar}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"));
    }
    if error.contains("connection refused") {
        let dial = error.rsplit("failed to do request: ").next().unwrap_or_default().to_owned();
        return (500, format!("Get \"http://{}/v2/\": {}", name.registry, dial.split(": dial").nth(1).map_or_else(String::new, |rest| format!("dial{rest}"))));
    }
    match name.registry.as_str() {
        "docker.io" => (404, format!("manifest for {} not found: manifest unknown: manifest unknown", super::super::build::shown(name))),
        registry => (404, format!("manifest for {registry}/{}:{} not found: manifest unknown: Failed to fetch \"{}\"", name.repository, name.version, name.version)),
    }
}
