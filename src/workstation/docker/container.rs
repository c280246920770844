//! A container on the workstation: the computer that it is, its ports, its log, and who watches it.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_cluster::images::{Computer, Contents, Disks, Exec, ExecEvent, ExecId, Output, PodVolume, ProcessNamespaces, Spawned, Storage, Taken};
use podarium_cluster::network::{Asked, Ip, Peer, Wanted};
use podarium_machine::{Answered, ConnectionId, ExchangeId, FileKind, FileSystem, HANDSHAKE, HttpEvent, HttpRequest, HttpResponse, LookupAnswer, LookupId, Machine, NetError, Outgoing, Volume};
use podarium_sim::Time;

use super::build::Shared;
use super::health::{Check, Health};
use super::store::Stored;

/// How long `docker stop` waits before it kills.
pub const GRACE: std::time::Duration = std::time::Duration::from_secs(10);

/// A port of a container that the workstation opens for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// `None`: whichever is free when it starts.
    pub host: Option<u16>,
    pub inner: u16,
    pub udp: bool,
}

impl Port {
    /// `80/tcp`
    pub fn inside(&self) -> String {
        format!("{}/{}", self.inner, if self.udp { "udp" } else { "tcp" })
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        Some(Port { host: None, inner: number.parse().ok()?, udp: protocol == "udp" })
    }
}

#[derive(Clone, Debug)]
pub struct Container {
    pub id: String,
    pub name: String,
    /// The image as it was asked for.
    pub image_name: String,
    pub image: Arc<Stored>,
    pub line: Vec<String>,
    pub created_nanos: i64,
    pub spawned: Spawned,
    pub ports: Vec<Port>,
    pub exposed: Vec<String>,
    pub labels: BTreeMap<String, String>,
    pub auto_remove: bool,
    /// Its address on each network that it is on, and other names by which it is known there.
    pub networks: BTreeMap<String, String>,
    pub aliases: Vec<String>,
    /// Names in its `/etc/hosts`, with their addresses.
    pub extra_hosts: Vec<(String, String)>,
    /// How its health is asked for in the place of what the image says.
    pub check: Option<Check>,
    /// What its programs have asked of others.
    pub outgoing: Vec<Outgoing>,
    pub state: State,
    pub log: Vec<(i64, String)>,
    /// When it is killed that was asked to stop.
    pub kill_at: Option<Time>,
    computer: Option<Box<Computer>>,
    /// Its disk while it is stopped, if it differs from the image's.
    pub left: Option<Arc<Shared>>,
    /// Whether it is well, of a container whose image says how to ask.
    pub health: Option<Health>,
    /// Who reads what the main process writes.
    pub attached: Vec<ExchangeId>,
    /// Who follows the log.
    pub following: Vec<ExchangeId>,
    /// Who waits for its end.
    pub waiting: Vec<ExchangeId>,
    execs: BTreeMap<ExecId, ExchangeId>,
    answers: BTreeMap<ConnectionId, ExchangeId>,
    /// Clients whose connections carry bytes.
    streams: BTreeMap<ConnectionId, ExchangeId>,
    /// Lines of the log that followers do not have yet.
    unsaid: Vec<String>,
}

/// The address of the workstation in the network of its containers.
const GATEWAY: Ip = Ip(u32::from_be_bytes([172, 17, 0, 1]));

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Created,
    Running { since_nanos: i64 },
    Exited { code: i32, at_nanos: i64 },
}

/// An answer of a container that comes at a time.
pub type Reply = (Time, ExchangeId, HttpEvent);

impl Container {
    pub fn new(id: String, name: String, image_name: String, image: Arc<Stored>, line: Vec<String>, created_nanos: i64, spawned: Spawned, networks: BTreeMap<String, String>) -> Self {
        Container {
            id,
            name,
            image_name,
            image,
            line,
            created_nanos,
            spawned,
            ports: Vec::new(),
            exposed: Vec::new(),
            labels: BTreeMap::new(),
            auto_remove: false,
            networks,
            aliases: Vec::new(),
            extra_hosts: Vec::new(),
            check: None,
            outgoing: Vec::new(),
            state: State::Created,
            log: Vec::new(),
            kill_at: None,
            computer: None,
            left: None,
            health: None,
            attached: Vec::new(),
            following: Vec::new(),
            waiting: Vec::new(),
            execs: BTreeMap::new(),
            unsaid: Vec::new(),
            answers: BTreeMap::new(),
            streams: BTreeMap::new(),
        }
    }

