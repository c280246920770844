//! How kubectl fails: what is said on standard error, and the exit code.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go, v1.36.
//! Simplified: nothing.

use std::fmt;

use podarium_machine::{NetError, Suspend};
use serde_json::Value;

use crate::unstructured::{items, text};

/// Why a command does not go on: it waits, or it has failed. `?` carries both out.
#[derive(Debug)]
pub enum Stop {
    Suspended(Suspend),
    Failed(Failure),
}

pub type Outcome<T> = Result<T, Stop>;

/// An error in kubectl's sense.
#[derive(Clone, Debug)]
pub enum Failure {
    Message(String),
    /// The server's `Status`.
    Server(Box<Value>),
    Connection { method: String, url: String, error: NetError },
    /// There is nothing to send a request with.
    Credentials { method: String, url: String, why: String },
    Many(Vec<Failure>),
    /// A text that goes out as it is, without `error: `.
    Plain(String),
    /// What ran in a container ended with this code, and so does kubectl.
    Command { code: i32, message: String },
    /// What goes to standard output before the failure is told.
    Shown { text: String, failure: Box<Failure> },
    /// Everything has been said already.
    Exit(i32),
}

impl From<Suspend> for Stop {
    fn from(suspend: Suspend) -> Self {
        Stop::Suspended(suspend)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failed(failure)
    }
}

/// Splits what failed from what waits: `match caught(kubectl.get(…))? { Ok(object) => …, Err(failure) => … }`.
pub fn caught<T>(outcome: Outcome<T>) -> Result<Result<T, Failure>, Stop> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Failed(failure)) => Ok(Err(failure)),
        Err(waits) => Err(waits),
    }
}

/// An ordinary error: `error: …`.
pub fn fail<T>(message: impl Into<String>) -> Outcome<T> {
    Err(Stop::Failed(Failure::Message(message.into())))
}

/// A wrong use of a command, with the pointer to its help.
pub fn usage<T>(command: &str, message: impl fmt::Display) -> Outcome<T> {
    fail(format!("{message}\nSee '{command} -h' for help and examples"))
}

pub fn not_simulated<T>(what: impl fmt::Display) -> Outcome<T> {
    fail(format!("not simulated: {what}"))
}

/// Several failures are one, none is none.
pub fn all_of(mut failures: Vec<Failure>) -> Outcome<()> {
    match failures.len() {
        0 => Ok(()),
        1 => Err(failures.remove(0).into()),
        _ => Err(Failure::Many(failures).into()),
    }
}

impl Failure {
    pub fn reason(&self) -> &str {
        match self {
            Failure::Server(status) => text(status, "/reason"),
            _ => "",
        }
    }

    /// Whether the server names this as a cause.
    pub fn has_cause(&self, reason: &str) -> bool {
        matches!(self, Failure::Server(status) if items(status, "/details/causes").iter().any(|cause| text(cause, "/reason") == reason))
    }

    /// The message of the error alone.
    pub fn text(&self) -> String {
        match self {
            Failure::Server(status) => text(status, "/message").to_owned(),
            other => other.to_string(),
        }
    }

    /// The server was not reached, or there was nothing to ask it with.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Failure::Connection { .. } | Failure::Credentials { .. })
    }

    pub fn is_not_found(&self) -> bool {
        self.reason() == "NotFound"
    }

    pub fn is_conflict(&self) -> bool {
        self.reason() == "Conflict"
    }

    /// Puts `error when creating "STDIN": ` in front, if there is a source.
    #[must_use]
    pub fn when(self, verb: &str, source: &str) -> Failure {
        if source.is_empty() {
            return self;
        }
        let prefix = format!("error when {verb} {source:?}: ");
        match self {
            Failure::Server(mut status) => {
                status["message"] = format!("{prefix}{}", text(&status, "/message")).into();
                Failure::Server(status)
            }
            other => Failure::Message(format!("{prefix}{other}")),
        }
    }

    /// The text for standard error and the exit code.
    pub fn report(&self) -> (String, i32) {
        let mut message = match self {
            Failure::Exit(code) => return (String::new(), *code),
            Failure::Shown { failure, .. } => return failure.report(),
            Failure::Command { code, message } => return (format!("{message}\n"), *code),
            Failure::Plain(message) => message.clone(),
            Failure::Server(status) if text(status, "/reason") == "Invalid" => invalid(status),
            Failure::Many(failures) => {
                // One that ends in an end of line has an empty line behind it.
                flatten(failures).iter().map(|failure| failure.line() + "\n").collect()
            }
            other => other.standard().unwrap_or_else(|| {
                let message = other.to_string();
                if message.starts_with("error: ") { message } else { format!("error: {message}") }
            }),
        };
        if !message.is_empty() && !message.ends_with('\n') {
            message.push('\n');
        }
        (message, 1)
    }

    /// How the failure reads as one of several.
    fn line(&self) -> String {
        self.standard().unwrap_or_else(|| self.to_string())
    }

    fn standard(&self) -> Option<String> {
        match self {
            Failure::Server(status) => Some(match text(status, "/reason") {
                "" => format!("Error from server: {self}"),
                "Unauthorized" => format!("error: You must be logged in to the server ({self})"),
                reason => format!("Error from server ({reason}): {self}"),
            }),
            Failure::Connection { url, error: NetError::ConnectionRefused, .. } => {
                let host = url.split("://").last().unwrap_or_default().split('/').next().unwrap_or_default();
                Some(format!("The connection to the server {host} was refused - did you specify the right host or port?"))
            }
            Failure::Credentials { why, .. } => Some(format!("Unable to connect to the server: getting credentials: {why}")),
            Failure::Connection { url, error, .. } => Some(format!("Unable to connect to the server: {}", go_net_error(url, *error))),
            _ => None,
        }
    }
}

