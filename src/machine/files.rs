//! The file system: directories, files, symbolic links and a few devices, all in memory.
//!
//! It is built of persistent maps and shared contents, so cloning it costs nothing however much it holds, and a clone
//! that writes copies only what it changes. Every path here is absolute; `sys_files.rs` joins it with a process's
//! working directory.

use std::collections::VecDeque;
use std::sync::Arc;

use imbl::OrdMap;
use podarium_sim::Time;

use crate::Errno;

/// The number of a file, whatever names it has.
pub(crate) type Inode = u64;

const ROOT: Inode = 1;
/// Linux gives up after following so many symbolic links.
const LINKS_FOLLOWED: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    File,
    Directory,
    Symlink,
    Device,
}

/// What `stat` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    pub kind: FileKind,
    /// Permission bits: `0o755`.
    pub mode: u32,
    /// Length of the contents in bytes; 4096 for a directory.
    pub size: u64,
    pub modified: Time,
    /// Tells two names of one file from two files.
    pub inode: u64,
    /// Where a symbolic link leads.
    pub target: Option<String>,
}

impl Metadata {
    pub fn is_dir(&self) -> bool {
        self.kind == FileKind::Directory
    }

    pub fn is_executable(&self) -> bool {
        self.mode & 0o111 != 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Device {
    Null,
    Zero,
    /// The process's own descriptor with this number: `/dev/stdout`.
    Descriptor(u32),
    Terminal,
}

#[derive(Clone, Debug)]
enum Contents {
    File(Arc<Vec<u8>>),
    Directory(OrdMap<String, Inode>),
    Symlink(String),
    Device(Device),
}

#[derive(Clone, Debug)]
struct Node {
    contents: Contents,
    mode: u32,
    modified: Time,
}

/// Where a path leads: the directory that holds the last name, and what is there, if anything.
pub(crate) struct Location {
    pub parent: Inode,
    pub name: String,
    pub inode: Option<Inode>,
}

#[derive(Clone, Debug)]
pub struct FileSystem {
    nodes: OrdMap<Inode, Node>,
    next: Inode,
}

impl Default for FileSystem {
    fn default() -> Self {
        let mut files = FileSystem { nodes: OrdMap::new(), next: ROOT };
        files.add(Contents::Directory(OrdMap::new()), 0o755, Time::ZERO);
        for path in ["/bin", "/dev", "/etc", "/home", "/root", "/tmp", "/usr/bin", "/usr/local/bin", "/var/log"] {
            files.mkdir_all(path, Time::ZERO).expect("an empty file system takes its first directories");
        }
        for (path, device) in [
            ("/dev/null", Device::Null),
            ("/dev/zero", Device::Zero),
            ("/dev/stdin", Device::Descriptor(0)),
            ("/dev/stdout", Device::Descriptor(1)),
            ("/dev/stderr", Device::Descriptor(2)),
            ("/dev/tty", Device::Terminal),
        ] {
            let location = files.locate(path, true).expect("/dev is there");
            files.link_new(location, Contents::Device(device), 0o666, Time::ZERO);
        }
        files
    }
}

/// By absolute path: what the embedder uses to fill a computer with files.
impl FileSystem {
    pub fn read(&self, path: &str) -> Result<Vec<u8>, Errno> {
        self.read_inode(self.existing(path)?).map(|contents| contents.as_ref().clone())
    }

    /// Writes a whole file. A file that exists keeps its mode.
    pub fn write(&mut self, path: &str, bytes: impl Into<Vec<u8>>, mode: u32, now: Time) -> Result<(), Errno> {
        let inode = self.create(path, mode, now)?;
        self.set_contents(inode, bytes.into(), now)
    }

    pub fn mkdir(&mut self, path: &str, now: Time) -> Result<(), Errno> {
        let location = self.locate(path, true)?;
        if location.inode.is_some() {
            return Err(Errno::Exists);
        }
        self.link_new(location, Contents::Directory(OrdMap::new()), 0o755, now);
        Ok(())
    }

    /// Makes a directory and whatever is missing above it.
    pub fn mkdir_all(&mut self, path: &str, now: Time) -> Result<(), Errno> {
        let mut so_far = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            so_far.push('/');
            so_far.push_str(name);
            match self.mkdir(&so_far, now) {
                Err(Errno::Exists) if self.stat(&so_far, true)?.is_dir() => {}
                result => result?,
            }
        }
        Ok(())
    }

    pub fn read_dir(&self, path: &str) -> Result<Vec<String>, Errno> {
        Ok(self.directory(self.existing(path)?)?.keys().cloned().collect())
    }

    /// What is at a path; with `follow`, at the end of the symbolic link that is there.
    pub fn stat(&self, path: &str, follow: bool) -> Result<Metadata, Errno> {
        let inode = self.locate(path, follow)?.inode.ok_or(Errno::NoEntry)?;
        let node = &self.nodes[&inode];
        let (kind, size, target) = match &node.contents {
            Contents::File(bytes) => (FileKind::File, bytes.len() as u64, None),
            Contents::Directory(_) => (FileKind::Directory, 4096, None),
            Contents::Symlink(target) => (FileKind::Symlink, target.len() as u64, Some(target.clone())),
            Contents::Device(_) => (FileKind::Device, 0, None),
        };
        Ok(Metadata { kind, mode: node.mode, size, modified: node.modified, inode, target })
    }

    /// Removes a file or an empty directory. An open file lives on until it is closed by those who have it.
    pub fn remove(&mut self, path: &str, now: Time) -> Result<(), Errno> {
        let location = self.locate(path, false)?;
        let inode = location.inode.ok_or(Errno::NoEntry)?;
        if self.directory(inode).is_ok_and(|entries| !entries.is_empty()) {
            return Err(Errno::NotEmpty);
        }
        self.change_directory(location.parent, now, |entries| entries.remove(&location.name));
        Ok(())
    }

    pub fn rename(&mut self, from: &str, to: &str, now: Time) -> Result<(), Errno> {
        let source = self.locate(from, false)?;
        let inode = source.inode.ok_or(Errno::NoEntry)?;
        let target = self.locate(to, false)?;
        if let Some(there) = target.inode {
            match (self.directory(inode).is_ok(), self.directory(there)) {
                (false, Ok(_)) => return Err(Errno::IsDirectory),
                (true, Err(_)) => return Err(Errno::NotDirectory),
                (true, Ok(entries)) if !entries.is_empty() => return Err(Errno::NotEmpty),
                _ => {}
            }
        }
        if normalize(to).starts_with(&format!("{}/", normalize(from))) {
            return Err(Errno::InvalidArgument);
        }
        self.change_directory(source.parent, now, |entries| entries.remove(&source.name));
        self.change_directory(target.parent, now, |entries| entries.insert(target.name, inode));
        Ok(())
    }

    pub fn symlink(&mut self, target: &str, path: &str, now: Time) -> Result<(), Errno> {
        let location = self.locate(path, false)?;
        if location.inode.is_some() {
            return Err(Errno::Exists);
        }
        self.link_new(location, Contents::Symlink(target.to_owned()), 0o777, now);
        Ok(())
    }

    pub fn chmod(&mut self, path: &str, mode: u32) -> Result<(), Errno> {
        let inode = self.existing(path)?;
        self.change(inode, |node| node.mode = mode);
        Ok(())
    }

    pub fn touch(&mut self, path: &str, now: Time) -> Result<(), Errno> {
        let inode = self.existing(path)?;
        self.change(inode, |node| node.modified = now);
        Ok(())
    }
}

/// By file number: what open descriptors use.
impl FileSystem {
    /// The file at a path, made empty if it is not there.
    pub(crate) fn create(&mut self, path: &str, mode: u32, now: Time) -> Result<Inode, Errno> {
        let location = self.locate(path, true)?;
        match location.inode {
            Some(inode) if self.directory(inode).is_ok() => Err(Errno::IsDirectory),
            Some(inode) => Ok(inode),
            None if path.ends_with('/') => Err(Errno::IsDirectory),
            None => Ok(self.link_new(location, Contents::File(Arc::default()), mode, now)),
        }
    }

