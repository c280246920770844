//! Programs that serve HTTP and keep a state, written as one function from request to reply.
//!
//! Models: net/http of Go (status texts, headers, how kinds of contents are guessed), runtime signal handling of Go.
//! Simplified: one request to a connection.

use std::collections::BTreeMap;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use podarium_machine::{ConnectionId, ExchangeId, HttpRequest, HttpResponse, NetError, Program, Signal, StreamItem, Sys, Turn};
use podarium_sim::Time;

/// A program that serves.
pub(super) trait Service: Clone + Send + Sync + 'static {
    /// Reads its command line and says what it says at the start. `Err`: it ends with this code.
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32>;

    /// The ports that it listens on.
    fn ports(&self) -> Vec<u16>;

    fn answer(&mut self, sys: &mut Sys<'_>, port: u16, request: &HttpRequest) -> Reply;

    /// The ports on which it takes datagrams.
    fn datagram_ports(&self) -> Vec<u16> {
        Vec::new()
    }

    /// What it answers to a datagram, if anything.
    fn datagram(&mut self, _sys: &mut Sys<'_>, _port: u16, _from: &str, _bytes: &[u8]) -> Option<Vec<u8>> {
        None
    }

    /// The ports on which it says something to whoever connects, and hangs up.
    fn greeting_ports(&self) -> Vec<u16> {
        Vec::new()
    }

    /// What it says there.
    fn greeting(&mut self, _sys: &mut Sys<'_>, _port: u16, _from: &str) -> Vec<u8> {
        Vec::new()
    }

    /// What it asked for with [`Reply::Ask`] has come: what it makes of it.
    fn answered(&mut self, _sys: &mut Sys<'_>, _request: &HttpRequest, _answer: Result<HttpResponse, NetError>) -> Reply {
        Reply::Reset
    }

    /// A signal to stop has come. `None`: it does not end.
    fn stop(&mut self, _sys: &mut Sys<'_>, signal: Signal) -> Option<Stop> {
        if signal == Signal::WindowChange {
            return None;
        }
        // Go's runtime: the first process of a container cannot be killed by its own default.
        Some(Stop::Now(2))
    }

    /// What it says when a port is taken. The code that it then ends with.
    fn port_taken(&mut self, sys: &mut Sys<'_>, port: u16) -> i32 {
        let stamp = go_stamp(sys);
        say(sys, 2, &format!("{stamp} listen tcp :{port}: bind: address already in use\n"));
        1
    }

    fn memory_bytes(&self) -> u64 {
        6 << 20
    }

    /// Ends by itself at this moment, if it does.
    fn ends(&mut self, _sys: &mut Sys<'_>) -> Option<i32> {
        None
    }
}

/// How a service ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Now(i32),
    /// When the requests that it has are answered.
    WhenDone(i32),
}

/// What comes of a request.
pub(super) enum Reply {
    Now(HttpResponse),
    /// After so much CPU time.
    Work(Duration, HttpResponse),
    /// After so long.
    Later(Duration, HttpResponse),
    /// Somebody else is asked first.
    Ask(HttpRequest),
    /// A datagram is sent to somebody else; what comes back within this time is one body.
    Send(HttpRequest, Vec<u8>, Duration),
    /// A connection to somebody else is opened, and these lines are said. What is answered to each comes as one body.
    Say(HttpRequest, Vec<String>),
    /// The connection is closed without an answer.
    Reset,
}

/// Runs a [`Service`].
#[derive(Clone)]
pub(super) struct Server<S> {
    service: Option<S>,
    signals: Vec<Signal>,
    stopping: Option<i32>,
    later: Vec<(Time, ConnectionId, HttpResponse)>,
    asked: BTreeMap<ExchangeId, Asked>,
}

/// Somebody else who was asked because of a request.
#[derive(Clone)]
struct Asked {
    connection: ConnectionId,
    request: HttpRequest,
    talk: Option<Talk>,
    datagram: Option<Datagram>,
}

/// A datagram that is sent once its socket is there, and how long its answer is waited for.
#[derive(Clone)]
struct Datagram {
    bytes: Vec<u8>,
    sent: bool,
    deadline: Time,
}

/// Lines that are said on a connection, and what was heard.
#[derive(Clone)]
struct Talk {
    lines: Vec<String>,
    said: bool,
    heard: Vec<u8>,
}

