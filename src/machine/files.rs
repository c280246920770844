//! The file system of a machine: its own tree, and volumes mounted upon it.
//!
//! The embedder fills and reads it by absolute paths and as root. What a process may do there is checked in `walk.rs`.

use std::sync::Arc;

use imbl::OrdMap;
use podarium_sim::Time;

use crate::credentials::SUPERUSER;
use crate::tree::{Contents, Device, Inode, ROOT, Tree};
use crate::walk::{Access, FileId, Look, Place, Trees, normalize};
use crate::{Credentials, Errno, FileBytes, Volume, VolumeId};

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
    /// Permission bits, with setuid, setgid and sticky: `0o755`.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    /// Length of the contents in bytes; 4096 for a directory.
    pub size: u64,
    /// How many names it has.
    pub links: u32,
    pub modified: Time,
    /// Its number, which is unique in its volume.
    pub inode: u64,
    /// The volume that it is in; `None`: the machine's own disk.
    pub volume: Option<VolumeId>,
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

    /// Tells two names of one file from two files.
    pub fn is_same_file(&self, other: &Metadata) -> bool {
        (self.volume, self.inode) == (other.volume, other.inode)
    }
}

/// A volume, or a part of it, as it appears in a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where: an absolute path.
    pub path: String,
    pub volume: VolumeId,
    /// The directory or file of the volume that is shown; `None`: all of it.
    pub sub_path: Option<String>,
    pub read_only: bool,
    upon: Place,
    root: Inode,
}

/// A mount of which no path tells.
const NOWHERE: Place = Place { mount: usize::MAX, inode: 0 };

impl Mount {
    /// Whether lists of mounts tell of it.
    pub(crate) fn is_listed(&self) -> bool {
        !self.path.is_empty() && self.volume != crate::procfs::PROC && !crate::neighbours::is_root_of_neighbour(self.volume)
    }
}

#[derive(Clone, Debug)]
pub struct FileSystem {
    own: Tree,
    read_only: bool,
    volumes: OrdMap<VolumeId, Volume>,
    mounts: Arc<Vec<Mount>>,
}

impl Default for FileSystem {
    /// A few directories and devices.
    fn default() -> Self {
        let mut files = FileSystem { own: Tree::default(), read_only: false, volumes: OrdMap::new(), mounts: Arc::default() };
        let directories = [
            ("/dev", 0o755), ("/etc", 0o755), ("/home", 0o755), ("/proc", 0o555), ("/root", 0o700), ("/run", 0o755), ("/sys", 0o555),
            ("/tmp", 0o1777), ("/usr/bin", 0o755), ("/usr/sbin", 0o755), ("/usr/local/bin", 0o755), ("/var/log", 0o755), ("/var/tmp", 0o1777),
        ];
        for (path, mode) in directories {
            files.mkdir_all(path, Time::ZERO).expect("an empty disk takes its first directories");
            files.chmod(path, mode).expect("it was just made");
        }
        for (target, path) in [("usr/bin", "/bin"), ("usr/sbin", "/sbin"), ("/run", "/var/run")] {
            files.symlink(target, path, Time::ZERO).expect("the name is free");
        }
        for (path, device) in [
            ("/dev/null", Device::Null),
            ("/dev/zero", Device::Zero),
            ("/dev/full", Device::Full),
            ("/dev/random", Device::Random),
            ("/dev/urandom", Device::Random),
            ("/dev/stdin", Device::Descriptor(0)),
            ("/dev/stdout", Device::Descriptor(1)),
            ("/dev/stderr", Device::Descriptor(2)),
            ("/dev/tty", Device::Terminal),
        ] {
            files.by(&SUPERUSER, Time::ZERO).add_device(path, device, 0o666).expect("the name is free");
        }
        files
    }
}

impl Trees for FileSystem {
    fn tree(&self, volume: Option<VolumeId>) -> Result<&Tree, Errno> {
        match volume {
            None => Ok(&self.own),
            Some(id) => Ok(&self.volumes.get(&id).ok_or(Errno::Stale)?.tree),
        }
    }