    pub(crate) fn existing(&self, path: &str) -> Result<Inode, Errno> {
        self.locate(path, true)?.inode.ok_or(Errno::NoEntry)
    }

    pub(crate) fn device(&self, inode: Inode) -> Option<Device> {
        match self.nodes[&inode].contents {
            Contents::Device(device) => Some(device),
            _ => None,
        }
    }

    pub(crate) fn read_inode(&self, inode: Inode) -> Result<&Arc<Vec<u8>>, Errno> {
        match &self.nodes[&inode].contents {
            Contents::File(bytes) => Ok(bytes),
            Contents::Directory(_) => Err(Errno::IsDirectory),
            Contents::Symlink(_) | Contents::Device(_) => Err(Errno::InvalidArgument),
        }
    }

    pub(crate) fn set_contents(&mut self, inode: Inode, bytes: Vec<u8>, now: Time) -> Result<(), Errno> {
        self.edit(inode, now, |contents| *contents = bytes)
    }

    /// Changes a file's bytes; what a device is given is gone.
    pub(crate) fn edit(&mut self, inode: Inode, now: Time, edit: impl FnOnce(&mut Vec<u8>)) -> Result<(), Errno> {
        let node = self.nodes.get_mut(&inode).ok_or(Errno::NoEntry)?;
        match &mut node.contents {
            Contents::File(bytes) => edit(Arc::make_mut(bytes)),
            Contents::Device(_) => {}
            Contents::Directory(_) => return Err(Errno::IsDirectory),
            Contents::Symlink(_) => return Err(Errno::InvalidArgument),
        }
        node.modified = now;
        Ok(())
    }

