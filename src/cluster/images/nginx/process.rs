//! nginx as a program: the command line, the master with its signals, its error log.
//!
//! Models: src/core/nginx.c, src/os/unix/ngx_process_cycle.c, ngx_daemon of nginx.
//! Simplified: the master does not say which process a signal came from; a new binary cannot be put in the place of a
//! running one (USR2).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{Credentials, Errno, Identity, OpenMode, Pid, Program, Signal, Spawn, Sys, Turn};
use podarium_sim::Time;

use super::config::{self, Config, Level};
use super::resolve::{Lookup, Resolved};
use super::syntax::{Emergency, errno};
use super::worker::Worker;

const MAIN_FILE: &str = "/etc/nginx/nginx.conf";
/// Where the image says which version it has.
pub(super) const VERSION_FILE: &str = "/usr/share/nginx/version";
const TEMPORARY: [&str; 5] = ["client_temp", "proxy_temp", "fastcgi_temp", "uwsgi_temp", "scgi_temp"];
const BIND_TRIES: u32 = 5;
const BIND_PAUSE: Duration = Duration::from_millis(500);

/// A run of `nginx`.
#[derive(Clone)]
pub(super) struct Nginx {
    state: State,
    /// It takes the place of one that runs already, and so says nothing when it starts.
    quiet: bool,
    signals: Vec<Signal>,
}

#[derive(Clone)]
enum State {
    New,
    /// A configuration is read; its names are being looked up.
    Resolving { config: Box<Config>, left: Vec<(String, usize)>, lookup: Option<Lookup>, purpose: Purpose },
    Binding { config: Box<Config>, tries: u32, at: Time },
    Running(Master),
}

/// What a configuration is read for.
#[derive(Clone)]
enum Purpose {
    Test { dump: bool, quiet: bool },
    Start,
    Reload(Master),
}

#[derive(Clone)]
struct Master {
    config: Arc<Config>,
    ports: Vec<u16>,
    workers: Vec<Pid>,
    /// Workers that are to finish what they have.
    leaving: Vec<Pid>,
    stopping: bool,
}

/// What the command line says.
#[derive(Clone, Debug, Default)]
struct Command {
    file: Option<String>,
    test: bool,
    dump: bool,
    quiet: bool,
    signal: Option<String>,
    globals: String,
}

impl Nginx {
    pub fn program() -> Box<dyn Program> {
        Box::new(Nginx { state: State::New, quiet: false, signals: Vec::new() })
    }

    /// One that is running already.
    pub fn running() -> Box<dyn Program> {
        Box::new(Nginx { state: State::New, quiet: true, signals: Vec::new() })
    }
}

impl Program for Nginx {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        loop {
            let state = std::mem::replace(&mut self.state, State::New);
            let next = match state {
                State::New => self.begin(sys),
                State::Resolving { config, left, lookup, purpose } => self.resolve(sys, config, left, lookup, purpose),
                State::Binding { config, tries, at } => self.bind(sys, config, tries, at),
                State::Running(master) => self.oversee(sys, master),
            };
            match next {
                Next::State(state) => self.state = state,
                Next::Wait(state) => {
                    self.state = state;
                    return Turn::Wait;
                }
                Next::Exit(code) => return Turn::Exit(code),
            }
        }
    }

    fn signal(&mut self, signal: Signal) -> bool {
        let known = matches!(signal, Signal::Hangup | Signal::Interrupt | Signal::Quit | Signal::Terminate | Signal::User1 | Signal::WindowChange | Signal::Child | Signal::User2);
        if known && matches!(self.state, State::Running(_)) {
            self.signals.push(signal);
            return true;
        }
        false
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

enum Next {
    State(State),
    Wait(State),
    Exit(i32),
}

/// Writes to a descriptor that takes everything.
pub(super) fn say(sys: &mut Sys<'_>, fd: u32, text: &str) {
    // Nobody is told when even this fails.
    let _ = sys.write(fd, text.as_bytes());
}

/// Where a path of a log leads: a descriptor, or a file.
pub(super) fn log_descriptor(sys: &mut Sys<'_>, path: &str) -> Option<u32> {
    let target = sys.lstat(path).ok().and_then(|found| found.target).unwrap_or_else(|| path.to_owned());
    match target.as_str() {
        "stderr" | "/dev/stderr" | "/proc/self/fd/2" => Some(2),
        "/dev/stdout" | "/proc/self/fd/1" => Some(1),
        _ => None,
    }
}

fn stamp(sys: &Sys<'_>) -> String {
    let at = jiff::Timestamp::from_nanosecond(sys.unix_nanos().into()).unwrap_or_default();
    at.strftime("%Y/%m/%d %H:%M:%S").to_string()
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Emergency => "emerg",
        Level::Alert => "alert",
        Level::Error => "error",
        Level::Warning => "warn",
        Level::Notice => "notice",
        Level::Info => "info",
    }
}

