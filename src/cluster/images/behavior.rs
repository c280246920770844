//! What an image is made of and what its containers do, as data: the form in which images are written here and
//! declared by scenarios.
//!
//! Models: nothing of Kubernetes; this stands for the programs in containers.
//! Simplified: a behaviour is a timetable, not a program: it reads no files and calls nobody.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{Machine, Program, Signal};

use super::{AccessFormat, Base};

/// Something to pull. Nodes have a layer once, however many images share it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub name: String,
    pub bytes: u64,
}

/// An image in the simulated registry.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// As pods name it; the tag may be left out.
    pub name: String,
    /// What the scene and objectives call its version.
    pub version: String,
    pub layers: Vec<Layer>,
    /// What its own program does. `None`: it really runs, as every other program in its containers does.
    pub behavior: Option<Arc<Behavior>>,
    /// The names of its own program, for pods that start it with arguments of their own.
    pub programs: Vec<String>,
    /// The command line of a container that brings none: the entry point, and arguments that a pod may replace.
    pub entrypoint: Vec<String>,
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
    pub workdir: Option<String>,
    /// The number of the user that it runs as.
    pub user: u32,
    /// Which everyday programs there are.
    pub base: Base,
    /// Everyday programs that it has beyond those of its base.
    pub tools: Vec<&'static str>,
    /// Files of its own, by path; a path that ends with a slash is a directory.
    pub files: Vec<(String, String)>,
    /// Symbolic links of its own: path and target.
    pub links: Vec<(String, String)>,
    /// Programs of its own.
    pub binaries: Vec<Binary>,
    /// What goes on in the place of a played program as soon as somebody looks closer: a program that behaves the same
    /// and is already running.
    pub resumes: Option<Binary>,
    /// A played program cannot play what it does with files in these places: if anything is mounted there, it runs.
    pub looks_at: Vec<String>,
    /// How its containers are asked to stop.
    pub stop_signal: Signal,
    /// Its whole disk and programs, of an image that was built: in the place of the base.
    pub contents: Option<Contents>,
    /// The digest of its manifest, if it was built.
    pub digest: Option<String>,
    /// What containers do that bring a command of their own; the first that fits counts.
    pub commands: Vec<CommandBehavior>,
}

impl Image {
    /// An image of one layer that runs for ever.
    pub fn new(name: &str, bytes: u64) -> Self {
        let version = name.rsplit_once(':').map_or("latest", |(_, tag)| tag).to_owned();
        let layers = vec![Layer { name: name.to_owned(), bytes }];
        let program = name.rsplit('/').next().unwrap_or(name).split(':').next().unwrap_or(name).to_owned();
        Image {
            name: name.to_owned(),
            version,
            layers,
            behavior: Some(Arc::default()),
            programs: vec![program.clone()],
            entrypoint: vec![program],
            args: Vec::new(),
            env: Vec::new(),
            workdir: None,
            user: 0,
            base: Base::Debian,
            tools: Vec::new(),
            files: Vec::new(),
            links: Vec::new(),
            binaries: Vec::new(),
            resumes: None,
            looks_at: Vec::new(),
            stop_signal: Signal::Terminate,
            contents: None,
            digest: None,
            commands: Vec::new(),
        }
    }

    /// An image whose containers run this program unless they bring a command of their own.
    pub fn running(name: &str, bytes: u64, base: Base, args: &[&str]) -> Self {
        let args = args.iter().map(|word| (*word).to_owned()).collect();
        Image { behavior: None, programs: Vec::new(), entrypoint: Vec::new(), args, base, ..Image::new(name, bytes) }
    }

    /// An image whose containers run this program of its own.
    pub fn of(name: &str, bytes: u64, base: Base, program: Binary) -> Self {
        let image = Image::new(name, bytes).on(base);
        Image { behavior: None, programs: Vec::new(), entrypoint: vec![program.path.to_owned()], binaries: vec![program], ..image }
    }

    pub fn on(mut self, base: Base) -> Self {
        self.base = base;
        self
    }

    /// The command line of a container with this `command` and these `args`.
    pub fn command_line(&self, command: &[String], args: &[String]) -> Vec<String> {
        match (command, args) {
            ([], []) => [&self.entrypoint[..], &self.args].concat(),
            ([], args) => [&self.entrypoint[..], args].concat(),
            (command, args) => [command, args].concat(),
        }
    }

    pub fn with(mut self, behavior: Behavior) -> Self {
        self.behavior = Some(Arc::new(behavior));
        self
    }

    pub fn with_command(mut self, contains: &str, behavior: Behavior) -> Self {
        self.commands.push(CommandBehavior { contains: contains.to_owned(), behavior: Arc::new(behavior) });
        self
    }

