//! What a container has changed on its disk: `docker diff`, `commit` and `export`.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_cluster::Cluster;
use podarium_cluster::images::Reference;
use podarium_machine::{FileKind, FileSystem, Machine};
use serde_json::{Value, json};

use super::super::dockerfile::words;
use super::super::instructions::settle;
use super::super::store::{Stored, StoredLayer, derived, difference, sha256};
use super::{Asked, Daemon, Refusal, nanos};

/// What docker itself puts into every container, upon the image's files.
const OF_DOCKER: [&str; 6] = ["/dev", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/proc", "/sys"];

/// Everything on a disk, with what tells two of them apart.
fn listing(files: &FileSystem, path: &str, out: &mut BTreeMap<String, (u32, u32, u32, Arc<Vec<u8>>)>) {
    let Ok(found) = files.stat(path, false) else { return };
    if OF_DOCKER.contains(&path) {
        return;
    }
    let bytes = match found.kind {
        FileKind::File => files.read_shared(path).unwrap_or_default(),
        FileKind::Symlink => Arc::new(found.target.clone().unwrap_or_default().into_bytes()),
        _ => Arc::default(),
    };
    out.insert(path.to_owned(), (found.mode, found.uid, found.gid, bytes));
    if found.is_dir() {
        for name in files.read_dir(path).unwrap_or_default() {
            listing(files, &format!("{}/{name}", path.trim_end_matches('/')), out);
        }
    }
}

/// `C /etc`, `A /etc/new`, `D /tmp/old`: what has changed between two disks.
fn changes(before: &FileSystem, after: &FileSystem) -> BTreeMap<String, char> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    listing(before, "/", &mut old);
    listing(after, "/", &mut new);
    let mut all = BTreeMap::new();
    for (path, found) in &new {
        match old.get(path) {
            None => drop(all.insert(path.clone(), 'A')),
            Some(was) if was != found => drop(all.insert(path.clone(), 'C')),
            Some(_) => {}
        }
    }
    let above = |path: &str| path.rsplit_once('/').map(|(above, _)| above.to_owned()).filter(|above| !above.is_empty());
    for path in old.keys().filter(|path| !new.contains_key(*path)) {
        // What was in a directory that is gone is gone with it.
        if above(path).is_none_or(|above| new.contains_key(&above)) {
            all.insert(path.clone(), 'D');
        }
    }
    for path in all.keys().cloned().collect::<Vec<_>>() {
        let mut path = path;
        while let Some(next) = above(&path) {
            all.entry(next.clone()).or_insert('C');
            path = next;
        }
    }
    all.remove("/");
    all
}

impl Daemon {
    /// The disk of a container, and that of its image.
    fn disks(&mut self, name: &str) -> Result<(Arc<Machine>, Machine), Refusal> {
        let container = self.container(name)?;
        let (disk, image) = (container.disk(), container.image.image.clone());
        let fresh = self.catalog.contents(&image);
        Ok((disk.unwrap_or_else(|| Arc::new(fresh.clone())), fresh))
    }

    pub(super) fn changes(&mut self, name: &str) -> Result<Value, Refusal> {
        let (disk, fresh) = self.disks(name)?;
        let mounts: Vec<String> = self.container(name)?.spawned.mounts.iter().map(|point| point.path.clone()).collect();
        Ok(changes(&fresh.files, &disk.files).into_iter().filter(|(path, _)| !mounts.contains(path)).map(|(path, kind)| json!({"Path": path, "Kind": kind.to_string()})).collect())
    }