impl<S: Service> Server<S> {
    pub fn program() -> Box<dyn Program> {
        Box::new(Server::<S> { service: None, signals: Vec::new(), stopping: None, later: Vec::new(), asked: BTreeMap::new() })
    }

    fn begin(sys: &mut Sys<'_>) -> Result<S, i32> {
        let mut service = S::start(sys)?;
        for port in service.ports() {
            if sys.listen(port).is_err() {
                return Err(service.port_taken(sys, port));
            }
        }
        for port in service.datagram_ports() {
            if sys.listen_datagrams(port).is_err() {
                return Err(service.port_taken(sys, port));
            }
        }
        for port in service.greeting_ports() {
            if sys.listen_stream(port).is_err() {
                return Err(service.port_taken(sys, port));
            }
        }
        sys.set_memory(service.memory_bytes());
        Ok(service)
    }

    fn serve(&mut self, sys: &mut Sys<'_>, service: &mut S) {
        for port in service.ports() {
            if self.stopping.is_some() {
                break;
            }
            while let Some((connection, request)) = sys.accept(port) {
                let reply = service.answer(sys, port, &request);
                self.act(sys, connection, request, reply);
            }
        }
        for port in service.datagram_ports() {
            while let Some((client, from, bytes)) = sys.receive(port) {
                if let Some(answer) = service.datagram(sys, port, &from, &bytes) {
                    sys.reply(client, &answer);
                }
            }
        }
        for port in service.greeting_ports() {
            while let Some((client, from)) = sys.accept_stream(port) {
                let text = service.greeting(sys, port, &from);
                sys.stream_write(client, &text);
                sys.stream_close(client);
            }
        }
        // Asking again is waiting again.
        while let Some((id, answer)) = self.asked.iter_mut().find_map(|(id, asked)| Some((*id, asked.answer(sys, *id)?))) {
            sys.http_close(id);
            let Some(Asked { connection, request, .. }) = self.asked.remove(&id) else { continue };
            let reply = service.answered(sys, &request, answer);
            self.act(sys, connection, request, reply);
        }
        for (at, connection, response) in std::mem::take(&mut self.later) {
            match sys.sleep_until(at) {
                Some(()) => sys.respond(connection, response),
                None => self.later.push((at, connection, response)),
            }
        }
    }
}

impl Asked {
    /// The answer, as soon as it is there.
    fn answer(&mut self, sys: &mut Sys<'_>, id: ExchangeId) -> Option<Result<HttpResponse, NetError>> {
        if let Some(datagram) = &mut self.datagram {
            if !datagram.sent {
                if let Err(error) = sys.http_head(id, None)? {
                    return Some(Err(error));
                }
                datagram.sent = true;
                sys.http_write(id, &datagram.bytes);
            }
            return Some(match sys.http_next(id, Some(datagram.deadline))? {
                StreamItem::Chunk(bytes) => Ok(HttpResponse::new(200, bytes)),
                StreamItem::Failed(error) => Err(error),
                StreamItem::End | StreamItem::TimedOut => Err(NetError::TimedOut),
            });
        }
        let Some(talk) = &mut self.talk else { return sys.http_whole(id, None) };
        if !talk.said {
            if let Err(error) = sys.http_head(id, None)? {
                return Some(Err(error));
            }
            talk.said = true;
            sys.http_write(id, format!("{}\n", talk.lines.join("\n")).as_bytes());
        }
        loop {
            if talk.heard.iter().filter(|byte| **byte == b'\n').count() == talk.lines.len() {
                return Some(Ok(HttpResponse::new(200, std::mem::take(&mut talk.heard))));
            }
            match sys.http_next(id, None)? {
                StreamItem::Chunk(bytes) => talk.heard.extend(bytes),
                StreamItem::End => return Some(Ok(HttpResponse::new(200, std::mem::take(&mut talk.heard)))),
                StreamItem::Failed(error) => return Some(Err(error)),
                StreamItem::TimedOut => return Some(Err(NetError::TimedOut)),
            }
        }
    }
}

