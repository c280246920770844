//! The system calls of a sequential program.
//!
//! Read the head of `program.rs` first: every call here is a *step* whose answer is logged, `Err(Suspend)` means "not
//! yet" and belongs to `?`. What can fail for the program's own reasons is a second `Result` inside:
//! `process.read_file(path)?` is a `Result<Vec<u8>, Errno>`.
//!
//! Relative paths start at the process's working directory; `~` and `$HOME` are the shell's business. Text goes in and
//! out as UTF-8; bytes that are not are replaced where a call returns a `String`.

use std::any::Any;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use podarium_sim::{Fingerprint, Time};

use crate::mount_table::MountRow;
use crate::program::{Answer, Step};
use crate::surroundings::Denied;
use crate::{
    ConnectionId, Credentials, Errno, ExchangeId, ExitStatus, Hardware, HttpRequest, HttpResponse, HttpStream,
    LookupAnswer, Metadata, Namespaces, NetError, OpenMode, Pid, ProcessInfo, RecordType, Signal, Spawn, StreamItem, Surroundings, Suspend, Sys,
};

/// Buffers up to this size are part of what every process holds.
const USUAL_BUFFER: usize = 1 << 20;
/// No process may keep more than this of what it reads.
const MOST_BYTES_HELD: usize = 64 << 20;

/// A running sequential program, as it sees itself and its computer.
pub struct Process<'a> {
    sys: Sys<'a>,
    log: &'a mut Vec<Step>,
    interrupts: &'a mut Option<u32>,
    next: usize,
}

/// Something that a program can wait for together with others: see [`Process::poll`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A descriptor with something to read (or at its end). 0 is standard input.
    Readable(u32),
    /// The next piece of an HTTP stream.
    Stream(ExchangeId),
    /// The end of a child.
    Child(Pid),
    /// A request or a connection on a port that the program listens on.
    Connection(u16),
    /// Something to read on a connection that was accepted, or its end.
    Received(ConnectionId),
    /// A datagram on a port that the program listens on.
    Datagram(u16),
}

/// Which source of a [`Process::poll`] is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// The index into the list that was given.
    Source(usize),
    TimedOut,
}

/// Who the process is: constant, so not logged.
impl Process<'_> {
    /// The command line; `args()[0]` is the name by which the program was called.
    pub fn args(&self) -> Vec<String> {
        self.sys.args().to_vec()
    }

    pub fn env(&self, name: &str) -> Option<String> {
        self.sys.env().get(name).cloned()
    }

    /// All environment variables, sorted by name.
    pub fn all_env(&self) -> Vec<(String, String)> {
        self.sys.env().iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    pub fn pid(&self) -> Pid {
        self.sys.pid()
    }

    pub fn hostname(&self) -> String {
        self.sys.hostname().to_owned()
    }

    pub fn credentials(&self) -> Credentials {
        self.sys.credentials().clone()
    }

    pub fn umask(&self) -> u32 {
        self.sys.umask()
    }

    pub fn hardware(&self) -> Hardware {
        self.sys.hardware().clone()
    }

    /// Whether a descriptor (0, 1, 2) is a terminal.
    pub fn is_tty(&self, fd: u32) -> bool {
        self.sys.is_tty(fd)
    }
}

