//! A container's main process, as the kubelet deals with it: a small state machine that says when it wants to be
//! woken, writes lines, takes requests and signals, and ends.
//!
//! This is the seam behind which real programs come: another implementation of [`MainProcess`], nothing else.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use podarium_sim::Time;

use crate::network::{Answered, Asked};

/// What a process is started with.
#[derive(Clone, Debug)]
pub struct Spawned {
    pub at: Time,
    /// `command` and `args` of the container; empty if the image decides.
    pub command: Vec<String>,
    /// How often the container was started before.
    pub attempt: u32,
    /// The container's memory limit.
    pub memory_limit: Option<u64>,
    /// The container's CPU limit, in thousandths of a CPU.
    pub cpu_limit: Option<u64>,
}

/// The end of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub code: i32,
    /// The kernel killed it because it went over its memory limit.
    pub out_of_memory: bool,
}

impl Ended {
    pub fn code(code: i32) -> Self {
        Ended { code, out_of_memory: false }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub at: Time,
    pub text: Arc<str>,
}

/// What comes out of a process while it runs.
#[derive(Debug, Default)]
pub struct Output {
    pub lines: Vec<LogLine>,
    pub ended: Option<Ended>,
}

/// What became of a request that came to a port.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// It does not listen there.
    Refused,
    /// It listens, but does not understand TLS.
    NotTls,
    /// It answers at this time, if it lives so long.
    Answer { at: Time, answered: Arc<Answered> },
}

/// What became of a command that was run beside the process, in its container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Executed {
    Ended { code: i32, output: String },
    /// The honest answer of a process that cannot play this.
    NotSimulated(String),
}

pub trait MainProcess: CloneProcess + fmt::Debug + Send + Sync {
    /// When it does something by itself next.
    fn next_at(&self) -> Option<Time>;

    /// Lets it do what is due at `now`.
    fn run(&mut self, now: Time, out: &mut Output);

    /// SIGTERM. It may end now, later (it says so with `next_at`), or never.
    fn terminate(&mut self, now: Time, out: &mut Output);

    /// Whether it accepts connections on this port.
    fn listens(&self, port: u16, now: Time) -> bool;

    /// A request comes to one of its ports. The time for the answer includes the time that the request has to wait for
    /// others before it.
    fn take(&mut self, port: u16, asked: &Asked, now: Time) -> Taken;

    /// Its container has other limits now.
    fn resize(&mut self, memory_limit: Option<u64>, cpu_limit: Option<u64>, now: Time);

    /// Runs a command in its container.
    fn exec(&self, command: &[String], now: Time) -> Executed;

    /// What it uses at the moment, for metrics.
    fn memory_bytes(&self) -> u64;
    fn cpu_millis(&self, now: Time) -> u64;
}

/// Cloning behind a pointer.
pub trait CloneProcess {
    fn clone_process(&self) -> Box<dyn MainProcess>;
}

impl<P: MainProcess + Clone + 'static> CloneProcess for P {
    fn clone_process(&self) -> Box<dyn MainProcess> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn MainProcess> {
    fn clone(&self) -> Self {
        self.as_ref().clone_process()
    }
}

/// `sleep 5`, `sleep 2m`, also as `sh -c "sleep 5"`: the one command that is known without any program.
pub(crate) fn sleep_of(command: &[String]) -> Option<Duration> {
    let words: Vec<&str> = match command {
        [shell, flag, script] if shell.ends_with("sh") && flag == "-c" => script.split_whitespace().collect(),
        words => words.iter().map(String::as_str).collect(),
    };
    let [program, amount] = words[..] else { return None };
    if !matches!(program, "sleep" | "/bin/sleep") {
        return None;
    }
    if matches!(amount, "infinity" | "inf") {
        return Some(Duration::MAX);
    }
    let (digits, unit) = amount.split_at(amount.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(amount.len()));
    let seconds = match unit {
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(digits.parse::<f64>().ok()? * seconds).ok()
}
