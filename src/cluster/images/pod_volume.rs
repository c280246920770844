//! The volumes of a pod. One that is made of objects becomes files when a program first looks: most never do.
//!
//! A change of the objects must not be seen half-way. So the files lie in a directory of their own with the time in its
//! name, `..data` leads there, and what a container opens are links by way of `..data`.
//!
//! Models: pkg/volume/util/atomic_writer.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::time::Epoch;
use podarium_machine::{FileBytes, Volume, VolumeKind};
use podarium_sim::{Fingerprint, Time};

use crate::apiserver::{SIGNATURE_LENGTH, signed};

/// Files by path: what is in them, and their permissions.
pub type Payload = BTreeMap<String, (FileBytes, u32)>;

/// A token's file: it is signed when somebody reads it.
pub fn token_file(unsigned: impl Into<Arc<str>>) -> FileBytes {
    let unsigned = unsigned.into();
    let length = unsigned.len() + SIGNATURE_LENGTH;
    FileBytes::deferred(unsigned, length, |unsigned| signed(unsigned).into_bytes())
}

/// Permissions of the root of such a volume: in memory nobody may remove what another has made.
fn open_to_all(kind: VolumeKind) -> u32 {
    if kind == VolumeKind::Memory { 0o1777 } else { 0o777 }
}

#[derive(Clone, Debug)]
pub enum PodVolume {
    Made(Volume),
    /// To be made of these files, as of this time.
    Unmade { files: Payload, kind: VolumeKind, at: Time, epoch: Epoch, group: Option<u32> },
}

impl PodVolume {
    /// A volume of these files, which belong to a group if one is given.
    pub fn of(files: Payload, kind: VolumeKind, at: Time, epoch: Epoch, group: Option<u32>) -> Self {
        PodVolume::Unmade { files, kind, at, epoch, group }
    }

    /// The files themselves.
    pub fn made(&mut self) -> &mut Volume {
        if let PodVolume::Unmade { files, kind, at, epoch, group } = self {
            let mut volume = if *kind == VolumeKind::Memory { Volume::in_memory() } else { Volume::default() };
            volume.chmod("/", open_to_all(*kind)).expect("every volume has a root");
            write(&mut volume, files, *at, *epoch);
            if let Some(group) = group {
                // What is made of objects may only be read.
                volume.give_to_group(*group, false);
            }
            *self = PodVolume::Made(volume);
        }
        match self {
            PodVolume::Made(volume) => volume,
            PodVolume::Unmade { .. } => unreachable!("it was made just now"),
        }
    }

    /// Puts other files in the place of those that are there.
    pub fn replace(&mut self, new: Payload, now: Time, epoch: Epoch, group: Option<u32>) {
        if matches!(self, PodVolume::Unmade { files, .. } if *files == new) {
            return;
        }
        let volume = self.made();
        write(volume, &new, now, epoch);
        if let Some(group) = group {
            volume.give_to_group(group, false);
        }
    }

    pub fn is_in_memory(&self) -> bool {
        match self {
            PodVolume::Made(volume) => volume.kind() != VolumeKind::Disk,
            PodVolume::Unmade { kind, .. } => *kind != VolumeKind::Disk,
        }
    }

    /// The bytes of its files.
    pub fn used_bytes(&self) -> u64 {
        match self {
            PodVolume::Made(volume) => volume.used_bytes(),
            PodVolume::Unmade { files, .. } => files.values().map(|(content, _)| content.len() as u64).sum(),
        }
    }
}

impl From<Volume> for PodVolume {
    fn from(volume: Volume) -> Self {
        PodVolume::Made(volume)
    }
}