/// Files.
impl Process<'_> {
    pub fn cwd(&mut self) -> Result<String, Suspend> {
        self.at_once(("cwd", 0), |sys| sys.cwd().to_owned())
    }

    pub fn set_cwd(&mut self, path: &str) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("set_cwd", &[path.as_bytes()]), |sys| sys.set_cwd(path))
    }

    pub fn read_file(&mut self, path: &str) -> Result<Result<Vec<u8>, Errno>, Suspend> {
        self.at_once(call("read_file", &[path.as_bytes()]), |sys| sys.read_file(path))
    }

    /// Writes a whole file. A file that exists keeps its mode; a new one gets `mode` (usually `0o644`).
    pub fn write_file(&mut self, path: &str, bytes: &[u8], mode: u32) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("write_file", &[path.as_bytes(), bytes]), |sys| sys.write_file(path, bytes, mode))
    }

    /// Adds to the end of a file, which is made if it is not there.
    pub fn append_file(&mut self, path: &str, bytes: &[u8]) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("append_file", &[path.as_bytes(), bytes]), |sys| sys.append_file(path, bytes))
    }

    /// The names in a directory, sorted, without `.` and `..`.
    pub fn read_dir(&mut self, path: &str) -> Result<Result<Vec<String>, Errno>, Suspend> {
        self.at_once(call("read_dir", &[path.as_bytes()]), |sys| sys.read_dir(path))
    }

    /// What is at a path; symbolic links are followed.
    pub fn stat(&mut self, path: &str) -> Result<Result<Metadata, Errno>, Suspend> {
        self.at_once(call("stat", &[path.as_bytes()]), |sys| sys.stat(path))
    }

    /// What is at a path, be it a symbolic link.
    pub fn lstat(&mut self, path: &str) -> Result<Result<Metadata, Errno>, Suspend> {
        self.at_once(call("lstat", &[path.as_bytes()]), |sys| sys.lstat(path))
    }

    /// Removes a file or an empty directory.
    pub fn remove(&mut self, path: &str) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("remove", &[path.as_bytes()]), |sys| sys.remove(path))
    }

    pub fn mkdir(&mut self, path: &str) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("mkdir", &[path.as_bytes()]), |sys| sys.mkdir(path))
    }

    /// Moves a file or directory onto another path, replacing a file that is there.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("rename", &[from.as_bytes(), to.as_bytes()]), |sys| sys.rename(from, to))
    }

    pub fn symlink(&mut self, target: &str, path: &str) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("symlink", &[target.as_bytes(), path.as_bytes()]), |sys| sys.symlink(target, path))
    }

    pub fn chmod(&mut self, path: &str, mode: u32) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("chmod", &[path.as_bytes()]), |sys| sys.chmod(path, mode))
    }

    /// Changes owner, group or both; with `follow`, of what a symbolic link leads to.
    pub fn chown(&mut self, path: &str, uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("chown", &[path.as_bytes()]), |sys| sys.chown(path, uid, gid, follow))
    }

    /// A second name for a file.
    pub fn link(&mut self, from: &str, to: &str) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("link", &[from.as_bytes(), to.as_bytes()]), |sys| sys.link(from, to))
    }

    /// Whether the process may read (4), write (2), execute (1) what is there.
    pub fn access(&mut self, path: &str, wanted: u32) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("access", &[path.as_bytes()]), |sys| sys.access(path, wanted))
    }

    pub fn set_modified(&mut self, path: &str, time: Time) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("set_modified", &[path.as_bytes()]), |sys| sys.set_modified(path, time))
    }

    /// All file systems.
    pub(crate) fn mounts(&mut self) -> Result<Vec<MountRow>, Suspend> {
        self.at_once(("mounts", 0), |sys| sys.mounts())
    }

    /// Sets the time of last change to now.
    pub fn touch(&mut self, path: &str) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(call("touch", &[path.as_bytes()]), |sys| sys.touch(path))
    }
}

