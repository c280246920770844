//! agnhost: the program of Kubernetes' own tests, with its subcommands.
//!
//! Models: test/images/agnhost (netexec, serve-hostname, test-webserver, liveness, connect, pause, dns-suffix,
//! dns-server-list, entrypoint-tester, etc-hosts, env, nonewprivs, help), v1.36.
//! Simplified: TCP and UDP, no SCTP. Other subcommands, and of netexec `/shell`, `/upload` and protocols but http in `/dial`, say
//! that they are not simulated.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_machine::{HttpRequest, HttpResponse, NetError, Process, Program, Replay, Signal, StreamItem, Suspend, Sys, Turn};
use podarium_sim::Time;

use super::agnhost_tools::{Porter, logs_generator, mounttest};
use super::web::{Flag, Flags, Reply, Server, Service, Stop, go_answer, go_error, go_log, http_date, port_of, query, say, split, time};
use super::{Base, Binary, Image};

const BINARY: Binary = Binary { path: "/agnhost", program: || Box::new(Agnhost) };

pub(super) fn images() -> Vec<Image> {
    let tags = ["2.32", "2.39", "2.40", "2.43", "2.45", "2.47", "2.50", "2.52", "2.53", "2.54", "2.56", "2.57", "2.59"];
    tags.iter().map(|tag| {
        let mut image = Image::of(&format!("registry.k8s.io/e2e-test-images/agnhost:{tag}"), 52 << 20, Base::Alpine, BINARY);
        image.args = vec!["pause".to_owned()];
        image.tools = vec!["bash", "bind-tools", "curl", "dig", "host", "ip", "ss"];
        image
    }).collect()
}

/// Becomes the subcommand.
#[derive(Clone)]
struct Agnhost;

