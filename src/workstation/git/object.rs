//! Objects: blobs, trees, commits and tags, named by the SHA-1 of what they hold, byte for byte as git keeps them.

use std::fmt;

use sha1::{Digest, Sha1};

/// The name of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Id(pub [u8; 20]);

impl Id {
    pub const ZERO: Id = Id([0; 20]);

    pub fn parse(text: &str) -> Option<Id> {
        let bytes = text.as_bytes();
        if bytes.len() != 40 {
            return None;
        }
        let mut id = [0; 20];
        for (at, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Id(id))
    }

    /// The first seven digits, as git shows it in a small repository.
    pub fn short(&self) -> String {
        self.to_string()[..7].to_owned()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Commit => "commit",
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            Kind::Tag => "tag",
        }
    }

    pub fn of(name: &str) -> Option<Kind> {
        [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag].into_iter().find(|kind| kind.name() == name)
    }
}

/// What an object holds, with its kind in front, as it is hashed and kept.
pub fn with_header(kind: Kind, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{} {}\0", kind.name(), body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub fn id_of(kind: Kind, body: &[u8]) -> Id {
    Id(Sha1::digest(with_header(kind, body)).into())
}

/// The reverse of [`with_header`].
pub fn split_header(bytes: &[u8]) -> Option<(Kind, &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    let (kind, _) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    Some((Kind::of(kind)?, &bytes[end + 1..]))
}

pub const FILE: u32 = 0o100_644;
pub const EXECUTABLE: u32 = 0o100_755;
pub const SYMLINK: u32 = 0o120_000;
pub const DIRECTORY: u32 = 0o040_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    pub mode: u32,
    pub name: String,
    pub id: Id,
}

/// Writes a tree; the entries are put in git's order, in which a directory sorts as if its name ended in a slash.
pub fn write_tree(entries: &mut [TreeEntry]) -> Vec<u8> {
    let key = |entry: &TreeEntry| if entry.mode == DIRECTORY { format!("{}/", entry.name) } else { entry.name.clone() };
    entries.sort_by_key(key);
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend_from_slice(format!("{:o} {}\0", entry.mode, entry.name).as_bytes());
        bytes.extend_from_slice(&entry.id.0);
    }
    bytes
}

pub fn read_tree(mut bytes: &[u8]) -> Vec<TreeEntry> {
    let mut entries = Vec::new();
    while let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let (Some((mode, name)), Some(id)) = (head.split_once(' '), bytes.get(end + 1..end + 21)) else { break };
        let mode = u32::from_str_radix(mode, 8).unwrap_or_default();
        entries.push(TreeEntry { mode, name: name.to_owned(), id: Id(id.try_into().unwrap_or_default()) });
        bytes = &bytes[end + 21..];
    }
    entries
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub tree: Id,
    pub parents: Vec<Id>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Signature {
    pub name: String,
    pub email: String,
    /// Seconds since 1970.
    pub time: i64,
    /// Minutes east of Greenwich.
    pub zone: i32,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} <{}> {} {}", self.name, self.email, self.time, self.zone_text())
    }
}

impl Signature {
    pub fn zone_text(&self) -> String {
        let sign = if self.zone < 0 { '-' } else { '+' };
        let minutes = self.zone.abs();
        format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
    }

    pub fn parse(text: &str) -> Signature {
        let (name, rest) = text.split_once(" <").unwrap_or(("", text));
        let (email, rest) = rest.split_once("> ").unwrap_or((rest, ""));
        let (time, zone) = rest.split_once(' ').unwrap_or((rest, "+0000"));
        Signature { name: name.to_owned(), email: email.to_owned(), time: time.parse().unwrap_or(0), zone: read_zone(zone).unwrap_or(0) }
    }
}

/// `+0530` in minutes.
pub fn read_zone(text: &str) -> Option<i32> {
    let number: i32 = text.get(1..)?.parse().ok()?;
    let minutes = number / 100 * 60 + number % 100;
    match text.as_bytes().first()? {
        b'+' => Some(minutes),
        b'-' => Some(-minutes),
        _ => None,
    }
}

impl Commit {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("tree {}\n", self.tree);
        for parent in &self.parents {
            text.push_str(&format!("parent {parent}\n"));
        }
        text.push_str(&format!("author {}\ncommitter {}\n\n{}", self.author, self.committer, self.message));
        text.into_bytes()
    }

    pub fn parse(bytes: &[u8]) -> Option<Commit> {
        let text = String::from_utf8_lossy(bytes);
        let (head, message) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut commit = Commit { tree: Id::ZERO, parents: Vec::new(), author: Signature::default(), committer: Signature::default(), message: message.to_owned() };
        for line in head.lines() {
            let (name, value) = line.split_once(' ')?;
            match name {
                "tree" => commit.tree = Id::parse(value)?,
                "parent" => commit.parents.push(Id::parse(value)?),
                "author" => commit.author = Signature::parse(value),
                "committer" => commit.committer = Signature::parse(value),
                _ => {}
            }
        }
        Some(commit)
    }

    /// The first paragraph of the message as one line.
    pub fn subject(&self) -> String {
        subject(&self.message)
    }
}

pub fn subject(message: &str) -> String {
    message.lines().skip_while(|line| line.trim().is_empty()).take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ")
}

/// The object that an annotated tag stands on.
pub fn tag_target(bytes: &[u8]) -> Option<Id> {
    String::from_utf8_lossy(bytes).lines().find_map(|line| line.strip_prefix("object ").and_then(Id::parse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git() {
        assert_eq!(id_of(Kind::Blob, b"").to_string(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(id_of(Kind::Tree, b"").to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        assert_eq!(id_of(Kind::Blob, b"hello\n").to_string(), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn signatures_are_read_as_they_are_written() {
        let text = "A U Thor <author@example.com> 1112911993 -0730";
        assert_eq!(Signature::parse(text).to_string(), text);
    }
}
