//! hostPath volumes that say what must be at their path on the machine.
//!
//! Models: pkg/volume/hostpath/host_path.go (checkType, makeDir, makeFile), v1.36.
//! Simplified: a machine has the directories and files that every Linux has, though they are empty, and what pods have made.

use k8s_openapi::api::core::v1::HostPathVolumeSource;
use podarium_machine::Volume;
use podarium_sim::Time;

const DIRECTORIES: &[&str] = &[
    "/", "/bin", "/boot", "/dev", "/etc", "/etc/cni/net.d", "/etc/kubernetes", "/etc/kubernetes/manifests", "/etc/kubernetes/pki", "/etc/ssl/certs", "/home", "/lib", "/lib/modules",
    "/media", "/mnt", "/opt", "/opt/cni/bin", "/proc", "/root", "/run", "/run/containerd", "/sbin", "/srv", "/sys", "/sys/fs/cgroup", "/tmp", "/usr", "/usr/bin", "/usr/lib",
    "/usr/local", "/usr/share", "/usr/share/zoneinfo", "/var", "/var/lib", "/var/lib/containerd", "/var/lib/kubelet", "/var/log", "/var/log/containers", "/var/log/pods", "/var/run", "/var/tmp",
];
const FILES: &[&str] = &["/etc/fstab", "/etc/group", "/etc/hostname", "/etc/hosts", "/etc/localtime", "/etc/machine-id", "/etc/os-release", "/etc/passwd", "/etc/resolv.conf", "/etc/shadow"];
const SOCKETS: &[&str] = &["/run/containerd/containerd.sock", "/var/run/containerd/containerd.sock"];
const CHARACTER_DEVICES: &[&str] = &["/dev/full", "/dev/fuse", "/dev/kmsg", "/dev/null", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero"];
const BLOCK_DEVICES: &[&str] = &["/dev/vda", "/dev/vda1"];

/// Makes what is to be made, and says what is wrong with what is there.
pub(super) fn check(source: &HostPathVolumeSource, disk: &mut Volume, now: Time) -> Result<(), String> {
    let path = match source.path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    let made = disk.stat(path, true).ok();
    let is_directory = made.as_ref().is_some_and(|made| made.is_dir()) || DIRECTORIES.contains(&path);
    let known = [FILES, SOCKETS, CHARACTER_DEVICES, BLOCK_DEVICES].iter().any(|paths| paths.contains(&path));
    let is_there = made.is_some() || is_directory || known;
    let is_file = made.as_ref().is_some_and(|made| !made.is_dir()) || FILES.contains(&path);
    let wrong = |what: &str| Err(format!("hostPath type check failed: {} is not {what}", source.path));
    let failed = |error: &dyn std::fmt::Display| format!("open {path}: {}", error.to_string().to_lowercase());
    match source.type_.as_deref().unwrap_or_default() {
        "DirectoryOrCreate" if !is_there => disk.mkdir_all(path, now).map_err(|error| failed(&error)),
        "Directory" | "DirectoryOrCreate" if !is_directory => wrong("a directory"),
        "FileOrCreate" if !is_there => {
            let above = path.rsplit_once('/').map_or("/", |(above, _)| above);
            if DIRECTORIES.contains(&above) {
                disk.mkdir_all(above, now).map_err(|error| failed(&error))?;
            }
            disk.write(path, "", 0o644, now).map_err(|error| failed(&error))
        }
        "File" | "FileOrCreate" if !is_file => wrong("a file"),
        "Socket" if !SOCKETS.contains(&path) => wrong("a socket file"),
        "CharDevice" if !CHARACTER_DEVICES.contains(&path) => wrong("a character device"),
        "BlockDevice" if !BLOCK_DEVICES.contains(&path) => wrong("a block device"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_must_be_of_the_type_and_what_is_missing_may_be_made() {
        let mut disk = Volume::default();
        let mut check = |path: &str, type_: &str| {
            let source = HostPathVolumeSource { path: path.to_owned(), type_: Some(type_.to_owned()) };
            super::check(&source, &mut disk, Time::ZERO).err().unwrap_or_default()
        };
        for (path, type_, error) in [
            ("/data", "", ""),
            ("/data", "Directory", "hostPath type check failed: /data is not a directory"),
            ("/data", "DirectoryOrCreate", ""),
            ("/data", "Directory", ""),
            ("/data", "File", "hostPath type check failed: /data is not a file"),
            ("/etc", "Directory", ""),
            ("/etc", "FileOrCreate", "hostPath type check failed: /etc is not a file"),
            ("/etc/hosts", "File", ""),
            ("/etc/app.conf", "FileOrCreate", ""),
            ("/etc/app.conf", "File", ""),
            ("/nowhere/app.conf", "FileOrCreate", "open /nowhere/app.conf: no such file or directory"),
            ("/etc/hosts", "DirectoryOrCreate", "hostPath type check failed: /etc/hosts is not a directory"),
            ("/run/x.sock", "Socket", "hostPath type check failed: /run/x.sock is not a socket file"),
            ("/dev/null", "CharDevice", ""),
        ] {
            assert_eq!(check(path, type_), error, "{path} {type_}");
        }
    }
}
