//! Packs: many objects as one stream, as they go over the network.
//!
//! Packs are written without deltas, and so are those that are read here: both ends are ours.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::bufread::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sha1::{Digest, Sha1};

use super::object::Kind;

fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    }
}

pub fn write<'a>(objects: impl ExactSizeIterator<Item = (Kind, &'a [u8])>) -> Vec<u8> {
    let mut out = b"PACK\0\0\0\x02".to_vec();
    out.extend_from_slice(&(objects.len() as u32).to_be_bytes());
    for (kind, body) in objects {
        let mut size = body.len();
        let mut byte = code(kind) << 4 | (size & 0xf) as u8;
        size >>= 4;
        while size > 0 {
            out.push(byte | 0x80);
            byte = (size & 0x7f) as u8;
            size >>= 7;
        }
        out.push(byte);
        let mut encoder = ZlibEncoder::new(&mut out, Compression::default());
        // Memory takes everything.
        let _ = encoder.write_all(body);
        let _ = encoder.finish();
    }
    let sum: [u8; 20] = Sha1::digest(&out).into();
    out.extend_from_slice(&sum);
    out
}

/// The objects of a pack; `None` if it is broken or has deltas.
pub fn read(bytes: &[u8]) -> Option<Vec<(Kind, Vec<u8>)>> {
    let body = bytes.len().checked_sub(20).filter(|_| bytes.starts_with(b"PACK\0\0\0\x02"))?;
    let sum: [u8; 20] = Sha1::digest(&bytes[..body]).into();
    if sum != bytes[body..] {
        return None;
    }
    let count = u32::from_be_bytes(bytes.get(8..12)?.try_into().ok()?);
    let (mut at, mut found) = (12, Vec::new());
    for _ in 0..count {
        let mut byte = *bytes.get(at)?;
        let kind = [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag].into_iter().find(|kind| code(*kind) == byte >> 4 & 7)?;
        at += 1;
        while byte & 0x80 != 0 {
            byte = *bytes.get(at)?;
            at += 1;
        }
        let mut decoder = ZlibDecoder::new(&bytes[at..body]);
        let mut object = Vec::new();
        decoder.read_to_end(&mut object).ok()?;
        at += usize::try_from(decoder.total_in()).ok()?;
        found.push((kind, object));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_read() {
        let objects = [(Kind::Blob, b"x".repeat(5000)), (Kind::Commit, b"tree".to_vec()), (Kind::Tree, Vec::new())];
        let packed = write(objects.iter().map(|(kind, body)| (*kind, body.as_slice())));
        assert_eq!(read(&packed).unwrap(), objects);
        assert_eq!(read(&packed[..packed.len() - 1]), None);
    }
}
