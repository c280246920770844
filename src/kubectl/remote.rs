//! Talking with a container: what is typed goes there, what it writes comes back, and how it ended comes last.
//!
//! Models: staging/src/k8s.io/client-go/tools/remotecommand (websocket.go, v4.go),
//! staging/src/k8s.io/kubectl/pkg/cmd/exec/exec.go (SetupTTY), v1.36.
//! Simplified: a changed size of the terminal is not told.

use std::ops::ControlFlow;

use podarium_machine::{ExchangeId, Process, Ready, Source, StreamItem, Suspend};
use serde_json::{Value, json};

use crate::client::Call;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::unstructured::{items, text};

/// How much of standard input goes into one message.
const PIECE: usize = 32 << 10;

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const ERROR: u8 = 3;
const RESIZE: u8 = 4;
const CLOSE: u8 = 255;

/// What is connected.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    pub stdin: bool,
    /// The terminal hands over every key, and standard output and error are one.
    pub raw: bool,
}

impl Kubectl<'_, '_> {
    /// Whether standard input is passed on, and whether the terminal is.
    pub fn streams(&mut self, stdin: bool, tty: bool) -> Outcome<Streams> {
        let raw = stdin && tty && self.process.is_tty(0);
        if stdin && tty && !raw {
            self.eprint("Unable to use a TTY - input is not a terminal or the right kind of file\n")?;
        }
        Ok(Streams { stdin, raw })
    }

    /// Talks until the other side is done.
    pub fn talk(&mut self, call: Call, streams: Streams) -> Outcome<()> {
        let mut call = call.query("stdout", "true");
        if streams.stdin {
            call = call.query("stdin", "true");
        }
        call = if streams.raw { call.query("tty", "true") } else { call.query("stderr", "true") };
        if streams.raw {
            self.process.set_raw(true)?;
        }
        let talked = caught(self.talk_over(&call, streams))?;
        if streams.raw {
            self.process.set_raw(false)?;
        }
        talked.map_err(Into::into)
    }

    fn talk_over(&mut self, call: &Call, streams: Streams) -> Outcome<()> {
        let stream = self.upgrade(call)?;
        if streams.raw {
            let columns = self.process.columns()?.unwrap_or(80);
            send(self.process, stream.id, RESIZE, json!({"Width": columns, "Height": 40}).to_string().as_bytes())?;
        }
        let end = self.process.repeat(streams.stdin, |process, reads: &mut bool| turn(process, stream.id, reads))?;
        self.process.http_close(stream.id)?;
        match end {
            End::Status(status) => ended(&status),
            End::Broken(error) => fail(format!("error reading from error stream: {error}")),
        }
    }
}

impl Kubectl<'_, '_> {
    /// Runs a command in a container with this standard input; what it complains about is shown on descriptor `errors`,
    /// and what it writes is given back.
    pub fn exchange(&mut self, call: Call, input: Option<Vec<u8>>, errors: u32) -> Outcome<Vec<u8>> {
        let mut call = call.query("stdout", "true").query("stderr", "true");
        if input.is_some() {
            call = call.query("stdin", "true");
        }
        let stream = self.upgrade(&call)?;
        if let Some(input) = input {
            for piece in input.chunks(PIECE) {
                send(self.process, stream.id, STDIN, piece)?;
            }
            send(self.process, stream.id, CLOSE, &[STDIN])?;
        }
        let (end, out) = self.process.repeat(Vec::new(), |process, out: &mut Vec<u8>| {
            Ok(match hear(process, stream.id, errors)? {
                Heard::Out(bytes) => {
                    out.extend(bytes);
                    ControlFlow::Continue(())
                }
                Heard::Nothing => ControlFlow::Continue(()),
                Heard::End(end) => ControlFlow::Break((end, std::mem::take(out))),
            })
        })?;
        self.process.http_close(stream.id)?;
        match end {
            End::Status(status) => ended(&status).map(|()| out),
            End::Broken(error) => fail(format!("error reading from error stream: {error}")),
        }
    }
}

/// What one message of the container was.
enum Heard {
    Out(Vec<u8>),
    Nothing,
    End(End),
}

/// Waits for the next message of the container, and shows what is on its standard error.
fn hear(process: &mut Process<'_>, stream: ExchangeId, errors: u32) -> Result<Heard, Suspend> {
    Ok(match process.http_next(stream, None)? {
        StreamItem::Chunk(message) => {
            let (channel, bytes) = message.split_first().map_or((STDOUT, &[][..]), |(channel, bytes)| (*channel, bytes));
            match channel {
                STDOUT => Heard::Out(bytes.to_vec()),
                STDERR => {
                    // What cannot be shown is not shown.
                    let _ = process.write(errors, bytes)?;
                    Heard::Nothing
                }
                ERROR => Heard::End(End::Status(serde_json::from_slice(bytes).unwrap_or_default())),
                _ => Heard::Nothing,
            }
        }
        StreamItem::Failed(error) => Heard::End(End::Broken(error.to_string())),
        _ => Heard::End(End::Broken("unexpected EOF".to_owned())),
    })
}

/// How a conversation ended.
#[derive(Clone, Debug)]
enum End {
    Status(Value),
    Broken(String),
}

fn send(process: &mut Process<'_>, stream: ExchangeId, channel: u8, bytes: &[u8]) -> Result<(), Suspend> {
    process.http_write(stream, &[&[channel], bytes].concat())
}

/// Waits for one thing to come, from the container or from the keyboard, and passes it on.
fn turn(process: &mut Process<'_>, stream: ExchangeId, reads: &mut bool) -> Result<ControlFlow<End>, Suspend> {
    let sources = [Source::Stream(stream), Source::Readable(0)];
    let sources = if *reads { &sources[..] } else { &sources[..1] };
    if process.poll(sources, None)? == Ready::Source(1) {
        let typed = process.read(0)?.unwrap_or_default();
        match typed.is_empty() {
            true => {
                *reads = false;
                send(process, stream, CLOSE, &[STDIN])?;
            }
            false => send(process, stream, STDIN, &typed)?,
        }
        return Ok(ControlFlow::Continue(()));
    }
    Ok(match hear(process, stream, 2)? {
        Heard::Out(bytes) => {
            process.write_stdout(&bytes)?;
            ControlFlow::Continue(())
        }
        Heard::Nothing => ControlFlow::Continue(()),
        Heard::End(end) => ControlFlow::Break(end),
    })
}

fn ended(status: &Value) -> Outcome<()> {
    if text(status, "/status") == "Success" {
        return Ok(());
    }
    if text(status, "/reason") != "NonZeroExitCode" {
        return fail(text(status, "/message"));
    }
    let causes = items(status, "/details/causes");
    let code = causes.iter().find(|cause| text(cause, "/reason") == "ExitCode").and_then(|cause| text(cause, "/message").parse().ok());
    let code = code.unwrap_or(1);
    Err(Failure::Command { code, message: format!("command terminated with exit code {code}") }.into())
}
