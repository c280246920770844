//! hostPath volumes that say what must be at their path on the machine.
//!
//! Models: pkg/volume/hostpath/host_path.go (checkType, makeDir, makeFile), v1.36.
//! Simplified: a machine has the directories and programs that Ubuntu has, a few files that tell which it is, and what pods have made.

use k8s_openapi::api::core::v1::HostPathVolumeSource;
use podarium_machine::Volume;
use podarium_sim::Time;

use super::agenda::Sleeper;
use super::config::NodeConfig;
use super::host::Host;

const DIRECTORIES: &[&str] = &[
    "/", "/bin", "/boot", "/dev", "/etc", "/etc/cni/net.d", "/etc/kubernetes", "/etc/kubernetes/manifests", "/etc/kubernetes/pki", "/etc/ssl/certs", "/home", "/lib", "/lib/modules",
    "/media", "/mnt", "/opt", "/opt/cni/bin", "/proc", "/root", "/run", "/run/containerd", "/sbin", "/srv", "/sys", "/sys/fs/cgroup", "/tmp", "/usr", "/usr/bin", "/usr/lib",
    "/usr/local", "/usr/share", "/usr/share/zoneinfo", "/var", "/var/lib", "/var/lib/containerd", "/var/lib/kubelet", "/var/log", "/var/log/containers", "/var/log/pods", "/var/run", "/var/tmp",
];
const FILES: &[&str] = &["/etc/fstab", "/etc/group", "/etc/hostname", "/etc/hosts", "/etc/localtime", "/etc/machine-id", "/etc/os-release", "/etc/passwd", "/etc/resolv.conf", "/etc/shadow"];
const SOCKETS: &[&str] = &["/run/containerd/containerd.sock", "/var/run/containerd/containerd.sock"];
const CHARACTER_DEVICES: &[&str] = &["/dev/full", "/dev/fuse", "/dev/kmsg", "/dev/null", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero"];
const BLOCK_DEVICES: &[&str] = &["/dev/vda", "/dev/vda1"];

/// What the node says of its system (`osImage` of its status), as its own file has it.
const OS_RELEASE: &str = "PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nVERSION=\"24.04.3 LTS (Noble Numbat)\"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nHOME_URL=\"https://www.ubuntu.com/\"\nSUPPORT_URL=\"https://help.ubuntu.com/\"\nBUG_REPORT_URL=\"https://bugs.launchpad.net/ubuntu/\"\nPRIVACY_POLICY_URL=\"https://www.ubuntu.com/legal/terms-and-policies/privacy-policy\"\nUBUNTU_CODENAME=noble\nLOGO=ubuntu-logo\n";
const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\nsys:x:3:3:sys:/dev:/usr/sbin/nologin\nmessagebus:x:100:101::/nonexistent:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
const GROUP: &str = "root:x:0:\ndaemon:x:1:\nbin:x:2:\nsys:x:3:\nadm:x:4:\nmessagebus:x:101:\nnogroup:x:65534:\n";

/// Whether a volume of this path is one in which somebody may look for what belongs to the machine itself.
pub(super) fn shows_the_machine(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    matches!(path, "" | "/etc" | "/var" | "/var/lib") || ["/etc/", "/var/lib/kubelet"].iter().any(|start| path.starts_with(start))
}

/// How the machine itself finds names.
pub(super) const RESOLVER: &str = "nameserver 192.0.2.53\n";

/// `/etc/hosts` of a machine.
pub(super) fn hosts_file(config: &NodeConfig) -> String {
    format!("127.0.0.1 localhost\n127.0.1.1 {0}\n{1} {0}\n", config.name, config.address)
}

/// Gives a machine's disk what every such machine has, when somebody first looks at it.
pub(super) fn furnish(disk: &mut Volume, host: &mut Host, now: Time) {
    const MARK: &str = "/etc/os-release";
    if disk.stat(MARK, false).is_ok() {
        return;
    }
    // There is a directory for static pods now, in which somebody may put one.
    host.agenda.sooner(Sleeper::Manifests, now);
    let config = &host.config;
    let settings = format!("apiVersion: kubelet.config.k8s.io/v1beta1\nauthentication:\n  anonymous:\n    enabled: false\n  webhook:\n    enabled: true\n  x509:\n    clientCAFile: /etc/kubernetes/pki/ca.crt\nauthorization:\n  mode: Webhook\ncgroupDriver: systemd\nclusterDNS:\n- {}\nclusterDomain: cluster.local\ncontainerRuntimeEndpoint: unix:///run/containerd/containerd.sock\nkind: KubeletConfiguration\nrotateCertificates: true\nstaticPodPath: /etc/kubernetes/manifests\n", config.kubelet.cluster_dns);
    let files = [
        (MARK, OS_RELEASE.to_owned()),
        ("/etc/hostname", format!("{}\n", config.name)),
        ("/etc/hosts", hosts_file(config)),
        ("/etc/resolv.conf", RESOLVER.to_owned()),
        ("/etc/passwd", PASSWD.to_owned()),
        ("/etc/group", GROUP.to_owned()),
        ("/var/lib/kubelet/config.yaml", settings),
    ];
    for (path, text) in files {
        if disk.stat(path, false).is_err() {
            // What pods have made there already stays.
            let above = path.rsplit_once('/').map_or("/", |(above, _)| above);
            let _ = disk.mkdir_all(above, now).and_then(|()| disk.write(path, text, 0o644, now));
        }
    }
    disk.add_missing_of(host.images.node(), now);
    for directory in DIRECTORIES {
        // What pods have made there already stays.
        let _ = disk.mkdir_all(directory, now);
    }
}

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
