//! The file systems that a computer has beside the volumes that were given to it: what `df`, `mount` and `/proc/mounts` list
//! of its own.

use std::sync::Arc;

use crate::walk::Place;
use crate::{Machine, Volume};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemMount {
    pub device: &'static str,
    pub path: &'static str,
    pub kind: &'static str,
    pub options: String,
    /// How much it holds. Nothing: it is none that holds files.
    pub bytes: u64,
    /// Shows a part of another one, by its path or as [`DISK_BELOW`]: then programs that count disks pass it over.
    pub part_of: Option<&'static str>,
}

impl SystemMount {
    pub fn new(device: &'static str, path: &'static str, kind: &'static str, options: &str) -> Self {
        SystemMount { device, path, kind, options: options.to_owned(), bytes: 0, part_of: None }
    }

    #[must_use]
    pub fn holding(self, bytes: u64) -> Self {
        SystemMount { bytes, ..self }
    }

    #[must_use]
    pub fn part_of(self, path: &'static str) -> Self {
        SystemMount { part_of: Some(path), ..self }
    }
}

/// What names the disk below a container, whose own is only an overlay.
pub const DISK_BELOW: &str = "/dev/vda1";

/// All of them, in the order in which they were mounted. The first is the root.
pub type MountTable = Arc<Vec<SystemMount>>;

/// Of a container about which nothing is said.
pub(crate) fn plain(disk_bytes: u64) -> MountTable {
    Arc::new(vec![
        SystemMount::new("overlay", "/", "overlay", "rw,relatime").holding(disk_bytes),
        SystemMount::new("proc", "/proc", "proc", "rw,nosuid,nodev,noexec,relatime"),
        SystemMount::new("tmpfs", "/dev", "tmpfs", "rw,nosuid,size=65536k,mode=755").holding(64 << 20),
    ])
}

/// A file system as `df`, `mount` and `/proc/mounts` list it.
#[derive(Clone, Debug)]
pub(crate) struct MountRow {
    pub device: &'static str,
    pub kind: &'static str,
    pub options: String,
    pub bytes: u64,
    pub used: u64,
    pub path: String,
    /// What tells two disks apart: one may be seen at several places.
    pub disk: String,
    is_own: bool,
}

fn depth(path: &str) -> usize {
    path.split('/').filter(|name| !name.is_empty()).count()
}

impl Machine {
    /// All file systems as seen from a root, in the order in which they were mounted. A runtime mounts what a container is
    /// given behind what every container has: what is nearer to the root comes first, and what is hidden in `/proc` last.
    pub(crate) fn mount_rows(&self, root: Place) -> Vec<MountRow> {
        let (is_hosts, files) = (self.is_hosts(root), &self.files);
        let own = files.volume_of(root).filter(|_| is_hosts).and_then(|id| files.volume(id)).map_or(files.used_bytes(), Volume::used_bytes);
        let is_read_only = !is_hosts && files.is_root_read_only();
        let mut rows: Vec<MountRow> = Vec::new();
        for mount in self.mounts_at(root).iter() {
            let options = if mount.path == "/" && is_read_only { mount.options.replacen("rw", "ro", 1) } else { mount.options.clone() };
            let disk = mount.part_of.unwrap_or(mount.path).to_owned();
            let used = if disk == "/" || mount.device.starts_with("/dev/") { own } else { 0 };
            rows.push(MountRow { device: mount.device, kind: mount.kind, options, bytes: mount.bytes, used, path: mount.path.to_owned(), disk, is_own: true });
        }
        let first = rows.iter().position(|row| row.path == "/etc/hosts").unwrap_or(rows.len());
        let mut covers = rows.iter().position(|row| row.path == "/proc/bus").unwrap_or(rows.len());
        for mount in files.mounts().iter().filter(|mount| !is_hosts && mount.is_listed()) {
            let Some(volume) = files.volume(mount.volume) else { continue };
            let (device, kind) = volume.kind().names();
            let bytes = volume.capacity().unwrap_or(if kind == "tmpfs" { self.hardware.memory_bytes } else { self.hardware.disk_bytes });
            let size = volume.capacity().filter(|_| kind == "tmpfs").map_or(String::new(), |bytes| format!(",size={}k", bytes / 1024));
            // In memory it is whole pages.
            let used = if kind == "tmpfs" { volume.used_bytes().next_multiple_of(4096) } else { volume.used_bytes() };
            // Directories of the disk below are all on one.
            let disk = if kind == "ext4" && volume.capacity().is_none() { DISK_BELOW.to_owned() } else { mount.path.clone() };
            let access = if mount.read_only { "ro" } else { "rw" };
            let row = MountRow { device, kind, options: format!("{access},{}{size}", volume.kind().options()), bytes, used, disk, path: mount.path.clone(), is_own: false };
            let depth_of = depth(&row.path);
            let is_behind = |other: &MountRow| depth(&other.path) > depth_of || depth(&other.path) == depth_of && other.is_own && device != "shm";
            let place = rows[first.min(covers)..covers].iter().position(is_behind).map_or(covers, |place| first + place);
            rows.insert(place, row);
            covers += 1;
        }
        rows
    }
}
