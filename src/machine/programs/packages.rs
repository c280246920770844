//! `apt-get`, `apt`, `apk`: there are no package servers here. What the simulator has can be installed by the name of
//! its package; of anything else it says that it is not simulated.

use super::arguments::{self, program_name};
use crate::{Process, Suspend};

/// Packages of Debian and Alpine, and the programs that they bring.
const PACKAGES: &[(&str, &[&str])] = &[
    ("bash", &["bash"]),
    ("bc", &["bc"]),
    ("bind-tools", &["dig", "host", "nslookup"]),
    ("bind9-dnsutils", &["dig", "host", "nslookup"]),
    ("bind9-host", &["host"]),
    ("coreutils", &["ls", "cat", "cp", "mv", "rm", "sort", "wc", "head", "tail", "tr", "cut", "sha256sum", "md5sum"]),
    ("curl", &["curl"]),
    ("dnsutils", &["dig", "host", "nslookup"]),
    ("gawk", &["awk"]),
    ("gzip", &["gzip", "gunzip", "zcat"]),
    ("iputils", &["ping"]),
    ("iputils-ping", &["ping"]),
    ("jq", &["jq"]),
    ("less", &["less"]),
    ("mawk", &["awk"]),
    ("netcat", &["nc"]),
    ("netcat-openbsd", &["nc"]),
    ("netcat-traditional", &["nc"]),
    ("procps", &["free", "kill", "pgrep", "pkill", "ps", "top", "uptime", "watch"]),
    ("python3", &["python3"]),
    ("tar", &["tar"]),
    ("wget", &["wget"]),
    ("xxd", &["xxd"]),
];

const LISTS: &str = "/var/lib/apt/lists/podarium";

pub(super) fn apt(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let program = program_name(&words[0]).to_owned();
    let operands: Vec<&String> = words[1..].iter().filter(|word| !word.starts_with('-')).collect();
    let Some((command, packages)) = operands.split_first() else {
        return arguments::not_simulated(process, &format!("{program} without a command"));
    };
    if matches!(command.as_str(), "update" | "install" | "remove" | "purge" | "upgrade" | "clean" | "autoremove") && !process.credentials().is_root() {
        process.eprint("E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n")?;
        return Ok(100);
    }
    match command.as_str() {
        "update" => {
            process.eprint("podarium: packages come from the simulator; no server is asked\n")?;
            if process.mkdir("/var/lib/apt/lists")?.is_err() {
                // `-p` for the few directories above it.
                for path in ["/var", "/var/lib", "/var/lib/apt", "/var/lib/apt/lists"] {
                    let _ = process.mkdir(path)?;
                }
            }
            if let Err(error) = process.write_file(LISTS, b"", 0o644)? {
                process.eprint(&format!("E: List directory /var/lib/apt/lists/partial is missing. - Acquire ({error})\n"))?;
                return Ok(100);
            }
            process.print("Reading package lists... Done\n")?;
            Ok(0)
        }
        "install" => {
            let packages: Vec<String> = packages.iter().map(|package| (*package).clone()).collect();
            install(process, &packages)
        }
        "clean" | "autoremove" => Ok(0),
        other => arguments::not_simulated(process, &format!("{program} {other}")),
    }
}

fn find(package: &str) -> Option<&'static [&'static str]> {
    PACKAGES.iter().find(|(name, _)| *name == package).map(|(_, programs)| *programs)
}

fn install(process: &mut Process<'_>, packages: &[String]) -> Result<i32, Suspend> {
    process.print("Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n")?;
    if process.stat(LISTS)?.is_err() {
        for package in packages {
            process.eprint(&format!("E: Unable to locate package {package}\n"))?;
        }
        return Ok(100);
    }
    if let Some(unknown) = packages.iter().find(|package| find(package).is_none()) {
        process.eprint(&format!("podarium: not simulated: the package {unknown}\n"))?;
        return Ok(100);
    }
    for package in packages {
        match put(process, package)? {
            Ok(()) => process.print(&format!("Setting up {package} ...\n"))?,
            Err(problem) => {
                process.eprint(&format!("E: {problem}\n"))?;
                return Ok(100);
            }
        }
    }
    Ok(0)
}

/// Puts a package's programs where they belong, as root, if the disk takes them.
fn put(process: &mut Process<'_>, package: &str) -> Result<Result<(), String>, Suspend> {
    if let Err(error) = process.access("/usr/bin", 2)? {
        return Ok(Err(format!("/usr/bin: {error}")));
    }
    for program in find(package).unwrap_or_default() {
        if !process.install(program)? {
            return Ok(Err(format!("podarium: not simulated: {program}")));
        }
    }
    Ok(Ok(()))
}

/// `apk add`, `apk update` of Alpine.
pub(super) fn apk(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let operands: Vec<String> = words[1..].iter().filter(|word| !word.starts_with('-')).cloned().collect();
    match operands.split_first() {
        Some((command, _)) if command == "update" => {
            process.eprint("podarium: packages come from the simulator; no server is asked\n")?;
            process.print("OK\n")?;
            Ok(0)
        }
        Some((command, packages)) if command == "add" => {
            if !process.credentials().is_root() {
                process.eprint("ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n")?;
                return Ok(99);
            }
            if let Some(unknown) = packages.iter().find(|package| find(package).is_none()) {
                process.eprint(&format!("podarium: not simulated: the package {unknown}\n"))?;
                return Ok(1);
            }
            for (index, package) in packages.iter().enumerate() {
                match put(process, package)? {
                    Ok(()) => process.print(&format!("({}/{}) Installing {package}\n", index + 1, packages.len()))?,
                    Err(problem) => {
                        process.eprint(&format!("ERROR: {problem}\n"))?;
                        return Ok(1);
                    }
                }
            }
            process.print("OK\n")?;
            Ok(0)
        }
        Some((command, _)) => arguments::not_simulated(process, &format!("apk {command}")),
        None => arguments::not_simulated(process, "apk without a command"),
    }
}
