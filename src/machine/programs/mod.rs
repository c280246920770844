//! The everyday programs: what coreutils, grep, sed, findutils, diffutils and curl are on a real computer.
//!
//! One program a file, one line in [`PROGRAMS`]. Options that a program does not know are answered as the real one
//! answers options that it does not have; options that the real one has and this one lacks say `not simulated`.

mod archive;
mod arguments;
mod awk;
mod base64;
mod busybox;
mod cat;
mod checksum;
mod clock;
mod column;
mod columns;
mod control;
mod cookies;
mod copy;
mod curl;
mod curl_tls;
mod cut;
mod date;
mod diff;
mod disk;
mod dump;
mod echo;
mod env;
mod escapes;
mod expression;
mod find;
mod grep;
mod gzip;
mod head;
mod httpd;
mod identity;
mod ipcs;
mod jq;
mod less;
mod lines;
mod list;
mod lookup;
mod make;
mod making;
mod names;
mod namespaces;
mod netcat;
mod netcat_udp;
mod node;
mod owner;
mod packages;
mod paths;
mod ping;
mod printf;
mod ps;
mod perl;
mod python;
mod regular;
mod remove;
mod sed;
mod sed_script;
mod seq;
mod sleep;
mod sort;
mod stat;
mod system;
mod tail;
mod tee;
mod tr;
mod uniq;
mod watch;
mod wc;
mod wget;
mod xargs;

pub(crate) use busybox::worded as busybox_words;
pub(crate) use echo::echo_text;
pub(crate) use escapes::{Escapes, unescape};
pub(crate) use printf::printf_text;

use crate::shell::Shell;
use crate::{Machine, Main, Program};

const PROGRAMS: &[(&str, Main)] = &[
    ("[", test),
    ("apk", packages::apk),
    ("apt", packages::apt),
    ("apt-get", packages::apt),
    ("arch", identity::arch),
    ("awk", awk::main),
    ("base64", base64::main),
    ("basename", paths::basename),
    ("cat", cat::main),
    ("chgrp", owner::chgrp),
    ("chmod", make::chmod),
    ("chown", owner::chown),
    ("chroot", namespaces::chroot),
    ("clear", identity::clear),
    ("column", column::main),
    ("comm", columns::comm),
    ("cp", copy::cp),
    ("curl", curl::curl),
    ("cut", cut::main),
    ("date", date::main),
    ("dd", dump::dd),
    ("df", disk::df),
    ("diff", diff::main),
    ("dig", lookup::dig),
    ("dir", list::main),
    ("dirname", paths::dirname),
    ("dmesg", system::dmesg),
    ("du", disk::du),
    ("echo", echo::main),
    ("egrep", grep::main),
    ("env", env::main),
    ("expand", columns::expand),
    ("expr", expression::main),
    ("false", |_| Ok(1)),
    ("find", find::main),
    ("fold", columns::fold),
    ("free", system::free),
    ("getent", lookup::getent),
    ("grep", grep::main),
    ("groups", identity::groups),
    ("gunzip", gzip::main),
    ("gzip", gzip::main),
    ("head", head::main),
    ("hexdump", dump::hexdump),
    ("host", lookup::host),
    ("hostname", identity::hostname),
    ("httpd", httpd::main),
    ("id", identity::id),
    ("install", making::install),
    ("ipcs", ipcs::main),
    ("join", columns::join),
    ("jq", jq::main),
    ("kill", control::kill),
    ("less", less::less),
    ("ln", make::ln),
    ("ls", list::main),
    ("md5sum", checksum::main),
    ("mkdir", make::mkdir),
    ("mktemp", making::mktemp),
    ("more", less::more),
    ("mount", disk::mount),
    ("mv", copy::mv),
    ("nc", netcat::main),
    ("netcat", netcat::main),
    ("nice", control::nice),
    ("nl", columns::nl),
    ("nohup", control::nohup),
    ("nproc", system::nproc),
    ("nsenter", namespaces::nsenter),
    ("nslookup", lookup::nslookup),
    ("od", dump::od),
    ("paste", columns::paste),
    ("perl", perl::main),
    ("pgrep", ps::pgrep),
    ("pidof", ps::pidof),
    ("ping", ping::main),
    ("pkill", ps::pgrep),
    ("printenv", env::printenv),
    ("printf", printf::main),
    ("ps", ps::main),
    ("pwd", paths::pwd),
    ("python3", python::main),
    ("readlink", paths::readlink),
    ("realpath", paths::realpath),
    ("rev", columns::rev),
    ("rm", remove::rm),
    ("rmdir", remove::rmdir),
    ("sed", sed::main),
    ("seq", seq::main),
    ("setsid", control::setsid),
    ("sha1sum", checksum::main),
    ("sha224sum", checksum::main),
    ("sha256sum", checksum::main),
    ("sha384sum", checksum::main),
    ("sha512sum", checksum::main),
    ("shuf", columns::shuf),
    ("sleep", sleep::main),
    ("sort", sort::main),
    ("split", columns::split),
    ("stat", stat::main),
    ("sudo", control::sudo),
    ("sync", system::sync),
    ("tac", cat::tac),
    ("tail", tail::main),
    ("tar", archive::main),
    ("tee", tee::main),
    ("test", test),
    ("timeout", control::timeout),
    ("top", system::top),
    ("touch", make::touch),
    ("tr", tr::main),
    ("true", |_| Ok(0)),
    ("truncate", making::truncate),
    ("tty", system::tty),
    ("uname", identity::uname),
    ("uniq", uniq::main),
    ("unlink", making::unlink),
    ("unshare", namespaces::unshare),
    ("uptime", system::uptime),
    ("watch", watch::main),
    ("wc", wc::main),
    ("wget", wget::main),
    ("which", paths::which),
    ("who", system::who),
    ("whoami", identity::whoami),
    ("xargs", xargs::main),
    ("xxd", dump::xxd),
    ("yes", identity::yes),
    ("zcat", gzip::main),
];

