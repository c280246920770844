//! Which everyday programs and folders there are in what images stand on, and in what they add to it.
//!
//! Models: the images debian, ubuntu, oraclelinux, alpine, busybox and buildpack-deps of Docker Hub; Dockerfiles of the official images.
//! Simplified: of the programs those that are simulated, and some that say that they are not; all versions of a base have the same.

use podarium_machine::{Machine, install_busybox, install_programs};
use podarium_sim::Time;

use super::Base;

/// GNU's coreutils, with bash, grep, sed, gzip and awk: what every distribution with GNU programs has.
const GNU: &[&str] = &[
    "[", "awk", "base64", "basename", "bash", "cat", "chgrp", "chmod", "chown", "comm", "cp", "cut", "date", "dd", "df", "dirname", "du", "echo",
    "egrep", "env", "expand", "expr", "false", "find", "fold", "getent", "grep", "groups", "gunzip", "gzip", "head", "id", "install", "join",
    "ldd", "ln", "ls", "md5sum", "mkdir", "mktemp", "mount", "mv", "nice", "nl", "nohup", "nproc", "od", "paste", "printenv", "printf", "pwd",
    "readlink", "realpath", "rm", "rmdir", "sed", "seq", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "shuf", "sleep", "sort",
    "split", "stat", "su", "sync", "tac", "tail", "tee", "test", "timeout", "touch", "tr", "true", "tty", "uname", "uniq", "wc", "who", "whoami",
    "xargs", "yes", "zcat",
];

/// What Debian's image has beyond that: no `ps`, no `ping`, no editor, nothing that fetches.
const DEBIAN: &[&str] = &[
    "adduser", "apt", "apt-get", "chroot", "clear", "dash", "diff", "dmesg", "hostname", "lsblk", "lscpu", "more", "nsenter", "passwd", "perl", "pidof", "rev", "setsid", "sh", "tar", "unshare", "useradd", "which",
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

const DEBIAN_FOLDERS: &[&str] = &[
    "/boot", "/media", "/mnt", "/opt", "/srv", "/usr/games", "/usr/include", "/usr/lib", "/usr/lib64", "/usr/local/etc", "/usr/local/lib", "/usr/local/sbin", "/usr/local/share",
    "/usr/share", "/usr/src", "/var/backups", "/var/cache", "/var/lib/apt/lists", "/var/mail", "/var/opt", "/var/spool",
];
const ORACLE_FOLDERS: &[&str] = &["/boot", "/media", "/mnt", "/opt", "/srv", "/usr/games", "/usr/include", "/usr/lib", "/usr/lib64", "/usr/local/sbin", "/usr/share", "/usr/src", "/var/cache", "/var/lib", "/var/spool"];
const ALPINE_FOLDERS: &[&str] = &["/lib", "/media", "/mnt", "/opt", "/srv", "/usr/lib", "/usr/local/lib", "/usr/local/share", "/usr/share", "/var/cache", "/var/lib", "/var/mail", "/var/opt", "/var/spool"];
const BUSYBOX_FOLDERS: &[&str] = &["/lib", "/usr/lib", "/var/spool", "/var/www"];

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