    pub fn is_running(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    /// The command as `docker ps` shows it.
    pub fn command(&self) -> String {
        self.line.iter().map(|word| if word.contains(' ') { format!("'{word}'") } else { word.clone() }).collect::<Vec<_>>().join(" ")
    }

    /// Starts its main process; the error is runc's.
    pub fn start(&mut self, prototype: &podarium_cluster::images::ImageCatalog, now: Time, unix_nanos: i64, volumes: &mut Volumes) -> Result<(), String> {
        self.spawned.at = now;
        // It begins again with the files that it had.
        let image = self.left.as_ref().map_or_else(|| self.image.image.clone(), |left| {
            let mut image = self.image.image.as_ref().clone();
            image.contents = Some(Contents(left.0.clone()));
            image.files.clear();
            image.links.clear();
            Arc::new(image)
        });
        let started = prototype.start(&image, self.spawned.clone(), &mut volumes.storage());
        match started {
            Ok(computer) => {
                self.computer = Some(Box::new(computer));
                self.state = State::Running { since_nanos: unix_nanos };
                self.kill_at = None;
                let check = self.check.clone().or_else(|| self.image.settings.healthcheck.clone()).filter(|check| check.command().is_some());
                self.health = check.map(|check| Health::begin(check, now));
                Ok(())
            }
            Err(error) => {
                self.state = State::Exited { code: 127, at_nanos: unix_nanos };
                Err(error.0)
            }
        }
    }

    pub fn next_at(&self) -> Option<Time> {
        let health = self.health.as_ref().filter(|_| self.is_running()).map(Health::next_at);
        self.computer.as_ref().and_then(|computer| computer.next_at()).into_iter().chain(self.kill_at).chain(health).min()
    }

    /// Lets it do what is due.
    pub fn run(&mut self, now: Time, unix_nanos: i64, volumes: &mut Volumes, replies: &mut Vec<Reply>) {
        if self.kill_at.is_some_and(|at| at <= now) {
            self.end(137, now, unix_nanos, replies);
        }
        self.check_health(now, unix_nanos, volumes);
        let mut out = Output::default();
        if let Some(computer) = self.computer.as_mut() {
            computer.set_watched(!self.attached.is_empty());
            computer.run(now, &mut volumes.storage(), &mut out);
        }
        self.take_output(out, now, unix_nanos, replies);
    }

    /// Runs the check of its health when its time has come, and ends one that takes too long.
    fn check_health(&mut self, now: Time, unix_nanos: i64, volumes: &mut Volumes) {
        let (Some(health), Some(computer)) = (self.health.as_mut(), self.computer.as_mut()) else { return };
        if let Some(id) = health.overdue(now, unix_nanos) {
            computer.exec_kill(id);
        }
        let Some(command) = health.due(now) else { return };
        match computer.exec(&Exec { command, stdin: false, tty: false }, now, &mut volumes.storage()) {
            Ok(id) => health.runs(id, now, unix_nanos),
            Err(error) => health.result((now, unix_nanos), -1, &format!("OCI runtime exec failed: exec failed: unable to start container process: {}: unknown", error.0), now, unix_nanos),
        }
    }

    fn take_output(&mut self, out: Output, now: Time, unix_nanos: i64, replies: &mut Vec<Reply>) {
        for text in std::mem::take(&mut self.unsaid) {
            for follower in &self.following {
                replies.push((now, *follower, HttpEvent::Chunk(format!("{text}\n").into_bytes())));
            }
        }
        for line in &out.lines {
            let text = line.text.to_string();
            for follower in &self.following {
                replies.push((now, *follower, HttpEvent::Chunk(format!("{text}\n").into_bytes())));
            }
            self.log.push((unix_nanos, text));
        }
        for (id, event) in out.execs {
            if self.health.as_mut().is_some_and(|health| health.hear(id, &event, now, unix_nanos)) {
                continue;
            }
            let exchange = if id == ExecId::MAIN { self.attached.clone() } else { self.execs.get(&id).copied().into_iter().collect() };
            for exchange in exchange {
                match &event {
                    ExecEvent::Stdout(bytes) | ExecEvent::Stderr(bytes) => replies.push((now, exchange, HttpEvent::Chunk(bytes.clone()))),
                    ExecEvent::Ended(code) => {
                        replies.push((now, exchange, HttpEvent::Chunk(exit_mark(*code))));
                        replies.push((now, exchange, HttpEvent::End));
                        self.execs.remove(&id);
                    }
                }
            }
        }
        for (connection, answered) in out.answers {
            if let Some(exchange) = self.streams.get(&connection).copied() {
                let event = match answered {
                    Answered::Data(bytes) => HttpEvent::Chunk(bytes),
                    Answered::Response(_) | Answered::Head { .. } | Answered::End => HttpEvent::End,
                    Answered::Failed(error) => HttpEvent::Failed(error),
                    Answered::Reset => HttpEvent::Failed(NetError::ConnectionReset),
                };
                if !matches!(event, HttpEvent::Chunk(_)) {
                    self.streams.remove(&connection);
                }
                replies.push((now, exchange, event));
                continue;
            }
            if let Some(exchange) = self.answers.remove(&connection) {
                replies.push((now, exchange, match answered {
                    Answered::Response(response) => HttpEvent::Response(response),
                    _ => HttpEvent::Failed(NetError::ConnectionReset),
                }));
            }
        }
        self.outgoing.extend(out.outgoing);
        if let Some(ended) = out.ended {
            self.end(ended.code, now, unix_nanos, replies);
        }
    }

    /// Its address on the network that it is on first.
    pub fn address(&self) -> &str {
        self.networks.values().next().map_or("", String::as_str)
    }

    /// An answer to one of its programs.
    pub fn http_reply(&mut self, id: ExchangeId, event: HttpEvent) {
        if let Some(computer) = self.computer.as_mut() {
            computer.http_reply(id, event);
        }
    }

    pub fn lookup_reply(&mut self, id: LookupId, answer: LookupAnswer) {
        if let Some(computer) = self.computer.as_mut() {
            computer.lookup_reply(id, answer);
        }
    }

    /// What was written on its own disk.
    pub fn written_bytes(&self) -> u64 {
        self.computer.as_ref().map_or(0, |computer| computer.written_bytes())
    }

    /// What it uses now: thousandths of a CPU, bytes, processes.
    pub fn usage(&self, now: Time) -> (u64, u64, u64) {
        self.computer.as_ref().map_or((0, 0, 0), |computer| (computer.cpu_millis(now), computer.memory_bytes(now), computer.processes()))
    }

    /// Its own disk now, without volumes; `None`: the image's.
    pub fn disk(&self) -> Option<Arc<Machine>> {
        match &self.computer {
            Some(computer) => computer.disk().map(Arc::new),
            None => self.left.as_ref().map(|left| left.0.clone()),
        }
    }

    /// Its files, while it runs.
    pub fn computer(&mut self) -> Option<&mut Computer> {
        self.computer.as_deref_mut()
    }

    /// Its main process has ended, and everything in it with it.
    pub fn end(&mut self, code: i32, now: Time, unix_nanos: i64, replies: &mut Vec<Reply>) {
        if let Some(disk) = self.computer.take().and_then(|computer| computer.disk()) {
            self.left = Some(Arc::new(Shared(Arc::new(disk))));
        }
        self.kill_at = None;
        self.state = State::Exited { code, at_nanos: unix_nanos };
        for exchange in std::mem::take(&mut self.attached) {
            replies.push((now, exchange, HttpEvent::Chunk(exit_mark(code))));
            replies.push((now, exchange, HttpEvent::End));
        }
        for exchange in std::mem::take(&mut self.following) {
            replies.push((now, exchange, HttpEvent::End));
        }
        for exchange in std::mem::take(&mut self.waiting) {
            replies.push((now, exchange, HttpEvent::Response(HttpResponse::new(200, format!("{{\"StatusCode\":{code}}}")))));
        }
        for (_, exchange) in std::mem::take(&mut self.execs) {
            replies.push((now, exchange, HttpEvent::Chunk(exit_mark(137))));
            replies.push((now, exchange, HttpEvent::End));
        }
        for (_, exchange) in std::mem::take(&mut self.answers).into_iter().chain(std::mem::take(&mut self.streams)) {
            replies.push((now, exchange, HttpEvent::Failed(NetError::ConnectionReset)));
        }
    }

    /// SIGTERM, and SIGKILL after a while.
    pub fn stop(&mut self, grace: std::time::Duration, now: Time, unix_nanos: i64, volumes: &mut Volumes, replies: &mut Vec<Reply>) {
        let mut out = Output::default();
        if let Some(computer) = self.computer.as_mut() {
            computer.terminate(now, &mut volumes.storage(), &mut out);
            self.kill_at = Some(now + grace);
        }
        self.take_output(out, now, unix_nanos, replies);
    }

    /// A request comes to one of its ports.
    pub fn take(&mut self, port: u16, exchange: ExchangeId, request: &HttpRequest, now: Time, volumes: &mut Volumes) -> Option<Reply> {
        let Some(computer) = self.computer.as_mut() else { return Some((now, exchange, HttpEvent::Failed(NetError::ConnectionRefused))) };
        let asked = asked(request);
        let mut lines = Default::default();
        let from = Peer::numbered(GATEWAY, exchange.0);
        let taken = computer.take(port, &Arc::new(asked), from, now, &mut volumes.storage(), &mut lines);
        let nanos = self.spawned.epoch_nanos + i64::try_from(now.as_nanos()).unwrap_or(i64::MAX);
        for line in &lines {
            self.log.push((nanos, line.text.to_string()));
            self.unsaid.push(line.text.to_string());
        }
        match taken {
            // The proxy of docker accepts the connection before it learns that nobody listens behind it.
            Taken::Refused => Some((now, exchange, HttpEvent::Failed(NetError::ConnectionReset))),
            Taken::NotTls => Some((now, exchange, HttpEvent::Failed(NetError::NotTls))),
            Taken::Untrusted(problem) => Some((now, exchange, HttpEvent::Failed(NetError::Certificate(problem)))),
            Taken::Answer { at, answered } => {
                let response = HttpResponse { status: answered.status, headers: answered.headers.clone(), body: answered.body.clone() };
                Some((at.max(now), exchange, HttpEvent::Response(response)))
            }
            Taken::Later(connection) => {
                self.answers.insert(connection, exchange);
                None
            }
        }
    }

    /// Whether something in it listens on a port.
    pub fn listens(&self, port: u16, now: Time) -> bool {
        self.computer.as_ref().is_some_and(|computer| computer.listens(port, now))
    }

    /// Opens a connection that carries bytes, if a program takes such there.
    pub fn connect(&mut self, port: u16, exchange: ExchangeId, from: &str) -> bool {
        let connection = self.computer.as_mut().and_then(|computer| computer.connect(port, from));
        self.streams.extend(connection.map(|connection| (connection, exchange)));
        connection.is_some()
    }

    /// Whether something in it takes datagrams on a port.
    pub fn takes_datagrams(&self, port: u16, now: Time) -> bool {
        self.computer.as_ref().is_some_and(|computer| computer.takes_datagrams(port, now))
    }

    /// A client's first datagram; the next ones are bytes of the same exchange. Whether a program takes it.
    pub fn datagram(&mut self, port: u16, exchange: ExchangeId, from: &str, bytes: &[u8]) -> bool {
        let connection = self.computer.as_mut().and_then(|computer| computer.datagram(port, from, bytes));
        self.streams.extend(connection.map(|connection| (connection, exchange)));
        connection.is_some()
    }

    /// Bytes of the client of such a connection; none: no more will come. Whether it is one of its own.
    pub fn stream_data(&mut self, exchange: ExchangeId, bytes: &[u8]) -> bool {
        let Some(connection) = self.streams.iter().find(|(_, of)| **of == exchange).map(|(connection, _)| *connection) else { return false };
        if let Some(computer) = self.computer.as_mut() {
            computer.connection_data(connection, bytes);
        }
        true
    }

    pub fn exec(&mut self, exec: &podarium_cluster::images::Exec, exchange: ExchangeId, now: Time, volumes: &mut Volumes) -> Result<(), String> {
        let Some(computer) = self.computer.as_mut() else { return Err(format!("container {} is not running", self.id)) };
        let id = computer.exec(exec, now, &mut volumes.storage()).map_err(|error| error.0)?;
        self.execs.insert(id, exchange);
        Ok(())
    }

    /// What somebody types who is attached, or runs a command in it; nothing more comes after an empty piece.
    pub fn data(&mut self, exchange: ExchangeId, bytes: &[u8]) -> bool {
        let id = match self.attached.contains(&exchange) {
            true => ExecId::MAIN,
            false => match self.execs.iter().find(|(_, of)| **of == exchange) {
                Some((id, _)) => *id,
                None => return false,
            },
        };
        if let Some(computer) = self.computer.as_mut() {
            match bytes.is_empty() {
                true => computer.exec_end_input(id),
                false => computer.exec_input(id, bytes),
            }
        }
        true
    }

    /// Whoever asked has gone.
    pub fn forget(&mut self, exchange: ExchangeId) {
        self.attached.retain(|of| *of != exchange);
        self.following.retain(|of| *of != exchange);
        self.waiting.retain(|of| *of != exchange);
        self.answers.retain(|_, of| *of != exchange);
        let gone: Vec<ConnectionId> = self.streams.iter().filter(|(_, of)| **of == exchange).map(|(connection, _)| *connection).collect();
        for connection in gone {
            self.streams.remove(&connection);
            if let Some(computer) = self.computer.as_mut() {
                computer.hang_up(connection);
            }
        }
        self.execs.retain(|_, of| *of != exchange);
    }
}

/// How a stream says how the process behind it has ended.
fn exit_mark(code: i32) -> Vec<u8> {
    format!("\0exit {code}\0").into_bytes()
}

fn asked(request: &HttpRequest) -> Asked {
    let (scheme, rest) = request.url.split_once("://").unwrap_or(("http", &request.url));
    let host = rest.split('/').next().unwrap_or_default();
    Asked {
        method: request.method.clone(),
        host: request.header_value("host").unwrap_or(host).to_owned(),
        path: request.path().to_owned(),
        headers: request.headers.clone(),
        body: request.body.clone(),
        tls: scheme == "https",
        trust: request.trust.clone(),
        server_name: host.to_owned(),
        wanted: if request.method == HANDSHAKE { Wanted::Handshake } else { Wanted::Answer },
    }
}

/// The volumes of docker: what containers keep in them outlives these.
#[derive(Clone, Debug, Default)]
pub struct Volumes {
    none: BTreeMap<Arc<str>, PodVolume>,
    named: Disks,
    alone: ProcessNamespaces,
}

impl Volumes {
    /// A volume that is new gets what the image has in its place.
    pub fn fill(&mut self, name: &Arc<str>, files: &FileSystem, path: &str, now: Time) {
        fn copy(files: &FileSystem, from: &str, to: &str, volume: &mut Volume, now: Time) {
            let Ok(found) = files.stat(from, false) else { return };
            match found.kind {
                FileKind::Symlink => drop(volume.symlink(found.target.as_deref().unwrap_or_default(), to, now)),
                FileKind::File => drop(volume.write(to, files.read(from).unwrap_or_default(), found.mode, now)),
                _ if found.is_dir() && volume.mkdir_all(to, now).is_ok() => {
                    for name in files.read_dir(from).unwrap_or_default() {
                        copy(files, &format!("{}/{name}", from.trim_end_matches('/')), &format!("{}/{name}", to.trim_end_matches('/')), volume, now);
                    }
                }
                _ => {}
            }
            let _ = volume.chmod(to, found.mode);
            let _ = volume.chown(to, found.uid, found.gid);
        }
        if !self.named.0.contains_key(name) {
            let mut volume = Volume::default();
            copy(files, path, "/", &mut volume, now);
            self.named.0.insert(name.clone(), volume);
        }
    }

    /// The files of a volume, lent: [`Volumes::put`] brings them back.
    pub fn lent(&self, name: &str) -> Volume {
        self.named.0.get(name).cloned().unwrap_or_default()
    }

    pub fn put(&mut self, name: &Arc<str>, volume: Volume) {
        self.named.0.insert(name.clone(), volume);
    }

    /// The bytes in a volume.
    pub fn bytes(&self, name: &str) -> u64 {
        self.named.0.get(name).map_or(0, Volume::used_bytes)
    }

    pub fn remove(&mut self, name: &str) {
        self.named.0.remove(name);
    }

    pub fn storage(&mut self) -> Storage<'_> {
        Storage { pod: &mut self.none, disks: &mut self.named, processes: &mut self.alone }
    }
}