/// A line for the error log.
pub(super) fn log(sys: &mut Sys<'_>, config: &Config, level: Level, text: &str) {
    if level > config.level {
        return;
    }
    let pid = sys.pid();
    let line = format!("{} [{}] {pid}#{pid}: {text}\n", stamp(sys), name(level));
    match log_descriptor(sys, &config.error_log) {
        Some(fd) => say(sys, fd, &line),
        None => drop(sys.append_file(&config.error_log, line.as_bytes())),
    }
}

/// A line while there is no configuration yet: in the log that is compiled in, and on standard error.
fn log_early(sys: &mut Sys<'_>, level: Level, text: &str) {
    let pid = sys.pid();
    let line = format!("{} [{}] {pid}#{pid}: {text}\n", stamp(sys), name(level));
    match log_descriptor(sys, "/var/log/nginx/error.log") {
        Some(fd) => say(sys, fd, &line),
        None => drop(sys.append_file("/var/log/nginx/error.log", line.as_bytes())),
    }
    if level <= Level::Warning {
        say(sys, 2, &format!("nginx: [{}] {text}\n", name(level)));
    }
}

pub(super) fn version(sys: &mut Sys<'_>) -> (String, String) {
    let text = sys.read_file(VERSION_FILE).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let mut lines = text.lines();
    (lines.next().unwrap_or("1.29.3").to_owned(), lines.next().unwrap_or_default().to_owned())
}

pub(super) fn numbers(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0)]
}

impl Nginx {
    fn begin(&mut self, sys: &mut Sys<'_>) -> Next {
        let args: Vec<String> = if self.quiet { ["nginx", "-g", "daemon off;"].map(str::to_owned).into() } else { sys.args().to_vec() };
        let (version, built) = version(sys);
        let command = match read_command(&args) {
            Ok(command) => command,
            Err(Said::Text(text)) => {
                let text = text.replace("VERSION", &version).replace("BUILT", &built);
                say(sys, 2, &text);
                return Next::Exit(0);
            }
            Err(Said::Wrong(text)) => {
                say(sys, 2, &format!("nginx: {text}\n"));
                return Next::Exit(1);
            }
        };
        if self.quiet && sys.stat(super::ENTRYPOINT).is_ok() {
            // What its image's script has done.
            super::entrypoint::prepare(sys);
        }
        let path = command.file.clone().unwrap_or_else(|| MAIN_FILE.to_owned());
        let mut config = match config::read(sys, &path, numbers(&version)) {
            Ok(config) => config,
            Err(error) => return self.refuse(sys, &command, &path, &error),
        };
        let off = command.globals.replace(' ', "").contains("daemonoff;") || daemon_is_off(&config);
        for part in command.globals.split(';') {
            // Directives of the command line have no file.
            if let Some(pid) = part.trim().strip_prefix("pid ") {
                config.pid = pid.trim().to_owned();
            }
            if let Some(path) = part.trim().strip_prefix("error_log ") {
                path.split_whitespace().next().unwrap_or_default().clone_into(&mut config.error_log);
            }
        }
        if let Some(signal) = &command.signal {
            return self.send(sys, &config, signal);
        }
        if !self.quiet {
            if sys.credentials().uid != 0 && config.texts.iter().any(|(_, text)| text.lines().any(|line| line.trim_start().starts_with("user "))) {
                let line = config.texts.iter().find_map(|(file, text)| Some((file, text.lines().position(|line| line.trim_start().starts_with("user "))? + 1)));
                if let Some((file, line)) = line {
                    log_early(sys, Level::Warning, &format!("the \"user\" directive makes sense only if the master process runs with super-user privileges, ignored in {file}:{line}"));
                }
            }
            for warning in config.warnings.clone() {
                log_early(sys, Level::Warning, &warning);
            }
            for note in config.notes.clone() {
                log_early(sys, Level::Warning, &format!("podarium: {note}"));
            }
        }
        let purpose = match command.test {
            true => Purpose::Test { dump: command.dump, quiet: command.quiet },
            false => Purpose::Start,
        };
        if !command.test && !off {
            // It goes into the background, and the process that was started is over.
            let mut argv = args;
            argv.extend(["-g".to_owned(), "daemon off;".to_owned()]);
            let _ = sys.spawn_program(Nginx::program(), Spawn { argv, group: podarium_machine::Group::Own, ..Spawn::default() });
            return Next::Exit(0);
        }
        let left = unresolved(&config);
        Next::State(State::Resolving { config: Box::new(config), left, lookup: None, purpose })
    }

