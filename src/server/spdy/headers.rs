//! Header blocks: pairs of names and values, compressed as one text that goes on through the whole connection and begins
//! with a dictionary that both sides know.
//!
//! The dictionary is that of the SPDY/3 specification.

use flate2::{Decompress, FlushDecompress};

const DICTIONARY: &[u8] = include_bytes!("dictionary.txt");
/// What all headers of a stream may weigh.
const LARGEST: usize = 64 << 10;
/// The two bytes of zlib's head and the four that name the dictionary.
const ZLIB_HEAD: usize = 6;

pub struct Inflate {
    inner: Decompress,
    /// How much of zlib's own head is still to come.
    head: usize,
}

impl Inflate {
    pub fn new() -> Self {
        let mut inflate = Inflate { inner: Decompress::new(false), head: 0 };
        // What a dictionary does is what the same text does that has been read before.
        let stored = stored(DICTIONARY);
        let known = inflate.text(&stored);
        debug_assert_eq!(known.as_deref(), Some(DICTIONARY));
        inflate.head = ZLIB_HEAD;
        inflate
    }

    fn text(&mut self, input: &[u8]) -> Option<Vec<u8>> {
        let (mut out, mut rest) = (Vec::new(), input);
        loop {
            let mut piece = [0; 4096];
            let (read, written) = (self.inner.total_in(), self.inner.total_out());
            self.inner.decompress(rest, &mut piece, FlushDecompress::Sync).ok()?;
            let read = usize::try_from(self.inner.total_in() - read).ok()?;
            let written = usize::try_from(self.inner.total_out() - written).ok()?;
            rest = &rest[read..];
            out.extend_from_slice(&piece[..written]);
            if out.len() > LARGEST {
                return None;
            }
            if rest.is_empty() && written < piece.len() || read == 0 && written == 0 {
                return Some(out);
            }
        }
    }

    /// The pairs of a block; nothing if it is broken or too large.
    pub fn block(&mut self, input: &[u8]) -> Option<Vec<(String, String)>> {
        let skipped = self.head.min(input.len());
        self.head -= skipped;
        let text = self.text(&input[skipped..])?;
        let mut rest = &text[..];
        let number = |rest: &mut &[u8]| -> Option<usize> {
            let (four, more) = rest.split_first_chunk::<4>()?;
            *rest = more;
            usize::try_from(u32::from_be_bytes(*four)).ok()
        };
        let count = number(&mut rest)?;
        let mut pairs = Vec::new();
        for _ in 0..count.min(256) {
            let mut word = || -> Option<String> {
                let length = number(&mut rest)?;
                let (word, more) = rest.split_at_checked(length)?;
                rest = more;
                Some(String::from_utf8_lossy(word).into_owned())
            };
            pairs.push((word()?, word()?));
        }
        Some(pairs)
    }
}

/// A block of plain text, as deflate has it for what cannot be made shorter.
fn stored(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or_default();
    [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes(), text].concat()
}

/// Writes blocks, without making them shorter.
#[derive(Default)]
pub struct Deflate {
    begun: bool,
}

impl Deflate {
    pub fn block(&mut self, pairs: &[(&str, &str)]) -> Vec<u8> {
        let number = |number: usize| u32::try_from(number).unwrap_or_default().to_be_bytes();
        let mut text = number(pairs.len()).to_vec();
        for word in pairs.iter().flat_map(|(name, value)| [name, value]) {
            text.extend(number(word.len()));
            text.extend(word.as_bytes());
        }
        let head: &[u8] = if std::mem::replace(&mut self.begun, true) { &[] } else { &[0x78, 0x01] };
        // An empty block behind it says that all of it can be read.
        [head, &stored(&text), &stored(&[])].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_one_after_the_other() {
        assert_eq!(DICTIONARY.len(), 1423);
        let mut inflate = Inflate::new();
        let mut deflate = Deflate::default();
        let block = deflate.block(&[("streamtype", "data"), ("port", "80")]);
        let with_dictionary_id = [&block[..2], &[0; 4], &block[2..]].concat();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(inflate.block(&with_dictionary_id), Some(vec![pair("streamtype", "data"), pair("port", "80")]));
        assert_eq!(inflate.block(&deflate.block(&[("a", "b")])), Some(vec![pair("a", "b")]));
    }
}