    fn tree_mut(&mut self, volume: Option<VolumeId>) -> Result<&mut Tree, Errno> {
        match volume {
            None => Ok(&mut self.own),
            Some(id) => Ok(&mut self.volumes.get_mut(&id).ok_or(Errno::Stale)?.tree),
        }
    }

    fn mount_of(&self, number: usize) -> (Option<VolumeId>, bool) {
        match number.checked_sub(1).and_then(|index| self.mounts.get(index)) {
            None => (None, self.read_only),
            Some(mount) => (Some(mount.volume), mount.read_only),
        }
    }

    fn mounted_on(&self, place: Place) -> Option<Place> {
        let index = self.mounts.iter().rposition(|mount| mount.upon == place)?;
        Some(Place { mount: index + 1, inode: self.mounts[index].root })
    }
}

/// The methods by absolute path that disks and volumes share. The embedder acts as root.
macro_rules! methods_by_path {
    ($files:ty) => {
        impl $files {
            pub(crate) fn by<'a>(&'a mut self, by: &'a Credentials, now: Time) -> Access<'a> {
                Access { trees: self, by, root: $crate::walk::Place::ROOT, now }
            }

            pub(crate) fn look<'a>(&'a self, by: &'a Credentials) -> Look<'a> {
                Look { trees: self, by, root: $crate::walk::Place::ROOT }
            }

            pub fn read(&self, path: &str) -> Result<Vec<u8>, Errno> {
                self.look(&SUPERUSER).read(path).map(|bytes| bytes.as_ref().clone())
            }

            /// The contents without a copy.
            pub fn read_shared(&self, path: &str) -> Result<Arc<Vec<u8>>, Errno> {
                self.look(&SUPERUSER).read(path).cloned()
            }

            /// Writes a whole file. A file that exists keeps its mode and owner; a new one is root's.
            pub fn write(&mut self, path: &str, bytes: impl Into<Vec<u8>>, mode: u32, now: Time) -> Result<(), Errno> {
                self.write_shared(path, bytes.into().into(), mode, now)
            }

            /// Writes a whole file of bytes that others may have too.
            pub fn write_shared(&mut self, path: &str, bytes: $crate::FileBytes, mode: u32, now: Time) -> Result<(), Errno> {
                self.by(&SUPERUSER, now).write(path, bytes, mode)
            }

            /// Whether there is a file with these bytes.
            pub fn holds(&self, path: &str, bytes: &$crate::FileBytes) -> bool {
                self.look(&SUPERUSER).file(path).is_ok_and(|there| there == bytes)
            }

            pub fn mkdir(&mut self, path: &str, now: Time) -> Result<(), Errno> {
                self.by(&SUPERUSER, now).mkdir(path, 0o755)
            }

            /// Makes a directory and whatever is missing above it.
            pub fn mkdir_all(&mut self, path: &str, now: Time) -> Result<(), Errno> {
                self.by(&SUPERUSER, now).mkdir_all(path, 0o755)
            }

            /// The names in a directory, sorted, without `.` and `..`.
            pub fn read_dir(&self, path: &str) -> Result<Vec<String>, Errno> {
                self.look(&SUPERUSER).read_dir(path)
            }

            /// What is at a path; with `follow`, at the end of the symbolic link that is there.
            pub fn stat(&self, path: &str, follow: bool) -> Result<$crate::files::Metadata, Errno> {
                self.look(&SUPERUSER).stat(path, follow)
            }

            /// Removes a file or an empty directory. An open file lives on for those who have it open.
            pub fn remove(&mut self, path: &str, now: Time) -> Result<(), Errno> {
                self.by(&SUPERUSER, now).remove(path).map(|_| ())
            }

            /// Removes a file, or a directory and all that is in it.
            pub fn remove_all(&mut self, path: &str, now: Time) -> Result<(), Errno> {
                if self.stat(path, false)?.is_dir() {
                    for name in self.read_dir(path)? {
                        self.remove_all(&format!("{path}/{name}"), now)?;
                    }
                }
                self.remove(path, now)
            }

            pub fn rename(&mut self, from: &str, to: &str, now: Time) -> Result<(), Errno> {
                self.by(&SUPERUSER, now).rename(from, to).map(|_| ())
            }

            pub fn symlink(&mut self, target: &str, path: &str, now: Time) -> Result<(), Errno> {
                self.by(&SUPERUSER, now).symlink(target, path)
            }

            pub fn chmod(&mut self, path: &str, mode: u32) -> Result<(), Errno> {
                self.by(&SUPERUSER, Time::ZERO).chmod(path, mode)
            }

            /// Gives a file to a user and a group. Symbolic links are followed.
            pub fn chown(&mut self, path: &str, uid: u32, gid: u32) -> Result<(), Errno> {
                self.by(&SUPERUSER, Time::ZERO).chown(path, Some(uid), Some(gid), true)
            }

            pub fn touch(&mut self, path: &str, now: Time) -> Result<(), Errno> {
                self.by(&SUPERUSER, now).set_modified(path, now)
            }
        }
    };
}
pub(crate) use methods_by_path;

