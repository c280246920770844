//! `ls`: what is in directories.

use jiff::{Timestamp, tz::TimeZone};

use super::arguments::{self, Arguments, Options};
use crate::users::Names;
use crate::{Errno, FileKind, Metadata, Process, Suspend};

const OPTIONS: Options = Options::new("aAlLhdrRtS1FpCgonisUxmK::GQvDX", &[
    ("all", 'a'),
    ("almost-all", 'A'),
    ("human-readable", 'h'),
    ("directory", 'd'),
    ("reverse", 'r'),
    ("recursive", 'R'),
    ("classify", 'F'),
    ("inode", 'i'),
    ("color", 'K'),
    ("no-group", 'G'),
    ("quote-name", 'Q'),
    ("group-directories-first", 'D'),
])
.lacking(&["c", "u", "Z", "w", "I", "sort", "time", "full-time", "time-style"])
.wrong_use(2);

/// Dates this far back are shown with their year, not their time: about half a year.
const RECENT_SECONDS: i64 = 15_778_476;

#[derive(Clone)]
struct Item {
    name: String,
    found: Metadata,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let operands = if arguments.operands.is_empty() { vec![".".to_owned()] } else { arguments.operands.clone() };
    let (mut files, mut directories, mut status) = (Vec::new(), Vec::new(), 0);
    for path in &operands {
        // A link on the command line is followed, unless it is to be shown in full.
        let followed = process.stat(path)?;
        let found = match (arguments.has('l'), followed) {
            (false, Ok(found)) => Ok(found),
            _ => process.lstat(path)?,
        };
        match found {
            Ok(found) if found.is_dir() && !arguments.has('d') => directories.push(Item { name: path.clone(), found }),
            Ok(found) => files.push(Item { name: path.clone(), found }),
            Err(error) => {
                process.eprint(&format!("ls: cannot access '{path}': {error}\n"))?;
                status = 2;
            }
        }
    }
    sort(&mut files, &arguments);
    sort(&mut directories, &arguments);
    let mut out = String::new();
    let columns = columns(process, &arguments)?;
    let now = process.unix_nanos()?;
    let epoch = now - i64::try_from(process.now()?.as_nanos()).unwrap_or(0);
    let names = if arguments.has('n') { Names::default() } else { Names::read(process)? };
    let view = View { arguments: &arguments, columns, now, epoch, names };
    view.show(&files, false, &mut out);
    let headings = operands.len() > 1 || arguments.has('R');
    let mut is_first = files.is_empty();
    directories.reverse();
    while let Some(directory) = directories.pop() {
        if headings {
            out.push_str(&format!("{}{}:\n", if is_first { "" } else { "\n" }, directory.name));
        }
        is_first = false;
        let mut items = match inside(process, &directory.name, &arguments)? {
            Ok(items) => items,
            Err(error) => {
                process.print(&std::mem::take(&mut out))?;
                process.eprint(&format!("ls: cannot open directory '{}': {error}\n", directory.name))?;
                status = 2;
                continue;
            }
        };
        sort(&mut items, &arguments);
        view.show(&items, true, &mut out);
        if arguments.has('R') {
            let base = directory.name.trim_end_matches('/').to_owned();
            let below = items.into_iter().filter(|item| item.found.is_dir() && item.name != "." && item.name != "..");
            let mut below: Vec<Item> = below.map(|item| Item { name: format!("{base}/{}", item.name), ..item }).collect();
            below.reverse();
            directories.extend(below);
        }
    }
    process.print(&out)?;
    // Busybox knows one kind of failure.
    Ok(if process.is_busybox() { status.min(1) } else { status })
}

