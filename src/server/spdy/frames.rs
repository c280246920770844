//! Frames: their form on the wire, read from bytes as they come.

use super::headers::{Deflate, Inflate};

/// What a frame may weigh. Clients send at most 32 KiB at once.
const LARGEST: usize = 1 << 20;
const FIN: u8 = 1;

/// What a client can say that counts here.
#[derive(Debug, PartialEq)]
pub enum Frame {
    /// A stream begins.
    Open { stream: u32, headers: Vec<(String, String)>, last: bool },
    Data { stream: u32, bytes: Vec<u8>, last: bool },
    Reset { stream: u32 },
    Ping { id: u32 },
    GoAway,
    /// Settings, windows, more headers.
    Other,
}

#[derive(Debug, PartialEq)]
pub struct Broken;

/// Reads frames.
pub struct Reader {
    buffer: Vec<u8>,
    inflate: Inflate,
}

impl Reader {
    pub fn new() -> Self {
        Reader { buffer: Vec::new(), inflate: Inflate::new() }
    }

    pub fn take(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next frame, if all of it is there.
    pub fn next(&mut self) -> Result<Option<Frame>, Broken> {
        let Some(head) = self.buffer.first_chunk::<8>().copied() else { return Ok(None) };
        let length = usize::from(head[5]) << 16 | usize::from(head[6]) << 8 | usize::from(head[7]);
        if length > LARGEST {
            return Err(Broken);
        }
        if self.buffer.len() < 8 + length {
            return Ok(None);
        }
        let body: Vec<u8> = self.buffer.drain(..8 + length).skip(8).collect();
        let first = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let last = head[4] & FIN != 0;
        if first >> 31 == 0 {
            return Ok(Some(Frame::Data { stream: first, bytes: body, last }));
        }
        let number = |at: usize| body.get(at..at + 4).map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]])).ok_or(Broken);
        Ok(Some(match first & 0xffff {
            1 => {
                let stream = number(0)? & 0x7fff_ffff;
                let block = body.get(10..).ok_or(Broken)?;
                Frame::Open { stream, headers: self.inflate.block(block).ok_or(Broken)?, last }
            }
            3 => Frame::Reset { stream: number(0)? & 0x7fff_ffff },
            6 => Frame::Ping { id: number(0)? },
            7 => Frame::GoAway,
            // The blocks of these are part of the same compressed text.
            2 | 8 => {
                self.inflate.block(body.get(4..).ok_or(Broken)?).ok_or(Broken)?;
                Frame::Other
            }
            _ => Frame::Other,
        }))
    }
}

fn control(kind: u16, flags: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or_default().to_be_bytes();
    let kind = kind.to_be_bytes();
    [&[0x80, 3, kind[0], kind[1], flags, length[1], length[2], length[3]], body].concat()
}

/// A stream is accepted.
pub fn reply(stream: u32, deflate: &mut Deflate) -> Vec<u8> {
    control(2, 0, &[&stream.to_be_bytes()[..], &deflate.block(&[])].concat())
}

pub fn data(stream: u32, bytes: &[u8], last: bool) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
    let stream = stream.to_be_bytes();
    [&stream[..], &[u8::from(last) * FIN, length[1], length[2], length[3]], bytes].concat()
}

pub fn ping(id: u32) -> Vec<u8> {
    control(6, 0, &id.to_be_bytes())
}

/// No more streams after this one; all went well.
pub fn go_away(last_stream: u32) -> Vec<u8> {
    control(7, 0, &[last_stream.to_be_bytes(), [0; 4]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_they_come() {
        let mut reader = Reader::new();
        let bytes = [data(3, b"hello", false), data(3, b"", true), ping(7), go_away(3)].concat();
        let mut found = Vec::new();
        for byte in bytes {
            reader.take(&[byte]);
            while let Some(frame) = reader.next().expect("good frames") {
                found.push(frame);
            }
        }
        let data = |bytes: &[u8], last| Frame::Data { stream: 3, bytes: bytes.to_vec(), last };
        assert_eq!(found, [data(b"hello", false), data(b"", true), Frame::Ping { id: 7 }, Frame::GoAway]);
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let mut reader = Reader::new();
        reader.take(&[0, 0, 0, 1, 0, 0xff, 0xff, 0xff]);
        assert_eq!(reader.next(), Err(Broken));
    }
}