    /// The configuration is wrong.
    fn refuse(&self, sys: &mut Sys<'_>, command: &Command, path: &str, error: &Emergency) -> Next {
        log_early(sys, Level::Emergency, &error.0);
        if command.test {
            say(sys, 2, &format!("nginx: configuration file {path} test failed\n"));
        }
        Next::Exit(1)
    }

    /// `nginx -s`
    fn send(&self, sys: &mut Sys<'_>, config: &Config, name: &str) -> Next {
        let signal = match name {
            "stop" => Signal::Terminate,
            "quit" => Signal::Quit,
            "reload" => Signal::Hangup,
            _ => Signal::User1,
        };
        log(sys, config, Level::Notice, "signal process started");
        let text = match sys.read_file(&config.pid) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).trim().to_owned(),
            Err(error) => {
                log_early(sys, Level::Error, &format!("open() \"{}\" failed ({})", config.pid, errno(error)));
                say(sys, 2, &format!("nginx: [error] open() \"{}\" failed ({})\n", config.pid, errno(error)));
                return Next::Exit(1);
            }
        };
        let Ok(pid) = text.parse::<u32>() else {
            say(sys, 2, &format!("nginx: [error] invalid PID number \"{text}\" in \"{}\"\n", config.pid));
            return Next::Exit(1);
        };
        match sys.kill(Pid(pid), signal) {
            Ok(()) => Next::Exit(0),
            Err(error) => {
                let number = if error == Errno::NoProcess { 3 } else { 1 };
                say(sys, 2, &format!("nginx: [alert] kill({pid}, {}) failed ({number}: {error})\n", signal.number()));
                Next::Exit(1)
            }
        }
    }

    fn resolve(&mut self, sys: &mut Sys<'_>, mut config: Box<Config>, mut left: Vec<(String, usize)>, mut lookup: Option<Lookup>, purpose: Purpose) -> Next {
        while let Some((name, index)) = left.first().cloned() {
            let peer = &config.upstreams[&name].servers[index];
            let (host, place) = (peer.host.clone(), peer.place.clone());
            let found = match &mut lookup {
                None => match Lookup::new(sys, &host) {
                    Ok(new) => {
                        lookup = Some(new);
                        continue;
                    }
                    Err(found) => found,
                },
                Some(under_way) => match under_way.poll(sys) {
                    Some(found) => found,
                    None => return Next::Wait(State::Resolving { config, left, lookup, purpose }),
                },
            };
            lookup = None;
            match found {
                Resolved::Found(addresses) => {
                    let upstream = config.upstreams.get_mut(&name).expect("its name was just used");
                    upstream.servers[index].addresses = addresses;
                }
                Resolved::NotFound => {
                    let text = format!("host not found in upstream \"{host}\" in {}:{}", place.file, place.line);
                    return match purpose {
                        Purpose::Reload(master) => {
                            log(sys, &master.config, Level::Emergency, &text);
                            Next::State(State::Running(master))
                        }
                        Purpose::Test { .. } => {
                            log_early(sys, Level::Emergency, &text);
                            say(sys, 2, &format!("nginx: configuration file {MAIN_FILE} test failed\n"));
                            Next::Exit(1)
                        }
                        Purpose::Start => {
                            log_early(sys, Level::Emergency, &text);
                            Next::Exit(1)
                        }
                    };
                }
            }
            left.remove(0);
        }
        match purpose {
            Purpose::Test { dump, quiet } => self.tested(sys, &config, dump, quiet),
            Purpose::Start => match self.prepare(sys, &config) {
                Ok(()) => Next::State(State::Binding { config, tries: 0, at: Time::ZERO }),
                Err(text) => {
                    log_early(sys, Level::Emergency, &text);
                    Next::Exit(1)
                }
            },
            Purpose::Reload(master) => self.reload(sys, *config, master),
        }
    }

    fn tested(&self, sys: &mut Sys<'_>, config: &Config, dump: bool, quiet: bool) -> Next {
        if !quiet {
            say(sys, 2, &format!("nginx: the configuration file {MAIN_FILE} syntax is ok\n"));
        }
        if let Err(text) = self.prepare(sys, config) {
            log_early(sys, Level::Emergency, &text);
            say(sys, 2, &format!("nginx: configuration file {MAIN_FILE} test failed\n"));
            return Next::Exit(1);
        }
        if !quiet {
            say(sys, 2, &format!("nginx: configuration file {MAIN_FILE} test is successful\n"));
        }
        if dump {
            for (path, text) in &config.texts {
                say(sys, 1, &format!("# configuration file {path}:\n{text}\n"));
            }
        }
        Next::Exit(0)
    }

    /// Directories and files that it needs.
    fn prepare(&self, sys: &mut Sys<'_>, config: &Config) -> Result<(), String> {
        if !config.texts.iter().any(|(_, text)| text.lines().any(|line| line.trim_start().starts_with("events"))) {
            return Err("no \"events\" section in configuration".to_owned());
        }
        for log in logs(config) {
            if log_descriptor(sys, &log).is_none() {
                let opened = sys.open(&log, OpenMode::Append).map_err(|error| format!("open() \"{log}\" failed ({})", errno(error)))?;
                sys.close(opened);
                let (uid, gid) = user(sys, &config.user);
                if sys.credentials().is_root() {
                    let _ = sys.chown(&log, Some(uid), Some(gid), true);
                }
            }
        }
        for directory in TEMPORARY.map(|name| format!("/var/cache/nginx/{name}")) {
            match sys.mkdir(&directory) {
                Ok(()) | Err(Errno::Exists) => {}
                Err(error) => return Err(format!("mkdir() \"{directory}\" failed ({})", errno(error))),
            }
        }
        Ok(())
    }

    fn bind(&mut self, sys: &mut Sys<'_>, config: Box<Config>, tries: u32, at: Time) -> Next {
        if sys.sleep_until(at).is_none() {
            return Next::Wait(State::Binding { config, tries, at });
        }
        let identities = identities(&config);
        let mut taken = Vec::new();
        for (port, tls) in &identities {
            if sys.listen_tls(*port, tls.clone()).is_err() {
                taken.push(*port);
            }
        }
        for port in &taken {
            log_early(sys, Level::Emergency, &format!("bind() to 0.0.0.0:{port} failed (98: Address already in use)"));
        }
        if !taken.is_empty() {
            if tries + 1 >= BIND_TRIES {
                log_early(sys, Level::Notice, "try again to bind() after 500ms");
                log_early(sys, Level::Emergency, "still could not bind()");
                return Next::Exit(1);
            }
            log_early(sys, Level::Notice, "try again to bind() after 500ms");
            let at = sys.now() + BIND_PAUSE;
            return Next::State(State::Binding { config, tries: tries + 1, at });
        }
        let pid = sys.pid();
        if let Err(error) = sys.write_file(&config.pid, format!("{pid}\n").as_bytes(), 0o644) {
            let text = format!("open() \"{}\" failed ({})", config.pid, errno(error));
            log_early(sys, Level::Emergency, &text);
            return Next::Exit(1);
        }
        let ports = identities.keys().copied().collect();
        let title: Vec<String> = vec![format!("nginx: master process {}", sys.args().join(" ").replace("/docker-entrypoint.sh ", ""))];
        let env = sys.env().clone();
        sys.set_identity(title, env);
        let config = Arc::new(*config);
        let (version, built) = version(sys);
        if !self.quiet {
            let kernel = sys.read_file("/proc/sys/kernel/osrelease").map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_else(|_| "6.12.0".to_owned());
            log(sys, &config, Level::Notice, "using the \"epoll\" event method");
            log(sys, &config, Level::Notice, &format!("nginx/{version}"));
            if !built.is_empty() {
                log(sys, &config, Level::Notice, &format!("built by {built} "));
            }
            log(sys, &config, Level::Notice, &format!("OS: Linux {kernel}"));
            log(sys, &config, Level::Notice, "getrlimit(RLIMIT_NOFILE): 1048576:1048576");
        }
        let workers = self.start_workers(sys, &config);
        self.quiet = false;
        Next::State(State::Running(Master { config, ports, workers, leaving: Vec::new(), stopping: false }))
    }

    fn start_workers(&self, sys: &mut Sys<'_>, config: &Arc<Config>) -> Vec<Pid> {
        let count = config.workers.unwrap_or(sys.hardware().cpus);
        let tell = !self.quiet;
        if tell {
            log(sys, config, Level::Notice, "start worker processes");
        }
        let workers: Vec<Pid> = (0..count).map(|_| self.start_worker(sys, config, tell)).collect();
        workers
    }

    fn start_worker(&self, sys: &mut Sys<'_>, config: &Arc<Config>, tell: bool) -> Pid {
        let credentials = match sys.credentials().is_root() {
            true => {
                let (uid, gid) = user(sys, &config.user);
                Some(Credentials::user(uid, gid))
            }
            false => None,
        };
        let version = version(sys).0;
        let worker = Worker::new(config.clone(), version);
        let argv = vec!["nginx: worker process".to_owned()];
        let pid = sys.spawn_program(Box::new(worker), Spawn { argv, credentials, ..Spawn::default() });
        if tell {
            log(sys, config, Level::Notice, &format!("start worker process {pid}"));
        }
        pid
    }

    /// The new configuration is good: new workers take over.
    fn reload(&mut self, sys: &mut Sys<'_>, config: Config, mut master: Master) -> Next {
        let identities = identities(&config);
        if let Err(text) = self.prepare(sys, &config) {
            log(sys, &master.config, Level::Emergency, &text);
            return Next::State(State::Running(master));
        }
        for (port, tls) in &identities {
            if sys.listen_tls(*port, tls.clone()).is_err() {
                log(sys, &master.config, Level::Emergency, &format!("bind() to 0.0.0.0:{port} failed (98: Address already in use)"));
                return Next::State(State::Running(master));
            }
        }
        for port in master.ports.iter().filter(|port| !identities.contains_key(port)) {
            sys.stop_listening(*port);
        }
        master.ports = identities.keys().copied().collect();
        master.config = Arc::new(config);
        log(sys, &master.config, Level::Notice, "using the \"epoll\" event method");
        let fresh = self.start_workers(sys, &master.config);
        let old = std::mem::replace(&mut master.workers, fresh);
        for worker in old {
            // It may have ended a moment ago.
            let _ = sys.kill(worker, Signal::Quit);
            master.leaving.push(worker);
        }
        Next::State(State::Running(master))
    }

    fn oversee(&mut self, sys: &mut Sys<'_>, mut master: Master) -> Next {
        for signal in std::mem::take(&mut self.signals) {
            let number = signal.number();
            let text = |name: &str, what: &str| format!("signal {number} ({name}) received{what}");
            match signal {
                Signal::Quit | Signal::Terminate | Signal::Interrupt if !master.stopping => {
                    let (name, what, pass) = match signal {
                        Signal::Quit => ("SIGQUIT", ", shutting down", Signal::Quit),
                        Signal::Terminate => ("SIGTERM", ", exiting", Signal::Terminate),
                        _ => ("SIGINT", ", exiting", Signal::Terminate),
                    };
                    log(sys, &master.config, Level::Notice, &text(name, what));
                    master.stopping = true;
                    for port in master.ports.drain(..) {
                        sys.stop_listening(port);
                    }
                    master.leaving.append(&mut master.workers);
                    for worker in &master.leaving {
                        let _ = sys.kill(*worker, pass);
                    }
                }
                Signal::Terminate | Signal::Interrupt => {
                    for worker in &master.leaving {
                        let _ = sys.kill(*worker, Signal::Terminate);
                    }
                }
                Signal::Hangup if !master.stopping => {
                    log(sys, &master.config, Level::Notice, &text("SIGHUP", ", reconfiguring"));
                    log(sys, &master.config, Level::Notice, "reconfiguring");
                    let version = version(sys).0;
                    match config::read(sys, MAIN_FILE, numbers(&version)) {
                        Ok(config) => {
                            for note in config.warnings.iter().cloned().chain(config.notes.iter().map(|note| format!("podarium: {note}"))).collect::<Vec<_>>() {
                                log(sys, &master.config, Level::Warning, &note);
                            }
                            let left = unresolved(&config);
                            return Next::State(State::Resolving { config: Box::new(config), left, lookup: None, purpose: Purpose::Reload(master) });
                        }
                        Err(error) => log(sys, &master.config, Level::Emergency, &error.0),
                    }
                }
                Signal::User1 => log(sys, &master.config, Level::Notice, &text("SIGUSR1", ", reopening logs")),
                Signal::WindowChange => log(sys, &master.config, Level::Notice, &text("SIGWINCH", "")),
                _ => {}
            }
        }
        let all: Vec<Pid> = master.workers.iter().chain(&master.leaving).copied().collect();
        for worker in all {
            let Some(Ok(status)) = sys.wait_child(worker) else { continue };
            log(sys, &master.config, Level::Notice, &format!("signal 17 (SIGCHLD) received from {worker}"));
            match status.signal {
                Some(signal) => log(sys, &master.config, Level::Alert, &format!("worker process {worker} exited on signal {}", signal.number())),
                None => log(sys, &master.config, Level::Notice, &format!("worker process {worker} exited with code {}", status.code)),
            }
            master.leaving.retain(|pid| *pid != worker);
            if let Some(place) = master.workers.iter().position(|pid| *pid == worker) {
                master.workers[place] = self.start_worker(sys, &master.config, true);
            }
        }
        if master.stopping && master.leaving.is_empty() {
            log(sys, &master.config, Level::Notice, "exit");
            let _ = sys.remove(&master.config.pid);
            return Next::Exit(0);
        }
        Next::Wait(State::Running(master))
    }
}