impl Program for Agnhost {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        let mut args = sys.args().to_vec();
        let name = if args.len() > 1 { args.remove(1) } else { "help".to_owned() };
        let env = sys.env().clone();
        let program = match name.as_str() {
            "netexec" => Server::<NetExec>::program(),
            "serve-hostname" => Server::<ServeHostname>::program(),
            "test-webserver" => Server::<TestWebserver>::program(),
            "liveness" => Server::<Liveness>::program(),
            "porter" => Server::<Porter>::program(),
            "pause" => Box::new(Pause { begun: false, ended: false }),
            _ => {
                args.insert(1, name);
                Box::new(Replay::new(once))
            }
        };
        sys.set_identity(args, env);
        Turn::Become(program)
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// Subcommands that do one thing and end.
fn once(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let args = process.args();
    let mut file = |path: &str| Ok(process.read_file(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default());
    match args.get(1).map_or("", String::as_str) {
        "connect" => connect(process, &args[2..]),
        "mounttest" => mounttest(process, &args[2..]),
        "logs-generator" => logs_generator(process, &args[2..]),
        "nonewprivs" => {
            let uid = process.credentials().uid;
            process.print(&format!("Effective uid: {uid}\n"))?;
            Ok(0)
        }
        "dns-suffix" => {
            let text: String = file("/etc/resolv.conf")?;
            let suffixes = text.lines().find_map(|line| line.strip_prefix("search ")).unwrap_or_default().trim().replace(' ', ",");
            process.print(&suffixes)?;
            Ok(0)
        }
        "dns-server-list" => {
            let text: String = file("/etc/resolv.conf")?;
            let servers: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("nameserver ")).map(str::trim).collect();
            process.print(&servers.join(","))?;
            Ok(0)
        }
        "etc-hosts" => {
            let text: String = file("/etc/hosts")?;
            process.print(&text)?;
            Ok(0)
        }
        "entrypoint-tester" => {
            process.print(&format!("[{}]\n", args.join(" ")))?;
            Ok(0)
        }
        "env" => {
            let all: String = process.all_env().iter().map(|(name, value)| format!("{name}={value}\n")).collect();
            process.print(&all)?;
            Ok(0)
        }
        "help" | "--help" => {
            process.print("Usage:\n  app [command]\n\nAvailable Commands that are simulated:\n  connect dns-server-list dns-suffix entrypoint-tester env etc-hosts help liveness logs-generator mounttest netexec nonewprivs pause porter serve-hostname test-webserver\n")?;
            Ok(0)
        }
        other => {
            process.eprint(&format!("podarium: not simulated: agnhost {other}\n"))?;
            Ok(1)
        }
    }
}

/// Tries to connect and says what stood in the way.
fn connect(process: &mut Process<'_>, words: &[String]) -> Result<i32, Suspend> {
    let (mut target, mut timeout, mut protocol, mut data) = (String::new(), Duration::ZERO, "tcp".to_owned(), "hostname".to_owned());
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None if word.starts_with("--") => (word.as_str(), words.next().cloned().unwrap_or_default()),
            None => (word.as_str(), String::new()),
        };
        match name {
            "--timeout" => timeout = go_duration(&value).unwrap_or_default(),
            "--protocol" => protocol = value,
            "--udp-data" => data = value,
            _ => word.clone_into(&mut target),
        }
    }
    if !matches!(protocol.as_str(), "" | "tcp" | "udp") {
        process.eprint(&format!("podarium: not simulated: agnhost connect --protocol={protocol}\n"))?;
        return Ok(1);
    }
    let Some((host, port)) = target.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?))) else {
        process.eprint(&format!("UNKNOWN: address {target}: missing port in address\n"))?;
        return Ok(1);
    };
    if protocol == "udp" {
        return connect_udp(process, host, port, &data, timeout);
    }
    let mut request = HttpRequest::connect(host, port);
    request.timeout = (!timeout.is_zero()).then_some(timeout);
    let problem = match process.http_open(request)? {
        Ok(stream) => {
            process.http_close(stream.id)?;
            return Ok(0);
        }
        Err(NetError::TimedOut) => "TIMEOUT".to_owned(),
        Err(NetError::ConnectionRefused) => "REFUSED".to_owned(),
        Err(NetError::UnknownHost) => format!("DNS: lookup {host}: no such host"),
        Err(error) => format!("OTHER: {error}"),
    };
    process.eprint(&format!("{problem}\n"))?;
    Ok(1)
}

/// Sends a line and wants an answer.
fn connect_udp(process: &mut Process<'_>, host: &str, port: u16, data: &str, timeout: Duration) -> Result<i32, Suspend> {
    let stream = match process.http_open(HttpRequest::datagrams(host, port))? {
        Ok(stream) => stream.id,
        Err(_) => {
            process.eprint(&format!("DNS: lookup {host}: no such host\n"))?;
            return Ok(1);
        }
    };
    process.http_write(stream, format!("{data}\n").as_bytes())?;
    let item = process.http_next(stream, (!timeout.is_zero()).then_some(timeout))?;
    let problem = match item {
        StreamItem::Chunk(_) => return Ok(0),
        StreamItem::TimedOut | StreamItem::End => format!("TIMEOUT: {}", not_read(host, port, "i/o timeout")),
        StreamItem::Failed(NetError::ConnectionRefused) => format!("REFUSED: {}", not_read(host, port, "read: connection refused")),
        StreamItem::Failed(error) => format!("UNKNOWN: {error}"),
    };
    process.eprint(&format!("{problem}\n"))?;
    Ok(1)
}

/// What Go says of a read from a socket for datagrams that failed. Its own end has an address, which nobody here knows.
fn not_read(host: &str, port: u16, reason: &str) -> String {
    format!("read udp {host}:{port}: {reason}")
}

/// `1s`, `500ms`, `1m30s`.
pub(super) fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut all = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| at + digits);
        let seconds = match &rest[digits..unit] {
            "ms" => number / 1000.0,
            "s" => number,
            "m" => number * 60.0,
            "h" => number * 3600.0,
            _ => return None,
        };
        all += Duration::try_from_secs_f64(seconds).ok()?;
        rest = &rest[unit..];
    }
    Some(all)
}

