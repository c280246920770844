//! The index: what the next commit will hold. The file is git's own, version 2.

use std::collections::BTreeMap;

use sha1::{Digest, Sha1};

use super::object::Id;

/// One file of the index. Stages 1 to 3 are the base, ours and theirs of a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub mode: u32,
    pub id: Id,
    pub size: u32,
    /// When the file was changed last, in seconds since 1970.
    pub modified: u32,
    /// `git add -N`: the file is known, its contents are not.
    pub intent_to_add: bool,
}

impl Entry {
    pub fn new(mode: u32, id: Id) -> Self {
        Entry { mode, id, size: 0, modified: 0, intent_to_add: false }
    }
}

/// By path and stage, which is git's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    pub entries: BTreeMap<(String, u8), Entry>,
}

impl Index {
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(&(path.to_owned(), 0))
    }

    pub fn insert(&mut self, path: &str, entry: Entry) {
        self.remove(path);
        self.entries.insert((path.to_owned(), 0), entry);
    }

    pub fn remove(&mut self, path: &str) {
        for stage in 0..4 {
            self.entries.remove(&(path.to_owned(), stage));
        }
    }

    /// The files without conflicts.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().filter(|((_, stage), _)| *stage == 0).map(|((path, _), entry)| (path.as_str(), entry))
    }

    /// The paths with conflicts, and which stages each has.
    pub fn unmerged(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for (path, stage) in self.entries.keys().filter(|(_, stage)| *stage > 0) {
            found.entry(path.clone()).or_default().push(*stage);
        }
        found
    }

    /// Every path, once.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.entries.keys().map(|(path, _)| path.clone()).collect();
        paths.dedup();
        paths
    }

    pub fn has(&self, path: &str) -> bool {
        (0..4).any(|stage| self.entries.contains_key(&(path.to_owned(), stage)))
    }

    pub fn has_below(&self, directory: &str) -> bool {
        let prefix = format!("{directory}/");
        self.entries.range((prefix.clone(), 0)..).next().is_some_and(|((path, _), _)| path.starts_with(&prefix))
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let is_extended = self.entries.values().any(|entry| entry.intent_to_add);
        let mut out = b"DIRC".to_vec();
        out.extend_from_slice(&(if is_extended { 3u32 } else { 2 }).to_be_bytes());
        out.extend_from_slice(&(self.entries.len() as u32).to_be_bytes());
        for ((path, stage), entry) in &self.entries {
            let start = out.len();
            for number in [entry.modified, 0, entry.modified, 0, 0, 0, entry.mode, 0, 0, entry.size] {
                out.extend_from_slice(&number.to_be_bytes());
            }
            out.extend_from_slice(&entry.id.0);
            let extended = if entry.intent_to_add { 0x4000 } else { 0 };
            let flags = extended | u16::from(*stage) << 12 | path.len().min(0xfff) as u16;
            out.extend_from_slice(&flags.to_be_bytes());
            if entry.intent_to_add {
                out.extend_from_slice(&0x2000u16.to_be_bytes());
            }
            out.extend_from_slice(path.as_bytes());
            // At least one zero, up to a multiple of eight.
            let length = out.len() - start;
            out.resize(start + (length / 8 + 1) * 8, 0);
        }
        let sum: [u8; 20] = Sha1::digest(&out).into();
        out.extend_from_slice(&sum);
        out
    }

    pub fn parse(bytes: &[u8]) -> Option<Index> {
        let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        if bytes.get(..4)? != b"DIRC" || number(4)? > 3 {
            return None;
        }
        let mut index = Index::default();
        let mut at = 12;
        for _ in 0..number(8)? {
            let id = Id(bytes.get(at + 40..at + 60)?.try_into().ok()?);
            let flags = u16::from_be_bytes(bytes.get(at + 60..at + 62)?.try_into().ok()?);
            let is_extended = flags & 0x4000 != 0;
            let intent_to_add = is_extended && bytes.get(at + 62)? & 0x20 != 0;
            let name = at + if is_extended { 64 } else { 62 };
            let end = name + bytes.get(name..)?.iter().position(|byte| *byte == 0)?;
            let path = String::from_utf8_lossy(&bytes[name..end]).into_owned();
            let entry = Entry { mode: number(at + 24)?, id, size: number(at + 36)?, modified: number(at + 8)?, intent_to_add };
            index.entries.insert((path, (flags >> 12 & 3) as u8), entry);
            at += ((end - at) / 8 + 1) * 8;
        }
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut index = Index::default();
        for (path, stage) in [("a", 0), ("a-much-longer/path", 0), ("c", 1), ("c", 3)] {
            index.entries.insert((path.to_owned(), stage), Entry::new(0o100_644, Id([stage + 1; 20])));
        }
        assert_eq!(Index::parse(&index.to_bytes()), Some(index));
    }
}
