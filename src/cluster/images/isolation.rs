//! How far a container is shut off from the machine that it runs on: its namespaces, its `/dev/shm`, what the runtime mounts in
//! it and hides from it, and what those see who get out.
//!
//! Models: containerd's specification of a container (oci/spec.go, internal/cri/opts), runc's masked and read-only paths,
//! namespaces(7); the mounts of a systemd machine.
//! Simplified: numbers of namespaces are drawn, so two may be the same; of the machine's own mounts those of the system. A pod with
//! one container loses what is in `/dev/shm` when that starts again, and its debuggers do not see it.

use std::sync::Arc;

use podarium_machine::{DISK_BELOW, Machine, MountTable, Namespaces, SystemMount, Volume, VolumeId, VolumeKind};
use podarium_sim::Fingerprint;

use super::{Mounted, Storage};

/// What `/dev/shm` of a container holds.
const SHARED_MEMORY_BYTES: u64 = 64 << 20;
/// The name under which it is among a pod's volumes; no declared one can be called so.
const SHARED_MEMORY: &str = "/dev/shm";
/// The first numbers after those of the machine's own namespaces, and how many there are to draw from.
const FIRST_NAMESPACE: u32 = 4_026_532_300;
const NAMESPACES: u64 = 500_000;

#[derive(Clone, Debug, Default)]
pub struct Isolation {
    pub namespaces: Namespaces,
    pub privileged: bool,
    /// Whether a kubelet gave it a file for its last words.
    pub has_termination_log: bool,
    pub shared_memory: SharedMemory,
    /// What is below it, where anybody could get there.
    pub below: Option<Below>,
}

/// Whose `/dev/shm` a container sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SharedMemory {
    /// That of the sandbox, in which there is nobody else: it need not be lent.
    #[default]
    Alone,
    /// That of the sandbox.
    Pod,
    /// The machine's, which holds half of its memory.
    Machine { disk: Arc<str>, bytes: u64 },
}

#[derive(Clone)]
pub struct Below {
    pub name: Arc<str>,
    pub disk: Arc<str>,
    pub like: Arc<Machine>,
}

impl std::fmt::Debug for Below {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Below").field("name", &self.name).field("disk", &self.disk).finish_non_exhaustive()
    }
}

/// The number of a namespace that belongs to something with an id.
pub fn namespace_number(id: &str, kind: &str) -> u32 {
    let mut print = Fingerprint::default();
    print.write(id.as_bytes());
    print.write(kind.as_bytes());
    FIRST_NAMESPACE + u32::try_from(print.finish() % NAMESPACES).unwrap_or(0)
}

impl Isolation {
    /// Of a container that shares nothing, but perhaps the network and the name of its machine.
    pub fn of_lone(id: &str, on_host: bool) -> Self {
        let kinds = ["ipc", "pid", "mnt", "cgroup", "net", "uts"];
        let own = kinds.into_iter().filter(|kind| !on_host || !matches!(*kind, "net" | "uts"));
        Isolation { namespaces: own.fold(Namespaces::default(), |all, kind| all.with(kind, namespace_number(id, kind))), ..Isolation::default() }
    }

    /// Its `/dev/shm`, made if nobody needed it yet, and where it is lent from, if others see it.
    pub(super) fn shared_memory(&self, storage: &mut Storage<'_>) -> (Option<Mounted>, Volume) {
        let (mounted, bytes) = match &self.shared_memory {
            SharedMemory::Alone => return (None, Volume::shared_memory(SHARED_MEMORY_BYTES)),
            SharedMemory::Pod => (Mounted::Pod(SHARED_MEMORY.into()), SHARED_MEMORY_BYTES),
            SharedMemory::Machine { disk, bytes } => (Mounted::Disk(disk.clone()), *bytes),
        };
        let found = storage.take(&mounted);
        let volume = if found.kind() == VolumeKind::Shared { found } else { Volume::shared_memory(bytes) };
        (Some(mounted), volume)
    }