/// Descriptors: standard input and output, pipes.
impl Process<'_> {
    /// One line of standard input with its newline (the last one may have none); `None` at the end.
    pub fn read_line(&mut self) -> Result<Option<String>, Suspend> {
        let bytes = self.step(("read_line", 0), |sys| sys.read_line(0))?;
        Ok((!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Up to the next newline and with it, from any descriptor. Empty: its end.
    pub fn read_line_from(&mut self, fd: u32) -> Result<Vec<u8>, Suspend> {
        self.step(call("read_line_from", &[&fd.to_le_bytes()]), |sys| sys.read_line(fd))
    }

    pub fn read_stdin_to_end(&mut self) -> Result<Vec<u8>, Suspend> {
        self.read_to_end(0)
    }

    /// Everything that a descriptor gives until its end.
    pub fn read_to_end(&mut self, fd: u32) -> Result<Vec<u8>, Suspend> {
        self.read_up_to(fd, usize::MAX).map(Result::unwrap_or_default)
    }

    /// Everything that a descriptor gives until its end, or until there is enough. Errors after the first piece read as
    /// the end.
    pub(crate) fn read_up_to(&mut self, fd: u32, most: usize) -> Result<Result<Vec<u8>, Errno>, Suspend> {
        // The pieces are shared, so that keeping the state of the loop costs nothing.
        let start: (imbl::Vector<Arc<Vec<u8>>>, usize) = (imbl::Vector::new(), 0);
        let read = self.repeat(start, |process, (pieces, length)| {
            if *length >= most {
                return Ok(ControlFlow::Break(Ok(pieces.clone())));
            }
            Ok(match process.read(fd)? {
                Ok(piece) if !piece.is_empty() => {
                    *length += piece.len();
                    pieces.push_back(Arc::new(piece));
                    process.hold(*length)?;
                    ControlFlow::Continue(())
                }
                Err(error) if pieces.is_empty() => ControlFlow::Break(Err(error)),
                _ => ControlFlow::Break(Ok(pieces.clone())),
            })
        })?;
        Ok(read.map(|pieces| {
            let mut bytes: Vec<u8> = Vec::new();
            pieces.iter().for_each(|piece| bytes.extend_from_slice(piece));
            bytes.truncate(most);
            bytes
        }))
    }

    /// The program keeps so many bytes of its input. Too many, and the kernel ends it: what is simulated here takes
    /// real memory.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Suspend> {
        if bytes < USUAL_BUFFER {
            return Ok(());
        }
        self.set_memory(bytes as u64 + (1 << 20))?;
        if bytes > MOST_BYTES_HELD {
            let own = self.pid();
            let _ = self.at_once(("kill", own.0.into()), |sys| sys.machine.kill(own, Signal::Kill))?;
            return Err(Suspend(None));
        }
        Ok(())
    }

    /// What there is to read on a descriptor, waiting until there is something. Empty: its end.
    pub fn read(&mut self, fd: u32) -> Result<Result<Vec<u8>, Errno>, Suspend> {
        self.step(call("read", &[&fd.to_le_bytes()]), |sys| sys.read(fd, usize::MAX))
    }

    /// Writes to standard output. A program whose reader has gone is ended by SIGPIPE here, as on Linux.
    pub fn print(&mut self, text: &str) -> Result<(), Suspend> {
        self.write_stdout(text.as_bytes())
    }

    pub fn write_stdout(&mut self, bytes: &[u8]) -> Result<(), Suspend> {
        if let Err(error) = self.write(1, bytes)? {
            // There is no more to do for a program whose output goes nowhere.
            let name = self.sys.args().first().map_or("", String::as_str).rsplit('/').next().unwrap_or_default().to_owned();
            self.eprint(&format!("{name}: write error: {error}\n"))?;
            return Err(Suspend(Some(1)));
        }
        Ok(())
    }

    /// Writes to standard error.
    pub fn eprint(&mut self, text: &str) -> Result<(), Suspend> {
        let own = match self.sys.is_busybox() {
            true => crate::programs::busybox_words(self.sys.args().first().map_or("", String::as_str), text),
            false => text.to_owned(),
        };
        self.write(2, own.as_bytes()).map(|_| ())
    }

    /// Writes all bytes, waiting while a pipe is full.
    pub fn write(&mut self, fd: u32, bytes: &[u8]) -> Result<Result<(), Errno>, Suspend> {
        self.step(call("write", &[&fd.to_le_bytes(), bytes]), |sys| sys.write(fd, bytes))
    }

    pub fn open(&mut self, path: &str, mode: OpenMode) -> Result<Result<u32, Errno>, Suspend> {
        self.at_once(call("open", &[path.as_bytes()]), |sys| sys.open(path, mode))
    }

    /// A new pipe: the descriptor to read from and the one to write to.
    pub fn pipe(&mut self) -> Result<(u32, u32), Suspend> {
        self.at_once(("pipe", 0), |sys| sys.pipe())
    }

    pub fn close(&mut self, fd: u32) -> Result<(), Suspend> {
        self.at_once(call("close", &[&fd.to_le_bytes()]), |sys| sys.close(fd))
    }

    /// Has the terminal of standard input hand over every key as it is (no echo, no signals), or not any more.
    pub fn set_raw(&mut self, raw: bool) -> Result<(), Suspend> {
        self.set_raw_at(0, raw)
    }

    /// The same for the terminal that a descriptor leads to.
    pub fn set_raw_at(&mut self, fd: u32, raw: bool) -> Result<(), Suspend> {
        self.at_once(("set_raw", u64::from(raw)), |sys| sys.set_raw(fd, raw))
    }

    /// The terminal's width in characters: of standard output, or `COLUMNS`, or `None` when neither says.
    pub fn columns(&mut self) -> Result<Option<usize>, Suspend> {
        let set = self.env("COLUMNS").and_then(|columns| columns.parse().ok());
        self.at_once(("columns", 0), |sys| sys.columns(1)).map(|of_terminal| set.or(of_terminal))
    }
}

/// Ending.
impl Process<'_> {
    /// Ends the program with this code at once: `return Err(process.exit_with(1))`.
    pub fn exit_with(&self, code: i32) -> Suspend {
        Suspend(Some(code))
    }
}

