//! What is on the disks: `df`, `du`, `mount`.

use super::arguments::{self, Arguments, Options};
use crate::mount_table::MountRow;
use crate::{Process, Suspend};

/// What GNU's `df` shows: of a disk that is seen at several places the one with the shortest path.
fn without_repeated(rows: Vec<MountRow>) -> Vec<MountRow> {
    let is_better = |row: &MountRow, other: &MountRow| row.disk == other.disk && other.path.len() < row.path.len();
    let mut shown: Vec<MountRow> = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let row = rest.remove(0);
        let is_repeated = shown.iter().any(|other| other.disk == row.disk) || rest.iter().any(|other| is_better(&row, other));
        if !is_repeated {
            shown.push(row);
        }
    }
    shown
}

pub(super) fn df(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("human-readable", 'h'), ("print-type", 'T'), ("all", 'a'), ("portability", 'P')];
    let arguments = match arguments::read(process, &Options::new("hTakPm", long).lacking(&["i", "t", "x", "B", "l", "H", "total", "output", "inodes"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let busybox = process.is_busybox();
    let (mut all, mut status) = (process.mounts()?, 0);
    let mut shown: Vec<MountRow> = Vec::new();
    for path in &arguments.operands {
        if let Err(error) = process.stat(path)? {
            let problem = if busybox { "can't find mount point".to_owned() } else { error.to_string() };
            process.eprint(&format!("df: {path}: {problem}\n"))?;
            status = 1;
            continue;
        }
        let full = crate::walk::normalize(&crate::walk::join(&process.cwd()?, path));
        let holds = |row: &MountRow| row.path == "/" || full == row.path || full.starts_with(&format!("{}/", row.path));
        let nearest = all.iter().enumerate().filter(|(_, row)| holds(row)).max_by_key(|(_, row)| row.path.len()).map(|(place, _)| place);
        shown.extend(nearest.map(|place| all[place].clone()));
    }
    if arguments.operands.is_empty() {
        all.retain(|row| row.bytes > 0 || arguments.has('a') && !busybox);
        shown = if busybox || arguments.has('a') { all } else { without_repeated(all) };
    }
    if shown.is_empty() && !busybox {
        return Ok(status);
    }
    let text = match busybox {
        true => busybox_table(&shown, &arguments),
        false => table(&shown, &arguments),
    };
    process.print(&text)?;
    Ok(status)
}

fn share(row: &MountRow) -> Option<u64> {
    (row.bytes > 0).then(|| (row.used * 100).div_ceil(row.bytes))
}

/// In busybox's columns, which have fixed widths.
fn busybox_table(rows: &[MountRow], arguments: &Arguments) -> String {
    let posix = arguments.has('P');
    let units = match arguments.last_of("hkm") {
        Some('h') => "     Size",
        Some('m') => "1M-blocks",
        _ if posix => "1024-blocks",
        _ => "1K-blocks",
    };
    let size = |bytes: u64| match arguments.last_of("hkm") {
        Some('h') => busybox_human(bytes),
        Some('m') => bytes.div_ceil(1 << 20).to_string(),
        _ => bytes.div_ceil(1024).to_string(),
    };
    let kind = |text: &str| if arguments.has('T') { format!("{text:<11}") } else { String::new() };
    let (gap, percent) = if posix { ("    ", "Capacity") } else { ("      ", "Use%") };
    let mut out = format!("{:<21}{}{units}{gap}Used Available {percent} Mounted on\n", "Filesystem", kind("Type"));
    for row in rows {
        let device = if row.device.len() > 20 && !posix { format!("{}\n{:20}", row.device, "") } else { format!("{:<20}", row.device) };
        let free = size(row.bytes.saturating_sub(row.used));
        out.push_str(&format!("{device} {}{:>9} {:>9} {free:>9} {:>3}% {}\n", kind(row.kind), size(row.bytes), size(row.used), share(row).unwrap_or(0), row.path));
    }
    out
}

/// `11.8G`, `4.0K`, `0`
fn busybox_human(bytes: u64) -> String {
    let (mut tenths, mut unit) = (u128::from(bytes) * 10, 0);
    if bytes < 1024 {
        return bytes.to_string();
    }
    while tenths >= 10 * 1024 && unit < 5 {
        tenths = (tenths + 512) / 1024;
        unit += 1;
    }
    format!("{}.{}{}", tenths / 10, tenths % 10, ["", "K", "M", "G", "T", "P"][unit])
}

fn table(shown: &[MountRow], arguments: &Arguments) -> String {
    let size = |bytes: u64| match arguments.last_of("hkm") {
        Some('h') => super::list::human(bytes),
        Some('m') => bytes.div_ceil(1 << 20).to_string(),
        _ => bytes.div_ceil(1024).to_string(),
    };
    let titles = match arguments.last_of("hkm") {
        Some('h') => ["Size", "Used", "Avail", "Use%"],
        Some('m') => ["1M-blocks", "Used", "Available", "Use%"],
        _ if arguments.has('P') => ["1024-blocks", "Used", "Available", "Capacity"],
        _ => ["1K-blocks", "Used", "Available", "Use%"],
    };
    let typed = arguments.has('T');
    let head = std::iter::once("Filesystem").chain(typed.then_some("Type")).chain(titles).chain(["Mounted on"]);
    let mut table: Vec<Vec<String>> = vec![head.map(str::to_owned).collect()];
    for row in shown {
        let free = row.bytes.saturating_sub(row.used);
        let percent = share(row).map_or("-".to_owned(), |percent| format!("{percent}%"));
        let cells = [size(row.bytes), size(row.used), size(free), percent, row.path.clone()];
        table.push(std::iter::once(row.device.to_owned()).chain(typed.then(|| row.kind.to_owned())).chain(cells).collect());
    }
    let least = |column: usize| match (column, typed) {
        (0, _) => 14,
        (1, true) => 4,
        _ => 5,
    };
    let last = table[0].len() - 1;
    let widths: Vec<usize> = (0..last).map(|column| table.iter().map(|row| row[column].len()).max().unwrap_or(0).max(if column + 1 == last { 4 } else { least(column) })).collect();
    let mut out = String::new();
    for row in &table {
        for (column, width) in widths.iter().enumerate() {
            let left = column == 0 || typed && column == 1;
            out.push_str(&if left { format!("{:<width$} ", row[column]) } else { format!("{:>width$} ", row[column]) });
        }
        out.push_str(&format!("{}\n", row[last]));
    }
    out
}

pub(super) fn mount(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    if words.len() > 1 {
        let place = words.last().cloned().unwrap_or_default();
        let problem = match process.credentials().is_root() {
            true => format!("mount: {place}: permission denied.\n       dmesg(1) may have more information after failed mount system call.\n"),
            false => "mount: only root can do that\n".to_owned(),
        };
        process.eprint(&problem)?;
        return Ok(if process.credentials().is_root() { 32 } else { 1 });
    }
    for row in process.mounts()? {
        process.print(&format!("{} on {} type {} ({})\n", row.device, row.path, row.kind, row.options))?;
    }
    Ok(0)
}

const DU: Options = Options::new("hsacd:bkmx", &[
    ("human-readable", 'h'),
    ("summarize", 's'),
    ("all", 'a'),
    ("total", 'c'),
    ("max-depth", 'd'),
    ("bytes", 'b'),
    ("one-file-system", 'x'),
])
.lacking(&["L", "S", "t", "X", "0", "l", "exclude", "apparent-size", "time", "inodes"]);

pub(super) fn du(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &DU)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let depth = match (arguments.has('s'), arguments.value('d').map(str::parse::<usize>)) {
        (true, _) => 0,
        (false, Some(Ok(depth))) => depth,
        (false, Some(Err(_))) => {
            let problem = format!("invalid maximum depth '{}'", arguments.value('d').unwrap_or_default());
            return arguments::wrong_use(process, "du", &problem, 1);
        }
        (false, None) => usize::MAX,
    };
    let operands = if arguments.operands.is_empty() { vec![".".to_owned()] } else { arguments.operands.clone() };
    let (mut total, mut status) = (0, 0);
    for path in operands {
        match weigh(process, &arguments, &path, 0, depth, &mut status)? {
            Some(bytes) => total += bytes,
            None => {
                process.eprint(&format!("du: cannot access '{path}': No such file or directory\n"))?;
                status = 1;
            }
        }
    }
    if arguments.has('c') {
        process.print(&format!("{}\ttotal\n", size(&arguments, total)))?;
    }
    Ok(status)
}

fn size(arguments: &Arguments, bytes: u64) -> String {
    match arguments.last_of("hbkm") {
        Some('h') => super::list::human(bytes),
        Some('b') => bytes.to_string(),
        Some('m') => bytes.div_ceil(1 << 20).to_string(),
        _ => bytes.div_ceil(1024).to_string(),
    }
}

/// Prints what a path and everything below it take, the innermost first.
fn weigh(process: &mut Process<'_>, arguments: &Arguments, path: &str, level: usize, depth: usize, status: &mut i32) -> Result<Option<u64>, Suspend> {
    let Ok(found) = process.lstat(path)? else { return Ok(None) };
    let own = if arguments.has('b') { found.size } else { found.size.div_ceil(4096) * 4096 };
    let mut bytes = if found.target.is_some() && !arguments.has('b') { 0 } else { own };
    if found.is_dir() {
        match process.read_dir(path)? {
            Ok(names) => {
                for name in names {
                    let below = format!("{}/{name}", path.trim_end_matches('/'));
                    bytes += weigh(process, arguments, &below, level + 1, depth, status)?.unwrap_or(0);
                }
            }
            Err(error) => {
                process.eprint(&format!("du: cannot read directory '{path}': {error}\n"))?;
                *status = 1;
            }
        }
    }
    if level == 0 || level <= depth && (found.is_dir() || arguments.has('a')) {
        process.print(&format!("{}\t{path}\n", size(arguments, bytes)))?;
    }
    Ok(Some(bytes))
}
