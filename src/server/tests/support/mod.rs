//! What the tests share: programs that may be there, and a cluster that is served for as long as a value lives.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use podarium_course::Audience;
use podarium_host::{Player, Speed};
use podarium_server::{Serve, serve};

/// A program of this name on the path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A kubectl 1.36: that of `$KUBECTL`, or the one on the path. Without one a test says so and is skipped.
pub fn kubectl() -> Option<PathBuf> {
    let is_1_36 = |path: &PathBuf| {
        let said = Command::new(path).args(["version", "--client"]).output();
        said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("v1.36."))
    };
    let found = std::env::var_os("KUBECTL").map(PathBuf::from).or_else(|| on_path("kubectl")).filter(is_1_36);
    if found.is_none() {
        eprintln!("skipped: no kubectl 1.36; set KUBECTL or put one on the path");
    }
    found
}

/// A served cluster.
pub struct Served {
    folder: PathBuf,
    pub address: SocketAddr,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Served {
    /// Serves a scenario from its beginning, with the clock of this machine.
    pub fn start(name: &str, scenario: &str, speed: Speed) -> Served {
        let loaded = podarium_host::load(scenario).expect("a scenario");
        Self::play(name, Player::beginning_now(loaded, Some(1), Audience::Nobody), speed)
    }

    /// Serves a cluster as it is.
    pub fn play(name: &str, player: Player, speed: Speed) -> Served {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("podarium-{name}-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let how = Serve { listen: ([127, 0, 0, 1], 0).into(), kubeconfig: folder.join("config"), speed };
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let (ready, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let tell = |address| ready.send(address).expect("the test waits");
            let end = async { drop(ended.await) };
            serve(player, &how, tell, end).expect("it serves until the test ends");
        });
        let address = address.recv().expect("it listens");
        Served { folder, address, end: Some(end), thread: Some(thread) }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("config")
    }

    /// A value of the kubeconfig: `token`, `certificate-authority-data`.
    pub fn setting(&self, key: &str) -> String {
        let text = std::fs::read_to_string(self.kubeconfig()).expect("a kubeconfig");
        let found = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix(": ").map(str::to_owned));
        found.unwrap_or_else(|| panic!("no {key} in the kubeconfig"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.end.take());
        let ended = self.thread.take().map(std::thread::JoinHandle::join);
        // The folder is in the system's temporary folder; what stays there harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
        assert!(ended.is_none_or(|ended| ended.is_ok()) || std::thread::panicking(), "the server broke");
    }
}

/// Runs a command that writes into files. Nothing comes back if it does not end in time; then it is ended with all that it
/// started.
pub fn run_into(command: &mut Command, out: std::fs::File, errors: std::fs::File, limit: Duration) -> Option<std::process::ExitStatus> {
    use std::os::unix::process::CommandExt as _;
    let mut child = command.process_group(0).stdin(std::process::Stdio::null()).stdout(out).stderr(errors).spawn().expect("a program that can be started");
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        if start.elapsed() > limit {
            // The whole group: a shell leaves its children behind.
            let _ = Command::new("kill").arg("-9").arg("--").arg(format!("-{}", child.id())).status();
            let _ = child.wait();
            return None;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Runs a command; `meanwhile` is called again and again while it waits for something. Nothing comes back if it does
/// not end in time.
pub fn run_with(command: &mut Command, limit: Duration, mut meanwhile: impl FnMut()) -> Option<Output> {
    use std::process::Stdio;
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a program that can be started");
    let read = |mut pipe: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // A pipe that breaks has given all that it had.
            let _ = pipe.read_to_end(&mut bytes);
            bytes
        })
    };
    let out = read(Box::new(child.stdout.take().expect("a pipe")));
    let err = read(Box::new(child.stderr.take().expect("a pipe")));
    let start = Instant::now();
    let mut idle = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        // A program that gets too little of the processor is no program that waits.
        idle = if is_waiting(child.id()) { idle + 1 } else { 0 };
        if idle >= IDLE {
            meanwhile();
            idle = IDLE / 2;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Some(Output { status, stdout: out.join().expect("a reader"), stderr: err.join().expect("a reader") })
}

/// So many looks in a row, 5 ms apart, must find a program waiting.
const IDLE: u32 = 24;

/// Whether all threads of a process, and of those that it started, wait for something outside.
fn is_waiting(process: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else { return true };
    threads.flatten().all(|thread| {
        let text = |name: &str| std::fs::read_to_string(thread.path().join(name)).unwrap_or_default();
        let state = text("stat").rsplit(") ").next().and_then(|rest| rest.chars().next());
        state != Some('R') && state != Some('D') && text("children").split_whitespace().filter_map(|child| child.parse().ok()).all(is_waiting)
    })
}