/// Programs that only some computers have: those of [`install_programs`] and no others.
const SPECIAL: &[(&str, fn() -> Box<dyn Program>)] = &[("node", node::program), ("nodejs", node::program)];

/// Programs that a student may reach for, and that say that they are not simulated.
const ABSENT: &[&str] = &[
    "adduser", "apropos", "apt-cache", "ar", "arp", "at", "b2sum", "base32", "basenc", "bc", "blkid", "bzip2", "cal", "chattr", "chcon", "cksum",
    "conntrack", "cpio", "crictl", "crontab", "csplit", "dc", "dircolors", "docker", "dpkg", "ed", "emacs", "envsubst", "ethtool", "factor",
    "fdisk", "file", "findmnt", "fmt", "ftp", "gcc", "gcloud", "gdb", "getconf", "getfacl", "git", "go", "hdparm", "helm", "hostid", "hostnamectl",
    "htop", "iconv", "ifconfig", "info", "iostat", "ip", "iptables", "java", "journalctl", "killall", "ldd", "link", "locale",
    "locate", "logname", "lsattr", "lsblk", "lscpu", "lsmod", "lsns", "lsof", "ltrace", "make", "man", "mkfifo", "mkfs", "mknod", "modprobe", "mutt",
    "mysql", "nano", "netstat", "nft", "nm", "nmap", "node", "npm", "numfmt", "objdump", "openssl", "passwd", "pathchk", "pinky", "pip", "pr", "psql",
    "pstree", "ptx", "python", "redis-cli", "route", "rsync", "ruby", "runcon", "scp", "screen", "script", "service", "setfacl", "shred", "snap",
    "ss", "ssh", "ssh-keygen", "stdbuf", "strace", "stty", "su", "sum", "swapoff", "swapon", "sysctl", "systemctl", "tcpdump", "telnet", "tmux",
    "tput", "traceroute", "tree", "tsort", "umount", "unexpand", "unzip", "useradd", "users", "vi", "vim", "vmstat", "whereis", "whois", "xz", "yq",
    "zip",
];