/// What the command line asks for that is not a run.
enum Said {
    Text(String),
    Wrong(String),
}

fn read_command(args: &[String]) -> Result<Command, Said> {
    let mut command = Command::default();
    let mut words = args.iter().skip(1);
    while let Some(word) = words.next() {
        let Some(letters) = word.strip_prefix('-') else { return Err(Said::Wrong(format!("invalid option: \"{word}\""))) };
        let mut chars = letters.chars();
        while let Some(letter) = chars.next() {
            let rest = chars.as_str();
            let mut value = |what: &str| {
                let attached = (!rest.is_empty()).then(|| rest.to_owned());
                attached.or_else(|| words.next().cloned()).ok_or_else(|| Said::Wrong(format!("option \"-{letter}\" requires {what}")))
            };
            match letter {
                'v' => return Err(Said::Text("nginx version: nginx/VERSION\n".to_owned())),
                'V' => return Err(Said::Text("nginx version: nginx/VERSION\nbuilt by BUILT \nTLS SNI support enabled\n".to_owned())),
                '?' | 'h' => return Err(Said::Text("nginx version: nginx/VERSION\nUsage: nginx [-?hvVtTq] [-s signal] [-p prefix]\n             [-e filename] [-c filename] [-g directives]\n".to_owned())),
                't' => command.test = true,
                'T' => (command.test, command.dump) = (true, true),
                'q' => command.quiet = true,
                'c' => {
                    command.file = Some(super::syntax::absolute(&value("file name")?));
                    break;
                }
                'g' => {
                    command.globals.push_str(&value("parameter")?);
                    break;
                }
                's' => {
                    let name = value("parameter")?;
                    if !["stop", "quit", "reopen", "reload"].contains(&name.as_str()) {
                        return Err(Said::Wrong(format!("invalid option: \"-s {name}\"")));
                    }
                    command.signal = Some(name);
                    break;
                }
                'p' | 'e' => {
                    value("parameter")?;
                    break;
                }
                letter => return Err(Said::Wrong(format!("invalid option: \"{letter}\""))),
            }
        }
    }
    Ok(command)
}

