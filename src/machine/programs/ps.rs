//! `ps`, `pgrep`, `pidof`: which processes there are.

use podarium_sim::Time;

use super::arguments::{self, Options};
use super::clock::{Clock, hours_minutes_seconds};
use crate::users::Names;
use crate::{Pid, Process, ProcessInfo, ProcessState, Suspend};

/// What a column says of a process.
struct Column {
    names: &'static [&'static str],
    title: &'static str,
    width: usize,
    right: bool,
    value: fn(&ProcessInfo, &View) -> String,
}

/// What columns are made of besides the process.
struct View {
    names: Names,
    clock: Clock,
    memory_bytes: u64,
    busybox: bool,
}

const COLUMNS: &[Column] = &[
    Column { names: &["pid"], title: "PID", width: 7, right: true, value: |it, _| it.pid.to_string() },
    Column { names: &["ppid"], title: "PPID", width: 7, right: true, value: |it, _| it.parent.to_string() },
    Column { names: &["user", "euser", "ruser"], title: "USER", width: 8, right: false, value: |it, view| user(it, view) },
    Column { names: &["uid", "euid"], title: "UID", width: 5, right: true, value: |it, _| it.uid.to_string() },
    Column { names: &["gid", "egid"], title: "GID", width: 5, right: true, value: |it, _| it.gid.to_string() },
    Column { names: &["group", "egroup"], title: "GROUP", width: 8, right: false, value: |it, view| view.names.group_or_number(it.gid) },
    Column { names: &["comm", "ucmd", "ucomm"], title: "COMMAND", width: 15, right: false, value: |it, view| name(it, view) },
    Column { names: &["args", "command"], title: "COMMAND", width: 27, right: false, value: |it, view| command(it, view) },
    Column { names: &["cmd"], title: "CMD", width: 27, right: false, value: |it, view| command(it, view) },
    Column { names: &["stat"], title: "STAT", width: 4, right: false, value: |it, _| state(it) },
    Column { names: &["s", "state"], title: "S", width: 1, right: false, value: |it, _| it.state.letter().to_string() },
    Column { names: &["etime"], title: "ELAPSED", width: 11, right: true, value: |it, view| elapsed(it, view) },
    Column { names: &["etimes"], title: "ELAPSED", width: 7, right: true, value: |it, view| view.clock.now.since(it.started_at).as_secs().to_string() },
    Column { names: &["time", "cputime"], title: "TIME", width: 8, right: true, value: |it, _| hours_minutes_seconds(it.cpu) },
    Column { names: &["bsdtime"], title: "TIME", width: 6, right: true, value: |it, _| format!("{}:{:02}", it.cpu.as_secs() / 60, it.cpu.as_secs() % 60) },
    Column { names: &["pcpu", "%cpu"], title: "%CPU", width: 4, right: true, value: |it, view| percent_of_cpu(it, view) },
    Column { names: &["c"], title: "C", width: 2, right: true, value: |it, view| percent_of_cpu(it, view).split('.').next().unwrap_or("0").to_owned() },
    Column { names: &["pmem", "%mem"], title: "%MEM", width: 4, right: true, value: |it, view| percent_of_memory(it, view) },
    Column { names: &["rss", "rssize"], title: "RSS", width: 5, right: true, value: |it, _| (it.memory_bytes / 1024).to_string() },
    Column { names: &["vsz", "vsize"], title: "VSZ", width: 6, right: true, value: |it, _| (it.memory_bytes / 512).to_string() },
    Column { names: &["tty", "tt", "tname"], title: "TTY", width: 8, right: false, value: |it, _| tty(it) },
    Column { names: &["stime"], title: "STIME", width: 5, right: false, value: |it, view| start(it, view) },
    Column { names: &["start_time"], title: "START", width: 5, right: false, value: |it, view| start(it, view) },
    Column { names: &["lstart"], title: "STARTED", width: 24, right: true, value: |it, view| view.clock.format(it.started_at, "%a %b %e %H:%M:%S %Y") },
    Column { names: &["ni", "nice"], title: "NI", width: 3, right: true, value: |_, _| "0".to_owned() },
];

fn user(process: &ProcessInfo, view: &View) -> String {
    let name = view.names.user_or_number(process.uid);
    // A longer name is shown as far as it fits, with a plus sign.
    if name.len() > 8 { format!("{}+", &name[..7]) } else { name }
}

fn name(process: &ProcessInfo, view: &View) -> String {
    process.name() + defunct(process, view)
}

