//! The translation: streams of SPDY on the client's side, numbered messages on the cluster's.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender as Commands;
use std::time::Duration;

use podarium_machine::HttpEvent;
use tokio::sync::mpsc::{Receiver, Sender};

use super::frames::{Frame, Reader, data, go_away, ping, reply};
use super::headers::Deflate;
use super::transport::Ways;
use crate::engine::{Command, Exchange};
use crate::exchange::Line;

/// What is talked about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `exec` and `attach`: a stream each for input, output, errors, the terminal's size and how it ended; so many the
    /// client will open.
    Command { streams: usize },
    /// Two streams for each connection, one for bytes and one for errors.
    PortForward,
}

/// How many streams there may be, ever, on one connection with a client.
const STREAMS: usize = 4096;
/// How much goes into one frame.
const PIECE: usize = 32 << 10;
/// How long a client may take to open its streams when its command is over.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client may take to leave when all is said.
const FAREWELL: Duration = Duration::from_secs(2);

// The messages of a forwarded port.
const OPEN: u8 = 0;
const DATA: u8 = 1;
const END: u8 = 2;
const RESET: u8 = 3;
const ERROR: u8 = 4;
/// The channels of a command, by their number.
const CHANNELS: [&str; 5] = ["stdin", "stdout", "stderr", "error", "resize"];
const CLOSE: u8 = 255;

/// A connection of a forwarded port, by the client's number for it.
#[derive(Default)]
struct Forwarded {
    data: u32,
    error: u32,
}

struct Talk {
    kind: Kind,
    exchange: Exchange,
    commands: Commands<Command>,
    out: Sender<Vec<u8>>,
    deflate: Deflate,
    last_stream: u32,
    /// The streams of a command, by their channels.
    channels: BTreeMap<u8, u32>,
    /// What came before its stream was there.
    early: Vec<(u8, Vec<u8>)>,
    forwarded: BTreeMap<u32, Forwarded>,
    count: usize,
}

/// One side has gone.
struct Gone;

/// Talks until one side is done.
pub async fn talk(kind: Kind, ways: Ways, mut answers: Receiver<HttpEvent>, mut line: Line, commands: Commands<Command>) {
    let (mut incoming, out) = ways;
    let exchange = line.exchange;
    let mut talk = Talk {
        kind,
        exchange,
        commands,
        out,
        deflate: Deflate::default(),
        last_stream: 0,
        channels: BTreeMap::new(),
        early: Vec::new(),
        forwarded: BTreeMap::new(),
        count: 0,
    };
    let mut reader = Reader::new();
    loop {
        let done = tokio::select! {
            bytes = incoming.recv() => match bytes {
                Some(bytes) => talk.hear(&mut reader, &bytes).await,
                None => Err(Gone),
            },
            event = answers.recv(), if !line.done => match event {
                Some(HttpEvent::Chunk(message)) => talk.tell(&message).await,
                _ => {
                    line.done = true;
                    Ok(())
                }
            },
            () = tokio::time::sleep(PATIENCE), if line.done => Err(Gone),
        };
        if done.is_err() {
            return;
        }
        // A command may be over before the client has opened all that it wants to hear of it.
        if line.done && talk.is_complete() {
            // Who has gone already needs no farewell.
            let _ = talk.end().await;
            let leaves = async { while incoming.recv().await.is_some() {} };
            let _ = tokio::time::timeout(FAREWELL, leaves).await;
            return;
        }
    }
}

impl Talk {
    async fn send(&self, bytes: Vec<u8>) -> Result<(), Gone> {
        self.out.send(bytes).await.map_err(|_| Gone)
    }

    fn say(&self, bytes: Vec<u8>) -> Result<(), Gone> {
        self.commands.send(Command::Data { exchange: self.exchange, bytes }).map_err(|_| Gone)
    }

    async fn write(&self, stream: u32, bytes: &[u8]) -> Result<(), Gone> {
        for piece in bytes.chunks(PIECE) {
            self.send(data(stream, piece, false)).await?;
        }
        Ok(())
    }

    /// What the client said.
    async fn hear(&mut self, reader: &mut Reader, bytes: &[u8]) -> Result<(), Gone> {
        reader.take(bytes);
        while let Some(frame) = reader.next().map_err(|_| Gone)? {
            match frame {
                Frame::Open { stream, headers, last } => self.open(stream, &headers, last).await?,
                Frame::Data { stream, bytes, last } => self.client_said(stream, bytes, last)?,
                Frame::Reset { stream } => self.reset(stream)?,
                Frame::Ping { id } => self.send(ping(id)).await?,
                Frame::GoAway | Frame::Other => {}
            }
        }
        Ok(())
    }