/// Time and chance.
impl Process<'_> {
    pub fn sleep(&mut self, duration: Duration) -> Result<(), Suspend> {
        let until = self.now()? + duration;
        self.step(("sleep", 0), |sys| sys.sleep_until(until))
    }

    /// From now on an interrupt (Ctrl-C) does not end the program, which learns of it while it sleeps in
    /// [`Process::sleep_or_interrupt`]; or it ends it again.
    pub fn catch_interrupts(&mut self, catches: bool) -> Result<(), Suspend> {
        let is_new = self.next == self.log.len();
        self.at_once(("catch_interrupts", catches.into()), |_| ())?;
        if is_new {
            *self.interrupts = catches.then_some(0);
        }
        Ok(())
    }

    /// Waits; `true`: an interrupt that is caught ended the wait, or had come before.
    pub fn sleep_or_interrupt(&mut self, duration: Duration) -> Result<bool, Suspend> {
        let until = self.now()? + duration;
        let is_new = self.next == self.log.len();
        let waiting = self.interrupts.unwrap_or(0);
        let interrupted = self.step(("sleep_or_interrupt", 0), |sys| if waiting > 0 { Some(true) } else { sys.sleep_until(until).map(|()| false) })?;
        if is_new && interrupted {
            *self.interrupts = Some(waiting - 1);
        }
        Ok(interrupted)
    }

    /// Virtual time since the simulation began.
    pub fn now(&mut self) -> Result<Time, Suspend> {
        self.at_once(("now", 0), |sys| sys.now())
    }

    /// The wall clock of the simulated world: nanoseconds since 1970, UTC.
    pub fn unix_nanos(&mut self) -> Result<i64, Suspend> {
        self.at_once(("unix_nanos", 0), |sys| sys.unix_nanos())
    }

    pub fn random_bits(&mut self) -> Result<u64, Suspend> {
        self.at_once(("random_bits", 0), |sys| sys.random_bits())
    }
}

