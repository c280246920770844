//! Volumes: file trees that live longer than a machine and can be mounted on several.

use std::sync::Arc;

use podarium_sim::Time;

use crate::credentials::SUPERUSER;
use crate::files::methods_by_path;
use crate::tree::{Contents, Tree};
use crate::walk::{Access, Look, Place, Trees};
use crate::{Credentials, Errno, FileSystem, Machine};

/// The embedder's number for a volume of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VolumeId(pub u64);

/// A file tree of its own: a plain value, cheap to clone. Its paths begin at its own root.
///
/// Machines that share a volume have copies of it in turn: the embedder puts the contents in before it lets a machine
/// run ([`crate::FileSystem::set_volume`]) and takes them out afterwards.
#[derive(Clone, Debug, Default)]
pub struct Volume {
    pub(crate) tree: Tree,
    kind: VolumeKind,
}

/// What `mount` and `df` call a volume.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VolumeKind {
    /// A directory of the disk below.
    #[default]
    Disk,
    /// In memory.
    Memory,
    /// In memory, for programs to share it: `/dev/shm`.
    Shared,
}

impl VolumeKind {
    /// The device and the type of file system.
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            VolumeKind::Disk => ("/dev/vda1", "ext4"),
            VolumeKind::Memory => ("tmpfs", "tmpfs"),
            VolumeKind::Shared => ("shm", "tmpfs"),
        }
    }

    /// The options with which it is mounted, beside whether it may be written.
    pub(crate) fn options(self) -> &'static str {
        match self {
            VolumeKind::Disk | VolumeKind::Memory => "relatime",
            VolumeKind::Shared => "nosuid,nodev,noexec,relatime",
        }
    }
}

impl Volume {
    pub(crate) fn of_tree(tree: Tree) -> Self {
        Volume { tree, kind: VolumeKind::Disk }
    }

    pub fn in_memory() -> Self {
        let mut volume = Volume { kind: VolumeKind::Memory, ..Volume::default() };
        volume.tree.in_memory = true;
        volume
    }

    /// What `/dev/shm` is, which takes so much.
    pub fn shared_memory(bytes: u64) -> Self {
        let mut volume = Volume { kind: VolumeKind::Shared, ..Volume::in_memory() }.with_capacity(Some(bytes));
        volume.chmod("/", 0o1777).expect("every volume has a root");
        volume
    }

    /// Gives it what the disk of a computer has and it lacks: directories, files, links, devices.
    pub fn add_missing_of(&mut self, machine: &Machine, now: Time) {
        self.add_missing_below("", &machine.files, now);
    }

    fn add_missing_below(&mut self, directory: &str, files: &FileSystem, now: Time) {
        for name in files.read_dir(if directory.is_empty() { "/" } else { directory }).unwrap_or_default() {
            let path = format!("{directory}/{name}");
            let Ok(found) = files.stat(&path, false) else { continue };
            let is_missing = self.stat(&path, false).is_err();
            // What cannot be put there is in the way of something that is there.
            let _ = match (&found.target, files.device_at(&path)) {
                _ if !is_missing && !found.is_dir() => Ok(()),
                (Some(target), _) => self.symlink(target, &path, now),
                (None, Some(device)) => self.by(&SUPERUSER, now).add_device(&path, device, found.mode),
                (None, None) if found.is_dir() => {
                    let made = if is_missing { self.mkdir(&path, now).and_then(|()| self.chmod(&path, found.mode)) } else { Ok(()) };
                    self.add_missing_below(&path, files, now);
                    made
                }
                (None, None) => files.read(&path).and_then(|bytes| self.write(&path, bytes, found.mode, now)),
            };
        }
    }

    /// Limits the bytes of its files together. Who writes more gets [`Errno::NoSpace`].
    #[must_use]
    pub fn with_capacity(mut self, bytes: Option<u64>) -> Self {
        self.tree.capacity = bytes;
        self
    }

    pub fn capacity(&self) -> Option<u64> {
        self.tree.capacity
    }

    pub fn kind(&self) -> VolumeKind {
        self.kind
    }

    /// The bytes of its files.
    pub fn used_bytes(&self) -> u64 {
        self.tree.used()
    }

    /// Gives everything in it to a group that may read and, if so, write it, and makes its directories pass the group on
    /// to what will be made in them.
    pub fn give_to_group(&mut self, gid: u32, may_write: bool) {
        let (directory, file) = if may_write { (0o2770, 0o660) } else { (0o2550, 0o440) };
        for inode in self.tree.inodes() {
            let changed = self.tree.change(inode, |node| {
                node.owner.gid = gid;
                match node.contents {
                    Contents::Directory(_) => node.mode |= directory,
                    Contents::File(_) => node.mode |= file,
                    _ => {}
                }
            });
            debug_assert!(changed.is_ok(), "a number that the tree has listed");
        }
    }
}

impl Trees for Volume {
    fn tree(&self, _: Option<VolumeId>) -> Result<&Tree, Errno> {
        Ok(&self.tree)
    }

    fn tree_mut(&mut self, _: Option<VolumeId>) -> Result<&mut Tree, Errno> {
        Ok(&mut self.tree)
    }

    fn mount_of(&self, _: usize) -> (Option<VolumeId>, bool) {
        (None, false)
    }

    fn mounted_on(&self, _: Place) -> Option<Place> {
        None
    }
}

methods_by_path!(Volume);