fn defunct(process: &ProcessInfo, view: &View) -> &'static str {
    // busybox says nothing of it.
    if process.state == ProcessState::Zombie && !view.busybox { " <defunct>" } else { "" }
}

fn command(process: &ProcessInfo, view: &View) -> String {
    match process.state {
        ProcessState::Zombie => format!("[{}]{}", process.name(), defunct(process, view)),
        _ => process.args.join(" ").replace('\n', " "),
    }
}

fn state(process: &ProcessInfo) -> String {
    let leader = if process.parent == Pid(0) { "s" } else { "" };
    let front = if process.is_in_front { "+" } else { "" };
    format!("{}{leader}{front}", process.state.letter())
}

fn elapsed(process: &ProcessInfo, view: &View) -> String {
    let seconds = view.clock.now.since(process.started_at).as_secs();
    let (days, hours, minutes, seconds) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes:02}:{seconds:02}"),
        (0, hours) => format!("{hours:02}:{minutes:02}:{seconds:02}"),
        (days, hours) => format!("{days}-{hours:02}:{minutes:02}:{seconds:02}"),
    }
}

fn percent_of_cpu(process: &ProcessInfo, view: &View) -> String {
    let lived = view.clock.now.since(process.started_at).as_secs_f64();
    let share = if lived > 0.0 { process.cpu.as_secs_f64() * 100.0 / lived } else { 0.0 };
    format!("{:.1}", share.min(100.0))
}

fn percent_of_memory(process: &ProcessInfo, view: &View) -> String {
    format!("{:.1}", process.memory_bytes as f64 * 100.0 / view.memory_bytes as f64)
}

fn tty(process: &ProcessInfo) -> String {
    process.tty.map_or_else(|| "?".to_owned(), |tty| format!("pts/{}", tty.0))
}

fn start(process: &ProcessInfo, view: &View) -> String {
    let is_today = view.clock.format(process.started_at, "%Y%j") == view.clock.format(view.clock.now, "%Y%j");
    view.clock.format(process.started_at, if is_today { "%H:%M" } else { "%b%d" })
}

fn column(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.names.contains(&name))
}

const USAGE: &str = "\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n";

