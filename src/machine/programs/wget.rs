//! `wget`: fetches a page into a file, or with `-O -` to the standard output. There are two: GNU's, and busybox' in small
//! images; they say different things about it.
//!
//! Models: wget 1.25 and busybox 1.37 (networking/wget.c).
//! Simplified: one address at a time, no recursion, no cookies; what it says about the speed is virtual time.

use std::time::Duration;

use base64::Engine as _;

use super::arguments::{self, Arguments, Options};
use super::clock::Clock;
use super::curl::{host_and_port, redirected};
use super::names::{addresses, reason as unresolved};
use crate::wire::reason;
use crate::{HttpRequest, HttpResponse, NetError, Process, Suspend, Trust};

const OPTIONS: Options = Options::new("qO:T:t:SU:nvH:D:ZK", &[
    ("quiet", 'q'),
    ("output-document", 'O'),
    ("timeout", 'T'),
    ("tries", 't'),
    ("server-response", 'S'),
    ("user-agent", 'U'),
    ("spider", 'Z'),
    ("no-check-certificate", 'K'),
    ("header", 'H'),
    ("post-data", 'D'),
    ("no-verbose", 'n'),
    ("verbose", 'v'),
])
.lacking(&["r", "c", "P", "i", "b", "N", "p", "k", "m", "recursive", "continue", "directory-prefix", "post-file", "input-file", "background", "mirror"]);

/// How often GNU's asks a server that does not answer.
const TRIES: u32 = 20;
/// How many redirections are followed.
const REDIRECTIONS: usize = 20;

/// What there is to fetch, and how.
struct Fetch<'a> {
    arguments: &'a Arguments,
    url: String,
    host: String,
    port: String,
    clock: Clock,
    busybox: bool,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let busybox = process.is_busybox();
    if arguments.operands.is_empty() {
        let usage = if busybox { "BusyBox v1.37.0 multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR | --post-file FILE] [-Y on/off]\n\t[--no-check-certificate] [-P DIR] [-U AGENT] [-T SEC] URL...\n" } else { "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n" };
        process.eprint(usage)?;
        return Ok(1);
    }
    let mut status = 0;
    for url in arguments.operands.clone() {
        let url = if url.contains("://") { url } else { format!("http://{url}") };
        let url = if url.split_once("://").is_some_and(|(_, rest)| rest.contains('/')) { url } else { url + "/" };
        let (host, port) = host_and_port(&url);
        let clock = Clock::read(process)?;
        status = Fetch { arguments: &arguments, url, host, port, clock, busybox }.run(process)?.max(status);
    }
    Ok(status)
}