/// Puts the files into a volume, in the place of those that are there. Whether anything changed.
fn write(volume: &mut Volume, files: &Payload, now: Time, epoch: Epoch) -> bool {
    let same = |(path, (content, mode)): (&String, &(FileBytes, u32))| {
        let path = format!("/..data/{path}");
        volume.holds(&path, content) && volume.stat(&path, true).is_ok_and(|there| there.mode & 0o777 == *mode)
    };
    let top = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
    let shown: Vec<String> = volume.read_dir("/").unwrap_or_default().into_iter().filter(|name| !name.starts_with("..")).collect();
    let wanted: std::collections::BTreeSet<String> = files.keys().map(|path| top(path)).collect();
    let is_made = volume.stat("/..data", false).is_ok();
    if is_made && files.iter().all(same) && shown.iter().eq(wanted.iter()) {
        return false;
    }
    let before = volume.stat("/..data", false).ok().and_then(|link| link.target);
    let stamp = epoch.timestamp(now);
    // The real number is drawn. This one is different for other times and other files, which is as good.
    let mut number = Fingerprint::default();
    number.write(&now.as_nanos().to_le_bytes());
    files.keys().for_each(|path| number.write(path.as_bytes()));
    let directory = format!("..{}.{}", stamp.strftime("%Y_%m_%d_%H_%M_%S"), number.finish() as u32);
    let written = (|| {
        volume.mkdir_all(&format!("/{directory}"), now)?;
        for (path, (content, mode)) in files {
            let path = format!("/{directory}/{path}");
            volume.mkdir_all(path.rsplit_once('/').map_or("/", |(above, _)| above), now)?;
            volume.write_shared(&path, content.clone(), *mode, now)?;
        }
        volume.symlink(&directory, "/..data_tmp", now)?;
        volume.rename("/..data_tmp", "/..data", now)?;
        for name in wanted.iter().filter(|name| !shown.contains(name)) {
            volume.symlink(&format!("..data/{name}"), &format!("/{name}"), now)?;
        }
        for name in shown.iter().filter(|name| !wanted.contains(*name)) {
            volume.remove(&format!("/{name}"), now)?;
        }
        match before.filter(|before| *before != directory) {
            Some(before) => volume.remove_all(&format!("/{before}"), now),
            None => Ok(()),
        }
    })();
    debug_assert!(written.is_ok(), "the API server has checked the paths: {written:?}");
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Payload {
        files.iter().map(|(path, text)| ((*path).to_owned(), (text.as_bytes().to_vec().into(), 0o644))).collect()
    }

    #[test]
    fn files_are_links_by_way_of_data_and_change_together() {
        let at = Time::from_secs;
        let mut volume = PodVolume::of(files(&[("a", "1"), ("b.conf", "x")]), VolumeKind::Memory, at(1), Epoch::default(), None);
        assert_eq!((volume.used_bytes(), volume.is_in_memory()), (2, true));
        volume.replace(files(&[("a", "1"), ("b.conf", "x")]), at(2), Epoch::default(), None);
        assert!(matches!(volume, PodVolume::Unmade { .. }), "nothing changed");
        let names = |volume: &mut PodVolume| volume.made().read_dir("/").unwrap();
        let made = |names: &[String]| names[0].rsplit_once('.').map(|(made, _)| made.to_owned()).unwrap_or_default();
        let first = names(&mut volume);
        assert_eq!((made(&first).as_str(), &first[1..]), ("..2026_01_05_09_00_01", ["..data", "a", "b.conf"].map(str::to_owned).as_slice()));
        assert_eq!((volume.used_bytes(), volume.is_in_memory()), (2, true));
        assert_eq!(volume.made().stat("/a", false).unwrap().target.as_deref(), Some("..data/a"));
        volume.replace(files(&[("a", "1"), ("b.conf", "x")]), at(2), Epoch::default(), None);
        assert_eq!(names(&mut volume), first, "nothing changed");
        volume.replace(files(&[("a", "2"), ("c", "y")]), at(3), Epoch::default(), None);
        let second = names(&mut volume);
        assert_eq!((made(&second).as_str(), &second[1..]), ("..2026_01_05_09_00_03", ["..data", "a", "c"].map(str::to_owned).as_slice()));
        assert_eq!(volume.made().read("/a").unwrap(), b"2");
    }
}
