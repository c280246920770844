//! `tar`: archives in the real format, with gzip if that is asked for.

use std::io::Read;

use podarium_sim::Time;
use tar::{Archive, Builder, EntryType, Header};

use super::arguments::{self, Arguments, Options};
use super::clock::Clock;
use super::gzip;
use super::lines::read_all;
use crate::users::Names;
use crate::{Metadata, Process, Suspend};

const OPTIONS: Options = Options::new("cxtvzf:C:pOkmPhae:s:o", &[
    ("create", 'c'),
    ("extract", 'x'),
    ("get", 'x'),
    ("list", 't'),
    ("verbose", 'v'),
    ("gzip", 'z'),
    ("file", 'f'),
    ("directory", 'C'),
    ("preserve-permissions", 'p'),
    ("same-permissions", 'p'),
    ("to-stdout", 'O'),
    ("no-same-owner", 'o'),
    ("keep-old-files", 'k'),
    ("touch", 'm'),
    ("absolute-names", 'P'),
    ("dereference", 'h'),
    ("exclude", 'e'),
    ("strip-components", 's'),
])
.lacking(&["r", "u", "A", "j", "J", "d", "T", "append", "update", "bzip2", "xz", "wildcards", "transform", "owner", "group"])
.wrong_use(64);

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let mut words = process.args();
    // The first word may do without its dash, as in `tar xzf`; then the file name is the next word.
    if words.len() > 1 && !words[1].starts_with('-') {
        words[1].insert(0, '-');
    }
    let arguments = match arguments::read_words(process, &words, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    match arguments.last_of("cxt") {
        Some('c') => create(process, &arguments),
        Some(_) => extract(process, &arguments),
        None => {
            process.eprint("tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.\n")?;
            Ok(2)
        }
    }
}

fn excluded(arguments: &Arguments, path: &str) -> bool {
    arguments.values('e').any(|pattern| {
        let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        crate::shell::glob_matches(pattern, path.trim_end_matches('/')) || crate::shell::glob_matches(pattern, name)
    })
}

fn create(process: &mut Process<'_>, arguments: &Arguments) -> Result<i32, Suspend> {
    if arguments.operands.is_empty() {
        process.eprint("tar: Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.\n")?;
        return Ok(2);
    }
    let (names, clock) = (Names::read(process)?, Clock::read(process)?);
    let file = arguments.value('f').unwrap_or("-").to_owned();
    let base = arguments.value('C').map(str::to_owned);
    let mut builder = Builder::new(Vec::new());
    let (mut status, mut said_leading) = (0, false);
    let mut todo: Vec<String> = arguments.operands.iter().rev().cloned().collect();
    while let Some(path) = todo.pop() {
        if excluded(arguments, &path) {
            continue;
        }
        let full = match &base {
            Some(base) if !path.starts_with('/') => format!("{base}/{path}"),
            _ => path.clone(),
        };
        let found = match if arguments.has('h') { process.stat(&full)? } else { process.lstat(&full)? } {
            Ok(found) => found,
            Err(error) => {
                process.eprint(&format!("tar: {path}: Cannot stat: {error}\n"))?;
                status = 2;
                continue;
            }
        };
        let mut name = path.clone();
        if name.starts_with('/') && !arguments.has('P') {
            if !said_leading {
                let removing = if process.is_busybox() { "removing leading '/'" } else { "Removing leading `/'" };
                process.eprint(&format!("tar: {removing} from member names\n"))?;
                said_leading = true;
            }
            name = name.trim_start_matches('/').to_owned();
        }
        if found.is_dir() {
            name = format!("{}/", name.trim_end_matches('/'));
            match process.read_dir(&full)? {
                Ok(inside) => todo.extend(inside.into_iter().rev().map(|it| format!("{}/{it}", path.trim_end_matches('/')))),
                Err(error) => {
                    process.eprint(&format!("tar: {path}: Cannot open: {error}\n"))?;
                    status = 2;
                }
            }
        }
        if arguments.has('v') {
            let shown = format!("{}\n", if path.starts_with('/') { if found.is_dir() { format!("{}/", path.trim_end_matches('/')) } else { path.clone() } } else { name.clone() });
            if file == "-" { process.eprint(&shown)? } else { process.print(&shown)? }
        }
        let bytes = match found.kind {
            crate::FileKind::File => match process.read_file(&full)? {
                Ok(bytes) => bytes,
                Err(error) => {
                    process.eprint(&format!("tar: {path}: Cannot open: {error}\n"))?;
                    status = 2;
                    continue;
                }
            },
            _ => Vec::new(),
        };
        add(&mut builder, &name, &found, &bytes, &names, clock);
    }
    let mut archive = builder.into_inner().unwrap_or_default();
    // The real one writes whole blocks of twenty records.
    archive.resize(archive.len().next_multiple_of(10_240), 0);
    let packed = arguments.has('z') || arguments.has('a') && (file.ends_with(".gz") || file.ends_with(".tgz"));
    if packed {
        archive = gzip::pack(&archive, 6);
    }
    if file == "-" {
        process.write_stdout(&archive)?;
    } else if let Err(error) = process.write_file(&file, &archive, 0o666)? {
        process.eprint(&format!("tar: {file}: Cannot open: {error}\ntar: Error is not recoverable: exiting now\n"))?;
        return Ok(2);
    }
    if status != 0 {
        process.eprint("tar: Exiting with failure status due to previous errors\n")?;
    }
    Ok(status)
}