impl Fetch<'_> {
    fn run(mut self, process: &mut Process<'_>) -> Result<i32, Suspend> {
        for _ in 0..REDIRECTIONS {
            let (response, took) = match self.ask(process)? {
                Ok(answer) => answer,
                Err(status) => return Ok(status),
            };
            let location = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Location")).map(|(_, value)| value.clone());
            match location.filter(|_| (300..400).contains(&response.status)) {
                Some(target) => {
                    if !self.busybox {
                        self.say(process, &format!("Location: {target} [following]\n"))?;
                    }
                    self.url = redirected(&self.url, &target);
                    (self.host, self.port) = host_and_port(&self.url);
                }
                None => return self.keep(process, &response, took),
            }
        }
        process.eprint(if self.busybox { "wget: too many redirections\n" } else { "20 redirections exceeded.\n" })?;
        Ok(if self.busybox { 1 } else { 8 })
    }

    /// Says something about what it does, unless it shall say little.
    fn say(&self, process: &mut Process<'_>, text: &str) -> Result<(), Suspend> {
        if self.arguments.has('q') || self.is_brief() { Ok(()) } else { process.eprint(text) }
    }

    /// `-nv`: errors, and a line for what was fetched.
    fn is_brief(&self) -> bool {
        self.arguments.has('n')
    }

    fn time(&self, process: &mut Process<'_>) -> Result<String, Suspend> {
        let now = process.now()?;
        Ok(self.clock.format(now, "%Y-%m-%d %H:%M:%S"))
    }

    fn request(&self) -> HttpRequest {
        let body = self.arguments.value('D');
        let mut request = HttpRequest::new(if body.is_some() { "POST" } else if self.arguments.has('Z') && !self.busybox { "HEAD" } else { "GET" }, self.url.clone());
        let agent = self.arguments.value('U').unwrap_or(if self.busybox { "Wget" } else { "Wget/1.25.0" });
        request = request.header("User-Agent", agent);
        if !self.busybox {
            request = request.header("Accept", "*/*").header("Accept-Encoding", "identity");
        }
        let authority = self.url.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@') {
            request = request.header("Authorization", &format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(user)));
        }
        for (name, value) in self.arguments.values('H').filter_map(|header| header.split_once(':')) {
            request = request.header(name, value.trim());
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/x-www-form-urlencoded").body(body);
        }
        // busybox does not look at certificates.
        request.trust = if self.busybox || self.arguments.has('K') { Trust::Anything } else { Trust::WellKnown };
        request.timeout = self.arguments.value('T').and_then(|text| text.parse().ok()).map(Duration::from_secs);
        request
    }

    /// Asks until there is an answer; else the status to end with, the reason for which has been told.
    fn ask(&self, process: &mut Process<'_>) -> Result<Result<(HttpResponse, Duration), i32>, Suspend> {
        let tries = self.arguments.value('t').and_then(|text| text.parse().ok()).unwrap_or(TRIES);
        for attempt in 1.. {
            if let Err(status) = self.connecting(process, attempt)? {
                return Ok(Err(status));
            }
            let start = process.now()?;
            let error = match process.http(self.request())? {
                Ok(response) => {
                    let took = process.now()?.since(start);
                    if !self.busybox {
                        let line = if self.arguments.has('S') { String::new() } else { format!("{} {}", response.status, reason(response.status)) };
                        self.say(process, &format!("connected.\nHTTP request sent, awaiting response... {line}\n"))?;
                    }
                    if self.arguments.has('S') {
                        let lines: String = response.headers.iter().map(|(name, value)| format!("  {name}: {value}\n")).collect();
                        let end = if self.busybox { "  \n" } else { "" };
                        process.eprint(&format!("  HTTP/1.1 {} {}\n{lines}{end}", response.status, reason(response.status)))?;
                    }
                    return Ok(Ok((response, took)));
                }
                Err(error) => error,
            };
            if self.busybox {
                return self.busybox_failure(process, error).map(Err);
            }
            if let Some(status) = self.failure(process, error, attempt < tries)? {
                return Ok(Err(status));
            }
            // One second more each time, up to ten.
            process.sleep(Duration::from_secs(u64::from(attempt.min(10))))?;
        }
        Ok(Err(4))
    }

    /// Finds the address and says where it connects to. An error is the status to end with.
    fn connecting(&self, process: &mut Process<'_>, attempt: u32) -> Result<Result<(), i32>, Suspend> {
        if self.arguments.has('q') || self.is_brief() {
            return Ok(Ok(()));
        }
        let by_name = self.host.parse::<std::net::Ipv4Addr>().is_err();
        if !self.busybox {
            let tries = if attempt > 1 { format!("  (try:{attempt:>2})") } else { String::new() };
            if self.arguments.has('Z') {
                process.eprint("Spider mode enabled. Check if remote file exists.\n")?;
            }
            let time = self.time(process)?;
            process.eprint(&format!("--{time}--{tries}  {}\n", self.url))?;
            if by_name {
                process.eprint(&format!("Resolving {0} ({0})... ", self.host))?;
            }
        }
        let address = match addresses(process, &self.host)? {
            Ok((list, _)) => list.first().map(ToString::to_string).unwrap_or_default(),
            Err(_) if self.busybox => {
                process.eprint(&format!("wget: bad address '{}'\n", self.host))?;
                return Ok(Err(1));
            }
            Err(answer) => {
                process.eprint(&format!("failed: {}.\nwget: unable to resolve host address ‘{}’\n", unresolved(&answer), self.host))?;
                return Ok(Err(4));
            }
        };
        let text = match (self.busybox, by_name) {
            (true, _) => format!("Connecting to {} ({address}:{})\n", self.host_with_port(), self.port),
            (false, true) => format!("{address}\nConnecting to {0} ({0})|{address}|:{1}... ", self.host, self.port),
            (false, false) => format!("Connecting to {}:{}... ", self.host, self.port),
        };
        process.eprint(&text)?;
        Ok(Ok(()))
    }

    /// As it stands in the address.
    fn host_with_port(&self) -> String {
        let authority = self.url.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
        authority.rsplit('@').next().unwrap_or_default().to_owned()
    }

    fn busybox_failure(&self, process: &mut Process<'_>, error: NetError) -> Result<i32, Suspend> {
        let problem = match error {
            NetError::UnknownHost | NetError::BadUrl => format!("bad address '{}'", self.host),
            // Without an option of its own the computer gives up first.
            NetError::TimedOut if self.arguments.has('T') => "download timed out".to_owned(),
            NetError::EmptyReply | NetError::NotHttp => "error getting response".to_owned(),
            error => {
                let address = addresses(process, &self.host)?.ok().and_then(|(list, _)| list.first().map(ToString::to_string));
                format!("can't connect to remote host ({}): {error}", address.unwrap_or_else(|| self.host.clone()))
            }
        };
        process.eprint(&format!("wget: {problem}\n"))?;
        Ok(1)
    }

    /// Tells what went wrong; the status to end with, unless it asks again.
    fn failure(&self, process: &mut Process<'_>, error: NetError, tries_left: bool) -> Result<Option<i32>, Suspend> {
        let (said, status) = match error {
            NetError::UnknownHost => (format!("wget: unable to resolve host address ‘{}’\n", self.host), 4),
            NetError::Certificate(_) => (
                format!("connected.\nERROR: The certificate of ‘{0}’ is not trusted.\nERROR: The certificate of ‘{0}’ doesn't have a known issuer.\n", self.host),
                5,
            ),
            NetError::NotTls => ("connected.\nOpenSSL: error:0A00010B:SSL routines::wrong version number\nUnable to establish SSL connection.\n".to_owned(), 4),
            NetError::EmptyReply | NetError::NotHttp => ("connected.\nHTTP request sent, awaiting response... No data received.\n".to_owned(), 4),
            error => (format!("failed: {error}.\n"), 4),
        };
        self.say(process, &said)?;
        if !matches!(error, NetError::TimedOut | NetError::ConnectionReset | NetError::EmptyReply) {
            return Ok(Some(status));
        }
        self.say(process, if tries_left { "Retrying.\n\n" } else { "Giving up.\n\n" })?;
        Ok((!tries_left).then_some(status))
    }

    /// Puts the answer where it shall be.
    fn keep(&self, process: &mut Process<'_>, response: &HttpResponse, took: Duration) -> Result<i32, Suspend> {
        if response.status >= 400 {
            let line = format!("{} {}", response.status, reason(response.status));
            if self.busybox {
                process.eprint(&format!("wget: server returned error: HTTP/1.1 {}\n", line.trim_end()))?;
                return Ok(1);
            }
            let error = format!("{} ERROR {}: {}.\n", self.time(process)?, response.status, reason(response.status));
            match self.is_brief() {
                true => process.eprint(&format!("{}:\n{error}", self.url))?,
                false => self.say(process, &format!("{error}\n"))?,
            }
            return Ok(8);
        }
        if self.arguments.has('Z') {
            let is_page = content_type(response).is_some_and(|kind| kind == "text/html");
            self.say(process, match (self.busybox, is_page) {
                (true, _) => "remote file exists\n",
                (false, true) => "Remote file exists and could contain further links,\nbut recursion is disabled -- not retrieving.\n\n",
                (false, false) => "Remote file exists.\n\n",
            })?;
            return Ok(0);
        }
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let name = super::paths::last_name(rest.split('?').next().unwrap_or_default().split_once('/').map_or("", |(_, path)| path));
        let wanted = self.arguments.value('O').map(str::to_owned);
        let path = match wanted {
            Some(path) => path,
            None => self.free_name(process, if name.is_empty() { "index.html" } else { name })?,
        };
        if path == "-" {
            self.begin(process, response, "STDOUT")?;
            process.write_stdout(&response.body)?;
        } else {
            self.begin(process, response, &path)?;
            if let Err(error) = process.write_file(&path, &response.body, 0o644)? {
                let problem = if self.busybox { format!("wget: can't open '{path}': {error}\n") } else { format!("{path}: {error}\n") };
                process.eprint(&problem)?;
                return Ok(if self.busybox { 1 } else { 3 });
            }
        }
        self.end(process, response, &path, took)?;
        Ok(0)
    }

    /// GNU's does not overwrite: `index.html.1`.
    fn free_name(&self, process: &mut Process<'_>, name: &str) -> Result<String, Suspend> {
        let mut candidate = name.to_owned();
        for number in 1.. {
            if self.busybox || process.stat(&candidate)?.is_err() {
                break;
            }
            candidate = format!("{name}.{number}");
        }
        Ok(candidate)
    }

    fn begin(&self, process: &mut Process<'_>, response: &HttpResponse, path: &str) -> Result<(), Suspend> {
        if self.busybox {
            let text = if path == "STDOUT" { "writing to stdout\n".to_owned() } else { format!("saving to '{path}'\n") };
            return self.say(process, &text);
        }
        let kind = content_type(response).map(|kind| format!(" [{kind}]")).unwrap_or_default();
        self.say(process, &format!("Length: {}{}{kind}\n", response.body.len(), short_length(response.body.len())))?;
        self.say(process, &format!("Saving to: ‘{path}’\n\n"))
    }

    fn end(&self, process: &mut Process<'_>, response: &HttpResponse, path: &str, took: Duration) -> Result<(), Suspend> {
        let size = response.body.len();
        if self.busybox {
            let name: String = super::paths::last_name(path).chars().take(20).collect();
            let bar = format!("{name:<20} 100% |{}| {size:>5}  0:00:00 ETA\n", "*".repeat(32));
            let text = if path == "-" { "written to stdout\n".to_owned() } else { format!("'{path}' saved\n") };
            return self.say(process, &format!("{bar}{text}"));
        }
        let time = self.time(process)?;
        if self.is_brief() {
            return if self.arguments.has('q') { Ok(()) } else { process.eprint(&format!("{time} URL:{} [{size}/{size}] -> {path:?} [1]\n", self.url)) };
        }
        let (number, unit) = rate(size, took);
        let shown = match process.columns()?.filter(|_| process.is_tty(2)) {
            Some(columns) => bar(path, size, took, columns),
            None => dots(size, took),
        };
        let place = if path == "-" { "written to stdout".to_owned() } else { format!("‘{path}’ saved") };
        self.say(process, &format!("{shown}\n{time} ({number} {unit}B/s) - {place} [{size}/{size}]\n\n"))
    }
}