    fn directory(&self, inode: Inode) -> Result<&OrdMap<String, Inode>, Errno> {
        match &self.nodes[&inode].contents {
            Contents::Directory(entries) => Ok(entries),
            _ => Err(Errno::NotDirectory),
        }
    }

    fn change_directory<T>(
        &mut self,
        inode: Inode,
        now: Time,
        change: impl FnOnce(&mut OrdMap<String, Inode>) -> T,
    ) {
        self.change(inode, |node| {
            let Contents::Directory(entries) = &mut node.contents else { panic!("only directories have entries") };
            change(entries);
            node.modified = now;
        });
    }

    fn change(&mut self, inode: Inode, change: impl FnOnce(&mut Node)) {
        change(self.nodes.get_mut(&inode).expect("a file number that was found is there"));
    }

    fn link_new(&mut self, location: Location, contents: Contents, mode: u32, now: Time) -> Inode {
        let inode = self.add(contents, mode, now);
        self.change_directory(location.parent, now, |entries| entries.insert(location.name, inode));
        inode
    }

    fn add(&mut self, contents: Contents, mode: u32, modified: Time) -> Inode {
        let inode = self.next;
        self.next += 1;
        self.nodes.insert(inode, Node { contents, mode, modified });
        inode
    }

    /// Walks a path. Everything before the last name must exist; the last may be missing.
    pub(crate) fn locate(&self, path: &str, follow_last: bool) -> Result<Location, Errno> {
        if path.is_empty() {
            return Err(Errno::NoEntry);
        }
        let mut todo: VecDeque<String> = names(path).collect();
        // The directories walked through, so that `..` finds back. The root is its own parent.
        let mut trail = vec![(ROOT, String::new())];
        let mut links = 0;
        while let Some(name) = todo.pop_front() {
            let here = trail.last().expect("the root is never left").0;
            let entries = self.directory(here)?;
            if name == ".." {
                trail.truncate((trail.len() - 1).max(1));
                continue;
            }
            let Some(&inode) = entries.get(&name) else {
                return match todo.is_empty() {
                    true => Ok(Location { parent: here, name, inode: None }),
                    false => Err(Errno::NoEntry),
                };
            };
            match &self.nodes[&inode].contents {
                Contents::Symlink(target) if follow_last || !todo.is_empty() => {
                    links += 1;
                    if links > LINKS_FOLLOWED {
                        return Err(Errno::TooManyLinks);
                    }
                    if target.starts_with('/') {
                        trail.truncate(1);
                    }
                    names(target).rev().for_each(|name| todo.push_front(name));
                }
                _ => trail.push((inode, name)),
            }
        }
        let (inode, name) = trail.pop().expect("the root is never left");
        let parent = trail.last().map_or(ROOT, |(inode, _)| *inode);
        if path.ends_with('/') && self.directory(inode).is_err() {
            return Err(Errno::NotDirectory);
        }
        Ok(Location { parent, name, inode: Some(inode) })
    }
}

fn names(path: &str) -> impl DoubleEndedIterator<Item = String> + '_ {
    path.split('/').filter(|name| !name.is_empty() && *name != ".").map(str::to_owned)
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