methods_by_path!(FileSystem);

/// Mounts.
impl FileSystem {

    /// Puts a volume's contents in. What is mounted shows them at once.
    pub fn set_volume(&mut self, id: VolumeId, volume: Volume) {
        self.volumes.insert(id, volume);
    }

    /// A volume as the machine has left it.
    pub fn volume(&self, id: VolumeId) -> Option<&Volume> {
        self.volumes.get(&id)
    }

    /// Shows a volume (an empty one, if it was not put in yet) at a path, which is made if it is missing. With
    /// `sub_path` only that directory of the volume, made if it is missing, or that file: then the path is a file's.
    pub fn mount(&mut self, path: &str, id: VolumeId, sub_path: Option<&str>, read_only: bool) -> Result<(), Errno> {
        let volume = self.volumes.entry(id).or_default();
        let root = match sub_path.map(normalize).filter(|path| path != "/") {
            None => ROOT,
            Some(inside) => {
                if volume.stat(&inside, true) == Err(Errno::NoEntry) {
                    volume.mkdir_all(&inside, Time::ZERO)?;
                    let open = volume.stat("/", true)?.mode & 0o777;
                    volume.chmod(&inside, open)?;
                }
                volume.look(&SUPERUSER).existing(&inside)?.inode
            }
        };
        let is_directory = volume.tree.is_directory(root);
        let (path, was_read_only) = (normalize(path), self.read_only);
        // The runtime makes mount points before the disk becomes read-only.
        self.read_only = false;
        let made = self.make_mount_point(&path, is_directory);
        self.read_only = was_read_only;
        let upon = made.and_then(|()| self.look(&SUPERUSER).existing(&path))?;
        if self.look(&SUPERUSER).tree_of(upon)?.is_directory(upon.inode) != is_directory {
            return Err(if is_directory { Errno::NotDirectory } else { Errno::IsDirectory });
        }
        let path = self.without_links(&path);
        let mount = Mount { path, volume: id, sub_path: sub_path.map(str::to_owned), read_only, upon, root };
        self.add_mount(mount);
        Ok(())
    }

    /// Takes a volume in without showing it anywhere: only who has it for a root sees it.
    pub(crate) fn attach(&mut self, id: VolumeId) {
        if self.attached(id).is_none() {
            self.volumes.entry(id).or_default();
            self.add_mount(Mount { path: String::new(), volume: id, sub_path: None, read_only: false, upon: NOWHERE, root: ROOT });
        }
    }

    /// The root of a volume that was taken in so.
    pub(crate) fn attached(&self, id: VolumeId) -> Option<Place> {
        let index = self.mounts.iter().position(|mount| mount.volume == id && mount.upon == NOWHERE)?;
        Some(Place { mount: index + 1, inode: ROOT })
    }

    /// The volume that a place is in.
    pub(crate) fn volume_of(&self, place: Place) -> Option<VolumeId> {
        self.mount_of(place.mount).0
    }