    async fn open(&mut self, stream: u32, headers: &[(String, String)], last: bool) -> Result<(), Gone> {
        let header = |name: &str| headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str());
        self.count += 1;
        if self.count > STREAMS {
            return Err(Gone);
        }
        self.last_stream = stream;
        let accepted = reply(stream, &mut self.deflate);
        self.send(accepted).await?;
        let what = header("streamtype");
        match self.kind {
            Kind::Command { .. } => {
                let Some(channel) = CHANNELS.iter().position(|name| *name == what).and_then(|at| u8::try_from(at).ok()) else { return Err(Gone) };
                self.channels.insert(channel, stream);
                let (now, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.early).into_iter().partition(|(of, _)| *of == channel);
                self.early = later;
                for (_, bytes) in now {
                    self.write(stream, &bytes).await?;
                }
            }
            Kind::PortForward => {
                let Ok(number) = header("requestid").parse::<u32>() else { return Err(Gone) };
                let Ok(port) = header("port").parse::<u16>() else { return Err(Gone) };
                let forwarded = self.forwarded.entry(number).or_default();
                match what {
                    "error" => forwarded.error = stream,
                    "data" => forwarded.data = stream,
                    _ => return Err(Gone),
                }
                if forwarded.error != 0 && forwarded.data != 0 {
                    self.say(message(number, OPEN, &port.to_be_bytes()))?;
                }
            }
        }
        if last { self.client_said(stream, Vec::new(), true) } else { Ok(()) }
    }

    fn client_said(&mut self, stream: u32, bytes: Vec<u8>, last: bool) -> Result<(), Gone> {
        match self.kind {
            Kind::Command { .. } => {
                let Some((channel, _)) = self.channels.iter().find(|(_, known)| **known == stream) else { return Ok(()) };
                let channel = *channel;
                if !bytes.is_empty() {
                    self.say([&[channel], &bytes[..]].concat())?;
                }
                if last && channel == 0 { self.say(vec![CLOSE, 0]) } else { Ok(()) }
            }
            Kind::PortForward => {
                // Nobody says anything on the stream of errors but the server.
                let Some((number, _)) = self.forwarded.iter().find(|(_, known)| known.data == stream) else { return Ok(()) };
                let number = *number;
                if !bytes.is_empty() {
                    self.say(message(number, DATA, &bytes))?;
                }
                if last { self.say(message(number, END, &[])) } else { Ok(()) }
            }
        }
    }

    fn reset(&mut self, stream: u32) -> Result<(), Gone> {
        let number = self.forwarded.iter().find(|(_, known)| known.data == stream).map(|(number, _)| *number);
        match number {
            Some(number) => {
                self.forwarded.remove(&number);
                self.say(message(number, RESET, &[]))
            }
            None => Ok(()),
        }
    }

    /// What the cluster said.
    async fn tell(&mut self, said: &[u8]) -> Result<(), Gone> {
        match self.kind {
            Kind::Command { .. } => {
                let Some((channel, bytes)) = said.split_first() else { return Ok(()) };
                match self.channels.get(channel) {
                    Some(stream) => self.write(*stream, bytes).await,
                    None => {
                        self.early.push((*channel, bytes.to_vec()));
                        Ok(())
                    }
                }
            }
            Kind::PortForward => {
                let Some((number, [kind, bytes @ ..])) = said.split_first_chunk::<4>() else { return Ok(()) };
                let number = u32::from_be_bytes(*number);
                let Some((data_stream, error_stream)) = self.forwarded.get(&number).map(|known| (known.data, known.error)) else { return Ok(()) };
                match *kind {
                    DATA => self.write(data_stream, bytes).await,
                    ERROR => self.write(error_stream, bytes).await,
                    END => {
                        self.forwarded.remove(&number);
                        self.send(data(error_stream, &[], true)).await?;
                        self.send(data(data_stream, &[], true)).await
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// Whether all streams are there that the client opens.
    fn is_complete(&self) -> bool {
        match self.kind {
            Kind::Command { streams } => self.channels.len() >= streams,
            Kind::PortForward => true,
        }
    }

    /// All is said.
    async fn end(&mut self) -> Result<(), Gone> {
        let own = self.channels.iter().filter(|(channel, _)| matches!(channel, 1..=3)).map(|(_, stream)| *stream);
        let streams: Vec<u32> = own.chain(self.forwarded.values().flat_map(|known| [known.error, known.data])).filter(|stream| *stream != 0).collect();
        for stream in streams {
            self.send(data(stream, &[], true)).await?;
        }
        self.send(go_away(self.last_stream)).await
    }
}

fn message(number: u32, kind: u8, bytes: &[u8]) -> Vec<u8> {
    [&number.to_be_bytes()[..], &[kind], bytes].concat()
}
