//! Who a process is, and what that lets it do with a file.

use crate::Errno;
use crate::tree::{Node, Owner};

/// The user and the groups of a process. Its children inherit them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    pub uid: u32,
    pub gid: u32,
    /// Supplementary groups.
    pub groups: Vec<u32>,
}

/// Root, as which the embedder does everything.
pub(crate) static SUPERUSER: Credentials = Credentials { uid: 0, gid: 0, groups: Vec::new() };

pub(crate) const READ: u32 = 4;
pub(crate) const WRITE: u32 = 2;
/// Executes a file; looks for a name in a directory.
pub(crate) const EXECUTE: u32 = 1;

impl Credentials {
    pub fn user(uid: u32, gid: u32) -> Self {
        Credentials { uid, gid, groups: Vec::new() }
    }

    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    pub fn is_in_group(&self, gid: u32) -> bool {
        self.gid == gid || self.groups.contains(&gid)
    }

    /// Whether the bits of a mode allow this: those of the owner, of the group, or of the others, never a mixture. Root
    /// may do everything but execute what nobody may.
    pub(crate) fn may(&self, mode: u32, owner: Owner, is_directory: bool, wanted: u32) -> bool {
        if self.is_root() {
            return wanted & EXECUTE == 0 || is_directory || mode & 0o111 != 0;
        }
        let bits = if self.uid == owner.uid {
            mode >> 6
        } else if self.is_in_group(owner.gid) {
            mode >> 3
        } else {
            mode
        };
        bits & wanted == wanted
    }

    pub(crate) fn owns(&self, node: &Node) -> bool {
        self.is_root() || self.uid == node.owner.uid
    }

    /// Only root gives files away; an owner may pass them to a group of his own.
    pub(crate) fn may_give(&self, node: &Node, to: Owner) -> Result<(), Errno> {
        let own_group = to.gid == node.owner.gid || self.is_in_group(to.gid);
        match self.is_root() || self.uid == node.owner.uid && to.uid == node.owner.uid && own_group {
            true => Ok(()),
            false => Err(Errno::NotPermitted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_class_of_bits_decides() {
        let owner = Owner { uid: 1000, gid: 50 };
        let with_group = Credentials { uid: 7, gid: 7, groups: vec![50] };
        for (by, mode, wanted, may) in [
            (Credentials::user(1000, 1000), 0o600, WRITE, true),
            (Credentials::user(1000, 1000), 0o066, WRITE, false),
            (with_group.clone(), 0o640, READ, true),
            (with_group.clone(), 0o640, WRITE, false),
            (with_group, 0o606, READ, false),
            (Credentials::user(7, 7), 0o604, READ, true),
            (SUPERUSER.clone(), 0o000, READ | WRITE, true),
            (SUPERUSER.clone(), 0o644, EXECUTE, false),
        ] {
            assert_eq!(by.may(mode, owner, false, wanted), may, "{by:?} {mode:o} {wanted}");
        }
    }
}