impl<S: Service> Server<S> {
    fn act(&mut self, sys: &mut Sys<'_>, connection: ConnectionId, request: HttpRequest, reply: Reply) {
        match reply {
            Reply::Now(response) => sys.respond(connection, response),
            Reply::Work(cpu, response) => {
                let at = sys.use_cpu(cpu);
                self.later.push((at, connection, response));
            }
            Reply::Later(wait, response) => self.later.push((sys.now() + wait, connection, response)),
            Reply::Ask(out) => {
                let id = sys.http_send(out);
                self.asked.insert(id, Asked { connection, request, talk: None, datagram: None });
            }
            Reply::Send(out, bytes, patience) => {
                let datagram = Datagram { bytes, sent: false, deadline: sys.now() + patience };
                let id = sys.http_send(out);
                self.asked.insert(id, Asked { connection, request, talk: None, datagram: Some(datagram) });
            }
            Reply::Say(out, lines) => {
                let id = sys.http_send(out);
                self.asked.insert(id, Asked { connection, request, talk: Some(Talk { lines, said: false, heard: Vec::new() }), datagram: None });
            }
            Reply::Reset => sys.reset(connection),
        }
    }
}

impl<S: Service> Program for Server<S> {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        let mut service = match self.service.take().map_or_else(|| Self::begin(sys), Ok) {
            Ok(service) => service,
            Err(code) => return Turn::Exit(code),
        };
        for signal in std::mem::take(&mut self.signals) {
            match service.stop(sys, signal) {
                Some(Stop::Now(code)) => return Turn::Exit(code),
                Some(Stop::WhenDone(code)) => {
                    self.stopping = Some(code);
                    service.ports().into_iter().for_each(|port| sys.stop_listening(port));
                }
                None => {}
            }
        }
        self.serve(sys, &mut service);
        let ends = service.ends(sys);
        self.service = Some(service);
        match (ends, self.stopping) {
            (Some(code), _) => Turn::Exit(code),
            (None, Some(code)) if self.later.is_empty() && self.asked.is_empty() => Turn::Exit(code),
            _ => Turn::Wait,
        }
    }

    fn signal(&mut self, signal: Signal) -> bool {
        let stops = matches!(signal, Signal::Terminate | Signal::Interrupt | Signal::Quit | Signal::Hangup | Signal::WindowChange);
        if stops {
            self.signals.push(signal);
        }
        stops
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// Writes to a descriptor that takes everything.
pub(super) fn say(sys: &mut Sys<'_>, fd: u32, text: &str) {
    // Nobody is told when even this fails.
    let _ = sys.write(fd, text.as_bytes());
}

pub(super) fn time(sys: &Sys<'_>, format: &str) -> String {
    jiff::Timestamp::from_nanosecond(sys.unix_nanos().into()).unwrap_or_default().strftime(format).to_string()
}

/// `2026/01/01 08:00:00`, as Go's log writes it.
pub(super) fn go_stamp(sys: &Sys<'_>) -> String {
    time(sys, "%Y/%m/%d %H:%M:%S")
}

/// A line of Go's log.
pub(super) fn go_log(sys: &mut Sys<'_>, text: &str) {
    let stamp = go_stamp(sys);
    say(sys, 2, &format!("{stamp} {text}\n"));
}

/// An answer as Go's net/http sends it when the handler has set no headers.
pub(super) fn go_answer(sys: &Sys<'_>, status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
    let body = body.into();
    let mut response = HttpResponse::new(status, Vec::new()).with_header("Date", &http_date(sys)).with_header("Content-Length", &body.len().to_string());
    if !body.is_empty() {
        response = response.with_header("Content-Type", go_kind(&body));
    }
    HttpResponse { body, ..response }
}

/// `http.Error`.
pub(super) fn go_error(sys: &Sys<'_>, status: u16, text: &str) -> HttpResponse {
    let body = format!("{text}\n");
    HttpResponse::new(status, body.clone())
        .with_header("Content-Type", "text/plain; charset=utf-8")
        .with_header("X-Content-Type-Options", "nosniff")
        .with_header("Date", &http_date(sys))
        .with_header("Content-Length", &body.len().to_string())
}

pub(super) fn http_date(sys: &Sys<'_>) -> String {
    time(sys, "%a, %d %b %Y %H:%M:%S GMT")
}

/// What Go takes a body for.
fn go_kind(body: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(&body[..body.len().min(512)]).trim_start().to_ascii_lowercase();
    let html = ["<!doctype html", "<html", "<head", "<script", "<body", "<h1", "<div", "<p>", "<!--", "<title", "<table", "<br", "<a "];
    match html.iter().any(|beginning| text.starts_with(beginning)) {
        true => "text/html; charset=utf-8",
        false => "text/plain; charset=utf-8",
    }
}

/// The path of a request without its query, and the query.
pub(super) fn split(request: &HttpRequest) -> (String, String) {
    let target = request.path();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (path.to_owned(), query.to_owned())
}

/// A value of a query: `?a=b`.
pub(super) fn query(query: &str, name: &str) -> Option<String> {
    let found = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).find(|(key, _)| *key == name);
    found.map(|(_, value)| unescape(value))
}