/// HTTP.
impl Process<'_> {
    /// Sends a request and waits for the whole answer. An answer of any status is `Ok`.
    pub fn http(&mut self, request: HttpRequest) -> Result<Result<HttpResponse, NetError>, Suspend> {
        self.http_as(request, |response| response)
    }

    /// The same, keeping of the answer what `read` makes of it: a long answer is read once, not at each resumption. It is
    /// cloned at each, so keep big things behind an `Arc`.
    pub fn http_as<T: Clone + Send + Sync + 'static>(&mut self, request: HttpRequest, read: impl FnOnce(HttpResponse) -> T) -> Result<Result<T, NetError>, Suspend> {
        let deadline = self.deadline(request.timeout)?;
        let id = self.http_send(request)?;
        let answer = self.step(("http", id.0), |sys| Some(sys.http_whole(id, deadline)?.map(read)))?;
        self.http_close(id)?;
        Ok(answer)
    }

    /// Sends a request and waits for the head of the answer; its body is then read with [`Process::http_next`].
    pub fn http_open(&mut self, request: HttpRequest) -> Result<Result<HttpStream, NetError>, Suspend> {
        let deadline = self.deadline(request.timeout)?;
        let id = self.http_send(request)?;
        self.step(("http_open", id.0), |sys| sys.http_head(id, deadline))
    }

    /// The next piece of a stream's body. With a timeout, `StreamItem::TimedOut` says that none came in time.
    pub fn http_next(&mut self, stream: ExchangeId, timeout: Option<Duration>) -> Result<StreamItem, Suspend> {
        let deadline = self.deadline(timeout)?;
        self.step(("http_next", stream.0), |sys| sys.http_next(stream, deadline))
    }

    /// More of the request's body, for a server that listens while it answers (`exec -i`).
    pub fn http_write(&mut self, stream: ExchangeId, bytes: &[u8]) -> Result<(), Suspend> {
        self.at_once(call("http_write", &[bytes]), |sys| sys.http_write(stream, bytes))
    }

    /// Ends an exchange. What is still open when the program ends is closed then.
    pub fn http_close(&mut self, stream: ExchangeId) -> Result<(), Suspend> {
        self.at_once(("http_close", stream.0), |sys| sys.http_close(stream))
    }

    /// Takes a port until the program ends.
    pub fn listen(&mut self, port: u16) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(("listen", port.into()), |sys| sys.listen(port))
    }

    /// Waits for the next request on a port. It has to be answered with [`Process::respond`].
    pub fn accept(&mut self, port: u16) -> Result<(ConnectionId, HttpRequest), Suspend> {
        self.step(("accept", port.into()), |sys| sys.accept(port))
    }

    pub fn respond(&mut self, id: ConnectionId, response: HttpResponse) -> Result<(), Suspend> {
        self.at_once(("respond", id.0), |sys| sys.respond(id, response))
    }

    /// Breaks a connection off without an answer.
    pub fn reset(&mut self, id: ConnectionId) -> Result<(), Suspend> {
        self.at_once(("reset", id.0), |sys| sys.reset(id))
    }

    /// Takes a port for connections that carry bytes, until the program ends.
    pub fn listen_stream(&mut self, port: u16) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(("listen_stream", port.into()), |sys| sys.listen_stream(port))
    }

    /// Gives a port back.
    pub fn stop_listening(&mut self, port: u16) -> Result<(), Suspend> {
        self.at_once(("stop_listening", port.into()), |sys| sys.stop_listening(port))
    }

    /// Waits for the next connection on a port; it comes with the client's address.
    pub fn accept_stream(&mut self, port: u16) -> Result<(ConnectionId, String), Suspend> {
        self.step(("accept_stream", port.into()), |sys| sys.accept_stream(port))
    }

    /// What comes next on a connection that was accepted; nothing: no more will come.
    pub fn stream_read(&mut self, id: ConnectionId) -> Result<Vec<u8>, Suspend> {
        self.step(("stream_read", id.0), |sys| sys.stream_read(id))
    }

    pub fn stream_write(&mut self, id: ConnectionId, bytes: &[u8]) -> Result<(), Suspend> {
        self.at_once(call("stream_write", &[bytes]), |sys| sys.stream_write(id, bytes))
    }

    /// Says that no more will come on a connection that was accepted, and goes on reading from it.
    pub fn stream_end(&mut self, id: ConnectionId) -> Result<(), Suspend> {
        self.at_once(("stream_end", id.0), |sys| sys.stream_end(id))
    }

    /// Closes a connection that was accepted. What is open when the program ends is closed then.
    pub fn stream_close(&mut self, id: ConnectionId) -> Result<(), Suspend> {
        self.at_once(("stream_close", id.0), |sys| sys.stream_close(id))
    }

    /// Takes a port for datagrams, until the program ends.
    pub fn listen_datagrams(&mut self, port: u16) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(("listen_datagrams", port.into()), |sys| sys.listen_datagrams(port))
    }

    /// Waits for the next datagram on a port: whose it is, from which address it comes, and what it says.
    pub fn receive(&mut self, port: u16) -> Result<(ConnectionId, String, Vec<u8>), Suspend> {
        self.step(("receive", port.into()), |sys| sys.receive(port))
    }

    /// Listens on a port to this client alone from now on.
    pub fn receive_only_from(&mut self, port: u16, client: ConnectionId) -> Result<(), Suspend> {
        self.at_once(("receive_only_from", client.0), |sys| sys.receive_only_from(port, client))
    }

    /// Sends a datagram to a client that has sent one.
    pub fn reply(&mut self, client: ConnectionId, bytes: &[u8]) -> Result<(), Suspend> {
        self.at_once(call("reply", &[bytes]), |sys| sys.reply(client, bytes))
    }

    /// Asks a name server (`None`: that of `/etc/resolv.conf`) for a name as it is, without search domains.
    pub fn lookup(&mut self, server: Option<&str>, name: &str, record: RecordType) -> Result<LookupAnswer, Suspend> {
        let key = call("lookup_send", &[name.as_bytes(), record.name().as_bytes()]);
        let id = self.at_once(key, |sys| sys.lookup_send(server, name, record))?;
        self.step(("lookup", id.0), |sys| sys.lookup_answer(id))
    }

    fn http_send(&mut self, request: HttpRequest) -> Result<ExchangeId, Suspend> {
        let key = call("http_send", &[request.method.as_bytes(), request.url.as_bytes(), &request.body]);
        self.at_once(key, |sys| sys.http_send(request))
    }

    fn deadline(&mut self, timeout: Option<Duration>) -> Result<Option<Time>, Suspend> {
        timeout.map(|timeout| Ok(self.now()? + timeout)).transpose()
    }
}

