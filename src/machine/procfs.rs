//! `/proc`: what the kernel says about itself and its processes, as files.
//!
//! They are made at the moment at which somebody looks below `/proc`, and show that moment.

use std::collections::BTreeMap;

use podarium_sim::Time;

use crate::neighbours::is_root_of_neighbour;
use crate::{Credentials, Errno, Machine, Pid, ProcessInfo, ProcessState, Volume, VolumeId};

/// The volume that is `/proc`.
pub(crate) const PROC: VolumeId = VolumeId(u64::MAX);

/// What `/proc` says of a process beside what `ps` shows.
struct Seen<'a> {
    credentials: &'a Credentials,
    umask: u32,
    env: &'a BTreeMap<String, String>,
    cwd: &'a str,
}

impl Machine {
    /// Makes `/proc` anew for a process that is going to look there.
    pub(crate) fn show_processes(&mut self, path: &str, asker: Pid) {
        let below = path.starts_with("/proc") || path == "/etc/mtab" || path.contains("..");
        if !below || self.files.stat("/proc", false).is_err() {
            return;
        }
        let volume = self.proc_files(asker).unwrap_or_default();
        self.files.set_volume(PROC, volume);
        if !self.files.mounts().iter().any(|mount| mount.volume == PROC) {
            // A machine whose `/proc` is a file has none.
            let _ = self.files.mount("/proc", PROC, None, true);
        }
        if !self.neighbours.is_empty() {
            self.show_roots();
        }
    }

    fn proc_files(&self, asker: Pid) -> Result<Volume, Errno> {
        let mut files = Volume::default();
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
            ("/mounts", self.mount_lines()),
            ("/cmdline", "podarium\n".to_owned()),
        ] {
            files.write(path, text, 0o444, Time::ZERO)?;
        }
        files.mkdir_all("/sys/net/ipv4", Time::ZERO)?;
        files.write("/sys/net/ipv4/ip_unprivileged_port_start", "0\n", 0o644, Time::ZERO)?;
        files.mkdir_all("/sys/kernel", Time::ZERO)?;
        files.write("/sys/kernel/hostname", format!("{}\n", self.hostname), 0o644, Time::ZERO)?;
        for (pid, entry) in &self.processes {
            let seen = Seen { credentials: &entry.credentials, umask: entry.umask, env: &entry.env, cwd: &entry.cwd };
            self.process_files(&mut files, &self.process_info(*pid, entry), &seen)?;
        }
        for it in &self.neighbours {
            let seen = Seen { credentials: &it.credentials, umask: it.umask, env: &it.env, cwd: &it.cwd };
            self.process_files(&mut files, &it.info, &seen)?;
            if it.root.is_some() {
                files.mkdir_all(&format!("/{}/root", it.info.pid), Time::ZERO)?;
            }
        }
        files.symlink(&asker.to_string(), "/self", Time::ZERO)?;
        Ok(files)
    }

    fn process_files(&self, files: &mut Volume, process: &ProcessInfo, seen: &Seen<'_>) -> Result<(), Errno> {
        let base = format!("/{}", process.pid);
        files.mkdir_all(&format!("{base}/fd"), process.started_at)?;
        let name = process.name();
        let is_zombie = process.state == ProcessState::Zombie;
        let words = |words: &mut dyn Iterator<Item = String>| words.map(|word| word + "\0").collect::<String>();
        let bounding = crate::Capabilities::ALL.without(seen.credentials.lost).0;
        let effective = if process.uid == 0 { bounding } else { 0 };
        let status = format!(
            "Name:\t{name}\nUmask:\t{:04o}\nState:\t{} ({})\nTgid:\t{pid}\nPid:\t{pid}\nPPid:\t{}\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{gid}\t{gid}\t{gid}\t{gid}\nGroups:\t{}\nVmRSS:\t{:>8} kB\nThreads:\t1\nCapInh:\t{:016x}\nCapPrm:\t{effective:016x}\nCapEff:\t{effective:016x}\nCapBnd:\t{bounding:016x}\nCapAmb:\t{:016x}\nNoNewPrivs:\t{}\nSeccomp:\t0\n",
            seen.umask,
            process.state.letter(),
            process.state.word(),
            process.parent,
            seen.credentials.groups.iter().map(|group| format!("{group} ")).collect::<String>(),
            process.memory_bytes / 1024,
            0,
            0,
            u8::from(seen.credentials.no_new_privileges),
            pid = process.pid,
            uid = process.uid,
            gid = process.gid,
        );
        for (file, text, mode) in [
            ("cmdline", if is_zombie { String::new() } else { words(&mut process.args.iter().cloned()) }, 0o444),
            ("environ", words(&mut seen.env.iter().map(|(name, value)| format!("{name}={value}"))), 0o400),
            ("comm", format!("{name}\n"), 0o644),
            ("status", status, 0o444),
            ("mounts", self.mount_lines(), 0o444),
            ("uid_map", self.user_map(), 0o644),
            ("gid_map", self.user_map(), 0o644),
        ] {
            let path = format!("{base}/{file}");
            files.write(&path, text, mode, Time::ZERO)?;
            files.chown(&path, process.uid, process.gid)?;
        }
        files.symlink(seen.cwd, &format!("{base}/cwd"), Time::ZERO)?;
        files.mkdir_all(&format!("{base}/ns"), Time::ZERO)?;
        files.symlink(&format!("user:[{}]", self.user_namespace_number()), &format!("{base}/ns/user"), Time::ZERO)?;
        files.chown(&base, process.uid, process.gid)
    }

    /// `/proc/mounts`: device, place, type, options.
    fn mount_lines(&self) -> String {
        let access = |read_only: bool| if read_only { "ro" } else { "rw" };
        let mut out = format!("overlay / overlay {},relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n", access(self.files.is_root_read_only()));
        out.push_str("tmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0\n");
        for mount in self.files.mounts().iter().filter(|mount| mount.volume != PROC && !is_root_of_neighbour(mount.volume)) {
            let volume = self.files.volume(mount.volume);
            let (device, kind) = volume.map(Volume::kind).unwrap_or_default().names();
            let size = volume.and_then(Volume::capacity).filter(|_| kind == "tmpfs").map_or(String::new(), |bytes| format!(",size={}k", bytes / 1024));
            out.push_str(&format!("{device} {} {kind} {},relatime{size} 0 0\n", mount.path, access(mount.read_only)));
        }
        out
    }
}
