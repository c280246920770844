//! Process numbers, signals, and how a process ended.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pid(pub u32);

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    Hangup,
    Interrupt,
    Quit,
    Abort,
    Kill,
    User1,
    SegmentationFault,
    User2,
    Pipe,
    Alarm,
    Terminate,
    Child,
    Continue,
    Stop,
    TerminalStop,
    WindowChange,
}

const SIGNALS: [(Signal, i32, &str, &str); 16] = [
    (Signal::Hangup, 1, "HUP", "Hangup"),
    (Signal::Interrupt, 2, "INT", "Interrupt"),
    (Signal::Quit, 3, "QUIT", "Quit"),
    (Signal::Abort, 6, "ABRT", "Aborted"),
    (Signal::Kill, 9, "KILL", "Killed"),
    (Signal::User1, 10, "USR1", "User defined signal 1"),
    (Signal::SegmentationFault, 11, "SEGV", "Segmentation fault"),
    (Signal::User2, 12, "USR2", "User defined signal 2"),
    (Signal::Pipe, 13, "PIPE", "Broken pipe"),
    (Signal::Alarm, 14, "ALRM", "Alarm clock"),
    (Signal::Terminate, 15, "TERM", "Terminated"),
    (Signal::Child, 17, "CHLD", "Child exited"),
    (Signal::Continue, 18, "CONT", "Continued"),
    (Signal::Stop, 19, "STOP", "Stopped (signal)"),
    (Signal::TerminalStop, 20, "TSTP", "Stopped"),
    (Signal::WindowChange, 28, "WINCH", "Window changed"),
];

impl Signal {
    pub fn number(self) -> i32 {
        self.row().1
    }

    /// `TERM` for SIGTERM.
    pub fn name(self) -> &'static str {
        self.row().2
    }

    /// What a shell prints about a program that it killed: `Terminated`.
    pub fn description(self) -> &'static str {
        self.row().3
    }

    /// Reads `15`, `TERM` or `SIGTERM`, in either case.
    pub fn parse(text: &str) -> Option<Signal> {
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        SIGNALS.iter().find(|row| row.2 == name || row.1.to_string() == name).map(|row| row.0)
    }

    /// Whether a program that does nothing about it stays as it is.
    pub(crate) fn is_ignored_by_default(self) -> bool {
        matches!(self, Signal::Child | Signal::WindowChange)
    }

    /// Whether a program that does nothing about it is stopped until it is continued.
    pub(crate) fn stops(self) -> bool {
        matches!(self, Signal::Stop | Signal::TerminalStop)
    }

    fn row(self) -> &'static (Signal, i32, &'static str, &'static str) {
        SIGNALS.iter().find(|row| row.0 == self).expect("every signal is in the table")
    }
}

/// How a process ended: by itself with a code, or by a signal, whose code is 128 plus its number (SIGKILL: 137).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitStatus {
    pub code: i32,
    pub signal: Option<Signal>,
}

impl ExitStatus {
    /// A code as a parent sees it: its lowest eight bits (`exit -1` is 255).
    pub fn exited(code: i32) -> Self {
        ExitStatus { code: code & 0xff, signal: None }
    }

    pub fn killed(signal: Signal) -> Self {
        ExitStatus { code: 128 + signal.number(), signal: Some(signal) }
    }
}