/// Other processes, and waiting for several things.
impl Process<'_> {
    /// Starts a program as a child. `Spawn::new(&["grep", "x"])` inherits directory, environment and descriptors.
    /// `Err(Errno::NoEntry)` when there is no such command.
    pub fn spawn(&mut self, spawn: Spawn) -> Result<Result<Pid, Errno>, Suspend> {
        let key = call("spawn", &spawn.argv.iter().map(String::as_bytes).collect::<Vec<_>>());
        self.at_once(key, |sys| sys.spawn(spawn))
    }

    /// Goes on as another program, as `exec` does: `Ok` says why it cannot.
    pub(crate) fn exec(&mut self, spawn: Spawn) -> Result<Errno, Suspend> {
        match self.sys.become_program(spawn) {
            Ok(()) => Err(Suspend(None)),
            Err(error) => Ok(error),
        }
    }

    /// Where it is.
    pub(crate) fn surroundings(&self) -> Surroundings {
        self.sys.surroundings()
    }

    /// The namespaces of another process.
    pub(crate) fn namespaces_of(&mut self, pid: Pid) -> Result<Result<Namespaces, Errno>, Suspend> {
        self.at_once(("namespaces_of", pid.0.into()), |sys| sys.namespaces_of(pid))
    }

    /// Where a program is that has entered a namespace.
    pub(crate) fn entering(&mut self, around: Surroundings, kind: &str, number: u32) -> Result<Result<Surroundings, Denied>, Suspend> {
        self.at_once(call("entering", &[kind.as_bytes()]), |sys| sys.entering(around, kind, number))
    }

    /// Where a program is that has made a namespace.
    pub(crate) fn unsharing(&mut self, around: Surroundings, kind: &str) -> Result<Result<Surroundings, Errno>, Suspend> {
        self.at_once(call("unsharing", &[kind.as_bytes()]), |sys| sys.unsharing(around, kind))
    }

    /// Where a program is that has made a directory its root.
    pub(crate) fn rooting(&mut self, path: &str) -> Result<Result<Surroundings, Errno>, Suspend> {
        self.at_once(call("rooting", &[path.as_bytes()]), |sys| sys.rooting(sys.surroundings(), path))
    }

    /// Waits for a child to end.
    pub fn wait(&mut self, child: Pid) -> Result<Result<ExitStatus, Errno>, Suspend> {
        self.step(("wait", child.0.into()), |sys| sys.wait_child(child))
    }

    /// Installs one of the everyday programs as `/usr/bin/NAME`, as a package manager does; `false`: there is none of
    /// that name.
    pub(crate) fn install(&mut self, name: &str) -> Result<bool, Suspend> {
        self.at_once(call("install", &[name.as_bytes()]), |sys| sys.install(name))
    }

    /// Whether the everyday programs of this machine are those of busybox, with its words.
    pub(crate) fn is_busybox(&self) -> bool {
        self.sys.is_busybox()
    }

    /// Starts a program, waits for its end, and gives its exit code.
    pub fn run(&mut self, argv: &[String]) -> Result<Result<i32, Errno>, Suspend> {
        match self.spawn(Spawn::new(argv))? {
            Ok(child) => Ok(self.wait(child)?.map(|status| status.code)),
            Err(error) => Ok(Err(error)),
        }
    }

    pub fn kill(&mut self, pid: Pid, signal: Signal) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(("kill", pid.0.into()), |sys| sys.kill(pid, signal))
    }

    /// Whether there is such a process, and one that may be signalled.
    pub fn exists(&mut self, pid: Pid) -> Result<Result<(), Errno>, Suspend> {
        self.at_once(("exists", pid.0.into()), |sys| sys.exists(pid))
    }

    /// All processes of the machine.
    pub fn processes(&mut self) -> Result<Vec<ProcessInfo>, Suspend> {
        self.at_once(("processes", 0), |sys| sys.processes())
    }

    /// How long the machine has been on.
    pub fn uptime(&mut self) -> Result<Duration, Suspend> {
        self.at_once(("uptime", 0), |sys| sys.uptime())
    }

    /// Computes: uses that much CPU time, which takes longer where the machine gets less than a whole CPU.
    pub fn compute(&mut self, cpu: Duration) -> Result<(), Suspend> {
        let until = self.at_once(("use_cpu", 0), |sys| sys.use_cpu(cpu))?;
        self.step(("compute", 0), |sys| sys.sleep_until(until))
    }

    /// Says how much memory the program holds from now on.
    pub fn set_memory(&mut self, bytes: u64) -> Result<(), Suspend> {
        self.at_once(("set_memory", bytes), |sys| sys.set_memory(bytes))
    }

    /// Waits for the first of several things, without taking it. With a timeout, for no longer than that.
    pub fn poll(&mut self, sources: &[Source], timeout: Option<Duration>) -> Result<Ready, Suspend> {
        let deadline = self.deadline(timeout)?;
        self.step(("poll", sources.len() as u64), |sys| sys.poll(sources, deadline))
    }
}