fn daemon_is_off(config: &Config) -> bool {
    config.texts.first().is_some_and(|(_, text)| text.lines().any(|line| line.split('#').next().unwrap_or_default().split_whitespace().collect::<Vec<_>>() == ["daemon", "off;"]))
}

/// The servers of upstreams whose addresses are not known, in the order in which they stand.
fn unresolved(config: &Config) -> Vec<(String, usize)> {
    let place_of = |file: &str| config.texts.iter().position(|(path, _)| path == file).unwrap_or(usize::MAX);
    let mut all: Vec<((usize, usize), (String, usize))> = config
        .upstreams
        .iter()
        .flat_map(|(name, upstream)| upstream.servers.iter().enumerate().map(|(index, peer)| ((place_of(&peer.place.file), peer.place.line), (name.clone(), index))))
        .collect();
    all.sort();
    all.into_iter().map(|(_, which)| which).collect()
}

/// The ports to listen on, and the certificates that are shown there.
fn identities(config: &Config) -> BTreeMap<u16, Vec<Identity>> {
    let mut all: BTreeMap<u16, Vec<Identity>> = BTreeMap::new();
    for server in &config.servers {
        for listen in &server.listens {
            let of_port = all.entry(listen.port).or_default();
            if let Some(identity) = server.identity.as_ref().filter(|_| listen.ssl) {
                let place = if listen.default { 0 } else { of_port.len() };
                of_port.insert(place, identity.clone());
            }
        }
    }
    all
}

/// All files that it logs into.
fn logs(config: &Config) -> Vec<String> {
    let mut all = vec![config.error_log.clone()];
    let mut scopes: Vec<&config::Scope> = config.servers.iter().map(|server| &server.scope).collect();
    while let Some(scope) = scopes.pop() {
        all.extend(scope.settings.access_log.iter().map(|log| log.path.clone()));
        scopes.extend(scope.locations.iter().map(|location| &location.scope));
    }
    all.sort();
    all.dedup();
    all
}

/// The numbers of a user and its group.
fn user(sys: &mut Sys<'_>, name: &str) -> (u32, u32) {
    let table = sys.read_file("/etc/passwd").map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let line = table.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| fields.first() == Some(&name));
    line.and_then(|fields| Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))).unwrap_or((101, 101))
}
