//! `wget`: fetches a page into a file, or with `-O -` to the standard output. There are two: GNU's, and busybox' in small
//! images; they say different things about it.
//!
//! Models: wget 1.25 and busybox 1.37 (networking/wget.c).
//! Simplified: one address at a time, no recursion, no cookies; what it says about the speed is virtual time.

use std::time::Duration;

use base64::Engine as _;

use super::arguments::{self, Arguments, Options};
use super::clock::Clock;
use super::curl::host_and_port;
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
                    let scheme = self.url.split_once("://").map_or("http", |(scheme, _)| scheme);
                    self.url = if target.contains("://") { target } else { format!("{scheme}://{}:{}{target}", self.host, self.port) };
                    (self.host, self.port) = host_and_port(&self.url);
                }
                None => return self.keep(process, &response, took),
            }
        }
        process.eprint(if self.busybox { "wget: too many redirections\n" } else { "20 redirections exceeded.\n" })?;
        Ok(if self.busybox { 1 } else { 8 })
    }

    /// Says something about what it does, unless it shall be quiet.
    fn say(&self, process: &mut Process<'_>, text: &str) -> Result<(), Suspend> {
        if self.arguments.has('q') { Ok(()) } else { process.eprint(text) }
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
                        self.say(process, "connected.\nHTTP request sent, awaiting response... ")?;
                        self.say(process, &format!("{} {}\n", response.status, reason(response.status)))?;
                    }
                    if self.arguments.has('S') {
                        let lines: String = response.headers.iter().map(|(name, value)| format!("  {name}: {value}\n")).collect();
                        process.eprint(&format!("  HTTP/1.1 {} {}\n{lines}", response.status, reason(response.status)))?;
                    }
                    return Ok(Ok((response, took)));
                }
                Err(error) => error,
            };
            if self.busybox {
                return self.busybox_failure(process, error).map(Err);
            }
            let again = matches!(error, NetError::TimedOut | NetError::ConnectionReset | NetError::EmptyReply) && attempt < tries;
            if let Some(status) = self.failure(process, error, again)? {
                return Ok(Err(status));
            }
            // One second more each time, up to ten.
            process.sleep(Duration::from_secs(u64::from(attempt.min(10))))?;
        }
        Ok(Err(4))
    }

    /// Finds the address and says where it connects to. An error is the status to end with.
    fn connecting(&self, process: &mut Process<'_>, attempt: u32) -> Result<Result<(), i32>, Suspend> {
        if self.arguments.has('q') {
            return Ok(Ok(()));
        }
        let by_name = self.host.parse::<std::net::Ipv4Addr>().is_err();
        if !self.busybox {
            let tries = if attempt > 1 { format!("  (try:{attempt:>2})") } else { String::new() };
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
            NetError::TimedOut => "download timed out".to_owned(),
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
    fn failure(&self, process: &mut Process<'_>, error: NetError, again: bool) -> Result<Option<i32>, Suspend> {
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
        // A name that is not found is an error and told though it shall be quiet.
        if error == NetError::UnknownHost { process.eprint(&said)? } else { self.say(process, &said)? }
        if again {
            self.say(process, "Retrying.\n\n")?;
        }
        Ok((!again).then_some(status))
    }

    /// Puts the answer where it shall be.
    fn keep(&self, process: &mut Process<'_>, response: &HttpResponse, took: Duration) -> Result<i32, Suspend> {
        if response.status >= 400 {
            let line = format!("{} {}", response.status, reason(response.status));
            if self.busybox {
                process.eprint(&format!("wget: server returned error: HTTP/1.1 {}\n", line.trim_end()))?;
                return Ok(1);
            }
            let time = self.time(process)?;
            self.say(process, &format!("{time} ERROR {}: {}.\n\n", response.status, reason(response.status)))?;
            return Ok(8);
        }
        if self.arguments.has('Z') {
            self.say(process, if self.busybox { "remote file exists\n" } else { "Remote file exists.\n\n" })?;
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
        let kind = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        let kind = kind.and_then(|(_, value)| value.split(';').next()).map(|kind| format!(" [{}]", kind.trim())).unwrap_or_default();
        self.say(process, &format!("Length: {}{}{kind}\nSaving to: ‘{path}’\n\n", response.body.len(), human(response.body.len())))
    }

    fn end(&self, process: &mut Process<'_>, response: &HttpResponse, path: &str, took: Duration) -> Result<(), Suspend> {
        let size = response.body.len();
        if self.busybox {
            let name: String = path.chars().take(20).collect();
            let bar = format!("{name:<20} 100% |{}| {size:>5}  0:00:00 ETA\n", "*".repeat(32));
            let text = if path == "-" { "written to stdout\n".to_owned() } else { format!("'{path}' saved\n") };
            return self.say(process, &format!("{bar}{text}"));
        }
        let (rate, seconds) = (rate(size, took), took.as_secs_f64());
        let time = self.time(process)?;
        let place = if path == "-" { "written to stdout".to_owned() } else { format!("‘{path}’ saved") };
        let name: String = if path == "-" { "-" } else { path }.chars().take(20).collect();
        let shown = if process.is_tty(2) {
            format!("{name:<20}100%[===================>] {size:>7}  --.-KB/s    in {seconds:.1}s    \n\n")
        } else {
            format!("     0K {:<50} 100% {rate}={seconds:.1}s\n\n", ".".repeat(size.div_ceil(1024).min(50)))
        };
        self.say(process, &format!("{shown}{time} ({rate}/s) - {place} [{size}/{size}]\n\n"))
    }
}

/// ` (1.2K)` where that is shorter.
fn human(size: usize) -> String {
    match size {
        0..1024 => String::new(),
        1024..1_048_576 => format!(" ({:.1}K)", size as f64 / 1024.0),
        _ => format!(" ({:.1}M)", size as f64 / 1_048_576.0),
    }
}

fn rate(size: usize, took: Duration) -> String {
    let rate = size as f64 / took.as_secs_f64().max(1e-6);
    match rate {
        rate if rate < 1024.0 => format!("{rate:.0} B"),
        rate if rate < 1_048_576.0 => format!("{:.1} KB", rate / 1024.0),
        rate => format!("{:.1} MB", rate / 1_048_576.0),
    }
}