    /// Shows a volume at a path as seen from each place where all of another volume is shown.
    pub(crate) fn mount_within(&mut self, outer: VolumeId, path: &str, id: VolumeId) {
        let roots: Vec<usize> = self.mounts.iter().zip(1..).filter(|(mount, _)| mount.volume == outer && mount.root == ROOT).map(|(_, number)| number).collect();
        for mount in roots {
            let look = Look { trees: self, by: &SUPERUSER, root: Place { mount, inode: ROOT } };
            if let Ok(upon) = look.existing(path)
                && upon.mount == mount
            {
                self.add_mount(Mount { path: String::new(), volume: id, sub_path: None, read_only: true, upon, root: ROOT });
            }
        }
    }

    /// A path that is there as the kernel knows it: no part of it is a link.
    fn without_links(&self, path: &str) -> String {
        let mut path = path.to_owned();
        'again: for _ in 0..40 {
            for end in path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]).collect::<Vec<_>>() {
                if let Ok(Some(target)) = self.stat(&path[..end], false).map(|found| found.target) {
                    let above = path[..end].rsplit_once('/').map_or("", |(above, _)| above);
                    path = normalize(&format!("{}/{}", crate::walk::join(above, &target), &path[end..]));
                    continue 'again;
                }
            }
            break;
        }
        path
    }

    fn add_mount(&mut self, mount: Mount) {
        Arc::make_mut(&mut self.mounts).push(mount);
    }

    fn make_mount_point(&mut self, path: &str, is_directory: bool) -> Result<(), Errno> {
        if is_directory {
            return self.mkdir_all(path, Time::ZERO);
        }
        if let Some((above, _)) = path.rsplit_once('/') {
            self.mkdir_all(above, Time::ZERO)?;
        }
        match self.stat(path, true) {
            Err(Errno::NoEntry) => self.write(path, "", 0o644, Time::ZERO),
            found => found.map(|_| ()),
        }
    }

    /// Takes away what is mounted last, if it is such a mount.
    pub(crate) fn unmount(&mut self, is_meant: impl Fn(&Mount) -> bool) {
        while self.mounts.last().is_some_and(&is_meant) {
            Arc::make_mut(&mut self.mounts).pop();
        }
    }

    /// Takes away all that is mounted: what is left is the machine's own disk.
    pub fn forget_mounts(&mut self) {
        self.mounts = Arc::default();
        self.volumes = Default::default();
    }

    /// The device that is at a path.
    pub(crate) fn device_at(&self, path: &str) -> Option<Device> {
        let look = self.look(&SUPERUSER);
        look.device(look.locate(path, false).ok()?.found?).ok()?
    }

    pub(crate) fn tree_of_disk(&self) -> &Tree {
        &self.own
    }

    /// What is mounted, in the order in which it was.
    pub fn mounts(&self) -> &[Mount] {
        &self.mounts
    }

    /// Whether the machine's own disk refuses writing. Volumes say so for themselves; devices always take it.
    pub fn set_root_read_only(&mut self, read_only: bool) {
        self.read_only = read_only;
    }

    /// Says that the disk lies over that of an image, as a container's does, and whether it refuses writing.
    pub fn set_overlay(&mut self, read_only: bool) {
        self.own.is_overlay = true;
        self.set_root_read_only(read_only);
    }

    pub fn is_root_read_only(&self) -> bool {
        self.read_only
    }

    /// The bytes of the machine's own disk.
    pub fn used_bytes(&self) -> u64 {
        self.own.used()
    }

    /// How many files and directories the machine's own disk has.
    pub fn file_count(&self) -> usize {
        self.own.count()
    }
}

/// By file number: what open descriptors use.
impl FileSystem {
    pub(crate) fn bytes(&self, file: FileId) -> Result<&Arc<Vec<u8>>, Errno> {
        self.tree(file.volume)?.bytes(file.inode)
    }

    pub(crate) fn set_bytes(&mut self, file: FileId, bytes: FileBytes, now: Time) -> Result<(), Errno> {
        self.tree_mut(file.volume)?.set_bytes(file.inode, bytes, now)
    }

    /// Writes at a place, or at the end, and gives the place behind what was written.
    pub(crate) fn write_at(&mut self, file: FileId, offset: Option<usize>, bytes: &[u8], now: Time) -> Result<usize, Errno> {
        self.tree_mut(file.volume)?.write(file.inode, offset, bytes, now)
    }