fn content_type(response: &HttpResponse) -> Option<&str> {
    let found = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
    found.and_then(|(_, value)| value.split(';').next()).map(str::trim)
}

/// A size in its unit, in 1024s.
fn in_units(size: f64) -> (f64, &'static str) {
    let (mut size, mut units) = (size, ["", "K", "M", "G"].into_iter().peekable());
    loop {
        let unit = units.next().unwrap_or_default();
        if size < 1024.0 || units.peek().is_none() {
            return (size, unit);
        }
        size /= 1024.0;
    }
}

/// ` (1.2K)`, where a size is long.
fn short_length(size: usize) -> String {
    match in_units(size as f64) {
        (_, "") => String::new(),
        (size, unit) if size < 10.0 => format!(" ({size:.1}{unit})"),
        (size, unit) => format!(" ({size:.0}{unit})"),
    }
}

/// Three digits of a speed, and its unit.
fn rate(size: usize, took: Duration) -> (String, &'static str) {
    let (rate, unit) = in_units(size as f64 / took.as_secs_f64().max(1e-6));
    let digits = if rate >= 99.95 { 0 } else if rate >= 9.995 { 1 } else { 2 };
    (format!("{rate:.digits$}"), unit)
}

/// `0.02s`: one digit that is not zero, or whole seconds.
fn seconds(took: Duration) -> String {
    let seconds = took.as_secs_f64();
    let digits = [1.0, 0.1, 0.01].iter().position(|least| seconds >= *least).unwrap_or(3);
    match seconds {
        seconds if seconds < 0.0005 => "0s".to_owned(),
        seconds if seconds >= 10.0 => format!("{seconds:.0}s"),
        _ => format!("{seconds:.0$}s", digits.max(1)),
    }
}