#[derive(Clone)]
struct Pause {
    begun: bool,
    ended: bool,
}

impl Program for Pause {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        if !self.begun {
            self.begun = true;
            sys.set_memory(1 << 20);
            say(sys, 1, "Paused\n");
        }
        if self.ended { Turn::Exit(0) } else { Turn::Wait }
    }

    fn signal(&mut self, signal: Signal) -> bool {
        self.ended |= matches!(signal, Signal::Terminate | Signal::Interrupt);
        true
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// Requests of `/dial` under way, by who asked.
#[derive(Clone, Default)]
struct Dial {
    url: String,
    left: u32,
    responses: Vec<String>,
    errors: Vec<String>,
}

#[derive(Clone)]
struct NetExec {
    port: u16,
    udp_port: Option<u16>,
    dials: BTreeMap<String, Dial>,
    exits: Option<(Time, i32)>,
}

impl Service for NetExec {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let flags = Flags::read(sys, &[
            Flag { name: "http-port", kind: "int", default: "8080", usage: "HTTP Listen Port" },
            Flag { name: "udp-port", kind: "int", default: "8081", usage: "UDP Listen Port" },
            Flag { name: "sctp-port", kind: "int", default: "-1", usage: "SCTP Listen Port" },
            Flag { name: "delay-shutdown", kind: "int", default: "0", usage: "Number of seconds to delay shutdown when receiving SIGTERM." },
        ])?;
        let port = flags.get("http-port").parse().unwrap_or(8080);
        let udp_port = Some(flags.get("udp-port")).filter(|text| *text != "-1").map(|text| text.parse().unwrap_or(8081));
        go_log(sys, &format!("Started HTTP server on port {port}"));
        if let Some(udp_port) = udp_port {
            go_log(sys, &format!("Started UDP server on port  {udp_port}"));
        }
        if flags.get("sctp-port") != "-1" {
            go_log(sys, "podarium: not simulated: SCTP");
        }
        Ok(NetExec { port, udp_port, dials: BTreeMap::new(), exits: None })
    }

    fn ports(&self) -> Vec<u16> {
        vec![self.port]
    }

    fn answer(&mut self, sys: &mut Sys<'_>, _port: u16, request: &HttpRequest) -> Reply {
        let (path, args) = split(request);
        let value = |name: &str| query(&args, name).unwrap_or_default();
        Reply::Now(match path.as_str() {
            "/clientip" => {
                go_log(sys, "GET /clientip");
                go_answer(sys, 200, request.from.clone())
            }
            "/echo" => {
                let (message, code) = (value("msg"), value("code"));
                go_log(sys, &format!("GET /echo?msg={message}&code={code}"));
                match code.parse::<u16>() {
                    Ok(code) => go_answer(sys, code, message),
                    Err(_) if code.is_empty() => go_answer(sys, 200, message),
                    Err(_) => go_answer(sys, 200, format!("argument 'code' must be an integer or empty, got {code:?}\n")),
                }
            }
            "/exit" => {
                let (code, timeout, wait) = (value("code"), value("timeout"), value("wait"));
                go_log(sys, &format!("GET /exit?code={code}&timeout={timeout}&wait={wait}"));
                let pause = go_duration(&wait).unwrap_or_default();
                self.exits = Some((sys.now() + pause, code.parse().unwrap_or(0)));
                return Reply::Later(pause + Duration::from_secs(3600), HttpResponse::new(200, ""));
            }
            "/shutdown" => {
                go_log(sys, "GET /shutdown");
                self.exits = Some((sys.now(), 0));
                return Reply::Reset;
            }
            "/healthz" => {
                go_log(sys, "GET /healthz");
                // It is ready once its server for UDP is, if it has none never.
                go_answer(sys, if self.udp_port.is_some() { 200 } else { 412 }, "")
            }
            "/hostname" | "/hostName" => {
                go_log(sys, &format!("GET {path}"));
                let name = sys.hostname().to_owned();
                go_answer(sys, 200, name)
            }
            "/header" => {
                let name = value("key");
                go_log(sys, &format!("GET /header?key={name}"));
                go_answer(sys, 200, request.header_value(&name).unwrap_or_default())
            }
            "/redirect" => {
                let (location, code) = (value("location"), value("code"));
                go_log(sys, &format!("GET /redirect?location={location}&code={code}"));
                let code = code.parse().unwrap_or(302);
                go_answer(sys, code, "").with_header("Location", &location)
            }
            "/dial" => return self.dial(sys, request, &args),
            "/shell" | "/upload" => go_error(sys, 501, &format!("podarium: not simulated: agnhost netexec {path}")),
            _ => {
                go_log(sys, "GET /");
                let now = time(sys, "%Y-%m-%d %H:%M:%S.%9f +0000 UTC");
                go_answer(sys, 200, format!("NOW: {now}"))
            }
        })
    }

    fn datagram_ports(&self) -> Vec<u16> {
        self.udp_port.into_iter().collect()
    }

    fn datagram(&mut self, sys: &mut Sys<'_>, _port: u16, from: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        let text = String::from_utf8_lossy(bytes).trim().to_lowercase();
        if text == "hostname" {
            go_log(sys, "Sending udp hostName response");
            return Some(sys.hostname().as_bytes().to_vec());
        }
        if let Some(message) = text.strip_prefix("echo ") {
            go_log(sys, &format!("Echoing {message} to UDP client {from}"));
            return Some(message.as_bytes().to_vec());
        }
        if text == "clientip" {
            go_log(sys, &format!("Sending clientip back to UDP client {from}"));
            return Some(from.as_bytes().to_vec());
        }
        if !text.is_empty() {
            go_log(sys, &format!("Unknown UDP command received from {from}: {text}"));
        }
        None
    }

    fn answered(&mut self, sys: &mut Sys<'_>, request: &HttpRequest, answer: Result<HttpResponse, NetError>) -> Reply {
        let Some(dial) = self.dials.get_mut(&request.from) else { return Reply::Reset };
        let address = dial.url.split('/').nth(2).unwrap_or_default().to_owned();
        match answer {
            Ok(response) => dial.responses.push(String::from_utf8_lossy(&response.body).into_owned()),
            Err(error) if dial.is_udp() => {
                let reason = match error {
                    NetError::ConnectionRefused => "read: connection refused".to_owned(),
                    NetError::TimedOut => "i/o timeout".to_owned(),
                    error => error.to_string(),
                };
                dial.errors.push(format!("reading from udp connection failed. err:'read udp {address}: {reason}'"));
            }
            Err(NetError::ConnectionRefused) => dial.errors.push(format!("Get \"{}\": dial tcp {address}: connect: connection refused", dial.url)),
            Err(NetError::TimedOut) => dial.errors.push(format!("Get \"{}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)", dial.url)),
            Err(error) => dial.errors.push(format!("Get \"{}\": {error}", dial.url)),
        }
        dial.left -= 1;
        if dial.left > 0 {
            return dial.next();
        }
        let dial = self.dials.remove(&request.from).unwrap_or_default();
        let mut parts = Vec::new();
        if !dial.errors.is_empty() {
            parts.push(format!("\"errors\":{}", serde_json::json!(dial.errors)));
        }
        if !dial.responses.is_empty() {
            parts.push(format!("\"responses\":{}", serde_json::json!(dial.responses)));
        }
        Reply::Now(go_answer(sys, 200, format!("{{{}}}", parts.join(","))))
    }

    fn ends(&mut self, sys: &mut Sys<'_>) -> Option<i32> {
        let (at, code) = self.exits?;
        sys.sleep_until(at).map(|()| code)
    }
}

