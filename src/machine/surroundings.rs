//! Where a process is: what it takes for the root of all files, and the namespaces that it is in. A program may change its
//! root (`chroot`), make namespaces (`unshare`), or enter those of the computer that a container runs on (`nsenter`); its
//! children are where it is.
//!
//! Of a namespace that was made only its number is new, but for the network: there nothing is reached from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::machine::Installed;
use crate::walk::{Look, Place};
use crate::{Errno, Machine, MountTable, Pid, Program, Sys, VolumeId};

/// The kinds of namespaces as `/proc/PID/ns` names them, in the order in which `nsenter` enters them.
pub(crate) const KINDS: [&str; 8] = ["user", "cgroup", "ipc", "uts", "net", "pid", "mnt", "time"];

/// The namespaces of a process, by the kernel's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Namespaces([u32; KINDS.len()]);

impl Default for Namespaces {
    /// Those with which the kernel starts, whose numbers are the same everywhere.
    fn default() -> Self {
        Namespaces([4_026_531_837, 4_026_531_835, 4_026_531_839, 4_026_531_838, 4_026_531_840, 4_026_531_836, 4_026_531_841, 4_026_531_834])
    }
}

impl Namespaces {
    pub fn number(&self, kind: &str) -> u32 {
        KINDS.iter().position(|known| *known == kind).map_or(0, |index| self.0[index])
    }

    #[must_use]
    pub fn with(mut self, kind: &str, number: u32) -> Self {
        if let Some(index) = KINDS.iter().position(|known| *known == kind) {
            self.0[index] = number;
        }
        self
    }

    fn is_first(self, kind: &str) -> bool {
        self.number(kind) == Namespaces::default().number(kind)
    }
}

/// Where a process is.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    pub(crate) root: Place,
    pub(crate) namespaces: Namespaces,
}

/// The computer below a machine that is a container, as those see it who get there.
#[derive(Clone)]
pub(crate) struct Host {
    hostname: String,
    pub disk: VolumeId,
    pub mounts: MountTable,
    programs: Arc<BTreeMap<String, Installed>>,
}

impl Machine {
    /// Says in which namespaces its processes start.
    pub fn set_namespaces(&mut self, namespaces: Namespaces) {
        self.namespaces = namespaces;
    }

    /// Says what is below it: the name, the disk, which is one of its volumes, the other file systems, and a computer that
    /// has the same programs.
    pub fn set_host(&mut self, hostname: &str, disk: VolumeId, mounts: MountTable, like: &Machine) {
        self.files.attach(disk);
        self.host = Some(Arc::new(Host { hostname: hostname.to_owned(), disk, mounts, programs: like.programs.clone() }));
    }

    /// Whether a root is on the disk of the computer below.
    pub(crate) fn is_hosts(&self, root: Place) -> bool {
        self.host.as_ref().is_some_and(|host| self.files.volume_of(root) == Some(host.disk))
    }

    /// The programs that there are for somebody with this root.
    pub(crate) fn programs_at(&self, root: Place) -> &BTreeMap<String, Installed> {
        match &self.host {
            Some(host) if self.is_hosts(root) => &host.programs,
            _ => &self.programs,
        }
    }

    /// What the computer is called there.
    pub(crate) fn hostname_at(&self, around: &Surroundings) -> &str {
        match &self.host {
            Some(host) if around.namespaces.is_first("uts") => &host.hostname,
            _ => &self.hostname,
        }
    }

    /// The file systems beside its volumes.
    pub(crate) fn mounts_at(&self, root: Place) -> &MountTable {
        match &self.host {
            Some(host) if self.is_hosts(root) => &host.mounts,
            _ => &self.mount_table,
        }
    }

    /// Where its processes start.
    pub(crate) fn surroundings(&self) -> Surroundings {
        Surroundings { root: Place::ROOT, namespaces: self.namespaces }
    }

    fn seen(&self, pid: Pid) -> Option<(&crate::Credentials, Surroundings)> {
        let own = self.processes.get(&pid).map(|entry| (entry.credentials.as_ref(), entry.around));
        let others = || self.neighbours.iter().find(|it| it.info.pid == pid);
        own.or_else(|| others().map(|it| (it.credentials.as_ref(), Surroundings { root: Place::ROOT, namespaces: it.namespaces })))
    }
}

