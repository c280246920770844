//! Paths: how a name is found in trees that are mounted one upon the other, and what may be done there.
//!
//! [`Look`] reads and [`Access`] changes, each for one user. Every path is absolute; `sys_files.rs` joins it with a
//! process's working directory. The checks are those of Linux: search permission on every directory on the way, write
//! permission on the directory whose entries change, the sticky bit, and mounts that are read-only.

use std::sync::Arc;

use imbl::OrdMap;
use podarium_sim::Time;

use crate::credentials::{EXECUTE, READ, WRITE};
use crate::tree::{Contents, Device, Inode, Node, Owner, ROOT, Tree};
use crate::{Credentials, Errno, FileBytes, FileKind, Metadata, VolumeId};

/// Linux gives up after following so many symbolic links.
const LINKS_FOLLOWED: usize = 40;
const SETGID: u32 = 0o2000;
const STICKY: u32 = 0o1000;

/// Names a file wherever it is: in the machine's own tree or in a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    pub volume: Option<VolumeId>,
    pub inode: Inode,
}

/// A file as a path leads to it: mount 0 is the machine's own tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub mount: usize,
    pub inode: Inode,
}

impl Place {
    /// Where the machine's own tree begins.
    pub const ROOT: Place = Place { mount: 0, inode: ROOT };
}

/// Where a path leads: the directory that holds the last name, and what is there, if anything.
#[derive(Debug)]
pub(crate) struct Location {
    pub parent: Place,
    pub name: String,
    pub found: Option<Place>,
}

/// Trees with mounts upon them.
pub(crate) trait Trees {
    fn tree(&self, volume: Option<VolumeId>) -> Result<&Tree, Errno>;
    fn tree_mut(&mut self, volume: Option<VolumeId>) -> Result<&mut Tree, Errno>;
    /// The volume of a mount, and whether it is read-only.
    fn mount_of(&self, number: usize) -> (Option<VolumeId>, bool);
    /// What is mounted upon a place.
    fn mounted_on(&self, place: Place) -> Option<Place>;
}