impl NetExec {
    fn dial(&mut self, sys: &mut Sys<'_>, request: &HttpRequest, args: &str) -> Reply {
        let value = |name: &str| query(args, name).unwrap_or_default();
        let (host, port, what, protocol, tries) = (value("host"), value("port"), value("request"), value("protocol"), value("tries"));
        go_log(sys, &format!("GET /dial?host={host}&protocol={protocol}&port={port}&request={what}&tries={tries}"));
        let left = match tries.as_str() {
            "" => 1,
            tries => match tries.parse::<u32>() {
                Ok(tries) => tries,
                Err(_) => return Reply::Now(go_error(sys, 400, &format!("tries parameter is invalid. strconv.Atoi: parsing {tries:?}: invalid syntax"))),
            },
        };
        if what.is_empty() {
            return Reply::Now(go_error(sys, 400, "request parameter not specified. <nil>"));
        }
        match protocol.to_ascii_lowercase().as_str() {
            "" | "http" | "udp" => {}
            "sctp" => return Reply::Now(go_error(sys, 501, &format!("podarium: not simulated: agnhost netexec /dial?protocol={protocol}"))),
            _ => return Reply::Now(go_error(sys, 400, &format!("unsupported protocol. {protocol}"))),
        }
        if left == 0 {
            return Reply::Now(go_answer(sys, 200, "{}"));
        }
        let scheme = if protocol.eq_ignore_ascii_case("udp") { "udp" } else { "http" };
        let dial = Dial { url: format!("{scheme}://{host}:{port}/{what}"), left, ..Dial::default() };
        let reply = dial.next();
        self.dials.insert(request.from.clone(), dial);
        reply
    }
}

