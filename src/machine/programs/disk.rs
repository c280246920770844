//! What is on the disks: `df`, `du`, `mount`.

use super::arguments::{self, Arguments, Options};
use crate::{Process, Suspend};

/// A file system as `df` and `mount` list it.
struct Row {
    device: &'static str,
    kind: &'static str,
    bytes: u64,
    used: u64,
    read_only: bool,
    path: String,
}

fn rows(process: &mut Process<'_>) -> Result<Vec<Row>, Suspend> {
    let (disk, hardware) = (process.disk()?, process.hardware());
    let mut rows = vec![
        Row { device: "overlay", kind: "overlay", bytes: hardware.disk_bytes, used: disk.used_bytes, read_only: disk.read_only, path: "/".to_owned() },
        Row { device: "tmpfs", kind: "tmpfs", bytes: 64 << 20, used: 0, read_only: false, path: "/dev".to_owned() },
    ];
    for volume in disk.mounts {
        let (device, kind) = volume.kind.names();
        let bytes = volume.capacity.unwrap_or(if kind == "tmpfs" { hardware.memory_bytes } else { hardware.disk_bytes });
        rows.push(Row { device, kind, bytes, used: volume.used_bytes, read_only: volume.mount.read_only, path: volume.mount.path });
    }
    Ok(rows)
}

pub(super) fn df(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("human-readable", 'h'), ("print-type", 'T'), ("all", 'a'), ("portability", 'P')];
    let arguments = match arguments::read(process, &Options::new("hTakPm", long).lacking(&["i", "t", "x", "B", "l", "H", "total", "output", "inodes"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let (all, mut status) = (rows(process)?, 0);
    let mut shown: Vec<&Row> = Vec::new();
    for path in &arguments.operands {
        if let Err(error) = process.stat(path)? {
            process.eprint(&format!("df: {path}: {error}\n"))?;
            status = 1;
            continue;
        }
        let full = crate::walk::normalize(&crate::walk::join(&process.cwd()?, path));
        let holds = |row: &&Row| row.path == "/" || full == row.path || full.starts_with(&format!("{}/", row.path));
        shown.extend(all.iter().filter(holds).max_by_key(|row| row.path.len()));
    }
    if arguments.operands.is_empty() {
        shown = all.iter().collect();
    }
    if shown.is_empty() {
        return Ok(status);
    }
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
        let percent = if row.bytes == 0 { "-".to_owned() } else { format!("{}%", (row.used * 100).div_ceil(row.bytes)) };
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
    process.print(&out)?;
    Ok(status)
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
    let mut rows = rows(process)?;
    rows.insert(1, Row { device: "proc", kind: "proc", bytes: 0, used: 0, read_only: false, path: "/proc".to_owned() });
    for row in rows {
        let access = if row.read_only { "ro" } else { "rw" };
        process.print(&format!("{} on {} type {} ({access},relatime)\n", row.device, row.path, row.kind))?;
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