fn add(builder: &mut Builder<Vec<u8>>, name: &str, found: &Metadata, bytes: &[u8], names: &Names, clock: Clock) {
    let mut header = Header::new_gnu();
    header.set_mode(found.mode);
    header.set_uid(found.uid.into());
    header.set_gid(found.gid.into());
    header.set_mtime(u64::try_from(clock.unix_nanos(found.modified) / 1_000_000_000).unwrap_or(0));
    header.set_size(bytes.len() as u64);
    // Names that do not fit are left out, as the numbers are there.
    let _ = header.set_username(&names.user_or_number(found.uid));
    let _ = header.set_groupname(&names.group_or_number(found.gid));
    // The archive is in memory, which takes everything.
    let _ = match (&found.target, found.is_dir()) {
        (Some(target), _) => {
            header.set_entry_type(EntryType::Symlink);
            builder.append_link(&mut header, name, target)
        }
        (None, true) => {
            header.set_entry_type(EntryType::Directory);
            builder.append_data(&mut header, name, bytes)
        }
        (None, false) => {
            header.set_entry_type(EntryType::Regular);
            builder.append_data(&mut header, name, bytes)
        }
    };
}

/// What an archive holds of one file.
struct Member {
    path: String,
    kind: EntryType,
    mode: u32,
    owner: (u32, u32),
    names: (String, String),
    seconds: u64,
    target: Option<String>,
    bytes: Vec<u8>,
}

fn members(bytes: &[u8]) -> Option<Vec<Member>> {
    let mut archive = Archive::new(bytes);
    let mut members = Vec::new();
    for entry in archive.entries().ok()? {
        let mut entry = entry.ok()?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let target = entry.link_name_bytes().map(|name| String::from_utf8_lossy(&name).into_owned());
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).ok()?;
        let header = entry.header();
        let name = |name: Option<&[u8]>| String::from_utf8_lossy(name.unwrap_or_default()).into_owned();
        members.push(Member {
            path,
            kind: header.entry_type(),
            mode: header.mode().unwrap_or(0o644),
            owner: (header.uid().ok().and_then(|uid| u32::try_from(uid).ok()).unwrap_or(0), header.gid().ok().and_then(|gid| u32::try_from(gid).ok()).unwrap_or(0)),
            names: (name(header.username_bytes()), name(header.groupname_bytes())),
            seconds: header.mtime().unwrap_or(0),
            target,
            bytes,
        });
    }
    Some(members)
}