fn inside(process: &mut Process<'_>, path: &str, arguments: &Arguments) -> Result<Result<Vec<Item>, Errno>, Suspend> {
    let mut names = match process.read_dir(path)? {
        Ok(names) => names,
        Err(error) => return Ok(Err(error)),
    };
    if !arguments.has('a') && !arguments.has('A') {
        names.retain(|name| !name.starts_with('.'));
    }
    if arguments.has('a') {
        names.splice(0..0, [".".to_owned(), "..".to_owned()]);
    }
    let mut items = Vec::new();
    for name in names {
        let full = format!("{path}/{name}");
        let found = if arguments.has('L') { process.stat(&full)? } else { process.lstat(&full)? };
        if let Ok(found) = found {
            items.push(Item { name, found });
        }
    }
    Ok(Ok(items))
}

fn sort(items: &mut [Item], arguments: &Arguments) {
    items.sort_by(|a, b| a.name.cmp(&b.name));
    if arguments.has('v') {
        items.sort_by(|a, b| super::sort::version(&a.name, &b.name));
    }
    if arguments.has('X') {
        let extension = |item: &Item| item.name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_owned());
        items.sort_by_key(extension);
    }
    if arguments.has('t') {
        items.sort_by_key(|item| std::cmp::Reverse(item.found.modified));
    } else if arguments.has('S') {
        items.sort_by_key(|item| std::cmp::Reverse(item.found.size));
    }
    if arguments.has('r') {
        items.reverse();
    }
    if arguments.has('D') {
        items.sort_by_key(|item| !item.found.is_dir());
    }
}

/// How wide the rows of names may be; `None`: one name a line.
fn columns(process: &mut Process<'_>, arguments: &Arguments) -> Result<Option<usize>, Suspend> {
    if arguments.has('1') || arguments.has('l') || !(process.is_tty(1) || arguments.has('C')) {
        return Ok(None);
    }
    Ok(Some(process.columns()?.unwrap_or(80)))
}

struct View<'a> {
    arguments: &'a Arguments,
    columns: Option<usize>,
    /// Now, and virtual time zero, in nanoseconds since 1970.
    now: i64,
    epoch: i64,
    names: Names,
}

impl View<'_> {
    fn show(&self, items: &[Item], with_total: bool, out: &mut String) {
        if ['l', 'g', 'o', 'n'].iter().any(|letter| self.arguments.has(*letter)) {
            if with_total {
                let blocks: u64 = items.iter().map(|item| blocks(&item.found)).sum();
                let total = if self.arguments.has('h') { human(blocks * 1024) } else { blocks.to_string() };
                out.push_str(&format!("total {total}\n"));
            }
            return self.long(items, out);
        }
        let names: Vec<String> = items.iter().map(|item| self.name(item)).collect();
        match self.columns {
            Some(width) if !names.is_empty() => out.push_str(&in_columns(&names, width)),
            _ => names.iter().for_each(|name| out.push_str(&format!("{name}\n"))),
        }
    }

    fn name(&self, item: &Item) -> String {
        let mark = match item.found.kind {
            FileKind::Directory if self.arguments.has('F') || self.arguments.has('p') => "/",
            FileKind::Symlink if self.arguments.has('F') && !self.arguments.has('l') => "@",
            FileKind::File if self.arguments.has('F') && item.found.is_executable() => "*",
            _ => "",
        };
        let inode = if self.arguments.has('i') { format!("{} ", item.found.inode) } else { String::new() };
        match self.arguments.has('Q') {
            true => format!("{inode}{:?}{mark}", item.name),
            false => format!("{inode}{}{mark}", item.name),
        }
    }

    fn long(&self, items: &[Item], out: &mut String) {
        let sizes: Vec<String> = items
            .iter()
            .map(|item| if self.arguments.has('h') { human(item.found.size) } else { item.found.size.to_string() })
            .collect();
        let width = sizes.iter().map(String::len).max().unwrap_or(0);
        let owners: Vec<(String, String)> = items
            .iter()
            .map(|item| (self.names.user_or_number(item.found.uid), self.names.group_or_number(item.found.gid)))
            .collect();
        let user_width = owners.iter().map(|(user, _)| user.len()).max().unwrap_or(0);
        let group_width = owners.iter().map(|(_, group)| group.len()).max().unwrap_or(0);
        let links = items.iter().map(|item| item.found.links.to_string().len()).max().unwrap_or(0);
        for ((item, size), (user, group)) in items.iter().zip(sizes).zip(owners) {
            let target = item.found.target.as_ref().map_or(String::new(), |target| format!(" -> {target}"));
            let user = if self.arguments.has('g') { String::new() } else { format!("{user:<user_width$} ") };
            let without_group = self.arguments.has('o') || self.arguments.has('G');
            let group = if without_group { String::new() } else { format!("{group:<group_width$} ") };
            let (mode, time) = (mode(&item.found), self.time(&item.found));
            out.push_str(&format!(
                "{mode} {:>links$} {user}{group}{size:>width$} {time} {}{target}\n",
                item.found.links,
                self.name(item)
            ));
        }
    }

    fn time(&self, found: &Metadata) -> String {
        let nanos = self.epoch + i64::try_from(found.modified.as_nanos()).unwrap_or(0);
        let time = Timestamp::from_nanosecond(nanos.into()).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
        let recent = (self.now - nanos) / 1_000_000_000 < RECENT_SECONDS;
        time.strftime(if recent { "%b %e %H:%M" } else { "%b %e  %Y" }).to_string()
    }
}