/// Which processes are shown, and how.
struct Request {
    all: bool,
    pids: Option<Vec<u32>>,
    users: Option<Vec<String>>,
    /// Columns with the titles that they are given.
    columns: Vec<(&'static Column, String)>,
    titles: bool,
    sort: Option<(&'static Column, bool)>,
}

fn titled(names: &[&str]) -> Vec<(&'static Column, String)> {
    names.iter().filter_map(|name| column(name)).map(|column| (column, column.title.to_owned())).collect()
}

const USUAL: [&str; 4] = ["pid", "tty", "time", "comm"];

fn read(words: &[String]) -> Result<Request, String> {
    let mut request = Request { all: false, pids: None, users: None, columns: titled(&USUAL), titles: true, sort: None };
    for (_, title) in request.columns.iter_mut().filter(|(column, _)| column.title == "COMMAND") {
        *title = "CMD".to_owned();
    }
    let (mut custom, mut words) = (Vec::new(), words.iter());
    while let Some(word) = words.next() {
        if let Some(long) = word.strip_prefix("--") {
            match long.split_once('=').unwrap_or((long, "")) {
                ("no-headers" | "no-heading", _) => request.titles = false,
                ("sort", key) => {
                    let falling = key.starts_with('-');
                    let found = column(key.trim_start_matches(['-', '+'])).ok_or("error: unknown sort specifier".to_owned())?;
                    request.sort = Some((found, falling));
                }
                ("forest", _) => return Err("podarium: not simulated: ps --forest".to_owned()),
                _ => return Err("error: unknown gnu long option".to_owned()),
            }
            continue;
        }
        // `ps aux` is BSD's way to say it, `ps -ef` that of System V.
        let (is_bsd, letters) = match word.strip_prefix('-') {
            Some(letters) => (false, letters),
            None => (true, word.as_str()),
        };
        if is_bsd && letters.chars().all(|c| c.is_ascii_digit() || c == ',') {
            request.pids.get_or_insert_default().extend(letters.split(',').filter_map(|pid| pid.parse::<u32>().ok()));
            continue;
        }
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            let mut value = || {
                let attached: String = rest.by_ref().collect();
                if attached.is_empty() { words.next().cloned().unwrap_or_default() } else { attached }
            };
            match (is_bsd, letter) {
                (true, 'a' | 'x') | (false, 'e' | 'A') => request.all = true,
                (false, 'a' | 'w') | (true, 'w' | 'e') => {}
                (true, 'u') => {
                    request.columns = titled(&["user", "pid", "%cpu", "%mem", "vsz", "rss", "tty", "stat", "start_time", "bsdtime", "command"]);
                }
                (false, 'f') => {
                    request.columns = titled(&["user", "pid", "ppid", "c", "stime", "tty", "time", "cmd"]);
                    request.columns[0].1 = "UID".to_owned();
                }
                (false, 'F' | 'l' | 'L' | 'T' | 'H' | 'Z' | 'M') | (true, 'f' | 'l' | 'j' | 's' | 'v') => {
                    return Err(format!("podarium: not simulated: ps {}{letter}", if is_bsd { "" } else { "-" }));
                }
                (_, 'o') => custom.push(value()),
                (false, 'p') | (true, 'p') => {
                    let list = value();
                    let pids = list.split([',', ' ']).map(str::parse::<u32>).collect::<Result<Vec<u32>, _>>();
                    request.pids.get_or_insert_default().extend(pids.map_err(|_| "error: process ID list syntax error".to_owned())?);
                }
                (false, 'u' | 'U') => {
                    let list = value();
                    request.users.get_or_insert_default().extend(list.split(',').map(str::to_owned));
                }
                (false, _) => return Err("error: unsupported SysV option".to_owned()),
                (true, _) => return Err("error: unsupported option (BSD syntax)".to_owned()),
            }
        }
    }
    if !custom.is_empty() {
        request.columns.clear();
        for list in custom {
            let mut names = list.split([',', ' ']).filter(|name| !name.is_empty());
            for item in names.by_ref() {
                let (name, title) = match item.split_once('=') {
                    Some((name, title)) => (name, Some(title.to_owned())),
                    None => (item, None),
                };
                let found = column(name).ok_or_else(|| format!("error: unknown user-defined format specifier \"{name}\""))?;
                request.columns.push((found, title.unwrap_or_else(|| found.title.to_owned())));
            }
        }
        request.titles &= request.columns.iter().any(|(_, title)| !title.is_empty());
    }
    Ok(request)
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let request = match read(&words[1..]) {
        Ok(request) => request,
        Err(problem) if problem.starts_with("podarium") => {
            process.eprint(&format!("{problem}\n"))?;
            return Ok(2);
        }
        Err(problem) => {
            process.eprint(&format!("{problem}\n{USAGE}"))?;
            return Ok(1);
        }
    };
    let view = View { names: Names::read(process)?, clock: Clock::read(process)?, memory_bytes: process.hardware().memory_bytes, busybox: process.is_busybox() };
    let all = process.processes()?;
    let own = all.iter().find(|it| it.pid == process.pid());
    let (own_uid, own_tty) = own.map_or((0, None), |it| (it.uid, it.tty));
    let mut shown: Vec<&ProcessInfo> = all
        .iter()
        .filter(|it| match (&request.pids, &request.users) {
            (None, None) => request.all || view.busybox || it.uid == own_uid && it.tty == own_tty,
            (pids, users) => {
                pids.as_ref().is_some_and(|pids| pids.contains(&it.pid.0))
                    || users.as_ref().is_some_and(|users| users.iter().any(|user| *user == view.names.user_or_number(it.uid) || *user == it.uid.to_string()))
            }
        })
        .collect();
    if let Some((by, falling)) = request.sort {
        shown.sort_by(|a, b| {
            let (a, b) = ((by.value)(a, &view), (by.value)(b, &view));
            match (a.parse::<f64>(), b.parse::<f64>()) {
                (Ok(a), Ok(b)) => a.total_cmp(&b),
                _ => a.cmp(&b),
            }
        });
        if falling {
            shown.reverse();
        }
    }
    // busybox takes the usual letters and shows what it always shows.
    if process.is_busybox() && words[1..].iter().all(|word| word.trim_start_matches('-').chars().all(|letter| "aAdefluwx".contains(letter))) {
        let row = |it: &ProcessInfo| {
            let user: String = view.names.user_or_number(it.uid).chars().take(8).collect();
            format!("{:>5} {user:<8} {:>2}:{:02} {}\n", it.pid, it.cpu.as_secs() / 60, it.cpu.as_secs() % 60, command(it, &view))
        };
        let rows: String = all.iter().map(row).collect();
        process.print(&format!("PID   USER     TIME  COMMAND\n{rows}"))?;
        return Ok(0);
    }
    let mut out = String::new();
    if request.titles {
        out.push_str(&line(&request.columns, view.busybox, |(_, title)| title.clone()));
    }
    for it in &shown {
        out.push_str(&line(&request.columns, view.busybox, |(column, _)| (column.value)(it, &view)));
    }
    process.print(&out)?;
    Ok(i32::from(shown.is_empty()))
}

/// A row; the last cell is not padded when it stands to the left.
fn line(columns: &[(&'static Column, String)], busybox: bool, cell: impl Fn(&(&'static Column, String)) -> String) -> String {
    let mut out = String::new();
    for (index, entry) in columns.iter().enumerate() {
        let (column, title) = entry;
        let text = cell(entry);
        // busybox has narrower columns, and its titles always stand to the left.
        let width = match column.names[0] {
            "pid" | "ppid" if busybox => 5,
            "comm" if busybox => 16,
            _ => column.width.max(title.len()),
        };
        let right = column.right && !(busybox && text == *title);
        match (right, index + 1 == columns.len()) {
            (true, _) => out.push_str(&format!("{text:>width$}")),
            (false, true) => out.push_str(&text),
            (false, false) => out.push_str(&format!("{text:<width$}")),
        }
        if index + 1 < columns.len() {
            out.push(' ');
        }
    }
    out + "\n"
}

/// Whether the name or, in full, the command line of a process fits a pattern.
fn fits(process: &ProcessInfo, pattern: &regex::Regex, full: bool, exact: bool) -> bool {
    let text = if full { process.args.join(" ") } else { process.name() };
    match exact {
        true => pattern.find(&text).is_some_and(|found| found.as_str() == text),
        false => pattern.is_match(&text),
    }
}

/// `pgrep` prints, `pkill` signals.
pub(super) fn pgrep(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let mut words = process.args();
    let program = arguments::program_name(&words[0]).to_owned();
    let mut signal = crate::Signal::Terminate;
    if program == "pkill"
        && let Some(at) = words.iter().position(|word| word.len() > 1 && word.starts_with('-') && crate::Signal::parse(&word[1..]).is_some())
        && let Some(found) = crate::Signal::parse(&words.remove(at)[1..])
    {
        signal = found;
    }
    let options = Options::new("flaxnocu:v", &[("full", 'f'), ("list-name", 'l'), ("list-full", 'a'), ("exact", 'x'), ("newest", 'n'), ("oldest", 'o'), ("count", 'c')]).wrong_use(2);
    let arguments = match arguments::read_words(process, &words, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let [pattern] = arguments.operands.as_slice() else {
        process.eprint(&format!("{program}: only one pattern can be provided\nTry `{program} --help' for more information.\n"))?;
        return Ok(2);
    };
    let Ok(regex) = regex::Regex::new(pattern) else {
        process.eprint(&format!("{program}: invalid pattern: {pattern}\n"))?;
        return Ok(2);
    };
    let own = process.pid();
    let mut found: Vec<ProcessInfo> = process.processes()?;
    found.retain(|it| it.pid != own && fits(it, &regex, arguments.has('f'), arguments.has('x')) != arguments.has('v'));
    if arguments.has('n') {
        found = found.into_iter().max_by_key(|it| (it.started_at, it.pid)).into_iter().collect();
    } else if arguments.has('o') {
        found = found.into_iter().min_by_key(|it: &ProcessInfo| -> (Time, Pid) { (it.started_at, it.pid) }).into_iter().collect();
    }
    let mut status = i32::from(found.is_empty());
    if program == "pgrep" && arguments.has('c') {
        process.print(&format!("{}\n", found.len()))?;
        return Ok(status);
    }
    for it in found {
        if program == "pkill" {
            if let Err(error) = process.kill(it.pid, signal)? {
                process.eprint(&format!("pkill: killing pid {} failed: {error}\n", it.pid))?;
                status = 1;
            }
            continue;
        }
        let text = match (arguments.has('a'), arguments.has('l')) {
            (true, _) => format!("{} {}\n", it.pid, it.args.join(" ")),
            (false, true) => format!("{} {}\n", it.pid, it.name()),
            (false, false) => format!("{}\n", it.pid),
        };
        process.print(&text)?;
    }
    Ok(status)
}

pub(super) fn pidof(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let names: Vec<String> = process.args().into_iter().skip(1).filter(|word| !word.starts_with('-')).collect();
    let mut pids: Vec<Pid> = process.processes()?.iter().filter(|it| names.contains(&it.name())).map(|it| it.pid).collect();
    pids.sort_by(|a, b| b.cmp(a));
    if pids.is_empty() {
        return Ok(1);
    }
    let words: Vec<String> = pids.iter().map(ToString::to_string).collect();
    process.print(&format!("{}\n", words.join(" ")))?;
    Ok(0)
}