/// How long it waits for each answer.
const DIAL_PATIENCE: Duration = Duration::from_secs(5);

impl Dial {
    fn is_udp(&self) -> bool {
        self.url.starts_with("udp:")
    }

    /// One more time.
    fn next(&self) -> Reply {
        match self.is_udp() {
            true => {
                let data = self.url.splitn(4, '/').nth(3).unwrap_or_default();
                Reply::Send(HttpRequest::new("CONNECT", self.url.clone()), data.as_bytes().to_vec(), DIAL_PATIENCE)
            }
            false => Reply::Ask(dialed(&self.url)),
        }
    }
}

fn dialed(url: &str) -> HttpRequest {
    let mut request = HttpRequest::get(url).header("User-Agent", "Go-http-client/1.1");
    request.timeout = Some(DIAL_PATIENCE);
    request
}

#[derive(Clone)]
struct ServeHostname {
    port: u16,
    http: bool,
    tcp: bool,
    udp: bool,
    ends: Option<Time>,
}

impl Service for ServeHostname {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let flags = Flags::read(sys, &[
            Flag { name: "port", kind: "int", default: "9376", usage: "Port number." },
            Flag { name: "http", kind: "", default: "true", usage: "Serve HTTP." },
            Flag { name: "tcp", kind: "", default: "false", usage: "Serve raw over TCP." },
            Flag { name: "udp", kind: "", default: "false", usage: "Serve raw over UDP." },
            Flag { name: "close", kind: "", default: "false", usage: "Close connection per each HTTP request." },
        ])?;
        let port = flags.get("port").parse().unwrap_or(9376);
        if flags.is_on("http") && (flags.is_on("tcp") || flags.is_on("udp")) {
            go_log(sys, "Can't server TCP/UDP mode and HTTP mode at the same time");
            return Err(1);
        }
        go_log(sys, &format!("Serving on port {port}."));
        Ok(ServeHostname { port, http: flags.is_on("http"), tcp: flags.is_on("tcp"), udp: flags.is_on("udp"), ends: None })
    }

    fn ports(&self) -> Vec<u16> {
        self.http.then_some(self.port).into_iter().collect()
    }

    fn greeting_ports(&self) -> Vec<u16> {
        self.tcp.then_some(self.port).into_iter().collect()
    }

    fn greeting(&mut self, sys: &mut Sys<'_>, _port: u16, from: &str) -> Vec<u8> {
        go_log(sys, &format!("TCP request from {from}"));
        sys.hostname().as_bytes().to_vec()
    }

    fn datagram_ports(&self) -> Vec<u16> {
        self.udp.then_some(self.port).into_iter().collect()
    }

    fn datagram(&mut self, sys: &mut Sys<'_>, _port: u16, from: &str, _bytes: &[u8]) -> Option<Vec<u8>> {
        go_log(sys, &format!("UDP request from {from}"));
        Some(sys.hostname().as_bytes().to_vec())
    }

    fn answer(&mut self, sys: &mut Sys<'_>, _port: u16, request: &HttpRequest) -> Reply {
        go_log(sys, &format!("HTTP request from {}", request.from));
        let name = sys.hostname().to_owned();
        Reply::Now(go_answer(sys, 200, name))
    }

    fn stop(&mut self, sys: &mut Sys<'_>, signal: Signal) -> Option<Stop> {
        if signal != Signal::Terminate {
            return Some(Stop::Now(2));
        }
        go_log(sys, "Shutting down after receiving signal: terminated.");
        go_log(sys, "Awaiting pod deletion.");
        self.ends = Some(sys.now() + Duration::from_secs(60));
        None
    }

    fn ends(&mut self, sys: &mut Sys<'_>) -> Option<i32> {
        sys.sleep_until(self.ends?).map(|()| 0)
    }
}