/// Why a namespace is not entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    By(Errno),
    /// It could be on a real computer.
    NotSimulated,
}

impl Sys<'_> {
    /// What the program has said that it goes on as.
    pub(crate) fn take_becoming(&mut self) -> Option<Box<dyn Program>> {
        self.entry_mut().becomes.take()
    }

    pub(crate) fn surroundings(&self) -> Surroundings {
        self.entry().around
    }

    /// The namespaces of another process, for who may look closely at it.
    pub(crate) fn namespaces_of(&self, pid: Pid) -> Result<Namespaces, Errno> {
        let (target, around) = self.machine.seen(pid).ok_or(Errno::NoEntry)?;
        if self.entry().credentials.may_trace(target) { Ok(around.namespaces) } else { Err(Errno::AccessDenied) }
    }

    /// Where a program is that has entered a namespace. Those of the computer below can be entered, and its own, which is
    /// where it is already.
    pub(crate) fn entering(&self, around: Surroundings, kind: &str, number: u32) -> Result<Surroundings, Denied> {
        let by = &self.entry().credentials;
        let own = around.namespaces.number(kind);
        if kind == "user" && number == own {
            return Err(Denied::By(Errno::InvalidArgument));
        }
        if !by.is_capable("SYS_ADMIN") || kind == "mnt" && !by.is_capable("SYS_CHROOT") {
            return Err(Denied::By(Errno::NotPermitted));
        }
        let entered = Surroundings { namespaces: around.namespaces.with(kind, number), ..around };
        let is_hosts = self.machine.host.is_some() && Namespaces::default().number(kind) == number;
        match kind {
            "mnt" if number == own => Ok(Surroundings { root: Place::ROOT, ..around }),
            _ if number == own => Ok(around),
            "mnt" if is_hosts => match self.machine.host.as_ref().and_then(|host| self.machine.files.attached(host.disk)) {
                Some(root) => Ok(Surroundings { root, ..entered }),
                None => Err(Denied::NotSimulated),
            },
            "cgroup" | "ipc" | "time" => Ok(entered),
            "uts" | "net" if is_hosts => Ok(entered),
            _ => Err(Denied::NotSimulated),
        }
    }

    /// Where a program is that has made a namespace.
    pub(crate) fn unsharing(&mut self, around: Surroundings, kind: &str) -> Result<Surroundings, Errno> {
        if !self.entry().credentials.is_capable("SYS_ADMIN") {
            return Err(Errno::NotPermitted);
        }
        self.machine.namespaces_made += 1;
        Ok(Surroundings { namespaces: around.namespaces.with(kind, 4_026_533_000 + self.machine.namespaces_made), ..around })
    }

    /// Where a program is that has made a directory its root.
    pub(crate) fn rooting(&mut self, around: Surroundings, path: &str) -> Result<Surroundings, Errno> {
        let path = self.absolute(path);
        self.machine.show_processes(&path, self.pid());
        let look = Look { trees: &self.machine.files, by: &self.entry().credentials, root: around.root };
        let root = look.existing(&path)?;
        if !look.tree_of(root)?.is_directory(root.inode) {
            return Err(Errno::NotDirectory);
        }
        look.check(root, crate::credentials::EXECUTE)?;
        if !self.entry().credentials.is_capable("SYS_CHROOT") {
            return Err(Errno::NotPermitted);
        }
        Ok(Surroundings { root, ..around })
    }

    /// Whether it is in the network of the computer below, and not in that of its machine.
    pub(crate) fn is_in_hosts_network(&self) -> bool {
        let own = self.entry().around.namespaces;
        own.is_first("net") && own.number("net") != self.machine.namespaces.number("net")
    }

    /// Whether it is in a network in which there is nothing.
    pub(crate) fn has_no_network(&self) -> bool {
        let own = self.entry().around.namespaces;
        !own.is_first("net") && own.number("net") != self.machine.namespaces.number("net")
    }
}
