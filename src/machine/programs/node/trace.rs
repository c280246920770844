//! Which Node this is, and how it reports what went wrong: stack traces, uncaught errors, syntax errors.
//!
//! Simplified: the places inside Node itself are those of 6.9.2 for versions before 12, and of 22.14.0 for all others.

use super::lexer::SyntaxError;
use super::run::Run;
use super::value::{Class_, Value};

/// The version, as the header file says it that every installation of Node has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub major: u32,
    pub text: String,
}

/// Where an installation says its version.
pub const HEADER: &str = "/usr/local/include/node/node_version.h";
/// That of a computer without the file.
const USUAL: &str = "22.14.0";

impl Version {
    pub fn read(header: Option<&[u8]>) -> Version {
        let text = String::from_utf8_lossy(header.unwrap_or_default()).into_owned();
        let part = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix("#define ")?.strip_prefix(name))?;
            line.trim().parse::<u32>().ok()
        };
        let parts = [part("NODE_MAJOR_VERSION"), part("NODE_MINOR_VERSION"), part("NODE_PATCH_VERSION")];
        let text = match parts {
            [Some(major), Some(minor), Some(patch)] => format!("{major}.{minor}.{patch}"),
            _ => USUAL.to_owned(),
        };
        Version { major: text.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(22), text }
    }

    /// Modules were wrapped into a function on their first line.
    pub fn wraps(&self) -> bool {
        self.major < 11
    }

    pub fn is_old(&self) -> bool {
        self.major < 12
    }
}

pub const WRAPPER: &str = "(function (exports, require, module, __filename, __dirname) { ";
const MOST_FRAMES: usize = 10;

const LOADER_OLD: [&str; 9] = [
    "Module._compile (module.js:570:32)",
    "Object.Module._extensions..js (module.js:579:10)",
    "Module.load (module.js:487:32)",
    "tryModuleLoad (module.js:446:12)",
    "Function.Module._load (module.js:438:3)",
    "Module.runMain (module.js:604:10)",
    "run (bootstrap_node.js:394:7)",
    "startup (bootstrap_node.js:149:9)",
    "bootstrap_node.js:509:3",
];
const LOADER: [&str; 8] = [
    "Module._compile (node:internal/modules/cjs/loader:1554:14)",
    "Object..js (node:internal/modules/cjs/loader:1706:10)",
    "Module.load (node:internal/modules/cjs/loader:1289:32)",
    "Function._load (node:internal/modules/cjs/loader:1108:12)",
    "TracingChannel.traceSync (node:diagnostics_channel:322:14)",
    "wrapModuleLoad (node:internal/modules/cjs/loader:220:24)",
    "Function.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:170:5)",
    "node:internal/main/run_main_module:36:49",
];
const SYNTAX_OLD: [&str; 2] = ["Object.exports.runInThisContext (vm.js:76:16)", "Module._compile (module.js:542:28)"];
const SYNTAX: [&str; 2] = ["wrapSafe (node:internal/modules/cjs/loader:1486:18)", "Module._compile (node:internal/modules/cjs/loader:1528:20)"];

/// How the event loop comes to call a program's functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Main,
    Timer,
    Request,
    Job,
}

pub fn below(version: &Version, from: From) -> Vec<String> {
    let lines: &[&str] = match (from, version.is_old()) {
        (From::Main, true) => &LOADER_OLD,
        (From::Main, false) => &LOADER,
        (From::Timer, true) => &["ontimeout (timers.js:365:14)", "tryOnTimeout (timers.js:237:5)", "Timer.listOnTimeout (timers.js:207:5)"],
        (From::Timer, false) => &["listOnTimeout (node:internal/timers:594:17)", "process.processTimers (node:internal/timers:529:7)"],
        (From::Request, true) => &[
            "emitTwo (events.js:106:13)",
            "Server.emit (events.js:191:7)",
            "HTTPParser.parserOnIncoming [as onIncoming] (_http_server.js:546:12)",
            "HTTPParser.parserOnHeadersComplete (_http_common.js:99:23)",
        ],
        (From::Request, false) => &[
            "Server.emit (node:events:518:28)",
            "parserOnIncoming (node:_http_server:1153:12)",
            "HTTPParser.parserOnHeadersComplete (node:_http_common:117:17)",
        ],
        (From::Job, true) => &["_combinedTickCallback (internal/process/next_tick.js:67:7)", "process._tickCallback (internal/process/next_tick.js:98:9)"],
        (From::Job, false) => &["process.processTicksAndRejections (node:internal/process/task_queues:105:5)"],
    };
    lines.iter().map(|line| (*line).to_owned()).collect()
}