/// The progress where nobody watches: a dot for each KiB, fifty in a row.
fn dots(size: usize, took: Duration) -> String {
    let (number, unit) = rate(size, took);
    let speed = format!("{:>6}", format!("{number}{unit}"));
    let whole = size / 1024;
    let rows = whole.div_ceil(50).max(1);
    let mut out = String::new();
    for row in 0..rows {
        let (from, to) = (row * 50, whole.min(row * 50 + 50));
        let groups: String = (0..50).map(|at| format!("{}{}", if at % 10 == 0 { " " } else { "" }, if from + at < to { "." } else { " " })).collect();
        let last = row + 1 == rows;
        let percent = if last { 100 } else { to * 1024 * 100 / size.max(1) };
        let end = if last { format!("={}", seconds(took)) } else { " 0s".to_owned() };
        out.push_str(&format!("{from:>6}K{groups}{percent:>3}%{speed}{end}\n"));
    }
    out
}

/// The progress on a terminal, at its end.
fn bar(path: &str, size: usize, took: Duration, columns: usize) -> String {
    let (number, unit) = in_units(size as f64);
    let size = if unit.is_empty() { format!("{number:.0}") } else { format!("{number:.2}{unit}") };
    let wide = columns / 4;
    let name: String = path.chars().take(wide.saturating_sub(1)).collect();
    let line = "=".repeat(columns.saturating_sub(wide + 41));
    format!("\r{name:<wide$}100%[{line}>]{size:>8}  --.-KB/s    in {:<7}\n", seconds(took))
}