fn blocks(found: &Metadata) -> u64 {
    match found.kind {
        FileKind::Directory | FileKind::File => found.size.div_ceil(4096) * 4,
        FileKind::Symlink | FileKind::Device => 0,
    }
}

/// `-rw-r--r--`
pub(super) fn mode(found: &Metadata) -> String {
    let kind = match found.kind {
        FileKind::File => '-',
        FileKind::Directory => 'd',
        FileKind::Symlink => 'l',
        FileKind::Device => 'c',
    };
    let bits = (0..9).map(|index| {
        let on = found.mode >> (8 - index) & 1 == 1;
        // setuid, setgid and the sticky bit stand where the execution bits of the three classes stand.
        let special = index % 3 == 2 && found.mode >> (11 - index / 3) & 1 == 1;
        match (special, on) {
            (false, false) => '-',
            (false, true) => ['r', 'w', 'x'][index % 3],
            (true, true) => if index == 8 { 't' } else { 's' },
            (true, false) => if index == 8 { 'T' } else { 'S' },
        }
    });
    std::iter::once(kind).chain(bits).collect()
}

/// `4.0K`, `12M`, as `ls -h` rounds: up.
pub(super) fn human(size: u64) -> String {
    let (mut value, mut unit) = (size as f64, 0);
    while value >= 1024.0 && unit < 5 {
        value /= 1024.0;
        unit += 1;
    }
    let letter = ["", "K", "M", "G", "T", "P"][unit];
    match unit > 0 && (value * 10.0).ceil() < 100.0 {
        true => format!("{:.1}{letter}", (value * 10.0).ceil() / 10.0),
        false => format!("{:.0}{letter}", value.ceil()),
    }
}

/// Names in columns, filled downwards, in as few rows as fit.
fn in_columns(names: &[String], width: usize) -> String {
    let lengths: Vec<usize> = names.iter().map(|name| name.chars().count()).collect();
    let mut best = (names.len(), vec![lengths.iter().copied().max().unwrap_or(0)]);
    for rows in 1..=names.len() {
        let widths: Vec<usize> = lengths.chunks(rows).map(|column| column.iter().max().copied().unwrap_or(0) + 2).collect();
        if widths.iter().sum::<usize>() - 2 < width || rows == names.len() {
            best = (rows, widths);
            break;
        }
    }
    let (rows, widths) = best;
    let mut out = String::new();
    for row in 0..rows {
        let mut line = String::new();
        for (column, width) in widths.iter().enumerate() {
            if let Some(name) = names.get(column * rows + row) {
                line.push_str(&format!("{name:<width$}"));
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