/// Loops, and what all calls rest on.
impl<'a> Process<'a> {
    pub(crate) fn new(sys: &'a mut Sys<'_>, log: &'a mut Vec<Step>, interrupts: &'a mut Option<u32>) -> Self {
        Process { sys: sys.reborrow(), log, interrupts, next: 0 }
    }

    /// A loop that may run for ever: `turn` is called with the state until it breaks with a value.
    ///
    /// When a turn has ended, its steps are dropped from the log and only the state is kept, so a loop costs the same
    /// in its millionth turn as in its first. After a suspension the current turn starts again from the state that the
    /// turn before had left, so a turn may change the state at any place. The state is cloned once a resumption: keep
    /// big things in it behind an `Arc` or in `imbl` maps. Loops may be nested.
    ///
    /// What comes before the loop is run again at each resumption like any other code, and its value for `state` is
    /// then ignored.
    pub fn repeat<S, T>(
        &mut self,
        state: S,
        mut turn: impl FnMut(&mut Process<'a>, &mut S) -> Result<ControlFlow<T>, Suspend>,
    ) -> Result<T, Suspend>
    where
        S: Clone + Send + Sync + 'static,
        T: Clone + Send + Sync + 'static,
    {
        let at = self.next;
        let mut state = match self.log.get(at) {
            Some(Step { answer: Answer::Value(value), call }) => {
                assert_eq!(call.0, "repeat", "the program did not repeat itself: step {at} was {}", call.0);
                self.next += 1;
                return Ok(recorded(value, "repeat"));
            }
            Some(Step { answer: Answer::Turning(saved), .. }) => recorded(saved, "repeat"),
            None => {
                self.log.push(Step { call: ("repeat", 0), answer: Answer::Turning(Arc::new(state.clone())) });
                state
            }
        };
        self.next += 1;
        loop {
            let flow = turn(self, &mut state)?;
            self.next = at + 1;
            self.log.truncate(self.next);
            match flow {
                ControlFlow::Continue(()) => self.log[at].answer = Answer::Turning(Arc::new(state.clone())),
                ControlFlow::Break(value) => {
                    self.log[at].answer = Answer::Value(Arc::new(value.clone()));
                    return Ok(value);
                }
            }
        }
    }

    /// What takes long to work out, worked out once and not at each resumption. `name` says what it is.
    pub fn once<T: Clone + Send + Sync + 'static>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> Result<T, Suspend> {
        self.at_once((name, 0), |_| work())
    }