impl Run<'_, '_> {
    /// The places of the calls under way, innermost first.
    pub fn trace(&self) -> Vec<String> {
        let (mut at, mut file) = (self.vm.here, self.vm.file.clone());
        let mut lines = Vec::new();
        for frame in self.vm.frames.iter().rev().take(MOST_FRAMES) {
            let shift = if at.line == 1 && self.vm.version.wraps() { WRAPPER.len() as u32 } else { 0 };
            let place = format!("{file}:{}:{}", at.line, at.column + shift);
            lines.push(if frame.label.is_empty() { place } else { format!("{} ({place})", frame.label) });
            (at, file) = (frame.caller, frame.caller_file.clone());
        }
        lines.extend(self.vm.below.iter().cloned());
        lines.truncate(MOST_FRAMES);
        lines
    }

    /// What stands above an error that nobody caught: the line, and what is meant on it.
    fn excerpt(&self, file: &str, line: u32, column: u32, length: usize) -> String {
        let source = self.vm.sources.get(file).map_or("", |source| source.as_ref());
        let text = source.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
        let (text, shift) = match line == 1 && self.vm.version.wraps() {
            true => (format!("{WRAPPER}{text}"), WRAPPER.len()),
            false => (text.to_owned(), 0),
        };
        // Tabs stay, so that the caret stands below what it means.
        let blank: String = text.chars().take(column as usize - 1 + shift).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        format!("{file}:{line}\n{text}\n{blank}{}\n", "^".repeat(length))
    }

    fn last_line(&self) -> String {
        if self.vm.version.major >= 16 { format!("\nNode.js v{}\n", self.vm.version.text) } else { String::new() }
    }

    /// An error that ends the program.
    pub fn uncaught(&mut self, error: &Value) -> String {
        let (file, at) = self.vm.thrown.clone();
        let (file, at) = match (file.is_empty(), self.look(error, "\0made")) {
            // Nobody threw it: it stands where it was made.
            (true, Some(Value::Text(place))) => {
                let mut parts = place.split('\0');
                let file = parts.next().unwrap_or_default().into();
                let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(1);
                (file, super::lexer::Pos { line: number(), column: number() })
            }
            _ => (file, at),
        };
        let internal = self.look(error, "\0excerpt");
        let excerpt = match internal {
            Some(Value::Text(text)) => text.to_string(),
            _ if file.is_empty() => String::new(),
            _ => self.excerpt(&file, at.line, at.column, 1),
        };
        let is_error = matches!(self.class(error), Some(Class_::Error));
        let body = match is_error {
            true => self.error_shown(error, 0),
            false if self.vm.version.is_old() => self.text(error).map(|text| text.to_string()).unwrap_or_default(),
            false => format!("Uncaught:\n{}\n(Use `node --trace-uncaught ...` to show where the exception was thrown)", self.inspect(error)),
        };
        let gap = if is_error { "\n" } else { "" };
        format!("{excerpt}{gap}{body}\n{}", self.last_line())
    }

    /// A source that is no JavaScript, or more than is simulated.
    pub fn syntax_error(&self, file: &str, error: &SyntaxError) -> String {
        if error.message.starts_with("podarium:") {
            return format!("{file}:{}\n{}\n", error.at.line, error.message);
        }
        let message = match self.vm.version.is_old() {
            true => error.message.replace("identifier '", "identifier\0").replace('\'', "").split('\0').next().unwrap_or_default().to_owned(),
            false => error.message.clone(),
        };
        let (head, loader): (&[&str], &[&str]) = if self.vm.version.is_old() { (&SYNTAX_OLD, &LOADER_OLD) } else { (&SYNTAX, &LOADER) };
        let mut lines: Vec<&str> = head.iter().chain(&loader[1..]).copied().collect();
        lines.truncate(MOST_FRAMES);
        let trace: String = lines.iter().map(|line| format!("\n    at {line}")).collect();
        format!("{}\nSyntaxError: {message}{trace}\n{}", self.excerpt(file, error.at.line, error.at.column, error.length), self.last_line())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_file_says_the_version() {
        let header = b"#define NODE_MAJOR_VERSION 6\n#define NODE_MINOR_VERSION 9\n#define NODE_PATCH_VERSION 2\n";
        assert_eq!(Version::read(Some(header)), Version { major: 6, text: "6.9.2".to_owned() });
        assert_eq!(Version::read(None).text, USUAL);
    }
}
