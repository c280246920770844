//! What docker does with containers beside their programs: files in and out, what they use, and clearing up.

use std::sync::Arc;

use podarium_cluster::images::{Computer, Mounted, Storage};
use podarium_kubectl::base64;
use podarium_machine::{FileKind, FileSystem, Hardware, VolumeId};
use podarium_sim::Time;
use serde_json::{Value, json};

use super::super::build::Shared;
use super::{Asked, Daemon, Refusal, State};

/// A file or a directory with all that is in it: path below the first, kind, mode, owner, contents.
fn collect(files: &FileSystem, path: &str, below: &str, out: &mut Vec<Value>) {
    let Ok(found) = files.stat(path, below.is_empty()) else { return };
    let entry = |kind: &str, data: String| json!({"path": below, "kind": kind, "mode": found.mode, "data": data});
    match found.kind {
        FileKind::Directory => {
            out.push(entry("directory", String::new()));
            for name in files.read_dir(path).unwrap_or_default() {
                collect(files, &format!("{}/{name}", path.trim_end_matches('/')), &format!("{below}/{name}"), out);
            }
        }
        FileKind::File => out.push(entry("file", base64::encode(&files.read(path).unwrap_or_default()))),
        FileKind::Symlink => out.push(entry("link", base64::encode(found.target.as_deref().unwrap_or_default().as_bytes()))),
        FileKind::Device => {}
    }
}

/// Puts such entries below a path.
fn put(files: &mut FileSystem, to: &str, entries: &Value, now: Time) {
    for entry in entries.as_array().into_iter().flatten() {
        let text = |name: &str| entry[name].as_str().unwrap_or_default();
        let (path, mode) = (format!("{to}{}", text("path")), entry["mode"].as_u64().and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0o644));
        let data = base64::decode(text("data")).unwrap_or_default();
        // What cannot be written is left out, as a tar that is unpacked does it.
        let _ = match text("kind") {
            "directory" => files.mkdir_all(&path, now),
            "link" => files.symlink(&String::from_utf8_lossy(&data), &path, now),
            _ => files.write(&path, data, mode, now),
        };
        let _ = files.chmod(&path, mode);
    }
}

impl Daemon {
    /// Looks at the files of a container or changes them, whether it runs or not.
    fn with_files<T>(&mut self, name: &str, now: Time, act: impl FnOnce(&mut FileSystem) -> T) -> Result<T, Refusal> {
        let id = self.container(name)?.id.clone();
        let index = self.containers.iter().position(|container| container.id == id).ok_or((404, String::new()))?;
        if self.containers[index].is_running() {
            let mut storage: Storage<'_> = self.volumes.storage();
            let computer: Option<&mut Computer> = self.containers[index].computer();
            return computer.and_then(|computer| computer.with_files(now, &mut storage, act)).ok_or((404, format!("No such container: {name}")));
        }
        let container = &mut self.containers[index];
        let mut machine = container.disk().map_or_else(|| self.catalog.contents(&container.image.image), |disk| disk.as_ref().clone());
        let volumes: Vec<(VolumeId, Arc<str>)> = container
            .spawned
            .mounts
            .iter()
            .enumerate()
            .filter_map(|(number, point)| {
                let Mounted::Disk(name) = &point.mounted else { return None };
                let volume = VolumeId(number as u64);
                machine.files.set_volume(volume, self.volumes.lent(name));
                // What could not be mounted is not there.
                machine.files.mount(&point.path, volume, point.sub_path.as_deref(), point.read_only).ok().map(|()| (volume, name.clone()))
            })
            .collect();
        let done = act(&mut machine.files);
        for (volume, name) in volumes {
            if let Some(files) = machine.files.volume(volume) {
                self.volumes.put(&name, files.clone());
            }
        }
        machine.files.forget_mounts();
        container.left = Some(Arc::new(Shared(Arc::new(machine))));
        Ok(done)
    }

    /// Takes files out of a container, or puts some in.
    pub(super) fn archive(&mut self, method: &str, name: &str, asked: &Asked<'_>, now: Time) -> Result<Value, Refusal> {
        let path = asked.query.get("path").cloned().unwrap_or_default();
        let container = self.container(name)?.id.clone();
        if method == "GET" {
            let entries = self.with_files(name, now, |files| {
                let mut entries = Vec::new();
                collect(files, &path, "", &mut entries);
                entries
            })?;
            return if entries.is_empty() { Err((404, format!("Could not find the file {path} in container {name}"))) } else { Ok(json!({ "entries": entries })) };
        }
        let body: Value = serde_json::from_slice(asked.body).unwrap_or_default();
        let base = body["name"].as_str().unwrap_or_default().to_owned();
        self.with_files(name, now, |files| {
            let is_directory = files.stat(&path, true).is_ok_and(|found| found.is_dir());
            let above = path.trim_end_matches('/').rsplit_once('/').map_or("/", |(above, _)| if above.is_empty() { "/" } else { above });
            if !is_directory && !files.stat(above, true).is_ok_and(|found| found.is_dir()) {
                return Err((404, format!("Could not find the file {above} in container {container}")));
            }
            let to = if is_directory { format!("{}/{base}", path.trim_end_matches('/')) } else { path.clone() };
            put(files, &to, &body["entries"], now);
            Ok(json!({ "path": path }))
        })?
    }

    /// What the running containers use.
    pub(super) fn stats(&self, now: Time) -> Value {
        let hardware = Hardware::default();
        let running = self.containers.iter().rev().filter(|container| container.is_running());
        let row = |container: &super::Container| {
            let (millis, bytes, processes) = container.usage(now);
            let limit = container.spawned.memory_limit.unwrap_or(hardware.memory_bytes);
            json!({"Id": container.id, "Name": container.name, "Millis": millis, "Memory": bytes, "Limit": limit, "Processes": processes})
        };
        running.map(row).collect()
    }

    /// Removes the containers that do not run.
    pub(super) fn prune_containers(&mut self) -> Value {
        let gone = |state: &State| !matches!(state, State::Running { .. });
        let ids: Vec<String> = self.containers.iter().filter(|container| gone(&container.state)).map(|container| container.id.clone()).collect();
        self.containers.retain(|container| !gone(&container.state));
        json!({"ContainersDeleted": ids, "SpaceReclaimed": 0})
    }
}