    /// One step: answered from the log if it was done before, else done now; `None` means that it has to wait.
    fn step<T: Clone + Send + Sync + 'static>(
        &mut self,
        call: (&'static str, u64),
        issue: impl FnOnce(&mut Sys<'_>) -> Option<T>,
    ) -> Result<T, Suspend> {
        let at = self.next;
        if let Some(step) = self.log.get(at) {
            assert!(
                step.call == call,
                "the program did not repeat itself: step {at} was {:?} and now is {call:?} (arguments {:?})",
                step.call,
                self.sys.args()
            );
            let Answer::Value(value) = &step.answer else { panic!("step {at} was a loop and now is {call:?}") };
            self.next += 1;
            return Ok(recorded(value, call.0));
        }
        if !self.sys.spend_turn() {
            return Err(Suspend(None));
        }
        let Some(value) = issue(&mut self.sys) else { return Err(Suspend(None)) };
        self.log.push(Step { call, answer: Answer::Value(Arc::new(value.clone())) });
        self.next += 1;
        Ok(value)
    }

    /// A step that never waits.
    fn at_once<T: Clone + Send + Sync + 'static>(
        &mut self,
        call: (&'static str, u64),
        issue: impl FnOnce(&mut Sys<'_>) -> T,
    ) -> Result<T, Suspend> {
        self.step(call, |sys| Some(issue(sys)))
    }
}

fn recorded<T: Clone + 'static>(value: &Arc<dyn Any + Send + Sync>, call: &str) -> T {
    value.downcast_ref::<T>().unwrap_or_else(|| panic!("the program did not repeat itself in {call}")).clone()
}

/// The name of a call with a fingerprint of its arguments.
fn call(name: &'static str, arguments: &[&[u8]]) -> (&'static str, u64) {
    let mut fingerprint = Fingerprint::default();
    for argument in arguments {
        fingerprint.write(argument);
        fingerprint.write(&[0xff]);
    }
    (name, fingerprint.finish())
}
