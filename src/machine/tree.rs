//! One tree of files: numbered nodes, and directories that name them.
//!
//! A machine's own disk is a tree and so is every volume. Numbers are local to their tree, so a tree can be mounted on
//! any machine. It is built of persistent maps and shared contents: cloning it costs nothing however much it holds, and
//! a clone that writes copies only what it changes. Paths are the business of `walk.rs`.

use std::sync::Arc;

use imbl::OrdMap;
use podarium_sim::Time;

use crate::{Errno, FileBytes};

/// The number of a file in its tree, whatever names it has.
pub(crate) type Inode = u64;

pub(crate) const ROOT: Inode = 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    Null,
    Zero,
    /// Takes nothing: the disk is full.
    Full,
    Random,
    /// The process's own descriptor with this number: `/dev/stdout`.
    Descriptor(u32),
    Terminal,
}

#[derive(Clone, Debug)]
pub(crate) enum Contents {
    File(FileBytes),
    Directory(OrdMap<String, Inode>),
    Symlink(String),
    Device(Device),
}

/// Whom a file belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Owner {
    pub uid: u32,
    pub gid: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub contents: Contents,
    /// Permission bits with setuid, setgid and sticky: `0o2755`.
    pub mode: u32,
    pub owner: Owner,
    pub modified: Time,
    /// How many directories name it.
    pub links: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Tree {
    nodes: OrdMap<Inode, Node>,
    next: Inode,
    used: u64,
    /// How many bytes of files fit; `None`: as many as are written.
    pub capacity: Option<u64>,
    /// A file system in memory, whose directories have another size.
    pub in_memory: bool,
    /// Its root lies over that of an image.
    pub is_overlay: bool,
}

impl Default for Tree {
    fn default() -> Self {
        let root = Node {
            contents: Contents::Directory(OrdMap::new()),
            mode: 0o755,
            owner: Owner::default(),
            modified: Time::ZERO,
            links: 1,
        };
        Tree { nodes: OrdMap::unit(ROOT, root), next: ROOT + 1, used: 0, capacity: None, in_memory: false, is_overlay: false }
    }
}

impl Tree {
    /// The bytes that all files hold together.
    pub fn used(&self) -> u64 {
        self.used
    }

    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// A number that was found a moment ago may be gone when another machine has the same volume.
    pub fn node(&self, inode: Inode) -> Result<&Node, Errno> {
        self.nodes.get(&inode).ok_or(Errno::Stale)
    }

    pub fn directory(&self, inode: Inode) -> Result<&OrdMap<String, Inode>, Errno> {
        match &self.node(inode)?.contents {
            Contents::Directory(entries) => Ok(entries),
            _ => Err(Errno::NotDirectory),
        }
    }

    pub fn is_directory(&self, inode: Inode) -> bool {
        self.directory(inode).is_ok()
    }

    pub fn bytes(&self, inode: Inode) -> Result<&Arc<Vec<u8>>, Errno> {
        self.file(inode).map(FileBytes::get)
    }

    pub fn file(&self, inode: Inode) -> Result<&FileBytes, Errno> {
        match &self.node(inode)?.contents {
            Contents::File(bytes) => Ok(bytes),
            Contents::Directory(_) => Err(Errno::IsDirectory),
            Contents::Symlink(_) | Contents::Device(_) => Err(Errno::InvalidArgument),
        }
    }

    pub fn change(&mut self, inode: Inode, change: impl FnOnce(&mut Node)) -> Result<(), Errno> {
        change(self.nodes.get_mut(&inode).ok_or(Errno::Stale)?);
        Ok(())
    }

    fn change_directory(&mut self, inode: Inode, now: Time, change: impl FnOnce(&mut OrdMap<String, Inode>)) -> Result<(), Errno> {
        let node = self.nodes.get_mut(&inode).ok_or(Errno::Stale)?;
        let Contents::Directory(entries) = &mut node.contents else { return Err(Errno::NotDirectory) };
        change(entries);
        node.modified = now;
        Ok(())
    }

    /// A new file under a name that is free.
    pub fn add(&mut self, parent: Inode, name: String, contents: Contents, mode: u32, owner: Owner, now: Time) -> Result<Inode, Errno> {
        let inode = self.next;
        self.change_directory(parent, now, |entries| {
            entries.insert(name, inode);
        })?;
        self.next += 1;
        self.nodes.insert(inode, Node { contents, mode, owner, modified: now, links: 1 });
        Ok(inode)
    }

    /// Gives a file that is there one more name.
    pub fn link(&mut self, parent: Inode, name: String, inode: Inode, now: Time) -> Result<(), Errno> {
        self.change_directory(parent, now, |entries| {
            entries.insert(name, inode);
        })?;
        self.change(inode, |node| node.links += 1)
    }

    /// Takes a name away. The file stays for those who have it open; [`Tree::forget`] ends it.
    pub fn unlink(&mut self, parent: Inode, name: &str, now: Time) -> Result<Inode, Errno> {
        let inode = *self.directory(parent)?.get(name).ok_or(Errno::NoEntry)?;
        self.change_directory(parent, now, |entries| {
            entries.remove(name);
        })?;
        self.change(inode, |node| node.links = node.links.saturating_sub(1))?;
        Ok(inode)
    }

    /// Drops a file that has no name any more and that nobody has open.
    pub fn forget(&mut self, inode: Inode) {
        if self.nodes.get(&inode).is_some_and(|node| node.links == 0)
            && let Some(Node { contents: Contents::File(bytes), .. }) = self.nodes.remove(&inode)
        {
            self.used -= bytes.len() as u64;
        }
    }

    pub fn set_bytes(&mut self, inode: Inode, bytes: FileBytes, now: Time) -> Result<(), Errno> {
        self.edit(inode, bytes.len(), now, |contents| *contents = bytes)
    }

    /// Writes at a place, or at the end, and gives the place behind what was written.
    pub fn write(&mut self, inode: Inode, offset: Option<usize>, bytes: &[u8], now: Time) -> Result<usize, Errno> {
        let length = match &self.node(inode)?.contents {
            Contents::Device(_) => return Ok(0),
            _ => self.file(inode)?.len(),
        };
        let start = offset.unwrap_or(length);
        let end = start + bytes.len();
        self.edit(inode, length.max(end), now, |contents| {
            let contents = contents.make_mut();
            if contents.len() < start {
                contents.resize(start, 0);
            }
            let overlap = bytes.len().min(contents.len() - start);
            contents[start..start + overlap].copy_from_slice(&bytes[..overlap]);
            contents.extend_from_slice(&bytes[overlap..]);
        })?;
        Ok(end)
    }

    /// Changes a file's bytes to `length` many; what a device is given is gone.
    fn edit(&mut self, inode: Inode, length: usize, now: Time, edit: impl FnOnce(&mut FileBytes)) -> Result<(), Errno> {
        let before = match &self.node(inode)?.contents {
            Contents::Device(_) => return Ok(()),
            _ => self.file(inode)?.len() as u64,
        };
        let used = self.used - before + length as u64;
        if used > self.used && self.capacity.is_some_and(|capacity| used > capacity) {
            return Err(Errno::NoSpace);
        }
        self.used = used;
        self.change(inode, |node| {
            if let Contents::File(bytes) = &mut node.contents {
                edit(bytes);
            }
            node.modified = now;
        })
    }

    /// Every node that a directory names, the root among them.
    pub fn inodes(&self) -> Vec<Inode> {
        self.nodes.iter().filter(|(_, node)| node.links > 0).map(|(inode, _)| *inode).collect()
    }
}