#[derive(Clone)]
struct TestWebserver {
    port: u16,
}

impl Service for TestWebserver {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let flags = Flags::read(sys, &[Flag { name: "port", kind: "int", default: "80", usage: "Port number." }])?;
        Ok(TestWebserver { port: flags.get("port").parse().unwrap_or(80) })
    }

    fn ports(&self) -> Vec<u16> {
        vec![self.port]
    }

    fn answer(&mut self, sys: &mut Sys<'_>, _port: u16, request: &HttpRequest) -> Reply {
        let (path, _) = split(request);
        let response = match sys.read_dir(&path) {
            Ok(names) => {
                let mut out = "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n".to_owned();
                for name in names {
                    let slash = if sys.stat(&format!("{path}/{name}")).is_ok_and(|found| found.is_dir()) { "/" } else { "" };
                    out.push_str(&format!("<a href=\"{name}{slash}\">{name}{slash}</a>\n"));
                }
                go_answer(sys, 200, out + "</pre>\n")
            }
            Err(_) => match sys.read_file(&path) {
                Ok(bytes) => go_answer(sys, 200, bytes),
                Err(_) => go_error(sys, 404, "404 page not found"),
            },
        };
        Reply::Now(response.with_header("Cache-Control", "private"))
    }
}

#[derive(Clone)]
struct Liveness {
    started: Time,
}

/// How long `/healthz` is well.
const WELL: Duration = Duration::from_secs(10);

impl Service for Liveness {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        Ok(Liveness { started: sys.now() })
    }

    fn ports(&self) -> Vec<u16> {
        port_of(":8080").into_iter().collect()
    }

    fn answer(&mut self, sys: &mut Sys<'_>, _port: u16, request: &HttpRequest) -> Reply {
        let (path, args) = split(request);
        let age = sys.now().since(self.started);
        Reply::Now(match path.as_str() {
            "/started" => go_answer(sys, 200, format!("{}s", age.as_secs_f64())),
            "/healthz" if age > WELL => go_answer(sys, 500, format!("error: {}s", age.as_secs_f64())),
            "/healthz" => go_answer(sys, 200, "ok"),
            "/redirect" => HttpResponse::new(302, "").with_header("Location", &query(&args, "loc").unwrap_or_default()).with_header("Date", &http_date(sys)),
            _ => go_error(sys, 404, "404 page not found"),
        })
    }
}
