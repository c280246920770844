//! Redirections: which descriptor leads where while a command runs.

use super::code::{Redirect, RedirectKind, Word};
use super::dialect::Dialect;
use super::expand::{Expander, Stop};
use super::interpreter::Shell;
use crate::{HttpRequest, NetError, OpenMode, Sys};

/// A redirection with its words expanded.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub fd: u32,
    pub to: To,
}

#[derive(Clone, Debug)]
pub(super) enum To {
    File(String, OpenMode),
    Descriptor(u32),
    Closed,
    /// The text of a here-document.
    Text(String),
    /// A connection that has been made.
    Socket(u32),
    /// One that has not, and what is said of it.
    NoSocket(String),
}

/// What bash takes for an address in the place of a file.
const SOCKETS: [(&str, fn(&str, u16) -> HttpRequest); 2] = [("/dev/tcp/", HttpRequest::connect), ("/dev/udp/", HttpRequest::datagrams)];
/// Services with a name, of those that scripts ask for.
const SERVICES: [(&str, u16); 5] = [("domain", 53), ("http", 80), ("https", 443), ("smtp", 25), ("ssh", 22)];

fn file(expander: &mut Expander<'_, '_>, word: &Word, mode: OpenMode) -> Result<To, Stop> {
    let path = expander.text(word)?;
    let named = SOCKETS.iter().find_map(|(start, open)| Some((path.strip_prefix(start)?.split_once('/')?, open)));
    let Some(((host, service), open)) = named.filter(|_| expander.shell.dialect.is_bash()) else { return Ok(To::File(path, mode)) };
    let port = SERVICES.iter().find(|(name, _)| *name == service).map(|(_, port)| *port).or_else(|| service.parse().ok());
    let Some(port) = port else {
        expander.shell.complain(expander.sys, &format!("{service}: Servname not supported for ai_socktype"));
        return Ok(To::NoSocket(format!("{path}: Invalid argument")));
    };
    let Some(answer) = expander.answers.get(expander.used) else {
        let request = Box::new(open(if host.is_empty() { "localhost" } else { host }, port));
        return Err(Stop::Connect { path, request });
    };
    expander.used += 1;
    Ok(match (answer.status, answer.output.parse()) {
        (0, Ok(fd)) => To::Socket(fd),
        _ => To::NoSocket(answer.output.clone()),
    })
}

/// What bash says of a connection that could not be made, and then of the redirection.
pub(super) fn not_connected(path: &str, error: NetError) -> (String, String) {
    match error {
        NetError::UnknownHost => {
            let host = path.split('/').nth(3).unwrap_or_default();
            (format!("{host}: Name or service not known"), format!("{path}: Invalid argument"))
        }
        error => (format!("connect: {error}"), format!("{path}: {error}")),
    }
}

pub(super) fn expand(expander: &mut Expander<'_, '_>, redirects: &[Redirect]) -> Result<Vec<Change>, Stop> {
    let mut changes = Vec::new();
    for redirect in redirects {
        let number = |default: u32| redirect.fd.unwrap_or(default);
        let (fd, to) = match &redirect.kind {
            RedirectKind::Read(word) => (number(0), file(expander, word, OpenMode::Read)?),
            RedirectKind::Write(word) => (number(1), file(expander, word, OpenMode::Write)?),
            RedirectKind::Append(word) => (number(1), file(expander, word, OpenMode::Append)?),
            RedirectKind::ReadWrite(word) => (number(0), file(expander, word, OpenMode::ReadWrite)?),
            RedirectKind::Both(word, append) => {
                let mode = if *append { OpenMode::Append } else { OpenMode::Write };
                changes.push(Change { fd: 1, to: file(expander, word, mode)? });
                (2, To::Descriptor(1))
            }
            RedirectKind::Duplicate(word, is_output) => {
                let fd = number(u32::from(*is_output));
                let target = expander.text(word)?;
                match target.as_str() {
                    "-" => (fd, To::Closed),
                    // `>&FILE` is an old way to write `&>FILE`.
                    other => match (other.parse(), *is_output && redirect.fd.is_none()) {
                        (Ok(number), _) => (fd, To::Descriptor(number)),
                        (Err(_), true) => {
                            changes.push(Change { fd: 1, to: To::File(target, OpenMode::Write) });
                            (2, To::Descriptor(1))
                        }
                        (Err(_), false) => return Err(Stop::Failed(format!("{target}: ambiguous redirect"))),
                    },
                }
            }
            RedirectKind::HereDocument(word) => (number(0), To::Text(expander.text(word)?)),
            RedirectKind::HereString(word) => (number(0), To::Text(format!("{}\n", expander.text(word)?))),
        };
        changes.push(Change { fd, to });
    }
    Ok(changes)
}

impl Shell {
    /// Redirects the shell's own descriptors. Gives what is needed to put them back; on an error they already are.
    pub(super) fn redirect(
        &mut self,
        sys: &mut Sys<'_>,
        changes: Vec<Change>,
    ) -> Result<Vec<(u32, Option<u32>)>, String> {
        let mut saved = Vec::new();
        for change in changes {
            saved.push((change.fd, sys.keep_copy(change.fd).ok()));
            if let Err(message) = apply(sys, &change, self.dialect) {
                self.restore_fds(sys, saved);
                return Err(message);
            }
        }
        Ok(saved)
    }

    pub(super) fn restore_fds(&mut self, sys: &mut Sys<'_>, saved: Vec<(u32, Option<u32>)>) {
        for (fd, copy) in saved.into_iter().rev() {
            match copy {
                Some(copy) => {
                    // The copy was open a moment ago and nobody else closes it.
                    let _ = sys.duplicate(copy, fd);
                    sys.close(copy);
                }
                None => sys.close(fd),
            }
        }
    }
}

fn apply(sys: &mut Sys<'_>, change: &Change, dialect: Dialect) -> Result<(), String> {
    let opened = match &change.to {
        To::Closed => {
            sys.close(change.fd);
            return Ok(());
        }
        To::Descriptor(from) => {
            return sys.duplicate(*from, change.fd).map_err(|error| format!("{from}: {error}"));
        }
        To::File(path, mode) => sys.open(path, *mode).map_err(|error| dialect.cannot_open(path, *mode, error))?,
        To::Text(text) => {
            let (reader, writer) = sys.pipe();
            // A new pipe takes a text of any length at once.
            let _ = sys.write(writer, text.as_bytes());
            sys.close(writer);
            reader
        }
        To::Socket(fd) => *fd,
        To::NoSocket(message) => return Err(message.clone()),
    };
    let moved = sys.duplicate(opened, change.fd);
    sys.close(opened);
    moved.map_err(|error| format!("{}: {error}", change.fd))
}