/// A user who looks.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    pub trees: &'a dyn Trees,
    pub by: &'a Credentials,
    /// Where absolute paths begin, which nothing leads out of.
    pub root: Place,
}
impl<'a> Look<'a> {
    pub fn tree_of(&self, place: Place) -> Result<&'a Tree, Errno> {
        self.trees.tree(self.trees.mount_of(place.mount).0)
    }

    pub fn node(&self, place: Place) -> Result<&'a Node, Errno> {
        self.tree_of(place)?.node(place.inode)
    }

    pub fn id(&self, place: Place) -> FileId {
        FileId { volume: self.trees.mount_of(place.mount).0, inode: place.inode }
    }

    pub fn may(&self, place: Place, wanted: u32) -> bool {
        self.node(place).is_ok_and(|node| {
            self.by.may(node.mode, node.owner, matches!(node.contents, Contents::Directory(_)), wanted)
        })
    }

    /// Whether a place may be used so: its bits, and for writing its mount.
    pub fn check(&self, place: Place, wanted: u32) -> Result<(), Errno> {
        let is_device = matches!(self.node(place)?.contents, Contents::Device(_));
        if wanted & WRITE != 0 && !is_device && self.trees.mount_of(place.mount).1 {
            return Err(Errno::ReadOnly);
        }
        if self.may(place, wanted) { Ok(()) } else { Err(Errno::AccessDenied) }
    }

    /// Walks a path. Everything before the last name must exist; the last may be missing.
    pub fn locate(&self, path: &str, follow_last: bool) -> Result<Location, Errno> {
        if path.is_empty() {
            return Err(Errno::NoEntry);
        }
        // The next name is at the end.
        let mut todo: Vec<&str> = names(path).rev().collect();
        // The directories walked through, so that `..` finds back. The root is its own parent.
        let mut trail = vec![(self.root, "")];
        let mut links = 0;
        while let Some(name) = todo.pop() {
            let here = trail.last().expect("the root is never left").0;
            let tree = self.tree_of(here)?;
            let entries = tree.directory(here.inode)?;
            if !self.may(here, EXECUTE) {
                return Err(Errno::AccessDenied);
            }
            if name == ".." {
                trail.truncate((trail.len() - 1).max(1));
                continue;
            }
            let Some(&inode) = entries.get(name) else {
                return match todo.is_empty() {
                    true => Ok(Location { parent: here, name: name.to_owned(), found: None }),
                    false => Err(Errno::NoEntry),
                };
            };
            match &tree.node(inode)?.contents {
                Contents::Symlink(target) if follow_last || !todo.is_empty() || path.ends_with('/') => {
                    links += 1;
                    if links > LINKS_FOLLOWED {
                        return Err(Errno::TooManyLinks);
                    }
                    if target.starts_with('/') {
                        trail.truncate(1);
                    }
                    todo.extend(names(target).rev());
                }
                _ => {
                    let mut place = Place { mount: here.mount, inode };
                    while let Some(upon) = self.trees.mounted_on(place) {
                        place = upon;
                    }
                    trail.push((place, name));
                }
            }
        }
        let (place, name) = trail.pop().expect("the root is never left");
        let parent = trail.last().map_or(place, |(place, _)| *place);
        if path.ends_with('/') && !self.tree_of(place)?.is_directory(place.inode) {
            return Err(Errno::NotDirectory);
        }
        Ok(Location { parent, name: name.to_owned(), found: Some(place) })
    }

    pub fn existing(&self, path: &str) -> Result<Place, Errno> {
        self.locate(path, true)?.found.ok_or(Errno::NoEntry)
    }

    fn is_directory(&self, path: &str) -> Result<bool, Errno> {
        let place = self.existing(path)?;
        Ok(self.tree_of(place)?.is_directory(place.inode))
    }

    pub fn device(&self, place: Place) -> Result<Option<Device>, Errno> {
        Ok(match self.node(place)?.contents {
            Contents::Device(device) => Some(device),
            _ => None,
        })
    }

    pub fn read(&self, path: &str) -> Result<&'a Arc<Vec<u8>>, Errno> {
        let place = self.existing(path)?;
        self.check(place, READ)?;
        self.tree_of(place)?.bytes(place.inode)
    }

    pub fn file(&self, path: &str) -> Result<&'a FileBytes, Errno> {
        let place = self.existing(path)?;
        self.tree_of(place)?.file(place.inode)
    }

    pub fn read_dir(&self, path: &str) -> Result<Vec<String>, Errno> {
        let place = self.existing(path)?;
        let entries = self.tree_of(place)?.directory(place.inode)?;
        self.check(place, READ)?;
        Ok(entries.keys().cloned().collect())
    }

    /// What is at a path; with `follow`, at the end of the symbolic link that is there.
    pub fn stat(&self, path: &str, follow: bool) -> Result<Metadata, Errno> {
        let place = self.locate(path, follow)?.found.ok_or(Errno::NoEntry)?;
        let (tree, node) = (self.tree_of(place)?, self.node(place)?);
        let (kind, size, target) = match &node.contents {
            Contents::File(bytes) => (FileKind::File, bytes.len() as u64, None),
            // In memory a directory is as big as its entries, with the two that every one has.
            Contents::Directory(entries) if tree.in_memory => (FileKind::Directory, 20 * (entries.len() as u64 + 2), None),
            Contents::Directory(_) => (FileKind::Directory, 4096, None),
            Contents::Symlink(target) => (FileKind::Symlink, target.len() as u64, Some(target.clone())),
            Contents::Device(_) => (FileKind::Device, 0, None),
        };
        let links = match &node.contents {
            // An overlay does not count what is in a directory of more than one layer.
            Contents::Directory(_) if tree.is_overlay && place.inode == ROOT => 1,
            Contents::Directory(entries) => {
                2 + entries.values().filter(|inode| tree.is_directory(**inode)).count() as u32
            }
            _ => node.links,
        };
        Ok(Metadata {
            kind,
            mode: node.mode,
            uid: node.owner.uid,
            gid: node.owner.gid,
            size,
            links,
            modified: node.modified,
            inode: place.inode,
            volume: self.trees.mount_of(place.mount).0,
            target,
        })
    }
}

/// A user who changes something now.
pub(crate) struct Access<'a> {
    pub trees: &'a mut dyn Trees,
    pub by: &'a Credentials,
    pub root: Place,
    pub now: Time,
}