fn flatten(failures: &[Failure]) -> Vec<&Failure> {
    failures
        .iter()
        .flat_map(|failure| match failure {
            Failure::Many(inner) => flatten(inner),
            other => vec![other],
        })
        .collect()
}

/// `GET` is `Get` in an error of Go's HTTP client.
fn go_method(method: &str) -> String {
    format!("{}{}", &method[..1], method[1..].to_lowercase())
}

pub(crate) fn go_net_error(url: &str, error: NetError) -> String {
    let host = url.split("://").last().unwrap_or_default().split('/').next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    // It is called by its name, and dialled by its address.
    let dialled = host.replacen("localhost:", "127.0.0.1:", 1);
    match error {
        NetError::ConnectionRefused => format!("dial tcp {dialled}: connect: connection refused"),
        NetError::ConnectionReset | NetError::EmptyReply => "EOF".to_owned(),
        NetError::TimedOut => format!("dial tcp {host}: i/o timeout"),
        NetError::UnknownHost => format!("dial tcp: lookup {name}: no such host"),
        NetError::NetworkUnreachable => format!("dial tcp {host}: connect: network is unreachable"),
        NetError::Certificate(_) => "tls: failed to verify certificate: x509: certificate signed by unknown authority".to_owned(),
        NetError::NotTls => "http: server gave HTTP response to HTTPS client".to_owned(),
        NetError::NotHttp => "net/http: HTTP/1.x transport connection broken: malformed HTTP response".to_owned(),
        NetError::BadUrl => match url.split_once("://") {
            Some((scheme, _)) => format!("unsupported protocol scheme {scheme:?}"),
            None => format!("unsupported protocol scheme in {url:?}"),
        },
    }
}

/// What the server found wrong with an object: one cause on the line, several as a list.
fn invalid(status: &Value) -> String {
    if status.get("details").is_none_or(Value::is_null) {
        return format!("The request is invalid: {}", text(status, "/message"));
    }
    let (kind, name) = (text(status, "/details/kind"), text(status, "/details/name"));
    let mut causes: Vec<String> = Vec::new();
    for cause in items(status, "/details/causes") {
        let line = format!("{}: {}", text(cause, "/field"), text(cause, "/message"));
        if !causes.contains(&line) {
            causes.push(line);
        }
    }
    let mut head = "The request is invalid".to_owned();
    if !kind.is_empty() || !name.is_empty() {
        head = format!("The {kind} {name:?} is invalid");
    } else if causes.is_empty() && !text(status, "/message").is_empty() {
        head = format!("{head}: {}", text(status, "/message"));
    }
    match causes.len() {
        0 => head,
        // The text may end in an end of line of its own, then there are two.
        1 => format!("{head}: {}\n", causes[0]),
        _ => format!("{head}: \n{}", causes.iter().map(|cause| format!("* {cause}\n")).collect::<String>()),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Message(message) | Failure::Plain(message) => f.write_str(message),
            Failure::Server(status) => f.write_str(text(status, "/message")),
            Failure::Connection { method, url, error } => {
                write!(f, "{} {url:?}: {}", go_method(method), go_net_error(url, *error))
            }
            Failure::Credentials { method, url, why } => write!(f, "{} {url:?}: getting credentials: {why}", go_method(method)),
            Failure::Many(failures) if failures.len() == 1 => failures[0].fmt(f),
            Failure::Many(failures) => {
                let all: Vec<String> = failures.iter().map(Failure::to_string).collect();
                write!(f, "[{}]", all.join(", "))
            }
            Failure::Command { message, .. } => f.write_str(message),
            Failure::Shown { failure, .. } => failure.fmt(f),
            Failure::Exit(code) => write!(f, "exit {code}"),
        }
    }
}