fn extract(process: &mut Process<'_>, arguments: &Arguments) -> Result<i32, Suspend> {
    let file = arguments.value('f').unwrap_or("-").to_owned();
    let mut bytes = match read_all(process, &file)? {
        Ok(bytes) => bytes,
        Err(error) => {
            process.eprint(&format!("tar: {file}: Cannot open: {error}\ntar: Error is not recoverable: exiting now\n"))?;
            return Ok(2);
        }
    };
    // A packed archive is recognised; from a pipe it has to be said.
    let packed = bytes.starts_with(&[0x1f, 0x8b]);
    if arguments.has('z') && !packed {
        process.eprint("\ngzip: stdin: not in gzip format\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now\n")?;
        return Ok(2);
    }
    if packed && !arguments.has('z') && file == "-" {
        process.eprint("tar: Archive is compressed. Use -z option\ntar: Error is not recoverable: exiting now\n")?;
        return Ok(2);
    }
    if packed {
        match gzip::unpack(&bytes) {
            Ok(unpacked) => bytes = unpacked,
            Err(problem) => {
                process.eprint(&format!("\ngzip: stdin: {problem}\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now\n"))?;
                return Ok(2);
            }
        }
    }
    let Some(members) = members(&bytes) else {
        process.eprint("tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n")?;
        return Ok(2);
    };
    let clock = Clock::read(process)?;
    let epoch = u64::try_from(clock.unix_nanos(Time::ZERO) / 1_000_000_000).unwrap_or(0);
    let wanted: Vec<&str> = arguments.operands.iter().map(|path| path.trim_end_matches('/')).collect();
    let (mut status, mut seen) = (0, vec![false; wanted.len()]);
    for member in &members {
        let path = member.path.trim_end_matches('/');
        let matches = |wanted: &&str| path == *wanted || path.starts_with(&format!("{wanted}/"));
        let hit = wanted.iter().position(matches);
        if !wanted.is_empty() && hit.is_none() || excluded(arguments, &member.path) {
            continue;
        }
        if let Some(hit) = hit {
            seen[hit] = true;
        }
        if arguments.has('t') {
            let line = if arguments.has('v') { long_line(member, clock, epoch) } else { member.path.clone() };
            process.print(&format!("{line}\n"))?;
            continue;
        }
        let skipped = arguments.value('s').and_then(|count| count.parse::<usize>().ok()).unwrap_or(0);
        let rest: Vec<&str> = member.path.trim_start_matches('/').split('/').skip(skipped).collect();
        let inside = rest.join("/");
        if inside.is_empty() {
            continue;
        }
        if arguments.has('v') {
            process.print(&format!("{}\n", member.path))?;
        }
        if arguments.has('O') {
            process.write_stdout(&member.bytes)?;
            continue;
        }
        let target = match arguments.value('C') {
            Some(base) => format!("{base}/{inside}"),
            None => inside,
        };
        let time = if arguments.has('m') { clock.now } else { Time::from_secs(member.seconds.saturating_sub(epoch)) };
        if let Err(error) = put(process, member, target.trim_end_matches('/'), time)? {
            process.eprint(&format!("tar: {}: Cannot open: {error}\n", member.path))?;
            status = 2;
        }
    }
    for (path, _) in wanted.iter().zip(&seen).filter(|(_, seen)| !**seen) {
        process.eprint(&format!("tar: {path}: Not found in archive\n"))?;
        status = 2;
    }
    if status != 0 {
        process.eprint("tar: Exiting with failure status due to previous errors\n")?;
    }
    Ok(status)
}

fn long_line(member: &Member, clock: Clock, epoch: u64) -> String {
    let kind = match member.kind {
        EntryType::Directory => crate::FileKind::Directory,
        EntryType::Symlink => crate::FileKind::Symlink,
        _ => crate::FileKind::File,
    };
    let shown = Metadata {
        kind,
        mode: member.mode & 0o7777,
        uid: member.owner.0,
        gid: member.owner.1,
        size: member.bytes.len() as u64,
        links: 1,
        modified: Time::ZERO,
        inode: 0,
        volume: None,
        target: None,
    };
    let owners = format!("{}/{}", member.names.0, member.names.1);
    let width = 19_usize.saturating_sub(owners.len() + 1).max(1);
    let time = clock.format(Time::from_secs(member.seconds.saturating_sub(epoch)), "%Y-%m-%d %H:%M");
    let arrow = member.target.as_ref().map_or(String::new(), |target| format!(" -> {target}"));
    format!("{} {owners} {:>width$} {time} {}{arrow}", super::list::mode(&shown), member.bytes.len(), member.path)
}

/// Puts a member where it belongs. What is missing above it is made.
fn put(process: &mut Process<'_>, member: &Member, target: &str, time: Time) -> Result<Result<(), crate::Errno>, Suspend> {
    let mut above = String::new();
    let parents: Vec<&str> = target.split('/').collect();
    for name in &parents[..parents.len() - 1] {
        above.push_str(name);
        if !above.is_empty() {
            // Most of them are there.
            let _ = process.mkdir(&above)?;
        }
        above.push('/');
    }
    let made = match member.kind {
        EntryType::Directory => match process.mkdir(target)? {
            Err(crate::Errno::Exists) => Ok(()),
            made => made,
        },
        EntryType::Symlink => {
            let _ = process.remove(target)?;
            process.symlink(member.target.as_deref().unwrap_or_default(), target)?
        }
        _ => {
            // A file that is there is replaced, not written into.
            let _ = process.remove(target)?;
            process.write_file(target, &member.bytes, member.mode & 0o777)?
        }
    };
    if made.is_err() || member.kind == EntryType::Symlink {
        return Ok(made);
    }
    if process.credentials().is_root() {
        let _ = process.chown(target, Some(member.owner.0), Some(member.owner.1), false)?;
        let _ = process.chmod(target, member.mode & 0o7777)?;
    }
    process.set_modified(target, time)
}