impl Access<'_> {
    pub fn look(&self) -> Look<'_> {
        Look { trees: self.trees, by: self.by, root: self.root }
    }

    fn tree_of(&mut self, place: Place) -> Result<&mut Tree, Errno> {
        let volume = self.trees.mount_of(place.mount).0;
        self.trees.tree_mut(volume)
    }

    /// Makes a file under a name that is free. It belongs to the user; its group is the directory's, if that passes it on.
    fn add(&mut self, location: Location, contents: Contents, mode: u32) -> Result<Inode, Errno> {
        let parent = location.parent;
        self.look().check(parent, WRITE | EXECUTE)?;
        let above = self.look().node(parent)?;
        let passes_group = above.mode & SETGID != 0;
        let gid = if passes_group { above.owner.gid } else { self.by.gid };
        let is_directory = matches!(contents, Contents::Directory(_));
        let mode = mode | if passes_group && is_directory { SETGID } else { 0 };
        let (owner, now) = (Owner { uid: self.by.uid, gid }, self.now);
        self.tree_of(parent)?.add(parent.inode, location.name, contents, mode, owner, now)
    }

    fn add_new(&mut self, path: &str, follow: bool, contents: Contents, mode: u32) -> Result<Inode, Errno> {
        let location = self.look().locate(path, follow)?;
        if location.found.is_some() {
            return Err(Errno::Exists);
        }
        self.add(location, contents, mode)
    }

    /// The file at a path to write to, made empty if it is not there.
    pub fn create(&mut self, path: &str, mode: u32) -> Result<FileId, Errno> {
        let location = self.look().locate(path, true)?;
        match location.found {
            Some(place) if self.look().tree_of(place)?.is_directory(place.inode) => Err(Errno::IsDirectory),
            Some(place) => {
                self.look().check(place, WRITE)?;
                Ok(self.look().id(place))
            }
            None if path.ends_with('/') => Err(Errno::IsDirectory),
            None => {
                let parent = location.parent;
                let inode = self.add(location, Contents::File(FileBytes::default()), mode)?;
                Ok(self.look().id(Place { inode, ..parent }))
            }
        }
    }

    /// Writes a whole file. A file that exists keeps its mode and owner.
    pub fn write(&mut self, path: &str, bytes: FileBytes, mode: u32) -> Result<(), Errno> {
        let (file, now) = (self.create(path, mode)?, self.now);
        self.trees.tree_mut(file.volume)?.set_bytes(file.inode, bytes, now)
    }

    pub fn mkdir(&mut self, path: &str, mode: u32) -> Result<(), Errno> {
        self.add_new(path, true, Contents::Directory(OrdMap::new()), mode).map(|_| ())
    }

    /// Makes a directory and whatever is missing above it.
    pub fn mkdir_all(&mut self, path: &str, mode: u32) -> Result<(), Errno> {
        let mut so_far = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            so_far.push('/');
            so_far.push_str(name);
            match self.mkdir(&so_far, mode) {
                Err(Errno::Exists) if self.look().is_directory(&so_far)? => {}
                result => result?,
            }
        }
        Ok(())
    }

    pub fn symlink(&mut self, target: &str, path: &str) -> Result<(), Errno> {
        self.add_new(path, false, Contents::Symlink(target.to_owned()), 0o777).map(|_| ())
    }

    pub fn add_device(&mut self, path: &str, device: Device, mode: u32) -> Result<(), Errno> {
        self.add_new(path, true, Contents::Device(device), mode).map(|_| ())
    }

    /// A second name for a file (`ln`).
    pub fn link(&mut self, from: &str, to: &str) -> Result<(), Errno> {
        let place = self.look().locate(from, false)?.found.ok_or(Errno::NoEntry)?;
        if self.look().tree_of(place)?.is_directory(place.inode) {
            return Err(Errno::NotPermitted);
        }
        let target = self.look().locate(to, false)?;
        if target.found.is_some() {
            return Err(Errno::Exists);
        }
        if target.parent.mount != place.mount {
            return Err(Errno::CrossDevice);
        }
        self.look().check(target.parent, WRITE | EXECUTE)?;
        let now = self.now;
        self.tree_of(place)?.link(target.parent.inode, target.name, place.inode, now)
    }

    /// Whether an entry may be taken out of a directory.
    fn check_removal(&self, location: &Location) -> Result<Place, Errno> {
        if self.trees.mount_of(location.parent.mount).1 {
            return Err(Errno::ReadOnly);
        }
        let place = location.found.ok_or(Errno::NoEntry)?;
        if place.mount != location.parent.mount || location.name.is_empty() {
            return Err(Errno::Busy);
        }
        let look = self.look();
        look.check(location.parent, WRITE | EXECUTE)?;
        let (directory, node) = (look.node(location.parent)?, look.node(place)?);
        match directory.mode & STICKY != 0 && !self.by.owns(node) && !self.by.owns(directory) {
            true => Err(Errno::NotPermitted),
            false => Ok(place),
        }
    }

    /// Removes a file or an empty directory. An open file lives on until it is closed by those who have it.
    pub fn remove(&mut self, path: &str) -> Result<FileId, Errno> {
        let location = self.look().locate(path, false)?;
        let place = self.check_removal(&location)?;
        let tree = self.look().tree_of(place)?;
        if tree.directory(place.inode).is_ok_and(|entries| !entries.is_empty()) {
            return Err(Errno::NotEmpty);
        }
        let now = self.now;
        self.tree_of(place)?.unlink(location.parent.inode, &location.name, now)?;
        Ok(self.look().id(place))
    }

    /// Moves a file or directory; what it replaced is the answer.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<Option<FileId>, Errno> {
        let source = self.look().locate(from, false)?;
        let place = source.found.ok_or(Errno::NoEntry)?;
        let target = self.look().locate(to, false)?;
        let (mount, _) = (source.parent.mount, self.check_removal(&source)?);
        if target.parent.mount != mount {
            return Err(Errno::CrossDevice);
        }
        let tree = self.look().tree_of(place)?;
        match target.found {
            Some(there) => {
                match (tree.is_directory(place.inode), tree.directory(there.inode)) {
                    (false, Ok(_)) => return Err(Errno::IsDirectory),
                    (true, Err(_)) => return Err(Errno::NotDirectory),
                    (true, Ok(entries)) if !entries.is_empty() => return Err(Errno::NotEmpty),
                    _ => {}
                }
                self.check_removal(&target)?;
                if there == place {
                    return Ok(None);
                }
            }
            None if to.ends_with('/') && !tree.is_directory(place.inode) => return Err(Errno::NotDirectory),
            None => self.look().check(target.parent, WRITE | EXECUTE)?,
        }
        if normalize(to).starts_with(&format!("{}/", normalize(from))) {
            return Err(Errno::InvalidArgument);
        }
        let (now, replaced) = (self.now, target.found.map(|there| self.look().id(there)));
        let tree = self.tree_of(place)?;
        if replaced.is_some() {
            tree.unlink(target.parent.inode, &target.name, now)?;
        }
        tree.unlink(source.parent.inode, &source.name, now)?;
        tree.link(target.parent.inode, target.name, place.inode, now)?;
        Ok(replaced)
    }

    fn change_owned(&mut self, path: &str, follow: bool, change: impl FnOnce(&mut Node)) -> Result<(), Errno> {
        let place = self.look().locate(path, follow)?.found.ok_or(Errno::NoEntry)?;
        if self.trees.mount_of(place.mount).1 {
            return Err(Errno::ReadOnly);
        }
        if !self.by.owns(self.look().node(place)?) {
            return Err(Errno::NotPermitted);
        }
        self.tree_of(place)?.change(place.inode, change)
    }

    pub fn chmod(&mut self, path: &str, mode: u32) -> Result<(), Errno> {
        self.change_owned(path, true, |node| node.mode = mode)
    }

    /// Changes owner, group or both.
    pub fn chown(&mut self, path: &str, uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<(), Errno> {
        let place = self.look().locate(path, follow)?.found.ok_or(Errno::NoEntry)?;
        let node = self.look().node(place)?;
        let to = Owner { uid: uid.unwrap_or(node.owner.uid), gid: gid.unwrap_or(node.owner.gid) };
        if self.trees.mount_of(place.mount).1 {
            return Err(Errno::ReadOnly);
        }
        self.by.may_give(node, to)?;
        self.tree_of(place)?.change(place.inode, |node| node.owner = to)
    }

    /// Sets the time of the last change.
    pub fn set_modified(&mut self, path: &str, time: Time) -> Result<(), Errno> {
        let place = self.look().existing(path)?;
        if !self.by.owns(self.look().node(place)?) {
            self.look().check(place, WRITE)?;
        } else if self.trees.mount_of(place.mount).1 {
            return Err(Errno::ReadOnly);
        }
        self.tree_of(place)?.change(place.inode, |node| node.modified = time)
    }
}

fn names(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty() && *name != ".")
}

/// An absolute path without `.`, `..` and doubled slashes, by its text alone: `/a/./b/../c` is `/a/c`.
pub(crate) fn normalize(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                out.pop();
            }
            name => out.push(name),
        }
    }
    format!("/{}", out.join("/"))
}

/// `path` as seen from the directory `cwd`.
pub(crate) fn join(cwd: &str, path: &str) -> String {
    match path {
        "" => String::new(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("{cwd}/{path}"),
    }
}
