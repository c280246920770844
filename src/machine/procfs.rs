//! `/proc`: what the kernel says about itself and its processes, as files.
//!
//! They are made at the moment at which somebody looks below `/proc`, and show that moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_sim::Time;

use crate::walk::Place;
use crate::{Credentials, Errno, Machine, Namespaces, Pid, ProcessInfo, ProcessState, Volume, VolumeId};

/// The volume that is `/proc`.
pub(crate) const PROC: VolumeId = VolumeId(u64::MAX);

/// What a namespace of IPC is made with.
const IPC_LIMITS: [(&str, &str); 7] =
    [("msgmax", "8192"), ("msgmnb", "16384"), ("msgmni", "32000"), ("sem", "32000\t1024000000\t500\t32000"), ("shmall", "18446744073692774399"), ("shmmax", "18446744073692774399"), ("shmmni", "4096")];

/// The lists of what is shared so. Nothing ever is: no program that is simulated does.
const IPC_OBJECTS: [(&str, &str); 3] = [
    ("msg", "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime\n"),
    ("sem", "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"),
    ("shm", "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n"),
];

/// The names in `/proc/PID/ns`, and the kinds that they are of.
const NAMESPACE_LINKS: [(&str, &str); 10] = [
    ("cgroup", "cgroup"), ("ipc", "ipc"), ("mnt", "mnt"), ("net", "net"), ("pid", "pid"), ("pid_for_children", "pid"), ("time", "time"), ("time_for_children", "time"), ("user", "user"),
    ("uts", "uts"),
];

/// What `/proc` says of a process beside what `ps` shows.
struct Seen<'a> {
    credentials: &'a Credentials,
    umask: u32,
    env: &'a BTreeMap<String, String>,
    cwd: &'a str,
    /// Absent for who may not know.
    namespaces: Option<Namespaces>,
}

impl Machine {
    /// Makes `/proc` anew for a process that is going to look there.
    pub(crate) fn show_processes(&mut self, path: &str, asker: Pid) {
        let below = path.contains("/proc/") || path.ends_with("/proc") || path == "/etc/mtab" || path.contains("..");
        if !below || self.files.stat("/proc", false).is_err() {
            return;
        }
        let volume = self.proc_files(asker).unwrap_or_default();
        self.files.set_volume(PROC, volume);
        if !self.files.mounts().iter().any(|mount| mount.volume == PROC) {
            // A machine whose `/proc` is a file has none.
            let _ = self.files.mount("/proc", PROC, None, true);
            if let Some(host) = self.host.clone() {
                self.files.mount_within(host.disk, "/proc", PROC);
            }
        }
        if !self.neighbours.is_empty() {
            self.show_roots();
        }
    }

    fn proc_files(&self, asker: Pid) -> Result<Volume, Errno> {
        let mut files = Volume::default();
        let (around, by) = self.processes.get(&asker).map_or_else(|| (self.surroundings(), Arc::default()), |entry| (entry.around, entry.credentials.clone()));
        let seconds = self.now.since(self.started_at).as_secs_f64();
        let used = self.memory_bytes();
        let total = self.hardware.memory_bytes;
        let cpu = |number: u32| {
            format!("processor\t: {number}\nvendor_id\t: Podarium\nmodel name\t: Podarium simulated CPU\ncpu MHz\t\t: 2000.000\ncpu cores\t: {}\n\n", self.hardware.cpus)
        };
        let kilobytes = |bytes: u64| bytes / 1024;
        let meminfo = format!(
            "MemTotal:       {:>8} kB\nMemFree:        {:>8} kB\nMemAvailable:   {:>8} kB\nBuffers:        {:>8} kB\nCached:         {:>8} kB\nSwapTotal:      {:>8} kB\nSwapFree:       {:>8} kB\n",
            kilobytes(total), kilobytes(total.saturating_sub(used)), kilobytes(total.saturating_sub(used)), 0, 0, 0, 0
        );
        let running = self.processes().iter().filter(|it| it.state == ProcessState::Running).count();
        for (path, text) in [
            ("/uptime", format!("{seconds:.2} {:.2}\n", seconds * f64::from(self.hardware.cpus))),
            ("/loadavg", format!("0.00 0.00 0.00 {running}/{} {}\n", self.processes.len(), self.next_pid.saturating_sub(1))),
            ("/version", "Linux version 6.12.0 (podarium) #1 SMP Podarium\n".to_owned()),
            ("/cpuinfo", (0..self.hardware.cpus).map(cpu).collect()),
            ("/meminfo", meminfo),
            ("/mounts", self.mount_lines(around.root)),
            ("/cmdline", "podarium\n".to_owned()),
        ] {
            files.write(path, text, 0o444, Time::ZERO)?;
        }
        files.mkdir_all("/sys/net/ipv4", Time::ZERO)?;
        files.write("/sys/net/ipv4/ip_unprivileged_port_start", "0\n", 0o644, Time::ZERO)?;
        files.mkdir_all("/sys/kernel", Time::ZERO)?;
        for (name, value) in IPC_LIMITS {
            files.write(&format!("/sys/kernel/{name}"), format!("{value}\n"), 0o644, Time::ZERO)?;
        }
        files.mkdir_all("/sysvipc", Time::ZERO)?;
        for (name, header) in IPC_OBJECTS {
            files.write(&format!("/sysvipc/{name}"), header, 0o444, Time::ZERO)?;
        }
        files.write("/sys/kernel/hostname", format!("{}\n", self.hostname_at(&around)), 0o644, Time::ZERO)?;
        for (pid, entry) in &self.processes {
            let namespaces = by.may_trace(&entry.credentials).then_some(entry.around.namespaces);
            let seen = Seen { credentials: &entry.credentials, umask: entry.umask, env: &entry.env, cwd: &entry.cwd, namespaces };
            self.process_files(&mut files, &self.process_info(*pid, entry), &seen, entry.around.root)?;
        }
        for it in &self.neighbours {
            let namespaces = by.may_trace(&it.credentials).then_some(it.namespaces);
            let seen = Seen { credentials: &it.credentials, umask: it.umask, env: &it.env, cwd: &it.cwd, namespaces };
            self.process_files(&mut files, &it.info, &seen, around.root)?;
            if it.root.is_some() {
                files.mkdir_all(&format!("/{}/root", it.info.pid), Time::ZERO)?;
            }
        }
        files.symlink(&asker.to_string(), "/self", Time::ZERO)?;
        Ok(files)
    }

