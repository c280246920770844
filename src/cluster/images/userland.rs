//! Which everyday programs and folders there are in what images stand on, and in what they add to it.
//!
//! Models: the images debian, ubuntu, oraclelinux, alpine, busybox and buildpack-deps of Docker Hub; Dockerfiles of the official images.
//! Simplified: of the programs those that are simulated, and some that say that they are not; all versions of a base have the same.

use podarium_machine::{Machine, install_absent, install_busybox, install_programs};
use podarium_sim::Time;

use super::Base;

/// GNU's coreutils, with bash, grep, sed, gzip and awk: what every distribution with GNU programs has.
const GNU: &[&str] = &[
    "[", "arch", "awk", "b2sum", "base32", "base64", "basename", "bash", "cat", "chgrp", "chmod", "chown", "cksum", "comm", "cp", "csplit", "cut",
    "date", "dd", "df", "dir", "dircolors", "dirname", "du", "echo", "egrep", "env", "expand", "expr", "factor", "false", "find", "fmt", "fold",
    "getent", "grep", "groups", "gunzip", "gzip", "head", "hostid", "id", "install", "join", "ldd", "link", "ln", "logname", "ls", "md5sum", "mkdir",
    "mkfifo", "mknod", "mktemp", "mount", "mv", "nice", "nl", "nohup", "nproc", "numfmt", "od", "paste", "pathchk", "pinky", "pr", "printenv",
    "printf", "ptx", "pwd", "readlink", "realpath", "rm", "rmdir", "sed", "seq", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum",
    "shred", "shuf", "sleep", "sort", "split", "stat", "stdbuf", "stty", "su", "sum", "sync", "tac", "tail", "tee", "test", "timeout", "touch", "tr",
    "true", "truncate", "tsort", "tty", "uname", "unexpand", "uniq", "unlink", "users", "wc", "who", "whoami", "xargs", "yes", "zcat",
];

/// What Debian's image has beyond that: no `ps`, no `ping`, no editor, nothing that fetches.
const DEBIAN: &[&str] = &[
    "adduser", "apt", "apt-get", "chroot", "clear", "dash", "diff", "dmesg", "hostname", "ipcs", "lsblk", "lscpu", "more", "nsenter", "passwd", "perl", "pidof", "rev", "setsid", "sh", "tar", "unshare", "useradd", "which",
];

/// Applets of BusyBox that are not simulated.
const BUSYBOX_MORE: &[&str] = &["adduser", "bzip2", "chroot", "crontab", "fdisk", "ifconfig", "ip", "ipcs", "lsof", "netstat", "nsenter", "passwd", "route", "su", "telnet", "traceroute", "tree", "unshare", "unzip", "vi"];

/// The package procps.
pub(super) const PROCPS: &[&str] = &["free", "kill", "pgrep", "pkill", "ps", "top", "uptime", "vmstat", "watch"];

/// What buildpack-deps adds to Debian, on which the full images of programming languages stand.
pub(super) const BUILDPACK: &[&str] = &[
    "curl", "file", "free", "gcc", "git", "kill", "make", "openssl", "pgrep", "pkill", "ps", "python3", "scp", "ssh", "ssh-keygen", "top", "unzip", "uptime", "vmstat", "watch",
    "wget", "xz",
];

/// What a machine of the cluster has beside what Ubuntu's image has.
const NODE: &[&str] = &[
    "conntrack", "crictl", "curl", "findmnt", "free", "hostnamectl", "htop", "ip", "ipcs", "iptables", "journalctl", "less", "lsmod", "lsns", "lsof", "modprobe", "nano", "nc", "openssl",
    "perl", "ping", "python3", "rsync", "screen", "ss", "ssh", "strace", "sudo", "swapoff", "sysctl", "systemctl", "tcpdump", "tmux", "umount", "vi", "vim", "wget", "xxd",
];

const DEBIAN_FOLDERS: &[&str] = &[
    "/boot", "/media", "/mnt", "/opt", "/srv", "/usr/games", "/usr/include", "/usr/lib", "/usr/lib64", "/usr/local/etc", "/usr/local/lib", "/usr/local/sbin", "/usr/local/share",
    "/usr/share", "/usr/src", "/var/backups", "/var/cache", "/var/lib/apt/lists", "/var/mail", "/var/opt", "/var/spool",
];
const ORACLE_FOLDERS: &[&str] = &["/boot", "/media", "/mnt", "/opt", "/srv", "/usr/games", "/usr/include", "/usr/lib", "/usr/lib64", "/usr/local/sbin", "/usr/share", "/usr/src", "/var/cache", "/var/lib", "/var/spool"];
const ALPINE_FOLDERS: &[&str] = &["/lib", "/media", "/mnt", "/opt", "/srv", "/usr/lib", "/usr/local/lib", "/usr/local/share", "/usr/share", "/var/cache", "/var/lib", "/var/mail", "/var/opt", "/var/spool"];
const BUSYBOX_FOLDERS: &[&str] = &["/lib", "/usr/lib", "/var/spool", "/var/www"];

/// A machine of the cluster: an Ubuntu with kubeadm's programs.
pub(super) fn node() -> Machine {
    let mut machine = Base::Ubuntu.machine();
    let missing = install_programs(&mut machine, NODE);
    debug_assert!(missing.is_empty(), "{missing:?}");
    install_absent(&mut machine, &["containerd", "ctr", "kubeadm", "kubelet", "runc"]);
    machine
}

/// Gives a new computer the programs and folders of a base.
pub(super) fn install(base: Base, machine: &mut Machine) {
    let (programs, folders): (Vec<&[&str]>, &[&str]) = match base {
        Base::Scratch => return,
        Base::Busybox => (vec![BUSYBOX_MORE, &["httpd"]], BUSYBOX_FOLDERS),
        Base::Alpine => (vec![BUSYBOX_MORE, &["apk", "getent"]], ALPINE_FOLDERS),
        Base::Debian => (vec![GNU, DEBIAN], DEBIAN_FOLDERS),
        Base::Ubuntu => (vec![GNU, DEBIAN, PROCPS], DEBIAN_FOLDERS),
        Base::OracleLinux => (vec![GNU, &["curl", "passwd", "sh", "useradd", "xz"]], ORACLE_FOLDERS),
    };
    if matches!(base, Base::Busybox | Base::Alpine) {
        install_busybox(machine);
    }
    for list in programs {
        let missing = install_programs(machine, list);
        debug_assert!(missing.is_empty(), "{missing:?}");
    }
    let files = &mut machine.files;
    for folder in folders {
        files.mkdir_all(folder, Time::ZERO).expect("a new computer has room");
    }
    let links: &[(&str, &str)] = match base {
        Base::Debian | Base::Ubuntu | Base::OracleLinux => &[("usr/lib", "/lib"), ("usr/lib64", "/lib64")],
        Base::Busybox => &[("lib", "/lib64")],
        Base::Alpine | Base::Scratch => &[],
    };
    for (target, path) in links {
        files.symlink(target, path, Time::ZERO).expect("the name is free");
    }
    if base == Base::Busybox {
        // This image knows its users and not its groups, and has nothing that runs.
        for path in ["/etc/group", "/run", "/var/run"] {
            files.remove_all(path, Time::ZERO).expect("a new computer has it");
        }
    }
}