    pub fn bytes(&self) -> u64 {
        self.layers.iter().map(|layer| layer.bytes).sum()
    }
}

/// A program that comes with an image: where it lies, and what it is.
#[derive(Clone, Copy)]
pub struct Binary {
    pub path: &'static str,
    pub program: fn() -> Box<dyn Program>,
}

impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Binary").field(&self.path).finish()
    }
}

impl PartialEq for Binary {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

/// A computer that was prepared and runs nothing: what the layers of an image come to.
#[derive(Clone)]
pub struct Contents(pub Arc<Machine>);

impl PartialEq for Contents {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contents")
    }
}

/// What a container does if its command line contains this text.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandBehavior {
    pub contains: String,
    pub behavior: Arc<Behavior>,
}

/// The life of one container's main process.
#[derive(Clone, Debug, PartialEq)]
pub struct Behavior {
    /// From the start until the program works; its ports refuse connections until then.
    pub starts_in: Duration,
    /// From then until it says that it is ready; its ports answer 503 until then.
    pub ready_after: Duration,
    /// From SIGTERM to the end. `None`: it does not listen to SIGTERM.
    pub stops_in: Option<Duration>,
    /// The exit code after SIGTERM.
    pub stop_code: i32,
    /// How the first run ends by itself, the second, and so on; the last stands for all later ones. Empty: never.
    pub exits: Vec<Exit>,
    pub logs: Vec<LogText>,
    /// How it writes down the requests that it has answered; `None`: it does not.
    pub access_log: Option<AccessFormat>,
    pub serves: Vec<Serves>,
    /// Whether its ports speak TLS.
    pub tls: bool,
    /// A web server that hands out the files of its container from this directory.
    pub root: Option<String>,
    /// How many requests it works on at a time; more wait for their turn. `None`: all at once.
    pub workers: Option<usize>,
    /// How commands in its container end; the last rule that fits counts.
    pub execs: Vec<ExecRule>,
    /// What it needs at work. More than the container's limit gets it killed for memory.
    pub memory_bytes: u64,
    /// What it uses when nobody asks anything of it.
    pub cpu_millis: u64,
    /// Memory that it never gives back: for each request, and each second.
    pub leaks: Leaks,
}

/// Memory that a program loses, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leaks {
    pub per_request: u64,
    pub per_second: u64,
}

impl Default for Behavior {
    fn default() -> Self {
        Behavior {
            starts_in: Duration::from_millis(100),
            ready_after: Duration::ZERO,
            stops_in: Some(Duration::from_millis(100)),
            stop_code: 0,
            exits: Vec::new(),
            logs: Vec::new(),
            access_log: None,
            serves: Vec::new(),
            tls: false,
            root: None,
            workers: None,
            execs: Vec::new(),
            memory_bytes: 4 << 20,
            cpu_millis: 1,
            leaks: Leaks::default(),
        }
    }
}

impl Behavior {
    /// Runs so long and exits with this code.
    pub fn exits(after: Duration, code: i32) -> Self {
        Behavior { exits: vec![Exit { after, code }], ..Behavior::default() }
    }

    /// A web server on this port.
    pub fn serving(port: u16, body: &str) -> Self {
        Behavior::default().and_serving(port, None, 200, body)
    }

    pub fn and_serving(mut self, port: u16, path: Option<&str>, status: u16, body: &str) -> Self {
        self.serves.push(Serves { port, path: path.map(str::to_owned), status, body: body.to_owned(), takes: Duration::ZERO, cpu: Duration::ZERO, memory_bytes: 0 });
        self
    }

    pub fn log(mut self, line: &str) -> Self {
        self.logs.push(LogText::Once(line.to_owned()));
        self
    }
}

/// How a process ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    pub after: Duration,
    pub code: i32,
}

/// What it writes to its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogText {
    /// At the start.
    Once(String),
    /// At the start, with the time as `strftime` writes it: `%H:%M:%S`.
    Dated(String),
    /// The lines with which nginx tells of its workers, one for each CPU, numbered from here.
    Workers(u32),
    Every(Duration, String),
}

/// What it answers on one port and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serves {
    pub port: u16,
    /// `None`: every path that no other entry names.
    pub path: Option<String>,
    pub status: u16,
    pub body: String,
    pub takes: Duration,
    /// The CPU time that an answer costs.
    pub cpu: Duration,
    /// The memory that it needs while it is made.
    pub memory_bytes: u64,
}

/// How a command ends for a while, if its line contains a text: `from` and `until` count from the start of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecRule {
    pub contains: String,
    pub from: Duration,
    pub until: Option<Duration>,
    pub succeeds: bool,
    pub output: String,
}
