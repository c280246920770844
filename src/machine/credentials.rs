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
    /// What even root may not do here.
    pub lost: Capabilities,
    /// No program that it runs can give it more.
    pub no_new_privileges: bool,
    /// A filter stands between it and the kernel (seccomp). What it asks of it here passes.
    pub filtered: bool,
}

/// A set of the kernel's capabilities: one bit for each of [`CAPABILITIES`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(pub u64);

/// The names in the order of their numbers.
pub const CAPABILITIES: [&str; 41] = [
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN",
    "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME",
    "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
];

impl Capabilities {
    pub const ALL: Capabilities = Capabilities((1 << CAPABILITIES.len()) - 1);

    /// The set of these names, with or without `CAP_` before them. What is no name is passed over.
    pub fn named<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let bit = |name: &str| {
            let name = name.to_ascii_uppercase();
            let name = name.strip_prefix("CAP_").unwrap_or(&name);
            if name == "ALL" { Self::ALL.0 } else { CAPABILITIES.iter().position(|known| *known == name).map_or(0, |number| 1 << number) }
        };
        Capabilities(names.fold(0, |all, name| all | bit(name)))
    }

    #[must_use]
    pub fn with(self, others: Self) -> Self {
        Capabilities(self.0 | others.0)
    }

    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Capabilities(self.0 & !others.0)
    }

    fn has(self, name: &str) -> bool {
        self.0 & Self::named([name].into_iter()).0 != 0
    }
}

/// Root, as which the embedder does everything.
pub(crate) static SUPERUSER: Credentials = Credentials { uid: 0, gid: 0, groups: Vec::new(), lost: Capabilities(0), no_new_privileges: false, filtered: false };

pub(crate) const READ: u32 = 4;
pub(crate) const WRITE: u32 = 2;
/// Executes a file; looks for a name in a directory.
pub(crate) const EXECUTE: u32 = 1;

impl Credentials {
    pub fn user(uid: u32, gid: u32) -> Self {
        Credentials { uid, gid, ..Credentials::default() }
    }

    pub fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// Whether it is root and has this capability.
    pub(crate) fn is_capable(&self, name: &str) -> bool {
        self.is_root() && !self.lost.has(name)
    }

    /// Whether it may look into a process of another closely: its own user's, that can do no more than it, or with the
    /// capability to trace any.
    pub(crate) fn may_trace(&self, other: &Credentials) -> bool {
        self.is_capable("SYS_PTRACE") || self.uid == other.uid && self.lost.without(other.lost) == Capabilities::default()
    }

    pub fn is_in_group(&self, gid: u32) -> bool {
        self.gid == gid || self.groups.contains(&gid)
    }

    /// Whether the bits of a mode allow this: those of the owner, of the group, or of the others, never a mixture. Root
    /// may do everything but execute what nobody may.
    pub(crate) fn may(&self, mode: u32, owner: Owner, is_directory: bool, wanted: u32) -> bool {
        if self.is_capable("DAC_OVERRIDE") {
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
        self.is_capable("FOWNER") || self.uid == node.owner.uid
    }

    /// Only root gives files away; an owner may pass them to a group of his own.
    pub(crate) fn may_give(&self, node: &Node, to: Owner) -> Result<(), Errno> {
        let own_group = to.gid == node.owner.gid || self.is_in_group(to.gid);
        match self.is_capable("CHOWN") || self.uid == node.owner.uid && to.uid == node.owner.uid && own_group {
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
        let with_group = Credentials { groups: vec![50], ..Credentials::user(7, 7) };
        let lesser_root = Credentials { lost: Capabilities::named(["CAP_DAC_OVERRIDE"].into_iter()), ..Credentials::default() };
        for (by, mode, wanted, may) in [
            (Credentials::user(1000, 1000), 0o600, WRITE, true),
            (Credentials::user(1000, 1000), 0o066, WRITE, false),
            (with_group.clone(), 0o640, READ, true),
            (with_group.clone(), 0o640, WRITE, false),
            (with_group, 0o606, READ, false),
            (Credentials::user(7, 7), 0o604, READ, true),
            (SUPERUSER.clone(), 0o000, READ | WRITE, true),
            (SUPERUSER.clone(), 0o644, EXECUTE, false),
            (lesser_root, 0o600, READ, false),
        ] {
            assert_eq!(by.may(mode, owner, false, wanted), may, "{by:?} {mode:o} {wanted}");
        }
    }
}