    /// Tells a container's computer what is around it. `disk`: the number of the volume that is the disk of the machine below.
    pub(super) fn put_in(&self, machine: &mut Machine, disk: Option<VolumeId>) {
        machine.set_namespaces(self.namespaces);
        let hardware = machine.hardware().clone();
        let mut mounts = of_container(self.privileged, hardware.disk_bytes, hardware.memory_bytes);
        mounts.retain(|mount| self.has_termination_log || mount.path != "/dev/termination-log");
        machine.set_mount_table(Arc::new(mounts));
        if let (Some(below), Some(disk)) = (&self.below, disk) {
            machine.set_host(&below.name, disk, of_machine(hardware.disk_bytes, hardware.memory_bytes), &below.like);
        }
    }
}

/// What a runtime mounts in every container.
fn of_container(privileged: bool, disk: u64, memory: u64) -> Vec<SystemMount> {
    let access = if privileged { "rw" } else { "ro" };
    let kernel = format!("{access},nosuid,nodev,noexec,relatime");
    let device = |path| SystemMount::new("tmpfs", path, "tmpfs", "rw,nosuid,size=65536k,mode=755").holding(64 << 20).part_of("/dev");
    let file = |path| SystemMount::new(DISK_BELOW, path, "ext4", "rw,relatime").holding(disk).part_of(DISK_BELOW);
    let hidden = |path| SystemMount::new("tmpfs", path, "tmpfs", "ro,relatime").holding(memory / 2);
    let mut mounts = vec![
        SystemMount::new("overlay", "/", "overlay", "rw,relatime").holding(disk),
        SystemMount::new("proc", "/proc", "proc", "rw,nosuid,nodev,noexec,relatime"),
        device("/dev"),
        SystemMount::new("devpts", "/dev/pts", "devpts", "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666"),
        SystemMount::new("mqueue", "/dev/mqueue", "mqueue", "rw,nosuid,nodev,noexec,relatime"),
        SystemMount::new("sysfs", "/sys", "sysfs", &kernel),
        SystemMount::new("cgroup", "/sys/fs/cgroup", "cgroup2", &kernel),
        file("/etc/hosts"),
        file("/dev/termination-log"),
        file("/etc/hostname"),
        file("/etc/resolv.conf"),
    ];
    if !privileged {
        let read_only = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
        mounts.extend(read_only.map(|path| SystemMount::new("proc", path, "proc", "ro,nosuid,nodev,noexec,relatime")));
        mounts.push(hidden("/proc/acpi"));
        mounts.extend(["/proc/kcore", "/proc/keys", "/proc/timer_list"].map(device));
        mounts.extend(["/proc/scsi", "/sys/firmware"].map(hidden));
    }
    mounts
}

/// What the machine itself has mounted.
fn of_machine(disk: u64, memory: u64) -> MountTable {
    let in_memory = |path, options: &str, bytes| SystemMount::new("tmpfs", path, "tmpfs", options).holding(bytes);
    Arc::new(vec![
        SystemMount::new(DISK_BELOW, "/", "ext4", "rw,relatime").holding(disk),
        SystemMount::new("proc", "/proc", "proc", "rw,nosuid,nodev,noexec,relatime"),
        SystemMount::new("sysfs", "/sys", "sysfs", "rw,nosuid,nodev,noexec,relatime"),
        SystemMount::new("cgroup2", "/sys/fs/cgroup", "cgroup2", "rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot"),
        SystemMount::new("udev", "/dev", "devtmpfs", "rw,nosuid,relatime,mode=755").holding(memory / 2),
        SystemMount::new("devpts", "/dev/pts", "devpts", "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000"),
        in_memory("/run", &format!("rw,nosuid,nodev,noexec,relatime,size={}k,mode=755", memory / 10 / 1024), memory / 10),
        in_memory("/dev/shm", "rw,nosuid,nodev", memory / 2),
        in_memory("/run/lock", "rw,nosuid,nodev,noexec,relatime,size=5120k", 5 << 20),
    ])
}