    /// Makes an image of a container.
    pub(super) fn commit(&mut self, name: &str, asked: &Asked<'_>, cluster: &Cluster) -> Result<Value, Refusal> {
        let body: Value = serde_json::from_slice(asked.body).unwrap_or_default();
        let target = match body["Target"].as_str() {
            Some(target) => Some(Reference::parse(target).map_err(|_| (400, "invalid reference format".to_owned()))?),
            None => None,
        };
        let (disk, fresh) = self.disks(name)?;
        let container = self.container(name)?;
        let base = container.image.clone();
        let mut settings = base.settings.clone();
        if !container.spawned.command.is_empty() {
            settings.entrypoint = container.spawned.command.clone();
            settings.command.clear();
        }
        if !container.spawned.args.is_empty() {
            settings.command = container.spawned.args.clone();
        }
        settings.env = container.spawned.env.clone().into_iter().collect();
        settings.labels = container.labels.clone();
        settings.workdir = container.spawned.workdir.clone();
        let created_by = container.line.join(" ");
        for change in body["Changes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let (instruction, rest) = change.trim().split_once(' ').unwrap_or((change, ""));
            let allowed = ["CMD", "ENTRYPOINT", "ENV", "EXPOSE", "LABEL", "ONBUILD", "USER", "VOLUME", "WORKDIR"];
            let instruction = instruction.to_uppercase();
            if !allowed.contains(&instruction.as_str()) {
                return Err((400, format!("{} is not a valid change command", instruction.to_lowercase())));
            }
            if instruction == "WORKDIR" {
                settings.workdir = words(rest).pop();
                continue;
            }
            settle(&mut settings, &mut BTreeMap::new(), &instruction, rest, &BTreeMap::new(), &[]).map_err(|text| (400, text))?;
        }
        let (digest, bytes) = difference(&fresh.files, &disk.files);
        let mut layers = base.layers.clone();
        layers.push(StoredLayer { digest, bytes, created_by });
        let image = derived(&base.image, &settings, &disk, &layers);
        let mut stored = Stored { id: String::new(), settings, layers, created_nanos: nanos(cluster), image: Arc::new(image) };
        let made_of: String = stored.layers.iter().map(|layer| layer.digest.as_str()).collect();
        stored.id = sha256(format!("{}{made_of}{}", stored.config(), stored.created_nanos).as_bytes());
        let stored = Arc::new(stored);
        let id = stored.id.clone();
        match target {
            Some(target) => self.keep(&target, stored),
            None => drop(self.images.insert(id.clone(), stored)),
        }
        Ok(json!({ "Id": id }))
    }

    /// Everything on a container's disk, as an archive.
    pub(super) fn export(&mut self, name: &str) -> Result<Vec<u8>, Refusal> {
        let (disk, _) = self.disks(name)?;
        pack(&disk.files).map_err(|error| (500, error.to_string()))
    }
}

fn pack(files: &FileSystem) -> std::io::Result<Vec<u8>> {
    fn add(files: &FileSystem, path: &str, archive: &mut tar::Builder<Vec<u8>>) -> std::io::Result<()> {
        let Ok(found) = files.stat(path, false) else { return Ok(()) };
        let mut head = tar::Header::new_gnu();
        head.set_mode(found.mode);
        head.set_uid(found.uid.into());
        head.set_gid(found.gid.into());
        let name = path.trim_start_matches('/');
        match found.kind {
            FileKind::Directory => {
                head.set_entry_type(tar::EntryType::Directory);
                head.set_size(0);
                if !name.is_empty() {
                    archive.append_data(&mut head, format!("{name}/"), &[][..])?;
                }
                for inner in files.read_dir(path).unwrap_or_default() {
                    add(files, &format!("{}/{inner}", path.trim_end_matches('/')), archive)?;
                }
            }
            FileKind::File => {
                let bytes = files.read_shared(path).unwrap_or_default();
                head.set_size(bytes.len() as u64);
                archive.append_data(&mut head, name, bytes.as_slice())?;
            }
            FileKind::Symlink => {
                head.set_entry_type(tar::EntryType::Symlink);
                head.set_size(0);
                archive.append_link(&mut head, name, found.target.unwrap_or_default())?;
            }
            FileKind::Device => {}
        }
        Ok(())
    }
    let mut archive = tar::Builder::new(Vec::new());
    add(files, "/", &mut archive)?;
    archive.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use podarium_sim::Time;

    #[test]
    fn changes_name_directories_above_and_nothing_below_what_is_gone() {
        let mut before = FileSystem::default();
        for path in ["/etc/app", "/srv/data/deep"] {
            before.mkdir_all(path, Time::ZERO).unwrap();
        }
        before.write("/etc/app/conf", "old", 0o644, Time::ZERO).unwrap();
        before.write("/srv/data/deep/file", "x", 0o644, Time::ZERO).unwrap();
        let mut after = before.clone();
        after.write("/etc/app/conf", "new", 0o644, Time::ZERO).unwrap();
        after.write("/etc/fresh", "", 0o644, Time::ZERO).unwrap();
        after.remove_all("/srv/data", Time::ZERO).unwrap();
        let found: Vec<String> = changes(&before, &after).into_iter().map(|(path, kind)| format!("{kind} {path}")).collect();
        assert_eq!(found, ["C /etc", "C /etc/app", "C /etc/app/conf", "A /etc/fresh", "C /srv", "D /srv/data"]);
        assert!(pack(&after).unwrap().len() > 1024);
    }
}