pub(super) fn unescape(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Flags as Go's `flag` package reads them: `-name=value`, `--name value`, `-switch`.
pub(super) struct Flags {
    values: BTreeMap<String, String>,
    pub rest: Vec<String>,
}

/// A flag: its name, the default as it is shown, what it is for; a switch has no value.
pub(super) struct Flag {
    pub name: &'static str,
    pub kind: &'static str,
    pub default: &'static str,
    pub usage: &'static str,
}

impl Flags {
    /// `Err`: the usage is written, and the program ends with this code.
    pub fn read(sys: &mut Sys<'_>, known: &[Flag]) -> Result<Self, i32> {
        let args = sys.args().to_vec();
        let program = args.first().cloned().unwrap_or_default();
        let mut flags = Flags { values: BTreeMap::new(), rest: Vec::new() };
        let mut words = args.iter().skip(1);
        while let Some(word) = words.next() {
            if word == "--" {
                flags.rest.extend(words.cloned());
                break;
            }
            let Some(name) = word.strip_prefix("--").or(word.strip_prefix('-')).filter(|name| !name.is_empty()) else {
                flags.rest.push(word.clone());
                flags.rest.extend(words.cloned());
                break;
            };
            let (name, attached) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value.to_owned())));
            let Some(flag) = known.iter().find(|flag| flag.name == name) else {
                let help = matches!(name, "h" | "help");
                let first = if help { String::new() } else { format!("flag provided but not defined: -{name}\n") };
                say(sys, 2, &format!("{first}{}", usage(&program, known)));
                return Err(if help { 0 } else { 2 });
            };
            let value = match (flag.kind, attached) {
                (_, Some(value)) => value,
                ("", None) => "true".to_owned(),
                (_, None) => match words.next() {
                    Some(value) => value.clone(),
                    None => {
                        say(sys, 2, &format!("flag needs an argument: -{name}\n{}", usage(&program, known)));
                        return Err(2);
                    }
                },
            };
            if flag.kind == "int" && value.parse::<i64>().is_err() {
                say(sys, 2, &format!("invalid value {value:?} for flag -{name}: parse error\n{}", usage(&program, known)));
                return Err(2);
            }
            flags.values.insert(name.to_owned(), value);
        }
        for flag in known {
            flags.values.entry(flag.name.to_owned()).or_insert_with(|| flag.default.to_owned());
        }
        Ok(flags)
    }

    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    pub fn is_on(&self, name: &str) -> bool {
        matches!(self.get(name), "true" | "1" | "t" | "T" | "TRUE" | "True")
    }
}

fn usage(program: &str, known: &[Flag]) -> String {
    let mut sorted: Vec<&Flag> = known.iter().collect();
    sorted.sort_by_key(|flag| flag.name);
    let mut out = format!("Usage of {program}:\n");
    for flag in sorted {
        let kind = if flag.kind.is_empty() { String::new() } else { format!(" {}", flag.kind) };
        let default = match (flag.kind, flag.default) {
            (_, "" | "false" | "0") => String::new(),
            ("string", text) => format!(" (default {text:?})"),
            (_, text) => format!(" (default {text})"),
        };
        out.push_str(&format!("  -{}{kind}\n    \t{}{default}\n", flag.name, flag.usage));
    }
    out
}

/// The port of `0.0.0.0:80`, `:80`, `80`.
pub(super) fn port_of(address: &str) -> Option<u16> {
    address.rsplit(':').next()?.parse().ok()
}