    pub(crate) fn device_of(&self, file: FileId) -> Option<Device> {
        match self.tree(file.volume).ok()?.node(file.inode).ok()?.contents {
            Contents::Device(device) => Some(device),
            _ => None,
        }
    }

    /// Nobody has the file open any more. If it has no name either, it is gone; a mounted file never is.
    pub(crate) fn forget(&mut self, file: FileId) {
        let is_mounted = self.mounts.iter().any(|mount| Some(mount.volume) == file.volume && mount.root == file.inode);
        if !is_mounted && let Ok(tree) = self.tree_mut(file.volume) {
            tree.forget(file.inode);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::ZERO;
    static ALICE: Credentials = Credentials { uid: 1000, gid: 1000, groups: Vec::new(), lost: crate::Capabilities(0), no_new_privileges: false, filtered: false };
    const DATA: VolumeId = VolumeId(1);

    fn with_data(read_only: bool) -> FileSystem {
        let mut files = FileSystem::default();
        let mut volume = Volume::default();
        volume.mkdir_all("/a/b", NOW).unwrap();
        volume.write("/a/file", "one", 0o644, NOW).unwrap();
        files.set_volume(DATA, volume);
        files.mount("/data", DATA, None, read_only).unwrap();
        files
    }

    #[test]
    fn a_volume_shows_at_its_mount_and_takes_what_is_written() {
        let mut files = with_data(false);
        assert_eq!(files.read("/data/a/file").unwrap(), b"one");
        files.write("/data/new", "two", 0o600, NOW).unwrap();
        assert_eq!(files.volume(DATA).unwrap().read("/new").unwrap(), b"two");
        assert_eq!(files.read_dir("/data/a/b/../..").unwrap(), ["a", "new"]);
        assert_eq!(files.stat("/data/../etc", true).unwrap().volume, None);
    }

    #[test]
    fn a_volume_goes_from_one_machine_to_the_next() {
        let (mut one, mut two) = (with_data(false), FileSystem::default());
        two.mount("/elsewhere", DATA, None, false).unwrap();
        one.write("/data/a/file", "changed", 0o644, NOW).unwrap();
        two.set_volume(DATA, one.volume(DATA).unwrap().clone());
        assert_eq!(two.read("/elsewhere/a/file").unwrap(), b"changed");
    }

    #[test]
    fn a_part_of_a_volume_may_be_mounted() {
        let mut files = with_data(false);
        files.mount("/etc/conf.d/file", DATA, Some("a/file"), false).unwrap();
        files.mount("/part", DATA, Some("new/part"), false).unwrap();
        files.write("/part/x", "x", 0o644, NOW).unwrap();
        assert_eq!(files.read("/etc/conf.d/file").unwrap(), b"one");
        assert_eq!(files.read("/data/new/part/x").unwrap(), b"x");
        assert_eq!(files.mount("/etc/hosts/dir", DATA, Some("a/file"), false), Ok(()));
        assert_eq!(files.mount("/etc", DATA, Some("a/file"), false), Err(Errno::IsDirectory));
    }

    #[test]
    fn a_mounted_file_keeps_what_it_was_when_its_name_goes_to_another() {
        let mut files = with_data(false);
        files.mount("/one", DATA, Some("a/file"), false).unwrap();
        let mut volume = files.volume(DATA).unwrap().clone();
        volume.write("/a/next", "two", 0o644, NOW).unwrap();
        volume.rename("/a/next", "/a/file", NOW).unwrap();
        files.set_volume(DATA, volume);
        assert_eq!(files.read("/one").unwrap(), b"one");
        assert_eq!(files.read("/data/a/file").unwrap(), b"two");
    }

    #[test]
    fn nothing_moves_between_volumes_and_no_mount_point_goes() {
        let mut files = with_data(false);
        files.write("/tmp/x", "x", 0o644, NOW).unwrap();
        assert_eq!(files.rename("/tmp/x", "/data/x", NOW), Err(Errno::CrossDevice));
        assert_eq!(files.remove("/data", NOW), Err(Errno::Busy));
        assert_eq!(files.rename("/data", "/other", NOW), Err(Errno::Busy));
        assert_eq!(files.rename("/data/a/file", "/data/x", NOW), Ok(()));
    }

    #[test]
    fn what_is_read_only_takes_nothing() {
        let mut files = with_data(true);
        assert_eq!(files.write("/data/a/file", "x", 0o644, NOW), Err(Errno::ReadOnly));
        assert_eq!(files.mkdir("/data/new", NOW), Err(Errno::ReadOnly));
        assert_eq!(files.mkdir("/data/a", NOW), Err(Errno::Exists));
        assert_eq!(files.remove("/data/a/file", NOW), Err(Errno::ReadOnly));
        files.set_root_read_only(true);
        assert_eq!(files.write("/etc/x", "x", 0o644, NOW), Err(Errno::ReadOnly));
        assert_eq!(files.write("/dev/null", "x", 0o644, NOW), Ok(()));
        files.mount("/late", VolumeId(2), None, false).unwrap();
        assert_eq!(files.write("/late/x", "x", 0o644, NOW), Ok(()));
    }

    #[test]
    fn a_full_volume_takes_no_more() {
        let mut files = FileSystem::default();
        files.set_volume(DATA, Volume::default().with_capacity(Some(10)));
        files.mount("/data", DATA, None, false).unwrap();
        files.write("/data/a", "12345678", 0o644, NOW).unwrap();
        assert_eq!(files.write("/data/b", "123", 0o644, NOW), Err(Errno::NoSpace));
        files.write("/data/a", "1", 0o644, NOW).unwrap();
        files.write("/data/b", "123", 0o644, NOW).unwrap();
        assert_eq!(files.volume(DATA).unwrap().used_bytes(), 4);
    }

    #[test]
    fn users_may_do_what_bits_say() {
        let mut files = FileSystem::default();
        files.write("/etc/secret", "x", 0o600, NOW).unwrap();
        files.write("/tmp/roots", "x", 0o666, NOW).unwrap();
        assert_eq!(files.look(&ALICE).read("/etc/secret").err(), Some(Errno::AccessDenied));
        let mut alice = files.by(&ALICE, NOW);
        assert_eq!(alice.write("/etc/new", FileBytes::default(), 0o644), Err(Errno::AccessDenied));
        assert_eq!(alice.write("/tmp/roots", FileBytes::default(), 0o644), Ok(()));
        assert_eq!(alice.remove("/tmp/roots").err(), Some(Errno::NotPermitted));
        assert_eq!(alice.chmod("/tmp/roots", 0o600), Err(Errno::NotPermitted));
        assert_eq!(alice.mkdir("/tmp/hers", 0o700), Ok(()));
        assert_eq!(alice.chown("/tmp/hers", Some(0), None, true), Err(Errno::NotPermitted));
        assert_eq!(alice.look().stat("/root/x", true).err(), Some(Errno::AccessDenied));
        assert_eq!(files.stat("/tmp/hers", true).map(|found| (found.uid, found.gid)), Ok((1000, 1000)));
    }

    #[test]
    fn a_directory_with_the_setgid_bit_passes_on_its_group() {
        let mut files = FileSystem::default();
        let mut volume = Volume::default();
        volume.mkdir("/old", NOW).unwrap();
        volume.give_to_group(2000, true);
        files.set_volume(DATA, volume);
        files.mount("/data", DATA, None, false).unwrap();
        let by = Credentials { groups: vec![2000], ..Credentials::user(1000, 1000) };
        files.by(&by, NOW).write("/data/old/x", FileBytes::default(), 0o644).unwrap();
        files.by(&by, NOW).mkdir("/data/new", 0o755).unwrap();
        let of = |path: &str| files.stat(path, true).map(|found| (found.uid, found.gid, found.mode)).unwrap();
        assert_eq!(of("/data/old/x"), (1000, 2000, 0o644));
        assert_eq!(of("/data/new"), (1000, 2000, 0o2755));
        assert_eq!(of("/data"), (0, 2000, 0o2775));
    }
}