/// `test` outside the shell (`xargs test`) is the shell's own.
fn test(process: &mut crate::Process<'_>) -> Result<i32, crate::Suspend> {
    let words = process.args();
    let line = [vec!["sh".to_owned(), "-c".to_owned(), format!("{} \"$@\"", words[0]), "test".to_owned()], words[1..].to_vec()];
    Ok(process.run(&line.concat())?.unwrap_or(127))
}

/// Installs the shells (`bash`, and as `sh` dash) and all programs of this folder.
pub fn install_everyday_programs(machine: &mut Machine) {
    install_programs(machine, &["bash", "dash", "sh"]);
    for (name, main) in PROGRAMS {
        machine.install(name, *main);
    }
    for name in ABSENT {
        machine.install(name, identity::absent);
    }
}

/// Installs some of the programs of this folder, and the shells `bash` and `sh`, by their names: what an image has. Some
/// only say that they are not simulated. A name that nothing here has is left out, and returned.
pub fn install_programs<'a>(machine: &mut Machine, names: &[&'a str]) -> Vec<&'a str> {
    let mut missing = Vec::new();
    for name in names {
        match PROGRAMS.binary_search_by_key(name, |(known, _)| known) {
            Ok(index) => machine.install(name, PROGRAMS[index].1),
            Err(_) if *name == "bind-tools" => machine.install("nslookup", lookup::bind_nslookup),
            Err(_) if *name == "bash" => machine.install_program(name, Shell::bash),
            Err(_) if matches!(*name, "sh" | "ash") && machine.busybox => machine.install_program(name, Shell::ash),
            Err(_) if matches!(*name, "sh" | "dash") => machine.install_program(name, Shell::dash),
            Err(_) => match SPECIAL.iter().find(|(known, _)| known == name) {
                Some((_, make)) => machine.install_program(name, *make),
                None if ABSENT.contains(name) => machine.install(name, identity::absent),
                None => missing.push(*name),
            },
        }
    }
    missing
}

/// Installs programs of these names that only say that they are not simulated.
pub fn install_absent(machine: &mut Machine, names: &[&str]) {
    names.iter().for_each(|name| machine.install(name, identity::absent));
}

/// What busybox brings.
const BUSYBOX: &[&str] = &[
    "[", "ash", "awk", "base64", "basename", "bc", "cat", "chgrp", "chmod", "chown", "clear", "comm", "cp", "cut", "date", "dd", "df", "diff",
    "dirname", "dmesg", "du", "echo", "egrep", "env", "expand", "expr", "false", "find", "fold", "free", "grep", "groups", "gunzip", "gzip",
    "head", "hexdump", "hostname", "id", "install", "kill", "less", "ln", "ls", "md5sum", "mkdir", "mktemp", "more", "mount", "mv", "nc", "nice",
    "nl", "nohup", "nproc", "nslookup", "od", "paste", "pgrep", "pidof", "ping", "pkill", "printenv", "printf", "ps", "pwd", "readlink", "realpath",
    "rev", "rm", "rmdir", "sed", "seq", "setsid", "sh", "sha1sum", "sha256sum", "sha512sum", "shuf", "sleep", "sort", "split", "stat", "sync",
    "tac", "tail", "tar", "tee", "test", "timeout", "top", "touch", "tr", "true", "tty", "uname", "uniq", "uptime", "watch", "wc", "wget", "which",
    "who", "whoami", "xargs", "xxd", "yes", "zcat",
];

/// Makes the machine's userland busybox's: its programs, and `sh`, which is ash. They use busybox's words where these
/// are told apart.
pub fn install_busybox(machine: &mut Machine) {
    machine.busybox = true;
    install_programs(machine, BUSYBOX);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_sorted_so_that_they_are_found() {
        assert!(PROGRAMS.is_sorted_by_key(|(name, _)| *name));
    }
}