    fn process_files(&self, files: &mut Volume, process: &ProcessInfo, seen: &Seen<'_>, root: Place) -> Result<(), Errno> {
        let base = format!("/{}", process.pid);
        files.mkdir_all(&format!("{base}/fd"), process.started_at)?;
        let name = process.name();
        let is_zombie = process.state == ProcessState::Zombie;
        let words = |words: &mut dyn Iterator<Item = String>| words.map(|word| word + "\0").collect::<String>();
        let bounding = crate::Capabilities::ALL.without(seen.credentials.lost).0;
        let effective = if process.uid == 0 { bounding } else { 0 };
        let status = format!(
            "Name:\t{name}\nUmask:\t{:04o}\nState:\t{} ({})\nTgid:\t{pid}\nPid:\t{pid}\nPPid:\t{}\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{gid}\t{gid}\t{gid}\t{gid}\nGroups:\t{}\nVmRSS:\t{:>8} kB\nThreads:\t1\nCapInh:\t{:016x}\nCapPrm:\t{effective:016x}\nCapEff:\t{effective:016x}\nCapBnd:\t{bounding:016x}\nCapAmb:\t{:016x}\nNoNewPrivs:\t{}\nSeccomp:\t{}\nSeccomp_filters:\t{}\n",
            seen.umask,
            process.state.letter(),
            process.state.word(),
            process.parent,
            seen.credentials.groups.iter().map(|group| format!("{group} ")).collect::<String>(),
            process.memory_bytes / 1024,
            0,
            0,
            u8::from(seen.credentials.no_new_privileges),
            2 * u8::from(seen.credentials.filtered),
            u8::from(seen.credentials.filtered),
            pid = process.pid,
            uid = process.uid,
            gid = process.gid,
        );
        for (file, text, mode) in [
            ("cmdline", if is_zombie { String::new() } else { words(&mut process.args.iter().cloned()) }, 0o444),
            ("environ", words(&mut seen.env.iter().map(|(name, value)| format!("{name}={value}"))), 0o400),
            ("comm", format!("{name}\n"), 0o644),
            ("status", status, 0o444),
            ("mounts", self.mount_lines(root), 0o444),
            ("uid_map", self.user_map(), 0o644),
            ("gid_map", self.user_map(), 0o644),
        ] {
            let path = format!("{base}/{file}");
            files.write(&path, text, mode, Time::ZERO)?;
            files.chown(&path, process.uid, process.gid)?;
        }
        files.symlink(seen.cwd, &format!("{base}/cwd"), Time::ZERO)?;
        files.mkdir_all(&format!("{base}/ns"), Time::ZERO)?;
        for (name, kind) in NAMESPACE_LINKS {
            if let Some(namespaces) = &seen.namespaces {
                files.symlink(&format!("{kind}:[{}]", namespaces.number(kind)), &format!("{base}/ns/{name}"), Time::ZERO)?;
            }
        }
        files.chown(&base, process.uid, process.gid)
    }

    /// `/proc/mounts`: device, place, type, options.
    fn mount_lines(&self, root: Place) -> String {
        self.mount_rows(root).iter().map(|row| format!("{} {} {} {} 0 0\n", row.device, row.path, row.kind, row.options)).collect()
    }
}
